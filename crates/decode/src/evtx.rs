//! EVTX files: chunks of 64 KiB, and in each of them records of binary XML, read straight onto a slate.
//!
//! After MS-EVEN6 and Joachim Metz's description of the file format (libevtx). Why the reader is our own is in
//! `docs/decisions/0009-own-evtx-reader.md`.

mod bytes;
mod chunks;
mod fault;
mod instance;
mod lay;
mod plan;
mod plans;
mod reader;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod token;
mod tree;
mod value;
mod walk;

pub use chunks::{Carved, Chunk, Chunks, Header};
pub use reader::Reader;
pub use walk::CHUNK;

use crate::windows::Mapping;
use sigma::{Event, Slate};
use std::io::{Read, Seek};
use std::sync::Arc;

/// A record's number and event, or why it cannot be read.
pub type Record<'r> = Result<(u64, Event<'r>), String>;

/// Reads the records of a file, the oldest first; `on` gets each event with its record's number, or the reason why one
/// cannot be read. For callers that want an event of its own from each record; others hold a `Reader`.
///
/// Refuses a stream that does not begin as an EVTX file.
pub fn records<R: Read + Seek>(from: R, mapping: &Arc<Mapping>, on: &mut dyn FnMut(Record<'_>)) -> Result<(), String> {
    let mut chunks = Chunks::new(from).map_err(|error| error.to_string())?;
    chunks.oldest_first().map_err(|error| error.to_string())?;
    let mut reader = Reader::new(Arc::clone(mapping));
    let mut slate = Slate::default();
    while let Some(chunk) = chunks.next_chunk().map_err(|error| error.to_string())? {
        if chunk.damaged {
            on(Err(format!("chunk {} has no beginning; what can be found in it is read", chunk.number)));
        }
        reader.open(chunk.bytes);
        while let Some(record) = reader.next(chunk.bytes, &mut slate) {
            on(record.map(|number| (number, event(&slate))));
        }
    }
    Ok(())
}

/// The event on a slate.
fn event(slate: &Slate) -> Event<'_> {
    let fields = (0..slate.len()).map(|place| (slate.letters_at(place).into(), slate.value_at(place).into()));
    Event { at: slate.at, sources: slate.sources().to_vec(), fields: fields.collect() }
}
