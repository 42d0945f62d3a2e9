//! Who signs in, who becomes another, and what else the system's log says: out of the journal, or the log files.

use crate::stop::Stop;
use crate::watch::logs::Line;
use crate::watch::{Outlet, now, of_service};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use wire::{CollectorState, Event};

/// Does this machine keep a journal that can be followed?
pub fn has_journal() -> bool {
    let running = Path::new("/run/systemd/system").is_dir() && Path::new("/run/systemd/journal").is_dir();
    running && ["/usr/bin/journalctl", "/bin/journalctl"].iter().any(|path| Path::new(path).exists())
}

/// The events in a line of a log file.
pub fn of_line(line: &Line) -> Option<Event> {
    if line.log.ends_with("audit.log") {
        return decode::auditd::line(&line.text);
    }
    decode::linux::syslog_line(&line.text, now())
}

/// A journal entry may be so long; a longer one is passed over.
const ENTRY: u64 = 256 * 1024;

/// Where the journal has been read to; kept over restarts.
pub type Cursor = Mutex<String>;

/// Follows the journal until the agent stops: a child `journalctl` writes it as JSON, and is started again should it end.
pub fn follow_journal(outlet: &Outlet, cursor: &Cursor, stop: &Stop) {
    outlet.eye.set_by_rights(crate::machine::privileged(), "journald");
    let mut wait = Duration::from_secs(1);
    while !stop.stopped() {
        match start(&crate::stop::lock(cursor).clone()) {
            Ok(child) => {
                read_entries(child, outlet, cursor, stop);
                wait = (wait * 2).min(Duration::from_secs(60));
            }
            Err(why) => {
                tracing::error!("journalctl cannot be started: {why}");
                outlet.eye.set(CollectorState::Off, "journald", "no-log");
            }
        }
        stop.sleep(wait);
    }
}

fn start(cursor: &str) -> std::io::Result<Child> {
    let from = if cursor.is_empty() { "--lines=0".to_owned() } else { format!("--after-cursor={cursor}") };
    let arguments = ["--follow", "--output=json", "--no-pager", "--quiet", &from];
    Command::new("journalctl").args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
}

/// Reads until the child ends, or the agent stops and ends it.
fn read_entries(mut child: Child, outlet: &Outlet, cursor: &Cursor, stop: &Stop) {
    let Some(output) = child.stdout.take() else { return };
    std::thread::scope(|scope| {
        let done = Stop::default();
        let own = done.clone();
        scope.spawn(move || {
            while !stop.sleep(Duration::from_millis(500)) && !own.stopped() {}
            let _ = child.kill();
            let _ = child.wait();
        });
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        while let Ok(count) = (&mut reader).take(ENTRY).read_until(b'\n', &mut line) {
            if count == 0 {
                break;
            }
            if line.ends_with(b"\n") {
                entry(&line, outlet, cursor);
            } else if reader.skip_until(b'\n').is_err() {
                break;
            }
            line.clear();
        }
        done.stop(crate::stop::Why::Asked);
    });
}

fn entry(line: &[u8], outlet: &Outlet, cursor: &Cursor) {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(line) else { return };
    if let Some(place) = json.get("__CURSOR").and_then(serde_json::Value::as_str) {
        place.clone_into(&mut crate::stop::lock(cursor));
    }
    if let Some(event) = decode::journal::entry(line) {
        outlet.tell(event);
    }
}

/// An attempt at the drill's own login prompt.
pub fn failed_at_prompt(service: &str, user: &str, ip: &str, port: u16) -> Event {
    let fields = vec![
        ("message", format!("{service}: authentication failure; user={user} rhost={ip}")),
        ("EventType", "sign-in-failed".to_owned()),
        ("TargetUser", user.to_owned()),
        ("User", user.to_owned()),
        ("SourceIp", ip.to_owned()),
        ("SourcePort", port.to_string()),
        ("Method", "password".to_owned()),
        ("Service", service.to_owned()),
        ("ProcessId", std::process::id().to_string()),
    ];
    of_service("auth", now(), fields)
}
