//! The rules that are measured with: all, parts of them, and twice as many.

use crate::bench::sets::walk;
use serde_norway::{Mapping, Value};
use std::path::{Path, PathBuf};

/// The folders of SigmaHQ's rules that need no lists of their own.
const FOLDERS: [&str; 4] = ["rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance"];

/// Changes when the folders are made in another way.
const MADE: u32 = 1;

/// Folders of rules, from the eighth part to twice as many.
#[derive(Debug)]
pub struct RuleSets {
    /// All rules as they are published.
    pub whole: PathBuf,
    /// How many times all rules, and the folder.
    pub parts: Vec<(f64, PathBuf)>,
}

/// The folders, taken from the cache or made.
pub fn ready(cache: &Path, data: &Path) -> anyhow::Result<RuleSets> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        walk(&data.join("sigma").join(folder), "yml", &mut files)?;
    }
    let mut texts = Vec::new();
    let mut sum = crc32fast::Hasher::new();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        sum.update(text.as_bytes());
        texts.push(text);
    }
    let folder = cache.join(format!("rules-{MADE}-{:08x}", sum.finalize()));
    let part = |times: &str| folder.join(times);
    if !folder.exists() {
        // Made beside and moved, so that a half-made folder is never used.
        let making = cache.join("rules-making");
        if making.exists() {
            std::fs::remove_dir_all(&making)?;
        }
        let all = || texts.iter().map(String::as_str);
        write(&making.join("8th"), all().step_by(8))?;
        write(&making.join("4th"), all().step_by(4))?;
        write(&making.join("half"), all().step_by(2))?;
        write(&making.join("whole"), all())?;
        write(&making.join("double"), all())?;
        let copies: Vec<String> = all().map(altered).collect::<anyhow::Result<_>>()?;
        write(&making.join("double/copies"), copies.iter().map(String::as_str))?;
        std::fs::rename(&making, &folder)?;
    }
    let parts = vec![(0.125, part("8th")), (0.25, part("4th")), (0.5, part("half")), (1.0, part("whole")), (2.0, part("double"))];
    Ok(RuleSets { whole: part("whole"), parts })
}

fn write<'t>(folder: &Path, texts: impl Iterator<Item = &'t str>) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (number, text) in texts.enumerate() {
        std::fs::write(folder.join(format!("{number:05}.yml")), text)?;
    }
    Ok(())
}

/// A rule like another one: of a new id, asking the same fields of the same programs for other texts.
pub fn altered(text: &str) -> anyhow::Result<String> {
    let mut rule: Mapping = serde_norway::from_str(text)?;
    if let Some(Value::String(id)) = rule.get_mut("id") {
        let sum = crc32fast::hash(id.as_bytes());
        *id = format!("{sum:08x}{}", id.get(8..).unwrap_or_default());
    }
    if let Some(Value::Mapping(detection)) = rule.get_mut("detection") {
        for (name, value) in detection.iter_mut() {
            if !matches!(name.as_str(), Some("condition" | "timeframe")) {
                alter(value);
            }
        }
    }
    Ok(serde_norway::to_string(&rule)?)
}

fn alter(value: &mut Value) {
    match value {
        Value::String(text) => *text = other(text),
        Value::Sequence(values) => values.iter_mut().for_each(alter),
        Value::Mapping(fields) => {
            for (name, value) in fields.iter_mut() {
                // These are no texts that are looked for.
                let kept = ["|re", "|cidr", "|fieldref", "|expand"];
                if !name.as_str().is_some_and(|name| kept.iter().any(|modifier| name.contains(modifier))) {
                    alter(value);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Tagged(_) => {}
    }
}

/// The text with its middle letter changed; names of programs and short texts stay.
fn other(text: &str) -> String {
    let letters: Vec<usize> = text.char_indices().filter(|(_, letter)| letter.is_ascii_alphabetic()).map(|(at, _)| at).collect();
    if letters.len() < 6 || text.ends_with(".exe") {
        return text.to_owned();
    }
    let middle = letters[letters.len() / 2];
    text.char_indices()
        .map(|(at, letter)| match (at == middle, letter) {
            (true, 'z') => 'a',
            (true, 'Z') => 'A',
            (true, letter) => (letter as u8 + 1) as char,
            (false, letter) => letter,
        })
        .collect()
}
