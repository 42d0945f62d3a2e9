//! The machine's log files: read on as they grow, and watched for being cut or thrown away.

use crate::root::Root;
use crate::watch::of_category;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use wire::Event;

/// Logs whose lines are read where no journal is; where one is, it has them all.
const SYSTEM: [&str; 4] = ["/var/log/auth.log", "/var/log/secure", "/var/log/syslog", "/var/log/messages"];

/// The kernel's own record of what programs do, where an administrator has switched it on. Its lines are always read.
const AUDIT: &str = "/var/log/audit/audit.log";

/// Logs that are only watched for being cut or thrown away.
const KEPT: [&str; 6] =
    ["/var/log/wtmp", "/var/log/btmp", "/var/log/lastlog", "/var/log/kern.log", "/var/log/daemon.log", "/var/log/cron"];

/// How far each log had been read, by its name; kept, so that nothing is read twice or missed over a restart.
pub type Places = BTreeMap<String, Place>;

/// A place in a log: which file, and how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    inode: u64,
    offset: u64,
}

/// Watches all the logs.
#[derive(Debug)]
pub struct LogWatch {
    logs: Vec<Log>,
}

/// A line of a log, which log, and the place behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub log: String,
    pub text: String,
    pub place: Place,
}

#[derive(Debug)]
struct Log {
    name: String,
    path: PathBuf,
    reads: bool,
    /// A log that begins later than the agent is read from its start.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    inode: u64,
    offset: u64,
    size: u64,
    /// The start of a line whose end has not been written yet.
    part: Vec<u8>,
}

/// A longer line is cut; the rest of it is passed over.
const LINE: usize = 16 * 1024;

/// So much of a log is read in one look, so that a log that grows fast cannot fill the memory.
const AT_ONCE: u64 = 256 * 1024;

impl LogWatch {
    /// Reads on from the places kept; a log never seen before is read from its end. `all` says whether the system's logs are read too.
    pub fn new(root: &Root, places: &Places, all: bool) -> LogWatch {
        let log = |name: &str, reads: bool| {
            let mut log = Log { name: name.to_owned(), path: root.path(name), reads, open: None };
            log.begin(places.get(name).copied());
            log
        };
        let mut logs = vec![log(AUDIT, true)];
        logs.extend(SYSTEM.iter().map(|name| log(name, all)));
        logs.extend(KEPT.iter().map(|name| log(name, false)));
        LogWatch { logs }
    }

    /// Is there any log of the system that can be read?
    pub fn sees_any(&self) -> bool {
        self.logs.iter().any(|log| SYSTEM.contains(&log.name.as_str()) && log.open.is_some())
    }

    /// The places reached.
    pub fn places(&self) -> Places {
        let read = self.logs.iter().filter(|log| log.reads);
        read.filter_map(|log| {
            let open = log.open.as_ref()?;
            let offset = open.offset - u64::try_from(open.part.len()).unwrap_or(0);
            Some((log.name.clone(), Place { inode: open.inode, offset }))
        })
        .collect()
    }

    /// New lines, and what was done to the logs themselves.
    pub fn look(&mut self, at: i64) -> (Vec<Line>, Vec<Event>) {
        let (mut lines, mut events) = (Vec::new(), Vec::new());
        for log in &mut self.logs {
            log.look(at, &mut lines, &mut events);
        }
        (lines, events)
    }
}

impl Log {
    fn begin(&mut self, place: Option<Place>) {
        let Ok(mut open) = Open::new(&self.path) else { return };
        open.offset = match place {
            Some(place) if place.inode == open.inode && place.offset <= open.size => place.offset,
            Some(_) => 0,
            None => open.size,
        };
        self.open = Some(open);
    }

    fn look(&mut self, at: i64, lines: &mut Vec<Line>, events: &mut Vec<Event>) {
        let Some(open) = &mut self.open else {
            if let Ok(open) = Open::new(&self.path) {
                self.open = Some(open);
                self.look(at, lines, events);
            }
            return;
        };
        let Ok(now) = open.file.metadata() else { return };
        if now.len() < open.size && !was_copied_away(&self.path) {
            let action = if now.len() == 0 { "truncated" } else { "shrunk" };
            events.push(told(action, &self.name, at));
        }
        if now.len() < open.offset {
            (open.offset, open.part) = (0, Vec::new());
        }
        open.size = now.len();
        if self.reads {
            open.read(&self.name, lines);
        }
        let named = fs::metadata(&self.path);
        if now.nlink() == 0 && named.is_err() {
            events.push(told("deleted", &self.name, at));
        }
        let replaced = named.as_ref().map(Metadata::ino).ok() != Some(open.inode);
        let read_to_end = !self.reads || open.offset >= open.size;
        if replaced && read_to_end {
            if now.nlink() == 0 && named.is_ok() {
                events.push(told("deleted", &self.name, at));
            }
            self.open = None;
        }
    }
}

