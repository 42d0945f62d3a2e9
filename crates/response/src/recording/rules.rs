//! What is decided about hunts through recordings: no clock, no store, no files.

use super::judging::PackUsed;
use base::*;
use hunt::report::Story;
use serde::{Deserialize, Serialize};
use sigma::Level;
use std::collections::{BTreeMap, BTreeSet};

/// What an installation allows, as `komainu.toml` says.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files and reports of a company.
    pub company: u64,
    /// Bytes that one file may be unpacked to, whatever its size; beyond it, 250 times its size.
    pub unpacked: u64,
    /// Threads that one hunt may use.
    pub threads: usize,
    /// Hunts that run at the same time on this server.
    pub at_once: usize,
}

impl Default for Limits {
    /// 2 GiB a file, 20 GiB a company, one hunt at a time that leaves a core to the pages.
    fn default() -> Limits {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Limits { file: 2 << 30, company: 20 << 30, unpacked: 1 << 30, threads: cores.saturating_sub(1).max(1), at_once: 1 }
    }
}

/// How a hunt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Done,
    /// Somebody stopped it; what was found until then is told.
    Stopped,
    /// It could not be finished.
    Failed,
}

impl Ending {
    const ALL: [Ending; 3] = [Ending::Done, Ending::Stopped, Ending::Failed];

    pub fn name(self) -> &'static str {
        match self {
            Ending::Done => "done",
            Ending::Stopped => "stopped",
            Ending::Failed => "failed",
        }
    }
}

impl std::str::FromStr for Ending {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Ending, ()> {
        Ending::ALL.into_iter().find(|ending| ending.name() == text).ok_or(())
    }
}

/// What a hunt writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Report(Lang),
    /// Every finding, as JSON lines.
    Findings,
    /// CSV for spreadsheets and Timesketch.
    Timeline,
    /// For ATT&CK Navigator.
    Layer,
}

impl Kind {
    const ALL: [Kind; 5] = [Kind::Report(Lang::Ja), Kind::Report(Lang::En), Kind::Findings, Kind::Timeline, Kind::Layer];

    /// The file's name, by which it is asked for too.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Report(Lang::Ja) => "report-ja.html",
            Kind::Report(Lang::En) => "report-en.html",
            Kind::Findings => "findings.jsonl",
            Kind::Timeline => "timeline.csv",
            Kind::Layer => "layer.json",
        }
    }

    pub fn key(self) -> &'static str {
        match self {
            Kind::Report(Lang::Ja) => "recording-output-report-ja",
            Kind::Report(Lang::En) => "recording-output-report-en",
            Kind::Findings => "recording-output-findings",
            Kind::Timeline => "recording-output-timeline",
            Kind::Layer => "recording-output-layer",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Kind, ()> {
        Kind::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}

/// The story of a hunt in one language, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    pub verdict: String,
    /// The worst level, or `none`.
    pub level: String,
    pub says: Vec<String>,
    pub facts: Vec<(String, String)>,
    /// What to do first, and on which machines.
    pub first: Vec<(String, String)>,
    pub chapters: Vec<Chapter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    pub title: String,
    pub says: String,
    pub passages: Vec<Passage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    pub level: String,
    pub title: String,
    pub what: String,
    pub details: Vec<String>,
}

impl From<Story> for Telling {
    fn from(story: Story) -> Telling {
        let passage = |one: hunt::report::Passage| Passage {
            level: one.level.as_str().to_owned(),
            title: one.title,
            what: one.what,
            details: one.details,
        };
        let chapter = |one: hunt::report::Chapter| Chapter {
            title: one.title,
            says: one.says,
            passages: one.passages.into_iter().map(passage).collect(),
        };
        Telling {
            verdict: story.verdict,
            level: story.level.to_owned(),
            says: story.says,
            facts: story.facts,
            first: story.first,
            chapters: story.chapters.into_iter().map(chapter).collect(),
        }
    }
}

/// A machine in what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    pub name: String,
    pub level: String,
    pub count: u64,
}

/// A file or record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    pub file: String,
    /// As the reader of the format says it.
    pub reason: String,
}

/// What the incident's page tells of a hunt that has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    pub ja: Telling,
    pub en: Telling,
    /// Findings by level, the lowest first.
    pub levels: [u64; 5],
    pub hosts: Vec<Host>,
    pub more_hosts: u64,
    pub files: u64,
    pub events: u64,
    pub unread: Vec<Unread>,
    /// All that could not be read.
    pub errors: u64,
    /// Serious findings that have no line of their own.
    pub more_found: u64,
    /// The files of findings were full before the last one.
    pub cut: bool,
    /// It was killed before its end, and went on from what was finished.
    #[serde(default)]
    pub resumed: bool,
    /// The packs whose rules were used besides our own.
    #[serde(default)]
    pub packs: Vec<PackUsed>,
}

impl Brought {
    pub fn files_said(&self) -> String {
        base::thousands(self.files)
    }

    pub fn events_said(&self) -> String {
        base::thousands(self.events)
    }

