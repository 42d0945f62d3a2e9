//! The hunt: rules over files and folders, findings one after another.

pub mod attack;
pub mod outcome;
pub mod report;
pub mod sums;

pub use outcome::{Gatherer, Made, Outcome};

use base::Moment;
use decode::kind::{self, Kind};
use decode::text::Lines;
use decode::windows::Mapping;
use decode::{audit, evtx, objects};
use sigma::{Engine, Event, Fault, Level, Rules};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a hunt goes about it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Findings below it are not told.
    pub min_level: Level,
    /// Settles the year of log lines that have none.
    pub now: Moment,
    /// How far the logs' local time is from UTC, in milliseconds.
    pub east: i64,
}

/// One finding of a hunt.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub finding: wire::Finding,
    pub level: Level,
    /// The machine that the event names, or empty.
    pub host: String,
    pub source_file: PathBuf,
    /// The record's number as the file gives it, or the line's.
    pub record_id: u64,
}

/// What a hunt went through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub files: u64,
    pub events: u64,
    pub findings: u64,
    /// Records and files that could not be read.
    pub errors: u64,
    /// What was wrong with them; of each file the first few.
    pub faults: Vec<Fault>,
    /// Groups that correlations had to forget.
    pub forgotten: u64,
}

/// Faults told of one file; more are only counted.
const TOLD: u64 = 5;
/// Faults told in all.
const TOLD_IN_ALL: usize = 10_000;
const DEPTH: usize = 64;
/// Fields that name the machine, the surest first.
const HOSTS: [&str; 5] = ["Computer", "Hostname", "host.name", "host", "node"];

/// Goes through files and folders, and calls `on` for each finding. What cannot be read is told in the summary and passed over.
pub fn hunt(paths: &[PathBuf], rules: Arc<Rules>, options: &Options, on: &mut dyn FnMut(Report)) -> Summary {
    let mut summary = Summary::default();
    let mapping = match Mapping::own() {
        Ok(mapping) => mapping,
        Err(error) => {
            summary.tell(Path::new("windows.toml"), None, error.to_string(), 0);
            return summary;
        }
    };
    let judge = Judge { engine: Engine::new(rules), options, hits: Vec::new(), summary, on };
    let mut hunter = Hunter { judge, mapping };
    for path in paths {
        let mut files = Vec::new();
        hunter.walk(path, &mut files, DEPTH);
        files.sort();
        for file in files {
            hunter.file(&file);
        }
    }
    hunter.judge.summary.forgotten = hunter.judge.engine.forgotten();
    hunter.judge.summary
}

impl Summary {
    fn tell(&mut self, file: &Path, line: Option<u64>, reason: String, before: u64) {
        self.errors += 1;
        if before < TOLD && self.faults.len() < TOLD_IN_ALL {
            let line = line.and_then(|line| usize::try_from(line).ok());
            self.faults.push(Fault { file: file.display().to_string(), line, reason });
        }
    }
}

struct Hunter<'h> {
    judge: Judge<'h>,
    mapping: Mapping,
}

/// Where events go.
struct Judge<'h> {
    engine: Engine,
    options: &'h Options,
    hits: Vec<sigma::Hit>,
    summary: Summary,
    on: &'h mut dyn FnMut(Report),
}

