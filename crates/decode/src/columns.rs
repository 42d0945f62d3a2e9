//! Logs in columns whose names stand at the file's head: CSV, W3C extended logs, Zeek's own form.

use crate::format::{Mark, Seen};
use crate::json::paths::{self, Wanted};
use sigma::Slate;

/// Columns of one file; more are left out.
pub const COLUMNS: usize = 4_096;

/// The columns' names, made ready for one slate.
#[derive(Debug, Default)]
pub struct Columns {
    columns: Vec<(Box<str>, Wanted, Mark)>,
}

impl Columns {
    pub fn new<'n>(names: impl Iterator<Item = &'n str>, slate: &mut Slate) -> Columns {
        let column = |name: &str| {
            let (wanted, mark) = paths::wanted(name, slate);
            (Box::from(name), wanted, mark)
        };
        Columns { columns: names.take(COLUMNS).map(column).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// The place of a column.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(known, _, _)| known.eq_ignore_ascii_case(name))
    }

    /// Adds a value of a column to the slate.
    pub fn put(&self, column: usize, value: &str, slate: &mut Slate, seen: &mut Seen) {
        let Some((name, wanted, mark)) = self.columns.get(column) else { return };
        match wanted {
            Wanted::As(known) => {
                seen.put(*mark, slate.len());
                slate.put(*known, value);
            }
            Wanted::Spelled => slate.put_named(name, value),
            Wanted::Nowhere => {}
        }
    }
}
