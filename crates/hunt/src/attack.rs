//! MITRE ATT&CK as content: tactics, techniques, and what each means to an owner who is no technician.

use base::{Lang, Said};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const TACTICS: &str = include_str!("../../../content/attack/tactics.toml");
const TECHNIQUES: &str = include_str!("../../../content/attack/techniques.toml");
const ACTIONS: &str = include_str!("../../../content/attack/actions.toml");

/// A column of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tactic {
    /// `TA0001`.
    pub id: String,
    /// As tags write it: `initial-access`.
    pub slug: String,
    pub name: String,
    pub ja: String,
    /// The chapter of a report that tells of it.
    pub chapter: String,
    /// Slugs by which older rules call it.
    #[serde(default)]
    pub former: Vec<String>,
}

/// A chapter of the story that a report tells.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    pub id: String,
    pub title: Said,
    pub says: Said,
}

/// A technique, in words for an owner.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Technique {
    /// `T1003`.
    pub id: String,
    pub name: String,
    pub ja: String,
    /// Slugs, in the order of the columns.
    pub tactics: Vec<String>,
    /// What happened, in one sentence without jargon.
    pub what: Said,
    /// The id of the first thing to do.
    pub now: String,
    /// The chapter that tells of it, where that is not the first tactic's.
    #[serde(default)]
    chapter: Option<String>,
}

/// A sub-technique; it speaks through its technique.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sub {
    /// `T1003.001`.
    pub id: String,
    pub name: String,
    pub ja: String,
    /// Where they are not those of its technique.
    #[serde(default)]
    tactics: Vec<String>,
}

