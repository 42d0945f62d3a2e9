//! What leaves the building when something cannot be done.

use crate::Moment;
use std::fmt;

pub type Result<T> = std::result::Result<T, Problem>;

/// A reason why a request was not carried out, before it is put into a reader's language.
///
/// Its texts are content: `problem-<code>` in `content/words/`, with `args` filled in. A page shows them with a
/// way onward; the API answers `application/problem+json` (RFC 9457).
#[derive(Debug)]
pub enum Problem {
    /// There is no such thing, or it belongs to another company: the two look the same from outside.
    NotFound,
    /// Nobody is signed in, or the session has ended.
    SignInFirst,
    /// Signed in, but this needs another role.
    NotAllowed,
    /// The domain says no. `code` names the text; `args` fill it.
    Refused { code: &'static str, args: Vec<(&'static str, String)> },
    /// Fields of a form that cannot be accepted: the field and the code of the reason.
    Invalid { fields: Vec<(&'static str, &'static str)> },
    /// Somebody else changed the same thing first.
    Conflict,
    /// More than may be sent at once.
    TooLarge,
    /// Too many tries; the next may come at `until`.
    TooMany { until: Moment },
    /// The machine has no room to keep what was sent, or the store cannot be reached just now. Nothing was accepted.
    NoRoom,
    /// Our fault. The reader sees only a reference; the log has the cause.
    Internal { cause: String },
}

impl Problem {
    /// A refusal whose text needs nothing filled in.
    pub fn refused(code: &'static str) -> Problem {
        Problem::Refused { code, args: Vec::new() }
    }

    /// One field of a form that cannot be accepted.
    pub fn invalid(field: &'static str, code: &'static str) -> Problem {
        Problem::Invalid { fields: vec![(field, code)] }
    }

    /// Our fault, with the cause for the log.
    pub fn internal(cause: impl fmt::Display) -> Problem {
        Problem::Internal { cause: cause.to_string() }
    }

    /// The code that names the text: the last part of the problem's type URI.
    pub fn code(&self) -> &'static str {
        match self {
            Problem::NotFound => "not-found",
            Problem::SignInFirst => "sign-in-first",
            Problem::NotAllowed => "not-allowed",
            Problem::Refused { code, .. } => code,
            Problem::Invalid { .. } => "invalid",
            Problem::Conflict => "conflict",
            Problem::TooLarge => "too-large",
            Problem::TooMany { .. } => "too-many",
            Problem::NoRoom => "no-room",
            Problem::Internal { .. } => "internal",
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Problem::NotFound => 404,
            Problem::SignInFirst => 401,
            Problem::NotAllowed => 403,
            Problem::Refused { .. } | Problem::Invalid { .. } => 422,
            Problem::Conflict => 409,
            Problem::TooLarge => 413,
            Problem::TooMany { .. } => 429,
            Problem::NoRoom => 507,
            Problem::Internal { .. } => 500,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Internal { cause } => write!(f, "internal: {cause}"),
            Problem::Invalid { fields } => write!(f, "invalid: {fields:?}"),
            other => f.write_str(other.code()),
        }
    }
}

impl std::error::Error for Problem {}
