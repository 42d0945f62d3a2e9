//! YAML as rules need it: documents of nodes, with a bound on how many and how deep.
//!
//! Aliases are followed, but each copy counts, so that a small file cannot unfold into a large one.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;

/// Bytes of one file; the largest public rule has 300 kB.
pub const FILE_BYTES: usize = 4 << 20;
/// Values and keys of one file, aliases unfolded.
const NODES: usize = 1_000_000;
const DEPTH: usize = 24;

#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Null,
    Bool(bool),
    /// As written by Rust: `4624`, `0.5`.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value under a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::List(_) => None,
        }
    }

    /// A single value as text.
    pub fn text(&self) -> Option<String> {
        match self {
            Node::Text(text) | Node::Number(text) => Some(text.clone()),
            Node::Bool(yes) => Some(yes.to_string()),
            Node::Null | Node::List(_) | Node::Map(_) => None,
        }
    }

    /// A text, or a list of texts, as a list.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Node::List(items) => items.iter().filter_map(Node::text).collect(),
            other => other.text().into_iter().collect(),
        }
    }
}

/// The documents of a file, each with its outcome; reading stops at the first that is not YAML.
pub fn documents(yaml: &str) -> Vec<Result<Node, (Option<usize>, String)>> {
    if yaml.len() > FILE_BYTES {
        return vec![Err((None, format!("the file has {} bytes; at most {FILE_BYTES} are read", yaml.len())))];
    }
    let budget = Cell::new(NODES);
    let mut found = Vec::new();
    for document in serde_norway::Deserializer::from_str(yaml.trim_start_matches('\u{feff}')) {
        match (Seed { budget: &budget, depth: DEPTH }).deserialize(document) {
            Ok(node) => found.push(Ok(node)),
            Err(error) => {
                found.push(Err((error.location().map(|at| at.line()), format!("not readable as YAML: {error}"))));
                break;
            }
        }
    }
    found
}

#[derive(Clone, Copy)]
struct Seed<'b> {
    budget: &'b Cell<usize>,
    depth: usize,
}

impl Seed<'_> {
    fn spend<E: Error>(self) -> Result<(), E> {
        match self.budget.get().checked_sub(1) {
            Some(left) => {
                self.budget.set(left);
                Ok(())
            }
            None => Err(E::custom(format_args!("more than {NODES} values"))),
        }
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Seed { depth, ..self }),
            None => Err(E::custom(format_args!("nested more than {DEPTH} deep"))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Node, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plain YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        self.spend()?;
        Ok(Node::Null)
    }

    /// An empty document.
    fn visit_none<E: Error>(self) -> Result<Node, E> {
        self.visit_unit()
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Node, E> {
        self.spend()?;
        Ok(Node::Bool(yes))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        self.spend()?;
        Ok(Node::Number(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        self.spend()?;
        Ok(Node::Number(number.to_string()))
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<Node, E> {
        self.spend()?;
        Ok(Node::Number(number.to_string()))
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Node, E> {
        self.spend()?;
        Ok(Node::Number(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        self.spend()?;
        Ok(Node::Number(number.to_string()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        self.spend()?;
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        self.spend()?;
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(node) = items.next_element_seed(inner)? {
            list.push(node);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        self.spend()?;
        let inner = self.deeper()?;
        let mut map: Vec<(String, Node)> = Vec::new();
        let mut keys = std::collections::HashSet::new();
        while let Some(key) = entries.next_key_seed(inner)? {
            let Some(key) = key.text().or((key == Node::Null).then(String::new)) else {
                return Err(A::Error::custom("a key must be a single text"));
            };
            if !keys.insert(key.clone()) {
                return Err(A::Error::custom(format_args!("the key \"{key}\" is there twice")));
            }
            map.push((key, entries.next_value_seed(inner)?));
        }
        Ok(Node::Map(map))
    }
}
