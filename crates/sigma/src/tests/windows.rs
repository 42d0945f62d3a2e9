use super::at;
use crate::{Engine, Limits, Rules};
use std::sync::Arc;

/// Second, act and user.
type One<'a> = (i64, &'a str, &'a str);
/// Events, and the seconds at which the correlation fires.
type Case<'a> = (&'a [One<'a>], &'a [i64]);

/// Two rules, and a correlation over them.
fn engine(correlation: &str) -> Engine {
    engine_with(correlation, Limits::default())
}

fn engine_with(correlation: &str, limits: Limits) -> Engine {
    let indented: String = correlation.lines().map(|line| format!("  {line}\n")).collect();
    let yaml = format!(
        "title: Fail\nname: fail\nlogsource: {{product: linux}}\ndetection: {{s: {{Act: fail}}, condition: s}}\n---
title: In\nname: in\nlogsource: {{product: linux}}\ndetection: {{s: {{Act: in}}, condition: s}}\n---
title: Both\nid: both\ncorrelation:\n{indented}"
    );
    let (rules, faults) = Rules::read([("t.yml", yaml.as_str())]);
    assert_eq!(faults, []);
    Engine::with_limits(Arc::new(rules), limits)
}

/// The seconds at which the correlation fired; each event is second, act and user.
fn fired(engine: &mut Engine, events: &[One<'_>]) -> Vec<i64> {
    let judge = |(second, act, user): &One<'_>| {
        let event = at(*second * 1_000, &[("Act", act), ("User", user), ("Ip", &format!("10.0.0.{second}"))]);
        engine.judge(&event).into_iter().map(|finding| (*second, finding.title)).collect::<Vec<_>>()
    };
    let all: Vec<(i64, String)> = events.iter().flat_map(judge).collect();
    all.into_iter().filter(|(_, title)| title == "Both").map(|(second, _)| second).collect()
}

#[test]
fn so_many_events_of_a_group_within_the_time() {
    let correlation = "type: event_count\nrules: [fail]\ngroup-by: [User]\ntimespan: 10s\ncondition: {gte: 3}";
    let rows: &[Case<'_>] = &[
        (&[(1, "fail", "a"), (2, "fail", "a"), (3, "fail", "a")], &[3]),
        (&[(1, "fail", "a"), (2, "fail", "b"), (3, "fail", "a")], &[]),
        (&[(1, "fail", "a"), (2, "fail", "a"), (12, "fail", "a")], &[]),
        (&[(1, "fail", "a"), (2, "fail", "a"), (11, "fail", "a")], &[11]),
        // Out of order, yet in time.
        (&[(9, "fail", "a"), (1, "fail", "a"), (5, "fail", "a")], &[5]),
        // Too late.
        (&[(20, "fail", "a"), (21, "fail", "a"), (5, "fail", "a")], &[]),
        // Each event counts for one finding only.
        (&[(1, "fail", "a"), (2, "fail", "a"), (3, "fail", "a"), (4, "fail", "a"), (5, "fail", "a"), (6, "fail", "a")], &[3, 6]),
    ];
    for (events, expected) in rows {
        assert_eq!(fired(&mut engine(correlation), events), *expected, "{events:?}");
    }
}

#[test]
fn so_many_values_of_a_field() {
    let correlation = "type: value_count\nrules: fail\ntimespan: 1m\ncondition: {field: User, gt: 2}";
    assert_eq!(fired(&mut engine(correlation), &[(1, "fail", "a"), (2, "fail", "a"), (3, "fail", "b"), (4, "fail", "c")]), [4]);
    assert_eq!(fired(&mut engine(correlation), &[(1, "fail", "a"), (2, "fail", "b"), (62, "fail", "c")]), [0_i64; 0]);
    assert_eq!(
        fired(&mut engine(correlation), &[(1, "fail", "a"), (2, "fail", "b"), (60, "fail", "a"), (62, "fail", "c")]),
        [62]
    );
}

