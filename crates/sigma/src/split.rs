//! Which single values a rule can hold for: by these, rules for one kind of log are split up before anything is looked for.
//!
//! Nearly every rule on a Windows channel names its `EventID`, nearly every rule on a cloud's audit log its operation. What
//! the event has there leaves a handful of rules, and with them a handful of fields to read at all.

use crate::compile::{Detection, Search};
use crate::condition::Condition;
use crate::fold::{FieldId, folded};
use crate::modifier::{Item, Test};
use std::collections::BTreeMap;

/// A rule that may hold for more values of a field than this is asked whatever the value is.
const VALUES: usize = 64;

/// For some fields, the values in lower case of which the field must have one for the rule to hold.
pub type Required = BTreeMap<FieldId, Vec<Vec<u8>>>;

/// What a rule requires.
pub fn required(detection: &Detection) -> Required {
    of_condition(detection, &detection.condition)
}

fn of_condition(detection: &Detection, condition: &Condition) -> Required {
    let selection = |n: &usize| detection.selections.get(*n).map(of_search).unwrap_or_default();
    match condition {
        Condition::Selection(n) => selection(n),
        Condition::Not(_) => Required::new(),
        Condition::And(parts) => all(parts.iter().map(|part| of_condition(detection, part))),
        Condition::Or(parts) => any(parts.iter().map(|part| of_condition(detection, part))),
        Condition::Of(least, chosen) if *least == chosen.len() => all(chosen.iter().map(selection)),
        Condition::Of(_, chosen) => any(chosen.iter().map(selection)),
    }
}

fn of_search(search: &Search) -> Required {
    match search {
        Search::Item(item) => of_item(item),
        Search::All(parts) => all(parts.iter().map(of_search)),
        Search::Any(parts) => any(parts.iter().map(of_search)),
    }
}

fn of_item(item: &Item) -> Required {
    let Some(field) = item.field.filter(|_| !item.negated && (!item.all || item.patterns.len() == 1)) else {
        return Required::new();
    };
    let value = |test: &Test| match test {
        Test::Exact { text, cased: true } => Some(folded(&String::from_utf8_lossy(text))),
        Test::Exact { text, cased: false } => Some(text.to_vec()),
        _ => None,
    };
    let values: Option<Vec<_>> = item.patterns.iter().take(VALUES + 1).map(|pattern| value(&pattern.test)).collect();
    values.filter(|values| values.len() <= VALUES).map(|values| Required::from([(field, values)])).unwrap_or_default()
}

/// Where all must hold, what any of them requires; of two that speak of one field, the shorter list.
fn all(parts: impl Iterator<Item = Required>) -> Required {
    let mut whole = Required::new();
    for (field, values) in parts.flatten() {
        match whole.get(&field) {
            Some(known) if known.len() <= values.len() => {}
            Some(_) | None => {
                whole.insert(field, values);
            }
        }
    }
    whole
}

/// Where any may hold, what each of them requires.
fn any(mut parts: impl Iterator<Item = Required>) -> Required {
    let mut whole = parts.next().unwrap_or_default();
    for mut part in parts {
        whole.retain(|field, values| {
            part.remove(field).is_some_and(|more| {
                values.extend(more);
                values.len() <= VALUES
            })
        });
        if whole.is_empty() {
            break;
        }
    }
    whole
}
