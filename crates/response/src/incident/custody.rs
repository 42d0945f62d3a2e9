//! The list of files: what was given, what was written about it, and what was removed again, each with its hash.

use super::store;
use crate::recording;
use ::store::Tx;
use ::web::Words;
use base::*;
use std::collections::BTreeMap;

/// A line of the list.
pub struct Kept {
    pub name: String,
    /// Where it can be had; not any more where it was removed.
    pub link: Option<String>,
    /// Where it can be removed.
    pub remove: Option<String>,
    /// By whom and when it was removed, in words.
    pub removed: Option<String>,
    pub bytes: i64,
    pub sha256: String,
    /// Who gave it, and when.
    pub by: String,
    pub at: Moment,
}

/// All lines: what was given, what hunts wrote, what was removed. `names` are those of the company's people, by id.
pub async fn all(
    tx: &mut Tx,
    w: &Words,
    incident: &IncidentId,
    names: &BTreeMap<String, String>,
    may_remove: bool,
) -> Result<Vec<Kept>> {
    let name = |person: &str| names.get(person).cloned().unwrap_or_else(|| w.t("incident-somebody"));
    let given = store::attachments(tx, incident).await?.into_iter().map(|file| Kept {
        link: Some(format!("/incidents/{incident}/files/{}", file.id)),
        remove: may_remove.then(|| format!("/incidents/{incident}/files/{}/remove", file.id)),
        removed: None,
        by: name(&file.person),
        name: file.name,
        bytes: file.bytes,
        sha256: file.sha256,
        at: file.at,
    });
    let written = recording::outputs(tx, incident).await?.into_iter().map(|output| Kept {
        link: Some(format!("/incidents/{incident}/hunts/{}/files/{}", output.hunt, output.kind.name())),
        remove: None,
        removed: None,
        by: "Komainu".to_owned(),
        name: w.t(output.kind.key()),
        bytes: output.bytes,
        sha256: output.sha256,
        at: output.at,
    });
    let removed = recording::removed(tx, incident).await?.into_iter().map(|file| Kept {
        link: None,
        remove: None,
        removed: Some(w.with("recording-removed", &[("at", w.moment(file.removed_at)), ("by", name(&file.removed_by))])),
        by: name(&file.person),
        name: file.name,
        bytes: file.bytes,
        sha256: file.sha256,
        at: file.at,
    });
    Ok(given.chain(written).chain(removed).collect())
}
