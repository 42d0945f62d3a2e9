use super::rules::{DrillResult, KINDS, SKEW_TOLD, State, collector_name, collector_tone, said};
use super::{Device, Titles, rules, store};
use ::web::{App, Lead, Member, Page, Piece, Result, Words, page};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use base::*;
use serde::Deserialize;
use wire::OrderKind;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/devices", get(list))
        .route("/devices/latest", get(latest))
        .route("/devices/add", get(ask).post(add))
        .route("/devices/add/waiting", get(waiting))
        .route("/devices/what-we-collect", get(collect))
        .route("/devices/{id}", get(show))
        .route("/devices/{id}/state", get(state))
        .route("/devices/{id}/sightings", get(sightings))
        .route("/devices/{id}/orders", get(orders))
        .route("/devices/{id}/drill", post(drill))
        .route("/devices/{id}/check", post(check))
        .route("/devices/{id}/retire", get(ask_retire).post(retire))
}

/// The word of a machine's code where the words know it, and otherwise the code itself.
fn word(w: &Words, prefix: &str, code: &str) -> String {
    let key = format!("{prefix}-{code}");
    if w.has(&key) { w.t(&key) } else { code.to_owned() }
}

struct Line {
    id: DeviceId,
    host: String,
    os: String,
    state: State,
    seen: String,
    eyes: String,
}

fn line(device: Device, w: &Words, now: Moment) -> Line {
    let full = device.collectors.iter().filter(|eye| eye.state == wire::CollectorState::Full).count();
    let eyes = [("full", full.to_string()), ("all", device.collectors.len().to_string())];
    Line {
        state: device.state(now),
        seen: device.last_seen.map_or_else(|| w.t("device-never-seen"), |at| w.ago(at, now)),
        eyes: if device.collectors.is_empty() { w.t("device-eyes-unknown") } else { w.with("device-eyes", &eyes) },
        id: device.id,
        host: device.host,
        os: device.os_name,
    }
}

#[derive(Template)]
#[template(path = "device/latest.html")]
struct Latest<'a> {
    w: &'a Words,
    devices: Vec<Line>,
}

#[derive(Template)]
#[template(path = "device/list.html")]
struct List<'a> {
    w: &'a Words,
    latest: Latest<'a>,
    may_add: bool,
}

async fn lines(who: &Member) -> base::Result<Latest<'_>> {
    let devices = store::all(&mut who.read().await?).await?;
    Ok(Latest { w: who.words(), devices: devices.into_iter().map(|device| line(device, who.words(), who.now())).collect() })
}

async fn list(who: Member) -> Result<Page> {
    let show = List { w: who.words(), latest: lines(&who).await?, may_add: who.as_lead().is_some() };
    page(&who.view, &who.words().t("device-title"), &show)
}

async fn latest(who: Member) -> Result<Piece> {
    Ok(Html(lines(&who).await?.render()?))
}

#[derive(Template)]
#[template(path = "device/add.html")]
struct Add<'a> {
    w: &'a Words,
    /// The invitation line and the name of its code, once it is made.
    made: Option<(String, String)>,
}

async fn ask(who: Lead) -> Result<Page> {
    page(&who.view, &who.words().t("device-add-title"), &Add { w: who.words(), made: None })
}

async fn add(who: Lead) -> Result<Page> {
    let made = super::invite(&who).await?;
    page(&who.view, &who.words().t("device-add-title"), &Add { w: who.words(), made: Some(made) })
}

#[derive(Deserialize)]
struct OfCode {
    code: String,
}

#[derive(Template)]
#[template(path = "device/waiting.html")]
struct Waiting<'a> {
    w: &'a Words,
    came: Option<Device>,
}

async fn waiting(who: Lead, Query(of): Query<OfCode>) -> Result<Piece> {
    let mut tx = who.read().await?;
    let came = match store::own_code(&mut tx, &of.code).await?.device {
        Some(id) => Some(store::find(&mut tx, &id).await?),
        None => None,
    };
    Ok(Html(Waiting { w: who.words(), came }.render()?))
}

