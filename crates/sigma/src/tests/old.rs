use super::at;
use crate::{Engine, Lists, Read, Rules};
use std::sync::Arc;

fn read(yaml: &str) -> Read {
    Rules::read_all([("t.yml", yaml)], &Lists::new())
}

fn counting(condition: &str) -> String {
    format!(
        "title: T\nid: r\nlogsource: {{product: linux}}\ndetection:\n  s: {{A: x}}\n  t: {{A: y}}\n  timeframe: 10s\n  condition: {condition}\n"
    )
}

/// The seconds at which the rule fires; each event is second, A and B.
fn fired(yaml: &str, events: &[(i64, &str, &str)]) -> Vec<i64> {
    let read = read(yaml);
    assert_eq!((read.faults, read.notices.len()), (vec![], 1), "{yaml}");
    let mut engine = Engine::new(Arc::new(read.rules));
    let judge = |(second, a, b): &(i64, &str, &str)| {
        let found = engine.judge(&at(second * 1_000, &[("A", a), ("B", b)]));
        found.iter().map(|finding| (finding.rule.clone(), *second)).collect::<Vec<_>>()
    };
    let all: Vec<(String, i64)> = events.iter().flat_map(judge).collect();
    assert!(all.iter().all(|(rule, _)| rule == "r"), "{all:?}");
    all.into_iter().map(|(_, second)| second).collect()
}

#[test]
fn old_aggregates_are_correlations() {
    let same: &[(i64, &str, &str)] = &[(1, "x", "b"), (2, "x", "b"), (3, "x", "b"), (30, "x", "b")];
    let differing: &[(i64, &str, &str)] = &[(1, "x", "1"), (2, "x", "2"), (3, "y", "3"), (4, "x", "9")];
    assert_eq!(fired(&counting("s | count() > 2"), same), [3]);
    assert_eq!(fired(&counting("s | count() by B >= 2"), same), [2]);
    assert_eq!(fired(&counting("s | count() by B >= 2"), differing), [0_i64; 0]);
    assert_eq!(fired(&counting("s | count(B) > 2"), differing), [4]);
    assert_eq!(fired(&counting("s or t | count(B) by A, A = 3"), differing), [4]);
    assert_eq!(fired(&counting("s | sum(B) >= 12"), differing), [4]);
    assert_eq!(fired(&counting("s | near t"), differing), [3]);
    assert_eq!(fired(&counting("1 of s* | near t and s"), &[(1, "y", ""), (20, "x", "")]), [0_i64; 0]);
}

#[test]
fn old_aggregates_that_say_nothing_are_refused() {
    let table: String = [
        "s | count()",
        "s | count() by > 5",
        "s | count() >> 5",
        "s | count() > many",
        "s | max(B) > 5",
        "s | median(B) > 5",
        "s | near",
        "s | near t and",
        "s | near not t",
        "s | near u",
        "| count() > 5",
        "u | count() > 5",
        "[s, 's | count() > 5']",
    ]
    .map(|condition| read(&counting(condition)).faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + "\n")
    .concat();
    insta::assert_snapshot!(table, @r#"
        t.yml:8: "count()" is no old form such as "count() by Field > 5" or "near selection"
        t.yml:8: "count() by > 5" is no old form such as "count() by Field > 5" or "near selection"
        t.yml:8: "count() >> 5" is no old form such as "count() by Field > 5" or "near selection"
        t.yml:8: "count() > many" is no old form such as "count() by Field > 5" or "near selection"
        t.yml:8: "max" has no correlation of its own; compare the field in a selection
        t.yml:8: "median(B) > 5" is no old form such as "count() by Field > 5" or "near selection"
        t.yml:8: "near" is no old form such as "count() by Field > 5" or "near selection"
        t.yml:8: "near" ends too early
        t.yml:8: "near" is read with "and" only
        t.yml:8: the condition names "u", and there is no such selection
        t.yml:8: not readable as YAML: while scanning a block scalar, did not find expected comment or line break
        t.yml:8: the condition names "u", and there is no such selection
        t.yml:7: "timeframe" belongs to the old form with count or near; write a correlation rule
        "#);
}

#[test]
fn old_collections_share_and_repeat() {
    let yaml = "action: global
title: Shared
id: shared
level: high
detection: {condition: s}
---
logsource: {product: linux}
detection: {s: {A: x}}
---
logsource: {product: linux}
level: low
detection: {s: {A: y}}
---
action: repeat
title: Again
detection: {s: {A: z}}
---
action: reset
---
title: Own
logsource: {product: linux}
detection: {s: {A: x}, condition: s}
";
    let read = read(yaml);
    assert_eq!(read.faults, []);
    assert_eq!(read.notices.len(), 5, "{:?}", read.notices);
    let rules: Vec<String> = read.rules.iter().map(|rule| format!("{} {} {}", rule.id, rule.title, rule.level)).collect();
    assert_eq!(rules, ["shared Shared high", "shared-2 Shared low", "shared-3 Again low", "t Own medium"]);
    let mut engine = Engine::new(Arc::new(read.rules));
    let mut found = |value| engine.judge(&at(0, &[("A", value)])).iter().map(|finding| finding.rule.clone()).collect::<Vec<_>>();
    assert_eq!(found("x"), ["shared", "t"]);
    assert_eq!(found("z"), ["shared-3"]);
    assert_eq!(super::reasons("action: repeat\ntitle: T"), "t.yml:1: \"action: repeat\" needs a rule before it");
    assert_eq!(super::reasons("action: again\ntitle: T"), "t.yml:1: there is no action \"again\"; global, reset, repeat");
}
