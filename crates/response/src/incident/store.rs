use super::rules::Stage;
use ::store::{Entry, Record, Row, Tx};
use base::*;
use std::collections::BTreeMap;

/// A case that a person opened.
#[derive(Debug, Clone)]
pub struct Incident {
    pub id: IncidentId,
    pub kind: String,
    /// What the person told.
    pub story: String,
    pub stage: Stage,
    pub drill: bool,
    pub opened: Moment,
    pub by: Option<String>,
    /// What was learned, once it is closed.
    pub learned: String,
    pub closed: Option<Moment>,
    pub alerts: i64,
    /// The file name of the rule of its first alert.
    pub first_rule: Option<String>,
}

impl Record for Incident {
    fn read(row: &Row) -> Result<Incident> {
        Ok(Incident {
            id: row.get("id")?,
            kind: row.get("kind")?,
            story: row.get("story")?,
            stage: row.parse("stage")?,
            drill: row.get("drill")?,
            opened: row.get("opened_at")?,
            by: row.get("by_name")?,
            learned: row.get("learned")?,
            closed: row.get("closed_at")?,
            alerts: row.get("alerts")?,
            first_rule: row.get("first_rule")?,
        })
    }
}

pub struct Note {
    pub at: Moment,
    pub person: String,
    pub text: String,
}

impl Record for Note {
    fn read(row: &Row) -> Result<Note> {
        Ok(Note { at: row.get("at")?, person: row.get("person_id")?, text: row.get("text")? })
    }
}

#[derive(Debug, Clone)]
pub struct Attachment {
    pub id: AttachmentId,
    pub at: Moment,
    pub person: String,
    pub name: String,
    pub sha256: String,
    pub bytes: i64,
}

impl Record for Attachment {
    fn read(row: &Row) -> Result<Attachment> {
        Ok(Attachment {
            id: row.get("id")?,
            at: row.get("at")?,
            person: row.get("person_id")?,
            name: row.get("name")?,
            sha256: row.get("sha256")?,
            bytes: row.get("bytes")?,
        })
    }
}

struct Named(String, String);

impl Record for Named {
    fn read(row: &Row) -> Result<Named> {
        Ok(Named(row.get("id")?, row.get("name")?))
    }
}

pub async fn add(tx: &mut Tx, id: &IncidentId, kind: &str, story: &str, drill: bool, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO incident (tenant_id, id, kind, story, stage, drill, opened_at, person_id, learned, version)
               VALUES ($1, $2, $3, $4, 'found', $5, $6, $7, '', 1)";
    let now = tx.now();
    tx.run(sql, &[id, &kind, &story, &drill, &now, by]).await?;
    Ok(())
}

pub async fn find(tx: &mut Tx, id: &IncidentId) -> Result<Incident> {
    let sql = "SELECT i.id, i.kind, i.story, i.stage, i.drill, i.opened_at, i.learned, i.closed_at, p.name AS by_name,
                   (SELECT COUNT(*) FROM alert a WHERE a.tenant_id = i.tenant_id AND a.incident_id = i.id) AS alerts,
                   (SELECT a.name FROM alert a WHERE a.tenant_id = i.tenant_id AND a.incident_id = i.id ORDER BY a.id LIMIT 1) AS first_rule
               FROM incident i LEFT JOIN person p ON p.tenant_id = i.tenant_id AND p.id = i.person_id
               WHERE i.tenant_id = $1 AND i.id = $2";
    tx.one(sql, &[id]).await
}

pub async fn all(tx: &mut Tx) -> Result<Vec<Incident>> {
    let sql = "SELECT i.id, i.kind, i.story, i.stage, i.drill, i.opened_at, i.learned, i.closed_at, p.name AS by_name,
                   (SELECT COUNT(*) FROM alert a WHERE a.tenant_id = i.tenant_id AND a.incident_id = i.id) AS alerts,
                   (SELECT a.name FROM alert a WHERE a.tenant_id = i.tenant_id AND a.incident_id = i.id ORDER BY a.id LIMIT 1) AS first_rule
               FROM incident i LEFT JOIN person p ON p.tenant_id = i.tenant_id AND p.id = i.person_id
               WHERE i.tenant_id = $1
               ORDER BY CASE WHEN i.closed_at IS NULL THEN 0 ELSE 1 END, i.id DESC LIMIT 500";
    tx.all(sql, &[]).await
}

