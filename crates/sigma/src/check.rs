//! Rules and their event files: does each rule fire where it must, and stay silent where it must not?

mod sequences;

use crate::{Engine, Fault, Hit, Rules};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Every fault of a folder of rules, each `NAME.yml` with its `NAME.hits.jsonl` and `NAME.misses.jsonl`, in all its sub-folders.
///
/// Each line is one event. A rule on one event must fire on every line of its hits, each alone. A correlation must fire at
/// least once on its hits taken as one sequence. Neither may fire on the misses, taken as one sequence. Where there is a
/// `NAME.sequences.toml`, each of its sequences must bring as many findings as its steps say.
pub fn folder(dir: &Path) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    walk(dir, &mut files, &mut faults, 0);
    files.sort();
    if files.is_empty() {
        faults.push(fault(dir, None, "there is no rule in this folder"));
    }
    let texts: Vec<(PathBuf, String)> =
        files.into_iter().filter_map(|path| text(&path, &mut faults).map(|text| (path, text))).collect();
    let named: Vec<(String, &str)> = texts.iter().map(|(path, text)| (path.display().to_string(), text.as_str())).collect();
    let (all, more) = Rules::read(named.iter().map(|(name, text)| (name.as_str(), *text)));
    faults.extend(more);
    let all = Arc::new(all);
    for ((path, _), (name, text)) in texts.iter().zip(&named) {
        // By itself where that is possible: in the whole set a rule may be silent because a correlation rests on it.
        let (alone, alone_faults) = Rules::read([(name.as_str(), *text)]);
        let rules = if alone_faults.is_empty() { Arc::new(alone) } else { Arc::clone(&all) };
        if rules.iter().any(|rule| rule.file == *name) {
            one(path, name, &rules, &mut faults);
        }
    }
    faults
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>, faults: &mut Vec<Fault>, depth: usize) {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return faults.push(fault(dir, None, format!("cannot be read: {error}"))),
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && depth < 16 {
            walk(&path, files, faults, depth + 1);
        } else if path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
            files.push(path);
        }
    }
}

fn text(path: &Path, faults: &mut Vec<Fault>) -> Option<String> {
    match fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) => {
            faults.push(fault(path, None, format!("cannot be read: {error}")));
            None
        }
    }
}

fn fault(path: &Path, line: Option<usize>, reason: impl Into<String>) -> Fault {
    Fault { file: path.display().to_string(), line, reason: reason.into() }
}

/// The events of a file, with their lines; a fault for each line that is no event and for a file without any.
fn events(path: &Path, faults: &mut Vec<Fault>) -> Vec<(usize, wire::Event)> {
    let Some(text) = text(path, faults) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(event) => found.push((n + 1, event)),
            Err(error) => faults.push(fault(path, Some(n + 1), format!("this is no event: {error}"))),
        }
    }
    if found.is_empty() {
        faults.push(fault(path, None, "there is no event in this file"));
    }
    found
}

fn one(path: &Path, file: &str, rules: &Arc<Rules>, faults: &mut Vec<Fault>) {
    let (hits, misses) = (path.with_extension("hits.jsonl"), path.with_extension("misses.jsonl"));
    let sequence = rules.iter().any(|rule| rule.file == file && rule.correlation);
    let mine = |hit: &Hit| rules.at(hit.rule).is_some_and(|rule| rule.file == file && rule.correlation == sequence);
    let fires = |engine: &mut Engine, event: &wire::Event| {
        let mut hits = Vec::new();
        engine.slate_mut().lay_wire(event);
        engine.judge_slate(&mut hits);
        hits.iter().any(mine)
    };
    // What is judged when its time is over is judged at the end.
    let fires_at_end = |engine: &mut Engine| {
        let mut hits = Vec::new();
        engine.advance(i64::MAX, &mut hits);
        hits.iter().any(mine)
    };
    let mut engine = Engine::new(Arc::clone(rules));
    let mut fired = false;
    let events_of_hits = events(&hits, faults);
    for (line, event) in &events_of_hits {
        let now = fires(&mut engine, event);
        fired |= now;
        if !sequence && !now {
            faults.push(fault(&hits, Some(*line), "the rule does not fire on this event, and should"));
        }
    }
    if sequence && !events_of_hits.is_empty() && !fires_at_end(&mut engine) && !fired {
        faults.push(fault(&hits, None, "the correlation does not fire on this sequence, and should"));
    }
    let mut engine = Engine::new(Arc::clone(rules));
    for (line, event) in events(&misses, faults) {
        if fires(&mut engine, &event) {
            faults.push(fault(&misses, Some(line), "the rule fires on this event, and should not"));
        }
    }
    if fires_at_end(&mut engine) {
        faults.push(fault(&misses, None, "the rule fires when this sequence is over, and should not"));
    }
    let path = path.with_extension("sequences.toml");
    if path.exists() {
        sequences::check(&path, file, rules, faults);
    }
}
