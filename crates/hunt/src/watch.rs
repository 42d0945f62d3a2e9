//! Following files that grow, and folders in which new ones appear.
//!
//! Files are known by their number on the disk, so one that is renamed goes on where it was; by their first bytes, so one that
//! was copied or packed is not told again; and begin anew when they become shorter. They are looked at again and again
//! rather than waited for, because that works on every disk and network share.

use crate::about::Summary;
use crate::blocks::{Block, Opened};
use crate::catch::Catch;
use crate::correlating::Correlating;
use crate::course::Course;
use crate::desk::{Counts, Desk, Piece, Told};
use crate::follow::{self, Followed, Form, Key};
use crate::kept::{Feed, Found};
use crate::run::{Aims, Hunt};
use crate::sorted::Sortable as _;
use crate::walk::{self, Input};
use base::Clock;
use decode::windows::Mapping;
use sigma::Fault;
use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

struct Watch<'h> {
    hunt: &'h Hunt,
    course: &'h Arc<Course>,
    known: HashMap<Key, Followed>,
    /// Files that are gone or began anew: copies of them are known by these.
    former: VecDeque<Followed>,
    desk: Desk,
    correlating: Correlating,
    summary: Summary,
    on: &'h mut dyn FnMut(&Catch<'_>),
}

/// Faults told in all.
const TOLD_IN_ALL: usize = 10_000;
/// Files that are gone or began anew and are still remembered.
const FORMER: usize = 1_000;

impl Hunt {
    /// As `run`, and then follows what is written to files, and new files in folders, until `course` stops it. What is there
    /// already is told in the order of time, what comes later as it comes. Files are looked at after each `pause`.
    ///
    /// A line counts once its end is written. What has no lines and is no Windows event log (archives, JSON lists, UTF-16) is
    /// gone through as a whole whenever it has changed and come to rest.
    pub fn watch(&self, paths: &[PathBuf], course: &Arc<Course>, pause: Duration, on: &mut dyn FnMut(&Catch<'_>)) -> Summary {
        let (mut inputs, mut faults) = walk::inputs(paths);
        inputs.retain(|input| !input.is_stdin());
        let mut known = HashMap::new();
        for input in &mut inputs {
            match Followed::begin(input) {
                Ok((key, followed)) => {
                    input.limit = followed.limit();
                    known.insert(key, followed);
                }
                Err(error) => faults.push(fault(&input.name, &error)),
            }
        }
        let (mut summary, correlating, _) = self.gathered(inputs, course, Aims { sums: false, goes_on: true }, on);
        summary.tell(faults);
        let mapping = match Mapping::own() {
            Ok(mapping) => mapping,
            Err(error) => {
                summary.faults.push(fault("the mapping", &io::Error::other(error)));
                return summary;
            }
        };
        let desk = Desk::new(self.brief(), &Arc::new(mapping), false);
        let mut watch = Watch { hunt: self, course, known, former: VecDeque::new(), desk, correlating, summary, on };
        while !course.stopped() {
            watch.look(paths);
            thread::sleep(pause);
        }
        watch.summary.forgotten = watch.correlating.forgotten();
        watch.summary.stopped = false;
        watch.summary
    }
}

fn fault(file: &str, error: &io::Error) -> Fault {
    Fault { file: file.to_owned(), line: None, reason: error.to_string() }
}

impl Watch<'_> {
    /// Looks at all files once.
    fn look(&mut self, paths: &[PathBuf]) {
        // Why a path cannot be read was told at the beginning; while a log is rotated it is missing for a moment.
        let (inputs, _) = walk::inputs(paths);
        let mut whole = Vec::new();
        let mut seen = HashSet::with_capacity(inputs.len());
        for input in inputs.into_iter().filter(|input| !input.is_stdin()) {
            if self.course.stopped() {
                break;
            }
            let outcome = follow::key(&input.path).and_then(|key| {
                seen.insert(key);
                self.file(key, &input, &mut whole)
            });
            match outcome {
                Err(error) if error.kind() != io::ErrorKind::NotFound => self.tell(fault(&input.name, &error)),
                Ok(()) | Err(_) => {}
            }
        }
        self.leave(&seen);
        let mut closed = Vec::new();
        self.correlating.advance(Clock::System.now().0, &mut |found| closed.push(found));
        self.report(closed);
        if !whole.is_empty() {
            self.whole(whole);
        }
    }

