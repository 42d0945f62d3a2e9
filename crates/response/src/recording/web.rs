use super::judging;
use super::removing;
use super::rules::{self, Brought, Ending, Kind, Telling};
use super::store::{self, Hunt};
use super::{Limits, Taking};
use crate::alert;
use crate::detection::Rules;
use crate::incident::{self, Incident, Stage};
use ::web::{App, Lead, Member, Page, Piece, Result, Uploads, Words, page, sandboxed, saved};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base::*;
use std::collections::BTreeMap;

pub fn routes() -> Router<App> {
    // Files are bounded as they are counted: they may be far larger than any form.
    let files = post(take).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/incidents/{id}/files", files)
        .route("/incidents/{id}/files/{file}/remove", get(ask_to_remove).post(remove))
        .route("/incidents/{id}/hunts", get(hunts).post(start))
        .route("/incidents/{id}/hunts/progress", get(progress))
        .route("/incidents/{id}/hunts/{hunt}/stop", post(stop))
        .route("/incidents/{id}/hunts/{hunt}/delete", get(ask_to_delete).post(delete))
        .route("/incidents/{id}/hunts/{hunt}/report", get(report))
        .route("/incidents/{id}/hunts/{hunt}/files/{kind}", get(output))
        .route("/incidents/{id}/findings/{finding}", get(finding))
}

/// Where files are added to an incident.
#[derive(Template)]
#[template(path = "recording/drop.html")]
pub struct DropZone<'a> {
    w: &'a Words,
    incident: &'a Incident,
    limits: Limits,
    most: String,
}

pub fn drop_zone<'a>(who: &'a Member, incident: &'a Incident) -> base::Result<DropZone<'a>> {
    let limits = who.content::<Taking>()?.limits.clone();
    let most = rules::size(i64::try_from(limits.file).unwrap_or(i64::MAX));
    Ok(DropZone { w: who.words(), incident, limits, most })
}

/// How far a hunt has come.
#[derive(Template)]
#[template(path = "recording/progress.html")]
struct Progress<'a> {
    w: &'a Words,
    incident: &'a IncidentId,
    hunt: Option<Hunt>,
    left: Option<i64>,
}

impl<'a> Progress<'a> {
    fn of(w: &'a Words, incident: &'a IncidentId, hunt: Option<Hunt>, now: Moment) -> Progress<'a> {
        let hunt = hunt.filter(|hunt| hunt.ended.is_none());
        let pace = |hunt: &Hunt| rules::left(now.since(hunt.running?), hunt.bytes, hunt.total);
        Progress { w, incident, left: hunt.as_ref().and_then(pace), hunt }
    }

    /// Whole minutes that are left, rounded up.
    fn minutes(&self) -> Option<i64> {
        self.left.map(|left| left.div_euclid(Moment::MINUTE) + 1)
    }
}

/// A file that a hunt wrote, as a list shows it.
struct Paper {
    kind: Kind,
    size: String,
}

/// A serious finding, as a list shows it.
struct Line {
    id: String,
    level: String,
    title: String,
    host: String,
    times: String,
}

/// A hunt that has ended.
struct Ended {
    hunt: Hunt,
    by: String,
    ending: Ending,
    brought: Option<Brought>,
    papers: Vec<Paper>,
    lines: Vec<Line>,
    /// Numbers by level, the worst first; levels without any are left out.
    levels: Vec<(&'static str, String)>,
}

impl Ended {
    fn told(&self, w: &Words) -> Option<&Telling> {
        self.brought.as_ref().map(|brought| brought.to(w.lang))
    }
}

/// All that hunts bring to an incident's page.
#[derive(Template)]
#[template(path = "recording/section.html")]
pub struct Section<'a> {
    w: &'a Words,
    incident: &'a Incident,
    /// Files that can be looked through.
    files: usize,
    /// Somebody may start, stop and delete hunts here.
    may: bool,
    printed: bool,
    /// The hunt that is under way.
    open: Option<(Hunt, String)>,
    /// A hunt of another incident is under way.
    elsewhere: bool,
    ended: Vec<Ended>,
}

const LEVELS: [&str; 5] = ["informational", "low", "medium", "high", "critical"];

/// What a finding is called, to anybody. Of an imported rule that is gone since, its own words stay for engineers.
pub fn title(w: &Words, texts: &Rules, found: &store::Found) -> String {
    match texts.telling(&found.name, w.lang) {
        Some(told) => told.title.clone(),
        None if judging::is_imported(&found.name) => w.t("recording-imported"),
        None => found.title.clone(),
    }
}

