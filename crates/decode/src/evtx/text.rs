//! Text as Windows keeps it, appended to UTF-8.

use encoding_rs::{CoderResult, Encoding, SHIFT_JIS, WINDOWS_1252};

/// Letters that are gathered before they are handed on.
const ROOM: usize = 256;

/// Room in which letters are gathered, laid so that it can be checked a word at a time.
#[repr(align(16))]
struct Room([u8; ROOM + 16]);

/// Appends UTF-16LE text up to its first NUL. A half of a pair that stands alone becomes U+FFFD; an odd last byte is left out.
pub(super) fn utf16(bytes: &[u8], out: &mut String) {
    let mut room = Room([b' '; ROOM + 16]);
    let mut filled = 0;
    let mut rest = bytes;
    loop {
        let word = match rest.first_chunk::<16>() {
            Some(eight) => u128::from_le_bytes(*eight),
            None => last(rest),
        };
        if word & NOT_ASCII != 0 {
            hand_on(&mut room, filled, out);
            return any(rest, out);
        }
        if let Some(place) = room.0.get_mut(filled..filled + 8) {
            place.copy_from_slice(&packed(word));
        }
        // Each letter that is no NUL carries into its highest bit.
        let ends = !word.wrapping_add(BELOW_HIGHEST) & HIGHEST;
        filled += (ends.trailing_zeros() as usize / 16).min(8);
        if ends != 0 {
            return hand_on(&mut room, filled, out);
        }
        if filled >= ROOM {
            hand_on(&mut room, filled, out);
            filled = 0;
        }
        rest = rest.get(16..).unwrap_or_default();
    }
}

const NOT_ASCII: u128 = lanes(0xff80);
const BELOW_HIGHEST: u128 = lanes(0x7fff);
const HIGHEST: u128 = lanes(0x8000);

/// Eight times the same letter.
const fn lanes(letter: u16) -> u128 {
    (u128::MAX / 0xffff) * letter as u128
}

/// Fewer than eight letters, with NULs behind them.
fn last(rest: &[u8]) -> u128 {
    let mut eight = [0; 16];
    let len = rest.len() & !1;
    if let (Some(place), Some(rest)) = (eight.get_mut(..len), rest.get(..len)) {
        place.copy_from_slice(rest);
    }
    u128::from_le_bytes(eight)
}

/// Eight ASCII letters of two bytes each as eight bytes.
fn packed(word: u128) -> [u8; 8] {
    let half = |word: u64| {
        let pairs = (word | word >> 8) & 0x0000_ffff_0000_ffff;
        (pairs | pairs >> 16) & 0xffff_ffff
    };
    (half(word as u64) | half((word >> 64) as u64) << 32).to_le_bytes()
}

/// Appends what was gathered. It is checked with the spaces behind it, up to a full word: that is quicker than byte by byte.
fn hand_on(room: &mut Room, filled: usize, out: &mut String) {
    let padded = filled.next_multiple_of(16);
    if let Some(tail) = room.0.get_mut(filled..padded) {
        tail.fill(b' ');
    }
    let text = room.0.get(..padded).and_then(|bytes| std::str::from_utf8(bytes).ok());
    if let Some(text) = text.and_then(|text| text.get(..filled)) {
        out.push_str(text);
    }
}

/// Appends text of any letters.
fn any(bytes: &[u8], out: &mut String) {
    let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0);
    out.extend(char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// Appends text of one byte a letter or of a code page, without its NULs.
///
/// The code page is not in the record: what can be read as that of Japanese Windows (932) is, all else as 1252.
pub(super) fn ansi(bytes: &[u8], out: &mut String) {
    for part in bytes.split(|byte| *byte == 0) {
        if part.is_ascii() {
            out.push_str(std::str::from_utf8(part).unwrap_or_default());
        } else if !decoded(SHIFT_JIS, part, out) {
            decoded(WINDOWS_1252, part, out);
        }
    }
}

/// Appends bytes of a code page, or nothing if they are none.
fn decoded(page: &'static Encoding, bytes: &[u8], out: &mut String) -> bool {
    let start = out.len();
    let mut decoder = page.new_decoder_without_bom_handling();
    out.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len()));
    let (result, _, faulty) = decoder.decode_to_string(bytes, out, true);
    let good = result == CoderResult::InputEmpty && !faulty;
    if !good {
        out.truncate(start);
    }
    good
}
