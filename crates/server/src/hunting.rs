//! `komainu hunt` and `komainu rules check`: the same engine as the watch, over files.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on the terminal")]

mod hashing;
mod output;
mod progress;

use crate::rules::Chosen;
use anyhow::Context as _;
use base::{Clock, Moment};
use clap::Args;
use hunt::report::OwnerText;
use hunt::sums::Sums;
use hunt::{Bounds, Choice, Course, DayEdge, Exclusions, Gatherer, Made, Verdict};
use output::{Format, Outputs};
use sigma::{Fault, Rules};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use web::Content;

const EXIT_CODES: &str = "Exit codes:
  0  everything was read and nothing was found
  1  something was found
  2  the command line, the rules or a file that it names cannot be used
  3  nothing was found, but something could not be read
  4  stopped before the end (Ctrl-C); what was found until then is told

Kinds are told by content: Windows event logs (EVTX, also damaged ones and pieces of disks), JSON lines and lists, CSV, syslog,
auditd, journald, web servers (IIS too), Squid, Zeek, Suricata, Cisco; within .gz, .zst and .zip, also nested.
Nothing is written beside what is read.";

#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Hunt {
    /// Files and folders; - for what comes in on standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Folders or files of Sigma rules; Komainu's own if left out.
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    #[command(flatten)]
    packs: Chosen,
    /// informational, low, medium, high or critical.
    #[arg(long, default_value = "low", value_name = "LEVEL")]
    min_level: String,
    /// Only findings with this tag: attack.t1059 (and its sub-techniques), attack.execution. May be given more than once.
    #[arg(long)]
    tag: Vec<String>,
    /// Only this rule, by id or file name. May be given more than once.
    #[arg(long)]
    rule: Vec<String>,
    /// Not this rule. May be given more than once.
    #[arg(long, value_name = "RULE")]
    exclude_rule: Vec<String>,
    /// Only rules of this state: stable, test, experimental. May be given more than once.
    #[arg(long)]
    status: Vec<String>,
    /// What is known to be harmless: a TOML of [[exclude]] with rule, field, value (with * and ?), reason and until.
    #[arg(long, value_name = "FILE")]
    exclude: Option<PathBuf>,
    /// Only events from then on: 2026-11-01, "2026-11-01 09:00", 2026-11-01T00:00:00Z, -7d.
    #[arg(long, allow_hyphen_values = true, value_name = "TIME")]
    since: Option<String>,
    /// Only events before; a day is meant with all its hours.
    #[arg(long, allow_hyphen_values = true, value_name = "TIME")]
    until: Option<String>,
    /// Hours that the logs' local time is ahead of UTC, for lines that do not say: 9, +09:00, -5.
    #[arg(long, default_value = "9", allow_hyphen_values = true, value_parser = hours, value_name = "HOURS")]
    east: i64,
    /// How findings are written: to the terminal, or to each --out in its order. Without it, by the ending of the file.
    #[arg(long)]
    format: Vec<Format>,
    /// Write findings to a file. May be given more than once.
    #[arg(long, value_name = "FILE")]
    out: Vec<PathBuf>,
    /// The language of what is written for people: ja or en.
    #[arg(long, default_value = "ja", value_parser = lang)]
    lang: base::Lang,
    /// Threads that read and judge; as many as there are cores if left out.
    #[arg(long)]
    threads: Option<usize>,
    /// Write down in this file what is finished; a hunt that was killed goes on from there.
    #[arg(long, value_name = "FILE", conflicts_with = "watch")]
    resume: Option<PathBuf>,
    /// Then follow what is written to the files, and new files in the folders, until Ctrl-C.
    #[arg(long)]
    watch: bool,
    /// Where to keep what does not fit into memory.
    #[arg(long, value_name = "FOLDER")]
    temp: Option<PathBuf>,
}

/// How often files are looked at that are followed.
const PAUSE: Duration = Duration::from_secs(1);
/// Findings that a report is made of; more are counted.
const KEPT: usize = 20_000;
/// Files that a report lists.
const LISTED: usize = 10_000;
/// Faults that the terminal shows; the rest are counted.
const SHOWN: usize = 20;

