//! Alerts: like findings on one device, folded into one thing that a person can act on.

mod letter;
pub mod rules;
mod store;
mod web;

#[cfg(test)]
mod tests;

pub use self::letter::letter;
pub use self::rules::{Level, State};
pub use self::store::Alert;
pub(crate) use self::web::origin_told;
pub use self::web::routes;
pub(crate) use self::web::told_title;

use self::rules::*;
use ::store::Tx;
use ::web::{Lead, Member};
use base::*;
use wire::Finding;

/// How calm it is, for the home page. Drills are not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calm {
    pub open_alerts: i64,
    /// The gravest of them.
    pub worst: Option<Level>,
    /// When the last of them was heard.
    pub latest: Option<Moment>,
}

/// How calm it is at the company now.
pub async fn calm(who: &Member) -> Result<Calm> {
    let open = store::open(&mut who.read().await?).await?;
    Ok(Calm { open_alerts: open.count, worst: (open.count > 0).then(|| Level::from_rank(open.worst)), latest: open.latest })
}

/// Takes a finding: a new alert, or one more in the alert that like findings were folded into.
pub async fn take(tx: &mut Tx, device: &DeviceId, finding: &Finding) -> Result<()> {
    let now = tx.now();
    let finding = bounded(finding, now);
    let level = Level::of_finding(&finding.level);
    let last = store::last(tx, device, &finding.rule, finding.drill.is_some()).await?;
    let whose = whose(&finding);
    let quiet =
        finding.drill.is_none() && store::quiets(tx, device, &finding.rule, now).await?.iter().any(|quiet| quiet.covers(&whose));
    let fold = fold(last.as_ref().map(|last| &last.past), quiet, level, finding.drill.as_deref(), now);
    match (last, fold) {
        (None, _) | (_, Fold::Raise) => raise(tx, device, finding, level).await,
        (Some(last), fold) => add_to(tx, last, finding, level, fold).await,
    }
}

async fn raise(tx: &mut Tx, device: &DeviceId, finding: Finding, level: Level) -> Result<()> {
    let id = AlertId::new();
    let (rule, drill) = (finding.name.clone(), finding.drill.is_some());
    let findings = serde_json::to_string(&[&finding]).map_err(Problem::internal)?;
    store::add(tx, &store::New { id: &id, device, finding: &finding, level, findings: &findings }).await?;
    tx.tell(Fact::AlertRaised { alert: id, device: device.clone(), rule, level: level.name().to_owned(), drill }).await
}

async fn add_to(tx: &mut Tx, last: store::Last, finding: Finding, level: Level, fold: Fold) -> Result<()> {
    let store::Last { id, past, findings } = last;
    let findings = serde_json::to_string(&kept(finding.clone(), findings)).map_err(Problem::internal)?;
    store::count(tx, &id, &finding, level, &findings).await?;
    match fold {
        Fold::Raise | Fold::Count => Ok(()),
        Fold::Repeat => tx.tell(Fact::AlertRepeated { alert: id }).await,
        Fold::Reopen => {
            store::set_state(tx, &id, past.state, State::Open, None).await?;
            tx.tell(Fact::AlertReopened { alert: id }).await
        }
    }
}

/// Which of the rules that a drill should wake it did wake; each is named by its file or its UUID.
pub async fn woken(tx: &mut Tx, device: &DeviceId, drill: &str, expected: &[String]) -> Result<Vec<String>> {
    let woken = store::woken_by(tx, device, drill).await?;
    let woke = |rule: &&String| woken.iter().any(|(uuid, name)| *rule == uuid || *rule == name);
    Ok(expected.iter().filter(woke).cloned().collect())
}

/// "That was me": the same rule on this device, by the same account and from the same source as far as they are known, is
/// recorded but quiet for so many days (1, 7 or 30).
pub async fn claim(who: &Lead, id: &AlertId, days: i64) -> Result<()> {
    if !CLAIM_DAYS.contains(&days) {
        return Err(Problem::invalid("days", "choose-one"));
    }
    let mut tx = who.write().await?;
    let alert = store::find(&mut tx, id).await?;
    let to = alert.state.after(Act::Claim)?;
    let whose = store::findings(&mut tx, id).await?.first().map(whose).unwrap_or_default();
    let until = tx.now().plus(days * Moment::DAY);
    store::set_state(&mut tx, id, alert.state, to, Some(&who.person)).await?;
    if !alert.drill {
        store::add_quiet(&mut tx, &alert, &whose, &who.person, until).await?;
    }
    tx.tell(Fact::AlertClaimed { alert: id.clone(), until: until.0 }).await?;
    tx.commit().await
}

/// Puts an alert away: it was looked at, and there is nothing more to do. A later finding opens it again.
pub async fn close(who: &Lead, id: &AlertId) -> Result<()> {
    let mut tx = who.write().await?;
    let alert = store::find(&mut tx, id).await?;
    store::set_state(&mut tx, id, alert.state, alert.state.after(Act::Close)?, Some(&who.person)).await?;
    tx.tell(Fact::AlertClosed { alert: id.clone() }).await?;
    tx.commit().await
}

/// One alert; `NotFound` where it is another company's.
pub async fn find(tx: &mut Tx, id: &AlertId) -> Result<Alert> {
    store::find(tx, id).await
}

/// Puts an alert into an incident, within the incident's transaction.
pub(crate) async fn join(tx: &mut Tx, id: &AlertId, incident: &IncidentId, by: &PersonId) -> Result<()> {
    let alert = store::find(tx, id).await?;
    store::set_state(tx, id, alert.state, alert.state.after(Act::Join)?, Some(by)).await?;
    store::set_incident(tx, id, incident).await
}

/// The alerts of an incident, in the order they were raised.
pub(crate) async fn of_incident(tx: &mut Tx, incident: &IncidentId) -> Result<Vec<Alert>> {
    store::of_incident(tx, incident).await
}

/// The open alerts, the latest raised first: what may be put into an incident.
pub(crate) async fn open_ones(tx: &mut Tx) -> Result<Vec<Alert>> {
    let wanted = store::Wanted { state: State::Open.name(), level: 0, device: "", drill: -1 };
    store::some(tx, &wanted, "", 50).await
}

/// With its incident, every alert of it is put away.
pub(crate) async fn close_with(tx: &mut Tx, incident: &IncidentId) -> Result<()> {
    store::set_state_in_incident(tx, incident, State::Closed).await
}

/// With its incident, every alert of it is taken up again.
pub(crate) async fn reopen_with(tx: &mut Tx, incident: &IncidentId) -> Result<()> {
    store::set_state_in_incident(tx, incident, State::InIncident).await
}
