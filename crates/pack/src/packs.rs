//! Where packs are kept: one folder each below `packs/` of the data folder.

use crate::sheet::{FORMAT, Sheet};
use crate::{Chosen, FILE_BYTES, Text};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The folder of all packs.
#[derive(Debug, Clone)]
pub struct Packs(PathBuf);

/// A pack as it is kept.
#[derive(Debug, Clone)]
pub struct Pack {
    pub dir: PathBuf,
    pub sheet: Sheet,
}

/// A pack that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackUnusable {
    #[error("\"{0}\" is no name for a pack: small letters, digits and hyphens, at most 40")]
    Name(String),
    #[error("there is no pack \"{0}\"")]
    Absent(String),
    #[error("{0}: {1}")]
    Content(String, String),
    #[error("{}: {why}", file.display())]
    File { file: PathBuf, why: io::Error },
}

impl PackUnusable {
    pub(crate) fn file(file: &Path, why: io::Error) -> PackUnusable {
        PackUnusable::File { file: file.to_owned(), why }
    }
}

const SHEET: &str = "pack.toml";
const RULES: &str = "rules";
const LICENCES: &str = "licences";
/// The largest `pack.toml` that is read.
const SHEET_BYTES: u64 = 64 << 20;

/// Is it a name that a pack may have? It becomes a folder and part of the names of rules.
pub fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !name.is_empty() && name.len() <= 40 && !name.starts_with('-') && name.bytes().all(plain)
}

impl Packs {
    /// The packs of a data folder, which need not be there yet.
    pub fn of(data: &Path) -> Packs {
        Packs(data.join("packs"))
    }

    /// The names of all packs, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        // An update that was cut short may have left only what it was to replace.
        let olds: Vec<String> = names.iter().filter_map(|name| name.strip_prefix(".old-").map(str::to_owned)).collect();
        names.extend(olds);
        names.retain(|name| is_name(name));
        names.sort();
        names.dedup();
        names
    }

    /// A pack by its name.
    pub fn open(&self, name: &str) -> Result<Pack, PackUnusable> {
        if !is_name(name) {
            return Err(PackUnusable::Name(name.to_owned()));
        }
        let (here, old) = (self.0.join(name), self.old(name));
        let dir = if here.is_dir() { here } else { old };
        if !dir.is_dir() {
            return Err(PackUnusable::Absent(name.to_owned()));
        }
        let file = dir.join(SHEET);
        let bytes = File::open(&file).and_then(|file| crate::folder::upto(file, SHEET_BYTES));
        let bytes = bytes.map_err(|error| PackUnusable::file(&file, error))?;
        let unusable = |why: String| PackUnusable::Content(file.display().to_string(), why);
        let text = String::from_utf8(bytes).map_err(|error| unusable(error.to_string()))?;
        let sheet: Sheet = toml::from_str(&text).map_err(|error| unusable(error.to_string()))?;
        if sheet.format != FORMAT {
            return Err(unusable(format!("it has the form {}, this program reads {FORMAT}; import it again", sheet.format)));
        }
        Ok(Pack { dir, sheet })
    }

    /// All packs; those that cannot be used are given with the reason.
    pub fn all(&self) -> (Vec<Pack>, Vec<PackUnusable>) {
        let (mut packs, mut faults) = (Vec::new(), Vec::new());
        for name in self.names() {
            match self.open(&name) {
                Ok(pack) => packs.push(pack),
                Err(fault) => faults.push(fault),
            }
        }
        (packs, faults)
    }

    /// Takes a pack away for good.
    pub fn remove(&self, name: &str) -> Result<(), PackUnusable> {
        if !is_name(name) {
            return Err(PackUnusable::Name(name.to_owned()));
        }
        let (here, old) = (self.0.join(name), self.old(name));
        if !here.exists() && !old.exists() {
            return Err(PackUnusable::Absent(name.to_owned()));
        }
        let away = self.away(name);
        let remove = || -> io::Result<()> {
            // What an update put aside goes first, or it would come back.
            gone(&old)?;
            gone(&away)?;
            if here.exists() {
                // Out of sight at once: what is cut short must not leave half a pack in use.
                fs::rename(&here, &away)?;
            }
            gone(&away)
        };
        remove().map_err(|error| PackUnusable::file(&here, error))
    }

    /// Keeps a pack in place of any of the same name: whole or not at all.
    pub(crate) fn keep(&self, sheet: &Sheet, rules: &[&Text], licences: &[Text]) -> Result<(), PackUnusable> {
        let (here, new, old) = (self.0.join(&sheet.name), self.away(&sheet.name), self.old(&sheet.name));
        let write = || -> io::Result<()> {
            gone(&new)?;
            fs::create_dir_all(new.join(RULES))?;
            for rule in rules {
                write_below(&new.join(RULES), &rule.path, &rule.text)?;
            }
            for licence in licences {
                write_below(&new.join(LICENCES), &licence.path, &licence.text)?;
            }
            let text = toml::to_string(sheet).map_err(io::Error::other)?;
            let mut file = File::create(new.join(SHEET))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            if here.exists() {
                gone(&old)?;
                fs::rename(&here, &old)?;
            }
            fs::rename(&new, &here)?;
            File::open(&self.0)?.sync_all()?;
            gone(&old)
        };
        write().map_err(|error| PackUnusable::file(&here, error))
    }

    fn away(&self, name: &str) -> PathBuf {
        self.0.join(format!(".new-{name}"))
    }

    /// What an update puts aside for the moment between two renames; `open` finds it if the second never came.
    fn old(&self, name: &str) -> PathBuf {
        self.0.join(format!(".old-{name}"))
    }
}

fn gone(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

fn write_below(root: &Path, path: &str, text: &str) -> io::Result<()> {
    let path = root.join(path);
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(path, text)
}

/// Where a licence's text lies in a pack.
pub fn licence_path(path: &str) -> String {
    format!("{LICENCES}/{path}")
}

impl Pack {
    pub fn name(&self) -> &str {
        &self.sheet.name
    }

    /// Its rules as they are to be used; those kept quiet only where they are asked for.
    pub fn chosen(&self, with_quiet: bool) -> Chosen {
        Chosen::of(self, with_quiet)
    }

    /// Where the file of a rule lies.
    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.join(RULES).join(file)
    }

    /// The text of a rule's file, as it was published.
    pub fn text(&self, file: &str) -> io::Result<String> {
        if !crate::archive::stays_within(file) {
            return Err(io::Error::other("the path leads out of the pack"));
        }
        let bytes = crate::folder::upto(File::open(self.path(file))?, FILE_BYTES)?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }
}
