//! The files that a hunt goes through.

use sigma::Fault;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The path that means what comes in on standard input.
pub const STDIN: &str = "-";
const DEPTH: usize = 64;

/// One file to hunt in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub path: PathBuf,
    /// What findings call it.
    pub name: String,
    /// Bytes on the disk; 0 where that is not known.
    pub size: u64,
    /// It was named itself, and not found in a folder: then it is told if it is no kind of log.
    pub named: bool,
    /// Bytes that are read of it; without it, all.
    pub(crate) limit: Option<u64>,
}

impl Input {
    /// A file under a name of its own, as for one that was sent to the portal.
    pub fn new(path: PathBuf, name: String) -> Input {
        let size = fs::metadata(&path).map_or(0, |meta| meta.len());
        Input { path, name, size, named: true, limit: None }
    }

    fn of(path: PathBuf, size: u64, named: bool) -> Input {
        Input { name: path.display().to_string(), path, size, named, limit: None }
    }

    pub(crate) fn is_stdin(&self) -> bool {
        self.path.as_os_str() == STDIN
    }
}

/// The files of all paths, of each folder in the order of their names, each file once; and what cannot be read.
pub fn inputs(paths: &[PathBuf]) -> (Vec<Input>, Vec<Fault>) {
    let mut walk = Walk { inputs: Vec::new(), faults: Vec::new() };
    for path in paths {
        if path.as_os_str() == STDIN {
            walk.inputs.push(Input::of(path.clone(), 0, true));
            continue;
        }
        let from = walk.inputs.len();
        walk.path(path, true, DEPTH);
        if let Some(new) = walk.inputs.get_mut(from..) {
            new.sort_by(|one, other| one.path.cmp(&other.path));
        }
    }
    let mut seen = HashSet::new();
    walk.inputs.retain(|input| seen.insert(input.path.clone()));
    (walk.inputs, walk.faults)
}

struct Walk {
    inputs: Vec<Input>,
    faults: Vec<Fault>,
}

impl Walk {
    fn tell(&mut self, path: &Path, reason: String) {
        self.faults.push(Fault { file: path.display().to_string(), line: None, reason });
    }

    /// The files of a folder and its folders. Links are not followed, so that no circle is walked.
    fn path(&mut self, path: &Path, named: bool, depth: usize) {
        let meta = match fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) => return self.tell(path, format!("cannot be read: {error}")),
        };
        if meta.is_file() {
            return self.inputs.push(Input::of(path.to_owned(), meta.len(), named));
        }
        if !meta.is_dir() {
            if named {
                self.tell(path, "this is neither a file nor a folder".into());
            }
            return;
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) if depth > 0 => entries,
            Ok(_) => return self.tell(path, "folders are nested too deep".into()),
            Err(error) => return self.tell(path, format!("cannot be read: {error}")),
        };
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_type().is_ok_and(|kind| kind.is_symlink()) => {}
                Ok(entry) => self.path(&entry.path(), false, depth - 1),
                Err(error) => self.tell(path, format!("cannot be read: {error}")),
            }
        }
    }
}
