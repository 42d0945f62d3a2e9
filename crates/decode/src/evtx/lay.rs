//! Elements to fields, named as in the JSON that `evtx_dump` writes: the slow way that knows every form.

use super::fault::Fault;
use super::token;
use super::tree::{Attribute, Element, List, NONE, Node, Tree};
use crate::RECORD_BYTES;
use crate::windows;
use sigma::Slate;

/// Fields of one record; more are refused.
const FIELDS: usize = 10_000;
/// Letters of a field's whole name; real ones have fewer than 200.
pub(super) const PATH: usize = 4_096;

/// Where a record's fields lie that say what it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Head {
    pub channel: Option<u32>,
    pub number: Option<u32>,
    pub time: Option<u32>,
    /// The time itself, where it was read as such.
    pub at: Option<i64>,
}

impl Head {
    /// Notes the field of a name that was put last.
    pub(super) fn note(&mut self, path: &str, slate: &Slate) {
        let place = Some((slate.len() as u32).saturating_sub(1));
        match role(path) {
            Role::Channel => self.channel = self.channel.or(place),
            Role::Number => self.number = self.number.or(place),
            Role::Time => self.time = self.time.or(place),
            Role::None => {}
        }
    }
}

/// Which of a record's fields say what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Role {
    None,
    Channel,
    Number,
    Time,
}

pub(super) fn role(path: &str) -> Role {
    match path {
        "Event.System.Channel" => Role::Channel,
        "Event.System.EventID" | "Event.System.EventID.#text" => Role::Number,
        "Event.System.TimeCreated.#attributes.SystemTime" => Role::Time,
        _ => Role::None,
    }
}

/// Do the `Data` elements below become fields of their own names?
pub(super) fn holds_data(name: &[u8]) -> bool {
    name == b"EventData" || name == b"UserData"
}

/// What laying needs besides the tree, in room that is used again.
#[derive(Debug, Default)]
pub(super) struct Layer {
    path: Vec<u8>,
    /// The value that is being written.
    value: Vec<u8>,
    /// Names of the elements at hand and how often each came, for all elements that are being laid.
    seen: Vec<(u64, u32)>,
    pub head: Head,
}

impl Layer {
    /// Lays all elements of a tree out as fields.
    pub(super) fn lay(&mut self, tree: &mut Tree, chunk: &[u8], slate: &mut Slate) -> Result<(), Fault> {
        self.path.clear();
        self.seen.clear();
        self.head = Head::default();
        let mut work = Work { layer: self, tree, chunk, slate };
        // A record has one element; what might stand beside it is not shown.
        let mut at = work.tree.elements.first().map_or(NONE, |root| root.children.start());
        while let Some(node) = work.tree.step(&mut at) {
            if let Some(element) = work.element(node) {
                work.path(|chunk, out| token::write_name(chunk, element.name, out))?;
                return work.lay(element, false, false);
            }
        }
        Ok(())
    }
}

struct Work<'w> {
    layer: &'w mut Layer,
    tree: &'w mut Tree,
    chunk: &'w [u8],
    slate: &'w mut Slate,
}

