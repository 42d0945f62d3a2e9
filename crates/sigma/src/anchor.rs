//! What an event must hold for a rule to have any chance: the rule's anchors.

use crate::compile::{Detection, Search};
use crate::condition::Condition;
use crate::fold::{FieldId, folded};
use crate::modifier::{Item, Pattern, Test};
use regex_syntax::hir::{Class, Hir, HirKind};
use std::collections::HashMap;

/// Shorter literals are in nearly every event.
const SHORTEST: usize = 3;
/// A rule with more alternatives than this is asked always instead.
const MOST: usize = 20_000;

/// One thing that must be there, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// Somewhere in a value of the field; `None`: of any field.
    Part(Option<FieldId>, Vec<u8>),
    /// The whole value of a field.
    Value(FieldId, Vec<u8>),
    /// The last part of a path: what stands behind the last separator of a value of the field.
    Leaf(FieldId, Vec<u8>),
    /// The last bytes of a value of the field.
    End(FieldId, Vec<u8>),
}

/// Alternatives of which at least one must be there, or `None` where nothing can be said.
type Necessary = Option<Vec<Anchor>>;

/// How many rules of a set hold each anchor: what many rules ask for, many events have.
#[derive(Debug, Default)]
pub struct Common(HashMap<Anchor, u32>);

impl Common {
    /// Counts a rule's anchors, whichever of them will be chosen.
    pub fn count(&mut self, detection: &Detection) {
        for search in &detection.selections {
            self.search(search);
        }
    }

    fn search(&mut self, search: &Search) {
        match search {
            Search::All(parts) | Search::Any(parts) => parts.iter().for_each(|part| self.search(part)),
            Search::Item(item) => {
                for anchor in item.patterns.iter().filter_map(|pattern| of_pattern(item.field, pattern)).flatten() {
                    *self.0.entry(anchor).or_default() += 1;
                }
            }
        }
    }

    /// How telling an anchor is.
    fn worth(&self, anchor: &Anchor) -> i64 {
        let number = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
        let length = match anchor {
            Anchor::Value(_, text) if text.len() < 6 && number(text) => 5,
            Anchor::Value(_, text) | Anchor::Leaf(_, text) => text.len().min(30) + 6,
            // Looked for in every value: that costs more than any other way.
            Anchor::Part(None, text) => text.len().min(40) / 8,
            Anchor::Part(Some(_), text) | Anchor::End(_, text) => text.len().min(40),
        };
        let rules = self.0.get(anchor).copied().unwrap_or(1).max(1);
        length as i64 - 6 * i64::from(rules.ilog2())
    }

    /// The anchors of a rule: of all that is necessary, the most telling.
    pub fn necessary(&self, detection: &Detection) -> Necessary {
        self.condition(detection, &detection.condition).filter(|anchors| anchors.len() <= MOST)
    }

    fn condition(&self, detection: &Detection, asked: &Condition) -> Necessary {
        let selection = |n: &usize| detection.selections.get(*n).and_then(|search| self.of_search(search));
        match asked {
            Condition::Selection(n) => selection(n),
            Condition::Not(_) => None,
            Condition::And(parts) => self.best(parts.iter().map(|part| self.condition(detection, part))),
            Condition::Or(parts) => union(parts.iter().map(|part| self.condition(detection, part))),
            Condition::Of(least, chosen) if *least == chosen.len() => self.best(chosen.iter().map(selection)),
            Condition::Of(_, chosen) => union(chosen.iter().map(selection)),
        }
    }

    fn of_search(&self, asked: &Search) -> Necessary {
        match asked {
            Search::Item(item) => self.of_item(item),
            Search::All(parts) => self.best(parts.iter().map(|part| self.of_search(part))),
            Search::Any(parts) => union(parts.iter().map(|part| self.of_search(part))),
        }
    }

    fn of_item(&self, item: &Item) -> Necessary {
        let each = item.patterns.iter().map(|pattern| of_pattern(item.field, pattern));
        match (item.negated, item.all) {
            (true, _) => None,
            (false, true) => self.best(each),
            (false, false) => union(each),
        }
    }

    /// Where all must hold, the anchors of any one of them are enough: those whose least telling alternative is the most telling.
    fn best(&self, parts: impl Iterator<Item = Necessary>) -> Necessary {
        let worth = |anchors: &Vec<Anchor>| {
            (anchors.iter().map(|anchor| self.worth(anchor)).min().unwrap_or(0), std::cmp::Reverse(anchors.len()))
        };
        parts.flatten().max_by_key(worth)
    }
}

