//! Correlations at work: which groups an event belongs to, and what fires because of it.

use crate::correlation::{Bound, Correlation, Kind, When, thousandths};
use crate::engine::Hit;
use crate::fold::{FieldId, Names, hash};
use crate::matcher::Matcher;
use crate::read::{Logic, Rules};
pub use crate::saved::NotLoaded;
use crate::saved::{self, State};
use crate::window::{Arrival, Enough, Kept, Key, Limits, Lost, Window};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the correlations of a set remember. Memory is bounded by `Limits`.
#[derive(Debug)]
pub struct Correlator {
    rules: Arc<Rules>,
    limits: Limits,
    /// For each rule, what it remembers if it is a correlation.
    windows: Vec<Window>,
    /// Remembered events and bytes of kept ones, over all windows.
    entries: usize,
    kept: usize,
    /// Explains the last event of a correlation that fired; made when the first one fires.
    teller: Option<Box<Matcher>>,
}

/// Fields that name the machine, the surest first. Letters count: the `hostname` of an audit record is the other side.
const HOSTS: [&str; 5] = ["Computer", "Hostname", "host.name", "host", "node"];
/// Letters of a value that tell groups and counted values apart; of a longer one, its hash stands for the rest.
const LETTERS: usize = 256;

/// An event on its way to a correlation.
struct Feed<'r> {
    /// Which of the correlation's rules it comes from.
    slot: usize,
    event: Arc<wire::Event>,
    /// The correlation that fired, and its group, if it comes from one.
    by: Option<(&'r Correlation, Key)>,
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
        Correlator { rules, limits, windows, entries: 0, kept: 0, teller: None }
    }

    /// Groups and events that had to be forgotten because there were too many.
    pub fn forgotten(&self) -> u64 {
        let lost = self.lost();
        lost.groups + lost.events
    }

    /// What could not be taken into account, over all correlations.
    pub fn lost(&self) -> Lost {
        self.windows.iter().fold(Lost::default(), |all, window| Lost {
            groups: all.groups + window.lost.groups,
            events: all.events + window.lost.events,
            late: all.late + window.lost.late,
        })
    }

    /// Events that are remembered now.
    pub fn remembered(&self) -> usize {
        self.entries
    }

    /// Adds an event with the detections that hold for it, and what fired because of it.
    pub fn add(&mut self, holding: &[u32], whole: &Arc<wire::Event>, hits: &mut Vec<Hit>) {
        let rules = Arc::clone(&self.rules);
        let mut feeds: BTreeMap<usize, Vec<Feed<'_>>> = BTreeMap::new();
        for (to, slot) in holding.iter().flat_map(|place| rules.feeds(*place as usize)) {
            feeds.entry(*to).or_default().push(Feed { slot: *slot, event: Arc::clone(whole), by: None });
        }
        self.run(&rules, feeds, None, hits);
    }

    /// Says what time it is, in UTC milliseconds: judges the timespans that are over (but for `Limits::lateness`) and forgets
    /// what nothing can join in time. With `i64::MAX`, at the end of all events, whatever is open is judged.
    pub fn advance(&mut self, now: i64, hits: &mut Vec<Hit>) {
        let rules = Arc::clone(&self.rules);
        let remembering = self.windows.iter().enumerate().filter(|(_, window)| !window.is_empty());
        let feeds = remembering.map(|(place, _)| (place, Vec::new())).collect();
        self.run(&rules, feeds, Some(now), hits);
    }

    /// Hands events to correlations. One lies behind its rules in the set, so those that it feeds come later.
    fn run<'r>(&mut self, rules: &'r Rules, mut feeds: BTreeMap<usize, Vec<Feed<'r>>>, now: Option<i64>, hits: &mut Vec<Hit>) {
        while let Some((place, mine)) = feeds.pop_first() {
            let Some(Logic::Correlation(correlation)) = rules.logic(place) else { continue };
            for (event, group, value, slots) in grouped(correlation, &mine, &rules.names) {
                let new = self.arrival(correlation, &event, value, slots);
                let Some(new) = new else { continue };
                let last = (Arc::clone(&event), new.slots.clone(), new.value.clone());
                let enough = self.with(place, |window, limits, enough| window.add(correlation, limits, group, new, enough));
                self.fired(rules, place, correlation, enough, Some(&last), &mut feeds, hits);
            }
            if let Some(now) = now {
                let enough = self.with(place, |window, limits, enough| window.close(correlation, limits, now, enough));
                self.fired(rules, place, correlation, enough, None, &mut feeds, hits);
            }
        }
        self.make_room(rules);
    }

    /// Does something with a window, and keeps count of what all remember.
    fn with(&mut self, place: usize, act: impl FnOnce(&mut Window, &Limits, &mut Vec<Enough>)) -> Vec<Enough> {
        let mut enough = Vec::new();
        if let Some(window) = self.windows.get_mut(place) {
            let before = (window.entries, window.kept);
            act(window, &self.limits, &mut enough);
            self.entries = (self.entries + window.entries).saturating_sub(before.0);
            self.kept = (self.kept + window.kept).saturating_sub(before.1);
        }
        enough
    }

    /// Of all correlations, the one that remembers most gives way.
    fn make_room(&mut self, rules: &Rules) {
        while self.entries > self.limits.total {
            let most = self.windows.iter().enumerate().max_by_key(|(_, window)| window.entries).map(|(place, _)| place);
            let Some((place, Logic::Correlation(of))) = most.and_then(|place| Some((place, rules.logic(place)?))) else { return };
            let before = self.entries;
            self.with(place, |window, limits, _| window.make_room(of, limits));
            if self.entries >= before {
                return;
            }
        }
    }

    /// The event as its group takes it; `None` where a number is asked for and there is none.
    fn arrival(&self, of: &Correlation, event: &Arc<wire::Event>, value: Box<str>, slots: Vec<usize>) -> Option<Arrival> {
        let numbers = matches!(of.ask.kind, Kind::ValueSum | Kind::ValueAvg) || of.ask.percentile.is_some();
        let number = match numbers {
            true => thousandths(value.trim().parse::<f64>().ok().filter(|number| number.is_finite())?),
            false => 0,
        };
        let size = 96 + event.fields.iter().map(|(name, value)| name.len() + value.len() + 48).sum::<usize>();
        let kept = (self.kept + size <= self.limits.kept).then(|| Kept { event: Arc::clone(event), size });
        let host = HOSTS.iter().find_map(|host| event.fields.iter().find(|(name, _)| name == host));
        let machine = host.map_or(0, |(_, value)| hash(value.bytes()));
        Some(Arrival { at: event.at, slots, value, number, machine, kept })
    }

    /// Tells what fired, and hands it to the correlations over it.
    #[expect(clippy::too_many_arguments, reason = "one step of `run`, parted for its length")]
    fn fired<'r>(
        &mut self,
        rules: &'r Rules,
        place: usize,
        correlation: &'r Correlation,
        enough: Vec<Enough>,
        last: Option<&Last>,
        feeds: &mut BTreeMap<usize, Vec<Feed<'r>>>,
        hits: &mut Vec<Hit>,
    ) {
        for mut one in enough {
            // What is judged with an event ends with it. What is judged at its close ends with the last event that was kept
            // of it; where there was no room for any, the group itself is all that is known.
            let arrived = last.filter(|_| correlation.ask.when == When::Arrival);
            let event = match (arrived, one.events.last()) {
                (Some((event, _, _)), _) => Arc::clone(event),
                (None, Some(event)) => Arc::clone(event),
                (None, None) => Arc::new(group_alone(rules, correlation, &one)),
            };
            if one.events.is_empty() {
                one.events.push(Arc::clone(&event));
            }
            if rules.at(place).is_some_and(|rule| !rule.silent) {
                let matched = self.told(rules, correlation, &event, arrived, &one);
                let at = one.events.iter().map(|event| event.at).max().unwrap_or(event.at).max(event.at);
                hits.push(Hit { rule: place, at, matched, events: one.events });
            }
            for (outer, slot) in rules.feeds(place) {
                let by = Some((correlation, one.group.clone()));
                feeds.entry(*outer).or_default().push(Feed { slot: *slot, event: Arc::clone(&event), by });
            }
        }
    }

    /// What a correlation's finding rests on: what the last event matched, the group, and the number that was compared.
    fn told(
        &mut self,
        rules: &Rules,
        correlation: &Correlation,
        event: &wire::Event,
        arrived: Option<&Last>,
        one: &Enough,
    ) -> Vec<wire::Matched> {
        let mut matched = Vec::new();
        let teller = self.teller.get_or_insert_with(|| Box::new(Matcher::new(Arc::clone(&self.rules))));
        teller.slate_mut().lay_wire(event);
        let holding: Vec<usize> = teller.judge().iter().map(|place| *place as usize).collect();
        let slots = correlation.rules.iter().enumerate();
        let mine = slots.filter(|(slot, place)| match arrived {
            Some((_, slots, _)) => slots.contains(slot),
            None => holding.contains(place),
        });
        for (_, place) in mine {
            matched.extend(teller.explain(*place));
        }
        let line = |selection: &str, field: FieldId, value: &str, pattern: String| wire::Matched {
            selection: selection.to_owned(),
            field: rules.names.name(field).to_owned(),
            value: value.chars().take(512).collect(),
            pattern,
        };
        let group = correlation.group_names.iter().zip(&one.group);
        matched.extend(group.map(|(field, value)| line("group-by", *field, value, "*".into())));
        let counted = correlation.counted.iter().flatten().next().copied();
        let bounds = || correlation.ask.bounds.iter().map(Bound::to_string).collect::<Vec<_>>().join(" and ");
        match (one.value, counted, arrived) {
            (None, Some(field), Some((_, _, value))) => {
                matched.push(line("condition", field, value, format!("{} different values", correlation.ask.least)));
            }
            (Some(value), field, _) => {
                matched.push(line("condition", field.unwrap_or(FieldId::MAX), &value.to_string(), bounds()));
            }
            (None, _, _) => {}
        }
        matched
    }

    /// What is remembered, to go on with after a restart: see `load`.
    pub fn save(&self) -> Vec<u8> {
        saved::write(&self.rules, &self.windows)
    }

    /// Goes on with what `save` gave. A correlation that was changed since, or whose rules were, begins anew.
    pub fn load(rules: Arc<Rules>, limits: Limits, bytes: &[u8]) -> Result<Correlator, NotLoaded> {
        let mut correlator = Correlator::new(rules, limits);
        for State { place, window } in saved::read(&correlator.rules, &limits, bytes)? {
            correlator.with(place, |known, _, _| *known = window);
        }
        Ok(correlator)
    }
}