    pub fn to(&self, lang: Lang) -> &Telling {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

/// A line of the incident: one rule's serious findings on one machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub level: Level,
    pub host: String,
    pub count: i64,
    pub first: Moment,
    pub last: Moment,
    pub file: String,
    pub record: i64,
    /// The first of them.
    pub finding: wire::Finding,
}

/// Lines that an incident takes of one hunt; the report has the rest.
const LINES: usize = 200;
const HOSTS: usize = 20;
const UNREAD: usize = 30;
/// What is kept of the events of a line: enough to see what matched.
const EVENTS: usize = 2;
const FIELDS: usize = 60;
const TEXT: usize = 600;

/// The serious findings as lines, the worst and earliest first, and how many findings have none.
pub fn lines(outcome: &hunt::Outcome) -> (Vec<Line>, u64) {
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for report in outcome.findings.iter().filter(|report| report.level >= Level::High) {
        let key = (report.finding.rule.clone(), report.host.clone());
        if !seen.insert(key.clone()) {
            continue;
        }
        let count = outcome.tally.places.get(&key).map(|place| place.count).unwrap_or_default();
        lines.push(Line {
            level: report.level,
            host: clipped(&report.host),
            count: i64::try_from(count.count).unwrap_or(i64::MAX).max(1),
            first: Moment(count.first),
            last: Moment(count.last),
            file: clipped(&report.source_file.display().to_string()),
            record: i64::try_from(report.record_id).unwrap_or(0),
            finding: short(&report.finding),
        });
    }
    lines.sort_by_key(|line| (std::cmp::Reverse(line.level), line.first));
    lines.truncate(LINES);
    let serious = outcome.tally.levels[Level::High as usize] + outcome.tally.levels[Level::Critical as usize];
    let told: i64 = lines.iter().map(|line| line.count).sum();
    (lines, serious.saturating_sub(u64::try_from(told).unwrap_or(0)))
}

fn short(finding: &wire::Finding) -> wire::Finding {
    let mut finding = finding.clone();
    finding.events.truncate(EVENTS);
    for event in &mut finding.events {
        event.fields.truncate(FIELDS);
        event.fields.iter_mut().for_each(|(_, value)| *value = clipped(value));
    }
    finding.matched.truncate(FIELDS);
    for one in &mut finding.matched {
        one.value = clipped(&one.value);
        one.pattern = clipped(&one.pattern);
    }
    finding
}

/// A text without control characters, and no longer than a reader reads. NUL would not be taken by PostgreSQL.
fn clipped(text: &str) -> String {
    let mut clipped: String = text.chars().take(TEXT).map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    if text.chars().nth(TEXT).is_some() {
        clipped.push('…');
    }
    clipped
}

/// What is told of a hunt beside its story.
pub fn numbers(outcome: &hunt::Outcome) -> Brought {
    let mut hosts: Vec<(&String, &hunt::outcome::Count)> =
        outcome.tally.hosts.iter().filter(|(name, _)| !name.is_empty()).collect();
    hosts.sort_by_key(|(_, count)| (std::cmp::Reverse(count.worst), std::cmp::Reverse(count.count)));
    let more_hosts = hosts.len().saturating_sub(HOSTS) as u64;
    let host = |(name, count): (&String, &hunt::outcome::Count)| Host {
        name: clipped(name),
        level: count.worst.as_str().to_owned(),
        count: count.count,
    };
    let summary = &outcome.summary;
    let unread = summary.faults.iter().take(UNREAD);
    Brought {
        levels: outcome.tally.levels,
        hosts: hosts.into_iter().take(HOSTS).map(host).collect(),
        more_hosts,
        files: summary.files,
        events: summary.events,
        unread: unread.map(|fault| Unread { file: clipped(&fault.file), reason: clipped(&fault.reason) }).collect(),
        errors: summary.errors,
        resumed: summary.resumed > 0,
        ..Brought::default()
    }
}

/// Why something could not be read, in an owner's words; `recording-unread-some` where nobody foresaw it.
pub fn reason_key(reason: &str) -> &'static str {
    let reason = reason.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    match () {
        () if has(&["no kind of log"]) => "recording-unread-kind",
        () if has(&["password", "encrypt"]) => "recording-unread-locked",
        () if has(&["unpacks to", "in archives"]) => "recording-unread-packed",
        () if has(&["nested"]) => "recording-unread-nested",
        () if has(&["longer than"]) => "recording-unread-long",
        () => "recording-unread-some",
    }
}

/// Pictures and papers are kept with an incident too, and nobody hunts in them.
pub fn is_picture(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let known = ["jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "bmp", "tif", "tiff", "mp4", "mov", "pdf", "doc", "docx"];
    known.contains(&ending.as_str())
}

/// Names by which files are told apart: the second of the same name gets a number.
pub fn apart(names: &[String]) -> Vec<String> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let apart = names.iter().map(|name| {
        let count = seen.entry(name).or_default();
        *count += 1;
        if *count == 1 { name.clone() } else { format!("{name} ({count})") }
    });
    apart.collect()
}

/// How long it will take yet, in milliseconds, at the pace so far; nothing while that cannot be said.
pub fn left(passed: i64, bytes: i64, total: i64) -> Option<i64> {
    let known = passed >= 3_000 && bytes > 0 && bytes < total;
    known.then(|| i64::try_from(i128::from(passed) * i128::from(total - bytes) / i128::from(bytes)).unwrap_or(i64::MAX))
}

/// A size for people: `12.3 MB`.
pub fn size(bytes: i64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes.saturating_mul(10) / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    let unit = UNITS[unit];
    if tenths >= 1_000 { format!("{} {unit}", tenths / 10) } else { format!("{}.{} {unit}", tenths / 10, tenths % 10) }
}

/// The tone of a level on a page.
pub fn tone(level: &str) -> &'static str {
    match level {
        "critical" | "high" => "bad",
        "medium" => "warn",
        "none" => "good",
        _ => "info",
    }
}
