//! What changes in the watched folders, told by inotify.

use crate::stop::lock;
use crate::watch::places::{Kind, Place};
use crate::watch::process::sha256_of;
use crate::watch::{now, of_category};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, InotifyEvent, WatchDescriptor};
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use wire::Event;

/// The files that nobody has a reason to touch.
pub type CanaryPaths = Arc<Mutex<HashSet<PathBuf>>>;

/// Hashes of files known to be bad, with the name of each.
pub type BadHashes = Arc<HashMap<String, String>>;

/// Watches folders.
pub struct Files {
    inotify: Inotify,
    watched: HashMap<WatchDescriptor, (PathBuf, Kind)>,
    dirs: HashMap<PathBuf, WatchDescriptor>,
    /// At most so many folders.
    most: usize,
    canaries: CanaryPaths,
    pub bad_hashes: BadHashes,
    /// Files that began to be and are still open, and since when.
    open: HashMap<PathBuf, Instant>,
    /// A file that left its old name, and has no new one yet.
    leaving: Option<(u32, PathBuf, Instant)>,
    /// Bytes that may still be hashed in this second.
    hashing: (Instant, u64),
    /// Were there more folders than watches, or more changes than the kernel holds?
    pub missed: bool,
}

/// A file larger than this is not hashed.
const HASHED: u64 = 8 * 1024 * 1024;

/// So many bytes are hashed in a second; beyond it files are told without their hash.
const HASHED_A_SECOND: u64 = 8 * 1024 * 1024;

/// A file that stays open longer is told without waiting for its end.
const OPEN: Duration = Duration::from_secs(2);

/// A file that left and has not come back within this has gone.
const LEAVING: Duration = Duration::from_millis(200);

/// So many files may be open at once before they are told without waiting.
const OPEN_MOST: usize = 10_000;

const WANTED: AddWatchFlags = AddWatchFlags::IN_CREATE
    .union(AddWatchFlags::IN_CLOSE_WRITE)
    .union(AddWatchFlags::IN_DELETE)
    .union(AddWatchFlags::IN_MOVED_FROM)
    .union(AddWatchFlags::IN_MOVED_TO)
    .union(AddWatchFlags::IN_ONLYDIR)
    .union(AddWatchFlags::IN_DONT_FOLLOW);

impl Files {
    /// Watches nothing yet. `most` bounds the number of folders.
    pub fn new(canaries: CanaryPaths, most: usize) -> io::Result<Files> {
        Ok(Files {
            inotify: Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?,
            watched: HashMap::new(),
            dirs: HashMap::new(),
            most,
            canaries,
            bad_hashes: BadHashes::default(),
            open: HashMap::new(),
            leaving: None,
            hashing: (Instant::now(), HASHED_A_SECOND),
            missed: false,
        })
    }

    /// Watches these folders from now on, besides those it watches already.
    pub fn watch(&mut self, places: &[Place]) {
        for place in places {
            self.add(&place.dir, place.kind);
        }
    }