pub async fn set_stage(tx: &mut Tx, id: &IncidentId, from: Stage, to: Stage) -> Result<()> {
    let sql =
        "UPDATE incident SET stage = $4, closed_at = $5, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND stage = $3";
    let closed = (to == Stage::Closed).then_some(tx.now());
    match tx.run(sql, &[id, &from.name(), &to.name(), &closed]).await? {
        1 => Ok(()),
        _ => Err(Problem::Conflict),
    }
}

pub async fn set_learned(tx: &mut Tx, id: &IncidentId, learned: &str) -> Result<()> {
    tx.change("UPDATE incident SET learned = $3 WHERE tenant_id = $1 AND id = $2", &[id, &learned]).await
}

pub async fn add_note(tx: &mut Tx, id: &IncidentId, by: &PersonId, text: &str) -> Result<()> {
    let sql = "INSERT INTO incident_note (tenant_id, id, incident_id, person_id, at, text) VALUES ($1, $2, $3, $4, $5, $6)";
    let now = tx.now();
    tx.run(sql, &[&JobId::new(), id, by, &now, &text]).await?;
    Ok(())
}

pub async fn notes(tx: &mut Tx, id: &IncidentId) -> Result<Vec<Note>> {
    let sql = "SELECT at, person_id, text FROM incident_note WHERE tenant_id = $1 AND incident_id = $2 ORDER BY id LIMIT 1000";
    tx.all(sql, &[id]).await
}

pub async fn add_attachment(tx: &mut Tx, id: &IncidentId, by: &PersonId, kept: &Attachment) -> Result<()> {
    let sql = "INSERT INTO incident_attachment (tenant_id, id, incident_id, person_id, at, name, sha256, bytes)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    tx.run(sql, &[&kept.id, id, by, &kept.at, &kept.name, &kept.sha256, &kept.bytes]).await?;
    Ok(())
}

pub async fn attachments(tx: &mut Tx, id: &IncidentId) -> Result<Vec<Attachment>> {
    let sql = "SELECT id, at, person_id, name, sha256, bytes FROM incident_attachment
               WHERE tenant_id = $1 AND incident_id = $2 ORDER BY id LIMIT 1000";
    tx.all(sql, &[id]).await
}

/// How many files an incident has.
pub async fn files(tx: &mut Tx, id: &IncidentId) -> Result<i64> {
    tx.one("SELECT COUNT(*) AS n FROM incident_attachment WHERE tenant_id = $1 AND incident_id = $2", &[id]).await
}

pub async fn attachment(tx: &mut Tx, incident: &IncidentId, id: &AttachmentId) -> Result<Attachment> {
    let sql = "SELECT id, at, person_id, name, sha256, bytes FROM incident_attachment
               WHERE tenant_id = $1 AND incident_id = $2 AND id = $3";
    tx.one(sql, &[incident, id]).await
}

pub async fn remove_attachment(tx: &mut Tx, incident: &IncidentId, id: &AttachmentId) -> Result<()> {
    tx.change("DELETE FROM incident_attachment WHERE tenant_id = $1 AND incident_id = $2 AND id = $3", &[incident, id]).await
}

/// The names of a company's people, by id.
pub async fn names(tx: &mut Tx) -> Result<BTreeMap<String, String>> {
    let people = tx.all::<Named>("SELECT id, name FROM person WHERE tenant_id = $1", &[]).await?;
    Ok(people.into_iter().map(|Named(id, name)| (id, name)).collect())
}

/// The facts since a moment that name an incident, or one alert of it.
pub async fn facts(tx: &mut Tx, since: Moment, id: &str) -> Result<Vec<Entry>> {
    let sql = "SELECT tenant_id, seq, at, actor, body, prev, hash FROM fact
               WHERE tenant_id = $1 AND at >= $2 AND body LIKE $3 ORDER BY seq LIMIT 500";
    tx.all(sql, &[&since, &format!("%{id}%")]).await
}
