use super::{both, once};
use base::{Day, Said};
use serde::Deserialize;

/// One edition of a self-declaration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclarationEdition {
    pub edition: String,
    /// The first day on which it could be made.
    pub from: Day,
    /// The last day, where there is one.
    pub until: Option<Day>,
    /// `one-star`.
    pub level: String,
    /// Where it comes from; for editors.
    pub source: String,
    /// What could not be verified; for editors.
    pub unverified: Vec<String>,
    pub pledge: Said,
    pub disclaimer: Said,
    pub apply_url: String,
    pub apply_how: Vec<Said>,
    pub id: NumberRule,
    #[serde(rename = "article")]
    pub articles: Vec<Article>,
}

/// The number that the scheme's operator gives.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberRule {
    /// For editors; the rule itself is code and must say the same.
    pub pattern: String,
    pub old_prefix_warning: Said,
    pub old_prefix_from: Day,
}

/// One rule that the company declares to work on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Article {
    pub number: i64,
    pub key: String,
    pub say: Said,
    pub means: Said,
    pub ask: Said,
    pub suggestions: Vec<Said>,
}

/// The pattern that `declaration::rules::number` checks.
const PATTERN: &str = r"^[45]\d{10}$";

impl DeclarationEdition {
    /// Can it be made on this day?
    pub fn holds_on(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// How many rules it has, as readers call it: 6 of the 6か条.
    pub fn count(&self) -> usize {
        self.articles.len()
    }

    pub(super) fn faults(&self, faults: &mut Vec<String>) {
        let place = format!("declaration/{}.toml", self.edition);
        both(&place, [("pledge", &self.pledge), ("disclaimer", &self.disclaimer)], faults);
        both(&place, [("old_prefix_warning", &self.id.old_prefix_warning)], faults);
        both(&place, self.apply_how.iter().map(|how| ("apply_how", how)), faults);
        once(&place, self.articles.iter().map(|article| article.key.as_str()), faults);
        for (at, article) in self.articles.iter().enumerate() {
            both(&place, [("say", &article.say), ("means", &article.means), ("ask", &article.ask)], faults);
            both(&place, article.suggestions.iter().map(|text| (article.key.as_str(), text)), faults);
            if usize::try_from(article.number) != Ok(at + 1) || article.suggestions.is_empty() {
                faults.push(format!("{place}: {} has another number than {} or no suggestion", article.key, at + 1));
            }
        }
        if self.articles.is_empty() || self.articles.len() > 12 || self.until.is_some_and(|until| until < self.from) {
            faults.push(format!("{place}: no article, too many, or it ends before it begins"));
        }
        if self.id.pattern != PATTERN || self.level != "one-star" {
            faults.push(format!("{place}: the number's pattern or the level is another than the program knows"));
        }
        if !self.apply_url.starts_with("https://") {
            faults.push(format!("{place}: apply_url is no address beginning with https://"));
        }
    }
}
