//! Does a rule hold for an event? And if so, by what?

use crate::compile::{Detection, Search};
use crate::condition::Condition;
use crate::fold::{FieldId, Names, fold_into};
use crate::modifier::{Compare, Item, Pattern, Place, Test, TimePart};
use crate::plan::{Plan, Plans};
use crate::slate::{Name, Slate};
use std::net::IpAddr;

const NONE: u32 = u32::MAX;

/// Room for looking at one event, used again for the next so that matching allocates nothing.
#[derive(Debug, Default)]
pub struct Desk {
    /// The values that any rule may look at, in lower case, each followed by some byte.
    folded: Vec<u8>,
    /// Where each field's value lies in `folded`; empty where it lies as on the slate.
    spans: Vec<(u32, u32)>,
    /// The rules' number for each field's name, `FieldId::MAX` where no rule asks for it.
    pub ids: Vec<FieldId>,
    /// For each number, the first field of the event that has it.
    first: Vec<u32>,
    /// For each field, the next one with the same name.
    next: Vec<u32>,
    /// The rules' number for each name that the slate remembers.
    known: Vec<FieldId>,
}

impl Desk {
    /// Finds the rules' numbers for the names of an event's fields.
    pub fn name(&mut self, slate: &Slate, names: &Names) {
        for id in self.ids.drain(..) {
            if let Some(first) = self.first.get_mut(usize::from(id)) {
                *first = NONE;
            }
        }
        self.first.resize(names.len(), NONE);
        for name in self.known.len()..slate.known() {
            self.known.push(names.find(slate.letters_of(name)).unwrap_or(FieldId::MAX));
        }
        self.next.clear();
        self.next.resize(slate.len(), NONE);
        for place in 0..slate.len() {
            let id = match slate.name_at(place).and_then(Name::place) {
                Some(name) => self.known.get(name).copied().unwrap_or(FieldId::MAX),
                None => names.find(slate.letters_at(place)).unwrap_or(FieldId::MAX),
            };
            self.ids.push(id);
        }
        // From the last to the first, so that each chain runs in the event's order.
        for (n, id) in self.ids.iter().enumerate().rev() {
            if let (Some(first), Some(next)) = (self.first.get_mut(usize::from(*id)), self.next.get_mut(n)) {
                *next = *first;
                *first = n as u32;
            }
        }
    }

    /// The plan for an event whose fields are named.
    pub fn plan<'p>(&mut self, slate: &Slate, plans: &'p Plans) -> &'p Plan {
        let Some(split) = &plans.split else { return &plans.whole };
        let first = self.first.get(usize::from(split.field)).copied().unwrap_or(NONE);
        match self.next.get(first as usize) {
            None => &split.rest,
            Some(&NONE) => {
                self.folded.clear();
                fold_into(slate.value_at(first as usize), &mut self.folded);
                split.of(&self.folded)
            }
            // Of several values any may be the one that a rule requires.
            Some(_) => &plans.whole,
        }
    }

    /// Lays the values of an event out whose fields are named: those that the plan asks for.
    pub fn lay(&mut self, slate: &Slate, plan: &Plan) {
        self.folded.clear();
        self.spans.clear();
        if slate.letters().is_ascii() {
            // Lower case takes as many bytes, so all of them in one go.
            self.folded.extend_from_slice(slate.letters().as_bytes());
            self.folded.make_ascii_lowercase();
            self.folded.push(0);
            return;
        }
        for (place, id) in self.ids.iter().enumerate() {
            let start = self.folded.len();
            if plan.asks(*id) != 0 {
                fold_into(slate.value_at(place), &mut self.folded);
            }
            self.spans.push((start as u32, self.folded.len() as u32));
            self.folded.push(0);
        }
    }

    /// Adds the values that were left out, for rules that look at all of them.
    pub fn lay_rest(&mut self, slate: &Slate) {
        for (place, span) in self.spans.iter_mut().enumerate().filter(|(_, span)| span.0 == span.1) {
            let start = self.folded.len();
            fold_into(slate.value_at(place), &mut self.folded);
            *span = (start as u32, self.folded.len() as u32);
            self.folded.push(0);
        }
    }

    fn span(&self, slate: &Slate, n: usize) -> std::ops::Range<usize> {
        match self.spans.get(n) {
            Some((start, end)) => *start as usize..*end as usize,
            None => slate.span(n),
        }
    }

    /// A value in lower case; empty where no rule asks for the field.
    pub fn value(&self, slate: &Slate, n: usize) -> &[u8] {
        self.folded.get(self.span(slate, n)).unwrap_or_default()
    }

    /// A value with a byte behind it.
    pub fn value_and_more(&self, slate: &Slate, n: usize) -> &[u8] {
        let span = self.span(slate, n);
        self.folded.get(span.start..=span.end).unwrap_or_default()
    }

    /// All values that were laid out.
    pub fn letters(&self) -> &[u8] {
        &self.folded
    }
}

