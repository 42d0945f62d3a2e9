//! What a correlation remembers: for each group, events by their own time.
//!
//! A group that is judged with each event looks at the timespans around that event only, so that a clock that is far ahead
//! does no more than stand apart. What is old is forgotten by the slowest of the machines heard of lately, and, where memory
//! runs out, by how long a group was silent: no event gains by claiming a time.

mod clock;
mod sliding;
mod steps;
mod tumbling;

use crate::correlation::{Correlation, Kind, When};
use clock::Clock;
use serde::{Deserialize, Serialize};
use sliding::Sliding;
use std::collections::HashMap;
use std::sync::Arc;
use steps::Steps;
use tumbling::Tumbling;

/// What correlations may remember at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Groups of one correlation.
    pub groups: usize,
    /// Remembered events of one correlation, over all its groups.
    pub entries: usize,
    /// Remembered events of all correlations: what one company may take.
    pub total: usize,
    /// Bytes of whole events kept for findings, over all correlations; beyond it findings tell of fewer events.
    pub kept: usize,
    /// How far behind the others an event may come, in milliseconds: so long is remembered, and waited before a timespan
    /// that is over is judged.
    pub lateness: i64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { groups: 10_000, entries: 50_000, total: 200_000, kept: 4 << 20, lateness: 10 * base::Moment::MINUTE }
    }
}

/// A whole event that a finding may show.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    #[serde(with = "shared")]
    pub event: Arc<Shown>,
    pub size: usize,
}

/// A shared event, saved whole.
mod shared {
    use super::Shown;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::sync::Arc;

    pub fn serialize<S: Serializer>(event: &Arc<Shown>, to: S) -> Result<S::Ok, S::Error> {
        event.as_ref().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Shown>, D::Error> {
        Shown::deserialize(from).map(Arc::new)
    }
}

/// An event as findings show it.
pub type Shown = wire::Event;

/// An event as it comes to a group.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub at: i64,
    /// Which of the correlation's rules it matched, in their order.
    pub slots: Vec<usize>,
    /// The counted value, for correlations of values.
    pub value: Box<str>,
    /// The value as a number, in thousandths.
    pub number: i128,
    /// Which machine sent it, as far as it says.
    pub machine: u64,
    pub kept: Option<Kept>,
}

/// The values that name a group.
pub type Key = Box<[Box<str>]>;

/// A group that has what the correlation asks for.
#[derive(Debug)]
pub struct Enough {
    pub group: Key,
    /// The events to show, in order.
    pub events: Vec<Arc<Shown>>,
    /// The number that was compared, where it is more than how many there are.
    pub value: Option<f64>,
    /// The time of the group's newest event.
    pub at: i64,
}

/// Events that one finding shows.
const SHOWN: usize = 20;
/// Entries of one group; of more, the oldest are forgotten.
const CROWD: usize = 20_000;

/// A remembered event.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    at: i64,
    /// Which arrival it was.
    seq: u64,
    slot: usize,
    value: Box<str>,
    number: i128,
    kept: Option<Kept>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Body {
    Sliding(Sliding),
    Steps(Steps),
    Tumbling(Tumbling),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Group {
    clock: Clock,
    /// The correlation's arrival at which it was last heard of.
    touched: u64,
    newest: i64,
    body: Body,
}

/// The groups of one correlation.
#[derive(Debug, Clone, Default)]
pub struct Window {
    groups: HashMap<Key, Group>,
    clock: Clock,
    /// Arrivals at which what is over is looked for next.
    sweep: u64,
    pub entries: usize,
    /// Bytes of kept events.
    pub kept: usize,
    pub lost: Lost,
}

/// What correlations could not take into account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Groups forgotten because there were too many.
    pub groups: u64,
    /// Events forgotten because one group had too many.
    pub events: u64,
    /// Events that came after their timespan had been judged.
    pub late: u64,
}

/// Entries and bytes of kept events.
type Sizes = (usize, usize);

