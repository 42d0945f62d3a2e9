//! Our EVTX reader beside the `evtx` crate on the public recordings, and on damaged and made-up ones.

use crate::json;
use crate::windows::Mapping;
use sigma::Event;
use std::io::Cursor;
use std::sync::Arc;

/// One record as text: number, time, sources and fields.
fn shown(number: u64, event: &Event<'_>) -> String {
    let mut text = format!("{number} at {}\n", event.at);
    for source in &event.sources {
        text += &format!("  {}/{}/{}\n", source.product, source.category, source.service);
    }
    for (name, value) in &event.fields {
        text += &format!("  {name}={value:?}\n");
    }
    text
}

pub(crate) fn ours(bytes: &[u8], mapping: &Arc<Mapping>) -> Vec<Result<String, String>> {
    let mut found = Vec::new();
    crate::evtx::records(Cursor::new(bytes), mapping, &mut |record| {
        found.push(record.map(|(number, event)| shown(number, &event)));
    })
    .expect("an EVTX file");
    found
}

pub(crate) fn theirs(bytes: &[u8], mapping: &Arc<Mapping>) -> Vec<Result<String, String>> {
    let mut parser = evtx::EvtxParser::from_buffer(bytes.to_vec()).expect("an EVTX file");
    let record = |record: Result<evtx::SerializedEvtxRecord<String>, evtx::err::EvtxError>| {
        let record = record.map_err(|error| error.to_string())?;
        let event = json::event(&record.data, mapping).map_err(|error| error.to_string())?;
        Ok(shown(record.event_record_id, &event))
    };
    parser.records_json().map(record).collect()
}

#[test]
fn every_field_of_every_recording_is_as_the_evtx_crate_reads_it() {
    let Some(data) = corpus::folder("evtx") else { return };
    let mapping = Arc::new(Mapping::own().expect("our own content"));
    let files = corpus::files(&data, ".evtx");
    let mut records = 0;
    let mut differ = Vec::new();
    for path in &files {
        let bytes = std::fs::read(path).expect("a file");
        let (ours, theirs) = (ours(&bytes, &mapping), theirs(&bytes, &mapping));
        records += theirs.len();
        if ours.len() != theirs.len() {
            differ.push(format!("{}: {} records, not {}", path.display(), ours.len(), theirs.len()));
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            if ours != theirs && (ours.is_ok() || theirs.is_ok()) {
                differ.push(format!("{}:\n{ours:?}\nnot\n{theirs:?}", path.display()));
            }
        }
    }
    assert!(files.len() > 240 && records > 6_000, "{} files, {records} records", files.len());
    assert!(differ.is_empty(), "{} of {records} differ, the first:\n{}", differ.len(), differ[..differ.len().min(5)].join("\n"));
}
