//! Records made up to hold what real ones seldom do, read beside the `evtx` crate.

use super::super::value::LIST;
use super::{read_all, reader};
use crate::evtx::{CHUNK, Chunks};
use crate::tests::evtx::{ours, theirs};
use crate::windows::Mapping;
use sigma::Slate;
use std::io::Cursor;

/// Where the content of the first record of a chunk begins.
const START: usize = 512 + 24;

/// Writes binary XML as it lies in the first record of a chunk.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    /// Is a template's definition being written? Its elements say what they depend on.
    template: bool,
}

impl Writer {
    fn put(&mut self, bytes: &[u8]) -> &mut Writer {
        self.bytes.extend_from_slice(bytes);
        self
    }

    fn name(&mut self, name: &str) -> &mut Writer {
        let at = (START + self.bytes.len() + 4) as u32;
        self.put(&at.to_le_bytes()).put(&[0; 6]).put(&(name.len() as u16).to_le_bytes()).put(&wide(name)).put(&[0; 2])
    }

    fn open(&mut self, name: &str, attributes: &[(&str, Held)]) -> &mut Writer {
        self.open_if(name, attributes, 0xffff)
    }

    fn open_if(&mut self, name: &str, attributes: &[(&str, Held)], depends: u16) -> &mut Writer {
        self.put(&[if attributes.is_empty() { 0x01 } else { 0x41 }]);
        if self.template {
            self.put(&depends.to_le_bytes());
        }
        self.put(&[0; 4]).name(name);
        if !attributes.is_empty() {
            self.put(&[0; 4]);
        }
        for (name, held) in attributes {
            self.put(&[0x06]).name(name).hold(*held);
        }
        self.put(&[0x02])
    }

    fn hold(&mut self, held: Held) -> &mut Writer {
        match held {
            Held::Text(text) => self.put(&[0x05, 0x01]).put(&(text.len() as u16).to_le_bytes()).put(&wide(text)),
            Held::CData(text) => self.put(&[0x07]).put(&(text.len() as u16).to_le_bytes()).put(&wide(text)),
            Held::Char(letter) => self.put(&[0x08]).put(&letter.to_le_bytes()),
            Held::Entity(name) => self.put(&[0x09]).name(name),
            Held::Slot(slot) => self.put(&[0x0d]).put(&slot.to_le_bytes()).put(&[0x01]),
            Held::Optional(slot) => self.put(&[0x0e]).put(&slot.to_le_bytes()).put(&[0x01]),
        }
    }

    fn close(&mut self) -> &mut Writer {
        self.put(&[0x04])
    }

    fn leaf(&mut self, name: &str, attributes: &[(&str, Held)], held: &[Held]) -> &mut Writer {
        self.open(name, attributes);
        held.iter().for_each(|held| {
            self.hold(*held);
        });
        self.close()
    }

    fn system(&mut self) -> &mut Writer {
        self.open("System", &[]).leaf("Provider", &[("Name", Held::Text("Made"))], &[]);
        self.leaf("EventID", &[("Qualifiers", Held::Text("7"))], &[Held::Text("4688")]);
        self.leaf("TimeCreated", &[("SystemTime", Held::Text("2026-04-01T00:05:00.1234567Z"))], &[]);
        self.leaf("Channel", &[], &[Held::Text("Security")]).close()
    }

    /// A template whose definition `define` writes, with values of types.
    fn instance(&mut self, define: impl FnOnce(&mut Writer), values: &[(u8, &[u8])]) -> &mut Writer {
        self.put(&[0x0c, 0x01, 0, 0, 0, 0]);
        let definition = (START + self.bytes.len() + 4) as u32;
        self.put(&definition.to_le_bytes()).put(&[0; 4]).put(&[9; 16]).put(&[0; 4]);
        let body = self.bytes.len();
        let before = std::mem::replace(&mut self.template, true);
        self.put(&[0x0f, 1, 1, 0]);
        define(self);
        self.put(&[0x00]);
        self.template = before;
        let size = (self.bytes.len() - body) as u32;
        self.bytes[body - 4..body].copy_from_slice(&size.to_le_bytes());
        self.values(values)
    }

