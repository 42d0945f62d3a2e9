use super::rules::State;
use base::*;
use store::{AllTx, Record, Row, Tx};

/// A step that somebody acted on.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: StepId,
    pub key: String,
    pub origin: String,
    pub state: State,
    pub person: Option<PersonId>,
    pub due: Option<Day>,
    /// What was done, or why it was dropped.
    pub note: String,
    pub settled: Option<Moment>,
    pub settled_by: Option<PersonId>,
}

impl Record for Kept {
    fn read(row: &Row) -> Result<Kept> {
        Ok(Kept {
            id: row.get("id")?,
            key: row.get("key")?,
            origin: row.get("origin")?,
            state: row.parse("state")?,
            person: row.get("person_id")?,
            due: row.get("due")?,
            note: row.get("note")?,
            settled: row.get("settled_at")?,
            settled_by: row.get("settled_by")?,
        })
    }
}

pub async fn all(tx: &mut Tx) -> Result<Vec<Kept>> {
    let sql =
        "SELECT id, key, origin, state, person_id, due, note, settled_at, settled_by FROM step WHERE tenant_id = $1 ORDER BY id";
    tx.all(sql, &[]).await
}

pub async fn find(tx: &mut Tx, id: &StepId) -> Result<Option<Kept>> {
    let sql =
        "SELECT id, key, origin, state, person_id, due, note, settled_at, settled_by FROM step WHERE tenant_id = $1 AND id = $2";
    tx.maybe(sql, &[id]).await
}

pub async fn by_key(tx: &mut Tx, key: &str) -> Result<Option<Kept>> {
    let sql =
        "SELECT id, key, origin, state, person_id, due, note, settled_at, settled_by FROM step WHERE tenant_id = $1 AND key = $2";
    tx.maybe(sql, &[&key]).await
}

pub async fn insert(tx: &mut Tx, id: &StepId, key: &str, origin: &str) -> Result<()> {
    let sql = "INSERT INTO step (tenant_id, id, key, origin, state, note, planned_at) VALUES ($1, $2, $3, $4, 'open', '', $5)";
    let now = tx.now();
    tx.run(sql, &[id, &key, &origin, &now]).await?;
    Ok(())
}

pub async fn assign(tx: &mut Tx, id: &StepId, person: Option<&PersonId>, due: Option<Day>) -> Result<()> {
    tx.change(
        "UPDATE step SET person_id = $3, due = $4 WHERE tenant_id = $1 AND id = $2 AND state = 'open'",
        &[id, &person, &due],
    )
    .await
}

/// Moves a step from the state it was seen in. `Conflict` where somebody moved it first.
pub async fn settle(tx: &mut Tx, id: &StepId, from: State, to: State, note: &str, by: &PersonId) -> Result<()> {
    let sql =
        "UPDATE step SET state = $4, note = $5, settled_at = $6, settled_by = $7 WHERE tenant_id = $1 AND id = $2 AND state = $3";
    let now = tx.now();
    match tx.run(sql, &[id, &from.name(), &to.name(), &note, &now, by]).await? {
        1 => Ok(()),
        _ => Err(Problem::Conflict),
    }
}

/// Opens a settled step again; what was noted stays.
pub async fn reopen(tx: &mut Tx, id: &StepId, from: State) -> Result<()> {
    let sql =
        "UPDATE step SET state = 'open', settled_at = NULL, settled_by = NULL WHERE tenant_id = $1 AND id = $2 AND state = $3";
    match tx.run(sql, &[id, &from.name()]).await? {
        1 => Ok(()),
        _ => Err(Problem::Conflict),
    }
}

/// A step that has come due and whose person was not reminded of that day yet.
pub struct FallenDue {
    pub company: CompanyId,
    pub step: StepId,
    pub person: PersonId,
}

impl Record for FallenDue {
    fn read(row: &Row) -> Result<FallenDue> {
        Ok(FallenDue { company: row.get("tenant_id")?, step: row.get("id")?, person: row.get("person_id")? })
    }
}

/// At most `most` such steps, over all companies.
pub async fn fallen_due(all: &mut AllTx, today: Day, most: i64) -> Result<Vec<FallenDue>> {
    let sql = "SELECT tenant_id, id, person_id FROM step
               WHERE state = 'open' AND person_id IS NOT NULL AND due <= $1 AND (reminded_for IS NULL OR reminded_for <> due)
               ORDER BY due, id LIMIT $2";
    all.all(sql, &[&today, &most]).await
}

/// Notes that a step's person is reminded of its due day; `false` where somebody did first.
pub async fn note_reminded(tx: &mut Tx, id: &StepId) -> Result<bool> {
    let sql = "UPDATE step SET reminded_for = due WHERE tenant_id = $1 AND id = $2 AND state = 'open'
               AND (reminded_for IS NULL OR reminded_for <> due)";
    Ok(tx.run(sql, &[id]).await? == 1)
}
