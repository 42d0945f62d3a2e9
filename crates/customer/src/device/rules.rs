//! What is decided about devices: no clock, no store.

use base::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use wire::{Collector, CollectorState, Event, Heartbeat, Machine, OrderKind, Source};

/// A code enrols within a day.
pub const CODE_LIFE: i64 = Moment::DAY;
/// Codes that a company may make within a quarter of an hour.
pub const MOST_CODES: i64 = 20;
/// An order is carried out within ten minutes or not at all.
pub const ORDER_LIFE: i64 = 10 * Moment::MINUTE;
/// Without a heartbeat for so long, a device has fallen silent. Agents send one every half minute.
pub const SILENCE: i64 = 3 * Moment::MINUTE;
/// Sightings that are kept of each device.
pub const MOST_SIGHTINGS: i64 = 2_000;
/// For how long they are kept.
pub const SIGHTINGS_KEPT: i64 = 14 * Moment::DAY;
/// A device's clock may be so far from ours before the page says so.
pub const SKEW_TOLD: i64 = Moment::MINUTE;

/// How a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Heard from within the last minutes.
    Watching,
    /// Nothing was heard for three minutes or more.
    Quiet,
    /// Taken out of the watch.
    Retired,
}

impl State {
    pub fn of(last_heard: Moment, retired: bool, now: Moment) -> State {
        match (retired, now.since(last_heard) < SILENCE) {
            (true, _) => State::Retired,
            (false, true) => State::Watching,
            (false, false) => State::Quiet,
        }
    }

    /// The key of its word.
    pub fn key(self) -> &'static str {
        match self {
            State::Watching => "device-state-watching",
            State::Quiet => "device-state-quiet",
            State::Retired => "device-state-retired",
        }
    }

    /// The key of what it means and what to do.
    pub fn text_key(self) -> &'static str {
        match self {
            State::Watching => "device-state-watching-text",
            State::Quiet => "device-state-quiet-text",
            State::Retired => "device-state-retired-text",
        }
    }

    /// The colour of its badge; the words say the same.
    pub fn tone(self) -> &'static str {
        match self {
            State::Watching => "good",
            State::Quiet => "warn",
            State::Retired => "info",
        }
    }
}

/// Where agents find the server, and how they know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    pub url: String,
    /// SHA-256 of the certificate (DER) of the server's own authority, hex.
    pub authority_sha256: String,
}

#[derive(Serialize)]
struct Invitation<'a> {
    url: &'a str,
    authority_sha256: &'a str,
    code: &'a str,
}

impl Door {
    /// `komainu1.` and the base64url of where, whom to trust and the code: one line to be copied whole.
    pub fn invitation_line(&self, code: &str) -> String {
        let invitation = Invitation { url: &self.url, authority_sha256: &self.authority_sha256, code };
        let json = serde_json::to_vec(&invitation).unwrap_or_default();
        format!("komainu1.{}", URL_SAFE_NO_PAD.encode(json))
    }
}

/// What a rehearsal did and woke.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillResult {
    pub acts: Vec<String>,
    pub expected: Vec<String>,
    pub seen: Vec<String>,
}

/// The numbers of a heartbeat as they are kept.
pub struct Measured {
    pub agent: String,
    pub bundle: i64,
    pub rules: i64,
    pub collectors: Vec<Collector>,
    pub memory: i64,
    pub cpu: i64,
    pub spool: i64,
    pub at: i64,
    pub privileged: bool,
}

/// Keeps what an agent says within bounds: any agent may be one that somebody changed.
pub fn measured(beat: &Heartbeat) -> Measured {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let collectors = beat.collectors.iter().take(20).map(|collector| Collector {
        name: plain(&collector.name, 40),
        state: collector.state,
        way: plain(&collector.way, 40),
        why: plain(&collector.why, 80),
        seen: collector.seen,
    });
    Measured {
        agent: plain(&beat.agent, 60),
        bundle: number(beat.bundle),
        rules: i64::from(beat.rules),
        collectors: collectors.collect(),
        memory: number(beat.memory),
        cpu: number(beat.cpu),
        spool: number(beat.spool),
        at: beat.at,
        privileged: beat.privileged,
    }
}

