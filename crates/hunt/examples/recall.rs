//! What our rules and the public ones find in recorded attacks, and how much they say: `recall DATA CONTENT`, where `DATA`
//! holds `evtx/mitre`, `otrf` and `sigma`, and `CONTENT` is our own folder of that name. Speaks Markdown on standard output.

#![expect(clippy::print_stdout, reason = "an example speaks on the terminal")]

use base::Moment;
use hunt::{Options, hunt, rules_of};
use sigma::{Level, Rules};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What one set of rules said about one set of recordings.
#[derive(Default)]
struct Said {
    /// For each recording, the rules that fired on it.
    by_recording: BTreeMap<String, BTreeSet<String>>,
    /// Recordings without any event that can be read.
    silent: Vec<String>,
    /// For each rule: its title and level, and how often it fired.
    by_rule: BTreeMap<String, (String, Level, u64)>,
    events: u64,
}

/// A recording is caught by what is not merely good to know.
const CAUGHT: Level = Level::Low;

fn recordings(dir: &Path, ending: &str, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            recordings(&path, ending, found)?;
        } else if path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

/// Each recording by itself: what happened in one has nothing to do with another.
fn said(dir: &Path, recordings: &[PathBuf], rules: &Arc<Rules>) -> Said {
    let mut said = Said::default();
    let options = Options { min_level: CAUGHT, now: Moment(1_790_000_000_000), east: 0 };
    for path in recordings {
        let name = path.strip_prefix(dir).unwrap_or(path).display().to_string();
        let mut fired = BTreeSet::new();
        let by_rule = &mut said.by_rule;
        let summary = hunt(std::slice::from_ref(path), Arc::clone(rules), &options, &mut |report| {
            fired.insert(report.finding.rule.clone());
            let rule = by_rule.entry(report.finding.rule).or_insert_with(|| (report.finding.title, report.level, 0));
            rule.2 += 1;
        });
        said.events += summary.events;
        // Packets alone are no log: nothing can be said of them here.
        match summary.events {
            0 => said.silent.push(name),
            _ => _ = said.by_recording.insert(name, fired),
        }
    }
    said
}

impl Said {
    fn caught(&self, recording: &str) -> bool {
        self.by_recording.get(recording).is_some_and(|rules| !rules.is_empty())
    }

    fn findings(&self, least: Level) -> u64 {
        self.by_rule.values().filter(|(_, level, _)| *level >= least).map(|(_, _, count)| count).sum()
    }

    fn in_100_000(&self, least: Level) -> String {
        format!("{:.0}", self.findings(least) as f64 * 100_000.0 / self.events.max(1) as f64)
    }
}

/// The folders between a set and its recordings, as a heading: tactic and technique.
fn place(recording: &str) -> String {
    let folders: Vec<&str> = recording.split('/').collect();
    let upto = folders.len().saturating_sub(1).min(2);
    folders.get(..upto).unwrap_or_default().join(" / ")
}

fn yes(caught: bool) -> &'static str {
    if caught { "yes" } else { "–" }
}

fn table(title: &str, ours: &Said, public: &Said) {
    println!("## {title}\n\n| where | recordings | ours alone | SigmaHQ | neither |\n| --- | --- | --- | --- | --- |");
    let mut places: BTreeMap<String, [u32; 4]> = BTreeMap::new();
    for recording in ours.by_recording.keys() {
        let (us, them) = (ours.caught(recording), public.caught(recording));
        for key in [place(recording), "zzz".into()] {
            let counts = places.entry(key).or_default();
            for (count, holds) in counts.iter_mut().zip([true, us, them, !us && !them]) {
                *count += u32::from(holds);
            }
        }
    }
    for (place, [all, us, them, neither]) in &places {
        let place = if place == "zzz" { "**all**" } else { place };
        println!("| {place} | {all} | {us} | {them} | {neither} |");
    }
    println!("\n<details><summary>Each recording</summary>\n\n| recording | ours | SigmaHQ |\n| --- | --- | --- |");
    for recording in ours.by_recording.keys() {
        println!("| {recording} | {} | {} |", yes(ours.caught(recording)), yes(public.caught(recording)));
    }
    println!("\n</details>\n\nNobody catches:\n");
    for recording in ours.by_recording.keys().filter(|name| !ours.caught(name) && !public.caught(name)) {
        println!("- {recording}");
    }
    if !ours.silent.is_empty() {
        println!("\nNot counted, because no log is in them (packets alone): {}", ours.silent.len());
    }
    println!();
}

fn noise(ours: &Said, public: &Said) {
    println!(
        "## Noise\n\nFindings per 100,000 events of the `otrf` recordings. Most of their events are ordinary background, but the recorded attacks are among them, so this is an upper bound for alerts on background.\n"
    );
    println!("| at least | ours | SigmaHQ |\n| --- | --- | --- |");
    for level in [Level::Low, Level::Medium, Level::High, Level::Critical] {
        println!("| {level} | {} | {} |", ours.in_100_000(level), public.in_100_000(level));
    }
    println!(
        "\n{} events. The rules that speak most:\n\n| rule | level | findings | whose |\n| --- | --- | --- | --- |",
        ours.events
    );
    let mut all: Vec<_> = ours.by_rule.values().map(|rule| (rule, "ours")).collect();
    all.extend(public.by_rule.values().map(|rule| (rule, "SigmaHQ")));
    all.sort_by_key(|((title, _, count), whose)| (*whose != "ours", std::cmp::Reverse(*count), title.clone()));
    for whose in ["ours", "SigmaHQ"] {
        for ((title, level, count), _) in all.iter().filter(|(_, of)| *of == whose).take(12) {
            println!("| {title} | {level} | {count} | {whose} |");
        }
    }
    println!();
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1).map(PathBuf::from);
    let (Some(data), Some(content)) = (args.next(), args.next()) else { anyhow::bail!("recall DATA CONTENT") };
    let ours = rules_of(&[content.join("sigma")]);
    let public =
        rules_of(&["rules", "rules-emerging-threats", "rules-threat-hunting"].map(|folder| data.join("sigma").join(folder)));
    let counts = (ours.loaded, public.loaded);
    let (ours, public) = (Arc::new(ours.rules), Arc::new(public.rules));
    println!("# What the rules catch, and what they say without need\n");
    println!(
        "Made by `cargo xtask recall` from public recordings (EVTX-to-MITRE-Attack; OTRF Security-Datasets), each taken by itself, with {} rule documents of our own and {} of SigmaHQ's (rules, emerging threats, threat hunting). A recording is caught if a rule of level low or above fires. Nothing is tuned to a recording's names or addresses; the recordings were looked at while rules were written, so read these figures as recall on known ground, not as a forecast.\n",
        counts.0, counts.1
    );
    let mitre = data.join("evtx/mitre");
    let mut files = Vec::new();
    recordings(&mitre, "evtx", &mut files)?;
    table("EVTX-to-MITRE-Attack", &said(&mitre, &files, &ours), &said(&mitre, &files, &public));
    let otrf = data.join("otrf");
    let mut zips = Vec::new();
    recordings(&otrf, "zip", &mut zips)?;
    let (us, them) = (said(&otrf, &zips, &ours), said(&otrf, &zips, &public));
    table("OTRF Security-Datasets", &us, &them);
    noise(&us, &them);
    Ok(())
}