impl Window {
    /// Adds an event that matched some of the correlation's rules, and what groups have enough because of it.
    ///
    /// A group that was enough begins anew without those events, so an event is part of one finding at most.
    pub fn add(&mut self, of: &Correlation, limits: &Limits, key: Key, new: Arrival, enough: &mut Vec<Enough>) {
        let seq = self.clock.hear(new.machine, new.at);
        if seq >= self.sweep {
            self.close(of, limits, self.clock.low(), enough);
            self.sweep = seq + (self.groups.len() as u64).max(256);
        }
        if !self.groups.contains_key(&key) && self.groups.len() >= limits.groups || self.entries >= limits.entries {
            self.make_room(of, limits);
        }
        let at = new.at;
        let group = self.groups.entry(key.clone()).or_insert_with(|| Group::new(of, at));
        group.touched = seq;
        group.newest = group.newest.max(at);
        let known = group.clock.low();
        group.clock.hear(new.machine, at);
        let low = group.clock.low();
        let before = group.sizes();
        let oldest = low.saturating_sub(of.millis).saturating_sub(limits.lateness);
        let mut found = Vec::new();
        match &mut group.body {
            Body::Sliding(body) => found.extend(body.add(of, seq, new, oldest, &mut self.lost)),
            Body::Steps(body) => found.extend(body.add(of, seq, new, oldest, &mut self.lost)),
            Body::Tumbling(body) => {
                found.extend(body.over(of, limits, low));
                found.extend(body.add(of, seq, new, known.saturating_sub(limits.lateness), &mut self.lost));
            }
        }
        let (after, newest) = (group.sizes(), group.newest);
        self.entries = (self.entries + after.0).saturating_sub(before.0);
        self.kept = (self.kept + after.1).saturating_sub(before.1);
        if after.0 == 0 {
            self.groups.remove(&key);
        }
        enough.extend(found.into_iter().map(|(events, value)| Enough { group: key.clone(), events, value, at: newest }));
    }

    /// Judges the timespans that are over at a time, and forgets the groups that nothing in time can join.
    pub fn close(&mut self, of: &Correlation, limits: &Limits, now: i64, enough: &mut Vec<Enough>) {
        let over = now.saturating_sub(of.millis).saturating_sub(limits.lateness);
        let mut done: Vec<Key> =
            self.groups.iter().filter(|(_, group)| group.oldest() < over).map(|(key, _)| key.clone()).collect();
        done.sort_unstable();
        for key in done {
            let Some(group) = self.groups.get_mut(&key) else { continue };
            let before = group.sizes();
            if let Body::Tumbling(body) = &mut group.body {
                let found = body.over(of, limits, now);
                enough.extend(found.into_iter().map(|(events, value)| Enough {
                    group: key.clone(),
                    events,
                    value,
                    at: group.newest,
                }));
            }
            let after = if group.newest < over { (0, 0) } else { group.sizes() };
            self.entries = (self.entries + after.0).saturating_sub(before.0);
            self.kept = (self.kept + after.1).saturating_sub(before.1);
            if after.0 == 0 {
                self.groups.remove(&key);
            }
        }
    }

    /// Forgets the groups whose time is over by all machines, and if those are few, others up to an eighth: the longest silent.
    pub fn make_room(&mut self, of: &Correlation, limits: &Limits) {
        let before = self.groups.len();
        let over = self.clock.low().saturating_sub(of.millis).saturating_sub(limits.lateness);
        // What waits to be judged at its close is no leftover.
        self.groups.retain(|_, group| group.newest >= over || matches!(group.body, Body::Tumbling(_)));
        let gone = before - self.groups.len();
        let eighth = before / 8 + 1;
        if gone < eighth && !self.groups.is_empty() {
            let mut touched: Vec<u64> = self.groups.values().map(|group| group.touched).collect();
            let place = (eighth - gone - 1).min(touched.len() - 1);
            let (_, bound, _) = touched.select_nth_unstable(place);
            let bound = *bound;
            let left = self.groups.len();
            self.groups.retain(|_, group| group.touched > bound);
            self.lost.groups += (left - self.groups.len()) as u64;
        }
        self.measure();
    }

