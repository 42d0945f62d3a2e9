//! Records of a chunk, straight onto a slate.

use super::fault::Fault;
use super::instance;
use super::lay::{Head, Layer, Role};
use super::plan::{Act, Plan, Step};
use super::plans::Plans;
use super::text;
use super::time;
use super::tree::{STEPS, Tree};
use super::value::{self, Items, Value};
use super::walk::{CHUNK, Raw, Walk};
use crate::RECORD_BYTES;
use crate::windows::{Mapper, Mapping};
use base::Moment;
use sigma::{Name, Slate};
use std::sync::Arc;

/// What all records of one chunk may expand to: bytes of text, and sixteen for each field or other step. Those of real
/// chunks stay below 1 MiB.
const CHUNK_SPENT: usize = 16 << 20;
/// Fields of one record; more are refused.
const FIELDS: usize = 10_000;
/// How deep templates lie in one another on the quick way; deeper ones go the slow way.
const DEPTH: usize = 4;

/// Reads records onto one slate: to be used with the same slate always, for it knows the slate's names by number.
///
/// A template is made into a plan when it is first seen, and known again by its content in later chunks and files. A
/// record is then its plan's steps, and allocates nothing.
#[derive(Debug)]
pub struct Reader {
    mapper: Mapper,
    walk: Walk,
    plans: Plans,
    values: Vec<Value>,
    tree: Tree,
    layer: Layer,
    channel: String,
    /// The text of the record's values one after another, and which field each part is.
    ink: Vec<u8>,
    marks: Vec<(Name, u32, u32)>,
    spent: usize,
}

/// Did the quick way know the record's form?
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Way {
    Known,
    Unknown,
}

impl Reader {
    /// A reader that knows no template yet.
    pub fn new(mapping: Arc<Mapping>) -> Reader {
        Reader {
            mapper: Mapper::new(mapping),
            walk: Walk::default(),
            plans: Plans::default(),
            values: Vec::new(),
            tree: Tree::default(),
            layer: Layer::default(),
            channel: String::new(),
            ink: Vec::new(),
            marks: Vec::new(),
            spent: 0,
        }
    }

    /// Begins a chunk: of what is longer, the first 64 KiB. One without a good head is searched for records.
    pub fn open(&mut self, chunk: &[u8]) {
        self.begin(chunk, false);
    }

    /// Begins a chunk of which every record is wanted that can still be found, old ones in its free space also.
    pub fn open_all(&mut self, chunk: &[u8]) {
        self.begin(chunk, true);
    }

    fn begin(&mut self, chunk: &[u8], all: bool) {
        self.walk = Walk::open(cut(chunk), all);
        self.plans.next_chunk();
        self.plans.spent = 0;
        self.spent = 0;
    }

    /// Lays the next record of the chunk that was opened on the slate, and gives its number; or says why one cannot be
    /// read. `None` at the chunk's end.
    pub fn next(&mut self, chunk: &[u8], slate: &mut Slate) -> Option<Result<u64, String>> {
        let chunk = cut(chunk);
        loop {
            let raw = match self.walk.next(chunk)? {
                Ok(raw) => raw,
                Err(broken) => return Some(Err(broken)),
            };
            if self.spent + self.plans.spent > CHUNK_SPENT {
                self.walk = Walk::open(&[], false);
                return Some(Err(format!("record {}: {}", raw.id, Fault::Spent)));
            }
            match self.record(chunk, &raw, slate) {
                Ok(()) => return Some(Ok(raw.id)),
                // What only looked like a record was none.
                Err(_) if self.walk.scans() => self.walk.was_none(&raw),
                Err(fault) => return Some(Err(format!("record {}: {fault}", raw.id))),
            }
        }
    }

    fn record(&mut self, chunk: &[u8], raw: &Raw, slate: &mut Slate) -> Result<(), Fault> {
        slate.clear();
        self.layer.head = Head::default();
        let mut laid = self.quick(chunk, raw, slate);
        if laid == Ok(Way::Unknown) {
            slate.clear();
            laid = self.slow(chunk, raw, slate).map(|()| Way::Known);
        }
        self.spent += slate.text().len() + self.ink.len() + 16 * (self.marks.len() + self.values.len()) + 64;
        laid?;
        self.finish(raw, slate)
    }

    /// By the plan of the record's template.
    pub(super) fn quick(&mut self, chunk: &[u8], raw: &Raw, slate: &mut Slate) -> Result<Way, Fault> {
        self.values.clear();
        self.ink.clear();
        self.marks.clear();
        let Some(instance) = instance::alone(chunk, raw.start, raw.end, &mut self.values)? else { return Ok(Way::Unknown) };
        let Some(plan) = self.plans.find((chunk, instance.definition), 0, &mut self.tree, slate)? else {
            return Ok(Way::Unknown);
        };
        let way = self.run(chunk, &plan, (0, 0), slate)?;
        if way == Way::Known {
            slate.put_all(std::str::from_utf8(&self.ink).unwrap_or_default(), &self.marks);
        }
        Ok(way)
    }

    pub(super) fn slow(&mut self, chunk: &[u8], raw: &Raw, slate: &mut Slate) -> Result<(), Fault> {
        let read = self.tree.record(chunk, raw.start, raw.end);
        let laid = read.and_then(|()| self.layer.lay(&mut self.tree, chunk, slate));
        self.spent += 16 * (STEPS - self.tree.left) as usize;
        laid
    }

