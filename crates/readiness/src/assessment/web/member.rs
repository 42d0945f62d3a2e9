//! The assessment of somebody signed in: sheets that are kept as they are filled in.

use super::{Asked, Go};
use crate::Editions;
use crate::assessment::result::{FEW, Item, Shown, show};
use crate::assessment::rules::{Answer, Peers};
use crate::assessment::{self, Filled, export, store};
use crate::content::{AssessmentEdition, Named as _};
use crate::evidence::{self, Beside};
use crate::{company, named};
use ::web::{Download, Lead, Member, Page, Result, Sent, Who, Words, download, page};
use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use base::{Problem, SheetId, SiteId};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub struct Start {
    site: String,
    /// Begin with the last answers.
    #[serde(default)]
    copy: Option<String>,
}

/// `POST /assessment/sheets`: starts or goes on.
pub async fn start(who: Lead, Sent(sent): Sent<Start>) -> Result<Redirect> {
    let site: SiteId = named(&sent.site)?;
    let sheet = assessment::start(&who, &site, sent.copy.is_some()).await?;
    let filled = assessment::find(&who, &sheet).await?;
    Ok(Redirect::to(&match filled.answers.first_gap() {
        Some(gap) => format!("/assessment/sheets/{sheet}/questions/{gap}"),
        None => format!("/assessment/sheets/{sheet}"),
    }))
}

#[derive(Deserialize)]
pub struct Again {
    question: String,
}

/// `POST /assessment/again`: one question, to be answered again.
pub async fn again(who: Lead, Sent(sent): Sent<Again>) -> Result<Redirect> {
    let (sheet, number) = assessment::again(&who, &sent.question).await?;
    Ok(Redirect::to(&format!("/assessment/sheets/{sheet}/questions/{number}")))
}

/// A sheet with everything that a page about it needs.
struct Opened {
    filled: Filled,
    beside: Vec<Beside>,
    company: company::Company,
    site: String,
    /// Does the company have more than one place of business, so that the site must be named?
    several: bool,
}

async fn opened(who: &Who, editions: &Editions, id: &str) -> Result<Opened> {
    let id: SheetId = named(id)?;
    let mut tx = who.read().await?;
    let filled = assessment::find_in(&mut tx, editions, &id).await?;
    let edition = editions.assessment(&filled.sheet.edition)?;
    let beside = evidence::beside(&mut tx, edition, &filled.answers).await?;
    let sites = company::sites(&mut tx).await?;
    let site = sites.iter().find(|site| site.id == filled.sheet.site).map(|site| site.name.clone()).unwrap_or_default();
    Ok(Opened { beside, company: company::company(&mut tx).await?, site, several: sites.len() > 1, filled })
}

#[derive(Template)]
#[template(path = "assessment/sheet.html")]
struct Sheet<'a> {
    w: &'a Words,
    id: SheetId,
    site: String,
    given: usize,
    total: usize,
    parts: Vec<(String, Vec<Item>)>,
    next: Option<usize>,
    may_change: bool,
}

/// `GET /assessment/sheets/{sheet}`: how far it is, and the way to each question.
pub async fn sheet(who: Member, Path(id): Path<String>) -> Result<Response> {
    let editions = who.content::<Editions>()?;
    let opened = opened(&who, &editions, &id).await?;
    if opened.filled.sheet.finished.is_some() {
        return Ok(Redirect::to(&format!("/assessment/sheets/{id}/result")).into_response());
    }
    let (w, answers) = (who.words(), &opened.filled.answers);
    let edition = editions.assessment(&opened.filled.sheet.edition)?;
    let shown = show(w, edition, answers, &opened.beside, who.now());
    let part = |part: &crate::content::Part| {
        let items = shown.answers.iter().zip(&edition.questions).filter(|(_, question)| question.part == part.key);
        (part.say.to(w.lang).to_owned(), items.map(|(item, _)| item.clone()).collect())
    };
    let show = Sheet {
        w,
        id: opened.filled.sheet.id.clone(),
        site: opened.site,
        given: answers.given(),
        total: edition.questions.len(),
        parts: edition.parts.iter().map(part).collect(),
        next: answers.first_gap(),
        may_change: who.as_lead().is_some(),
    };
    Ok(page(&who.view, &w.t("assessment-sheet-title"), &show)?.into_response())
}

#[derive(Template)]
#[template(path = "assessment/question.html")]
struct QuestionPage<'a> {
    w: &'a Words,
    id: String,
    asked: Asked,
}

