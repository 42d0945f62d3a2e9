use super::rules::{Measured, State, order_kind, order_name};
use ::store::{AllTx, Record, Row, Tx};
use base::*;
use wire::{Collector, Event, Machine, Order, OrderKind};

/// A watched machine.
#[derive(Debug, Clone)]
pub struct Device {
    pub id: DeviceId,
    pub host: String,
    pub os_name: String,
    pub kernel: String,
    pub arch: String,
    pub agent: String,
    pub enrolled: Moment,
    pub last_seen: Option<Moment>,
    pub retired: Option<Moment>,
    pub silent_since: Option<Moment>,
    pub bundle: i64,
    pub rules: i64,
    pub collectors: Vec<Collector>,
    pub memory: i64,
    pub cpu: i64,
    pub spool: i64,
    /// How far its clock was ahead of ours at the last heartbeat, in milliseconds.
    pub skew: i64,
    pub privileged: bool,
    /// Telemetry items that it had to give up so far.
    pub lost: i64,
}

impl Device {
    pub fn state(&self, now: Moment) -> State {
        State::of(self.last_seen.unwrap_or(self.enrolled), self.retired.is_some(), now)
    }
}

impl Record for Device {
    fn read(row: &Row) -> Result<Device> {
        Ok(Device {
            id: row.get("id")?,
            host: row.get("host")?,
            os_name: row.get("os_name")?,
            kernel: row.get("kernel")?,
            arch: row.get("arch")?,
            agent: row.get("agent")?,
            enrolled: row.get("enrolled_at")?,
            last_seen: row.get("last_seen")?,
            retired: row.get("retired_at")?,
            silent_since: row.get("silent_since")?,
            bundle: row.get("bundle")?,
            rules: row.get("rules")?,
            collectors: row.json("collectors")?,
            memory: row.get("memory")?,
            cpu: row.get("cpu")?,
            spool: row.get("spool")?,
            skew: row.get("skew")?,
            privileged: row.get("privileged")?,
            lost: row.get("lost")?,
        })
    }
}

/// Whose certificate it is.
#[derive(Debug, Clone)]
pub struct Known {
    pub company: CompanyId,
    pub device: DeviceId,
    pub retired: bool,
}

impl Record for Known {
    fn read(row: &Row) -> Result<Known> {
        let retired: Option<Moment> = row.get("retired_at")?;
        Ok(Known { company: row.get("tenant_id")?, device: row.get("id")?, retired: retired.is_some() })
    }
}

/// A device's row, held until the transaction ends.
#[derive(Debug, Clone)]
pub struct Held {
    /// Everything up to and with this number is kept.
    pub up_to: u64,
    pub retired: bool,
}

impl Record for Held {
    fn read(row: &Row) -> Result<Held> {
        let (up_to, retired): (i64, Option<Moment>) = (row.get("up_to")?, row.get("retired_at")?);
        Ok(Held { up_to: u64::try_from(up_to).unwrap_or(0), retired: retired.is_some() })
    }
}

pub struct Code {
    pub used: bool,
    pub device: Option<DeviceId>,
}

impl Record for Code {
    fn read(row: &Row) -> Result<Code> {
        let used: Option<Moment> = row.get("used_at")?;
        Ok(Code { used: used.is_some(), device: row.get("device_id")? })
    }
}

/// Something an agent saw.
#[derive(Debug, Clone)]
pub struct Sighting {
    pub number: i64,
    pub at: Moment,
    pub event: Event,
}

impl Record for Sighting {
    fn read(row: &Row) -> Result<Sighting> {
        Ok(Sighting { number: row.get("number")?, at: row.get("at")?, event: row.json("body")? })
    }
}

struct OrderRow(Order);

impl Record for OrderRow {
    fn read(row: &Row) -> Result<OrderRow> {
        let name: String = row.get("kind")?;
        let kind = order_kind(&name).ok_or_else(|| Problem::internal(format!("no order is called {name}")))?;
        Ok(OrderRow(Order { id: row.get("id")?, device: row.get("device_id")?, kind, expires: row.get("expires_at")? }))
    }
}

