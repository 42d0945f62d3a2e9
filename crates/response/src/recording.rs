//! Recordings: files that a person has looked through in an incident. They arrive as attachments; a hunt goes through them
//! as a job; what it finds is joined to the incident.

mod going_on;
mod judging;
mod removing;
pub mod rules;
mod store;
mod taking;
mod web;
mod work;

#[cfg(test)]
mod tests;

pub use self::judging::Judging;
pub use self::removing::{remove, removed};
pub use self::rules::{Kind, Limits};
pub use self::store::{Found, Output, Removed};
pub use self::taking::{Taking, take};
pub use self::web::{DropZone, Section, drop_zone, routes, section, title};
pub use self::work::work;

use self::rules::Ending;
use crate::incident;
use ::store::Tx;
use ::web::{Lead, Member};
use base::*;
use std::path::PathBuf;

/// Has all recordings of an incident looked through. Pictures and papers are left out.
///
/// Refused while another hunt of the company is under way (`recording-under-way`), where there is nothing to look through
/// (`recording-nothing`), and in a closed incident.
pub async fn start(who: &Lead, incident: &IncidentId) -> Result<HuntId> {
    let mut tx = who.write().await?;
    incident::open_one(&mut tx, incident).await?;
    let mut files = incident::attachments(&mut tx, incident).await?;
    files.retain(|file| !rules::is_picture(&file.name));
    if files.is_empty() {
        return Err(Problem::refused("recording-nothing"));
    }
    let id = HuntId::new();
    let bytes = files.iter().map(|file| file.bytes).sum();
    let ids: Vec<AttachmentId> = files.into_iter().map(|file| file.id).collect();
    store::add(&mut tx, &id, incident, &who.person, &ids, bytes).await?;
    let files = i64::try_from(ids.len()).map_err(Problem::internal)?;
    tx.tell(Fact::HuntStarted { hunt: id.clone(), incident: incident.clone(), files }).await?;
    tx.commit().await?;
    Ok(id)
}

/// A hunt of this incident, or `NotFound`.
async fn find(tx: &mut Tx, incident: &IncidentId, id: &HuntId) -> Result<store::Hunt> {
    let hunt = store::find(tx, id).await?;
    if hunt.incident == *incident { Ok(hunt) } else { Err(Problem::NotFound) }
}

/// Asks a hunt to stop; what it found until then is told all the same. One that still waits for its turn ends at once.
///
/// `recording-not-under-way` where it has ended, or was stopped before.
pub async fn stop(who: &Lead, incident: &IncidentId, id: &HuntId) -> Result<()> {
    let mut tx = who.write().await?;
    let (hunt, incident) = (find(&mut tx, incident, id).await?, incident.clone());
    store::stop(&mut tx, id).await?;
    tx.tell(Fact::HuntStopped { hunt: id.clone(), incident: incident.clone() }).await?;
    if hunt.running.is_none() {
        store::end(&mut tx, id, Ending::Stopped, 0, None).await?;
        let (outcome, sha256) = (Ending::Stopped.name().to_owned(), Vec::new());
        tx.tell(Fact::HuntEnded { hunt: id.clone(), incident, outcome, findings: 0, sha256 }).await?;
    }
    tx.commit().await
}

/// Deletes what a hunt brought: its report, its lines, itself. The recordings stay, and the ledger keeps that it was.
///
/// `recording-still-under-way` while it has not ended.
pub async fn delete(who: &Lead, incident: &IncidentId, id: &HuntId) -> Result<()> {
    let mut tx = who.write().await?;
    if find(&mut tx, incident, id).await?.ended.is_none() {
        return Err(Problem::refused("recording-still-under-way"));
    }
    let outputs = store::outputs(&mut tx, incident).await?;
    // Telling first takes the company's ledger, so that nobody keeps the same file while it is removed.
    tx.tell(Fact::HuntDeleted { hunt: id.clone(), incident: incident.clone() }).await?;
    store::delete(&mut tx, id).await?;
    let mut unnamed = Vec::new();
    for output in outputs.into_iter().filter(|output| output.hunt == *id) {
        if store::named(&mut tx, &output.sha256).await? == 0 {
            unnamed.push(output.sha256);
        }
    }
    for sha256 in unnamed {
        who.view.app.store.blobs().remove(&who.company, &sha256).await?;
    }
    tx.commit().await
}

/// A file that a hunt wrote: where it lies, verified against its hash.
pub async fn output(who: &Member, incident: &IncidentId, hunt: &HuntId, kind: Kind) -> Result<(Output, PathBuf)> {
    let found = store::output(&mut who.read().await?, incident, hunt, kind).await?;
    let path = who.view.app.store.blobs().find(&who.company, &found.sha256).await?;
    Ok((found, path))
}

/// What the hunts of an incident wrote, for the list of its files.
pub async fn outputs(tx: &mut Tx, incident: &IncidentId) -> Result<Vec<Output>> {
    store::outputs(tx, incident).await
}

/// The serious findings of an incident's hunts.
pub async fn found(tx: &mut Tx, incident: &IncidentId) -> Result<Vec<Found>> {
    store::found(tx, incident).await
}

/// Holds a company to the bytes that it may keep with its incidents: `recording-full` beyond.
pub async fn within(tx: &mut Tx, most: u64) -> Result<()> {
    let held = u64::try_from(store::held(tx).await?).unwrap_or(0);
    if held > most { Err(taking::full(most)) } else { Ok(()) }
}
