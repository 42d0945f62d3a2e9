//! A record's elements as they are written in it: for the forms that no plan covers, and to make plans from.

use super::fault::Fault;
use super::instance;
use super::token::{INDEPENDENT, Token, Tokens};
use super::value::{self, Items, Value};

/// No node, or the end of a list.
pub(super) const NONE: u32 = u32::MAX;
/// How deep elements, and records within records, may lie in one another.
const DEPTH: usize = 64;

/// What an element or an attribute holds at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Node {
    /// By its place in `Tree::elements`.
    Element(u32),
    Value(Value),
    Char(u16),
    Entity(u32),
    /// Where an instance puts a value; in definitions only.
    Slot(u16),
}

/// A list within `Tree::nodes`.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    first: u32,
    last: u32,
}

impl List {
    const EMPTY: List = List { first: NONE, last: NONE };

    pub(super) fn is_empty(self) -> bool {
        self.first == NONE
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub name: u32,
    /// The value without which the element is left out; `INDEPENDENT` for none.
    pub depends: u16,
    pub attributes: (u32, u32),
    pub children: List,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute {
    pub name: u32,
    pub value: List,
}

/// How the tokens of a stream are taken.
#[derive(Debug, Clone, Copy)]
enum Form {
    Record,
    /// A definition, with the values from a place of `Tree::values` on.
    Instance {
        first: usize,
    },
    /// A definition for itself.
    Definition,
}

/// The elements of one record, in room that is used again.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub elements: Vec<Element>,
    pub attributes: Vec<Attribute>,
    nodes: Vec<(Node, u32)>,
    values: Vec<Value>,
    /// Elements whose end is not read yet.
    open: Vec<u32>,
    /// Steps that may still be made: hostile records name themselves again and again.
    pub left: u32,
}

/// Steps for one record. Real ones need some hundreds.
pub(super) const STEPS: u32 = 1 << 17;

impl Tree {
    /// Reads a record or a value of one; the elements found are the children of element 0.
    pub(super) fn record(&mut self, chunk: &[u8], start: usize, end: usize) -> Result<(), Fault> {
        self.begin();
        self.stream(chunk, (start, end), Form::Record, 0)
    }

    /// Reads a template's definition, with its slots as they are.
    pub(super) fn definition(&mut self, chunk: &[u8], definition: usize) -> Result<(), Fault> {
        self.begin();
        let body = instance::body(chunk, definition)?;
        self.stream(chunk, (body.start, body.end), Form::Definition, 0)
    }

    fn begin(&mut self) {
        self.elements.clear();
        self.attributes.clear();
        self.nodes.clear();
        self.values.clear();
        self.open.clear();
        self.left = STEPS;
        self.elements.push(Element { name: NONE, depends: INDEPENDENT, attributes: (0, 0), children: List::EMPTY });
        self.open.push(0);
    }

    /// Takes steps from what is left.
    pub(super) fn charge(&mut self, steps: usize) -> Result<(), Fault> {
        let left = u32::try_from(steps).ok().and_then(|steps| self.left.checked_sub(steps));
        self.left = left.ok_or(Fault::Large)?;
        Ok(())
    }

