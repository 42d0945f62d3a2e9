//! What a file is, told by its first bytes and never by its name.

use crate::windows::Mapping;
use crate::{audit, cisco, csv, json, linux, text, weblog};
use base::Moment;
use sigma::Slate;

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
    /// Comma-separated values with a line of names.
    Csv,
    /// W3C extended logs, as IIS writes them.
    W3c,
    /// Zeek's own form, with tabs.
    ZeekTsv,
    /// Squid's native access log.
    Squid,
    /// Bytes with pieces of an EVTX file in them: a part of a disk, or a file whose head is gone.
    EvtxPiece,
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
    if memchr::memmem::find(start, b"ElfChnk\0").is_some() {
        return Kind::EvtxPiece;
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
        kind = match of_line(line) {
            Kind::Csv => {
                let head = line.to_owned();
                let next = lines.next_line().ok().flatten();
                match next.is_none_or(|next| csv::follows(&head, &next)) {
                    true => Kind::Csv,
                    false => Kind::Unknown,
                }
            }
            kind => kind,
        };
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
    if line.starts_with('#') {
        return of_head(line);
    }
    if audit::record(line).is_some() {
        Kind::Audit
    } else if weblog::access(line).is_some() {
        Kind::WebAccess
    } else if cisco::line(line, now, 0).is_some() {
        Kind::Cisco
    } else if linux::syslog_line(line, now, 0).is_some() {
        Kind::Syslog
    } else if weblog::squid(line, &mut Slate::default()) {
        Kind::Squid
    } else if csv::is_head(line) {
        Kind::Csv
    } else {
        Kind::Unknown
    }
}

/// The first words of logs that say what their columns are.
fn of_head(line: &str) -> Kind {
    const W3C: [&str; 5] = ["#Software:", "#Version:", "#Date:", "#Fields:", "#Start-Date:"];
    const ZEEK: [&str; 4] = ["#separator", "#set_separator", "#fields\t", "#path\t"];
    if W3C.iter().any(|word| line.starts_with(word)) {
        Kind::W3c
    } else if ZEEK.iter().any(|word| line.starts_with(word)) {
        Kind::ZeekTsv
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
        Kind::Csv | Kind::W3c | Kind::ZeekTsv | Kind::Squid => Err("this kind is read by `lines::Reader`".into()),
        Kind::Evtx | Kind::EvtxPiece | Kind::Empty | Kind::Unknown => Err("this kind has no lines".into()),
    }
}
