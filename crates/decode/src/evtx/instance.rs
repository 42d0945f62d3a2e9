//! A template with the values that one record gives it.

use super::bytes::{slice_at, u32_at};
use super::fault::Fault;
use super::value::{self, Value};

/// Where a record's template is defined, and what comes after its values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instance {
    /// The place of the definition in the chunk.
    pub definition: usize,
    /// Behind the last value.
    pub end: usize,
}

/// A definition's head: a link to the next one, its GUID and its size.
pub(super) const HEAD: usize = 24;

/// Reads the values of a template behind its token, and adds them to `values`.
pub(super) fn read(chunk: &[u8], at: usize, values: &mut Vec<Value>) -> Result<Instance, Fault> {
    // A byte and the definition's number come before its place.
    let definition = Fault::short(u32_at(chunk, at + 5), "template")? as usize;
    let mut at = at + 9;
    if at == definition {
        // The definition lies right here, where it is used for the first time.
        at += HEAD + Fault::short(u32_at(chunk, at + 20), "template")? as usize;
    }
    let count = Fault::short(u32_at(chunk, at), "table of values")? as usize;
    let table = count.checked_mul(4).and_then(|len| slice_at(chunk, at + 4, len));
    let table = Fault::short(table, "table of values")?;
    at += 4 + table.len();
    let table = table.as_chunks::<4>().0;
    values.reserve(table.len());
    for [low, high, kind, _] in table {
        let size = usize::from(u16::from_le_bytes([*low, *high]));
        let (value, next) = value::sized(chunk, *kind, size, at)?;
        values.push(value);
        at = next;
    }
    Ok(Instance { definition, end: at })
}

/// The tokens of a definition.
pub(super) fn body(chunk: &[u8], definition: usize) -> Result<std::ops::Range<usize>, Fault> {
    let size = Fault::short(u32_at(chunk, definition + 20), "template")? as usize;
    let start = definition + HEAD;
    Fault::short(slice_at(chunk, start, size), "template").map(|body| start..start + body.len())
}

/// The template and its values if a record, or a value of one, is nothing else but these, as nearly all are.
pub(super) fn alone(chunk: &[u8], start: usize, end: usize, values: &mut Vec<Value>) -> Result<Option<Instance>, Fault> {
    let at = match chunk.get(start..end) {
        Some([0x0f, _, _, _, 0x0c, ..]) => start + 5,
        Some([0x0c, ..]) => start + 1,
        _ => return Ok(None),
    };
    let instance = read(chunk, at, values)?;
    let rest = chunk.get(instance.end..end).unwrap_or_default();
    Ok(matches!(rest, [] | [0x00, ..]).then_some(instance))
}