/// `9`, `+09:00` or `-5:30` in milliseconds.
fn hours(text: &str) -> Result<i64, String> {
    let refuse = || format!("\"{text}\" is no distance from UTC such as 9, +09:00 or -5");
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let part = |text: &str, most: i64| text.parse::<u8>().ok().map(i64::from).filter(|number| *number <= most);
    let (hours, minutes) = part(hours, 14).zip(part(minutes, 59)).ok_or_else(refuse)?;
    Ok(sign * (hours * Moment::HOUR + minutes * Moment::MINUTE))
}

fn lang(code: &str) -> Result<base::Lang, String> {
    base::Lang::from_code(code).ok_or_else(|| "ja or en".to_owned())
}

/// Komainu's own rules, as the program carries them.
pub fn own_rules(content: &Content) -> (Rules, Vec<Fault>) {
    let texts = own_texts(content);
    Rules::read(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

fn own_texts(content: &Content) -> Vec<(String, String)> {
    let paths = content.list("sigma/").into_iter().filter(|path| path.ends_with(".yml"));
    paths.filter_map(|path| content.text(&path).map(|text| (path, text))).collect()
}

impl Hunt {
    /// Hunts. The exit codes are those that `--help` tells.
    pub fn run(&self) -> ExitCode {
        match self.hunted() {
            Ok(verdict) => ExitCode::from(verdict.code()),
            Err(error) => {
                eprintln!("komainu: {error:#}");
                ExitCode::from(2)
            }
        }
    }

    fn hunted(&self) -> anyhow::Result<Verdict> {
        let hunt = self.asked()?;
        let mut outputs = Outputs::open(&self.out, &self.format)?;
        anyhow::ensure!(!(self.watch && outputs.waits()), "--watch writes jsonl, csv or timesketch: it never has everything");
        let course = Arc::new(Course::default());
        stop_on_ctrl_c(&course)?;
        // The tables at the end are for people.
        let tables = !self.watch && std::io::stderr().is_terminal();
        let wanted = tables || outputs.waits();
        let mut gatherer = wanted.then(|| Gatherer::new(KEPT));
        let mut on = |catch: &hunt::Catch<'_>| {
            if outputs.write(catch, self.watch).is_err() {
                // There is nobody to tell findings to any more.
                course.stop();
            }
            if let Some(gatherer) = &mut gatherer {
                gatherer.add(catch.report());
            }
        };
        let begun = Clock::System.now();
        let progress = progress::show(&course, self.watch);
        let (summary, sums) = match (self.watch, wanted) {
            (true, _) => (hunt.watch(&self.paths, &course, PAUSE, &mut on), Sums::default()),
            (false, true) => hunt.run_and_sums(&self.paths, &course, &mut on),
            (false, false) => (hunt.run(&self.paths, &course, &mut on), Sums::default()),
        };
        progress.end();
        let verdict = summary.verdict();
        let made = |course: &Course| {
            let mut inputs = hunt::inputs(&self.paths).0;
            let more = inputs.split_off(inputs.len().min(LISTED)).len() as u64;
            let plain = |input: hunt::Input| hunt::outcome::Input { name: input.name, bytes: input.size, sha256: None };
            let lists = outputs.lists_files();
            let inputs = if lists { hashing::hashed(inputs, course) } else { inputs.into_iter().map(plain).collect() };
            Made { inputs, more_inputs: more, ..self.made(&hunt, begun) }
        };
        let outcome = gatherer.map(|gatherer| gatherer.finish(summary.clone(), sums, made(&course)));
        let texts = |id: &str| text_of(&hunt.rules, id, self.rules.is_empty(), self.lang);
        outputs.finish(outcome.as_ref(), self.lang, &texts).context("the findings could not be written")?;
        if let Some(outcome) = outcome.filter(|_| tables) {
            hunt::report::summary(&mut std::io::stderr().lock(), &outcome, self.lang)?;
        }
        tell(&summary, &hunt.exclusions);
        Ok(verdict)
    }

    /// How the hunt was made, for its report.
    fn made(&self, hunt: &hunt::Hunt, begun: Moment) -> Made {
        let shown = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<String>>().join(" ");
        let given = [
            ("--min-level", self.min_level.clone()),
            ("--since", self.since.clone().unwrap_or_default()),
            ("--until", self.until.clone().unwrap_or_default()),
            ("--tag", self.tag.join(" ")),
            ("--rule", self.rule.join(" ")),
            ("--exclude-rule", self.exclude_rule.join(" ")),
            ("--status", self.status.join(" ")),
            ("--exclude", shown(self.exclude.as_slice())),
            // Read a moment ago to hunt with; should they be gone by now, the report does without their names.
            ("--pack", self.packs.names(self.rules.is_empty()).unwrap_or_default().join(" ")),
        ];
        let options = given.into_iter().filter(|(_, value)| !value.is_empty());
        Made {
            version: concat!("komainu ", env!("CARGO_PKG_VERSION")).to_owned(),
            begun,
            ended: Clock::System.now(),
            east: self.east,
            rules: hunt.rules.len() as u64,
            rules_from: if self.rules.is_empty() { "Komainu".to_owned() } else { shown(&self.rules) },
            options: options.map(|(name, value)| (name.to_owned(), value)).collect(),
            elsewhere: self
                .out
                .iter()
                .find(|path| path.extension().is_some_and(|e| e == "jsonl" || e == "csv"))
                .map(|path| path.display().to_string()),
            ..Made::default()
        }
    }

    /// The hunt that the command line asks for.
    fn asked(&self) -> anyhow::Result<hunt::Hunt> {
        let min_level = self.min_level.parse().context("--min-level")?;
        for path in self.paths.iter().filter(|path| path.as_os_str() != hunt::STDIN) {
            anyhow::ensure!(path.exists(), "there is no {}", path.display());
        }
        let (rules, mark) = self.rules()?;
        let now = self.resume.as_deref().and_then(hunt::begun).unwrap_or_else(|| Clock::System.now());
        let time = |text: &Option<String>, name: &str, edge| {
            let read = text.as_deref().map(|text| hunt::moment(text, now, self.east, edge));
            read.transpose().map_err(|reason| anyhow::anyhow!("{name}: {reason}"))
        };
        let choice = Choice {
            since: time(&self.since, "--since", DayEdge::Begin)?,
            until: time(&self.until, "--until", DayEdge::End)?,
            tags: self.tag.clone(),
            rules: self.rule.clone(),
            without: self.exclude_rule.clone(),
            status: self.status.clone(),
        };
        let unknown = choice.unknown(&rules);
        anyhow::ensure!(unknown.is_empty(), "no rule is called, tagged or in the state {}", unknown.join(", "));
        let exclusions = self.exclusions()?;
        exclusions.idle(&rules, now).iter().for_each(|told| eprintln!("{told}"));
        let mut asked = hunt::Hunt::new(rules, hunt::Options { min_level, now, east: self.east });
        asked.choice = choice;
        asked.exclusions = exclusions;
        asked.threads = self.threads.unwrap_or(asked.threads).max(1);
        asked.resume = self.resume.clone().map(|path| (path, mark));
        if let Some(temp) = &self.temp {
            anyhow::ensure!(temp.is_dir(), "--temp: there is no folder {}", temp.display());
            asked.bounds = Bounds { temp: temp.clone(), ..asked.bounds };
        }
        Ok(asked)
    }

    /// The rules and the mark of their texts.
    fn rules(&self) -> anyhow::Result<(Arc<Rules>, String)> {
        let packs = self.packs.read(self.rules.is_empty())?;
        let (mut rules, mut faults, mark) = if self.rules.is_empty() {
            let texts = own_texts(&Content::Carried);
            let pairs = || texts.iter().chain(&packs.texts).map(|(path, text)| (path.as_str(), text.as_str()));
            let (rules, faults) = Rules::read(pairs());
            (rules, faults, hunt::mark(pairs()))
        } else {
            let files = packs.texts.iter().map(|(path, _)| PathBuf::from(path));
            let checked = hunt::rules_of(&self.rules.iter().cloned().chain(files).collect::<Vec<_>>());
            (checked.rules, checked.faults, checked.mark)
        };
        packs.level(&mut rules);
        let levels = packs.levels.iter().map(|(id, level)| (id.as_str(), level.as_str()));
        let mark = hunt::mark(std::iter::once((mark.as_str(), "")).chain(levels));
        faults.extend(packs.faults);
        if !faults.is_empty() {
            eprintln!("{} rules cannot be used (see: komainu rules check)", faults.len());
        }
        anyhow::ensure!(!rules.is_empty(), "there are no rules to hunt with");
        Ok((Arc::new(rules), mark))
    }

    fn exclusions(&self) -> anyhow::Result<Exclusions> {
        let Some(path) = &self.exclude else { return Ok(Exclusions::default()) };
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Exclusions::read(&text).map_err(|reasons| anyhow::anyhow!("{}: {}", path.display(), reasons.join("; ")))
    }
}

/// What a rule's own text, beside the rule, says to an owner.
fn text_of(rules: &Rules, id: &str, own: bool, lang: base::Lang) -> Option<OwnerText> {
    let path = Path::new(&rules.rule(id)?.file).with_extension("text.toml");
    let text = if own { Content::Carried.text(path.to_str()?)? } else { std::fs::read_to_string(path).ok()? };
    let all: toml::Table = toml::from_str(&text).ok()?;
    let said = |key: &str| all.get(lang.code())?.get(key)?.as_str().map(str::to_owned);
    Some(OwnerText { title: said("title")?, what: said("what")?, now: said("now")? })
}

/// The first Ctrl-C ends the hunt in good order; the second ends the program.
fn stop_on_ctrl_c(course: &Arc<Course>) -> anyhow::Result<()> {
    let (course, again) = (Arc::clone(course), AtomicBool::new(false));
    let handler = move || {
        if again.swap(true, Relaxed) {
            std::process::exit(i32::from(Verdict::Stopped.code()));
        }
        course.stop();
    };
    ctrlc::set_handler(handler).context("Ctrl-C cannot be listened for")
}

/// Tells on the terminal what the hunt went through.
fn tell(summary: &hunt::Summary, exclusions: &Exclusions) {
    summary.faults.iter().take(SHOWN).for_each(|fault| eprintln!("{fault}"));
    let shown = summary.faults.len().min(SHOWN) as u64;
    if summary.errors > shown {
        eprintln!("… and {} more records or files that could not be read", summary.errors - shown);
    }
    for (exclusion, count) in exclusions.all.iter().zip(&summary.excluded).filter(|(_, count)| **count > 0) {
        eprintln!("{count} left out: {} with {} = {} ({})", exclusion.rule, exclusion.field, exclusion.value, exclusion.reason);
    }
    let counted = [
        (summary.passed, "files are no kind of log, and were passed over"),
        (summary.outside, "events lie outside the time that was asked for"),
        (summary.resumed, "blocks were finished by an earlier hunt"),
        (summary.early, "events were correlated early, because too many waited"),
        (summary.forgotten, "groups were forgotten by correlations, because there were too many"),
        (summary.lost, "findings could not be kept and are only counted"),
    ];
    counted.iter().filter(|(count, _)| *count > 0).for_each(|(count, what)| eprintln!("{count} {what}"));
    let (files, events, errors) = (summary.files, summary.events, summary.errors);
    let stopped = if summary.stopped { "stopped before the end: " } else { "" };
    eprintln!(
        "{stopped}{} findings in {events} events of {files} files; {errors} records or files could not be read",
        summary.findings
    );
}

/// Says what of a folder loads and what does not, and why; exit code 1 where something does not.
pub fn check(folder: &Path, json: bool) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(folder.exists(), "there is no {}", folder.display());
    let checked = hunt::rules_check(folder);
    if json {
        println!("{}", serde_json::json!({ "loaded": checked.loaded, "faults": checked.faults, "notices": checked.notices }));
    } else {
        checked.faults.iter().for_each(|fault| println!("{fault}"));
        checked.notices.iter().for_each(|notice| println!("notice: {notice}"));
        println!("{} rules load, {} do not", checked.loaded, checked.faults.len());
    }
    Ok(if checked.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_from_utc_is_read() {
        let read = |text| hours(text).ok();
        assert_eq!(read("9"), Some(9 * Moment::HOUR));
        assert_eq!(read("+09:00"), read("9"));
        assert_eq!(read("-3:30"), Some(-210 * Moment::MINUTE));
        assert_eq!([read(""), read("15"), read("9:60"), read("JST"), read("--9")], [None; 5]);
    }
}
