//! Text as Windows keeps it, appended to UTF-8.

use encoding_rs::{CoderResult, Encoding, SHIFT_JIS, WINDOWS_1252};

/// Appends UTF-16LE text up to its first NUL. A half of a pair that stands alone becomes U+FFFD; an odd last byte is left out.
pub(super) fn utf16(bytes: &[u8], out: &mut String) {
    utf16_at(bytes, 0, bytes.len(), out);
}

/// As `utf16`, for text within other bytes: what lies behind it is read too where there is enough, which is quicker than
/// to take care of the last letters one by one.
pub(super) fn utf16_at(bytes: &[u8], start: usize, len: usize, out: &mut String) {
    let (mut at, mut left) = (start, len / 2);
    while left > 0 {
        let padded;
        let sixteen = match bytes.get(at..).and_then(|rest| rest.first_chunk::<32>()) {
            Some(sixteen) => sixteen,
            None => {
                padded = last(bytes.get(at..).unwrap_or_default());
                &padded
            }
        };
        let Some(letters) = packed(sixteen, left) else {
            return any(bytes.get(at..at + left * 2).unwrap_or_default(), out);
        };
        let before = before_nul(u128::from_le_bytes(letters.0)).min(left);
        let text = std::str::from_utf8(&letters.0).ok().and_then(|text| text.get(..16));
        let Some(text) = text else { return };
        // Sixteen at once and some of them away again: that needs no call to copy a number of bytes.
        let filled = out.len() + before;
        out.push_str(text);
        if before < 16 {
            return out.truncate(filled);
        }
        at += 32;
        left -= 16;
    }
}

/// Sixteen letters, laid so that they can be checked a word at a time.
#[repr(align(16))]
struct Letters([u8; 16]);

/// The first `count` of sixteen letters of two bytes each as ASCII, NULs behind them; `None` if one is no ASCII.
#[inline]
fn packed(sixteen: &[u8; 32], count: usize) -> Option<Letters> {
    let half = |half: Option<&[u8; 16]>, count: usize| {
        let word = half.map_or(0, |half| u128::from_le_bytes(*half));
        // Of what lies behind the text, nothing counts.
        word & FIRST.get(count).copied().unwrap_or(u128::MAX)
    };
    let low = half(sixteen.first_chunk(), count);
    let high = half(sixteen.last_chunk(), count.saturating_sub(8));
    let mut letters = Letters([0; 16]);
    let words = [low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64];
    for (place, word) in letters.0.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        let pairs = (word | word >> 8) & 0x0000_ffff_0000_ffff;
        *place = ((pairs | pairs >> 16) as u32).to_le_bytes();
    }
    ((low | high) & (u128::MAX / 0xffff * 0xff80) == 0).then_some(letters)
}

/// What keeps the first letters of eight, by their number.
const FIRST: [u128; 8] = {
    let mut first = [0; 8];
    let mut count = 1;
    while count < 8 {
        first[count] = (1 << (count * 16)) - 1;
        count += 1;
    }
    first
};

/// Fewer than sixteen letters, with NULs behind them.
#[cold]
fn last(rest: &[u8]) -> [u8; 32] {
    let mut sixteen = [0; 32];
    if let Some(place) = sixteen.get_mut(..rest.len()) {
        place.copy_from_slice(rest);
    }
    sixteen
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
