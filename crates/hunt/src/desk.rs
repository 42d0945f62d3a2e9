//! Where one thread judges: its matcher, and what it found since it last handed over.

use crate::about::Options;
use crate::blocks::Block;
use crate::choice::Choice;
use crate::course::Course;
use crate::exclude::Exclusions;
use crate::kept::{Event, Feed, Found, Pen};
use crate::sorted::Sortable as _;
use crate::source::{Readers, Source, Trouble};
use crate::sums::Collector;
use decode::kind::Kind;
use decode::windows::Mapping;
use serde::{Deserialize, Serialize};
use sigma::{Matcher, Rules};
use std::io;
use std::sync::Arc;

/// What all threads of a hunt go by.
#[derive(Debug)]
pub(crate) struct Brief {
    pub rules: Arc<Rules>,
    pub options: Options,
    pub choice: Choice,
    /// For each rule: are its findings told?
    pub told: Vec<bool>,
    /// For each rule: does it feed a correlation whose findings are told?
    pub feeds: Vec<bool>,
    pub exclusions: Exclusions,
    /// For each rule, the exclusions that concern it.
    pub excluded: Vec<Vec<usize>>,
}

/// A fault of a file, in the place where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub file: String,
    pub part: u32,
    pub line: Option<u64>,
    pub reason: String,
}

/// What was counted in a piece of work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub files: u64,
    pub passed: u64,
    pub events: u64,
    pub outside: u64,
    pub errors: u64,
    /// Findings that were left out, for each exclusion.
    pub excluded: Vec<u64>,
}

/// What was found in a block, or in part of one.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    pub found: Vec<Found>,
    pub feeds: Vec<Feed>,
    pub faults: Vec<Told>,
    pub counts: Counts,
    /// Bytes of findings and events, about.
    pub bytes: usize,
}

/// Faults kept of one block; more are only counted.
pub(crate) const TOLD: usize = 5;
/// Bytes of findings after which a piece is handed over before its block ends.
const PIECE: usize = 4 << 20;
/// Events between two looks at whether the hunt was stopped.
const LOOK: u64 = 1_024;

/// A thread's own place of work.
pub(crate) struct Desk {
    pub brief: Arc<Brief>,
    readers: Readers,
    matcher: Matcher,
    holding: Vec<u32>,
    pen: Pen,
    pub piece: Piece,
    /// Records up to this number are passed over: they were judged before.
    pub after: Option<u64>,
    /// The greatest number of a record that was judged.
    pub newest: u64,
    /// What an engineer looks at first, if it is asked for.
    pub sums: Option<Collector>,
}

impl Brief {
    pub fn new(rules: Arc<Rules>, options: Options, choice: Choice, exclusions: Exclusions) -> Brief {
        let told = choice.told(&rules, &options);
        // A correlation lies behind its rules in the set, so the last ones are known first.
        let mut feeds = vec![false; rules.len()];
        for place in (0..rules.len()).rev() {
            let wanted = |of: &usize| told.get(*of) == Some(&true) || feeds.get(*of) == Some(&true);
            let feeding = rules.feeds(place).iter().any(|(correlation, _)| wanted(correlation));
            if let Some(feed) = feeds.get_mut(place) {
                *feed = feeding;
            }
        }
        let excluded = exclusions.by_rule(&rules, options.now);
        Brief { rules, options, choice, told, feeds, exclusions, excluded }
    }

    /// The first exclusion of a rule that holds for one of an event's fields.
    pub fn exclusion<'f>(&self, rule: usize, fields: impl Iterator<Item = (&'f str, &'f str)> + Clone) -> Option<usize> {
        let mine = self.excluded.get(rule)?;
        mine.iter().copied().find(|n| fields.clone().any(|(name, value)| self.exclusions.holds(*n, name, value)))
    }
}

impl Counts {
    pub fn add(&mut self, other: &Counts) {
        self.files += other.files;
        self.passed += other.passed;
        self.events += other.events;
        self.outside += other.outside;
        self.errors += other.errors;
        for (n, count) in other.excluded.iter().enumerate() {
            self.exclude(n, *count);
        }
    }

    pub fn exclude(&mut self, n: usize, count: u64) {
        if self.excluded.len() <= n {
            self.excluded.resize(n + 1, 0);
        }
        if let Some(excluded) = self.excluded.get_mut(n) {
            *excluded += count;
        }
    }
}

