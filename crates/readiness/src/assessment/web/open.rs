//! The assessment without an account. The answers travel in the form itself; nothing is kept about anybody.

use super::{Asked, Go};
use crate::Editions;
use crate::assessment::result::{FEW, Shown, show};
use crate::assessment::rules::{self, Answer, Answers};
use crate::company::Site;
use crate::content::AssessmentEdition;
use ::web::{Lead, Member, Page, Reader, Result, Sent, Words, page};
use askama::Template;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use base::{Problem, SiteId};
use serde::Deserialize;

/// What travels along: the edition and the answers so far, the question that was shown, and what was answered to it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Carried {
    a: Option<String>,
    at: Option<String>,
    answer: Option<String>,
    go: Option<Go>,
}

#[derive(Template)]
#[template(path = "assessment/check.html")]
struct Check<'a> {
    w: &'a Words,
    asked: Asked,
    carry: String,
}

#[derive(Template)]
#[template(path = "assessment/open_result.html")]
struct OpenResult<'a> {
    w: &'a Words,
    shown: Shown,
    carry: String,
    signed_in: bool,
}

#[derive(Template)]
#[template(path = "assessment/keep.html")]
struct Keep<'a> {
    w: &'a Words,
    carry: String,
    score: i64,
    most: i64,
    sites: Vec<Site>,
}

/// The answers that travel, with their edition. Those of no edition, or that cannot be read, are refused.
fn read<'a>(editions: &'a Editions, carry: &str) -> base::Result<(&'a AssessmentEdition, Answers)> {
    let unreadable = || Problem::refused("assessment-answers-unreadable");
    let (edition, letters) = rules::carried(carry).ok_or_else(unreadable)?;
    let edition = editions.assessment(edition).map_err(|_| unreadable())?;
    let answers = Answers::from_letters(edition, letters).ok_or_else(unreadable)?;
    Ok((edition, answers))
}

fn carry(edition: &AssessmentEdition, answers: &Answers) -> String {
    format!("{}.{}", edition.edition, answers.letters())
}

/// `GET /assessment/check`: takes in the answer to the question that was shown, and shows the next.
pub async fn question(reader: Reader, Query(sent): Query<Carried>) -> Result<Response> {
    let editions = reader.view.app.shelf.get::<Editions>()?;
    let (edition, mut answers) = match &sent.a {
        Some(carry) => read(&editions, carry)?,
        None => {
            let edition = editions.assessment_on(reader.view.today())?;
            (edition, Answers::blank(edition))
        }
    };
    let total = edition.questions.len();
    let at: usize = sent.at.as_deref().map_or(Ok(1), str::parse).map_err(|_| Problem::NotFound)?;
    let shown = edition.numbered(at).ok_or(Problem::NotFound)?;
    let answer: Option<Answer> =
        sent.answer.as_deref().map(|text| text.parse().map_err(|()| Problem::invalid("answer", "choose-one"))).transpose()?;
    if let Some(answer) = answer {
        answers.set(shown, answer).ok_or(Problem::invalid("answer", "choose-one"))?;
    }
    let w = &reader.view.w;
    let (next, fault) = match sent.go {
        None => (at, false),
        Some(Go::Back) => (at.saturating_sub(1).max(1), false),
        Some(Go::Next) if answers.to(shown).is_none() => (at, true),
        Some(Go::Next) if at == total => match answers.first_gap() {
            Some(gap) => (gap, false),
            None => return Ok(Redirect::to(&format!("/assessment/result?a={}", carry(edition, &answers))).into_response()),
        },
        Some(Go::Next) => (at + 1, false),
    };
    let question = edition.numbered(next).ok_or(Problem::NotFound)?;
    let mut asked = Asked::of(w, edition, question, &answers);
    asked.fault = fault.then(|| w.t("fault-choose-one"));
    let title = w.with("assessment-question-title", &asked.place());
    let page = page(&reader.view, &title, &Check { w, carry: carry(edition, &answers), asked })?;
    Ok(page.into_response())
}

/// `GET /assessment/result`: the result of answers that are all given; the first open question otherwise.
pub async fn result(reader: Reader, Query(sent): Query<Carried>) -> Result<Response> {
    let editions = reader.view.app.shelf.get::<Editions>()?;
    let Some(given) = sent.a else {
        return Ok(Redirect::to("/assessment").into_response());
    };
    let (edition, answers) = read(&editions, &given)?;
    let carry = carry(edition, &answers);
    if let Some(gap) = answers.first_gap() {
        return Ok(Redirect::to(&format!("/assessment/check?a={carry}&at={gap}")).into_response());
    }
    let w = &reader.view.w;
    let shown = show(w, edition, &answers, &[], reader.view.now());
    let show = OpenResult { w, shown, carry, signed_in: reader.member.is_some() };
    Ok(page(&reader.view, &w.t("assessment-result-title"), &show)?.into_response())
}

/// What is to be kept.
#[derive(Deserialize)]
pub struct Kept {
    carry: String,
    #[serde(default)]
    site: Option<String>,
}

/// `GET /assessment/keep`: asks whether the answers are to be kept as the company's own.
pub async fn ask_keep(who: Member, Query(kept): Query<Kept>) -> Result<Page> {
    let editions = who.content::<Editions>()?;
    let (edition, answers) = read(&editions, &kept.carry)?;
    let mut tx = who.read().await?;
    let sites = crate::company::sites(&mut tx).await?.into_iter().filter(|site| !site.closed).collect();
    if who.as_lead().is_none() {
        return Err(Problem::NotAllowed.into());
    }
    let w = who.words();
    let show = Keep { w, carry: carry(edition, &answers), score: rules::score(edition, &answers), most: edition.most(), sites };
    page(&who.view, &w.t("assessment-keep-title"), &show)
}

/// `POST /assessment/keep`.
pub async fn keep(who: Lead, Sent(kept): Sent<Kept>) -> Result<Redirect> {
    let site: SiteId = crate::named(kept.site.as_deref().unwrap_or(""))?;
    let (edition, letters) = rules::carried(&kept.carry).ok_or(Problem::refused("assessment-answers-unreadable"))?;
    let sheet = crate::assessment::keep(&who, edition, letters, &site).await?;
    Ok(Redirect::to(&format!("/assessment/sheets/{sheet}/result")))
}
