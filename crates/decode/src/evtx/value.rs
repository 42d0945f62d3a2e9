//! The values of records (MS-EVEN6 2.2.12 and 3.1.4.7.5): where each ends, what it holds and how it is written.

use super::bytes::{array_at, slice_at, u16_at};
use super::fault::Fault;
use super::text;
use super::time;

pub(super) const NULL: u8 = 0x00;
pub(super) const STRING: u8 = 0x01;
pub(super) const ANSI: u8 = 0x02;
pub(super) const BOOL: u8 = 0x0d;
pub(super) const BINARY: u8 = 0x0e;
pub(super) const SIZE: u8 = 0x10;
pub(super) const FILETIME: u8 = 0x11;
pub(super) const SID: u8 = 0x13;
pub(super) const BINXML: u8 = 0x21;
/// Set in the type of a list.
pub(super) const LIST: u8 = 0x80;
const INT32: u8 = 0x07;

/// A value: its type and where its bytes lie in the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value {
    pub kind: u8,
    pub start: u32,
    pub len: u32,
}

/// How the bytes of a type are counted.
#[derive(Clone, Copy, PartialEq)]
enum Extent {
    Unknown,
    /// As many as the record says.
    Said,
    /// Always as many.
    Fixed(u8),
    /// Four or eight, as the record says.
    Pointer,
    /// An account: eight and four for each part.
    Account,
    Accounts,
    /// Texts that end with a NUL each.
    Texts,
}

const EXTENTS: [Extent; 256] = {
    let mut all = [Extent::Unknown; 256];
    let fixed: [(usize, u8); 16] = [
        (0x03, 1),
        (0x04, 1),
        (0x05, 2),
        (0x06, 2),
        (0x07, 4),
        (0x08, 4),
        (0x09, 8),
        (0x0a, 8),
        (0x0b, 4),
        (0x0c, 8),
        (0x0d, 4),
        (0x0f, 16),
        (0x11, 8),
        (0x12, 16),
        (0x14, 4),
        (0x15, 8),
    ];
    let mut n = 0;
    while n < fixed.len() {
        all[fixed[n].0] = Extent::Fixed(fixed[n].1);
        n += 1;
    }
    let said = [NULL, STRING, ANSI, BINARY, 0x20, BINXML, 0x23];
    let mut n = 0;
    while n < said.len() {
        all[said[n] as usize] = Extent::Said;
        n += 1;
    }
    let mut kind = 0x81;
    while kind <= 0x95 {
        all[kind] = Extent::Said;
        kind += 1;
    }
    all[SIZE as usize] = Extent::Pointer;
    all[SID as usize] = Extent::Account;
    all[(SID | LIST) as usize] = Extent::Accounts;
    all[(STRING | LIST) as usize] = Extent::Texts;
    all
};

fn extent(kind: u8) -> Extent {
    EXTENTS.get(usize::from(kind)).copied().unwrap_or(Extent::Unknown)
}

/// The bytes of each value of a type of fixed size, of a list also.
pub(super) fn width(kind: u8) -> Option<usize> {
    match extent(kind & !LIST) {
        Extent::Fixed(width) => Some(usize::from(width)),
        _ => None,
    }
}

/// Refuses types that are not known.
pub(super) fn known(kind: u8) -> Result<(), Fault> {
    if extent(kind) == Extent::Unknown { Err(Fault::Kind(kind)) } else { Ok(()) }
}

/// The value of a type at a place for which the record says a size, and where the next one begins.
#[inline(always)]
pub(super) fn sized(chunk: &[u8], kind: u8, size: usize, at: usize) -> Result<(Value, usize), Fault> {
    let (len, taken) = match extent(kind) {
        Extent::Said => (size, size),
        // A type of fixed size takes its bytes even where less is said; what is said beyond is passed over.
        Extent::Fixed(width) => (usize::from(width), size.max(usize::from(width))),
        extent => odd(chunk, extent, kind, size, at)?,
    };
    if at + taken.max(len) > chunk.len() {
        return Err(Fault::Short("value"));
    }
    Ok((Value { kind, start: at as u32, len: len as u32 }, at + taken))
}

/// The bytes of a value of a type that is counted by what it holds, and how far it reaches.
#[cold]
fn odd(chunk: &[u8], extent: Extent, kind: u8, size: usize, at: usize) -> Result<(usize, usize), Fault> {
    let len = match extent {
        Extent::Pointer if size == 4 || size == 8 => size,
        Extent::Account => account(chunk, at)?,
        Extent::Accounts => {
            let mut len = 0;
            while len < size {
                len += account(chunk, at + len)?;
            }
            len
        }
        Extent::Texts => {
            let mut len = 0;
            while len < size {
                len += text_len(chunk, at + len)? + 2;
            }
            len
        }
        _ => return Err(Fault::Kind(kind)),
    };
    Ok((len, size.max(len)))
}

