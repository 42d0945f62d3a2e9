use super::{reasons, rule};
use crate::glob::{Glob, Token, tokens};
use crate::{Engine, Event, Rules};
use proptest::prelude::*;
use std::sync::Arc;

#[test]
fn hostile_rules_are_refused_with_the_reason() {
    let deep =
        format!("title: T\nlogsource: {{product: x}}\ndetection: {{s: {}A{}, condition: s}}", "[".repeat(40), "]".repeat(40));
    let bomb: String = (1..20).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(","))).collect();
    let bomb = format!("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n{bomb}");
    let many =
        format!("title: T\nlogsource: {{product: x}}\ndetection: {{s: {{A: [{}]}}, condition: s}}", "1,".repeat(1_000_001));
    let parentheses = rule(&format!("s: {{A: x}}\ncondition: {}s{}", "(".repeat(500), ")".repeat(500)));
    let long = format!("title: T\nx: {}", "y".repeat(5 << 20));
    let glob = rule(&format!("s: {{A: 'a?{}'}}\ncondition: s", "b".repeat(5_000)));
    let selections: String = (0..600).map(|n| format!("s{n}: {{A: x}}\n")).collect();
    let selections = rule(&format!("{selections}condition: 1 of s*"));
    let table: String = [deep, bomb, many, parentheses, long, glob, selections].iter().map(|yaml| reasons(yaml) + "\n").collect();
    insta::assert_snapshot!(table, @r#"
        t.yml:3: not readable as YAML: nested more than 24 deep
        t.yml:6: not readable as YAML: more than 1000000 values
        t.yml:3: not readable as YAML: more than 1000000 values
        t.yml:7: the condition is nested more than 64 deep
        t.yml: the file has 5242892 bytes; at most 4194304 are read
        t.yml:6: selection "s": "A": a pattern of 5002 letters with wildcards is too long; at most 1024
        t.yml:506: the rule has more than 500 selections
        "#);
}

