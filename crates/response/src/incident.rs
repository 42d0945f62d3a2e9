//! Incidents: a case that a person opened, from an alert or from the 困った button, and what was done about it.

mod custody;
pub mod rules;
mod store;
mod web;

#[cfg(test)]
mod tests;

pub use self::rules::Stage;
pub use self::store::{Attachment, Incident};
pub use self::web::routes;

use self::rules::*;
use crate::alert::{self, Alert};
use crate::{help, recording};
use ::store::{Arrived, Tx};
use ::web::{Lead, Member};
use base::*;
use readiness::{Editions, plan};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The longest text that a person may write in one go.
pub const LONGEST_TEXT: usize = 4_000;

/// Findings in recordings that a timeline tells; all of them stand in the result of the hunt.
const FOUND: usize = 40;

/// Files that an incident may have. More belong into an archive.
const MOST_FILES: i64 = 1_000;

/// Opens an incident from an alert. An alert that is in one already leads to that one.
pub async fn open(who: &Member, alert: &AlertId) -> Result<IncidentId> {
    let mut tx = who.write().await?;
    let found = alert::find(&mut tx, alert).await?;
    if let Some(incident) = found.incident {
        return Ok(incident);
    }
    let id = IncidentId::new();
    store::add(&mut tx, &id, help::ALERT, "", found.drill, &who.person).await?;
    alert::join(&mut tx, alert, &id, &who.person).await?;
    tx.tell(Fact::IncidentOpened { incident: id.clone(), alerts: vec![alert.clone()] }).await?;
    tx.commit().await?;
    Ok(id)
}

/// Opens an incident without an alert: somebody pressed 困った and said what is happening.
pub async fn ask(who: &Member, kind: &str, story: &str) -> Result<IncidentId> {
    let id = IncidentId::new();
    let mut tx = who.write().await?;
    store::add(&mut tx, &id, kind, story, false, &who.person).await?;
    tx.tell(Fact::HelpAsked { incident: id.clone() }).await?;
    tx.tell(Fact::IncidentOpened { incident: id.clone(), alerts: Vec::new() }).await?;
    tx.commit().await?;
    Ok(id)
}

/// Puts a further alert into an open incident.
pub async fn join(who: &Lead, id: &IncidentId, alert: &AlertId) -> Result<()> {
    let mut tx = who.write().await?;
    open_one(&mut tx, id).await?;
    if alert::find(&mut tx, alert).await?.incident.is_some() {
        return Err(Problem::refused("alert-not-now"));
    }
    alert::join(&mut tx, alert, id, &who.person).await?;
    tx.tell(Fact::AlertJoined { incident: id.clone(), alert: alert.clone() }).await?;
    tx.commit().await
}

/// An incident that is not closed; a closed one is taken up again first (`incident-closed`).
pub(crate) async fn open_one(tx: &mut Tx, id: &IncidentId) -> Result<Incident> {
    let incident = store::find(tx, id).await?;
    if incident.stage == Stage::Closed { Err(Problem::refused("incident-closed")) } else { Ok(incident) }
}

/// Adds a note. `text` has been read as a paragraph and is not empty.
pub async fn note(who: &Member, id: &IncidentId, text: &str) -> Result<()> {
    let mut tx = who.write().await?;
    open_one(&mut tx, id).await?;
    store::add_note(&mut tx, id, &who.person, text).await?;
    tx.tell(Fact::IncidentNoted { incident: id.clone() }).await?;
    tx.commit().await
}

/// Keeps a file that has arrived with an incident. `recording-full` where the company would then have more than `most` bytes.
pub(crate) async fn attach(who: &Member, id: &IncidentId, name: &str, arrived: Arrived, most: u64) -> Result<()> {
    let mut tx = who.write().await?;
    open_one(&mut tx, id).await?;
    if store::files(&mut tx, id).await? >= MOST_FILES {
        return Err(Problem::refused("incident-too-many-files"));
    }
    let kept = Attachment {
        id: AttachmentId::new(),
        at: tx.now(),
        person: who.person.to_string(),
        name: customer::device::rules::plain(name, 200),
        sha256: arrived.sha256.clone(),
        bytes: i64::try_from(arrived.bytes).map_err(Problem::internal)?,
    };
    let (attachment, sha256, bytes) = (kept.id.clone(), kept.sha256.clone(), kept.bytes);
    store::add_attachment(&mut tx, id, &who.person, &kept).await?;
    tx.tell(Fact::IncidentAttached { incident: id.clone(), attachment, sha256, bytes }).await?;
    // The ledger is taken by now, so no two uploads can pass the limit together, and nobody removes the same file.
    recording::within(&mut tx, most).await?;
    who.view.app.store.blobs().keep(&who.company, arrived).await?;
    tx.commit().await
}

/// A kept file and where it lies, verified against its hash.
pub async fn attachment(who: &Member, id: &IncidentId, attachment: &AttachmentId) -> Result<(Attachment, PathBuf)> {
    let found = store::attachment(&mut who.read().await?, id, attachment).await?;
    let path = who.view.app.store.blobs().find(&who.company, &found.sha256).await?;
    Ok((found, path))
}

