//! Files that arrive: bounded, hashed, and on the disk before anything is kept of them.

use super::{rules, store};
use crate::incident;
use ::store::Arrived;
use ::web::{Member, Upload, Uploads};
use base::*;
use rules::Limits;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What is allowed, and how much each company is sending just now.
#[derive(Default)]
pub struct Taking {
    pub limits: Limits,
    arriving: Mutex<BTreeMap<CompanyId, u64>>,
}

/// Bytes that are gathered before they are written.
const BLOCK: usize = 1 << 20;
/// What a form says around its files, at most.
const AROUND: u64 = 64 * 1024;

impl Taking {
    pub fn new(limits: Limits) -> Taking {
        Taking { limits, arriving: Mutex::default() }
    }

    /// Counts what a company is sending; how much it is now.
    fn count(&self, company: &CompanyId, add: u64, less: u64) -> u64 {
        let mut arriving = self.arriving.lock().unwrap_or_else(PoisonError::into_inner);
        let now = arriving.entry(company.clone()).or_default();
        *now = now.saturating_add(add).saturating_sub(less);
        let now = *now;
        if now == 0 {
            arriving.remove(company);
        }
        now
    }
}

/// What one upload has sent, counted for its company until it is kept or given up.
struct Counted {
    taking: Arc<Taking>,
    company: CompanyId,
    bytes: u64,
}

impl Counted {
    fn add(&mut self, bytes: u64) -> u64 {
        self.bytes += bytes;
        self.taking.count(&self.company, bytes, 0)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.taking.count(&self.company, 0, self.bytes);
    }
}

fn too_large(name: &str, limits: &Limits) -> Problem {
    let most = rules::size(i64::try_from(limits.file).unwrap_or(i64::MAX));
    Problem::Refused { code: "recording-too-large", args: vec![("name", name.to_owned()), ("most", most)] }
}

/// The company has no room left.
pub(super) fn full(most: u64) -> Problem {
    let most = rules::size(i64::try_from(most).unwrap_or(i64::MAX));
    Problem::Refused { code: "recording-full", args: vec![("most", most)] }
}

/// Takes in every file of a form and keeps each with the incident; how many they were.
///
/// Refused before anything is read where the form is larger than the room that is left (`recording-full`); a single file
/// that is too large (`recording-too-large`) or empty (`incident-empty-file`) ends the taking, and those before it stay.
pub async fn take(who: &Member, id: &IncidentId, mut form: Uploads) -> Result<usize> {
    let taking = who.content::<Taking>()?;
    let mut tx = who.read().await?;
    incident::open_one(&mut tx, id).await?;
    let held = u64::try_from(store::held(&mut tx).await?).unwrap_or(0);
    drop(tx);
    let room = taking.limits.company.saturating_sub(held);
    let announced = form.announced.unwrap_or(0).saturating_sub(AROUND);
    let refused = (announced > room).then(|| full(taking.limits.company));
    let mut kept = 0;
    while let Some(mut file) = form.next().await? {
        if let Some(refused) = refused {
            file.discard(taking.limits.file).await;
            return Err(refused);
        }
        if file.name.is_empty() {
            continue;
        }
        let counted = Counted { taking: Arc::clone(&taking), company: who.company.clone(), bytes: 0 };
        match arrive(who, &mut file, room, counted).await {
            Ok(arrived) => {
                incident::attach(who, id, &file.name, arrived, taking.limits.company).await?;
                kept += 1;
            }
            Err(problem) => {
                file.discard(taking.limits.file).await;
                return Err(problem);
            }
        }
    }
    if kept == 0 { Err(Problem::refused("form-incomplete")) } else { Ok(kept) }
}

/// Writes a file to the disk as it comes.
async fn arrive(who: &Member, file: &mut Upload<'_>, room: u64, mut counted: Counted) -> Result<Arrived> {
    let limits = counted.taking.limits.clone();
    let mut arriving = who.view.app.store.blobs().arrive().await?;
    let mut block = Vec::new();
    while let Some(piece) = file.piece().await? {
        let length = piece.len() as u64;
        if counted.bytes + length > limits.file {
            return Err(too_large(&file.name, &limits));
        }
        if counted.add(length) > room {
            return Err(full(limits.company));
        }
        block.extend_from_slice(&piece);
        if block.len() >= BLOCK {
            arriving = arriving.add(std::mem::take(&mut block)).await?;
        }
    }
    if counted.bytes == 0 {
        return Err(Problem::refused("incident-empty-file"));
    }
    arriving.add(block).await?.end().await
}
