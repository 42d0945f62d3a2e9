//! Windows events as Sigma's rules know them: which log source a channel is, and the fields' names.

use crate::json::Flat;
use serde::Deserialize;
use sigma::Event;
use std::borrow::Cow;
use std::collections::HashMap;

const CONTENT: &str = include_str!("../../../content/sources/windows.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    service: Vec<Service>,
    category: Vec<Category>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    name: String,
    channels: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Category {
    name: String,
    channels: Vec<String>,
    events: Vec<u32>,
    /// Pairs of a field and the second name that it is given.
    #[serde(default)]
    copy: Vec<(String, String)>,
}

/// Which channel and event is which log source; from `content/sources/windows.toml`.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// Channel in lower case and service.
    services: HashMap<String, String>,
    /// Channel in lower case and event to categories.
    categories: HashMap<(String, u32), Vec<Category>>,
}

impl Mapping {
    /// The mapping that the program carries.
    pub fn own() -> Result<Mapping, toml::de::Error> {
        Mapping::read(CONTENT)
    }

    pub fn read(content: &str) -> Result<Mapping, toml::de::Error> {
        let content: Content = toml::from_str(content)?;
        let mut mapping = Mapping::default();
        for service in content.service {
            mapping.services.extend(service.channels.iter().map(|channel| (channel.to_lowercase(), service.name.clone())));
        }
        for category in content.category {
            for channel in &category.channels {
                for event in &category.events {
                    mapping.categories.entry((channel.to_lowercase(), *event)).or_default().push(category.clone());
                }
            }
        }
        Ok(mapping)
    }

    /// Says what the event is, and gives fields their second names.
    fn apply(&self, event: &mut Event<'_>, channel: &str, number: Option<u32>) {
        let key = (channel.to_lowercase(), number.unwrap_or(0));
        let categories = self.categories.get(&key).map_or(&[][..], |categories| categories);
        let service = self.services.get(&key.0).cloned().unwrap_or_default();
        for category in categories {
            event.source("windows", category.name.clone(), service.clone());
            for (name, also) in &category.copy {
                if event.get(also).is_none()
                    && let Some(value) = event.get(name).map(str::to_owned)
                {
                    event.push(also.clone(), value);
                }
            }
        }
        if categories.is_empty() {
            event.source("windows", "", service);
        }
    }
}

/// What a mapping says of each channel and event, made ready for one slate: say it once, use it for every event.
#[derive(Debug)]
pub struct Mapper {
    mapping: std::sync::Arc<Mapping>,
    /// By the event's number, then by channel: so a channel is looked up as it lies on the slate.
    known: HashMap<u32, HashMap<Box<str>, Known, Quick>, Quick>,
    count: usize,
}

/// What an event of one channel and number is, and which of its fields have a second name.
#[derive(Debug, Clone)]
struct Known {
    origin: Option<sigma::Origin>,
    sources: Vec<sigma::Source<'static>>,
    also: Vec<(String, String)>,
}

/// A hash that is quick for the short texts that channels are, and keyed anew by each run.
type Quick = foldhash::fast::RandomState;

/// Channels and numbers that are remembered; hostile logs may invent them without end.
const KNOWN: usize = 4_096;

impl Mapper {
    pub fn new(mapping: std::sync::Arc<Mapping>) -> Mapper {
        Mapper { mapping, known: HashMap::default(), count: 0 }
    }

    /// Completes a Windows event whose fields lie on the slate: says what it is, and gives fields their second names.
    /// To be used with one slate only.
    pub fn finish(&mut self, slate: &mut sigma::Slate, channel: &str, number: u32) {
        let known = |mapper: &Mapper| mapper.known.get(&number).is_some_and(|channels| channels.contains_key(channel));
        if !known(self) {
            if self.count >= KNOWN {
                self.known.clear();
                self.count = 0;
            }
            self.count += 1;
            let known = self.mapping.known(slate, channel, number);
            self.known.entry(number).or_default().insert(channel.into(), known);
        }
        let Some(known) = self.known.get(&number).and_then(|channels| channels.get(channel)) else { return };
        match known.origin {
            Some(origin) => slate.set_origin(origin),
            None => slate.set_sources(&known.sources),
        }
        for (name, also) in &known.also {
            let (Some(name), Some(also)) = (slate.name(name), slate.name(also)) else { continue };
            if let (Some(place), None) = (slate.find(name), slate.find(also)) {
                slate.also(place, also);
            }
        }
    }
}

