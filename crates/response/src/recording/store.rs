use super::rules::{Brought, Ending, Kind, Line};
use crate::incident::Attachment;
use ::store::{Record, Row, Tx};
use base::*;

/// One hunt through the files of an incident.
#[derive(Debug, Clone)]
pub struct Hunt {
    pub id: HuntId,
    pub incident: IncidentId,
    /// The person who started it.
    pub person: String,
    /// The attachments that it goes through.
    pub files: Vec<AttachmentId>,
    pub started: Moment,
    /// When a worker took it up last.
    pub running: Option<Moment>,
    /// When somebody asked it to stop.
    pub stop: Option<Moment>,
    pub ended: Option<Moment>,
    pub ending: Option<Ending>,
    pub total: i64,
    pub bytes: i64,
    pub events: i64,
    pub findings: i64,
    pub brought: Option<Brought>,
}

impl Record for Hunt {
    fn read(row: &Row) -> Result<Hunt> {
        let ending = row.get::<Option<String>>("outcome")?;
        let result = row.get::<Option<String>>("result")?;
        Ok(Hunt {
            id: row.get("id")?,
            incident: row.get("incident_id")?,
            person: row.get("person_id")?,
            files: row.json("files")?,
            started: row.get("started_at")?,
            running: row.get("running_at")?,
            stop: row.get("stop_at")?,
            ended: row.get("ended_at")?,
            ending: ending.and_then(|ending| ending.parse().ok()),
            total: row.get("total")?,
            bytes: row.get("bytes")?,
            events: row.get("events")?,
            findings: row.get("findings")?,
            brought: result.map(|result| serde_json::from_str(&result)).transpose().map_err(Problem::internal)?,
        })
    }
}

/// A file that a hunt wrote.
#[derive(Debug, Clone)]
pub struct Output {
    pub hunt: HuntId,
    pub kind: Kind,
    pub sha256: String,
    pub bytes: i64,
    pub at: Moment,
}

impl Record for Output {
    fn read(row: &Row) -> Result<Output> {
        Ok(Output {
            hunt: row.get("hunt_id")?,
            kind: row.parse("kind")?,
            sha256: row.get("sha256")?,
            bytes: row.get("bytes")?,
            at: row.get("at")?,
        })
    }
}

/// A file that was taken off an incident.
#[derive(Debug, Clone)]
pub struct Removed {
    pub name: String,
    pub sha256: String,
    pub bytes: i64,
    /// Who had given it, and when.
    pub person: String,
    pub at: Moment,
    pub removed_by: String,
    pub removed_at: Moment,
}

impl Record for Removed {
    fn read(row: &Row) -> Result<Removed> {
        Ok(Removed {
            name: row.get("name")?,
            sha256: row.get("sha256")?,
            bytes: row.get("bytes")?,
            person: row.get("person_id")?,
            at: row.get("at")?,
            removed_by: row.get("removed_by")?,
            removed_at: row.get("removed_at")?,
        })
    }
}

/// A line of the incident as a list shows it.
#[derive(Debug, Clone)]
pub struct Found {
    pub id: String,
    pub hunt: HuntId,
    pub level: String,
    /// The rule's file name without ending.
    pub name: String,
    pub title: String,
    pub host: String,
    pub count: i64,
    pub first: Moment,
    pub last: Moment,
}

impl Record for Found {
    fn read(row: &Row) -> Result<Found> {
        Ok(Found {
            id: row.get("id")?,
            hunt: row.get("hunt_id")?,
            level: row.get("level")?,
            name: row.get("name")?,
            title: row.get("title")?,
            host: row.get("host")?,
            count: row.get("count")?,
            first: row.get("first_at")?,
            last: row.get("last_at")?,
        })
    }
}

/// A line with all that its page shows.
#[derive(Debug, Clone)]
pub struct Whole {
    pub found: Found,
    pub file: String,
    pub record: i64,
    pub finding: wire::Finding,
}

impl Record for Whole {
    fn read(row: &Row) -> Result<Whole> {
        Ok(Whole { found: Found::read(row)?, file: row.get("file")?, record: row.get("record")?, finding: row.json("finding")? })
    }
}

