//! An event laid out to be judged: names as numbers, values in one run of text, and room that is used again.

use crate::event::{Event, Source, with_kin};
use crate::fold::{Plain, hash_of};
use std::collections::HashMap;

/// A field's name as a slate knows it; the same for as long as the slate lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name(u32);

/// What an event is, as a slate knows it: one set of log sources; the same for as long as the slate lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin(u32);

impl Name {
    /// One of the names beyond what a slate remembers: its letters lie with the value.
    const STRAY: Name = Name(u32::MAX);

    /// A place for tables by name; `None` for a name that is not remembered.
    pub(crate) fn place(self) -> Option<usize> {
        (self != Name::STRAY).then_some(self.0 as usize)
    }
}

impl Origin {
    /// No source that is known: only rules without a log source ask for it.
    pub const NONE: Origin = Origin(0);
    const STRAY: Origin = Origin(u32::MAX);

    pub(crate) fn place(self) -> Option<usize> {
        (self != Origin::STRAY).then_some(self.0 as usize)
    }
}

#[derive(Debug, Clone, Copy)]
struct Field {
    name: Name,
    /// Bytes of the name, right before the value, if it is a stray.
    stray: u32,
    start: u32,
    end: u32,
}

/// The event at hand. Filled anew for each event; once it has grown to the largest one it allocates nothing.
///
/// Names and origins are remembered up to a bound, so that hostile logs cannot make it grow without end; what comes
/// beyond is held with the event itself and is judged as well, only slower.
#[derive(Debug)]
pub struct Slate {
    /// UTC milliseconds.
    pub at: i64,
    origin: Origin,
    stray_sources: Vec<Source<'static>>,
    text: String,
    fields: Vec<Field>,
    names: Vec<Box<str>>,
    name_ids: HashMap<u64, Name, Plain>,
    origins: Vec<Box<[Source<'static>]>>,
    origin_ids: HashMap<u64, Origin, Plain>,
}

/// Names that are remembered; the public rules use 400.
const NAMES: usize = 20_000;
/// Sets of log sources that are remembered.
const ORIGINS: usize = 4_096;

impl Default for Slate {
    fn default() -> Slate {
        Slate {
            at: 0,
            origin: Origin::NONE,
            stray_sources: Vec::new(),
            text: String::new(),
            fields: Vec::new(),
            names: Vec::new(),
            name_ids: HashMap::default(),
            origins: vec![Box::default()],
            origin_ids: HashMap::default(),
        }
    }
}

impl Slate {
    /// Wipes the event away; names and origins stay known.
    pub fn clear(&mut self) {
        self.at = 0;
        self.origin = Origin::NONE;
        self.text.clear();
        self.fields.clear();
    }

    /// The number of a name, to be asked once and kept; `None` when too many are remembered already (then use `put_named`).
    pub fn name(&mut self, name: &str) -> Option<Name> {
        let mut key = hash_of(name.as_bytes());
        while let Some(known) = self.name_ids.get(&key) {
            if self.name_of(*known) == name {
                return Some(*known);
            }
            key = key.wrapping_add(1);
        }
        if self.names.len() >= NAMES {
            return None;
        }
        let new = Name(u32::try_from(self.names.len()).ok()?);
        self.names.push(name.into());
        self.name_ids.insert(key, new);
        Some(new)
    }

    /// The letters of a remembered name.
    pub fn name_of(&self, name: Name) -> &str {
        name.place().and_then(|place| self.names.get(place)).map_or("", |name| name)
    }

    /// How many names are remembered; numbers are given in order from 0.
    pub(crate) fn known(&self) -> usize {
        self.names.len()
    }

    /// The letters of the name with a number.
    pub(crate) fn letters_of(&self, number: usize) -> &str {
        self.names.get(number).map_or("", |name| name)
    }

