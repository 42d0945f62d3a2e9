use super::rules;
use base::*;
use store::{Record, Row, Tx};
use wire::Observed;

/// What a check last found on a device.
#[derive(Debug, Clone)]
pub struct Found {
    pub device: DeviceId,
    pub host: String,
    /// The device has not been heard from for a while.
    pub silent: bool,
    pub check: String,
    pub state: Observed,
    pub note: String,
    pub said: Vec<(String, String)>,
    pub at: Moment,
    pub changed: Moment,
}

/// What the table holds of a check, before the next observation.
pub struct Before {
    pub state: String,
    pub note: String,
    pub at: Moment,
}

impl Record for Found {
    fn read(row: &Row) -> Result<Found> {
        let state: String = row.get("state")?;
        Ok(Found {
            device: row.get("device_id")?,
            host: row.get("host")?,
            silent: row.get::<Option<Moment>>("silent_since")?.is_some(),
            check: row.get("check_name")?,
            state: rules::state_of(&state).ok_or_else(|| Problem::internal(format!("unknown state {state:?}")))?,
            note: row.get("note")?,
            said: row.json("said")?,
            at: row.get("at")?,
            changed: row.get("changed_at")?,
        })
    }
}

impl Record for Before {
    fn read(row: &Row) -> Result<Before> {
        Ok(Before { state: row.get("state")?, note: row.get("note")?, at: row.get("at")? })
    }
}

/// The newest findings of all devices in service.
pub async fn all(tx: &mut Tx) -> Result<Vec<Found>> {
    let sql = "SELECT o.device_id, o.check_name, o.state, o.note, o.said, o.at, o.changed_at, d.host, d.silent_since
               FROM observation o JOIN device d ON d.tenant_id = o.tenant_id AND d.id = o.device_id
               WHERE o.tenant_id = $1 AND d.retired_at IS NULL ORDER BY d.host, d.id, o.check_name";
    tx.all(sql, &[]).await
}

/// What changed lately on the devices in service, the latest first.
pub async fn changes(tx: &mut Tx, most: i64) -> Result<Vec<Found>> {
    let sql =
        "SELECT o.device_id, o.check_name, o.state, o.note, o.said, o.changed_at AS at, o.changed_at, d.host, d.silent_since
               FROM observation_change o JOIN device d ON d.tenant_id = o.tenant_id AND d.id = o.device_id
               WHERE o.tenant_id = $1 AND d.retired_at IS NULL ORDER BY o.changed_at DESC, d.host, o.check_name LIMIT $2";
    tx.all(sql, &[&most]).await
}

pub async fn before(tx: &mut Tx, device: &DeviceId, check: &str) -> Result<Option<Before>> {
    let sql = "SELECT state, note, at FROM observation WHERE tenant_id = $1 AND device_id = $2 AND check_name = $3";
    tx.maybe(sql, &[device, &check]).await
}

/// Keeps what was found; `changed` says whether it differs from what was found before.
pub async fn keep(tx: &mut Tx, device: &DeviceId, found: &Kept<'_>, changed: bool) -> Result<()> {
    let sql = "INSERT INTO observation (tenant_id, device_id, check_name, state, note, said, at, changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (tenant_id, device_id, check_name) DO UPDATE SET state = $4, note = $5, said = $6, at = $7,
                   changed_at = CASE WHEN $9 = 1 THEN $8 ELSE observation.changed_at END";
    let now = tx.now();
    tx.run(sql, &[device, &found.check, &found.state, &found.note, &found.said, &found.at, &now, &changed]).await?;
    Ok(())
}

/// A finding on its way into the table.
pub struct Kept<'a> {
    pub check: &'a str,
    pub state: &'a str,
    pub note: &'a str,
    pub said: String,
    pub at: Moment,
}

pub async fn keep_change(tx: &mut Tx, device: &DeviceId, found: &Kept<'_>) -> Result<()> {
    let sql = "INSERT INTO observation_change (tenant_id, device_id, check_name, changed_at, state, note, said)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, device_id, check_name, changed_at) DO UPDATE
               SET state = $5, note = $6, said = $7";
    let now = tx.now();
    tx.run(sql, &[device, &found.check, &now, &found.state, &found.note, &found.said]).await?;
    Ok(())
}
