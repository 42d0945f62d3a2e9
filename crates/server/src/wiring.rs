//! Puts the slices together: content on the shelf, routes behind the guards, what runs by the clock.

use crate::config::Config;
use crate::ledger::web::Sealing;
use crate::{home, ledger};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use base::Lang;
use ed25519_dalek::SigningKey;
use pack::Pack;
use response::recording::Taking;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{Place, Store};
use web::{App, Book, Content, Mail, Shelf, Site};

/// Where the configuration says that things are kept.
pub fn place(config: &Config, data: &Path) -> Place {
    match &config.database {
        Some(url) => Place::Postgres { url: url.clone(), files: data.to_owned() },
        None => Place::Dir(data.to_owned()),
    }
}

/// The app: the store, the words, the content of every slice, the way to the mail server.
///
/// Refuses content with faults: a page with a hole in it helps nobody. A pack that cannot be used is left out and told.
pub fn app(
    store: Store,
    content: &Content,
    config: &Config,
    origin: String,
    sealing: SigningKey,
    packs: &[Pack],
) -> anyhow::Result<App> {
    let (words, word_faults) = Book::of(content);
    let (mut shelf, mut faults) = shelf(content);
    faults.extend(word_faults.iter().map(ToString::to_string));
    anyhow::ensure!(faults.is_empty(), "the content has {} faults; the first: {}", faults.len(), faults[0]);
    for fault in response::fill_packs(&mut shelf, content, packs) {
        tracing::warn!("an imported rule is left out: {fault}");
    }
    shelf.put(Sealing(sealing));
    shelf.put(Taking::new(config.recordings.limits()));
    let mail = config.mail.as_ref().map(Mail::new).transpose()?;
    let site = Site { origin, version: env!("CARGO_PKG_VERSION") };
    Ok(App { store, words: Arc::new(words), shelf: Arc::new(shelf), site: Arc::new(site), mail })
}

/// Everything that slices have read, and every fault in it.
fn shelf(content: &Content) -> (Shelf, Vec<String>) {
    let mut shelf = Shelf::default();
    let faults = fill(&mut shelf, content);
    (shelf, faults)
}

/// Puts the content of every slice on the shelf; every fault in it.
pub fn fill(shelf: &mut Shelf, content: &Content) -> Vec<String> {
    let mut faults = customer::fill(shelf, content);
    faults.extend(readiness::fill(shelf, content));
    faults.extend(response::fill(shelf, content));
    match paper::Press::new() {
        Ok(press) => shelf.put(press),
        Err(fault) => faults.push(fault.to_string()),
    }
    faults
}

/// Every fault of the content: what cannot be read, what is said in one language only, editions that were changed.
pub fn content_faults(content: &Content) -> Vec<String> {
    let (_, words) = Book::of(content);
    let (_, mut faults) = shelf(content);
    faults.extend(words.iter().map(ToString::to_string));
    faults.extend(readiness::content::faults(content));
    for lang in Lang::ALL {
        if content.list(&format!("words/{}/", lang.code())).is_empty() {
            faults.push(format!("there are no words in {}", lang.code()));
        }
    }
    faults.sort();
    faults.dedup();
    faults
}

/// The whole portal, behind its guards.
pub fn router(app: App) -> Router {
    web::shielded(routes().merge(web::routes()), app)
}

/// The routes of every slice.
pub fn routes() -> Router<App> {
    Router::new()
        .merge(home::web::routes())
        .merge(ledger::web::routes())
        .merge(customer::routes())
        .merge(readiness::routes())
        .merge(response::routes())
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
}

/// Ready while the store answers.
async fn ready(State(app): State<App>) -> (StatusCode, Json<serde_json::Value>) {
    let answer = async { app.store.read_all().await?.one::<i64>("SELECT 1 AS n", &[]).await }.await;
    let status = if answer.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "store": app.store.kind(), "ready": answer.is_ok() })))
}

/// What is looked after by the clock.
pub async fn periodic(app: App) {
    let mut tick = tokio::time::interval(Duration::from_secs(20));
    loop {
        tick.tick().await;
        if let Err(problem) = customer::device::find_silent(&app.store, app.store.clock().now()).await {
            tracing::error!("silent devices cannot be looked for: {problem}");
        }
        if let Err(problem) = readiness::plan::remind(&app).await {
            tracing::error!("steps that have come due cannot be looked for: {problem}");
        }
    }
}
