//! The events of a block or a stream, one after another onto a slate.

use crate::blocks::{Block, CHUNK};
use decode::objects::Objects;
use decode::windows::Mapping;
use decode::{RECORD_BYTES, evtx, json, lines, text};
use sigma::Slate;
use std::borrow::Cow;
use std::io::{self, Read};
use std::slice;
use std::sync::Arc;

/// The readers of a thread, for each kind. To be used with one slate only, for they know its names by number.
#[derive(Debug)]
pub(crate) struct Readers {
    lines: lines::Reader,
    json: json::Reader,
    evtx: evtx::Reader,
}

/// A record that cannot be read.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub line: Option<u64>,
    pub reason: String,
}

/// A record's number, or why it cannot be read.
pub(crate) type Record = Result<u64, Trouble>;

/// Where events come from. Each lies on the slate until the next is asked for.
pub(crate) enum Source<'b> {
    Lines {
        lines: Lines<'b>,
        /// The line before the last: what several lines made together ends there.
        before: u64,
        number: u64,
        ended: bool,
    },
    Chunks {
        chunks: slice::Chunks<'b, u8>,
        open: &'b [u8],
        number: u64,
    },
    Carved {
        chunks: evtx::Carved<&'b mut dyn Read>,
        open: Vec<u8>,
    },
    Objects(Objects<&'b mut dyn Read>),
}

impl Readers {
    /// `now` settles the year of log lines that have none; `east` is how far local time is from UTC, in milliseconds.
    pub fn new(mapping: &Arc<Mapping>, now: base::Moment, east: i64) -> Readers {
        Readers {
            lines: lines::Reader::new(Arc::clone(mapping), now, east),
            json: json::Reader::new(Arc::clone(mapping)),
            evtx: evtx::Reader::new(Arc::clone(mapping)),
        }
    }
}

impl<'b> Source<'b> {
    /// The chunks of a block of a Windows event log.
    pub fn chunks(block: &'b Block) -> Source<'b> {
        Source::Chunks { chunks: block.bytes.chunks(CHUNK), open: &[], number: block.before }
    }

    /// The lines of a block.
    pub fn lines(block: &'b Block, readers: &mut Readers, slate: &mut Slate) -> Source<'b> {
        readers.lines.open(block.of.kind, &block.head, slate);
        let lines = Lines { rest: &block.bytes, number: block.before, cut: false };
        Source::Lines { lines, before: block.before, number: block.before, ended: false }
    }

    /// The objects of a stream that has no lines to cut it at.
    pub fn objects(from: &'b mut dyn Read) -> io::Result<Source<'b>> {
        Ok(Source::Objects(Objects::new(from)?))
    }

    /// The records in a piece of a disk, or of a damaged Windows event log.
    pub fn carved(from: &'b mut dyn Read) -> Source<'b> {
        Source::Carved { chunks: evtx::Carved::new(from), open: Vec::new() }
    }

    /// Lays out the next event; `None` at the end.
    pub fn next(&mut self, readers: &mut Readers, slate: &mut Slate) -> io::Result<Option<Record>> {
        match self {
            Source::Lines { lines, before, number, ended } => {
                Ok(next_line(lines, (before, number, ended), &mut readers.lines, slate))
            }
            Source::Chunks { chunks, open, number } => Ok(next_record(chunks, open, number, &mut readers.evtx, slate)),
            Source::Carved { chunks, open } => loop {
                if let Some(record) = readers.evtx.next(open, slate) {
                    return Ok(Some(record.map_err(untold)));
                }
                let Some((_, chunk)) = chunks.next_chunk()? else { return Ok(None) };
                open.clear();
                open.extend_from_slice(chunk);
                readers.evtx.open_all(open);
            },
            Source::Objects(objects) => {
                let Some(object) = objects.next_object()? else { return Ok(None) };
                let number = object.number;
                let read = object.text.and_then(|text| readers.json.read(text, slate).map_err(|error| error.to_string()));
                Ok(Some(read.map(|()| number).map_err(|reason| untold(format!("object {number}: {reason}")))))
            }
        }
    }
}

fn untold(reason: String) -> Trouble {
    Trouble { line: None, reason }
}

/// The event of the next line that has one, or what the lines before it made together.
fn next_line(
    lines: &mut Lines<'_>,
    (before, number, ended): (&mut u64, &mut u64, &mut bool),
    reader: &mut lines::Reader,
    slate: &mut Slate,
) -> Option<Record> {
    if reader.more(slate) {
        return Some(Ok(*before));
    }
    while let Some(line) = lines.next_line() {
        let (at, line) = match line {
            Ok(line) => line,
            Err(trouble) => return Some(Err(trouble)),
        };
        (*before, *number) = (*number, at);
        match reader.read(&line, slate) {
            Ok(true) => return Some(Ok(at)),
            Ok(false) => {}
            Err(reason) => return Some(Err(Trouble { line: Some(at), reason })),
        }
    }
    if !std::mem::replace(ended, true) && reader.end(slate) {
        return Some(Ok(*number));
    }
    None
}

/// The next record of the chunks of a Windows event log. Chunks that are empty are passed over; damaged ones are told and
/// searched for what is left in them.
fn next_record<'b>(
    chunks: &mut slice::Chunks<'b, u8>,
    open: &mut &'b [u8],
    number: &mut u64,
    reader: &mut evtx::Reader,
    slate: &mut Slate,
) -> Option<Record> {
    loop {
        if !open.is_empty()
            && let Some(record) = reader.next(open, slate)
        {
            return Some(record.map_err(untold));
        }
        *open = chunks.next()?;
        *number += 1;
        if open.starts_with(b"ElfChnk\0") {
            reader.open(open);
        } else if open.iter().all(|byte| *byte == 0) {
            *open = &[];
        } else {
            reader.open(open);
            return Some(Err(untold(format!("chunk {} has no beginning; what can be found in it is read", *number - 1))));
        }
    }
}

/// The lines of a block that are not blank.
pub(crate) struct Lines<'b> {
    rest: &'b [u8],
    number: u64,
    /// The line at hand was too long, which is still to be told.
    cut: bool,
}

impl<'b> Lines<'b> {
    fn next_line(&mut self) -> Option<Result<(u64, Cow<'b, str>), Trouble>> {
        if std::mem::take(&mut self.cut) {
            let reason = format!("longer than {RECORD_BYTES} bytes; only its start was read");
            return Some(Err(Trouble { line: Some(self.number), reason }));
        }
        while !self.rest.is_empty() {
            let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
            let (mut line, rest) = self.rest.split_at(end);
            self.rest = rest.get(1..).unwrap_or_default();
            self.number += 1;
            if let Some(start) = line.get(..RECORD_BYTES).filter(|start| start.len() < line.len()) {
                line = start;
                self.cut = true;
            }
            while let [start @ .., b'\r'] = line {
                line = start;
            }
            if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                return Some(Ok((self.number, text::decode(line))));
            }
        }
        None
    }
}