    /// How many folders are watched.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.dirs.len()
    }

    fn add(&mut self, dir: &Path, kind: Kind) {
        if !self.dirs.contains_key(dir) {
            if self.dirs.len() >= self.most {
                self.missed = true;
                return;
            }
            match self.inotify.add_watch(dir, WANTED) {
                Ok(descriptor) => {
                    self.watched.insert(descriptor, (dir.to_owned(), kind));
                    self.dirs.insert(dir.to_owned(), descriptor);
                }
                Err(Errno::ENOSPC) => self.missed = true,
                Err(_) => return,
            }
        }
        if let Kind::Deep(levels @ 1..) = kind {
            for below in crate::root::list(dir) {
                if fs::symlink_metadata(&below).is_ok_and(|meta| meta.is_dir()) {
                    self.add(&below, Kind::Deep(levels - 1));
                }
            }
        }
    }

    /// What has changed; waits for the first change so long.
    pub fn ready(&mut self, long: Duration) -> Vec<Event> {
        let wait = if self.leaving.is_some() {
            LEAVING
        } else if self.open.is_empty() {
            long
        } else {
            long.min(OPEN / 4)
        };
        let mut ready = [PollFd::new(self.inotify.as_fd(), PollFlags::POLLIN)];
        let mut events = Vec::new();
        if poll(&mut ready, PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX)).is_ok_and(|count| count > 0) {
            for _ in 0..16 {
                let Ok(changes) = self.inotify.read_events() else { break };
                for change in changes {
                    self.change(change, &mut events);
                }
            }
        }
        self.tell_late(&mut events);
        events
    }

    /// Tells files that stayed open and files that left for good.
    fn tell_late(&mut self, events: &mut Vec<Event>) {
        if self.leaving.as_ref().is_some_and(|(_, _, since)| since.elapsed() >= LEAVING)
            && let Some((_, path, _)) = self.leaving.take()
        {
            events.push(self.told("deleted", &path, None));
        }
        let late: Vec<PathBuf> =
            self.open.iter().filter(|(_, since)| since.elapsed() >= OPEN).map(|(path, _)| path.clone()).collect();
        for path in late {
            self.open.remove(&path);
            events.push(self.told("created", &path, None));
        }
    }

    fn change(&mut self, change: InotifyEvent, events: &mut Vec<Event>) {
        if change.mask.contains(AddWatchFlags::IN_Q_OVERFLOW) {
            tracing::warn!("more files change than can be looked at: some were missed");
            self.missed = true;
            return;
        }
        let Some((dir, kind)) = self.watched.get(&change.wd).cloned() else { return };
        if change.mask.contains(AddWatchFlags::IN_IGNORED) {
            self.watched.remove(&change.wd);
            self.dirs.remove(&dir);
            return;
        }
        let Some(name) = change.name else { return };
        if kind == Kind::DotFiles && !name.to_string_lossy().starts_with('.') {
            return;
        }
        let path = dir.join(name);
        let is_dir = change.mask.contains(AddWatchFlags::IN_ISDIR);
        if change.mask.contains(AddWatchFlags::IN_MOVED_TO) {
            return self.arrived(change.cookie, path, is_dir, kind, events);
        }
        if let Some((_, left, _)) = self.leaving.take() {
            events.push(self.told("deleted", &left, None));
        }
        if change.mask.contains(AddWatchFlags::IN_MOVED_FROM) {
            self.leaving = Some((change.cookie, path, Instant::now()));
        } else if change.mask.contains(AddWatchFlags::IN_DELETE) {
            self.open.remove(&path);
            events.push(self.told("deleted", &path, None));
        } else if change.mask.contains(AddWatchFlags::IN_CLOSE_WRITE) {
            let action = if self.open.remove(&path).is_some() { "created" } else { "modified" };
            events.push(self.told(action, &path, None));
        } else if is_dir {
            events.push(self.told("created", &path, None));
            self.follow(&path, kind, events);
        } else if self.stays_open(&path) {
            self.open.insert(path, Instant::now());
        } else {
            events.push(self.told("created", &path, None));
        }
    }

    /// Does a new file get its content only now? A link or a socket is whole at once.
    fn stays_open(&self, path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
        self.open.len() < OPEN_MOST && fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file() && meta.nlink() == 1)
    }

    fn arrived(&mut self, cookie: u32, path: PathBuf, is_dir: bool, kind: Kind, events: &mut Vec<Event>) {
        match self.leaving.take() {
            Some((left, old, _)) if left == cookie => {
                self.open.remove(&old);
                events.push(self.told("renamed", &path, Some(&old)));
            }
            other => {
                if let Some((_, left, _)) = other {
                    events.push(self.told("deleted", &left, None));
                }
                events.push(self.told("created", &path, None));
            }
        }
        if is_dir {
            self.follow(&path, kind, events);
        }
    }

    /// A new folder below a deep one is watched too; what was put into it before the watch began is told.
    fn follow(&mut self, dir: &Path, kind: Kind, events: &mut Vec<Event>) {
        let Kind::Deep(levels @ 1..) = kind else { return };
        self.add(dir, Kind::Deep(levels - 1));
        for path in crate::root::list(dir).into_iter().take(200) {
            if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file()) {
                events.push(self.told("created", &path, None));
            }
        }
    }

    fn told(&mut self, action: &str, path: &Path, old: Option<&Path>) -> Event {
        let canary = {
            let canaries = lock(&self.canaries);
            canaries.contains(path) || old.is_some_and(|old| canaries.contains(old))
        };
        let (sha256, eicar) = if action == "deleted" { (String::new(), false) } else { self.content(path) };
        let bad = self.bad_hashes.get(&sha256).cloned().unwrap_or_default();
        let fields = vec![
            ("Action", action.to_owned()),
            ("TargetFilename", path.display().to_string()),
            ("OldFilename", old.map(|old| old.display().to_string()).unwrap_or_default()),
            ("Sha256", sha256),
            ("Canary", if canary { "true".to_owned() } else { String::new() }),
            ("BadHash", bad),
            ("Content", if eicar { "eicar".to_owned() } else { String::new() }),
        ];
        of_category("file_event", now(), fields)
    }

    /// The hash of a file just written, and whether it is the EICAR test file, as far as this second's share allows.
    fn content(&mut self, path: &Path) -> (String, bool) {
        let Ok(meta) = fs::symlink_metadata(path) else { return Default::default() };
        if self.hashing.0.elapsed() >= Duration::from_secs(1) {
            self.hashing = (Instant::now(), HASHED_A_SECOND);
        }
        if !meta.is_file() || meta.len() > HASHED || meta.len() > self.hashing.1 {
            return Default::default();
        }
        self.hashing.1 -= meta.len();
        (sha256_of(path, HASHED).unwrap_or_default(), meta.len() <= 128 && is_eicar(path))
    }
}

/// The EICAR test file, which every anti-malware product takes for a find. Put together only when needed, so that no
/// scanner takes this program for one.
///
/// Source: EICAR, "Anti-Malware Testfile": 68 characters, then nothing but white space up to 128.
pub fn eicar() -> String {
    let tail: String = "*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X".chars().rev().collect();
    tail
}

fn is_eicar(path: &Path) -> bool {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(129).read_to_string(&mut text));
    read.is_ok() && text.trim_end_matches([' ', '\t', '\n', '\r', '\u{1a}']) == eicar()
}

#[cfg(test)]
mod tests;
