use ::web::{App, Download, Lead, Owner, Page, Result, Words, download, page};
use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::response::Response;
use axum::routing::get;
use base::{Moment, Problem};
use ed25519_dalek::SigningKey;
use serde::Deserialize;
use std::collections::HashMap;
use store::{Entry, Seal};

/// The key that seals exports, on the shelf.
pub struct Sealing(pub SigningKey);

/// Entries on one page.
const PAGE: i64 = 50;

pub fn routes() -> Router<App> {
    Router::new().route("/ledger", get(show)).route("/ledger/export", get(export))
}

struct Line {
    seq: i64,
    when: String,
    who: String,
    what: String,
    hash: String,
}

#[derive(Template)]
#[template(path = "ledger/show.html")]
struct Show<'a> {
    w: &'a Words,
    lines: Vec<Line>,
    newer: Option<i64>,
    older: Option<i64>,
    key: String,
    may_export: bool,
}

#[derive(Deserialize)]
struct Upto {
    upto: Option<i64>,
}

async fn show(who: Lead, Query(asked): Query<Upto>) -> Result<Page> {
    let w = who.words();
    let app = &who.view.app;
    let mut tx = who.read().await?;
    let end = tx.maybe::<i64>("SELECT seq AS n FROM ledger WHERE tenant_id = $1", &[]).await?.unwrap_or(0);
    let upto = asked.upto.unwrap_or(end).clamp(0, end);
    let people: HashMap<String, String> =
        customer::people::list(&mut tx).await?.into_iter().map(|person| (format!("person:{}", person.id), person.name)).collect();
    let mut entries = app.store.ledger(&who.company, upto - PAGE, PAGE).await?;
    entries.retain(|entry| entry.seq <= upto);
    entries.reverse();
    let show = Show {
        w,
        lines: entries.iter().map(|entry| line(w, entry, &people)).collect(),
        newer: (upto < end).then(|| (upto + PAGE).min(end)),
        older: (upto > PAGE).then(|| upto - PAGE),
        key: hex::encode(app.shelf.get::<Sealing>()?.0.verifying_key().as_bytes()),
        may_export: who.role == ::web::Role::Owner,
    };
    page(&who.view, &w.t("ledger-title"), &show)
}

fn line(w: &Words, entry: &Entry, people: &HashMap<String, String>) -> Line {
    let key = entry.fact().map(|fact| format!("ledger-fact-{}", fact.name())).unwrap_or_default();
    let actor = match entry.actor.split(':').next() {
        Some("person") => people.get(&entry.actor).cloned().unwrap_or_else(|| w.t("ledger-somebody")),
        Some("device") => w.t("ledger-device"),
        _ => w.t("ledger-komainu"),
    };
    Line {
        seq: entry.seq,
        when: w.moment(Moment(entry.at)),
        who: actor,
        what: if w.has(&key) { w.t(&key) } else { key },
        hash: entry.hash.chars().take(12).collect(),
    }
}

/// The whole ledger of the company as JSON lines, sealed at the end: what `komainu verify` reads.
async fn export(who: Owner) -> Result<Response> {
    let app = &who.view.app;
    let sealing = app.shelf.get::<Sealing>()?;
    let (mut text, mut last) = (String::new(), None::<Entry>);
    loop {
        let entries = app.store.ledger(&who.company, last.as_ref().map_or(0, |entry| entry.seq), 5_000).await?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            text.push_str(&serde_json::to_string(&entry).map_err(Problem::internal)?);
            text.push('\n');
            last = Some(entry);
        }
    }
    let end = last.ok_or(Problem::NotFound)?;
    let key = hex::encode(sealing.0.verifying_key().as_bytes());
    let seal = Seal { company: end.company, first: 1, last: end.seq, hash: end.hash, made: who.now().0, key };
    text.push_str(&serde_json::to_string(&seal.sign(&sealing.0)?).map_err(Problem::internal)?);
    text.push('\n');
    let name = format!("komainu-ledger-{}.jsonl", who.today());
    Ok(download(Download { name, kind: "application/jsonl", bytes: text.into_bytes(), inline: false }))
}
