use super::{Account, rules};
use crate::form::{Faults, Form};
use crate::sign_in::{Block, qr, store::Kept};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base::{Lang, Moment, PasskeyId, Problem};
use serde::Deserialize;
use web::{App, Member, Page, Role, Sent, Words, line, page};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/account", get(show))
        .route("/account/name", post(change_name))
        .route("/account/language", post(change_language))
        .route("/account/password", get(show_password).post(change_password))
        .route("/account/passkeys", get(show_passkeys).post(add_passkey))
        .route("/account/passkeys/start", post(start_passkey))
        .route("/account/passkeys/{id}/remove", post(remove_passkey))
        .route("/account/totp", get(show_totp).post(start_totp))
        .route("/account/totp/on", get(show_totp_begun).post(turn_totp_on))
        .route("/account/totp/off", post(turn_totp_off))
        .route("/account/recovery-codes", get(show_codes).post(new_codes))
        .route("/account/sessions/{id}/end", post(end_session))
        .route("/account/sessions/end-others", post(end_others))
}

#[derive(Template)]
#[template(path = "account/account.html")]
struct Show<'a> {
    w: &'a Words,
    form: Form<'a>,
    account: &'a Account,
    role: Role,
    here: &'a str,
    now: Moment,
    name: &'a str,
}

impl Show<'_> {
    fn role_name(&self) -> String {
        self.w.t(&format!("people-role-{}", self.role.name()))
    }

    /// When a passkey was last used.
    fn used(&self, key: &Kept) -> String {
        key.used.map_or_else(|| self.w.t("account-never"), |used| self.w.ago(used, self.now))
    }

    fn seen(&self, session: &web::Session) -> String {
        self.w.ago(session.seen, self.now)
    }

    fn is_here(&self, session: &web::Session) -> bool {
        session.id == self.here
    }

    /// The browser and system of a session, in a few words; what it called itself where they are unknown.
    fn client(&self, session: &web::Session) -> String {
        rules::client(&session.client).unwrap_or_else(|| self.w.t("account-session-unknown"))
    }
}

#[derive(Template)]
#[template(path = "account/password.html")]
struct ShowPassword<'a> {
    w: &'a Words,
    form: Form<'a>,
    mail: &'a str,
    has_password: bool,
}

#[derive(Template)]
#[template(path = "account/passkeys.html")]
struct ShowPasskeys<'a> {
    w: &'a Words,
    form: Form<'a>,
    name: &'a str,
    refused: Option<String>,
    passkey: Block<'a>,
}

#[derive(Template)]
#[template(path = "account/totp.html")]
struct ShowTotp<'a> {
    w: &'a Words,
    on: bool,
}

#[derive(Template)]
#[template(path = "account/totp_begun.html")]
struct ShowTotpBegun<'a> {
    w: &'a Words,
    form: Form<'a>,
    ceremony: &'a str,
    picture: String,
    secret: String,
}

#[derive(Template)]
#[template(path = "account/codes.html")]
struct ShowCodes<'a> {
    w: &'a Words,
    left: i64,
    codes: &'a [String],
    site: &'a str,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Typed {
    name: String,
    lang: String,
    password: String,
    ceremony: String,
    passkey: String,
    code: String,
}

/// The way to prove anew who one is, and back to this page.
fn again(to: &str) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("back", to).finish();
    Redirect::to(&format!("/sign-in?{query}")).into_response()
}