/// A value by which a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason<'r> {
    /// The selection's name in the rule.
    pub selection: &'r str,
    pub field: &'r str,
    /// Its first 512 letters.
    pub value: &'r str,
    /// What it was compared with, as the rule writes it.
    pub pattern: &'r str,
}

/// An event on its desk.
#[derive(Clone, Copy)]
pub struct View<'v> {
    pub slate: &'v Slate,
    pub desk: &'v Desk,
}

impl<'v> View<'v> {
    /// The places of a field's values.
    fn places(self, id: FieldId) -> impl Iterator<Item = usize> + use<'v> {
        let start = self.desk.first.get(usize::from(id)).copied().unwrap_or(NONE);
        let next = move |n: &u32| self.desk.next.get(*n as usize).copied().filter(|next| *next != NONE);
        std::iter::successors(Some(start).filter(|n| *n != NONE), next).map(|n| n as usize)
    }

    pub fn raw(self, n: usize) -> &'v str {
        self.slate.value_at(n)
    }

    /// Does the rule hold?
    pub fn holds(self, detection: &Detection) -> bool {
        self.condition(detection, &detection.condition) && !detection.filters.iter().any(|filter| self.holds(filter))
    }

    fn condition(self, detection: &Detection, condition: &Condition) -> bool {
        let selection = |n: &usize| detection.selections.get(*n).is_some_and(|search| self.search(search));
        match condition {
            Condition::Selection(n) => selection(n),
            Condition::Not(inner) => !self.condition(detection, inner),
            Condition::And(parts) => parts.iter().all(|part| self.condition(detection, part)),
            Condition::Or(parts) => parts.iter().any(|part| self.condition(detection, part)),
            Condition::Of(1, chosen) => chosen.iter().any(selection),
            Condition::Of(least, chosen) => chosen.iter().filter(|n| selection(n)).take(*least).count() == *least,
        }
    }

    fn search(self, search: &Search) -> bool {
        match search {
            Search::Item(item) => self.item(item),
            Search::All(parts) => parts.iter().all(|part| self.search(part)),
            Search::Any(parts) => parts.iter().any(|part| self.search(part)),
        }
    }

    fn item(self, item: &Item) -> bool {
        let holds = |pattern: &Pattern| self.found(item.field, &pattern.test).is_some();
        item.negated != if item.all { item.patterns.iter().all(holds) } else { item.patterns.iter().any(holds) }
    }

    /// The place of the value that satisfies a test; `Some(None)` where what satisfies it is that there is no value.
    fn found(self, field: Option<FieldId>, test: &Test) -> Option<Option<usize>> {
        match (field, test) {
            (Some(id), Test::Null | Test::Exists(false)) => self.places(id).next().is_none().then_some(None),
            (Some(id), test) => self.places(id).find(|n| self.value(*n, test)).map(Some),
            (None, test) => (0..self.slate.len()).find(|n| self.value(*n, test)).map(Some),
        }
    }

    fn value(self, n: usize, test: &Test) -> bool {
        let letters = |cased: bool| if cased { self.raw(n).as_bytes() } else { self.desk.value(self.slate, n) };
        match test {
            Test::Exact { text, cased } => *letters(*cased) == **text,
            Test::Start { text, cased } => letters(*cased).starts_with(text),
            Test::End { text, cased } => letters(*cased).ends_with(text),
            Test::Part { text, cased } => text.find(letters(*cased)).is_some(),
            Test::Glob { glob, cased } => glob.matches(letters(*cased)),
            Test::Any | Test::Exists(true) => true,
            Test::Exists(false) | Test::Null => false,
            Test::Regex(regex) => regex.is_match(self.raw(n)),
            Test::Network { network, bits } => in_network(self.raw(n), *network, *bits),
            Test::Number { compare, number, part } => is_number(self.raw(n), *compare, *number, *part),
            Test::Field { other, place, cased } => self.places(*other).any(|m| {
                let (one, two) = if *cased {
                    (self.raw(n).as_bytes(), self.raw(m).as_bytes())
                } else {
                    (self.desk.value(self.slate, n), self.desk.value(self.slate, m))
                };
                match place {
                    Place::Whole => one == two,
                    Place::Start => one.starts_with(two),
                    Place::End => one.ends_with(two),
                    Place::Anywhere => memchr::memmem::find(one, two).is_some(),
                }
            }),
        }
    }

    /// What the rule's holding rests on: of each selection that the condition asks for and that holds, the values that matched.
    pub fn explain(self, detection: &Detection, names: &Names, on: &mut dyn FnMut(Reason<'_>)) {
        let mut asked = Vec::new();
        self.asked(detection, &detection.condition, true, &mut asked);
        asked.sort_unstable();
        asked.dedup();
        for n in asked {
            if let (Some(name), Some(search)) = (detection.names.get(n), detection.selections.get(n)) {
                self.explain_search(name, search, names, on);
            }
        }
    }

    /// The selections that hold and by which the condition comes out as it does: `yes` says which way that is.
    fn asked(self, detection: &Detection, condition: &Condition, yes: bool, asked: &mut Vec<usize>) {
        let holds = |n: &usize| detection.selections.get(*n).is_some_and(|search| self.search(search));
        match condition {
            Condition::Selection(n) => asked.extend(Some(*n).filter(|n| yes && holds(n))),
            Condition::Not(inner) => self.asked(detection, inner, !yes, asked),
            Condition::And(parts) | Condition::Or(parts) => {
                let those = parts.iter().filter(|part| self.condition(detection, part) == yes);
                those.for_each(|part| self.asked(detection, part, yes, asked));
            }
            Condition::Of(_, chosen) => asked.extend(chosen.iter().filter(|n| yes && holds(n))),
        }
    }

    fn explain_search(self, selection: &str, search: &Search, names: &Names, on: &mut dyn FnMut(Reason<'_>)) {
        match search {
            Search::All(parts) => parts.iter().for_each(|part| self.explain_search(selection, part, names, on)),
            Search::Any(parts) => {
                let first = parts.iter().find(|part| self.search(part));
                first.into_iter().for_each(|part| self.explain_search(selection, part, names, on));
            }
            Search::Item(item) => {
                let mut tell = |place: Option<usize>, pattern: &str| {
                    // A keyword's field is the one that it was found in.
                    let field = match (item.field, place) {
                        (Some(id), _) => names.name(id),
                        (None, Some(n)) => self.slate.letters_at(n),
                        (None, None) => "",
                    };
                    let value = place.map(|n| start_of(self.raw(n))).unwrap_or_default();
                    on(Reason { selection, field, value, pattern });
                };
                if item.negated {
                    // What it is not: the field's value, if it has one, and all that it differs from.
                    let place = item.field.and_then(|id| self.places(id).next());
                    let written: Vec<&str> = item.patterns.iter().take(8).map(|pattern| &*pattern.written).collect();
                    return tell(place, &format!("not {}", written.join(", ")));
                }
                let matching = item
                    .patterns
                    .iter()
                    .filter_map(|pattern| self.found(item.field, &pattern.test).map(|place| (pattern, place)));
                for (pattern, place) in matching.take(if item.all { item.patterns.len() } else { 1 }) {
                    tell(place, &pattern.written);
                }
            }
        }
    }
}

/// The beginning of a value: as much of it as a reason tells.
fn start_of(value: &str) -> &str {
    const LETTERS: usize = 512;
    match value.len() {
        0..=LETTERS => value,
        _ => value.char_indices().nth(LETTERS).and_then(|(end, _)| value.get(..end)).unwrap_or(value),
    }
}

fn in_network(value: &str, network: IpAddr, bits: u8) -> bool {
    match (value.trim().parse::<IpAddr>().map(|address| address.to_canonical()), network) {
        (Ok(IpAddr::V4(address)), IpAddr::V4(network)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (Ok(IpAddr::V6(address)), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

fn is_number(value: &str, compare: Compare, number: f64, part: Option<TimePart>) -> bool {
    let value = match part {
        None => value.trim().parse::<f64>().ok(),
        Some(part) => time_part(value.trim(), part),
    };
    value.is_some_and(|value| match compare {
        Compare::Equal => value == number,
        Compare::Less => value < number,
        Compare::LessOrEqual => value <= number,
        Compare::Greater => value > number,
        Compare::GreaterOrEqual => value >= number,
    })
}

/// A part of a time as it is written in the value (`2026-04-01T09:05:00+09:00` has the hour 9); a bare number is a UNIX time
/// in seconds or milliseconds, in UTC.
fn time_part(value: &str, part: TimePart) -> Option<f64> {
    let written = match value.parse::<i64>() {
        Ok(millis) if millis.abs() >= 100_000_000_000 => base::Moment(millis).rfc3339(),
        Ok(seconds) => base::Moment(seconds.checked_mul(1_000)?).rfc3339(),
        Err(_) => value.to_owned(),
    };
    let number = |from: usize, to: usize| written.get(from..to)?.parse::<u16>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let found = match part {
        TimePart::Year => year,
        TimePart::Month => month,
        TimePart::Day => day,
        TimePart::Hour => number(11, 13)?,
        TimePart::Minute => number(14, 16)?,
        TimePart::Week => week(i64::from(year), i64::from(month), i64::from(day))?,
    };
    Some(f64::from(found))
}

/// The week of the year (ISO 8601): the week that holds the year's first Thursday is its first.
fn week(year: i64, month: i64, day: i64) -> Option<u16> {
    let small = |number: i64| i8::try_from(number).ok();
    let date = base::Day::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
    let epoch = base::Day::new(1970, 1, 1).ok()?;
    // 1970-01-01 was a Thursday; count from Monday.
    let weekday = (date.since(epoch) + 3).rem_euclid(7);
    let thursday = date.plus(3 - weekday);
    let first = base::Day::new(thursday.year(), 1, 1).ok()?;
    u16::try_from(thursday.since(first) / 7 + 1).ok()
}
