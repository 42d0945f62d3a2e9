//! The specification sentence by sentence, beyond what `table` has: each form with what it matches, and what is refused.

use super::{event, fires, refused, rule};
use crate::{Engine, Lists, Rules};
use std::sync::Arc;

/// The selection's `key: value`, the fields of an event, and whether the rule fires.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

fn wrong<'r>(rows: &'r [Row<'r>]) -> Vec<&'r Row<'r>> {
    rows.iter().filter(|(asked, fields, expected)| fires(&format!("s:\n  {asked}\ncondition: s"), fields) != *expected).collect()
}

#[test]
fn backslashes_hide_wildcards_and_themselves() {
    let rows: &[Row<'_>] = &[
        ("F: 'a\\b'", &[("F", "a\\b")], true),
        ("F: 'a\\\\b'", &[("F", "a\\b")], true),
        ("F: 'a\\*b'", &[("F", "a*b")], true),
        ("F: 'a\\*b'", &[("F", "axb")], false),
        ("F: 'a\\?b'", &[("F", "a?b")], true),
        ("F: 'a\\\\*b'", &[("F", "a\\xxb")], true),
        ("F: 'a\\\\\\*b'", &[("F", "a\\*b")], true),
        ("F: 'a\\\\\\*b'", &[("F", "a\\xb")], false),
        ("F: 'a\\\\\\\\b'", &[("F", "a\\\\b")], true),
        ("F: 'a\\\\\\b'", &[("F", "a\\\\b")], true),
        ("F: 'a\\'", &[("F", "a\\")], true),
        ("F|endswith: '\\\\x.exe'", &[("F", "c:\\x.exe")], true),
        ("F: '?'", &[("F", "")], false),
        ("F: 'a**b'", &[("F", "ab")], true),
    ];
    assert_eq!(wrong(rows), Vec::<&Row<'_>>::new());
}

#[test]
fn what_is_not_there_is_told_from_what_is_empty() {
    let rows: &[Row<'_>] = &[
        ("F: null", &[("G", "x")], true),
        ("F: null", &[("F", "")], false),
        ("F: ''", &[("G", "x")], false),
        ("F: ''", &[("F", "")], true),
        ("F: '*'", &[("G", "x")], false),
        ("F|exists: true", &[("F", "")], true),
        ("F|exists: true", &[("G", "")], false),
        ("F|exists: false", &[("G", "")], true),
        ("F|neq: x", &[("G", "x")], true),
        ("F|neq: null", &[("F", "x")], true),
        ("F|neq: null", &[("G", "x")], false),
        ("F|neq: ''", &[("F", "x")], true),
        ("F|contains: ''", &[("F", "x")], true),
        ("F: [null, 'x']", &[("G", "x")], true),
    ];
    assert_eq!(wrong(rows), Vec::<&Row<'_>>::new());
}

#[test]
fn modifiers_join() {
    let rows: &[Row<'_>] = &[
        ("F|neq: [a, b]", &[("F", "c")], true),
        ("F|neq: [a, b]", &[("F", "B")], false),
        ("F|neq|contains: a", &[("F", "xax")], false),
        ("F|startswith|neq: a", &[("F", "ba")], true),
        ("F|contains|all|neq: [a, b]", &[("F", "a")], true),
        ("F|contains|all|neq: [a, b]", &[("F", "ab")], false),
        ("F|re|neq: '^a'", &[("F", "b")], true),
        ("F|cidr|neq: 10.0.0.0/8", &[("F", "11.0.0.1")], true),
        ("F|cidr|neq: 10.0.0.0/8", &[("F", "10.0.0.1")], false),
        ("F|re|all: [a, b]", &[("F", "xbxa")], true),
        ("F|re|all: [a, b]", &[("F", "xb")], false),
        ("F|re|i|m|s: '^B.c$'", &[("F", "a\nb\nc\nd")], true),
        ("F|cidr: [10.0.0.0/8, 192.168.0.0/16]", &[("F", "192.168.3.4")], true),
        ("F|cidr: '2001:db8::/32'", &[("F", "2001:0db8::1")], true),
        ("F|cidr: '10.1.2.3/32'", &[("F", "10.1.2.3")], true),
        ("F|contains|windash: ' /f '", &[("F", "x -f y")], true),
        ("F|windash|contains: ' –f'", &[("F", "x ―f")], true),
        ("F|windash|contains|all: [' -a', ' -b']", &[("F", "x /b —a")], true),
        ("F|windash|endswith: ' -a'", &[("F", "x /a")], true),
        ("F|windash: '-a'", &[("F", "/A")], true),
        ("F|cased|startswith: Ab", &[("F", "Abc")], true),
        ("F|cased|endswith: Ab", &[("F", "xab")], false),
        ("F|cased: 'A*c'", &[("F", "abc")], false),
        ("F|base64: [a, b]", &[("F", "Yg==")], true),
        ("F|base64offset: foobar", &[("F", "Zm9vYmFy")], true),
        ("F|utf16le|base64offset|contains: ab", &[("F", "xYQBiAx")], true),
        ("F|utf16be|base64offset|contains: ab", &[("F", "AGEAY")], true),
        ("F|wide|base64: a", &[("F", "YQA=")], true),
        ("F|cased|base64: a", &[("F", "yq==")], false),
        ("F|fieldref: G", &[("F", "Ab"), ("G", "aB")], true),
        ("F|fieldref|cased: G", &[("F", "Ab"), ("G", "aB")], false),
        ("F|fieldref|neq: G", &[("F", "a"), ("G", "b")], true),
        ("F|fieldref|neq: G", &[("F", "a"), ("G", "a")], false),
        ("F|fieldref: G", &[("F", "a")], false),
        ("F|fieldref|startswith: G", &[("F", "abc"), ("G", "AB")], true),
        ("F|fieldref|endswith: G", &[("F", "abc"), ("G", "BC")], true),
        ("F|fieldref|contains: G", &[("F", "abcd"), ("G", "BC")], true),
        ("F|fieldref|contains: G", &[("F", "abcd"), ("G", "x")], false),
        ("F|fieldref: [G, H]", &[("F", "a"), ("H", "a")], true),
        ("F|gt: 1.5", &[("F", "1.6")], true),
        ("F|gt: '5'", &[("F", "6")], true),
        ("F|gte: -3", &[("F", "-3")], true),
        ("F|lt: 5", &[("G", "1")], false),
        ("F|gt: [9, 3]", &[("F", "4")], true),
        ("F|minute|gte: 30", &[("F", "2026-04-01T09:31:00Z")], true),
        ("F|hour|lt: 6", &[("F", "2026-04-01T05:59:00Z")], true),
        ("F|day: [1, 2]", &[("F", "2026-04-02")], true),
        ("F|week|lte: 14", &[("F", "2026-04-01")], true),
        ("F|month|neq: 4", &[("F", "2026-04-01")], false),
        ("F|year|gt: 2025", &[("F", "2026-04-01")], true),
        ("F|hour: 9", &[("F", "no time")], false),
    ];
    assert_eq!(wrong(rows), Vec::<&Row<'_>>::new());
}

#[test]
fn numbers_and_words_are_compared_as_texts() {
    let rows: &[Row<'_>] = &[
        ("F: 1", &[("F", "1")], true),
        ("F: '1'", &[("F", "1")], true),
        ("F: 0x10", &[("F", "16")], true),
        ("F: '0x10'", &[("F", "0x10")], true),
        ("F: 007", &[("F", "007")], true),
        ("F: -1", &[("F", "-1")], true),
        ("F: 1.5", &[("F", "1.5")], true),
        ("F: yes", &[("F", "yes")], true),
        ("F: false", &[("F", "False")], true),
        ("F: [1, two]", &[("F", "TWO")], true),
        ("F: .5", &[("F", "0.5")], true),
        ("F: 1.2.3", &[("F", "1.2.3")], true),
    ];
    assert_eq!(wrong(rows), Vec::<&Row<'_>>::new());
}

#[test]
fn keywords_are_looked_for_in_every_value() {
    let says = |detection: &str, value: &str| fires(&format!("{detection}\ncondition: k"), &[("x", "other"), ("message", value)]);
    let rows = [
        ("k: [alpha, beta]", "an ALPHA male", true),
        ("k: [alpha, 7]", "route 77", true),
        ("k: 'al?ha'", "x alpha x", true),
        ("k: ['a\\*b']", "a*b", true),
        ("k: ['a\\*b']", "axb", false),
        ("k: true", "it is True", true),
        ("k: {'|all': [alpha, beta]}", "beta and alpha", true),
        ("k: {'|all': [alpha, beta]}", "alpha", false),
        ("k: {'|re': '^al.*a$'}", "alpha", true),
        ("k: {'|re': ['^x', 'ph']}", "alpha", true),
        ("k: {'|re|all': ['^a', 'a$']}", "alpha", true),
        ("k: {'|re|i': 'ALPHA'}", "alpha", true),
        ("k: {'|contains': alpha}", "x alpha", true),
        ("k: {'|startswith': alpha}", "alphabet", true),
        ("k: {'|cased': Alpha}", "alpha", false),
        ("k: {'|base64offset|contains': foobar}", "xZm9vYmFyx", true),
        ("k: {'|wide|base64offset|contains': abc}", "YQBiAGMA", true),
        ("k: {'|windash': ' -f'}", "x /f", true),
        ("k: {'|cidr': 10.0.0.0/8}", "10.1.1.1", true),
        ("k: [[alpha], [beta]]", "beta", true),
        ("k: [alpha, [beta, {message: gamma}]]", "gamma", true),
        ("k: [{'|all': [alpha, beta]}, gamma]", "gamma", true),
    ];
    let wrong: Vec<_> = rows.iter().filter(|(detection, value, expected)| says(detection, value) != *expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn conditions_are_read_as_the_specification_binds_them() {
    let selections = "a: {A: '1'}\nb: {B: '1'}\nc: {C: '1'}\nd_one: {D: '1'}\nd_two: {E: '1'}\n";
    let rows = [
        ("a or b and c", "A", true),
        ("a and b or c", "C", true),
        ("not a and b", "B", true),
        ("not a and b", "AB", false),
        ("not (a and b)", "A", true),
        ("a AND NOT b", "A", true),
        ("a Or b", "B", true),
        ("1 OF d_* and a", "AE", true),
        ("All of d_*", "DE", true),
        ("all of d_*", "D", false),
        ("ANY of THEM", "C", true),
        ("3 of them", "ABC", true),
        ("3 of them", "AB", false),
        ("not 1 of d_*", "A", true),
        ("not all of d_*", "D", true),
        ("1 of *_two", "E", true),
        ("1 of d*e", "D", true),
        ("((a) or ((b)))", "B", true),
        ("not not not a", "B", true),
        ("1 of a", "A", true),
    ];
    let says = |condition: &str, fields: &str| {
        let fields: Vec<(String, &str)> = fields.chars().map(|name| (name.to_string(), "1")).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        fires(&format!("{selections}condition: {condition}"), &fields)
    };
    let wrong: Vec<_> = rows.iter().filter(|(condition, fields, expected)| says(condition, fields) != *expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn placeholders_follow_their_rules() {
    let lists: Lists =
        [("a".to_owned(), vec!["x*".to_owned(), "y".to_owned()]), ("nets".to_owned(), vec!["10.0.0.0/8".to_owned()])].into();
    let says = |asked: &str, value: &str| {
        let text = rule(&format!("s: {{{asked}}}\ncondition: s"));
        let (rules, faults) = Rules::read_with([("t.yml", text.as_str())], &lists);
        assert_eq!(faults, []);
        !Engine::new(Arc::new(rules)).judge(&event(&[("F", value)])).is_empty()
    };
    let rows = [
        ("F|expand: '%a%'", "xyz", true),
        ("F|expand: 'p-%a%-%a%'", "p-y-x1", true),
        ("F|expand: '\\%a%'", "%a%", true),
        ("F|expand: '\\%plain%a%'", "%plainy", true),
        ("F|expand: '50%'", "50%", true),
        ("F: '%a%'", "%a%", true),
        ("F|contains|expand: '%a%'", "zyz", true),
        ("F|expand|endswith: '%a%'", "zy", true),
        ("F|cidr|expand: '%nets%'", "10.1.2.3", true),
    ];
    let wrong: Vec<_> = rows.iter().filter(|(asked, value, expected)| says(asked, value) != *expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn modifiers_that_say_nothing_together_are_refused() {
    let table: String = [
        "F|contains|startswith: x",
        "F|contains|contains: x",
        "F|re|contains: x",
        "F|re|windash: x",
        "F|re|cased: x",
        "F|cidr|contains: 10.0.0.0/8",
        "F|gt|cased: 5",
        "F|gt|neq: 5",
        "F|gt|lt: 5",
        "F|exists|all: true",
        "F|exists: 'yes'",
        "F|fieldref|base64: G",
        "F|i: x",
        "F|hour|re: x",
        "F|hour|minute: 5",
        "F|hour: 25",
        "F|minute|contains: 5",
        "F|contains|base64: x",
        "F|base64: 'a*'",
        "F|: x",
        "F|CONTAINS: x",
        "F: [[x]]",
        "'|exists': true",
        "'|fieldref': G",
        "'': null",
    ]
    .map(|asked| refused(&format!("s:\n  {asked}\ncondition: s")) + "\n")
    .concat();
    insta::assert_snapshot!(table, @r#"
        t.yml:7: selection "s": "F|contains|startswith": of contains, startswith and endswith there can be one
        t.yml:7: selection "s": "F|contains|contains": the modifier "contains" is there twice
        t.yml:7: selection "s": "F|re|contains": "contains" cannot be asked of a regular expression
        t.yml:7: selection "s": "F|re|windash": "windash" cannot be asked of a regular expression
        t.yml:7: selection "s": "F|re|cased": "cased" cannot be asked of a regular expression
        t.yml:7: selection "s": "F|cidr|contains": "contains" cannot be asked of a network
        t.yml:7: selection "s": "F|gt|cased": "cased" cannot be asked of a number
        t.yml:7: selection "s": "F|gt|neq": "neq" cannot be asked of a number
        t.yml:7: selection "s": "F|gt|lt": these modifiers exclude each other
        t.yml:7: selection "s": "F|exists|all": "exists" must stand alone
        t.yml:7: selection "s": "F|exists": "exists" needs true or false
        t.yml:7: selection "s": "F|fieldref|base64": "base64" cannot be asked of a field
        t.yml:7: selection "s": "F|i": "i" must follow "re"
        t.yml:7: selection "s": "F|hour|re": a part of a time can only be compared with a number
        t.yml:7: selection "s": "F|hour|minute": there can be one part of a time
        t.yml:7: selection "s": "F|hour": this part of a time goes from 0 to 23
        t.yml:7: selection "s": "F|minute|contains": a part of a time can only be compared with a number
        t.yml:7: selection "s": "F|contains|base64": a value with wildcards cannot be encoded
        t.yml:7: selection "s": "F|base64": a value with wildcards cannot be encoded
        t.yml:7: selection "s": "F|": there is no modifier ""
        t.yml:7: selection "s": "F|CONTAINS": there is no modifier "CONTAINS"
        t.yml:7: selection "s": "F": a value must be a single text, number, true, false or null
        t.yml:7: selection "s": "|exists": a keyword must be a text
        t.yml:7: selection "s": "|fieldref": a keyword must be a text
        t.yml:7: selection "s": "": a keyword must be a text
        "#);
}

#[test]
fn faults_and_notices_point_to_their_line() {
    let yaml = "title: A
id: a
logsource:
    product: linux
detection:
    one:
        F: x
        G|contains|all:
            - y
    two:
        H:
            - ok
            - null
            - [bad]
    condition: one or two
---
title: B
id: b
taxonomy: mine
logsource:
    product: linux
detection:
    one:
        F|contains|all:
            - y
        G: [null, x]
    condition: one
---
title: C
correlation:
    type: event_count
    rules:
        - b
    group-by:
        - F
    timespan: 5m
    condition:
        gte: none
";
    let read = Rules::read_all([("t.yml", yaml)], &Lists::new());
    let told: Vec<String> =
        read.faults.iter().map(ToString::to_string).chain(read.notices.iter().map(|notice| format!("({notice})"))).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
        t.yml:14: selection "two": "H": a value must be a single text, number, true, false or null
        t.yml:38: the condition needs a number
        (t.yml:8: "G|contains|all": "all" of a single value says nothing)
        (t.yml:11: "H": null should not stand in a list of values; give it a selection of its own)
        (t.yml:19: the rule has a taxonomy of its own; its fields and log source are taken as they are written)
        (t.yml:24: "F|contains|all": "all" of a single value says nothing)
        (t.yml:26: "G": null should not stand in a list of values; give it a selection of its own)
        "#);
}
