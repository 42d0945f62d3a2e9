//! Devices: the machines that are watched. How one comes to us, what it says of itself, what it saw, what it is asked to
//! do, and when it falls silent.

mod letter;
pub mod rules;
mod store;
mod web;

#[cfg(test)]
mod tests;

pub use self::letter::letter;
pub use self::rules::{Door, State};
pub use self::store::{Device, Held, Known, Sighting};
pub use self::web::routes;

use self::rules::*;
use ::store::{Actor, AllTx, Store, Tx};
use ::web::{Lead, Member};
use base::*;
use rand::RngCore as _;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use wire::{Event, Heartbeat, Machine, Order, OrderKind};

/// What the rules of the watch are called, by their file names: who reads the rules puts it on the shelf.
#[derive(Debug, Default)]
pub struct Titles(pub BTreeMap<String, Said>);

/// How the watch stands, for the home page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Machines that are watched (not retired).
    pub devices: i64,
    /// Those of them that were heard from within the last minutes.
    pub awake: i64,
    /// When the last of them was heard.
    pub last_seen: Option<Moment>,
}

/// How the watch of the company stands now.
pub async fn watch(who: &Member) -> Result<Watch> {
    let devices = store::all(&mut who.read().await?).await?;
    let watched: Vec<&Device> = devices.iter().filter(|device| device.retired.is_none()).collect();
    let awake = watched.iter().filter(|device| device.state(who.now()) == State::Watching).count();
    Ok(Watch {
        devices: i64::try_from(watched.len()).unwrap_or(i64::MAX),
        awake: i64::try_from(awake).unwrap_or(i64::MAX),
        last_seen: watched.iter().filter_map(|device| device.last_seen).max(),
    })
}

/// The devices of a company, the watched ones first.
pub async fn all(tx: &mut Tx) -> Result<Vec<Device>> {
    store::all(tx).await
}

/// One device; `NotFound` where it is another company's.
pub async fn find(tx: &mut Tx, id: &DeviceId) -> Result<Device> {
    store::find(tx, id).await
}

/// Makes a one-time code that enrols one machine of the company within a day.
///
/// Only its hash is kept, so it can be shown once. The program itself makes one for the machine that it runs on (`None`).
pub async fn make_code(tx: &mut Tx, person: Option<&PersonId>) -> Result<String> {
    let mut code = [0; 24];
    rand::rng().fill_bytes(&mut code);
    let code = hex::encode(code);
    let now = tx.now();
    store::add_code(tx, &code_id(&code), person, now, now.plus(CODE_LIFE)).await?;
    let role = if person.is_some() { "person" } else { "system" };
    tx.tell(Fact::EnrolmentCodeMade { role: role.to_owned() }).await?;
    Ok(code)
}

/// The name under which a code is kept.
fn code_id(code: &str) -> String {
    hex::encode(Sha256::digest(code.as_bytes()))
}

/// Says where agents find the server and how they know it, and that the door has just been opened. The intake calls it at
/// start; pages read it.
pub async fn set_door(store: &Store, door: &Door) -> Result<()> {
    let mut all = store.write_all().await?;
    let (text, now) = (serde_json::to_string(door).map_err(Problem::internal)?, all.now());
    store::set_setting(&mut all, "agent-door", &text).await?;
    store::set_setting(&mut all, "agent-door-opened", &now.0.to_string()).await?;
    all.commit().await
}

/// Where agents find the server; refused (`device-no-door`) where the intake was never started on this data.
pub async fn door(store: &Store) -> Result<Door> {
    let text = store::setting(&mut store.read_all().await?, "agent-door").await?;
    let door = text.and_then(|text| serde_json::from_str(&text).ok());
    door.ok_or_else(|| Problem::refused("device-no-door"))
}

/// An invitation line for one more machine, shown once, with the name of its code.
pub async fn invite(who: &Lead) -> Result<(String, String)> {
    let app = &who.view.app;
    let what = format!("device-code:{}", who.company);
    ::web::check_tries(app, &what, MOST_CODES).await?;
    let door = door(&app.store).await?;
    ::web::count_try(app, &what).await?;
    let mut tx = who.write().await?;
    let code = make_code(&mut tx, Some(&who.person)).await?;
    tx.commit().await?;
    Ok((door.invitation_line(&code), code_id(&code)))
}

