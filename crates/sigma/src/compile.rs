//! From a document to what a rule says of itself and how it matches.

use crate::condition::{self, Condition};
use crate::fold::{FieldId, Names};
use crate::modifier::{Item, Lists, Test, item};
use crate::yaml::Node;
use crate::{Level, Refusal, Rule};

/// Selections of one rule; the largest public rules have some dozens.
const SELECTIONS: usize = 500;

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
}

impl Detection {
    /// The fields that it looks at, each once; `FieldId::MAX` stands for all, as keywords do.
    pub fn fields(&self) -> Vec<FieldId> {
        let mut found = Vec::new();
        self.selections.iter().for_each(|search| search.fields(&mut found));
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
    let title = text("title");
    if title.trim().is_empty() {
        return Err(Refusal::new("the rule has no title", "title"));
    }
    let level = match text("level").as_str() {
        "" => Level::Medium,
        word => word.parse().map_err(|error: crate::NotALevel| Refusal::new(error.to_string(), "level"))?,
    };
    let name = stem(file).to_owned();
    let called = text("name");
    let id = [text("id"), called.clone(), name.clone()].into_iter().find(|id| !id.is_empty()).unwrap_or_default();
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
        source: source(document)?,
        correlation: document.get("correlation").is_some(),
        silent: false,
        anchored: false,
    })
}

/// The file's name without folder and ending.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name)
}

fn source(document: &Node) -> Result<wire::Source, Refusal> {
    if document.get("correlation").is_some() {
        return Ok(wire::Source::default());
    }
    let Some(source @ Node::Map(entries)) = document.get("logsource") else {
        return Err(Refusal::new("the rule has no logsource", "logsource"));
    };
    if !entries.iter().any(|(key, _)| matches!(key.as_str(), "product" | "category" | "service")) {
        return Err(Refusal::new("the logsource names no product, category or service", "logsource"));
    }
    let part = |key: &str| source.get(key).and_then(Node::text).unwrap_or_default().to_lowercase();
    Ok(wire::Source { product: part("product"), category: part("category"), service: part("service") })
}

/// The detection of a document: its selections and its condition or conditions, any of which is enough.
pub fn detection(document: &Node, names: &mut Names, lists: &Lists) -> Result<Detection, Refusal> {
    let Some(Node::Map(entries)) = document.get("detection") else {
        return Err(Refusal::new("the rule has no detection", "detection"));
    };
    let mut found = Detection { names: Vec::new(), selections: Vec::new(), condition: Condition::Or(Vec::new()) };
    for (name, node) in entries {
        match name.as_str() {
            "condition" => {}
            "timeframe" => {
                return Err(Refusal::new("\"timeframe\" belongs to the old form; write a correlation rule", "timeframe"));
            }
            _ if found.names.len() >= SELECTIONS => {
                return Err(Refusal::new(format!("the rule has more than {SELECTIONS} selections"), "detection"));
            }
            name => {
                found.selections.push(search(node, names, lists).map_err(|refusal| under(name, refusal))?);
                found.names.push(name.to_owned());
            }
        }
    }
    let conditions =
        document.get("detection").and_then(|detection| detection.get("condition")).map(Node::texts).unwrap_or_default();
    let mut read = Vec::new();
    for text in &conditions {
        read.push(condition::read(text, &found.names)?);
    }
    found.condition = match read.len() {
        0 => return Err(Refusal::new("the detection has no condition", "detection")),
        1 => read.remove(0),
        _ => Condition::Or(read),
    };
    Ok(found)
}

fn under(name: &str, refusal: Refusal) -> Refusal {
    let near = if refusal.near.is_empty() { name.to_owned() } else { refusal.near };
    Refusal { reason: format!("selection \"{name}\": {}", refusal.reason), near }
}

/// A map asks all its fields; a list is satisfied by any of its parts; a single text is a keyword.
fn search(node: &Node, names: &mut Names, lists: &Lists) -> Result<Search, Refusal> {
    match node {
        Node::Map(entries) if entries.is_empty() => Err(Refusal::new("is empty", "")),
        Node::Map(entries) => {
            let mut all = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                all.push(Search::Item(item(key, value, names, lists)?));
            }
            Ok(if all.len() == 1 { all.remove(0) } else { Search::All(all) })
        }
        Node::List(parts) if parts.is_empty() => Err(Refusal::new("is empty", "")),
        Node::List(parts) if parts.iter().all(|part| !matches!(part, Node::Map(_) | Node::List(_))) => {
            Ok(Search::Item(item("", node, names, lists)?))
        }
        Node::List(parts) => {
            let mut any = Vec::with_capacity(parts.len());
            for part in parts {
                any.push(search(part, names, lists)?);
            }
            Ok(if any.len() == 1 { any.remove(0) } else { Search::Any(any) })
        }
        Node::Text(_) | Node::Number(_) => Ok(Search::Item(item("", node, names, lists)?)),
        Node::Null | Node::Bool(_) => Err(Refusal::new("is empty", "")),
    }
}
