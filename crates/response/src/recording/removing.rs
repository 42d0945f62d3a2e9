//! Files that are taken off an incident. That they were there, and who took them away, stays.

use super::store::{self, Removed};
use crate::incident::{self, Attachment};
use ::store::Tx;
use ::web::Lead;
use base::*;

/// What somebody is told who is about to remove a file.
pub struct About {
    pub file: Attachment,
    /// Results of hunts through it, which stay.
    pub results: usize,
}

/// The file that somebody is about to remove. Refused as `remove` refuses.
pub async fn ask(who: &Lead, incident: &IncidentId, file: &AttachmentId) -> Result<About> {
    let mut tx = who.read().await?;
    let file = removable(&mut tx, incident, file).await?;
    let hunts = store::of_incident(&mut tx, incident).await?;
    let results = hunts.iter().filter(|hunt| hunt.brought.is_some() && hunt.files.contains(&file.id)).count();
    Ok(About { file, results })
}

/// Takes a file off an incident, for good: the disk and the company's room for files are free of it. Its name, its hash, who
/// gave it and who took it away stay with the incident.
///
/// Results of hunts through it stay too: they say what was found, with the file's hash, and are deleted for themselves.
/// Refused in a closed incident (`incident-closed`), and while files of this incident are looked through
/// (`recording-in-use`).
pub async fn remove(who: &Lead, incident: &IncidentId, file: &AttachmentId) -> Result<()> {
    let mut tx = who.write().await?;
    let Attachment { id, sha256, bytes, .. } = removable(&mut tx, incident, file).await?;
    // Telling takes the company's ledger: from here on no hunt begins, and nobody keeps the same file while it is removed.
    tx.tell(Fact::IncidentDetached { incident: incident.clone(), attachment: id, sha256, bytes }).await?;
    let file = removable(&mut tx, incident, file).await?;
    incident::detach(&mut tx, incident, &file.id).await?;
    store::add_removal(&mut tx, incident, &file, &who.person).await?;
    // Before the commit, while nobody else can keep the same bytes. Should the commit fail, the file is still listed and can
    // be removed again; the other way round, bytes that somebody wanted gone could stay with nobody knowing.
    if store::named(&mut tx, &file.sha256).await? == 0 {
        who.view.app.store.blobs().remove(&who.company, &file.sha256).await?;
    }
    tx.commit().await
}

async fn removable(tx: &mut Tx, incident: &IncidentId, file: &AttachmentId) -> Result<Attachment> {
    incident::open_one(tx, incident).await?;
    let found = incident::one_attachment(tx, incident, file).await?;
    match store::under_way(tx).await? {
        Some(there) if there == incident.as_str() => Err(Problem::refused("recording-in-use")),
        Some(_) | None => Ok(found),
    }
}

/// The files that were taken off an incident.
pub async fn removed(tx: &mut Tx, incident: &IncidentId) -> Result<Vec<Removed>> {
    store::removed(tx, incident).await
}
