//! When a declaration may be made, and what the operator's number looks like.

use crate::content::{DeclarationEdition, NumberRule};
use base::{Day, Moment};

/// Does a declaration stand?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    InForce,
    Withdrawn,
}

impl State {
    /// In force until it is withdrawn; a self-declaration has no term of its own.
    pub fn of(withdrawn: Option<Moment>) -> State {
        if withdrawn.is_some() { State::Withdrawn } else { State::InForce }
    }

    pub fn name(self) -> &'static str {
        match self {
            State::InForce => "in-force",
            State::Withdrawn => "withdrawn",
        }
    }
}

/// May this edition have been declared on that day? Otherwise the code of the fault: a day still to come, or one on
/// which another edition was in use.
pub fn day(edition: &DeclarationEdition, declared_on: Day, today: Day) -> Result<Day, &'static str> {
    if declared_on > today {
        Err("declaration-day-to-come")
    } else if !edition.holds_on(declared_on) {
        Err("declaration-day-of-another-edition")
    } else {
        Ok(declared_on)
    }
}

/// The operator's number: eleven digits, of which the first is 4 (until March 2026) or 5 (`^[45]\d{10}$`).
///
/// Spaces and hyphens between the digits are left out, and digits of full width are taken for what they are.
pub fn number(text: &str) -> Result<String, &'static str> {
    let plain = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32),
        ' ' | '\u{3000}' | '-' | '－' => None,
        other => Some(other),
    };
    let digits: String = text.trim().chars().take(60).filter_map(plain).collect();
    let fits = digits.len() == 11 && digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.starts_with(['4', '5']);
    if digits.is_empty() {
        Err("empty")
    } else if fits {
        Ok(digits)
    } else {
        Err("declaration-not-a-number")
    }
}

/// Should the holder of this number be warned that it is an old one?
pub fn is_old(number: &str, rule: &NumberRule, today: Day) -> bool {
    number.starts_with('4') && today >= rule.old_prefix_from
}

/// The letters that codes are made of: none that is read as another.
pub const CODE_LETTERS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// How many letters a code has.
pub const CODE_LENGTH: usize = 10;

/// The code of a verification page, from random bytes.
pub fn code(random: [u8; CODE_LENGTH]) -> String {
    random.iter().map(|byte| char::from(CODE_LETTERS[usize::from(*byte) % CODE_LETTERS.len()])).collect()
}

/// A code or an id as somebody typed it; nothing where it can be neither.
pub fn typed_code(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let fits = text.len() <= 36 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (fits && !text.is_empty()).then_some(text)
}
