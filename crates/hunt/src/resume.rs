//! A hunt that goes on where it was killed: what is finished is written down, block by block, as JSON lines.
//!
//! A line is written at once and whole lines alone are believed, so it does not matter when the writing ends.

use crate::Input;
use crate::crew::{Finished, Sent};
use crate::desk::{Counts, Piece, Told};
use crate::kept::{Feed, Found};
use base::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

const VERSION: u32 = 2;
/// Bytes of the beginning of a file by which it is known again.
const HEAD: u64 = 64 << 10;
/// Bytes of one line of a state; ours are far shorter.
const LINE: u64 = 256 << 20;

/// What a file looks like from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    size: u64,
    /// When it was changed last: nanoseconds since 1970.
    changed: u128,
    /// SHA-256 of its first bytes.
    head: String,
}

#[derive(Serialize, Deserialize)]
enum Line {
    Begin { version: u32, mark: String, now: i64 },
    File { input: String, identity: Identity },
    Found { unit: u64, found: Found },
    Feed { unit: u64, feed: Feed },
    Piece { unit: u64, counts: Counts, faults: Vec<Told> },
    Done { unit: u64, input: String, file: String, part: u32 },
}

/// The blocks that an earlier hunt had finished: by file on the disk and name, their numbers.
#[derive(Debug, Default)]
pub(crate) struct Done {
    parts: HashMap<String, HashSet<u32>>,
    units: HashSet<u64>,
    /// Greater than the number of any block in the state, finished or not.
    pub next_unit: u64,
}

/// Where it is written down.
pub(crate) struct State {
    file: File,
}

impl Identity {
    pub fn of(path: &Path) -> io::Result<Identity> {
        let file = File::open(path)?;
        let meta = file.metadata()?;
        let mut head = Vec::new();
        file.take(HEAD).read_to_end(&mut head)?;
        let changed = meta.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Ok(Identity { size: meta.len(), changed, head: format!("{:x}", Sha256::digest(&head)) })
    }
}

impl Done {
    pub fn has(&self, input: &str, file: &str, part: u32) -> bool {
        !self.parts.is_empty() && self.parts.get(&key(input, file)).is_some_and(|parts| parts.contains(&part))
    }

    pub fn len(&self) -> u64 {
        self.units.len() as u64
    }
}

fn key(input: &str, file: &str) -> String {
    format!("{input}\0{file}")
}

/// When the hunt of a state began, if there is one: `-7d` then means the same as it did.
pub fn begun(path: &Path) -> Option<Moment> {
    let file = File::open(path).ok()?;
    match read_line(&mut BufReader::new(file)).ok()?? {
        Line::Begin { now, .. } => Some(Moment(now)),
        Line::File { .. } | Line::Found { .. } | Line::Feed { .. } | Line::Piece { .. } | Line::Done { .. } => None,
    }
}

/// The next line; one that is not whole is passed over.
fn read_line(from: &mut BufReader<File>) -> io::Result<Option<Line>> {
    loop {
        let mut line = Vec::new();
        if from.by_ref().take(LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if let Ok(line) = serde_json::from_slice(&line) {
            return Ok(Some(line));
        }
    }
}

impl State {
    /// Opens a state, or begins one. Refuses a file that is no state, and the state of a hunt with other rules or options,
    /// which `mark` stands for.
    pub fn open(path: &Path, mark: &str, now: Moment, inputs: &[Input]) -> io::Result<(State, Done)> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut done = Done::default();
        if file.metadata()?.len() == 0 {
            let mut state = State { file };
            state.write(&[Line::Begin { version: VERSION, mark: mark.to_owned(), now: now.0 }])?;
            return Ok((state, done));
        }
        let refuse = |reason: &str| Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        file.seek(SeekFrom::Start(0))?;
        let mut from = BufReader::new(file.try_clone()?);
        match read_line(&mut from)? {
            Some(Line::Begin { version: VERSION, mark: of, .. }) if of == mark => {}
            Some(Line::Begin { version: VERSION, .. }) => {
                return refuse("this state is of a hunt with other rules or options; name another file, or remove it");
            }
            _ => return refuse("this is no state of a hunt that this version can go on with"),
        }
        let mut finished = Seen::default();
        while let Some(line) = read_line(&mut from)? {
            finished.line(line);
        }
        for input in inputs {
            let same = || Identity::of(&input.path).is_ok_and(|now| finished.files.get(&input.name) == Some(&now));
            let Some(units) = finished.units.get(&input.name) else { continue };
            if same() {
                for (unit, (file, part)) in units {
                    done.units.insert(*unit);
                    done.parts.entry(key(&input.name, file)).or_default().insert(*part);
                }
            }
        }
        done.next_unit = finished.next_unit;
        // The last line may have been cut off.
        file.write_all(b"\n")?;
        Ok((State { file }, done))
    }

    /// Goes through what was found in the blocks that are done.
    pub fn replay(&mut self, done: &Done, on: &mut dyn FnMut(Piece)) -> io::Result<()> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        let mut from = BufReader::new(file);
        while let Some(line) = read_line(&mut from)? {
            let (unit, piece) = match line {
                Line::Found { unit, found } => (unit, Piece { found: vec![found], ..Piece::default() }),
                Line::Feed { unit, feed } => (unit, Piece { feeds: vec![feed], ..Piece::default() }),
                Line::Piece { unit, counts, faults } => (unit, Piece { counts, faults, ..Piece::default() }),
                Line::Begin { .. } | Line::File { .. } | Line::Done { .. } => continue,
            };
            if done.units.contains(&unit) {
                on(piece);
            }
        }
        Ok(())
    }

    /// Writes down what was handed over.
    pub fn keep(&mut self, sent: &Sent) -> io::Result<()> {
        let mut lines = Vec::new();
        match sent {
            Sent::Sums(_) => {}
            Sent::File { input, identity } => {
                lines.push(Line::File { input: input.to_string(), identity: identity.clone() });
            }
            Sent::Piece { unit, piece, done } => {
                lines.extend(piece.found.iter().map(|found| Line::Found { unit: *unit, found: found.clone() }));
                lines.extend(piece.feeds.iter().map(|feed| Line::Feed { unit: *unit, feed: feed.clone() }));
                lines.push(Line::Piece { unit: *unit, counts: piece.counts.clone(), faults: piece.faults.clone() });
                if let Some(Finished { input, file, part }) = done {
                    lines.push(Line::Done { unit: *unit, input: input.to_string(), file: file.to_string(), part: *part });
                }
            }
        }
        self.write(&lines)
    }

    fn write(&mut self, lines: &[Line]) -> io::Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        self.file.write_all(&text)
    }
}

/// What the lines of a state say was finished.
#[derive(Default)]
struct Seen {
    files: HashMap<String, Identity>,
    /// By file on the disk: units with name and number.
    units: HashMap<String, HashMap<u64, (String, u32)>>,
    next_unit: u64,
}

impl Seen {
    fn line(&mut self, line: Line) {
        if let Line::Found { unit, .. } | Line::Feed { unit, .. } | Line::Piece { unit, .. } | Line::Done { unit, .. } = &line {
            self.next_unit = self.next_unit.max(unit.saturating_add(1));
        }
        match line {
            Line::File { input, identity } => {
                if self.files.get(&input).is_some_and(|before| *before != identity) {
                    self.units.remove(&input);
                }
                self.files.insert(input, identity);
            }
            Line::Done { unit, input, file, part } => {
                self.units.entry(input).or_default().insert(unit, (file, part));
            }
            Line::Begin { .. } | Line::Found { .. } | Line::Feed { .. } | Line::Piece { .. } => {}
        }
    }
}