fn account(chunk: &[u8], at: usize) -> Result<usize, Fault> {
    let head = Fault::short(array_at::<8>(chunk, at), "account")?;
    Ok(8 + usize::from(head[1]) * 4)
}

/// Bytes of a text before its NUL.
fn text_len(chunk: &[u8], at: usize) -> Result<usize, Fault> {
    let rest = Fault::short(chunk.get(at..), "text")?;
    Fault::short(rest.chunks_exact(2).position(|unit| unit == [0, 0]), "text").map(|letters| letters * 2)
}

impl Value {
    pub(super) const ABSENT: Value = Value { kind: NULL, start: 0, len: 0 };

    #[inline]
    pub(super) fn bytes(self, chunk: &[u8]) -> &[u8] {
        slice_at(chunk, self.start as usize, self.len as usize).unwrap_or_default()
    }

    /// The time of a FILETIME as it is kept; `None` for values of other types.
    pub(super) fn filetime(self, chunk: &[u8]) -> Option<u64> {
        if self.kind == FILETIME { super::bytes::u64_at(chunk, self.start as usize) } else { None }
    }

    /// Does it hold nothing that could be shown? What a template marks as optional is left out then.
    #[inline]
    pub(super) fn is_empty(self, chunk: &[u8]) -> bool {
        match self.kind {
            NULL | 0x20 | 0x23 => true,
            STRING => u16_at(self.bytes(chunk), 0).is_none_or(|first| first == 0),
            ANSI => self.bytes(chunk).iter().all(|byte| *byte == 0),
            BINARY | BINXML => self.len == 0,
            kind if kind & LIST != 0 => self.len == 0,
            _ => false,
        }
    }

    /// How many values a list holds; 1 for what is no list.
    pub(super) fn count(self, chunk: &[u8]) -> usize {
        if self.kind & LIST == 0 {
            return 1;
        }
        let mut items = Items::of(self, chunk);
        let mut count = 0;
        while items.next(chunk).is_some() {
            count += 1;
        }
        count
    }

    /// Appends the value as text, the values of a list joined by commas.
    #[inline]
    pub(super) fn write(self, chunk: &[u8], out: &mut Vec<u8>) {
        let bytes = self.bytes(chunk);
        if self.kind == STRING {
            text::utf16(bytes, out);
        } else if self.kind & LIST == 0 {
            scalar(self.kind, bytes, out);
        } else {
            let mut items = Items::of(self, chunk);
            let mut first = true;
            while let Some(item) = items.next(chunk) {
                if !first {
                    out.push(b',');
                }
                first = false;
                item.write(chunk, out);
            }
        }
    }
}

/// The values of a list, one after another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Items {
    kind: u8,
    at: u32,
    end: u32,
}

impl Items {
    pub(super) fn of(list: Value, chunk: &[u8]) -> Items {
        let mut kind = list.kind & !LIST;
        let two = |word: &[u8; 4]| u32::from_le_bytes(*word) <= 1;
        // A list of truth values that holds other numbers is a list of numbers.
        if kind == BOOL && !list.bytes(chunk).as_chunks::<4>().0.iter().all(two) {
            kind = INT32;
        }
        Items { kind, at: list.start, end: list.start + list.len }
    }

    pub(super) fn next(&mut self, chunk: &[u8]) -> Option<Value> {
        if self.at >= self.end {
            return None;
        }
        let rest = slice_at(chunk, self.at as usize, (self.end - self.at) as usize)?;
        let (len, gap) = match self.kind {
            STRING => (rest.chunks_exact(2).position(|unit| unit == [0, 0])? * 2, 2),
            ANSI => match memchr::memchr(0, rest) {
                Some(len) => (len, 1),
                None => (rest.len(), 0),
            },
            SID => (8 + usize::from(*rest.get(1)?) * 4, 0),
            // Of these, no form of a list is known: one value of all bytes.
            BINARY | SIZE => (rest.len(), 0),
            kind => (width(kind).filter(|width| *width <= rest.len())?, 0),
        };
        let value = Value { kind: self.kind, start: self.at, len: len as u32 };
        self.at += (len + gap) as u32;
        Some(value)
    }
}