/// `GET /assessment/sheets/{sheet}/questions/{number}`.
pub async fn question(who: Lead, Path((id, number)): Path<(String, String)>) -> Result<Response> {
    let editions = who.content::<Editions>()?;
    let opened = opened(&who, &editions, &id).await?;
    if opened.filled.sheet.finished.is_some() {
        return Ok(Redirect::to(&format!("/assessment/sheets/{id}/result")).into_response());
    }
    Ok(asked(&who, &editions, &opened, named(&number)?, None)?.into_response())
}

fn asked(who: &Who, editions: &Editions, opened: &Opened, number: usize, fault: Option<&str>) -> Result<Page> {
    let w = who.words();
    let edition = editions.assessment(&opened.filled.sheet.edition)?;
    let question = edition.numbered(number).ok_or(Problem::NotFound)?;
    let mut asked = Asked::of(w, edition, question, &opened.filled.answers).with_evidence(w, &opened.beside, who.now());
    asked.fault = fault.map(|code| w.t(&format!("fault-{code}")));
    let title = w.with("assessment-question-title", &asked.place());
    page(&who.view, &title, &QuestionPage { w, id: opened.filled.sheet.id.to_string(), asked })
}

#[derive(Deserialize)]
pub struct Answered {
    #[serde(default)]
    answer: Option<String>,
    #[serde(default)]
    go: Option<Go>,
}

#[derive(Template)]
#[template(path = "assessment/saved.html")]
struct Saved<'a> {
    w: &'a Words,
    given: usize,
    total: usize,
}

/// `POST /assessment/sheets/{sheet}/questions/{number}`: keeps the answer. A script that saves on change hears how far
/// it is; a plain form goes on to the next question, or back.
pub async fn answer(
    who: Lead,
    headers: HeaderMap,
    Path((id, number)): Path<(String, String)>,
    Sent(sent): Sent<Answered>,
) -> Result<Response> {
    let (sheet, number): (SheetId, usize) = (named(&id)?, named(&number)?);
    let editions = who.content::<Editions>()?;
    let answer = sent.answer.as_deref().map(str::parse::<Answer>);
    if let Some(answer) = answer {
        let answer = answer.map_err(|()| Problem::invalid("answer", "choose-one"))?;
        let filled = assessment::answer(&who, &sheet, number, answer).await?;
        if headers.contains_key("hx-request") {
            let total = editions.assessment(&filled.sheet.edition)?.questions.len();
            let saved = Saved { w: who.words(), given: filled.answers.given(), total };
            return Ok(Html(saved.render()?).into_response());
        }
    }
    let opened = opened(&who, &editions, &id).await?;
    let question = editions.assessment(&opened.filled.sheet.edition)?.numbered(number).ok_or(Problem::NotFound)?;
    let go = sent.go.unwrap_or_default();
    if go == Go::Next && opened.filled.answers.to(question).is_none() {
        let page = asked(&who, &editions, &opened, number, Some("choose-one"))?;
        return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    Ok(Redirect::to(&after(&opened.filled, number, go)).into_response())
}

/// The page after a question: the one before, the next, or the whole sheet after the last.
fn after(filled: &Filled, number: usize, go: Go) -> String {
    let (id, total) = (&filled.sheet.id, filled.answers.letters().len());
    match go {
        Go::Back if number > 1 => format!("/assessment/sheets/{id}/questions/{}", number - 1),
        Go::Next if number < total => format!("/assessment/sheets/{id}/questions/{}", number + 1),
        Go::Back | Go::Next => format!("/assessment/sheets/{id}"),
    }
}

/// `POST /assessment/sheets/{sheet}/finish`.
pub async fn finish(who: Lead, Path(id): Path<String>) -> Result<Redirect> {
    assessment::finish(&who, &named(&id)?).await?;
    Ok(Redirect::to(&format!("/assessment/sheets/{id}/result")))
}

#[derive(Template)]
#[template(path = "assessment/result.html")]
struct ResultPage<'a> {
    w: &'a Words,
    id: String,
    site: String,
    finished: String,
    shown: Shown,
    company_page: bool,
    before: Option<Before>,
    peers: Option<PeersShown>,
    may_change: bool,
}

/// The result before this one.
struct Before {
    day: String,
    score: i64,
    more: i64,
}

/// The company among others, in words.
pub(super) struct PeersShown {
    pub group: String,
    pub peers: Peers,
}