/// Where any may hold, each must have anchors.
fn union(parts: impl Iterator<Item = Necessary>) -> Necessary {
    let mut all = Vec::new();
    for part in parts {
        all.extend(part?);
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}

fn of_pattern(field: Option<FieldId>, pattern: &Pattern) -> Necessary {
    let letters = |text: &[u8], cased: bool| if cased { folded(&String::from_utf8_lossy(text)) } else { text.to_vec() };
    let part = |text: Vec<u8>| (text.len() >= SHORTEST).then_some(vec![Anchor::Part(field, text)]);
    match &pattern.test {
        Test::Exact { text, cased } => field.map(|field| vec![Anchor::Value(field, letters(text, *cased))]),
        Test::End { text, cased } => match field {
            Some(field) => end(field, letters(text, *cased)),
            None => part(letters(text, *cased)),
        },
        Test::Start { text, cased } => part(letters(text, *cased)),
        Test::Part { text, cased } => part(letters(text.needle(), *cased)),
        Test::Glob { glob, cased } => part(letters(glob.longest(), *cased)),
        Test::Regex(regex) => {
            let hir = regex_syntax::parse(regex.as_str()).ok()?;
            let parts = literals(&hir)?;
            parts.into_iter().map(|text| (text.len() >= SHORTEST).then_some(Anchor::Part(field, text))).collect()
        }
        Test::Any | Test::Network { .. } | Test::Number { .. } | Test::Field { .. } | Test::Exists(_) | Test::Null => None,
    }
}

/// What a value must end with: if that begins before its last separator, the value's last part must be just this.
fn end(field: FieldId, text: Vec<u8>) -> Necessary {
    let leaf = leaf(&text);
    if leaf.len() < text.len() && leaf.len() >= SHORTEST {
        return Some(vec![Anchor::Leaf(field, leaf.to_vec())]);
    }
    let anchor = match text.len() {
        len if len < SHORTEST => return None,
        3 => Anchor::Part(Some(field), text),
        _ if leaf.len() < text.len() => Anchor::Part(Some(field), text),
        _ => Anchor::End(field, text),
    };
    Some(vec![anchor])
}

/// What stands behind the last separator of a path.
pub fn leaf(path: &[u8]) -> &[u8] {
    path.get(memchr::memrchr2(b'\\', b'/', path).map_or(0, |at| at + 1)..).unwrap_or_default()
}

/// Texts in lower case of which any match of the expression holds at least one; `None` where nothing can be said.
fn literals(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    /// Alternatives of one expression.
    const ALTERNATIVES: usize = 64;
    match hir.kind() {
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(|text| vec![folded(text)]),
        HirKind::Class(class) => one_letter(class).map(|letter| vec![letter]),
        HirKind::Capture(capture) => literals(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => literals(&repetition.sub),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(literals(part)?);
            }
            (all.len() <= ALTERNATIVES).then_some(all)
        }
        HirKind::Concat(parts) => in_a_row(parts),
        HirKind::Repetition(_) | HirKind::Empty | HirKind::Look(_) => None,
    }
}

/// Of what stands in a row: single texts that touch are one text; the most telling of all is enough.
fn in_a_row(parts: &[Hir]) -> Option<Vec<Vec<u8>>> {
    let mut choices: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut run: Vec<u8> = Vec::new();
    for part in parts {
        let whole = match part.kind() {
            HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(folded),
            HirKind::Class(class) => one_letter(class),
            HirKind::Look(_) => Some(Vec::new()),
            _ => None,
        };
        match whole {
            Some(text) => run.extend(text),
            None => {
                choices.push(vec![std::mem::take(&mut run)]);
                choices.extend(literals(part));
            }
        }
    }
    choices.push(vec![run]);
    let shortest = |texts: &Vec<Vec<u8>>| texts.iter().map(Vec::len).min().unwrap_or(0);
    choices.into_iter().max_by_key(shortest).filter(|texts| shortest(texts) > 0)
}

/// The letter in lower case, if all of a class are forms of one: `[Aa]`, as an expression without regard to case has them.
fn one_letter(class: &Class) -> Option<Vec<u8>> {
    let Class::Unicode(class) = class else { return None };
    let mut found: Option<Vec<u8>> = None;
    let mut letters = 0;
    for letter in class.iter().flat_map(|range| range.start()..=range.end()) {
        letters += 1;
        let lower = folded(letter.encode_utf8(&mut [0; 4]));
        if letters > 4 || found.as_ref().is_some_and(|found| *found != lower) {
            return None;
        }
        found = Some(lower);
    }
    found
}
