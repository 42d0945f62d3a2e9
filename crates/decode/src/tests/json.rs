//! The pass over JSON against serde_json, on any text.

use crate::json::{self, Reader};
use crate::windows::Mapping;
use proptest::prelude::*;
use serde_json::Value;
use sigma::Slate;
use std::sync::Arc;

/// What serde_json makes of a text, flattened slowly and plainly; `None` if it is no object.
fn told_by_serde(text: &str) -> Option<Vec<(String, String)>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut fields = Vec::new();
    value.is_object().then(|| flatten(&value, "", &mut fields))?;
    fields.sort();
    Some(fields)
}

fn flatten(value: &Value, path: &str, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Bool(yes) => fields.push((path.to_owned(), yes.to_string())),
        Value::Number(number) => fields.push((path.to_owned(), number.to_string())),
        Value::String(text) => fields.push((path.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| flatten(item, path, fields)),
        Value::Object(entries) => entries.iter().for_each(|(name, value)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            flatten(value, &path, fields);
        }),
    }
}

fn told_by_us(text: &str) -> Option<Vec<(String, String)>> {
    let fields = json::flat(text).ok()?;
    let mut fields: Vec<_> = fields.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    fields.sort();
    Some(fields)
}

#[test]
fn what_serde_json_takes_is_taken_and_nothing_else() {
    let deep = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let rows = [
        r#"{}"#,
        r#" { "a" : 1 , "b" : [ ] , "c" : { } } "#,
        r#"{"a":-0,"b":0.10,"c":1e5,"d":-1.5E+3,"e":18446744073709551615}"#,
        r#"{"a":01}"#,
        r#"{"a":1.}"#,
        r#"{"a":.5}"#,
        r#"{"a":-}"#,
        r#"{"a":1e}"#,
        r#"{"a":+1}"#,
        r#"{"a":tru}"#,
        r#"{"a":true,}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[1 2]}"#,
        r#"{"a" 1}"#,
        r#"{a:1}"#,
        r#"{"a":'x'}"#,
        r#"{"a":"x}"#,
        "{\"a\":\"x\ty\"}",
        "{\"a\ty\":1}",
        "{\"a\":\t1}\n",
        r#"{"a":"\x"}"#,
        r#"{"a":"\u12"}"#,
        r#"{"a":"\u3042\ud83d\ude00\\\"\/\b\f\n\r\t"}"#,
        r#"{"\u0061\\":1}"#,
        r#"{"a":"C:\\Windows\\System32\\あ.exe","b":"\\","c":"\"","d":"\\\\"}"#,
        r#"{"":{"":1}}"#,
        r#"{"a":nul}"#,
        r#"{"a":null}"#,
        r#"[{"a":1}]"#,
        r#""a""#,
        r#"{"a":1}}"#,
        r#"{"a":1}{"#,
        "\u{feff}{}",
        "",
        "{",
        r#"{"a""#,
        r#"{"a":"#,
        r#"{"a":["#,
        r#"{"a":"\"#,
        &deep(127),
        &deep(128),
    ];
    for text in rows {
        let (ours, theirs) = (told_by_us(text), told_by_serde(text));
        // Numbers that Rust would write otherwise stay as they are written.
        assert_eq!(ours.is_some(), theirs.is_some(), "{text}");
        if !text.contains("-0") {
            assert_eq!(ours, theirs, "{text}");
        }
    }
}

#[test]
fn where_it_differs_from_serde_json() {
    let many = format!("{{\"a\":[{}1]}}", "1,".repeat(10_000));
    let long = format!("{{\"{}\":1}}", "n".repeat(5_000));
    let shown = |text: &str| match json::flat(text) {
        Ok(fields) => format!("{:?}", fields.iter().map(|(name, value)| (name.len(), &**value)).collect::<Vec<_>>()),
        Err(error) => error.to_string(),
    };
    let rows = [r#"{"a":"x\ud800y","b":"\udc00"}"#, r#"{"a":1e400,"b":1.50}"#, many.as_str(), long.as_str()];
    let table: String = rows.iter().map(|text| shown(text) + "\n").collect();
    insta::assert_snapshot!(table, @r#"
        [(1, "x�y"), (1, "�")]
        [(1, "1e400"), (1, "1.50")]
        not readable as JSON: there are more than 10,000 fields, at byte 20007
        [(256, "1")]
        "#);
}

#[test]
fn more_names_than_are_remembered_are_read_as_well() {
    let mut reader = Reader::new(Arc::new(Mapping::default()));
    let mut slate = Slate::default();
    for n in 0..30_000 {
        reader.read(&format!("{{\"x{n}\":{{\"y\":\"{n}\"}}}}"), &mut slate).expect("an object");
        assert_eq!((slate.letters_at(0), slate.value_at(0)), (format!("x{n}.y").as_str(), n.to_string().as_str()));
    }
}

/// JSON that is nearly right.
fn text() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\"a\":",
        "\"b\":",
        "\"a\"",
        "\"\\u0041\"",
        "\\",
        "\\\\",
        "\\ud83d",
        "\\ude00",
        "1",
        "-",
        ".",
        "e",
        "0",
        "true",
        "false",
        "null",
        " ",
        "\n",
        "\t",
        "é",
        "あ",
        "long text of more than sixteen bytes",
        "\u{1}",
    ]);
    let nearly = prop::collection::vec(words, 0..20).prop_map(|words| words.concat());
    prop_oneof![
        nearly.clone(),
        nearly.prop_map(|inner| format!("{{\"a\":{inner}}}")),
        value().prop_map(|value| value.to_string())
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z\\\\\"/\n\u{1}é あ😀]{0,24}".prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        let name = prop_oneof!["[ab]", ".{0,12}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..5).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// May the two differ on it? A half surrogate pair; the same name twice, of which serde_json keeps one.
fn apart(text: &str) -> bool {
    text.contains("\\ud83d") || text.contains("\\ude00") || text.matches("\"a\"").count() > 1 || text.matches("\"b\"").count() > 1
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_as_serde_json_reads_it(text in text()) {
        if !apart(&text) {
            let (ours, theirs) = (told_by_us(&text), told_by_serde(&text));
            prop_assert_eq!(ours.is_some(), theirs.is_some(), "{}", text);
            // Numbers stay as they are written; serde_json writes these anew: -0 becomes -0.0.
            if !text.contains('.') && !text.contains('e') && !text.contains("-0") {
                prop_assert_eq!(ours, theirs, "{}", text);
            }
        }
    }

    /// What the reader remembers of lines before changes nothing.
    #[test]
    fn lines_before_change_nothing(texts in prop::collection::vec(text(), 1..6)) {
        let mut reader = Reader::new(Arc::new(Mapping::default()));
        let mut slate = Slate::default();
        for text in &texts {
            let ours = reader.read(text, &mut slate).is_ok().then(|| slate.to_wire());
            let fresh = json::event(text, &Mapping::default()).ok().map(|event| event.to_wire());
            prop_assert_eq!(ours, fresh, "{}", text);
        }
    }
}
