use crate::outcome::shorten;
use sigma::Level;

/// One table of a report, as the page and the terminal show it.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Where links lead.
    pub id: &'static str,
    pub title: String,
    /// Sentences between heading and table.
    pub says: Vec<String>,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// How many rows are open; the others are folded away.
    pub open: usize,
    /// What stands on the fold.
    pub more: String,
    /// Sentences after the table.
    pub after: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Cell {
    Text(String),
    /// A text of a machine: a path, a command.
    Code(String),
    Number(String),
    Level(Level, String),
    /// Local time, and UTC under it.
    Time(String, String),
    /// Marks that ask for a look.
    Marks(Vec<String>),
    /// A name with what it matched: field and value.
    Pairs(Vec<(String, String)>),
}

/// The longest text of a cell, in bytes.
const CELL: usize = 300;

impl Cell {
    pub fn text(text: &str) -> Cell {
        Cell::Text(cut(text))
    }

    pub fn code(text: &str) -> Cell {
        Cell::Code(cut(text))
    }

    /// The whole in one line, for a terminal.
    pub fn plain(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Code(text) | Cell::Number(text) | Cell::Level(_, text) | Cell::Time(text, _) => text.clone(),
            Cell::Marks(marks) => marks.join(", "),
            Cell::Pairs(pairs) => pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; "),
        }
    }
}

pub(super) fn cut(text: &str) -> String {
    let mut text = text.to_owned();
    shorten(&mut text, CELL);
    text
}