impl Desk {
    pub fn new(brief: Arc<Brief>, mapping: &Arc<Mapping>, sums: bool) -> Desk {
        let readers = Readers::new(mapping, brief.options.now, brief.options.east);
        let matcher = Matcher::new(Arc::clone(&brief.rules));
        let sums = sums.then(Collector::new);
        Desk {
            brief,
            readers,
            matcher,
            holding: Vec::new(),
            pen: Pen::default(),
            piece: Piece::default(),
            after: None,
            newest: 0,
            sums,
        }
    }

    /// The events of a block.
    pub fn source<'b>(&mut self, block: &'b Block) -> Source<'b> {
        match block.of.kind {
            Kind::Evtx => Source::chunks(block),
            _ => Source::lines(block, &mut self.readers, self.matcher.slate_mut()),
        }
    }

    /// Counts the events of a source that was judged before, for the sums alone.
    pub fn sum(&mut self, source: &mut Source<'_>, course: &Course) -> io::Result<()> {
        let Some(sums) = &mut self.sums else { return Ok(()) };
        while let Some(record) = source.next(&mut self.readers, self.matcher.slate_mut())? {
            let slate = self.matcher.slate();
            if record.is_ok() && self.brief.choice.within(slate.at) {
                sums.see(slate);
            }
            if course.stopped() {
                break;
            }
        }
        Ok(())
    }

    /// Judges all events of a source. Hands pieces over through `hand` when they grow large; the last one stays.
    /// Ends early, with `false`, when the hunt was stopped.
    pub fn judge(
        &mut self,
        file: &Arc<str>,
        part: u32,
        source: &mut Source<'_>,
        course: &Course,
        hand: &mut dyn FnMut(Piece),
    ) -> io::Result<bool> {
        loop {
            match source.next(&mut self.readers, self.matcher.slate_mut())? {
                None => return Ok(true),
                Some(Ok(record)) if self.after.is_some_and(|after| record <= after) => {}
                Some(Ok(record)) => self.event(file, record),
                Some(Err(trouble)) => self.tell(file, part, trouble),
            }
            if self.piece.bytes > PIECE {
                hand(std::mem::take(&mut self.piece));
            }
            if self.piece.counts.events.is_multiple_of(LOOK) && course.stopped() {
                return Ok(false);
            }
        }
    }

    pub fn tell(&mut self, file: &str, part: u32, trouble: Trouble) {
        self.piece.counts.errors += 1;
        if self.piece.faults.len() < TOLD {
            let Trouble { line, reason } = trouble;
            self.piece.faults.push(Told { file: file.to_owned(), part, line, reason });
        }
    }

    /// Judges the event on the slate.
    fn event(&mut self, file: &Arc<str>, record: u64) {
        self.piece.counts.events += 1;
        self.newest = self.newest.max(record);
        if !self.brief.choice.within(self.matcher.slate().at) {
            self.piece.counts.outside += 1;
            return;
        }
        if let Some(sums) = &mut self.sums {
            sums.see(self.matcher.slate());
        }
        self.holding.clear();
        self.holding.extend_from_slice(self.matcher.judge());
        if !self.holding.is_empty() {
            self.held(file, record);
        }
    }

    /// Makes findings of the rules that hold, and hands the event on to the correlations that they feed.
    fn held(&mut self, file: &Arc<str>, record: u64) {
        let Desk { brief, matcher, pen, piece, holding, .. } = self;
        let slate = matcher.slate();
        let mut kept: Option<Arc<[Event]>> = None;
        let mut event = |pen: &mut Pen| Arc::clone(kept.get_or_insert_with(|| Arc::new([Event::of_slate(slate, pen)])));
        holding.retain(|place| {
            let rule = *place as usize;
            let fields = (0..slate.len()).map(|n| (slate.letters_at(n), slate.value_at(n)));
            if let Some(n) = brief.exclusion(rule, fields) {
                piece.counts.exclude(n, 1);
                return false;
            }
            if brief.told.get(rule) == Some(&true) {
                let events = event(pen);
                matcher.reasons(rule, &mut |reason| {
                    [reason.selection, reason.field, reason.value, reason.pattern].into_iter().for_each(|text| pen.put(text));
                });
                let found = Found::new((file, record), *place, pen, &events);
                piece.bytes += found.size();
                piece.found.push(found);
            }
            brief.feeds.get(rule) == Some(&true)
        });
        if !holding.is_empty() {
            let feed = Feed { file: Arc::clone(file), record, holding: holding.as_slice().into(), event: event(pen) };
            piece.bytes += feed.size();
            piece.feeds.push(feed);
        }
    }
}
