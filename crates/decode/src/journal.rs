//! Entries of the journal, as `journalctl -o json` writes them.

use crate::linux::{self, Line};
use base::Moment;
use serde_json::{Map, Value};

/// Reads one entry; `None` for what is none, or has no message.
pub fn entry(json: &str) -> Option<wire::Event> {
    if json.len() > crate::RECORD_BYTES {
        return None;
    }
    let entry: Map<String, Value> = serde_json::from_str(json).ok()?;
    let text = |name: &str| entry.get(name).and_then(text);
    let micros = text("_SOURCE_REALTIME_TIMESTAMP").or_else(|| text("__REALTIME_TIMESTAMP"))?.parse::<i64>().ok()?;
    let service = text("SYSLOG_IDENTIFIER").or_else(|| text("_COMM")).unwrap_or_default();
    let message = text("MESSAGE")?;
    let mut event = linux::event(&Line {
        at: Moment(micros / 1_000),
        host: &text("_HOSTNAME").unwrap_or_default(),
        service: &service,
        process: text("_PID").or_else(|| text("SYSLOG_PID")).as_deref(),
        message: &message,
        journal: true,
    });
    for (name, field) in
        [("_SYSTEMD_UNIT", "Unit"), ("UNIT", "Unit"), ("_EXE", "Image"), ("_CMDLINE", "CommandLine"), ("_UID", "UserId")]
    {
        if let Some(value) = text(name)
            && event.get(field).is_none()
        {
            event.fields.push((field.to_owned(), value));
        }
    }
    Some(event)
}

/// A value as text: the journal writes text that is not printable as a list of bytes, and a repeated field as a list of texts.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => {
            let bytes: Option<Vec<u8>> =
                items.iter().map(|item| item.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect();
            match bytes {
                Some(bytes) => Some(crate::text::decode(&bytes).into_owned()),
                None => items.first().and_then(Value::as_str).map(str::to_owned),
            }
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
    }
}
