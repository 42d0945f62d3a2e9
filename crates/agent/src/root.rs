use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where the machine's own files hang: `/`, or a folder that looks like a machine in tests.
#[derive(Debug, Clone)]
pub struct Root(PathBuf);

/// No file of a machine's configuration is larger; the rest of one that is stays unread.
const MOST: u64 = 16 * 1024 * 1024;

impl Root {
    /// This machine.
    pub fn machine() -> Root {
        Root(PathBuf::from("/"))
    }

    /// A folder that stands for a machine.
    #[cfg(test)]
    pub fn at(dir: &Path) -> Root {
        Root(dir.to_owned())
    }

    /// Where an absolute path of the machine really lies.
    pub fn path(&self, absolute: &str) -> PathBuf {
        self.0.join(absolute.trim_start_matches('/'))
    }

    /// The machine's own name of a path below this root.
    pub fn name(&self, path: &Path) -> String {
        match path.strip_prefix(&self.0) {
            Ok(below) => format!("/{}", below.display()),
            Err(_) => path.display().to_string(),
        }
    }

    /// A file's text, with bytes that are no UTF-8 replaced; nothing where it cannot be read.
    pub fn read(&self, absolute: &str) -> Option<String> {
        read_text(&self.path(absolute))
    }

    pub fn exists(&self, absolute: &str) -> bool {
        self.path(absolute).exists()
    }

    /// The entries of a folder, sorted; none where it cannot be read.
    pub fn list(&self, absolute: &str) -> Vec<PathBuf> {
        list(&self.path(absolute))
    }
}

/// The entries of a folder, sorted; none where it cannot be read.
pub fn list(dir: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = match fs::read_dir(dir) {
        Ok(read) => read.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
        Err(_) => Vec::new(),
    };
    entries.sort();
    entries
}

/// A file's text, lossily and at most 16 MiB of it; nothing where it is no plain file or cannot be read.
pub fn read_text(path: &Path) -> Option<String> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(not) => String::from_utf8_lossy(not.as_bytes()).into_owned(),
    })
}