    fn stream(&mut self, chunk: &[u8], (start, end): (usize, usize), form: Form, depth: usize) -> Result<(), Fault> {
        if depth > DEPTH {
            return Err(Fault::Deep);
        }
        let ground = self.open.len();
        let mut tokens = Tokens { chunk, at: start, end, template: !matches!(form, Form::Record) };
        // The element whose attributes are being read, and whether one of them is.
        let mut start = None;
        let mut attribute = false;
        while let Some(token) = tokens.next()? {
            self.charge(1)?;
            match token {
                Token::Open { name, depends } if start.is_none() => {
                    start = Some(self.element(name, depends));
                    attribute = false;
                }
                Token::Attribute(name) if start.is_some() => {
                    self.attributes.push(Attribute { name, value: List::EMPTY });
                    attribute = true;
                }
                Token::CloseStart => {
                    let element = start.take().ok_or(Fault::Order("an element's start ends"))?;
                    self.end_start(element);
                    self.open.push(element);
                    if self.open.len() > DEPTH {
                        return Err(Fault::Deep);
                    }
                }
                Token::CloseEmpty => {
                    let element = start.take().ok_or(Fault::Order("an empty element ends"))?;
                    self.end_start(element);
                    self.close(chunk, element, form, self.open.len() == ground)?;
                }
                Token::Close if start.is_none() && self.open.len() > ground => {
                    let element = self.open.pop().ok_or(Fault::Order("an element ends"))?;
                    self.close(chunk, element, form, self.open.len() == ground)?;
                }
                Token::Value(value) if value.kind == value::BINXML => {
                    self.nested(chunk, value, start.is_some(), depth)?;
                }
                Token::Value(value) => self.put(chunk, Node::Value(value), start, attribute),
                Token::Char(letter) => self.put(chunk, Node::Char(letter), start, attribute),
                Token::Entity(name) => self.put(chunk, Node::Entity(name), start, attribute),
                Token::Slot { index, optional } => match form {
                    Form::Definition => self.put(chunk, Node::Slot(index), start, attribute),
                    Form::Instance { first } => {
                        let value = self.values.get(first + usize::from(index)).copied().unwrap_or(Value::ABSENT);
                        if value.kind == value::BINXML {
                            self.nested(chunk, value, start.is_some(), depth)?;
                        } else if !(optional && value.is_empty(chunk)) {
                            self.put(chunk, Node::Value(value), start, attribute);
                        }
                    }
                    Form::Record => return Err(Fault::Order("a substitution outside of a template")),
                },
                Token::Instance if start.is_none() && matches!(form, Form::Record) => {
                    tokens.at = self.instance(chunk, tokens.at, depth)?;
                }
                Token::Open { .. } => return Err(Fault::Order("an element begins in another's start")),
                Token::Attribute(_) => return Err(Fault::Order("an attribute outside of an element's start")),
                Token::Close => return Err(Fault::Order("an element ends that did not begin")),
                Token::Instance => return Err(Fault::Order("a template where none may be")),
                Token::Other => {}
            }
        }
        match start {
            None if self.open.len() == ground => Ok(()),
            _ => Err(Fault::Order("an element does not end")),
        }
    }

    /// A template with its values, whose elements come where it stands; gives the place behind it.
    fn instance(&mut self, chunk: &[u8], at: usize, depth: usize) -> Result<usize, Fault> {
        let first = self.values.len();
        let instance = instance::read(chunk, at, &mut self.values)?;
        self.charge(self.values.len() - first)?;
        let body = instance::body(chunk, instance.definition)?;
        self.stream(chunk, (body.start, body.end), Form::Instance { first }, depth + 1)?;
        self.values.truncate(first);
        Ok(instance.end)
    }

    /// The elements of a value that is a record in itself come where the value stands.
    fn nested(&mut self, chunk: &[u8], value: Value, in_start: bool, depth: usize) -> Result<(), Fault> {
        if in_start {
            return Err(Fault::Order("elements in an attribute"));
        }
        let start = value.start as usize;
        self.stream(chunk, (start, start + value.len as usize), Form::Record, depth + 1)
    }

    fn element(&mut self, name: u32, depends: u16) -> u32 {
        let first = self.attributes.len() as u32;
        self.elements.push(Element { name, depends, attributes: (first, first), children: List::EMPTY });
        self.elements.len() as u32 - 1
    }

    fn end_start(&mut self, element: u32) {
        let end = self.attributes.len() as u32;
        if let Some(element) = self.elements.get_mut(element as usize) {
            element.attributes.1 = end;
        }
    }

    /// Adds a node to the attribute or the element that is being read. What would show nothing is left out.
    fn put(&mut self, chunk: &[u8], node: Node, start: Option<u32>, attribute: bool) {
        if let Node::Value(value) = node
            && value.is_empty(chunk)
        {
            return;
        }
        match start {
            None => {
                let parent = self.open.last().copied().unwrap_or(0);
                self.append(parent, node);
            }
            Some(_) if attribute => {
                let place = self.nodes.len() as u32;
                if let Some(attribute) = self.attributes.last_mut() {
                    link(&mut self.nodes, &mut attribute.value, place, node);
                }
            }
            Some(_) => {}
        }
    }

    fn append(&mut self, parent: u32, node: Node) {
        let place = self.nodes.len() as u32;
        if let Some(parent) = self.elements.get_mut(parent as usize) {
            link(&mut self.nodes, &mut parent.children, place, node);
        }
    }

