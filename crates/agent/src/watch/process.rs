//! Which processes start: told by the kernel's process connector, or found by looking into `/proc` again and again.

mod connector;

use crate::stop::Stop;
use crate::watch::users::Users;
use crate::watch::{Outlet, Stamp, now, of_category};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;
use wire::{CollectorState, Event};

pub use connector::Connector;

/// How often `/proc` is looked through where the kernel does not tell.
pub const POLL: Duration = Duration::from_secs(1);

/// A program larger than this is not hashed.
const HASHED: u64 = 8 * 1024 * 1024;

/// Programs in these folders came with the system and are not hashed.
const SYSTEM: [&str; 9] = ["/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/opt/", "/nix/", "/snap/", "/var/lib/docker/"];

/// Describes processes; remembers those that may be gone when their children start.
#[derive(Debug)]
pub struct Processes {
    users: Users,
    /// Image and command line of processes seen, by number; the oldest are forgotten first.
    seen: HashMap<i32, (String, String)>,
    order: VecDeque<i32>,
    hashes: HashMap<Stamp, String>,
}

/// So many processes and hashes are remembered.
const REMEMBERED: usize = 4_096;

impl Processes {
    pub fn new(users: Users) -> Processes {
        Processes { users, seen: HashMap::new(), order: VecDeque::new(), hashes: HashMap::new() }
    }

    /// A process as an event; nothing for one that has already gone, and for the kernel's own threads.
    pub fn describe(&mut self, pid: i32, at: i64) -> Option<Event> {
        let dir = format!("/proc/{pid}");
        let (image, command) = look(&dir)?;
        let uid = fs::metadata(&dir).ok()?.uid();
        let (parent, tty) = parent_and_tty(&fs::read_to_string(format!("{dir}/stat")).ok()?)?;
        let (parent_image, parent_command) = match look(&format!("/proc/{parent}")) {
            Some(found) => found,
            None => self.seen.get(&parent).cloned().unwrap_or_default(),
        };
        self.remember(pid, (image.clone(), command.clone()));
        let cwd = fs::read_link(format!("{dir}/cwd")).map(|cwd| cwd.display().to_string()).unwrap_or_default();
        let sha256 = self.hash(&image, &format!("{dir}/exe")).unwrap_or_default();
        let fields = vec![
            ("Image", image),
            ("CommandLine", command),
            ("CurrentDirectory", cwd),
            ("User", self.users.name(uid)),
            ("UserId", uid.to_string()),
            ("ProcessId", pid.to_string()),
            ("ParentProcessId", parent.to_string()),
            ("ParentImage", parent_image),
            ("ParentCommandLine", parent_command),
            ("TerminalSession", tty),
            ("Sha256", sha256),
        ];
        Some(of_category("process_creation", at, fields))
    }

    fn remember(&mut self, pid: i32, what: (String, String)) {
        if self.seen.insert(pid, what).is_none() {
            self.order.push_back(pid);
        }
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.seen.remove(&oldest);
            }
        }
    }

    /// The hash of a program that did not come with the system, where that is cheap.
    fn hash(&mut self, image: &str, exe: &str) -> Option<String> {
        let meta = fs::metadata(exe).ok()?;
        if SYSTEM.iter().any(|folder| image.starts_with(folder)) || meta.len() > HASHED || !meta.is_file() {
            return None;
        }
        let stamp = Stamp::of(&meta);
        if let Some(known) = self.hashes.get(&stamp) {
            return Some(known.clone());
        }
        let hash = sha256_of(Path::new(exe), HASHED)?;
        if self.hashes.len() >= REMEMBERED {
            self.hashes.clear();
        }
        self.hashes.insert(stamp, hash.clone());
        Some(hash)
    }
}

/// The SHA-256 of a file of at most so many bytes, in lower-case hex.
pub fn sha256_of(path: &Path, most: u64) -> Option<String> {
    let (mut hasher, mut buffer, mut read) = (Sha256::new(), [0; 16 * 1024], 0);
    let mut file = File::open(path).ok()?;
    loop {
        let count = file.read(&mut buffer).ok()?;
        read += u64::try_from(count).ok()?;
        if count == 0 {
            return Some(hex::encode(hasher.finalize()));
        }
        if read > most {
            return None;
        }
        hasher.update(&buffer[..count]);
    }
}

/// Image and command line of a living process; nothing for a thread of the kernel, which has neither.
fn look(dir: &str) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    File::open(format!("{dir}/cmdline")).ok()?.take(32 * 1024).read_to_end(&mut bytes).ok()?;
    let command = String::from_utf8_lossy(&bytes).trim_end_matches('\0').replace('\0', " ");
    let image = match fs::read_link(format!("{dir}/exe")) {
        Ok(image) => image.display().to_string().trim_end_matches(" (deleted)").to_owned(),
        Err(_) if command.is_empty() => return None,
        Err(_) => command.split(' ').next().unwrap_or_default().to_owned(),
    };
    Some((image, command))
}

