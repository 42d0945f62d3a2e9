//! What a hunt needs to go on where it was killed: the state that it writes as it goes, one file on the disk.

use base::*;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Bytes that a state may have.
pub const MOST_BYTES: u64 = 1 << 30;
/// The file by which threads wait for one another.
const LOCK: &str = "lock";

/// Where the state of a hunt lies. `mark` stands for all that its result depends on beside the files: under other rules, or
/// with another version of the program, a hunt begins anew.
pub fn place(folder: &Path, hunt: &HuntId, mark: &str) -> PathBuf {
    let mark = hex::encode(Sha256::digest(mark));
    folder.join(format!("{hunt}-{}.jsonl", mark.get(..16).unwrap_or(&mark)))
}

/// The right to write a company's state, until it is dropped.
#[derive(Debug)]
pub struct Held {
    _lock: File,
}

/// Waits until no other thread writes a state of this company, such as one that was given up a moment ago, and removes
/// every other state, and this one if it is none: nothing goes on from them.
pub fn take(state: &Path) -> io::Result<Held> {
    let folder = state.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let lock = File::create(folder.join(LOCK))?;
    lock.lock()?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path != state && path.file_name().is_some_and(|name| name != LOCK) {
            fs::remove_file(path)?;
        }
    }
    if state.exists() && hunt::begun(state).is_none() {
        fs::remove_file(state)?;
    }
    Ok(Held { _lock: lock })
}

/// Empties a state that has become larger than `most`; was it? The hunt goes on all the same, but would begin anew.
pub fn hold_within(state: &Path, most: u64) -> io::Result<bool> {
    match fs::metadata(state) {
        Ok(meta) if meta.len() > most => OpenOptions::new().write(true).open(state)?.set_len(0).map(|()| true),
        Ok(_) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes the states of a hunt that has ended.
pub fn forget(folder: &Path, hunt: &HuntId) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&format!("{hunt}-")) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn one_state_is_kept_within_bounds_until_its_hunt_has_ended() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("company");
        let (one, other) = (HuntId::new(), HuntId::new());
        let state = place(&folder, &one, "these rules");
        let begin = "{\"Begin\":{\"version\":1,\"mark\":\"\",\"now\":7}}\n";
        drop(take(&state).expect("taken"));
        fs::write(&state, begin).expect("written");
        fs::write(place(&folder, &one, "older rules"), begin).expect("written");
        fs::write(place(&folder, &other, "these rules"), begin).expect("written");
        drop(take(&state).expect("taken"));
        let name = state.file_name().expect("a name").to_string_lossy().into_owned();
        assert_eq!(names(&folder), [name.clone(), LOCK.to_owned()], "states of nothing that goes on are gone");
        assert_eq!(fs::read_to_string(&state).expect("read"), begin, "and this one is as it was");

        assert!(!hold_within(&state, 100).expect("looked at"));
        assert!(hold_within(&state, 10).expect("emptied"));
        assert_eq!(fs::metadata(&state).expect("there").len(), 0);
        // What is written to it afterwards is no state, as it has no beginning.
        fs::write(&state, "{\"Piece\":{\"unit\":1}}\n").expect("written");
        drop(take(&state).expect("taken"));
        assert_eq!(names(&folder), [LOCK]);

        fs::write(&state, begin).expect("written");
        forget(&folder, &other).expect("nothing of it");
        assert_eq!(names(&folder).len(), 2);
        forget(&folder, &one).expect("removed");
        assert_eq!(names(&folder), [LOCK]);
        forget(&dir.path().join("nobody"), &one).expect("nothing to remove");
    }

    #[test]
    fn only_one_thread_writes_a_state() {
        let dir = tempfile::tempdir().expect("a folder");
        let state = place(dir.path(), &HuntId::new(), "");
        let held = take(&state).expect("taken");
        assert!(File::create(dir.path().join(LOCK)).expect("a file").try_lock().is_err(), "nobody else gets it");
        drop(held);
        assert!(File::create(dir.path().join(LOCK)).expect("a file").try_lock().is_ok());
    }
}
