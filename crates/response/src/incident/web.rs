use super::custody::{self, Kept};
use super::rules::{Moved, Stage, What};
use super::{Incident, LONGEST_TEXT, store};
use crate::alert::{self, Alert};
use crate::detection::Rules;
use crate::help::{Help, Lesson};
use crate::recording;
use ::web::{App, Lead, Member, Page, Piece, Result, Sent, Words, page, saved};
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base::*;
use readiness::Editions;
use serde::Deserialize;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/alerts/{id}/help", post(open))
        .route("/incidents", get(list))
        .route("/incidents/latest", get(latest))
        .route("/incidents/{id}", get(show))
        .route("/incidents/{id}/print", get(print))
        .route("/incidents/{id}/so-far", get(so_far))
        .route("/incidents/{id}/notes", post(note))
        .route("/incidents/{id}/files/{file}", get(file))
        .route("/incidents/{id}/stage", post(stage))
        .route("/incidents/{id}/alerts", post(join))
        .route("/incidents/{id}/close", post(close))
        .route("/incidents/{id}/plan", post(plan_step))
        .route("/incidents/{id}/reopen", post(reopen))
}

async fn open(who: Member, Path(id): Path<AlertId>) -> Result<Redirect> {
    let incident = super::open(&who, &id).await?;
    Ok(Redirect::to(&format!("/incidents/{incident}")))
}

/// What an incident is called: by the rule of its first alert, or by what the person said is happening.
fn title(w: &Words, help: &Help, rules: &Rules, incident: &Incident) -> String {
    let by_rule = incident.first_rule.as_deref().and_then(|name| rules.telling(name, w.lang)).map(|told| told.title.clone());
    let by_kind = || help.kind(&incident.kind).map(|kind| kind.say.to(w.lang).to_owned());
    by_rule.or_else(by_kind).unwrap_or_else(|| w.t("incident-untitled"))
}

struct Line {
    incident: Incident,
    title: String,
    opened: String,
}

#[derive(Template)]
#[template(path = "incident/latest.html")]
struct Latest<'a> {
    w: &'a Words,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "incident/list.html")]
struct List<'a> {
    w: &'a Words,
    latest: Latest<'a>,
}

async fn lines(who: &Member) -> base::Result<Latest<'_>> {
    let (w, help, rules) = (who.words(), who.content::<Help>()?, who.content::<Rules>()?);
    let incidents = store::all(&mut who.read().await?).await?;
    let line =
        |incident: Incident| Line { title: title(w, &help, &rules, &incident), opened: w.moment(incident.opened), incident };
    Ok(Latest { w, lines: incidents.into_iter().map(line).collect() })
}

async fn list(who: Member) -> Result<Page> {
    page(&who.view, &who.words().t("incident-title"), &List { w: who.words(), latest: lines(&who).await? })
}

async fn latest(who: Member) -> Result<Piece> {
    Ok(Html(lines(&who).await?.render()?))
}

struct InIt {
    id: AlertId,
    title: String,
    host: String,
    level: alert::Level,
    drill: bool,
    times: String,
}

struct Told {
    at: String,
    who: String,
    what: String,
    /// A text that a person wrote, in its own lines.
    text: Option<String>,
}

/// What changes while somebody looks: alerts, stage and timeline.
#[derive(Template)]
#[template(path = "incident/so_far.html")]
struct SoFar<'a> {
    w: &'a Words,
    incident: &'a Incident,
    stages: Vec<(Stage, bool)>,
    alerts: Vec<InIt>,
    timeline: Vec<Told>,
    custody: Vec<Kept>,
}

/// What was typed into a form that is shown again, and what was wrong with it.
#[derive(Default)]
struct Again {
    note: String,
    learned: String,
    note_fault: Option<String>,
    learned_fault: Option<String>,
}

#[derive(Template)]
#[template(path = "incident/show.html")]
struct Show<'a> {
    w: &'a Words,
    incident: &'a Incident,
    title: &'a str,
    so_far: SoFar<'a>,
    hunts: recording::Section<'a>,
    drop_zone: recording::DropZone<'a>,
    steps: Vec<&'a str>,
    never: Vec<&'a str>,
    next: Vec<Stage>,
    free: Vec<(AlertId, String)>,
    /// Questions of the assessment whose lessons fit, and what each is about.
    questions: Vec<(String, String)>,
    /// Steps for the plan that fit: key and title.
    steps_to_add: Vec<(String, String)>,
    may_move: bool,
    printed: bool,
    again: Again,
}