/// A first thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    pub id: String,
    pub ja: String,
    pub en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TacticFile {
    edition: String,
    chapter: Vec<Chapter>,
    tactic: Vec<Tactic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TechniqueFile {
    edition: String,
    technique: Vec<Technique>,
    sub: Vec<Sub>,
    moved: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionFile {
    edition: String,
    action: Vec<Action>,
}

/// All of it; from `content/attack/`.
#[derive(Debug, Clone)]
pub struct Attack {
    pub edition: String,
    /// In the order in which a story is told.
    pub chapters: Vec<Chapter>,
    /// In the order of the matrix.
    pub tactics: Vec<Tactic>,
    /// The most urgent first.
    pub actions: Vec<Action>,
    techniques: BTreeMap<String, Technique>,
    subs: BTreeMap<String, Sub>,
    moved: BTreeMap<String, String>,
    editions: BTreeSet<String>,
}

/// A technique or one of its sub-techniques.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    pub technique: &'a Technique,
    pub sub: Option<&'a Sub>,
}

impl Attack {
    /// What the program carries.
    pub fn own() -> Result<Attack, toml::de::Error> {
        Attack::read(TACTICS, TECHNIQUES, ACTIONS)
    }

    /// Reads the three files; refuses unknown keys. What is missing or does not fit together is told by `faults`.
    pub fn read(tactics: &str, techniques: &str, actions: &str) -> Result<Attack, toml::de::Error> {
        let tactics: TacticFile = toml::from_str(tactics)?;
        let techniques: TechniqueFile = toml::from_str(techniques)?;
        let actions: ActionFile = toml::from_str(actions)?;
        Ok(Attack {
            edition: techniques.edition.clone(),
            editions: [tactics.edition, techniques.edition, actions.edition].into(),
            chapters: tactics.chapter,
            tactics: tactics.tactic,
            actions: actions.action,
            techniques: techniques.technique.into_iter().map(|one| (one.id.clone(), one)).collect(),
            subs: techniques.sub.into_iter().map(|one| (one.id.clone(), one)).collect(),
            moved: techniques.moved,
        })
    }

    /// The techniques, in the order of their ids.
    pub fn techniques(&self) -> impl Iterator<Item = &Technique> {
        self.techniques.values()
    }

    /// A technique by its id in any case (`T1003`, `t1003.001`), an older id included. An unknown sub-technique gives
    /// its technique.
    pub fn technique(&self, id: &str) -> Option<Named<'_>> {
        let id = id.to_ascii_uppercase();
        let id = self.moved.get(&id).unwrap_or(&id);
        let parent = id.split('.').next().unwrap_or_default();
        let parent = self.moved.get(parent).map_or(parent, |moved| moved);
        let technique = self.techniques.get(parent.split('.').next().unwrap_or_default())?;
        Some(Named { technique, sub: self.subs.get(id) })
    }

    /// A technique by a rule's tag: `attack.t1003.001`.
    pub fn of_tag(&self, tag: &str) -> Option<Named<'_>> {
        let id = tag.get(..7).filter(|start| start.eq_ignore_ascii_case("attack.")).and(tag.get(7..))?;
        self.technique(id)
    }

    /// A tactic by a rule's tag: `attack.initial-access`, `attack.defense_evasion`.
    pub fn tactic_of_tag(&self, tag: &str) -> Option<&Tactic> {
        let slug = tag.get(..7).filter(|start| start.eq_ignore_ascii_case("attack.")).and(tag.get(7..))?;
        let slug = slug.to_ascii_lowercase().replace('_', "-");
        self.tactics.iter().find(|tactic| tactic.slug == slug || tactic.former.contains(&slug))
    }

    pub fn tactic(&self, slug: &str) -> Option<&Tactic> {
        self.tactics.iter().find(|tactic| tactic.slug == slug)
    }

    /// The place of the chapter that tells of a technique.
    pub fn chapter_of(&self, technique: &Technique) -> usize {
        let first = technique.tactics.first().and_then(|slug| self.tactic(slug)).map(|tactic| &tactic.chapter);
        self.chapter(technique.chapter.as_ref().or(first).map_or("other", |id| id))
    }

    /// The place of a chapter; of an unknown one, the last.
    pub fn chapter(&self, id: &str) -> usize {
        self.chapters.iter().position(|chapter| chapter.id == id).unwrap_or(self.chapters.len().saturating_sub(1))
    }

    /// The place of an action; the lower, the more urgent.
    pub fn action(&self, id: &str) -> Option<usize> {
        self.actions.iter().position(|action| action.id == id)
    }

    /// Everything that is missing or does not fit together, at once.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.editions.len() != 1 {
            faults.push(format!("the files are of several editions: {:?}", self.editions));
        }
        for chapter in self.chapters.iter().filter(|one| one.title.is_incomplete() || one.says.is_incomplete()) {
            faults.push(format!("chapter {}: said in only one language", chapter.id));
        }
        let chapter = |id: &str| self.chapters.iter().any(|chapter| chapter.id == id);
        for tactic in &self.tactics {
            if tactic.ja.trim().is_empty() || tactic.name.trim().is_empty() || !chapter(&tactic.chapter) {
                faults.push(format!("tactic {}: a name or its chapter is missing", tactic.id));
            }
        }
        for one in self.techniques.values() {
            let known = !one.tactics.is_empty() && one.tactics.iter().all(|slug| self.tactic(slug).is_some());
            if one.what.is_incomplete() || one.ja.trim().is_empty() || one.name.trim().is_empty() {
                faults.push(format!("{}: a text is missing", one.id));
            }
            if !known || self.action(&one.now).is_none() || !one.chapter.as_deref().is_none_or(chapter) {
                faults.push(format!("{}: names a tactic, action or chapter that is not there", one.id));
            }
        }
        for sub in self.subs.values() {
            let parent = sub.id.split('.').next().unwrap_or_default();
            if !self.techniques.contains_key(parent) || sub.ja.trim().is_empty() || sub.name.trim().is_empty() {
                faults.push(format!("{}: its technique or a name is missing", sub.id));
            }
        }
        for (old, new) in &self.moved {
            let parent = new.split('.').next().unwrap_or_default();
            if self.techniques.contains_key(old) || self.subs.contains_key(old) || !self.techniques.contains_key(parent) {
                faults.push(format!("{old}: moved to {new}, but one of them is not as it should be"));
            }
        }
        for action in self.actions.iter().filter(|one| one.ja.trim().is_empty() || one.en.trim().is_empty()) {
            faults.push(format!("action {}: said in only one language", action.id));
        }
        faults
    }
}

impl Tactic {
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.name,
        }
    }
}

impl Action {
    pub fn to(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

impl<'a> Named<'a> {
    /// `T1003.001`, or the technique's own id.
    pub fn id(&self) -> &'a str {
        self.sub.map_or(&self.technique.id, |sub| &sub.id)
    }

    /// A short name; ATT&CK's own in English.
    pub fn name(&self, lang: Lang) -> &'a str {
        match (lang, self.sub) {
            (Lang::Ja, Some(sub)) => &sub.ja,
            (Lang::En, Some(sub)) => &sub.name,
            (Lang::Ja, None) => &self.technique.ja,
            (Lang::En, None) => &self.technique.name,
        }
    }

    /// The columns in which it stands.
    pub fn tactics(&self) -> &'a [String] {
        match self.sub {
            Some(sub) if !sub.tactics.is_empty() => &sub.tactics,
            Some(_) | None => &self.technique.tactics,
        }
    }
}

#[cfg(test)]
mod tests;