impl Work<'_> {
    fn element(&self, node: Node) -> Option<Element> {
        match node {
            Node::Element(place) => self.tree.elements.get(place as usize).copied(),
            Node::Value(_) | Node::Char(_) | Node::Entity(_) | Node::Slot(_) => None,
        }
    }

    /// Adds a part to the name at hand.
    fn path(&mut self, write: impl FnOnce(&[u8], &mut Vec<u8>) -> Result<(), Fault>) -> Result<(), Fault> {
        write(self.chunk, &mut self.layer.path)?;
        if self.layer.path.len() > PATH { Err(Fault::Large) } else { Ok(()) }
    }

    /// Lays out what an element holds; its name stands in the path.
    ///
    /// `container`: it is `EventData` or the like. `data`: it is a `Data` in such, which shows no attributes and is
    /// told even when empty.
    fn lay(&mut self, element: Element, container: bool, data: bool) -> Result<(), Fault> {
        self.tree.charge(1)?;
        let text = self.tree.nodes(element.children).any(|node| !matches!(node, Node::Element(_)));
        let elements = self.tree.nodes(element.children).any(|node| matches!(node, Node::Element(_)));
        let attributes = !data && self.tree.attributes_of(&element).iter().any(|attribute| !attribute.value.is_empty());
        if !elements && !attributes {
            return if text || data { self.field(element.children) } else { Ok(()) };
        }
        let base = self.layer.path.len();
        if attributes {
            self.attributes(element)?;
        }
        if text {
            self.layer.path.extend_from_slice(b".#text");
            self.field(element.children)?;
            self.layer.path.truncate(base);
        }
        let seen = self.layer.seen.len();
        if container {
            self.container(element)?
        } else {
            self.children(element)?
        }
        self.layer.seen.truncate(seen);
        Ok(())
    }

    fn attributes(&mut self, element: Element) -> Result<(), Fault> {
        let base = self.layer.path.len();
        for n in element.attributes.0..element.attributes.1 {
            self.tree.charge(1)?;
            let attribute = self.tree.attributes.get(n as usize).copied().filter(|attribute| !attribute.value.is_empty());
            let Some(Attribute { name, value }) = attribute else { continue };
            self.layer.path.extend_from_slice(b".#attributes.");
            self.path(|chunk, out| token::write_name(chunk, name, out))?;
            self.field(value)?;
            self.layer.path.truncate(base);
        }
        Ok(())
    }

    fn children(&mut self, element: Element) -> Result<(), Fault> {
        let seen = self.layer.seen.len();
        let mut at = element.children.start();
        while let Some(node) = self.tree.step(&mut at) {
            self.tree.charge(1)?;
            if let Some(child) = self.element(node) {
                self.child(child, seen)?;
            }
        }
        Ok(())
    }

    /// An element below another, numbered if others before it have its name.
    fn child(&mut self, child: Element, seen: usize) -> Result<(), Fault> {
        let base = self.layer.path.len();
        self.layer.path.push(b'.');
        self.path(|chunk, out| token::write_name(chunk, child.name, out))?;
        let container = holds_data(self.tail(base));
        self.number(base, seen, b'e')?;
        self.lay(child, container, false)?;
        self.layer.path.truncate(base);
        Ok(())
    }

    fn tail(&self, base: usize) -> &[u8] {
        self.layer.path.get(base + 1..).unwrap_or_default()
    }

    /// Numbers the last part of the path if it came before: `Name`, `Name_1`, `Name_2`.
    fn number(&mut self, base: usize, seen: usize, sort: u8) -> Result<(), Fault> {
        let hash = hash(self.tail(base), sort);
        self.tree.charge((self.layer.seen.len() - seen) / 16)?;
        match self.layer.seen.get_mut(seen..).and_then(|seen| seen.iter_mut().find(|(known, _)| *known == hash)) {
            Some((_, times)) => {
                *times += 1;
                self.layer.path.push(b'_');
                self.layer.path.extend_from_slice(itoa::Buffer::new().format(*times).as_bytes());
            }
            None => self.layer.seen.push((hash, 0)),
        }
        Ok(())
    }

    /// The children of `EventData` or `UserData`: each `Data` under its own name, or all as `Data` if none has one.
    fn container(&mut self, element: Element) -> Result<(), Fault> {
        let mut named = false;
        let mut at = element.children.start();
        while let Some(node) = self.tree.step(&mut at) {
            self.tree.charge(1)?;
            if let Some(child) = self.element(node) {
                named |= self.is_data(child) && self.data_name(child).is_some_and(|name| !name.is_empty());
            }
        }
        let seen = self.layer.seen.len();
        let mut last = None;
        let mut told = false;
        let mut at = element.children.start();
        while let Some(node) = self.tree.step(&mut at) {
            let Some(child) = self.element(node) else { continue };
            if !self.is_data(child) {
                last = None;
                self.child(child, seen)?;
            } else if named {
                last = self.named(child, seen, last)?;
            } else if !told {
                told = true;
                self.unnamed(element)?;
            }
        }
        Ok(())
    }

    fn is_data(&self, element: Element) -> bool {
        token::name_at(self.chunk, element.name).is_ok_and(|name| name == b"D\0a\0t\0a\0")
    }

    fn data_name(&self, element: Element) -> Option<List> {
        let is_name =
            |attribute: &&Attribute| token::name_at(self.chunk, attribute.name).is_ok_and(|name| name == b"N\0a\0m\0e\0");
        self.tree.attributes_of(&element).iter().find(is_name).map(|attribute| attribute.value)
    }

    /// A `Data` of a name. Those of one name in a row are values of one field, later ones are numbered.
    fn named(&mut self, child: Element, seen: usize, last: Option<(u64, u32)>) -> Result<Option<(u64, u32)>, Fault> {
        let Some(name) = self.data_name(child).filter(|name| !name.is_empty()) else { return Ok(None) };
        let base = self.layer.path.len();
        self.layer.path.push(b'.');
        self.path(|_, _| Ok(()))?;
        self.content(name)?;
        let hash = hash(self.tail(base), b'd');
        match last {
            // The number of the row goes on.
            Some((known, times)) if known == hash => {
                if times > 0 {
                    self.layer.path.push(b'_');
                    self.layer.path.extend_from_slice(itoa::Buffer::new().format(times).as_bytes());
                }
            }
            _ => self.number(base, seen, b'd')?,
        }
        self.lay(child, false, true)?;
        self.layer.path.truncate(base);
        let times = self.layer.seen.get(seen..).and_then(|seen| seen.iter().find(|(known, _)| *known == hash));
        Ok(times.copied())
    }

    /// Appends the text of nodes to the path.
    fn content(&mut self, list: List) -> Result<(), Fault> {
        let mut path = std::mem::take(&mut self.layer.path);
        let written = write(self.tree, self.chunk, list, &mut path);
        self.layer.path = path;
        written?;
        self.path(|_, _| Ok(()))
    }

    fn unnamed(&mut self, element: Element) -> Result<(), Fault> {
        let base = self.layer.path.len();
        self.layer.path.extend_from_slice(b".Data.#text");
        let mut at = element.children.start();
        while let Some(node) = self.tree.step(&mut at) {
            if let Some(child) = self.element(node).filter(|child| self.is_data(*child)) {
                self.lay(child, false, true)?;
            }
        }
        self.layer.path.truncate(base);
        Ok(())
    }

    /// Puts the text of nodes on the slate under the name at hand, if it is one that is kept.
    fn field(&mut self, list: List) -> Result<(), Fault> {
        let Layer { path, value, head, .. } = &mut *self.layer;
        let path = std::str::from_utf8(path).unwrap_or_default();
        let Some(name) = windows::name(path) else { return Ok(()) };
        value.clear();
        write(self.tree, self.chunk, list, value)?;
        if self.slate.len() >= FIELDS || self.slate.text().len() + value.len() > RECORD_BYTES {
            return Err(Fault::Large);
        }
        self.slate.put_named(&name, std::str::from_utf8(value).unwrap_or_default());
        head.note(path, self.slate);
        Ok(())
    }
}

