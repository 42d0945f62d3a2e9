//! The names of JSON objects as a tree that is kept from line to line, so that a line of a known shape costs one comparison a name.

use crate::format::{self, Mark};
use foldhash::fast::RandomState;
use sigma::{Name, Slate};
use std::collections::HashMap;
use std::hash::BuildHasher;

/// A place in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id(u32);

/// Of a longer key, what comes after is left out of the name.
const KEY_BYTES: usize = 256;
/// Of a longer dotted name, what comes after is left out.
const PATH_BYTES: usize = 1_024;
/// Beyond so many, all are forgotten before the next line.
const NODES: usize = 20_000;

/// What becomes of the values of a path.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    As(Name),
    /// No rule asks for it.
    Nowhere,
    /// The slate remembers no more names: it is given by its letters.
    Spelled,
}

#[derive(Debug)]
struct Node {
    parent: Id,
    /// The key with its closing quote and colon, as it stands in a line; empty if it cannot be foretold.
    written: Box<str>,
    key: Box<str>,
    path: Box<str>,
    wanted: Wanted,
    mark: Mark,
    /// The names that came first within it, and those that came after it, when it was seen: the last one, and the last other.
    first: [Id; 2],
    next: [Id; 2],
}

#[derive(Debug)]
pub struct Paths {
    nodes: Vec<Node>,
    ids: HashMap<u64, Id>,
    hasher: RandomState,
}

impl Default for Paths {
    fn default() -> Paths {
        let root = Node {
            parent: Paths::ROOT,
            written: Box::default(),
            key: Box::default(),
            path: Box::default(),
            wanted: Wanted::Nowhere,
            mark: Mark::None,
            first: [Paths::ROOT; 2],
            next: [Paths::ROOT; 2],
        };
        Paths { nodes: vec![root], ids: HashMap::new(), hasher: RandomState::default() }
    }
}

impl Paths {
    /// The object itself. As a forecast it stands for none.
    pub const ROOT: Id = Id(0);

    /// To be called before a line: holds what is remembered within its bound.
    pub fn ready(&mut self) {
        if self.nodes.len() > NODES {
            *self = Paths::default();
        }
    }

    fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// The name that is expected in an object, behind the name before or first, if the text (behind a key's opening quote)
    /// begins with it; and how many bytes it takes there.
    pub fn expected(&self, object: Id, before: Option<Id>, text: &[u8]) -> Option<(Id, usize)> {
        let guesses = match before {
            None => self.node(object)?.first,
            Some(before) => self.node(before)?.next,
        };
        guesses.into_iter().find_map(|guess| {
            let written = self.node(guess)?.written.as_bytes();
            (!written.is_empty() && text.starts_with(written)).then_some((guess, written.len()))
        })
    }

    pub fn wanted(&self, id: Id) -> (Wanted, Mark) {
        self.node(id).map_or((Wanted::Nowhere, Mark::None), |node| (node.wanted, node.mark))
    }

    /// The name as a field is called.
    pub fn path(&self, id: Id) -> &str {
        self.node(id).map_or("", |node| &node.path)
    }

    /// The place of a key within an object, known or new. It will be expected after `before`, or first.
    /// `written` is the key as it stands in the line up to its colon.
    pub fn find(&mut self, object: Id, before: Option<Id>, key: &str, written: &str, slate: &mut Slate) -> Id {
        let short = cut(key, KEY_BYTES);
        let mut place = self.hasher.hash_one((object.0, short));
        let found = loop {
            match self.ids.get(&place).copied() {
                None => break self.add(place, object, short, if key == short { written } else { "" }, slate),
                Some(id) if self.node(id).is_some_and(|node| node.parent == object && *node.key == *short) => break id,
                Some(_) => place = place.wrapping_add(1),
            }
        };
        let (parent, forecast) = (before.is_none(), before.unwrap_or(object));
        if let Some(node) = self.nodes.get_mut(forecast.0 as usize) {
            let guesses = if parent { &mut node.first } else { &mut node.next };
            *guesses = [found, guesses[0]];
        }
        found
    }

    fn add(&mut self, place: u64, parent: Id, key: &str, written: &str, slate: &mut Slate) -> Id {
        let above = self.path(parent);
        let mut path = String::with_capacity(above.len() + 1 + key.len());
        path.push_str(above);
        if !above.is_empty() {
            path.push('.');
        }
        path.push_str(key);
        let path = cut(&path, PATH_BYTES);
        let (wanted, mark) = wanted(path, slate);
        let Ok(id) = u32::try_from(self.nodes.len()) else { return Paths::ROOT };
        let (written, key, path) = (written.into(), key.into(), path.into());
        self.nodes.push(Node { parent, written, key, path, wanted, mark, first: [Paths::ROOT; 2], next: [Paths::ROOT; 2] });
        self.ids.insert(place, Id(id));
        Id(id)
    }
}

/// What becomes of a field that is called so.
pub fn wanted(path: &str, slate: &mut Slate) -> (Wanted, Mark) {
    let wanted = match crate::names::field(path) {
        None => Wanted::Nowhere,
        Some(name) => slate.name(&name).map_or(Wanted::Spelled, Wanted::As),
    };
    (wanted, format::mark(path))
}

fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}
