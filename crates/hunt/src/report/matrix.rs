//! The matrix: tactics as columns, the techniques that were seen under them.

use super::words::Words;
use crate::attack::Attack;
use crate::outcome::{Count, Tally};
use sigma::Level;
use std::collections::BTreeMap;

/// A drawing; lengths in its own units.
#[derive(Debug, Default)]
pub(super) struct Matrix {
    pub width: usize,
    pub height: usize,
    pub columns: Vec<Column>,
}

#[derive(Debug)]
pub(super) struct Column {
    pub x: usize,
    /// Where the column's row of columns begins.
    pub y: usize,
    pub name: String,
    pub boxes: Vec<Box>,
}

#[derive(Debug)]
pub(super) struct Box {
    pub y: usize,
    pub id: String,
    /// In lines that fit.
    pub lines: Vec<String>,
    pub level: Level,
    pub count: String,
    pub title: String,
}

/// The width of a column with the space beside it; columns in a row of the drawing.
const COLUMN: usize = 168;
const ACROSS: usize = 6;
const HEAD: usize = 30;
const BOX: usize = 58;
/// Letters of a line of a name; those of Japanese are twice as wide.
const LINE: usize = 24;

/// The matrix of what was found. Columns with nothing in them are left out; rows of columns follow each other, so that
/// the drawing fits a sheet of paper.
pub(super) fn of(tally: &Tally, attack: &Attack, w: &Words) -> Matrix {
    let mut seen: BTreeMap<&str, (Count, Vec<&str>)> = BTreeMap::new();
    for rule in tally.rules.values() {
        let mut ids: Vec<&str> = rule.tags.iter().filter_map(|tag| attack.of_tag(tag)).map(|named| named.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let (count, rules) = seen.entry(id).or_default();
            count.join(&rule.count);
            rules.push(&rule.title);
        }
    }
    let mut matrix = Matrix { width: COLUMN * ACROSS, ..Matrix::default() };
    let (mut y, mut tallest, mut place) = (0, 0, 0);
    for tactic in &attack.tactics {
        let mut found: Vec<(&str, &(Count, Vec<&str>))> = seen
            .iter()
            .filter(|(id, _)| attack.technique(id).is_some_and(|named| named.tactics().contains(&tactic.slug)))
            .map(|(id, found)| (*id, found))
            .collect();
        if found.is_empty() {
            continue;
        }
        found.sort_by_key(|(id, (count, _))| (std::cmp::Reverse(count.worst), *id));
        if place == ACROSS {
            (y, tallest, place) = (y + tallest + 14, 0, 0);
        }
        tallest = tallest.max(HEAD + BOX * found.len());
        let boxes = found.iter().enumerate().map(|(row, (id, found))| {
            let name = attack.technique(id).map_or("", |named| named.name(w.lang));
            boxed(y + HEAD + row * BOX, id, name, found, w)
        });
        matrix.columns.push(Column { x: place * COLUMN, y, name: tactic.name(w.lang).to_owned(), boxes: boxes.collect() });
        place += 1;
        matrix.height = matrix.height.max(y + tallest);
    }
    matrix
}

fn boxed(y: usize, id: &str, name: &str, (count, rules): &(Count, Vec<&str>), w: &Words) -> Box {
    let said = w.number(count.count);
    let level = w.level(count.worst);
    let few: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
    let title = format!("{id} {name}: {said} ({level}). {}", super::table::cut(&w.list(&few, 5)));
    Box { y, id: id.to_owned(), lines: broken(name), level: count.worst, count: format!("{said} {level}"), title }
}

/// A name in at most two lines, broken at a space where there is one.
fn broken(name: &str) -> Vec<String> {
    use unicode_width::UnicodeWidthChar;
    let mut lines = vec![String::new()];
    let mut width = 0;
    for letter in name.chars() {
        let wide = letter.width().unwrap_or(0);
        if width + wide > LINE {
            let line = lines.last_mut().map(std::mem::take).unwrap_or_default();
            let (kept, rest) = match line.rsplit_once(' ') {
                Some((kept, rest)) if lines.len() == 1 => (kept.to_owned(), rest.to_owned()),
                _ => (line, String::new()),
            };
            lines.pop();
            lines.push(kept);
            if lines.len() == 2 {
                if let Some(last) = lines.last_mut() {
                    last.push('…');
                }
                return lines;
            }
            width = rest.chars().map(|letter| letter.width().unwrap_or(0)).sum();
            lines.push(rest);
        }
        width += wide;
        if let Some(last) = lines.last_mut() {
            last.push(letter);
        }
    }
    lines
}
