use super::rules::{Level, Past, State, Whose};
use ::store::{Record, Row, Tx};
use base::*;
use wire::Finding;

/// Like findings on one device, folded. What it rests on is kept apart (`Full`).
#[derive(Debug, Clone)]
pub struct Alert {
    pub id: AlertId,
    pub device: DeviceId,
    pub host: String,
    /// The rule's UUID.
    pub rule: String,
    /// The rule's file name without ending.
    pub name: String,
    /// The rule's own title, for one that this server has no texts of.
    pub title: String,
    pub level: Level,
    pub tags: Vec<String>,
    pub state: State,
    pub drill: bool,
    pub drill_id: Option<String>,
    pub count: i64,
    /// By the device's clock.
    pub first: Moment,
    pub last: Moment,
    pub raised: Moment,
    /// When the last finding came in, by ours.
    pub heard: Moment,
    pub closed: Option<Moment>,
    /// Who claimed or closed it.
    pub by: Option<String>,
    pub incident: Option<IncidentId>,
}

impl Record for Alert {
    fn read(row: &Row) -> Result<Alert> {
        Ok(Alert {
            id: row.get("id")?,
            device: row.get("device_id")?,
            host: row.get("host")?,
            rule: row.get("rule")?,
            name: row.get("name")?,
            title: row.get("title")?,
            level: Level::from_rank(row.get("level")?),
            tags: row.json("tags")?,
            state: row.parse("state")?,
            drill: row.get("drill")?,
            drill_id: row.get("drill_id")?,
            count: row.get("count")?,
            first: row.get("first_at")?,
            last: row.get("last_at")?,
            raised: row.get("raised_at")?,
            heard: row.get("heard_at")?,
            closed: row.get("closed_at")?,
            by: row.get("by_name")?,
            incident: row.get("incident_id")?,
        })
    }
}

/// The findings of an alert, the newest first.
pub struct Findings(pub Vec<Finding>);

impl Record for Findings {
    fn read(row: &Row) -> Result<Findings> {
        row.json("findings").map(Findings)
    }
}

/// The last alert that like findings were folded into.
pub struct Last {
    pub id: AlertId,
    pub past: Past,
    pub findings: Vec<Finding>,
}

impl Record for Last {
    fn read(row: &Row) -> Result<Last> {
        let incident: Option<IncidentId> = row.get("incident_id")?;
        let past = Past {
            state: row.parse("state")?,
            level: Level::from_rank(row.get("level")?),
            heard: row.get("heard_at")?,
            drill: row.get("drill_id")?,
            incident: incident.is_some(),
        };
        Ok(Last { id: row.get("id")?, past, findings: row.json("findings")? })
    }
}

impl Record for Whose {
    fn read(row: &Row) -> Result<Whose> {
        Ok(Whose { account: row.get("account")?, source: row.get("source")? })
    }
}

pub async fn find(tx: &mut Tx, id: &AlertId) -> Result<Alert> {
    let sql =
        "SELECT a.tenant_id, a.id, a.device_id, d.host, a.rule, a.name, a.title, a.level, a.tags, a.state, a.drill, a.drill_id,
                   a.count, a.first_at, a.last_at, a.raised_at, a.heard_at, a.closed_at, a.incident_id, p.name AS by_name
               FROM alert a JOIN device d ON d.tenant_id = a.tenant_id AND d.id = a.device_id
               LEFT JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
               WHERE a.tenant_id = $1 AND a.id = $2";
    tx.one(sql, &[id]).await
}

/// Up to `most` alerts that fit (an empty text or -1 fits all), the latest raised first, from before `before` on.
pub async fn some(tx: &mut Tx, wanted: &Wanted<'_>, before: &str, most: i64) -> Result<Vec<Alert>> {
    let sql =
        "SELECT a.tenant_id, a.id, a.device_id, d.host, a.rule, a.name, a.title, a.level, a.tags, a.state, a.drill, a.drill_id,
                   a.count, a.first_at, a.last_at, a.raised_at, a.heard_at, a.closed_at, a.incident_id, p.name AS by_name
               FROM alert a JOIN device d ON d.tenant_id = a.tenant_id AND d.id = a.device_id
               LEFT JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
               WHERE a.tenant_id = $1
               AND ($2 = '' OR a.state = $2) AND a.level >= $3 AND ($4 = '' OR a.device_id = $4) AND ($5 < 0 OR a.drill = $5)
               AND ($6 = '' OR a.id < $6) ORDER BY a.id DESC LIMIT $7";
    tx.all(sql, &[&wanted.state, &wanted.level, &wanted.device, &wanted.drill, &before, &most]).await
}

