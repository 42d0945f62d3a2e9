//! Our engine beside another evaluator of Sigma: the same rules on the same flattened events must fire alike.

use corpus::files;
use rsigma_eval::JsonEvent;
use serde_json::{Map, Value};
use sigma::{Matcher, Rules, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

/// One line in so many of the large recordings.
const SAMPLE: usize = 100;

type Fields = BTreeMap<String, String>;

/// The leaves of a record as fields: what stands in an attribute has the element's name before it.
fn flatten(value: &Value, name: &str, fields: &mut Fields) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                match (key.as_str(), inner) {
                    ("#attributes", Value::Object(attributes)) => {
                        for (attribute, text) in attributes.iter().filter(|(attribute, _)| *attribute != "xmlns") {
                            flatten(text, &format!("{name}_{attribute}"), fields);
                        }
                    }
                    ("#text", inner) => flatten(inner, name, fields),
                    (key, inner) => flatten(inner, key, fields),
                }
            }
        }
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().filter_map(text).collect();
            put(fields, name, texts.join(" "));
        }
        Value::Null => {}
        single => put(fields, name, text(single).unwrap_or_default()),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The first of several values counts, so that both see the same.
fn put(fields: &mut Fields, name: &str, text: String) {
    let known = fields.keys().any(|known| known.eq_ignore_ascii_case(name));
    if !known {
        fields.insert(name.replace(' ', ""), text);
    }
}

/// The events of all recordings, once each.
fn events(data: &Path) -> BTreeSet<Fields> {
    let mut found = BTreeSet::new();
    for folder in ["evtx/oracle", "evtx/mitre"] {
        for recording in files(&data.join(folder), ".evtx") {
            let Ok(mut parser) = evtx::EvtxParser::from_path(&recording) else { continue };
            for record in parser.records_json_value().flatten() {
                let mut fields = Fields::new();
                flatten(&record.data, "", &mut fields);
                found.insert(fields);
            }
        }
    }
    for archive in files(&data.join("otrf"), ".zip") {
        let mut archive = zip::ZipArchive::new(std::fs::File::open(archive).expect("a file")).expect("an archive");
        for n in 0..archive.len() {
            let Ok(file) = archive.by_index(n) else { continue };
            if !file.name().ends_with(".json") {
                continue;
            }
            for line in BufReader::new(file).lines().step_by(SAMPLE).map_while(Result::ok) {
                let mut fields = Fields::new();
                if let Ok(value) = serde_json::from_str::<Value>(&line) {
                    flatten(&value, "", &mut fields);
                    found.insert(fields);
                }
            }
        }
    }
    found
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    difference: Vec<Difference>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    rule: String,
    ours: bool,
    reason: String,
}

/// Both sides are given all rules, whatever their log source, so that each rule is tried on each event.
#[test]
fn our_engine_and_another_fire_alike() {
    let Some(data) = corpus::folder("") else { return };
    let paths = files(&data.join("sigma"), ".yml");
    let texts: Vec<(String, String)> =
        paths.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).expect("a text"))).collect();
    let (rules, _) = Rules::read(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let rules = Arc::new(rules);
    let mut theirs = rsigma_eval::Engine::new();
    let mut known = BTreeSet::new();
    for (name, text) in &texts {
        let collection = rsigma_parser::parse_sigma_yaml(text).expect("rules");
        for rule in collection.rules {
            let id = rule.id.clone().unwrap_or_default();
            // Only what both can read is compared: rules with placeholders need lists.
            if rules.rule(&id).is_some() && theirs.add_rule(&rule).is_ok() {
                known.insert(id);
            } else {
                assert!(text.contains("expand"), "{name} is not read by both");
            }
        }
    }
    let sources: BTreeSet<(&str, &str, &str)> = rules
        .iter()
        .map(|rule| (rule.source.product.as_str(), rule.source.category.as_str(), rule.source.service.as_str()))
        .collect();
    let sources: Vec<Source<'_>> = sources.into_iter().map(|(one, two, three)| Source::new(one, two, three)).collect();
    let mut matcher = Matcher::new(Arc::clone(&rules));
    let origin = matcher.slate_mut().origin(&sources).expect("room");
    let events = events(&data);
    assert!(events.len() > 8_000, "{}", events.len());
    let (mut fired, mut differences) = (0, BTreeMap::<(String, bool), (usize, String)>::new());
    for fields in &events {
        let slate = matcher.slate_mut();
        slate.clear();
        slate.set_origin(origin);
        fields.iter().for_each(|(name, value)| slate.put_named(name, value));
        let ours: BTreeSet<String> =
            matcher.judge().iter().filter_map(|place| rules.at(*place as usize)).map(|rule| rule.id.clone()).collect();
        let map: Map<String, Value> = fields.iter().map(|(name, text)| (name.clone(), Value::String(text.clone()))).collect();
        let value = Value::Object(map);
        let results = theirs.evaluate(&JsonEvent::borrow(&value));
        let others: BTreeSet<String> = results.into_iter().filter_map(|result| result.header.rule_id).collect();
        fired += others.len();
        for id in ours.symmetric_difference(&others).filter(|id| known.contains(*id)) {
            let difference = differences.entry((id.clone(), ours.contains(id))).or_default();
            difference.0 += 1;
            difference.1 = value.to_string();
        }
    }
    let kept: Kept = toml::from_str(include_str!("../src/tests/differences.toml")).expect("the kept list");
    assert!(kept.difference.iter().all(|kept| !kept.reason.is_empty()));
    let listed: BTreeSet<(String, bool)> = kept.difference.into_iter().map(|kept| (kept.rule, kept.ours)).collect();
    let new: Vec<_> = differences.iter().filter(|(key, _)| !listed.contains(*key)).collect();
    assert!(new.is_empty(), "{} differences in {} events, {fired} findings: {new:#?}", new.len(), events.len());
    let gone: Vec<_> = listed.iter().filter(|key| !differences.contains_key(*key)).collect();
    assert!(gone.is_empty(), "listed and not there any more: {gone:?}");
    assert!(fired > 1_000, "{fired}");
}
