//! Folders of Sigma files as one set of rules.

use sha2::{Digest as _, Sha256};
use sigma::{Fault, Lists, Notice, Rules};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

const DEPTH: usize = 64;

/// What a folder of rules holds.
#[derive(Debug)]
pub struct Checked {
    /// The rules that can be used.
    pub rules: Rules,
    /// How many they are.
    pub loaded: usize,
    /// A hash of all their texts: the same as long as nothing of them changed.
    pub mark: String,
    pub faults: Vec<Fault>,
    /// What is to be known of rules that can be used.
    pub notices: Vec<Notice>,
}

/// Reads all Sigma files (`.yml`, `.yaml`) of a folder and its folders, or one file.
pub fn rules_check(dir: &Path) -> Checked {
    rules_of(&[dir.to_owned()])
}

/// As `rules_check`, over several folders as one set.
pub fn rules_of(dirs: &[PathBuf]) -> Checked {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    for dir in dirs {
        rule_files(dir, &mut files, &mut faults, DEPTH);
    }
    files.sort();
    files.dedup();
    let mut mark = Mark::default();
    // One text after another, so that they are never held together.
    let texts = files.iter().filter_map(|path| {
        let name = path.display().to_string();
        match read_rule(path) {
            Ok(text) => {
                mark.add(&name, &text);
                Some((name, text))
            }
            Err(error) => {
                faults.push(Fault { file: name, line: None, reason: format!("cannot be read: {error}") });
                None
            }
        }
    });
    let read = Rules::read_all(texts, &Lists::new());
    faults.extend(read.faults);
    Checked { loaded: read.rules.len(), rules: read.rules, faults, notices: read.notices, mark: mark.hex() }
}

/// A hash of texts and their names, as they come.
#[derive(Default)]
struct Mark(Sha256);

impl Mark {
    fn add(&mut self, name: &str, text: &str) {
        for part in [name, text] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    fn hex(self) -> String {
        format!("{:x}", self.0.finalize())
    }
}

/// A hash of texts and their names.
pub fn mark<'t>(texts: impl Iterator<Item = (&'t str, &'t str)>) -> String {
    let mut mark = Mark::default();
    texts.for_each(|(name, text)| mark.add(name, text));
    mark.hex()
}

/// A rule's file, read no further than a rule may be long.
fn read_rule(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(5 << 20).read_to_end(&mut bytes)?;
    Ok(decode::text::decode(&bytes).into_owned())
}

fn rule_files(path: &Path, files: &mut Vec<PathBuf>, faults: &mut Vec<Fault>, depth: usize) {
    let mut tell = |error: String| faults.push(Fault { file: path.display().to_string(), line: None, reason: error });
    if path.is_file() {
        return files.push(path.to_owned());
    }
    let entries = match fs::read_dir(path) {
        Ok(entries) if depth > 0 => entries,
        Ok(_) => return tell("folders are nested too deep".into()),
        Err(error) => return tell(format!("cannot be read: {error}")),
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let kind = entry.file_type();
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
            rule_files(&path, files, faults, depth - 1);
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("yml") || ending.eq_ignore_ascii_case("yaml"))
        {
            files.push(path);
        }
    }
}