fn told(
    w: &Words,
    moved: Moved,
    titles: &dyn Fn(&AlertId) -> String,
    names: &dyn Fn(&str) -> Option<String>,
    found_title: &dyn Fn(&recording::Found) -> String,
) -> Told {
    let who = moved.person.as_deref().map(|id| names(id).unwrap_or_else(|| w.t("incident-somebody")));
    let (what, text) = match moved.what {
        What::Opened => (w.t("incident-line-opened"), None),
        What::HelpAsked => (w.t("incident-line-help-asked"), None),
        What::Stage(stage) => {
            let key = stage.parse::<Stage>().map_or("incident-stage-acting", Stage::key);
            (w.n("incident-line-stage", "stage", w.t(key)), None)
        }
        What::Closed => (w.t("incident-line-closed"), None),
        What::Alert(fact, alert) => (w.n(&format!("incident-line-{fact}"), "title", titles(&alert)), None),
        What::Began(alert) => (w.n("incident-line-began", "title", titles(&alert)), None),
        What::Noted(text) => (w.t("incident-line-noted"), Some(text)),
        What::Attached(name) => (w.n("incident-line-attached", "name", name), None),
        What::Removed(name, sha256) => (w.n("recording-line-removed", "name", name), Some(format!("SHA-256 {sha256}"))),
        What::Hunt(fact, outcome, count) => {
            let key = match (outcome.as_str(), count) {
                ("failed", _) => "recording-line-failed".to_owned(),
                // Nothing found in what was read until then is no good news.
                ("stopped", 0) => "recording-line-stopped".to_owned(),
                _ => format!("recording-line-{fact}"),
            };
            (w.n(&key, "n", count), None)
        }
        What::Found(found) => {
            let said = w.with("recording-line-found", &[("title", found_title(&found)), ("host", found.host)]);
            return Told { at: w.moment(moved.at), who: w.t("recording-from-files"), what: said, text: None };
        }
    };
    Told { at: w.moment(moved.at), who: who.unwrap_or_else(|| w.t("incident-machine")), what, text }
}

async fn so_far_of<'a>(
    who: &'a Member,
    incident: &'a Incident,
    alerts: &[Alert],
    rules: &Rules,
    printed: bool,
) -> base::Result<SoFar<'a>> {
    let w = who.words();
    let mut tx = who.read().await?;
    let names = store::names(&mut tx).await?;
    let timeline = super::timeline(&mut tx, incident, alerts).await?;
    let titles = |id: &AlertId| {
        alerts.iter().find(|alert| alert.id == *id).map(|alert| alert::told_title(rules, w, alert)).unwrap_or_default()
    };
    let found_title = |found: &recording::Found| recording::title(w, rules, found);
    let in_it = |alert: &Alert| InIt {
        id: alert.id.clone(),
        title: alert::told_title(rules, w, alert),
        host: alert.host.clone(),
        level: alert.level,
        drill: alert.drill,
        times: w.with(
            "alert-times",
            &[("count", alert.count.to_string()), ("first", w.moment(alert.first)), ("last", w.moment(alert.last))],
        ),
    };
    let may_remove = who.as_lead().is_some() && !printed && incident.stage != Stage::Closed;
    let custody = custody::all(&mut tx, w, &incident.id, &names, may_remove).await?;
    Ok(SoFar {
        w,
        incident,
        stages: Stage::ALL.into_iter().map(|stage| (stage, stage <= incident.stage)).collect(),
        alerts: alerts.iter().map(in_it).collect(),
        timeline: timeline.into_iter().map(|moved| told(w, moved, &titles, &|id| names.get(id).cloned(), &found_title)).collect(),
        custody,
    })
}

async fn render(who: &Member, id: &IncidentId, again: Again, printed: bool) -> Result<Page> {
    let (w, help, rules) = (who.words(), who.content::<Help>()?, who.content::<Rules>()?);
    let mut tx = who.read().await?;
    let incident = store::find(&mut tx, id).await?;
    let alerts = alert::of_incident(&mut tx, id).await?;
    let free = if incident.stage == Stage::Closed { Vec::new() } else { alert::open_ones(&mut tx).await? };
    drop(tx);
    let tags: Vec<String> = alerts.iter().flat_map(|alert| alert.tags.clone()).collect();
    let kind = help.kind(&incident.kind);
    let say = |said: &'_ [Said]| -> Vec<String> { said.iter().map(|said| said.to(w.lang).to_owned()).collect() };
    let (steps, never) = kind.map(|kind| (say(&kind.steps), say(&kind.never))).unwrap_or_default();
    let lessons = help.questions(&incident.kind, &tags);
    let plan = who.content::<Editions>()?;
    let of_lesson = |lesson: &&Lesson| plan.plan().ok()?.steps.iter().find(|step| step.question == lesson.question);
    let steps_to_add = lessons.iter().filter_map(of_lesson).map(|step| (step.key.clone(), step.title.to(w.lang).to_owned()));
    let title = title(w, &help, &rules, &incident);
    let show = Show {
        w,
        incident: &incident,
        title: &title,
        so_far: so_far_of(who, &incident, &alerts, &rules, printed).await?,
        hunts: recording::section(who, &incident, printed).await?,
        drop_zone: recording::drop_zone(who, &incident)?,
        steps: steps.iter().map(String::as_str).collect(),
        never: never.iter().map(String::as_str).collect(),
        next: incident.stage.next(),
        free: free
            .into_iter()
            .map(|alert| (alert.id.clone(), format!("{} ({})", alert::told_title(&rules, w, &alert), alert.host)))
            .collect(),
        steps_to_add: steps_to_add.collect(),
        questions: lessons.iter().map(|lesson| (lesson.question.clone(), lesson.say.to(w.lang).to_owned())).collect(),
        may_move: who.as_lead().is_some() && !printed,
        printed,
        again,
    };
    page(&who.view, &title, &show)
}

