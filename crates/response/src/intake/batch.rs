use super::refusal::Refusal;
use super::web::Agent;
use crate::alert;
use ::store::{Actor, Tx};
use ::web::App;
use base::{DeviceId, Problem};
use customer::device::{self, rules::DrillResult};
use wire::{Accepted, Batch, Body, Item};

/// The most items that a batch may have.
const MOST_ITEMS: usize = 500;
/// The most names of a drill's acts or rules that are kept.
const MOST_NAMES: usize = 100;

/// Takes a batch: findings, telemetry, posture and the new high-water number, all in one transaction.
///
/// What was taken before is skipped, so sending twice is harmless. Refuses another device's batch (`forged`), items that do
/// not follow one another, and a gap before the first new one.
pub async fn take(app: &App, agent: &Agent, batch: &Batch) -> Result<Accepted, Refusal> {
    if batch.device != agent.device.as_str() {
        return Err(Refusal::Forged);
    }
    in_order(&batch.items)?;
    let mut tx = app.store.write(&agent.company, Actor::Device(agent.device.clone())).await?;
    let held = device::hold(&mut tx, &agent.device).await?;
    if held.retired {
        return Err(Refusal::Retired);
    }
    let fresh = new_items(&batch.items, held.up_to)?;
    let Some(last) = fresh.last() else {
        return Ok(Accepted { up_to: held.up_to });
    };
    let up_to = last.number;
    for item in fresh {
        take_item(&mut tx, &agent.device, item).await?;
    }
    if fresh.iter().any(|item| matches!(item.body, Body::Telemetry(_))) {
        device::forget_old_sightings(&mut tx, &agent.device).await?;
    }
    device::advance(&mut tx, &agent.device, up_to).await?;
    tx.commit().await?;
    Ok(Accepted { up_to })
}

/// Items count up by one, from 1 at the least.
pub fn in_order(items: &[Item]) -> Result<(), Refusal> {
    if items.len() > MOST_ITEMS {
        return Err(Refusal::TooMany);
    }
    let possible = |item: &Item| item.number > 0 && i64::try_from(item.number).is_ok();
    let follow = items.windows(2).all(|pair| matches!(pair, [one, next] if one.number.checked_add(1) == Some(next.number)));
    if follow && items.iter().all(possible) { Ok(()) } else { Err(Refusal::Disorder) }
}

/// The items after number `up_to`; a gap before the first of them is refused.
pub fn new_items(items: &[Item], up_to: u64) -> Result<&[Item], Refusal> {
    let at = items.iter().position(|item| item.number > up_to).unwrap_or(items.len());
    let fresh = items.get(at..).unwrap_or_default();
    match fresh.first() {
        Some(first) if first.number != up_to + 1 => Err(Refusal::Gap { up_to }),
        _ => Ok(fresh),
    }
}

async fn take_item(tx: &mut Tx, id: &DeviceId, item: &Item) -> Result<(), Problem> {
    match &item.body {
        Body::Finding(finding) => alert::take(tx, id, finding).await,
        Body::Telemetry(event) => device::saw(tx, id, item.number, event).await,
        Body::Posture(observations) => {
            device::check_ended(tx, id).await?;
            readiness::evidence::observe(tx, id, observations).await
        }
        Body::Lost { count } => device::lost(tx, id, *count).await,
        Body::DrillEnded { drill, acts, expected } => {
            let names =
                |names: &[String]| names.iter().take(MOST_NAMES).map(|name| device::rules::plain(name, 120)).collect::<Vec<_>>();
            let (acts, expected) = (names(acts), names(expected));
            let seen = alert::woken(tx, id, drill, &expected).await?;
            device::drill_ended(tx, id, &DrillResult { acts, expected, seen }).await
        }
    }
}
