//! Correlations at work: which groups an event belongs to, and what fires because of it.

use crate::correlation::{Correlation, Kind};
use crate::engine::Hit;
use crate::fold::{FieldId, Names};
use crate::matcher::Matcher;
use crate::read::{Logic, Rules};
use crate::window::{Arrival, Kept, Limits, Window};
use std::sync::Arc;

/// What the correlations of a set remember. Memory is bounded by `Limits`.
#[derive(Debug)]
pub struct Correlator {
    rules: Arc<Rules>,
    limits: Limits,
    /// For each rule, what it remembers if it is a correlation.
    windows: Vec<Window>,
    /// Explains the last event of a correlation that fired; made when the first one fires.
    teller: Option<Box<Matcher>>,
}

/// A correlation that fired, on its way to those that correlate it.
struct Fired<'r> {
    correlation: &'r Correlation,
    /// Its group's values.
    group: Vec<Box<str>>,
}

/// An event's fields by the rules' numbers for their names.
#[derive(Clone, Copy)]
struct Fields<'e> {
    event: &'e wire::Event,
    names: &'e Names,
}

impl<'e> Fields<'e> {
    /// The first value of a field.
    fn first(self, id: FieldId) -> Option<&'e str> {
        self.event.fields.iter().find(|(name, _)| self.names.find(name) == Some(id)).map(|(_, value)| value.as_str())
    }
}

impl Correlator {
    pub fn new(rules: Arc<Rules>, limits: Limits) -> Correlator {
        let windows = (0..rules.len()).map(|_| Window::default()).collect();
        Correlator { rules, limits, windows, teller: None }
    }

    /// Groups that had to be forgotten because there were too many.
    pub fn forgotten(&self) -> u64 {
        self.windows.iter().map(|window| window.dropped).sum()
    }

    /// Events that are remembered now.
    pub fn remembered(&self) -> usize {
        self.windows.iter().map(|window| window.entries).sum()
    }

    /// Adds an event with the detections that hold for it, and what fired because of it.
    pub fn add(&mut self, holding: &[u32], whole: &Arc<wire::Event>, hits: &mut Vec<Hit>) {
        let rules = Arc::clone(&self.rules);
        let event = Fields { event: whole, names: &rules.names };
        let size = 96 + whole.fields.iter().map(|(name, value)| name.len() + value.len() + 48).sum::<usize>();
        let mut kept_bytes: usize = self.windows.iter().map(|window| window.kept).sum();
        let mut fired: Vec<Fired<'_>> = Vec::new();
        let mut fed: Vec<(usize, usize, Option<usize>)> = holding
            .iter()
            .flat_map(|place| rules.feeds(*place as usize).iter().map(|(correlation, slot)| (*correlation, *slot, None)))
            .collect();
        // A correlation lies behind its rules in the set, so those that it feeds come later.
        while let Some(next) = fed.iter().map(|(correlation, _, _)| *correlation).min() {
            let mine: Vec<(usize, Option<usize>)> =
                fed.extract_if(.., |(correlation, _, _)| *correlation == next).map(|(_, slot, by)| (slot, by)).collect();
            let Some(Logic::Correlation(correlation)) = rules.logic(next) else { continue };
            for (group, value, slots) in grouped(correlation, &mine, event, &fired) {
                let kept = (kept_bytes < self.limits.kept).then(|| Kept { event: whole.clone(), size });
                kept_bytes += size;
                let key = group.join("\u{1f}");
                let Some(window) = self.windows.get_mut(next) else { continue };
                let new = Arrival { at: whole.at, slots, value, kept };
                let Some(mut events) = window.add(correlation, &self.limits, &key, &new) else {
                    continue;
                };
                if events.is_empty() {
                    events.push(whole.clone());
                }
                if rules.at(next).is_some_and(|rule| !rule.silent) {
                    let matched = self.told(&rules, whole, correlation, &new, &group);
                    let at = events.iter().map(|event| event.at).max().unwrap_or(whole.at).max(whole.at);
                    hits.push(Hit { rule: next, at, matched, events });
                }
                fed.extend(rules.feeds(next).iter().map(|(outer, slot)| (*outer, *slot, Some(fired.len()))));
                fired.push(Fired { correlation, group });
            }
        }
    }

    /// What a correlation's finding rests on: what the last event matched, the group, and the counted value.
    fn told(
        &mut self,
        rules: &Rules,
        event: &wire::Event,
        correlation: &Correlation,
        new: &Arrival,
        group: &[Box<str>],
    ) -> Vec<wire::Matched> {
        let mut matched = Vec::new();
        let teller = self.teller.get_or_insert_with(|| Box::new(Matcher::new(Arc::clone(&self.rules))));
        teller.slate_mut().lay_wire(event);
        teller.judge();
        for place in new.slots.iter().filter_map(|slot| correlation.rules.get(*slot)) {
            matched.extend(teller.explain(*place));
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

type Grouped = (Vec<Box<str>>, String, Vec<usize>);

/// The groups that an event belongs to, each with the counted value and the rules it matched there.
///
/// An event without one of the fields that name the group, or without the counted field, does not count.
fn grouped(correlation: &Correlation, fed: &[(usize, Option<usize>)], event: Fields<'_>, fired: &[Fired<'_>]) -> Vec<Grouped> {
    let mut found: Vec<Grouped> = Vec::new();
    for (slot, by) in fed {
        let inner = by.and_then(|n| fired.get(n));
        let field = |id: &FieldId| match inner.and_then(|inner| inner.value(*id)) {
            Some(value) => Some(Box::from(value)),
            None => event.first(*id).map(Box::from),
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
