//! Any text as lines of JSON, whoever may have written them.
#![no_main]

use decode::json::Reader;
use decode::windows::Mapping;
use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, LazyLock};

static MAPPING: LazyLock<Arc<Mapping>> = LazyLock::new(|| Arc::new(Mapping::own().expect("our own content")));

fuzz_target!(|text: &str| {
    let mut slate = sigma::Slate::default();
    let mut reader = Reader::new(Arc::clone(&MAPPING));
    for line in text.lines() {
        if reader.read(line, &mut slate).is_ok() {
            let _ = slate.to_wire();
        }
    }
});
