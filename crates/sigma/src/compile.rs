//! From a document to what a rule says of itself and how it matches.

use crate::condition::{self, Condition};
use crate::fold::FieldId;
use crate::modifier::{Item, Means, Test, item};
use crate::yaml::{Node, Value};
use crate::{Level, Refusal, Rule};
use std::sync::Arc;

/// Selections of one rule; the largest public rules have some dozens.
const SELECTIONS: usize = 500;
/// Conditions of one rule.
const CONDITIONS: usize = 64;

/// What must hold for a selection.
#[derive(Debug)]
pub enum Search {
    Item(Item),
    All(Vec<Search>),
    Any(Vec<Search>),
}

/// How one rule matches.
#[derive(Debug)]
pub struct Detection {
    pub names: Vec<String>,
    pub selections: Vec<Search>,
    pub condition: Condition,
    /// Sigma filters that were laid over the rule: where one of them holds, the rule does not.
    pub filters: Vec<Arc<Detection>>,
}

impl Detection {
    /// The fields that it looks at, each once; `FieldId::MAX` stands for all, as keywords do.
    pub fn fields(&self) -> Vec<FieldId> {
        let mut found = Vec::new();
        self.selections.iter().for_each(|search| search.fields(&mut found));
        self.filters.iter().flat_map(|filter| &filter.selections).for_each(|search| search.fields(&mut found));
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Search {
    fn fields(&self, found: &mut Vec<FieldId>) {
        match self {
            Search::All(parts) | Search::Any(parts) => parts.iter().for_each(|part| part.fields(found)),
            Search::Item(item) => {
                found.push(item.field.unwrap_or(FieldId::MAX));
                found.extend(item.patterns.iter().filter_map(|pattern| match pattern.test {
                    Test::Field { other, .. } => Some(other),
                    _ => None,
                }));
            }
        }
    }
}

/// What a document says of itself, detection or correlation alike.
pub fn about(document: &Node, file: &str) -> Result<Rule, Refusal> {
    let text = |key: &str| document.get(key).and_then(Node::text).unwrap_or_default();
    let texts = |key: &str| document.get(key).map(Node::texts).unwrap_or_default();
    let title = title(document)?;
    let level = match document.get("level") {
        None => Level::Medium,
        Some(word) => {
            let text = word.text().unwrap_or_default();
            text.parse().map_err(|error: crate::NotALevel| Refusal::new(error.to_string(), word.line))?
        }
    };
    let name = stem(file).to_owned();
    let called = text("name");
    let id = [text("id"), called.clone(), name.clone()].into_iter().find(|id| !id.is_empty()).unwrap_or_default();
    let correlation = document.get("correlation").is_some();
    Ok(Rule {
        id,
        name,
        called,
        file: file.to_owned(),
        title,
        level,
        status: text("status"),
        tags: texts("tags"),
        description: text("description"),
        falsepositives: texts("falsepositives"),
        references: texts("references"),
        author: text("author"),
        source: if correlation { wire::Source::default() } else { source(document)? },
        correlation,
        silent: false,
        anchored: false,
    })
}

/// The title, without which no document is a rule.
pub fn title(document: &Node) -> Result<String, Refusal> {
    let title = document.get("title").and_then(Node::text).unwrap_or_default();
    match title.trim().is_empty() {
        true => Err(Refusal::new("the rule has no title", document.line)),
        false => Ok(title),
    }
}

/// The file's name without folder and ending.
pub fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name)
}

/// The log source; its words are lower case, as the specification writes them.
pub fn source(document: &Node) -> Result<wire::Source, Refusal> {
    let Some(source) = document.get("logsource").filter(|source| source.map().is_some()) else {
        return Err(Refusal::new("the rule has no logsource", document.line));
    };
    let part = |key: &str| source.get(key).and_then(Node::text).unwrap_or_default().to_lowercase();
    let found = wire::Source { product: part("product"), category: part("category"), service: part("service") };
    if found.product.is_empty() && found.category.is_empty() && found.service.is_empty() {
        return Err(Refusal::new("the logsource names no product, category or service", source.line));
    }
    Ok(found)
}

