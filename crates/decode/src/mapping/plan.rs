//! What the mapping says of one sort of record, made ready for one slate.

use super::convert::{Conversion, Room};
use super::{Entry, Mapping, source};
use foldhash::fast::RandomState;
use sigma::{Name, Origin, Slate, Source};
use std::collections::HashMap;
use std::hash::BuildHasher;

/// Sorts of records that are remembered; hostile logs may invent them without end.
const KNOWN: usize = 4_096;
/// Sets of conditions of one sort whose log sources are remembered.
const HELD: usize = 256;

/// What is said of one sort of record: numbers instead of names.
#[derive(Debug)]
pub struct Plan {
    /// The sources that follow from the sort alone.
    sources: Vec<Source<'static>>,
    steps: Vec<Step>,
    /// Which steps held, and what the event then is; `None` where the slate remembers no more.
    origins: Vec<(u64, Option<Origin>)>,
}

#[derive(Debug)]
struct Step {
    when: Vec<(Name, Vec<String>)>,
    sources: Vec<Source<'static>>,
    copy: Vec<(Name, Name)>,
    convert: Vec<Converted>,
    give: Vec<(Name, String)>,
}

#[derive(Debug)]
struct Converted {
    from: Name,
    /// A second field that the conversion takes.
    kin: Option<Name>,
    by: Conversion,
    to: Name,
}

impl Step {
    /// `None` if no condition can ever hold, because the slate remembers no more names.
    fn new(entry: &Entry, sources: Vec<Source<'static>>, settled: &[&str], slate: &mut Slate) -> Option<Step> {
        let mut when = Vec::new();
        for condition in &entry.when {
            let (name, values) = condition.split_first()?;
            if !settled.contains(&name.as_str()) {
                when.push((slate.name(name)?, values.to_vec()));
            }
        }
        let copy = entry.copy.iter().filter_map(|(from, to)| Some((slate.name(from)?, slate.name(to)?))).collect();
        let convert = entry.convert.iter().filter_map(|(from, by, to)| {
            let kin = by.kin(from).and_then(|kin| slate.name(&kin));
            Some(Converted { from: slate.name(from)?, kin, by: *by, to: slate.name(to)? })
        });
        let convert = convert.collect();
        let give = entry.give.iter().filter_map(|(name, value)| Some((slate.name(name)?, value.clone()))).collect();
        Some(Step { when, sources, copy, convert, give })
    }

    fn holds(&self, slate: &Slate) -> bool {
        self.when.iter().all(|(name, values)| {
            let mut places = (0..slate.len()).filter(|place| slate.name_at(*place) == Some(*name));
            places.any(|place| values.is_empty() || values.iter().any(|value| value.eq_ignore_ascii_case(slate.value_at(place))))
        })
    }

    /// Adds what follows from the first `own` fields, which are the record's own.
    fn add(&self, slate: &mut Slate, own: usize, room: &mut Room) {
        for (from, to) in &self.copy {
            if slate.find(*to).is_some() {
                continue;
            }
            for place in 0..own {
                if slate.name_at(place) == Some(*from) {
                    slate.also(place, *to);
                }
            }
        }
        for one in &self.convert {
            let first = (own..slate.len()).find(|place| slate.name_at(*place) == Some(one.to));
            if first.is_none() || one.by.repeats() {
                one.add(slate, own, room);
            }
        }
        for (name, value) in &self.give {
            if slate.find(*name).is_none() {
                slate.put(*name, value);
            }
        }
    }
}

impl Converted {
    fn add(&self, slate: &mut Slate, own: usize, room: &mut Room) {
        for place in 0..own {
            if slate.name_at(place) != Some(self.from) {
                continue;
            }
            let kin = self.kin.and_then(|kin| slate.find(kin)).map_or("", |place| slate.value_at(place));
            self.by.convert(slate.value_at(place), kin, room);
            room.put(slate, self.to);
        }
    }
}

impl Plan {
    /// The plan for the events of a channel with a number.
    pub fn of_windows(mapping: &Mapping, slate: &mut Slate, channel: &str, number: u32) -> Plan {
        let channel = channel.to_lowercase();
        let service = mapping.services.get(&channel).cloned().unwrap_or_default();
        let entries = mapping.windows.get(&channel).into_iter().flatten();
        let steps = entries.filter(|entry| entry.events.is_empty() || entry.events.contains(&number)).filter_map(|entry| {
            let categories = entry.categories.iter();
            let sources = categories.map(|category| Source::new("windows", category.clone(), service.clone()));
            Step::new(entry, sources.collect(), &[], slate)
        });
        let steps = steps.collect();
        Plan { sources: vec![Source::new("windows", "", service)], steps, origins: Vec::new() }
    }

