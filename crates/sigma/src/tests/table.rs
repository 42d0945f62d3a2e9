use super::{event, fires, reasons, refused, rule};
use crate::{Engine, Event, Level, Rules};
use std::sync::Arc;

/// One row: the selection's `key: value`, a value of the field `F`, and whether the rule fires.
#[test]
fn modifiers_compare_as_the_specification_says() {
    let rows: &[(&str, &str, bool)] = &[
        ("F: abc", "ABC", true),
        ("F: abc", "abcd", false),
        ("F|cased: abc", "ABC", false),
        ("F|cased: abc", "abc", true),
        ("F|contains: bc", "xABCx", true),
        ("F|contains|cased: BC", "xABCx", true),
        ("F|contains|cased: bc", "xABCx", false),
        ("F|startswith: ab", "ABC", true),
        ("F|startswith: ab", "xab", false),
        ("F|endswith: bc", "aBC", true),
        ("F|endswith: bc", "bcd", false),
        ("F: 'a*c'", "a--c", true),
        ("F: 'a*c'", "a--cd", false),
        ("F: 'a?c'", "aあc", true),
        ("F: 'a?c'", "ac", false),
        ("F: 'a\\*c'", "a*c", true),
        ("F: 'a\\*c'", "abc", false),
        ("F: 'a\\\\*c'", "a\\xc", true),
        ("F: 'C:\\Windows\\\\x'", "c:\\windows\\x", true),
        ("F: '*'", "", true),
        ("F: ''", "", true),
        ("F: ''", "x", false),
        ("F: 4624", "4624", true),
        ("F: true", "True", true),
        ("F: 'ÄÖ東'", "äö東", true),
        ("F: [a, b]", "b", true),
        ("F|contains|all: [a, b]", "xbxa", true),
        ("F|contains|all: [a, b]", "xb", false),
        ("F|re: '^a.c$'", "abc", true),
        ("F|re: '^a.c$'", "ABC", false),
        ("F|re|i: '^a.c$'", "ABC", true),
        ("F|re|m: '^c$'", "a\nc", true),
        ("F|re|s: 'a.c'", "a\nc", true),
        ("F|re: 'a.c'", "a\nc", false),
        ("F|cidr: 10.0.0.0/8", "10.9.8.7", true),
        ("F|cidr: 10.0.0.0/8", "11.9.8.7", false),
        ("F|cidr: 0.0.0.0/0", "11.9.8.7", true),
        ("F|cidr: 10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("F|cidr: fe80::/10", "fe80::1", true),
        ("F|cidr: fe80::/10", "text", false),
        ("F|base64: foobar", "Zm9vYmFy", true),
        ("F|base64offset|contains: foobar", "xZm9vYmFyx", true),
        ("F|base64offset|contains: foobar", "xZvb2Jhcx", true),
        ("F|base64offset|contains: foobar", "xmb29iYXx", true),
        ("F|wide|base64offset|contains: abc", "YQBiAGMA", true),
        ("F|utf16le|base64: a", "YQA=", true),
        ("F|utf16be|base64: a", "AGE=", true),
        ("F|utf16|base64: a", "//5hAA==", true),
        ("F|windash|contains: ' -f'", "x /f", true),
        ("F|windash|contains: ' -f'", "x –f", true),
        ("F|windash|contains: ' -f'", "x -F", true),
        ("F|windash|contains: ' -f'", "x f", false),
        ("F|windash|contains: 'a-f'", "a/f", false),
        ("F|exists: true", "x", true),
        ("F|exists: false", "x", false),
        ("G|exists: false", "x", true),
        ("F|lt: 5", "4.5", true),
        ("F|lt: 5", "5", false),
        ("F|lte: 5", "5", true),
        ("F|gt: 5", "6", true),
        ("F|gte: 5", "5", true),
        ("F|gte: 5", "many", false),
        ("F|fieldref: H", "other", false),
        ("H|fieldref: I", "x", true),
        ("I|fieldref|startswith: H", "x", true),
        ("F|neq: a", "b", true),
        ("F|neq: a", "A", false),
        ("F|hour: 9", "2026-04-01T09:05:00Z", true),
        ("F|minute: 5", "2026-04-01 09:05:00", true),
        ("F|day: 1", "2026-04-01", true),
        ("F|month: 4", "2026-04-01", true),
        ("F|year: 2026", "2026-04-01", true),
        ("F|week: 14", "2026-04-01", true),
        ("F|week: 53", "2027-01-01", true),
        ("F|hour|gte: 22", "2026-04-01T23:05:00Z", true),
        ("F|year: 2001", "1000000000", true),
        ("f: abc", "abc", true),
        ("G: null", "x", true),
        ("F: null", "x", false),
    ];
    let wrong: Vec<_> = rows
        .iter()
        .filter(|(asked, value, expected)| {
            let detection = format!("s:\n  {asked}\ncondition: s");
            fires(&detection, &[("F", value), ("H", "same"), ("I", "SAME")]) != *expected
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn conditions_combine_selections() {
    let selections = "sel_a: {A: '1'}\nsel_b: {B: '1'}\n_hidden: {C: '1'}\nother: {D: '1'}\n";
    let rows = [
        ("sel_a", "A", true),
        ("sel_a and sel_b", "A", false),
        ("sel_a and sel_b", "AB", true),
        ("sel_a or sel_b and other", "A", true),
        ("(sel_a or sel_b) and other", "A", false),
        ("not sel_a", "B", true),
        ("not (sel_a or sel_b)", "A", false),
        ("not not sel_a", "A", true),
        ("1 of sel_*", "B", true),
        ("any of sel_*", "B", true),
        ("2 of them", "AD", true),
        ("2 of them", "A", false),
        ("all of sel_*", "A", false),
        ("all of sel_*", "AB", true),
        ("1 of them", "C", false),
        ("all of them", "ABD", true),
        ("1 of _hid*", "C", true),
        ("sel_a and not 1 of sel_b*", "A", true),
        ("sel_a and not 1 of sel_b*", "AB", false),
    ];
    for (condition, fields, expected) in rows {
        let fields: Vec<(String, &str)> = fields.chars().map(|name| (name.to_string(), "1")).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert_eq!(fires(&format!("{selections}condition: {condition}"), &fields), expected, "{condition} on {fields:?}");
    }
    assert!(fires(&format!("{selections}condition: [sel_a and other, sel_b]"), &[("B", "1")]), "any of several conditions");
}

#[test]
fn lists_maps_and_keywords_nest() {
    let any_map = "s:\n  - {A: x, B: y}\n  - {C: z}\ncondition: s";
    assert!(fires(any_map, &[("C", "z")]) && fires(any_map, &[("A", "x"), ("B", "y")]) && !fires(any_map, &[("A", "x")]));
    let mixed = "s:\n  - needle\n  - {C: z}\n  - [deep, er]\ncondition: s";
    assert!(fires(mixed, &[("any", "a NEEDLE b")]) && fires(mixed, &[("C", "z")]) && fires(mixed, &[("x", "deep")]));
    let keywords = "k:\n  - 'one*two'\n  - three\ncondition: k";
    assert!(fires(keywords, &[("message", "x one and two x")]) && fires(keywords, &[("message", "three")]));
    assert!(!fires(keywords, &[("message", "two one")]));
    let all = "k:\n  '|all': [one, two]\ncondition: k";
    assert!(fires(all, &[("a", "one"), ("b", "two")]) && !fires(all, &[("a", "one")]));
    assert!(fires("k: alone\ncondition: k", &[("a", "not alone")]));
    assert!(fires("s: {A: [null, '']}\ncondition: s", &[("B", "x")]));
    assert!(
        fires("s: {Threat Name: x}\ncondition: s", &[("ThreatName", "x")])
            && fires("s: {ThreatName: x}\ncondition: s", &[("threat name", "x")])
    );
    assert!(fires("s: {A: two}\ncondition: s", &[("A", "one"), ("a", "two")]), "a field may repeat");
}

#[test]
fn a_finding_explains_itself() {
    let text = rule(
        "sel: {Image|endswith: [/sh, /bash], CommandLine|contains|all: [curl, '|']}\nfilter: {User: root}\ncondition: sel and not filter",
    );
    let (rules, faults) = Rules::read([("folder/web-shell.yml", text.as_str())]);
    assert_eq!(faults, []);
    let findings =
        Engine::new(Arc::new(rules)).judge(&event(&[("Image", "/bin/bash"), ("CommandLine", "CURL x | sh"), ("User", "www")]));
    insta::assert_debug_snapshot!(findings.first().map(|finding| (&finding.name, &finding.level, &finding.matched)), @r#"
        Some(
            (
                "web-shell",
                "high",
                [
                    Matched {
                        selection: "sel",
                        field: "Image",
                        value: "/bin/bash",
                        pattern: "/bash",
                    },
                    Matched {
                        selection: "sel",
                        field: "CommandLine",
                        value: "CURL x | sh",
                        pattern: "curl",
                    },
                    Matched {
                        selection: "sel",
                        field: "CommandLine",
                        value: "CURL x | sh",
                        pattern: "|",
                    },
                ],
            ),
        )
        "#);
}

#[test]
fn a_rule_looks_only_at_its_log_source() {
    let yaml = "title: T\nid: a\nlogsource: {product: linux, service: auth}\ndetection: {s: {A: x}, condition: s}\n---\ntitle: T\nid: b\nlogsource: {category: registry_event}\ndetection: {s: {A: x}, condition: s}\n";
    let (rules, faults) = Rules::read([("t.yml", yaml)]);
    assert_eq!((faults, rules.len()), (vec![], 2));
    let mut engine = Engine::new(Arc::new(rules));
    let mut of = |product, category, service| {
        let mut event = Event::new(0);
        event.source(product, category, service);
        event.push("a", "X");
        let mut hits = Vec::new();
        engine.judge_view(&event, &mut hits);
        hits.iter().map(|hit| hit.rule).collect::<Vec<_>>()
    };
    assert_eq!(of("linux", "", "sshd"), [0]);
    assert_eq!(of("linux", "", "auditd"), [0_usize; 0]);
    assert_eq!(of("windows", "registry_set", ""), [1]);
    assert_eq!(of("windows", "registry_event", ""), [1]);
}

#[test]
fn refusals_say_where_and_why() {
    let table: String = [
        "s: {A: x}\ncondition: s and t",
        "s: {A: x}\ncondition: (s",
        "s: {A: x}\ncondition: s s",
        "s: {A: x}\ncondition: s |count() > 5",
        "s: {A: x}\ncondition: 1 of t*",
        "s: {A: x}\ncondition: 3 of them",
        "s: {A: x}",
        "s: {A|unknown: x}\ncondition: s",
        "s: {A|expand: '%admins%'}\ncondition: s",
        "s: {A|re: '(?=x)'}\ncondition: s",
        "s: {A|re: 'x{1000}{1000}{1000}'}\ncondition: s",
        "s: {A|cidr: 10.0.0.0/40}\ncondition: s",
        "s: {A|gt: many}\ncondition: s",
        "s: {A|wide: é}\ncondition: s",
        "s: {A|re|cidr: x}\ncondition: s",
        "s: {A|contains: null}\ncondition: s",
        "s: {A: {B: x}}\ncondition: s",
        "s: {A: []}\ncondition: s",
        "s: []\ncondition: s",
        "s: {A: x}\ntimeframe: 5m\ncondition: s",
    ]
    .map(|detection| refused(detection) + "\n")
    .concat();
    insta::assert_snapshot!(table, @r#"
        t.yml:7: the condition names "t", and there is no such selection
        t.yml:7: a parenthesis is not closed
        t.yml:7: the condition goes on with "s" where it should end
        t.yml:7: the old form says no "timeframe", so how long to remember cannot be known
        t.yml:7: no selection is named as "t*"
        t.yml:7: "3 of them" asks for more selections than there are
        t.yml:5: the detection has no condition
        t.yml:6: selection "s": "A|unknown": there is no modifier "unknown"
        t.yml:6: selection "s": "A|expand": needs a list for the placeholder %admins%, and none was given
        t.yml:6: selection "s": "A|re": not a regular expression that runs in linear time: look-around, including look-ahead and look-behind, is not supported
        t.yml:6: selection "s": "A|re": not a regular expression that runs in linear time: Compiled regex exceeds size limit of 4194304 bytes.
        t.yml:6: selection "s": "A|cidr": "10.0.0.0/40" is no network such as 192.168.0.0/16
        t.yml:6: selection "s": "A|gt": "many" is no number
        t.yml:6: selection "s": "A|wide": these bytes are no text; "base64" or "base64offset" must follow
        t.yml:6: selection "s": "A|re|cidr": these modifiers exclude each other
        t.yml:6: selection "s": "A|contains": "contains" cannot be asked of null
        t.yml:6: selection "s": "A": a value must be a single text, number, true, false or null
        t.yml:6: selection "s": "A" has no value
        t.yml:6: selection "s": is empty
        t.yml:7: "timeframe" belongs to the old form with count or near; write a correlation rule
        "#);
    let whole: String = [
        "",
        "just text",
        "title: [",
        "action: global\ntitle: T",
        "title: T\nlogsource: {product: x}\nfilter: {}",
        "title: T",
        "logsource: {product: x}",
        "title: T\nlogsource: {product: x}\nlevel: urgent",
        "title: T\nlogsource: {definition: x}",
        "title: T\ntitle: U",
        "title: !secret T",
        "title: T\ncorrelation: {type: value_sum, rules: a}",
        "title: T\ncorrelation: {type: event_count, rules: a, timespan: 5m, condition: {lt: 5}}",
        "title: T\ncorrelation: {type: event_count, rules: a, timespan: 5x, condition: {gte: 5}}",
        "title: T\ncorrelation: {type: event_count, rules: a, timespan: 5m, condition: {gte: 5}}",
        "title: T\ncorrelation: {type: value_count, rules: a, timespan: 5m, condition: {gte: 5}}",
    ]
    .map(|yaml| reasons(yaml) + "\n")
    .concat();
    insta::assert_snapshot!(whole, @r#"
        t.yml: the file is empty
        t.yml:1: this is no Sigma rule: the document is not a map
        t.yml:2: not readable as YAML: while parsing a node, did not find expected node content

        t.yml:3: the filter has no rules; write their ids or names, or any
        t.yml:1: the rule has no logsource
        t.yml:1: the rule has no title
        t.yml:3: "urgent" is no level: informational, low, medium, high, critical
        t.yml:2: the logsource names no product, category or service
        t.yml:2: not readable as YAML: the key "title" is there twice
        t.yml:1: not readable as YAML: the tag !secret is not known
        t.yml:2: the correlation has no condition
        t.yml:2: the correlation names "a", and there is no such rule among those that could be read
        t.yml:2: "5x" is no timespan such as 5m (s, m, h, d; at most a year)
        t.yml:2: the correlation names "a", and there is no such rule among those that could be read
        t.yml:2: the condition needs the field whose values are looked at
        "#);
}

#[test]
fn levels_are_ordered_words() {
    let words: Vec<_> = Level::ALL.iter().map(|level| level.as_str().parse::<Level>()).collect();
    assert_eq!(words, Level::ALL.map(Ok));
    assert!(Level::Critical > Level::High && Level::Low > Level::Informational);
    assert!("urgent".parse::<Level>().is_err());
}

#[test]
fn placeholders_take_the_values_of_a_list() {
    let text = rule("s: {A|expand: 'x-%admins%'}\ncondition: s");
    let lists = [("admins".to_owned(), vec!["ann".to_owned(), "bob*".to_owned()])].into();
    let (rules, faults) = Rules::read_with([("t.yml", text.as_str())], &lists);
    assert_eq!(faults, []);
    let mut engine = Engine::new(Arc::new(rules));
    assert_eq!(engine.judge(&event(&[("A", "x-bobby")])).len(), 1);
    assert_eq!(engine.judge(&event(&[("A", "x-%admins%")])).len(), 0);
}
