//! Packs as they are made, kept, replaced and removed.

mod corpus;
mod level;
mod owner;
mod sources;

use crate::{Asked, Imported, Noise, PackUnusable, Packs, import};
use base::Moment;
use sigma::Level;
use std::fs;
use std::path::{Path, PathBuf};

/// A rule of a title, with lines of its own after the first ones.
fn rule(id: &str, title: &str, more: &str) -> String {
    format!(
        "title: {title}\nid: {id}\n{more}\nlogsource:\n  product: linux\n  category: process_creation\n\
         detection:\n  sel:\n    Image|endswith: /nc\n  condition: sel\n"
    )
}

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(path, text).expect("written");
}

fn asked(from: &Path) -> Asked {
    Asked {
        from: from.to_owned(),
        name: "others".to_owned(),
        only: Vec::new(),
        min_level: Level::Informational,
        background: Vec::new(),
        noise: Noise::default(),
        now: Moment(1_790_000_000_000),
        east: 9 * Moment::HOUR,
    }
}

fn imported(packs: &Packs, asked: &Asked) -> Imported {
    import(packs, asked).expect("imported")
}

/// A folder of rules, and a data folder.
fn places() -> (tempfile::TempDir, PathBuf, Packs) {
    let dir = tempfile::tempdir().expect("a folder");
    let (from, data) = (dir.path().join("from"), dir.path().join("data"));
    fs::create_dir_all(&from).expect("made");
    (dir, from, Packs::of(&data))
}

#[test]
fn a_pack_keeps_what_was_published_and_says_what_it_could_not_use() {
    let (_dir, from, packs) = places();
    write(&from, "LICENSE", "Detection Rule License (DRL) 1.1\nPermission …");
    write(
        &from,
        "linux/nc.yml",
        &rule("r1", "Netcat", "author: Ann\nlevel: high\nstatus: test\nreferences: [https://a.example]"),
    );
    write(&from, "other/nc.yml", &rule("r2", "Netcat Again", "license: MIT\nlevel: low"));
    write(&from, "linux/broken.yml", "title: Broken\nlogsource: {product: linux}\ndetection: {sel: {A: b}, condition: other}\n");
    write(&from, "linux/twice.yml", &rule("r1", "Twice", ""));
    write(&from, "ci/settings.yml", "on: push\n");
    write(&from, ".github/hidden.yml", &rule("r9", "Hidden", ""));
    write(&from, "zeek/x.yml", &rule("r3", "Unread", "").replace("product: linux", "product: velocity"));
    let sheet = imported(&packs, &asked(&from)).sheet;
    let counts = &sheet.counts;
    assert_eq!((counts.files, counts.rules, counts.refused, counts.no_rules, counts.readable, counts.agents), (5, 3, 2, 1, 2, 2));
    let refused: Vec<String> = sheet.refused.iter().map(|one| format!("{}:{:?} {}", one.file, one.line, one.reason)).collect();
    assert!(refused[0].starts_with("linux/broken.yml:Some(3)"), "{refused:?}");
    assert!(refused[1].starts_with("linux/twice.yml"), "{refused:?}");
    assert_eq!(sheet.licence_names(), "DRL-1.1");

    let pack = packs.open("others").expect("kept");
    assert_eq!(pack.sheet, sheet, "what is read is what was written");
    let about: Vec<String> = pack
        .sheet
        .rule
        .iter()
        .map(|rule| format!("{} {} {} [{}] {} {}", rule.id, rule.file, rule.author, rule.licence, rule.level, rule.unreadable))
        .collect();
    insta::assert_snapshot!(about.join("\n"), @r"
    r1 linux/nc.yml Ann [] high 
    r2 other/nc.yml  [MIT] low 
    r3 zeek/x.yml  [] medium no log that Komainu reads is velocity/process_creation/
    ");
    let names: Vec<&str> = pack.sheet.rule.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names[0], "others.nc");
    assert!(names[1].starts_with("others.nc-"), "two files of one name are told apart: {names:?}");
    assert!(fs::read_to_string(pack.dir.join("licences/LICENSE")).expect("copied").contains("DRL"));
    assert_eq!(pack.text("linux/nc.yml").expect("kept"), fs::read_to_string(from.join("linux/nc.yml")).expect("read"));
    assert!(pack.text("../../pack.toml").is_err());
}