pub async fn add(
    tx: &mut Tx,
    id: &HuntId,
    incident: &IncidentId,
    by: &PersonId,
    files: &[AttachmentId],
    bytes: i64,
) -> Result<()> {
    let sql =
        "INSERT INTO recording_hunt (tenant_id, id, incident_id, person_id, files, started_at, total, bytes, events, findings)
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0) ON CONFLICT DO NOTHING";
    let (now, files) = (tx.now(), serde_json::to_string(files).map_err(Problem::internal)?);
    match tx.run(sql, &[id, incident, by, &files, &now, &bytes]).await? {
        1 => Ok(()),
        _ => Err(Problem::refused("recording-under-way")),
    }
}

pub async fn find(tx: &mut Tx, id: &HuntId) -> Result<Hunt> {
    let sql =
        "SELECT id, incident_id, person_id, files, started_at, running_at, stop_at, ended_at, outcome, total, bytes, events,
                   findings, result FROM recording_hunt WHERE tenant_id = $1 AND id = $2";
    tx.one(sql, &[id]).await
}

/// The hunts of an incident, the latest first.
pub async fn of_incident(tx: &mut Tx, incident: &IncidentId) -> Result<Vec<Hunt>> {
    let sql =
        "SELECT id, incident_id, person_id, files, started_at, running_at, stop_at, ended_at, outcome, total, bytes, events,
                   findings, result FROM recording_hunt WHERE tenant_id = $1 AND incident_id = $2 ORDER BY id DESC LIMIT 20";
    tx.all(sql, &[incident]).await
}

/// The company's hunt that has not ended, if there is one: its incident.
pub async fn under_way(tx: &mut Tx) -> Result<Option<String>> {
    tx.maybe("SELECT incident_id AS t FROM recording_hunt WHERE tenant_id = $1 AND ended_at IS NULL", &[]).await
}

/// A worker takes it up: what was counted before does not count any more.
pub async fn take_up(tx: &mut Tx, id: &HuntId) -> Result<()> {
    let now = tx.now();
    let sql = "UPDATE recording_hunt SET running_at = $3, bytes = 0, events = 0, findings = 0
               WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL";
    tx.change(sql, &[id, &now]).await
}

/// How far it has come: bytes in all and read, events, findings. Nothing happens to one that has ended.
pub async fn move_on(tx: &mut Tx, id: &HuntId, so_far: [i64; 4]) -> Result<()> {
    let [total, bytes, events, findings] = so_far;
    let sql = "UPDATE recording_hunt SET total = $3, bytes = $4, events = $5, findings = $6
               WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL";
    tx.run(sql, &[id, &total, &bytes, &events, &findings]).await?;
    Ok(())
}

pub async fn stop(tx: &mut Tx, id: &HuntId) -> Result<()> {
    let now = tx.now();
    let sql = "UPDATE recording_hunt SET stop_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND stop_at IS NULL";
    match tx.run(sql, &[id, &now]).await? {
        1 => Ok(()),
        _ => Err(Problem::refused("recording-not-under-way")),
    }
}

/// It has ended. `Conflict` where it had before, or was deleted.
pub async fn end(tx: &mut Tx, id: &HuntId, ending: Ending, findings: i64, brought: Option<&Brought>) -> Result<()> {
    let result = brought.map(serde_json::to_string).transpose().map_err(Problem::internal)?;
    let events = brought.map_or(0, |brought| i64::try_from(brought.events).unwrap_or(i64::MAX));
    let now = tx.now();
    let sql = "UPDATE recording_hunt SET ended_at = $3, outcome = $4, findings = $5, result = $6, events = $7
               WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL";
    match tx.run(sql, &[id, &now, &ending.name(), &findings, &result, &events]).await? {
        1 => Ok(()),
        _ => Err(Problem::Conflict),
    }
}

pub async fn add_output(tx: &mut Tx, hunt: &Hunt, kind: Kind, sha256: &str, bytes: i64) -> Result<()> {
    let sql = "INSERT INTO recording_output (tenant_id, id, hunt_id, incident_id, kind, sha256, bytes, at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let now = tx.now();
    tx.run(sql, &[&JobId::new(), &hunt.id, &hunt.incident, &kind.name(), &sha256, &bytes, &now]).await?;
    Ok(())
}

pub async fn add_line(tx: &mut Tx, hunt: &Hunt, line: &Line) -> Result<()> {
    let sql =
        "INSERT INTO recording_finding (tenant_id, id, hunt_id, incident_id, level, name, title, host, count, first_at, last_at,
                   file, record, finding) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let finding = serde_json::to_string(&line.finding).map_err(Problem::internal)?;
    let (name, title) = (&line.finding.name, &line.finding.title);
    let level = line.level.as_str();
    let (at, seen) = ([line.first, line.last], [line.count, line.record]);
    let args: [&dyn ::store::ToValue; 13] = [
        &JobId::new(),
        &hunt.id,
        &hunt.incident,
        &level,
        name,
        title,
        &line.host,
        &seen[0],
        &at[0],
        &at[1],
        &line.file,
        &seen[1],
        &finding,
    ];
    tx.run(sql, &args).await?;
    Ok(())
}

