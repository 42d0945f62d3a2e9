//! Imported rules, from a published file to what people read.

use crate::detection::Rules;
use crate::testing::*;
use pack::Packs;
use sigma::Engine;
use std::path::Path;
use std::sync::Arc;
use wire::{Bundle, Event, Finding};

fn rule(id: &str, title: &str, more: &str, image: &str) -> String {
    format!(
        "title: {title}\nid: {id}\nauthor: Ann Example\ndescription: Detects {title} by its image\n\
         references: [https://rules.example/{id}]\n{more}\nlogsource: {{product: linux, category: process_creation}}\n\
         detection:\n  sel:\n    Image|endswith: {image}\n  condition: sel\n"
    )
}

/// A pack of five rules in a data folder: one as written, one lowered, one quiet, two that agents cannot feed.
fn packs(dir: &Path) -> Packs {
    let tags = "tags: [attack.credential-access, attack.t1003.008]";
    let rules = [
        ("shadow", rule("r-shadow", "Shadow File LSASS Jargon", &format!("level: high\nstatus: test\n{tags}"), "/unshadow")),
        ("trial", rule("r-trial", "On Trial", "level: high\nstatus: experimental", "/trial")),
        ("wide", rule("r-wide", "Wide", "level: high\ntags: [detection.threat-hunting]", "/sh")),
        ("win", rule("r-win", "Windows", "level: high", "/x").replace("product: linux", "product: windows")),
        ("velocity", rule("r-none", "None", "level: high", "/x").replace("product: linux", "product: velocity")),
    ];
    pack_of(dir, &rules)
}

/// What imported rules of a bundle find on an agent in the start of a program.
fn found(bundle: &Bundle, image: &str) -> Vec<Finding> {
    let (mut rules, faults) = sigma::Rules::read(bundle.rules.iter().map(|file| (file.name.as_str(), file.yaml.as_str())));
    assert!(faults.is_empty(), "{faults:?}");
    for (id, level) in &bundle.levels {
        assert!(rules.set_level(id, level.parse().expect("a level")), "{id}");
    }
    let source = wire::Source { product: "linux".into(), category: "process_creation".into(), service: String::new() };
    let event = Event { at: trial::morning().0, source, fields: vec![("Image".into(), image.into())] };
    Engine::new(Arc::new(rules)).judge(&event).into_iter().filter(|finding| finding.name.starts_with("others.")).collect()
}

#[tokio::test]
async fn an_imported_rule_wakes_on_a_machine_and_speaks_to_the_owner_in_plain_words() {
    let dir = tempfile::tempdir().expect("a folder");
    let (packs, faults) = packs(dir.path()).all();
    assert!(faults.is_empty(), "{faults:?}");
    let shop = trial::shop(routes(), |shelf, content| {
        fill(shelf, content);
        assert_eq!(crate::fill_packs(shelf, content, &packs), Vec::<String>::new());
    })
    .await;
    let rules = shop.app.shelf.get::<Rules>().expect("rules");
    let bundle = rules.bundle(&shop.app.store).await.expect("a bundle");
    let imported: Vec<&str> =
        bundle.rules.iter().map(|file| file.name.as_str()).filter(|name| name.starts_with("others.")).collect();
    assert_eq!(imported, ["others.shadow", "others.trial"]);
    assert_eq!(bundle.levels, [("r-trial".to_owned(), "medium".to_owned())]);
    assert_eq!(found(&bundle, "/tmp/sh").len(), 0, "a quiet rule stays here");
    assert_eq!(found(&bundle, "/tmp/trial").iter().map(|finding| finding.level.as_str()).collect::<Vec<_>>(), ["medium"]);

    let device = add_device(&shop, &shop.company, "kiosk").await;
    give(&shop, &shop.company, &device, &found(&bundle, "/opt/unshadow")).await;
    let id = alerts(&shop.owner).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/alerts/{id}");
    let told = |page: String| page.split("\n## ").take(4).collect::<Vec<_>>().join("\n## ");
    insta::assert_snapshot!(told(shop.staff.get(&path).await.readable()));
    insta::assert_snapshot!(told(shop.staff.in_japanese().get(&path).await.readable()));
    assert!(!shop.staff.get(&path).await.readable().contains("LSASS"), "no rule speaks its own words to staff");
    for visitor in [shop.lead.clone(), shop.lead.in_japanese()] {
        let page = visitor.get(&path).await.readable();
        let analyst: Vec<&str> = page
            .lines()
            .skip_while(|line| !line.starts_with("Shadow File"))
            .take_while(|line| !line.starts_with("Noticed") && !line.ends_with("に気づいたこと"))
            .collect();
        let analyst = analyst.join("\n").replace(&dir.path().display().to_string(), "");
        insta::assert_snapshot!(analyst);
    }
}

#[tokio::test]
async fn the_bundle_changes_with_its_packs_and_only_then() {
    let dir = tempfile::tempdir().expect("a folder");
    let packs = packs(dir.path());
    let content = trial::content();
    let shop = trial::shop(routes(), fill).await;
    let mut numbers = Vec::new();
    for with in [false, true, true, false] {
        let (mut rules, _) = Rules::read(&content);
        let all = if with { packs.all().0 } else { Vec::new() };
        assert_eq!(rules.add_packs(&all, &content), []);
        numbers.push(rules.bundle(&shop.app.store).await.expect("a bundle").number);
    }
    assert_eq!(numbers, [1, 2, 2, 3]);
}

#[test]
fn a_rule_in_two_packs_is_given_once_and_a_file_that_is_gone_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let pack = packs(dir.path()).open("others").expect("the pack");
    std::fs::remove_file(pack.path("trial.yml")).expect("removed");
    let (mut rules, _) = Rules::read(&trial::content());
    let own = rules.count();
    let faults = rules.add_packs(&[pack.clone(), pack], &trial::content());
    assert_eq!((rules.count() - own, faults.len()), (1, 2), "{faults:?}");
    assert!(faults[1].why.starts_with("4 of its files are in another pack already"), "{faults:?}");
}