/// A machine's description within bounds.
pub fn trimmed(machine: &Machine) -> Machine {
    let host = plain(&machine.host, 80);
    Machine {
        host: if host.is_empty() { "?".to_owned() } else { host },
        os: plain(&machine.os, 20),
        os_name: plain(&machine.os_name, 120),
        kernel: plain(&machine.kernel, 120),
        arch: plain(&machine.arch, 20),
        machine: plain(&machine.machine, 128),
    }
}

/// Text from a machine as it may be kept and shown: no control characters or direction marks, and no longer than `most`.
pub fn plain(text: &str, most: usize) -> String {
    let hidden = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars().filter(|c| !hidden(*c)).take(most).collect::<String>().trim().to_owned()
}

/// The name of an order's kind in the store.
pub fn order_name(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::Drill => "drill",
        OrderKind::Check => "check",
    }
}

pub fn order_kind(name: &str) -> Option<OrderKind> {
    [OrderKind::Drill, OrderKind::Check].into_iter().find(|kind| order_name(*kind) == name)
}

/// The colour of a collector's badge.
pub fn collector_tone(state: CollectorState) -> &'static str {
    match state {
        CollectorState::Full => "good",
        CollectorState::Reduced => "warn",
        CollectorState::Off => "bad",
    }
}

pub fn collector_name(state: CollectorState) -> &'static str {
    match state {
        CollectorState::Full => "full",
        CollectorState::Reduced => "reduced",
        CollectorState::Off => "off",
    }
}

/// The kinds of sightings that a page can be narrowed to.
pub const KINDS: [&str; 8] = ["sign-in", "process", "file", "account", "job", "unit", "port", "log"];

/// The kind of an event by its source.
pub fn kind(source: &Source) -> &'static str {
    match (source.category.as_str(), source.service.as_str()) {
        ("process_creation", _) => "process",
        ("file_event", _) => "file",
        ("account_change", _) => "account",
        ("scheduled_job", _) => "job",
        ("service_unit", _) => "unit",
        ("listen_port", _) => "port",
        (_, "sshd" | "sudo" | "login" | "auth") => "sign-in",
        _ => "log",
    }
}

/// What people write about an event that say one kind of thing each: `device-saw-<name>` in the words.
const SAID: [&str; 31] = [
    "sign-in",
    "sign-in-failed",
    "sign-out",
    "sudo",
    "sudo-failed",
    "session-opened",
    "session-closed",
    "process",
    "file-created",
    "file-modified",
    "file-renamed",
    "file-deleted",
    "account-account-created",
    "account-account-deleted",
    "account-group-joined",
    "account-password-changed",
    "account-shell-changed",
    "account-uid-zero",
    "job-created",
    "job-changed",
    "job-deleted",
    "unit-created",
    "unit-changed",
    "unit-deleted",
    "unit-started",
    "unit-stopped",
    "unit-failed",
    "port-opened",
    "port-closed",
    "log",
    "other",
];

/// An event as a sentence: which one (`device-saw-…`), and the values in it.
pub fn said(event: &Event) -> (&'static str, Vec<(&'static str, String)>) {
    let kind = kind(&event.source);
    let name = match kind {
        "sign-in" => event.get("EventType").unwrap_or("log").to_owned(),
        "process" | "log" => kind.to_owned(),
        kind => format!("{kind}-{}", event.get("Action").unwrap_or_default()),
    };
    let name = SAID.into_iter().find(|known| *known == name).unwrap_or("log");
    let first = |names: &[&str]| {
        let found = names.iter().find_map(|name| event.get(name).filter(|value| !value.trim().is_empty()));
        plain(found.unwrap_or("–"), 160)
    };
    let what = match kind {
        "sign-in" => first(&["Command", "Service", "message"]),
        "process" => first(&["CommandLine", "Image"]),
        "file" => first(&["TargetFilename"]),
        "account" => first(&["Group", "Shell", "Account"]),
        "job" => first(&["TargetFilename", "Command"]),
        "unit" => first(&["Unit", "TargetFilename"]),
        "port" => first(&["Port"]),
        _ => first(&["message", "TargetFilename"]),
    };
    let who = match kind {
        "account" => first(&["Account"]),
        "port" => first(&["Image"]),
        _ => first(&["User", "TargetUser", "Service"]),
    };
    (name, vec![("who", who), ("what", what), ("from", first(&["SourceIp", "Service", "OldFilename"]))])
}
