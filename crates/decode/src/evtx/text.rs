//! Text as Windows keeps it, appended to UTF-8.

use encoding_rs::{CoderResult, Encoding, SHIFT_JIS, WINDOWS_1252};

/// Sixteen letters, laid so that they can be checked a word at a time.
#[repr(align(16))]
struct Letters([u8; 16]);

/// Appends UTF-16LE text up to its first NUL. A half of a pair that stands alone becomes U+FFFD; an odd last byte is left out.
pub(super) fn utf16(bytes: &[u8], out: &mut String) {
    let mut rest = bytes;
    let mut padded = [0; 32];
    loop {
        let sixteen = match rest.first_chunk::<32>() {
            Some(sixteen) => sixteen,
            None => {
                let len = rest.len() & !1;
                if let (Some(place), Some(rest)) = (padded.get_mut(..len), rest.get(..len)) {
                    place.copy_from_slice(rest);
                }
                &padded
            }
        };
        let Some(letters) = packed(sixteen) else { return any(rest, out) };
        let Ok(text) = std::str::from_utf8(&letters.0) else { return };
        let before = before_nul(u128::from_le_bytes(letters.0));
        if before < 16 {
            return out.push_str(text.get(..before).unwrap_or_default());
        }
        out.push_str(text);
        rest = rest.get(32..).unwrap_or_default();
    }
}

/// Sixteen ASCII letters of two bytes each as one byte each; `None` if one is no ASCII.
#[inline]
fn packed(sixteen: &[u8; 32]) -> Option<Letters> {
    let (words, _) = sixteen.as_chunks::<8>();
    let mut letters = Letters([0; 16]);
    let mut all = 0;
    for (place, word) in letters.0.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        let word = u64::from_le_bytes(*word);
        all |= word;
        let pairs = (word | word >> 8) & 0x0000_ffff_0000_ffff;
        *place = ((pairs | pairs >> 16) as u32).to_le_bytes();
    }
    (all & 0xff80_ff80_ff80_ff80 == 0).then_some(letters)
}

/// How many of sixteen ASCII letters come before the first NUL: all others carry into their highest bit.
#[inline]
fn before_nul(letters: u128) -> usize {
    const BELOW: u128 = u128::MAX / 0xff * 0x7f;
    const HIGHEST: u128 = u128::MAX / 0xff * 0x80;
    (!(letters + BELOW) & HIGHEST).trailing_zeros() as usize / 8
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