/// Takes a code for a new device: whose company it enrols at.
///
/// Refuses one that is not known, was used, or is older than a day, each with its own code. The transaction keeps the use
/// only when the enrolment is kept.
pub async fn redeem(all: &mut AllTx, code: &str, device: &DeviceId) -> Result<CompanyId> {
    let id = code_id(code);
    if let Some(company) = store::use_code(all, &id, device).await? {
        return CompanyId::try_from(company).map_err(Problem::internal);
    }
    Err(match store::code(all, &id).await? {
        None => Problem::refused("device-code-unknown"),
        Some(code) if code.used => Problem::refused("device-code-used"),
        Some(_) => Problem::refused("device-code-expired"),
    })
}

/// A machine that has just been given its certificate.
pub struct Arrival<'a> {
    pub id: DeviceId,
    pub machine: &'a Machine,
    /// SHA-256 of the certificate, hex.
    pub fingerprint: String,
    pub serial: String,
}

/// Adds a device. An older enrolment of the same machine at the same company is retired: it was superseded.
pub async fn enrol(tx: &mut Tx, arrival: &Arrival<'_>) -> Result<()> {
    let machine = trimmed(arrival.machine);
    if !machine.machine.is_empty() {
        for old in store::same_machine(tx, &machine.machine).await? {
            store::retire(tx, &old).await?;
            tx.tell(Fact::DeviceRetired { device: old }).await?;
        }
    }
    store::add(tx, &arrival.id, &machine, &arrival.fingerprint, &arrival.serial).await?;
    tx.tell(Fact::DeviceEnrolled { device: arrival.id.clone(), host: machine.host }).await
}

/// Which device holds a certificate, over all companies.
pub async fn known(all: &mut AllTx, fingerprint: &str) -> Result<Option<Known>> {
    store::known(all, fingerprint).await
}

/// Takes a heartbeat. A device that had fallen silent is back.
pub async fn heard(tx: &mut Tx, id: &DeviceId, beat: &Heartbeat) -> Result<()> {
    let device = store::find(tx, id).await?;
    let machine = trimmed(&beat.machine);
    store::hear(tx, id, &machine, &measured(beat), tx.now()).await?;
    if device.silent_since.is_some() {
        tx.tell(Fact::DeviceCameBack { device: id.clone() }).await?;
    }
    Ok(())
}

/// Takes hold of a device's row until the transaction ends, so that two batches of it follow one another.
pub async fn hold(tx: &mut Tx, id: &DeviceId) -> Result<Held> {
    store::hold(tx, id).await
}

/// Everything up to and with this number is kept.
pub async fn advance(tx: &mut Tx, id: &DeviceId, up_to: u64) -> Result<()> {
    store::advance(tx, id, i64::try_from(up_to).unwrap_or(i64::MAX)).await
}

/// Keeps what an agent saw that was no finding.
pub async fn saw(tx: &mut Tx, id: &DeviceId, number: u64, event: &Event) -> Result<()> {
    let body = serde_json::to_string(event).map_err(Problem::internal)?;
    let at = Moment(event.at.min(tx.now().0));
    store::add_sighting(tx, id, i64::try_from(number).unwrap_or(i64::MAX), at, kind(&event.source), &body).await
}

/// Drops the sightings of a device beyond the latest 2,000, and those older than 14 days.
pub async fn forget_old_sightings(tx: &mut Tx, id: &DeviceId) -> Result<()> {
    let oldest = tx.now().plus(-SIGHTINGS_KEPT);
    store::drop_sightings(tx, id, oldest, MOST_SIGHTINGS).await
}

/// The agent's spool was full, and so many telemetry items were given up.
pub async fn lost(tx: &mut Tx, id: &DeviceId, count: u64) -> Result<()> {
    let count = i64::try_from(count).unwrap_or(i64::MAX / 2).min(i64::MAX / 2);
    store::add_lost(tx, id, count).await?;
    tx.tell(Fact::TelemetryLost { device: id.clone(), count }).await
}

/// Orders to a device that are neither done nor expired.
pub async fn orders(tx: &mut Tx, id: &DeviceId) -> Result<Vec<Order>> {
    let now = tx.now();
    store::open_orders(tx, id, now).await
}