/// An event that says no more than the time and the values that name a group.
fn group_alone(rules: &Rules, correlation: &Correlation, one: &Enough) -> wire::Event {
    let named = correlation.group_names.iter().zip(&one.group);
    let fields = named.map(|(field, value)| (rules.names.name(*field).to_owned(), value.to_string())).collect();
    wire::Event { at: one.at, source: wire::Source::default(), fields }
}

/// The event that brought a correlation to fire, which of its rules it matched, and its counted value.
type Last = (Arc<wire::Event>, Vec<usize>, Box<str>);

type Grouped = (Arc<wire::Event>, Key, Box<str>, Vec<usize>);

/// The groups that events belong to, each with the counted value and the rules it matched there.
///
/// An event without one of the fields that name the group, or without the counted field, does not count.
fn grouped(correlation: &Correlation, fed: &[Feed<'_>], names: &Names) -> Vec<Grouped> {
    let mut found: Vec<Grouped> = Vec::new();
    for feed in fed {
        let event = Fields { event: &feed.event, names };
        let field = |id: &FieldId| match feed.by.as_ref().and_then(|(inner, group)| named(inner, group, *id)) {
            Some(value) => Some(Box::from(value)),
            None => event.first(*id).map(cut),
        };
        let fields = |of: &[Vec<FieldId>]| {
            of.get(feed.slot).map(|ids| ids.iter().map(field).collect::<Option<Vec<Box<str>>>>()).unwrap_or_default()
        };
        let (Some(group), Some(values)) = (fields(&correlation.groups), fields(&correlation.counted)) else { continue };
        let (group, value) = (group.into_boxed_slice(), joined(values));
        let same = |one: &&mut Grouped| Arc::ptr_eq(&one.0, &feed.event) && one.1 == group && one.2 == value;
        match found.iter_mut().find(same) {
            Some((_, _, _, slots)) if slots.contains(&feed.slot) => {}
            Some((_, _, _, slots)) => slots.push(feed.slot),
            None => found.push((Arc::clone(&feed.event), group, value, vec![feed.slot])),
        }
    }
    found.iter_mut().for_each(|(_, _, _, slots)| slots.sort_unstable());
    found
}

/// Several counted fields as one value. No two differing sets become the same.
fn joined(mut values: Vec<Box<str>>) -> Box<str> {
    match values.len() {
        1 => values.remove(0),
        _ => values.iter().map(|value| format!("{}:{value}", value.len())).collect::<Vec<_>>().join(" ").into(),
    }
}

/// A value in bounded room.
fn cut(value: &str) -> Box<str> {
    match value.char_indices().nth(LETTERS) {
        None => value.into(),
        Some((end, _)) => format!("{}…{:016x}", value.get(..end).unwrap_or_default(), hash(value.bytes())).into(),
    }
}

/// A value of a group, by the name that its correlation gives it.
fn named<'g>(inner: &Correlation, group: &'g Key, id: FieldId) -> Option<&'g str> {
    let n = inner.group_names.iter().position(|name| *name == id)?;
    group.get(n).map(|value| &**value)
}
