use rust_embed::RustEmbed;
use std::path::{Path, PathBuf};

/// Everything under `content/`, carried inside the program; read from the folder in a debug build.
#[derive(RustEmbed)]
#[folder = "../../content/"]
struct Carried;

/// Where content is read from: what the program carries, or a folder that takes its place.
#[derive(Debug, Clone)]
pub enum Content {
    Carried,
    Disk(PathBuf),
}

impl Content {
    /// The content of a folder, for editors and tests.
    pub fn disk(folder: impl AsRef<Path>) -> Content {
        Content::Disk(folder.as_ref().to_owned())
    }

    /// The text of a file such as `assessment/2026-03.toml`, or nothing where there is none or it is not UTF-8.
    pub fn text(&self, path: &str) -> Option<String> {
        match self {
            Content::Carried => Carried::get(path).and_then(|file| String::from_utf8(file.data.into_owned()).ok()),
            Content::Disk(folder) => std::fs::read_to_string(folder.join(path)).ok(),
        }
    }

    /// The paths of all files that begin with `prefix`, in order.
    pub fn list(&self, prefix: &str) -> Vec<String> {
        let mut paths: Vec<String> = match self {
            Content::Carried => Carried::iter().map(|path| path.to_string()).collect(),
            Content::Disk(folder) => {
                let mut found = Vec::new();
                walk(folder, "", &mut found);
                found
            }
        };
        paths.retain(|path| path.starts_with(prefix));
        paths.sort();
        paths
    }
}

fn walk(folder: &Path, below: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
            walk(&entry.path(), &path, found);
        } else {
            found.push(path);
        }
    }
}