impl Hunter<'_> {
    /// The files of a folder and its folders. Links are not followed, so that no circle is walked.
    fn walk(&mut self, path: &Path, files: &mut Vec<PathBuf>, depth: usize) {
        let meta = match fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) => return self.judge.summary.tell(path, None, format!("cannot be read: {error}"), 0),
        };
        if meta.is_file() {
            return files.push(path.to_owned());
        }
        if !meta.is_dir() {
            return self.judge.summary.tell(path, None, "this is neither a file nor a folder".into(), 0);
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) if depth > 0 => entries,
            Ok(_) => return self.judge.summary.tell(path, None, "folders are nested too deep".into(), 0),
            Err(error) => return self.judge.summary.tell(path, None, format!("cannot be read: {error}"), 0),
        };
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_ok_and(|kind| kind.is_symlink()) => {}
                Ok(entry) => self.walk(&entry.path(), files, depth - 1),
                Err(error) => self.judge.summary.tell(path, None, format!("cannot be read: {error}"), 0),
            }
        }
    }

    fn file(&mut self, path: &Path) {
        self.judge.summary.files += 1;
        if let Err(error) = self.read(path) {
            self.judge.summary.tell(path, None, error.to_string(), 0);
        }
    }

    fn read(&mut self, path: &Path) -> io::Result<()> {
        let mut file = File::open(path)?;
        let mut start = Vec::new();
        Read::by_ref(&mut file).take(kind::START as u64).read_to_end(&mut start)?;
        file.seek(SeekFrom::Start(0))?;
        match kind::of(&start) {
            Kind::Evtx => self.evtx(path, file),
            Kind::Audit => self.audit(path, file),
            Kind::Json => self.json(path, file),
            Kind::Empty => Ok(()),
            Kind::Unknown => Err(io::Error::other("this is no kind of log that can be read")),
            kind @ (Kind::JsonLines | Kind::Syslog | Kind::Cisco | Kind::WebAccess | Kind::WebError) => {
                self.lines(path, file, kind)
            }
        }
    }

    fn evtx(&mut self, path: &Path, file: File) -> io::Result<()> {
        let Hunter { judge, mapping } = self;
        let mut faults = 0;
        let outcome = evtx::records(io::BufReader::with_capacity(1 << 16, file), mapping, &mut |record| match record {
            Ok((number, event)) => judge.event(path, number, &event),
            Err(reason) => {
                judge.summary.tell(path, None, reason, faults);
                faults += 1;
            }
        });
        outcome.map_err(io::Error::other)
    }

    fn lines(&mut self, path: &Path, file: File, kind: Kind) -> io::Result<()> {
        let Hunter { judge, mapping } = self;
        let (now, east) = (judge.options.now, judge.options.east);
        each_line(judge, path, file, &mut |judge, number, line| {
            let event = kind::line(kind, line, mapping, now, east)?;
            judge.event(path, number, &event);
            Ok(())
        })
    }

    /// Audit records one by one, and the program starts that they tell of together.
    fn audit(&mut self, path: &Path, file: File) -> io::Result<()> {
        let mut starts = audit::Starts::default();
        let mut last = 0;
        each_line(&mut self.judge, path, file, &mut |judge, number, line| {
            let record = audit::record(line).ok_or("this line is no audit record")?;
            if let Some(start) = starts.add(&record) {
                judge.event(path, last, &Event::from(&start));
            }
            last = number;
            judge.event(path, number, &Event::from(&record));
            Ok(())
        })?;
        if let Some(start) = starts.end() {
            self.judge.event(path, last, &Event::from(&start));
        }
        Ok(())
    }

    fn json(&mut self, path: &Path, file: File) -> io::Result<()> {
        let Hunter { judge, mapping } = self;
        let mut objects = objects::Objects::new(file)?;
        let mut faults = 0;
        while let Some(object) = objects.next_object()? {
            let number = object.number;
            match object.text.and_then(|text| Ok((text, decode::json::event(text, mapping).map_err(|error| error.to_string())?)))
            {
                Ok((_, event)) => judge.event(path, number, &event),
                Err(reason) => {
                    judge.summary.tell(path, None, format!("object {number}: {reason}"), faults);
                    faults += 1;
                }
            }
        }
        Ok(())
    }
}

/// Reads a file line by line; a line that `on` refuses is told and passed over.
fn each_line(
    judge: &mut Judge<'_>,
    path: &Path,
    file: File,
    on: &mut dyn FnMut(&mut Judge<'_>, u64, &str) -> Result<(), String>,
) -> io::Result<()> {
    let mut lines = Lines::new(file)?;
    let mut faults = 0;
    loop {
        let number = lines.number + 1;
        let Some(line) = lines.next_line()? else { break };
        if line.trim().is_empty() {
            continue;
        }
        if let Err(reason) = on(judge, number, &line) {
            judge.summary.tell(path, Some(number), reason, faults);
            faults += 1;
        }
    }
    if lines.cut > 0 {
        let reason = format!("{} lines are longer than {} bytes; only their start was read", lines.cut, decode::RECORD_BYTES);
        judge.summary.tell(path, None, reason, 0);
    }
    Ok(())
}

impl Judge<'_> {
    fn event(&mut self, path: &Path, record_id: u64, event: &Event<'_>) {
        self.summary.events += 1;
        self.engine.judge_view(event, &mut self.hits);
        for hit in self.hits.drain(..) {
            let level = self.engine.rules().at(hit.rule).map(|rule| rule.level);
            let Some(level) = level.filter(|level| *level >= self.options.min_level) else {
                continue;
            };
            let Some(finding) = hit.finding(self.engine.rules(), || event.to_wire()) else {
                continue;
            };
            let host = HOSTS.iter().find_map(|name| event.get(name)).unwrap_or_default().to_owned();
            self.summary.findings += 1;
            (self.on)(Report { finding, level, host, source_file: path.to_owned(), record_id });
        }
    }
}

