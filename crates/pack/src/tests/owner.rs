//! What owners read about imported rules.

use crate::{Owner, RuleAbout};
use base::Lang;

fn about(tags: &[&str], level: &str, source: &str) -> RuleAbout {
    let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
    let text = format!(
        "id = 'r'\nname = 'p.r'\nfile = 'r.yml'\nsha256 = ''\ntitle = 'LSASS Dump Via Comsvcs.DLL'\nwritten = 'high'\nlevel = '{level}'"
    );
    RuleAbout { tags, source: source.to_owned(), ..toml::from_str(&text).expect("a rule") }
}

#[test]
fn a_rule_speaks_by_its_technique_then_its_stage_then_what_it_looks_at() {
    let owner = Owner::own().expect("texts");
    assert_eq!(owner.faults(), Vec::<String>::new());
    let cases = [
        about(&["attack.credential-access", "attack.t1003.001"], "high", "windows/process_access/"),
        about(&["attack.credential-access", "attack.t1003.001"], "low", "windows/process_access/"),
        about(&["attack.defense_evasion"], "high", "windows/process_creation/"),
        about(&["cve.2024-1234"], "high", "/webserver/"),
        about(&[], "medium", ""),
    ];
    let told = cases.iter().flat_map(|rule| {
        Lang::ALL.map(|lang| {
            let told = owner.told(rule, lang);
            for text in [&told.title, &told.what, &told.now, &told.we] {
                assert!(!text.trim().is_empty() && !text.contains("LSASS") && !text.contains("{stage}"), "{told:?}");
            }
            format!("{} | {}", told.title, told.now)
        })
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}

/// Whatever a rule's tags and source are, an owner is told something in both languages.
#[test]
fn there_is_a_text_for_every_technique_and_stage() {
    let owner = Owner::own().expect("texts");
    for number in 1_000..1_700 {
        let rule = about(&[&format!("attack.t{number}"), "attack.unknown"], "high", "a/b/c");
        for lang in Lang::ALL {
            let told = owner.told(&rule, lang);
            assert!([told.title, told.what, told.now, told.we].iter().all(|text| !text.trim().is_empty()), "{number}");
        }
    }
}
