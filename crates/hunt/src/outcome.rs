//! What a hunt brings home: findings, what they come to, and how they were made.

use crate::sums::Sums;
use crate::{Report, Summary};
use base::Moment;
use sigma::Level;
use std::collections::{BTreeMap, BTreeSet};

/// All that a report is written from.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// In the order of time. When there were too many, the ones most worth reading; `tally` counts all.
    pub findings: Vec<Report>,
    pub tally: Tally,
    pub summary: Summary,
    pub sums: Sums,
    pub made: Made,
}

/// How a hunt was made, for those who have to trust or repeat it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Of the program.
    pub version: String,
    pub begun: Moment,
    pub ended: Moment,
    /// How far local time is from UTC, in milliseconds.
    pub east: i64,
    /// Rules that were used.
    pub rules: u64,
    /// Where the rules are from, in words.
    pub rules_from: String,
    /// What was asked for: name and value, as on the command line.
    pub options: Vec<(String, String)>,
    /// The files that were read.
    pub inputs: Vec<Input>,
    /// Further files that found no room in `inputs`.
    pub more_inputs: u64,
    /// A file that holds every finding, if one was written.
    pub elsewhere: Option<String>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Input {
    pub name: String,
    pub bytes: u64,
    /// In lower-case hexadecimal.
    pub sha256: Option<String>,
}

impl Default for Made {
    fn default() -> Made {
        Made {
            version: String::new(),
            begun: Moment(0),
            ended: Moment(0),
            east: 0,
            rules: 0,
            rules_from: String::new(),
            options: Vec::new(),
            inputs: Vec::new(),
            more_inputs: 0,
            elsewhere: None,
        }
    }
}

/// How often something was found, how bad, and between when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub count: u64,
    pub worst: Level,
    /// UTC milliseconds; 0 where no event said.
    pub first: i64,
    pub last: i64,
}

impl Default for Count {
    fn default() -> Count {
        Count { count: 0, worst: Level::Informational, first: 0, last: 0 }
    }
}

impl Count {
    /// Counts one more at a moment; a moment of 0 is unknown and moves nothing.
    pub fn add(&mut self, level: Level, at: i64) {
        self.count += 1;
        self.worst = self.worst.max(level);
        self.span(at, at);
    }

    /// Adds what was counted elsewhere.
    pub fn join(&mut self, other: &Count) {
        self.count += other.count;
        self.worst = self.worst.max(other.worst);
        self.span(other.first, other.last);
    }

    fn span(&mut self, first: i64, last: i64) {
        if first != 0 {
            self.first = if self.first == 0 { first } else { self.first.min(first) };
        }
        if last != 0 {
            self.last = if self.last == 0 { last } else { self.last.max(last) };
        }
    }
}

/// What is known of a rule that fired.
#[derive(Debug, Clone, Default)]
pub struct RuleTally {
    pub name: String,
    pub title: String,
    /// Who wrote it.
    pub author: String,
    pub tags: Vec<String>,
    pub count: Count,
}

/// One rule on one machine.
#[derive(Debug, Clone, Default)]
pub struct PlaceTally {
    pub count: Count,
    /// The first few that were named.
    pub accounts: BTreeSet<String>,
}

/// Counts over all findings. Bounded: what finds no room any more is only counted in `levels` and `unlisted`.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// By level, the lowest first.
    pub levels: [u64; 5],
    /// By rule id.
    pub rules: BTreeMap<String, RuleTally>,
    pub hosts: BTreeMap<String, Count>,
    pub accounts: BTreeMap<String, Count>,
    /// By rule id and host.
    pub places: BTreeMap<(String, String), PlaceTally>,
    /// By the hour since 1970 in UTC, by level.
    pub hours: BTreeMap<i64, [u64; 5]>,
    /// Findings that are missing in at least one of the tables for want of room.
    pub unlisted: u64,
}

/// Entries that a table of a tally may have.
const ENTRIES: usize = 20_000;
/// The longest name of a machine or account, in bytes.
const NAME: usize = 256;
/// Accounts remembered of one rule on one machine.
const ACCOUNTS: usize = 5;
/// Findings of one rule on one machine that are kept before others are.
const EACH: u64 = 20;
/// The longest value that a kept finding holds, in bytes.
const VALUE: usize = 4_096;
/// Events that a kept finding holds, and fields that each of them has.
const EVENTS: usize = 10;
const FIELDS: usize = 200;