    fn values(&mut self, values: &[(u8, &[u8])]) -> &mut Writer {
        self.put(&(values.len() as u32).to_le_bytes());
        for (kind, bytes) in values {
            self.put(&(bytes.len() as u16).to_le_bytes()).put(&[*kind, 0]);
        }
        values.iter().for_each(|(_, bytes)| {
            self.put(bytes);
        });
        self
    }
}

#[derive(Clone, Copy)]
enum Held<'h> {
    Text(&'h str),
    CData(&'h str),
    Char(u16),
    Entity(&'h str),
    Slot(u16),
    Optional(u16),
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A record of a number with its content.
pub(super) fn record(number: u64, content: &[u8]) -> Vec<u8> {
    let size = ((content.len() + 28) as u32).to_le_bytes();
    [b"\x2a\x2a\0\0", &size[..], &number.to_le_bytes(), &133_000_000_000_000_000_u64.to_le_bytes(), content, &size].concat()
}

/// A chunk with one record.
fn chunk(content: &[u8]) -> Vec<u8> {
    let mut chunk = b"ElfChnk\0".to_vec();
    for number in [1_u64; 4] {
        chunk.extend(number.to_le_bytes());
    }
    chunk.extend(128_u32.to_le_bytes());
    chunk.extend(512_u32.to_le_bytes());
    chunk.extend(((START + content.len() + 4) as u32).to_le_bytes());
    chunk.resize(512, 0);
    chunk.extend(record(1, content));
    chunk.resize(CHUNK, 0);
    chunk
}

fn file(content: &[u8]) -> Vec<u8> {
    let mut file = b"ElfFile\0".to_vec();
    file.resize(32, 0);
    file.extend([128, 0, 0, 0, 1, 0, 3, 0, 0, 16, 1, 0]);
    file.resize(4_096, 0);
    file.extend(chunk(content));
    file
}

/// Writes an event with what comes after its `System`, without a template and with one.
fn event(body: impl Fn(&mut Writer), values: &[(u8, &[u8])]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.put(&[0x0f, 1, 1, 0]);
    writer.instance(
        |writer| {
            writer.open("Event", &[("xmlns", Held::Text("http://x"))]).system();
            body(writer);
            writer.close();
        },
        values,
    );
    writer.put(&[0]);
    writer.bytes
}

fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let data = |name: &'static str, held: Held<'static>| {
        move |writer: &mut Writer| {
            writer.leaf("Data", &[("Name", Held::Text(name))], &[held]);
        }
    };
    let texts = [&wide("one")[..], &[0; 4], &wide("three"), &[0; 2]].concat();
    let list: &[u8] = &texts;
    let mut bare = Writer::default();
    bare.put(&[0x0f, 1, 1, 0]).open("Event", &[]).system().open("EventData", &[]);
    bare.leaf(
        "Data",
        &[("Name", Held::Text("A"))],
        &[Held::Text("x"), Held::CData("<y>"), Held::Char(0x3042), Held::Entity("amp")],
    );
    bare.leaf("Data", &[("Name", Held::Text("B"))], &[Held::Entity("euro")]).leaf("Data", &[("Name", Held::Text("C"))], &[]);
    bare.close().close().put(&[0]);
    vec![
        ("no template, all sorts of text", bare.bytes),
        (
            "names that repeat, in a row and later",
            event(
                |writer| {
                    writer.open("EventData", &[]);
                    for (name, slot) in [("A", 0), ("A", 1), ("B", 0), ("A", 1), ("A", 0), ("B", 1)] {
                        data(name, Held::Slot(slot))(writer);
                    }
                    writer.close();
                },
                &[(0x01, &wide("x")), (0x08, &[1, 0, 0, 0])],
            ),
        ),
        (
            "lists in data with and without names",
            event(
                |writer| {
                    writer.open("EventData", &[]);
                    data("A", Held::Slot(0))(writer);
                    data("E", Held::Slot(1))(writer);
                    data("N", Held::Optional(2))(writer);
                    writer.close();
                },
                &[(0x01 | LIST, list), (0x01 | LIST, b""), (0x07 | LIST, &[1, 0, 0, 0, 2, 0, 0, 0])],
            ),
        ),
        (
            "nameless data",
            event(
                |writer| {
                    writer.open("EventData", &[]);
                    for slot in [0, 1, 2] {
                        writer.leaf("Data", &[], &[Held::Slot(slot)]);
                    }
                    writer.leaf("Binary", &[], &[Held::Slot(3)]).close();
                },
                &[(0x01, &wide("x")), (0x01 | LIST, list), (0x00, b""), (0x0e, &[1, 0xab])],
            ),
        ),
        (
            "a list in an element that is no data",
            event(
                |writer| {
                    writer.open("UserData", &[]).open("EventXML", &[("xmlns", Held::Text("y"))]);
                    writer.leaf("P", &[], &[Held::Slot(0)]).leaf("P", &[], &[Held::Slot(1)]);
                    writer.leaf("Q", &[("at", Held::Slot(1))], &[Held::Slot(1)]).leaf("E", &[], &[Held::Optional(2)]);
                    writer.close().close();
                },
                &[(0x01 | LIST, list), (0x01, &wide("z")), (0x00, b"")],
            ),
        ),
        (
            "elements that depend on values",
            event(
                |writer| {
                    writer.open("EventData", &[]);
                    writer.open_if("Data", &[("Name", Held::Text("A"))], 0).hold(Held::Slot(0)).close();
                    writer.open_if("Data", &[("Name", Held::Text("B"))], 1).hold(Held::Slot(1)).close();
                    writer.open_if("Other", &[], 1).hold(Held::Text("only with a value")).close().close();
                },
                &[(0x01, &wide("here")), (0x00, b"")],
            ),
        ),
        (
            "text and values in one",
            event(
                |writer| {
                    writer.open("EventData", &[]);
                    writer.leaf("Data", &[("Name", Held::Text("A"))], &[Held::Text("from "), Held::Slot(0), Held::Text(" on")]);
                    writer.leaf("Data", &[("Name", Held::Slot(1))], &[Held::Slot(0)]).close();
                },
                &[(0x06, &[5, 0]), (0x01, &wide("named by a value"))],
            ),
        ),
        ("a record in a record", {
            // The value of the outer template is a record with a template of its own. What lies before it is as long
            // with an empty value, so that its place is known.
            let outer = |value: &[u8]| {
                event(
                    |writer| {
                        writer.hold(Held::Optional(0));
                    },
                    &[(0x21, value)],
                )
            };
            let mut inner = Writer { bytes: outer(b""), template: false };
            let at = inner.bytes.len() - 1;
            inner.bytes.truncate(at);
            inner.put(&[0x0f, 1, 1, 0]).instance(
                |writer| {
                    writer.open("EventData", &[]);
                    data("A", Held::Slot(0))(writer);
                    writer.close();
                },
                &[(0x13, b"\x01\x01\0\0\0\0\0\x05\x12\0\0\0")],
            );
            inner.put(&[0]);
            outer(&inner.bytes[at..])
        }),
    ]
}

#[test]
fn made_up_forms_are_read_as_the_evtx_crate_reads_them() {
    let mapping = std::sync::Arc::new(Mapping::own().expect("our own content"));
    for (what, content) in forms() {
        let file = file(&content);
        let ours = ours(&file, &mapping);
        assert_eq!(ours, theirs(&file, &mapping), "{what}");
        assert!(matches!(&ours[..], [Ok(_)]), "{what}: {ours:?}");
    }
}

#[test]
fn what_made_up_forms_hold() {
    let mapping = std::sync::Arc::new(Mapping::own().expect("our own content"));
    let mut table = String::new();
    for (what, content) in forms() {
        table += &format!("{what}\n");
        for record in ours(&file(&content), &mapping) {
            let text = record.expect("a record");
            let own = text.lines().skip_while(|line| !line.contains("Channel=")).skip(1);
            own.for_each(|line| table += &format!("{line}\n"));
        }
    }
    insta::assert_snapshot!(table);
}

/// A template that holds records of itself, each of them twice as many: without a bound it would never end.
fn endless() -> Vec<u8> {
    let mut writer = Writer { bytes: vec![0x0f, 1, 1, 0], template: false };
    let definition = (START + writer.bytes.len() + 10) as u32;
    writer.instance(
        |writer| {
            writer.open("Event", &[]);
            for _ in 0..4 {
                let again = [&[0x0c, 1, 0, 0, 0, 0][..], &definition.to_le_bytes(), &[0; 4]].concat();
                writer.put(&[0x05, 0x21]).put(&(again.len() as u16).to_le_bytes()).put(&again);
            }
            writer.close();
        },
        &[],
    );
    writer.bytes
}

#[test]
fn hostile_records_are_refused_with_the_reason() {
    let deep = {
        let mut writer = Writer { bytes: vec![0x0f, 1, 1, 0], template: false };
        for _ in 0..900 {
            writer.open("E", &[]);
        }
        writer.bytes
    };
    let wide_list = vec![0; 60_000];
    let product = event(
        |writer| {
            writer.open("EventData", &[]);
            let lists = vec![Held::Slot(0); 40];
            writer.leaf("P", &[], &lists).close();
        },
        &[(0x01 | LIST, &wide_list)],
    );
    let many = Writer { bytes: vec![0x0c, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], template: false }.bytes;
    let mut reasons = String::new();
    for content in [endless(), deep, product, many, vec![], vec![0x77], vec![0x0f, 1, 1, 0, 0x0d, 0, 0, 1]] {
        let chunk = chunk(&content);
        read_all(&chunk, false);
        let (mut reader, mut slate) = (reader(), Slate::default());
        reader.open(&chunk);
        reasons += &format!("{:?}\n", reader.next(&chunk, &mut slate));
    }
    insta::assert_snapshot!(reasons);
}

#[test]
fn a_chunk_full_of_costly_records_ends_soon() {
    // Each record uses the one large template of the first.
    let first = event(
        |writer| {
            writer.open("EventData", &[]);
            for _ in 0..700 {
                writer.leaf("Data", &[("Name", Held::Text("A"))], &[Held::Text("0123456789012345678901234567890123456789")]);
            }
            writer.close();
        },
        &[],
    );
    assert!(first.len() < 60_000 + CHUNK);
    let mut costly = chunk(&[]);
    costly.truncate(512);
    costly[48..52].copy_from_slice(&65_000_u32.to_le_bytes());
    costly[32..40].copy_from_slice(&5_000_u64.to_le_bytes());
    let definition = (START + 14) as u32;
    let short = [&[0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0][..], &definition.to_le_bytes(), &[0; 4]].concat();
    costly.extend(record(1, &first[..first.len().min(40_000)]));
    let mut number = 2;
    while costly.len() + 60 < CHUNK {
        costly.extend(record(number, &short));
        number += 1;
    }
    read_all(&costly, false);
}

#[test]
fn a_file_that_is_cut_off_is_read_as_far_as_it_goes() {
    let whole = file(&forms().remove(0).1);
    let mut chunks = Chunks::new(Cursor::new(&whole[..4_096 + 10_000])).expect("an EVTX file");
    assert_eq!(chunks.count(), 1);
    let chunk = chunks.next_chunk().expect("readable").expect("a chunk");
    let (mut reader, mut slate) = (reader(), Slate::default());
    reader.open(chunk.bytes);
    assert_eq!(reader.next(chunk.bytes, &mut slate), Some(Ok(1)));
    assert_eq!(reader.next(chunk.bytes, &mut slate), None);
    for bytes in [&whole[..100], b"ElfFile", b"no log"] {
        assert!(Chunks::new(Cursor::new(bytes)).is_err());
    }
}