#[derive(Template)]
#[template(path = "device/collect.html")]
struct Collect<'a> {
    w: &'a Words,
}

async fn collect(who: Member) -> Result<Page> {
    page(&who.view, &who.words().t("device-collect-title"), &Collect { w: who.words() })
}

struct Eye {
    name: String,
    tone: &'static str,
    state: String,
    way: String,
    why: String,
}

#[derive(Template)]
#[template(path = "device/state.html")]
struct Standing<'a> {
    w: &'a Words,
    device: &'a Device,
    state: State,
    seen: String,
    memory: String,
    skew: Option<String>,
    newest: i64,
    eyes: Vec<Eye>,
}

#[derive(Template)]
#[template(path = "device/show.html")]
struct Show<'a> {
    w: &'a Words,
    device: &'a Device,
    standing: Standing<'a>,
    may_order: bool,
    orders: Orders<'a>,
    sightings: Sightings<'a>,
    kinds: Vec<(&'static str, String)>,
    filter: Filter,
}

fn eyes(device: &Device, w: &Words) -> Vec<Eye> {
    let eye = |eye: &wire::Collector| Eye {
        name: word(w, "device-eye", &eye.name),
        tone: collector_tone(eye.state),
        state: w.t(&format!("device-eye-state-{}", collector_name(eye.state))),
        way: word(w, "device-way", &eye.way),
        why: if eye.why.is_empty() { String::new() } else { word(w, "device-why", &eye.why) },
    };
    device.collectors.iter().map(eye).collect()
}

async fn standing<'a>(who: &'a Member, device: &'a Device) -> base::Result<Standing<'a>> {
    let (w, now) = (who.words(), who.now());
    let newest = store::setting(&mut who.view.app.store.read_all().await?, "bundle-number").await?;
    let minutes = (device.skew.abs() / Moment::MINUTE).to_string();
    let way = if device.skew > 0 { "device-clock-ahead" } else { "device-clock-behind" };
    Ok(Standing {
        w,
        device,
        state: device.state(now),
        seen: device.last_seen.map_or_else(|| w.t("device-never-seen"), |at| w.ago(at, now)),
        memory: format!("{:.1} MB", device.memory as f64 / 1_048_576.0),
        skew: (device.skew.abs() > SKEW_TOLD).then(|| w.n(way, "minutes", minutes)),
        newest: newest.and_then(|number| number.parse().ok()).unwrap_or(0),
        eyes: eyes(device, w),
    })
}

async fn show(who: Member, Path(id): Path<DeviceId>, Query(filter): Query<Filter>) -> Result<Page> {
    let device = store::find(&mut who.read().await?, &id).await?;
    let w = who.words();
    let may_order = who.as_lead().is_some();
    let kinds = KINDS.into_iter().map(|kind| (kind, w.t(&format!("device-kind-{kind}")))).collect();
    let sightings =
        if may_order { seen(&who, &device, &filter).await? } else { Sightings { w, seen: Vec::new(), narrowed: false } };
    let (orders, standing) = (ordered(&who, &device).await?, standing(&who, &device).await?);
    let show = Show { w, device: &device, standing, may_order, orders, sightings, kinds, filter };
    page(&who.view, &device.host, &show)
}

async fn state(who: Member, Path(id): Path<DeviceId>) -> Result<Piece> {
    let device = store::find(&mut who.read().await?, &id).await?;
    Ok(Html(standing(&who, &device).await?.render()?))
}

#[derive(Deserialize, Default)]
struct Filter {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    q: String,
}

struct Seen {
    at: String,
    what: String,
    fields: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "device/sightings.html")]
struct Sightings<'a> {
    w: &'a Words,
    seen: Vec<Seen>,
    narrowed: bool,
}

/// How many sightings a page shows; a search finds the others.
const SHOWN: i64 = 50;

