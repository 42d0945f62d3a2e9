//! What a hunt is asked, and what it tells.

use sigma::{Fault, Level};
use std::path::PathBuf;

/// How a hunt reads events and which findings it tells.
#[derive(Debug, Clone)]
pub struct Options {
    /// Findings below it are not told.
    pub min_level: Level,
    /// Settles the year of log lines that have none.
    pub now: base::Moment,
    /// How far the logs' local time is from UTC, in milliseconds.
    pub east: i64,
}

/// How much a hunt may take up, whatever it is given.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Bytes of findings, and as many of events for correlations, that are held before they go to the temporary folder.
    pub memory: usize,
    /// Bytes of events that wait in the temporary folder to be correlated; beyond it the older half is correlated early.
    pub waiting: u64,
    /// How often its own size an archive may be unpacked to, once that is more than `unpacked`.
    pub ratio: u64,
    /// Bytes that any archive may be unpacked to, however small it is.
    pub unpacked: u64,
    /// Bytes of one archive within another, which is kept in the temporary folder while it is read.
    pub inner: u64,
    /// Members of all archives within one file.
    pub members: u64,
    /// How deep archives may lie within archives.
    pub depth: usize,
    /// Where what does not fit into memory is kept for a while; nothing is ever written beside what is read.
    pub temp: PathBuf,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            memory: 96 << 20,
            waiting: 8 << 30,
            ratio: 250,
            unpacked: 1 << 30,
            inner: 2 << 30,
            members: 100_000,
            depth: 4,
            temp: std::env::temp_dir(),
        }
    }
}

/// One finding of a hunt.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub finding: wire::Finding,
    pub level: Level,
    /// The machine that the event names, or empty.
    pub host: String,
    /// The file as it was given; a member of an archive follows after a slash.
    pub source_file: PathBuf,
    /// The record's number as the file gives it, or the line's. Of a correlation, that of the event that made it whole.
    pub record_id: u64,
    /// Who wrote the rule, as the rule says: licences of rules ask that findings say it.
    pub author: String,
    /// The rule's file, as it was given.
    pub rule_file: String,
}

/// What a hunt went through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files and members of archives that were read.
    pub files: u64,
    /// Files in folders that are no kind of log, and were passed over.
    pub passed: u64,
    pub events: u64,
    /// Events before or after the time that was asked for.
    pub outside: u64,
    pub findings: u64,
    /// For each exclusion, in its order, the findings that were left out because of it.
    pub excluded: Vec<u64>,
    /// Records and files that could not be read.
    pub errors: u64,
    /// What was wrong with them; of each file the first few.
    pub faults: Vec<Fault>,
    /// Groups that correlations had to forget.
    pub forgotten: u64,
    /// Events that were correlated before all files were read, because too many waited.
    pub early: u64,
    /// Findings that could neither be held nor be put aside; they are counted among `findings`.
    pub lost: u64,
    /// Blocks that an earlier hunt had finished, and that were taken over from its state.
    pub resumed: u64,
    /// The hunt was stopped before its end.
    pub stopped: bool,
}

/// What a hunt comes to, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was read, and nothing was found.
    Clean,
    Found,
    /// Nothing was found, but something could not be read.
    Unread,
    /// It was stopped before its end.
    Stopped,
}

impl Summary {
    pub fn verdict(&self) -> Verdict {
        match self {
            Summary { stopped: true, .. } => Verdict::Stopped,
            Summary { findings: 1.., .. } => Verdict::Found,
            Summary { errors: 1.., .. } => Verdict::Unread,
            _ => Verdict::Clean,
        }
    }
}

impl Verdict {
    /// The exit code: 0, 1, 3 and 4; 2 is left for a command line that cannot be understood.
    pub fn code(self) -> u8 {
        match self {
            Verdict::Clean => 0,
            Verdict::Found => 1,
            Verdict::Unread => 3,
            Verdict::Stopped => 4,
        }
    }
}
