use super::Shown;
use crate::Editions;
use crate::declaration::{rules, store};
use ::web::{Page, Reader, Result, Words, page};
use askama::Template;
use axum::extract::Path;
use base::Problem;

#[derive(Template)]
#[template(path = "declaration/verify.html")]
struct Verify<'a> {
    w: &'a Words,
    shown: Shown,
    pledge: String,
    disclaimer: String,
    today: String,
}

/// `GET /verify/{code}`: anybody may see what a company declared and whether it stands today.
pub async fn show(reader: Reader, Path(code): Path<String>) -> Result<Page> {
    let (w, app) = (&reader.view.w, &reader.view.app);
    let editions = app.shelf.get::<Editions>()?;
    let code = rules::typed_code(&code).ok_or(Problem::NotFound)?;
    let kept = store::published(&mut app.store.read_all().await?, &code).await?;
    let edition = editions.declaration(&kept.edition).ok_or_else(|| Problem::internal("a declaration without its edition"))?;
    let show = Verify {
        w,
        shown: Shown::of(app, w, edition, &kept)?,
        pledge: edition.pledge.to(w.lang).to_owned(),
        disclaimer: edition.disclaimer.to(w.lang).to_owned(),
        today: w.day(reader.view.today()),
    };
    page(&reader.view, &w.n("declaration-verify-title", "company", show.shown.company.as_str()), &show)
}
