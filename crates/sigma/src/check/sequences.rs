//! Sequences of events that a rule carries, with what each step must bring: edges of time, groups, lateness.

use super::{fault, text};
use crate::{Engine, Fault, Rules};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;

/// When a sequence begins: 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600_000;
/// Events that a step may stand for, and all steps of a file together.
const TIMES: usize = 20_000;
const ALL: usize = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    event: BTreeMap<String, Pattern>,
    sequence: Vec<Sequence>,
}

/// An event that steps are made of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pattern {
    #[serde(default)]
    product: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    service: String,
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sequence {
    name: String,
    step: Vec<Spanned<Step>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// The event, or none where the step only says that so much time is over.
    event: Option<String>,
    /// Since the sequence began: `+30s`, `+5m`.
    at: String,
    /// Fields that are otherwise.
    #[serde(default)]
    with: BTreeMap<String, String>,
    /// The event comes so often, `every` so long.
    times: Option<usize>,
    every: Option<String>,
    /// Findings of the rule that the step must bring.
    findings: usize,
}

/// Every fault of a file of sequences.
pub fn check(path: &Path, file: &str, rules: &Arc<Rules>, faults: &mut Vec<Fault>) {
    let Some(text) = text(path, faults) else { return };
    let line = |at: usize| Some(text.get(..at).unwrap_or_default().matches('\n').count() + 1);
    let read: File = match toml::from_str(&text) {
        Ok(read) => read,
        Err(error) => {
            let at = error.span().and_then(|span| line(span.start));
            return faults.push(fault(path, at, format!("not readable: {}", error.message())));
        }
    };
    if read.sequence.is_empty() {
        faults.push(fault(path, None, "there is no sequence in this file"));
    }
    let mut left = ALL;
    for sequence in &read.sequence {
        let mut engine = Engine::new(Arc::clone(rules));
        for step in &sequence.step {
            let step_line = line(step.span().start);
            match findings(&mut engine, rules, file, &read.event, step.get_ref(), &mut left) {
                Err(reason) => faults.push(fault(path, step_line, format!("{}: {reason}", sequence.name))),
                Ok(found) if found != step.get_ref().findings => {
                    let reason = format!("{}: the step brings {found} findings, not {}", sequence.name, step.get_ref().findings);
                    faults.push(fault(path, step_line, reason));
                }
                Ok(_) => {}
            }
        }
    }
}

/// How many findings of a file's outermost rule a step brings.
fn findings(
    engine: &mut Engine,
    rules: &Rules,
    file: &str,
    events: &BTreeMap<String, Pattern>,
    step: &Step,
    left: &mut usize,
) -> Result<usize, String> {
    let start = BEGIN + offset(&step.at)?;
    let mut hits = Vec::new();
    match &step.event {
        None => engine.advance(start, &mut hits),
        Some(name) => {
            let pattern = events.get(name).ok_or_else(|| format!("there is no event \"{name}\""))?;
            let times = step.times.unwrap_or(1);
            *left = left.checked_sub(times).filter(|_| times <= TIMES).ok_or_else(|| format!("more than {TIMES} events"))?;
            let every = step.every.as_deref().map_or(Ok(0), offset)?;
            let mut fields: BTreeMap<&String, &String> = pattern.fields.iter().collect();
            fields.extend(&step.with);
            for n in 0..times {
                let slate = engine.slate_mut();
                slate.clear();
                slate.at = start + every.saturating_mul(n as i64);
                slate.set_sources(&[crate::Source::new(&*pattern.product, &*pattern.category, &*pattern.service)]);
                fields.iter().for_each(|(name, value)| slate.put_named(name, value));
                engine.judge_slate(&mut hits);
            }
        }
    }
    let correlation = rules.iter().any(|rule| rule.file == file && rule.correlation);
    let mine = |hit: &&crate::Hit| {
        rules.at(hit.rule).is_some_and(|rule| rule.file == file && rule.correlation == correlation && !rule.silent)
    };
    Ok(hits.iter().filter(mine).count())
}

/// `+30s`, `30s`, `+250ms`; `s`, `m`, `h` and `d` as in a timespan; `0s` is the beginning.
fn offset(word: &str) -> Result<i64, String> {
    let number = word.strip_prefix('+').unwrap_or(word);
    if number == "0s" {
        return Ok(0);
    }
    if let Some(millis) = number.strip_suffix("ms").and_then(|millis| millis.parse::<u32>().ok()) {
        return Ok(i64::from(millis));
    }
    crate::correlation::timespan(number, 0).map_err(|_| format!("\"{word}\" is no time such as +30s"))
}