/// Which alerts are wanted.
pub struct Wanted<'a> {
    pub state: &'a str,
    /// At least so grave.
    pub level: i64,
    pub device: &'a str,
    /// 1 drills only, 0 none, -1 both.
    pub drill: i64,
}

pub async fn of_incident(tx: &mut Tx, incident: &IncidentId) -> Result<Vec<Alert>> {
    let sql =
        "SELECT a.tenant_id, a.id, a.device_id, d.host, a.rule, a.name, a.title, a.level, a.tags, a.state, a.drill, a.drill_id,
                   a.count, a.first_at, a.last_at, a.raised_at, a.heard_at, a.closed_at, a.incident_id, p.name AS by_name
               FROM alert a JOIN device d ON d.tenant_id = a.tenant_id AND d.id = a.device_id
               LEFT JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
               WHERE a.tenant_id = $1 AND a.incident_id = $2 ORDER BY a.id LIMIT 500";
    tx.all(sql, &[incident]).await
}

pub async fn findings(tx: &mut Tx, id: &AlertId) -> Result<Vec<Finding>> {
    Ok(tx.one::<Findings>("SELECT findings FROM alert WHERE tenant_id = $1 AND id = $2", &[id]).await?.0)
}

pub async fn last(tx: &mut Tx, device: &DeviceId, rule: &str, drill: bool) -> Result<Option<Last>> {
    let sql = "SELECT id, state, level, heard_at, drill_id, incident_id, findings FROM alert
               WHERE tenant_id = $1 AND device_id = $2 AND rule = $3 AND drill = $4 ORDER BY id DESC LIMIT 1";
    tx.maybe(sql, &[device, &rule, &drill]).await
}

/// What "that was me" covers of a rule on a device at a moment.
pub async fn quiets(tx: &mut Tx, device: &DeviceId, rule: &str, now: Moment) -> Result<Vec<Whose>> {
    let sql = "SELECT account, source FROM alert_quiet
               WHERE tenant_id = $1 AND device_id = $2 AND rule = $3 AND until > $4 LIMIT 200";
    tx.all(sql, &[device, &rule, &now]).await
}

pub struct New<'a> {
    pub id: &'a AlertId,
    pub device: &'a DeviceId,
    pub finding: &'a Finding,
    pub level: Level,
    pub findings: &'a str,
}

pub async fn add(tx: &mut Tx, new: &New<'_>) -> Result<()> {
    let sql = "INSERT INTO alert (tenant_id, id, device_id, rule, name, title, level, tags, state, drill, drill_id, count, first_at, last_at,
                   raised_at, heard_at, findings)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, 1, $11, $11, $12, $12, $13)";
    let New { id, device, finding, level, findings } = new;
    let tags = serde_json::to_string(&finding.tags).map_err(Problem::internal)?;
    let now = tx.now();
    tx.run(
        sql,
        &[
            id,
            device,
            &finding.rule,
            &finding.name,
            &finding.title,
            &level.rank(),
            &tags,
            &finding.drill.is_some(),
            &finding.drill,
            &finding.at,
            &now,
            findings,
        ],
    )
    .await?;
    Ok(())
}

