//! A result as a file: CSV for spreadsheets, JSON for programs, PDF for paper.

use super::Filled;
use super::result::{Item, Shown, show};
use super::rules::{self, Answer};
use crate::content::AssessmentEdition;
use crate::evidence::Beside;
use ::web::Words;
use base::{Moment, Problem, Result};
use paper::{AssessmentPaper, AssessmentWords, Press};
use serde_json::{Value, json};
use std::sync::Arc;

/// The answers as CSV (RFC 4180) with a byte order mark, so that Excel reads it as UTF-8.
pub fn csv(w: &Words, shown: &Shown) -> Vec<u8> {
    let head = ["number", "question", "answer", "points", "seen"].map(|column| w.t(&format!("assessment-column-{column}")));
    let mut text = String::from("\u{feff}");
    row(&mut text, &head);
    for item in &shown.answers {
        let seen = item.evidence.as_ref().map(|evidence| evidence.says.clone()).unwrap_or_default();
        row(&mut text, &[item.number.to_string(), item.ask.clone(), item.answer.clone(), item.points.to_string(), seen]);
    }
    row(&mut text, &[String::new(), w.t("assessment-score"), String::new(), shown.score.to_string(), String::new()]);
    text.into_bytes()
}

fn row(text: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell_text(cell)).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// A cell in quotes. A text that a spreadsheet would run as a formula gets an apostrophe; a plain number does not.
fn cell_text(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<i64>().is_err();
    format!("\"{}{}\"", if formula { "'" } else { "" }, cell.replace('"', "\"\""))
}

/// A sheet as the API gives it.
pub fn json(edition: &AssessmentEdition, filled: &Filled, beside: &[Beside], w: &Words) -> Value {
    let answers = edition.questions.iter().map(|question| {
        let evidence = beside.iter().find(|beside| beside.question == question.key);
        json!({
            "number": question.number,
            "question": question.key,
            "ask": question.ask.to(w.lang),
            "answer": filled.answers.to(question).map(Answer::key),
            "points": filled.answers.to(question).map(|answer| edition.points(answer)),
            "agreement": evidence.and_then(|beside| beside.agreement).map(|agreement| agreement.key()),
            "observed": evidence.map(|beside| beside.seen.iter().map(|seen| json!({
                "device": seen.found.device,
                "check": seen.found.check,
                "state": seen.found.state,
                "note": seen.found.note,
                "at": seen.found.at.rfc3339(),
                "agreement": seen.agreement.key(),
            })).collect::<Vec<_>>()).unwrap_or_default(),
        })
    });
    let score = filled.sheet.finished.map(|_| rules::score(edition, &filled.answers));
    json!({
        "id": filled.sheet.id,
        "site": filled.sheet.site,
        "edition": filled.sheet.edition,
        "started_at": filled.sheet.started.rfc3339(),
        "finished_at": filled.sheet.finished.map(Moment::rfc3339),
        "score": score,
        "most": edition.most(),
        "band": score.and_then(|score| rules::band(edition, score)).map(|band| band.key.clone()),
        "answered": filled.answers.given(),
        "answers": answers.collect::<Vec<_>>(),
    })
}

/// The result as an A4 document. Setting it takes a while, so it never holds up the server's other work.
pub async fn pdf(
    press: Arc<Press>,
    w: &Words,
    edition: &AssessmentEdition,
    filled: &Filled,
    names: (&str, &str),
    now: Moment,
) -> Result<Vec<u8>> {
    let sheet = sheet(w, edition, filled, names, now);
    let printed = tokio::task::spawn_blocking(move || press.assessment(&sheet)).await.map_err(Problem::internal)?;
    printed.map_err(Problem::internal)
}

fn sheet(w: &Words, edition: &AssessmentEdition, filled: &Filled, (company, site): (&str, &str), now: Moment) -> AssessmentPaper {
    let shown = show(w, edition, &filled.answers, &[], now);
    let finished = filled.sheet.finished.unwrap_or(now);
    let answer = |item: &Item| paper::Answer {
        number: u16::try_from(item.number).unwrap_or(0),
        question: item.ask.clone(),
        answer: item.answer.clone(),
        points: small(item.points),
    };
    let topics = shown
        .topics
        .iter()
        .map(|topic| paper::Topic { name: topic.name.clone(), percent: u8::try_from(topic.percent).unwrap_or(0) });
    let from = w.with("assessment-paper-source", &[("edition", edition.edition.as_str()), ("day", &w.day(finished.day()))]);
    AssessmentPaper {
        lang: w.lang,
        day: now.day(),
        printed_on: w.day(now.day()),
        company: if site.is_empty() {
            company.to_owned()
        } else {
            w.with("assessment-paper-company", &[("company", company), ("site", site)])
        },
        title: edition.title.to(w.lang).to_owned(),
        words: paper_words(w),
        score: small(shown.score),
        out_of: small(shown.most),
        band: w.t("assessment-paper-band"),
        band_text: shown.band.clone(),
        next: shown.next.clone(),
        topics: topics.collect(),
        weakest: shown.weakest.iter().take(5).map(answer).collect(),
        answers: shown.answers.iter().map(answer).collect(),
        unknown: shown.unknown.iter().map(answer).collect(),
        source: from,
        footer: w.t("assessment-paper-footer"),
    }
}

fn small(points: i64) -> i32 {
    i32::try_from(points).unwrap_or(0)
}

fn paper_words(w: &Words) -> AssessmentWords {
    let say = |name: &str| w.t(&format!("assessment-paper-{name}"));
    AssessmentWords {
        company: say("company-label"),
        printed_on: say("printed-on"),
        score: w.t("assessment-score"),
        next: w.t("assessment-next"),
        topics: w.t("assessment-topics"),
        chart: w.t("assessment-radar"),
        topic: w.t("assessment-column-topic"),
        done: w.t("assessment-column-percent"),
        weakest: say("weakest"),
        weakest_none: w.t("assessment-weakest-none"),
        answers: w.t("assessment-all-answers"),
        number: w.t("assessment-column-number"),
        question: w.t("assessment-column-question"),
        answer: w.t("assessment-column-answer"),
        points: w.t("assessment-column-points"),
        unknown: w.t("assessment-unknown"),
        unknown_text: w.t("assessment-unknown-text"),
        unknown_none: w.t("assessment-unknown-none"),
        source: say("source-label"),
    }
}
