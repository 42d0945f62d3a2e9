//! Findings and events on their way: each in one run of text, so that keeping, putting aside and telling them is cheap.

use crate::sorted::{Bytes, Sortable};
use serde::{Deserialize, Serialize};
use sigma::{Hit, Slate};
use std::cmp::Ordering;
use std::sync::Arc;

/// Texts one behind another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    text: Box<str>,
    /// Where each of them ends.
    ends: Box<[u32]>,
}

/// Where texts are put together; keeps its room.
#[derive(Debug, Default)]
pub(crate) struct Pen {
    text: String,
    ends: Vec<u32>,
}

/// An event: source (three texts), then names and values in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// UTC milliseconds.
    pub at: i64,
    texts: Texts,
}

/// A finding on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SpeltFound", into = "SpeltFound")]
pub(crate) struct Found {
    pub file: Arc<str>,
    pub record: u64,
    /// The rule's place in its set.
    pub rule: u32,
    /// When the (last) event happened: UTC milliseconds.
    pub at: i64,
    /// Selection, field, value and pattern of each value that matched.
    matched: Texts,
    /// Shared by all findings on one event.
    pub events: Arc<[Event]>,
}

/// An event on its way to the correlations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SpeltFeed", into = "SpeltFeed")]
pub(crate) struct Feed {
    pub file: Arc<str>,
    pub record: u64,
    /// The rules that hold for it and feed correlations.
    pub holding: Box<[u32]>,
    pub event: Arc<[Event]>,
}

/// What the next of several findings in order may share with the one before it.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    file: Arc<str>,
    events: Arc<[Event]>,
}

impl Texts {
    pub fn get(&self, n: usize) -> &str {
        let end = |n: usize| self.ends.get(n).map(|end| *end as usize);
        let start = n.checked_sub(1).map_or(Some(0), end);
        start.zip(end(n)).and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    fn size(&self) -> usize {
        self.text.len() + 4 * self.ends.len() + 32
    }

    fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.ends.len() as u64);
        let mut before = 0;
        for end in &self.ends {
            put_number(out, u64::from(end - before));
            before = *end;
        }
        out.extend_from_slice(self.text.as_bytes());
    }

    fn take(from: &mut Bytes<'_>) -> Option<Texts> {
        let count = usize::try_from(from.number()?).ok()?;
        let mut ends = Vec::with_capacity(count.min(4_096));
        let mut end = 0_u32;
        for _ in 0..count {
            end = end.checked_add(u32::try_from(from.number()?).ok()?)?;
            ends.push(end);
        }
        let text = std::str::from_utf8(from.some(end as usize)?).ok()?;
        Some(Texts { text: text.into(), ends: ends.into() })
    }
}

impl Pen {
    pub fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
    }

    pub fn take(&mut self) -> Texts {
        let texts = Texts { text: self.text.as_str().into(), ends: self.ends.as_slice().into() };
        self.text.clear();
        self.ends.clear();
        texts
    }
}

impl Event {
    /// The event on the slate.
    pub fn of_slate(slate: &Slate, pen: &mut Pen) -> Event {
        let source = slate.sources().first();
        pen.put(source.map_or("", |source| &source.product));
        pen.put(source.map_or("", |source| &source.category));
        pen.put(source.map_or("", |source| &source.service));
        for place in 0..slate.len() {
            pen.put(slate.letters_at(place));
            pen.put(slate.value_at(place));
        }
        Event { at: slate.at, texts: pen.take() }
    }

    pub fn of_wire(event: &wire::Event, pen: &mut Pen) -> Event {
        let source = &event.source;
        [&source.product, &source.category, &source.service].into_iter().for_each(|part| pen.put(part));
        for (name, value) in &event.fields {
            pen.put(name);
            pen.put(value);
        }
        Event { at: event.at, texts: pen.take() }
    }

    /// Product, category and service.
    pub fn source(&self) -> [&str; 3] {
        [0, 1, 2].map(|part| self.texts.get(part))
    }

