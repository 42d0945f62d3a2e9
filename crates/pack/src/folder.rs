//! A folder of rules.

use crate::{DEPTH, Found};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// Everything of a folder. Links are not followed; files and folders whose names begin with a dot are not looked at.
pub fn read(dir: &Path) -> io::Result<Found> {
    let mut found = Found::default();
    fs::read_dir(dir)?;
    walk(dir, "", &mut found, DEPTH);
    Ok(found)
}

fn walk(dir: &Path, below: &str, found: &mut Found, depth: usize) {
    let entries = match fs::read_dir(dir) {
        Ok(entries) if depth > 0 => entries,
        Ok(_) => return found.refuse(below, "folders are nested too deep".to_owned()),
        Err(error) => return found.refuse(below, format!("cannot be read: {error}")),
    };
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    for name in names {
        let path = dir.join(&name);
        let name = name.to_string_lossy();
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        if name.starts_with('.') || meta.is_symlink() {
            continue;
        }
        let here = if below.is_empty() { name.into_owned() } else { format!("{below}/{name}") };
        if meta.is_dir() {
            walk(&path, &here, found, depth - 1);
        } else if meta.is_file() {
            if !found.room(&here) {
                return;
            }
            found.take(&here, |most| upto(File::open(&path)?, most));
        }
    }
}

/// The bytes of a reader, of which there may be one more than `most`.
pub fn upto(from: impl io::Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