/// The last order of a kind, and what came of it.
#[derive(Debug, Clone)]
pub struct Ordered {
    pub made: Moment,
    pub expires: Moment,
    pub done: Option<Moment>,
    pub result: Option<String>,
}

impl Record for Ordered {
    fn read(row: &Row) -> Result<Ordered> {
        Ok(Ordered {
            made: row.get("made_at")?,
            expires: row.get("expires_at")?,
            done: row.get("done_at")?,
            result: row.get("result")?,
        })
    }
}

struct Silent(CompanyId, DeviceId);

impl Record for Silent {
    fn read(row: &Row) -> Result<Silent> {
        Ok(Silent(row.get("tenant_id")?, row.get("id")?))
    }
}

struct Name(DeviceId);

impl Record for Name {
    fn read(row: &Row) -> Result<Name> {
        row.get("id").map(Name)
    }
}

pub async fn all(tx: &mut Tx) -> Result<Vec<Device>> {
    let sql = "SELECT * FROM device WHERE tenant_id = $1
               ORDER BY CASE WHEN retired_at IS NULL THEN 0 ELSE 1 END, host, id LIMIT 1000";
    tx.all(sql, &[]).await
}

pub async fn find(tx: &mut Tx, id: &DeviceId) -> Result<Device> {
    tx.one("SELECT * FROM device WHERE tenant_id = $1 AND id = $2", &[id]).await
}

pub async fn known(all: &mut AllTx, fingerprint: &str) -> Result<Option<Known>> {
    all.maybe("SELECT tenant_id, id, retired_at FROM device WHERE fingerprint = $1", &[&fingerprint]).await
}

pub async fn hold(tx: &mut Tx, id: &DeviceId) -> Result<Held> {
    tx.one("UPDATE device SET up_to = up_to WHERE tenant_id = $1 AND id = $2 RETURNING up_to, retired_at", &[id]).await
}

pub async fn advance(tx: &mut Tx, id: &DeviceId, up_to: i64) -> Result<()> {
    tx.change("UPDATE device SET up_to = $3 WHERE tenant_id = $1 AND id = $2", &[id, &up_to]).await
}

pub async fn add_lost(tx: &mut Tx, id: &DeviceId, count: i64) -> Result<()> {
    // Two halves of the range at most: the sum cannot leave it.
    let sql = "UPDATE device SET lost = CASE WHEN lost > 4611686018427387903 THEN lost ELSE lost + $3 END WHERE tenant_id = $1 AND id = $2";
    tx.change(sql, &[id, &count]).await
}

pub async fn add(tx: &mut Tx, id: &DeviceId, machine: &Machine, fingerprint: &str, serial: &str) -> Result<()> {
    let sql =
        "INSERT INTO device (tenant_id, id, host, os, os_name, kernel, arch, machine, agent, fingerprint, serial, enrolled_at,
                   bundle, rules, collectors, memory, cpu, spool, skew, privileged, up_to, lost)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $11, 0, 0, '[]', 0, 0, 0, 0, 0, 0, 0)";
    let now = tx.now();
    let Machine { host, os, os_name, kernel, arch, machine } = machine;
    tx.run(sql, &[id, host, os, os_name, kernel, arch, machine, &fingerprint, &serial, &now]).await?;
    Ok(())
}

pub async fn same_machine(tx: &mut Tx, machine: &str) -> Result<Vec<DeviceId>> {
    let sql = "SELECT id FROM device WHERE tenant_id = $1 AND machine = $2 AND retired_at IS NULL";
    Ok(tx.all::<Name>(sql, &[&machine]).await?.into_iter().map(|Name(id)| id).collect())
}

pub async fn retire(tx: &mut Tx, id: &DeviceId) -> Result<()> {
    let now = tx.now();
    tx.change("UPDATE device SET retired_at = $3 WHERE tenant_id = $1 AND id = $2 AND retired_at IS NULL", &[id, &now]).await
}

