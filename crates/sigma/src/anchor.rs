//! What an event must hold for a rule to have any chance: the rule's anchors.

use crate::compile::{Detection, Search};
use crate::condition::Condition;
use crate::fold::{FieldId, folded};
use crate::modifier::{Item, Pattern, Test};

/// Shorter literals are in nearly every event.
const SHORTEST: usize = 3;
/// A rule with more alternatives than this is asked always instead.
const MOST: usize = 20_000;

/// One thing that must be there, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    /// Somewhere in any value.
    Part(Vec<u8>),
    /// The whole value of a field.
    Value(FieldId, Vec<u8>),
}

impl Anchor {
    /// How telling it is.
    fn worth(&self) -> usize {
        match self {
            Anchor::Part(text) => text.len().min(40),
            Anchor::Value(_, text) => text.len().min(30) + 6,
        }
    }
}

/// Alternatives of which at least one must be there, or `None` where nothing can be said.
type Necessary = Option<Vec<Anchor>>;

/// The anchors of a rule: of all that is necessary, the most telling.
pub fn necessary(detection: &Detection) -> Necessary {
    condition(detection, &detection.condition).filter(|anchors| anchors.len() <= MOST)
}

fn condition(detection: &Detection, asked: &Condition) -> Necessary {
    let selection = |n: &usize| detection.selections.get(*n).and_then(search);
    match asked {
        Condition::Selection(n) => selection(n),
        Condition::Not(_) => None,
        Condition::And(parts) => best(parts.iter().map(|part| condition(detection, part))),
        Condition::Or(parts) => union(parts.iter().map(|part| condition(detection, part))),
        Condition::Of(least, chosen) if *least == chosen.len() => best(chosen.iter().map(selection)),
        Condition::Of(_, chosen) => union(chosen.iter().map(selection)),
    }
}

fn search(asked: &Search) -> Necessary {
    match asked {
        Search::Item(item) => of_item(item),
        Search::All(parts) => best(parts.iter().map(search)),
        Search::Any(parts) => union(parts.iter().map(search)),
    }
}

fn of_item(item: &Item) -> Necessary {
    let each = item.patterns.iter().map(|pattern| of_pattern(item.field, pattern).map(|anchor| vec![anchor]));
    match (item.negated, item.all) {
        (true, _) => None,
        (false, true) => best(each),
        (false, false) => union(each),
    }
}

fn of_pattern(field: Option<FieldId>, pattern: &Pattern) -> Option<Anchor> {
    let letters = |text: &[u8], cased: bool| if cased { folded(&String::from_utf8_lossy(text)) } else { text.to_vec() };
    let part = |text: &[u8], cased: bool| Some(letters(text, cased)).filter(|text| text.len() >= SHORTEST).map(Anchor::Part);
    match &pattern.test {
        Test::Exact { text, cased } => field.map(|field| Anchor::Value(field, letters(text, *cased))),
        Test::Start { text, cased } | Test::End { text, cased } => part(text, *cased),
        Test::Part { text, cased } => part(text.needle(), *cased),
        Test::Glob { glob, cased } => part(glob.longest(), *cased),
        Test::Any
        | Test::Regex(_)
        | Test::Network { .. }
        | Test::Number { .. }
        | Test::Field { .. }
        | Test::Exists(_)
        | Test::Null => None,
    }
}

/// Where all must hold, the anchors of any one of them are enough: those whose least telling alternative is the most telling.
fn best(parts: impl Iterator<Item = Necessary>) -> Necessary {
    let worth = |anchors: &Vec<Anchor>| (anchors.iter().map(Anchor::worth).min().unwrap_or(0), std::cmp::Reverse(anchors.len()));
    parts.flatten().max_by_key(worth)
}

/// Where any may hold, each must have anchors.
fn union(parts: impl Iterator<Item = Necessary>) -> Necessary {
    let mut all = Vec::new();
    for part in parts {
        all.extend(part?);
    }
    Some(all)
}
