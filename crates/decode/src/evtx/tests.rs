//! The two ways of reading a record beside each other, made-up and damaged records, and files that are none.

mod made;

use super::reader::Way;
use super::value::{STRING, Value};
use super::walk::Walk;
use super::{CHUNK, Carved, Chunks, Reader, text, time, value};
use crate::windows::Mapping;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sigma::Slate;
use std::io::Cursor;
use std::sync::Arc;

fn reader() -> Reader {
    Reader::new(Arc::new(Mapping::own().expect("our own content")))
}

/// The chunks of all recordings.
fn chunks() -> Vec<Vec<u8>> {
    let Some(data) = corpus::folder("evtx") else { return Vec::new() };
    let mut all = Vec::new();
    for path in corpus::files(&data, ".evtx") {
        let mut chunks = Chunks::new(Cursor::new(std::fs::read(path).expect("a file"))).expect("an EVTX file");
        while let Some(chunk) = chunks.next_chunk().expect("readable") {
            all.push(chunk.bytes.to_vec());
        }
    }
    all
}

/// A record's number and fields.
type Numbered = (u64, Vec<(String, String)>);

fn fields(slate: &Slate) -> Vec<(String, String)> {
    (0..slate.len()).map(|place| (slate.letters_at(place).to_owned(), slate.value_at(place).to_owned())).collect()
}

/// All records of a chunk as they come, by number; `None` for one that is refused.
fn records(reader: &mut Reader, chunk: &[u8], slate: &mut Slate) -> Vec<Option<Numbered>> {
    let mut all = Vec::new();
    while let Some(record) = reader.next(chunk, slate) {
        all.push(record.ok().map(|number| (number, fields(slate))));
    }
    all
}

#[test]
fn the_slow_way_reads_what_the_quick_way_reads() {
    let (mut reader, mut slate) = (reader(), Slate::default());
    let mut quick = 0;
    for chunk in chunks() {
        reader.open(&chunk);
        let mut walk = Walk::open(&chunk, false);
        while let Some(Ok(raw)) = walk.next(&chunk) {
            slate.clear();
            let way = reader.quick(&chunk, &raw, &mut slate).expect("a record");
            let by_plan = (way == Way::Known).then(|| fields(&slate));
            slate.clear();
            reader.slow(&chunk, &raw, &mut slate).expect("a record");
            if let Some(by_plan) = by_plan {
                assert_eq!(by_plan, fields(&slate), "record {}", raw.id);
                quick += 1;
            }
        }
    }
    assert!(quick > 5_000 || corpus::folder("evtx").is_none(), "only {quick} records went the quick way");
}

#[test]
fn values_are_written_as_windows_writes_them() {
    let rows: [(u8, &[u8]); 36] = [
        (0x00, b""),
        (0x01, b"a\0\x42\x30\0\0b\0"),
        (0x01, b"\x3d\xd8\x00\xde\x3d\xd8x\0"),
        (0x02, b"ab\0c\0"),
        (0x02, b"\x8a\xbf\x8e\x9a"),
        (0x02, b"\xe9t\xe9"),
        (0x03, b"\xff"),
        (0x04, b"\xff"),
        (0x05, b"\xfe\xff"),
        (0x06, b"\xfe\xff"),
        (0x07, b"\xfe\xff\xff\xff"),
        (0x08, b"\xfe\xff\xff\xff"),
        (0x09, b"\xfe\xff\xff\xff\xff\xff\xff\xff"),
        (0x0a, b"\xfe\xff\xff\xff\xff\xff\xff\xff"),
        (0x0b, &1.5_f32.to_le_bytes()),
        (0x0c, &1e300_f64.to_le_bytes()),
        (0x0d, b"\x01\0\0\0"),
        (0x0d, b"\x10\0\0\0"),
        (0x0e, b"\x00\xab"),
        (0x0f, b"\x03\x02\x01\x00\x05\x04\x07\x06\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"),
        (0x10, b"\x10\0\0\0"),
        (0x10, b"\x10\0\0\0\0\0\0\0"),
        (0x11, &133_000_000_012_345_678_u64.to_le_bytes()),
        (0x11, &u64::MAX.to_le_bytes()),
        (0x12, b"\xea\x07\x04\0\x03\0\x01\0\x09\0\x05\0\x06\0\x07\0"),
        (0x12, &[0; 16]),
        (0x13, b"\x01\x02\0\0\0\0\0\x05\x20\0\0\0\x20\x02\0\0"),
        (0x14, b"\xff\0\0\0"),
        (0x15, b"\0\0\0\0\0\0\0\x80"),
        (0x81, b"a\0\0\0\0\0b\0\0\0"),
        (0x82, b"a\0b"),
        (0x87, b"\x01\0\0\0\x02\0\0\0"),
        (0x8d, b"\x01\0\0\0\0\0\0\0"),
        (0x8d, b"\x01\0\0\0\xfe\xff\xff\xff"),
        (0x94, b"\x01\0\0\0\x02\0\0\0"),
        (0x93, b"\x01\x01\0\0\0\0\0\x05\x12\0\0\0\x01\x01\0\0\0\0\0\x05\x13\0\0\0"),
    ];
    let mut table = String::new();
    for (kind, bytes) in rows {
        let (read, next) = value::sized(bytes, kind, bytes.len(), 0).expect("a value");
        assert_eq!(next, bytes.len());
        let mut out = Vec::new();
        read.write(bytes, &mut out);
        table += &format!("{kind:02x} {} ({})\n", String::from_utf8(out).expect("text"), read.count(bytes));
    }
    insta::assert_snapshot!(table);
}

