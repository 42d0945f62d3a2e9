use crate::compile::Detection;
use crate::correlation::{Correlation, Kind};
use crate::event::Event;
use crate::fold::FieldId;
use crate::index::Seen;
use crate::matching::{Desk, View};
use crate::read::{Logic, Rules};
pub use crate::window::Limits;
use crate::window::{Arrival, Kept, Window};
use std::sync::Arc;

/// Rules at work: judges one event after another and remembers what correlations need.
///
/// Memory is bounded by `Limits`, whatever the events are.
#[derive(Debug)]
pub struct Engine {
    rules: Arc<Rules>,
    limits: Limits,
    desk: Desk,
    seen: Seen,
    /// For each rule, what it remembers if it is a correlation.
    windows: Vec<Window>,
    holding: Vec<usize>,
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

/// A correlation that fired, on its way to those that correlate it.
struct Fired<'r> {
    correlation: &'r Correlation,
    /// Its group's values.
    group: Vec<Box<str>>,
}

impl Engine {
    pub fn new(rules: Arc<Rules>) -> Engine {
        Engine::with_limits(rules, Limits::default())
    }

    pub fn with_limits(rules: Arc<Rules>, limits: Limits) -> Engine {
        let windows = (0..rules.len()).map(|_| Window::default()).collect();
        Engine { rules, limits, desk: Desk::default(), seen: Seen::default(), windows, holding: Vec::new() }
    }

    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Groups that correlations had to forget because there were too many.
    pub fn forgotten(&self) -> u64 {
        self.windows.iter().map(|window| window.dropped).sum()
    }

    /// Events that correlations remember now.
    pub fn remembered(&self) -> usize {
        self.windows.iter().map(|window| window.entries).sum()
    }

    /// Judges an event and tells the findings whole.
    pub fn judge(&mut self, event: &wire::Event) -> Vec<wire::Finding> {
        let mut hits = Vec::new();
        self.judge_view(&Event::from(event), &mut hits);
        hits.into_iter().filter_map(|hit| self.finding(hit, || event.clone())).collect()
    }

    /// A hit as it is told, with the event it is on.
    pub fn finding(&self, hit: Hit, event: impl FnOnce() -> wire::Event) -> Option<wire::Finding> {
        let rule = self.rules.at(hit.rule)?;
        let events = match hit.events.is_empty() {
            true => vec![event()],
            false => hit.events.iter().map(|event| wire::Event::clone(event)).collect(),
        };
        Some(wire::Finding {
            rule: rule.id.clone(),
            name: rule.name.clone(),
            title: rule.title.clone(),
            level: rule.level.as_str().to_owned(),
            tags: rule.tags.clone(),
            at: hit.at,
            matched: hit.matched,
            events,
            drill: None,
        })
    }

    /// Judges an event and adds what fired. Allocates nothing unless a rule holds.
    pub fn judge_view(&mut self, event: &Event<'_>, hits: &mut Vec<Hit>) {
        let rules = Arc::clone(&self.rules);
        if !rules.index.fit(event, &mut self.seen) {
            return;
        }
        self.desk.lay(event, &rules.names);
        rules.index.candidates(&self.desk, &mut self.seen);
        let mut holding = std::mem::take(&mut self.holding);
        holding.clear();
        let view = View { event, desk: &self.desk };
        for place in self.seen.candidates.iter().map(|place| *place as usize) {
            let Some(Logic::Detection(detection)) = rules.logic(place) else { continue };
            if !view.holds(detection) {
                continue;
            }
            if rules.at(place).is_some_and(|rule| !rule.silent) {
                hits.push(Hit { rule: place, at: event.at, matched: explained(view, detection, &rules), events: Vec::new() });
            }
            if !rules.feeds(place).is_empty() {
                holding.push(place);
            }
        }
        if !holding.is_empty() {
            self.correlate(&rules, event, &holding, hits);
        }
        self.holding = holding;
    }

