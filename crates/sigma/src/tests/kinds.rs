//! Correlations of every kind: what they ask, when they are judged, what they cost.

use super::at;
use crate::{Correlator, Engine, Hit, Limits, Rules};
use proptest::prelude::*;
use std::sync::Arc;

fn yaml(correlation: &str) -> String {
    format!(
        "title: Fail\nname: fail\nlogsource: {{product: linux}}\ndetection: {{s: {{Act: fail}}, condition: s}}\n---
title: In\nname: in\nlogsource: {{product: linux}}\ndetection: {{s: {{Act: in}}, condition: s}}\n---
title: Both\nid: both\ncorrelation: {{{correlation}}}\n"
    )
}

pub(super) fn rules(correlation: &str) -> Arc<Rules> {
    let yaml = yaml(correlation);
    let (rules, faults) = Rules::read([("t.yml", yaml.as_str())]);
    assert_eq!(faults, [], "{correlation}");
    Arc::new(rules)
}

/// Second, act, user and size.
pub(super) type One<'a> = (i64, &'a str, &'a str, &'a str);

pub(super) fn lay(engine: &mut Engine, (second, act, user, size): &One<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    engine.slate_mut().lay_wire(&at(*second * 1_000, &[("Act", act), ("User", user), ("Size", size)]));
    engine.judge_slate(&mut hits);
    hits
}

