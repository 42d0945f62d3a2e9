//! A group that waits for several rules, in any order or in theirs.

use super::{Arrival, Entry, Lost, Shown, Sizes, bytes, shown};
use crate::correlation::{Correlation, Kind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Entries of one group; of more, the first to have come is forgotten.
const MOST: usize = 256;

/// The entries in order of time; of one rule's that stand together, those in the middle are left out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Steps(Vec<Entry>);

impl Steps {
    pub fn sizes(&self) -> Sizes {
        (self.0.len(), self.0.iter().map(bytes).sum())
    }

    /// Adds an event and forgets those before `oldest`.
    pub fn add(
        &mut self,
        of: &Correlation,
        seq: u64,
        new: Arrival,
        oldest: i64,
        lost: &mut Lost,
    ) -> Option<(Vec<Arc<Shown>>, Option<f64>)> {
        self.0.retain(|entry| entry.at >= oldest);
        let at = new.at;
        for slot in new.slots {
            let place = self.0.partition_point(|old| old.at <= at);
            self.0.insert(place, Entry { at, seq, slot, value: Box::default(), number: 0, kept: new.kept.clone() });
        }
        let found = self.enough(of, at);
        if let Some((first, last)) = found {
            let taken: Vec<Entry> = self.0.drain(first..=last).collect();
            let events = match of.ask.kind {
                Kind::TemporalOrdered => shown(in_order(&taken).into_iter()),
                _ => shown(taken.iter()),
            };
            return Some((events, None));
        }
        self.thin(of.millis);
        if self.0.len() > MOST
            && let Some((n, _)) = self.0.iter().enumerate().min_by_key(|(_, entry)| entry.seq)
        {
            self.0.remove(n);
            lost.events += 1;
        }
        None
    }

    /// The first and last entry of a timespan that holds the time `at` and is enough.
    fn enough(&self, of: &Correlation, at: i64) -> Option<(usize, usize)> {
        let newest = self.0.partition_point(|entry| entry.at <= at).checked_sub(1)?;
        for last in newest..self.0.len() {
            let end = self.0.get(last)?.at;
            if end.saturating_sub(of.millis) > at {
                return None;
            }
            let first = self.0.partition_point(|entry| entry.at < end.saturating_sub(of.millis));
            let span = self.0.get(first..=last)?;
            let held = match of.ask.kind {
                Kind::TemporalOrdered => in_order(span).len(),
                _ => span.iter().enumerate().filter(|(n, one)| !span.iter().take(*n).any(|old| old.slot == one.slot)).count(),
            };
            if held as i128 >= of.ask.least {
                return Some((first, last));
            }
        }
        None
    }

    /// Of three entries of one rule in a row that lie within the timespan, the one in the middle says nothing more.
    fn thin(&mut self, millis: i64) {
        let mut n = 0;
        while let (Some(one), Some(two), Some(three)) = (self.0.get(n), self.0.get(n + 1), self.0.get(n + 2)) {
            let alike = one.slot == two.slot && two.slot == three.slot;
            if alike && three.at.saturating_sub(millis) <= one.at {
                self.0.remove(n + 1);
            } else {
                n += 1;
            }
        }
    }

    /// Says whether a group can be like this.
    pub fn restore(&mut self, of: &Correlation) -> bool {
        let ordered = self.0.iter().zip(self.0.iter().skip(1)).all(|(one, two)| one.at <= two.at);
        ordered && self.0.len() <= MOST && self.0.iter().all(|entry| entry.slot < of.rules.len())
    }
}

/// The first entry of each rule behind that of the rule before it, as far as they go.
fn in_order(entries: &[Entry]) -> Vec<&Entry> {
    let mut chosen = Vec::new();
    for entry in entries {
        if entry.slot == chosen.len() {
            chosen.push(entry);
        }
    }
    chosen
}
