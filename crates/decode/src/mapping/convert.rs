//! The conversions that the mapping may ask for: a closed set of functions from a field's value to another field's.

use serde::Deserialize;
use sigma::{Name, Slate};

/// How a second field follows from a first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conversion {
    /// The value as it is, where the name is taken by something else already.
    Same,
    /// `0x1f4` as `500`.
    Decimal,
    /// A name with the domain that stands in the field beside it: `PC\ann`. Gives nothing for `-`.
    Account,
    /// `S-1-16-12288`, `Mandatory Label\High Mandatory Level` as `High`.
    IntegrityLevel,
    /// `\REGISTRY\MACHINE\SYSTEM\ControlSet001\x` as `HKLM\System\CurrentControlSet\x`, as Sysmon writes it.
    Registry,
    /// The same with the value's name that stands in the field beside it.
    RegistryValue,
    /// `\device\harddiskvolume3\windows\x.exe` as `C:\windows\x.exe`. That the volume is C: is a guess, and nearly always right.
    DevicePath,
    /// `%%14593`, `outbound`, `egress` as `true`, and their opposites as `false`: was the connection made from here?
    Initiated,
    /// A number of the protocol as its name: `6` as `tcp`.
    Protocol,
    /// What `%%1936` and other such numbers say, in Microsoft's words.
    Message,
    /// `%%1904` and `%%1905` as `SetValue`, `%%1906` as `DeleteValue`.
    RegistryAct,
    /// The lines `Name=Value` of PowerShell's descriptions, each a field of its own.
    Parts,
    /// Hashes as Sysmon writes them: `MD5=…`.
    HashMd5,
    HashSha1,
    HashSha256,
    HashImp,
    /// Of a URL, all before the question mark, all behind it, and the ending of the file.
    UriStem,
    UriQuery,
    UriExtension,
    /// A path behind the host that stands in the field beside it: `http://host/path`.
    Url,
    /// `Succeeded`, `True`, `0` as `success`; `Failed` and its like as `failure`.
    Outcome,
    /// IIS writes spaces as plus signs.
    Spaces,
}

/// What a conversion gave: one value, or several with names of their own.
#[derive(Debug, Default)]
pub struct Room {
    text: String,
    given: bool,
    parts: Vec<(&'static str, usize, usize)>,
}

impl Room {
    fn give(&mut self, pieces: &[&str]) {
        pieces.iter().for_each(|piece| self.text.push_str(piece));
        self.given = true;
    }

    /// Adds to the slate what was given, and is empty again.
    pub fn put(&mut self, slate: &mut Slate, to: Name) {
        if self.given {
            slate.put(to, &self.text);
        }
        for (name, start, end) in &self.parts {
            slate.put_named(name, self.text.get(*start..*end).unwrap_or_default());
        }
        self.text.clear();
        self.parts.clear();
        self.given = false;
    }
}

impl Conversion {
    /// The name of the second field that the conversion takes.
    pub fn kin(self, from: &str) -> Option<String> {
        let beside = |end: &str, other: &str| from.strip_suffix(end).map(|start| format!("{start}{other}"));
        match self {
            Conversion::Account => beside("UserName", "DomainName")
                .or_else(|| beside("AccountName", "Domain"))
                .or_else(|| beside(".name", ".domain")),
            Conversion::RegistryValue => match from {
                "ObjectName" => Some("ObjectValueName".into()),
                "reg_value.path" => Some("reg_value.name".into()),
                _ => None,
            },
            Conversion::Url => match from {
                "http.url" => Some("http.hostname".into()),
                "uri" => Some("host".into()),
                _ => None,
            },
            _ => None,
        }
    }

    /// May it give several values of one name?
    pub fn repeats(self) -> bool {
        use Conversion::{HashImp, HashMd5, HashSha1, HashSha256, Parts, Same, Url};
        matches!(self, Same | HashMd5 | HashSha1 | HashSha256 | HashImp | Parts | Url)
    }