    /// Names and values.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        (3..self.texts.len()).step_by(2).map(|n| (self.texts.get(n), self.texts.get(n + 1)))
    }

    pub fn to_wire(&self) -> wire::Event {
        let [product, category, service] = self.source().map(str::to_owned);
        let fields = self.fields().map(|(name, value)| (name.to_owned(), value.to_owned()));
        wire::Event { at: self.at, source: wire::Source { product, category, service }, fields: fields.collect() }
    }

    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.at.to_le_bytes());
        self.texts.put(out);
    }

    fn take(from: &mut Bytes<'_>) -> Option<Event> {
        let at = i64::from_le_bytes(*from.some(8)?.first_chunk()?);
        Some(Event { at, texts: Texts::take(from)? })
    }
}

impl Found {
    /// A finding on the event at hand; `pen` holds what matched: of each value selection, field, value and pattern.
    pub fn new((file, record): (&Arc<str>, u64), rule: u32, pen: &mut Pen, events: &Arc<[Event]>) -> Found {
        let at = events.last().map_or(0, |event| event.at);
        Found { file: Arc::clone(file), record, rule, at, matched: pen.take(), events: Arc::clone(events) }
    }

    /// What a correlation found. It stands where its last event stood.
    pub fn of_hit((file, record): (&Arc<str>, u64), hit: &Hit, pen: &mut Pen) -> Found {
        let events = hit.events.iter().map(|event| Event::of_wire(event, pen)).collect();
        for one in &hit.matched {
            [&one.selection, &one.field, &one.value, &one.pattern].into_iter().for_each(|text| pen.put(text));
        }
        Found { file: Arc::clone(file), record, rule: hit.rule as u32, at: hit.at, matched: pen.take(), events }
    }

    /// Selection, field, value and pattern of each value that matched.
    pub fn matched(&self) -> impl Iterator<Item = [&str; 4]> + Clone {
        (0..self.matched.len()).step_by(4).map(|n| [0, 1, 2, 3].map(|part| self.matched.get(n + part)))
    }

    pub fn matched_to_wire(&self) -> Vec<wire::Matched> {
        let told = |[selection, field, value, pattern]: [&str; 4]| wire::Matched {
            selection: selection.to_owned(),
            field: field.to_owned(),
            value: value.to_owned(),
            pattern: pattern.to_owned(),
        };
        self.matched().map(told).collect()
    }
}

