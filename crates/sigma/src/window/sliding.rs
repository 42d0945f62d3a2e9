//! A group that is judged with each event: so many events, so many values, or so large a sum within the timespan.

use super::{Arrival, CROWD, Entry, Lost, SHOWN, Shown, Sizes, bytes, shown};
use crate::correlation::{Correlation, Kind};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The entries in order of time, and what the timespan that ends with the last arrival holds. As long as each event comes
/// behind the one before, that is kept up to date at no cost; else it is counted anew.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sliding {
    entries: VecDeque<Entry>,
    /// For `value_count`, the times of each value's entries, which are more than the timespan apart.
    values: HashMap<Box<str>, Vec<(i64, u64)>>,
    /// Of `value_count`, entries whose value came again; they have no value any more.
    void: usize,
    /// Bytes of kept events.
    kept: usize,
    #[serde(skip)]
    run: Option<Run>,
}

/// What a timespan holds: its first and last entry, and their count or sum.
#[derive(Debug, Clone, Copy)]
struct Run {
    first: usize,
    last: usize,
    held: i128,
}

type Found = Option<(Vec<Arc<Shown>>, Option<f64>)>;

/// What an entry counts for.
fn weight(kind: Kind, entry: &Entry) -> i128 {
    match kind {
        Kind::ValueSum => entry.number,
        Kind::ValueCount => i128::from(entry.slot != VOID),
        Kind::EventCount | Kind::ValueAvg | Kind::ValuePercentile | Kind::Temporal | Kind::TemporalOrdered => 1,
    }
}

/// The slot of an entry that counts no more.
const VOID: usize = usize::MAX;

impl Sliding {
    pub fn sizes(&self) -> Sizes {
        (self.entries.len(), self.kept)
    }

    /// Adds an event and forgets those before `oldest`.
    pub fn add(&mut self, of: &Correlation, seq: u64, new: Arrival, oldest: i64, lost: &mut Lost) -> Found {
        let kind = of.ask.kind;
        while self.entries.front().is_some_and(|entry| entry.at < oldest) {
            self.pop(kind);
        }
        if self.entries.len() >= CROWD {
            self.pop(kind);
            lost.events += 1;
        }
        if kind == Kind::ValueCount {
            if self.superseded(of, &new) {
                return None;
            }
            self.values.entry(new.value.clone()).or_default().push((new.at, seq));
            if self.void > self.entries.len() / 2 + 64 {
                self.entries.retain(|entry| entry.slot != VOID);
                (self.void, self.run) = (0, None);
            }
        }
        let Arrival { at, value, number, kept, .. } = new;
        let value = if kind == Kind::ValueCount { value } else { Box::default() };
        let place = self.put(Entry { at, seq, slot: 0, value, number, kept });
        let run = self.run_to(of, place);
        self.run = Some(run);
        let range = if run.held >= of.ask.least { run.first..=run.last } else { self.later(of, run)? };
        let value = (kind == Kind::ValueSum).then(|| self.held(kind, range.clone()) as f64 / 1_000.0);
        Some((self.take(range), value))
    }

    /// Puts an entry behind those of its time and before. The events of the twenty before it are kept to be shown.
    fn put(&mut self, entry: Entry) -> usize {
        let place = match self.entries.back() {
            Some(back) if back.at > entry.at => self.entries.partition_point(|old| old.at <= entry.at),
            Some(_) | None => self.entries.len(),
        };
        self.kept += bytes(&entry);
        self.entries.insert(place, entry);
        if let Some(old) = place.checked_sub(SHOWN).and_then(|n| self.entries.get_mut(n)) {
            self.kept = self.kept.saturating_sub(bytes(old));
            old.kept = None;
        }
        // What lies behind the new entry has moved on; where that is part of the run, the run is no more.
        if self.run.is_some_and(|run| run.last >= place) {
            self.run = None;
        }
        place
    }