/// Appends a value that is no list and no UTF-16 text.
fn scalar(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    fn le<const N: usize>(bytes: &[u8]) -> [u8; N] {
        array_at(bytes, 0).unwrap_or([0; N])
    }
    match kind {
        ANSI => text::ansi(bytes, out),
        0x03 => number(i8::from_le_bytes(le(bytes)), out),
        0x04 => number(u8::from_le_bytes(le(bytes)), out),
        0x05 => number(i16::from_le_bytes(le(bytes)), out),
        0x06 => number(u16::from_le_bytes(le(bytes)), out),
        INT32 => number(i32::from_le_bytes(le(bytes)), out),
        0x08 => number(u32::from_le_bytes(le(bytes)), out),
        0x09 => number(i64::from_le_bytes(le(bytes)), out),
        0x0a => number(u64::from_le_bytes(le(bytes)), out),
        0x0b => push(zmij::Buffer::new().format(f32::from_le_bytes(le(bytes))), out),
        0x0c => push(zmij::Buffer::new().format(f64::from_le_bytes(le(bytes))), out),
        BOOL => match i32::from_le_bytes(le(bytes)) {
            0 => push("false", out),
            1 => push("true", out),
            // Some programs keep flags here.
            flags => number(flags, out),
        },
        BINARY => hex(bytes, HIGH, out),
        0x0f => guid(le(bytes), out),
        SIZE if bytes.len() == 4 => prefixed(u64::from(u32::from_le_bytes(le(bytes))), out),
        SIZE if bytes.len() == 8 => prefixed(u64::from_le_bytes(le(bytes)), out),
        SIZE => hex(bytes, HIGH, out),
        FILETIME => time::filetime(u64::from_le_bytes(le(bytes)), out),
        0x12 => time::systime(le(bytes), out),
        SID => sid(bytes, out),
        0x14 => prefixed(u64::from(u32::from_le_bytes(le(bytes))), out),
        0x15 => prefixed(u64::from_le_bytes(le(bytes)), out),
        _ => {}
    }
}

fn number(number: impl itoa::Integer, out: &mut Vec<u8>) {
    push(itoa::Buffer::new().format(number), out);
}

const HIGH: &[u8; 16] = b"0123456789ABCDEF";
const LOW: &[u8; 16] = b"0123456789abcdef";

fn digits(byte: u8, of: &[u8; 16]) -> [u8; 2] {
    let digit = |n: u8| of.get(usize::from(n & 15)).copied().unwrap_or(b'0');
    [digit(byte >> 4), digit(byte)]
}

fn push(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.as_bytes());
}

fn hex(bytes: &[u8], of: &[u8; 16], out: &mut Vec<u8>) {
    let mut room = [[0; 2]; 64];
    for part in bytes.chunks(room.len()) {
        for (place, byte) in room.iter_mut().zip(part) {
            *place = digits(*byte, of);
        }
        out.extend_from_slice(room.as_flattened().get(..part.len() * 2).unwrap_or_default());
    }
}

/// Appends `0x` and a number in lower case, without zeros before it.
fn prefixed(number: u64, out: &mut Vec<u8>) {
    let mut text = *b"0x0000000000000000";
    for (place, byte) in text[2..].as_chunks_mut::<2>().0.iter_mut().zip(number.to_be_bytes()) {
        *place = digits(byte, LOW);
    }
    let zeros = (number.leading_zeros() as usize / 4).min(15);
    text[zeros] = b'0';
    text[zeros + 1] = b'x';
    out.extend_from_slice(&text[zeros..]);
}

/// `{8-4-4-4-12}` in lower case, the first three parts little-endian.
fn guid(bytes: [u8; 16], out: &mut Vec<u8>) {
    const PLACES: [(usize, usize); 16] = [
        (3, 1),
        (2, 3),
        (1, 5),
        (0, 7),
        (5, 10),
        (4, 12),
        (7, 15),
        (6, 17),
        (8, 20),
        (9, 22),
        (10, 25),
        (11, 27),
        (12, 29),
        (13, 31),
        (14, 33),
        (15, 35),
    ];
    let mut text = *b"{--------------------------------  - }";
    for place in [9, 14, 19, 24] {
        text[place] = b'-';
    }
    for (from, to) in PLACES {
        if let (Some(byte), Some(place)) = (bytes.get(from), text.get_mut(to..to + 2)) {
            place.copy_from_slice(&digits(*byte, LOW));
        }
    }
    out.extend_from_slice(&text);
}

/// `S-revision-authority-part-part…`.
fn sid(bytes: &[u8], out: &mut Vec<u8>) {
    let Some((head, parts)) = bytes.split_first_chunk::<8>() else {
        return push("S-?", out);
    };
    let [revision, count, a, b, c, d, e, f] = *head;
    push("S-", out);
    number(revision, out);
    out.push(b'-');
    number(u64::from_be_bytes([0, 0, a, b, c, d, e, f]), out);
    for part in parts.as_chunks::<4>().0.iter().take(usize::from(count)) {
        out.push(b'-');
        number(u32::from_le_bytes(*part), out);
    }
}