/// `GET /assessment/sheets/{sheet}/result`.
pub async fn result(who: Member, Path(id): Path<String>) -> Result<Response> {
    let editions = who.content::<Editions>()?;
    let opened = opened(&who, &editions, &id).await?;
    let Some(finished) = opened.filled.sheet.finished else {
        return Ok(Redirect::to(&format!("/assessment/sheets/{id}")).into_response());
    };
    let (w, edition) = (who.words(), editions.assessment(&opened.filled.sheet.edition)?);
    let shown = show(w, edition, &opened.filled.answers, &opened.beside, who.now());
    let sheets = store::finished(&mut who.read().await?, assessment::MOST_LISTED).await?;
    let earlier = sheets.iter().find(|sheet| sheet.site == opened.filled.sheet.site && sheet.finished < Some(finished));
    let before = earlier.and_then(|sheet| Some((sheet.finished?, sheet.score?)));
    let show = ResultPage {
        w,
        id,
        site: if opened.several { opened.site.clone() } else { String::new() },
        finished: w.moment(finished),
        before: before.map(|(at, score)| Before { day: w.day(at.day()), score, more: shown.score - score }),
        shown,
        company_page: opened.several,
        peers: peers(&who, &editions, &opened.company).await?,
        may_change: who.as_lead().is_some(),
    };
    Ok(page(&who.view, &w.t("assessment-result-title"), &show)?.into_response())
}

/// The company among its peers, where its size falls into a band and it has a result.
pub(super) async fn peers(who: &Who, editions: &Editions, company: &company::Company) -> Result<Option<PeersShown>> {
    let overall = assessment::overall(&mut who.read().await?, editions).await?;
    let Some(overall) = overall else { return Ok(None) };
    let peers = assessment::peers(who, &overall).await?;
    let (trade, size) = (editions.trade(&company.trade), editions.size(company.employees));
    let group = match (trade, size) {
        (Some(trade), Some(size)) => {
            who.words().with("assessment-peers-group", &[("trade", trade.name(who.lang())), ("size", size.name(who.lang()))])
        }
        _ => String::new(),
    };
    Ok(peers.map(|peers| PeersShown { group, peers }))
}

async fn finished(who: &Who, editions: &Editions, id: &str) -> Result<Opened> {
    let opened = opened(who, editions, id).await?;
    if opened.filled.sheet.finished.is_none() {
        return Err(Problem::refused("assessment-not-finished").into());
    }
    Ok(opened)
}

fn file_name(edition: &AssessmentEdition, filled: &Filled, ending: &str) -> String {
    let day = filled.sheet.finished.unwrap_or(filled.sheet.started).day();
    format!("komainu-assessment-{}-{day}.{ending}", edition.edition)
}

/// `GET /assessment/sheets/{sheet}/result.pdf`.
pub async fn pdf(who: Member, Path(id): Path<String>) -> Result<Response> {
    let editions = who.content::<Editions>()?;
    let opened = finished(&who, &editions, &id).await?;
    let edition = editions.assessment(&opened.filled.sheet.edition)?;
    let site = if opened.several { opened.site.as_str() } else { "" };
    let press = who.content::<paper::Press>()?;
    let bytes = export::pdf(press, who.words(), edition, &opened.filled, (&opened.company.name, site), who.now()).await?;
    Ok(download(Download { name: file_name(edition, &opened.filled, "pdf"), kind: "application/pdf", bytes, inline: true }))
}

/// `GET /assessment/sheets/{sheet}/result.csv`.
pub async fn csv(who: Member, Path(id): Path<String>) -> Result<Response> {
    let editions = who.content::<Editions>()?;
    let opened = finished(&who, &editions, &id).await?;
    let edition = editions.assessment(&opened.filled.sheet.edition)?;
    let bytes = export::csv(who.words(), &show(who.words(), edition, &opened.filled.answers, &opened.beside, who.now()));
    Ok(download(Download {
        name: file_name(edition, &opened.filled, "csv"),
        kind: "text/csv; charset=utf-8",
        bytes,
        inline: false,
    }))
}

/// `GET /api/v1/assessment/sheets/{sheet}`.
pub async fn api_sheet(who: Member, Path(id): Path<String>) -> Result<Json<Value>> {
    let editions = who.content::<Editions>()?;
    let opened = opened(&who, &editions, &id).await?;
    let edition = editions.assessment(&opened.filled.sheet.edition)?;
    Ok(Json(export::json(edition, &opened.filled, &opened.beside, who.words())))
}

/// `GET /api/v1/assessment/sheets`: the finished sheets, the newest first.
pub async fn api_list(who: Member) -> Result<Json<Value>> {
    let sheets = store::finished(&mut who.read().await?, assessment::MOST_LISTED).await?;
    let sheets = sheets.iter().map(|sheet| {
        let finished = sheet.finished.map(base::Moment::rfc3339);
        json!({ "id": sheet.id, "site": sheet.site, "edition": sheet.edition, "finished_at": finished, "score": sheet.score })
    });
    Ok(Json(json!({ "sheets": sheets.collect::<Vec<_>>() })))
}
