//! Many texts looked for in a value at once, by four bytes of each.
//!
//! For each place of a value a word of a small table tells whether any text has these four bytes for this field; nearly
//! always none has. Only then the texts themselves are compared. An automaton would touch its states, many kilobytes apart,
//! for every byte; this table stays in the nearest cache whatever the number of rules.

use crate::fold::FieldId;
use std::collections::HashMap;

/// Bytes that are looked at together.
const GRAM: usize = 4;

/// Stands for "any field".
pub const ANY: FieldId = FieldId::MAX;

/// A text that is looked for.
#[derive(Debug)]
struct Entry {
    gram: u32,
    field: FieldId,
    /// Where the gram begins in the text.
    offset: u32,
    /// The text in `texts`.
    start: u32,
    len: u32,
    /// What the text leads to.
    leads: u32,
}

/// Texts by field, ready to be looked for.
#[derive(Debug)]
pub struct Grams {
    /// Two bits for each number that a field's gram comes to: see `place`.
    bits: Box<[u64; WORDS]>,
    /// Bits of a gram's number that choose a slot.
    shift: u32,
    /// For each slot, where its entries begin.
    slots: Box<[u32]>,
    entries: Box<[Entry]>,
    texts: Box<[u8]>,
    /// Fields that have more than a few texts of three bytes, in order: their values are gone through once more.
    short: Box<[FieldId]>,
}

/// So few texts of three bytes are looked for with each byte that may follow.
const FEW: usize = 16;

/// Marks the gram of a text of three bytes: its fourth byte is no byte of UTF-8.
const SHORT: u32 = 0xff00_0000;

/// The number for four bytes of a field.
fn mixed(field: FieldId, gram: u32) -> u32 {
    (gram ^ u32::from(field).wrapping_mul(0x9e37_79b1)).wrapping_mul(0x85eb_ca6b)
}

