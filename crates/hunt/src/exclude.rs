//! Exclusions: what is known to be harmless here, with the reason and the day until which that is believed.

use base::{Day, Moment};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use sigma::{Rule, Rules};

/// One thing that is known to be harmless.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// The rule's id, name or file name, or `*` for any.
    pub rule: String,
    /// The field's name; compared without regard to case.
    pub field: String,
    /// The field's whole value; `*` stands for any letters, `?` for one. Compared without regard to case.
    pub value: String,
    /// Why it is harmless, for whoever reads the report.
    pub reason: String,
    /// The last day (in Japan) on which it is left out; without it, for ever.
    #[serde(default)]
    pub until: Option<String>,
}

/// A file of exclusions.
#[derive(Debug, Clone, Default)]
pub struct Exclusions {
    pub all: Vec<Exclusion>,
    ready: Vec<Ready>,
}

#[derive(Debug, Clone)]
struct Ready {
    field: String,
    value: Regex,
    until: Option<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    exclude: Vec<Exclusion>,
}

/// Exclusions of one file.
const MOST: usize = 10_000;
/// Bytes of one value.
const VALUE: usize = 4_096;

impl Exclusions {
    /// Reads a TOML of `[[exclude]]` tables; refuses it with every reason at once.
    pub fn read(text: &str) -> Result<Exclusions, Vec<String>> {
        let file: File = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
        if file.exclude.len() > MOST {
            return Err(vec![format!("more than {MOST} exclusions")]);
        }
        let mut faults = Vec::new();
        let mut ready = Vec::new();
        for (n, exclusion) in file.exclude.iter().enumerate() {
            match Ready::of(exclusion) {
                Ok(one) => ready.push(one),
                Err(reason) => faults.push(format!("exclusion {}: {reason}", n + 1)),
            }
        }
        if faults.is_empty() { Ok(Exclusions { all: file.exclude, ready }) } else { Err(faults) }
    }

    /// Exclusions that name no rule of the set, or whose day is over: they leave nothing out.
    pub fn idle(&self, rules: &Rules, now: Moment) -> Vec<String> {
        let mut told = Vec::new();
        for (n, (exclusion, ready)) in self.all.iter().zip(&self.ready).enumerate() {
            if !rules.iter().any(|rule| exclusion.names(rule)) {
                told.push(format!("exclusion {}: there is no rule \"{}\"", n + 1, exclusion.rule));
            } else if let Some(until) = ready.until.filter(|until| *until < now.day()) {
                told.push(format!("exclusion {}: it ended on {until} and leaves nothing out any more", n + 1));
            }
        }
        told
    }

    /// For each rule, by its place, the exclusions that concern it today.
    pub(crate) fn by_rule(&self, rules: &Rules, now: Moment) -> Vec<Vec<usize>> {
        let today = now.day();
        let concerns = |rule: &Rule| {
            let pairs = self.all.iter().zip(&self.ready).enumerate();
            let mine = pairs.filter(|(_, (one, ready))| one.names(rule) && ready.until.is_none_or(|until| until >= today));
            mine.map(|(n, _)| n).collect()
        };
        rules.iter().map(concerns).collect()
    }

    /// Does an exclusion hold for a field of an event?
    pub(crate) fn holds(&self, n: usize, name: &str, value: &str) -> bool {
        self.ready.get(n).is_some_and(|ready| ready.field.eq_ignore_ascii_case(name) && ready.value.is_match(value))
    }
}

impl Exclusion {
    fn names(&self, rule: &Rule) -> bool {
        self.rule == "*" || crate::choice::is(rule, &self.rule)
    }
}

impl Ready {
    fn of(exclusion: &Exclusion) -> Result<Ready, String> {
        if exclusion.reason.trim().is_empty() {
            return Err("it must say its reason".into());
        }
        if exclusion.rule.trim().is_empty() || exclusion.field.trim().is_empty() {
            return Err("it must name a rule (or *) and a field".into());
        }
        if exclusion.value.len() > VALUE {
            return Err(format!("its value is longer than {VALUE} bytes"));
        }
        if exclusion.value.chars().all(|letter| letter == '*') && exclusion.rule == "*" {
            return Err("it would leave out everything".into());
        }
        let until = exclusion.until.as_deref().map(|day| day.parse::<Day>().map_err(|error| format!("until: {error}")));
        let mut pattern = String::from("^");
        for letter in exclusion.value.chars() {
            match letter {
                '*' => pattern.push_str(".*"),
                '?' => pattern.push('.'),
                other => pattern.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
            }
        }
        pattern.push('$');
        let value = RegexBuilder::new(&pattern).case_insensitive(true).dot_matches_new_line(true).build();
        let value = value.map_err(|error| format!("value: {error}"))?;
        Ok(Ready { field: exclusion.field.clone(), value, until: until.transpose()? })
    }
}
