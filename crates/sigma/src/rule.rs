use std::fmt;
use std::str::FromStr;

/// How bad it is if the rule is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

/// A word that is no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no level: informational, low, medium, high, critical")]
pub struct NotALevel(pub String);

impl Level {
    pub const ALL: [Level; 5] = [Level::Informational, Level::Low, Level::Medium, Level::High, Level::Critical];

    pub fn as_str(self) -> &'static str {
        match self {
            Level::Informational => "informational",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
            Level::Critical => "critical",
        }
    }
}

impl FromStr for Level {
    type Err = NotALevel;
    fn from_str(word: &str) -> Result<Level, NotALevel> {
        Level::ALL.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(word)).ok_or_else(|| NotALevel(word.to_owned()))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a rule says of itself. How it matches is kept beside it in `Rules`.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The rule's UUID; where the author gave none, its `name` or its file's name.
    pub id: String,
    /// The file's name without folder and ending.
    pub name: String,
    /// The word by which correlations may refer to it (Sigma's `name`), or empty.
    pub called: String,
    /// The file as it was given to `Rules::read`.
    pub file: String,
    pub title: String,
    pub level: Level,
    /// `stable`, `test`, `experimental`, …; empty where not given.
    pub status: String,
    pub tags: Vec<String>,
    pub description: String,
    pub falsepositives: Vec<String>,
    pub references: Vec<String>,
    pub author: String,
    /// What the rule looks at; empty for a correlation.
    pub source: wire::Source,
    pub correlation: bool,
    /// It only feeds a correlation and gives no finding of its own.
    pub silent: bool,
    /// It cannot hold without some plain text or value that it names; the others are put to every event of their source.
    pub anchored: bool,
}
