//! The part of a hunt that remembers: events of all files, in the order of time, put to the correlations.

use crate::Bounds;
use crate::desk::{Brief, Counts, Feed, Found, found};
use crate::sorted::{Merged, Sorter};
use sigma::{Correlator, Hit, Limits};
use std::io;
use std::sync::Arc;

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
}

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

    /// Correlates everything that waits.
    pub fn finish(&mut self, on: &mut dyn FnMut(Found)) -> io::Result<()> {
        for feed in self.waiting.take()? {
            self.add(feed?, on);
        }
        Ok(())
    }

    /// Correlates an event now.
    pub fn add(&mut self, feed: Feed, on: &mut dyn FnMut(Found)) {
        let Feed { file, record, holding, event } = feed;
        let event = Arc::new(event);
        let mut hits = std::mem::take(&mut self.hits);
        self.correlator.add(&holding, &event, &mut hits);
        for hit in hits.drain(..) {
            let fields = hit.events.iter().flat_map(|event| &event.fields).map(|(name, value)| (&**name, &**value));
            if let Some(n) = self.brief.exclusion(hit.rule, fields) {
                self.excluded.exclude(n, 1);
            } else if self.brief.told.get(hit.rule) == Some(&true)
                && let Some(found) = found(&self.brief.rules, hit, &file, record, || wire::Event::clone(&event))
            {
                on(found);
            }
        }
        self.hits = hits;
    }

    /// Groups that the correlations had to forget.
    pub fn forgotten(&self) -> u64 {
        self.correlator.forgotten()
    }
}
