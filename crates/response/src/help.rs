//! The big 困った button: what is happening, what to do first, and a case that somebody looks after.

mod web;

#[cfg(test)]
mod tests;

pub use self::web::routes;

use crate::detection::Fault;
use ::web::Content;
use base::*;
use serde::Deserialize;

/// First aid, as an edition says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Help {
    pub edition: String,
    #[serde(rename = "kind")]
    pub kinds: Vec<Kind>,
    #[serde(rename = "lesson", default)]
    lessons: Vec<Lesson>,
}

/// One thing that may be happening.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    pub key: String,
    pub say: Said,
    /// How one recognises it.
    pub hint: Said,
    /// What to do first, in this order.
    pub steps: Vec<Said>,
    /// What not to do.
    pub never: Vec<Said>,
    /// The question of the self-assessment whose lesson is about this.
    pub question: String,
}

/// A lesson that a case may lead to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// The question of the self-assessment that has it.
    pub question: String,
    /// What it is about.
    pub say: Said,
    /// ATT&CK tags, as `attack.t1110`; a technique stands for its sub-techniques too.
    #[serde(default)]
    tags: Vec<String>,
}

/// The key of the kind of a case that came from an alert.
pub const ALERT: &str = "alert";
const FILE: &str = "help/2026-11.toml";

impl Help {
    /// Reads the newest edition.
    pub fn read(content: &Content) -> (Help, Vec<Fault>) {
        let fault = |why: String| Fault { file: FILE.to_owned(), why };
        let empty = Help { edition: String::new(), kinds: Vec::new(), lessons: Vec::new() };
        let help = match content.text(FILE).map(|text| toml::from_str::<Help>(&text)) {
            None => return (empty, vec![fault("it is missing".to_owned())]),
            Some(Err(error)) => return (empty, vec![fault(error.to_string())]),
            Some(Ok(help)) => help,
        };
        let faults =
            help.kinds.iter().filter(|kind| kind.is_incomplete()).map(|kind| fault(format!("{}: a text is missing", kind.key)));
        let unknown = help.kinds.iter().filter(|kind| !help.lessons.iter().any(|lesson| lesson.question == kind.question));
        let faults = faults.chain(unknown.map(|kind| fault(format!("{}: there is no lesson {}", kind.key, kind.question))));
        let faults = faults.chain(help.kind(ALERT).is_none().then(|| fault(format!("there is no kind {ALERT}")))).collect();
        (help, faults)
    }

    pub fn kind(&self, key: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.key == key)
    }

    /// The kinds that a person may choose from: all but the one that alerts bring.
    pub fn choices(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.iter().filter(|kind| kind.key != ALERT)
    }

    /// The lessons that fit a case: by the tags of its alerts, then by its kind; three at most.
    pub fn questions(&self, kind: &str, tags: &[String]) -> Vec<&Lesson> {
        let is_about = |lesson: &&Lesson| tags.iter().any(|tag| lesson.tags.iter().any(|about| covers(about, tag)));
        let of_kind = self.kind(kind).map(|kind| kind.question.as_str());
        let mut found: Vec<&Lesson> = self.lessons.iter().filter(is_about).collect();
        found.truncate(2);
        let more = self.lessons.iter().find(|lesson| Some(lesson.question.as_str()) == of_kind);
        found.extend(more.filter(|lesson| !found.iter().any(|one| one.question == lesson.question)));
        found
    }
}

/// `attack.t1110` covers itself and `attack.t1110.001`.
fn covers(about: &str, tag: &str) -> bool {
    tag == about || tag.strip_prefix(about).is_some_and(|rest| rest.starts_with('.'))
}

impl Kind {
    fn is_incomplete(&self) -> bool {
        let lists = self.steps.iter().chain(&self.never);
        self.steps.is_empty() || lists.chain([&self.say, &self.hint]).any(Said::is_incomplete)
    }
}
