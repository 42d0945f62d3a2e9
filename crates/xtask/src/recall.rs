//! `cargo xtask recall`: what our rules and the public ones find in public recordings.

use crate::root;
use anyhow::Context as _;
use std::path::Path;
use std::process::Command;

/// Writes `docs/recall.md`.
pub fn run(data: &Path) -> anyhow::Result<()> {
    let data = root().join(data);
    anyhow::ensure!(data.is_dir(), "there is no {}", data.display());
    let mut measure = Command::new("cargo");
    measure.args(["run", "--quiet", "--release", "--package", "hunt", "--example", "recall", "--"]);
    let told = measure.arg(data).arg(root().join("content")).current_dir(root()).output()?;
    anyhow::ensure!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let page = root().join("docs/recall.md");
    std::fs::write(&page, told.stdout).with_context(|| format!("{} cannot be written", page.display()))
}
