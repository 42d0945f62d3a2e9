//! A group that is judged when its timespan is over.

use super::{Arrival, CROWD, Entry, Limits, Lost, SHOWN, Shown, Sizes, bytes, shown};
use crate::correlation::{Correlation, Kind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Timespans of one group that may be open at once, where events come out of order; of more, the first is judged early.
const OPEN: usize = 8;

/// The open timespans, in the order in which they were begun.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Tumbling(Vec<Span>);

/// A timespan from its first event on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Span {
    from: i64,
    count: u64,
    sum: i128,
    /// How often each value came.
    values: BTreeMap<Box<str>, u64>,
    /// In thousandths.
    numbers: Vec<i128>,
    /// One bit for each rule that was seen.
    slots: u64,
    /// The last events, to be shown.
    last: VecDeque<Entry>,
}

type Found = (Vec<Arc<Shown>>, Option<f64>);

impl Tumbling {
    pub fn sizes(&self) -> Sizes {
        let size = |span: &Span| 1 + span.values.len() + span.numbers.len() + span.last.len();
        (self.0.iter().map(size).sum(), self.0.iter().flat_map(|span| &span.last).map(bytes).sum())
    }

    /// When the first open timespan began.
    pub fn oldest(&self) -> i64 {
        self.0.iter().map(|span| span.from).min().unwrap_or(i64::MAX)
    }

    /// Judges the timespans that are over.
    pub fn over(&mut self, of: &Correlation, limits: &Limits, now: i64) -> Vec<Found> {
        let end = now.saturating_sub(of.millis).saturating_sub(limits.lateness);
        self.0.extract_if(.., |span| span.from < end).filter_map(|span| span.judge(of)).collect()
    }

    /// Adds an event to its timespan. One from before `oldest` that belongs to none that is open is left out and counted: its
    /// own may have been judged.
    pub fn add(&mut self, of: &Correlation, seq: u64, new: Arrival, oldest: i64, lost: &mut Lost) -> Option<Found> {
        let at = new.at;
        let mut early = None;
        let place = self.0.iter().position(|span| (span.from..=span.from.saturating_add(of.millis)).contains(&at));
        if place.is_none() {
            if at < oldest {
                lost.late += 1;
                return None;
            }
            if self.0.len() >= OPEN {
                lost.events += 1;
                early = self.0.remove(0).judge(of);
            }
            self.0.push(Span { from: at, ..Span::default() });
        }
        let place = place.unwrap_or(self.0.len() - 1);
        if let Some(span) = self.0.get_mut(place) {
            span.add(of.ask.kind, of.ask.percentile.is_some(), seq, new, lost);
        }
        early
    }

    /// Says whether a group can be like this.
    pub fn restore(&mut self) -> bool {
        let fits = |span: &Span| span.values.len() <= CROWD && span.numbers.len() <= CROWD && span.last.len() <= SHOWN;
        self.0.len() <= OPEN && self.0.iter().all(fits)
    }
}

impl Span {
    fn add(&mut self, kind: Kind, percentile: bool, seq: u64, new: Arrival, lost: &mut Lost) {
        self.count += 1;
        self.sum += new.number;
        self.slots |= new.slots.iter().fold(0, |slots, slot| slots | 1_u64.checked_shl(*slot as u32).unwrap_or(0));
        match kind {
            Kind::ValuePercentile if percentile && self.numbers.len() < CROWD => self.numbers.push(new.number),
            Kind::ValuePercentile if percentile => lost.events += 1,
            Kind::ValueCount | Kind::ValuePercentile => {
                if let Some(count) = self.values.get_mut(&new.value) {
                    *count += 1;
                } else if self.values.len() < CROWD {
                    self.values.insert(new.value, 1);
                } else {
                    lost.events += 1;
                }
            }
            Kind::EventCount | Kind::ValueSum | Kind::ValueAvg | Kind::Temporal | Kind::TemporalOrdered => {}
        }
        let entry = Entry { at: new.at, seq, slot: 0, value: Box::default(), number: 0, kept: new.kept };
        let place = self.last.partition_point(|old| old.at <= entry.at);
        self.last.insert(place, entry);
        if self.last.len() > SHOWN {
            self.last.pop_front();
        }
    }

    /// The events to show and the number that was compared, if all bounds hold.
    fn judge(mut self, of: &Correlation) -> Option<Found> {
        let value = match (of.ask.kind, of.ask.percentile) {
            (Kind::EventCount, _) => self.count as f64,
            (Kind::ValueCount, _) => self.values.len() as f64,
            (Kind::ValueSum, _) => self.sum as f64 / 1_000.0,
            (Kind::ValueAvg, _) => self.sum as f64 / 1_000.0 / self.count as f64,
            (Kind::ValuePercentile, Some(percentile)) => self.percentile(percentile)?,
            (Kind::ValuePercentile, None) => {
                let share = |count: &u64| *count as f64 * 100.0 / self.count as f64;
                self.values.values().map(share).find(|share| of.ask.holds(*share))?
            }
            (Kind::Temporal | Kind::TemporalOrdered, _) => f64::from(self.slots.count_ones()),
        };
        of.ask.holds(value).then(|| (shown(self.last.iter()), Some(value)))
    }

    /// The number at a percentile, between the two nearest ones where it falls between (as spreadsheets and databases do).
    fn percentile(&mut self, percentile: f64) -> Option<f64> {
        self.numbers.sort_unstable();
        let place = (self.numbers.len().checked_sub(1)? as f64) * percentile / 100.0;
        let number = |place: f64| self.numbers.get(place as usize).map(|number| *number as f64 / 1_000.0);
        let (below, above) = (number(place.floor())?, number(place.ceil())?);
        Some(below + (above - below) * place.fract())
    }
}
