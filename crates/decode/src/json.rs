//! JSON objects to flat events: nested names joined by points, as `userIdentity.arn`.

use crate::windows::Mapping;
use crate::{journal, windows};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use sigma::Event;
use std::borrow::Cow;
use std::fmt;

/// Fields of one record; more are refused.
const FIELDS: usize = 10_000;

/// The fields of an object, by dotted name.
pub type Flat<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// A record that cannot be read as an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not readable as JSON: {0}")]
pub struct NotJson(pub String);

/// Reads one object. Values of a list repeat their name; null is left out, as a field that is not there.
pub fn flat(text: &str) -> Result<Flat<'_>, NotJson> {
    let mut fields = Vec::new();
    let mut path = String::new();
    let mut from = serde_json::Deserializer::from_str(text);
    let read = Seed { fields: &mut fields, path: &mut path }.deserialize(&mut from).and_then(|()| from.end());
    match read {
        Ok(()) if text.trim_start().starts_with('{') => Ok(fields),
        Ok(()) => Err(NotJson("this is no object".into())),
        Err(error) => Err(NotJson(error.to_string())),
    }
}

/// Reads one object as an event, of whichever kind it is: our own, a Windows event as written by evtx_dump, Winlogbeat or
/// NXLog, a journald entry, or anything else with flat fields.
pub fn event<'a>(text: &'a str, mapping: &Mapping) -> Result<Event<'a>, NotJson> {
    let fields = flat(text)?;
    let has = |name: &str| fields.iter().any(|(field, _)| field == name);
    if has("at") && fields.iter().any(|(name, _)| name.starts_with("source.")) && text.contains("\"fields\"") {
        return match serde_json::from_str::<wire::Event>(text) {
            Ok(event) => Ok(owned(event)),
            Err(error) => Err(NotJson(error.to_string())),
        };
    }
    if has("__REALTIME_TIMESTAMP") && has("MESSAGE") {
        return journal::entry(text).map(owned).ok_or_else(|| NotJson("this is no journald entry".into()));
    }
    Ok(windows::event(fields, mapping).unwrap_or_else(plain))
}

pub(crate) fn owned(event: wire::Event) -> Event<'static> {
    let mut view = Event::new(event.at);
    view.source(event.source.product, event.source.category, event.source.service);
    for (name, value) in event.fields {
        view.push(name, value);
    }
    view
}

/// An event of no kind that is known better. Its source is told by fields of that name, where there are such.
fn plain(fields: Flat<'_>) -> Event<'_> {
    let named = |names: &[&str]| {
        let found = names.iter().find_map(|name| fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value.clone())
    };
    let at =
        named(&["@timestamp", "timestamp", "time", "eventTime", "ts", "datetime", "date"]).and_then(|text| crate::moment(&text));
    let mut event = Event::new(at.map_or(0, |at| at.0));
    if named(&["eventSource"]).is_some() && named(&["awsRegion"]).is_some() {
        event.source("aws", "", "cloudtrail");
    }
    let part = |name: &str| named(&[&format!("logsource.{name}"), name]).unwrap_or_default();
    let (product, category, service) = (part("product"), part("category"), part("service"));
    event.source(product, category, service);
    event.fields = fields;
    event
}

struct Seed<'f, 'a> {
    fields: &'f mut Flat<'a>,
    path: &'f mut String,
}

impl<'a> Seed<'_, 'a> {
    fn put<E: Error>(self, value: Cow<'a, str>) -> Result<(), E> {
        if self.fields.len() >= FIELDS {
            return Err(E::custom(format_args!("more than {FIELDS} fields")));
        }
        self.fields.push((Cow::Owned(self.path.clone()), value));
        Ok(())
    }
}

impl<'a> DeserializeSeed<'a> for Seed<'_, 'a> {
    type Value = ();
    fn deserialize<D: Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Seed<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<(), E> {
        self.put(Cow::Borrowed(if yes { "true" } else { "false" }))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.put(Cow::Owned(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.put(Cow::Owned(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.put(Cow::Owned(number.to_string()))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<(), E> {
        self.put(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.put(Cow::Owned(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Seed { fields: self.fields, path: self.path })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, mut entries: A) -> Result<(), A::Error> {
        let length = self.path.len();
        while let Some(name) = entries.next_key::<Cow<'a, str>>()? {
            if length > 0 {
                self.path.push('.');
            }
            self.path.push_str(&name);
            entries.next_value_seed(Seed { fields: self.fields, path: self.path })?;
            self.path.truncate(length);
        }
        Ok(())
    }
}
