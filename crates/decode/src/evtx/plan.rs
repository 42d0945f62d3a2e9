//! A template made ready: what is put on the slate for each record that uses it, in order.

use super::fault::Fault;
use super::lay::{self, PATH, Role};
use super::token::{self, INDEPENDENT};
use super::tree::{Element, List, Node, Tree};
use crate::windows;
use sigma::{Name, Slate};

/// What is done for one field, or for some of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Act {
    /// Text of the template itself: a part of `Plan::text`.
    Text { start: u32, len: u32 },
    /// One of the record's values. `data`: an empty one is told too, and a list gives a field for each value.
    Value { slot: u16, data: bool },
    /// One of the record's values holds elements of its own; text in its place goes the slow way.
    Within { slot: u16, place: u16 },
    /// Leaves out what comes next, if the record has no such value.
    Unless { slot: u16, skip: u16 },
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub act: Act,
    pub name: Option<Name>,
    pub role: Role,
}

#[derive(Debug, Default)]
pub(super) struct Plan {
    pub steps: Vec<Step>,
    pub text: Vec<u8>,
}

/// Where a template's elements come to lie: below nothing, or below an element of another template.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Place {
    /// The name of the element above, with all above it.
    pub path: String,
    /// It is `EventData` or the like.
    pub container: bool,
    /// Names of the elements beside.
    pub beside: Vec<String>,
}

/// Fields of one plan; what has more is read the slow way.
const STEPS: usize = 2_000;
/// Places that are remembered; real logs have four.
const PLACES: usize = 256;

