//! PowerShell: script blocks by what is in them, and what started it.

use super::pick::{Pick, host};
use super::{Collector, count, kept};
use serde::Serialize;
use sigma::Slate;

/// A script block (4104) worth reading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Script {
    pub host: String,
    pub at: i64,
    /// The file it came from; empty for what was typed or fetched.
    pub path: String,
    pub bytes: u64,
    /// How even the letters are spread, in bits a byte: prose and scripts have 4 to 5.2, encoded text more.
    pub entropy: f32,
    pub flags: Vec<Flag>,
    /// How it begins.
    pub start: String,
}

/// What is in a script block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// Holds or unpacks encoded text.
    Encoded,
    /// Fetches something.
    Download,
    /// Written so that it is hard to read.
    Obfuscated,
    /// Names tools of attackers or the memory of passwords.
    Attack,
    /// Touches protection.
    Protection,
}

impl Flag {
    pub const ALL: [Flag; 5] = [Flag::Encoded, Flag::Download, Flag::Obfuscated, Flag::Attack, Flag::Protection];
}

/// Scripts that are kept; of more, the ones with the most flags, then the longest.
const SCRIPTS: usize = 500;
/// How much of a block is looked through, in bytes: Windows cuts them at about 32 KB of letters.
const LOOKED: usize = 64 << 10;
const START: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Blocks {
    kept: Vec<Script>,
    all: u64,
}

impl Blocks {
    fn add(&mut self, script: Script) {
        self.kept.push(script);
        if self.kept.len() >= SCRIPTS * 2 {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.kept.sort_by_key(|one| (std::cmp::Reverse((one.flags.len(), one.bytes)), one.at));
        self.kept.truncate(SCRIPTS);
    }

    pub fn merge(&mut self, other: Blocks) {
        self.all += other.all;
        self.kept.extend(other.kept);
        self.cut();
    }

    pub fn finish(mut self) -> (Vec<Script>, u64) {
        self.cut();
        (self.kept, self.all)
    }
}

impl Collector {
    pub(super) fn script(&mut self, slate: &Slate) {
        let Pick([text, path]) = Pick::of(slate, ["ScriptBlockText", "Path"]);
        self.scripts.all += 1;
        let mut end = text.len().min(LOOKED);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let looked = &text[..end];
        let entropy = entropy(looked);
        let flags = flags(looked, entropy);
        // Windows writes a block for every prompt: what is short and plain is only counted.
        if flags.is_empty() && text.len() < 2_000 {
            return;
        }
        let start: String = looked.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(START).collect();
        let bytes = text.len() as u64;
        self.scripts.add(Script { host: host(slate), at: slate.at, path: kept(path), bytes, entropy, flags, start });
    }

    /// Windows PowerShell 400 and 403: the data hold `HostApplication=…` among other lines.
    pub(super) fn shell(&mut self, slate: &Slate) {
        let mut command = slate.get_named("HostApplication").unwrap_or_default();
        if command.is_empty() {
            let lines = (0..slate.len()).flat_map(|place| slate.value_at(place).lines());
            command = lines.map(str::trim).find_map(|line| line.strip_prefix("HostApplication=")).unwrap_or_default();
        }
        if !command.is_empty() {
            count(&mut self.shells, (host(slate), kept(command)), slate.at, &mut self.unlisted);
        }
    }
}

/// Words that a flag rests on, in lower case.
const WORDS: [(Flag, &[&str]); 4] = [
    (Flag::Encoded, &["frombase64string", "-encodedcommand", "gzipstream", "deflatestream", "convertto-securestring -key"]),
    (
        Flag::Download,
        &[
            "downloadstring",
            "downloadfile",
            "downloaddata",
            "invoke-webrequest",
            "start-bitstransfer",
            "net.webclient",
            "invoke-restmethod",
        ],
    ),
    (
        Flag::Attack,
        &[
            "mimikatz",
            "sekurlsa",
            "invoke-mimikatz",
            "powersploit",
            "powerview",
            "bloodhound",
            "virtualalloc",
            "writeprocessmemory",
            "createremotethread",
            "reflection.assembly]::load",
            "minidump",
            "kerberoast",
            "get-gpppassword",
            "lsass",
        ],
    ),
    (
        Flag::Protection,
        &["set-mppreference", "add-mppreference", "amsiutils", "amsiinitfailed", "disablerealtimemonitoring", "clear-eventlog"],
    ),
];

fn flags(text: &str, entropy: f32) -> Vec<Flag> {
    let lower = text.to_lowercase();
    let mut flags: Vec<Flag> =
        WORDS.iter().filter(|(_, words)| words.iter().any(|word| lower.contains(word))).map(|(flag, _)| *flag).collect();
    // Marks with which letters are hidden from a search: `ne`w, "{1}{0}" -f, [char]105, $( ), '+'.
    let marks = ["`", "[char]", "-f'", "-f '", "'+'", "\"+\"", "-bxor", "-join", ".replace("];
    let marked: usize = marks.iter().map(|mark| lower.matches(mark).count()).sum();
    let dense = text.len() >= 200 && entropy > 5.6;
    if dense || marked >= 12 && marked * 60 > text.len() {
        flags.push(Flag::Obfuscated);
    }
    flags.sort_unstable();
    flags
}

/// Shannon's entropy of the bytes, in bits.
fn entropy(text: &str) -> f32 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let all = text.len() as f32;
    counts.iter().filter(|count| **count > 0).map(|count| *count as f32 / all).map(|share| -share * share.log2()).sum()
}
