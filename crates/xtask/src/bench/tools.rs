//! The programs that are measured, and those that help: found, built or installed.

use crate::bench::Bench;
use crate::root;
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The peers that are known: crate, version, program.
const PEERS: [(&str, &str, &str); 2] = [("evtx", "0.15.1", "evtx_dump"), ("rsigma", "0.23.0", "rsigma")];

/// All programs of a run.
#[derive(Debug)]
pub struct Tools {
    /// `komainu`, or what takes its options.
    pub ours: PathBuf,
    /// Does ours take `--threads`? If not, it has one.
    pub threads: bool,
    /// What ours is called in the tables.
    pub name: String,
    /// The engine alone: `crates/hunt/examples/judge_rate.rs`.
    pub judge_rate: PathBuf,
    pub evtx_dump: PathBuf,
    pub rsigma: PathBuf,
    /// The peers that the command line named: name and words.
    pub others: Vec<(String, Vec<String>)>,
    /// `taskset` before a command keeps it on one core.
    pub taskset: bool,
    pub valgrind: bool,
}

impl Tools {
    /// Finds, builds and installs them. Fails with what to do about a peer that is missing.
    pub fn ready(bench: &Bench, cache: &Path) -> anyhow::Result<Tools> {
        build(&["-p", "hunt", "--example", "judge_rate"])?;
        let target = target();
        let judge_rate = target.join("examples/judge_rate");
        let (ours, name) = match (&bench.program, bench.light) {
            (Some(program), _) => (program.clone(), "komainu hunt"),
            (None, true) => {
                build(&["-p", "hunt", "--example", "hunt_rate"])?;
                (target.join("examples/hunt_rate"), "the hunt of komainu")
            }
            (None, false) => {
                build(&["-p", "server", "--bin", "komainu"])?;
                (target.join("komainu"), "komainu hunt")
            }
        };
        let help = Command::new(&ours).args(["hunt", "--help"]).output();
        let help = help.with_context(|| format!("{} cannot be started", ours.display()))?;
        let threads = String::from_utf8_lossy(&help.stdout).contains("--threads");
        let others = bench.peers.iter().map(|peer| other(peer)).collect::<anyhow::Result<_>>()?;
        Ok(Tools {
            ours,
            threads,
            name: name.to_owned(),
            judge_rate,
            evtx_dump: peer(0, bench, cache)?,
            rsigma: peer(1, bench, cache)?,
            others,
            taskset: there("taskset"),
            valgrind: there("valgrind"),
        })
    }
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join("release")
}

fn build(what: &[&str]) -> anyhow::Result<()> {
    crate::run(Command::new("cargo").args(["build", "--release", "--locked"]).args(what).current_dir(root()))
}

fn there(program: &str) -> bool {
    let status = Command::new(program).arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn other(peer: &str) -> anyhow::Result<(String, Vec<String>)> {
    let (name, command) = peer.split_once('=').context("a peer is named as NAME='COMMAND {rules} {input}'")?;
    let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    anyhow::ensure!(!words.is_empty(), "the peer {name} has no command");
    Ok((name.to_owned(), words))
}

/// A known peer: in `$KOMAINU_PEERS`, in the bench's own folder, or in `PATH`; of the version that is known, or it is refused.
fn peer(number: usize, bench: &Bench, cache: &Path) -> anyhow::Result<PathBuf> {
    let (package, version, program) = PEERS[number];
    let own = cache.join("peers");
    let mut folders: Vec<PathBuf> = std::env::var_os("KOMAINU_PEERS").map(PathBuf::from).into_iter().collect();
    folders.push(own.join("bin"));
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    let found =
        |folder: &PathBuf| [folder.join(program), folder.join("bin").join(program)].into_iter().find(|path| path.is_file());
    if let Some(path) = folders.iter().find_map(found) {
        let said = Command::new(&path).arg("--version").output()?;
        let said = String::from_utf8_lossy(&said.stdout).lines().next().unwrap_or_default().trim().to_owned();
        anyhow::ensure!(
            said.split(' ').next_back() == Some(version),
            "{} is {said}; the figures are to be of {version}",
            path.display()
        );
        return Ok(path);
    }
    anyhow::ensure!(
        bench.install,
        "the peer {program} is missing: call again with --install, or set KOMAINU_PEERS to the folder of\n  cargo install --locked {package}@{version}"
    );
    let crate_and_version = format!("{package}@{version}");
    crate::run(Command::new("cargo").args(["install", "--locked", &crate_and_version, "--root"]).arg(&own))?;
    Ok(own.join("bin").join(program))
}
