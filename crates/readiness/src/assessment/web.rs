//! Pages, files and API of the assessment.

mod member;
mod open;
mod over_time;

use super::result::{Evidence, answer_text, seen};
use super::rules::{Answer, Answers};
use crate::content::{AssessmentEdition, Question};
use crate::evidence::Beside;
use ::web::{App, Words};
use axum::Router;
use axum::routing::{get, post};
use base::Moment;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/assessment", get(over_time::start))
        .route("/assessment/check", get(open::question))
        .route("/assessment/result", get(open::result))
        .route("/assessment/keep", get(open::ask_keep).post(open::keep))
        .route("/assessment/sheets", post(member::start))
        .route("/assessment/again", post(member::again))
        .route("/assessment/company", get(over_time::company))
        .route("/assessment/sheets/{sheet}", get(member::sheet))
        .route("/assessment/sheets/{sheet}/questions/{number}", get(member::question).post(member::answer))
        .route("/assessment/sheets/{sheet}/finish", post(member::finish))
        .route("/assessment/sheets/{sheet}/result", get(member::result))
        .route("/assessment/sheets/{sheet}/result.pdf", get(member::pdf))
        .route("/assessment/sheets/{sheet}/result.csv", get(member::csv))
        .route("/api/v1/assessment/sheets", get(member::api_list))
        .route("/api/v1/assessment/sheets/{sheet}", get(member::api_sheet))
}

/// One question as it is asked.
struct Asked {
    number: usize,
    total: usize,
    given: usize,
    key: String,
    part: String,
    note: String,
    ask: String,
    means: String,
    example: String,
    why: String,
    choices: Vec<Choice>,
    evidence: Option<Evidence>,
    /// What is wrong with what was sent, in words.
    fault: Option<String>,
}

/// One answer that may be chosen.
struct Choice {
    value: &'static str,
    say: String,
    checked: bool,
}

impl Asked {
    fn of(w: &Words, edition: &AssessmentEdition, question: &Question, answers: &Answers) -> Asked {
        let part = edition.part_of(question);
        let chosen = answers.to(question);
        let may = |answer: &Answer| *answer != Answer::NotApplicable || question.may_not_apply;
        let choice = |answer: Answer| Choice {
            value: answer.key(),
            say: answer_text(w, edition, Some(answer)),
            checked: chosen == Some(answer),
        };
        Asked {
            number: question.number,
            total: edition.questions.len(),
            given: answers.given(),
            key: question.key.clone(),
            part: part.map(|part| part.say.to(w.lang).to_owned()).unwrap_or_default(),
            note: part.map(|part| part.note.to(w.lang).to_owned()).unwrap_or_default(),
            ask: question.ask.to(w.lang).to_owned(),
            means: question.means.to(w.lang).to_owned(),
            example: question.example.to(w.lang).to_owned(),
            why: question.why.to(w.lang).to_owned(),
            choices: Answer::ALL.into_iter().filter(may).map(choice).collect(),
            evidence: None,
            fault: None,
        }
    }

    fn with_evidence(mut self, w: &Words, beside: &[Beside], now: Moment) -> Asked {
        self.evidence = beside.iter().find(|beside| beside.question == self.key).map(|beside| seen(w, beside, now));
        self
    }

    /// Number and total for the words.
    fn place(&self) -> [(&'static str, String); 2] {
        [("n", self.number.to_string()), ("total", self.total.to_string())]
    }
}

/// Where a button of a question leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Go {
    #[default]
    Next,
    Back,
}
