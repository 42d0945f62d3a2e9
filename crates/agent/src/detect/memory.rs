//! What the judge remembers over restarts: how far the logs were read, what correlations hold, and which findings of that are
//! on their way into the spool.
//!
//! All of it is one file that is written whole, so that after a crash the counts are those of the lines read, neither more
//! nor less. A finding is written here before it goes into the spool, with the number that the spool will give it; so after
//! a crash it is known whether the spool has it. What follows for an agent that is killed at any point:
//!
//! - Events out of the journal and the logs are counted once, and findings on them told once.
//! - Events that were only ever seen live (processes, files, ports) are lost from counts if they came after the last
//!   writing, ten seconds at most. They are never counted twice.
//! - What is no finding (a sign-in worth telling) may be told twice, and is not lost.
//! - While the disk takes nothing, neither this file nor the spool can promise anything; both say so in the log.

use crate::home::Home;
use crate::watch::logs::{Place, Places};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sigma::Correlator;
use std::io::{self, Read};
use wire::{Body, Finding};

/// The form of the file; another is refused.
const VERSION: u32 = 1;
/// The file is at most so large; correlations that would make it larger are left out of it.
const MOST: usize = 32 << 20;
/// Its name among the states of the agent's folder.
const FILE: &str = "memory";

/// How far a log has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// The journal, by its own cursor.
    Journal(String),
    /// A log file, by its name.
    Log(String, Place),
}

/// The file, and what is to be kept in it.
#[derive(Debug)]
pub struct Memory {
    home: Home,
    device: String,
    journal: String,
    logs: Places,
    /// What was found in the file, for the judge to go on with.
    left: Left,
    /// The hash of what the file holds.
    written: String,
    /// Was it said that the correlations are too large?
    said: bool,
}

/// What an agent that ran before has left to the next.
#[derive(Debug, Default)]
pub struct Left {
    /// As `Correlator::save` gave it; empty where there is nothing.
    pub correlations: Vec<u8>,
    /// The number of the first of `findings` in the spool.
    pub number: u64,
    /// Findings of which the spool may have some.
    pub findings: Vec<Finding>,
}

#[derive(Serialize, Deserialize)]
struct Version {
    version: u32,
}

/// What stands in the file before the correlations, on one line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: u32,
    device: String,
    journal: String,
    logs: Places,
    number: u64,
    findings: Vec<Finding>,
}

/// Why the file is not used.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("it is larger than {MOST} bytes")]
    TooLarge,
    #[error("it is damaged")]
    Damaged,
    #[error("it is of version {0}; this agent reads {VERSION}")]
    Version(u32),
    #[error("it is of another device")]
    Foreign,
}

impl Memory {
    /// What the agent of this device kept; where there is nothing, or nothing that can be trusted, it begins anew.
    pub fn open(home: &Home, device: &str) -> Memory {
        let found = read(home, device).unwrap_or_else(|why| {
            tracing::warn!("what was counted and how far logs were read is not used, and begun anew: {why}");
            None
        });
        let (home, device) = (home.clone(), device.to_owned());
        let (journal, logs, left, written) = match found {
            Some((head, correlations, seal)) => {
                (head.journal, head.logs, Left { correlations, number: head.number, findings: head.findings }, seal)
            }
            None => Default::default(),
        };
        Memory { home, device, journal, logs, left, written, said: false }
    }

    /// The journal's cursor; empty where it was never read.
    pub fn journal(&self) -> &str {
        &self.journal
    }

    /// How far each log file was read.
    pub fn logs(&self) -> &Places {
        &self.logs
    }

    /// What there is to go on with; once.
    pub fn left(&mut self) -> Left {
        std::mem::take(&mut self.left)
    }

    /// A log has been read so far, and all that came of it was judged.
    pub fn reach(&mut self, reached: Reached) {
        match reached {
            Reached::Journal(cursor) => self.journal = cursor,
            Reached::Log(name, place) => drop(self.logs.insert(name, place)),
        }
    }

    /// Writes everything down, where it is not as it was. `findings` are those among the bodies, which go into the spool
    /// next, the first with this number.
    pub fn keep(&mut self, correlator: &Correlator, number: u64, findings: &[Body]) {
        let finding = |body: &Body| if let Body::Finding(finding) = body { Some(finding.clone()) } else { None };
        let head = Head {
            version: VERSION,
            device: self.device.clone(),
            journal: self.journal.clone(),
            logs: self.logs.clone(),
            number,
            findings: findings.iter().filter_map(finding).collect(),
        };
        let whole = serde_json::to_vec(&head).map_err(io::Error::from).and_then(|mut whole| {
            let correlations = correlator.save();
            whole.push(b'\n');
            match whole.len() + correlations.len() < MOST - SEAL {
                true => whole.extend_from_slice(&correlations),
                false if self.said => {}
                false => {
                    self.said = true;
                    tracing::warn!("correlations hold too much to be kept: a restart will begin them anew");
                }
            }
            let seal = hex::encode(Sha256::digest(&whole));
            if seal != self.written {
                self.home.write(&format!("state/{FILE}"), &[seal.as_bytes(), b"\n", &whole].concat())?;
            }
            Ok(seal)
        });
        match whole {
            Ok(seal) => self.written = seal,
            Err(why) => tracing::warn!("what correlations count cannot be kept: {why}"),
        }
    }
}

/// Letters of the first line: the hash of everything behind it.
const SEAL: usize = 65;

type Whole = (Head, Vec<u8>, String);

fn read(home: &Home, device: &str) -> Result<Option<Whole>, Refused> {
    let file = match std::fs::File::open(home.path("state").join(FILE)) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut bytes = Vec::new();
    file.take(MOST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MOST {
        return Err(Refused::TooLarge);
    }
    let line = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'\n').map(|end| (end, end + 1));
    let (end, next) = line(&bytes).ok_or(Refused::Damaged)?;
    let whole = bytes.split_off(next);
    let seal = hex::encode(Sha256::digest(&whole));
    if bytes.get(..end) != Some(seal.as_bytes()) {
        return Err(Refused::Damaged);
    }
    let (end, next) = line(&whole).ok_or(Refused::Damaged)?;
    let head = whole.get(..end).unwrap_or_default();
    let version: Version = serde_json::from_slice(head).map_err(|_| Refused::Damaged)?;
    if version.version != VERSION {
        return Err(Refused::Version(version.version));
    }
    let head: Head = serde_json::from_slice(head).map_err(|_| Refused::Damaged)?;
    if head.device != device {
        return Err(Refused::Foreign);
    }
    Ok(Some((head, whole.get(next..).unwrap_or_default().to_vec(), seal)))
}
