use super::Rules;
use crate::testing::write_rules;
use ::web::Content;
use base::{Clock, Lang};
use store::Store;

#[test]
fn a_rule_without_its_texts_does_not_ship() {
    let dir = tempfile::tempdir().expect("a directory");
    write_rules(dir.path(), "title: Reverse Shell");
    let folder = dir.path().join("sigma/linux");
    std::fs::write(folder.join("silent.yml"), "title: Silent").expect("written");
    std::fs::write(folder.join("half.yml"), "title: Half").expect("written");
    std::fs::write(folder.join("half.text.toml"), "[ja]\ntitle = \"x\"").expect("written");
    let (rules, faults) = Rules::read(&Content::disk(dir.path()));
    let files: Vec<&str> = faults.iter().map(|fault| fault.file.as_str()).collect();
    assert_eq!(files, ["sigma/linux/half.text.toml", "sigma/linux/silent.text.toml"], "{faults:?}");
    assert_eq!(rules.count(), 2);
    assert_eq!(rules.telling("reverse-shell", Lang::En).map(|told| told.now.as_str()), Some("Unplug the LAN cable."));
    assert_eq!(rules.telling("unknown", Lang::Ja), None);
}

#[test]
fn everything_that_ships_reads() {
    let (rules, faults) = Rules::read(&trial::content());
    assert!(faults.is_empty(), "{faults:?}");
    assert!(rules.bad_hashes.iter().any(|(sha256, _)| sha256.starts_with("275a021bbfb6489e54d471899f7db9d1")), "EICAR is known");
    assert!(rules.bad_hashes.iter().all(|(sha256, _)| sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit())));
}

#[tokio::test]
async fn the_number_of_the_bundle_rises_when_its_content_changes() {
    for (place, dir) in trial::places().await {
        let store = Store::open(&place, Clock::at(trial::morning())).await.expect("a store");
        let content = tempfile::tempdir().expect("a directory");
        let mut numbers = Vec::new();
        for text in ["title: One", "title: One", "title: Two", "title: One"] {
            write_rules(content.path(), text);
            let (rules, _) = Rules::read(&Content::disk(content.path()));
            numbers.push(rules.bundle(&store).await.expect("a bundle").number);
        }
        assert_eq!(numbers, [1, 1, 2, 3]);
        drop(dir);
    }
}
