//! The events of a block, one after another onto a slate.

use crate::blocks::Block;
use decode::kind::{self, Kind};
use decode::objects::Objects;
use decode::windows::Mapping;
use decode::{RECORD_BYTES, audit, evtx, text};
use sigma::Slate;
use std::io::{self, Read};

/// What a thread needs to read any kind.
#[derive(Debug)]
pub(crate) struct Reading {
    pub mapping: Mapping,
    /// Settles the year of log lines that have none.
    pub now: base::Moment,
    /// How far local time is from UTC, in milliseconds.
    pub east: i64,
}

/// A record that cannot be read.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub line: Option<u64>,
    pub reason: String,
}

/// A record's number, or why it cannot be read.
pub(crate) type Record = Result<u64, Trouble>;

/// The events of a block or stream. Each lies on the slate until the next is asked for.
pub(crate) enum Source<'b> {
    Lines { kind: Kind, lines: Lines<'b> },
    Audit { lines: Lines<'b>, starts: audit::Starts, record: Option<wire::Event>, last: u64 },
    Evtx(std::vec::IntoIter<Recorded>),
    Objects(Objects<&'b mut dyn Read>),
    Nothing,
}

impl<'b> Source<'b> {
    pub fn of(block: &'b Block, reading: &Reading) -> Source<'b> {
        let lines = Lines { rest: &block.bytes, number: block.lines, cut: false };
        match block.of.kind {
            Kind::Evtx => Source::Evtx(recorded(block, reading)),
            Kind::Audit => Source::Audit { lines, starts: audit::Starts::default(), record: None, last: 0 },
            kind @ (Kind::JsonLines | Kind::Syslog | Kind::Cisco | Kind::WebAccess | Kind::WebError) => {
                Source::Lines { kind, lines }
            }
            Kind::Csv
            | Kind::W3c
            | Kind::ZeekTsv
            | Kind::Squid
            | Kind::EvtxPiece
            | Kind::Json
            | Kind::Empty
            | Kind::Unknown => Source::Nothing,
        }
    }

    /// The objects of a stream that has no lines to cut it at.
    pub fn objects(from: &'b mut dyn Read) -> io::Result<Source<'b>> {
        Ok(Source::Objects(Objects::new(from)?))
    }

    /// Lays out the next event; `None` at the end.
    pub fn next(&mut self, reading: &Reading, slate: &mut Slate) -> io::Result<Option<Record>> {
        match self {
            Source::Lines { kind, lines } => Ok(lines.next_line().map(|line| {
                let (number, line) = line?;
                let event = kind::line(*kind, &line, &reading.mapping, reading.now, reading.east);
                slate.lay(&event.map_err(|reason| Trouble { line: Some(number), reason })?);
                Ok(number)
            })),
            Source::Audit { lines, starts, record, last } => Ok(next_audit(lines, starts, record, last, slate)),
            Source::Evtx(records) => Ok(records.next().map(|record| {
                let (number, event, sources) = record.map_err(|reason| Trouble { line: None, reason })?;
                slate.lay_wire(&event);
                slate.set_sources(&sources);
                Ok(number)
            })),
            Source::Objects(objects) => {
                let Some(object) = objects.next_object()? else { return Ok(None) };
                let number = object.number;
                let read = object.text.and_then(|text| {
                    let event = decode::json::event(text, &reading.mapping).map_err(|error| error.to_string())?;
                    slate.lay(&event);
                    Ok(number)
                });
                Ok(Some(read.map_err(|reason| Trouble { line: None, reason: format!("object {number}: {reason}") })))
            }
            Source::Nothing => Ok(None),
        }
    }
}

/// Audit records one by one, and the program starts that they tell of together: such a start comes before the record that
/// follows it.
fn next_audit(
    lines: &mut Lines<'_>,
    starts: &mut audit::Starts,
    record: &mut Option<wire::Event>,
    last: &mut u64,
    slate: &mut Slate,
) -> Option<Record> {
    let lay = |event: &wire::Event, slate: &mut Slate| slate.lay_wire(event);
    if let Some(record) = record.take() {
        lay(&record, slate);
        return Some(Ok(*last));
    }
    let (number, line) = match lines.next_line() {
        Some(Ok(line)) => line,
        Some(Err(trouble)) => return Some(Err(trouble)),
        None => {
            let start = starts.end()?;
            lay(&start, slate);
            return Some(Ok(*last));
        }
    };
    let Some(new) = audit::record(&line) else {
        return Some(Err(Trouble { line: Some(number), reason: "this line is no audit record".into() }));
    };
    let before = std::mem::replace(last, number);
    match starts.add(&new) {
        Some(start) => {
            lay(&start, slate);
            *record = Some(new);
            Some(Ok(before))
        }
        None => {
            lay(&new, slate);
            Some(Ok(number))
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
    fn next_line(&mut self) -> Option<Result<(u64, std::borrow::Cow<'b, str>), Trouble>> {
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
            let line = text::decode(line);
            if !line.trim().is_empty() {
                return Some(Ok((self.number, line)));
            }
        }
        None
    }
}

type Recorded = Result<(u64, wire::Event, Vec<sigma::Source<'static>>), String>;

fn recorded(block: &Block, reading: &Reading) -> std::vec::IntoIter<Recorded> {
    let mut records: Vec<Recorded> = Vec::new();
    let file = io::Cursor::new([block.of.head.as_slice(), block.bytes.as_slice()].concat());
    let outcome = evtx::records(file, &reading.mapping, &mut |record| {
        records.push(record.map(|(number, event)| {
            let owned = |source: &sigma::Source<'_>| {
                sigma::Source::new(
                    source.product.clone().into_owned(),
                    source.category.clone().into_owned(),
                    source.service.clone().into_owned(),
                )
            };
            (number, event.to_wire(), event.sources.iter().map(owned).collect())
        }));
    });
    records.extend(outcome.err().map(Err));
    records.into_iter()
}
