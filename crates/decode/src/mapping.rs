//! Which record is which of Sigma's log sources, and the second names of its fields: content, in `content/sources`.
//!
//! Words are content and decisions are code: a file says which events are of which category, and names a conversion by one
//! of the words of `Conversion`. Nothing takes a field's own name or value away; what follows from it is added.

mod convert;
mod plan;

pub(crate) use self::plan::Plans;

use self::convert::Conversion;
use serde::Deserialize;
use sigma::Source;
use std::collections::HashMap;

const FILES: [(&str, &str); 5] = [
    ("windows.toml", include_str!("../../../content/sources/windows.toml")),
    ("network.toml", include_str!("../../../content/sources/network.toml")),
    ("schemas.toml", include_str!("../../../content/sources/schemas.toml")),
    ("cloud.toml", include_str!("../../../content/sources/cloud.toml")),
    ("web.toml", include_str!("../../../content/sources/web.toml")),
];

/// Entries that may concern one event.
const STEPS: usize = 64;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    edition: String,
    from: Vec<String>,
    #[serde(default)]
    service: Vec<Service>,
    #[serde(default)]
    event: Vec<Entry>,
    #[serde(default)]
    format: HashMap<String, Sheet>,
    #[serde(default)]
    not_reachable: Vec<NotReachable>,
}

/// A Windows service and the channels that it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    name: String,
    channels: Vec<String>,
}

/// A log source that rules ask for and no record can be, with the reason.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotReachable {
    /// `product/category/service`.
    pub source: String,
    pub why: String,
}

/// What is said of the records of one format.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    /// The fields on whose values the entries depend.
    #[serde(default)]
    keys: Vec<String>,
    event: Vec<Entry>,
}

/// Some events, what they are, and the second names of their fields.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Entry {
    /// Of Windows: the channels and the events' numbers (none: all).
    channels: Vec<String>,
    events: Vec<u32>,
    /// Each a field's name and the values of which it must have one; the name alone asks that the field is there.
    when: Vec<Vec<String>>,
    /// Of Windows: Sigma's categories.
    categories: Vec<String>,
    /// Elsewhere: `product/category/service`; `{name}` is the value of that key.
    sources: Vec<String>,
    /// Pairs of a field and its second name, which is given only where the record has no field of that name.
    copy: Vec<(String, String)>,
    /// A field, the conversion, and the name under which the outcome is added. Of several with one name, the first that gives anything.
    convert: Vec<(String, Conversion, String)>,
    /// Pairs of a name and a value that is added where the record has no field of that name.
    give: Vec<(String, String)>,
}

impl Entry {
    /// Refuses what could never be meant.
    fn check(&self, sheet: Option<&Sheet>) -> Result<(), String> {
        if self.when.iter().any(Vec::is_empty) {
            return Err("a condition has no field".into());
        }
        let fits = match sheet {
            None => !self.channels.is_empty() && self.sources.is_empty(),
            Some(_) => self.channels.is_empty() && self.events.is_empty() && self.categories.is_empty(),
        };
        if !fits {
            return Err("channels and categories are of Windows, sources of the formats".into());
        }
        for source in &self.sources {
            if source.matches('/').count() != 2 {
                return Err(format!("a source is product/category/service, and this is none: {source}"));
            }
            let key = |part: &str| part.split_once('}').map(|(key, _)| key.to_owned());
            let known = |key: &String| sheet.is_some_and(|sheet| sheet.keys.contains(key));
            if !source.split('{').skip(1).all(|part| key(part).as_ref().is_some_and(known)) {
                return Err(format!("a source may name keys alone: {source}"));
            }
        }
        Ok(())
    }
}

/// All that `content/sources` says.
#[derive(Debug, Default)]
pub struct Mapping {
    /// Channel in lower case and service.
    services: HashMap<String, String>,
    /// Of Windows, by channel in lower case.
    windows: HashMap<String, Vec<Entry>>,
    sheets: HashMap<String, Sheet>,
    not_reachable: Vec<NotReachable>,
}

/// A file of the mapping that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct NotAMapping {
    pub file: String,
    pub reason: String,
}

impl Mapping {
    /// The mapping that the program carries.
    pub fn own() -> Result<Mapping, NotAMapping> {
        let mut mapping = Mapping::default();
        for (file, text) in FILES {
            mapping.add(text).map_err(|reason| NotAMapping { file: file.to_owned(), reason })?;
        }
        Ok(mapping)
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        if file.edition.is_empty() || file.from.is_empty() {
            return Err("an edition and the sources that it is from are missing".into());
        }
        let sheets = file.format.values().flat_map(|sheet| sheet.event.iter().map(move |entry| (entry, Some(sheet))));
        for (entry, sheet) in file.event.iter().map(|entry| (entry, None)).chain(sheets) {
            entry.check(sheet)?;
        }
        for service in file.service {
            let channels = service.channels.iter().map(|channel| (channel.to_lowercase(), service.name.clone()));
            self.services.extend(channels);
        }
        for entry in file.event {
            for channel in &entry.channels {
                let entries = self.windows.entry(channel.to_lowercase()).or_default();
                entries.push(entry.clone());
                if entries.len() > STEPS {
                    return Err(format!("more than {STEPS} entries for {channel}"));
                }
            }
        }
        for (name, sheet) in file.format {
            if sheet.event.len() > STEPS {
                return Err(format!("more than {STEPS} entries for {name}"));
            }
            self.sheets.insert(name, sheet);
        }
        self.not_reachable.extend(file.not_reachable);
        Ok(())
    }

    /// Log sources that rules ask for and no record can be.
    pub fn not_reachable(&self) -> &[NotReachable] {
        &self.not_reachable
    }

    /// All log sources that records can be; where a part depends on the record's own words, that part is `*`.
    pub fn sources(&self) -> Vec<Source<'static>> {
        let mut all: Vec<Source<'static>> =
            self.services.values().map(|service| Source::new("windows", "", service.clone())).collect();
        let categories = self.windows.values().flatten().flat_map(|entry| &entry.categories);
        all.extend(categories.map(|category| Source::new("windows", category.clone(), "")));
        let told = self.sheets.values().flat_map(|sheet| &sheet.event).flat_map(|entry| &entry.sources);
        all.extend(told.map(|text| source(text, |_| Some("*".to_owned()))));
        all
    }
}

/// `product/category/service`, with `{name}` as what `value` gives for it, in lower case.
fn source(text: &str, value: impl Fn(&str) -> Option<String>) -> Source<'static> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        whole.push_str(before);
        whole.push_str(&value(name).unwrap_or_default().replace('/', " ").to_lowercase());
        rest = after;
    }
    whole.push_str(rest);
    let mut parts = whole.splitn(3, '/').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Source::new(next(), next(), next())
}

#[cfg(test)]
mod tests;
