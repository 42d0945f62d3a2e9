use super::rules::{CLAIM_DAYS, Level, State};
use super::{Alert, store};
use crate::detection::{Origin, Rules};
use ::web::{App, Lead, Member, Page, Piece, Result, Sent, Words, page};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Json, Router};
use base::*;
use serde::{Deserialize, Serialize};
use wire::Finding;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/alerts", get(list))
        .route("/alerts/latest", get(latest))
        .route("/alerts/{id}", get(show))
        .route("/alerts/{id}/state", get(standing))
        .route("/alerts/{id}/mine", post(mine))
        .route("/alerts/{id}/close", post(close))
        .route("/api/v1/alerts", get(api_list))
        .route("/api/v1/alerts/{id}", get(api_one))
}

/// What an alert is called: the rule's title in the reader's language, or the rule's own where we have no texts of it.
pub(crate) fn told_title(rules: &Rules, w: &Words, alert: &Alert) -> String {
    let told = rules.telling(&alert.name, w.lang).map(|told| told.title.clone());
    told.or_else(|| (!alert.title.is_empty()).then(|| alert.title.clone())).unwrap_or_else(|| alert.name.clone())
}

/// Which alerts a page shows, as its address says.
#[derive(Deserialize, Serialize, Clone, Default)]
#[serde(default)]
struct Filter {
    state: String,
    level: String,
    device: String,
    drill: String,
    q: String,
    sort: String,
    before: String,
}

impl Filter {
    /// The address of the same list with another value of one field.
    fn address(&self, path: &str, change: impl FnOnce(&mut Filter)) -> String {
        let mut other = self.clone();
        change(&mut other);
        let Filter { state, level, device, drill, q, sort, before } = &other;
        let fields = [
            ("state", state),
            ("level", level),
            ("device", device),
            ("drill", drill),
            ("q", q),
            ("sort", sort),
            ("before", before),
        ];
        let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn wanted(&self) -> store::Wanted<'_> {
        store::Wanted {
            state: match self.state.as_str() {
                "" => State::Open.name(),
                "all" => "",
                state => state,
            },
            level: Level::from_name(&self.level).map_or(0, Level::rank),
            device: &self.device,
            drill: match self.drill.as_str() {
                "yes" => 1,
                "no" => 0,
                _ => -1,
            },
        }
    }
}

/// How many alerts are looked through for a page, and shown on it.
const LOOKED_THROUGH: i64 = 500;
const SHOWN: usize = 100;

struct Line {
    alert: Alert,
    title: String,
    heard: String,
}

#[derive(Template)]
#[template(path = "alert/latest.html")]
struct Latest<'a> {
    w: &'a Words,
    lines: Vec<Line>,
    narrowed: bool,
    older: Option<String>,
}

async fn found<'a>(who: &'a Member, filter: &Filter) -> base::Result<Latest<'a>> {
    let (w, now) = (who.words(), who.now());
    let rules = who.content::<Rules>()?;
    let part = ::web::optional_line(&filter.q, 200).map_err(|code| Problem::invalid("q", code))?.to_lowercase();
    let alerts = store::some(&mut who.read().await?, &filter.wanted(), &filter.before, LOOKED_THROUGH).await?;
    let mut last = (alerts.len() >= 500).then(|| alerts.last().map(|alert| alert.id.to_string())).flatten();
    let lines =
        alerts.into_iter().map(|alert| Line { title: told_title(&rules, w, &alert), heard: w.ago(alert.heard, now), alert });
    let fits = |line: &Line| {
        let Line { alert, title, .. } = line;
        part.is_empty() || [title, &alert.host, &alert.name].iter().any(|text| text.to_lowercase().contains(&part))
    };
    let mut lines: Vec<Line> = lines.filter(fits).collect();
    if lines.len() > SHOWN && last.is_none() {
        last = lines.get(SHOWN - 1).map(|line| line.alert.id.to_string());
        lines.truncate(SHOWN);
    }
    match filter.sort.as_str() {
        "level" => lines.sort_by_key(|line| std::cmp::Reverse((line.alert.level, line.alert.heard))),
        "device" => lines.sort_by(|a, b| (&a.alert.host, b.alert.heard).cmp(&(&b.alert.host, a.alert.heard))),
        _ => lines.sort_by_key(|line| std::cmp::Reverse(line.alert.heard)),
    }
    let older = last.map(|last| filter.address("/alerts", |filter| filter.before = last));
    let narrowed = !(filter.address("", |filter| filter.state.clear())).is_empty();
    Ok(Latest { w, lines, narrowed, older })
}

#[derive(Template)]
#[template(path = "alert/list.html")]
struct List<'a> {
    w: &'a Words,
    latest: Latest<'a>,
    source: String,
    filter: Filter,
    tabs: Vec<(String, String, bool)>,
    levels: Vec<Level>,
    devices: Vec<(String, String)>,
}

