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
        key in "(F|g)?(\\|(contains|startswith|endswith|all|re|i|cidr|base64|base64offset|wide|utf16|windash|exists|lt|gte|fieldref|expand|cased|neq|hour)){0,4}",
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
