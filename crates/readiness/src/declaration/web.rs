mod make;
mod verify;

use super::rules::{self, State};
use super::{Kept, print};
use crate::content::DeclarationEdition;
use crate::{Editions, named};
use ::web::{App, Download, Member, Owner, Page, Result, Role, Sent, Who, Words, download, page};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base::{DeclarationId, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/declaration", get(list))
        .route("/declaration/new", get(make::form).post(make::declare))
        .route("/declaration/{declaration}", get(show))
        .route("/declaration/{declaration}/statement.pdf", get(pdf))
        .route("/declaration/{declaration}/number", post(number))
        .route("/declaration/{declaration}/withdraw", post(withdraw))
        .route("/verify/{code}", get(verify::show))
        .route("/api/v1/declarations", get(api_list))
}

/// A declaration in the reader's words.
struct Shown {
    id: String,
    company: String,
    level: String,
    declarer: String,
    declared_on: String,
    edition: String,
    in_force: bool,
    state: String,
    withdrawn: String,
    number: String,
    articles: Vec<ArticleShown>,
    verification: String,
    verify: String,
    qr: String,
}

/// One rule and what the company does.
struct ArticleShown {
    say: String,
    doing: String,
}

impl Shown {
    fn of(app: &App, w: &Words, edition: &DeclarationEdition, kept: &Kept) -> base::Result<Shown> {
        let article = |article: &crate::content::Article| ArticleShown {
            say: article.say.to(w.lang).to_owned(),
            doing: kept
                .articles
                .iter()
                .find(|doing| doing.number == article.number)
                .map(|doing| doing.doing.clone())
                .unwrap_or_default(),
        };
        Ok(Shown {
            id: kept.id.to_string(),
            company: kept.company.clone(),
            level: w.t(&format!("declaration-level-{}", kept.level)),
            declarer: kept.declarer.clone(),
            declared_on: w.day(kept.declared_on),
            edition: edition_name(w, edition),
            in_force: kept.state() == State::InForce,
            state: w.t(&format!("declaration-state-{}", kept.state().name())),
            withdrawn: kept.withdrawn.map(|at| w.day(at.day())).unwrap_or_default(),
            number: kept.number.clone().unwrap_or_default(),
            articles: edition.articles.iter().map(article).collect(),
            verification: kept.verification(app),
            verify: format!("/verify/{}", kept.code),
            qr: paper::qr_svg(&kept.verification(app)).map_err(Problem::internal)?,
        })
    }
}

/// An edition as readers call it: how many rules, and since when.
fn edition_name(w: &Words, edition: &DeclarationEdition) -> String {
    w.with("declaration-edition-name", &[("n", edition.count().to_string()), ("day", w.day(edition.from))])
}

#[derive(Template)]
#[template(path = "declaration/list.html")]
struct List<'a> {
    w: &'a Words,
    in_force: Vec<Line>,
    history: Vec<Line>,
    newest: String,
    /// Earlier editions that may be recorded: edition and name.
    earlier: Vec<(String, String)>,
    may_declare: bool,
    disclaimer: String,
}

struct Line {
    id: String,
    level: String,
    edition: String,
    declared_on: String,
    state: String,
    number: String,
}

/// `GET /declaration`.
async fn list(who: Member) -> Result<Page> {
    let (w, editions) = (who.words(), who.content::<Editions>()?);
    let newest = editions.declaration_on(who.today())?;
    let all = super::list(&who).await?;
    let line = |kept: &Kept| Line {
        id: kept.id.to_string(),
        level: w.t(&format!("declaration-level-{}", kept.level)),
        edition: editions.declaration(&kept.edition).map(|edition| edition_name(w, edition)).unwrap_or_default(),
        declared_on: w.day(kept.declared_on),
        state: w.t(&format!("declaration-state-{}", kept.state().name())),
        number: kept.number.clone().unwrap_or_default(),
    };
    let is_free =
        |edition: &&DeclarationEdition| !all.iter().any(|kept| kept.edition == edition.edition && kept.state() == State::InForce);
    let earlier = editions
        .declarations
        .iter()
        .filter(|edition| edition.edition != newest.edition && edition.from <= who.today())
        .filter(is_free);
    let show = List {
        w,
        in_force: all.iter().filter(|kept| kept.state() == State::InForce).map(line).collect(),
        history: all.iter().filter(|kept| kept.state() == State::Withdrawn).map(line).collect(),
        earlier: earlier.map(|edition| (edition.edition.clone(), edition_name(w, edition))).collect(),
        may_declare: who.role == Role::Owner,
        newest: if is_free(&newest) { newest.edition.clone() } else { String::new() },
        disclaimer: newest.disclaimer.to(w.lang).to_owned(),
    };
    page(&who.view, &w.t("declaration-title"), &show)
}