async fn list(who: Member, Query(filter): Query<Filter>) -> Result<Page> {
    let w = who.words();
    let devices = customer::device::all(&mut who.read().await?).await?;
    let tab = |name: &str, key: &str| {
        let is_here = filter.state == name || (filter.state.is_empty() && name == "open");
        (filter.address("/alerts", |filter| (filter.state, filter.before) = (name.to_owned(), String::new())), w.t(key), is_here)
    };
    let mut tabs: Vec<_> = State::ALL.into_iter().map(|state| tab(state.name(), state.key())).collect();
    tabs.push(tab("all", "alert-state-all"));
    let show = List {
        w,
        latest: found(&who, &filter).await?,
        source: filter.address("/alerts/latest", |_| ()),
        tabs,
        levels: Level::ALL.into(),
        devices: devices.into_iter().map(|device| (device.id.to_string(), device.host)).collect(),
        filter,
    };
    page(&who.view, &w.t("alert-title"), &show)
}

async fn latest(who: Member, Query(filter): Query<Filter>) -> Result<Piece> {
    Ok(Html(found(&who, &filter).await?.render()?))
}

#[derive(Template)]
#[template(path = "alert/standing.html")]
struct Standing<'a> {
    w: &'a Words,
    alert: &'a Alert,
    times: String,
    quiet: Option<String>,
    may_act: bool,
    days: [i64; 3],
}

struct Happened {
    at: String,
    source: String,
    fields: Vec<(String, String)>,
}

struct Found {
    at: String,
    finding: Finding,
    events: Vec<Happened>,
}

#[derive(Template)]
#[template(path = "alert/show.html")]
struct Show<'a> {
    w: &'a Words,
    alert: &'a Alert,
    title: String,
    what: String,
    now: String,
    we: String,
    analyst: Option<String>,
    /// Of an imported rule: who wrote it and where it is from.
    origin: Vec<(String, String)>,
    standing: Standing<'a>,
    found: Vec<Found>,
    techniques: Vec<String>,
    may_see: bool,
}

async fn how_it_stands<'a>(who: &'a Member, alert: &'a Alert) -> base::Result<Standing<'a>> {
    let (w, now) = (who.words(), who.now());
    let quiet = store::quiet_until(&mut who.read().await?, &alert.id, now).await?;
    let times = [("count", alert.count.to_string()), ("first", w.moment(alert.first)), ("last", w.moment(alert.last))];
    Ok(Standing {
        w,
        alert,
        times: w.with("alert-times", &times),
        quiet: quiet.map(|until| w.n("alert-quiet-until", "until", w.moment(until))),
        may_act: who.as_lead().is_some(),
        days: CLAIM_DAYS,
    })
}

fn found_in(w: &Words, finding: Finding) -> Found {
    let happened = |event: &wire::Event| {
        let wire::Source { product, category, service } = &event.source;
        let source: Vec<&str> =
            [product, category, service].into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        Happened { at: w.moment(Moment(event.at)), source: source.join(" / "), fields: event.fields.clone() }
    };
    Found { at: w.moment(Moment(finding.at)), events: finding.events.iter().map(happened).collect(), finding }
}

/// `attack.t1110.001` is technique T1110.001 of MITRE ATT&CK.
fn technique(tag: &str) -> Option<String> {
    let name = tag.strip_prefix("attack.t").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(format!("T{name}"))
}

/// Who wrote an imported rule, where it is from, and why it is used as it is: label and text, empty ones left out.
pub(crate) fn origin_told(w: &Words, origin: &Origin) -> Vec<(String, String)> {
    let Origin { pack, rule } = origin;
    let level = |name: &str| Level::from_name(name).map_or_else(|| name.to_owned(), |level| w.t(level.key()));
    let used = match rule.level == rule.written {
        true => level(&rule.level),
        false => w.with("alert-origin-levelled", &[("written", level(&rule.written)), ("used", level(&rule.level))]),
    };
    let reasons = rule.reasons.iter().map(|reason| w.t(&format!("alert-origin-{}", reason.code())));
    let forecast = rule.forecast.map(|forecast| {
        let (findings, alerts) = (forecast.per_100k.to_string(), forecast.per_machine_week.to_string());
        w.with("alert-origin-forecast", &[("findings", findings), ("alerts", alerts)])
    });
    let imported = w.with("alert-origin-imported", &[("name", &pack.name), ("from", &pack.origin), ("at", &pack.imported)]);
    let licence = if rule.licence.is_empty() { &pack.licence } else { &rule.licence };
    let rows = [
        (w.t("alert-origin-title"), rule.title.clone()),
        (w.t("alert-origin-author"), rule.author.clone()),
        (w.t("alert-origin-licence"), licence.clone()),
        (w.t("alert-origin-pack"), imported),
        (w.t("alert-origin-references"), rule.references.join("\n")),
        (w.t("alert-origin-false"), rule.falsepositives.join("\n")),
        (w.t("alert-origin-status"), rule.status.clone()),
        (w.t("alert-origin-level"), [used].into_iter().chain(reasons).chain(forecast).collect::<Vec<_>>().join("\n")),
    ];
    rows.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect()
}

