//! One pass over a line: strict JSON (RFC 8259) straight to the slate.

use super::NotJson;
use super::paths::{Id, Paths, Wanted};
use crate::format::{Mark, Seen};
use sigma::Slate;

/// Fields of one record; more are refused.
pub const FIELDS: usize = 10_000;
/// Names in one record, those of empty objects among them; more are refused.
const NAMES: usize = 20_000;
/// Objects and lists within each other; as many as serde_json takes.
const DEPTH: usize = 127;

pub struct Pass<'r> {
    pub line: &'r str,
    pub paths: &'r mut Paths,
    pub slate: &'r mut Slate,
    pub seen: &'r mut Seen,
    /// Room for a key that is written with escapes.
    pub room: &'r mut String,
    at: usize,
    names: usize,
    /// There are control characters in the line; they may stand between values and never in a text.
    controls: bool,
}

type Read<T> = Result<T, NotJson>;

impl<'r> Pass<'r> {
    pub fn new(line: &'r str, paths: &'r mut Paths, slate: &'r mut Slate, seen: &'r mut Seen, room: &'r mut String) -> Pass<'r> {
        let controls = line.bytes().fold(false, |any, byte| any | (byte < b' '));
        Pass { line, paths, slate, seen, room, at: 0, names: 0, controls }
    }

    /// Reads the line's one object.
    pub fn whole(mut self) -> Read<()> {
        match self.sign() {
            Some(b'{') => self.at += 1,
            Some(_) => return self.refuse("this is no object"),
            None => return self.refuse("nothing is here"),
        }
        self.object(Paths::ROOT, 1)?;
        match self.sign() {
            None => Ok(()),
            Some(_) => self.refuse("something stands behind the object"),
        }
    }

    fn refuse<T>(&self, reason: &str) -> Read<T> {
        Err(NotJson(format!("{reason}, at byte {}", self.at)))
    }

    fn byte(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no space.
    fn sign(&mut self) -> Option<u8> {
        loop {
            match self.byte() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other,
            }
        }
    }

    fn rest(&self) -> &'r [u8] {
        self.line.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// An object behind its opening bracket.
    fn object(&mut self, object: Id, depth: usize) -> Read<()> {
        if depth > DEPTH {
            return self.refuse("objects or lists are nested too deep");
        }
        let mut before = None;
        if self.sign() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.sign() != Some(b'"') {
                return self.refuse("a name in quotes is missing");
            }
            self.at += 1;
            let id = self.name(object, before)?;
            before = Some(id);
            self.value(id, depth)?;
            match self.sign() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(_) => return self.refuse("a comma or the object's end is missing"),
                None => return self.refuse("the object has no end"),
            }
        }
    }

    /// A name behind its opening quote, with its colon.
    fn name(&mut self, object: Id, before: Option<Id>) -> Read<Id> {
        self.names += 1;
        if self.names > NAMES {
            return self.refuse("there are more than 20,000 names");
        }
        if let Some((expected, length)) = self.paths.expected(object, before, self.rest()) {
            self.at += length;
            return Ok(expected);
        }
        let start = self.at;
        let mut key = std::mem::take(self.room);
        key.clear();
        let plain = self.text_into(&mut key)?;
        let written = plain && self.byte() == Some(b':');
        if self.sign() != Some(b':') {
            return self.refuse("a colon is missing");
        }
        self.at += 1;
        let written = if written { self.line.get(start..self.at).unwrap_or_default() } else { "" };
        let id = self.paths.find(object, before, &key, written, self.slate);
        *self.room = key;
        Ok(id)
    }

    fn value(&mut self, id: Id, depth: usize) -> Read<()> {
        match self.sign() {
            Some(b'"') => {
                self.at += 1;
                self.text(id)
            }
            Some(b'{') => {
                self.at += 1;
                let (_, mark) = self.paths.wanted(id);
                self.seen.meet(mark);
                self.object(id, depth + 1)
            }
            Some(b'[') => {
                self.at += 1;
                self.list(id, depth + 1)
            }
            Some(b't') => self.word("true", id),
            Some(b'f') => self.word("false", id),
            Some(b'n') if self.rest().starts_with(b"null") => {
                self.at += 4;
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => self.number(id),
            Some(_) => self.refuse("a value is missing"),
            None => self.refuse("the line ends before a value"),
        }
    }

    /// A list behind its opening bracket; each value gets the list's own name.
    fn list(&mut self, id: Id, depth: usize) -> Read<()> {
        if depth > DEPTH {
            return self.refuse("objects or lists are nested too deep");
        }
        let (_, mark) = self.paths.wanted(id);
        self.seen.meet(mark);
        if self.sign() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(id, depth)?;
            match self.sign() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(_) => return self.refuse("a comma or the list's end is missing"),
                None => return self.refuse("the list has no end"),
            }
        }
    }

    fn word(&mut self, word: &str, id: Id) -> Read<()> {
        if !self.rest().starts_with(word.as_bytes()) {
            return self.refuse("a value is missing");
        }
        self.at += word.len();
        self.put(id, word)
    }

    /// A number stays as it is written.
    fn number(&mut self, id: Id) -> Read<()> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        match self.byte() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        let number = self.line.get(start..self.at).unwrap_or_default();
        self.put(id, number)
    }

    fn digits(&mut self) -> Read<()> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return self.refuse("a digit is missing");
        }
        self.at += count;
        Ok(())
    }

    /// A text behind its opening quote.
    fn text(&mut self, id: Id) -> Read<()> {
        let start = self.at;
        let end = self.special(start)?;
        if self.line.as_bytes().get(end) == Some(&b'"') {
            let text = self.line.get(start..end).unwrap_or_default();
            self.at = end + 1;
            self.check(start, end)?;
            return self.put(id, text);
        }
        // Written to the slate piece by piece.
        let mut text = std::mem::take(self.slate.text());
        let length = text.len();
        let read = self.pieces(start, end, &mut text);
        let (wanted, mark) = self.paths.wanted(id);
        if let Wanted::As(_) = wanted {
            *self.slate.text() = text;
        } else {
            let value = text.split_off(length);
            *self.slate.text() = text;
            if let Wanted::Spelled = wanted {
                self.slate.put_named(self.paths.path(id), &value);
            }
        }
        read?;
        self.room_for_one()?;
        if let Wanted::As(name) = wanted {
            self.seen.put(mark, self.slate.len());
            self.slate.close(name, length);
        }
        Ok(())
    }

    /// A text behind its opening quote, appended; says whether it stood there as it is.
    fn text_into(&mut self, out: &mut String) -> Read<bool> {
        let start = self.at;
        let end = self.special(start)?;
        if self.line.as_bytes().get(end) != Some(&b'"') {
            self.pieces(start, end, out)?;
            return Ok(false);
        }
        out.push_str(self.line.get(start..end).unwrap_or_default());
        self.at = end + 1;
        self.check(start, end)?;
        Ok(true)
    }

    /// A text that is written with escapes, from `start`, the first of them at `escape`, up to its closing quote.
    fn pieces(&mut self, start: usize, escape: usize, out: &mut String) -> Read<()> {
        let (line, mut from, mut at) = (self.line, start, escape);
        loop {
            // `from` and `at` stand on borders of letters: before or behind an ASCII sign.
            out.push_str(line.get(from..at).unwrap_or_default());
            if line.as_bytes().get(at) == Some(&b'"') {
                self.at = at + 1;
                return self.check(start, at);
            }
            (from, at) = match line.as_bytes().get(at + 1) {
                // These stand for themselves: the next piece begins with them.
                Some(b'\\' | b'"' | b'/') => (at + 1, at + 2),
                Some(b'u') => {
                    let next = self.unicode(at, out)?;
                    (next, next)
                }
                Some(letter) => {
                    let Some(sign) = control(*letter) else {
                        self.at = at;
                        return self.refuse("there is no such escape");
                    };
                    out.push(sign);
                    (at + 2, at + 2)
                }
                None => return self.refuse("the text has no end"),
            };
            at = self.special(at)?;
        }
    }

    /// A letter by its number at `at`, or by two as UTF-16 writes it; gives the place behind it. A half of such a pair that
    /// stands alone becomes U+FFFD, because Windows allows it in names and no record shall be lost for it.
    fn unicode(&mut self, at: usize, out: &mut String) -> Read<usize> {
        let Some(first) = self.hex(at) else {
            self.at = at;
            return self.refuse("four hexadecimal digits are missing");
        };
        if let 0xd800..0xdc00 = first
            && let Some(second @ 0xdc00..0xe000) = self.hex(at + 6)
        {
            let number = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            out.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
            return Ok(at + 12);
        }
        out.push(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(at + 6)
    }

    /// The number of an escaped letter at a place: a backslash, `u`, and four hexadecimal digits.
    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.line.as_bytes().get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
    }

    /// The place of the next quote or backslash.
    fn special(&self, from: usize) -> Read<usize> {
        let mut at = from;
        // Most texts are short: two words are looked at before the search for long ones is set going.
        for _ in 0..2 {
            let Some(word) = self.line.as_bytes().get(at..at + 8).and_then(|word| word.try_into().ok()) else { break };
            let word = u64::from_le_bytes(word);
            let found = zeros(word ^ 0x2222_2222_2222_2222) | zeros(word ^ 0x5c5c_5c5c_5c5c_5c5c);
            if found != 0 {
                return Ok(at + found.trailing_zeros() as usize / 8);
            }
            at += 8;
        }
        let rest = self.line.as_bytes().get(at..).unwrap_or_default();
        match memchr::memchr2(b'"', b'\\', rest) {
            Some(place) => Ok(at + place),
            None => self.refuse("a text has no end"),
        }
    }

    /// Refuses control characters in a text.
    fn check(&self, start: usize, end: usize) -> Read<()> {
        if self.controls && self.line.as_bytes().get(start..end).is_some_and(|text| text.iter().any(|byte| *byte < b' ')) {
            return self.refuse("there is a control character in a text");
        }
        Ok(())
    }

    fn room_for_one(&self) -> Read<()> {
        if self.slate.len() >= FIELDS {
            return self.refuse("there are more than 10,000 fields");
        }
        Ok(())
    }

    fn put(&mut self, id: Id, value: &str) -> Read<()> {
        self.room_for_one()?;
        let (wanted, mark) = self.paths.wanted(id);
        match wanted {
            Wanted::As(name) => {
                if mark != Mark::None {
                    self.seen.put(mark, self.slate.len());
                }
                self.slate.put(name, value);
            }
            Wanted::Spelled => self.slate.put_named(self.paths.path(id), value),
            Wanted::Nowhere => {}
        }
        Ok(())
    }
}

/// Marks the bytes of a word that are zero; the lowest mark is right, those above it may not be.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(0x0101_0101_0101_0101) & !word & 0x8080_8080_8080_8080
}

fn control(letter: u8) -> Option<char> {
    match letter {
        b'n' => Some('\n'),
        b't' => Some('\t'),
        b'r' => Some('\r'),
        b'b' => Some('\u{8}'),
        b'f' => Some('\u{c}'),
        _ => None,
    }
}
