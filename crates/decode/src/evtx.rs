//! EVTX files, through the `evtx` crate: records one after another, damaged ones told and passed over.

use crate::RECORD_BYTES;
use crate::json;
use crate::windows::Mapping;
use evtx::{EvtxParser, ParserSettings};
use sigma::Event;
use std::io::{Read, Seek};

/// A record's number and event, or why it cannot be read.
pub type Record<'r> = Result<(u64, Event<'r>), String>;

/// Reads the records of a file; `on` gets each event with its record's number, or the reason why one cannot be read.
///
/// Refuses a stream that does not begin as an EVTX file.
pub fn records<R: Read + Seek>(from: R, mapping: &Mapping, on: &mut dyn FnMut(Record<'_>)) -> Result<(), String> {
    let parser = EvtxParser::from_read_seek(from).map_err(|error| error.to_string())?;
    let mut parser = parser.with_configuration(ParserSettings::new());
    for record in parser.records_json() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                on(Err(error.to_string()));
                continue;
            }
        };
        if record.data.len() > RECORD_BYTES {
            on(Err(format!("record {} is longer than {RECORD_BYTES} bytes", record.event_record_id)));
            continue;
        }
        match json::event(&record.data, mapping) {
            Ok(event) => on(Ok((record.event_record_id, event))),
            Err(error) => on(Err(format!("record {}: {error}", record.event_record_id))),
        }
    }
    Ok(())
}