/// Orders to a device that it was not yet given on a waiting line; from here on they count as given.
///
/// An order stays open until it is carried out, so that a lost answer does not lose it: the next heartbeat carries it again.
pub async fn give_orders(tx: &mut Tx, id: &DeviceId) -> Result<()> {
    let now = tx.now();
    store::give_orders(tx, id, now).await
}

/// Is there an order that the device was not yet given?
pub async fn has_new_orders(tx: &mut Tx, id: &DeviceId) -> Result<bool> {
    let now = tx.now();
    Ok(store::new_orders(tx, id, now).await? > 0)
}

/// Asks a device to rehearse. Refused (`device-busy`) while the last rehearsal has not ended.
pub async fn order_drill(who: &Lead, id: &DeviceId) -> Result<()> {
    order(who, id, OrderKind::Drill, Fact::DrillOrdered { device: id.clone() }).await
}

/// Asks a device to check its own state now.
pub async fn order_check(who: &Lead, id: &DeviceId) -> Result<()> {
    order(who, id, OrderKind::Check, Fact::CheckOrdered { device: id.clone() }).await
}

async fn order(who: &Lead, id: &DeviceId, kind: OrderKind, fact: Fact) -> Result<()> {
    let mut tx = who.write().await?;
    let device = store::find(&mut tx, id).await?;
    if device.retired.is_some() {
        return Err(Problem::refused("device-retired"));
    }
    let now = tx.now();
    if store::open_orders(&mut tx, id, now).await?.iter().any(|open| open.kind == kind) {
        return Err(Problem::refused("device-busy"));
    }
    store::add_order(&mut tx, id, kind, Some(&who.person), now, now.plus(ORDER_LIFE)).await?;
    tx.tell(fact).await?;
    tx.commit().await
}

/// A rehearsal ended: its order, if there was one, is done, and what came of it is kept. `seen` are the rules that woke.
pub async fn drill_ended(tx: &mut Tx, id: &DeviceId, result: &DrillResult) -> Result<()> {
    let now = tx.now();
    let text = serde_json::to_string(result).map_err(Problem::internal)?;
    if store::end_orders(tx, id, OrderKind::Drill, now, Some(&text)).await? == 0 {
        store::add_order(tx, id, OrderKind::Drill, None, now, now).await?;
        store::end_latest(tx, id, OrderKind::Drill, now, &text).await?;
    }
    let count = |names: &[String]| i64::try_from(names.len()).unwrap_or(i64::MAX);
    tx.tell(Fact::DrillEnded { device: id.clone(), acts: count(&result.acts), seen: count(&result.seen) }).await
}

/// What was found about the machine's state has arrived: the order to check, if there was one, is done.
pub async fn check_ended(tx: &mut Tx, id: &DeviceId) -> Result<()> {
    let now = tx.now();
    store::end_orders(tx, id, OrderKind::Check, now, None).await?;
    Ok(())
}

/// Takes a device out of the watch. Its certificate opens nothing from here on; what it sent is kept.
pub async fn retire(who: &Lead, id: &DeviceId) -> Result<()> {
    let mut tx = who.write().await?;
    if store::find(&mut tx, id).await?.retired.is_some() {
        return Err(Problem::refused("device-retired"));
    }
    store::retire(&mut tx, id).await?;
    tx.tell(Fact::DeviceRetired { device: id.clone() }).await?;
    tx.commit().await
}

/// Finds devices of all companies that have said nothing for three minutes, and tells each once. How many there were.
///
/// For a periodic job. Nobody is told within three minutes of the door's opening: our own absence is not taken for theirs.
pub async fn find_silent(store: &Store, now: Moment) -> Result<usize> {
    let before = now.plus(-SILENCE);
    let mut all = store.read_all().await?;
    let opened = store::setting(&mut all, "agent-door-opened").await?.and_then(|text| text.parse().ok()).map(Moment);
    if opened.is_some_and(|opened| opened > before) {
        return Ok(0);
    }
    let silent = store::silent(&mut all, before).await?;
    drop(all);
    let mut told = 0;
    for (company, device) in silent {
        let mut tx = store.write(&company, Actor::System).await?;
        if let Some(last_seen) = store::fall_silent(&mut tx, &device, before, now).await? {
            tx.tell(Fact::DeviceFellSilent { device, last_seen }).await?;
            tx.commit().await?;
            told += 1;
        }
    }
    Ok(told)
}
