//! Runs programs and weighs them: CPU seconds, wall seconds, largest resident memory.
//!
//! The kernel tells what all children of a process took together, so each weighing is done by a small process of its own:
//! this program again, called with `weigh`.

use anyhow::Context as _;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Commands to be run one after another and weighed together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Programs with their arguments.
    pub commands: Vec<Vec<String>>,
    /// What comes in on standard input; nothing if left out.
    pub input: Option<PathBuf>,
    /// Where standard output goes; nowhere if left out.
    pub output: Option<PathBuf>,
    /// Where standard error goes, to be looked at after a failure.
    pub errors: PathBuf,
    /// Exit codes that are no failure.
    pub good: Vec<i32>,
}

/// What a job took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// Seconds in user mode and in the kernel, over all threads.
    pub cpu: f64,
    /// Seconds that passed.
    pub wall: f64,
    /// Most bytes resident at once, of the largest of the commands.
    pub peak: u64,
}

/// The hidden command: does the job and prints its weight.
pub fn weigh(job: &str) -> anyhow::Result<()> {
    let job: Job = serde_json::from_str(job)?;
    let output = job.output.as_ref().map(File::create).transpose()?;
    let errors = File::create(&job.errors)?;
    let start = Instant::now();
    for words in &job.commands {
        let (program, args) = words.split_first().context("a command has at least a program")?;
        let input = job.input.as_ref().map(File::open).transpose()?;
        let mut command = Command::new(program);
        command.args(args).stdin(input.map_or_else(Stdio::null, Stdio::from));
        command.stdout(output.as_ref().map(File::try_clone).transpose()?.map_or_else(Stdio::null, Stdio::from));
        let status = command.stderr(errors.try_clone()?).status().with_context(|| format!("{program} cannot be started"))?;
        let good = status.code().is_some_and(|code| job.good.contains(&code));
        anyhow::ensure!(good, "{} failed ({status})", words.join(" "));
    }
    let wall = start.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    // Linux counts in units of 1024 bytes.
    let weight = Weight { cpu: micros as f64 / 1e6, wall, peak: u64::try_from(usage.max_rss()).unwrap_or(0) * 1024 };
    println!("{}", serde_json::to_string(&weight)?);
    Ok(())
}

impl Job {
    /// Does the job in a process of its own.
    pub fn weigh(&self) -> anyhow::Result<Weight> {
        let own = std::env::current_exe()?;
        let done = Command::new(own).arg("weigh").arg(serde_json::to_string(self)?).stdin(Stdio::null()).output()?;
        if !done.status.success() {
            let said = std::fs::read_to_string(&self.errors).unwrap_or_default();
            let last: Vec<&str> = said.lines().rev().take(5).collect();
            anyhow::bail!("{} {}", String::from_utf8_lossy(&done.stderr), last.join(" / "));
        }
        serde_json::from_slice(&done.stdout).context("the weigher said something else than a weight")
    }
}

/// The middle one by CPU seconds; of an even number the upper one.
pub fn median(mut weights: Vec<Weight>) -> Option<Weight> {
    weights.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    weights.get(weights.len() / 2).copied()
}
