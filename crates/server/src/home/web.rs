use ::web::{App, Member, Page, Piece, Reader, Result, Words, page};
use askama::Template;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use base::Moment;
use customer::device::Watch;
use readiness::assessment::Latest;
use readiness::declaration::Standing;
use readiness::plan::{NextStep, Reminder};
use response::alert::Calm;

pub fn routes() -> Router<App> {
    Router::new().route("/", get(show)).route("/home/stand", get(stand))
}

#[derive(Template)]
#[template(path = "home/welcome.html")]
struct Welcome<'a> {
    w: &'a Words,
}

#[derive(Template)]
#[template(path = "home/home.html")]
struct Home<'a> {
    w: &'a Words,
    company: String,
    next: Option<NextStep>,
    /// At most three; the plan shows them all.
    reminders: Vec<Reminder>,
    due: usize,
    latest: Option<Latest>,
    standing: Option<Standing>,
    stand: String,
}

/// The part that changes while one looks: alerts and the watch.
#[derive(Template)]
#[template(path = "home/stand.html")]
struct Stand<'a> {
    w: &'a Words,
    calm: Calm,
    watch: Watch,
    now: Moment,
    mail: bool,
}

async fn show(reader: Reader) -> Result<Page> {
    let w = &reader.view.w;
    let Some(who) = &reader.member else {
        return page(&reader.view, &w.t("home-welcome-title"), &Welcome { w });
    };
    let mut reminders = readiness::plan::reminders(who).await?;
    let due = reminders.len();
    reminders.truncate(3);
    let home = Home {
        reminders,
        due,
        w,
        company: customer::company::find(who).await?.details.name,
        next: readiness::plan::next_step(who).await?,
        latest: readiness::assessment::latest(who).await?,
        standing: readiness::declaration::standing(who).await?,
        stand: stand_of(who).await?,
    };
    page(&reader.view, &w.t("home-title"), &home)
}

async fn stand(who: Member) -> Result<Piece> {
    Ok(Html(stand_of(&who).await?))
}

async fn stand_of(who: &Member) -> Result<String> {
    let calm = response::alert::calm(who).await?;
    let watch = customer::device::watch(who).await?;
    let mail = who.view.app.mail.is_some();
    Ok(Stand { w: who.words(), calm, watch, now: who.now(), mail }.render()?)
}
