use super::{Door, Founding};
use crate::company::{self, Prefectures, Trades};
use crate::form::{Checked, Faults, Form};
use crate::{people, sign_in};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::Problem;
use serde::Deserialize;
use web::{App, Reader, Role, Sent, View, Words, check_tries, count_try, line, page};

pub fn routes() -> Router<App> {
    Router::new().route("/setup/{token}", get(show_setup).post(set_up)).route("/sign-up", get(show_sign_up).post(sign_up))
}

/// So many companies may one address found, or try to, in a quarter of an hour.
const MOST_TRIES: i64 = 20;

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Typed {
    company: String,
    number: String,
    trade: String,
    employees: String,
    capital: String,
    prefecture: String,
    city: String,
    name: String,
    mail: String,
    password: String,
    ceremony: String,
    passkey: String,
    carry: String,
}

#[derive(Template)]
#[template(path = "setup/setup.html")]
struct Show<'a> {
    w: &'a Words,
    form: Form<'a>,
    typed: &'a Typed,
    trades: Vec<(String, String)>,
    prefectures: Vec<(String, String)>,
    passkey: sign_in::Block<'a>,
    first: bool,
    action: String,
}

#[derive(Template)]
#[template(path = "setup/dead_link.html")]
struct DeadLink<'a> {
    w: &'a Words,
    detail: String,
}

/// A link that opens nothing, whatever the reason: a page that says what to do, as if there never was such a link.
pub fn dead_link(view: &View, problem: &Problem) -> web::Result<Response> {
    let w = &view.w;
    let show = DeadLink { w, detail: w.t(&format!("problem-{}", problem.code())) };
    Ok((StatusCode::NOT_FOUND, page(view, &w.t("setup-dead-link"), &show)?).into_response())
}

async fn show_setup(reader: Reader, Path(token): Path<String>) -> web::Result<Response> {
    let door = Door::FirstLink(token);
    match super::check_door(&reader.view.app.store, &door).await {
        Ok(()) => form(&reader, &door, &Typed::default(), &Vec::new()),
        Err(problem @ Problem::Refused { code: "setup-link", .. }) => dead_link(&reader.view, &problem),
        Err(problem) => Err(problem.into()),
    }
}

async fn show_sign_up(reader: Reader, Query(typed): Query<Typed>) -> web::Result<Response> {
    super::check_door(&reader.view.app.store, &Door::SignUp).await?;
    let typed = Typed { carry: carried(&typed.carry).to_owned(), ..Typed::default() };
    form(&reader, &Door::SignUp, &typed, &Vec::new())
}

async fn set_up(reader: Reader, Path(token): Path<String>, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    found(&reader, &Door::FirstLink(token), &typed).await
}

async fn sign_up(reader: Reader, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    found(&reader, &Door::SignUp, &typed).await
}

async fn found(reader: &Reader, door: &Door, typed: &Typed) -> web::Result<Response> {
    let app = &reader.view.app;
    let tries = format!("setup:{}", reader.address);
    check_tries(app, &tries, MOST_TRIES).await?;
    count_try(app, &tries).await?;
    match try_to_found(reader, door, typed).await {
        Ok((cookie, codes)) => sign_in::welcome_page(&reader.view, Role::Owner, cookie, &codes, &next(&typed.carry)),
        Err(Problem::Invalid { fields }) => form(reader, door, typed, &fields),
        Err(problem @ Problem::Refused { code: "setup-link", .. }) => dead_link(&reader.view, &problem),
        Err(problem) => Err(problem.into()),
    }
}

async fn try_to_found(reader: &Reader, door: &Door, typed: &Typed) -> base::Result<(HeaderValue, Vec<String>)> {
    super::check_door(&reader.view.app.store, door).await?;
    let (founding, way) = prepare(reader, typed).await?;
    super::found(reader, door, &founding, &way).await
}

/// Checks all that was typed, every fault at once, and only then the way to sign in, which costs time.
async fn prepare(reader: &Reader, typed: &Typed) -> base::Result<(Founding, sign_in::Way)> {
    let app = &reader.view.app;
    let mut checked = Checked::default();
    let details = match company::details(&typed.company_typed(), &*app.shelf.get::<Trades>()?, &*app.shelf.get::<Prefectures>()?)
    {
        Ok(details) => Some(details),
        Err(faults) => {
            checked.0.extend(faults);
            None
        }
    };
    let owner = checked.take("name", line(&typed.name, 60));
    let mail = match checked.take("mail", people::mail(&typed.mail)) {
        Some(mail) if super::is_free(&app.store, &mail).await? => Some(mail),
        Some(_) => checked.take("mail", Err("people-mail-taken")),
        None => None,
    };
    let wanted = sign_in::Wanted { password: &typed.password, ceremony: &typed.ceremony, passkey: &typed.passkey };
    let about = [typed.mail.as_str(), &typed.company, &typed.name];
    if let Err(why) = sign_in::check_wanted(app, &wanted, &about)? {
        checked.0.push(("password", why));
    }
    match (details, owner, mail, checked.0.is_empty()) {
        (Some(details), Some(owner), Some(mail), true) => {
            let site_name = reader.view.w.t("setup-first-site");
            let way = sign_in::way(app, &wanted, &reader.view.w).await?;
            Ok((Founding { details, site_name, owner, mail }, way))
        }
        _ => Err(Problem::Invalid { fields: checked.0 }),
    }
}

fn form(reader: &Reader, door: &Door, typed: &Typed, faults: &Faults) -> web::Result<Response> {
    let (app, w) = (&reader.view.app, &reader.view.w);
    let (first, action) = match door {
        Door::FirstLink(token) => (true, format!("/setup/{token}")),
        Door::SignUp => (false, "/sign-up".to_owned()),
    };
    let show = Show {
        w,
        form: Form::new(w, "setup", faults),
        typed,
        trades: app.shelf.get::<Trades>()?.choices(w.lang),
        prefectures: app.shelf.get::<Prefectures>()?.choices(w.lang),
        passkey: sign_in::Block::register(&reader.view, "/sign-in/passkey/new"),
        first,
        action,
    };
    let title = if first { w.t("setup-title") } else { w.t("setup-title-further") };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page(&reader.view, &title, &show)?).into_response())
}

impl Typed {
    fn company_typed(&self) -> company::Typed {
        company::Typed {
            company: self.company.clone(),
            number: self.number.clone(),
            trade: self.trade.clone(),
            employees: self.employees.clone(),
            capital: self.capital.clone(),
            prefecture: self.prefecture.clone(),
            city: self.city.clone(),
        }
    }
}

/// What a public page passes through sign-up, if it is of the agreed kind; else nothing.
fn carried(carry: &str) -> &str {
    let good = carry.len() <= 400 && carry.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if good { carry } else { "" }
}

/// Where a founder goes on: to keep the assessment they came with, or home.
fn next(carry: &str) -> String {
    match carried(carry) {
        "" => "/".to_owned(),
        carry => format!("/assessment/keep?carry={carry}"),
    }
}
