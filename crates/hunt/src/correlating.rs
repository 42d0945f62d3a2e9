//! The part of a hunt that remembers: events of all files, in the order of time, put to the correlations.

use crate::Bounds;
use crate::desk::{Brief, Counts};
use crate::kept::{Feed, Found, Pen};
use crate::sorted::{Merged, Sorter};
use sigma::{Correlator, Hit, Limits};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Weak};

/// Collects what feeds correlations, and correlates it once everything is there.
pub(crate) struct Correlating {
    brief: Arc<Brief>,
    correlator: Correlator,
    waiting: Sorter<Feed>,
    /// Bytes that may wait in the temporary folder.
    most: u64,
    /// Events that were correlated before everything was there.
    pub early: u64,
    /// Correlations left out, for each exclusion.
    pub excluded: Counts,
    hits: Vec<Hit>,
    /// Where the events stood that the correlations remember, by their address.
    places: HashMap<usize, (Weak<wire::Event>, Place)>,
    pen: Pen,
}

/// A file and a record's number.
type Place = (Arc<str>, u64);

/// Places beyond twice those that are needed, before the others are forgotten.
const PLACES: usize = 10_000;

impl Correlating {
    pub fn new(brief: &Arc<Brief>, bounds: &Bounds) -> Correlating {
        Correlating {
            correlator: Correlator::new(Arc::clone(&brief.rules), Limits::default()),
            brief: Arc::clone(brief),
            waiting: Sorter::new(bounds.memory, bounds.temp.clone()),
            most: bounds.waiting,
            early: 0,
            excluded: Counts::default(),
            hits: Vec::new(),
            places: HashMap::new(),
            pen: Pen::default(),
        }
    }

    /// Takes an event that waits for those of all other files. When too many wait, the older half is correlated now.
    pub fn wait(&mut self, feed: Feed, on: &mut dyn FnMut(Found)) -> io::Result<()> {
        let rejected = self.waiting.push(feed);
        if rejected.is_none() && self.waiting.aside <= self.most {
            return Ok(());
        }
        let half = self.waiting.count / 2;
        for (n, feed) in self.waiting.take()?.enumerate() {
            let feed = feed?;
            if (n as u64) < half {
                self.early += 1;
                self.add(feed, on);
            } else if let Some(feed) = self.waiting.push(feed) {
                self.early += 1;
                self.add(feed, on);
            }
        }
        if let Some(feed) = rejected.and_then(|feed| self.waiting.push(feed)) {
            self.early += 1;
            self.add(feed, on);
        }
        Ok(())
    }

    /// Everything that waits, in order.
    pub fn waiting(&mut self) -> io::Result<Merged<Feed>> {
        self.waiting.take()
    }

    /// Correlates everything that waits, and judges what is open still, unless it goes on.
    pub fn finish(&mut self, goes_on: bool, on: &mut dyn FnMut(Found)) -> io::Result<()> {
        for feed in self.waiting.take()? {
            self.add(feed?, on);
        }
        if !goes_on {
            self.advance(i64::MAX, on);
        }
        Ok(())
    }

    /// Correlates an event now.
    pub fn add(&mut self, feed: Feed, on: &mut dyn FnMut(Found)) {
        let Feed { file, record, holding, event } = feed;
        let Some(event) = event.first().map(|event| Arc::new(event.to_wire())) else { return };
        let mut hits = std::mem::take(&mut self.hits);
        self.correlator.add(&holding, &event, &mut hits);
        self.remember(&file, record, &event);
        self.tell(&mut hits, &(file, record), on);
        self.hits = hits;
    }

    /// Says what time it is, in UTC milliseconds: what can only be judged when its time is over is judged then.
    pub fn advance(&mut self, now: i64, on: &mut dyn FnMut(Found)) {
        let mut hits = std::mem::take(&mut self.hits);
        self.correlator.advance(now, &mut hits);
        self.tell(&mut hits, &(Arc::from(""), 0), on);
        self.hits = hits;
    }

    /// Remembers where an event stood, for as long as the correlations remember the event.
    fn remember(&mut self, file: &Arc<str>, record: u64, event: &Arc<wire::Event>) {
        if Arc::strong_count(event) == 1 {
            return;
        }
        if self.places.len() > 2 * self.correlator.remembered() + PLACES {
            self.places.retain(|_, (event, _)| event.strong_count() > 0);
        }
        self.places.insert(Arc::as_ptr(event) as usize, (Arc::downgrade(event), (Arc::clone(file), record)));
    }

    /// Tells what fired. A finding stands where its last event stood.
    fn tell(&mut self, hits: &mut Vec<Hit>, last: &Place, on: &mut dyn FnMut(Found)) {
        for hit in hits.drain(..) {
            let fields = hit.events.iter().flat_map(|event| &event.fields).map(|(name, value)| (&**name, &**value));
            if let Some(n) = self.brief.exclusion(hit.rule, fields) {
                self.excluded.exclude(n, 1);
                continue;
            }
            let Some(event) = hit.events.last().map(Arc::clone).filter(|_| self.brief.told.get(hit.rule) == Some(&true)) else {
                continue;
            };
            let place = self.places.get(&(Arc::as_ptr(&event) as usize)).filter(|(known, _)| known.strong_count() > 0);
            let (file, record) = if last.0.is_empty() { place.map_or(last, |(_, place)| place) } else { last };
            on(Found::of_hit((file, *record), &hit, &mut self.pen));
        }
    }

    /// Groups that the correlations had to forget.
    pub fn forgotten(&self) -> u64 {
        self.correlator.forgotten()
    }
}
