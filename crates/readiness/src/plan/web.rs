use super::rules::{self, Due, State};
use super::{Plan, Step};
use crate::assessment::result::answer_text;
use crate::company::{self, Person};
use crate::{Editions, named};
use ::web::{App, Download, Lead, Member, Page, Result, Role, Sent, Who, Words, download, page, paragraph};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base::{Day, PersonId, Problem};
use serde::Deserialize;
use std::fmt::Write as _;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/plan", get(list))
        .route("/plan/print", get(print))
        .route("/plan/due.ics", get(calendar))
        .route("/plan/{step}", get(show))
        .route("/plan/{step}/assign", post(assign))
        .route("/plan/{step}/done", post(done))
        .route("/plan/{step}/drop", post(decline))
        .route("/plan/{step}/reopen", post(reopen))
}

/// A step in the reader's words.
struct Row {
    key: String,
    title: String,
    why: String,
    how: Vec<String>,
    minutes: i64,
    doer: String,
    state: State,
    person: String,
    due: String,
    badge: &'static str,
    due_note: String,
}

impl Row {
    fn of(w: &Words, step: &Step, people: &[Person], today: Day) -> Row {
        let due = step.due().filter(|_| step.state == State::Open).map(|due| rules::due(due, today));
        let (badge, note) = match due {
            Some(Due::Late) => ("bad", w.t("plan-late")),
            Some(Due::Today) => ("warn", w.t("plan-today")),
            Some(Due::Later) | None => ("", String::new()),
        };
        Row {
            key: step.text.key.clone(),
            title: step.text.title.to(w.lang).to_owned(),
            why: step.text.why.to(w.lang).to_owned(),
            how: step.text.how.iter().map(|how| how.to(w.lang).to_owned()).collect(),
            minutes: step.text.minutes,
            doer: w.t(&format!("plan-doer-{}", step.text.who.name())),
            state: step.state,
            person: step.person().map(|id| company::name_of(people, id).to_owned()).unwrap_or_default(),
            due: step.due().map(|due| w.day(due)).unwrap_or_default(),
            badge,
            due_note: note,
        }
    }

    fn state_text(&self, w: &Words) -> String {
        w.t(&format!("plan-state-{}", self.state.name()))
    }
}

/// What of the plan is to be listed.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    state: Option<String>,
    person: Option<String>,
    sort: Option<String>,
}

#[derive(Template)]
#[template(path = "plan/list.html")]
struct List<'a> {
    w: &'a Words,
    answered: bool,
    rows: Vec<Row>,
    /// Open, done, dropped.
    counts: [usize; 3],
    late: usize,
    state: &'static str,
    person: String,
    by_due: bool,
    people: Vec<(String, String)>,
}

async fn list(who: Member, Query(wanted): Query<Wanted>) -> Result<Page> {
    let (w, today) = (who.words(), who.today());
    let (plan, people) = (super::list(&who).await?, super::people(&who).await?);
    let state = wanted.state.as_deref().unwrap_or("open");
    let state = ["open", "done", "dropped", "all"].into_iter().find(|one| *one == state).unwrap_or("open");
    let person = wanted.person.filter(|person| !person.is_empty());
    let is_wanted = |step: &&Step| {
        let person_fits = person.as_deref().is_none_or(|id| step.person().map_or("nobody", PersonId::as_str) == id);
        (state == "all" || step.state.name() == state) && person_fits
    };
    let mut steps: Vec<&Step> = plan.steps.iter().filter(is_wanted).collect();
    let by_due = wanted.sort.as_deref() == Some("due");
    if by_due {
        steps.sort_by_key(|step| (step.due().is_none(), step.due()));
    }
    let count = |state: State| plan.steps.iter().filter(|step| step.state == state).count();
    let show = List {
        w,
        answered: plan.answered,
        rows: steps.into_iter().map(|step| Row::of(w, step, &people, today)).collect(),
        counts: State::ALL.map(count),
        late: plan.steps.iter().filter(|step| step.state == State::Open && step.due().is_some_and(|due| due <= today)).count(),
        state,
        person: person.clone().unwrap_or_default(),
        by_due,
        people: people.iter().filter(|person| !person.left).map(|person| (person.id.to_string(), person.name.clone())).collect(),
    };
    page(&who.view, &w.t("plan-title"), &show)
}

