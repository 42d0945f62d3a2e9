//! From an event to the few rules that have a chance on it: by log source, then by anchor.

use crate::anchor::Anchor;
use crate::event::Source;
use crate::fold::{FieldId, Plain, hash};
use crate::matching::Desk;
use aho_corasick::automaton::{Automaton, OverlappingState};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, Input, MatchKind};
use std::collections::HashMap;

/// The rules of a set by what leads to them. Numbers are places in the set.
#[derive(Debug)]
pub struct Index {
    /// The distinct log sources, and the one of each rule.
    sources: Vec<wire::Source>,
    source_of: Vec<u32>,
    parts: Option<NFA>,
    /// For each literal of `parts`, its rules.
    by_part: Vec<Box<[u32]>>,
    /// By the hash of field and value; a false hit costs a look, never a finding.
    by_value: HashMap<u64, Vec<u32>, Plain>,
    /// Rules that have no anchor.
    always: Vec<u32>,
}

/// What an engine keeps between events to find candidates without allocating.
#[derive(Debug, Default)]
pub struct Seen {
    /// For each rule, the event at which it was last put forward.
    stamps: Vec<u32>,
    stamp: u32,
    /// For each known log source of events, which of the index's sources it satisfies.
    known: HashMap<u64, Box<[bool]>, Plain>,
    fits: Vec<bool>,
    pub candidates: Vec<u32>,
}

/// Hostile logs may invent sources without end; then what is known is forgotten.
const KNOWN: usize = 4_096;

impl Index {
    /// `rules` gives each rule's source and anchors; `None` for a rule that is no detection.
    pub fn new<'r>(rules: impl Iterator<Item = Option<(&'r wire::Source, Option<Vec<Anchor>>)>>) -> Result<Index, String> {
        let mut sources: Vec<wire::Source> = Vec::new();
        let mut source_of = Vec::new();
        let mut literals: HashMap<Vec<u8>, Vec<u32>> = HashMap::new();
        let mut by_value: HashMap<u64, Vec<u32>, Plain> = HashMap::default();
        let mut always = Vec::new();
        for (n, rule) in rules.enumerate() {
            let n = n as u32;
            let Some((source, anchors)) = rule else {
                source_of.push(u32::MAX);
                continue;
            };
            let place = sources.iter().position(|known| known == source).unwrap_or_else(|| {
                sources.push(source.clone());
                sources.len() - 1
            });
            source_of.push(place as u32);
            match anchors {
                None => always.push(n),
                Some(anchors) => {
                    for anchor in anchors {
                        let rules = match anchor {
                            Anchor::Part(text) => literals.entry(text).or_default(),
                            Anchor::Value(field, text) => by_value.entry(value_key(field, &text)).or_default(),
                        };
                        if rules.last() != Some(&n) {
                            rules.push(n);
                        }
                    }
                }
            }
        }
        let mut literals: Vec<(Vec<u8>, Vec<u32>)> = literals.into_iter().collect();
        literals.sort_unstable();
        let (texts, by_part): (Vec<_>, Vec<_>) =
            literals.into_iter().map(|(text, rules)| (text, rules.into_boxed_slice())).unzip();
        let parts = match texts.is_empty() {
            true => None,
            false => Some(NFA::builder().match_kind(MatchKind::Standard).build(&texts).map_err(|error| error.to_string())?),
        };
        Ok(Index { sources, source_of, parts, by_part, by_value, always })
    }

    /// Leads to no rule.
    pub fn empty() -> Index {
        Index {
            sources: Vec::new(),
            source_of: Vec::new(),
            parts: None,
            by_part: Vec::new(),
            by_value: HashMap::default(),
            always: Vec::new(),
        }
    }

    /// Fills `seen.candidates` with the rules that may hold, in the set's order. `fit` comes first.
    pub fn candidates(&self, desk: &Desk, seen: &mut Seen) {
        seen.candidates.clear();
        seen.stamps.resize(self.source_of.len(), 0);
        seen.stamp = seen.stamp.wrapping_add(1);
        if seen.stamp == 0 {
            seen.stamps.fill(0);
            seen.stamp = 1;
        }
        for rule in &self.always {
            self.put(*rule, seen);
        }
        for (n, field) in desk.ids.iter().enumerate().filter(|(_, field)| **field != FieldId::MAX) {
            for rule in self.by_value.get(&value_key(*field, desk.value(n))).into_iter().flatten() {
                self.put(*rule, seen);
            }
        }
        let mut state = OverlappingState::start();
        let input = Input::new(&desk.folded).anchored(Anchored::No);
        while let Some(parts) = &self.parts {
            // Overlapping matches of this kind of automaton are never refused.
            let Some(found) = parts.try_find_overlapping(&input, &mut state).ok().and_then(|()| state.get_match()) else { break };
            for rule in self.by_part.get(found.pattern().as_usize()).into_iter().flatten() {
                self.put(*rule, seen);
            }
        }
        seen.candidates.sort_unstable();
    }

    fn put(&self, rule: u32, seen: &mut Seen) {
        let fits = self.source_of.get(rule as usize).and_then(|source| seen.fits.get(*source as usize)).copied().unwrap_or(false);
        if let (true, Some(stamp)) = (fits, seen.stamps.get_mut(rule as usize))
            && *stamp != seen.stamp
        {
            *stamp = seen.stamp;
            seen.candidates.push(rule);
        }
    }

    /// Marks the index's sources that the event satisfies; says whether there is any, and so any rule to ask.
    pub fn fit(&self, sources: &[Source<'_>], seen: &mut Seen) -> bool {
        seen.fits.clear();
        seen.fits.resize(self.sources.len(), false);
        for source in sources {
            let key = source_key(source);
            if !seen.known.contains_key(&key) {
                if seen.known.len() >= KNOWN {
                    seen.known.clear();
                }
                seen.known.insert(key, self.sources.iter().map(|asked| satisfies(source, asked)).collect());
            }
            for (fits, fit) in seen.fits.iter_mut().zip(seen.known.get(&key).into_iter().flatten()) {
                *fits |= *fit;
            }
        }
        seen.fits.contains(&true)
    }
}

/// What a rule asks of its log source, an event's source must have; what it leaves open may be anything.
pub fn satisfies(source: &Source<'_>, asked: &wire::Source) -> bool {
    let part = |asked: &str, given: &str| asked.is_empty() || asked.eq_ignore_ascii_case(given);
    part(&asked.product, &source.product) && part(&asked.category, &source.category) && part(&asked.service, &source.service)
}

fn value_key(field: FieldId, value: &[u8]) -> u64 {
    hash(field.to_le_bytes().into_iter().chain(value.iter().copied()))
}

fn source_key(source: &Source<'_>) -> u64 {
    let parts = [&source.product, &source.category, &source.service];
    hash(parts.into_iter().flat_map(|part| part.bytes().chain([0])))
}
