//! What a pack says of itself: `pack.toml`.

use crate::{Forecast, Reason};
use serde::{Deserialize, Serialize};

/// The form of `pack.toml`; a pack of another one is told to be imported again.
pub const FORMAT: u32 = 1;

/// A pack's own page: where it is from, under which licence, and what became of each rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    pub format: u32,
    pub name: String,
    /// Where the rules were read from, as it was given.
    pub origin: String,
    /// When, as RFC 3339.
    pub imported: String,
    pub counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    #[serde(default)]
    pub licence: Vec<Licence>,
    #[serde(default)]
    pub refused: Vec<Refused>,
    #[serde(default)]
    pub rule: Vec<RuleAbout>,
}

/// How many there were of what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Files that hold rules, or mean to.
    pub files: usize,
    /// Rules that were taken.
    pub rules: usize,
    /// What cannot be used, each told under `refused`.
    pub refused: usize,
    /// Rules that were not asked for, by their product or level.
    pub not_asked: usize,
    /// YAML files that hold no rule.
    pub no_rules: usize,
    /// Rules whose events Komainu can read.
    pub readable: usize,
    /// Rules that its agents can feed.
    pub agents: usize,
    pub lowered: usize,
    pub quiet: usize,
}

/// The recordings that a forecast was made on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Background {
    pub paths: Vec<String>,
    pub files: u64,
    pub events: u64,
    /// Records and files that could not be read.
    pub errors: u64,
    /// Machines and days on which anything was found.
    pub machine_days: u64,
}

/// A licence that came with the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Its short name, such as `DRL-1.1`; empty where its text is none that is known.
    pub name: String,
    /// The file in the pack that holds its text.
    pub file: String,
}

/// A file, or a document of it, that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    pub reason: String,
}

/// What is known of one rule of a pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleAbout {
    pub id: String,
    /// Its file's name in bundles and findings: unlike that of any other file of the pack.
    pub name: String,
    /// Its file below `rules/`.
    pub file: String,
    /// Of the file's text, so that a later import can say what changed.
    pub sha256: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Who wrote it. Licences ask that this goes wherever the rule and its findings go.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// As the rule names it itself; else the pack's licence holds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub status: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub falsepositives: Vec<String>,
    /// `product/category/service`; empty for a correlation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Empty where Komainu reads its events; else why not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unreadable: String,
    /// Komainu's agents see its events.
    #[serde(default, skip_serializing_if = "is_not")]
    pub agents: bool,
    /// It only feeds a correlation.
    #[serde(default, skip_serializing_if = "is_not")]
    pub silent: bool,
    /// The level that its file says.
    pub written: String,
    /// The level at which it is used.
    pub level: String,
    /// It is used only where it is asked for.
    #[serde(default, skip_serializing_if = "is_not")]
    pub quiet: bool,
    /// Why `level` and `quiet` are as they are; empty where they are as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
}

impl RuleAbout {
    /// Can Komainu read its events?
    pub fn is_readable(&self) -> bool {
        self.unreadable.is_empty()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_not(flag: &bool) -> bool {
    !flag
}

impl Sheet {
    /// The short names of its licences, or that there is none.
    pub fn licence_names(&self) -> String {
        let names: Vec<&str> = self
            .licence
            .iter()
            .map(|licence| if licence.name.is_empty() { licence.file.as_str() } else { licence.name.as_str() })
            .collect();
        names.join(", ")
    }
}

/// The short name (SPDX) of a licence, by words that only its text has.
pub fn licence_name(text: &str) -> &'static str {
    let known = [
        ("Detection Rule License (DRL) 1.1", "DRL-1.1"),
        ("Detection Rule License 1.1", "DRL-1.1"),
        ("DRL 1.1", "DRL-1.1"),
        ("Detection Rule License (DRL) 1.0", "DRL-1.0"),
        ("Apache License", "Apache-2.0"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL-3.0"),
        ("Permission is hereby granted, free of charge", "MIT"),
        ("CC0 1.0 Universal", "CC0-1.0"),
    ];
    known.iter().find(|(words, _)| text.contains(words)).map_or("", |(_, name)| name)
}
