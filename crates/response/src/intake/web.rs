use super::refusal::{Refusal, tell};
use super::{Inner, batch};
use ::store::Actor;
use axum::extract::{FromRequest, FromRequestParts, Query, Request, State};
use axum::http::request::Parts;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Json, Router};
use base::{CompanyId, DeviceId, Fact, Problem};
use customer::device;
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use wire::{Accepted, Answered, Batch, Enrolled, Enrolment, Heartbeat, Signed};

/// The most bytes that any request may carry.
const MOST_BYTES: usize = 1024 * 1024;
/// So many bytes of a request that is too large are let pass before the line is cut.
const PATIENCE: usize = 8 * MOST_BYTES;
/// Enrolments that fail from one address within a quarter of an hour.
const MOST_TRIES: i64 = 20;
/// A line waits so long at most for something to say, and looks up meanwhile how things stand: another process may have
/// been told.
const LONGEST_WAIT: u64 = 55;
const LOOK: Duration = Duration::from_secs(5);

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/v1/enrol", post(enrol))
        .route("/v1/heartbeat", post(heartbeat))
        .route("/v1/orders", get(orders))
        .route("/v1/bundle", get(bundle))
        .route("/v1/batch", post(take))
        .layer(from_fn_with_state(inner.clone(), tell))
        .with_state(inner)
}

/// The other end of a connection.
#[derive(Clone)]
pub(crate) struct Peer {
    pub address: IpAddr,
    /// Fingerprint of its certificate, which our authority signed.
    pub fingerprint: Option<String>,
}

/// Proof: a device that is watched, by its certificate.
pub(crate) struct Agent {
    pub company: CompanyId,
    pub device: DeviceId,
}

impl FromRequestParts<Arc<Inner>> for Agent {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, inner: &Arc<Inner>) -> Result<Agent, Refusal> {
        let peer = parts.extensions.get::<Peer>().cloned();
        known(inner, peer.and_then(|peer| peer.fingerprint).as_deref()).await
    }
}

async fn known(inner: &Inner, fingerprint: Option<&str>) -> Result<Agent, Refusal> {
    let fingerprint = fingerprint.ok_or(Refusal::NoCertificate)?;
    let mut all = inner.app.store.read_all().await?;
    let known = device::known(&mut all, fingerprint).await?.ok_or(Refusal::NoCertificate)?;
    if known.retired { Err(Refusal::Retired) } else { Ok(Agent { company: known.company, device: known.device }) }
}

/// The body of a request, whole. Above the limit it is refused, but only once it has been sent (within reason): an agent
/// that is still sending would not hear the refusal.
struct Whole(Vec<u8>);

impl FromRequest<Arc<Inner>> for Whole {
    type Rejection = Refusal;
    async fn from_request(request: Request, _: &Arc<Inner>) -> Result<Whole, Refusal> {
        let (mut body, mut whole, mut passed) = (request.into_body(), Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Refusal::Unreadable(error.to_string()))?;
            let Some(data) = frame.data_ref() else { continue };
            passed += data.len();
            if passed <= MOST_BYTES {
                whole.extend_from_slice(data);
            } else if passed > PATIENCE {
                break;
            }
        }
        if passed > MOST_BYTES { Err(Problem::TooLarge.into()) } else { Ok(Whole(whole)) }
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| Refusal::Unreadable(error.to_string().chars().take(300).collect()))
}

async fn enrol(
    State(inner): State<Arc<Inner>>,
    peer: axum::Extension<Peer>,
    Whole(bytes): Whole,
) -> Result<Json<Enrolled>, Refusal> {
    let what = format!("enrol:{}", peer.address);
    ::web::check_tries(&inner.app, &what, MOST_TRIES).await?;
    let enrolled = match read(&bytes) {
        Ok(enrolment) => add(&inner, &enrolment).await,
        Err(refusal) => Err(refusal),
    };
    match &enrolled {
        Ok(_) => ::web::forget_tries(&inner.app, &what).await?,
        Err(_) => ::web::count_try(&inner.app, &what).await?,
    }
    enrolled.map(Json)
}

