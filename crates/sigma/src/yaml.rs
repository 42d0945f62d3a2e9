//! YAML (1.2, core schema) as rules need it: documents of nodes that know their line, with a bound on how many and how deep.
//!
//! Aliases are followed, but each copy counts, so that a small file cannot unfold into a large one.

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Bytes of one file; the largest public rule has 300 kB.
pub const FILE_BYTES: usize = 4 << 20;
/// Values and keys of one file, aliases unfolded.
const NODES: usize = 1_000_000;
const DEPTH: usize = 24;
/// Documents of one file; the largest public collections have some dozens.
const DOCUMENTS: usize = 10_000;

/// A value and the line it stands on; the value of a map's key stands on the line of its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub line: usize,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    /// As written by Rust: `4624`, `0.5`.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Entries),
}

/// The keys and values of a map, in the order of the file.
pub type Entries = Vec<(String, Node)>;

impl Node {
    /// The value under a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The keys and values of a map.
    pub fn map(&self) -> Option<&[(String, Node)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => None,
        }
    }

    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// Neither a list nor a map.
    pub fn is_single(&self) -> bool {
        !matches!(self.value, Value::List(_) | Value::Map(_))
    }

    /// A single value as text.
    pub fn text(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(yes) => Some(yes.to_string()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// A text, or a list of texts, as a list.
    pub fn texts(&self) -> Vec<String> {
        match &self.value {
            Value::List(items) => items.iter().filter_map(Node::text).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) => self.text().into_iter().collect(),
        }
    }

    /// Values and keys, itself included.
    fn size(&self) -> usize {
        1 + match &self.value {
            Value::List(items) => items.iter().map(Node::size).sum(),
            Value::Map(entries) => entries.iter().map(|(_, node)| 1 + node.size()).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => 0,
        }
    }

    /// A number for what is written, whatever the lines.
    pub fn print(&self) -> u64 {
        let parts = |tag: u8, prints: &mut dyn Iterator<Item = u64>| {
            crate::fold::hash([tag].into_iter().chain(prints.flat_map(u64::to_le_bytes)))
        };
        let text = |text: &str| crate::fold::hash(text.bytes());
        match &self.value {
            Value::Null => 0,
            Value::Bool(yes) => 1 + u64::from(*yes),
            Value::Number(number) => parts(1, &mut [text(number)].into_iter()),
            Value::Text(words) => parts(2, &mut [text(words)].into_iter()),
            Value::List(items) => parts(3, &mut items.iter().map(Node::print)),
            Value::Map(entries) => parts(4, &mut entries.iter().flat_map(|(key, node)| [text(key), node.print()])),
        }
    }
}

/// Why a file is no YAML that can be used, and the line.
pub type Broken = (Option<usize>, String);

/// The documents of a file, each with its outcome; reading stops at the first that is not YAML.
pub fn documents(yaml: &str) -> Vec<Result<Node, Broken>> {
    if yaml.len() > FILE_BYTES {
        return vec![Err((None, format!("the file has {} bytes; at most {FILE_BYTES} are read", yaml.len())))];
    }
    let mut found = Vec::new();
    let mut builder = Builder { budget: NODES, open: Vec::new(), anchors: HashMap::new(), done: None };
    for event in Parser::new_from_str(yaml.trim_start_matches('\u{feff}')) {
        let outcome = match event {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => Err((error.marker().line(), error.info().to_owned())),
        };
        match outcome {
            Ok(None) => {}
            Ok(Some(_)) if found.len() >= DOCUMENTS => {
                found.push(Err((None, format!("the file has more than {DOCUMENTS} documents; the first {DOCUMENTS} are read"))));
                break;
            }
            Ok(Some(document)) => found.push(Ok(document)),
            Err((line, reason)) => {
                found.push(Err((Some(line), format!("not readable as YAML: {reason}"))));
                break;
            }
        }
    }
    found
}

/// A list or map that is not closed yet.
struct Open {
    line: usize,
    anchor: usize,
    items: Vec<Node>,
    /// For a map: its entries, and the key that waits for its value.
    map: Option<(Entries, HashSet<String>)>,
    key: Option<(String, usize)>,
}

struct Builder {
    budget: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    done: Option<Node>,
}

type Taken<T> = Result<T, (usize, String)>;