    /// Puts a read element below the one around it: not at all if it depends on a value that is not there, once for
    /// each value of a list that it holds (MS-EVEN6 3.1.4.7.5), and else as it is.
    fn close(&mut self, chunk: &[u8], element: u32, form: Form, root: bool) -> Result<(), Fault> {
        let parent = self.open.last().copied().unwrap_or(0);
        if let Form::Instance { first } = form
            && !root
        {
            let depends = self.elements.get(element as usize).map_or(INDEPENDENT, |element| element.depends);
            let value = self.values.get(first + usize::from(depends));
            if depends != INDEPENDENT && value.is_some_and(|value| value.kind == value::NULL) {
                return Ok(());
            }
            return self.spread(chunk, element, parent);
        }
        self.append(parent, Node::Element(element));
        Ok(())
    }

    fn spread(&mut self, chunk: &[u8], element: u32, parent: u32) -> Result<(), Fault> {
        let Some((place, list)) = self.list_in(chunk, element) else {
            self.append(parent, Node::Element(element));
            return Ok(());
        };
        let mut items = Items::of(list, chunk);
        while let Some(item) = items.next(chunk) {
            let copy = self.copy(chunk, element, place, item)?;
            self.spread(chunk, copy, parent)?;
        }
        Ok(())
    }

    /// The first list of more than one value in an element's content, or else in its attributes: its node and value.
    fn list_in(&self, chunk: &[u8], element: u32) -> Option<(u32, Value)> {
        let element = self.elements.get(element as usize)?;
        let attributes = self.attributes_of(element).iter().map(|attribute| attribute.value);
        std::iter::once(element.children).chain(attributes).find_map(|list| {
            self.places(list).find_map(|(place, node)| match node {
                Node::Value(value) if value.kind & value::LIST != 0 && value.count(chunk) > 1 => Some((place, value)),
                _ => None,
            })
        })
    }

    /// A copy of an element with another value at one node; the elements within are shared.
    fn copy(&mut self, chunk: &[u8], element: u32, place: u32, value: Value) -> Result<u32, Fault> {
        let Some(from) = self.elements.get(element as usize).copied() else { return Err(Fault::Order("no element")) };
        let first = self.attributes.len() as u32;
        for n in from.attributes.0..from.attributes.1 {
            let Some(attribute) = self.attributes.get(n as usize).copied() else { continue };
            let list = self.copy_list(chunk, attribute.value, place, value)?;
            self.attributes.push(Attribute { name: attribute.name, value: list });
        }
        let attributes = (first, self.attributes.len() as u32);
        let children = self.copy_list(chunk, from.children, place, value)?;
        self.elements.push(Element { attributes, children, ..from });
        Ok(self.elements.len() as u32 - 1)
    }

    fn copy_list(&mut self, chunk: &[u8], list: List, place: u32, value: Value) -> Result<List, Fault> {
        let mut copy = List::EMPTY;
        let mut at = list.first;
        while let Some((node, next)) = self.nodes.get(at as usize).copied() {
            // A list in the copy is looked through again.
            let look = match node {
                Node::Value(value) if value.kind & value::LIST != 0 => value.len as usize / 16,
                _ => 0,
            };
            self.charge(1 + look)?;
            let node = if at == place { Node::Value(value) } else { node };
            if !matches!(node, Node::Value(value) if value.is_empty(chunk)) {
                let place = self.nodes.len() as u32;
                link(&mut self.nodes, &mut copy, place, node);
            }
            at = next;
        }
        Ok(copy)
    }

    pub(super) fn attributes_of(&self, element: &Element) -> &[Attribute] {
        self.attributes.get(element.attributes.0 as usize..element.attributes.1 as usize).unwrap_or_default()
    }

    /// The nodes of a list.
    pub(super) fn nodes(&self, list: List) -> impl Iterator<Item = Node> + '_ {
        self.places(list).map(|(_, node)| node)
    }

    fn places(&self, list: List) -> impl Iterator<Item = (u32, Node)> + '_ {
        let mut at = list.first;
        std::iter::from_fn(move || {
            let (node, next) = self.nodes.get(at as usize).copied()?;
            let place = std::mem::replace(&mut at, next);
            Some((place, node))
        })
    }

    /// The node after which to go on, for walks that change other parts of the tree meanwhile.
    pub(super) fn step(&self, at: &mut u32) -> Option<Node> {
        let (node, next) = self.nodes.get(*at as usize).copied()?;
        *at = next;
        Some(node)
    }
}

impl List {
    pub(super) fn start(self) -> u32 {
        self.first
    }
}

fn link(nodes: &mut Vec<(Node, u32)>, list: &mut List, place: u32, node: Node) {
    nodes.push((node, NONE));
    match nodes.get_mut(list.last as usize) {
        Some((_, next)) => *next = place,
        None => list.first = place,
    }
    list.last = place;
}
