use super::{Help, Kind};
use crate::incident;
use ::web::{App, Member, Page, Reader, Result, Sent, Words, page};
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base::*;
use serde::Deserialize;

pub fn routes() -> Router<App> {
    Router::new().route("/help", get(choose)).route("/help/{kind}", get(first_aid).post(ask))
}

#[derive(Template)]
#[template(path = "help/choose.html")]
struct Choose<'a> {
    w: &'a Words,
    kinds: Vec<&'a Kind>,
}

async fn choose(reader: Reader) -> Result<Page> {
    let help = reader.view.app.shelf.get::<Help>()?;
    let w = &reader.view.w;
    page(&reader.view, &w.t("help-title"), &Choose { w, kinds: help.choices().collect() })
}

#[derive(Template)]
#[template(path = "help/first_aid.html")]
struct FirstAid<'a> {
    w: &'a Words,
    kind: &'a Kind,
    signed_in: bool,
    story: &'a str,
    fault: Option<String>,
}

fn chosen<'a>(help: &'a Help, key: &str) -> base::Result<&'a Kind> {
    help.choices().find(|kind| kind.key == key).ok_or(Problem::NotFound)
}

async fn first_aid(reader: Reader, Path(key): Path<String>) -> Result<Page> {
    let help = reader.view.app.shelf.get::<Help>()?;
    let (kind, w) = (chosen(&help, &key)?, &reader.view.w);
    let show = FirstAid { w, kind, signed_in: reader.member.is_some(), story: "", fault: None };
    page(&reader.view, kind.say.to(w.lang), &show)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    story: String,
}

async fn ask(who: Member, Path(key): Path<String>, Sent(asked): Sent<Asked>) -> Result<Response> {
    let help = who.content::<Help>()?;
    let kind = chosen(&help, &key)?;
    match ::web::paragraph(&asked.story, incident::LONGEST_TEXT) {
        Ok(story) => {
            let id = incident::ask(&who, &kind.key, &story).await?;
            Ok(Redirect::to(&format!("/incidents/{id}")).into_response())
        }
        Err(code) => {
            let w = who.words();
            let fault = Some(w.t(&format!("fault-{code}")));
            let show = FirstAid { w, kind, signed_in: true, story: &asked.story, fault };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&who.view, kind.say.to(w.lang), &show)?).into_response())
        }
    }
}
