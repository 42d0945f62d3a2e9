//! What a correlation remembers: for each group, the events within the timespan, by the events' own time.

use crate::correlation::{Correlation, Kind};
use std::collections::HashMap;
use std::sync::Arc;

/// What one correlation may remember at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Groups of one correlation.
    pub groups: usize,
    /// Remembered events of one correlation, over all its groups.
    pub entries: usize,
    /// Bytes of whole events kept for findings, over all correlations; beyond it findings tell of fewer events.
    pub kept: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { groups: 10_000, entries: 50_000, kept: 4 << 20 }
    }
}

/// A whole event that a finding may show.
#[derive(Debug, Clone)]
pub struct Kept {
    pub event: Arc<wire::Event>,
    pub size: usize,
}

/// An event as it comes to a group.
#[derive(Debug)]
pub struct Arrival {
    pub at: i64,
    /// Which of the correlation's rules it matched, in their order.
    pub slots: Vec<usize>,
    /// The counted value, for `value_count`.
    pub value: String,
    pub kept: Option<Kept>,
}

/// An event that counted.
#[derive(Debug)]
struct Entry {
    at: i64,
    /// Which of the correlation's rules it matched.
    slot: usize,
    /// The counted value, for `value_count`.
    value: Box<str>,
    kept: Option<Kept>,
}

#[derive(Debug, Default)]
struct Group {
    /// In the order of the events' times; of equal times, in the order of arrival.
    entries: Vec<Entry>,
    newest: i64,
}

/// The groups of one correlation.
#[derive(Debug, Default)]
pub struct Window {
    groups: HashMap<Box<str>, Group>,
    pub entries: usize,
    /// Bytes of kept events.
    pub kept: usize,
    /// Groups forgotten because there were too many.
    pub dropped: u64,
}

/// Events that one finding shows.
const SHOWN: usize = 20;
/// Entries of one group of an ordered correlation; of more, the oldest are forgotten.
const ORDERED: usize = 256;

impl Window {
    /// Adds an event that matched the correlation's rules `slots`; gives the events of the group, in order, if that was enough.
    ///
    /// A group that was enough begins anew, so an event is part of one finding at most. An event older than the group's
    /// newest by more than the timespan comes too late and is left out.
    pub fn add(&mut self, of: &Correlation, limits: &Limits, group: &str, new: &Arrival) -> Option<Vec<Arc<wire::Event>>> {
        let at = new.at;
        if !self.groups.contains_key(group) && self.groups.len() >= limits.groups || self.entries >= limits.entries {
            self.make_room(of, at);
        }
        if !self.groups.contains_key(group) {
            self.groups.insert(group.into(), Group { entries: Vec::new(), newest: at });
        }
        let found = self.groups.get_mut(group)?;
        found.newest = found.newest.max(at);
        let oldest = found.newest.saturating_sub(of.millis);
        let (before, kept_before) = found.sizes();
        found.entries.retain(|entry| entry.at >= oldest);
        if at >= oldest {
            // An event counts once, even if it matched two of the rules.
            let most = if of.kind == Kind::EventCount { 1 } else { new.slots.len() };
            for slot in new.slots.iter().take(most) {
                found.insert(of.kind, Entry { at, slot: *slot, value: new.value.as_str().into(), kept: new.kept.clone() });
            }
        }
        let enough = found.enough(of);
        let (after, kept_after) = if enough.is_some() { (0, 0) } else { found.sizes() };
        self.entries = (self.entries + after).saturating_sub(before);
        self.kept = (self.kept + kept_after).saturating_sub(kept_before);
        if after == 0 {
            self.groups.remove(group);
        }
        enough
    }

    /// Forgets the groups whose time is over, and if that is not enough an eighth of the groups: those silent the longest.
    fn make_room(&mut self, of: &Correlation, now: i64) {
        let before = self.groups.len();
        self.groups.retain(|_, group| group.newest.saturating_add(of.millis) >= now);
        if self.groups.len() == before {
            let mut times: Vec<i64> = self.groups.values().map(|group| group.newest).collect();
            if times.is_empty() {
                return;
            }
            let eighth = times.len() / 8;
            let (_, bound, _) = times.select_nth_unstable(eighth);
            let bound = *bound;
            let mut most = eighth + 1;
            self.groups.retain(|_, group| {
                let drop = group.newest <= bound && most > 0;
                most -= usize::from(drop);
                !drop
            });
            self.dropped += (before - self.groups.len()) as u64;
        }
        let sizes = self.groups.values().map(Group::sizes);
        (self.entries, self.kept) = sizes.fold((0, 0), |(entries, kept), (more, bytes)| (entries + more, kept + bytes));
    }
}

impl Group {
    fn sizes(&self) -> (usize, usize) {
        (self.entries.len(), self.entries.iter().filter_map(|entry| entry.kept.as_ref()).map(|kept| kept.size).sum())
    }

    fn insert(&mut self, kind: Kind, entry: Entry) {
        match kind {
            Kind::EventCount | Kind::TemporalOrdered => {}
            // Of a value, or of a rule, the newest event is enough.
            Kind::ValueCount => self.entries.retain(|old| old.value != entry.value || old.at > entry.at),
            Kind::Temporal => self.entries.retain(|old| old.slot != entry.slot || old.at > entry.at),
        }
        let same = |old: &Entry| match kind {
            Kind::EventCount | Kind::TemporalOrdered => false,
            Kind::ValueCount => old.value == entry.value,
            Kind::Temporal => old.slot == entry.slot,
        };
        if self.entries.iter().any(same) {
            return;
        }
        if kind == Kind::TemporalOrdered && self.entries.len() >= ORDERED {
            self.entries.remove(0);
        }
        let at = self.entries.partition_point(|old| old.at <= entry.at);
        self.entries.insert(at, entry);
    }

    /// The events to show, if the group has what the correlation asks for.
    fn enough(&self, of: &Correlation) -> Option<Vec<Arc<wire::Event>>> {
        let chosen: Vec<&Entry> = match of.kind {
            Kind::EventCount | Kind::ValueCount | Kind::Temporal => {
                if (self.entries.len() as u64) < of.least {
                    return None;
                }
                self.entries.iter().skip(self.entries.len().saturating_sub(SHOWN)).collect()
            }
            Kind::TemporalOrdered => self.in_order(of.rules.len())?,
        };
        let mut events: Vec<Arc<wire::Event>> = Vec::new();
        for kept in chosen.iter().filter_map(|entry| entry.kept.as_ref()) {
            if events.last().is_none_or(|last| !Arc::ptr_eq(last, &kept.event)) {
                events.push(kept.event.clone());
            }
        }
        events.drain(..events.len().saturating_sub(SHOWN));
        Some(events)
    }

    /// The first run of entries that has every rule in order. All entries lie within the timespan already.
    fn in_order(&self, rules: usize) -> Option<Vec<&Entry>> {
        let mut chosen = Vec::new();
        for entry in &self.entries {
            if entry.slot == chosen.len() {
                chosen.push(entry);
            }
        }
        (chosen.len() == rules).then_some(chosen)
    }
}