impl Open {
    fn new(path: &Path) -> io::Result<Open> {
        let file = File::open(path)?;
        let meta = file.metadata()?;
        match meta.is_file() {
            true => Ok(Open { file, inode: meta.ino(), offset: 0, size: meta.len(), part: Vec::new() }),
            false => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn read(&mut self, name: &str, lines: &mut Vec<Line>) {
        if self.offset >= self.size {
            return;
        }
        let mut bytes = Vec::new();
        let read = self.file.seek(SeekFrom::Start(self.offset)).and_then(|_| (&self.file).take(AT_ONCE).read_to_end(&mut bytes));
        if read.is_err() {
            return;
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.offset += u64::try_from(piece.len()).unwrap_or(0);
            if self.part.len() < LINE {
                self.part.extend_from_slice(piece);
            } else if piece.ends_with(b"\n") {
                self.part.push(b'\n');
            }
            if self.part.ends_with(b"\n") {
                self.part.truncate(LINE);
                let text = String::from_utf8_lossy(&self.part).trim_end_matches(['\n', '\r']).to_owned();
                self.part.clear();
                if !text.is_empty() {
                    lines.push(Line { log: name.to_owned(), text, place: Place { inode: self.inode, offset: self.offset } });
                }
            }
        }
    }
}

/// Was the log copied away and then cut, as logrotate's `copytruncate` does? Then its copy has just been written.
fn was_copied_away(path: &Path) -> bool {
    let copy = PathBuf::from(format!("{}.1", path.display()));
    let written = fs::metadata(copy).and_then(|meta| meta.modified());
    written.ok().and_then(|at| at.elapsed().ok()).is_some_and(|ago| ago.as_secs() < 120)
}

fn told(action: &str, name: &str, at: i64) -> Event {
    of_category("log_integrity", at, vec![("Action", action.to_owned()), ("TargetFilename", name.to_owned())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{machine, shown};
    use std::io::Write;

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    fn append(path: &Path, text: &[u8]) {
        fs::OpenOptions::new().append(true).create(true).open(path).expect("open").write_all(text).expect("written");
    }

    #[test]
    fn lines_are_read_once_through_rotation_and_restart() {
        let (dir, root) = machine(&[("var/log/auth.log", "old\n")]);
        let log = dir.path().join("var/log/auth.log");
        let mut watch = LogWatch::new(&root, &Places::new(), true);
        assert_eq!(watch.look(1).0, []);
        append(&log, b"one\ntwo\nthr");
        assert_eq!(texts(&watch.look(1).0), ["one", "two"]);
        let places = watch.places();
        append(&log, b"ee\n\xff\xfe\n");
        assert_eq!(texts(&watch.look(1).0), ["three", "\u{fffd}\u{fffd}"]);
        let mut again = LogWatch::new(&root, &places, true);
        assert_eq!(texts(&again.look(1).0), ["three", "\u{fffd}\u{fffd}"], "a restart reads on from where it was");

        let first = LogWatch::new(&root, &places, true).look(1).0.remove(0);
        let behind = Places::from([(first.log.clone(), first.place)]);
        let mut again = LogWatch::new(&root, &behind, true);
        assert_eq!(texts(&again.look(1).0), ["\u{fffd}\u{fffd}"], "or from behind any line");

        append(&log, b"last\n");
        fs::rename(&log, dir.path().join("var/log/auth.log.1")).expect("rotated");
        append(&log, b"first\n");
        let (mut lines, mut events) = watch.look(1);
        let more = watch.look(1);
        lines.extend(more.0);
        events.extend(more.1);
        assert_eq!(texts(&lines), ["last", "first"], "rotation loses no line");
        assert_eq!(events, [], "and is nobody's wrongdoing");
    }

    #[test]
    fn a_log_that_is_cut_or_thrown_away_is_told() {
        let (dir, root) = machine(&[("var/log/auth.log", "a line\nanother\n"), ("var/log/wtmp", "records")]);
        let log = dir.path().join("var/log/auth.log");
        let mut watch = LogWatch::new(&root, &Places::new(), true);
        let told =
            |events: Vec<Event>| events.iter().map(|event| shown(event, &["Action", "TargetFilename"])).collect::<Vec<_>>();
        fs::write(&log, "").expect("cut");
        assert_eq!(told(watch.look(1).1), ["truncated /var/log/auth.log"]);
        append(&log, b"new\n");
        assert_eq!(texts(&watch.look(1).0), ["new"]);
        File::options().write(true).open(&log).expect("open").set_len(1).expect("cut");
        fs::remove_file(dir.path().join("var/log/wtmp")).expect("removed");
        assert_eq!(told(watch.look(1).1), ["shrunk /var/log/auth.log", "deleted /var/log/wtmp"]);
        assert_eq!(told(watch.look(1).1), Vec::<String>::new());
        fs::copy(&log, dir.path().join("var/log/auth.log.1")).expect("copied");
        fs::write(&log, "").expect("cut");
        assert_eq!(told(watch.look(1).1), Vec::<String>::new(), "copied and cut is how some rotate");
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let (dir, root) = machine(&[("var/log/syslog", "")]);
        let log = dir.path().join("var/log/syslog");
        let mut watch = LogWatch::new(&root, &Places::new(), true);
        append(&log, &vec![b'x'; 3 * 1024 * 1024]);
        append(&log, b"\nnext\n");
        let mut lines = Vec::new();
        for _ in 0..20 {
            lines.extend(watch.look(1).0);
        }
        assert!(lines.len() == 2 && lines[0].text.len() <= LINE, "{}", lines.len());
        assert_eq!(lines[1].text, "next");
    }
}