/// How often, and between when.
fn times(w: &Words, found: &store::Found) -> String {
    if found.first.0 == 0 {
        return w.n("recording-times", "count", found.count);
    }
    let (first, last) = (w.moment(found.first), w.moment(found.last));
    if first == last {
        return w.with("recording-times-at", &[("count", found.count.to_string()), ("at", first)]);
    }
    w.with("alert-times", &[("count", found.count.to_string()), ("first", first), ("last", last)])
}

fn ended(hunt: Hunt, w: &Words, names: &BTreeMap<String, String>, outputs: &[store::Output], lines: Vec<Line>) -> Ended {
    let brought = hunt.brought.clone();
    let papers = outputs.iter().filter(|output| output.hunt == hunt.id);
    let papers = papers.map(|output| Paper { kind: output.kind, size: rules::size(output.bytes) }).collect();
    let counts = brought.as_ref().map(|brought| brought.levels).unwrap_or_default();
    let levels = LEVELS.into_iter().zip(counts).rev().filter(|(_, count)| *count > 0);
    Ended {
        by: names.get(&hunt.person).cloned().unwrap_or_else(|| w.t("incident-somebody")),
        ending: hunt.ending.unwrap_or(Ending::Failed),
        levels: levels.map(|(level, count)| (level, base::thousands(count))).collect(),
        hunt,
        brought,
        papers,
        lines,
    }
}

/// What hunts bring to an incident's page, as its reader may see it.
pub async fn section<'a>(who: &'a Member, incident: &'a Incident, printed: bool) -> base::Result<Section<'a>> {
    let (w, texts) = (who.words(), who.content::<Rules>()?);
    let mut tx = who.read().await?;
    let files = incident::attachments(&mut tx, &incident.id).await?;
    let hunts = store::of_incident(&mut tx, &incident.id).await?;
    let under_way = store::under_way(&mut tx).await?;
    let found = store::found(&mut tx, &incident.id).await?;
    let outputs = store::outputs(&mut tx, &incident.id).await?;
    let names = incident::names(&mut tx).await?;
    drop(tx);
    let mut section = Section {
        w,
        incident,
        files: files.iter().filter(|file| !rules::is_picture(&file.name)).count(),
        may: who.as_lead().is_some() && !printed,
        printed,
        open: None,
        elsewhere: under_way.is_some_and(|there| there != incident.id.as_str()),
        ended: Vec::new(),
    };
    for hunt in hunts {
        if hunt.ended.is_none() {
            let progress = Progress::of(w, &incident.id, Some(hunt.clone()), who.now()).render().map_err(Problem::internal)?;
            section.open = Some((hunt, progress));
            continue;
        }
        let lines = found.iter().filter(|found| found.hunt == hunt.id).map(|found| Line {
            id: found.id.clone(),
            level: found.level.clone(),
            title: title(w, &texts, found),
            host: found.host.clone(),
            times: times(w, found),
        });
        let lines = lines.collect();
        section.ended.push(ended(hunt, w, &names, &outputs, lines));
    }
    Ok(section)
}

fn to_incident(id: &IncidentId) -> Response {
    Redirect::to(&format!("/incidents/{id}#recordings")).into_response()
}

async fn take(who: Member, Path(id): Path<IncidentId>, headers: HeaderMap, form: Uploads) -> Result<Response> {
    super::take(&who, &id, form).await?;
    let asked = headers.get(header::ACCEPT).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    // The page's script sends one file after another and stays where it is.
    let script = asked.starts_with("application/json");
    Ok(if script { StatusCode::NO_CONTENT.into_response() } else { to_incident(&id) })
}

async fn hunts(who: Member, Path(id): Path<IncidentId>) -> Result<Piece> {
    let incident = incident::find(&mut who.read().await?, &id).await?;
    Ok(Html(section(&who, &incident, false).await?.render()?))
}

async fn progress(who: Member, Path(id): Path<IncidentId>) -> Result<Piece> {
    let mut tx = who.read().await?;
    incident::find(&mut tx, &id).await?;
    let hunt = store::of_incident(&mut tx, &id).await?.into_iter().next();
    Ok(Html(Progress::of(who.words(), &id, hunt, who.now()).render()?))
}

async fn start(who: Lead, Path(id): Path<IncidentId>) -> Result<Response> {
    super::start(&who, &id).await?;
    Ok(to_incident(&id))
}

