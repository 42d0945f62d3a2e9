//! What is told of a hunt: a report for people as one HTML file, a layer for ATT&CK Navigator, a timeline for
//! Timesketch, and what the terminal shows at the end.

mod chart;
mod matrix;
mod navigator;
mod story;
mod summary;
mod table;
mod tables;
mod timesketch;
mod words;

pub use navigator::navigator;
pub use summary::summary;
pub use timesketch::{timesketch, timesketch_head, write_csv_bom};

use crate::attack::Attack;
use crate::outcome::Outcome;
use askama::Template;
use base::Lang;
use std::io::{self, Write};
use story::Teller;
pub use story::{Chapter, Passage, Story};
use table::{Cell, Table};
use words::Words;

/// What a rule's own text says to an owner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnerText {
    pub title: String,
    pub what: String,
    /// The first thing to do.
    pub now: String,
}

#[derive(Template)]
#[template(path = "report/page.html")]
struct Page<'a> {
    w: &'a Words,
    made_on: String,
    zone: String,
    story: Story,
    chart: Option<chart::Chart>,
    matrix: matrix::Matrix,
    /// Each opens with its heading; the timeline is the first.
    tables: Vec<Table>,
    /// What could not be read, and how the report was made.
    last: Vec<Table>,
}

/// Writes the report: one file that needs nothing else to be read, with the story for an owner first.
///
/// Every text of an event is escaped by the template; there are no scripts, and nothing is loaded from anywhere.
/// `texts` gives what a rule's own text says, by the rule's id.
pub fn html(out: &mut dyn Write, outcome: &Outcome, lang: Lang, texts: &dyn Fn(&str) -> Option<OwnerText>) -> io::Result<()> {
    let attack = Attack::own().map_err(io::Error::other)?;
    let words = Words::new(lang, outcome.made.east);
    let tables = tables::Tables { outcome, attack: &attack, words: &words };
    let page = Page {
        w: &words,
        made_on: words.minute(outcome.made.ended.0),
        zone: words.zone(),
        story: Teller { outcome, attack: &attack, words: &words, texts }.story(),
        chart: chart::of(outcome, &words),
        matrix: matrix::of(&outcome.tally, &attack, &words),
        tables: tables.all(),
        last: tables.last(),
    };
    page.write_into(&mut Plain(out)).map_err(io::Error::other)
}

/// The story alone, for a page that shows it beside other things. `texts` as for [`html`].
pub fn story(outcome: &Outcome, lang: Lang, texts: &dyn Fn(&str) -> Option<OwnerText>) -> io::Result<Story> {
    let attack = Attack::own().map_err(io::Error::other)?;
    let words = Words::new(lang, outcome.made.east);
    Ok(Teller { outcome, attack: &attack, words: &words, texts }.story())
}

/// A writer to which a template may write, whatever is behind it.
struct Plain<'w>(&'w mut dyn Write);

impl Write for Plain<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests;
