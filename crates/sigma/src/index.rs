//! From an event to the few rules that have a chance on it: by log source, then by anchor.

use crate::anchor::{Anchor, leaf};
use crate::event::Source;
use crate::fold::{FieldId, Plain, hash_of};
use crate::grams::{ANY, Grams};
use crate::matching::Desk;
use crate::plan::{Anywhere, Plan, Plans, Split, ask};
use crate::slate::Slate;
use crate::split::Required;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The rules of a set by what leads to them. Numbers are places in the set.
#[derive(Debug)]
pub struct Index {
    /// The distinct log sources, and the one of each rule.
    sources: Vec<wire::Source>,
    source_of: Vec<u32>,
    parts: Grams,
    /// For each lead of `parts`, its rules.
    by_part: Lists,
    /// Texts that may be in any value, with their leads.
    anywhere: Vec<(Box<[u8]>, u32)>,
    /// By the hash of what is asked of which field; a false hit costs a look, never a finding.
    exact: HashMap<u64, u32, Plain>,
    by_exact: Lists,
    /// For each rule, what it asks of which field, so that other fields are not even looked at.
    asks: Vec<Box<[(FieldId, u8)]>>,
    /// For each rule, the fields that must have one of a few values.
    splits: Vec<Splits>,
    values: Vec<Box<[u8]>>,
    /// Rules that have no anchor.
    always: Vec<u32>,
    fields: usize,
}

/// Lists of rules, one behind another.
#[derive(Debug, Default)]
struct Lists {
    starts: Vec<u32>,
    rules: Vec<u32>,
}

impl Lists {
    fn push(&mut self, rules: &[u32]) -> u32 {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.rules.extend_from_slice(rules);
        self.starts.push(self.rules.len() as u32);
        self.starts.len() as u32 - 2
    }

