use crate::Report;
use crate::outcome::account;
use base::Moment;
use std::io::{self, Write};

/// Columns of a Timesketch timeline; it needs the first three (its documentation, "Import from CSV").
const HEAD: &str = "message,datetime,timestamp_desc,level,host,account,rule_id,rule_name,tags,matched,source_file,record_id\r\n";

/// Writes the mark by which Excel knows UTF-8; to be written before the head, and only for people: Timesketch would take
/// it for a part of the first column's name.
pub fn write_csv_bom(out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())
}

/// Writes the first line of a timeline for Timesketch.
pub fn timesketch_head(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(HEAD.as_bytes())
}

/// Writes a finding as a line of CSV (RFC 4180) for Timesketch. A text that a spreadsheet would take for a formula gets an
/// apostrophe before it.
pub fn timesketch(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let finding = &report.finding;
    let matched: Vec<String> = finding.matched.iter().map(|one| format!("{} = {}", one.field, one.value)).collect();
    let matched = matched.join("; ");
    let message = format!("{}: {matched}", finding.title);
    let account = finding.events.iter().find_map(account).unwrap_or_default();
    let (file, record) = (report.source_file.display().to_string(), report.record_id.to_string());
    let (datetime, tags) = (Moment(finding.at).rfc3339().replace('Z', "+00:00"), finding.tags.join(" "));
    let parts = [
        &message,
        &datetime,
        "Komainu finding",
        &finding.level,
        &report.host,
        account,
        &finding.rule,
        &finding.name,
        &tags,
        &matched,
        &file,
        &record,
    ];
    let line: Vec<String> = parts.iter().map(|part| crate::lines::quoted(part)).collect();
    out.write_all((line.join(",") + "\r\n").as_bytes())
}