#[test]
fn long_text_of_any_letters_is_read_whole() {
    for length in 0..70 {
        for odd in ["", "é", "あ", "😀"] {
            let text = "abcdefghij".repeat(7)[..length].to_owned() + odd + "xyz";
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let mut out = Vec::new();
            text::utf16(&wide, &mut out);
            assert_eq!(out, text.as_bytes());
            let ended = [&wide[..], b"\0\0z\0"].concat();
            out.clear();
            text::utf16(&ended, &mut out);
            assert_eq!(out, text.as_bytes());
        }
    }
}

#[test]
fn times_are_what_the_calendar_says() {
    for (year, steps) in [(1601, 0_u64), (1970, 116_444_736_000_000_000), (2000, 125_911_584_000_000_000)] {
        let mut out = Vec::new();
        time::filetime(steps, &mut out);
        let out = String::from_utf8(out).expect("text");
        assert_eq!(out, format!("{year}-01-01T00:00:00.0000000Z"));
        assert_eq!(crate::moment(&out).map(|at| at.0), time::millis(steps));
    }
}

#[test]
fn a_text_value_ends_where_it_is_said_to_end() {
    let value = Value { kind: STRING, start: 2, len: 4 };
    let mut out = Vec::new();
    value.write(b"..a\0b\0c\0", &mut out);
    assert_eq!(out, b"ab");
}

#[test]
fn chunks_are_found_in_any_bytes() {
    let all = chunks();
    let Some(chunk) = all.first() else { return };
    let (mut reader, mut slate) = (reader(), Slate::default());
    reader.open(chunk);
    let whole = records(&mut reader, chunk, &mut slate);
    let image = [&vec![7; 1_000_003][..], chunk, b"ElfChn", &[0; 100], chunk, &chunk[..CHUNK / 2]].concat();
    let mut carved = Carved::new(Cursor::new(image));
    let mut found = Vec::new();
    while let Some((at, chunk)) = carved.next_chunk().expect("readable") {
        reader.open(chunk);
        found.push((at, records(&mut reader, chunk, &mut slate)));
    }
    assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1_000_003, 1_065_645, 1_131_181]);
    assert_eq!((&found[0].1, &found[1].1), (&whole, &whole));
    assert!(whole.starts_with(&found[2].1[..found[2].1.len().min(1)]));
}

#[test]
fn lying_heads_hide_no_record() {
    let (mut reader, mut slate) = (reader(), Slate::default());
    for chunk in chunks() {
        reader.open(&chunk);
        let whole = records(&mut reader, &chunk, &mut slate);
        let good: Vec<_> = whole.iter().flatten().cloned().collect();
        // The last record is said to be the first one, and the free space to begin right behind it, or nowhere.
        for (at, lie) in [(32, &chunk[24..32]), (48, &600_u32.to_le_bytes()[..]), (48, &[0; 4]), (48, &[0xff; 4])] {
            let mut lying = chunk.clone();
            lying[at..at + lie.len()].copy_from_slice(lie);
            reader.open(&lying);
            let found: Vec<_> = records(&mut reader, &lying, &mut slate).into_iter().flatten().collect();
            assert!(found.starts_with(&good), "{} of {} with a lie at {at}", found.len(), good.len());
        }
        // Without its head, a chunk is searched.
        let mut headless = chunk.clone();
        headless[..8].fill(0xaa);
        reader.open(&headless);
        let found = records(&mut reader, &headless, &mut slate);
        assert!(good.iter().all(|record| found.contains(&Some(record.clone()))));
    }
}

#[test]
fn damaged_chunks_give_records_or_reasons() {
    let chunks = chunks();
    if chunks.is_empty() {
        return;
    }
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60);
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    let damaged = (any::<prop::sample::Index>(), any::<bool>(), damage);
    let outcome = TestRunner::new(config).run(&damaged, |(pick, all, damage)| {
        let mut chunk = pick.get(&chunks).clone();
        // Most damage where most records are, the rest anywhere.
        for (n, (at, byte)) in damage.into_iter().enumerate() {
            let at = at.index(if n % 4 == 0 { chunk.len() } else { 8_192 });
            chunk[at] = byte;
        }
        read_all(&chunk, all);
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_after_a_good_start(bytes in prop::collection::vec(any::<u8>(), 0..600), all in any::<bool>()) {
        let mut chunk = b"ElfChnk\0".to_vec();
        chunk.resize(512, 0);
        chunk[48..52].copy_from_slice(&60_000_u32.to_le_bytes());
        chunk.extend(made::record(1, &bytes));
        read_all(&chunk, all);
    }
}

/// Reads a chunk to its end; more records than fit would mean that it never ends.
fn read_all(chunk: &[u8], all: bool) {
    let (mut reader, mut slate) = (reader(), Slate::default());
    if all {
        reader.open_all(chunk)
    } else {
        reader.open(chunk)
    }
    let mut count = 0;
    while reader.next(chunk, &mut slate).is_some() {
        count += 1;
        assert!(count <= CHUNK / 28);
        assert!(slate.text().len() <= 4 * crate::RECORD_BYTES);
    }
}
