//! One program a data directory.

use anyhow::Context as _;
use nix::fcntl::{Flock, FlockArg};
use std::fs::File;
use std::path::Path;

/// Held while the program runs; the system lets go of it even after a crash.
pub struct Locked {
    _lock: Flock<File>,
}

/// Takes the data directory for this program, or says who has it.
pub fn take(data: &Path) -> anyhow::Result<Locked> {
    let file = data.join("in-use");
    let open = File::options().create(true).write(true).truncate(false).open(&file);
    let open = open
        .with_context(|| format!("{} cannot be written: is the data directory yours, and is the disk full?", file.display()))?;
    match Flock::lock(open, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => Ok(Locked { _lock: lock }),
        Err(_) => anyhow::bail!(
            "another komainu is already running on {}. Stop it first, or give another directory with --data.",
            data.display()
        ),
    }
}
