//! Any kind of log that has lines, read line by line to the slate.

use crate::columns::Columns;
use crate::csv::{Csv, Row};
use crate::format::Seen;
use crate::json;
use crate::kind::Kind;
use crate::mapping::Mapping;
use crate::{audit, cisco, linux, text, weblog};
use base::Moment;
use sigma::Slate;
use std::sync::Arc;

/// Reads the lines of one file of a kind. To be used with one slate only; for the next file, `open` it anew.
#[derive(Debug)]
pub struct Reader {
    kind: Kind,
    now: Moment,
    east: i64,
    json: json::Reader,
    seen: Seen,
    csv: Csv,
    table: Table,
    starts: audit::Starts,
    start: Option<wire::Event>,
    /// Room for what a value of a column holds.
    inner: String,
}

/// What the head of a file with columns says.
#[derive(Debug, Default)]
struct Table {
    columns: Columns,
    /// Zeek: the columns that hold lists.
    lists: Vec<bool>,
    path: String,
    room: String,
}

impl Reader {
    /// `now` settles the year of lines that have none; `east` is the local time's distance from UTC in milliseconds.
    pub fn new(mapping: Arc<Mapping>, now: Moment, east: i64) -> Reader {
        Reader {
            kind: Kind::Unknown,
            now,
            east,
            json: json::Reader::new(mapping),
            seen: Seen::default(),
            csv: Csv::default(),
            table: Table::default(),
            starts: audit::Starts::default(),
            start: None,
            inner: String::new(),
        }
    }

    /// Begins a file, or a part of one. `start` are the file's first bytes, as `kind::of` looks at: names of columns stand
    /// there, and are needed in the midst of the file too.
    pub fn open(&mut self, kind: Kind, start: &[u8], slate: &mut Slate) {
        self.kind = kind;
        self.csv = Csv::default();
        self.table = Table::default();
        self.starts = audit::Starts::default();
        self.start = None;
        let Ok(mut lines) = text::Lines::new(start) else { return };
        match kind {
            Kind::Csv => {
                while let Ok(Some(line)) = lines.next_line() {
                    if crate::csv::is_head(&line) {
                        return self.csv.head(&line, slate);
                    }
                }
            }
            Kind::W3c | Kind::ZeekTsv => {
                while let Ok(Some(line)) = lines.next_line() {
                    if line.starts_with('#') {
                        self.table.head(kind, &line, slate);
                    }
                }
            }
            _ => {}
        }
    }

    /// Reads a line. Says whether an event lies on the slate now; a line of names, a comment or the first part of a record is
    /// none. Refuses a line that is no record of this kind.
    pub fn read(&mut self, line: &str, slate: &mut Slate) -> Result<bool, String> {
        match self.kind {
            Kind::JsonLines | Kind::Json => self.json.read(line, slate).map(|()| true).map_err(|error| error.to_string()),
            Kind::Csv => self.csv(line, slate),
            Kind::W3c | Kind::ZeekTsv => Ok(self.row(line, slate)),
            Kind::Squid => self.squid(line, slate),
            Kind::Audit => {
                let record = audit::record(line).ok_or("this line is no audit record")?;
                self.start = self.starts.add(&record);
                slate.lay_wire(&record);
                Ok(true)
            }
            Kind::Syslog => laid(linux::syslog_line(line, self.now, self.east), "syslog line", slate),
            Kind::Cisco => laid(cisco::line(line, self.now, self.east), "message of a Cisco device", slate),
            Kind::WebAccess => laid(weblog::access(line), "line of an access log", slate),
            Kind::WebError => laid(weblog::error(line, self.east), "line of an error log", slate),
            Kind::Evtx | Kind::EvtxPiece | Kind::Empty | Kind::Unknown => Err("this kind has no lines".into()),
        }
    }

    /// Lays out an event that several lines made together, as a program's start of several audit records. To be asked after
    /// each line; it is no event of the line itself.
    pub fn more(&mut self, slate: &mut Slate) -> bool {
        self.start.take().map(|start| slate.lay_wire(&start)).is_some()
    }

    /// The same at the end of a file.
    pub fn end(&mut self, slate: &mut Slate) -> bool {
        self.start = self.starts.end();
        self.more(slate)
    }

