//! Who signs in, who becomes another, and what else the system's log says: out of the journal, or the log files.

use crate::detect::Reached;
use crate::stop::Stop;
use crate::watch::logs::Line;
use crate::watch::{Outlet, now, of_category, of_service};
use base::Moment;
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

/// The events in a line of a log file: what it says, and of systemd's own lines also what became of which unit.
pub fn of_line(line: &Line) -> Vec<Event> {
    let at = Moment(now());
    let event = match line.log.ends_with("audit.log") {
        true => decode::audit::record(&line.text),
        false => decode::linux::syslog_line(&line.text, at, east(at)),
    };
    event.map(with_unit).unwrap_or_default()
}

/// How far this machine's local time is ahead of UTC, in milliseconds: lines of old forms bear local time.
fn east(at: Moment) -> i64 {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    i64::from(jiff::tz::TimeZone::system().to_offset(at).seconds()) * Moment::SECOND
}

/// The event, and what became of a unit where systemd speaks of one. What the agent's own eyes see of accounts and jobs
/// comes from them alone, so that nothing is told twice.
fn with_unit(event: Event) -> Vec<Event> {
    let seen_elsewhere = matches!(event.source.category.as_str(), "account_change" | "scheduled_job");
    if seen_elsewhere && crate::machine::privileged() {
        return Vec::new();
    }
    let by_systemd = event.get("Service") == Some("systemd") && event.get("ProcessId").is_none_or(|pid| pid == "1");
    let unit = if by_systemd { event.get("message").and_then(unit_change) } else { None };
    let unit = unit.map(|(action, unit)| {
        of_category("service_unit", event.at, vec![("Action", action.to_owned()), ("Unit", unit.to_owned())])
    });
    std::iter::once(event).chain(unit).collect()
}

/// What became of a unit, in systemd's own words: `Started ssh.service - OpenBSD …`, `x.service: Failed with result …`.
fn unit_change(message: &str) -> Option<(&'static str, &str)> {
    if let Some((unit, _)) = message.split_once(": Failed with result") {
        return Some(("failed", unit));
    }
    let (action, rest) = [("started", "Started "), ("stopped", "Stopped ")]
        .iter()
        .find_map(|(action, start)| Some((*action, message.strip_prefix(start)?)))?;
    let unit = rest.split(" - ").next().unwrap_or(rest).trim_end_matches('.');
    [".service", ".timer", ".socket", ".path"].iter().any(|end| unit.ends_with(end)).then_some((action, unit))
}

/// A journal entry may be so long; a longer one is passed over.
const ENTRY: u64 = 256 * 1024;

/// Where the journal has been read to.
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
    let events = std::str::from_utf8(line).ok().and_then(decode::journal::entry).map(with_unit).unwrap_or_default();
    match json.get("__CURSOR").and_then(serde_json::Value::as_str) {
        Some(place) => {
            place.clone_into(&mut crate::stop::lock(cursor));
            outlet.tell_read(events, Reached::Journal(place.to_owned()));
        }
        None => drop(outlet.tell_all(events)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::shown;

    #[test]
    fn the_journal_is_followed_and_its_place_kept() {
        let entry = |cursor: &str, message: &str| {
            format!(
                r#"{{"__CURSOR":"{cursor}","__REALTIME_TIMESTAMP":"1700000000000000","SYSLOG_IDENTIFIER":"sshd","_PID":"7","MESSAGE":"{message}"}}"#
            )
        };
        let lines = [
            entry("c1", "Accepted publickey for aki from 192.0.2.7 port 4242 ssh2: ED25519 SHA256:x"),
            "not json".to_owned(),
            entry("c2", &"x".repeat(300_000)),
            entry("c3", "Failed password for root from 192.0.2.7 port 4242 ssh2"),
        ];
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), lines.join("\n") + "\n").expect("written");
        let child = Command::new("cat").arg(file.path()).stdout(Stdio::piped()).spawn().expect("started");
        let (to, from) = std::sync::mpsc::sync_channel(10);
        let outlet = Outlet { eye: crate::watch::Eyes::default().open("sign-in"), to };
        let cursor = Cursor::default();
        read_entries(child, &outlet, &cursor, &Stop::default());
        drop(outlet);
        let seen: Vec<String> = from
            .iter()
            .map(|message| match message {
                crate::detect::Message::Read(events, Reached::Journal(cursor)) => {
                    let events = events.iter().map(|event| shown(event, &["EventType", "User", "SourceIp"]));
                    format!("{} {cursor}", events.collect::<Vec<_>>().join(", "))
                }
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(seen, ["sign-in aki 192.0.2.7 c1", "sign-in-failed root 192.0.2.7 c3"]);
        assert_eq!(*crate::stop::lock(&cursor), "c3");
    }

    #[test]
    fn lines_of_the_logs_become_events() {
        let seen = |log: &str, text: &str| -> Vec<String> {
            let events = of_line(&Line { log: log.to_owned(), text: text.to_owned(), place: Default::default() });
            events
                .iter()
                .map(|event| {
                    let fields = shown(event, &["EventType", "SourceIp", "Action", "Unit", "exe"]);
                    format!("{}{} {fields}", event.source.category, event.source.service)
                })
                .collect()
        };
        let auth = |text: &str| seen("/var/log/auth.log", text);
        assert_eq!(
            auth("Nov 23 03:00:00 shop sshd[99]: Failed password for root from 192.0.2.7 port 4242 ssh2"),
            ["sshd sign-in-failed 192.0.2.7 - - -"]
        );
        assert_eq!(
            auth("2026-11-23T03:00:00+09:00 shop systemd[1]: Stopped clamav-daemon.service - Clam AntiVirus userspace daemon."),
            ["syslog - - - - -", "service_unit - - stopped clamav-daemon.service -"]
        );
        assert_eq!(
            auth("2026-11-23T03:00:00+09:00 shop systemd[1]: x.service: Failed with result 'exit-code'."),
            ["syslog - - - - -", "service_unit - - failed x.service -"]
        );
        assert_eq!(auth("2026-11-23T03:00:00+09:00 shop systemd[880]: Started x.service - of a user."), ["syslog - - - - -"]);
        assert_eq!(auth("\u{0}not a line"), Vec::<String>::new());
        let audit = "type=SYSCALL msg=audit(1604996384.965:93777): arch=c000003e syscall=59 exe=\"/bin/dd\"";
        assert_eq!(seen("/var/log/audit/audit.log", audit), ["auditd - - - - /bin/dd"]);
    }
}