    /// The number of a set of log sources, with all that follows from them; to be asked once and kept.
    /// `None` when too many are remembered already (then use `set_sources`).
    pub fn origin(&mut self, sources: &[Source<'_>]) -> Option<Origin> {
        let sources = with_kin(sources);
        if sources.is_empty() {
            return Some(Origin::NONE);
        }
        let mut key = origin_key(&sources);
        while let Some(known) = self.origin_ids.get(&key) {
            if known.place().and_then(|place| self.origins.get(place)).is_some_and(|known| **known == *sources) {
                return Some(*known);
            }
            key = key.wrapping_add(1);
        }
        if self.origins.len() >= ORIGINS {
            return None;
        }
        let new = Origin(u32::try_from(self.origins.len()).ok()?);
        self.origins.push(sources.into_iter().map(Source::into_owned).collect());
        self.origin_ids.insert(key, new);
        Some(new)
    }

    /// Says what the event is.
    pub fn set_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// Says what the event is, remembered or not.
    pub fn set_sources(&mut self, sources: &[Source<'_>]) {
        self.origin = self.origin(sources).unwrap_or_else(|| {
            self.stray_sources = with_kin(sources).into_iter().map(Source::into_owned).collect();
            Origin::STRAY
        });
    }

    pub(crate) fn origin_now(&self) -> Origin {
        self.origin
    }

    /// What the event is.
    pub fn sources(&self) -> &[Source<'static>] {
        match self.origin.place() {
            Some(place) => self.origins.get(place).map_or(&[], |sources| sources),
            None => &self.stray_sources,
        }
    }

    /// Adds a field.
    pub fn put(&mut self, name: Name, value: &str) {
        let start = self.text.len();
        self.text.push_str(value);
        self.close(name, start);
    }

    /// Adds a field whose name was not asked for before.
    pub fn put_named(&mut self, name: &str, value: &str) {
        match self.name(name) {
            Some(name) => self.put(name, value),
            None => {
                self.text.push_str(name);
                let start = self.text.len();
                self.text.push_str(value);
                self.push(Field {
                    name: Name::STRAY,
                    stray: name.len() as u32,
                    start: start as u32,
                    end: self.text.len() as u32,
                });
            }
        }
    }

    /// Room at the end of which a value may be written piece by piece: remember `text().len()` before, write, then `close`.
    pub fn text(&mut self) -> &mut String {
        &mut self.text
    }

    /// Makes all that was written to `text` from `start` on the value of a field.
    pub fn close(&mut self, name: Name, start: usize) {
        self.push(Field { name, stray: 0, start: start as u32, end: self.text.len() as u32 });
    }

    /// Adds fields whose values lie one after another in `text`: of each its name, and where its value begins and ends there.
    pub fn put_all(&mut self, text: &str, fields: &[(Name, u32, u32)]) {
        let base = self.text.len() as u32;
        self.text.push_str(text);
        let field = |(name, start, end): &(Name, u32, u32)| Field { name: *name, stray: 0, start: base + start, end: base + end };
        self.fields.extend(fields.iter().map(field));
    }

    /// Gives the value of the field at `place` a second name, at no cost of text.
    pub fn also(&mut self, place: usize, name: Name) {
        if let Some(field) = self.fields.get(place).copied() {
            self.push(Field { name, stray: 0, ..field });
        }
    }

    fn push(&mut self, field: Field) {
        self.fields.push(field);
    }

    /// How many fields there are; their places count from 0.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The remembered name of the field at a place; `None` for a name that is not remembered.
    pub fn name_at(&self, place: usize) -> Option<Name> {
        self.fields.get(place).map(|field| field.name).filter(|name| *name != Name::STRAY)
    }

    /// The letters of the name of the field at a place.
    pub fn letters_at(&self, place: usize) -> &str {
        match self.fields.get(place) {
            Some(field) if field.name == Name::STRAY => {
                self.text.get((field.start - field.stray) as usize..field.start as usize).unwrap_or_default()
            }
            Some(field) => self.name_of(field.name),
            None => "",
        }
    }

    /// The value of the field at a place.
    pub fn value_at(&self, place: usize) -> &str {
        self.fields.get(place).and_then(|field| self.text.get(field.start as usize..field.end as usize)).unwrap_or_default()
    }

    /// All values, one behind another, and names that are not remembered between them.
    pub(crate) fn letters(&self) -> &str {
        &self.text
    }

    /// Where the value of the field at a place lies in `letters`.
    pub(crate) fn span(&self, place: usize) -> std::ops::Range<usize> {
        self.fields.get(place).map_or(0..0, |field| field.start as usize..field.end as usize)
    }

    /// The place of the first field of a name.
    pub fn find(&self, name: Name) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The first value of a remembered name.
    pub fn get(&self, name: Name) -> Option<&str> {
        self.find(name).map(|place| self.value_at(place))
    }

    /// The first value of a field; names are compared as rules compare them. Slow: for what is asked seldom.
    pub fn get_named(&self, name: &str) -> Option<&str> {
        let place = (0..self.len()).find(|place| self.letters_at(*place).eq_ignore_ascii_case(name))?;
        Some(self.value_at(place))
    }

    /// Lays out an event that is kept elsewhere.
    pub fn lay(&mut self, event: &Event<'_>) {
        self.clear();
        self.at = event.at;
        self.set_sources(&event.sources);
        for (name, value) in &event.fields {
            self.put_named(name, value);
        }
    }

    /// Lays out an event as it is kept and sent.
    pub fn lay_wire(&mut self, event: &wire::Event) {
        self.clear();
        self.at = event.at;
        let source = &event.source;
        self.set_sources(&[Source::new(&*source.product, &*source.category, &*source.service)]);
        for (name, value) in &event.fields {
            self.put_named(name, value);
        }
    }

    /// The event as it is kept and sent: of its sources, the first.
    pub fn to_wire(&self) -> wire::Event {
        let source = self.sources().first().map_or_else(wire::Source::default, |source| wire::Source {
            product: source.product.to_string(),
            category: source.category.to_string(),
            service: source.service.to_string(),
        });
        let field = |place| (self.letters_at(place).to_owned(), self.value_at(place).to_owned());
        wire::Event { at: self.at, source, fields: (0..self.len()).map(field).collect() }
    }
}

fn origin_key(sources: &[Source<'_>]) -> u64 {
    let parts = sources.iter().flat_map(|source| [&source.product, &source.category, &source.service]);
    crate::fold::hash(parts.flat_map(|part| part.bytes().chain([0])))
}
