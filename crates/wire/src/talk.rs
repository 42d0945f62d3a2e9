use crate::{Event, Signed};
use serde::{Deserialize, Serialize};

/// A machine as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    pub host: String,
    /// `linux`, `windows`.
    pub os: String,
    /// `Debian GNU/Linux 12 (bookworm)`.
    pub os_name: String,
    pub kernel: String,
    pub arch: String,
    /// The machine's lasting id (`/etc/machine-id`), hashed, so that a machine enrolled again is known as the same.
    pub machine: String,
}

/// What a new agent sends, once, with its one-time code, to `POST /v1/enrol`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    pub code: String,
    /// A certificate signing request in PEM; its key never leaves the machine.
    pub csr: String,
    pub machine: Machine,
}

/// What the server answers to an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    pub device: String,
    /// The client certificate, PEM.
    pub certificate: String,
    /// The certificate of the server's own authority, PEM.
    pub authority: String,
    /// The ed25519 key that bundles and orders are signed with, hex.
    pub signer: String,
}

/// How well one of the agent's eyes sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CollectorState {
    /// Sees everything that it is there for.
    Full,
    /// Sees part of it; `why` says what is missing.
    Reduced,
    /// Sees nothing; `why` says what is needed.
    Off,
}

/// One of the agent's eyes: sign-ins, processes, files, accounts, jobs, units, ports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collector {
    /// `sign-in`, `process`, `file`, `account`, `cron`, `unit`, `port`.
    pub name: String,
    pub state: CollectorState,
    /// How it looks: `journald`, `log-files`, `proc-connector`, `procfs-poll`, `inotify`, `poll`.
    pub way: String,
    /// A code for people's words: `needs-root`, `no-kernel-support`, `no-log`, or empty.
    pub why: String,
    /// Events seen since the agent started.
    pub seen: u64,
}

/// "I am here": `POST /v1/heartbeat`, every half minute and at once when something changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// UTC milliseconds by the agent's clock; the server notes how far it is from its own.
    pub at: i64,
    pub agent: String,
    pub machine: Machine,
    /// Number of the bundle in use; 0 before the first.
    pub bundle: u64,
    pub rules: u32,
    pub collectors: Vec<Collector>,
    /// Resident memory in bytes.
    pub memory: u64,
    /// CPU used since start, in milliseconds.
    pub cpu: u64,
    /// Bytes waiting in the spool.
    pub spool: u64,
    /// Runs with all rights (root)?
    pub privileged: bool,
}

/// Which part of a rule a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matched {
    pub selection: String,
    /// Empty for a keyword.
    pub field: String,
    /// The event's value, cut to 512 characters.
    pub value: String,
    /// The rule's literal or pattern.
    pub pattern: String,
}

/// A rule that fired, with what it fired on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's UUID.
    pub rule: String,
    /// The rule's file name without ending, as `ssh-brute-force-then-success`.
    pub name: String,
    pub title: String,
    /// `informational`, `low`, `medium`, `high`, `critical`.
    pub level: String,
    /// ATT&CK and other tags.
    pub tags: Vec<String>,
    /// When the (last) event happened: UTC milliseconds.
    pub at: i64,
    pub matched: Vec<Matched>,
    /// The event, or the events of a correlation in order; at most 20.
    pub events: Vec<Event>,
    /// Set when the act was part of a rehearsal: the drill's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<String>,
}

/// What a check of the machine's state found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observed {
    /// In order.
    Good,
    /// Partly in order.
    Partly,
    /// Not in order.
    Bad,
    /// It cannot be measured here; the note says why.
    Unmeasured,
}

/// One check of the machine's state: evidence for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// `updates`, `antivirus`, `firewall`, `disk-encryption`, `password-policy`, `lockout`, `unused-accounts`, `backup`.
    pub check: String,
    pub state: Observed,
    /// A code for people's words: `evidence-<check>-<note>` in `content/words/`.
    pub note: String,
    /// Values for the words: name and text, as `("days", "12")`.
    pub values: Vec<(String, String)>,
    /// When it was measured: UTC milliseconds.
    pub at: i64,
}

/// What an item carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    Finding(Finding),
    /// Something worth keeping that is no finding: a sign-in, a new account, a port that opened.
    Telemetry(Event),
    Posture(Vec<Observation>),
    /// The spool was full: so many telemetry items, the oldest, were given up.
    Lost {
        count: u64,
    },
    /// A rehearsal ended: how many acts were done, and the rules that each should wake.
    DrillEnded {
        drill: String,
        acts: Vec<String>,
        expected: Vec<String>,
    },
}

/// One thing in the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Counts up by one from 1 for each device, never used twice.
    pub number: u64,
    pub body: Body,
}

/// Items in order, sent to `POST /v1/batch`. The server takes each number once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub device: String,
    pub items: Vec<Item>,
}

/// The server has everything up to and with this number, durably.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    pub up_to: u64,
}

/// The answer to a heartbeat, and to `GET /v1/orders?bundle=N&wait=SECONDS`, which waits for something to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The number of the newest bundle, to be fetched from `GET /v1/bundle` when it is above the agent's.
    pub bundle: u64,
    /// Orders not yet carried out, each signed.
    pub orders: Vec<Signed>,
}
