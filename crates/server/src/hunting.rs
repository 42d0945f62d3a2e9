//! `komainu hunt` and `komainu rules check`: the same engine as the watch, over files.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on the terminal")]

use anyhow::Context as _;
use base::Clock;
use clap::{Args, ValueEnum};

use sigma::{Fault, Rules};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use web::Content;

#[derive(Args)]
pub struct Hunt {
    /// Files and folders: EVTX, Linux logs, auditd, journald, JSON lines.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Folders of Sigma rules; Komainu's own if left out.
    #[arg(long)]
    rules: Vec<PathBuf>,
    /// informational, low, medium, high or critical.
    #[arg(long, default_value = "low")]
    min_level: String,
    #[arg(long, default_value = "jsonl")]
    format: Format,
    /// Write findings here instead of the terminal.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Jsonl,
    Csv,
}

/// Japan is nine hours east of UTC: so are log lines that do not say.
pub const EAST: i64 = 9 * base::Moment::HOUR;

/// Komainu's own rules, as the program carries them.
pub fn own_rules(content: &Content) -> (Rules, Vec<Fault>) {
    let paths = content.list("sigma/").into_iter().filter(|path| path.ends_with(".yml"));
    let texts: Vec<(String, String)> = paths.filter_map(|path| content.text(&path).map(|text| (path, text))).collect();
    Rules::read(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

impl Hunt {
    /// Hunts; exit code 0 without findings, 1 with some, and an error where nothing could be done.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let min_level = self.min_level.parse().ok().context("--min-level is informational, low, medium, high or critical")?;
        for path in &self.paths {
            anyhow::ensure!(path.exists(), "there is no {}", path.display());
        }
        let (rules, faults) = if self.rules.is_empty() {
            own_rules(&Content::Carried)
        } else {
            let checked = hunt::rules_of(&self.rules);
            (checked.rules, checked.faults)
        };
        if !faults.is_empty() {
            eprintln!("{} rules cannot be used (see: komainu rules check)", faults.len());
        }
        anyhow::ensure!(!rules.is_empty(), "there are no rules to hunt with");
        let options = hunt::Options { min_level, now: Clock::System.now(), east: EAST };
        let mut out: Box<dyn Write> = match &self.out {
            Some(path) => {
                Box::new(BufWriter::new(File::create(path).with_context(|| format!("{} cannot be written", path.display()))?))
            }
            None => Box::new(BufWriter::new(std::io::stdout().lock())),
        };
        let mut written = match self.format {
            Format::Jsonl => Ok(()),
            Format::Csv => hunt::write_csv_head(&mut out),
        };
        let summary = hunt::hunt(&self.paths, Arc::new(rules), &options, &mut |report| {
            if written.is_ok() {
                written = match self.format {
                    Format::Jsonl => hunt::write_jsonl(&mut out, &report),
                    Format::Csv => hunt::write_csv(&mut out, &report),
                };
            }
        });
        written.and_then(|()| out.flush()).context("the findings could not be written")?;
        for fault in &summary.faults {
            eprintln!("{fault}");
        }
        let (files, events, errors) = (summary.files, summary.events, summary.errors);
        eprintln!("{} findings in {events} events of {files} files; {errors} records could not be read", summary.findings);
        Ok(if summary.findings > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

/// Says what of a folder loads and what does not, and why; exit code 1 where something does not.
pub fn check(folder: &Path, json: bool) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(folder.exists(), "there is no {}", folder.display());
    let checked = hunt::rules_check(folder);
    if json {
        println!("{}", serde_json::json!({ "loaded": checked.loaded, "faults": checked.faults }));
    } else {
        checked.faults.iter().for_each(|fault| println!("{fault}"));
        println!("{} rules load, {} do not", checked.loaded, checked.faults.len());
    }
    Ok(if checked.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
