mod corpus;
mod explained;
mod filters;
mod folder;
mod hostile;
mod index;
mod kinds;
mod old;
mod saved;
mod spec;
mod table;
mod windows;

use crate::{Engine, Rules};
use std::sync::Arc;

/// One rule around a detection.
fn rule(detection: &str) -> String {
    let indented: String = detection.lines().map(|line| format!("  {line}\n")).collect();
    format!("title: T\nid: r\nlogsource: {{product: linux}}\nlevel: high\ndetection:\n{indented}")
}

fn event(fields: &[(&str, &str)]) -> wire::Event {
    at(0, fields)
}

fn at(at: i64, fields: &[(&str, &str)]) -> wire::Event {
    let source = wire::Source { product: "linux".into(), category: "process_creation".into(), service: String::new() };
    wire::Event { at, source, fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect() }
}

/// Does a rule with this detection fire on an event with these fields?
fn fires(detection: &str, fields: &[(&str, &str)]) -> bool {
    let text = rule(detection);
    let (rules, faults) = Rules::read([("t.yml", text.as_str())]);
    assert_eq!(faults, [], "{detection}");
    !Engine::new(Arc::new(rules)).judge(&event(fields)).is_empty()
}

/// Why a detection is refused.
fn refused(detection: &str) -> String {
    reasons(&rule(detection))
}

fn reasons(yaml: &str) -> String {
    let (_, faults) = Rules::read([("t.yml", yaml)]);
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