    fn csv(&mut self, line: &str, slate: &mut Slate) -> Result<bool, String> {
        slate.clear();
        if self.csv.line(line, slate)? == Row::None {
            return Ok(false);
        }
        // Exports of the audit log of Microsoft 365 hold the record itself in one column.
        if let Some(record) = self.csv.value("AuditData").filter(|record| record.starts_with('{')) {
            self.inner.clear();
            self.inner.push_str(record);
            self.json.read(&self.inner, slate).map_err(|error| error.to_string())?;
            return Ok(true);
        }
        self.seen.clear();
        self.csv.lay(slate, &mut self.seen);
        self.json.columns(self.seen.format(), slate, &self.seen);
        Ok(true)
    }

    /// A row of a W3C extended log or of Zeek's own form.
    fn row(&mut self, line: &str, slate: &mut Slate) -> bool {
        slate.clear();
        if line.starts_with('#') {
            self.table.head(self.kind, line, slate);
            return false;
        }
        if line.trim().is_empty() || self.table.columns.is_empty() {
            return false;
        }
        self.seen.clear();
        if self.kind == Kind::ZeekTsv {
            self.table.zeek(line, slate, &mut self.seen);
            self.json.columns(crate::format::Format::Zeek, slate, &self.seen);
            return true;
        }
        self.table.w3c(line, slate, &mut self.seen);
        slate.at = self.table.w3c_time(slate);
        self.json.known("w3c", slate);
        true
    }

    /// `1286536309.586 921 192.0.2.68 TCP_MISS/200 507 GET http://host/path ann DIRECT/192.0.2.1 text/html`
    fn squid(&mut self, line: &str, slate: &mut Slate) -> Result<bool, String> {
        slate.clear();
        if !weblog::squid(line, slate) {
            return Err("this line is no line of Squid's access log".into());
        }
        self.json.known("squid", slate);
        Ok(true)
    }
}

fn laid(event: Option<wire::Event>, what: &str, slate: &mut Slate) -> Result<bool, String> {
    let event = event.ok_or_else(|| format!("this line is no {what}"))?;
    slate.lay_wire(&event);
    Ok(true)
}

impl Table {
    /// Takes a line of the head.
    fn head(&mut self, kind: Kind, line: &str, slate: &mut Slate) {
        let Some((word, rest)) = line.trim_start_matches('#').split_once([':', '\t', ' ']) else { return };
        let rest = rest.trim();
        match (kind, word) {
            (Kind::W3c, "Fields") => self.columns = Columns::new(rest.split_whitespace(), slate),
            (Kind::ZeekTsv, "fields") => self.columns = Columns::new(rest.split('\t'), slate),
            (Kind::ZeekTsv, "types") => {
                self.lists = rest.split('\t').map(|kind| kind.starts_with("set[") || kind.starts_with("vector[")).collect();
            }
            (Kind::ZeekTsv, "path") => rest.clone_into(&mut self.path),
            _ => {}
        }
    }

    fn zeek(&mut self, line: &str, slate: &mut Slate, seen: &mut Seen) {
        slate.put_named("_path", &self.path);
        seen.put(crate::format::Mark::ZeekPath, 0);
        for (column, value) in line.split('\t').enumerate().take(self.columns.len()) {
            if matches!(value, "-" | "(empty)" | "") {
                continue;
            }
            let list = self.lists.get(column).copied().unwrap_or(false);
            for one in value.split(|letter| list && letter == ',') {
                let one = unescaped(one, &mut self.room);
                self.columns.put(column, one, slate, seen);
            }
        }
    }

    fn w3c(&mut self, line: &str, slate: &mut Slate, seen: &mut Seen) {
        let mut rest = line.trim();
        let mut column = 0;
        while !rest.is_empty() && column < self.columns.len() {
            let (value, after) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => rest.split_once([' ', '\t']).unwrap_or((rest, "")),
            };
            if !matches!(value, "-" | "") {
                self.columns.put(column, value, slate, seen);
            }
            column += 1;
            rest = after.trim_start();
        }
    }

    /// `date` and `time` are in UTC.
    fn w3c_time(&mut self, slate: &Slate) -> i64 {
        self.room.clear();
        self.room.push_str(slate.get_named("date").unwrap_or_default());
        self.room.push(' ');
        self.room.push_str(slate.get_named("time").unwrap_or_default());
        crate::moment(&self.room).map_or(0, |at| at.0)
    }
}

/// Zeek writes signs that would break its form as `\x09`.
fn unescaped<'v>(value: &'v str, room: &'v mut String) -> &'v str {
    if !value.contains("\\x") {
        return value;
    }
    room.clear();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("\\x") {
        room.push_str(before);
        match after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(u8::is_ascii) {
            Some(byte) => {
                room.push(char::from(byte));
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                room.push_str("\\x");
                rest = after;
            }
        }
    }
    room.push_str(rest);
    room
}
