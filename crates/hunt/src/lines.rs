//! Findings as lines: JSON and CSV.

use crate::Report;
use crate::catch::Line;
use base::Moment;
use std::io::{self, Write};

/// Writes reports as JSON lines: first what outsiders rely on (`time, rule_id, title, level, host, source_file, record_id`), then what explains it.
pub fn write_jsonl(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let finding = &report.finding;
    let line = Line {
        time: Moment(finding.at).rfc3339(),
        rule_id: &finding.rule,
        title: &finding.title,
        level: &finding.level,
        host: &report.host,
        source_file: &report.source_file.display().to_string(),
        record_id: report.record_id,
        rule_name: &finding.name,
        author: &report.author,
        rule_file: &report.rule_file,
        tags: &finding.tags,
        matched: &finding.matched,
        events: &finding.events,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

/// The first line of a CSV, with the mark by which Excel knows UTF-8.
pub fn write_csv_head(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(
        "\u{feff}time,rule_id,title,level,host,source_file,record_id,rule_name,tags,matched,author,rule_file\r\n".as_bytes(),
    )
}

/// Writes a report as a line of CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe before it.
pub fn write_csv(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let finding = &report.finding;
    let matched: Vec<String> =
        finding.matched.iter().map(|one| format!("{}: {} = {}", one.selection, one.field, one.value)).collect();
    let parts = [
        Moment(finding.at).rfc3339(),
        finding.rule.clone(),
        finding.title.clone(),
        finding.level.clone(),
        report.host.clone(),
        report.source_file.display().to_string(),
        report.record_id.to_string(),
        finding.name.clone(),
        finding.tags.join(" "),
        matched.join("; "),
        report.author.clone(),
        report.rule_file.clone(),
    ];
    let line: Vec<String> = parts.iter().map(|part| quoted(part)).collect();
    out.write_all((line.join(",") + "\r\n").as_bytes())
}

/// A value as CSV writes it (RFC 4180); one that a spreadsheet would take for a formula gets an apostrophe before it.
pub(crate) fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !text.contains(['"', ',', '\n', '\r', ';']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
