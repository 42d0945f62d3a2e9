//! The hunt without the rest of the program, so that it builds in a minute:
//! `hunt_rate hunt --rules FOLDER --out FILE PATH…` goes the same way as `komainu hunt` and takes its options.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example speaks on the terminal")]

use anyhow::Context as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

const USAGE: &str = "hunt_rate hunt --rules FOLDER --out FILE [--min-level LEVEL] [--format jsonl] [--threads N] PATH…";

fn main() -> anyhow::Result<()> {
    let (mut rules, mut out, mut paths) = (Vec::new(), None, Vec::new());
    let (mut min_level, mut threads) = (sigma::Level::Low, None);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "hunt" => {}
            "--help" => {
                println!("{USAGE}");
                return Ok(());
            }
            "--rules" => rules.push(PathBuf::from(value()?)),
            "--out" => out = Some(PathBuf::from(value()?)),
            "--min-level" => min_level = value()?.parse().ok().context("this is no level")?,
            "--format" => anyhow::ensure!(value()? == "jsonl", "only jsonl is written here"),
            "--threads" => threads = Some(value()?.parse()?),
            path => paths.push(PathBuf::from(path)),
        }
    }
    let checked = hunt::rules_of(&rules);
    let options = hunt::Options { min_level, now: base::Clock::System.now(), east: 9 * base::Moment::HOUR };
    let mut out = BufWriter::new(File::create(out.context(USAGE)?)?);
    let mut written = Ok(());
    let mut asked = hunt::Hunt::new(Arc::new(checked.rules), options);
    asked.threads = threads.unwrap_or(asked.threads);
    let summary = asked.over(&paths, &mut |catch| {
        if written.is_ok() {
            written = catch.write_jsonl(&mut out);
        }
    });
    written?;
    out.flush()?;
    eprintln!("{} findings in {} events of {} files", summary.findings, summary.events, summary.files);
    Ok(())
}
