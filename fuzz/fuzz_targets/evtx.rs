//! Any bytes as an EVTX file, read by chunks as they stand, and carved.
#![no_main]

use decode::evtx::{Carved, Chunks, Reader};
use decode::windows::Mapping;
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use std::sync::{Arc, LazyLock};

static MAPPING: LazyLock<Arc<Mapping>> = LazyLock::new(|| Arc::new(Mapping::own().expect("our own content")));

fn records(chunk: &[u8], whole: bool) {
    let mut slate = sigma::Slate::default();
    let mut reader = Reader::new(Arc::clone(&MAPPING));
    if whole { reader.open_all(chunk) } else { reader.open(chunk) }
    while let Some(record) = reader.next(chunk, &mut slate) {
        if record.is_ok() {
            let _ = slate.to_wire();
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mut chunks) = Chunks::new(Cursor::new(bytes)) {
        while let Ok(Some(chunk)) = chunks.next_chunk() {
            records(chunk.bytes, false);
        }
    }
    let mut carved = Carved::new(Cursor::new(bytes));
    while let Ok(Some((_, chunk))) = carved.next_chunk() {
        records(chunk, true);
    }
    records(bytes, true);
});