/// What a folder of rules holds.
#[derive(Debug)]
pub struct Checked {
    /// The rules that can be used.
    pub rules: Rules,
    /// How many they are.
    pub loaded: usize,
    pub faults: Vec<Fault>,
}

/// Reads all Sigma files (`.yml`, `.yaml`) of a folder and its folders, or one file.
pub fn rules_check(dir: &Path) -> Checked {
    rules_of(&[dir.to_owned()])
}

/// As `rules_check`, over several folders as one set.
pub fn rules_of(dirs: &[PathBuf]) -> Checked {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    for dir in dirs {
        rule_files(dir, &mut files, &mut faults, DEPTH);
    }
    files.sort();
    files.dedup();
    let mut texts = Vec::new();
    for path in files {
        let name = path.display().to_string();
        match read_rule(&path) {
            Ok(text) => texts.push((name, text)),
            Err(error) => faults.push(Fault { file: name, line: None, reason: format!("cannot be read: {error}") }),
        }
    }
    let (rules, more) = Rules::read(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    faults.extend(more);
    Checked { loaded: rules.len(), rules, faults }
}

/// A rule's file, read no further than a rule may be long.
fn read_rule(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(5 << 20).read_to_end(&mut bytes)?;
    Ok(decode::text::decode(&bytes).into_owned())
}

fn rule_files(path: &Path, files: &mut Vec<PathBuf>, faults: &mut Vec<Fault>, depth: usize) {
    let mut tell = |error: String| faults.push(Fault { file: path.display().to_string(), line: None, reason: error });
    if path.is_file() {
        return files.push(path.to_owned());
    }
    let entries = match fs::read_dir(path) {
        Ok(entries) if depth > 0 => entries,
        Ok(_) => return tell("folders are nested too deep".into()),
        Err(error) => return tell(format!("cannot be read: {error}")),
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let kind = entry.file_type();
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
            rule_files(&path, files, faults, depth - 1);
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("yml") || ending.eq_ignore_ascii_case("yaml"))
        {
            files.push(path);
        }
    }
}

/// Writes reports as JSON lines: first what outsiders rely on (`time, rule_id, title, level, host, source_file, record_id`), then what explains it.
pub fn write_jsonl(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let finding = &report.finding;
    let line = Line {
        time: Moment(finding.at).rfc3339(),
        rule_id: &finding.rule,
        title: &finding.title,
        level: &finding.level,
        host: &report.host,
        source_file: report.source_file.display().to_string(),
        record_id: report.record_id,
        rule_name: &finding.name,
        tags: &finding.tags,
        matched: &finding.matched,
        events: &finding.events,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

#[derive(serde::Serialize)]
struct Line<'r> {
    time: String,
    rule_id: &'r str,
    title: &'r str,
    level: &'r str,
    host: &'r str,
    source_file: String,
    record_id: u64,
    rule_name: &'r str,
    tags: &'r [String],
    matched: &'r [wire::Matched],
    events: &'r [wire::Event],
}

/// The first line of a CSV, with the mark by which Excel knows UTF-8.
pub fn write_csv_head(out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}time,rule_id,title,level,host,source_file,record_id,rule_name,tags,matched\r\n".as_bytes())
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
    ];
    let line: Vec<String> = parts.iter().map(|part| quoted(part)).collect();
    out.write_all((line.join(",") + "\r\n").as_bytes())
}

fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !text.contains(['"', ',', '\n', '\r', ';']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
