//! From an event to the few rules that have a chance on it: by log source, then by anchor.

use crate::anchor::{Anchor, leaf};
use crate::event::Source;
use crate::fold::{FieldId, Plain, hash_of};
use crate::grams::{ANY, Grams};
use crate::matching::Desk;
use crate::slate::{Origin, Slate};
use std::collections::HashMap;

/// The rules of a set by what leads to them. Numbers are places in the set.
#[derive(Debug)]
pub struct Index {
    /// The distinct log sources, and the one of each rule.
    sources: Vec<wire::Source>,
    source_of: Vec<u32>,
    parts: Grams,
    /// For each lead of `parts`, its rules.
    by_part: Lists,
    /// By the hash of what is asked of which field; a false hit costs a look, never a finding.
    exact: HashMap<u64, u32, Plain>,
    by_exact: Lists,
    /// For each rule, what it asks of which field, so that other fields are not even looked at.
    asks: Vec<Box<[(FieldId, u8)]>>,
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

/// What the rules for events of one origin ask of a field.
pub mod ask {
    /// Some rule looks at the field at all.
    pub const LOOK: u8 = 1;
    /// Some anchor is a part of its value.
    pub const PART: u8 = 2;
    /// Some anchor is its whole value.
    pub const VALUE: u8 = 4;
    /// Some anchor is the last part of the path in it.
    pub const LEAF: u8 = 8;
    /// Some anchor is the end of its value.
    pub const END: u8 = 16;
}

/// Which rules may hold for events of one origin, and where to look.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// One bit for each rule.
    fits: Box<[u64]>,
    any: bool,
    /// For each field, what is asked of it.
    asks: Box<[u8]>,
    /// Some anchor may be in any value.
    everywhere: bool,
    always: Box<[u32]>,
}

impl Plan {
    /// Is there any rule for such events?
    pub fn any(&self) -> bool {
        self.any
    }

    /// Is the rule for such events?
    #[cfg(test)]
    pub fn fits(&self, rule: u32) -> bool {
        self.fits.get(rule as usize >> 6).is_some_and(|word| word >> (rule & 63) & 1 == 1)
    }

    /// What is asked of a field.
    pub fn asks(&self, field: FieldId) -> u8 {
        let own = self.asks.get(usize::from(field)).copied().unwrap_or(0);
        if self.everywhere { own | ask::LOOK } else { own }
    }
}

/// What an engine keeps between events to find candidates without allocating.
#[derive(Debug, Default)]
pub struct Seen {
    /// One bit for each rule that is put forward already.
    put: Vec<u64>,
    /// By the place of an origin.
    plans: Vec<Option<Box<Plan>>>,
    /// Of an origin that is not remembered.
    stray: Plan,
    pub candidates: Vec<u32>,
}

/// A rule as it is to be found: its log source, its anchors, and the fields that it looks at (`ANY` for keywords).
pub struct Entry<'r> {
    pub source: &'r wire::Source,
    pub anchors: Option<Vec<Anchor>>,
    pub fields: Vec<FieldId>,
}

const END_BYTES: usize = 4;

impl Index {
    /// `rules` gives what is known of each rule; `None` for a rule that is no detection. `fields` is how many names there are.
    pub fn new<'r>(rules: impl Iterator<Item = Option<Entry<'r>>>, fields: usize) -> Index {
        let mut sources: Vec<wire::Source> = Vec::new();
        let mut source_of = Vec::new();
        let mut parts: HashMap<(FieldId, Vec<u8>), Vec<u32>> = HashMap::new();
        let mut exact: HashMap<u64, Vec<u32>, Plain> = HashMap::default();
        let mut always = Vec::new();
        let mut asks = Vec::new();
        for (n, rule) in rules.enumerate() {
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
        Index { sources, source_of, parts: Grams::new(&texts), by_part, exact, by_exact, asks, always, fields }
    }

    /// Makes the plan for the event on the slate ready, if it is not yet; says whether there is any rule to ask.
    pub fn ready<'s>(&self, slate: &Slate, seen: &'s mut Seen) -> &'s Plan {
        let Some(place) = slate.origin_now().place() else {
            seen.stray = self.plan(slate.sources());
            return &seen.stray;
        };
        if seen.plans.len() <= place {
            seen.plans.resize(place + 1, None);
        }
        let Some(plan) = seen.plans.get_mut(place) else { return &seen.stray };
        plan.get_or_insert_with(|| Box::new(self.plan(slate.sources())))
    }

    fn plan(&self, sources: &[Source<'_>]) -> Plan {
        let fitting: Vec<bool> = self.sources.iter().map(|asked| sources.iter().any(|source| satisfies(source, asked))).collect();
        let fits = |rule: u32| {
            let source = self.source_of.get(rule as usize);
            source.and_then(|source| fitting.get(*source as usize)).copied().unwrap_or(false)
        };
        let mut plan = Plan {
            fits: vec![0; self.source_of.len().div_ceil(64)].into(),
            any: false,
            asks: vec![0; self.fields].into(),
            everywhere: false,
            always: self.always.iter().copied().filter(|rule| fits(*rule)).collect(),
        };
        for rule in (0..self.source_of.len() as u32).filter(|rule| fits(*rule)) {
            plan.any = true;
            if let Some(word) = plan.fits.get_mut(rule as usize >> 6) {
                *word |= 1 << (rule & 63);
            }
            for (field, what) in self.asks.get(rule as usize).into_iter().flatten() {
                match plan.asks.get_mut(usize::from(*field)) {
                    Some(asks) => *asks |= what,
                    None => plan.everywhere |= what & ask::PART != 0,
                }
            }
        }
        plan
    }

    /// Fills `seen.candidates` with the rules that may hold, in the set's order. `ready` comes first, then `Desk::lay`.
    pub fn candidates(&self, origin: Origin, desk: &Desk, seen: &mut Seen) {
        let Seen { put, plans, stray, candidates } = seen;
        let plan = match origin.place() {
            Some(place) => plans.get(place).and_then(|plan| plan.as_deref()).unwrap_or(stray),
            None => stray,
        };
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
            let value = desk.value(n);
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
                self.parts.find(*field, desk.value_and_end(n), &mut |lead| forward(self.by_part.get(lead)));
            }
            if plan.everywhere {
                self.parts.find(ANY, desk.value_and_end(n), &mut |lead| forward(self.by_part.get(lead)));
            }
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

fn key(field: FieldId, what: u8, text: &[u8]) -> u64 {
    hash_of(text) ^ (u64::from(field) << 8 | u64::from(what)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