impl Builder {
    /// Takes the next event; gives a document when it is whole.
    fn take(&mut self, event: Event<'_>, span: Span) -> Taken<Option<Node>> {
        let line = span.start.line();
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd => {}
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.done = None;
            }
            Event::DocumentEnd => return Ok(Some(self.done.take().unwrap_or(Node { line, value: Value::Null }))),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    return Err((line, "an alias stands inside of what it names".into()));
                };
                let copy = Node { line, value: node.value.clone() };
                self.spend(copy.size(), line)?;
                self.put(copy, 0)?;
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.spend(1, line)?;
                let value = scalar(text, style, tag.as_deref()).map_err(|reason| (line, reason))?;
                self.put(Node { line, value }, anchor)?;
            }
            Event::SequenceStart(anchor, tag) => self.start(line, anchor, tag.as_deref(), false)?,
            Event::MappingStart(anchor, tag) => self.start(line, anchor, tag.as_deref(), true)?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let value = match open.map {
                        Some((entries, _)) => Value::Map(entries),
                        None => Value::List(open.items),
                    };
                    self.put(Node { line: open.line, value }, open.anchor)?;
                }
            }
        }
        Ok(None)
    }

    fn spend(&mut self, nodes: usize, line: usize) -> Taken<()> {
        self.budget = self.budget.checked_sub(nodes).ok_or_else(|| (line, format!("more than {NODES} values")))?;
        Ok(())
    }

    fn start(&mut self, line: usize, anchor: usize, tag: Option<&Tag>, map: bool) -> Taken<()> {
        self.spend(1, line)?;
        if self.open.len() >= DEPTH {
            return Err((line, format!("nested more than {DEPTH} deep")));
        }
        if let Some(tag) = tag.filter(|tag| !(tag.is_yaml_core_schema() && matches!(&*tag.suffix, "seq" | "map"))) {
            return Err((line, format!("the tag {tag} is not known")));
        }
        self.open.push(Open { line, anchor, items: Vec::new(), map: map.then(Default::default), key: None });
        Ok(())
    }

    fn put(&mut self, mut node: Node, anchor: usize) -> Taken<()> {
        if anchor > 0 {
            self.spend(node.size(), node.line)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.done = Some(node);
            return Ok(());
        };
        match (&mut open.map, open.key.take()) {
            (None, _) => open.items.push(node),
            (Some((entries, _)), Some((key, line))) => {
                node.line = line;
                entries.push((key, node));
            }
            (Some((_, keys)), None) => {
                let line = node.line;
                let Some(key) = node.text().or(node.is_null().then(String::new)) else {
                    return Err((line, "a key must be a single text".into()));
                };
                if !keys.insert(key.clone()) {
                    return Err((line, format!("the key \"{key}\" is there twice")));
                }
                open.key = Some((key, line));
            }
        }
        Ok(())
    }
}

/// A single value by the core schema: quoted ones are texts, plain ones what they look like.
fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    match tag {
        None if style != ScalarStyle::Plain => return Ok(Value::Text(text.into_owned())),
        None => {}
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => return Ok(Value::Text(text.into_owned())),
        Some(tag) if tag.is_yaml_core_schema() && matches!(&*tag.suffix, "int" | "float" | "bool" | "null") => {}
        Some(tag) => return Err(format!("the tag {tag} is not known")),
    }
    Ok(match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        other => number(other).map_or_else(|| Value::Text(other.to_owned()), Value::Number),
    })
}

/// A plain value as a number: `12`, `-3`, `0x1f`, `0o17`, `1.5`, `1e3`. What begins with a needless zero is a text.
fn number(text: &str) -> Option<String> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let minus = if text.starts_with('-') { "-" } else { "" };
    let radix = |digits: &str, radix| i128::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with(['-', '+']));
    if let Some(hex) = digits.strip_prefix("0x") {
        return radix(hex, 16).map(|number| format!("{minus}{number}"));
    }
    if let Some(octal) = digits.strip_prefix("0o") {
        return radix(octal, 8).map(|number| format!("{minus}{number}"));
    }
    let mut letters = digits.bytes();
    let (first, second) = (letters.next()?, letters.next());
    if !(first.is_ascii_digit() || first == b'.') || first == b'0' && second.is_some_and(|letter| letter.is_ascii_digit()) {
        return None;
    }
    if digits.bytes().all(|letter| letter.is_ascii_digit()) {
        return Some(format!("{minus}{digits}"));
    }
    let plain = digits.bytes().all(|letter| letter.is_ascii_digit() || matches!(letter, b'.' | b'e' | b'E' | b'-' | b'+'));
    let number = text.parse::<f64>().ok().filter(|number| plain && number.is_finite())?;
    Some(number.to_string())
}