fn status(faults: &Faults) -> StatusCode {
    if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

async fn show(who: Member) -> web::Result<Page> {
    account_page(&who, None, &Faults::new()).await
}

async fn account_page(who: &Member, name: Option<&str>, faults: &Faults) -> web::Result<Page> {
    let account = super::find(who).await?;
    let form = Form::new(who.words(), "account", faults);
    let name = name.unwrap_or(&account.name);
    let show = Show { w: who.words(), form, account: &account, role: who.role, here: &who.session, now: who.now(), name };
    page(&who.view, &who.words().t("account-title"), &show)
}

async fn change_name(who: Member, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    match line(&typed.name, 60) {
        Ok(name) => {
            super::change_name(&who, &name).await?;
            Ok(Redirect::to("/account").into_response())
        }
        Err(why) => {
            let page = account_page(&who, Some(&typed.name), &vec![("name", why)]).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn change_language(who: Member, Sent(typed): Sent<Typed>) -> web::Result<Redirect> {
    let lang = Lang::from_code(&typed.lang).ok_or(Problem::invalid("language", "choose-one"))?;
    super::change_lang(&who, lang).await?;
    // The page's own language follows by the same switch that every page has.
    Ok(Redirect::to(&format!("/lang/{}?back=/account", lang.code())))
}

async fn show_password(who: Member) -> web::Result<Response> {
    password_page(&who, &Faults::new()).await
}

async fn password_page(who: &Member, faults: &Faults) -> web::Result<Response> {
    if !super::is_fresh(who).await? {
        return Ok(again("/account/password"));
    }
    let account = super::find(who).await?;
    let w = who.words();
    let show = ShowPassword { w, form: Form::new(w, "account", faults), mail: &account.mail, has_password: account.has_password };
    Ok((status(faults), page(&who.view, &w.t("account-password-title"), &show)?).into_response())
}

async fn change_password(who: Member, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    match super::change_password(&who, &typed.password).await {
        Ok(()) => Ok(Redirect::to("/account").into_response()),
        Err(Problem::Invalid { fields }) => password_page(&who, &fields).await,
        Err(Problem::Refused { code: "account-sign-in-again", .. }) => Ok(again("/account/password")),
        Err(problem) => Err(problem.into()),
    }
}

async fn show_passkeys(who: Member) -> web::Result<Response> {
    passkeys_page(&who, "", &Faults::new(), None).await
}

async fn passkeys_page(who: &Member, name: &str, faults: &Faults, problem: Option<Problem>) -> web::Result<Response> {
    if !super::is_fresh(who).await? {
        return Ok(again("/account/passkeys"));
    }
    let w = who.words();
    let suggested = w.n("account-passkey-suggested", "day", w.day(who.today()));
    let refused = problem.map(|problem| w.t(&format!("problem-{}", problem.code())));
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { status(faults) };
    let name = if name.is_empty() { &suggested } else { name };
    let show = ShowPasskeys {
        w,
        form: Form::new(w, "account", faults),
        name,
        refused,
        passkey: Block::register(&who.view, "/account/passkeys/start"),
    };
    Ok((status, page(&who.view, &w.t("account-passkeys-title"), &show)?).into_response())
}

async fn start_passkey(who: Member) -> web::Result<Response> {
    Ok(Json(super::start_passkey(&who).await?).into_response())
}

async fn add_passkey(who: Member, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    let name = match line(&typed.name, 60) {
        Ok(name) => name,
        Err(why) => return passkeys_page(&who, &typed.name, &vec![("passkey-name", why)], None).await,
    };
    match super::add_passkey(&who, &typed.ceremony, &typed.passkey, &name).await {
        Ok(()) => Ok(Redirect::to("/account").into_response()),
        Err(Problem::Refused { code: "account-sign-in-again", .. }) => Ok(again("/account/passkeys")),
        Err(problem @ Problem::Refused { .. }) => passkeys_page(&who, &name, &Faults::new(), Some(problem)).await,
        Err(problem) => Err(problem.into()),
    }
}

async fn remove_passkey(who: Member, Path(id): Path<PasskeyId>) -> web::Result<Response> {
    done(super::remove_passkey(&who, &id).await, "/account")
}

/// Back to the account; where the sign-in is too old, first through it.
fn done(result: base::Result<()>, to: &str) -> web::Result<Response> {
    match result {
        Ok(()) => Ok(Redirect::to(to).into_response()),
        Err(Problem::Refused { code: "account-sign-in-again", .. }) => Ok(again("/account")),
        Err(problem) => Err(problem.into()),
    }
}

async fn show_totp(who: Member) -> web::Result<Response> {
    if !super::is_fresh(&who).await? {
        return Ok(again("/account/totp"));
    }
    let on = super::find(&who).await?.has_totp;
    Ok(page(&who.view, &who.words().t("account-totp-title"), &ShowTotp { w: who.words(), on })?.into_response())
}

async fn start_totp(who: Member) -> web::Result<Response> {
    match super::start_totp(&who).await {
        Ok(ceremony) => Ok(Redirect::to(&format!("/account/totp/on?ceremony={ceremony}")).into_response()),
        Err(problem) => done(Err(problem), "/account/totp"),
    }
}

async fn show_totp_begun(who: Member, Query(typed): Query<Typed>) -> web::Result<Response> {
    totp_page(&who, &typed.ceremony, &Faults::new()).await
}

async fn totp_page(who: &Member, ceremony: &str, faults: &Faults) -> web::Result<Response> {
    let w = who.words();
    let (secret, url) = super::totp_begun(who, ceremony).await?;
    let secret = secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
    let picture = qr(&url, &w.t("account-totp-picture"))?;
    let show = ShowTotpBegun { w, form: Form::new(w, "account", faults), ceremony, picture, secret };
    Ok((status(faults), page(&who.view, &w.t("account-totp-title"), &show)?).into_response())
}

async fn turn_totp_on(who: Member, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    match super::turn_totp_on(&who, &typed.ceremony, &typed.code).await {
        Err(Problem::Invalid { fields }) => totp_page(&who, &typed.ceremony, &fields).await,
        other => done(other, "/account"),
    }
}

async fn turn_totp_off(who: Member) -> web::Result<Response> {
    done(super::turn_totp_off(&who).await, "/account")
}

async fn show_codes(who: Member) -> web::Result<Response> {
    if !super::is_fresh(&who).await? {
        return Ok(again("/account/recovery-codes"));
    }
    let left = super::find(&who).await?.codes_left;
    codes_page(&who, left, &[])
}

async fn new_codes(who: Member) -> web::Result<Response> {
    match super::new_codes(&who).await {
        Ok(codes) => codes_page(&who, 10, &codes),
        Err(problem) => done(Err(problem), "/account"),
    }
}

fn codes_page(who: &Member, left: i64, codes: &[String]) -> web::Result<Response> {
    let show = ShowCodes { w: who.words(), left, codes, site: &who.view.app.site.origin };
    Ok(page(&who.view, &who.words().t("sign-in-codes-title"), &show)?.into_response())
}

async fn end_session(who: Member, Path(id): Path<String>) -> web::Result<Response> {
    match super::end_session(&who, &id).await? {
        Some(cookie) => Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response()),
        None => Ok(Redirect::to("/account").into_response()),
    }
}

async fn end_others(who: Member) -> web::Result<Redirect> {
    super::end_others(&who).await?;
    Ok(Redirect::to("/account"))
}