/// An incident of the company, or `NotFound`.
pub(crate) async fn find(tx: &mut Tx, id: &IncidentId) -> Result<Incident> {
    store::find(tx, id).await
}

/// The names of a company's people, by id.
pub(crate) async fn names(tx: &mut Tx) -> Result<BTreeMap<String, String>> {
    store::names(tx).await
}

/// The files of an incident.
pub(crate) async fn attachments(tx: &mut Tx, id: &IncidentId) -> Result<Vec<Attachment>> {
    store::attachments(tx, id).await
}

/// A file of an incident, or `NotFound`.
pub(crate) async fn one_attachment(tx: &mut Tx, id: &IncidentId, attachment: &AttachmentId) -> Result<Attachment> {
    store::attachment(tx, id, attachment).await
}

/// Takes a file off an incident; `NotFound` where it is not there.
pub(crate) async fn detach(tx: &mut Tx, id: &IncidentId, attachment: &AttachmentId) -> Result<()> {
    store::remove_attachment(tx, id, attachment).await
}

/// Moves an incident to a later stage.
pub async fn move_to(who: &Lead, id: &IncidentId, stage: Stage) -> Result<()> {
    let mut tx = who.write().await?;
    let incident = store::find(&mut tx, id).await?;
    let to = incident.stage.after(Act::MoveTo(stage))?;
    store::set_stage(&mut tx, id, incident.stage, to).await?;
    tx.tell(Fact::IncidentMoved { incident: id.clone(), stage: to.name().to_owned() }).await?;
    tx.commit().await
}

/// Closes an incident, with what was learned; its alerts are put away with it.
pub async fn close(who: &Lead, id: &IncidentId, learned: &str) -> Result<()> {
    let mut tx = who.write().await?;
    let incident = store::find(&mut tx, id).await?;
    store::set_stage(&mut tx, id, incident.stage, incident.stage.after(Act::Close)?).await?;
    store::set_learned(&mut tx, id, learned).await?;
    alert::close_with(&mut tx, id).await?;
    tx.tell(Fact::IncidentClosed { incident: id.clone() }).await?;
    tx.commit().await
}

/// Puts a step into the company's plan because of an incident, so that it does not happen again.
pub async fn plan_step(who: &Lead, id: &IncidentId, step: &str) -> Result<()> {
    if who.content::<Editions>()?.step(step).is_none() {
        return Err(Problem::NotFound);
    }
    let mut tx = who.write().await?;
    store::find(&mut tx, id).await?;
    plan::add(&mut tx, step).await?;
    tx.commit().await
}

/// Takes a closed incident up again; what was learned stays until it is closed anew.
pub async fn reopen(who: &Lead, id: &IncidentId) -> Result<()> {
    let mut tx = who.write().await?;
    let incident = store::find(&mut tx, id).await?;
    let to = incident.stage.after(Act::Reopen)?;
    store::set_stage(&mut tx, id, incident.stage, to).await?;
    alert::reopen_with(&mut tx, id).await?;
    tx.tell(Fact::IncidentMoved { incident: id.clone(), stage: to.name().to_owned() }).await?;
    tx.commit().await
}

/// What happened, in order: facts of the ledger, what the alerts rest on, notes and files.
pub async fn timeline(tx: &mut Tx, incident: &Incident, alerts: &[Alert]) -> Result<Vec<Moved>> {
    let ids: Vec<AlertId> = alerts.iter().map(|alert| alert.id.clone()).collect();
    let began = alerts.iter().map(|alert| Moved { at: alert.first, person: None, what: What::Began(alert.id.clone()) });
    let mut moved: Vec<Moved> = began.collect();
    let since = alerts.iter().map(|alert| alert.raised).chain([incident.opened]).min().unwrap_or(incident.opened);
    let mut entries = store::facts(tx, since, incident.id.as_str()).await?;
    for id in ids.iter().take(50) {
        entries.extend(store::facts(tx, since, id.as_str()).await?);
    }
    entries.sort_by_key(|entry| entry.seq);
    entries.dedup_by_key(|entry| entry.seq);
    moved.extend(entries.iter().filter_map(|entry| concerns(entry, &incident.id, &ids)));
    let notes = store::notes(tx, &incident.id).await?;
    moved.extend(notes.into_iter().map(|note| Moved { at: note.at, person: Some(note.person), what: What::Noted(note.text) }));
    let files = store::attachments(tx, &incident.id).await?;
    moved.extend(files.into_iter().map(|file| Moved { at: file.at, person: Some(file.person), what: What::Attached(file.name) }));
    for file in recording::removed(tx, &incident.id).await? {
        moved.push(Moved { at: file.at, person: Some(file.person), what: What::Attached(file.name.clone()) });
        moved.push(Moved { at: file.removed_at, person: Some(file.removed_by), what: What::Removed(file.name, file.sha256) });
    }
    let found = recording::found(tx, &incident.id).await?;
    let worst = found.into_iter().filter(|found| found.first.0 != 0).take(FOUND);
    moved.extend(worst.map(|found| Moved { at: found.first, person: None, what: What::Found(found) }));
    moved.sort_by_key(|one| one.at);
    Ok(moved)
}