/// Appends the text of nodes, without that of elements among them.
pub(super) fn write(tree: &mut Tree, chunk: &[u8], list: List, out: &mut Vec<u8>) -> Result<(), Fault> {
    let mut at = list.start();
    while let Some(node) = tree.step(&mut at) {
        tree.charge(1)?;
        if out.len() > RECORD_BYTES {
            return Err(Fault::Large);
        }
        match node {
            Node::Value(value) => value.write(chunk, out),
            Node::Char(letter) => push(char::from_u32(u32::from(letter)).unwrap_or(char::REPLACEMENT_CHARACTER), out),
            Node::Entity(name) => entity(chunk, name, out)?,
            Node::Element(_) | Node::Slot(_) => {}
        }
    }
    Ok(())
}

/// Appends the letter that an entity stands for, or the entity itself if it is none of XML's own.
fn entity(chunk: &[u8], name: u32, out: &mut Vec<u8>) -> Result<(), Fault> {
    let start = out.len();
    out.push(b'&');
    token::write_name(chunk, name, out)?;
    let letter = match out.get(start + 1..) {
        Some(b"quot") => b'"',
        Some(b"apos") => b'\'',
        Some(b"amp") => b'&',
        Some(b"lt") => b'<',
        Some(b"gt") => b'>',
        _ => b';',
    };
    if letter != b';' {
        out.truncate(start);
    }
    out.push(letter);
    Ok(())
}

fn push(letter: char, out: &mut Vec<u8>) {
    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}

/// A number for a name among its neighbours (FNV-1a).
fn hash(name: &[u8], sort: u8) -> u64 {
    let bytes = name.iter().copied().chain([sort]);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
