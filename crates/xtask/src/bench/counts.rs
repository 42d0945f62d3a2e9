//! The engine alone: what an event costs by the number of rules, and instructions as valgrind counts them.
//!
//! Instructions do not depend on what else the machine does. Each count is the difference of two runs that differ in the
//! events only, so that starting and loading rules are not in it.

use crate::bench::rules::RuleSets;
use crate::bench::sets::Sets;
use crate::bench::tools::Tools;
use anyhow::Context as _;
use serde::Deserialize;
use std::path::Path;
use std::process::{Command, Stdio};

/// What `judge_rate` says, as far as it is asked here.
#[derive(Debug, Clone, Deserialize)]
pub struct Rate {
    pub rules: u64,
    pub events: u64,
    /// CPU nanoseconds an event and round.
    pub nanos: u64,
    /// Rules that were looked at, over all events.
    pub asked: u64,
}

/// One point of the curve.
#[derive(Debug)]
pub struct Point {
    /// How many times the public rules.
    pub times: f64,
    pub rules: u64,
    /// CPU nanoseconds an event, laying it out not counted.
    pub nanos: u64,
    /// Rules looked at an event.
    pub asked: f64,
}

/// Instructions an event.
#[derive(Debug)]
pub struct Counts {
    pub judge: u64,
    /// Judging with twice the rules.
    pub judge_twice: u64,
    pub evtx: u64,
    pub flat: Option<u64>,
}

const ROUNDS: u64 = 5;

/// Runs the example and reads what it says.
pub fn rate(tools: &Tools, rules: &Path, rounds: u64, what: &str, paths: &Path) -> anyhow::Result<Rate> {
    let done = rate_command(Command::new(&tools.judge_rate), rules, rounds, what, paths).output()?;
    anyhow::ensure!(done.status.success(), "judge_rate failed: {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).context("judge_rate said something else than a rate")
}

fn rate_command(mut command: Command, rules: &Path, rounds: u64, what: &str, paths: &Path) -> Command {
    command.arg(rules).arg(rounds.to_string()).arg(what).arg(paths).stdin(Stdio::null());
    command
}

/// What an event of the sparse set costs with more and more rules; of each the quickest of some tries.
pub fn curve(tools: &Tools, rules: &RuleSets, sets: &Sets, tries: usize) -> anyhow::Result<Vec<Point>> {
    let mut points = Vec::new();
    for (times, folder) in &rules.parts {
        println!("judging alone with {times} times the rules");
        let quickest = |what: &str| -> anyhow::Result<Rate> {
            let mut best: Option<Rate> = None;
            for _ in 0..tries.max(1) {
                let rate = rate(tools, folder, ROUNDS, what, &sets.sparse.root)?;
                best = best.filter(|best| best.nanos <= rate.nanos).or(Some(rate));
            }
            best.context("at least one try")
        };
        let (lay, judge) = (quickest("lay")?, quickest("judge")?);
        points.push(Point {
            times: *times,
            rules: judge.rules,
            nanos: judge.nanos.saturating_sub(lay.nanos),
            asked: judge.asked as f64 / judge.events.max(1) as f64,
        });
    }
    Ok(points)
}

/// Counts instructions over the sparse set, and over lines of the flat one.
pub fn counts(tools: &Tools, rules: &RuleSets, sets: &Sets, scratch: &Path) -> anyhow::Result<Option<Counts>> {
    if !tools.valgrind {
        return Ok(None);
    }
    println!("counting instructions");
    let alone = |rules: &Path, rounds: u64, what: &str| {
        let mut command = callgrind();
        command.arg(&tools.judge_rate);
        counted(rate_command(command, rules, rounds, what, &sets.sparse.root))
    };
    let events = sets.sparse.ours.max(1);
    let nothing = Path::new("/dev/null");
    let lay = alone(nothing, 1, "lay")?.saturating_sub(alone(nothing, 0, "lay")?);
    let judge = |rules: &Path| -> anyhow::Result<u64> {
        let both = alone(rules, 1, "judge")?.saturating_sub(alone(rules, 0, "judge")?);
        Ok(both.saturating_sub(lay) / events)
    };
    let hunt = |input: &Path| {
        let mut command = callgrind();
        command.arg(&tools.ours).args(["hunt", "--min-level", "informational", "--format", "jsonl", "--rules"]).arg(&rules.whole);
        if tools.threads {
            command.args(["--threads", "1"]);
        }
        command.arg("--out").arg(scratch.join("counted.jsonl")).arg(input).stdin(Stdio::null());
        counted(command)
    };
    let idle = hunt(&sets.empty.root)?;
    let evtx = hunt(&sets.sparse.root)?.saturating_sub(idle);
    let (lines, flat) = every_hundredth(&sets.flat.root, &scratch.join("sample.jsonl"))?;
    let flat = hunt(&flat)?.saturating_sub(idle).checked_div(lines);
    let twice = rules.parts.last().map_or(&rules.whole, |(_, folder)| folder);
    Ok(Some(Counts { judge: judge(&rules.whole)?, judge_twice: judge(twice)?, evtx: evtx / events, flat }))
}

/// Every hundredth line of the flat set, in a file of its own.
fn every_hundredth(from: &Path, to: &Path) -> anyhow::Result<(u64, std::path::PathBuf)> {
    use std::io::{BufRead as _, Write as _};
    let mut out = std::io::BufWriter::new(std::fs::File::create(to)?);
    let mut count = 0;
    for line in std::io::BufReader::new(std::fs::File::open(from)?).lines().step_by(100) {
        writeln!(out, "{}", line?)?;
        count += 1;
    }
    out.flush()?;
    Ok((count, to.to_owned()))
}

fn callgrind() -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command
}

/// Runs a command under callgrind; it says on standard error how many instructions it collected.
fn counted(mut command: Command) -> anyhow::Result<u64> {
    let done = command.output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    let count = said.lines().find_map(|line| line.split("Collected :").nth(1));
    let count = count.with_context(|| format!("callgrind counted nothing: {said}"))?;
    Ok(count.trim().parse()?)
}
