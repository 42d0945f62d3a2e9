//! What several tests need.

pub mod server;

use crate::root::Root;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use wire::Event;

/// A folder that looks like a machine with these files.
pub fn machine(files: &[(&str, &str)]) -> (TempDir, Root) {
    let dir = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let root = Root::at(dir.path());
    (dir, root)
}

/// Some of an event's fields in one line, `-` where one is missing.
pub fn shown(event: &Event, fields: &[&str]) -> String {
    fields.iter().map(|field| event.get(field).unwrap_or("-")).collect::<Vec<_>>().join(" ")
}

/// Tries until something is there; gives up after a time that only a broken thing needs.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not come about");
        std::thread::sleep(Duration::from_millis(20));
    }
}
