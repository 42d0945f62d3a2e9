//! The work around the code: `cargo xtask test` (everything that must hold), `tidy`, `bench`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on the terminal")]

mod bench;
mod fuzz;
mod needs;
mod postgres;
mod recall;
mod test;
mod tidy;

use clap::Parser;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Checks and measures Komainu")]
enum Task {
    /// Formats, lints, tests on SQLite and PostgreSQL, checks content, and walks the story in a browser.
    Test {
        /// Leave out the browser.
        #[arg(long)]
        no_browser: bool,
        /// Only the browser.
        #[arg(long)]
        only_browser: bool,
    },
    /// Checks paths in documents and the shape of the tree.
    Tidy,
    /// Measures what the documents claim, side by side with a peer or the physical limit.
    Bench(bench::Bench),
    /// Runs the rules over public recordings and writes `docs/recall.md`: what they catch, and what they say without need.
    Recall {
        /// The folder with `evtx`, `otrf` and `sigma`.
        #[arg(long, default_value = "../shared/data")]
        data: PathBuf,
    },
    /// Runs every fuzz target for so many seconds, two at a time; needs the nightly toolchain and cargo-fuzz.
    Fuzz {
        #[arg(long, default_value_t = 600)]
        seconds: u32,
    },
    /// Runs commands and tells what they took; `bench` calls it.
    #[command(hide = true)]
    Weigh { job: String },
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Test { no_browser, only_browser } => test::run(!only_browser, !no_browser),
        Task::Tidy => tidy::run(),
        Task::Bench(bench) => bench.run(),
        Task::Recall { data } => recall::run(&data),
        Task::Fuzz { seconds } => fuzz::run(seconds),
        Task::Weigh { job } => bench::weigh(&job),
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Runs a command and fails with its words if it fails.
fn run(command: &mut Command) -> anyhow::Result<()> {
    println!("\n$ {}", shown(command));
    let status = command.status().map_err(|e| anyhow::anyhow!("{} cannot be started: {e}", shown(command)))?;
    anyhow::ensure!(status.success(), "{} failed ({status})", shown(command));
    Ok(())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