impl Mapping {
    fn known(&self, slate: &mut sigma::Slate, channel: &str, number: u32) -> Known {
        let key = (channel.to_lowercase(), number);
        let categories = self.categories.get(&key).map_or(&[][..], |categories| categories);
        let service = self.services.get(&key.0).cloned().unwrap_or_default();
        let mut sources: Vec<sigma::Source<'static>> =
            categories.iter().map(|category| sigma::Source::new("windows", category.name.clone(), service.clone())).collect();
        if sources.is_empty() {
            sources.push(sigma::Source::new("windows", "", service));
        }
        let also = categories.iter().flat_map(|category| category.copy.clone()).collect();
        Known { origin: slate.origin(&sources), sources, also }
    }
}

/// How a name in the record becomes a field's name: a whole name, or a part before the field's own.
const NAMES: [(&str, &str); 22] = [
    ("Event.System.EventID", "EventID"),
    ("Event.System.EventID.#text", "EventID"),
    ("Event.System.Provider.#attributes.Name", "Provider_Name"),
    ("Event.System.Provider.Name", "Provider_Name"),
    ("Event.System.Provider_attributes.Name", "Provider_Name"),
    ("Event.System.TimeCreated.#attributes.SystemTime", "SystemTime"),
    ("Event.System.TimeCreated.SystemTime", "SystemTime"),
    ("Event.System.TimeCreated_attributes.SystemTime", "SystemTime"),
    ("Event.System.Execution.#attributes.ProcessID", "Execution_ProcessID"),
    ("Event.System.Execution.#attributes.ThreadID", "Execution_ThreadID"),
    ("Event.System.Security.#attributes.UserID", "Security_UserID"),
    ("winlog.channel", "Channel"),
    ("winlog.event_id", "EventID"),
    ("winlog.provider_name", "Provider_Name"),
    ("winlog.computer_name", "Computer"),
    ("winlog.record_id", "EventRecordID"),
    ("winlog.user.name", "Security_UserName"),
    ("@timestamp", "SystemTime"),
    ("SourceName", "Provider_Name"),
    ("Hostname", "Computer"),
    ("RecordNumber", "EventRecordID"),
    ("EventTime", "SystemTime"),
];

/// A Windows event from the flat fields of a JSON object; gives the fields back if it is none.
pub fn event<'a>(fields: Flat<'a>, mapping: &Mapping) -> Result<Event<'a>, Flat<'a>> {
    let has = |wanted: &[&str]| fields.iter().any(|(name, _)| wanted.contains(&name.as_ref()));
    let known = has(&["Event.System.Channel", "Event.System.EventID", "Event.System.EventID.#text", "winlog.channel"])
        || (has(&["Channel"]) && has(&["EventID"]));
    if !known {
        return Err(fields);
    }
    let mut event = Event::new(0);
    for (name, value) in fields {
        if let Some(name) = field(name) {
            event.push(name, value);
        }
    }
    let time = ["SystemTime", "TimeCreated", "UtcTime"].iter().find_map(|name| event.get(name).and_then(crate::moment));
    event.at = time.map_or(0, |at| at.0);
    let channel = event.get("Channel").unwrap_or_default().to_owned();
    let number = event.get("EventID").and_then(|number| number.trim().parse().ok());
    mapping.apply(&mut event, &channel, number);
    Ok(event)
}

/// As `name`, of a name that may be kept.
fn field(written: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match written {
        Cow::Borrowed(written) => name(written).map(Cow::Borrowed),
        Cow::Owned(written) => name(&written).map(|name| Cow::Owned(name.to_owned())),
    }
}

/// The field's name as rules write it, or `None` for what no rule asks.
pub(crate) fn name(written: &str) -> Option<&str> {
    if let Some((_, known)) = NAMES.iter().find(|(known, _)| *known == written) {
        return Some(known);
    }
    let after = |prefix: &str| written.strip_prefix(prefix);
    let own = if let Some(rest) = after("Event.EventData.").or_else(|| after("winlog.event_data.")) {
        Some(rest)
    } else if let Some(rest) = after("Event.UserData.").or_else(|| after("winlog.user_data.")) {
        // The element that holds the data, as LogFileCleared, is left out.
        Some(rest.split_once('.').map_or(rest, |(_, rest)| rest))
    } else {
        after("Event.System.")
    };
    match own {
        Some(rest) if rest.contains("#attributes") => None,
        Some(rest) => Some(rest.strip_suffix(".#text").unwrap_or(rest)),
        None if written.starts_with("Event.") => None,
        None => Some(written),
    }
}
