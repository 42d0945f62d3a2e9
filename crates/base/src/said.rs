use crate::Lang;
use serde::{Deserialize, Serialize};

/// A sentence of content in both languages, side by side: `{ ja = "…", en = "…" }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub ja: String,
    pub en: String,
}

impl Said {
    /// The sentence in a reader's language.
    pub fn to(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }

    /// Is either language missing?
    pub fn is_incomplete(&self) -> bool {
        self.ja.trim().is_empty() || self.en.trim().is_empty()
    }
}
