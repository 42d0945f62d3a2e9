use crate::{App, Failed, Role, View, session};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use base::{Lang, Problem};

/// The frame of every page.
#[derive(Template)]
#[template(path = "frame.html")]
pub(crate) struct Frame<'a> {
    w: &'a crate::Words,
    title: &'a str,
    inside: &'a str,
    role: Option<Role>,
    here: &'a str,
    other: Lang,
    switch: String,
    version: &'static str,
    style: String,
    tokens: String,
    script: String,
    htmx: String,
}

impl Frame<'_> {
    pub(crate) fn render(view: &View, title: &str, inside: &str) -> base::Result<Html<String>> {
        let back: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("back", &view.here).finish();
        let other = view.w.lang.other();
        let frame = Frame {
            w: &view.w,
            title,
            inside,
            role: view.role,
            here: view.here.split('?').next().unwrap_or("/"),
            other,
            switch: format!("/lang/{}?{back}", other.code()),
            version: view.app.site.version,
            style: crate::asset("komainu.css"),
            tokens: crate::asset("tokens.css"),
            script: crate::asset("komainu.js"),
            htmx: crate::asset("htmx.min.js"),
        };
        askama::Template::render(&frame).map(Html).map_err(Problem::internal)
    }

    fn at(&self, path: &str) -> bool {
        self.here == path || (path.len() > 1 && self.here.starts_with(path))
    }
}

/// A whole page: a title (already in words) and its inside, in the frame.
pub type Page = Html<String>;
/// A piece of a page, for live updates.
pub type Piece = Html<String>;

/// Puts the inside of a page into the frame.
pub fn page(view: &View, title: &str, inside: &impl Template) -> Result<Page, Failed> {
    Ok(Frame::render(view, title, &inside.render()?)?)
}

/// Where to go back to: a path of our own, never another site.
#[derive(serde::Deserialize, Default)]
pub struct Back {
    back: Option<String>,
}

impl Back {
    /// The path, or `/` where none or a foreign one was given.
    pub fn path(&self) -> &str {
        let back = self.back.as_deref().unwrap_or("/");
        let ours =
            back.starts_with('/') && !back.starts_with("//") && !back.contains('\\') && !back.chars().any(|c| c.is_control());
        if ours { back } else { "/" }
    }
}

/// Remembers the language and goes back to the same place.
pub(crate) async fn switch_language(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(back): Query<Back>,
) -> Result<Response, Failed> {
    let lang = Lang::from_code(&code).ok_or(Problem::NotFound)?;
    let cookie = session::set_cookie(&app, "lang", lang.code(), 400 * 24 * 3600)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(back.path())).into_response())
}

#[cfg(test)]
mod tests {
    use super::Back;

    #[test]
    fn the_way_back_stays_at_home() {
        for (back, path) in [
            ("/plan?x=1", "/plan?x=1"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\nb", "/"),
            ("", "/"),
        ] {
            assert_eq!(Back { back: Some(back.to_owned()) }.path(), path, "{back:?}");
        }
    }
}