    /// Does a plan's steps with the values from `first` on.
    fn run(&mut self, chunk: &[u8], plan: &Plan, (first, depth): (usize, usize), slate: &mut Slate) -> Result<Way, Fault> {
        let mut skip = 0;
        for step in &plan.steps {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            match step.act {
                Act::Text { start, len } => {
                    let begin = self.ink.len();
                    self.ink.extend_from_slice(plan.text.get(start as usize..(start + len) as usize).unwrap_or_default());
                    self.mark(step, begin, None)?;
                }
                Act::Value { slot, data } => {
                    let value = self.value(first, slot);
                    if self.put(chunk, step, value, data)? == Way::Unknown {
                        return Ok(Way::Unknown);
                    }
                }
                Act::Within { slot, place } => {
                    let value = self.value(first, slot);
                    let way = match value.kind {
                        value::BINXML if value.len > 0 => self.within(chunk, value, (place, depth + 1), slate)?,
                        value::BINXML => Way::Known,
                        _ if value.is_empty(chunk) => Way::Known,
                        _ => Way::Unknown,
                    };
                    if way == Way::Unknown {
                        return Ok(Way::Unknown);
                    }
                }
                Act::Unless { slot, skip: steps } => {
                    let value = self.values.get(first + usize::from(slot));
                    if value.is_some_and(|value| value.kind == value::NULL) {
                        skip = steps;
                    }
                }
            }
        }
        Ok(Way::Known)
    }

    fn value(&self, first: usize, slot: u16) -> Value {
        self.values.get(first + usize::from(slot)).copied().unwrap_or(Value::ABSENT)
    }

    /// Writes a value of the record.
    #[inline]
    fn put(&mut self, chunk: &[u8], step: &Step, value: Value, data: bool) -> Result<Way, Fault> {
        let begin = self.ink.len();
        match value.kind {
            value::STRING => {
                text::utf16(value.bytes(chunk), &mut self.ink);
                if self.ink.len() == begin && !data {
                    return Ok(Way::Known);
                }
            }
            value::BINXML if value.len > 0 => return Ok(Way::Unknown),
            kind if kind & value::LIST != 0 => return self.list(chunk, step, value, data),
            _ if !data && value.is_empty(chunk) => return Ok(Way::Known),
            _ => value.write(chunk, &mut self.ink),
        }
        self.mark(step, begin, Some((chunk, value)))?;
        Ok(Way::Known)
    }

    /// A list repeats the element that holds it: a `Data` is then a field of several values.
    fn list(&mut self, chunk: &[u8], step: &Step, value: Value, data: bool) -> Result<Way, Fault> {
        if !data && value.count(chunk) > 1 {
            return Ok(Way::Unknown);
        }
        if value.len == 0 {
            if data {
                self.mark(step, self.ink.len(), None)?;
            }
            return Ok(Way::Known);
        }
        let mut items = Items::of(value, chunk);
        while let Some(item) = items.next(chunk) {
            let begin = self.ink.len();
            item.write(chunk, &mut self.ink);
            self.mark(step, begin, None)?;
        }
        Ok(Way::Known)
    }

    /// Makes what was written since `begin` the value of a step's field.
    #[inline]
    fn mark(&mut self, step: &Step, begin: usize, value: Option<(&[u8], Value)>) -> Result<(), Fault> {
        let end = self.ink.len();
        if step.role != Role::None {
            self.note(step, value);
        }
        if let Some(name) = step.name {
            self.marks.push((name, begin as u32, end as u32));
        }
        if end > RECORD_BYTES || self.marks.len() > FIELDS { Err(Fault::Large) } else { Ok(()) }
    }

    /// The elements that a value holds, if they are those of one template.
    fn within(&mut self, chunk: &[u8], value: Value, (place, depth): (u16, usize), slate: &mut Slate) -> Result<Way, Fault> {
        if depth > DEPTH {
            return Ok(Way::Unknown);
        }
        let first = self.values.len();
        let start = value.start as usize;
        let instance = instance::alone(chunk, start, start + value.len as usize, &mut self.values)?;
        let Some(instance) = instance else { return Ok(Way::Unknown) };
        match self.plans.find((chunk, instance.definition), place, &mut self.tree, slate)? {
            Some(plan) => self.run(chunk, &plan, (first, depth), slate),
            None => Ok(Way::Unknown),
        }
    }

    /// Notes that the next field says what the record is.
    fn note(&mut self, step: &Step, value: Option<(&[u8], Value)>) {
        let head = &mut self.layer.head;
        let place = Some(self.marks.len() as u32);
        match step.role {
            Role::None => {}
            Role::Channel => head.channel = head.channel.or(place),
            Role::Number => head.number = head.number.or(place),
            Role::Time => {
                head.time = head.time.or(place);
                head.at = value.and_then(|(chunk, value)| value.filetime(chunk)).and_then(time::millis);
            }
        }
    }

    /// Says when the event was and what it is.
    fn finish(&mut self, raw: &Raw, slate: &mut Slate) -> Result<(), Fault> {
        let head = self.layer.head;
        let text = |place: Option<u32>| place.map_or("", |place| slate.value_at(place as usize));
        let at = head.at.or_else(|| crate::moment(text(head.time)).map(|Moment(at)| at));
        let number = text(head.number).trim().parse().unwrap_or(0);
        self.channel.clear();
        self.channel.push_str(text(head.channel));
        if head.channel.is_none() && head.number.is_none() {
            return Err(Fault::Nameless);
        }
        slate.at = at.or_else(|| time::millis(raw.written)).unwrap_or(0);
        self.mapper.finish(slate, &self.channel, number);
        Ok(())
    }
}

/// A chunk is 64 KiB at most.
fn cut(chunk: &[u8]) -> &[u8] {
    chunk.get(..CHUNK).unwrap_or(chunk)
}
