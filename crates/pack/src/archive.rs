//! A ZIP of rules, as projects publish them.

use crate::Found;
use crate::folder::upto;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Component, Path};
use zip::ZipArchive;

/// Everything of an archive. A member whose path leads out of it, a link, and one with a password are refused and told.
pub fn read(file: File) -> io::Result<Found> {
    members(BufReader::new(file))
}

pub fn members(from: impl Read + Seek) -> io::Result<Found> {
    let mut archive = ZipArchive::new(from).map_err(io::Error::other)?;
    let mut found = Found::default();
    for place in 0..archive.len() {
        let mut member = match archive.by_index(place) {
            Ok(member) => member,
            Err(error) => {
                found.refuse(&format!("member {}", place + 1), format!("cannot be read: {error}"));
                continue;
            }
        };
        let name = member.name().replace('\\', "/");
        if !found.room(&name) {
            break;
        }
        if member.is_dir() || name.split('/').any(|part| part.starts_with('.') && !matches!(part, "." | "..")) {
            continue;
        }
        if !stays_within(&name) {
            found.refuse(&name, "its path leads out of the archive".to_owned());
        } else if member.is_symlink() {
            found.refuse(&name, "it is a link".to_owned());
        } else {
            found.take(&name, |most| upto(&mut member, most));
        }
    }
    without_common_folder(&mut found);
    Ok(found)
}

/// Is a path relative, without a way up?
pub fn stays_within(path: &str) -> bool {
    let has_drive = path.as_bytes().get(1) == Some(&b':');
    !path.is_empty()
        && !has_drive
        && !path.contains('\0')
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// Archives of a repository hold one folder named for the repository and its commit: that name would make each edition new.
fn without_common_folder(found: &mut Found) {
    let paths = || found.rules.iter().chain(&found.licences).map(|text| text.path.as_str());
    let Some(root) = paths().next().and_then(|path| path.split_once('/')).map(|(root, _)| format!("{root}/")) else { return };
    if !paths().all(|path| path.starts_with(&root)) {
        return;
    }
    for text in found.rules.iter_mut().chain(&mut found.licences) {
        text.path.drain(..root.len());
    }
}