/// The parent's number and the terminal out of `/proc/PID/stat`.
///
/// Source: proc_pid_stat(5), fields 4 and 7; the program's name in brackets may hold anything.
fn parent_and_tty(stat: &str) -> Option<(i32, String)> {
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    let tty: u32 = fields.nth(2)?.parse().unwrap_or(0);
    let (major, minor) = ((tty >> 8) & 0xfff, (tty & 0xff) | ((tty >> 12) & 0xfff00));
    let name = match major {
        136..=143 => format!("pts/{}", minor + (major - 136) * 256),
        4 if minor < 64 => format!("tty{minor}"),
        4 => format!("ttyS{}", minor - 64),
        _ => String::new(),
    };
    Some((parent, name))
}

/// Watches until the agent stops: by the connector, which needs root before Linux 6.6 and never
/// answers in a container; else by polling.
pub fn watch(outlet: &Outlet, mut processes: Processes, stop: &Stop) {
    match Connector::open() {
        Ok(mut connector) => {
            outlet.eye.set_by_rights(crate::machine::privileged(), "proc-connector");
            while !stop.stopped() {
                match connector.wait(Duration::from_secs(1)) {
                    Ok(pids) => {
                        for pid in pids {
                            if let Some(event) = processes.describe(pid, now()) {
                                outlet.tell(event);
                            }
                        }
                    }
                    Err(why) => {
                        tracing::warn!("the process connector has ended ({why}): looking into /proc from now on");
                        break;
                    }
                }
            }
            connector.close();
        }
        Err(why) => tracing::info!("no process connector ({why}): looking into /proc every second"),
    }
    if stop.stopped() {
        return;
    }
    let why = if crate::machine::privileged() { "no-kernel-support" } else { "needs-root" };
    outlet.eye.set(CollectorState::Reduced, "procfs-poll", why);
    let mut poll = Poll::new();
    while !stop.sleep(POLL) {
        for pid in poll.fresh() {
            if let Some(event) = processes.describe(pid, now()) {
                outlet.tell(event);
            }
        }
    }
}

/// Finds processes that were not there before.
#[derive(Debug)]
pub struct Poll {
    known: HashSet<i32>,
}

impl Poll {
    /// Begins with what runs now.
    pub fn new() -> Poll {
        Poll { known: running() }
    }

    /// The numbers that were not there at the last look.
    pub fn fresh(&mut self) -> Vec<i32> {
        let running = running();
        let mut fresh: Vec<i32> = running.difference(&self.known).copied().collect();
        fresh.sort_unstable();
        self.known = running;
        fresh
    }
}

fn running() -> HashSet<i32> {
    match fs::read_dir("/proc") {
        Ok(entries) => entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect(),
        Err(_) => HashSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::Root;
    use crate::testing::until;
    use std::process::{Command, Stdio};

    #[test]
    fn a_started_process_is_described_with_its_parent() {
        let mut poll = Poll::new();
        let connector = Connector::open();
        let mut child = Command::new("/bin/sh")
            .args(["-c", "read x; echo $x"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("started");
        let pid = i32::try_from(child.id()).expect("small");
        assert!(until("the process in /proc", || poll.fresh().contains(&pid).then_some(true)));
        let mut processes = Processes::new(Users::new(&Root::machine()));
        let event = until("its command line", || {
            processes.describe(pid, 7).filter(|event| event.get("CommandLine").is_some_and(|line| line.contains("read x")))
        });
        assert_eq!(event.get("CommandLine"), Some("/bin/sh -c read x; echo $x"));
        assert_eq!(event.get("ParentProcessId"), Some(std::process::id().to_string().as_str()));
        assert!(event.get("ParentImage").is_some_and(|image| image.contains("agent")), "{event:?}");
        if let Ok(mut connector) = connector {
            assert!(until("the kernel's word", || connector
                .wait(Duration::from_secs(1))
                .expect("read")
                .contains(&pid)
                .then_some(true)));
            connector.close();
        }
        drop(child.stdin.take());
        child.wait().expect("ended");
        assert_eq!(processes.describe(pid, 8), None, "a process that has gone has nothing to say");
        assert_eq!(processes.describe(2, 8), None, "a thread of the kernel is no process");
    }

    #[test]
    fn a_program_may_have_any_name() {
        assert_eq!(parent_and_tty("12 (a) b) S 7 12 12 34817 12"), Some((7, "pts/1".into())));
        assert_eq!(parent_and_tty("12 (x) S 7 12 12 0 12"), Some((7, String::new())));
        for bad in ["", "12", ")", "12 (x)", "12 (x) S a b c d"] {
            assert_eq!(parent_and_tty(bad), None, "{bad}");
        }
    }
}
