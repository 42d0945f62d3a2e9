//! A result as it is shown: on pages, on paper and in files.

use super::chart;
use super::rules::{self, Answer, Answers, Share};
use crate::content::{AssessmentEdition, Question};
use crate::evidence::{self, Beside};
use ::web::Words;
use base::{Lang, Moment};

/// How many of the weakest questions are shown before the others are folded away.
pub const FEW: usize = 8;

/// A result in the reader's words.
pub struct Shown {
    pub score: i64,
    pub most: i64,
    pub band: String,
    pub next: String,
    pub parts: Vec<Bar>,
    pub topics: Vec<Bar>,
    pub radar: String,
    pub weakest: Vec<Item>,
    pub unknown: Vec<Item>,
    pub answers: Vec<Item>,
}

/// Points of a part or a topic.
pub struct Bar {
    pub name: String,
    pub points: i64,
    pub most: i64,
    pub percent: i64,
}

/// One question with its answer.
#[derive(Clone)]
pub struct Item {
    pub number: usize,
    pub key: String,
    pub ask: String,
    pub answer: String,
    pub points: i64,
    pub evidence: Option<Evidence>,
}

/// What was seen about an answer, in the reader's words.
#[derive(Clone)]
pub struct Evidence {
    pub says: String,
    pub badge: &'static str,
    /// What was seen differs from the answer, so that answering again may be wanted.
    pub differs: bool,
    pub lines: Vec<Line>,
}

/// What one check found on one device.
#[derive(Clone)]
pub struct Line {
    pub host: String,
    pub check: String,
    pub note: String,
    pub when: String,
    pub says: String,
}

/// An answer in words.
pub fn answer_text(w: &Words, edition: &AssessmentEdition, answer: Option<Answer>) -> String {
    match answer {
        None => w.t("assessment-no-answer"),
        Some(Answer::NotApplicable) => w.n("assessment-not-applicable", "points", edition.not_applicable_points),
        Some(answer) => {
            let found = edition.answers.iter().find(|text| text.key == answer);
            found.map(|text| text.say.to(w.lang).to_owned()).unwrap_or_default()
        }
    }
}

/// Puts a result into words. `beside` is what was seen about the answers; empty for somebody without an account.
pub fn show(w: &Words, edition: &AssessmentEdition, answers: &Answers, beside: &[Beside], now: Moment) -> Shown {
    let score = rules::score(edition, answers);
    let band = rules::band(edition, score);
    let item = |question: &Question| item(w, edition, answers, question, beside, now);
    let topics = bars(w.lang, rules::topics(edition, answers), |key| {
        edition.topics.iter().find(|topic| topic.key == key).map(|topic| &topic.say)
    });
    let axes: Vec<(&str, i64)> = topics.iter().map(|topic| (topic.name.as_str(), topic.percent)).collect();
    Shown {
        score,
        most: edition.most(),
        band: band.map(|band| band.say.to(w.lang).to_owned()).unwrap_or_default(),
        next: band.map(|band| band.next.to(w.lang).to_owned()).unwrap_or_default(),
        parts: bars(w.lang, rules::parts(edition, answers), |key| {
            edition.parts.iter().find(|part| part.key == key).map(|part| &part.say)
        }),
        radar: chart::radar(&w.t("assessment-radar"), &axes),
        topics,
        weakest: rules::weakest(edition, answers).into_iter().map(item).collect(),
        unknown: rules::answered(edition, answers, Answer::Unknown).into_iter().map(item).collect(),
        answers: edition.questions.iter().map(item).collect(),
    }
}

fn bars<'a>(lang: Lang, shares: Vec<Share>, name: impl Fn(&str) -> Option<&'a base::Said>) -> Vec<Bar> {
    let bar = |share: Share| Bar {
        name: name(&share.key).map(|said| said.to(lang).to_owned()).unwrap_or_default(),
        points: share.points,
        most: share.most,
        percent: share.percent(),
    };
    shares.into_iter().map(bar).collect()
}

fn item(w: &Words, edition: &AssessmentEdition, answers: &Answers, question: &Question, beside: &[Beside], now: Moment) -> Item {
    Item {
        number: question.number,
        key: question.key.clone(),
        ask: question.ask.to(w.lang).to_owned(),
        answer: answer_text(w, edition, answers.to(question)),
        points: rules::points(edition, answers, question),
        evidence: beside.iter().find(|beside| beside.question == question.key).map(|beside| seen(w, beside, now)),
    }
}

/// What was seen about an answer, in words.
pub fn seen(w: &Words, beside: &Beside, now: Moment) -> Evidence {
    let line = |seen: &evidence::Seen| Line {
        host: seen.found.host.clone(),
        check: w.t(&format!("evidence-check-{}", seen.found.check)),
        note: evidence::note(w, &seen.found),
        when: w.ago(seen.found.at, now),
        says: evidence::agreement(w, Some(seen.agreement)),
    };
    Evidence {
        says: evidence::agreement(w, beside.agreement),
        badge: beside.agreement.map_or("", |agreement| agreement.badge()),
        differs: beside.agreement.is_some_and(|agreement| agreement.differs()),
        lines: beside.seen.iter().map(line).collect(),
    }
}