/// The detection of a document: its selections and its condition or conditions, any of which is enough.
pub fn detection(document: &Node, means: &mut Means<'_>) -> Result<Detection, Refusal> {
    let part = part(document, "detection")?;
    if let Some(node) = part.get("timeframe") {
        return Err(Refusal::new(
            "\"timeframe\" belongs to the old form with count or near; write a correlation rule",
            node.line,
        ));
    }
    let Some(conditions) = part.get("condition") else {
        return Err(Refusal::new("the detection has no condition", part.line));
    };
    within(part, &[], &conditions.texts(), conditions.line, means)
}

/// The part of a document that holds selections.
pub fn part<'n>(document: &'n Node, key: &str) -> Result<&'n Node, Refusal> {
    match document.get(key) {
        Some(part) if part.map().is_some() => Ok(part),
        Some(part) => Err(Refusal::new(format!("\"{key}\" must be a map"), part.line)),
        None => Err(Refusal::new(format!("the rule has no {key}"), document.line)),
    }
}

/// The selections of a part, but for the keys that are none, and conditions over them.
pub fn within(
    part: &Node,
    others: &[&str],
    conditions: &[String],
    line: usize,
    means: &mut Means<'_>,
) -> Result<Detection, Refusal> {
    let (mut names, mut selections) = (Vec::new(), Vec::new());
    for (name, node) in part.map().unwrap_or_default() {
        if matches!(name.as_str(), "condition" | "timeframe") || others.contains(&name.as_str()) {
            continue;
        }
        if names.len() >= SELECTIONS {
            return Err(Refusal::new(format!("the rule has more than {SELECTIONS} selections"), node.line));
        }
        selections.push(search(node, means).map_err(|refusal| under(name, refusal))?);
        names.push(name.to_owned());
    }
    if conditions.len() > CONDITIONS {
        return Err(Refusal::new(format!("the rule has more than {CONDITIONS} conditions"), line));
    }
    let mut read = Vec::new();
    for text in conditions {
        read.push(condition::read(text, &names, line)?);
    }
    let condition = match read.len() {
        0 => return Err(Refusal::new("the detection has no condition", line)),
        1 => read.remove(0),
        _ => Condition::Or(read),
    };
    Ok(Detection { names, selections, condition, filters: Vec::new() })
}

fn under(name: &str, refusal: Refusal) -> Refusal {
    Refusal { reason: format!("selection \"{name}\": {}", refusal.reason), line: refusal.line }
}

/// A map asks all its fields; a list is satisfied by any of its parts; a single text is a keyword.
fn search(node: &Node, means: &mut Means<'_>) -> Result<Search, Refusal> {
    match &node.value {
        Value::Map(entries) if entries.is_empty() => Err(Refusal::new("is empty", node.line)),
        Value::Map(entries) => {
            let mut all = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                all.push(Search::Item(item(key, value, means)?));
            }
            Ok(if all.len() == 1 { all.remove(0) } else { Search::All(all) })
        }
        Value::List(parts) if parts.is_empty() => Err(Refusal::new("is empty", node.line)),
        Value::List(parts) if parts.iter().all(Node::is_single) => Ok(Search::Item(item("", node, means)?)),
        Value::List(parts) => {
            let mut any = Vec::with_capacity(parts.len());
            for part in parts {
                any.push(search(part, means)?);
            }
            Ok(if any.len() == 1 { any.remove(0) } else { Search::Any(any) })
        }
        Value::Text(_) | Value::Number(_) | Value::Bool(_) => Ok(Search::Item(item("", node, means)?)),
        Value::Null => Err(Refusal::new("is empty", node.line)),
    }
}
