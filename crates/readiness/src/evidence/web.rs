use super::{Found, beside, note, rules, store};
use crate::Editions;
use crate::assessment;
use crate::assessment::result::{Evidence, answer_text, seen};
use ::web::{App, Member, Page, Piece, Result, Words, page};
use askama::Template;
use axum::Router;
use axum::response::Html;
use axum::routing::get;

pub fn routes() -> Router<App> {
    Router::new().route("/evidence", get(list)).route("/evidence/latest", get(latest))
}

#[derive(Template)]
#[template(path = "evidence/list.html")]
struct List<'a> {
    w: &'a Words,
    latest: String,
}

/// The part that changes while one looks.
#[derive(Template)]
#[template(path = "evidence/latest.html")]
struct Latest<'a> {
    w: &'a Words,
    answered: bool,
    rows: Vec<Row>,
    changes: Vec<Change>,
}

/// An answer, and what was seen about it.
struct Row {
    key: String,
    ask: String,
    answer: String,
    evidence: Evidence,
}

/// A check that found something else than before.
struct Change {
    when: String,
    host: String,
    check: String,
    state: String,
    note: String,
}

/// The most changes that are listed.
const MOST_CHANGES: i64 = 100;

/// `GET /evidence`: what was answered and what was seen, side by side.
async fn list(who: Member) -> Result<Page> {
    let w = who.words();
    page(&who.view, &w.t("assessment-evidence-title"), &List { w, latest: now(&who).await? })
}

/// `GET /evidence/latest`: the same without its frame, for a page that is open.
async fn latest(who: Member) -> Result<Piece> {
    Ok(Html(now(&who).await?))
}

async fn now(who: &Member) -> Result<String> {
    let (w, editions) = (who.words(), who.content::<Editions>()?);
    let mut tx = who.read().await?;
    let overall = assessment::overall(&mut tx, &editions).await?;
    let edition = match &overall {
        Some(overall) => editions.assessment(&overall.edition)?,
        None => editions.assessment_on(who.today())?,
    };
    let blank = assessment::rules::Answers::blank(edition);
    let answers = overall.as_ref().map_or(&blank, |overall| &overall.across.weakest);
    let rows = beside(&mut tx, edition, answers).await?.into_iter().filter_map(|beside| {
        let question = edition.question(&beside.question)?;
        let (ask, answer) = (question.ask.to(w.lang).to_owned(), answer_text(w, edition, answers.to(question)));
        Some(Row { key: question.key.clone(), ask, answer, evidence: seen(w, &beside, who.now()) })
    });
    let rows = rows.collect();
    let change = |found: &Found| Change {
        when: w.moment(found.changed),
        host: found.host.clone(),
        check: w.t(&format!("evidence-check-{}", found.check)),
        state: w.t(&format!("assessment-seen-{}", rules::state_name(found.state))),
        note: note(w, found),
    };
    let changes = store::changes(&mut tx, MOST_CHANGES).await?.iter().map(change).collect();
    Ok(Latest { w, answered: overall.is_some(), rows, changes }.render()?)
}