    fn file(&mut self, key: Key, input: &Input, whole: &mut Vec<Input>) -> io::Result<()> {
        let mut followed = match self.known.remove(&key) {
            Some(followed) => followed,
            None => Followed::fresh(input, self.known.values().chain(&self.former))?,
        };
        let outcome = followed.look(input).and_then(|anew| {
            if anew {
                let new = Followed::fresh(input, self.known.values().chain(&self.former))?;
                self.remember(std::mem::replace(&mut followed, new));
            }
            if followed.form != Form::Whole {
                return self.growth(&mut followed);
            }
            whole.extend(followed.ready().then(|| input.clone()));
            Ok(())
        });
        self.known.insert(key, followed);
        outcome
    }

    /// What was written to a named file before it was moved away.
    fn leave(&mut self, seen: &HashSet<Key>) {
        let gone = self.known.keys().filter(|key| !seen.contains(*key));
        for key in gone.copied().collect::<Vec<Key>>() {
            let Some(mut followed) = self.known.remove(&key) else { continue };
            match self.growth(&mut followed) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => self.tell(fault(&followed.name, &error)),
                Ok(()) | Err(_) => {}
            }
            self.remember(followed);
        }
    }

    fn remember(&mut self, mut former: Followed) {
        former.close();
        self.former.push_back(former);
        if self.former.len() > FORMER {
            self.former.pop_front();
        }
    }

    /// Judges what was added to a file.
    fn growth(&mut self, followed: &mut Followed) -> io::Result<()> {
        while let Some((bytes, lines)) = followed.next_piece()? {
            let Some(kind) = followed.kind() else { break };
            let (name, head): (Arc<str>, _) = (followed.name.as_str().into(), Arc::clone(&followed.columns));
            let of = Arc::new(Opened { input: Arc::clone(&name), name: Arc::clone(&name), kind });
            let block = Block { of, part: 0, before: lines, head, bytes, last: false };
            (self.desk.after, self.desk.newest) = (followed.after(), 0);
            let mut parts = Vec::new();
            let mut source = self.desk.source(&block);
            let judged = self.desk.judge(&name, 0, &mut source, self.course, &mut |piece| parts.push(piece));
            parts.push(std::mem::take(&mut self.desk.piece));
            parts.into_iter().for_each(|piece| self.told(piece));
            judged?;
            followed.judged(self.desk.newest);
            if self.course.stopped() {
                break;
            }
        }
        Ok(())
    }

    /// Goes through files as wholes.
    fn whole(&mut self, inputs: Vec<Input>) {
        let mut gathered = self.hunt.collected(inputs, self.course);
        self.count(&gathered.counts);
        std::mem::take(&mut gathered.faults).into_values().flatten().for_each(|told| self.tell(told.into()));
        let mut all = Vec::new();
        let outcome = gathered.found.take().and_then(|found| {
            found.into_iter().try_for_each(|found| {
                all.push(found?);
                Ok(())
            })
        });
        let fed = gathered.correlating.waiting().and_then(|feeds| {
            feeds.into_iter().try_for_each(|feed| {
                self.correlating.add(feed?, &mut |found| all.push(found));
                Ok(())
            })
        });
        for error in [outcome.err(), fed.err()].into_iter().flatten() {
            self.tell(fault("the temporary folder", &error));
        }
        self.report(all);
    }

    fn told(&mut self, piece: Piece) {
        let Piece { mut found, mut feeds, faults, counts, .. } = piece;
        self.count(&counts);
        faults.into_iter().for_each(|told| self.tell(told.into()));
        feeds.sort_by(Feed::order);
        for feed in feeds {
            self.correlating.add(feed, &mut |new| found.push(new));
        }
        self.report(found);
    }

    fn report(&mut self, mut found: Vec<Found>) {
        self.summary.findings += found.len() as u64;
        found.sort_by(Found::order);
        for found in found {
            (self.on)(&Catch::new(&self.hunt.rules, &found));
        }
    }

    fn count(&mut self, counts: &Counts) {
        let summary = &mut self.summary;
        let Counts { files, passed, events, outside, errors, excluded } = counts;
        summary.files += files;
        summary.passed += passed;
        summary.events += events;
        summary.outside += outside;
        summary.errors += errors;
        summary.excluded.iter_mut().zip(excluded).for_each(|(sum, more)| *sum += more);
        self.course.judged(*files, *events, 0);
    }

    fn tell(&mut self, fault: Fault) {
        if self.summary.faults.len() < TOLD_IN_ALL && !self.summary.faults.contains(&fault) {
            self.summary.faults.push(fault);
        }
    }
}

impl From<Told> for Fault {
    fn from(told: Told) -> Fault {
        Fault { file: told.file, line: told.line.and_then(|line| usize::try_from(line).ok()), reason: told.reason }
    }
}