#[derive(Template)]
#[template(path = "plan/print.html")]
struct Print<'a> {
    w: &'a Words,
    company: String,
    day: String,
    rows: Vec<Row>,
}

/// `GET /plan/print`: every open step with its actions, to take along on paper.
async fn print(who: Member) -> Result<Page> {
    let (w, today) = (who.words(), who.today());
    let (plan, people) = (super::list(&who).await?, super::people(&who).await?);
    let open = plan.steps.iter().filter(|step| step.state == State::Open);
    let rows = open.map(|step| Row::of(w, step, &people, today)).collect();
    let company = company::company(&mut who.read().await?).await?.name;
    page(&who.view, &w.t("plan-print-title"), &Print { w, company, day: w.day(today), rows })
}

#[derive(Template)]
#[template(path = "plan/step.html")]
struct Show<'a> {
    w: &'a Words,
    row: Row,
    ask: String,
    question: String,
    answer: String,
    asks_done: String,
    note: String,
    settled: String,
    from_incident: bool,
    may_lead: bool,
    may_settle: bool,
    people: Vec<(String, String, bool)>,
    form: Typed,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    due: String,
    what: String,
    reason: String,
    faults: Vec<(&'static str, &'static str)>,
}

impl Typed {
    fn fault(&self, w: &Words, field: &str) -> Option<String> {
        self.faults.iter().find(|(name, _)| *name == field).map(|(_, code)| w.t(&format!("fault-{code}")))
    }
}

async fn show(who: Member, Path(key): Path<String>) -> Result<Page> {
    shown(&who, &key, None).await
}

async fn shown(who: &Who, key: &str, form: Option<Typed>) -> Result<Page> {
    let (w, editions) = (who.words(), who.content::<Editions>()?);
    let (step, people) = (super::find(who, key).await?, super::people(who).await?);
    let (edition, question) = editions.question(&step.text.question).ok_or(Problem::NotFound)?;
    let kept = step.kept.as_ref();
    let due = step.due().map(|due| due.to_string()).unwrap_or_default();
    let settled = kept.and_then(|kept| Some((kept.settled?, kept.settled_by.as_ref()?)));
    let settled = settled
        .map(|(at, by)| w.with("plan-settled", &[("when", w.moment(at).as_str()), ("name", company::name_of(&people, by))]));
    let chosen = |person: &Person| step.person() == Some(&person.id);
    let show = Show {
        w,
        ask: question.ask.to(w.lang).to_owned(),
        question: question.key.clone(),
        answer: answer_text(w, edition, step.answer),
        asks_done: step.text.asks_done.to(w.lang).to_owned(),
        note: kept.map(|kept| kept.note.clone()).unwrap_or_default(),
        settled: settled.unwrap_or_default(),
        from_incident: kept.is_some_and(|kept| kept.origin == super::FROM_INCIDENT),
        may_lead: who.role >= Role::Lead,
        may_settle: who.role >= Role::Lead || step.person() == Some(&who.person),
        people: people
            .iter()
            .filter(|person| !person.left)
            .map(|person| (person.id.to_string(), person.name.clone(), chosen(person)))
            .collect(),
        form: form.unwrap_or(Typed { due, ..Typed::default() }),
        row: Row::of(w, &step, &people, who.today()),
    };
    page(&who.view, &show.row.title.clone(), &show)
}

/// The step once more, with what was typed and what is wrong with it; other problems as they are.
async fn again(who: &Who, key: &str, problem: Problem, mut form: Typed) -> Result<Response> {
    let Problem::Invalid { fields } = problem else {
        return Err(problem.into());
    };
    form.faults = fields;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(who, key, Some(form)).await?).into_response())
}

fn back(key: &str) -> Response {
    Redirect::to(&format!("/plan/{key}")).into_response()
}

#[derive(Deserialize)]
struct Assigned {
    #[serde(default)]
    person: String,
    #[serde(default)]
    due: String,
}

