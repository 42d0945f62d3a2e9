use crate::Editions;
use crate::content::Question;
use ::web::{App, Page, Reader, Result, Words, page};
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use base::Problem;

pub fn routes() -> Router<App> {
    Router::new().route("/lessons", get(list)).route("/lessons/{question}", get(show))
}

#[derive(Template)]
#[template(path = "lesson/list.html")]
struct List<'a> {
    w: &'a Words,
    parts: Vec<(String, Vec<Link>)>,
}

/// The way to a lesson.
struct Link {
    number: usize,
    key: String,
    ask: String,
}

impl Link {
    fn to(w: &Words, question: &Question) -> Link {
        Link { number: question.number, key: question.key.clone(), ask: question.ask.to(w.lang).to_owned() }
    }
}

async fn list(reader: Reader) -> Result<Page> {
    let editions = reader.view.app.shelf.get::<Editions>()?;
    let edition = editions.assessment_on(reader.view.today())?;
    let w = &reader.view.w;
    let links = |part: &str| {
        edition.questions.iter().filter(|question| question.part == part).map(|question| Link::to(w, question)).collect()
    };
    let parts = edition.parts.iter().map(|part| (part.say.to(w.lang).to_owned(), links(&part.key))).collect();
    page(&reader.view, &w.t("lesson-list-title"), &List { w, parts })
}

#[derive(Template)]
#[template(path = "lesson/show.html")]
struct Show<'a> {
    w: &'a Words,
    ask: String,
    place: String,
    means: String,
    example: String,
    why: String,
    story: Vec<String>,
    previous: Option<Link>,
    next: Option<Link>,
    signed_in: bool,
}

async fn show(reader: Reader, Path(key): Path<String>) -> Result<Page> {
    let editions = reader.view.app.shelf.get::<Editions>()?;
    let (edition, question) = editions.question(&key).ok_or(Problem::NotFound)?;
    let w = &reader.view.w;
    let say = |text: &base::Said| text.to(w.lang).to_owned();
    let show = Show {
        w,
        ask: say(&question.ask),
        place: w.with("lesson-place", &[("n", question.number.to_string()), ("total", edition.questions.len().to_string())]),
        means: say(&question.means),
        example: say(&question.example),
        why: say(&question.why),
        story: question
            .lesson
            .to(w.lang)
            .split("\n\n")
            .map(|paragraph| paragraph.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect(),
        previous: edition.numbered(question.number.saturating_sub(1)).map(|question| Link::to(w, question)),
        next: edition.numbered(question.number + 1).map(|question| Link::to(w, question)),
        signed_in: reader.member.is_some(),
    };
    page(&reader.view, &show.ask.clone(), &show)
}
