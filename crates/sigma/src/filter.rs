//! Sigma filters: what an installation lays over rules so that they leave its own ways alone (Sigma specification 2.1, filters).

use crate::compile::{self, Detection, Search};
use crate::condition::Condition;
use crate::modifier::Means;
use crate::yaml::{Node, Value};
use crate::{Refusal, Rule};
use std::sync::Arc;

/// A filter, before its rules are found.
#[derive(Debug)]
pub struct Filter {
    /// `None`: all rules whose log source fits.
    pub rules: Option<Vec<String>>,
    pub source: wire::Source,
    /// Where it holds, the rule does not.
    pub detection: Arc<Detection>,
    pub line: usize,
    pub print: u64,
}

/// Reads a document with `filter`.
///
/// The specification's example names what is to be left alone (`condition: selection`); pySigma adds the condition to the
/// rule's own, so that authors write `not selection` for the same. A condition that is a denial as a whole is read in the
/// second way, with a notice: no filter is meant to let only the harmless through.
pub fn read(document: &Node, means: &mut Means<'_>) -> Result<Filter, Refusal> {
    compile::title(document)?;
    let source = compile::source(document)?;
    let part = compile::part(document, "filter")?;
    let rules = rules(part)?;
    let Some(node) = part.get("condition") else {
        return Err(Refusal::new("the filter has no condition", part.line));
    };
    let Value::Text(text) = &node.value else {
        return Err(Refusal::new("the condition of a filter must be one text", node.line));
    };
    let mut detection = compile::within(part, &["rules"], std::slice::from_ref(text), node.line, means)?;
    detection.condition = match detection.condition {
        Condition::Not(inner) => {
            means.notices.push((node.line, "the filter says \"not\": what it names is left alone, as in pySigma".into()));
            *inner
        }
        condition => condition,
    };
    if !detection.selections.iter().any(asks_something) {
        return Err(Refusal::new("the filter has no selection", part.line));
    }
    Ok(Filter { rules, source, detection: Arc::new(detection), line: part.line, print: document.print() })
}

fn asks_something(search: &Search) -> bool {
    match search {
        Search::Item(item) => !item.patterns.is_empty(),
        Search::All(parts) | Search::Any(parts) => parts.iter().any(asks_something),
    }
}

fn rules(part: &Node) -> Result<Option<Vec<String>>, Refusal> {
    let Some(node) = part.get("rules") else {
        return Err(Refusal::new("the filter has no rules; write their ids or names, or any", part.line));
    };
    match &node.value {
        Value::Text(word) if word.eq_ignore_ascii_case("any") || word.eq_ignore_ascii_case("all") => Ok(None),
        Value::List(items) if items.iter().any(|item| item.text().is_none()) => {
            Err(Refusal::new("the rules of a filter must be ids or names", node.line))
        }
        Value::List(items) if items.is_empty() => Ok(None),
        Value::Text(_) | Value::Number(_) | Value::List(_) => Ok(Some(node.texts())),
        Value::Null | Value::Bool(_) | Value::Map(_) => {
            Err(Refusal::new("the rules of a filter must be ids or names, or any", node.line))
        }
    }
}

impl Filter {
    /// What the filter says of its log source, the rule must say too.
    pub fn fits(&self, rule: &Rule) -> bool {
        let part = |asked: &str, given: &str| asked.is_empty() || asked == given;
        part(&self.source.product, &rule.source.product)
            && part(&self.source.category, &rule.source.category)
            && part(&self.source.service, &rule.source.service)
    }
}
