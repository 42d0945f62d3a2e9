use serde::{Deserialize, Serialize};

/// Where an event comes from, in Sigma's words (Sigma specification 2.1, `logsource`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// `linux`, `windows`, …
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub product: String,
    /// `process_creation`, `file_event`, …; empty where the source is a service's log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// `sshd`, `auth`, `auditd`, …; empty where the source is a category.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service: String,
}

/// One thing that was observed on a machine: a flat list of named texts, as Sigma rules name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened: UTC milliseconds.
    pub at: i64,
    pub source: Source,
    /// Field name and value. Names may repeat where the source repeats them. The text of a log line, behind its program's name, is `message`.
    pub fields: Vec<(String, String)>,
}

impl Event {
    /// The first value of a field, by its exact name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}
