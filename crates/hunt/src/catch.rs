//! A finding as it is told.

use crate::about::Report;
use crate::kept::{Event, Found};
use base::Moment;
use serde::{Serialize, Serializer};
use sigma::{Level, Rule, Rules};
use std::io::{self, Write};
use std::path::PathBuf;

/// Fields that name the machine, the surest first. Letters count: the `hostname` of an audit record is the other side.
pub(crate) const HOSTS: [&str; 5] = ["Computer", "Hostname", "host.name", "host", "node"];

/// A finding and its rule. [`Catch::report`] spells it out; where there are many, what is not spelled out costs nothing.
#[derive(Debug)]
pub struct Catch<'c> {
    rules: &'c Rules,
    found: &'c Found,
}

impl<'c> Catch<'c> {
    pub(crate) fn new(rules: &'c Rules, found: &'c Found) -> Catch<'c> {
        Catch { rules, found }
    }

    /// `None` cannot be: findings are made of the same rules.
    fn rule(&self) -> Option<&'c Rule> {
        self.rules.at(self.found.rule as usize)
    }

    /// The machine that the (last) event names, or empty.
    pub fn host(&self) -> &'c str {
        let Some(event) = self.found.events.last() else { return "" };
        let value = |name: &&str| event.fields().find(|(field, _)| field == name).map(|(_, value)| value);
        HOSTS.iter().find_map(value).unwrap_or_default()
    }

    /// The finding with all that it holds.
    pub fn report(&self) -> Report {
        let (found, rule) = (self.found, self.rule());
        let text = |of: fn(&Rule) -> &String| rule.map(of).cloned().unwrap_or_default();
        let level = rule.map_or(Level::Informational, |rule| rule.level);
        Report {
            finding: wire::Finding {
                rule: text(|rule| &rule.id),
                name: text(|rule| &rule.name),
                title: text(|rule| &rule.title),
                level: level.as_str().to_owned(),
                tags: rule.map(|rule| rule.tags.clone()).unwrap_or_default(),
                at: found.at,
                matched: found.matched_to_wire(),
                events: found.events.iter().map(Event::to_wire).collect(),
                drill: None,
            },
            level,
            host: self.host().to_owned(),
            source_file: PathBuf::from(&*found.file),
            record_id: found.record,
            author: text(|rule| &rule.author),
            rule_file: text(|rule| &rule.file),
        }
    }

    /// Writes it as a JSON line, as [`crate::write_jsonl`] does.
    pub fn write_jsonl(&self, out: &mut dyn Write) -> io::Result<()> {
        let (found, rule) = (self.found, self.rule());
        let text = |of: fn(&Rule) -> &String| rule.map(of).map_or("", String::as_str);
        let line = Line {
            time: Moment(found.at).rfc3339(),
            rule_id: text(|rule| &rule.id),
            title: text(|rule| &rule.title),
            level: rule.map_or(Level::Informational, |rule| rule.level).as_str(),
            host: self.host(),
            source_file: &found.file,
            record_id: found.record,
            rule_name: text(|rule| &rule.name),
            author: text(|rule| &rule.author),
            rule_file: text(|rule| &rule.file),
            tags: rule.map(|rule| rule.tags.as_slice()).unwrap_or_default(),
            matched: Matched(found),
            events: Events(&found.events),
        };
        // Put together first: what is written out in pieces of a few letters costs more than the letters.
        let mut text = Vec::with_capacity(4_096);
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
        out.write_all(&text)
    }
}

/// What outsiders rely on comes first, then what explains it.
#[derive(Serialize)]
pub(crate) struct Line<'r, M, E> {
    pub time: String,
    pub rule_id: &'r str,
    pub title: &'r str,
    pub level: &'r str,
    pub host: &'r str,
    pub source_file: &'r str,
    pub record_id: u64,
    pub rule_name: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub author: &'r str,
    pub rule_file: &'r str,
    pub tags: &'r [String],
    pub matched: M,
    pub events: E,
}

struct Matched<'f>(&'f Found);

struct Events<'f>(&'f [Event]);

struct Fields<'f>(&'f Event);

/// As [`wire::Matched`] is written.
#[derive(Serialize)]
struct Reason<'f> {
    selection: &'f str,
    field: &'f str,
    value: &'f str,
    pattern: &'f str,
}

/// As [`wire::Event`] is written.
#[derive(Serialize)]
struct Told<'f> {
    at: i64,
    source: Source<'f>,
    fields: Fields<'f>,
}

/// As [`wire::Source`] is written.
#[derive(Serialize)]
struct Source<'f> {
    #[serde(skip_serializing_if = "str::is_empty")]
    product: &'f str,
    #[serde(skip_serializing_if = "str::is_empty")]
    category: &'f str,
    #[serde(skip_serializing_if = "str::is_empty")]
    service: &'f str,
}

impl Serialize for Matched<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.matched().map(|[selection, field, value, pattern]| Reason { selection, field, value, pattern }))
    }
}

impl Serialize for Events<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(|event| {
            let [product, category, service] = event.source();
            Told { at: event.at, source: Source { product, category, service }, fields: Fields(event) }
        }))
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.fields())
    }
}