async fn show(who: Member, Path(id): Path<AlertId>) -> Result<Page> {
    let w = who.words();
    let rules = who.content::<Rules>()?;
    let mut tx = who.read().await?;
    let alert = store::find(&mut tx, &id).await?;
    let findings = store::findings(&mut tx, &id).await?;
    drop(tx);
    let told = rules.telling(&alert.name, w.lang);
    let say = |told: Option<&String>, key: &str| told.cloned().unwrap_or_else(|| w.t(key));
    let show = Show {
        w,
        title: told_title(&rules, w, &alert),
        what: say(told.map(|told| &told.what), "alert-untold-what"),
        now: say(told.map(|told| &told.now), "alert-untold-now"),
        we: say(told.map(|told| &told.we), "alert-untold-we"),
        analyst: told.map(|told| told.analyst.clone()),
        origin: rules.origin(&alert.rule).map(|origin| origin_told(w, origin)).unwrap_or_default(),
        standing: how_it_stands(&who, &alert).await?,
        found: findings.into_iter().map(|finding| found_in(w, finding)).collect(),
        techniques: alert.tags.iter().filter_map(|tag| technique(tag)).collect(),
        may_see: who.as_lead().is_some(),
        alert: &alert,
    };
    page(&who.view, &show.title, &show)
}

async fn standing(who: Member, Path(id): Path<AlertId>) -> Result<Piece> {
    let alert = store::find(&mut who.read().await?, &id).await?;
    Ok(Html(how_it_stands(&who, &alert).await?.render()?))
}

#[derive(Deserialize)]
struct Mine {
    days: String,
}

async fn mine(who: Lead, Path(id): Path<AlertId>, Sent(form): Sent<Mine>) -> Result<Redirect> {
    let days = form.days.parse().map_err(|_| Problem::invalid("days", "choose-one"))?;
    super::claim(&who, &id, days).await?;
    Ok(Redirect::to(&format!("/alerts/{id}")))
}

async fn close(who: Lead, Path(id): Path<AlertId>) -> Result<Redirect> {
    super::close(&who, &id).await?;
    Ok(Redirect::to("/alerts"))
}

/// An alert as programs read it.
#[derive(Serialize)]
struct Told {
    id: AlertId,
    device: DeviceId,
    host: String,
    rule: String,
    name: String,
    title: String,
    level: Level,
    tags: Vec<String>,
    state: State,
    drill: bool,
    count: i64,
    first_at: String,
    last_at: String,
    raised_at: String,
    incident: Option<IncidentId>,
}

fn told(rules: &Rules, w: &Words, alert: Alert) -> Told {
    Told {
        title: told_title(rules, w, &alert),
        first_at: alert.first.rfc3339(),
        last_at: alert.last.rfc3339(),
        raised_at: alert.raised.rfc3339(),
        id: alert.id,
        device: alert.device,
        host: alert.host,
        rule: alert.rule,
        name: alert.name,
        level: alert.level,
        tags: alert.tags,
        state: alert.state,
        drill: alert.drill,
        count: alert.count,
        incident: alert.incident,
    }
}

#[derive(Deserialize)]
struct Pages {
    #[serde(default)]
    state: String,
    #[serde(default)]
    level: String,
    /// The `next` of the page before.
    #[serde(default)]
    cursor: String,
    limit: Option<i64>,
}

/// A page of alerts, the latest raised first.
#[derive(Serialize)]
struct Listed {
    items: Vec<Told>,
    /// The cursor of the next page, while there is one.
    next: Option<AlertId>,
}

async fn api_list(who: Member, Query(asked): Query<Pages>) -> Result<Json<Listed>> {
    let limit = asked.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid("limit", "out-of-range").into());
    }
    if !asked.state.is_empty() && asked.state.parse::<State>().is_err() {
        return Err(Problem::invalid("state", "choose-one").into());
    }
    if !asked.cursor.is_empty() && asked.cursor.parse::<AlertId>().is_err() {
        return Err(Problem::invalid("cursor", "choose-one").into());
    }
    let level = Level::from_name(&asked.level).map_or(0, Level::rank);
    let wanted = store::Wanted { state: &asked.state, level, device: "", drill: -1 };
    let rules = who.content::<Rules>()?;
    let mut alerts = store::some(&mut who.read().await?, &wanted, &asked.cursor, limit + 1).await?;
    let more = usize::try_from(limit).is_ok_and(|limit| alerts.len() > limit);
    if more {
        alerts.pop();
    }
    let next = more.then(|| alerts.last().map(|alert| alert.id.clone())).flatten();
    Ok(Json(Listed { items: alerts.into_iter().map(|alert| told(&rules, who.words(), alert)).collect(), next }))
}

async fn api_one(who: Member, Path(id): Path<AlertId>) -> Result<Json<Told>> {
    let rules = who.content::<Rules>()?;
    let alert = store::find(&mut who.read().await?, &id).await?;
    Ok(Json(told(&rules, who.words(), alert)))
}
