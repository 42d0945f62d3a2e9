//! What the tests of all slices share: a shop with this crate's content, and what people do in it.

use crate::Editions;
use base::*;
use store::Actor;
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
    trial::shop(crate::routes(), fill).await
}

/// A row of letters with every question answered alike.
pub fn all(letter: char) -> String {
    std::iter::repeat_n(letter, 25).collect()
}

/// Carries these answers into a company as a finished sheet; its id.
pub async fn keep(who: &Visitor, site: &SiteId, letters: &str) -> String {
    let carry = format!("2026-03.{letters}");
    let reply = who.post("/assessment/keep", &[("carry", &carry), ("site", site.as_str())]).await;
    reply.location().trim_start_matches("/assessment/sheets/").trim_end_matches("/result").to_owned()
}

/// One more place of business of the shop.
pub async fn another_site(shop: &Shop, name: &str, headcount: i64) -> SiteId {
    let site = SiteId::new();
    let mut tx = shop.app.store.write(&shop.company, Actor::System).await.expect("a transaction");
    let now = tx.now();
    let sql = "INSERT INTO site (tenant_id, id, name, headcount, opened_at) VALUES ($1, $2, $3, $4, $5)";
    tx.run(sql, &[&site, &name, &headcount, &now]).await.expect("a site");
    tx.commit().await.expect("kept");
    site
}

/// A watched machine of a company.
pub async fn device(shop: &Shop, company: &CompanyId, host: &str) -> DeviceId {
    let device = DeviceId::new();
    let mut tx = shop.app.store.write(company, Actor::System).await.expect("a transaction");
    let now = tx.now();
    let sql = "INSERT INTO device (tenant_id, id, host, os, os_name, kernel, arch, machine, agent, fingerprint, serial, enrolled_at,
               last_seen, bundle, rules, collectors, memory, cpu, spool, skew, privileged, up_to, lost)
               VALUES ($1, $2, $3, 'linux', 'Debian', '6.1', 'x86_64', $2, '0.1.0', $2, '1', $4, $4, 1, 25, '[]', 0, 0, 0, 0, 1, 0, 0)";
    tx.run(sql, &[&device, &host, &now]).await.expect("a device");
    tx.commit().await.expect("kept");
    device
}

/// An agent's finding about the machine's state.
pub async fn observed(shop: &Shop, company: &CompanyId, device: &DeviceId, observations: &[wire::Observation]) {
    let mut tx = shop.app.store.write(company, Actor::Device(device.clone())).await.expect("a transaction");
    crate::evidence::observe(&mut tx, device, observations).await.expect("taken in");
    tx.commit().await.expect("kept");
}

/// The names of the facts of a company, in order.
pub async fn facts(shop: &Shop, company: &CompanyId) -> Vec<String> {
    let entries = shop.app.store.ledger(company, 0, 1000).await.expect("a ledger");
    entries.iter().filter_map(|entry| entry.fact()).map(|fact| fact.name()).collect()
}

/// Forms that no browser sends: each is refused with a reason, and none is taken in.
pub async fn refuses_bad_forms(who: &Visitor, path: &str, field: &str) {
    let form = "application/x-www-form-urlencoded";
    let sjis = [field.as_bytes(), b"=%8D%9D%8C%A2"].concat();
    let reply = who.post_bytes(path, form, sjis).await;
    assert_eq!(reply.status.as_u16(), 422, "Shift_JIS to {path}: {}", reply.readable());
    assert!(reply.readable().contains("UTF-8"), "{}", reply.readable());
    let long = [field.as_bytes(), b"=", &vec![b'a'; 2 * 1024 * 1024]].concat();
    let reply = who.post_bytes(path, form, long).await;
    assert_eq!(reply.status.as_u16(), 413, "2 MB to {path}: {}", reply.readable());
    let reply = who.post(path, &[(field, "a\u{0}b\u{202e}c")]).await;
    assert!(
        [403, 404, 422].contains(&reply.status.as_u16()),
        "control characters to {path}: {} {}",
        reply.status,
        reply.readable()
    );
    let reply = who.post_bytes(path, "text/plain", b"hello".to_vec()).await;
    assert!([403, 404, 422].contains(&reply.status.as_u16()), "another kind to {path}: {}", reply.status);
}
