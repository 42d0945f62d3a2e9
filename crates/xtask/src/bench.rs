//! `cargo xtask bench`: measures in one run, side by side, and writes `docs/benchmarks.md`.

use crate::root;
use std::process::Command;

/// Builds the release program's benchmarks and runs them.
pub fn run_all() -> anyhow::Result<()> {
    crate::run(Command::new("cargo").args(["bench", "--package", "server", "--bench", "portal"]).current_dir(root()))
}

/// Runs one measurement, or all.
pub fn run(what: Option<&str>) -> anyhow::Result<()> {
    match what {
        None | Some("portal") => run_all(),
        Some(other) => anyhow::bail!("there is nothing called {other} to measure; try: portal"),
    }
}
