//! Reading EVTX records allocates nothing once each template was seen. In a binary of its own, for it counts all
//! allocations of the process.

use decode::evtx::{Chunks, Reader};
use decode::windows::Mapping;
use sigma::Slate;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

fn chunks_of(folder: &Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for path in corpus::files(folder, ".evtx") {
        let mut chunks = Chunks::new(File::open(path).expect("a file")).expect("an EVTX file");
        while let Some(chunk) = chunks.next_chunk().expect("a file that can be read") {
            found.push(chunk.bytes.to_vec());
        }
    }
    found
}

fn read(chunks: &[Vec<u8>], reader: &mut Reader, slate: &mut Slate) -> usize {
    let mut events = 0;
    for chunk in chunks {
        reader.open(chunk);
        while let Some(record) = reader.next(chunk, slate) {
            // A refusal may allocate its reason.
            events += usize::from(record.is_ok());
        }
    }
    events
}

#[test]
fn no_record_allocates_once_its_template_was_seen() {
    let Some(data) = corpus::folder("evtx") else { return };
    let chunks = chunks_of(&data);
    let mut reader = Reader::new(Arc::new(Mapping::own().expect("our own content")));
    let mut slate = Slate::default();
    let events = read(&chunks, &mut reader, &mut slate);
    assert!(events > 6_000, "{events} events");
    let mut again = 0;
    let counted = allocation_counter::measure(|| again = read(&chunks, &mut reader, &mut slate));
    assert_eq!(again, events);
    assert_eq!(counted.count_total, 0, "{counted:?} for {events} events");
}