/// Makes a plan of a definition that lies in `tree`, for a place; `None` for the forms that only the slow way knows.
pub(super) fn make(
    tree: &mut Tree,
    chunk: &[u8],
    place: u16,
    places: &mut Vec<Place>,
    slate: &mut Slate,
) -> Result<Option<Plan>, Fault> {
    let above = places.get(usize::from(place)).cloned().unwrap_or_default();
    let mut maker = Maker { tree, chunk, places, slate, path: above.path.clone(), plan: Plan::default() };
    let made = maker.root(&above);
    let plan = maker.plan;
    match made {
        Ok(()) => Ok(Some(plan)),
        Err(Stop::Slow) => Ok(None),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// Why there is no plan.
enum Stop {
    /// The form is one that only the slow way knows.
    Slow,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

struct Maker<'m> {
    tree: &'m mut Tree,
    chunk: &'m [u8],
    places: &'m mut Vec<Place>,
    slate: &'m mut Slate,
    path: String,
    plan: Plan,
}

/// What is known of an element's attributes before its values are.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Never,
    Always,
    Sometimes,
}

impl Maker<'_> {
    fn root(&mut self, above: &Place) -> Result<(), Stop> {
        let top = self.tree.elements.first().map(|root| root.children).ok_or(Stop::Slow)?;
        let [Node::Element(root)] = self.nodes(top)[..] else { return Err(Stop::Slow) };
        let root = self.element(root)?;
        let name = self.name(root.name)?;
        if above.beside.contains(&name) || (above.container && name == "Data") {
            return Err(Stop::Slow);
        }
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(&name);
        self.lay(root, !above.path.is_empty() && lay::holds_data(name.as_bytes()), false)
    }

    fn element(&self, place: u32) -> Result<Element, Stop> {
        self.tree.elements.get(place as usize).copied().ok_or(Stop::Slow)
    }

    fn nodes(&self, list: List) -> Vec<Node> {
        self.tree.nodes(list).collect()
    }

    fn name(&self, name: u32) -> Result<String, Stop> {
        let mut text = Vec::new();
        token::write_name(self.chunk, name, &mut text)?;
        let text = String::from_utf8(text).unwrap_or_default();
        if self.path.len() + text.len() > PATH { Err(Stop::Fault(Fault::Large)) } else { Ok(text) }
    }

    /// The steps that lay out what an element holds; its name stands in the path. As `lay::Work::lay`.
    fn lay(&mut self, element: Element, container: bool, data: bool) -> Result<(), Stop> {
        let nodes = self.nodes(element.children);
        let elements = nodes.iter().any(|node| matches!(node, Node::Element(_)));
        if data {
            return if elements { Err(Stop::Slow) } else { self.content(element.children, true) };
        }
        let shown = self.attributes(element)?;
        if elements {
            return self.children(element, &nodes, container);
        }
        let above = ["Event", "Event.System", "Event.EventData", "Event.UserData"].contains(&self.path.as_str());
        if let ([Node::Slot(slot)], true, Shown::Never) = (&nodes[..], above, shown) {
            return self.within(*slot, container, Vec::new());
        }
        let base = self.path.len();
        match shown {
            Shown::Never => {}
            Shown::Always => self.path.push_str(".#text"),
            Shown::Sometimes => {
                let text = format!("{}.#text", self.path);
                if windows::name(&text) != windows::name(&self.path) {
                    return Err(Stop::Slow);
                }
            }
        }
        self.content(element.children, false)?;
        self.path.truncate(base);
        Ok(())
    }

    /// The steps for attributes that become fields.
    fn attributes(&mut self, element: Element) -> Result<Shown, Stop> {
        let base = self.path.len();
        let mut shown = Shown::Never;
        for attribute in self.tree.attributes_of(&element).to_vec() {
            let nodes = self.nodes(attribute.value);
            let fixed = nodes.iter().any(|node| !matches!(node, Node::Slot(_)));
            shown = match shown {
                Shown::Always => Shown::Always,
                _ if fixed => Shown::Always,
                Shown::Never if nodes.is_empty() => Shown::Never,
                Shown::Never | Shown::Sometimes => Shown::Sometimes,
            };
            let name = self.name(attribute.name)?;
            self.path.push_str(".#attributes.");
            self.path.push_str(&name);
            self.content(attribute.value, false)?;
            self.path.truncate(base);
        }
        Ok(shown)
    }

    fn children(&mut self, element: Element, nodes: &[Node], container: bool) -> Result<(), Stop> {
        let mut names = Vec::new();
        let mut within = None;
        for node in nodes {
            match node {
                Node::Element(child) => {
                    let child = self.element(*child)?;
                    names.push((self.name(child.name)?, child));
                }
                Node::Slot(slot) if within.is_none() => within = Some(*slot),
                Node::Slot(_) | Node::Value(_) | Node::Char(_) | Node::Entity(_) => return Err(Stop::Slow),
            }
        }
        let loose = names.iter().any(|(_, child)| child.depends != INDEPENDENT);
        let numbered = |name: &&str| !(container && *name == "Data");
        let mut once: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).filter(numbered).collect();
        once.sort_unstable();
        // Elements of one name are numbered, and which number one has may depend on the values.
        if once.windows(2).any(|two| two[0] == two[1]) && (loose || container || within.is_some()) {
            return Err(Stop::Slow);
        }
        if let Some(slot) = within {
            // What comes in its place must come last, as the slow way lays it out.
            if container || !matches!(nodes.last(), Some(Node::Slot(_))) {
                return Err(Stop::Slow);
            }
            let base = self.path.len();
            for (name, child) in &names {
                self.child(name, *child)?;
                self.path.truncate(base);
            }
            return self.within(slot, container, names.into_iter().map(|(name, _)| name).collect());
        }
        if container { self.container(element, &names, loose) } else { self.numbered(&names) }
    }

    fn numbered(&mut self, names: &[(String, Element)]) -> Result<(), Stop> {
        let base = self.path.len();
        for (n, (name, child)) in names.iter().enumerate() {
            let before = names.iter().take(n).filter(|(other, _)| other == name).count();
            let numbered = if before > 0 { format!("{name}_{before}") } else { name.clone() };
            self.depending(*child, |maker| {
                maker.path.push('.');
                maker.path.push_str(&numbered);
                maker.lay(*child, lay::holds_data(name.as_bytes()), false)
            })?;
            self.path.truncate(base);
        }
        Ok(())
    }

    fn child(&mut self, name: &str, child: Element) -> Result<(), Stop> {
        self.depending(child, |maker| {
            maker.path.push('.');
            maker.path.push_str(name);
            maker.lay(child, lay::holds_data(name.as_bytes()), false)
        })
    }

    /// Steps of an element that may be left out.
    fn depending(&mut self, element: Element, make: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if element.depends == INDEPENDENT {
            return make(self);
        }
        let at = self.plan.steps.len();
        self.step(Act::Unless { slot: element.depends, skip: 0 }, None)?;
        make(self)?;
        let skipped = (self.plan.steps.len() - at - 1) as u16;
        if let Some(step) = self.plan.steps.get_mut(at) {
            step.act = Act::Unless { slot: element.depends, skip: skipped };
        }
        Ok(())
    }

    /// As `lay::Work::container`.
    fn container(&mut self, element: Element, names: &[(String, Element)], loose: bool) -> Result<(), Stop> {
        let mut data = Vec::new();
        for (_, child) in names.iter().filter(|(name, _)| name == "Data") {
            data.push(self.data_name(*child)?);
        }
        if data.iter().all(Option::is_none) {
            return self.unnamed(element, names);
        }
        let mut known: Vec<&String> = data.iter().flatten().collect();
        known.sort_unstable();
        let repeated = known.windows(2).any(|two| two[0] == two[1]);
        if (repeated || data.iter().any(Option::is_none)) && loose || repeated && names.len() != data.len() {
            return Err(Stop::Slow);
        }
        let base = self.path.len();
        let mut rows: Vec<(&str, u32)> = Vec::new();
        let mut data = data.iter();
        let mut last = None;
        for (name, child) in names {
            if name != "Data" {
                self.child(name, *child)?;
                self.path.truncate(base);
                continue;
            }
            let Some(Some(name)) = data.next() else {
                last = None;
                continue;
            };
            self.path.push('.');
            self.path.push_str(name);
            let times = match rows.iter_mut().find(|(known, _)| known == name) {
                Some((_, times)) => {
                    *times += u32::from(last != Some(name));
                    *times
                }
                None => {
                    rows.push((name, 0));
                    0
                }
            };
            if times > 0 {
                self.path.push_str(&format!("_{times}"));
            }
            last = Some(name);
            self.depending(*child, |maker| maker.lay(*child, false, true))?;
            self.path.truncate(base);
        }
        Ok(())
    }

    fn unnamed(&mut self, element: Element, names: &[(String, Element)]) -> Result<(), Stop> {
        let mut told = false;
        let base = self.path.len();
        for (name, child) in names {
            if name != "Data" {
                self.numbered(&[(name.clone(), *child)])?;
            } else if !told {
                told = true;
                self.path.push_str(".Data.#text");
                for node in self.nodes(element.children) {
                    let Node::Element(child) = node else { continue };
                    let child = self.element(child)?;
                    if self.name(child.name)? == "Data" {
                        self.depending(child, |maker| maker.lay(child, false, true))?;
                    }
                }
            }
            self.path.truncate(base);
        }
        Ok(())
    }

    /// The name of a `Data`, `None` if it has none.
    fn data_name(&mut self, element: Element) -> Result<Option<String>, Stop> {
        for attribute in self.tree.attributes_of(&element).to_vec() {
            if self.name(attribute.name)? != "Name" {
                continue;
            }
            if self.nodes(attribute.value).iter().any(|node| matches!(node, Node::Slot(_))) {
                return Err(Stop::Slow);
            }
            let mut name = Vec::new();
            lay::write(self.tree, self.chunk, attribute.value, &mut name)?;
            let name = String::from_utf8(name).unwrap_or_default();
            if name.len() + self.path.len() > PATH {
                return Err(Stop::Slow);
            }
            return Ok((!attribute.value.is_empty()).then_some(name));
        }
        Ok(None)
    }

    /// The step for text under the name at hand: of the template itself, or of one value.
    fn content(&mut self, list: List, data: bool) -> Result<(), Stop> {
        let Some(name) = windows::name(&self.path) else { return Ok(()) };
        let name = self.slate.name(&name).ok_or(Stop::Slow)?;
        let nodes = self.nodes(list);
        if let [Node::Slot(slot)] = nodes[..] {
            return self.step(Act::Value { slot, data }, Some(name));
        }
        if nodes.iter().any(|node| matches!(node, Node::Slot(_))) {
            return Err(Stop::Slow);
        }
        if nodes.is_empty() && !data {
            return Ok(());
        }
        let start = self.plan.text.len();
        lay::write(self.tree, self.chunk, list, &mut self.plan.text)?;
        let len = (self.plan.text.len() - start) as u32;
        self.step(Act::Text { start: start as u32, len }, Some(name))
    }

    fn within(&mut self, slot: u16, container: bool, beside: Vec<String>) -> Result<(), Stop> {
        let place = Place { path: self.path.clone(), container, beside };
        let known = self.places.iter().position(|known| *known == place);
        let at = match known {
            Some(at) => at,
            None if self.places.len() < PLACES => {
                self.places.push(place);
                self.places.len() - 1
            }
            None => return Err(Stop::Slow),
        };
        self.step(Act::Within { slot, place: at as u16 }, None)
    }

    fn step(&mut self, act: Act, name: Option<Name>) -> Result<(), Stop> {
        if self.plan.steps.len() >= STEPS {
            return Err(Stop::Slow);
        }
        self.plan.steps.push(Step { act, name, role: lay::role(&self.path) });
        Ok(())
    }
}