    fn get(&self, n: u32) -> &[u32] {
        let n = n as usize;
        match (self.starts.get(n), self.starts.get(n + 1)) {
            (Some(start), Some(end)) => self.rules.get(*start as usize..*end as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// What an engine keeps between events to find candidates without allocating.
#[derive(Debug, Default)]
pub struct Room {
    /// One bit for each rule that is put forward already.
    put: Vec<u64>,
    pub candidates: Vec<u32>,
}

/// The plans for all that was seen so far.
#[derive(Debug, Default)]
pub struct Seen {
    /// By the place of an origin.
    plans: Vec<Option<Box<Plans>>>,
    /// Of an origin that is not remembered.
    stray: Plans,
    /// Plans that are kept by the value of a field, over all origins.
    narrow: usize,
    anywhere: Vec<Texts>,
}

/// Texts that may be in any value, and their leads.
type Texts = (Vec<u32>, Arc<Anywhere>);

/// A rule as it is to be found: its log source, its anchors, and the fields that it looks at (`ANY` for keywords).
pub struct Entry<'r> {
    pub source: &'r wire::Source,
    pub anchors: Option<Vec<Anchor>>,
    pub fields: Vec<FieldId>,
    pub required: Required,
}

/// What a rule requires of a field: values by their place in `Index::values`.
type Splits = Box<[(FieldId, Box<[u32]>)]>;

const END_BYTES: usize = 4;
/// Rules are split by fields that at least so many of them require, and by so many fields at most.
const SPLITTING: usize = 8;
const SPLIT_FIELDS: usize = 16;
/// Plans that one thread keeps by the value of a field; each takes a kilobyte or two.
const NARROW: usize = 16_384;

impl Index {
    /// `rules` gives what is known of each rule; `None` for a rule that is no detection. `fields` is how many names there are.
    pub fn new(rules: Vec<Option<Entry<'_>>>, fields: usize) -> Index {
        let (splits, values) = splits(&rules);
        let mut sources: Vec<wire::Source> = Vec::new();
        let mut source_of = Vec::new();
        let mut parts: HashMap<(FieldId, Vec<u8>), Vec<u32>> = HashMap::new();
        let mut exact: HashMap<u64, Vec<u32>, Plain> = HashMap::default();
        let mut always = Vec::new();
        let mut asks = Vec::new();
        for (n, rule) in rules.into_iter().enumerate() {
            let n = n as u32;
            let Some(rule) = rule else {
                source_of.push(u32::MAX);
                asks.push(Box::default());
                continue;
            };
            let place = sources.iter().position(|known| known == rule.source).unwrap_or_else(|| {
                sources.push(rule.source.clone());
                sources.len() - 1
            });
            source_of.push(place as u32);
            let mut asked: Vec<(FieldId, u8)> = rule.fields.iter().map(|field| (*field, ask::LOOK)).collect();
            match rule.anchors {
                None => always.push(n),
                Some(anchors) => {
                    for anchor in anchors {
                        let (rules, field, what) = match anchor {
                            Anchor::Part(field, text) => {
                                let field = field.unwrap_or(ANY);
                                (parts.entry((field, text)).or_default(), field, ask::PART)
                            }
                            Anchor::Value(field, text) => {
                                (exact.entry(key(field, ask::VALUE, &text)).or_default(), field, ask::VALUE)
                            }
                            Anchor::Leaf(field, text) => {
                                (exact.entry(key(field, ask::LEAF, &text)).or_default(), field, ask::LEAF)
                            }
                            Anchor::End(field, text) => {
                                let end = text.last_chunk::<END_BYTES>().map_or(&text[..], |end| end);
                                (exact.entry(key(field, ask::END, end)).or_default(), field, ask::END)
                            }
                        };
                        if rules.last() != Some(&n) {
                            rules.push(n);
                        }
                        asked.push((field, ask::LOOK | what));
                    }
                }
            }
            asked.sort_unstable();
            asked.dedup();
            asks.push(asked.into());
        }
        let mut literals: Vec<_> = parts.into_iter().collect();
        literals.sort_unstable();
        let (mut by_part, mut by_exact) = (Lists::default(), Lists::default());
        let texts: Vec<(FieldId, Vec<u8>, u32)> =
            literals.into_iter().map(|((field, text), rules)| (field, text, by_part.push(&rules))).collect();
        let exact = exact.into_iter().map(|(key, rules)| (key, by_exact.push(&rules))).collect();
        let anywhere = texts.iter().filter(|(field, _, _)| *field == ANY);
        let anywhere = anywhere.map(|(_, text, lead)| (text.as_slice().into(), *lead)).collect();
        let parts = Grams::new(&texts);
        Index { sources, source_of, parts, by_part, anywhere, exact, by_exact, asks, splits, values, always, fields }
    }

    /// The plans for what the event on the slate is; made when such an event is seen for the first time.
    pub fn plans<'s>(&self, slate: &Slate, seen: &'s mut Seen) -> &'s Plans {
        let Seen { plans, stray, narrow, anywhere } = seen;
        let Some(place) = slate.origin_now().place() else {
            *stray = self.plans_for(slate.sources(), NARROW, anywhere);
            return stray;
        };
        if plans.len() <= place {
            plans.resize(place + 1, None);
        }
        match plans.get_mut(place) {
            Some(Some(plans)) => plans,
            Some(room) => {
                let made = self.plans_for(slate.sources(), *narrow, anywhere);
                *narrow += made.split.as_ref().map_or(0, Split::len);
                room.insert(Box::new(made))
            }
            None => stray,
        }
    }

    /// `narrow` is how many plans by the value of a field there are already.
    fn plans_for(&self, sources: &[Source<'_>], narrow: usize, made: &mut Vec<Texts>) -> Plans {
        let fitting: Vec<bool> = self.sources.iter().map(|asked| sources.iter().any(|source| satisfies(source, asked))).collect();
        let fits = |rule: &u32| {
            let source = self.source_of.get(*rule as usize);
            source.and_then(|source| fitting.get(*source as usize)).copied().unwrap_or(false)
        };
        let rules: Vec<u32> = (0..self.source_of.len() as u32).filter(fits).collect();
        let anywhere = self.anywhere(&fits, made);
        Plans { whole: self.plan(&rules, None, &anywhere), split: self.split(&rules, narrow, &anywhere) }
    }

    /// The texts that rules look for in any value, made ready once for all origins that have the same.
    fn anywhere(&self, fits: &dyn Fn(&u32) -> bool, made: &mut Vec<Texts>) -> Arc<Anywhere> {
        let wanted = self.anywhere.iter().filter(|(_, lead)| self.by_part.get(*lead).iter().any(fits));
        let leads: Vec<u32> = wanted.clone().map(|(_, lead)| *lead).collect();
        if let Some((_, known)) = made.iter().find(|(known, _)| *known == leads) {
            return Arc::clone(known);
        }
        let new = Arc::new(Anywhere::new(wanted.map(|(text, _)| &**text)));
        made.push((leads, Arc::clone(&new)));
        new
    }

    /// The rules by the values of the field that most of them require, if that is worth it.
    fn split(&self, rules: &[u32], narrow: usize, anywhere: &Arc<Anywhere>) -> Option<Split> {
        let of = |rule: &u32| self.splits.get(*rule as usize).map_or(&[][..], |splits| splits);
        let mut counts: BTreeMap<FieldId, usize> = BTreeMap::new();
        for (field, _) in rules.iter().flat_map(of) {
            *counts.entry(*field).or_default() += 1;
        }
        let (field, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        if count < SPLITTING || count * 4 < rules.len() {
            return None;
        }
        let mut rest = Vec::new();
        let mut by_value: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for rule in rules {
            match of(rule).iter().find(|(required, _)| *required == field) {
                None => rest.push(*rule),
                Some((_, values)) => values.iter().for_each(|value| by_value.entry(*value).or_default().push(*rule)),
            }
        }
        if narrow + by_value.len() >= NARROW {
            return None;
        }
        let plans = by_value.into_iter().filter_map(|(value, mut rules)| {
            rules.extend_from_slice(&rest);
            Some((self.values.get(value as usize)?.clone(), self.plan(&rules, Some(field), anywhere)))
        });
        Some(Split::new(field, self.plan(&rest, None, anywhere), plans))
    }

    /// A plan for some rules; of the field `settled`, the event has a value that they require.
    fn plan(&self, rules: &[u32], settled: Option<FieldId>, anywhere: &Arc<Anywhere>) -> Plan {
        let mut plan = Plan {
            fits: vec![0; self.source_of.len().div_ceil(64)].into(),
            any: !rules.is_empty(),
            asks: vec![0; self.fields].into(),
            everywhere: None,
            always: Box::default(),
        };
        let mut always = Vec::new();
        for rule in rules {
            if let Some(word) = plan.fits.get_mut(*rule as usize >> 6) {
                *word |= 1 << (rule & 63);
            }
            let asks = self.asks.get(*rule as usize).map_or(&[][..], |asks| asks);
            let by_settled = |(field, what): &(FieldId, u8)| *what == ask::LOOK || Some(*field) == settled;
            let needs_no_look = self.always.binary_search(rule).is_ok() || settled.is_some() && asks.iter().all(by_settled);
            if needs_no_look {
                always.push(*rule);
            }
            for (field, what) in asks {
                match plan.asks.get_mut(usize::from(*field)) {
                    Some(asks) => *asks |= if needs_no_look { ask::LOOK } else { *what },
                    None if what & ask::PART != 0 => plan.everywhere = Some(Arc::clone(anywhere)),
                    None => {}
                }
            }
        }
        plan.always = always.into();
        plan
    }

    /// Fills `seen.candidates` with the rules that may hold, in the set's order. `plans` comes first, then `Desk::lay` with
    /// the plan chosen.
    pub fn candidates(&self, plan: &Plan, slate: &Slate, desk: &Desk, seen: &mut Room) {
        let Room { put, candidates } = seen;
        candidates.clear();
        put.resize(self.source_of.len().div_ceil(64), 0);
        let mut forward = |rules: &[u32]| {
            for rule in rules {
                let (word, bit) = (*rule as usize >> 6, 1_u64 << (rule & 63));
                let fits = plan.fits.get(word).is_some_and(|word| word & bit != 0);
                if let (true, Some(word)) = (fits, put.get_mut(word))
                    && *word & bit == 0
                {
                    *word |= bit;
                    candidates.push(*rule);
                }
            }
        };
        forward(&plan.always);
        for (n, field) in desk.ids.iter().enumerate() {
            let asks = plan.asks(*field);
            if asks == 0 {
                continue;
            }
            let value = desk.value(slate, n);
            let mut exactly = |what: u8, text: &[u8]| {
                if let Some(list) = self.exact.get(&key(*field, what, text)) {
                    forward(self.by_exact.get(*list));
                }
            };
            if asks & ask::VALUE != 0 {
                exactly(ask::VALUE, value);
            }
            if asks & ask::LEAF != 0 {
                exactly(ask::LEAF, leaf(value));
            }
            if asks & ask::END != 0
                && let Some(end) = value.last_chunk::<END_BYTES>()
            {
                exactly(ask::END, end);
            }
            if asks & ask::PART != 0 {
                self.parts.find(*field, desk.value_and_more(slate, n), &mut |lead| forward(self.by_part.get(lead)));
            }
        }
        if plan.everywhere.as_ref().is_some_and(|texts| texts.may(desk.letters())) {
            self.parts.find(ANY, desk.letters(), &mut |lead| forward(self.by_part.get(lead)));
        }
        for rule in candidates.iter() {
            if let Some(word) = put.get_mut(*rule as usize >> 6) {
                *word = 0;
            }
        }
        candidates.sort_unstable();
    }
}

impl Index {
    /// Does the rule look at every value, as keywords do?
    pub fn looks_everywhere(&self, rule: u32) -> bool {
        self.asks.get(rule as usize).and_then(|asks| asks.last()).is_some_and(|(field, _)| *field == ANY)
    }
}

/// What a rule asks of its log source, an event's source must have; what it leaves open may be anything.
pub fn satisfies(source: &Source<'_>, asked: &wire::Source) -> bool {
    let part = |asked: &str, given: &str| asked.is_empty() || asked.eq_ignore_ascii_case(given);
    part(&asked.product, &source.product) && part(&asked.category, &source.category) && part(&asked.service, &source.service)
}

/// Of each rule, what it requires of the fields that many rules require something of; and the values.
fn splits(rules: &[Option<Entry<'_>>]) -> (Vec<Splits>, Vec<Box<[u8]>>) {
    let mut counts: BTreeMap<FieldId, usize> = BTreeMap::new();
    for field in rules.iter().flatten().flat_map(|rule| rule.required.keys()) {
        *counts.entry(*field).or_default() += 1;
    }
    let mut splitting: Vec<(usize, FieldId)> =
        counts.into_iter().filter(|(_, count)| *count >= SPLITTING).map(|(field, count)| (count, field)).collect();
    splitting.sort_unstable_by(|one, two| two.cmp(one));
    splitting.truncate(SPLIT_FIELDS);
    let (mut values, mut places) = (Vec::new(), HashMap::new());
    let mut place = |value: &Vec<u8>| {
        *places.entry(value.clone()).or_insert_with(|| {
            values.push(value.as_slice().into());
            values.len() as u32 - 1
        })
    };
    let mut of = |rule: &Option<Entry<'_>>| -> Splits {
        let required = rule.iter().flat_map(|rule| &rule.required);
        let kept = required.filter(|(field, _)| splitting.iter().any(|(_, known)| known == *field));
        kept.map(|(field, all)| {
            let mut all: Vec<u32> = all.iter().map(&mut place).collect();
            all.sort_unstable();
            all.dedup();
            (*field, all.into())
        })
        .collect()
    };
    let splits = rules.iter().map(&mut of).collect();
    (splits, values)
}

fn key(field: FieldId, what: u8, text: &[u8]) -> u64 {
    hash_of(text) ^ (u64::from(field) << 8 | u64::from(what)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
