//! Canaries: files that nobody has a reason to touch. What changes, renames or deletes them is most likely ransomware.

use crate::home::Home;
use crate::stop::lock;
use crate::watch::files::CanaryPaths;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// All canaries of this agent.
#[derive(Debug, Clone, Default)]
pub struct Canaries(CanaryPaths);

/// The canaries in the agent's own folder.
const OWN: [&str; 5] = ["取引先一覧.csv", "売上台帳.csv", "給与一覧.csv", "契約書控え.txt", "顧客名簿.csv"];

/// The one canary in each folder that the company wants watched. Hidden, and it says what it is.
const ELSEWHERE: &str = ".komainu-decoy.csv";

const TEXT: &str = "番号,名称,金額\n1,見本,0\n2,見本,0\n";

/// The state file that says which canaries lie outside the agent's own folder.
const STATE: &str = "canaries.json";

impl Canaries {
    /// Makes the canaries of the agent's own folder anew where they are missing.
    pub fn make(home: &Home) -> Canaries {
        let canaries = Canaries::default();
        canaries.refill(home);
        canaries
    }

    /// Puts back the canaries of the agent's own folder that have gone.
    pub fn refill(&self, home: &Home) {
        for name in OWN {
            self.put(home.path("canary").join(name));
        }
    }

    /// The set that the file collector knows canaries by.
    pub fn paths(&self) -> CanaryPaths {
        self.0.clone()
    }

    pub fn all(&self) -> Vec<PathBuf> {
        let mut all: Vec<PathBuf> = lock(&self.0).iter().cloned().collect();
        all.sort();
        all
    }

    /// Puts one canary into each of these folders, and remembers it so that it can be taken away again.
    pub fn put_into(&self, folders: &[String], home: &Home) {
        let mut known: BTreeSet<PathBuf> = home.state(STATE);
        let before = known.clone();
        for folder in folders.iter().map(Path::new).filter(|folder| folder.is_absolute() && folder.is_dir()) {
            known.insert(folder.join(ELSEWHERE));
        }
        if known != before {
            home.keep_state(STATE, &known);
        }
        for canary in known {
            self.put(canary);
        }
    }

    fn put(&self, path: PathBuf) {
        let made =
            fs::OpenOptions::new().create_new(true).write(true).open(&path).and_then(|mut file| file.write_all(TEXT.as_bytes()));
        match made {
            Ok(()) => {}
            Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(why) => {
                tracing::info!("no canary at {}: {why}", path.display());
                return;
            }
        }
        lock(&self.0).insert(path);
    }
}

/// Takes away the canaries outside the agent's own folder, where they are still as they were made.
pub fn take_away(home: &Home) {
    for canary in home.state::<BTreeSet<PathBuf>>(STATE) {
        if fs::read(&canary).is_ok_and(|text| text == TEXT.as_bytes()) {
            let _ = fs::remove_file(canary);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoys_are_put_once_and_taken_away_only_untouched() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::make(&dir.path().join("agent")).expect("made");
        let share = dir.path().join("share");
        let other = dir.path().join("other");
        for folder in [&share, &other] {
            fs::create_dir(folder).expect("made");
        }
        let canaries = Canaries::make(&home);
        assert_eq!(canaries.all().len(), OWN.len());
        let folders = [share.display().to_string(), other.display().to_string(), "/none/such".into(), "relative".into()];
        canaries.put_into(&folders, &home);
        assert_eq!(canaries.all().len(), OWN.len() + 2);
        fs::write(other.join(ELSEWHERE), "now somebody's own").expect("written");
        take_away(&home);
        assert!(!share.join(ELSEWHERE).exists());
        assert!(other.join(ELSEWHERE).exists());
    }
}