/// Bytes of events that several findings may share, for one of them.
fn share(events: &Arc<[Event]>) -> usize {
    events.iter().map(|event| event.texts.size() + 64).sum::<usize>() / Arc::strong_count(events).max(1)
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// What findings and events begin with: whether file and events are those of the one before; then what is not.
fn put_shared(out: &mut Vec<u8>, file: &Arc<str>, events: &Arc<[Event]>, before: Option<&Shared>) {
    let same_file = before.is_some_and(|before| before.file == *file);
    let same_events = before.is_some_and(|before| Arc::ptr_eq(&before.events, events));
    out.push(u8::from(same_file) | u8::from(same_events) << 1);
    if !same_file {
        put_number(out, file.len() as u64);
        out.extend_from_slice(file.as_bytes());
    }
    if !same_events {
        put_number(out, events.len() as u64);
        events.iter().for_each(|event| event.put(out));
    }
}

fn take_shared(from: &mut Bytes<'_>, before: Option<&Shared>) -> Option<Shared> {
    let [marks] = *from.some(1)? else { return None };
    let file = match marks & 1 {
        0 => {
            let length = usize::try_from(from.number()?).ok()?;
            std::str::from_utf8(from.some(length)?).ok()?.into()
        }
        _ => Arc::clone(&before?.file),
    };
    let events = match marks & 2 {
        0 => (0..from.number()?).map(|_| Event::take(from)).collect::<Option<_>>()?,
        _ => Arc::clone(&before?.events),
    };
    Some(Shared { file, events })
}

impl Sortable for Found {
    type Shared = Shared;

    /// By time; then by file and record, so that the order is the same however many threads there were.
    fn order(&self, other: &Found) -> Ordering {
        let rest = |found: &Found| (found.record, found.rule);
        self.at.cmp(&other.at).then_with(|| self.file.cmp(&other.file)).then_with(|| rest(self).cmp(&rest(other)))
    }

    fn size(&self) -> usize {
        96 + self.matched.size() + share(&self.events)
    }

    fn shared(&self) -> Shared {
        Shared { file: Arc::clone(&self.file), events: Arc::clone(&self.events) }
    }

    fn put(&self, before: Option<&Shared>, out: &mut Vec<u8>) {
        put_shared(out, &self.file, &self.events, before);
        put_number(out, self.record);
        put_number(out, u64::from(self.rule));
        out.extend_from_slice(&self.at.to_le_bytes());
        self.matched.put(out);
    }

    fn take(from: &mut Bytes<'_>, before: Option<&Shared>) -> Option<Found> {
        let Shared { file, events } = take_shared(from, before)?;
        let (record, rule) = (from.number()?, u32::try_from(from.number()?).ok()?);
        let at = i64::from_le_bytes(*from.some(8)?.first_chunk()?);
        Some(Found { file, record, rule, at, matched: Texts::take(from)?, events })
    }
}

impl Sortable for Feed {
    type Shared = Shared;

    fn order(&self, other: &Feed) -> Ordering {
        let at = |feed: &Feed| feed.event.first().map_or(0, |event| event.at);
        at(self).cmp(&at(other)).then_with(|| self.file.cmp(&other.file)).then(self.record.cmp(&other.record))
    }

    fn size(&self) -> usize {
        64 + self.holding.len() * 4 + share(&self.event)
    }

    fn shared(&self) -> Shared {
        Shared { file: Arc::clone(&self.file), events: Arc::clone(&self.event) }
    }

    fn put(&self, before: Option<&Shared>, out: &mut Vec<u8>) {
        put_shared(out, &self.file, &self.event, before);
        put_number(out, self.record);
        put_number(out, self.holding.len() as u64);
        self.holding.iter().for_each(|rule| put_number(out, u64::from(*rule)));
    }

    fn take(from: &mut Bytes<'_>, before: Option<&Shared>) -> Option<Feed> {
        let Shared { file, events } = take_shared(from, before)?;
        let record = from.number()?;
        let holding = (0..from.number()?).map(|_| from.number().and_then(|rule| u32::try_from(rule).ok()));
        Some(Feed { file, record, holding: holding.collect::<Option<_>>()?, event: events })
    }
}

/// A finding as a state to go on from writes it.
#[derive(Serialize, Deserialize)]
struct SpeltFound {
    file: String,
    record: u64,
    rule: u32,
    at: i64,
    matched: Vec<wire::Matched>,
    events: Vec<wire::Event>,
}

/// An event for correlations as a state to go on from writes it.
#[derive(Serialize, Deserialize)]
struct SpeltFeed {
    file: String,
    record: u64,
    holding: Vec<u32>,
    event: Vec<wire::Event>,
}

impl From<Found> for SpeltFound {
    fn from(found: Found) -> SpeltFound {
        let matched = found.matched_to_wire();
        let events = found.events.iter().map(Event::to_wire).collect();
        SpeltFound { file: found.file.to_string(), record: found.record, rule: found.rule, at: found.at, matched, events }
    }
}

impl From<SpeltFound> for Found {
    fn from(spelt: SpeltFound) -> Found {
        let SpeltFound { file, record, rule, at, matched, events } = spelt;
        let events = events.into_iter().map(Arc::new).collect();
        let hit = Hit { rule: rule as usize, at, matched, events };
        Found::of_hit((&file.into(), record), &hit, &mut Pen::default())
    }
}

impl From<Feed> for SpeltFeed {
    fn from(feed: Feed) -> SpeltFeed {
        let event = feed.event.iter().map(Event::to_wire).collect();
        SpeltFeed { file: feed.file.to_string(), record: feed.record, holding: feed.holding.to_vec(), event }
    }
}

impl From<SpeltFeed> for Feed {
    fn from(spelt: SpeltFeed) -> Feed {
        let event = spelt.event.iter().map(|event| Event::of_wire(event, &mut Pen::default())).collect();
        Feed { file: spelt.file.into(), record: spelt.record, holding: spelt.holding.into(), event }
    }
}
