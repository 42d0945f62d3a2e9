use crate::correlate::{Correlator, NotLoaded};
use crate::event::Event;
use crate::matcher::Matcher;
use crate::read::Rules;
use crate::slate::Slate;
pub use crate::window::{Limits, Lost};
use std::sync::Arc;

/// Rules at work: judges one event after another and remembers what correlations need.
///
/// Memory is bounded by `Limits`, whatever the events are.
#[derive(Debug)]
pub struct Engine {
    matcher: Matcher,
    correlator: Correlator,
    /// Rules that hold and feed correlations, for the event at hand.
    feeding: Vec<u32>,
}

/// A rule that fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The rule's place in its set: `Rules::at`.
    pub rule: usize,
    /// When the (last) event happened.
    pub at: i64,
    pub matched: Vec<wire::Matched>,
    /// The events of a correlation, in order; empty for a rule on one event.
    pub events: Vec<Arc<wire::Event>>,
}

impl Engine {
    pub fn new(rules: Arc<Rules>) -> Engine {
        Engine::with_limits(rules, Limits::default())
    }

    pub fn with_limits(rules: Arc<Rules>, limits: Limits) -> Engine {
        Engine { matcher: Matcher::new(rules.clone()), correlator: Correlator::new(rules, limits), feeding: Vec::new() }
    }

    /// Goes on with what `Correlator::save` gave.
    pub fn restored(rules: Arc<Rules>, limits: Limits, saved: &[u8]) -> Result<Engine, NotLoaded> {
        let correlator = Correlator::load(rules.clone(), limits, saved)?;
        Ok(Engine { matcher: Matcher::new(rules), correlator, feeding: Vec::new() })
    }

    pub fn rules(&self) -> &Arc<Rules> {
        self.matcher.rules()
    }

    /// Groups that correlations had to forget because there were too many.
    pub fn forgotten(&self) -> u64 {
        self.correlator.forgotten()
    }

    /// Events that correlations remember now.
    pub fn remembered(&self) -> usize {
        self.correlator.remembered()
    }

    /// Says what time it is, in UTC milliseconds, so that correlations judge what is over: see `Correlator::advance`.
    pub fn advance(&mut self, now: i64, hits: &mut Vec<Hit>) {
        self.correlator.advance(now, hits);
    }

    /// What correlations remember and what they could not.
    pub fn correlator(&self) -> &Correlator {
        &self.correlator
    }

    /// Judges an event and tells the findings whole.
    pub fn judge(&mut self, event: &wire::Event) -> Vec<wire::Finding> {
        let mut hits = Vec::new();
        self.matcher.slate_mut().lay_wire(event);
        self.judge_slate(&mut hits);
        hits.into_iter().filter_map(|hit| hit.finding(self.rules(), || event.clone())).collect()
    }

    /// The event at hand.
    pub fn slate(&self) -> &Slate {
        self.matcher.slate()
    }

    /// Where the next event is to be laid out, for `judge_slate`.
    pub fn slate_mut(&mut self) -> &mut Slate {
        self.matcher.slate_mut()
    }

    /// Judges an event and adds what fired.
    pub fn judge_view(&mut self, event: &Event<'_>, hits: &mut Vec<Hit>) {
        self.matcher.slate_mut().lay(event);
        self.judge_slate(hits);
    }

    /// Judges the event on the slate and adds what fired. Allocates nothing unless a rule holds.
    pub fn judge_slate(&mut self, hits: &mut Vec<Hit>) {
        let mut holding = std::mem::take(&mut self.feeding);
        holding.clear();
        holding.extend_from_slice(self.matcher.judge());
        let at = self.matcher.slate().at;
        let rules = self.matcher.rules();
        for place in holding.iter().map(|place| *place as usize) {
            if rules.at(place).is_some_and(|rule| !rule.silent) {
                hits.push(Hit { rule: place, at, matched: self.matcher.explain(place), events: Vec::new() });
            }
        }
        holding.retain(|place| !rules.feeds(*place as usize).is_empty());
        if !holding.is_empty() {
            self.correlator.add(&holding, &Arc::new(self.matcher.slate().to_wire()), hits);
        }
        self.feeding = holding;
    }
}

impl Hit {
    /// The hit as it is told, with the event it is on.
    pub fn finding(self, rules: &Rules, event: impl FnOnce() -> wire::Event) -> Option<wire::Finding> {
        let rule = rules.at(self.rule)?;
        let events = match self.events.is_empty() {
            true => vec![event()],
            false => self.events.iter().map(|event| wire::Event::clone(event)).collect(),
        };
        Some(wire::Finding {
            rule: rule.id.clone(),
            name: rule.name.clone(),
            title: rule.title.clone(),
            level: rule.level.as_str().to_owned(),
            tags: rule.tags.clone(),
            at: self.at,
            matched: self.matched,
            events,
            drill: None,
        })
    }
}