    /// Gives what follows from a value and the one beside it.
    pub fn convert(self, value: &str, kin: &str, room: &mut Room) {
        match self {
            Conversion::Same => room.give(&[value]),
            Conversion::Decimal => decimal(value, room),
            Conversion::Account => account(value, kin, room),
            Conversion::IntegrityLevel => integrity(value, room),
            Conversion::Registry => registry(value, "", room),
            Conversion::RegistryValue => registry(value, kin, room),
            Conversion::DevicePath => device_path(value, room),
            Conversion::Initiated => pick(&INITIATED, value, room),
            Conversion::Protocol => pick(&PROTOCOLS, value, room),
            Conversion::Message => pick(&MESSAGES, value, room),
            Conversion::RegistryAct => pick(&REGISTRY_ACTS, value, room),
            Conversion::Parts => parts(value, room),
            Conversion::HashMd5 => hash("MD5=", value, room),
            Conversion::HashSha1 => hash("SHA1=", value, room),
            Conversion::HashSha256 => hash("SHA256=", value, room),
            Conversion::HashImp => hash("IMPHASH=", value, room),
            Conversion::UriStem => room.give(&[value.split('?').next().unwrap_or(value)]),
            Conversion::UriQuery => {
                if let Some((_, query)) = value.split_once('?') {
                    room.give(&[query]);
                }
            }
            Conversion::UriExtension => extension(value, room),
            Conversion::Url => {
                if !kin.is_empty() && value.starts_with('/') {
                    room.give(&["http://", kin, value]);
                }
            }
            Conversion::Outcome => pick(&OUTCOMES, value, room),
            Conversion::Spaces => {
                value.split('+').enumerate().for_each(|(n, word)| room.give(&[if n > 0 { " " } else { "" }, word]));
            }
        }
    }
}

fn pick(table: &[(&str, &str)], value: &str, room: &mut Room) {
    if let Some((_, word)) = table.iter().find(|(known, _)| known.eq_ignore_ascii_case(value.trim())) {
        room.give(&[word]);
    }
}

const INITIATED: [(&str, &str); 9] = [
    ("%%14592", "false"),
    ("%%14593", "true"),
    ("inbound", "false"),
    ("outbound", "true"),
    ("ingress", "false"),
    ("egress", "true"),
    ("incoming", "false"),
    ("outgoing", "true"),
    ("true", "true"),
];

const PROTOCOLS: [(&str, &str); 6] =
    [("1", "icmp"), ("6", "tcp"), ("17", "udp"), ("58", "icmp6"), ("tcp", "tcp"), ("udp", "udp")];

/// Message numbers of the Security channel, from msobjs.dll.
const MESSAGES: [(&str, &str); 10] = [
    ("%%1936", "TokenElevationTypeDefault (1)"),
    ("%%1937", "TokenElevationTypeFull (2)"),
    ("%%1938", "TokenElevationTypeLimited (3)"),
    ("%%1842", "Yes"),
    ("%%1843", "No"),
    ("%%1832", "Identification"),
    ("%%1833", "Impersonation"),
    ("%%1840", "Delegation"),
    ("%%14592", "Inbound"),
    ("%%14593", "Outbound"),
];

const REGISTRY_ACTS: [(&str, &str); 3] = [("%%1904", "SetValue"), ("%%1905", "SetValue"), ("%%1906", "DeleteValue")];

const OUTCOMES: [(&str, &str); 10] = [
    ("success", "success"),
    ("succeeded", "success"),
    ("true", "success"),
    ("partiallysucceeded", "success"),
    ("0", "success"),
    ("failed", "failure"),
    ("failure", "failure"),
    ("false", "failure"),
    ("interrupted", "failure"),
    ("timeout", "failure"),
];

fn decimal(value: &str, room: &mut Room) {
    let digits = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X"));
    match digits.map(|digits| u64::from_str_radix(digits, 16)) {
        Some(Ok(number)) => {
            // Writing to a text is never refused.
            let _ = std::fmt::Write::write_fmt(&mut room.text, format_args!("{number}"));
            room.given = true;
        }
        Some(Err(_)) => {}
        None => room.give(&[value]),
    }
}

fn account(name: &str, domain: &str, room: &mut Room) {
    match (name, domain) {
        ("" | "-", _) => {}
        (name, "" | "-") => room.give(&[name]),
        (name, domain) => room.give(&[domain, "\\", name]),
    }
}

/// The mandatory labels of [MS-DTYP] 2.4.2.4 as Sysmon's words.
fn integrity(value: &str, room: &mut Room) {
    let level = match value.strip_prefix("S-1-16-").unwrap_or(value) {
        "0" => "Untrusted",
        "4096" => "Low",
        "8192" | "8448" => "Medium",
        "12288" => "High",
        "16384" | "20480" => "System",
        label => {
            const WORDS: [&str; 5] = ["Untrusted", "Low", "Medium", "High", "System"];
            let after = label.rsplit('\\').next().unwrap_or(label);
            match WORDS.iter().find(|word| after.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))) {
                Some(word) => word,
                None => return,
            }
        }
    };
    room.give(&[level]);
}