#[derive(Template)]
#[template(path = "declaration/show.html")]
struct Show<'a> {
    w: &'a Words,
    shown: Shown,
    pledge: String,
    disclaimer: String,
    apply_url: String,
    apply_how: Vec<String>,
    warning: String,
    may_change: bool,
    typed: String,
    fault: String,
}

/// `GET /declaration/{declaration}`.
async fn show(who: Member, Path(id): Path<String>) -> Result<Page> {
    shown(&who, &named(&id)?, None).await
}

async fn shown(who: &Who, id: &DeclarationId, wrong: Option<(String, &str)>) -> Result<Page> {
    let (w, editions) = (who.words(), who.content::<Editions>()?);
    let kept = super::find(who, id).await?;
    let edition = editions.declaration(&kept.edition).ok_or_else(|| Problem::internal("a declaration without its edition"))?;
    let is_old = kept.number.as_deref().is_some_and(|number| rules::is_old(number, &edition.id, who.today()));
    let (typed, fault) = wrong.unzip();
    let show = Show {
        w,
        shown: Shown::of(&who.view.app, w, edition, &kept)?,
        pledge: edition.pledge.to(w.lang).to_owned(),
        disclaimer: edition.disclaimer.to(w.lang).to_owned(),
        apply_url: edition.apply_url.clone(),
        apply_how: edition.apply_how.iter().map(|how| how.to(w.lang).to_owned()).collect(),
        warning: if is_old { edition.id.old_prefix_warning.to(w.lang).to_owned() } else { String::new() },
        may_change: who.role == Role::Owner && kept.state() == State::InForce,
        typed: typed.or(kept.number).unwrap_or_default(),
        fault: fault.map(|code| w.t(&format!("fault-{code}"))).unwrap_or_default(),
    };
    page(&who.view, &w.t("declaration-title"), &show)
}

/// `GET /declaration/{declaration}/statement.pdf`.
async fn pdf(who: Member, Path(id): Path<String>) -> Result<Response> {
    let editions = who.content::<Editions>()?;
    let kept = super::find(&who, &named(&id)?).await?;
    let edition = editions.declaration(&kept.edition).ok_or_else(|| Problem::internal("a declaration without its edition"))?;
    let press = who.content::<paper::Press>()?;
    let bytes = print::pdf(press, &who.view.app, who.words(), edition, &kept, who.today()).await?;
    let name = format!("komainu-declaration-{}.pdf", kept.declared_on);
    Ok(download(Download { name, kind: "application/pdf", bytes, inline: true }))
}

#[derive(Deserialize)]
struct Number {
    #[serde(default)]
    number: String,
}

/// `POST /declaration/{declaration}/number`.
async fn number(who: Owner, Path(id): Path<String>, Sent(sent): Sent<Number>) -> Result<Response> {
    let id: DeclarationId = named(&id)?;
    match rules::number(&sent.number) {
        Ok(number) => {
            super::set_number(&who, &id, &number).await?;
            Ok(Redirect::to(&format!("/declaration/{id}")).into_response())
        }
        Err(code) => {
            let typed = sent.number.chars().filter(|c| !c.is_control()).take(60).collect();
            let page = shown(&who, &id, Some((typed, code))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// `POST /declaration/{declaration}/withdraw`.
async fn withdraw(who: Owner, Path(id): Path<String>) -> Result<Redirect> {
    super::withdraw(&who, &named(&id)?).await?;
    Ok(Redirect::to("/declaration"))
}

/// `GET /api/v1/declarations`: all of the company's, the newest first.
async fn api_list(who: Member) -> Result<Json<Value>> {
    let all = super::list(&who).await?;
    let all = all.iter().map(|kept| {
        json!({
            "id": kept.id,
            "level": kept.level,
            "edition": kept.edition,
            "company": kept.company,
            "declarer": kept.declarer,
            "declared_on": kept.declared_on,
            "articles": kept.articles,
            "number": kept.number,
            "state": kept.state().name(),
            "made_at": kept.made.rfc3339(),
            "withdrawn_at": kept.withdrawn.map(base::Moment::rfc3339),
            "verification": kept.verification(&who.view.app),
        })
    });
    Ok(Json(json!({ "declarations": all.collect::<Vec<_>>() })))
}
