//! `cargo xtask test`: everything that must hold before a change lands.

use crate::{needs, postgres, root};
use std::process::Command;

/// Runs the checks of the code, the walk in the browser, or both.
pub fn run(code: bool, browser: bool) -> anyhow::Result<()> {
    needs::meet(browser)?;
    let server = postgres::Server::start()?;
    let cargo = |args: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(args).current_dir(root()).env("KOMAINU_TEST_POSTGRES", &server.url);
        command
    };
    if code {
        crate::run(&mut cargo(&["fmt", "--all", "--check"]))?;
        crate::tidy::run()?;
        crate::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
        crate::run(&mut cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]))?;
    }
    if browser {
        crate::run(&mut cargo(&["build", "--locked", "--bin", "komainu"]))?;
        let e2e = root().join("e2e");
        if !e2e.join("node_modules/playwright-core").exists() {
            crate::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&e2e))?;
        }
        let mut walk = Command::new("node");
        walk.args(["--test", "--test-concurrency=1", "--test-timeout=900000", "."]).current_dir(&e2e);
        crate::run(walk.env("KOMAINU_BIN", binary()?).env("KOMAINU_TEST_POSTGRES", &server.url))?;
    }
    Ok(())
}

/// Where cargo puts the program.
fn binary() -> anyhow::Result<std::path::PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), std::path::PathBuf::from);
    let binary = target.join("debug/komainu");
    anyhow::ensure!(binary.exists(), "{} was not built", binary.display());
    Ok(binary)
}