fn gram_of(window: &[u8]) -> u32 {
    window.first_chunk::<GRAM>().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// 2¹³ words are 64 kB.
const WORD_BITS: u32 = 13;
const WORDS: usize = 1 << WORD_BITS;

/// The word for a number, and the two bits of it that are set for a gram: with one alone, twenty times as many grams of other
/// texts would pass for one that is looked for.
fn place(number: u32) -> (usize, [u32; 2]) {
    // The mask shows that the place is within the table.
    let word = (number >> (u32::BITS - WORD_BITS)) as usize & (WORDS - 1);
    (word, [number >> 13 & 63, number >> 7 & 63])
}

impl Grams {
    /// Texts of three bytes or more, each with its field and what it leads to.
    pub fn new(texts: &[(FieldId, Vec<u8>, u32)]) -> Grams {
        let mut seen: HashMap<u32, u32> = HashMap::new();
        let mut shorts: HashMap<FieldId, usize> = HashMap::new();
        for (field, text, _) in texts {
            *shorts.entry(*field).or_default() += usize::from(text.len() < GRAM);
            for window in text.windows(GRAM) {
                *seen.entry(gram_of(window)).or_default() += 1;
            }
        }
        let mut all = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        let mut short = Vec::new();
        for (field, text, leads) in texts {
            let start = all.len() as u32;
            all.extend_from_slice(text);
            let mut put = |gram: u32, offset: usize| {
                entries.push(Entry { gram, field: *field, offset: offset as u32, start, len: text.len() as u32, leads: *leads });
            };
            if let [one, two, three] = text.as_slice() {
                if shorts.get(field).is_some_and(|count| *count <= FEW) {
                    // Any byte may follow; at the end of a value that is the zero byte behind it.
                    (0..=u8::MAX).for_each(|next| put(u32::from_le_bytes([*one, *two, *three, next]), 0));
                } else {
                    put(SHORT | u32::from_le_bytes([*one, *two, *three, 0]), 0);
                    short.push(*field);
                }
                continue;
            }
            let rare = |(_, window): &(usize, &[u8])| (commonness(window), seen.get(&gram_of(window)).copied().unwrap_or(0));
            if let Some((offset, window)) = text.windows(GRAM).enumerate().min_by_key(rare) {
                put(gram_of(window), offset);
            }
        }
        let wanted = (entries.len() * 2).next_power_of_two().clamp(1 << 8, 1 << 20);
        let shift = u32::BITS - wanted.trailing_zeros();
        entries.sort_by_key(|entry| (mixed(entry.field, entry.gram) >> shift, entry.start));
        let mut slots = vec![0_u32; wanted + 1];
        let mut bits = Box::new([0; WORDS]);
        for entry in &entries {
            let number = mixed(entry.field, entry.gram);
            if let Some(count) = slots.get_mut((number >> shift) as usize + 1) {
                *count += 1;
            }
            let (word, [one, two]) = place(number);
            if let Some(word) = bits.get_mut(word) {
                *word |= 1 << one | 1 << two;
            }
        }
        let mut sum = 0;
        for slot in &mut slots {
            sum += *slot;
            *slot = sum;
        }
        short.sort_unstable();
        short.dedup();
        Grams { short: short.into(), bits, shift, slots: slots.into(), entries: entries.into(), texts: all.into() }
    }

    /// Calls `on` for each text of the field that stands in the value. `value` ends with a zero byte that is not part of it.
    // Not inlined, so that the loop has the registers to itself.
    #[inline(never)]
    pub fn find(&self, field: FieldId, value: &[u8], on: &mut impl FnMut(u32)) {
        self.pass(field, value, |gram| gram, on);
        if self.short.binary_search(&field).is_ok() {
            self.pass(field, value, |gram| SHORT | gram & 0x00ff_ffff, on);
        }
    }

    /// Goes through a value once. The table is asked for some dozens of places without a branch, so that a gram of another
    /// text, which one place in twenty has, does not make the processor guess wrong.
    #[inline(always)]
    fn pass(&self, field: FieldId, value: &[u8], shaped: impl Fn(u32) -> u32, on: &mut impl FnMut(u32)) {
        const PLACES: usize = 32;
        let salt = u32::from(field).wrapping_mul(0x9e37_79b1);
        let bits = &*self.bits;
        let hit = |window: &[u8; GRAM]| {
            let gram = shaped(u32::from_le_bytes(*window));
            let (word, [one, two]) = place((gram ^ salt).wrapping_mul(0x85eb_ca6b));
            bits.get(word).map_or(0, |word| (word >> one & word >> two & 1) as u32)
        };
        let mut from = 0;
        while let Some(rest) = value.get(from..).filter(|rest| rest.len() >= GRAM) {
            let mut hits = match rest.first_chunk::<{ PLACES + GRAM - 1 }>() {
                Some(whole) => whole.array_windows::<GRAM>().enumerate().fold(0_u32, |hits, (n, w)| hits | hit(w) << n),
                None => rest.array_windows::<GRAM>().enumerate().fold(0_u32, |hits, (n, w)| hits | hit(w) << n),
            };
            while hits != 0 {
                let at = from + hits.trailing_zeros() as usize;
                hits &= hits - 1;
                let gram = value.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |window| u32::from_le_bytes(*window));
                self.compare(field, value, at, shaped(gram), on);
            }
            from += PLACES;
        }
    }

    #[inline(never)]
    fn compare(&self, field: FieldId, value: &[u8], at: usize, gram: u32, on: &mut impl FnMut(u32)) {
        let slot = (mixed(field, gram) >> self.shift) as usize;
        let range = self.slots.get(slot).copied().unwrap_or(0) as usize..self.slots.get(slot + 1).copied().unwrap_or(0) as usize;
        for entry in self.entries.get(range).unwrap_or_default() {
            if entry.gram != gram || entry.field != field {
                continue;
            }
            let text = self.texts.get(entry.start as usize..(entry.start + entry.len) as usize).unwrap_or_default();
            let found = at.checked_sub(entry.offset as usize).and_then(|from| value.get(from..from + text.len()));
            if found == Some(text) {
                on(entry.leads);
            }
        }
    }
}

/// How often four bytes may be expected in events: runs of letters and what every Windows path has are frequent, marks are rare.
fn commonness(window: &[u8]) -> u32 {
    window
        .iter()
        .map(|byte| match byte {
            b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'\\' | b' ' | b'.' | b'0' => 6,
            b'd' | b'c' | b'l' | b'm' | b'p' | b'w' | b'u' | b'h' | b'-' | b'/' | b':' | b'1' => 5,
            b'a'..=b'z' => 4,
            b'0'..=b'9' => 4,
            b'"' | b'_' | b'=' | b',' => 3,
            _ => 1,
        })
        .sum()
}