/// Gives a new machine its certificate, for a code. Code, device and facts are one transaction.
async fn add(inner: &Inner, enrolment: &Enrolment) -> Result<Enrolled, Refusal> {
    let id = DeviceId::new();
    let mut all = inner.app.store.write_all().await?;
    let company = device::redeem(&mut all, &enrolment.code, &id).await?;
    let issued = inner.keys.issue(&enrolment.csr, id.as_str(), company.as_str()).map_err(|_| Refusal::NotSignable)?;
    let mut tx = all.at_company(company, Actor::Device(id.clone())).await?;
    let arrival =
        device::Arrival { id: id.clone(), machine: &enrolment.machine, fingerprint: issued.fingerprint, serial: issued.serial };
    device::enrol(&mut tx, &arrival).await?;
    tx.commit().await?;
    tracing::info!(device = %id, "device {id} enrolled");
    Ok(Enrolled {
        device: id.to_string(),
        certificate: issued.pem,
        authority: inner.keys.authority_pem().to_owned(),
        signer: hex::encode(inner.keys.signer.verifying_key().to_bytes()),
    })
}

async fn heartbeat(State(inner): State<Arc<Inner>>, agent: Agent, Whole(bytes): Whole) -> Result<Json<Answered>, Refusal> {
    let beat: Heartbeat = read(&bytes)?;
    let mut tx = inner.app.store.write(&agent.company, Actor::Device(agent.device.clone())).await?;
    device::heard(&mut tx, &agent.device, &beat).await?;
    tx.commit().await?;
    Ok(Json(answer(&inner, &agent).await?))
}

/// What there is to say to a device: the newest bundle's number, and its open orders, each signed.
async fn answer(inner: &Inner, agent: &Agent) -> Result<Answered, Refusal> {
    let mut tx = inner.app.store.read(&agent.company).await?;
    let orders = device::orders(&mut tx, &agent.device).await?;
    let orders =
        orders.iter().map(|order| wire::sign(&inner.keys.signer, order)).collect::<Result<_, _>>().map_err(Problem::internal)?;
    Ok(Answered { bundle: inner.number, orders })
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    bundle: u64,
    #[serde(default)]
    wait: u64,
}

/// A line that waits until there is something new to say, or the time is up.
async fn orders(
    State(inner): State<Arc<Inner>>,
    agent: Agent,
    peer: axum::Extension<Peer>,
    Query(asked): Query<Asked>,
) -> Result<Json<Answered>, Refusal> {
    let until = Instant::now() + Duration::from_secs(asked.wait.min(LONGEST_WAIT));
    let (mut facts, mut stopping) = (inner.app.store.listen(), inner.stopping.subscribe());
    loop {
        known(&inner, peer.fingerprint.as_deref()).await?;
        let new = device::has_new_orders(&mut inner.app.store.read(&agent.company).await?, &agent.device).await?;
        if new {
            let mut tx = inner.app.store.write(&agent.company, Actor::Device(agent.device.clone())).await?;
            device::give_orders(&mut tx, &agent.device).await?;
            tx.commit().await?;
        }
        if new || inner.number > asked.bundle || Instant::now() >= until || *stopping.borrow() {
            return Ok(Json(answer(&inner, &agent).await?));
        }
        let look = until.min(Instant::now() + LOOK);
        tokio::select! {
            () = sleep_until(look) => {}
            _ = stopping.changed() => {}
            () = concerns(&mut facts, &agent.device) => {}
        }
    }
}

/// Waits until a fact is told that a device's line waits for.
async fn concerns(facts: &mut tokio::sync::broadcast::Receiver<::store::Told>, id: &DeviceId) {
    use tokio::sync::broadcast::error::RecvError;
    loop {
        match facts.recv().await {
            Ok((_, fact)) => match &*fact {
                Fact::DrillOrdered { device } | Fact::CheckOrdered { device } | Fact::DeviceRetired { device }
                    if device == id =>
                {
                    return;
                }
                _ => {}
            },
            Err(RecvError::Lagged(_)) => return,
            // The store is closing; the timer ends the wait.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn bundle(State(inner): State<Arc<Inner>>, _agent: Agent) -> Json<Signed> {
    Json(inner.bundle.clone())
}

async fn take(State(inner): State<Arc<Inner>>, agent: Agent, Whole(bytes): Whole) -> Result<Json<Accepted>, Refusal> {
    let sent: Batch = read(&bytes)?;
    batch::take(&inner.app, &agent, &sent).await.map(Json)
}