async fn stop(who: Lead, Path((id, hunt)): Path<(IncidentId, HuntId)>) -> Result<Response> {
    super::stop(&who, &id, &hunt).await?;
    Ok(to_incident(&id))
}

#[derive(Template)]
#[template(path = "recording/delete.html")]
struct Delete<'a> {
    w: &'a Words,
    incident: &'a IncidentId,
    hunt: &'a Hunt,
}

async fn ask_to_delete(who: Lead, Path((id, hunt)): Path<(IncidentId, HuntId)>) -> Result<Page> {
    let hunt = super::find(&mut who.read().await?, &id, &hunt).await?;
    let show = Delete { w: who.words(), incident: &id, hunt: &hunt };
    page(&who.view, &who.words().t("recording-delete-title"), &show)
}

async fn delete(who: Lead, Path((id, hunt)): Path<(IncidentId, HuntId)>) -> Result<Response> {
    super::delete(&who, &id, &hunt).await?;
    Ok(to_incident(&id))
}

#[derive(Template)]
#[template(path = "recording/remove.html")]
struct Remove<'a> {
    w: &'a Words,
    incident: &'a IncidentId,
    about: removing::About,
}

async fn ask_to_remove(who: Lead, Path((id, file)): Path<(IncidentId, AttachmentId)>) -> Result<Page> {
    let show = Remove { w: who.words(), incident: &id, about: removing::ask(&who, &id, &file).await? };
    page(&who.view, &who.words().t("recording-remove-title"), &show)
}

async fn remove(who: Lead, Path((id, file)): Path<(IncidentId, AttachmentId)>) -> Result<Redirect> {
    removing::remove(&who, &id, &file).await?;
    Ok(Redirect::to(&format!("/incidents/{id}")))
}

/// Shows the report in the reader's language. Nothing in it runs.
async fn report(who: Member, Path((id, hunt)): Path<(IncidentId, HuntId)>) -> Result<Response> {
    let (_, path) = super::output(&who, &id, &hunt, Kind::Report(who.lang())).await?;
    let html = tokio::fs::read(path).await.map_err(Problem::internal)?;
    Ok(sandboxed(html))
}

async fn output(who: Member, Path((id, hunt, kind)): Path<(IncidentId, HuntId, String)>) -> Result<Response> {
    let kind: Kind = kind.parse().map_err(|()| Problem::NotFound)?;
    let (found, path) = super::output(&who, &id, &hunt, kind).await?;
    let mark: String = found.sha256.chars().take(8).collect();
    // Never shown but saved: what is in it came from others.
    Ok(saved(&path, &format!("{mark}-{}", kind.name()), "application/octet-stream").await?)
}

#[derive(Template)]
#[template(path = "recording/finding.html")]
struct Show<'a> {
    w: &'a Words,
    incident: &'a IncidentId,
    title: &'a str,
    whole: &'a store::Whole,
    times: String,
    told: Option<&'a crate::detection::Telling>,
    /// For an engineer: the rule's own words.
    analyst: &'a str,
    /// Of an imported rule: who wrote it and where it is from.
    origin: Vec<(String, String)>,
    /// Each with its time and what it names.
    events: Vec<(String, &'a [(String, String)])>,
}

async fn finding(who: Member, Path((id, finding)): Path<(IncidentId, String)>) -> Result<Page> {
    let (w, texts) = (who.words(), who.content::<Rules>()?);
    let whole = store::finding(&mut who.read().await?, &id, &finding).await?;
    let title = title(w, &texts, &whole.found);
    let told = texts.telling(&whole.found.name, w.lang);
    let when = |at: i64| if at == 0 { w.t("recording-no-time") } else { w.moment(Moment(at)) };
    let show = Show {
        w,
        incident: &id,
        title: &title,
        whole: &whole,
        times: times(w, &whole.found),
        told,
        analyst: told.map_or(whole.found.title.as_str(), |told| told.analyst.as_str()),
        origin: texts.origin(&whole.finding.rule).map(|origin| alert::origin_told(w, origin)).unwrap_or_default(),
        events: whole.finding.events.iter().map(|event| (when(event.at), event.fields.as_slice())).collect(),
    };
    page(&who.view, &title, &show)
}

/// The tone and the words of a level, as alerts have them.
fn level(name: &str) -> (&'static str, &'static str) {
    let level = alert::Level::of_finding(name);
    (level.tone(), level.key())
}
