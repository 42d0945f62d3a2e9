//! Text as Windows keeps it, appended as UTF-8. All writing goes to bytes, which are taken for text once for a whole record.

use encoding_rs::{CoderResult, Encoding, SHIFT_JIS, WINDOWS_1252};

/// Appends UTF-16LE text up to its first NUL. A half of a pair that stands alone becomes U+FFFD; an odd last byte is left out.
pub(super) fn utf16(bytes: &[u8], out: &mut Vec<u8>) {
    let (blocks, rest) = bytes.as_chunks::<16>();
    for (n, block) in blocks.iter().enumerate() {
        let Some(letters) = packed(block) else {
            return any(bytes.get(n * 16..).unwrap_or_default(), out);
        };
        let before = before_nul(letters);
        out.extend_from_slice(&letters.to_le_bytes());
        if before < 8 {
            return out.truncate(out.len() - 8 + before);
        }
    }
    let mut left = 0;
    for unit in rest.as_chunks::<2>().0 {
        match u16::from_le_bytes(*unit) {
            0 => return,
            letter @ 1..0x80 => out.push(letter as u8),
            _ => return any(rest.get(left..).unwrap_or_default(), out),
        }
        left += 2;
    }
}

/// Eight ASCII letters of two bytes each as one byte each; `None` if one is no ASCII.
#[inline]
fn packed(block: &[u8; 16]) -> Option<u64> {
    let word = u128::from_le_bytes(*block);
    let (low, high) = (word as u64, (word >> 64) as u64);
    let half = |word: u64| {
        let pairs = (word | word >> 8) & 0x0000_ffff_0000_ffff;
        (pairs | pairs >> 16) & 0xffff_ffff
    };
    ((low | high) & 0xff80_ff80_ff80_ff80 == 0).then(|| half(low) | half(high) << 32)
}

/// How many of eight ASCII letters come before the first NUL: all others carry into their highest bit.
#[inline]
fn before_nul(letters: u64) -> usize {
    (!(letters + 0x7f7f_7f7f_7f7f_7f7f) & 0x8080_8080_8080_8080).trailing_zeros() as usize / 8
}

/// Appends text of any letters.
#[cold]
fn any(bytes: &[u8], out: &mut Vec<u8>) {
    let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0);
    let mut room = [0; 4];
    for letter in char::decode_utf16(units) {
        let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(letter.encode_utf8(&mut room).as_bytes());
    }
}

/// Appends text of one byte a letter or of a code page, without its NULs.
///
/// The code page is not in the record: what can be read as that of Japanese Windows (932) is, all else as 1252.
pub(super) fn ansi(bytes: &[u8], out: &mut Vec<u8>) {
    for part in bytes.split(|byte| *byte == 0) {
        if part.is_ascii() {
            out.extend_from_slice(part);
        } else if !decoded(SHIFT_JIS, part, out) {
            decoded(WINDOWS_1252, part, out);
        }
    }
}

/// Appends bytes of a code page, or nothing if they are none.
fn decoded(page: &'static Encoding, bytes: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let mut decoder = page.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3);
    out.resize(start + room, 0);
    let place = out.get_mut(start..).unwrap_or_default();
    let (result, _, written, faulty) = decoder.decode_to_utf8(bytes, place, true);
    let good = result == CoderResult::InputEmpty && !faulty;
    out.truncate(if good { start + written } else { start });
    good
}
