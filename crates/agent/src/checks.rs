//! Checks of the machine's state: evidence for the answers of an assessment. Each looks, and changes nothing.

mod antivirus;
mod backup;
mod disk_encryption;
mod firewall;
mod lockout;
mod password_policy;
mod unused_accounts;
mod updates;
mod version;

use crate::home::Home;
use crate::root::Root;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wire::{Observation, Observed};

/// The machine as the checks see it.
#[derive(Debug, Clone)]
pub struct Place {
    pub root: Root,
    /// The agent's own folder, for a backup's marker and for what was seen before.
    pub home: Option<Home>,
    pub privileged: bool,
    /// UTC milliseconds.
    pub now: i64,
    /// Runs a command of the machine's own; gives what it wrote, or nothing where it is missing, fails or takes too long.
    pub run: fn(&[&str]) -> Option<String>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub state: Observed,
    pub note: &'static str,
    pub values: Vec<(&'static str, String)>,
}

/// One check: its name and how it looks.
type Check = (&'static str, fn(&Place) -> Found);

const ALL: [Check; 8] = [
    ("updates", updates::look),
    ("antivirus", antivirus::look),
    ("firewall", firewall::look),
    ("disk-encryption", disk_encryption::look),
    ("password-policy", password_policy::look),
    ("lockout", lockout::look),
    ("unused-accounts", unused_accounts::look),
    ("backup", backup::look),
];

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Everything that can be checked here.
pub fn all(place: &Place) -> Vec<Observation> {
    ALL.iter()
        .map(|(check, look)| {
            let found = look(place);
            let values = found.values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            Observation { check: (*check).to_owned(), state: found.state, note: found.note.to_owned(), values, at: place.now }
        })
        .collect()
}

impl Place {
    /// This machine, now.
    pub fn of_this_machine(home: Option<&Home>) -> Place {
        Place {
            root: Root::machine(),
            home: home.cloned(),
            privileged: crate::machine::privileged(),
            now: crate::watch::now(),
            run,
        }
    }

    /// Whole days from a moment until now; none if the moment is to come, as after a clock was set back.
    fn days_since(&self, at: i64) -> i64 {
        self.now.saturating_sub(at).max(0) / DAY
    }

    /// When a file was last written: UTC milliseconds.
    fn written(&self, path: &str) -> Option<i64> {
        std::fs::metadata(self.root.path(path)).ok().map(|meta| crate::watch::modified(&meta))
    }

    /// Is the program installed in one of the usual folders?
    fn has_program(&self, name: &str) -> bool {
        ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin"]
            .iter()
            .any(|folder| self.root.exists(&format!("{folder}/{name}")))
    }

    /// The names of all running programs, as the kernel cuts them to 15 characters.
    fn running(&self) -> Vec<String> {
        let processes =
            self.root.list("/proc").into_iter().filter(|path| {
                path.file_name().is_some_and(|name| name.to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()))
            });
        processes.filter_map(|path| crate::root::read_text(&path.join("comm")).map(|name| name.trim().to_owned())).collect()
    }

    /// The homes of people: the administrator's and those of accounts from number 1000 on.
    fn homes(&self) -> Vec<PathBuf> {
        let passwd = self.root.read("/etc/passwd").unwrap_or_default();
        let people =
            crate::watch::users::parse(&passwd).filter(|user| (user.uid == 0 || user.uid >= 1000) && user.home.len() > 1);
        people.take(200).map(|user| self.root.path(&user.home)).collect()
    }
}

impl Found {
    fn new(state: Observed, note: &'static str) -> Found {
        Found { state, note, values: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Found {
        self.values.push((name, value.to_string()));
        self
    }
}

/// No command may take longer, nor write more.
const WITHIN: Duration = Duration::from_secs(60);
const MOST: u64 = 8 * 1024 * 1024;

/// Runs a command with a plain environment; ends it when it takes too long.
fn run(command: &[&str]) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let output = child.stdout.take()?;
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut output = output.take(MOST);
        let _ = output.read_to_end(&mut bytes);
        bytes
    });
    let until = Instant::now() + WITHIN;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(50)),
            Ok(None) | Err(_) => break None,
        }
    };
    if status.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let bytes = reader.join().ok()?;
    status.filter(std::process::ExitStatus::success).map(|_| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
