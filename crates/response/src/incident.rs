//! Incidents: a case that a person opened, from an alert or from the 困った button, and what was done about it.

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
use crate::help;
use ::store::Tx;
use ::web::{Lead, Member};
use base::*;
use readiness::{Editions, plan};

/// The longest text that a person may write in one go.
pub const LONGEST_TEXT: usize = 4_000;
/// The largest file that may be kept with an incident.
pub const LARGEST_FILE: usize = 20 * 1024 * 1024;

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
async fn open_one(tx: &mut Tx, id: &IncidentId) -> Result<Incident> {
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

/// Keeps a file with an incident. `TooLarge` above 20 MiB; an empty file is refused.
pub async fn attach(who: &Member, id: &IncidentId, name: &str, bytes: Vec<u8>) -> Result<()> {
    if bytes.len() > LARGEST_FILE {
        return Err(Problem::TooLarge);
    }
    if bytes.is_empty() {
        return Err(Problem::refused("incident-empty-file"));
    }
    open_one(&mut who.read().await?, id).await?;
    let size = i64::try_from(bytes.len()).map_err(Problem::internal)?;
    let sha256 = who.view.app.store.blobs().put(&who.company, bytes).await?;
    let mut tx = who.write().await?;
    open_one(&mut tx, id).await?;
    let attachment = AttachmentId::new();
    let name = customer::device::rules::plain(name, 200);
    let kept = Attachment {
        id: attachment.clone(),
        at: tx.now(),
        person: who.person.to_string(),
        name,
        sha256: sha256.clone(),
        bytes: size,
    };
    store::add_attachment(&mut tx, id, &who.person, &kept).await?;
    tx.tell(Fact::IncidentAttached { incident: id.clone(), attachment, sha256, bytes: size }).await?;
    tx.commit().await
}

/// A kept file, verified against its hash.
pub async fn attachment(who: &Member, id: &IncidentId, attachment: &AttachmentId) -> Result<(Attachment, Vec<u8>)> {
    let found = store::attachment(&mut who.read().await?, id, attachment).await?;
    let bytes = who.view.app.store.blobs().get(&who.company, &found.sha256).await?;
    Ok((found, bytes))
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
    moved.sort_by_key(|one| one.at);
    Ok(moved)
}