async fn seen<'a>(who: &'a Member, device: &Device, filter: &Filter) -> base::Result<Sightings<'a>> {
    let w = who.words();
    let part = ::web::optional_line(&filter.q, 200).map_err(|code| Problem::invalid("q", code))?;
    let found = store::sightings(&mut who.read().await?, &device.id, &filter.kind, &part, SHOWN).await?;
    let seen = found.into_iter().map(|sighting| {
        let (name, values) = said(&sighting.event);
        let fields = sighting.event.fields.iter().map(|(name, value)| (rules::plain(name, 60), rules::plain(value, 400)));
        Seen { at: w.moment(sighting.at), what: w.with(&format!("device-saw-{name}"), &values), fields: fields.collect() }
    });
    Ok(Sightings { w, seen: seen.collect(), narrowed: !(filter.kind.is_empty() && part.is_empty()) })
}

async fn sightings(who: Lead, Path(id): Path<DeviceId>, Query(filter): Query<Filter>) -> Result<Piece> {
    let who = Member::from(who);
    let device = store::find(&mut who.read().await?, &id).await?;
    Ok(Html(seen(&who, &device, &filter).await?.render()?))
}

#[derive(Template)]
#[template(path = "device/orders.html")]
struct Orders<'a> {
    w: &'a Words,
    device: &'a DeviceId,
    drill: String,
    woke: Vec<(String, bool)>,
    check: String,
}

/// How an order stands, in words: never given, waiting, done, or not taken up in time.
fn progress(w: &Words, kind: &str, order: Option<&store::Ordered>, now: Moment) -> String {
    match order {
        None => w.t(&format!("device-{kind}-never")),
        Some(store::Ordered { done: Some(at), .. }) => w.n(&format!("device-{kind}-done"), "ago", w.ago(*at, now)),
        Some(order) if order.expires > now => w.n(&format!("device-{kind}-waiting"), "ago", w.ago(order.made, now)),
        Some(order) => w.n(&format!("device-{kind}-expired"), "ago", w.ago(order.made, now)),
    }
}

async fn ordered<'a>(who: &'a Member, device: &'a Device) -> base::Result<Orders<'a>> {
    let mut tx = who.read().await?;
    let drill = store::latest_order(&mut tx, &device.id, OrderKind::Drill).await?;
    let check = store::latest_order(&mut tx, &device.id, OrderKind::Check).await?;
    let result =
        drill.as_ref().and_then(|order| order.result.as_deref()).and_then(|text| serde_json::from_str::<DrillResult>(text).ok());
    let result = result.unwrap_or_default();
    let (w, now) = (who.words(), who.now());
    let titles = who.content::<Titles>()?;
    let title = |rule: &String| titles.0.get(rule).map_or_else(|| rule.clone(), |title| title.to(w.lang).to_owned());
    let woke = result.expected.iter().map(|rule| (title(rule), result.seen.contains(rule))).collect();
    Ok(Orders {
        w,
        device: &device.id,
        drill: progress(w, "drill", drill.as_ref(), now),
        woke,
        check: progress(w, "check", check.as_ref(), now),
    })
}

async fn orders(who: Member, Path(id): Path<DeviceId>) -> Result<Piece> {
    let device = store::find(&mut who.read().await?, &id).await?;
    Ok(Html(ordered(&who, &device).await?.render()?))
}

async fn drill(who: Lead, Path(id): Path<DeviceId>) -> Result<Redirect> {
    super::order_drill(&who, &id).await?;
    Ok(Redirect::to(&format!("/devices/{id}#orders")))
}

async fn check(who: Lead, Path(id): Path<DeviceId>) -> Result<Redirect> {
    super::order_check(&who, &id).await?;
    Ok(Redirect::to(&format!("/devices/{id}#orders")))
}

#[derive(Template)]
#[template(path = "device/retire.html")]
struct Retire<'a> {
    w: &'a Words,
    device: &'a Device,
}

async fn ask_retire(who: Lead, Path(id): Path<DeviceId>) -> Result<Page> {
    let device = store::find(&mut who.read().await?, &id).await?;
    page(&who.view, &who.words().n("device-retire-title", "host", &device.host), &Retire { w: who.words(), device: &device })
}

async fn retire(who: Lead, Path(id): Path<DeviceId>) -> Result<Redirect> {
    super::retire(&who, &id).await?;
    Ok(Redirect::to("/devices"))
}
