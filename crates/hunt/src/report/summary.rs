//! What the terminal shows at the end of a hunt.

use super::table::{Cell, Table};
use super::tables::Tables;
use super::words::Words;
use crate::attack::Attack;
use crate::outcome::Outcome;
use base::Lang;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Rows of a table, and the widest cell in columns of a terminal.
const ROWS: usize = 10;
const CELL: usize = 46;

/// Writes plain tables: machines, rules, and the sums worth a look. Letters of Japanese count as two columns.
///
/// What events say is shown without control characters, so that no log can speak to the terminal.
pub fn summary(out: &mut dyn Write, outcome: &Outcome, lang: Lang) -> io::Result<()> {
    let attack = Attack::own().map_err(io::Error::other)?;
    let words = Words::new(lang, outcome.made.east);
    let tables = Tables { outcome, attack: &attack, words: &words };
    let levels = sigma::Level::ALL.into_iter().rev();
    let counts: Vec<String> = levels
        .filter(|level| outcome.tally.levels[*level as usize] > 0)
        .map(|level| format!("{} {}", words.level(level), words.number(outcome.tally.levels[level as usize])))
        .collect();
    writeln!(out, "{}: {}  {}", words.t("hunt-findings"), words.number(outcome.tally.all()), counts.join(", "))?;
    let all =
        [tables.rules(), tables.hosts(), tables.logons(), tables.remotes(), tables.services(), tables.tasks(), tables.changes()];
    for table in all.iter().filter(|table| !table.rows.is_empty()) {
        write_table(out, table, &words)?;
    }
    Ok(())
}

fn write_table(out: &mut dyn Write, table: &Table, words: &Words) -> io::Result<()> {
    let cells = |row: &Vec<Cell>| row.iter().map(|cell| (shown(&cell.plain()), matches!(cell, Cell::Number(_)))).collect();
    let rows: Vec<Vec<(String, bool)>> = table.rows.iter().take(ROWS).map(cells).collect();
    let mut widths: Vec<usize> = table.heads.iter().map(|head| head.width()).collect();
    for row in &rows {
        widths.iter_mut().zip(row).for_each(|(width, (cell, _))| *width = (*width).max(cell.width()));
    }
    writeln!(out, "\n{}", table.title)?;
    let heads: Vec<(String, bool)> = table.heads.iter().map(|head| (head.clone(), false)).collect();
    write_row(out, &heads, &widths)?;
    let rule: Vec<(String, bool)> = widths.iter().map(|width| ("-".repeat(*width), false)).collect();
    write_row(out, &rule, &widths)?;
    for row in &rows {
        write_row(out, row, &widths)?;
    }
    if table.rows.len() > ROWS {
        writeln!(out, "  … {}", words.n("hunt-and-more", (table.rows.len() - ROWS) as u64))?;
    }
    Ok(())
}

fn write_row(out: &mut dyn Write, row: &[(String, bool)], widths: &[usize]) -> io::Result<()> {
    let mut line = String::from("  ");
    for ((cell, number), width) in row.iter().zip(widths) {
        let space = " ".repeat(width.saturating_sub(cell.width()));
        match number {
            true => line.push_str(&format!("{space}{cell}  ")),
            false => line.push_str(&format!("{cell}{space}  ")),
        }
    }
    writeln!(out, "{}", line.trim_end())
}

/// A text as a terminal may show it: no control characters, and no wider than a cell.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    let mut width = 0;
    for letter in text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }) {
        let wide = letter.width().unwrap_or(0);
        if width + wide > CELL - 1 {
            shown.push('…');
            break;
        }
        // Marks that turn the direction of writing would mix up the columns.
        if !matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            width += wide;
            shown.push(letter);
        }
    }
    shown
}