/// A rule's name, its texts, and how many rules and faults come of them at most.
#[test]
fn hostile_collections_end_in_time_and_say_why() {
    let simple =
        |n: usize| format!("title: T\nid: r{n}\nlogsource: {{service: s{n}}}\ndetection: {{s: {{F: v{n}}}, condition: s}}\n");
    let over = |n: usize, on: usize| {
        format!("title: C\nname: c{n}\ncorrelation: {{type: event_count, rules: [c{on}], timespan: 1m, condition: {{gte: 2}}}}\n")
    };
    let filter =
        |n: usize| format!("title: F\nlogsource: {{product: x}}\nfilter: {{rules: any, s: {{F: v{n}}}, condition: s}}\n");
    let many = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join("---\n");
    let named = simple(0).replace("id: r0", "name: c1");
    let regexes: String = (0..600).map(|n| format!("'x{n}\\w{{20}}',")).collect();
    let patterns = vec!["1 of s*"; 2_000].join(" or ");
    let selections: String = (0..400).map(|n| format!("  s{n}: {{A: x}}\n")).collect();
    let shared = format!("action: global\nx: [{}]\ntitle: T\n", "1,".repeat(9_000));
    let rows: Vec<(&str, String)> = vec![
        ("100,000 rules", vec!["title: T\n"; 100_000].join("---\n")),
        ("a circle of 2,000", many(2_000, &|n| over(n, (n + 1) % 2_000))),
        ("a chain of 2,000, last first", many(2_000, &|n| over(2_001 - n, 2_000 - n)) + "---\n" + &named),
        ("rests on itself", over(1, 1)),
        (
            "2,000 filters over 2,000 rules",
            many(2_000, &simple).replace("{service:", "{product: x, service:") + "---\n" + &many(2_000, &filter),
        ),
        ("large expressions", rule(&format!("s: {{A|re: [{regexes}]}}\ncondition: s"))),
        ("an expression of 9,000 letters", rule(&format!("s: {{A|re: '{}'}}\ncondition: s", "(a|b)*".repeat(1_500)))),
        ("nested repetitions", rule("s: {A|re: '((((a{100}){100}){100}){100})'}\ncondition: s")),
        ("long conditions", format!("title: T\nlogsource: {{product: x}}\ndetection:\n{selections}  condition: {patterns}\n")),
        ("1,000 conditions", rule(&format!("s: {{A: x}}\ncondition: [{}]", "s,".repeat(1_000)))),
        ("shared by many", shared + &"---\nlogsource: {product: x}\ndetection: {s: {A: x}, condition: s}\n".repeat(2_000)),
        ("a list of lists", format!("title: T\nx: {}", "[".repeat(100_000))),
        ("a map of maps", format!("title: T\nx: {}", "{a: ".repeat(100_000))),
        ("a key of a map", "? {a: b}\n: c".to_owned()),
        ("an alias of itself", "title: &a [*a]".to_owned()),
        ("an alias of nothing", "title: *a".to_owned()),
    ];
    let mut table = String::new();
    for (name, yaml) in rows {
        let began = std::time::Instant::now();
        let (rules, faults) = Rules::read([("t.yml", yaml.as_str())]);
        let took = began.elapsed();
        assert!(took.as_secs() < 60, "{name}: {took:?}");
        let reason = faults.last().map(ToString::to_string).unwrap_or_default();
        table += &format!("{name}: {} rules, {} faults: {reason}\n", rules.len(), faults.len());
    }
    insta::assert_snapshot!(table, @r#"
        100,000 rules: 0 rules, 10001 faults: t.yml: the file has more than 10000 documents; the first 10000 are read
        a circle of 2,000: 0 rules, 2000 faults: t.yml:7999: the correlation rests on "c0", which rests on it in turn or on what could not be read
        a chain of 2,000, last first: 2001 rules, 0 faults: 
        rests on itself: 0 rules, 1 faults: t.yml:3: the correlation rests on "c1", which rests on it in turn or on what could not be read
        2,000 filters over 2,000 rules: 2000 rules, 1001 faults: t.yml:12003: filters are laid over rules more than 1000000 times
        large expressions: 0 rules, 1 faults: t.yml:6: selection "s": "A|re": the rules' regular expressions need more than 268435456 bytes together
        an expression of 9,000 letters: 0 rules, 1 faults: t.yml:6: selection "s": "A|re": a regular expression of 9000 letters is too long; at most 8192
        nested repetitions: 0 rules, 1 faults: t.yml:6: selection "s": "A|re": not a regular expression that runs in linear time: Compiled regex exceeds size limit of 4194304 bytes.
        long conditions: 0 rules, 1 faults: t.yml:404: a condition of 21996 letters is too long; at most 16384
        1,000 conditions: 0 rules, 1 faults: t.yml:7: the rule has more than 64 conditions
        shared by many: 111 rules, 1889 faults: t.yml:6002: the file unfolds into more than 1000000 values
        a list of lists: 0 rules, 1 faults: t.yml:2: not readable as YAML: recursion limit exceeded
        a map of maps: 0 rules, 1 faults: t.yml:2: not readable as YAML: nested more than 24 deep
        a key of a map: 0 rules, 1 faults: t.yml:1: not readable as YAML: a key must be a single text
        an alias of itself: 0 rules, 1 faults: t.yml:1: not readable as YAML: an alias stands inside of what it names
        an alias of nothing: 0 rules, 1 faults: t.yml:1: not readable as YAML: while parsing node, found unknown anchor
        "#);
}

#[test]
fn lists_that_would_grow_without_end_are_refused() {
    let lists = [("a".to_owned(), (0..100).map(|n| n.to_string()).collect::<Vec<_>>())].into();
    let text = rule("s: {F|expand: '%a%%a%%a%'}\ncondition: s");
    let (rules, faults) = Rules::read_with([("t.yml", text.as_str())], &lists);
    assert!(rules.is_empty());
    let told: String = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told, "t.yml:6: selection \"s\": \"F|expand\": the lists make more than 100000 values of it");
}