/// The second of the event at which each finding came, and of those that came when all was over −1.
fn fired(correlation: &str, events: &[One<'_>]) -> Vec<i64> {
    let limits = Limits { lateness: 1_000, ..Limits::default() };
    let rules = rules(correlation);
    let mut engine = Engine::with_limits(Arc::clone(&rules), limits);
    let both = |hit: &Hit| rules.at(hit.rule).is_some_and(|rule| rule.title == "Both");
    let mut found: Vec<i64> =
        events.iter().flat_map(|one| lay(&mut engine, one).into_iter().filter(both).map(|_| one.0).collect::<Vec<_>>()).collect();
    let mut hits = Vec::new();
    engine.advance(i64::MAX, &mut hits);
    found.extend(hits.iter().filter(|hit| both(hit)).map(|_| -1));
    assert_eq!(engine.remembered(), 0, "{correlation}: when all is over nothing is remembered");
    found
}

#[test]
fn every_kind_and_every_bound() {
    let e = |n: i64| (n, "fail", "a", "10");
    let four = [e(1), e(2), e(3), e(4)];
    let sizes = [(1, "fail", "a", "5"), (2, "fail", "a", "15"), (3, "fail", "a", "40"), (4, "fail", "a", "x")];
    let mixed = [(1, "fail", "a", "1"), (2, "in", "b", "2"), (3, "fail", "c", "3"), (4, "fail", "a", "4")];
    let over = [e(1), e(2), e(14)];
    let rows: &[(&str, &[One<'_>], &[i64])] = &[
        ("type: event_count, condition: {gte: 3}", &four, &[3]),
        ("type: event_count, condition: {gt: 3}", &four, &[4]),
        ("type: event_count, condition: {eq: 2}", &four, &[2, 4]),
        ("type: event_count, condition: {lt: 5}", &four, &[-1]),
        ("type: event_count, condition: {lt: 4}", &four, &[]),
        ("type: event_count, condition: {lte: 4}", &four, &[-1]),
        ("type: event_count, condition: {neq: 4}", &four, &[]),
        ("type: event_count, condition: {neq: 5}", &four, &[-1]),
        ("type: event_count, condition: {gt: 3, lte: 4}", &four, &[-1]),
        ("type: event_count, condition: {gt: 4, lte: 9}", &four, &[]),
        ("type: event_count, condition: {lt: 3}", &over, &[14, -1]),
        ("type: value_count, condition: {field: User, gte: 3}", &mixed, &[]),
        ("type: value_count, condition: {field: User, gte: 2}", &mixed, &[3]),
        ("type: value_count, condition: {field: [User, Size], gte: 3}", &mixed, &[4]),
        ("type: value_count, condition: {field: User, lt: 3}", &mixed, &[-1]),
        ("type: value_count, condition: {field: User, eq: 2}", &mixed, &[3]),
        ("type: value_count, condition: {field: Absent, gte: 1}", &mixed, &[]),
        ("type: value_sum, condition: {field: Size, gte: 60}", &sizes, &[3]),
        ("type: value_sum, condition: {field: Size, gt: 60}", &sizes, &[]),
        ("type: value_sum, condition: {field: Size, lte: 60}", &sizes, &[-1]),
        ("type: value_sum, condition: {field: Size, eq: 60}", &sizes, &[-1]),
        ("type: value_avg, condition: {field: Size, eq: 20}", &sizes, &[-1]),
        ("type: value_avg, condition: {field: Size, gt: 20}", &sizes, &[]),
        ("type: value_avg, condition: {field: Size, gte: 19.5, lt: 20.5}", &sizes, &[-1]),
        ("type: value_percentile, condition: {field: Size, percentile: 50, eq: 15}", &sizes, &[-1]),
        ("type: value_percentile, condition: {field: Size, percentile: 100, gte: 40}", &sizes, &[-1]),
        ("type: value_percentile, condition: {field: Size, percentile: 75, eq: 27.5}", &sizes, &[-1]),
        ("type: value_percentile, condition: {field: Size, percentile: 0, gt: 5}", &sizes, &[]),
        ("type: value_percentile, condition: {field: User, lte: 34}", &mixed, &[-1]),
        ("type: value_percentile, condition: {field: User, lte: 33}", &mixed, &[]),
    ];
    for (asked, events, expected) in rows {
        assert_eq!(fired(&format!("{asked}, rules: fail, timespan: 10s"), events), *expected, "{asked}");
    }
}

#[test]
fn temporal_counts_the_rules_that_were_seen() {
    let events = [(1, "in", "a", ""), (2, "fail", "a", ""), (20, "fail", "b", "")];
    for (asked, expected) in [
        ("type: temporal", &[2][..]),
        ("type: temporal, condition: {gte: 2}", &[2]),
        ("type: temporal, condition: {gte: 1}", &[1, 2, 20]),
        ("type: temporal, condition: {gt: 1}", &[2]),
        ("type: temporal, condition: {lt: 2}", &[-1]),
        ("type: temporal, group-by: [User]", &[2]),
        ("type: temporal_ordered", &[]),
        ("type: temporal_ordered, condition: {eq: 2}", &[]),
    ] {
        assert_eq!(fired(&format!("{asked}, rules: [fail, in], timespan: 10s"), &events), *expected, "{asked}");
    }
    assert_eq!(fired("type: temporal_ordered, rules: [in, fail], timespan: 10s", &events), [2]);
    let flood: Vec<One<'_>> = (0..5_000).map(|n| (n / 600, "fail", "a", "")).chain([(9, "in", "a", "")]).collect();
    assert_eq!(fired("type: temporal_ordered, rules: [fail, in], timespan: 10s", &flood), [9], "a flood hides no step");
}

#[test]
fn what_a_correlation_cannot_ask_is_refused() {
    let table: String = [
        "type: event_count, rules: fail, timespan: 5m",
        "type: event_count, rules: fail, timespan: 5m, condition: {}",
        "type: event_count, rules: fail, timespan: 5m, condition: {gte: 1.5}",
        "type: event_count, rules: fail, timespan: 5m, condition: {gte: 0}",
        "type: event_count, rules: fail, timespan: 5m, condition: {lt: 1}",
        "type: event_count, rules: fail, timespan: 5m, condition: {gt: 5, lt: 6}",
        "type: event_count, rules: fail, timespan: 5m, condition: {gte: 1000000}",
        "type: event_count, rules: fail, timespan: 5m, condition: {gte: 2, field: User}",
        "type: event_count, rules: fail, timespan: 5m, condition: {gte: 2, percentile: 5}",
        "type: event_count, rules: fail, timespan: 5m, condition: fail and in",
        "type: event_count, rules: fail, timespan: 2y, condition: {gte: 2}",
        "type: event_count, rules: fail, condition: {gte: 2}",
        "type: event_count, rules: [], timespan: 5m, condition: {gte: 2}",
        "type: event_count, rules: [fail, fail], timespan: 5m, condition: {gte: 2}",
        "type: event_count, rules: {a: b}, timespan: 5m, condition: {gte: 2}",
        "type: event_count, timespan: 5m, condition: {gte: 2}",
        "type: event_count, rules: fail, timespan: 5m, condition: {gte: 2}, generate: maybe",
        "type: event_count, rules: fail, timespan: 5m, condition: {gte: 2}, window: x",
        "type: value_median, rules: fail, timespan: 5m, condition: {gte: 2}",
        "type: value_sum, rules: fail, timespan: 5m, condition: {gte: 2}",
        "type: value_sum, rules: fail, timespan: 5m, condition: {gte: 2, field: [A, B]}",
        "type: value_percentile, rules: fail, timespan: 5m, condition: {gte: 2, field: A, percentile: 101}",
        "type: temporal, rules: [fail, in], timespan: 5m, condition: {gte: 3}",
        "type: temporal_ordered, rules: [fail, in], timespan: 5m, condition: {gte: 1}",
        "type: temporal, rules: [fail, in], timespan: 5m, aliases: {u: {fail: User}}, group-by: [u]",
        "type: temporal, rules: [fail, in], timespan: 5m, aliases: {u: User}, group-by: [u]",
        "type: temporal, rules: [fail, both], timespan: 5m",
        "rules: fail",
    ]
    .map(|asked| super::reasons(&yaml(asked)) + "\n")
    .concat();
    insta::assert_snapshot!(table, @r#"
        t.yml:13: the correlation has no condition
        t.yml:13: the condition has no bound
        t.yml:13: the bound must be a whole number from 0 to 10000
        t.yml:13: the bound would hold without any event
        t.yml:13: no count can be so: a group is known from its first event on
        t.yml:13: no count can be so: a group is known from its first event on
        t.yml:13: the bound must be a whole number from 0 to 10000
        t.yml:13: only correlations of values have a field
        t.yml:13: the condition has no "percentile"
        t.yml:13: the condition of a correlation must be a map such as "gte: 5"
        t.yml:13: "2y" is no timespan such as 5m (s, m, h, d; at most a year)
        t.yml:13: the correlation has no timespan
        t.yml:13: a correlation needs 1 to 64 rules
        t.yml:13: the rule "fail" is named twice
        t.yml:13: "rules" must be a list of texts
        t.yml:13: the correlation has no rules
        t.yml:13: "generate" must be true or false
        t.yml:13: a correlation has no "window"
        t.yml:13: there is no correlation of type "value_median"
        t.yml:13: the condition needs the field whose values are looked at
        t.yml:13: only value_count has several fields
        t.yml:13: "percentile" must be a number from 0 to 100
        t.yml:13: the bound must be a whole number from 0 to 2
        t.yml:13: an ordered correlation asks for all of its rules
        t.yml:13: the alias "u" says nothing of the rule "in"
        t.yml:13: aliases must name, for each rule, the field that stands for the alias
        t.yml:13: the correlation rests on "both", which rests on it in turn or on what could not be read
        t.yml:13: the correlation has no type
        "#);
}

#[test]
fn aliases_may_name_rules_by_id() {
    let yaml = "title: A\nid: id-a\nlogsource: {product: linux}\ndetection: {s: {Act: a}, condition: s}\n---
title: B\nid: id-b\nname: b\nlogsource: {product: linux}\ndetection: {s: {Act: b}, condition: s}\n---
title: Both\nid: both\ncorrelation: {type: temporal, rules: [id-a, id-b], timespan: 1m, group-by: [who], aliases: {who: {id-a: X, b: Y}}}\n";
    let (rules, faults) = Rules::read([("t.yml", yaml)]);
    assert_eq!(faults, []);
    let mut engine = Engine::new(Arc::new(rules));
    assert!(engine.judge(&at(0, &[("Act", "a"), ("X", "u")])).is_empty());
    assert_eq!(engine.judge(&at(1, &[("Act", "b"), ("Y", "u")])).len(), 1);
}

#[test]
fn a_name_is_that_of_the_same_file_or_of_one_rule_only() {
    let base = "title: T\nid: ID\nname: base\nlogsource: {product: linux}\ndetection: {s: {A: x}, condition: s}\n";
    let over = "title: Over\nid: over\ncorrelation: {type: event_count, rules: [base], timespan: 1m, condition: {gte: 1}}\n";
    let (one, two) = (base.replace("ID", "1"), base.replace("ID", "2"));
    let (_, faults) = Rules::read([("a.yml", one.as_str()), ("b.yml", two.as_str()), ("c.yml", over)]);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let near = format!("{two}---\n{over}");
    let (_, faults) = Rules::read([("a.yml", one.as_str()), ("b.yml", near.as_str())]);
    assert_eq!(faults, []);
}

#[test]
fn what_is_over_is_judged_when_it_is_said_and_when_others_go_on() {
    let rules = rules("type: event_count, rules: fail, timespan: 10s, group-by: [User], condition: {lt: 3}, generate: false");
    let limits = Limits { lateness: 5_000, ..Limits::default() };
    let mut engine = Engine::with_limits(rules, limits);
    assert!(lay(&mut engine, &(1, "fail", "a", "")).is_empty());
    let mut hits = Vec::new();
    engine.advance(15_000, &mut hits);
    assert!(hits.is_empty(), "it may still come late");
    assert!(lay(&mut engine, &(2, "fail", "a", "")).is_empty());
    engine.advance(16_001, &mut hits);
    assert_eq!(hits.iter().map(|hit| (hit.at, hit.events.len())).collect::<Vec<_>>(), [(2_000, 2)]);
    assert!(lay(&mut engine, &(40, "fail", "a", "")).is_empty());
    assert!(lay(&mut engine, &(20, "fail", "a", "")).is_empty());
    assert_eq!(engine.correlator().lost().late, 1, "its time was judged already");
    assert_eq!(lay(&mut engine, &(90, "fail", "a", "")).len(), 1, "the group's own next event shows that the first is over");
}

#[test]
fn a_finding_at_its_close_tells_of_its_own_group() {
    let rules = rules("type: event_count, rules: fail, timespan: 10s, group-by: [User], condition: {lt: 3}");
    let mut engine = Engine::with_limits(rules, Limits { kept: 0, lateness: 1_000, ..Limits::default() });
    assert!(lay(&mut engine, &(1, "fail", "a", "")).is_empty());
    assert!(lay(&mut engine, &(60, "fail", "b", "")).is_empty());
    let mut hits = Vec::new();
    engine.advance(30_000, &mut hits);
    let told: Vec<_> =
        hits.iter().map(|hit| (hit.at, hit.events.iter().map(|event| event.fields.clone()).collect::<Vec<_>>())).collect();
    assert_eq!(told, [(1_000, vec![vec![("User".to_owned(), "a".to_owned())]])], "no event was kept: the group is told alone");
    let matched: Vec<String> =
        hits.iter().flat_map(|hit| &hit.matched).map(|one| format!("{} {} {}", one.selection, one.value, one.pattern)).collect();
    assert_eq!(matched, ["group-by a *", "condition 1 lt 3"]);
}

#[test]
fn a_clock_that_is_far_ahead_throws_away_nothing_of_others() {
    for asked in [
        "type: event_count, condition: {gte: 5}",
        "type: event_count, group-by: [User], condition: {gte: 5}",
        "type: value_sum, condition: {field: Size, gte: 50}",
        "type: value_count, condition: {field: N, gte: 5}",
    ] {
        let rules = rules(&format!("{asked}, rules: fail, timespan: 1m"));
        let mut engine = Engine::with_limits(rules, Limits { groups: 100, entries: 400, lateness: 1_000, ..Limits::default() });
        let mut event = |second: i64, host: &str, n: usize| {
            let user = if host == "bad" { n.to_string() } else { "a".into() };
            let fields = [("Act", "fail"), ("User", &user), ("Size", "10"), ("N", &n.to_string()), ("Computer", host)];
            engine.judge(&at(second * 1_000, &fields)).len()
        };
        let mut found = 0;
        for n in 0..5 {
            // Below what the correlation counts, over and over, a year ahead.
            for bad in 0..20 {
                event(31_000_000 + 100 * (20 * n as i64 + bad), "bad", 1_000 + bad as usize);
            }
            found += event(10 + n as i64, "good", n);
        }
        assert_eq!(found, 1, "{asked}");
    }
}

#[test]
fn late_events_count_at_their_own_time() {
    let asked = "type: event_count, rules: fail, timespan: 10s, condition: {gte: 3}";
    let one = |second| (second, "fail", "a", "");
    assert_eq!(fired(asked, &[one(1), one(3), one(12), one(2)]), [2], "the late one completes what was before");
    assert_eq!(fired(asked, &[one(1), one(3), one(14), one(2)]), [0_i64; 0], "later than may be: what was before is forgotten");
    assert_eq!(fired(asked, &[one(8), one(18), one(28), one(18)]), [18]);
    assert_eq!(fired(asked, &[one(0), one(11), one(22), one(33)]), [0_i64; 0]);
}

#[test]
fn all_correlations_together_stay_within_their_bound() {
    let yaml = yaml("type: event_count, rules: fail, timespan: 1h, group-by: [User], condition: {gte: 9}")
        + "---\ntitle: Two\nid: two\ncorrelation: {type: value_count, rules: fail, timespan: 1h, group-by: [User], condition: {field: Size, lt: 9}}\n";
    let (rules, faults) = Rules::read([("t.yml", yaml.as_str())]);
    assert_eq!(faults, []);
    let mut engine = Engine::with_limits(Arc::new(rules), Limits { total: 500, ..Limits::default() });
    for n in 0..3_000 {
        lay(&mut engine, &(n, "fail", &n.to_string(), &n.to_string()));
        assert!(engine.remembered() <= 500);
    }
    assert!(engine.forgotten() > 100);
    let long = "x".repeat(1 << 20);
    let before = engine.correlator().save().len();
    lay(&mut engine, &(0, "fail", &long, &long));
    let kept = engine.correlator().save().len() - before;
    assert!(kept < 5 << 20, "a long value names its group in bounded room: {kept}");
}

/// How many windows of the timespan hold so many events of one user, if each finding takes its events away: plainly right
/// for events in order.
fn plain(events: &[(i64, usize)], millis: i64, least: usize) -> Vec<usize> {
    let mut open: Vec<Vec<i64>> = vec![Vec::new(); 4];
    let mut found = Vec::new();
    for (n, (at, user)) in events.iter().enumerate() {
        let mine = &mut open[*user];
        mine.push(*at);
        mine.retain(|old| *old >= at - millis);
        if mine.len() >= least {
            mine.clear();
            found.push(n);
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counting_in_order_is_as_a_plain_count(
        steps in prop::collection::vec((0_i64..8_000, 0_usize..4), 1..80), least in 1_usize..5,
    ) {
        let rules = rules(&format!("type: event_count, rules: fail, timespan: 10s, group-by: [User], condition: {{gte: {least}}}"));
        let mut engine = Engine::new(rules);
        let mut now = 0;
        let events: Vec<(i64, usize)> = steps.into_iter().map(|(step, user)| { now += step; (now, user) }).collect();
        let mut found = Vec::new();
        for (n, (when, user)) in events.iter().enumerate() {
            if !engine.judge(&at(*when, &[("Act", "fail"), ("User", &user.to_string())])).is_empty() {
                found.push(n);
            }
        }
        prop_assert_eq!(found, plain(&events, 10_000, least));
    }
}

/// Adds so many events to a correlation, over so many groups; says how long it took.
fn timed(asked: &str, groups: i64, count: i64) -> std::time::Duration {
    let rules = rules(asked);
    let limits = Limits { groups: 200_000, entries: 2_000_000, total: 2_000_000, ..Limits::default() };
    let mut correlator = Correlator::new(Arc::clone(&rules), limits);
    let began = std::time::Instant::now();
    let mut hits = Vec::new();
    for n in 0..count {
        let user = (n % groups).to_string();
        let event = at(n * 50, &[("Act", "fail"), ("User", &user), ("Size", &(n % 9_999).to_string())]);
        correlator.add(&[0], &Arc::new(event), &mut hits);
    }
    began.elapsed()
}

const LARGE: [(&str, i64); 4] = [
    ("type: event_count, rules: fail, timespan: 1h, condition: {gte: 10000}", 1),
    ("type: value_count, rules: fail, timespan: 1h, condition: {field: Size, gte: 10000}", 1),
    ("type: value_sum, rules: fail, timespan: 1h, condition: {field: Size, gte: 1000000000000}", 1),
    ("type: event_count, rules: fail, timespan: 1h, group-by: [User], condition: {gte: 10}", 100_000),
];

/// No group costs what its size squared would: each of these took minutes when every event looked at all that were remembered.
#[test]
fn large_and_many_groups_stay_quick() {
    for (asked, groups) in LARGE {
        let took = timed(asked, groups, 60_000);
        assert!(took.as_secs() < 60, "{asked}: {took:?}");
    }
}

#[test]
#[ignore = "a measurement: run it by itself, with --release"]
fn a_million_events() {
    for (asked, groups) in LARGE {
        let line = format!("{asked}: {:?} for a million events over {groups} groups\n", timed(asked, groups, 1_000_000));
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).expect("written");
    }
}
