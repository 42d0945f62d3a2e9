//! `komainu-agent`: the agent on its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    agent::main_with(std::env::args_os())
}
