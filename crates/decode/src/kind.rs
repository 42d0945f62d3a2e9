//! What a file is, told by its first bytes and never by its name.

use crate::windows::Mapping;
use crate::{audit, cisco, json, linux, text, weblog};
use base::Moment;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Evtx,
    /// One object a line.
    JsonLines,
    /// Objects one after another over several lines, or in one list.
    Json,
    Audit,
    Syslog,
    Cisco,
    WebAccess,
    WebError,
    /// Nothing in it.
    Empty,
    /// Nothing that is known.
    Unknown,
}

/// Bytes that are looked at.
pub const START: usize = 64 << 10;
/// Lines that are looked at.
const LINES: usize = 32;

/// Tells a file's kind from its first `START` bytes.
pub fn of(start: &[u8]) -> Kind {
    if start.starts_with(b"ElfFile\0") {
        return Kind::Evtx;
    }
    let Ok(mut lines) = text::Lines::new(start) else {
        return Kind::Unknown;
    };
    let mut kind = Kind::Empty;
    let mut seen = 0;
    while let Ok(Some(line)) = lines.next_line() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        kind = of_line(line);
        seen += 1;
        if kind != Kind::Unknown || seen >= LINES {
            break;
        }
    }
    kind
}

fn of_line(line: &str) -> Kind {
    let now = Moment(i64::MAX / 4);
    if line.starts_with(['{', '[']) {
        if line.starts_with('{') && json::flat(line).is_ok() {
            return Kind::JsonLines;
        }
        if weblog::error(line, 0).is_some() {
            return Kind::WebError;
        }
        let rest = line.trim_start_matches('[').trim_start();
        return if rest.is_empty() || rest.starts_with(['{', ']']) { Kind::Json } else { Kind::Unknown };
    }
    if audit::record(line).is_some() {
        Kind::Audit
    } else if weblog::access(line).is_some() {
        Kind::WebAccess
    } else if cisco::line(line, now, 0).is_some() {
        Kind::Cisco
    } else if linux::syslog_line(line, now, 0).is_some() {
        Kind::Syslog
    } else {
        Kind::Unknown
    }
}

fn owned(event: wire::Event) -> sigma::Event<'static> {
    let mut view = sigma::Event::new(event.at);
    view.source(event.source.product, event.source.category, event.source.service);
    for (name, value) in event.fields {
        view.push(name, value);
    }
    view
}

/// One line of a file of a kind that has one record a line; `None` if the line is no such record.
pub fn line<'a>(kind: Kind, line: &'a str, mapping: &Mapping, now: Moment, east: i64) -> Result<sigma::Event<'a>, String> {
    let owned = |event: Option<wire::Event>, what: &str| match event {
        Some(event) => Ok(owned(event)),
        None => Err(format!("this line is no {what}")),
    };
    match kind {
        Kind::JsonLines | Kind::Json => json::event(line, mapping).map_err(|error| error.to_string()),
        Kind::Audit => owned(audit::record(line), "audit record"),
        Kind::Syslog => owned(linux::syslog_line(line, now, east), "syslog line"),
        Kind::Cisco => owned(cisco::line(line, now, east), "message of a Cisco device"),
        Kind::WebAccess => owned(weblog::access(line), "line of an access log"),
        Kind::WebError => owned(weblog::error(line, east), "line of an error log"),
        Kind::Evtx | Kind::Empty | Kind::Unknown => Err("this kind has no lines".into()),
    }
}
