//! The matrix: tactics as columns, the techniques that were seen under them.

use super::words::Words;
use crate::attack::Attack;
use crate::outcome::{Count, Tally};
use sigma::Level;
use std::collections::BTreeMap;

/// Drawings one under another, each of which fits a sheet of paper; lengths in their own units.
#[derive(Debug, Default)]
pub(super) struct Matrix {
    pub width: usize,
    pub bands: Vec<Band>,
}

#[derive(Debug, Default)]
pub(super) struct Band {
    pub height: usize,
    /// The tactics in it, for those who hear it.
    pub says: String,
    pub columns: Vec<Column>,
}

/// A tactic, or a part of one with many techniques.
#[derive(Debug)]
pub(super) struct Column {
    pub x: usize,
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

/// The width of a column with the space beside it; columns and boxes of a drawing.
const COLUMN: usize = 168;
const ACROSS: usize = 6;
const DOWN: usize = 12;
const HEAD: usize = 30;
const BOX: usize = 58;
/// Letters of a line of a name; those of Japanese are twice as wide.
const LINE: usize = 24;

/// The matrix of what was found. Columns with nothing in them are left out, long ones go on in the next.
pub(super) fn of(tally: &Tally, attack: &Attack, w: &Words) -> Matrix {
    let seen = seen(tally, attack);
    let mut columns: Vec<Column> = Vec::new();
    for tactic in &attack.tactics {
        let here = |id: &str| attack.technique(id).is_some_and(|named| named.tactics().contains(&tactic.slug));
        let mut found: Vec<(&str, &Found<'_>)> = seen.iter().filter(|(id, _)| here(id)).map(|(id, found)| (*id, found)).collect();
        found.sort_by_key(|(id, (count, _))| (std::cmp::Reverse(count.worst), *id));
        for (part, found) in found.chunks(DOWN).enumerate() {
            let name = tactic.name(w.lang);
            let name = if part == 0 { name.to_owned() } else { format!("{name} ({})", part + 1) };
            let boxes = found.iter().enumerate().map(|(row, (id, found))| {
                let name = attack.technique(id).map_or("", |named| named.name(w.lang));
                boxed(HEAD + row * BOX, id, name, found, w)
            });
            columns.push(Column { x: columns.len() % ACROSS * COLUMN, name, boxes: boxes.collect() });
        }
    }
    let mut bands: Vec<Band> = Vec::new();
    for (place, column) in columns.into_iter().enumerate() {
        if place % ACROSS == 0 {
            bands.push(Band::default());
        }
        if let Some(band) = bands.last_mut() {
            band.height = band.height.max(HEAD + BOX * column.boxes.len());
            let join = if band.says.is_empty() { String::new() } else { w.t("hunt-list-join") };
            band.says.push_str(&format!("{join}{}", column.name));
            band.columns.push(column);
        }
    }
    Matrix { width: COLUMN * ACROSS, bands }
}

/// How often a technique was found, and by which rules.
pub(super) type Found<'a> = (Count, Vec<&'a str>);

/// The techniques that were found, by id.
pub(super) fn seen<'a>(tally: &'a Tally, attack: &'a Attack) -> BTreeMap<&'a str, Found<'a>> {
    let mut seen: BTreeMap<&str, Found<'_>> = BTreeMap::new();
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
    seen
}

fn boxed(y: usize, id: &str, name: &str, (count, rules): &Found<'_>, w: &Words) -> Box {
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
