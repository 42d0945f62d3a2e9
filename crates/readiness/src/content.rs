//! The dated editions that getting ready works from: questions, steps, declarations. Published ones are sealed.

mod assessment;
mod declaration;
mod plan;
mod sealed;
mod size;

pub use assessment::{AnswerText, AssessmentEdition, Band, Part, Question, Topic};
pub use declaration::{Article, DeclarationEdition, NumberRule};
pub use plan::{Doer, PlanEdition, StepText};
pub use size::{Named, SizeBand, Trade};

use base::{Day, Problem, Result, Said};
use serde::de::DeserializeOwned;
use web::Content;

/// Every edition that there is, oldest first. One of these stands on the shelf.
#[derive(Debug, Default)]
pub struct Editions {
    pub assessments: Vec<AssessmentEdition>,
    pub plans: Vec<PlanEdition>,
    pub declarations: Vec<DeclarationEdition>,
    pub trades: Vec<Trade>,
    pub sizes: Vec<SizeBand>,
}

impl Editions {
    /// Reads all editions, and says everything that is wrong with them. What can be read is there all the same.
    pub fn read(content: &Content) -> (Editions, Vec<String>) {
        let mut faults = Vec::new();
        let mut editions = Editions {
            assessments: each(content, "assessment/", &mut faults),
            plans: each(content, "plan/", &mut faults),
            declarations: each(content, "declaration/", &mut faults),
            trades: one::<size::TradeFile>(content, "trade/jsic.toml", &mut faults).map(|file| file.trade).unwrap_or_default(),
            sizes: one::<size::SizeFile>(content, "size/bands.toml", &mut faults).map(|file| file.band).unwrap_or_default(),
        };
        editions.assessments.sort_by(|a, b| a.edition.cmp(&b.edition));
        editions.plans.sort_by(|a, b| a.edition.cmp(&b.edition));
        editions.declarations.sort_by(|a, b| a.edition.cmp(&b.edition));
        editions.assessments.iter().for_each(|edition| edition.faults(&mut faults));
        editions.declarations.iter().for_each(|edition| edition.faults(&mut faults));
        let newest = editions.assessments.last();
        editions.plans.iter().for_each(|edition| edition.faults(newest, &mut faults));
        size::faults(&editions.sizes, &mut faults);
        (editions, faults)
    }

    /// The edition of questions that an answer was given to.
    pub fn assessment(&self, edition: &str) -> Result<&AssessmentEdition> {
        let found = self.assessments.iter().find(|one| one.edition == edition);
        found.ok_or_else(|| Problem::internal(format!("no edition {edition:?} of the assessment")))
    }

    /// The edition of questions in use on a day: the newest one published by then.
    pub fn assessment_on(&self, day: Day) -> Result<&AssessmentEdition> {
        let found = self.assessments.iter().rev().find(|one| one.published <= day).or(self.assessments.first());
        found.ok_or_else(|| Problem::internal("no edition of the assessment"))
    }

    /// The newest edition of the steps.
    pub fn plan(&self) -> Result<&PlanEdition> {
        self.plans.last().ok_or_else(|| Problem::internal("no edition of the plan"))
    }

    /// A step by its key, from the newest edition that has it.
    pub fn step(&self, key: &str) -> Option<&StepText> {
        self.plans.iter().rev().find_map(|plan| plan.step(key))
    }

    /// An edition of a declaration.
    pub fn declaration(&self, edition: &str) -> Option<&DeclarationEdition> {
        self.declarations.iter().find(|one| one.edition == edition)
    }

    /// The declaration that can be made on a day.
    pub fn declaration_on(&self, day: Day) -> Result<&DeclarationEdition> {
        let found = self.declarations.iter().rev().find(|one| one.holds_on(day));
        found.ok_or_else(|| Problem::internal("no edition of the declaration"))
    }

    /// A question by its key, from the newest edition that has it.
    pub fn question(&self, key: &str) -> Option<(&AssessmentEdition, &Question)> {
        self.assessments.iter().rev().find_map(|edition| edition.question(key).map(|question| (edition, question)))
    }

    /// The trade of a code such as `I`.
    pub fn trade(&self, code: &str) -> Option<&Trade> {
        self.trades.iter().find(|trade| trade.code == code)
    }

    /// The band of sizes that a number of people falls into.
    pub fn size(&self, employees: i64) -> Option<&SizeBand> {
        self.sizes.iter().find(|band| band.holds(employees))
    }
}

/// Everything that is wrong with the content of this crate: what cannot be read, what is missing, what was changed
/// after it was published. For the content check.
pub fn faults(content: &Content) -> Vec<String> {
    let (_, mut faults) = Editions::read(content);
    faults.extend(sealed::faults(content));
    faults
}

fn one<T: DeserializeOwned>(content: &Content, path: &str, faults: &mut Vec<String>) -> Option<T> {
    let Some(text) = content.text(path) else {
        faults.push(format!("{path}: there is no such file, or it is not UTF-8"));
        return None;
    };
    toml::from_str(&text).map_err(|error| faults.push(format!("{path}: {error}"))).ok()
}

fn each<T: DeserializeOwned>(content: &Content, folder: &str, faults: &mut Vec<String>) -> Vec<T> {
    let paths = content.list(folder).into_iter().filter(|path| path.ends_with(".toml"));
    let found: Vec<T> = paths.filter_map(|path| one(content, &path, faults)).collect();
    if found.is_empty() {
        faults.push(format!("{folder}: there is no edition that can be read"));
    }
    found
}

/// Notes each text that lacks a language.
fn both<'a>(place: &str, texts: impl IntoIterator<Item = (&'a str, &'a Said)>, faults: &mut Vec<String>) {
    for (name, text) in texts {
        if text.is_incomplete() {
            faults.push(format!("{place}: {name} is not said in both languages"));
        }
    }
}

/// Notes each key that stands more than once.
fn once<'a>(place: &str, keys: impl IntoIterator<Item = &'a str>, faults: &mut Vec<String>) {
    let mut seen = std::collections::BTreeSet::new();
    for key in keys {
        if !seen.insert(key) {
            faults.push(format!("{place}: {key} stands more than once"));
        }
    }
}

#[cfg(test)]
mod tests;
