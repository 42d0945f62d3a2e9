use crate::check::folder;
use std::path::Path;

const SIMPLE: &str = "title: T\nlogsource: {product: linux}\ndetection: {s: {A: x}, condition: s}\n";
const SEQUENCE: &str = "title: T\nname: base\nlogsource: {product: linux}\ndetection: {s: {A: x}, condition: s}\n---
title: Many\nname: many\ncorrelation: {type: event_count, rules: [base], timespan: 1m, condition: {gte: 2}}\n";

fn event(value: &str) -> String {
    format!("{{\"at\":0,\"source\":{{\"product\":\"linux\"}},\"fields\":[[\"A\",\"{value}\"]]}}\n")
}

fn faults(files: &[(&str, &str)]) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }
    folder(dir.path()).iter().map(|fault| fault.to_string().replace(&format!("{}/", dir.path().display()), "")).collect()
}

#[test]
fn a_folder_whose_rules_do_as_their_files_say_has_no_fault() {
    let (x, y) = (event("x"), event("y"));
    let twice = x.repeat(2);
    let good = [
        ("one.yml", SIMPLE),
        ("one.hits.jsonl", twice.as_str()),
        ("one.misses.jsonl", &y),
        ("deep/many.yml", SEQUENCE),
        ("deep/many.hits.jsonl", &twice),
        ("deep/many.misses.jsonl", &x),
        ("README.md", "not looked at"),
    ];
    assert_eq!(faults(&good), [""; 0]);
}

#[test]
fn a_correlation_may_rest_on_a_rule_of_another_file() {
    let (x, y) = (event("x"), event("y"));
    let twice = x.repeat(2);
    let over = "title: Many\nname: many\ncorrelation: {type: event_count, rules: [one], timespan: 1m, condition: {gte: 2}}\n";
    let named = SIMPLE.replace("title: T", "title: T\nname: one");
    let files = [
        ("one.yml", named.as_str()),
        ("one.hits.jsonl", &x),
        ("one.misses.jsonl", &y),
        ("over.yml", over),
        ("over.hits.jsonl", &twice),
        ("over.misses.jsonl", &x),
    ];
    assert_eq!(faults(&files), [""; 0]);
}

#[test]
fn each_fault_of_a_folder_is_told() {
    let (x, y) = (event("x"), event("y"));
    let found = faults(&[
        ("bad.yml", "title: T"),
        ("empty.yml", &SIMPLE.replace("title: T", "title: T\nid: empty")),
        ("empty.hits.jsonl", ""),
        ("many.yml", &SEQUENCE.replace("base", "other")),
        ("many.hits.jsonl", &x),
        ("many.misses.jsonl", &x.repeat(2)),
        ("one.yml", SIMPLE),
        ("one.hits.jsonl", &format!("{x}{y}no event\n")),
        ("one.misses.jsonl", &format!("{y}{x}")),
    ]);
    insta::assert_snapshot!(found.join("\n"), @r#"
        bad.yml:1: the rule has no logsource
        empty.hits.jsonl: there is no event in this file
        empty.misses.jsonl: cannot be read: No such file or directory (os error 2)
        many.hits.jsonl: the correlation does not fire on this sequence, and should
        many.misses.jsonl:2: the rule fires on this event, and should not
        one.hits.jsonl:3: this is no event: expected ident at line 1 column 2
        one.hits.jsonl:2: the rule does not fire on this event, and should
        one.misses.jsonl:2: the rule fires on this event, and should not
        "#);
    assert_eq!(folder(Path::new("absent")).len(), 2);
}

#[test]
fn our_own_rules_do_as_their_files_say() {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/sigma");
    assert_eq!(folder(&ours), []);
}

#[test]
fn sequences_bring_what_their_steps_say() {
    let (x, hits) = (event("x"), event("x").repeat(2));
    let check = |sequences: &str| {
        let files = [
            ("many.yml", SEQUENCE),
            ("many.hits.jsonl", hits.as_str()),
            ("many.misses.jsonl", x.as_str()),
            ("many.sequences.toml", sequences),
        ];
        faults(&files).join("\n")
    };
    let head = "event.e = { product = \"linux\", fields = { A = \"x\" } }\n";
    let good = "[[sequence]]\nname = \"n\"\nstep = [\n{ event = \"e\", at = \"+0s\", times = 3, every = \"250ms\", findings = 1 },\n{ event = \"e\", at = \"+1m\", findings = 1 },\n{ at = \"+1d\", findings = 0 },\n{ event = \"e\", at = \"+2d\", with = { A = \"y\" }, findings = 0 },\n]\n";
    assert_eq!(check(&format!("{head}{good}{good}")), "");
    let table: String = [
        good.replace("findings = 1 },\n{ at", "findings = 2 },\n{ at"),
        good.replace("+1m", "1 minute"),
        good.replace("\"e\", at = \"+1m\"", "\"f\", at = \"+1m\""),
        good.replace("times = 3", "times = 30000"),
        good.replace("findings = 0 },\n]", "finds = 0 },\n]"),
        String::new(),
    ]
    .map(|sequences| check(&format!("{head}{sequences}")) + "\n")
    .concat();
    insta::assert_snapshot!(table, @r#"
        many.sequences.toml:6: n: the step brings 1 findings, not 2
        many.sequences.toml:6: n: "1 minute" is no time such as +30s
        many.sequences.toml:6: n: there is no event "f"
        many.sequences.toml:5: n: more than 20000 events
        many.sequences.toml:6: n: the step brings 0 findings, not 1
        many.sequences.toml:8: not readable: unknown field `finds`, expected one of `event`, `at`, `with`, `times`, `every`, `findings`
        many.sequences.toml:1: not readable: missing field `sequence`
        "#);
}

#[test]
fn what_is_judged_at_its_close_is_judged_at_the_end_of_a_file() {
    let few = SEQUENCE.replace("gte: 2", "lt: 3");
    let (two, three) = (event("x").repeat(2), event("x").repeat(3));
    let found = |hits: &str, misses: &str| {
        faults(&[("few.yml", few.as_str()), ("few.hits.jsonl", hits), ("few.misses.jsonl", misses)]).join("\n")
    };
    assert_eq!(found(&two, &three), "");
    assert_eq!(found(&three, &three), "few.hits.jsonl: the correlation does not fire on this sequence, and should");
    assert_eq!(found(&two, &two), "few.misses.jsonl: the rule fires when this sequence is over, and should not");
}