pub async fn hear(tx: &mut Tx, id: &DeviceId, machine: &Machine, beat: &Measured, now: Moment) -> Result<()> {
    let sql = "UPDATE device SET host = $3, os_name = $4, kernel = $5, arch = $6, agent = $7, bundle = $8, rules = $9, collectors = $10,
                   memory = $11, cpu = $12, spool = $13, skew = $14, privileged = $15, last_seen = $16, silent_since = NULL
               WHERE tenant_id = $1 AND id = $2";
    let collectors = serde_json::to_string(&beat.collectors).map_err(Problem::internal)?;
    let skew = beat.at.saturating_sub(now.0);
    let Machine { host, os_name, kernel, arch, .. } = machine;
    tx.change(
        sql,
        &[
            id,
            host,
            os_name,
            kernel,
            arch,
            &beat.agent,
            &beat.bundle,
            &beat.rules,
            &collectors,
            &beat.memory,
            &beat.cpu,
            &beat.spool,
            &skew,
            &beat.privileged,
            &now,
        ],
    )
    .await
}

pub async fn silent(all: &mut AllTx, before: Moment) -> Result<Vec<(CompanyId, DeviceId)>> {
    let sql = "SELECT tenant_id, id FROM device WHERE retired_at IS NULL AND silent_since IS NULL
               AND COALESCE(last_seen, enrolled_at) < $1 ORDER BY id LIMIT 1000";
    Ok(all.all::<Silent>(sql, &[&before]).await?.into_iter().map(|Silent(company, device)| (company, device)).collect())
}

/// Marks the device, unless it was heard or told of meanwhile; when it was heard last.
pub async fn fall_silent(tx: &mut Tx, id: &DeviceId, before: Moment, now: Moment) -> Result<Option<i64>> {
    let sql =
        "UPDATE device SET silent_since = $4 WHERE tenant_id = $1 AND id = $2 AND retired_at IS NULL AND silent_since IS NULL
               AND COALESCE(last_seen, enrolled_at) < $3 RETURNING COALESCE(last_seen, enrolled_at) AS n";
    tx.maybe::<i64>(sql, &[id, &before, &now]).await
}

pub async fn add_code(tx: &mut Tx, id: &str, person: Option<&PersonId>, made: Moment, expires: Moment) -> Result<()> {
    tx.run("DELETE FROM device_code WHERE tenant_id = $1 AND expires_at < $2", &[&made.plus(-30 * Moment::DAY)]).await?;
    let sql = "INSERT INTO device_code (tenant_id, id, person_id, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    tx.run(sql, &[&id, &person.cloned(), &made, &expires]).await?;
    Ok(())
}

pub async fn use_code(all: &mut AllTx, id: &str, device: &DeviceId) -> Result<Option<String>> {
    let sql = "UPDATE device_code SET used_at = $2, device_id = $3 WHERE id = $1 AND used_at IS NULL AND expires_at > $2
               RETURNING tenant_id AS t";
    let now = all.now();
    all.maybe(sql, &[&id, &now, device]).await
}

pub async fn code(all: &mut AllTx, id: &str) -> Result<Option<Code>> {
    all.maybe("SELECT used_at, device_id FROM device_code WHERE id = $1", &[&id]).await
}

pub async fn own_code(tx: &mut Tx, id: &str) -> Result<Code> {
    tx.one("SELECT used_at, device_id FROM device_code WHERE tenant_id = $1 AND id = $2", &[&id]).await
}

pub async fn set_setting(all: &mut AllTx, name: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
    all.run(sql, &[&name, &value]).await?;
    Ok(())
}

pub async fn setting(all: &mut AllTx, name: &str) -> Result<Option<String>> {
    all.maybe("SELECT value AS t FROM setting WHERE name = $1", &[&name]).await
}

pub async fn add_sighting(tx: &mut Tx, id: &DeviceId, number: i64, at: Moment, kind: &str, body: &str) -> Result<()> {
    let sql = "INSERT INTO sighting (tenant_id, device_id, number, at, kind, body) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.run(sql, &[id, &number, &at, &kind, &body]).await?;
    Ok(())
}

