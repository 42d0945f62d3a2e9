use super::{Progress, is_possible, passkey};
use crate::form::{Faults, Form};
use crate::setup;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base::{PersonId, Problem};
use serde::Deserialize;
use web::{App, Back, Member, Reader, Role, Sent, View, Words, check_tries, count_try, line, page};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(show).post(by_password))
        .route("/sign-in/code", get(show_code).post(by_code))
        .route("/sign-in/recovery", get(show_recovery).post(by_recovery_code))
        .route("/sign-in/passkey", post(by_passkey))
        .route("/sign-in/passkey/start", post(start_passkey))
        .route("/sign-in/passkey/new", post(new_passkey))
        .route("/sign-out", post(sign_out))
}

/// So many ceremonies may one address begin in a quarter of an hour.
const MOST_CEREMONIES: i64 = 100;

/// The part of a page that offers a passkey. Its script asks the browser; without a script it stays hidden.
#[derive(Template)]
#[template(path = "sign_in/passkey.html")]
pub struct Block<'a> {
    w: &'a Words,
    view: &'a View,
    /// `register` or `sign-in`.
    act: &'static str,
    start: &'static str,
    possible: bool,
}

impl<'a> Block<'a> {
    /// Offers a new passkey, in a form that also has the newcomer's name and mail address.
    pub fn register(view: &'a View, start: &'static str) -> Block<'a> {
        Block { w: &view.w, view, act: "register", start, possible: is_possible(&view.app.site) }
    }

    fn sign_in(view: &'a View) -> Block<'a> {
        Block { act: "sign-in", ..Block::register(view, "/sign-in/passkey/start") }
    }

    fn script(&self) -> String {
        web::asset("passkey.js")
    }

    /// The same page under the portal's name, where a passkey works.
    fn named(&self) -> String {
        format!("{}{}", self.view.app.site.origin, self.view.here)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Typed {
    mail: String,
    password: String,
    code: String,
    ceremony: String,
    passkey: String,
    back: Option<String>,
}

impl Typed {
    fn back(&self) -> String {
        back(self.back.as_deref())
    }
}

/// Only a path of our own; `web::Back` decides.
fn back(path: Option<&str>) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("back", path.unwrap_or("/")).finish();
    let uri: Result<axum::http::Uri, _> = format!("/?{query}").parse();
    let back = uri.ok().and_then(|uri| Query::<Back>::try_from_uri(&uri).ok());
    back.map_or_else(|| "/".to_owned(), |Query(back)| back.path().to_owned())
}

#[derive(Template)]
#[template(path = "sign_in/sign_in.html")]
struct Show<'a> {
    w: &'a Words,
    form: Form<'a>,
    mail: &'a str,
    back: String,
    refused: Option<String>,
    again: bool,
    may_sign_up: bool,
    passkey: Block<'a>,
}

#[derive(Template)]
#[template(path = "sign_in/code.html")]
struct ShowCode<'a> {
    w: &'a Words,
    form: Form<'a>,
    back: String,
    refused: Option<String>,
    ceremony: &'a str,
}

#[derive(Template)]
#[template(path = "sign_in/recovery.html")]
struct ShowRecovery<'a> {
    w: &'a Words,
    form: Form<'a>,
    typed: &'a Typed,
    refused: Option<String>,
}

#[derive(Template)]
#[template(path = "sign_in/welcome.html")]
struct Welcome<'a> {
    w: &'a Words,
    codes: &'a [String],
    next: &'a str,
    site: &'a str,
}

async fn show(reader: Reader, Query(typed): Query<Typed>) -> web::Result<Response> {
    sign_in_page(&reader, &typed, None).await
}

async fn by_password(reader: Reader, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    match super::with_password(&reader, &typed.mail, &typed.password).await {
        Ok(Progress::In(cookie)) => Ok(go(cookie, &typed.back())),
        Ok(Progress::CodeNeeded(ceremony)) => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            let query = query.append_pair("ceremony", &ceremony).append_pair("back", &typed.back()).finish();
            Ok(Redirect::to(&format!("/sign-in/code?{query}")).into_response())
        }
        Err(problem @ Problem::Refused { .. }) => sign_in_page(&reader, &typed, Some(&problem)).await,
        Err(problem) => Err(problem.into()),
    }
}

async fn by_passkey(reader: Reader, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    match super::with_passkey(&reader, &typed.ceremony, &typed.passkey).await {
        Ok(cookie) => Ok(go(cookie, &typed.back())),
        Err(problem @ Problem::Refused { .. }) => sign_in_page(&reader, &typed, Some(&problem)).await,
        Err(problem) => Err(problem.into()),
    }
}

async fn show_code(reader: Reader, Query(typed): Query<Typed>) -> web::Result<Response> {
    code_page(&reader, &typed, None)
}

async fn by_code(reader: Reader, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    match super::with_code(&reader, &typed.ceremony, &typed.code).await {
        Ok(cookie) => Ok(go(cookie, &typed.back())),
        Err(problem @ Problem::Refused { code: "sign-in-code-wrong", .. }) => code_page(&reader, &typed, Some(&problem)),
        Err(problem @ Problem::Refused { .. }) => sign_in_page(&reader, &typed, Some(&problem)).await,
        Err(problem) => Err(problem.into()),
    }
}

async fn show_recovery(reader: Reader) -> web::Result<Response> {
    recovery_page(&reader, &Typed::default(), &Vec::new(), None)
}

async fn by_recovery_code(reader: Reader, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    match super::with_recovery_code(&reader, &typed.mail, &typed.code, &typed.password).await {
        Ok(cookie) => Ok(go(cookie, "/account")),
        Err(Problem::Invalid { fields }) => recovery_page(&reader, &typed, &fields, None),
        Err(problem @ Problem::Refused { .. }) => recovery_page(&reader, &typed, &Vec::new(), Some(&problem)),
        Err(problem) => Err(problem.into()),
    }
}