impl Tally {
    /// Counts a finding.
    pub fn add(&mut self, report: &Report) {
        let (level, at, id) = (report.level, report.finding.at, &report.finding.rule);
        self.levels[level as usize] += 1;
        let mut room = true;
        if let Some(rule) = entry(&mut self.rules, id, &mut room) {
            if rule.count.count == 0 {
                rule.name.clone_from(&report.finding.name);
                rule.title.clone_from(&report.finding.title);
                rule.author.clone_from(&report.author);
                rule.tags.clone_from(&report.finding.tags);
            }
            rule.count.add(level, at);
        }
        let host_name = clipped(&report.host);
        if let Some(host) = entry(&mut self.hosts, host_name, &mut room) {
            host.add(level, at);
        }
        let account = clipped(report.finding.events.iter().find_map(account).unwrap_or_default());
        if let Some(known) = entry(&mut self.accounts, account, &mut room) {
            known.add(level, at);
        }
        if let Some(place) = entry(&mut self.places, &(id.clone(), host_name.to_owned()), &mut room) {
            place.count.add(level, at);
            if !account.is_empty() && place.accounts.len() < ACCOUNTS {
                place.accounts.insert(account.to_owned());
            }
        }
        if at != 0
            && let Some(hour) = entry(&mut self.hours, &at.div_euclid(Moment::HOUR), &mut room)
        {
            hour[level as usize] += 1;
        }
        self.unlisted += u64::from(!room);
    }

    /// How many findings there were.
    pub fn all(&self) -> u64 {
        self.levels.iter().sum()
    }

    /// The worst level that was found.
    pub fn worst(&self) -> Option<Level> {
        Level::ALL.into_iter().rev().find(|level| self.levels[*level as usize] > 0)
    }
}

/// A name as it is counted: no longer than any real one.
fn clipped(name: &str) -> &str {
    let end = (0..=name.len().min(NAME)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    &name[..end]
}

/// The entry of a key, made if there is room.
fn entry<'m, K: Ord + Clone + std::borrow::Borrow<Q>, Q: Ord + ToOwned<Owned = K> + ?Sized, V: Default>(
    map: &'m mut BTreeMap<K, V>,
    key: &Q,
    room: &mut bool,
) -> Option<&'m mut V> {
    if map.len() >= ENTRIES && !map.contains_key(key) {
        *room = false;
        return None;
    }
    Some(map.entry(key.to_owned()).or_default())
}

/// Fields that name the account, the surest first.
const NAMES: [&str; 7] = ["User", "TargetUserName", "SubjectUserName", "AccountName", "user.name", "UserId", "Account"];

/// The account that an event is about, as the event writes it; of a sign-in, who signed in.
pub fn account(event: &wire::Event) -> Option<&str> {
    let value = |name: &str| {
        let of = event.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        let value = of.1.trim();
        // "-" and S-1-0-0 are Windows' words for nobody.
        (!matches!(value, "" | "-" | "S-1-0-0" | "N/A")).then_some(value)
    };
    // Where a group gets a member, the target is the group: then who did it counts.
    let names = if value("MemberSid").is_some() { &NAMES[2..] } else { &NAMES[..] };
    names.iter().find_map(|name| value(name))
}

/// Takes findings one after another and keeps the ones most worth reading, in bounded memory.
#[derive(Debug)]
pub struct Gatherer {
    most: usize,
    /// With how many of the same rule on the same machine came before.
    kept: Vec<(u64, Report)>,
    tally: Tally,
}

impl Gatherer {
    /// Keeps at most so many findings.
    pub fn new(most: usize) -> Gatherer {
        Gatherer { most, kept: Vec::new(), tally: Tally::default() }
    }

    pub fn add(&mut self, mut report: Report) {
        self.tally.add(&report);
        let key = (report.finding.rule.clone(), clipped(&report.host).to_owned());
        let before = self.tally.places.get(&key).map_or(u64::MAX, |place| place.count.count);
        trim(&mut report);
        self.kept.push((before, report));
        if self.kept.len() >= self.most.saturating_mul(2).max(64) {
            self.cut();
        }
    }

    /// The first few of each rule on each machine stay, then the worst, then the earliest.
    fn cut(&mut self) {
        if self.kept.len() > self.most {
            self.kept.sort_by_key(|(before, report)| (*before > EACH, std::cmp::Reverse(report.level), report.finding.at));
            self.kept.truncate(self.most);
        }
    }

    /// What a hunt brings home.
    pub fn finish(mut self, summary: Summary, sums: Sums, made: Made) -> Outcome {
        self.cut();
        let mut findings: Vec<Report> = self.kept.into_iter().map(|(_, report)| report).collect();
        findings.sort_by(|a, b| {
            let key = |one: &Report| (one.finding.at, one.record_id);
            (key(a), &a.source_file, &a.finding.rule).cmp(&(key(b), &b.source_file, &b.finding.rule))
        });
        Outcome { findings, tally: self.tally, summary, sums, made }
    }
}

/// Shortens what a kept finding holds, so that few of them cannot fill the memory.
fn trim(report: &mut Report) {
    let finding = &mut report.finding;
    finding.events.truncate(EVENTS);
    for event in &mut finding.events {
        event.fields.truncate(FIELDS);
        event.fields.iter_mut().for_each(|(_, value)| shorten(value, VALUE));
    }
    finding.matched.truncate(FIELDS);
    for one in &mut finding.matched {
        shorten(&mut one.value, VALUE);
        shorten(&mut one.pattern, VALUE);
    }
}

/// Cuts a text to so many bytes at most, at a letter's border, and shows that it was cut.
pub(crate) fn shorten(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
}