/// A wildcard matcher that is plainly right and slow.
fn naive(pattern: &[Token], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((Token::Any, rest)) => (0..=text.len()).any(|n| naive(rest, &text[n..])),
        Some((Token::One, rest)) => !text.is_empty() && naive(rest, &text[1..]),
        Some((Token::Dash, rest)) => text.first().is_some_and(|letter| "-/–—―".contains(*letter)) && naive(rest, &text[1..]),
        Some((Token::Text(piece), rest)) => {
            let piece: Vec<char> = piece.chars().collect();
            text.starts_with(&piece) && naive(rest, &text[piece.len()..])
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn wildcards_match_as_a_naive_matcher_does(
        pattern in prop::collection::vec(prop_oneof![
            Just(Token::Any), Just(Token::One), Just(Token::Dash), "[aあ]{1,2}".prop_map(Token::Text), "[ab-]".prop_map(Token::Text)
        ], 0..7),
        text in "[abあ/–-]{0,10}",
    ) {
        let glob = Glob::new(&pattern, |text| text.as_bytes().to_vec());
        let letters: Vec<char> = text.chars().collect();
        prop_assert_eq!(glob.matches(text.as_bytes()), naive(&pattern, &letters));
    }

    #[test]
    fn written_values_are_read_as_a_pattern_of_themselves(text in "\\PC{0,20}") {
        let hidden: String = text.chars().flat_map(|letter| matches!(letter, '*' | '?' | '\\').then_some('\\').into_iter().chain([letter])).collect();
        let expected = if text.is_empty() { vec![] } else { vec![Token::Text(text)] };
        prop_assert_eq!(tokens(&hidden), expected);
    }

    #[test]
    fn any_text_as_a_rule_is_read_or_refused(text in "(title|id|detection|condition|selection|\\||:|-|\\[|\\]|\\{|\\}|&a|\\*a|\n|  | |'|\"|x|---|\\PC){0,60}") {
        let (rules, faults) = Rules::read([("t.yml", text.as_str())]);
        prop_assert!(rules.len() + faults.len() > 0);
    }

    #[test]
    fn any_detection_is_read_or_refused_and_any_event_is_judged(
        key in "(F|g)?(\\|(contains|startswith|endswith|all|re|i|cidr|base64|base64offset|wide|utf16|windash|exists|lt|gte|fieldref|expand|cased|neq|hour|gt|lt|utf16be|m|s|week|year)){0,4}",
        value in "[ -~]{0,12}", condition in "((not|and|or|1 of|all of|them|s|s\\*|\\(|\\)) ?){0,8}", found in "\\PC{0,12}",
    ) {
        let value = serde_json::to_string(&value).expect("text");
        let key = serde_json::to_string(&key).expect("text");
        let condition = serde_json::to_string(&condition).expect("text");
        let text = rule(&format!("s: {{{key}: {value}}}\ncondition: {condition}"));
        let (rules, faults) = Rules::read([("t.yml", text.as_str())]);
        prop_assert_eq!(rules.len() + faults.len(), 1);
        let mut event = Event::new(0);
        event.source("linux", "", "");
        event.push("F", found.as_str());
        Engine::new(Arc::new(rules)).judge_view(&event, &mut Vec::new());
    }

    /// Any correlation and filter over a rule is read or refused, and works.
    #[test]
    fn any_correlation_is_read_or_refused_and_any_stream_is_judged(
        kind in "(event_count|value_count|value_sum|value_avg|value_percentile|temporal|temporal_ordered|none)",
        bounds in "(gte: [0-3]|gt: 1.5|lt: 4|lte: 2, gt: 0|neq: 2|eq: -1|)", field in "(, field: F|, field: G|, field: \\[F, G\\]|)", more in "(, percentile: [0-9]{1,3}|)",
        group in "(, group-by: \\[G\\]|, group-by: \\[\\]|, generate: true|, aliases: \\{a: \\{b: F\\}\\}|)", span in "[0-9]{1,3}(s|m|d|y|x)",
        filter in "(any|\\[b\\]|c)", times in prop::collection::vec((any::<i64>(), 0_u8..4), 0..12),
    ) {
        let yaml = format!("title: B\nname: b\nlogsource: {{product: linux}}\ndetection: {{s: {{F|exists: true}}, condition: s}}\n---
title: C\nname: c\ncorrelation: {{type: {kind}, rules: b, timespan: {span}, condition: {{{bounds}{field}{more}}}{group}}}\n---
title: F\nlogsource: {{product: linux}}\nfilter: {{rules: {filter}, s: {{F: '0'}}, condition: s}}\n");
        let (rules, faults) = Rules::read([("t.yml", yaml.as_str())]);
        prop_assert!(rules.len() + faults.len() >= 2);
        let mut engine = Engine::new(Arc::new(rules));
        for (at, value) in times {
            engine.judge(&super::at(at, &[("F", &value.to_string()), ("G", "x")]));
        }
        engine.advance(i64::MAX, &mut Vec::new());
        prop_assert_eq!(engine.remembered(), 0);
    }

    /// The way by anchors must never lose a finding: a rule put forward by its anchors is judged as when all rules are asked.
    #[test]
    fn anchors_lose_nothing(
        values in prop::collection::vec("[abc*?]{1,6}", 1..4), modifier in "(\\|contains|\\|endswith|\\|startswith)?(\\|all|\\|cased)?",
        other in "[abc]{1,4}", condition in "(s|t|s and t|s or t|s and not t|1 of them|all of them)", one in "[abcABC]{0,8}", two in "[abc]{0,5}",
    ) {
        let detection = format!("s: {{F{modifier}: [{}]}}\nt: {{G: '{other}'}}\ncondition: {condition}", values.iter().map(|v| format!("'{v}'")).collect::<Vec<_>>().join(","));
        let plain = rule(&detection);
        // A condition that also may hold without any literal has no anchors.
        let unanchored = rule(&format!("{detection} or _never").replace("condition: ", "_never: {Never|re: x}\ncondition: "));
        let event = super::event(&[("F", &one), ("G", &two)]);
        let judge = |text: &str| { let (rules, faults) = Rules::read([("t.yml", text)]); assert_eq!(faults, []); Engine::new(Arc::new(rules)).judge(&event).len() };
        prop_assert_eq!(judge(&plain), judge(&unanchored));
    }
}