    /// The plan for the records of a format whose keys have these values.
    fn of_format(mapping: &Mapping, slate: &mut Slate, format: &str) -> Plan {
        let mut plan = Plan { sources: Vec::new(), steps: Vec::new(), origins: Vec::new() };
        let Some(sheet) = mapping.sheets.get(format) else { return plan };
        let keys: Vec<&str> = sheet.keys.iter().map(String::as_str).collect();
        let of_key = |place: &usize| keys.contains(&slate.letters_at(*place));
        let values = (0..slate.len()).filter(of_key);
        let values: Vec<(String, String)> =
            values.map(|place| (slate.letters_at(place).to_owned(), cut(slate.value_at(place)).to_owned())).collect();
        let value = |name: &str| values.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        for entry in &sheet.event {
            let held = entry.when.iter().filter_map(|condition| condition.split_first()).all(|(name, asked)| {
                let mut given = values.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
                let one_of = |value: &str| asked.is_empty() || asked.iter().any(|asked| asked.eq_ignore_ascii_case(value));
                !keys.contains(&name.as_str()) || given.any(one_of)
            });
            if held {
                let sources = entry.sources.iter().map(|text| source(text, value)).collect();
                plan.steps.extend(Step::new(entry, sources, &keys, slate));
            }
        }
        plan
    }

    /// Completes the event on the slate.
    pub fn run(&mut self, slate: &mut Slate, room: &mut Room) {
        let own = slate.len();
        let mut held = 0_u64;
        for (n, step) in self.steps.iter().enumerate() {
            if step.when.is_empty() || step.holds(slate) {
                held |= 1 << (n % 64);
                step.add(slate, own, room);
            }
        }
        let origin = match self.origins.iter().find(|(known, _)| *known == held) {
            Some((_, origin)) => *origin,
            None => {
                let origin = slate.origin(&self.sources(held));
                if self.origins.len() < HELD {
                    self.origins.push((held, origin));
                }
                origin
            }
        };
        match origin {
            Some(origin) => slate.set_origin(origin),
            None => slate.set_sources(&self.sources(held)),
        }
    }

    /// The categories first, because the first source is the one that an event is kept with.
    fn sources(&self, held: u64) -> Vec<Source<'static>> {
        let steps = self.steps.iter().enumerate().filter(|(n, _)| held >> (n % 64) & 1 == 1);
        let told: Vec<Source<'static>> = steps.flat_map(|(_, step)| step.sources.clone()).collect();
        // Of Windows, a category's source names the service as well.
        let more = self.sources.iter().filter(|one| !told.iter().any(|known| known.service == one.service));
        told.iter().cloned().chain(more.cloned()).collect()
    }
}

/// Of a longer value of a key, what comes after does not count.
const KEY_BYTES: usize = 128;

/// The plans of all sorts of records that were seen, for one slate.
#[derive(Debug, Default)]
pub struct Plans {
    known: HashMap<u64, Known>,
    hasher: RandomState,
    /// The keys of each format that was seen.
    keys: HashMap<&'static str, Vec<Name>>,
    letters: String,
    room: Room,
}

#[derive(Debug)]
struct Known {
    letters: Box<str>,
    number: u32,
    plan: Plan,
}

impl Plans {
    /// Completes a Windows event.
    pub fn windows(&mut self, mapping: &Mapping, slate: &mut Slate, channel: &str, number: u32) {
        self.letters.clear();
        self.letters.push_str(cut(channel));
        self.run(slate, number, |slate| Plan::of_windows(mapping, slate, channel, number));
    }

    /// Completes a record of another format.
    pub fn format(&mut self, mapping: &Mapping, slate: &mut Slate, format: &'static str) {
        let Plans { keys, letters, .. } = self;
        let keys = keys.entry(format).or_insert_with(|| {
            let keys = mapping.sheets.get(format).map_or(&[][..], |sheet| &sheet.keys);
            keys.iter().filter_map(|key| slate.name(key)).collect()
        });
        letters.clear();
        letters.push_str(format);
        for place in 0..slate.len() {
            if let Some(n) = slate.name_at(place).and_then(|name| keys.iter().position(|key| *key == name)) {
                // A sign that no text of a log needs keeps the values apart.
                letters.push(char::from(n as u8 & 0x1f));
                letters.push_str(cut(slate.value_at(place)));
            }
        }
        self.run(slate, u32::MAX, |slate| Plan::of_format(mapping, slate, format));
    }

    fn run(&mut self, slate: &mut Slate, number: u32, plan: impl FnOnce(&mut Slate) -> Plan) {
        let mut place = self.hasher.hash_one((number, &*self.letters));
        loop {
            match self.known.get_mut(&place) {
                Some(known) if known.number == number && *known.letters == *self.letters => {
                    return known.plan.run(slate, &mut self.room);
                }
                Some(_) => place = place.wrapping_add(1),
                None => break,
            }
        }
        if self.known.len() >= KNOWN {
            self.known.clear();
        }
        let mut plan = plan(slate);
        plan.run(slate, &mut self.room);
        self.known.insert(place, Known { letters: self.letters.as_str().into(), number, plan });
    }
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(KEY_BYTES)).unwrap_or(text)
}