#[test]
fn each_rule_in_any_order_or_in_order() {
    let events: &[One<'_>] = &[(1, "in", "a"), (2, "fail", "a"), (3, "fail", "b"), (4, "in", "b")];
    let any = "type: temporal\nrules: [fail, in]\ngroup-by: [User]\ntimespan: 10s";
    let order = "type: temporal_ordered\nrules: [fail, in]\ngroup-by: [User]\ntimespan: 10s";
    assert_eq!(fired(&mut engine(any), events), [2, 4]);
    assert_eq!(fired(&mut engine(order), events), [4]);
    assert_eq!(fired(&mut engine(order), &[(1, "fail", "a"), (20, "in", "a")]), [0_i64; 0]);
}

#[test]
fn aliases_join_fields_of_different_names() {
    let correlation =
        "type: temporal\nrules: [fail, in]\naliases: {who: {fail: User, in: Account}}\ngroup-by: [who]\ntimespan: 10s";
    let mut engine = engine(correlation);
    assert!(engine.judge(&at(0, &[("Act", "fail"), ("User", "a")])).is_empty());
    assert!(engine.judge(&at(1, &[("Act", "in"), ("Account", "b")])).is_empty());
    assert!(engine.judge(&at(1, &[("Act", "in")])).is_empty(), "without the field it does not count");
    let findings = engine.judge(&at(2, &[("Act", "in"), ("Account", "a")]));
    let told: Vec<_> = findings.iter().map(|finding| (finding.events.len(), finding.at, finding.matched.len())).collect();
    assert_eq!(told, [(2, 2, 2)]);
}

#[test]
fn a_correlation_may_rest_on_another() {
    let yaml = "title: Fail\nname: fail\nlogsource: {product: linux}\ndetection: {s: {Act: fail}, condition: s}\n---
title: In\nname: in\nlogsource: {product: linux}\ndetection: {s: {Act: in}, condition: s}\n---
title: Then\nid: then\ncorrelation: {type: temporal_ordered, rules: [many, in], group-by: [User], timespan: 1m, generate: true}\n---
title: Many\nname: many\ncorrelation: {type: event_count, rules: [fail], group-by: [User], timespan: 1m, condition: {gte: 2}}";
    let (rules, faults) = Rules::read([("t.yml", yaml)]);
    assert_eq!(faults, []);
    let mut engine = Engine::new(Arc::new(rules));
    let mut titles = |second: i64, act: &str| -> Vec<String> {
        engine.judge(&at(second * 1_000, &[("Act", act), ("User", "a")])).into_iter().map(|finding| finding.title).collect()
    };
    assert_eq!(titles(1, "fail"), [""; 0]);
    assert_eq!(titles(2, "fail"), ["Many"]);
    assert_eq!(titles(3, "in"), ["In", "Then"]);
    let circle = "title: A\nname: a\ncorrelation: {type: temporal, rules: [b], timespan: 1m}\n---\ntitle: B\nname: b\ncorrelation: {type: temporal, rules: [a], timespan: 1m}";
    assert_eq!(Rules::read([("t.yml", circle)]).1.len(), 2);
}

#[test]
fn rules_that_feed_a_correlation_are_silent_unless_it_says_otherwise() {
    for (generate, findings) in [("", 0), ("\ngenerate: true", 1)] {
        let mut engine = engine(&format!("type: event_count\nrules: [fail]\ntimespan: 1m\ncondition: {{gte: 9}}{generate}"));
        assert_eq!(engine.judge(&at(0, &[("Act", "fail")])).len(), findings);
    }
}

#[test]
fn memory_stays_bounded_and_what_is_forgotten_is_counted() {
    let correlation = "type: event_count\nrules: [fail]\ngroup-by: [User]\ntimespan: 1h\ncondition: {gte: 3}";
    let mut engine = engine_with(correlation, Limits { groups: 100, entries: 1_000, kept: 10_000, ..Limits::default() });
    for n in 0..5_000 {
        engine.judge(&at(n, &[("Act", "fail"), ("User", &n.to_string())]));
    }
    assert!(engine.forgotten() >= 4_900 && engine.remembered() <= 100, "{} {}", engine.forgotten(), engine.remembered());
    let newest = fired(&mut engine, &[(6, "fail", "4999"), (6, "fail", "4999")]);
    assert_eq!(newest, [6], "the newest groups are still known");
}
