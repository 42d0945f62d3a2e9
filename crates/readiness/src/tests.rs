//! What the tests of all slices share: a shop with this crate's content.

use crate::Editions;
use base::*;
use trial::{Shop, Visitor};
use web::{Content, Shelf};

pub fn editions() -> Editions {
    let (editions, faults) = Editions::read(&trial::content());
    assert!(faults.is_empty(), "{faults:#?}");
    editions
}

pub fn fill(shelf: &mut Shelf, _content: &Content) {
    shelf.put(editions());
}

/// A shop on SQLite.
pub async fn shop() -> Shop {
    ready(trial::shop(crate::routes(), fill).await).await
}

/// Devices are another crate's table; a trial of this one alone makes its own.
pub async fn ready(shop: Shop) -> Shop {
    let mut tx = shop.app.store.write_all().await.expect("a transaction");
    let sql = "CREATE TABLE IF NOT EXISTS device (tenant_id TEXT NOT NULL, id TEXT NOT NULL PRIMARY KEY, host TEXT NOT NULL,
               retired_at BIGINT, silent_since BIGINT)";
    tx.run(sql, &[]).await.expect("a table");
    tx.commit().await.expect("kept");
    shop
}

/// Row of letters with every question answered alike.
pub fn all(letter: char) -> String {
    std::iter::repeat_n(letter, 25).collect()
}

/// Carries these answers into a company as a finished sheet.
pub async fn keep(who: &Visitor, site: &SiteId, letters: &str) -> String {
    let carry = format!("2026-03.{letters}");
    let reply = who.post("/assessment/keep", &[("carry", &carry), ("site", site.as_str())]).await;
    reply.location().trim_start_matches("/assessment/sheets/").trim_end_matches("/result").to_owned()
}
