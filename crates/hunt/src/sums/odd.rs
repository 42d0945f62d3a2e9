//! What makes a program's place or command line odd.

use serde::Serialize;

/// Why a service, task or program is worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Odd {
    /// It lies where every user may write: a temporary folder, a profile, a public folder.
    Place,
    /// It is a command line for a shell or a script program, not a program of its own.
    Shell,
    /// It is reached over the network.
    Share,
    /// Its command is encoded or fetches something.
    Hidden,
    /// Its name looks as if drawn by lot.
    Name,
}

impl Odd {
    pub const ALL: [Odd; 5] = [Odd::Place, Odd::Shell, Odd::Share, Odd::Hidden, Odd::Name];
}

/// Folders where an installed program does not lie, in lower case.
const PLACES: [&str; 15] = [
    "\\temp\\",
    "\\tmp\\",
    "\\appdata\\",
    "\\users\\public\\",
    "\\perflogs\\",
    "\\$recycle.bin\\",
    "\\downloads\\",
    "\\desktop\\",
    "%temp%",
    "%appdata%",
    "%public%",
    "/tmp/",
    "/dev/shm/",
    "/var/tmp/",
    "\\windows\\debug\\",
];
/// Programs that run whatever they are given, in lower case.
const SHELLS: [&str; 12] = [
    "%comspec%",
    "cmd.exe",
    "cmd /c",
    "powershell",
    "pwsh",
    "mshta",
    "wscript",
    "cscript",
    "rundll32",
    "regsvr32",
    "certutil",
    "bitsadmin",
];
/// Words of commands that are encoded or fetch something, in lower case.
const HIDDEN: [&str; 10] = [
    " -enc",
    " -ec ",
    "-encodedcommand",
    "frombase64string",
    "downloadstring",
    "downloadfile",
    "invoke-webrequest",
    "http://",
    "https://",
    "| bash",
];

/// What is odd about a command line or path.
pub(super) fn of(command: &str, name: &str) -> Vec<Odd> {
    let command = command.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| command.contains(word));
    let found = [
        (has(&PLACES), Odd::Place),
        (has(&SHELLS), Odd::Shell),
        (command.starts_with("\\\\") || command.contains("\\\\127.0.0.1") || command.contains("admin$"), Odd::Share),
        (has(&HIDDEN), Odd::Hidden),
        (drawn(name), Odd::Name),
    ];
    found.into_iter().filter(|(odd, _)| *odd).map(|(_, odd)| odd).collect()
}

/// Does a name look as tools make it: 8 or more letters without any word in them?
///
/// Such names have few vowels or change between capitals and small letters where words do not (Metasploit draws 4 to 16
/// letters of both cases, Impacket 4).
fn drawn(name: &str) -> bool {
    let letters: Vec<char> = name.chars().collect();
    if !(8..=20).contains(&letters.len()) || !letters.iter().all(char::is_ascii_alphabetic) {
        return false;
    }
    let upper = |letter: &char| letter.is_ascii_uppercase();
    let rises = letters.windows(2).filter(|pair| upper(&pair[1]) && !upper(&pair[0])).count();
    let falls = letters.windows(3).filter(|three| upper(&three[0]) && upper(&three[1]) && !upper(&three[2])).count();
    let vowels = letters.iter().filter(|letter| "aeiouyAEIOUY".contains(**letter)).count();
    let mixed = rises + falls;
    mixed * 4 >= letters.len() && vowels * 4 < letters.len() || vowels * 8 < letters.len()
}

/// Is an address one of the outside world? Names, loopback, private and link-local addresses are not.
///
/// Ranges: RFC 1918, RFC 6598 (shared), RFC 3927 (link-local), RFC 4193 and RFC 4291 (IPv6), RFC 5737 counts as outside
/// since recordings use it so.
pub(super) fn outside(address: &str) -> bool {
    let address = address.trim_start_matches("::ffff:");
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || shared || a >= 224)
        }
        Ok(std::net::IpAddr::V6(ip)) => {
            let first = ip.segments()[0];
            !(ip.is_loopback() || ip.is_unspecified() || first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || first >= 0xff00)
        }
        Err(_) => false,
    }
}
