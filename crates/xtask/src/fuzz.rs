//! `cargo xtask fuzz`: every target of `fuzz/`, for a bounded time each.

use crate::root;
use anyhow::Context as _;
use std::fs;
use std::process::Command;
use std::thread;

/// Builds the targets and runs each for so many seconds, from what lies in `fuzz/corpus`. Fails on the first finding.
pub fn run(seconds: u32) -> anyhow::Result<()> {
    let folder = root().join("fuzz/fuzz_targets");
    let files = fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut targets: Vec<String> =
        files.flatten().filter_map(|file| file.path().file_stem().map(|stem| stem.to_string_lossy().into_owned())).collect();
    targets.sort();
    let fuzz = || {
        let mut command = Command::new("cargo");
        command.args(["+nightly", "fuzz"]).current_dir(root());
        command
    };
    crate::run(fuzz().args(["build", "--fuzz-dir", "fuzz"]))?;
    for pair in targets.chunks(2) {
        let bound = format!("-max_total_time={seconds}");
        let one = |target: &String| {
            let options = ["--", &bound, "-timeout=20", "-rss_limit_mb=2048"];
            crate::run(fuzz().args(["run", "--fuzz-dir", "fuzz", target]).args(options))
        };
        thread::scope(|scope| {
            let runs: Vec<_> = pair.iter().map(|target| scope.spawn(|| one(target))).collect();
            runs.into_iter().try_for_each(|run| run.join().unwrap_or_else(|_| anyhow::bail!("a run of a target ended by itself")))
        })?;
    }
    Ok(())
}
