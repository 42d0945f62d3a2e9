use super::at;
use crate::{Engine, Lists, Rules};
use std::sync::Arc;

const RULES: &str = "title: One\nid: id-1\nname: one\nlogsource: {product: linux, category: process_creation}\ndetection: {s: {A: x}, condition: s}\n---
title: Two\nid: id-2\nname: two\nlogsource: {product: linux}\ndetection: {s: {A: x}, condition: s}\n";

/// The rules that fire on an event, and what was told of reading.
fn fired(filters: &str, fields: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let read = Rules::read_all([("rules.yml", RULES), ("filter.yml", filters)], &Lists::new());
    let told = read.faults.iter().map(ToString::to_string).chain(read.notices.iter().map(ToString::to_string)).collect();
    let findings = Engine::new(Arc::new(read.rules)).judge(&at(0, fields));
    (findings.into_iter().map(|finding| finding.title).collect(), told)
}

fn filter(source: &str, body: &str) -> String {
    format!("title: F\nlogsource: {{{source}}}\nfilter: {{{body}}}\n")
}

#[test]
fn filters_leave_alone_what_they_name() {
    let user = "selection: {User|startswith: adm_}, condition: selection";
    let (mine, other) = ([("A", "x"), ("User", "adm_bob")], [("A", "x"), ("User", "bob")]);
    let rows: [(String, Vec<&str>); 7] = [
        (filter("product: linux", &format!("rules: [id-1], {user}")), vec!["Two"]),
        (filter("product: linux", &format!("rules: [one, two], {user}")), vec![]),
        (filter("product: linux", &format!("rules: two, {user}")), vec!["One"]),
        (filter("product: linux", &format!("rules: any, {user}")), vec![]),
        (filter("product: linux", &format!("rules: [], {user}")), vec![]),
        (filter("product: linux, category: process_creation", &format!("rules: any, {user}")), vec!["Two"]),
        (filter("product: linux", "rules: any, selection: {User|startswith: adm_}, condition: not selection"), vec![]),
    ];
    for (yaml, expected) in &rows {
        assert_eq!(fired(yaml, &mine).0, *expected, "{yaml}");
        assert_eq!(fired(yaml, &other).0, ["One", "Two"], "{yaml}");
    }
    let two = [
        filter("product: linux", &format!("rules: [one], {user}")),
        filter("product: linux", "rules: [one], s: {User: bob}, condition: s"),
    ]
    .join("---\n");
    assert_eq!(fired(&two, &other).0, ["Two"], "several filters over one rule");
}

#[test]
fn filters_say_what_they_cannot_do() {
    let table: String = [
        filter("product: linux", "rules: [nobody], s: {A: x}, condition: s"),
        filter("product: windows", "rules: [one], s: {A: x}, condition: s"),
        filter("product: linux", "rules: [one], s: {A: x}, condition: t"),
        filter("product: linux", "rules: [one], s: {A: x}, condition: not s"),
        filter("product: linux", "rules: [one], s: {A: x}"),
        filter("product: linux", "s: {A: x}, condition: s"),
        filter("product: linux", "rules: {a: b}, s: {A: x}, condition: s"),
        filter("product: linux", "rules: [one], s: {A: x}, condition: [s, s]"),
        filter("", "rules: [one], s: {A: x}, condition: s"),
        "title: F\nfilter: {rules: any, s: {A: x}, condition: s}\n".to_owned(),
        "title: F\nlogsource: {product: linux}\nfilter: any\n".to_owned(),
        "title: C\nname: c\ncorrelation: {type: event_count, rules: [one], timespan: 1m, condition: {gte: 2}}\n---\n".to_owned()
            + &filter("product: linux", "rules: [c], s: {A: x}, condition: s"),
    ]
    .iter()
    .map(|yaml| fired(yaml, &[]).1.join("\n") + "\n")
    .collect();
    insta::assert_snapshot!(table, @r#"
        filter.yml:3: the filter is over no rule: none of those it names is there with such a logsource
        filter.yml:3: the filter names "nobody", and there is no such rule
        filter.yml:3: the filter is over no rule: none of those it names is there with such a logsource
        filter.yml:3: the filter names the rule id-1, whose logsource is another: it is not laid over it
        filter.yml:3: the condition names "t", and there is no such selection
        filter.yml:3: the filter says "not": what it names is left alone, as in pySigma
        filter.yml:3: the filter has no condition
        filter.yml:3: the filter has no rules; write their ids or names, or any
        filter.yml:3: the rules of a filter must be ids or names, or any
        filter.yml:3: the condition of a filter must be one text
        filter.yml:2: the logsource names no product, category or service
        filter.yml:1: the rule has no logsource
        filter.yml:3: "filter" must be a map
        filter.yml:7: the filter is over no rule: none of those it names is there with such a logsource
        filter.yml:7: the filter names "c", which is a correlation: filters are laid over detections
        "#);
}
