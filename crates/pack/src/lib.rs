//! Packs: the rules of others, beside our own and apart from them.
//!
//! `import` reads a folder or a ZIP of Sigma rules, has the engine check each, says which Komainu can feed with events,
//! levels them by what they would have brought on background recordings, and keeps them as a pack in the data folder.
//! A `Pack` gives its rules as they are to be used, and tells of each where it came from; `Owner` says what a rule means
//! to somebody who is no technician, by its ATT&CK technique.

mod archive;
mod chosen;
mod folder;
mod forecast;
mod import;
mod level;
mod owner;
mod packs;
mod readable;
mod sheet;

pub use chosen::Chosen;
pub use forecast::Forecast;
pub use import::{Asked, Change, Imported, import};
pub use level::{Noise, Reason};
pub use owner::{FILES as OWNER_FILES, Owner, Told};
pub use packs::{Pack, PackUnusable, Packs, is_name};
pub use readable::Readable;
pub use sheet::{Background, Counts, Licence, Refused, RuleAbout, Sheet};

#[cfg(test)]
mod tests;

/// Files of one folder or archive that are looked at.
const FILES: usize = 100_000;
/// Bytes of one rule's file; as many as the engine reads.
const FILE_BYTES: u64 = 4 << 20;
/// Bytes of all rules of one pack.
const PACK_BYTES: u64 = 256 << 20;
/// Bytes of one licence's text, and how many such texts are taken along.
const LICENCE_BYTES: u64 = 512 << 10;
const LICENCES: usize = 20;
/// Folders within folders.
const DEPTH: usize = 32;

/// A text file of a source of rules, by its path there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    path: String,
    text: String,
}

/// What a folder or an archive holds.
#[derive(Debug, Default)]
struct Found {
    rules: Vec<Text>,
    licences: Vec<Text>,
    /// YAML files that hold no rule, such as settings of the project that publishes them.
    passed: Vec<String>,
    faults: Vec<sigma::Fault>,
    bytes: u64,
    seen: usize,
}

impl Found {
    /// Counts one more file; false once there are too many, which is told once.
    fn room(&mut self, path: &str) -> bool {
        self.seen += 1;
        if self.seen == FILES + 1 {
            self.refuse(path, format!("there are more than {FILES} files; this one and those after it are not read"));
        }
        self.seen <= FILES
    }

    fn refuse(&mut self, path: &str, reason: String) {
        self.faults.push(sigma::Fault { file: path.to_owned(), line: None, reason });
    }

    /// Takes a file for what its name and text say that it is; `read` gives at most so many bytes and one more.
    fn take(&mut self, path: &str, read: impl FnOnce(u64) -> std::io::Result<Vec<u8>>) {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_licence = is_licence(name);
        if !is_licence && !is_yaml(name) {
            return;
        }
        let most = if is_licence { LICENCE_BYTES } else { FILE_BYTES.min(PACK_BYTES.saturating_sub(self.bytes)) };
        let bytes = match read(most) {
            Ok(bytes) if bytes.len() as u64 > most => {
                return self.refuse(path, "it is too large, or all of them together are".to_owned());
            }
            Ok(bytes) => bytes,
            Err(error) => return self.refuse(path, format!("cannot be read: {error}")),
        };
        let text = decode::text::decode(&bytes).into_owned();
        let file = Text { path: path.to_owned(), text };
        if is_licence {
            if self.licences.len() < LICENCES {
                self.licences.push(file);
            }
        } else if is_rule(&file.text) {
            self.bytes += bytes.len() as u64;
            self.rules.push(file);
        } else {
            self.passed.push(file.path);
        }
    }
}

fn is_yaml(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".yml") || name.ends_with(".yaml")
}

fn is_licence(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = name.strip_suffix(".txt").or_else(|| name.strip_suffix(".md")).unwrap_or(&name);
    let starts = ["license", "licence", "copying", "notice"];
    starts.iter().any(|start| stem == *start || stem.strip_prefix(start).is_some_and(|rest| rest.starts_with(['-', '.', '_'])))
        && !is_yaml(&name)
}

/// Does a YAML text mean to be a rule? Whatever does is judged by the engine, so that nothing is left out silently.
fn is_rule(text: &str) -> bool {
    let means = |line: &str| {
        let line = line.trim_start_matches(['\u{feff}', '{', ' ']).trim_start_matches(['"', '\'']);
        ["detection", "correlation", "logsource", "filter"]
            .iter()
            .any(|key| line.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':')))
    };
    text.lines().any(|line| !line.starts_with([' ', '\t']) && means(line))
}