async fn assign(who: Lead, Path(key): Path<String>, Sent(sent): Sent<Assigned>) -> Result<Response> {
    super::find(&who, &key).await?;
    let person: Option<PersonId> = if sent.person.is_empty() { None } else { Some(named(&sent.person)?) };
    let due: base::Result<Option<Day>> = match sent.due.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Problem::invalid("due", "not-a-day")),
    };
    let done = match due {
        Ok(due) => super::assign(&who, &key, person.as_ref(), due).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => Ok(back(&key)),
        Err(problem) => again(&who, &key, problem, Typed { due: sent.due.chars().take(40).collect(), ..Typed::default() }).await,
    }
}

#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    what: String,
}

/// The longest text about what was done.
const LONGEST: usize = 2000;

fn told(text: &str, field: &'static str) -> base::Result<String> {
    let text = paragraph(text, LONGEST).map_err(|code| Problem::invalid(field, code))?;
    if text.is_empty() { Err(Problem::invalid(field, "empty")) } else { Ok(text) }
}

async fn done(who: Member, Path(key): Path<String>, Sent(sent): Sent<Told>) -> Result<Response> {
    super::find(&who, &key).await?;
    let done = match told(&sent.what, "what") {
        Ok(what) => super::finish(&who, &key, &what).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => Ok(back(&key)),
        Err(problem) => again(&who, &key, problem, Typed { what: sent.what, ..Typed::default() }).await,
    }
}

async fn decline(who: Lead, Path(key): Path<String>, Sent(sent): Sent<Told>) -> Result<Response> {
    super::find(&who, &key).await?;
    let done = match told(&sent.what, "reason") {
        Ok(reason) => super::decline(&who, &key, &reason).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => Ok(back(&key)),
        Err(problem) => again(&who, &key, problem, Typed { reason: sent.what, ..Typed::default() }).await,
    }
}

async fn reopen(who: Member, Path(key): Path<String>) -> Result<Response> {
    super::reopen(&who, &key).await?;
    Ok(back(&key))
}

/// `GET /plan/due.ics`: the open steps with a due day, for a calendar (RFC 5545).
async fn calendar(who: Member) -> Result<Response> {
    let plan = super::list(&who).await?;
    let bytes = ics(&who, &plan).into_bytes();
    Ok(download(Download { name: "komainu-plan.ics".to_owned(), kind: "text/calendar; charset=utf-8", bytes, inline: false }))
}

fn ics(who: &Who, plan: &Plan) -> String {
    let stamp: String = who.now().rfc3339().chars().filter(|c| !"-:".contains(*c)).collect();
    let stamp = format!("{}Z", stamp.split('.').next().unwrap_or_default());
    let date = |day: Day| day.to_string().replace('-', "");
    let mut text = String::new();
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Komainu//Plan//JA"] {
        fold(&mut text, line);
    }
    for step in plan.steps.iter().filter(|step| step.state == State::Open) {
        let (Some(due), Some(kept)) = (step.due(), &step.kept) else { continue };
        fold(&mut text, "BEGIN:VEVENT");
        fold(&mut text, &format!("UID:{}@komainu", kept.id));
        fold(&mut text, &format!("DTSTAMP:{stamp}"));
        fold(&mut text, &format!("DTSTART;VALUE=DATE:{}", date(due)));
        fold(&mut text, &format!("DTEND;VALUE=DATE:{}", date(due.plus(1))));
        fold(&mut text, &format!("SUMMARY:{}", plain(step.text.title.to(who.lang()))));
        fold(&mut text, &format!("DESCRIPTION:{}", plain(step.text.why.to(who.lang()))));
        fold(&mut text, &format!("URL:{}/plan/{}", who.view.app.site.origin, step.text.key));
        fold(&mut text, "END:VEVENT");
    }
    fold(&mut text, "END:VCALENDAR");
    text
}

/// Text as RFC 5545, 3.3.11 wants it.
fn plain(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Adds a line, folded after 75 bytes between characters (RFC 5545, 3.1).
fn fold(text: &mut String, line: &str) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 75 {
            text.push_str("\r\n ");
            width = 1;
        }
        text.push(c);
        width += c.len_utf8();
    }
    let _ = write!(text, "\r\n");
}
