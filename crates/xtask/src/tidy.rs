//! Checks that documents name files that exist, and that sources keep the house rules a compiler does not know.

use crate::root;
use std::path::{Path, PathBuf};

/// Reports every fault at once.
pub fn run() -> anyhow::Result<()> {
    let root = root();
    let mut faults = Vec::new();
    for path in files(&root, &root)? {
        let shown = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        match path.extension().and_then(|kind| kind.to_str()) {
            Some("md") => links(&root, &path, &shown, &mut faults)?,
            Some("rs") => source(&path, &shown, &mut faults)?,
            _ => {}
        }
    }
    for fault in &faults {
        eprintln!("{fault}");
    }
    anyhow::ensure!(faults.is_empty(), "{} faults in documents and sources", faults.len());
    println!("tidy: nothing to mend");
    Ok(())
}

fn files(root: &Path, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !matches!(name, "target" | "node_modules" | ".git" | "static") && (folder != root || !name.starts_with('.')) {
                found.extend(files(root, &path)?);
            }
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Every relative link, and every path in backquotes that begins with one of our folders, leads somewhere.
fn links(root: &Path, path: &Path, shown: &str, faults: &mut Vec<String>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let folder = path.parent().unwrap_or(root);
    for (number, line) in text.lines().enumerate() {
        for piece in line.split("](").skip(1) {
            let target = piece.split(')').next().unwrap_or("").split('#').next().unwrap_or("");
            let outside = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            if !outside && !folder.join(target).exists() {
                faults.push(format!("{shown}:{}: the link {target} leads nowhere", number + 1));
            }
        }
        for piece in line.split('`').skip(1).step_by(2) {
            let ours = ["crates/", "content/", "docs/", "e2e/", "migrations/"].iter().any(|start| piece.starts_with(start));
            let pattern = piece.contains(['*', '<', '{', '…', ' ']);
            if ours && !pattern && !root.join(piece.split(':').next().unwrap_or(piece)).exists() {
                faults.push(format!("{shown}:{}: there is no {piece}", number + 1));
            }
        }
    }
    Ok(())
}

/// Words that have no place in a source: unfinished work.
fn source(path: &Path, shown: &str, faults: &mut Vec<String>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let unfinished = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")];
    for (number, line) in text.lines().enumerate() {
        if unfinished.iter().any(|word| line.contains(word)) {
            faults.push(format!("{shown}:{}: unfinished work", number + 1));
        }
    }
    Ok(())
}