async fn show(who: Member, Path(id): Path<IncidentId>) -> Result<Page> {
    render(&who, &id, Again::default(), false).await
}

async fn print(who: Member, Path(id): Path<IncidentId>) -> Result<Page> {
    render(&who, &id, Again::default(), true).await
}

async fn so_far(who: Member, Path(id): Path<IncidentId>) -> Result<Piece> {
    let rules = who.content::<Rules>()?;
    let mut tx = who.read().await?;
    let incident = store::find(&mut tx, &id).await?;
    let alerts = alert::of_incident(&mut tx, &id).await?;
    drop(tx);
    Ok(Html(so_far_of(&who, &incident, &alerts, &rules, false).await?.render()?))
}

/// A text that must say something: the code of what is wrong otherwise.
fn text(typed: &str) -> std::result::Result<String, &'static str> {
    ::web::paragraph(typed, LONGEST_TEXT).and_then(|text| if text.is_empty() { Err("empty") } else { Ok(text) })
}

fn to_incident(id: &IncidentId) -> Response {
    Redirect::to(&format!("/incidents/{id}")).into_response()
}

#[derive(Deserialize)]
struct NoteForm {
    note: String,
}

async fn note(who: Member, Path(id): Path<IncidentId>, Sent(form): Sent<NoteForm>) -> Result<Response> {
    match text(&form.note) {
        Ok(text) => super::note(&who, &id, &text).await.map(|()| to_incident(&id)).map_err(Into::into),
        Err(code) => {
            let again = Again { note_fault: Some(who.words().t(&format!("fault-{code}"))), note: form.note, ..Again::default() };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&who, &id, again, false).await?).into_response())
        }
    }
}

/// Hands a kept file over to be saved, never to be shown: nobody knows what it is.
async fn file(who: Member, Path((id, file)): Path<(IncidentId, AttachmentId)>) -> Result<Response> {
    let (found, path) = super::attachment(&who, &id, &file).await?;
    let mark: String = found.sha256.chars().take(8).collect();
    Ok(saved(&path, &format!("{mark}-{}", found.name), "application/octet-stream").await?)
}

#[derive(Deserialize)]
struct StageForm {
    stage: String,
}

async fn stage(who: Lead, Path(id): Path<IncidentId>, Sent(form): Sent<StageForm>) -> Result<Response> {
    let stage = form.stage.parse().map_err(|()| Problem::invalid("stage", "choose-one"))?;
    super::move_to(&who, &id, stage).await?;
    Ok(to_incident(&id))
}

#[derive(Deserialize)]
struct JoinForm {
    alert: String,
}

async fn join(who: Lead, Path(id): Path<IncidentId>, Sent(form): Sent<JoinForm>) -> Result<Response> {
    let alert = form.alert.parse().map_err(|_| Problem::invalid("alert", "choose-one"))?;
    super::join(&who, &id, &alert).await?;
    Ok(to_incident(&id))
}

#[derive(Deserialize)]
struct CloseForm {
    learned: String,
}

async fn close(who: Lead, Path(id): Path<IncidentId>, Sent(form): Sent<CloseForm>) -> Result<Response> {
    match text(&form.learned) {
        Ok(learned) => super::close(&who, &id, &learned).await.map(|()| to_incident(&id)).map_err(Into::into),
        Err(code) => {
            let again =
                Again { learned_fault: Some(who.words().t(&format!("fault-{code}"))), learned: form.learned, ..Again::default() };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&who.into(), &id, again, false).await?).into_response())
        }
    }
}

#[derive(Deserialize)]
struct StepForm {
    step: String,
}

async fn plan_step(who: Lead, Path(id): Path<IncidentId>, Sent(form): Sent<StepForm>) -> Result<Response> {
    super::plan_step(&who, &id, &form.step).await?;
    Ok(Redirect::to("/plan").into_response())
}

async fn reopen(who: Lead, Path(id): Path<IncidentId>) -> Result<Response> {
    super::reopen(&who, &id).await?;
    Ok(to_incident(&id))
}
