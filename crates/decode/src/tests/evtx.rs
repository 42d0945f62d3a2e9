//! Our EVTX reader beside the `evtx` crate on the public recordings, and on damaged and made-up ones.

use crate::json;
use crate::windows::Mapping;
use sigma::Event;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The public test data beside the workspace, or `None` where it is not there; in CI it must be.
pub(crate) fn data() -> Option<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/evtx");
    if data.is_dir() {
        return Some(data);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no test data at {}", data.display());
    let _ = std::io::stderr().write_all(b"skipped: the public recordings are not beside the workspace\n");
    None
}

pub(crate) fn recordings(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            recordings(&path, found);
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("evtx")) {
            found.push(path);
        }
    }
    found.sort();
}

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
    let Some(data) = data() else { return };
    let mapping = Arc::new(Mapping::own().expect("our own content"));
    let mut files = Vec::new();
    recordings(&data, &mut files);
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
