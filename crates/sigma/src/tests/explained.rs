//! A finding names selection, field, value and literal, whatever it rests on.

use super::{event, rule};
use crate::{Engine, Rules};
use std::sync::Arc;

/// What a finding rests on, a line each.
fn explained(detection: &str, fields: &[(&str, &str)]) -> String {
    let text = rule(detection);
    let (rules, faults) = Rules::read([("t.yml", text.as_str())]);
    assert_eq!(faults, [], "{detection}");
    let findings = Engine::new(Arc::new(rules)).judge(&event(fields));
    let matched = findings.first().map(|finding| finding.matched.as_slice());
    let Some(matched) = matched else { return format!("{detection}: does not fire\n") };
    let line = |one: &wire::Matched| format!("{}: {} = {:?} by {:?}", one.selection, one.field, one.value, one.pattern);
    let lines: Vec<String> = matched.iter().map(line).collect();
    format!("{}\n", lines.join("; "))
}

#[test]
fn every_kind_of_test_is_named() {
    let table: String = [
        ("F: abc", "ABC"),
        ("F|cased: Abc", "Abc"),
        ("F|contains: b", "abc"),
        ("F|startswith: a", "abc"),
        ("F|endswith: c", "abc"),
        ("F: 'a?c*'", "abcd"),
        ("F: '*'", "abc"),
        ("F|re: '^a.c'", "abc"),
        ("F|cidr: 10.0.0.0/8", "10.1.2.3"),
        ("F|gt: 5", "6"),
        ("F|hour: 9", "2026-04-01T09:00:00Z"),
        ("F|base64: foobar", "Zm9vYmFy"),
        ("F|base64offset|contains: foobar", "xZvb2Jhcx"),
        ("F|windash|contains: ' -f'", "x /f"),
        ("F|exists: true", "abc"),
        ("G|exists: false", "abc"),
        ("G: null", "abc"),
        ("F: ''", ""),
        ("F|neq: x", "abc"),
        ("F|fieldref: H", "same"),
        ("F|contains|all: [a, c]", "abc"),
        ("F: [x, abc]", "abc"),
    ]
    .map(|(asked, value)| explained(&format!("s:\n  {asked}\ncondition: s"), &[("F", value), ("H", "same")]))
    .concat();
    insta::assert_snapshot!(table, @r#"
        s: F = "ABC" by "abc"
        s: F = "Abc" by "Abc"
        s: F = "abc" by "b"
        s: F = "abc" by "a"
        s: F = "abc" by "c"
        s: F = "abcd" by "a?c*"
        s: F = "abc" by "*"
        s: F = "abc" by "^a.c"
        s: F = "10.1.2.3" by "10.0.0.0/8"
        s: F = "6" by "5"
        s: F = "2026-04-01T09:00:00Z" by "9"
        s: F = "Zm9vYmFy" by "foobar"
        s: F = "xZvb2Jhcx" by "foobar"
        s: F = "x /f" by " -f"
        s: F = "abc" by "true"
        s: G = "" by "false"
        s: G = "" by "null"
        s: F = "" by ""
        s: F = "abc" by "not x"
        s: F = "same" by "H"
        s: F = "abc" by "a"; s: F = "abc" by "c"
        s: F = "abc" by "abc"
        "#);
}

#[test]
fn every_form_of_condition_is_named() {
    let fields = [("A", "1"), ("B", "1"), ("message", "some needle here")];
    let selections = "sel_a: {A: '1'}\nsel_b: {B: '1'}\nsel_c: {C: '1'}\nwords: [needle, other]\neach: {'|all': [some, here]}\nmaps: [{C: '1'}, {A: '1', B: '1'}]\n";
    let table: String = [
        "sel_a",
        "sel_a or sel_c",
        "sel_a and sel_b",
        "1 of sel_*",
        "2 of sel_*",
        "all of sel_a*",
        "words",
        "each",
        "maps",
        "sel_a and not sel_c",
        "not sel_c",
        "not (sel_c or not sel_a)",
        "not not sel_a",
        "sel_c or not 1 of sel_c*",
    ]
    .map(|condition| explained(&format!("{selections}condition: {condition}"), &fields))
    .concat();
    insta::assert_snapshot!(table, @r#"
        sel_a: A = "1" by "1"
        sel_a: A = "1" by "1"
        sel_a: A = "1" by "1"; sel_b: B = "1" by "1"
        sel_a: A = "1" by "1"; sel_b: B = "1" by "1"
        sel_a: A = "1" by "1"; sel_b: B = "1" by "1"
        sel_a: A = "1" by "1"
        words: message = "some needle here" by "needle"
        each: message = "some needle here" by "some"; each: message = "some needle here" by "here"
        maps: A = "1" by "1"; maps: B = "1" by "1"
        sel_a: A = "1" by "1"

        sel_a: A = "1" by "1"
        sel_a: A = "1" by "1"
        "#);
}