pub async fn drop_sightings(tx: &mut Tx, id: &DeviceId, oldest: Moment, most: i64) -> Result<()> {
    let sql = "DELETE FROM sighting WHERE tenant_id = $1 AND device_id = $2 AND (at < $3 OR number <= COALESCE(
                   (SELECT number FROM sighting WHERE tenant_id = $1 AND device_id = $2 ORDER BY number DESC LIMIT 1 OFFSET $4), 0))";
    tx.run(sql, &[id, &oldest, &most]).await?;
    Ok(())
}

/// The latest sightings of a kind (or of all: empty) with `part` in their text (in any case of letters).
pub async fn sightings(tx: &mut Tx, id: &DeviceId, kind: &str, part: &str, most: i64) -> Result<Vec<Sighting>> {
    let sql = "SELECT number, at, body FROM sighting WHERE tenant_id = $1 AND device_id = $2 AND ($3 = '' OR kind = $3)
               AND LOWER(body) LIKE $4 ESCAPE '!' ORDER BY number DESC LIMIT $5";
    let part = part.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    tx.all(sql, &[id, &kind, &format!("%{part}%"), &most]).await
}

pub async fn add_order(
    tx: &mut Tx,
    id: &DeviceId,
    kind: OrderKind,
    person: Option<&PersonId>,
    made: Moment,
    expires: Moment,
) -> Result<()> {
    let sql = "INSERT INTO device_order (tenant_id, id, device_id, kind, person_id, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    tx.run(sql, &[&JobId::new(), id, &order_name(kind), &person.cloned(), &made, &expires]).await?;
    Ok(())
}

pub async fn open_orders(tx: &mut Tx, id: &DeviceId, now: Moment) -> Result<Vec<Order>> {
    let sql = "SELECT id, device_id, kind, expires_at FROM device_order
               WHERE tenant_id = $1 AND device_id = $2 AND done_at IS NULL AND expires_at > $3 ORDER BY id LIMIT 20";
    Ok(tx.all::<OrderRow>(sql, &[id, &now]).await?.into_iter().map(|OrderRow(order)| order).collect())
}

pub async fn new_orders(tx: &mut Tx, id: &DeviceId, now: Moment) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM device_order
               WHERE tenant_id = $1 AND device_id = $2 AND done_at IS NULL AND given_at IS NULL AND expires_at > $3";
    tx.one(sql, &[id, &now]).await
}

pub async fn give_orders(tx: &mut Tx, id: &DeviceId, now: Moment) -> Result<()> {
    let sql = "UPDATE device_order SET given_at = $3 WHERE tenant_id = $1 AND device_id = $2 AND given_at IS NULL";
    tx.run(sql, &[id, &now]).await?;
    Ok(())
}

pub async fn end_orders(tx: &mut Tx, id: &DeviceId, kind: OrderKind, now: Moment, result: Option<&str>) -> Result<u64> {
    let sql = "UPDATE device_order SET done_at = $4, result = $5
               WHERE tenant_id = $1 AND device_id = $2 AND kind = $3 AND done_at IS NULL AND made_at > $6";
    // A rehearsal may outlast its order's life by a little; one that was never begun is left as it is.
    let since = now.plus(-2 * super::rules::ORDER_LIFE);
    tx.run(sql, &[id, &order_name(kind), &now, &result.map(str::to_owned), &since]).await
}

pub async fn end_latest(tx: &mut Tx, id: &DeviceId, kind: OrderKind, now: Moment, result: &str) -> Result<()> {
    let sql = "UPDATE device_order SET done_at = $4, result = $5 WHERE tenant_id = $1 AND id = (
                   SELECT id FROM device_order WHERE tenant_id = $1 AND device_id = $2 AND kind = $3 ORDER BY id DESC LIMIT 1)";
    tx.change(sql, &[id, &order_name(kind), &now, &result]).await
}

pub async fn latest_order(tx: &mut Tx, id: &DeviceId, kind: OrderKind) -> Result<Option<Ordered>> {
    let sql = "SELECT made_at, expires_at, done_at, result FROM device_order
               WHERE tenant_id = $1 AND device_id = $2 AND kind = $3 ORDER BY id DESC LIMIT 1";
    tx.maybe(sql, &[id, &order_name(kind)]).await
}
