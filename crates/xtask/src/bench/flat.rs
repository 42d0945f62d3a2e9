//! Events as flat JSON lines, as collectors write them and evaluators without a decoder of their own want them.
//!
//! Made from what `evtx_dump` says of the recordings, not from our own decoder, so that a fault of ours cannot help us.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Which channel and event is which log source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    service: BTreeMap<String, String>,
    category: BTreeMap<String, BTreeMap<String, String>>,
}

impl Sources {
    pub fn own() -> anyhow::Result<Sources> {
        Ok(toml::from_str(include_str!("sources.toml"))?)
    }
}

/// One event as `evtx_dump -o jsonl` tells it, as one flat object; `None` if it is no event.
pub fn flat(event: &Value, sources: &Sources) -> Option<Map<String, Value>> {
    let event = event.get("Event")?;
    let mut to = Map::new();
    for (name, value) in event.get("System")?.as_object()? {
        match (name.as_str(), attributes(value)) {
            ("Correlation", _) => {}
            ("Provider", Some(attributes)) => one(&mut to, "Provider_Name", attributes.get("Name")),
            ("TimeCreated", Some(attributes)) => one(&mut to, "SystemTime", attributes.get("SystemTime")),
            ("Security", Some(attributes)) => one(&mut to, "Security_UserID", attributes.get("UserID")),
            ("Execution", Some(attributes)) => {
                one(&mut to, "Execution_ProcessID", attributes.get("ProcessID"));
                one(&mut to, "Execution_ThreadID", attributes.get("ThreadID"));
            }
            ("EventID", _) => {
                let id = value.get("#text").unwrap_or(value);
                let number = id.as_str().and_then(|id| id.parse::<u64>().ok());
                to.insert("EventID".into(), number.map_or_else(|| id.clone(), Value::from));
            }
            _ => one(&mut to, name, Some(value)),
        }
    }
    if let Some(data) = event.get("EventData") {
        nested(&mut to, "", data);
    }
    for (_, data) in event.get("UserData").and_then(Value::as_object).into_iter().flatten() {
        nested(&mut to, "", data);
    }
    say_source(&mut to, sources);
    Some(to)
}

fn attributes(value: &Value) -> Option<&Map<String, Value>> {
    value.get("#attributes")?.as_object()
}

/// Adds a field, if there is a value and no other field of the name.
fn one(to: &mut Map<String, Value>, name: &str, value: Option<&Value>) {
    let value = value.map(|value| value.get("#text").unwrap_or(value));
    if let Some(value) = value.filter(|value| !value.is_null() && !value.is_object())
        && !to.contains_key(name)
    {
        to.insert(name.to_owned(), value.clone());
    }
}

/// Adds the fields within a value, names joined by points.
fn nested(to: &mut Map<String, Value>, path: &str, value: &Value) {
    match value {
        Value::Object(fields) if !fields.contains_key("#text") => {
            for (name, value) in fields.iter().filter(|(name, _)| *name != "#attributes") {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                nested(to, &path, value);
            }
        }
        _ if path.is_empty() => {}
        _ => one(to, path, Some(value)),
    }
}

fn say_source(to: &mut Map<String, Value>, sources: &Sources) {
    let channel = to.get("Channel").and_then(Value::as_str).unwrap_or_default();
    let number = to.get("EventID").map(ToString::to_string).unwrap_or_default();
    let service = sources.service.get(channel).cloned();
    let category = sources.category.get(channel).and_then(|events| events.get(&number)).cloned();
    to.insert("product".into(), "windows".into());
    for (name, value) in [("service", service), ("category", category)] {
        if let Some(value) = value {
            to.insert(name.into(), value.into());
        }
    }
}
