//! `cargo xtask bench`: measures in one run, side by side, and writes `docs/benchmarks.md`.

mod chunks;
mod counts;
mod detection;
mod flat;
mod goals;
mod page;
mod report;
mod rules;
mod sets;
mod tools;
mod weigh;

#[cfg(test)]
mod tests;

use crate::root;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::Command;

pub use weigh::weigh;

/// What is to be measured, and how.
#[derive(Args, Debug)]
pub struct Bench {
    /// What to measure; everything if left out.
    what: Option<What>,
    /// Detection: a small set and one round, shown and not written, to see that all works.
    #[arg(long)]
    small: bool,
    /// Detection: how often each run is made; the median is told.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Detection: install the peers that are missing, with cargo, into the bench's own folder.
    #[arg(long)]
    install: bool,
    /// Detection: one more peer, as NAME='COMMAND {rules} {input}': the flat lines are {input}, or standard input where that is
    /// not named; {evtx} is a folder of recordings in its place.
    #[arg(long = "peer", value_name = "NAME=COMMAND")]
    peers: Vec<String>,
    /// Detection: measure this program, which takes the options of `komainu hunt`, and build none.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Detection: measure the hunt alone, which builds much faster than the whole program.
    #[arg(long)]
    light: bool,
    /// Detection: leave out counting instructions, which takes minutes.
    #[arg(long)]
    no_counts: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Pages, the start, and what the agent costs.
    Portal,
    /// Rules over events: the hunt and its peers.
    Detection,
}

impl Bench {
    /// Runs one measurement, or all.
    pub fn run(&self) -> anyhow::Result<()> {
        if self.what != Some(What::Detection) {
            portal()?;
        }
        if self.what != Some(What::Portal) {
            detection::run(self)?;
        }
        Ok(())
    }
}

/// Builds the release program's benchmarks and runs them.
fn portal() -> anyhow::Result<()> {
    crate::run(Command::new("cargo").args(["bench", "--package", "server", "--bench", "portal"]).current_dir(root()))
}

/// Where sets, installed peers and results of runs are kept between runs: `$KOMAINU_CACHE/bench`, or below `~/.cache/komainu`.
fn cache() -> anyhow::Result<PathBuf> {
    let given = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = given("KOMAINU_CACHE").or_else(|| given("HOME").map(|home| home.join(".cache/komainu")));
    let folder = base.ok_or_else(|| anyhow::anyhow!("there is no home directory; set KOMAINU_CACHE"))?.join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