/// What the hunts of an incident wrote.
pub async fn outputs(tx: &mut Tx, incident: &IncidentId) -> Result<Vec<Output>> {
    let sql = "SELECT hunt_id, kind, sha256, bytes, at FROM recording_output
               WHERE tenant_id = $1 AND incident_id = $2 ORDER BY id LIMIT 200";
    tx.all(sql, &[incident]).await
}

pub async fn output(tx: &mut Tx, incident: &IncidentId, hunt: &HuntId, kind: Kind) -> Result<Output> {
    let sql = "SELECT hunt_id, kind, sha256, bytes, at FROM recording_output
               WHERE tenant_id = $1 AND incident_id = $2 AND hunt_id = $3 AND kind = $4";
    tx.one(sql, &[incident, hunt, &kind.name()]).await
}

/// The serious findings of an incident's hunts, in the order in which they were brought: the worst first.
pub async fn found(tx: &mut Tx, incident: &IncidentId) -> Result<Vec<Found>> {
    let sql = "SELECT id, hunt_id, level, name, title, host, count, first_at, last_at FROM recording_finding
               WHERE tenant_id = $1 AND incident_id = $2 ORDER BY id LIMIT 1000";
    tx.all(sql, &[incident]).await
}

pub async fn finding(tx: &mut Tx, incident: &IncidentId, id: &str) -> Result<Whole> {
    let sql = "SELECT id, hunt_id, level, name, title, host, count, first_at, last_at, file, record, finding
               FROM recording_finding WHERE tenant_id = $1 AND incident_id = $2 AND id = $3";
    tx.one(sql, &[incident, &id]).await
}

pub async fn add_removal(tx: &mut Tx, incident: &IncidentId, file: &Attachment, by: &PersonId) -> Result<()> {
    let sql =
        "INSERT INTO recording_removal (tenant_id, id, incident_id, name, sha256, bytes, person_id, at, removed_by, removed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let now = tx.now();
    let args: [&dyn ::store::ToValue; 9] =
        [&file.id, incident, &file.name, &file.sha256, &file.bytes, &file.person, &file.at, by, &now];
    tx.run(sql, &args).await?;
    Ok(())
}

/// The files that were taken off an incident, in the order in which they had been given.
pub async fn removed(tx: &mut Tx, incident: &IncidentId) -> Result<Vec<Removed>> {
    let sql = "SELECT name, sha256, bytes, person_id, at, removed_by, removed_at FROM recording_removal
               WHERE tenant_id = $1 AND incident_id = $2 ORDER BY id LIMIT 1000";
    tx.all(sql, &[incident]).await
}

/// Takes away all rows of a hunt.
pub async fn delete(tx: &mut Tx, id: &HuntId) -> Result<()> {
    tx.run("DELETE FROM recording_finding WHERE tenant_id = $1 AND hunt_id = $2", &[id]).await?;
    tx.run("DELETE FROM recording_output WHERE tenant_id = $1 AND hunt_id = $2", &[id]).await?;
    tx.change("DELETE FROM recording_hunt WHERE tenant_id = $1 AND id = $2 AND ended_at IS NOT NULL", &[id]).await
}

/// How often the company's rows name a file.
pub async fn named(tx: &mut Tx, sha256: &str) -> Result<i64> {
    let sql = "SELECT (SELECT COUNT(*) FROM incident_attachment WHERE tenant_id = $1 AND sha256 = $2)
                   + (SELECT COUNT(*) FROM recording_output WHERE tenant_id = $1 AND sha256 = $2) AS n";
    tx.one(sql, &[&sha256]).await
}

/// Bytes of all that the company has kept with its incidents.
pub async fn held(tx: &mut Tx) -> Result<i64> {
    let sql = "SELECT CAST((SELECT COALESCE(SUM(bytes), 0) FROM incident_attachment WHERE tenant_id = $1)
                   + (SELECT COALESCE(SUM(bytes), 0) FROM recording_output WHERE tenant_id = $1) AS BIGINT) AS n";
    tx.one(sql, &[]).await
}