/// One more of the same. The level only rises.
pub async fn count(tx: &mut Tx, id: &AlertId, finding: &Finding, level: Level, findings: &str) -> Result<()> {
    let sql = "UPDATE alert SET count = count + 1, findings = $3, heard_at = $4, drill_id = $5,
                   first_at = CASE WHEN first_at > $6 THEN $6 ELSE first_at END,
                   last_at = CASE WHEN last_at < $6 THEN $6 ELSE last_at END,
                   level = CASE WHEN level < $7 THEN $7 ELSE level END
               WHERE tenant_id = $1 AND id = $2";
    let now = tx.now();
    tx.change(sql, &[id, &findings, &now, &finding.drill, &finding.at, &level.rank()]).await
}

pub async fn set_state(tx: &mut Tx, id: &AlertId, from: State, to: State, by: Option<&PersonId>) -> Result<()> {
    let sql = "UPDATE alert SET state = $4, person_id = $5, closed_at = $6 WHERE tenant_id = $1 AND id = $2 AND state = $3";
    let closed = (to == State::Closed).then_some(tx.now());
    match tx.run(sql, &[id, &from.name(), &to.name(), &by.cloned(), &closed]).await? {
        1 => Ok(()),
        _ => Err(Problem::Conflict),
    }
}

pub async fn set_incident(tx: &mut Tx, id: &AlertId, incident: &IncidentId) -> Result<()> {
    tx.change("UPDATE alert SET incident_id = $3 WHERE tenant_id = $1 AND id = $2", &[id, incident]).await
}

/// Every alert of an incident is put away with it, or taken up again.
pub async fn set_state_in_incident(tx: &mut Tx, incident: &IncidentId, to: State) -> Result<()> {
    let sql = "UPDATE alert SET state = $3, closed_at = $4 WHERE tenant_id = $1 AND incident_id = $2";
    let closed = (to == State::Closed).then_some(tx.now());
    tx.run(sql, &[incident, &to.name(), &closed]).await?;
    Ok(())
}

pub async fn add_quiet(tx: &mut Tx, alert: &Alert, whose: &Whose, by: &PersonId, until: Moment) -> Result<()> {
    let sql = "INSERT INTO alert_quiet (tenant_id, id, alert_id, device_id, rule, account, source, person_id, made_at, until)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let now = tx.now();
    tx.run(sql, &[&JobId::new(), &alert.id, &alert.device, &alert.rule, &whose.account, &whose.source, by, &now, &until]).await?;
    Ok(())
}

/// Until when "that was me" holds for an alert, if it still does.
pub async fn quiet_until(tx: &mut Tx, id: &AlertId, now: Moment) -> Result<Option<Moment>> {
    let sql = "SELECT COALESCE(MAX(until), 0) AS n FROM alert_quiet WHERE tenant_id = $1 AND alert_id = $2 AND until > $3";
    tx.one::<i64>(sql, &[id, &now]).await.map(|until| (until > 0).then_some(Moment(until)))
}

/// The rules (by file name or UUID) of a device's alerts that a drill woke.
pub async fn woken_by(tx: &mut Tx, device: &DeviceId, drill: &str) -> Result<Vec<(String, String)>> {
    let sql = "SELECT rule, name FROM alert WHERE tenant_id = $1 AND device_id = $2 AND drill = 1 AND drill_id = $3 LIMIT 500";
    Ok(tx.all::<Woken>(sql, &[device, &drill]).await?.into_iter().map(|Woken(rule, name)| (rule, name)).collect())
}

struct Woken(String, String);

impl Record for Woken {
    fn read(row: &Row) -> Result<Woken> {
        Ok(Woken(row.get("rule")?, row.get("name")?))
    }
}

/// A number of alerts at a level.
pub struct Tally {
    pub count: i64,
    pub worst: i64,
    pub latest: Option<Moment>,
}

impl Record for Tally {
    fn read(row: &Row) -> Result<Tally> {
        Ok(Tally { count: row.get("count")?, worst: row.get("worst")?, latest: row.get("latest")? })
    }
}

/// The open alerts that are no drill's.
pub async fn open(tx: &mut Tx) -> Result<Tally> {
    let sql = "SELECT COUNT(*) AS count, COALESCE(MAX(level), 0) AS worst, MAX(heard_at) AS latest FROM alert
               WHERE tenant_id = $1 AND state = 'open' AND drill = 0";
    tx.one(sql, &[]).await
}
