use crate::machine::value_of;
use crate::root::{Root, list, read_text};
use crate::watch::{Stamp, of_category, users};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wire::Event;

/// Watches the folders that systemd reads its units from.
#[derive(Debug)]
pub struct UnitWatch {
    root: Root,
    folders: BTreeMap<PathBuf, Stamp>,
    looks: u64,
    known: Units,
}

/// Every unit file by its path; kept, so that changes while the agent was away are seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    taken: bool,
    files: BTreeMap<String, (Stamp, String)>,
}

/// Source: systemd.unit(5), "Unit File Load Path".
const FOLDERS: [&str; 6] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/etc/systemd/user",
    "/etc/systemd/system.control",
];
const ENDINGS: [&str; 4] = [".service", ".timer", ".socket", ".path"];

/// Folders whose own stamp is unchanged are read again only every so many looks, for files written in place.
const EVERY: u64 = 12;

/// So many units are looked at.
const MOST: usize = 5_000;

impl UnitWatch {
    /// Watches on from what was known before; from now where nothing was.
    pub fn new(root: &Root, known: Units) -> UnitWatch {
        let mut watch = UnitWatch { root: root.clone(), folders: BTreeMap::new(), looks: 0, known };
        if !watch.known.taken {
            watch.known = watch.read();
        }
        watch
    }

    pub fn known(&self) -> &Units {
        &self.known
    }

    /// What has changed since the last look.
    pub fn look(&mut self, at: i64) -> Vec<Event> {
        self.looks += 1;
        let folders = self.folders();
        if folders == self.folders && !self.looks.is_multiple_of(EVERY) {
            return Vec::new();
        }
        self.folders = folders;
        let found = self.read();
        let events = differences(&self.known, &found, at);
        self.known = found;
        events
    }

    fn folders(&self) -> BTreeMap<PathBuf, Stamp> {
        let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|folder| self.root.path(folder)).collect();
        let passwd = self.root.read("/etc/passwd").unwrap_or_default();
        let people = users::parse(&passwd).filter(|user| user.uid == 0 || user.uid >= 1000).take(50);
        folders.extend(people.map(|user| self.root.path(&format!("{}/.config/systemd/user", user.home))));
        folders.into_iter().filter(|folder| folder.is_dir()).map(|folder| (folder.clone(), Stamp::at(&folder))).collect()
    }

    fn read(&self) -> Units {
        let mut files = BTreeMap::new();
        for folder in self.folders().keys() {
            for path in list(folder) {
                let is_unit =
                    path.file_name().is_some_and(|name| ENDINGS.iter().any(|end| name.to_string_lossy().ends_with(end)));
                let Ok(meta) = std::fs::metadata(&path) else { continue };
                if !is_unit || !meta.is_file() || files.len() >= MOST {
                    continue;
                }
                let (name, stamp) = (self.root.name(&path), Stamp::of(&meta));
                let exec = match self.known.files.get(&name) {
                    Some((known, exec)) if *known == stamp => exec.clone(),
                    _ => exec_start(&path),
                };
                files.insert(name, (stamp, exec));
            }
        }
        Units { taken: true, files }
    }
}

fn exec_start(path: &Path) -> String {
    let mut exec = value_of(&read_text(path).unwrap_or_default(), "ExecStart").unwrap_or_default();
    crate::watch::cut(&mut exec, 1024);
    exec
}

fn differences(before: &Units, after: &Units, at: i64) -> Vec<Event> {
    let mut events = Vec::new();
    let mut tell = |action: &str, file: &str, exec: &str| {
        let fields = vec![
            ("Action", action.to_owned()),
            ("Unit", file.rsplit('/').next().unwrap_or_default().to_owned()),
            ("TargetFilename", file.to_owned()),
            ("ExecStart", exec.to_owned()),
        ];
        events.push(of_category("service_unit", at, fields));
    };
    for (name, (stamp, exec)) in &after.files {
        match before.files.get(name) {
            None => tell("created", name, exec),
            Some((old, _)) if old != stamp => tell("changed", name, exec),
            Some(_) => {}
        }
    }
    for (name, (_, exec)) in before.files.iter().filter(|(name, _)| !after.files.contains_key(*name)) {
        tell("deleted", name, exec);
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{machine, shown};

    #[test]
    fn a_unit_is_told_with_what_it_starts() {
        let (dir, root) = machine(&[
            ("etc/passwd", "aki:x:1000:1000::/home/aki:/bin/bash\n"),
            ("etc/systemd/system/old.service", "[Service]\nExecStart=/bin/old\n"),
            ("home/aki/.config/systemd/user/readme.txt", "no unit"),
        ]);
        let mut watch = UnitWatch::new(&root, Units::default());
        assert_eq!(watch.look(1), []);
        std::fs::remove_file(dir.path().join("etc/systemd/system/old.service")).expect("removed");
        std::fs::write(dir.path().join("etc/systemd/system/new.service"), "[Service]\nExecStart = /tmp/x --go\n")
            .expect("written");
        std::fs::write(dir.path().join("home/aki/.config/systemd/user/a.timer"), "[Timer]\n").expect("written");
        assert_eq!(
            watch
                .look(2)
                .iter()
                .map(|event| shown(event, &["Action", "Unit", "TargetFilename", "ExecStart"]))
                .collect::<Vec<_>>(),
            [
                "created new.service /etc/systemd/system/new.service /tmp/x --go",
                "created a.timer /home/aki/.config/systemd/user/a.timer -",
                "deleted old.service /etc/systemd/system/old.service /bin/old",
            ]
        );
        let known = watch.known().clone();
        std::fs::write(dir.path().join("etc/systemd/system/new.service"), "[Service]\nExecStart=/tmp/other\n").expect("written");
        assert_eq!(UnitWatch::new(&root, known).look(3).len(), 1, "a change while the agent was away is seen");
    }
}
