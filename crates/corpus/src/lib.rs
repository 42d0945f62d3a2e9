//! For tests only: the public rules and recordings that lie beside the workspace, in `../shared/data`.

use std::io::Write;
use std::path::{Path, PathBuf};

/// A folder of the corpus, as `evtx/oracle`, or all of it for an empty name. `None` where it is not there, and that is said,
/// so that a test can be skipped; in CI it must be there.
pub fn folder(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no test data at {}", folder.display());
    let _ = writeln!(std::io::stderr(), "skipped: there is no test data at {}", folder.display());
    None
}

/// The files in a folder and below whose names end so, in whichever case; in order.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().to_ascii_lowercase().ends_with(&ending.to_ascii_lowercase()) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::folder;

    #[test]
    fn what_is_not_there_is_passed_over_but_never_in_ci() {
        let in_ci = std::env::var("CI").as_deref() == Ok("true");
        let found = std::panic::catch_unwind(|| folder("no-such-part"));
        assert_eq!(found.ok(), if in_ci { None } else { Some(None) });
    }
}