#[test]
fn importing_again_says_what_is_new_changed_and_gone_and_ids_stay() {
    let (_dir, from, packs) = places();
    for n in 1..=3 {
        write(&from, &format!("{n}.yml"), &rule(&format!("r{n}"), &format!("Rule {n}"), "status: test"));
    }
    assert!(imported(&packs, &asked(&from)).change.is_none());
    let before = packs.open("others").expect("kept").sheet;
    assert_eq!(imported(&packs, &asked(&from)).change, Some(crate::Change::default()), "nothing changed");
    assert_eq!(packs.open("others").expect("kept").sheet, before);

    fs::remove_file(from.join("1.yml")).expect("removed");
    write(&from, "2.yml", &rule("r2", "Rule 2, better", "status: test"));
    write(&from, "4.yml", &rule("r4", "Rule 4", "status: test"));
    let change = imported(&packs, &asked(&from)).change.expect("a change");
    let ids = |rules: &[(String, String)]| rules.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    assert_eq!(
        (ids(&change.new), ids(&change.changed), ids(&change.gone)),
        (vec!["r4".into()], vec!["r2".into()], vec!["r1".into()])
    );
    assert!(!packs.open("others").expect("kept").dir.join("rules/1.yml").exists());

    packs.remove("others").expect("removed");
    assert!(packs.names().is_empty());
    assert!(matches!(packs.open("others"), Err(PackUnusable::Absent(_))));
    assert!(matches!(packs.remove("others"), Err(PackUnusable::Absent(_))));
}

#[test]
fn an_update_that_was_cut_short_leaves_the_pack_as_it_was() {
    let (dir, from, packs) = places();
    write(&from, "1.yml", &rule("r1", "Rule", ""));
    imported(&packs, &asked(&from));
    let folder = dir.path().join("data/packs");
    // As after the first of the two renames, with the new one half written.
    fs::rename(folder.join("others"), folder.join(".old-others")).expect("renamed");
    write(&folder, ".new-others/rules/1.yml", "half");
    assert_eq!(packs.names(), ["others"]);
    assert_eq!(packs.open("others").expect("the one before").sheet.counts.rules, 1);
    imported(&packs, &asked(&from));
    assert_eq!(fs::read_dir(&folder).expect("read").count(), 1, "nothing is left lying about");
    fs::rename(folder.join("others"), folder.join(".old-others")).expect("renamed");
    packs.remove("others").expect("removed");
    assert!(packs.names().is_empty());
}

#[test]
fn what_is_no_pack_changes_nothing() {
    let (_dir, from, packs) = places();
    write(&from, "1.yml", &rule("r1", "Rule", "level: low"));
    imported(&packs, &asked(&from));
    let mut strict = asked(&from);
    strict.min_level = Level::High;
    assert!(import(&packs, &strict).is_err(), "nothing was asked for");
    for name in ["", "../x", "A", ".x", "-x", "x/y"] {
        let named = Asked { name: name.to_owned(), ..asked(&from) };
        assert!(matches!(import(&packs, &named), Err(PackUnusable::Name(_))), "{name}");
        assert!(matches!(packs.open(name), Err(PackUnusable::Name(_))), "{name}");
    }
    fs::write(from.join("1.yml"), "detection: [").expect("written");
    let refused = import(&packs, &asked(&from)).expect_err("no rule");
    assert!(refused.to_string().contains("1.yml"), "{refused}");
    assert_eq!(packs.open("others").expect("still there").sheet.counts.rules, 1);
}

#[test]
fn only_what_is_asked_for_is_taken_and_what_correlations_need() {
    let (_dir, from, packs) = places();
    write(&from, "linux.yml", &rule("r1", "Linux", "level: high"));
    write(&from, "windows.yml", &rule("r2", "Windows", "level: high").replace("product: linux", "product: windows"));
    write(&from, "low.yml", &rule("r3", "Low", "level: low"));
    write(
        &from,
        "many.yml",
        &format!(
            "{}---\ntitle: Many\nid: c1\nlevel: high\nstatus: test\ncorrelation:\n  type: event_count\n  rules: [base]\n  group-by: [User]\n  timespan: 1m\n  condition: {{gte: 3}}\n",
            rule("r4", "Base", "name: base\nlevel: low\ntags: [detection.threat-hunting]")
        ),
    );
    let sheet = imported(&packs, &Asked { only: vec!["Linux".into()], min_level: Level::Medium, ..asked(&from) }).sheet;
    let ids: Vec<&str> = sheet.rule.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!((ids, sheet.counts.not_asked), (vec!["r1", "r4", "c1"], 2));
    let chosen = packs.open("others").expect("kept").chosen(false);
    let (mut rules, faults) = sigma::Rules::read(chosen.texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    assert!(faults.is_empty() && chosen.faults.is_empty(), "{faults:?}");
    chosen.level(&mut rules);
    assert_eq!(rules.len(), 3, "the quiet rule that a correlation names is there");
}