    /// Has the value been seen so shortly after that this arrival says nothing new? One shortly before it is void from now on.
    fn superseded(&mut self, of: &Correlation, new: &Arrival) -> bool {
        let Some(times) = self.values.get_mut(&new.value) else {
            return false;
        };
        if times.iter().any(|(at, _)| *at > new.at && at.saturating_sub(of.millis) <= new.at) {
            return true;
        }
        let near = times.iter().position(|(at, _)| *at <= new.at && new.at.saturating_sub(of.millis) <= *at);
        if let Some(old) = near.map(|n| times.swap_remove(n)) {
            let place = self.entries.partition_point(|entry| (entry.at, entry.seq) < old);
            if let Some(entry) = self.entries.get_mut(place) {
                entry.slot = VOID;
                entry.value = Box::default();
                self.kept = self.kept.saturating_sub(bytes(entry));
                entry.kept = None;
                self.void += 1;
                if let Some(run) = self.run.as_mut().filter(|run| (run.first..=run.last).contains(&place)) {
                    run.held -= 1;
                }
            }
        }
        false
    }

    /// The timespan that ends with the entry at a place.
    fn run_to(&self, of: &Correlation, place: usize) -> Run {
        let kind = of.ask.kind;
        let start = self.at(place).saturating_sub(of.millis);
        match self.run {
            Some(run) if run.last + 1 == place => {
                let mut run = Run { last: place, held: run.held + self.weight(kind, place), ..run };
                while run.first < place && self.at(run.first) < start {
                    run.held -= self.weight(kind, run.first);
                    run.first += 1;
                }
                run
            }
            Some(_) | None => {
                let first = self.entries.partition_point(|entry| entry.at < start);
                Run { first, last: place, held: self.held(kind, first..=place) }
            }
        }
    }

    /// A later timespan that holds the last arrival and is enough.
    fn later(&self, of: &Correlation, mut run: Run) -> Option<RangeInclusive<usize>> {
        let kind = of.ask.kind;
        let newest = run.last;
        for place in newest + 1..self.entries.len() {
            run.held += self.weight(kind, place);
            while run.first <= newest && self.at(run.first) < self.at(place).saturating_sub(of.millis) {
                run.held -= self.weight(kind, run.first);
                run.first += 1;
            }
            if run.first > newest {
                return None;
            }
            if run.held >= of.ask.least {
                return Some(run.first..=place);
            }
        }
        None
    }

    fn at(&self, place: usize) -> i64 {
        self.entries.get(place).map_or(i64::MIN, |entry| entry.at)
    }

    fn weight(&self, kind: Kind, place: usize) -> i128 {
        self.entries.get(place).map_or(0, |entry| weight(kind, entry))
    }

    fn held(&self, kind: Kind, range: RangeInclusive<usize>) -> i128 {
        self.entries.range(range).map(|entry| weight(kind, entry)).sum()
    }

    /// Forgets the first entry.
    fn pop(&mut self, kind: Kind) {
        let Some(entry) = self.entries.pop_front() else { return };
        self.kept = self.kept.saturating_sub(bytes(&entry));
        self.forget(&entry);
        self.run = self.run.and_then(|run| {
            let held = if run.first == 0 { run.held - weight(kind, &entry) } else { run.held };
            Some(Run { first: run.first.saturating_sub(1), last: run.last.checked_sub(1)?, held })
        });
    }

    fn forget(&mut self, entry: &Entry) {
        if entry.slot == VOID {
            self.void = self.void.saturating_sub(1);
        }
        if let Some(times) = self.values.get_mut(&entry.value) {
            times.retain(|(_, seq)| *seq != entry.seq);
            if times.is_empty() {
                self.values.remove(&entry.value);
            }
        }
    }

    /// Takes the entries of a finding out, for its events.
    fn take(&mut self, range: RangeInclusive<usize>) -> Vec<Arc<Shown>> {
        let taken: Vec<Entry> = self.entries.drain(range).collect();
        self.run = None;
        for entry in &taken {
            self.kept = self.kept.saturating_sub(bytes(entry));
            self.forget(entry);
        }
        shown(taken.iter())
    }

    /// Makes whole what was not saved; says whether a group can be like this.
    pub fn restore(&mut self, of: &Correlation) -> bool {
        self.run = None;
        self.kept = self.entries.iter().map(bytes).sum();
        self.void = self.entries.iter().filter(|entry| entry.slot == VOID).count();
        let ordered = self.entries.iter().zip(self.entries.iter().skip(1)).all(|(one, two)| one.at <= two.at);
        self.values.clear();
        if of.ask.kind == Kind::ValueCount {
            for entry in self.entries.iter().filter(|entry| entry.slot != VOID) {
                self.values.entry(entry.value.clone()).or_default().push((entry.at, entry.seq));
            }
        }
        ordered && self.entries.len() <= CROWD
    }
}
