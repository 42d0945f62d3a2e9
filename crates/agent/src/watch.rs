//! The agent's eyes. Each collector turns what happens on the machine into events; none decides what it means.

pub mod accounts;
pub mod files;
pub mod jobs;
pub mod logs;
pub mod places;
pub mod ports;
pub mod process;
pub mod sign_in;
pub mod units;
pub mod users;

use crate::detect::{Message, Reached};
use crate::stop::lock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};
use std::time::UNIX_EPOCH;
use wire::{Collector, CollectorState, Event, Source};

/// The longest value of a field. What is longer is cut, so that no process or file name can fill the memory.
const VALUE: usize = 8 * 1024;

/// UTC milliseconds by the machine's clock.
pub fn now() -> i64 {
    base::Clock::System.now().0
}

/// Cuts a text to so many bytes, at a character.
pub fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
}

/// An event of a category, as `process_creation`.
pub fn of_category(category: &str, at: i64, fields: Vec<(&str, String)>) -> Event {
    event(Source { product: "linux".into(), category: category.into(), service: String::new() }, at, fields)
}

/// An event of a service's log, as `sshd`.
pub fn of_service(service: &str, at: i64, fields: Vec<(&str, String)>) -> Event {
    event(Source { product: "linux".into(), category: String::new(), service: service.into() }, at, fields)
}

fn event(source: Source, at: i64, fields: Vec<(&str, String)>) -> Event {
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, mut value)| {
        cut(&mut value, VALUE);
        (name.to_owned(), value)
    });
    Event { at, source, fields: fields.collect() }
}

/// When a file was last written: UTC milliseconds.
pub fn modified(meta: &std::fs::Metadata) -> i64 {
    let since = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Whether a file is the one seen before: its inode, size and time of writing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Stamp(u64, u64, i64);

impl Stamp {
    pub fn of(meta: &std::fs::Metadata) -> Stamp {
        use std::os::unix::fs::MetadataExt;
        Stamp(meta.ino(), meta.len(), meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec()))
    }

    /// The stamp of what lies at a path; zero where nothing does.
    pub fn at(path: &std::path::Path) -> Stamp {
        std::fs::metadata(path).map(|meta| Stamp::of(&meta)).unwrap_or_default()
    }
}

/// All eyes of this agent, for the heartbeat.
#[derive(Debug, Clone, Default)]
pub struct Eyes(Arc<Mutex<Vec<Arc<Eye>>>>);

/// One eye: how it sees, and how much it has seen.
#[derive(Debug)]
pub struct Eye {
    state: Mutex<Collector>,
    seen: AtomicU64,
}

impl Eyes {
    /// A new eye that sees nothing yet.
    pub fn open(&self, name: &str) -> Arc<Eye> {
        let state =
            Collector { name: name.to_owned(), state: CollectorState::Off, way: String::new(), why: String::new(), seen: 0 };
        let eye = Arc::new(Eye { state: Mutex::new(state), seen: AtomicU64::new(0) });
        lock(&self.0).push(eye.clone());
        eye
    }

    pub fn collectors(&self) -> Vec<Collector> {
        let read = |eye: &Arc<Eye>| Collector { seen: eye.seen.load(Ordering::Relaxed), ..lock(&eye.state).clone() };
        lock(&self.0).iter().map(read).collect()
    }
}

impl Eye {
    /// Says how this eye sees from now on.
    pub fn set(&self, state: CollectorState, way: &str, why: &str) {
        let mut own = lock(&self.state);
        (own.state, own.way, own.why) = (state, way.to_owned(), why.to_owned());
    }

    /// Sets an eye that sees all where `full`, else part of it for want of root's rights.
    pub fn set_by_rights(&self, full: bool, way: &str) {
        match full {
            true => self.set(CollectorState::Full, way, ""),
            false => self.set(CollectorState::Reduced, way, "needs-root"),
        }
    }
}

/// What each eye could see on this machine, by these rights, without opening it for long.
pub fn probe(root: &crate::root::Root, eyes: &Eyes) -> Vec<Collector> {
    let rights = crate::machine::privileged();
    let sign_in = eyes.open("sign-in");
    if sign_in::has_journal() {
        sign_in.set_by_rights(rights, "journald");
    } else if logs::LogWatch::new(root, &logs::Places::new(), true).sees_any() {
        sign_in.set_by_rights(rights, "log-files");
    } else {
        sign_in.set(CollectorState::Off, "log-files", "no-log");
    }
    let process = eyes.open("process");
    match process::Connector::open() {
        Ok(connector) => {
            connector.close();
            process.set_by_rights(rights, "proc-connector");
        }
        Err(_) => process.set(CollectorState::Reduced, "procfs-poll", if rights { "no-kernel-support" } else { "needs-root" }),
    }
    for (name, full, way) in [
        ("file", rights, "inotify"),
        ("account", rights, "poll"),
        ("cron", rights, "poll"),
        ("unit", true, "poll"),
        ("port", rights, "poll"),
        ("log", rights, "poll"),
    ] {
        eyes.open(name).set_by_rights(full, way);
    }
    eyes.collectors()
}

/// Where a collector's events go.
#[derive(Debug, Clone)]
pub struct Outlet {
    pub eye: Arc<Eye>,
    pub to: SyncSender<Message>,
}

impl Outlet {
    /// Hands an event on; waits while the judge is behind, so that nothing is dropped here. False once the agent stops.
    pub fn tell(&self, event: Event) -> bool {
        self.eye.seen.fetch_add(1, Ordering::Relaxed);
        self.to.send(Message::Seen(event)).is_ok()
    }

    /// Hands on what was read of a log, and how far that has come.
    pub fn tell_read(&self, events: Vec<Event>, reached: Reached) -> bool {
        self.eye.seen.fetch_add(u64::try_from(events.len()).unwrap_or(0), Ordering::Relaxed);
        self.to.send(Message::Read(events, reached)).is_ok()
    }

    /// Hands on several.
    pub fn tell_all(&self, events: Vec<Event>) -> bool {
        events.into_iter().all(|event| self.tell(event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_at_a_character_and_empty_ones_left_out() {
        let event = of_category("file_event", 1, vec![("A", "狛".repeat(9000)), ("B", String::new()), ("C", "c".into())]);
        assert_eq!(event.get("A").map(str::len), Some(8190));
        assert_eq!((event.get("B"), event.get("C")), (None, Some("c")));
        let mut text = "狛犬".to_owned();
        cut(&mut text, 2);
        assert_eq!(text, "");
    }
}