/// The rest of a text behind a beginning, whatever its case.
fn behind<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

fn registry(key: &str, value: &str, room: &mut Room) {
    let machine = behind(key, "\\REGISTRY\\MACHINE").or_else(|| behind(key, "HKEY_LOCAL_MACHINE"));
    if let Some(rest) = machine.or_else(|| behind(key, "HKLM")) {
        let set = behind(rest, "\\SYSTEM\\ControlSet00").and_then(|rest| rest.strip_prefix(|digit: char| digit.is_ascii_digit()));
        match set {
            Some(rest) => room.give(&["HKLM\\System\\CurrentControlSet", rest]),
            None => room.give(&["HKLM", rest]),
        }
    } else if let Some(rest) = behind(key, "\\REGISTRY\\USER").or_else(|| behind(key, "HKEY_USERS")) {
        room.give(&["HKU", rest]);
    } else if let Some(rest) = behind(key, "HKEY_CURRENT_USER") {
        room.give(&["HKCU", rest]);
    } else if let Some(rest) = behind(key, "HKEY_CLASSES_ROOT") {
        room.give(&["HKCR", rest]);
    } else {
        room.give(&[key]);
    }
    if !matches!(value, "" | "-") && !ends_with(key, value) {
        room.give(&["\\", value]);
    }
}

fn ends_with(key: &str, value: &str) -> bool {
    key.strip_suffix(value).is_some_and(|rest| rest.ends_with('\\'))
}

fn device_path(path: &str, room: &mut Room) {
    let behind_volume = behind(path, "\\device\\harddiskvolume").and_then(|rest| rest.find('\\').and_then(|at| rest.get(at..)));
    match behind_volume {
        Some(rest) => room.give(&["C:", rest]),
        None => room.give(&[path]),
    }
}

/// The names that PowerShell gives its lines (400, 600, 800 and 4103), and ours without spaces.
const PARTS: [(&str, &str); 20] = [
    ("HostName", "HostName"),
    ("HostVersion", "HostVersion"),
    ("HostId", "HostId"),
    ("HostApplication", "HostApplication"),
    ("EngineVersion", "EngineVersion"),
    ("CommandName", "CommandName"),
    ("CommandType", "CommandType"),
    ("ScriptName", "ScriptName"),
    ("CommandPath", "CommandPath"),
    ("CommandLine", "CommandLine"),
    ("UserId", "User"),
    ("NewProviderState", "NewProviderState"),
    ("ProviderName", "ProviderName"),
    ("Host Name", "HostName"),
    ("Host Application", "HostApplication"),
    ("Engine Version", "EngineVersion"),
    ("Command Name", "CommandName"),
    ("Command Type", "CommandType"),
    ("Script Name", "ScriptName"),
    ("User", "User"),
];

fn parts(value: &str, room: &mut Room) {
    for line in value.lines() {
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if let Some((_, known)) = PARTS.iter().find(|(written, _)| *written == name)
            && !value.is_empty()
            && room.parts.len() < PARTS.len()
        {
            let start = room.text.len();
            room.text.push_str(value);
            room.parts.push((known, start, room.text.len()));
        }
    }
}

fn hash(kind: &str, value: &str, room: &mut Room) {
    if !value.is_empty() {
        room.give(&[kind, value]);
    }
}

/// The ending of the file that a URL names, as `exe`.
fn extension(url: &str, room: &mut Room) {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name = path.rsplit('/').next().unwrap_or(path);
    if let Some((_, ending)) = name.rsplit_once('.').filter(|(_, ending)| (1..=8).contains(&ending.len())) {
        room.give(&[ending]);
    }
}