    fn correlate(&mut self, rules: &Rules, event: &Event<'_>, holding: &[usize], hits: &mut Vec<Hit>) {
        let whole = Arc::new(event.to_wire());
        let size = 96 + whole.fields.iter().map(|(name, value)| name.len() + value.len() + 48).sum::<usize>();
        let mut kept_bytes: usize = self.windows.iter().map(|window| window.kept).sum();
        let mut fired: Vec<Fired<'_>> = Vec::new();
        let mut fed: Vec<(usize, usize, Option<usize>)> = holding
            .iter()
            .flat_map(|place| rules.feeds(*place).iter().map(|(correlation, slot)| (*correlation, *slot, None)))
            .collect();
        // A correlation lies behind its rules in the set, so those that it feeds come later.
        while let Some(next) = fed.iter().map(|(correlation, _, _)| *correlation).min() {
            let mine: Vec<(usize, Option<usize>)> =
                fed.extract_if(.., |(correlation, _, _)| *correlation == next).map(|(_, slot, by)| (slot, by)).collect();
            let Some(Logic::Correlation(correlation)) = rules.logic(next) else { continue };
            let view = View { event, desk: &self.desk };
            for (group, value, slots) in grouped(correlation, &mine, view, &fired) {
                let kept = (kept_bytes < self.limits.kept).then(|| Kept { event: whole.clone(), size });
                kept_bytes += size;
                let key = group.join("\u{1f}");
                let Some(window) = self.windows.get_mut(next) else { continue };
                let new = Arrival { at: event.at, slots, value, kept };
                let Some(mut events) = window.add(correlation, &self.limits, &key, &new) else {
                    continue;
                };
                if events.is_empty() {
                    events.push(whole.clone());
                }
                if rules.at(next).is_some_and(|rule| !rule.silent) {
                    let matched = self.told(rules, view, correlation, &new, &group);
                    let at = events.iter().map(|event| event.at).max().unwrap_or(event.at).max(event.at);
                    hits.push(Hit { rule: next, at, matched, events });
                }
                fed.extend(rules.feeds(next).iter().map(|(outer, slot)| (*outer, *slot, Some(fired.len()))));
                fired.push(Fired { correlation, group });
            }
        }
    }

    /// What a correlation's finding rests on: what the last event matched, the group, and the counted value.
    fn told(
        &self,
        rules: &Rules,
        view: View<'_>,
        correlation: &Correlation,
        new: &Arrival,
        group: &[Box<str>],
    ) -> Vec<wire::Matched> {
        let mut matched = Vec::new();
        for place in new.slots.iter().filter_map(|slot| correlation.rules.get(*slot)) {
            if let Some(Logic::Detection(detection)) = rules.logic(*place) {
                matched.extend(explained(view, detection, rules));
            }
        }
        let line = |selection: &str, field: FieldId, value: &str, pattern: String| wire::Matched {
            selection: selection.to_owned(),
            field: rules.names.name(field).to_owned(),
            value: value.chars().take(512).collect(),
            pattern,
        };
        matched
            .extend(correlation.group_names.iter().zip(group).map(|(field, value)| line("group-by", *field, value, "*".into())));
        if correlation.kind == Kind::ValueCount
            && let Some(field) =
                new.slots.first().and_then(|slot| correlation.counted.get(*slot)).and_then(|fields| fields.first())
        {
            matched.push(line("condition", *field, &new.value, format!("{} different values", correlation.least)));
        }
        matched
    }
}

fn explained(view: View<'_>, detection: &Detection, rules: &Rules) -> Vec<wire::Matched> {
    view.explain(detection, &rules.names)
}

type Grouped = (Vec<Box<str>>, String, Vec<usize>);

/// The groups that an event belongs to, each with the counted value and the rules it matched there.
///
/// An event without one of the fields that name the group, or without the counted field, does not count.
fn grouped(correlation: &Correlation, fed: &[(usize, Option<usize>)], view: View<'_>, fired: &[Fired<'_>]) -> Vec<Grouped> {
    let mut found: Vec<Grouped> = Vec::new();
    for (slot, by) in fed {
        let inner = by.and_then(|n| fired.get(n));
        let field = |id: &FieldId| match inner.and_then(|inner| inner.value(*id)) {
            Some(value) => Some(Box::from(value)),
            None => view.first(*id).map(Box::from),
        };
        let fields = |of: &[Vec<FieldId>]| {
            of.get(*slot).map(|ids| ids.iter().map(field).collect::<Option<Vec<Box<str>>>>()).unwrap_or_default()
        };
        let (Some(group), Some(value)) = (fields(&correlation.groups), fields(&correlation.counted)) else { continue };
        let value = value.join("\u{1f}").chars().take(512).collect();
        match found.iter_mut().find(|(known, counted, _)| *known == group && *counted == value) {
            Some((_, _, slots)) if slots.contains(slot) => {}
            Some((_, _, slots)) => slots.push(*slot),
            None => found.push((group, value, vec![*slot])),
        }
    }
    found.iter_mut().for_each(|(_, _, slots)| slots.sort_unstable());
    found
}

impl Fired<'_> {
    /// A value of the group, by the name that the correlation gives it.
    fn value(&self, id: FieldId) -> Option<&str> {
        let n = self.correlation.group_names.iter().position(|name| *name == id)?;
        self.group.get(n).map(|value| &**value)
    }
}