/// What the script asks the browser for, to sign in.
async fn start_passkey(reader: Reader, State(app): State<App>) -> web::Result<Response> {
    may_begin(&reader).await?;
    Ok(Json(passkey::start_sign_in(&app).await?).into_response())
}

/// What the script asks the browser for, for somebody who is about to found a company or to join one.
async fn new_passkey(reader: Reader, State(app): State<App>, Sent(typed): Sent<NewPasskey>) -> web::Result<Response> {
    may_begin(&reader).await?;
    let fields = |field, text: &str, most| line(text, most).map_err(|why| Problem::invalid(field, why));
    let name = fields("name", &typed.name, 60)?;
    // Somebody who was invited is named by their invitation; its page does not ask for the address again.
    let mail = if typed.mail.trim().is_empty() { name.clone() } else { fields("mail", &typed.mail, 320)? };
    Ok(Json(passkey::start_registration(&app, &PersonId::new(), &mail, &name, &[]).await?).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct NewPasskey {
    name: String,
    mail: String,
}

async fn may_begin(reader: &Reader) -> base::Result<()> {
    let what = format!("ceremony:{}", reader.address);
    check_tries(&reader.view.app, &what, MOST_CEREMONIES).await?;
    count_try(&reader.view.app, &what).await
}

async fn sign_out(who: Member, State(app): State<App>) -> web::Result<Response> {
    let mut tx = who.write().await?;
    let cookie = web::end_session(&mut tx, &app, &who.person, &who.session).await?;
    tx.commit().await?;
    Ok(go(cookie, "/sign-in"))
}

fn go(cookie: HeaderValue, to: &str) -> Response {
    ([(header::SET_COOKIE, cookie)], Redirect::to(to)).into_response()
}

fn refused(w: &Words, problem: Option<&Problem>) -> (StatusCode, Option<String>) {
    match problem {
        Some(problem) => (StatusCode::UNPROCESSABLE_ENTITY, Some(w.t(&format!("problem-{}", problem.code())))),
        None => (StatusCode::OK, None),
    }
}

/// The view of the page that a form came from: the language switch and sign-in must lead there, not to the form's address.
fn view_at(view: &View, here: String) -> View {
    View { here, ..view.clone() }
}

async fn sign_in_page(reader: &Reader, typed: &Typed, problem: Option<&Problem>) -> web::Result<Response> {
    let w = &reader.view.w;
    let may_sign_up = setup::check_door(&reader.view.app.store, &setup::Door::SignUp).await.is_ok();
    let (status, refused) = refused(w, problem);
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("back", &typed.back()).finish();
    let view = view_at(&reader.view, format!("/sign-in?{query}"));
    let none = Faults::new();
    let show = Show {
        w,
        form: Form::new(w, "sign-in", &none),
        mail: &typed.mail,
        back: typed.back(),
        refused,
        again: reader.member.is_some(),
        may_sign_up,
        passkey: Block::sign_in(&view),
    };
    Ok((status, page(&view, &w.t("sign-in-title"), &show)?).into_response())
}

fn code_page(reader: &Reader, typed: &Typed, problem: Option<&Problem>) -> web::Result<Response> {
    let w = &reader.view.w;
    let (status, refused) = refused(w, problem);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.append_pair("ceremony", &typed.ceremony).append_pair("back", &typed.back()).finish();
    let none = Faults::new();
    let show = ShowCode { w, form: Form::new(w, "sign-in", &none), back: typed.back(), refused, ceremony: &typed.ceremony };
    Ok((status, page(&view_at(&reader.view, format!("/sign-in/code?{query}")), &w.t("sign-in-code-title"), &show)?)
        .into_response())
}

fn recovery_page(reader: &Reader, typed: &Typed, faults: &Faults, problem: Option<&Problem>) -> web::Result<Response> {
    let w = &reader.view.w;
    let (status, refused) = refused(w, problem);
    let status = if faults.is_empty() { status } else { StatusCode::UNPROCESSABLE_ENTITY };
    let show = ShowRecovery { w, form: Form::new(w, "sign-in", faults), typed, refused };
    Ok((status, page(&reader.view, &w.t("sign-in-recovery-title"), &show)?).into_response())
}

/// The page after somebody came to a company: signed in, with the recovery codes that are shown only now.
pub fn welcome_page(view: &View, role: Role, cookie: HeaderValue, codes: &[String], next: &str) -> web::Result<Response> {
    let view = View { role: Some(role), ..view_at(view, "/account".to_owned()) };
    let show = Welcome { w: &view.w, codes, next, site: &view.app.site.origin };
    let page = page(&view, &view.w.t("sign-in-welcome-title"), &show)?;
    Ok(([(header::SET_COOKIE, cookie)], page).into_response())
}

/// A QR code as a picture inside the page, with its description.
pub fn qr(text: &str, label: &str) -> base::Result<String> {
    let code = qrcode::QrCode::new(text.as_bytes()).map_err(Problem::internal)?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == qrcode::Color::Dark);
    let path: String = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4)).collect();
    Qr { label, size: width + 8, path }.render().map_err(Problem::internal)
}

#[derive(Template)]
#[template(
    source = r##"<svg role="img" aria-label="{{ label }}" viewBox="0 0 {{ size }} {{ size }}" shape-rendering="crispEdges"><rect width="{{ size }}" height="{{ size }}" fill="#fff"/><path d="{{ path }}" fill="#000"/></svg>"##,
    ext = "html"
)]
struct Qr<'a> {
    label: &'a str,
    size: usize,
    path: String,
}