    fn measure(&mut self) {
        let sizes = self.groups.values().map(Group::sizes);
        (self.entries, self.kept) = sizes.fold((0, 0), |(entries, kept), (more, bytes)| (entries + more, kept + bytes));
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Has it never heard of an event?
    pub fn is_new(&self) -> bool {
        self.clock.count() == 0
    }
}

impl Group {
    fn new(of: &Correlation, at: i64) -> Group {
        let body = match (of.ask.when, of.ask.kind) {
            (When::Close, _) => Body::Tumbling(Tumbling::default()),
            (When::Arrival, Kind::Temporal | Kind::TemporalOrdered) => Body::Steps(Steps::default()),
            (When::Arrival, Kind::EventCount | Kind::ValueCount | Kind::ValueSum | Kind::ValueAvg | Kind::ValuePercentile) => {
                Body::Sliding(Sliding::default())
            }
        };
        Group { clock: Clock::default(), touched: 0, newest: at, body }
    }

    fn sizes(&self) -> Sizes {
        match &self.body {
            Body::Sliding(body) => body.sizes(),
            Body::Steps(body) => body.sizes(),
            Body::Tumbling(body) => body.sizes(),
        }
    }

    /// The time from which on it is of interest whether its timespan is over.
    fn oldest(&self) -> i64 {
        match &self.body {
            Body::Tumbling(body) => body.oldest(),
            Body::Sliding(_) | Body::Steps(_) => self.newest,
        }
    }
}

/// A window as it is saved.
#[derive(Debug, Serialize, Deserialize)]
pub struct Saved {
    groups: Vec<(Key, Group)>,
    clock: Clock,
    sweep: u64,
    lost: Lost,
}

impl Window {
    pub fn save(&self) -> Saved {
        let mut groups: Vec<(Key, Group)> = self.groups.iter().map(|(key, group)| (key.clone(), group.clone())).collect();
        groups.sort_by(|(one, _), (two, _)| one.cmp(two));
        Saved { groups, clock: self.clock.clone(), sweep: self.sweep, lost: self.lost }
    }

    /// Refuses what no window of this correlation and these limits can have been.
    pub fn load(saved: Saved, of: &Correlation, limits: &Limits) -> Result<Window, String> {
        let mut window = Window { clock: saved.clock, sweep: saved.sweep, lost: saved.lost, ..Window::default() };
        if saved.groups.len() > limits.groups.saturating_add(1) || !window.clock.is_sound() {
            return Err("more groups or machines than there may be".into());
        }
        let count = window.clock.count();
        for (key, mut group) in saved.groups {
            let alike = std::mem::discriminant(&group.body) == std::mem::discriminant(&Group::new(of, 0).body);
            let sound = match &mut group.body {
                Body::Sliding(body) => body.restore(of),
                Body::Steps(body) => body.restore(of),
                Body::Tumbling(body) => body.restore(),
            };
            if !alike || !sound || !group.clock.is_sound() || group.touched > count || key.len() != of.group_names.len() {
                return Err("a group that cannot be".into());
            }
            window.groups.insert(key, group);
        }
        window.measure();
        match window.entries <= limits.entries.saturating_add(CROWD) {
            true => Ok(window),
            false => Err("more events than there may be".into()),
        }
    }
}

/// Bytes that the kept event of an entry takes.
fn bytes(entry: &Entry) -> usize {
    entry.kept.as_ref().map_or(0, |kept| kept.size)
}

/// The last events of some entries, each once.
fn shown<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<Arc<Shown>> {
    let mut events: Vec<Arc<Shown>> = Vec::new();
    let mut last = None;
    for entry in entries {
        if let (Some(kept), true) = (&entry.kept, last != Some(entry.seq)) {
            last = Some(entry.seq);
            events.push(kept.event.clone());
        }
    }
    events.drain(..events.len().saturating_sub(SHOWN));
    events
}
