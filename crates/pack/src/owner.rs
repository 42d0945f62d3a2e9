//! What an imported rule means to somebody who is no technician: told by its ATT&CK technique, never in the rule's own words.

use crate::RuleAbout;
use base::{Lang, Said};
use hunt::attack::{Attack, Technique};
use serde::Deserialize;
use sigma::Level;

/// Where the texts lie in the content.
pub const FILES: [&str; 4] = ["attack/tactics.toml", "attack/techniques.toml", "attack/actions.toml", "packs/owner.toml"];
const OWN: [&str; 4] = [
    include_str!("../../../content/attack/tactics.toml"),
    include_str!("../../../content/attack/techniques.toml"),
    include_str!("../../../content/attack/actions.toml"),
    include_str!("../../../content/packs/owner.toml"),
];

/// What stands around the words of a technique.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    edition: String,
    known: Said,
    we: Said,
    stage: Said,
    low: String,
    now: String,
    category: Vec<Category>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Category {
    /// None: all that no other one names.
    of: Vec<String>,
    title: Said,
    what: Said,
}

/// The texts for owners.
#[derive(Debug, Clone)]
pub struct Owner {
    attack: Attack,
    frame: Frame,
}

/// What an owner reads about a rule, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub title: String,
    /// What happened.
    pub what: String,
    /// The first thing to do.
    pub now: String,
    /// What we do.
    pub we: String,
}

impl Owner {
    /// As the program carries them.
    pub fn own() -> Result<Owner, String> {
        Owner::read(OWN)
    }

    /// Reads the texts of `FILES`, in that order.
    pub fn read([tactics, techniques, actions, frame]: [&str; 4]) -> Result<Owner, String> {
        let attack = Attack::read(tactics, techniques, actions).map_err(|error| format!("attack: {error}"))?;
        let frame: Frame = toml::from_str(frame).map_err(|error| format!("packs/owner.toml: {error}"))?;
        Ok(Owner { attack, frame })
    }

    /// Everything that is missing or does not fit together.
    pub fn faults(&self) -> Vec<String> {
        let Frame { edition, known, we, stage, low, now, category } = &self.frame;
        let mut faults = Vec::new();
        let said = [known, we, stage].into_iter().chain(category.iter().flat_map(|one| [&one.title, &one.what]));
        if edition.is_empty() || said.into_iter().any(Said::is_incomplete) {
            faults.push("packs/owner.toml: something is said in only one language".to_owned());
        }
        if ![&stage.ja, &stage.en].iter().all(|text| text.contains("{stage}")) {
            faults.push("packs/owner.toml: `stage` does not say where the stage stands".to_owned());
        }
        if [low, now].iter().any(|id| self.attack.action(id).is_none()) {
            faults.push("packs/owner.toml: names an action that is not there".to_owned());
        }
        if !category.last().is_some_and(|last| last.of.is_empty()) {
            faults.push("packs/owner.toml: the last category must be for all others".to_owned());
        }
        faults
    }

    /// What an owner reads about a rule. Of several techniques, the one whose first step is the most urgent speaks.
    pub fn told(&self, rule: &RuleAbout, lang: Lang) -> Told {
        let urgency = |technique: &&Technique| self.attack.action(&technique.now).unwrap_or(usize::MAX);
        let techniques = rule.tags.iter().filter_map(|tag| self.attack.of_tag(tag)).map(|named| named.technique);
        let (title, what, now) = match techniques.min_by_key(urgency) {
            Some(technique) => {
                let what = technique.what.to(lang);
                (headline(what), what.to_owned(), technique.now.as_str())
            }
            None => {
                let (title, what) = self.by_stage(rule, lang).unwrap_or_else(|| self.by_category(rule, lang));
                (title, what, self.frame.now.as_str())
            }
        };
        let is_low = rule.level.parse().is_ok_and(|level: Level| level <= Level::Low);
        let now = self.attack.action(if is_low { &self.frame.low } else { now });
        let now = now.and_then(|place| self.attack.actions.get(place)).map(|action| action.to(lang).to_owned());
        let gap = if lang == Lang::En { " " } else { "" };
        Told {
            title,
            what: format!("{what}{gap}{}", self.frame.known.to(lang)),
            now: now.unwrap_or_default(),
            we: self.frame.we.to(lang).to_owned(),
        }
    }

    fn by_stage(&self, rule: &RuleAbout, lang: Lang) -> Option<(String, String)> {
        let tactic = rule.tags.iter().find_map(|tag| self.attack.tactic_of_tag(tag))?;
        let chapter = self.attack.chapters.get(self.attack.chapter(&tactic.chapter))?;
        Some((self.frame.stage.to(lang).replace("{stage}", chapter.title.to(lang)), chapter.says.to(lang).to_owned()))
    }

    fn by_category(&self, rule: &RuleAbout, lang: Lang) -> (String, String) {
        let asked = rule.source.split('/').nth(1).unwrap_or_default();
        let found = self.frame.category.iter().find(|one| one.of.is_empty() || one.of.iter().any(|name| name == asked));
        found.map(|one| (one.title.to(lang).to_owned(), one.what.to(lang).to_owned())).unwrap_or_default()
    }
}

/// A sentence as a title: without its full stop.
fn headline(sentence: &str) -> String {
    sentence.trim_end().trim_end_matches(['。', '.']).to_owned()
}
