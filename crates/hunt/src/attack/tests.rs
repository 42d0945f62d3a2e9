use super::Attack;
use base::Lang;
use std::path::Path;

fn own() -> Attack {
    Attack::own().expect("our own content")
}

#[test]
fn the_content_is_whole_in_both_languages() {
    let attack = own();
    assert_eq!(attack.faults(), Vec::<String>::new());
    assert_eq!((attack.tactics.len(), attack.techniques().count()), (15, 222));
    // A sentence for an owner names no tool and no abbreviation of engineers.
    let jargon = ["C2", "DLL", "LSASS", "プロセス", "ペイロード", "レジストリ", "payload", "registry", "process ", "malware"];
    for technique in attack.techniques() {
        for text in [&technique.what.ja, &technique.what.en] {
            assert!(!jargon.iter().any(|word| text.contains(word)), "{}: {text}", technique.id);
            assert!(text.ends_with(['。', '.']), "{}: {text}", technique.id);
        }
    }
}

#[test]
fn unknown_keys_are_refused_and_every_fault_is_told() {
    let tactics = "edition = '1'\n[[chapter]]\nid = 'in'\ntitle = { ja = '入', en = 'In' }\nsays = { ja = '', en = 'x' }\n[[tactic]]\nid = 'TA1'\nslug = 'a'\nname = 'A'\nja = 'ア'\nchapter = 'out'\n";
    let techniques = "edition = '2'\n[[technique]]\nid = 'T1'\nname = 'N'\nja = ''\ntactics = ['b']\nwhat = { ja = 'x', en = 'x' }\nnow = 'run'\n[[sub]]\nid = 'T2.001'\nname = 'S'\nja = 'ス'\n[moved]\nT1 = 'T9'\n";
    let actions = "edition = '2'\n[[action]]\nid = 'x'\nja = 'x'\nen = ''\n";
    let attack = Attack::read(tactics, techniques, actions).expect("readable");
    insta::assert_debug_snapshot!(attack.faults(), @r#"
        [
            "the files are of several editions: {\"1\", \"2\"}",
            "chapter in: said in only one language",
            "tactic TA1: a name or its chapter is missing",
            "T1: a text is missing",
            "T1: names a tactic, action or chapter that is not there",
            "T2.001: its technique or a name is missing",
            "T1: moved to T9, but one of them is not as it should be",
            "action x: said in only one language",
        ]
        "#);
    assert!(Attack::read(tactics, &techniques.replace("now =", "then ="), actions).is_err());
    assert!(Attack::read(&tactics.replace("slug =", "slog ="), techniques, actions).is_err());
}

#[test]
fn tags_are_known_in_any_case_old_and_new() {
    let attack = own();
    let named = |tag: &str| attack.of_tag(tag).map(|named| (named.id().to_owned(), named.name(Lang::Ja).to_owned()));
    let rows = [
        "attack.t1003.001",
        "ATTACK.T1003.999",
        "attack.t1086",
        "attack.t1562.001",
        "attack.t1562",
        "attack.t9999",
        "cve.2021-1",
    ];
    let told: Vec<String> = rows.iter().map(|tag| format!("{tag} {:?}", named(tag))).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
        attack.t1003.001 Some(("T1003.001", "LSASSのメモリーからの抜き取り"))
        ATTACK.T1003.999 Some(("T1003", "パスワードの抜き取り"))
        attack.t1086 Some(("T1059.001", "PowerShell"))
        attack.t1562.001 Some(("T1685", "保護や記録の停止"))
        attack.t1562 Some(("T1685", "保護や記録の停止"))
        attack.t9999 None
        cve.2021-1 None
        "#);
    let tactic = |tag: &str| attack.tactic_of_tag(tag).map(|tactic| tactic.id.as_str());
    assert_eq!(tactic("attack.defense_evasion"), Some("TA0005"));
    assert_eq!((tactic("attack.impact"), tactic("attack.t1486"), tactic("攻撃.impact")), (Some("TA0040"), None, None));
}

fn tags(dir: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            tags(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yml") {
            let text = std::fs::read_to_string(&path).expect("a text");
            let tags = text.lines().filter_map(|line| line.trim().strip_prefix("- attack."));
            found.extend(
                tags.map(|tag| {
                    (format!("attack.{}", tag.split('#').next().unwrap_or_default().trim()), path.display().to_string())
                }),
            );
        }
    }
}

/// Tags of tools and groups, and one of a data source: no techniques.
fn is_other(tag: &str) -> bool {
    let id = tag.trim_start_matches("attack.");
    let number = |start: &str| id.strip_prefix(start).is_some_and(|rest| rest.chars().all(|letter| letter.is_ascii_digit()));
    number("s") || number("g") || number("ds") || number("c")
}

#[test]
fn every_technique_that_a_rule_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    tags(&root.join("content/sigma"), &mut found);
    if let Some(public) = corpus::folder("sigma") {
        tags(&public, &mut found);
    }
    assert!(!found.is_empty());
    let attack = own();
    let known = |tag: &str| {
        attack.tactic_of_tag(tag).is_some()
            || attack.of_tag(tag).is_some_and(|named| {
                // A sub-technique that is not there would be told as its technique.
                tag.matches('.').count() == 1 || named.sub.is_some() || attack.moved.contains_key(&tag[7..].to_uppercase())
            })
    };
    let unknown: Vec<_> = found.iter().filter(|(tag, _)| !is_other(tag) && !known(tag)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}
