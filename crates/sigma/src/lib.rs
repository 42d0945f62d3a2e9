//! Sigma rules (specification 2.1): read, compile, match, correlate. Pure: no files, clock or network; usable alone.
//!
//! `Rules::read` turns texts into one compiled, immutable set and says of each that it refuses why. An `Engine` holds such
//! a set and what correlations remember, and judges one event after another.

mod anchor;
pub mod check;
mod compile;
mod condition;
mod correlate;
mod correlation;
mod engine;
mod event;
mod filter;
mod fold;
mod glob;
mod grams;
mod index;
mod matcher;
mod matching;
mod modifier;
mod old;
mod plan;
mod read;
mod rule;
mod saved;
mod set;
mod slate;
mod split;
mod window;
mod yaml;

#[cfg(test)]
mod tests;

pub use correlate::{Correlator, NotLoaded};
pub use engine::{Engine, Hit, Limits, Lost};
pub use event::{Event, Source};
pub use matcher::Matcher;
pub use matching::Reason;
pub use modifier::Lists;
pub use read::Read;
pub use rule::{Level, NotALevel, Rule};
pub use set::Rules;
pub use slate::{Name, Origin, Slate};

/// Why a rule, or a file beside it, cannot be used: which file, which line where it is known, and the reason in words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    pub file: String,
    pub line: Option<usize>,
    pub reason: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

/// Something about a rule that can be used, and that its author should know: an old form that was read as a new one, a word
/// without effect.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Notice {
    pub file: String,
    pub line: Option<usize>,
    pub text: String,
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.text),
            None => write!(f, "{}: {}", self.file, self.text),
        }
    }
}

/// A refusal inside a document, with the line that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub reason: String,
    pub line: usize,
}

impl Refusal {
    pub fn new(reason: impl Into<String>, line: usize) -> Refusal {
        Refusal { reason: reason.into(), line }
    }
}
