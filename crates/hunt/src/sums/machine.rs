//! What was changed on machines: services, tasks, accounts, logs, protection, devices.

use super::pick::{Pick, host};
use super::{Collector, Odd, count, kept, odd};
use serde::Serialize;
use sigma::Slate;

/// A service that was installed.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Service {
    pub host: String,
    pub name: String,
    /// The program with its arguments.
    pub path: String,
    pub account: String,
    pub odd: Vec<Odd>,
}

/// A scheduled task that was made, changed or deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Task {
    pub host: String,
    pub name: String,
    /// What it runs, where the event says so.
    pub command: String,
    pub account: String,
    pub done: Done,
    pub odd: Vec<Odd>,
}

/// What was done with a task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    #[default]
    Made,
    Changed,
    Deleted,
}

/// A change of another kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    pub what: Changed,
    pub host: String,
    /// What was changed: an account, a group, a log, a threat, a device.
    pub object: String,
    /// By whom, and what else is known.
    pub by: String,
    pub detail: String,
}

/// Kinds of changes, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Changed {
    LogCleared,
    ProtectionOff,
    ThreatFound,
    AccountMade,
    GroupJoined,
    AccountEnabled,
    PasswordReset,
    AccountChanged,
    AccountDisabled,
    AccountDeleted,
    AccountLocked,
    ProtectionChanged,
    Device,
}

impl Changed {
    pub const ALL: [Changed; 13] = [
        Changed::LogCleared,
        Changed::ProtectionOff,
        Changed::ThreatFound,
        Changed::AccountMade,
        Changed::GroupJoined,
        Changed::AccountEnabled,
        Changed::PasswordReset,
        Changed::AccountChanged,
        Changed::AccountDisabled,
        Changed::AccountDeleted,
        Changed::AccountLocked,
        Changed::ProtectionChanged,
        Changed::Device,
    ];

    /// The word by which texts and files name it.
    pub fn word(self) -> &'static str {
        match self {
            Changed::LogCleared => "log-cleared",
            Changed::ProtectionOff => "protection-off",
            Changed::ThreatFound => "threat-found",
            Changed::AccountMade => "account-made",
            Changed::GroupJoined => "group-joined",
            Changed::AccountEnabled => "account-enabled",
            Changed::PasswordReset => "password-reset",
            Changed::AccountChanged => "account-changed",
            Changed::AccountDisabled => "account-disabled",
            Changed::AccountDeleted => "account-deleted",
            Changed::AccountLocked => "account-locked",
            Changed::ProtectionChanged => "protection-changed",
            Changed::Device => "device",
        }
    }
}

impl Collector {
    /// System 7045 and Security 4697.
    pub(super) fn service(&mut self, slate: &Slate, name: &str, path: &str, account: &str) {
        let Pick([name, path, account]) = Pick::of(slate, [name, path, account]);
        let service =
            Service { host: host(slate), odd: odd::of(path, name), name: kept(name), path: kept(path), account: kept(account) };
        count(&mut self.services, service, slate.at, &mut self.unlisted);
    }

    /// Security 4698 (made), 4699 (deleted), 4700 to 4702 (changed); the task's XML holds the command.
    pub(super) fn task_security(&mut self, number: u32, slate: &Slate) {
        let names = ["TaskName", "TaskContent", "TaskContentNew", "SubjectUserName"];
        let Pick([name, content, new, account]) = Pick::of(slate, names);
        let command = command_of(if content.is_empty() { new } else { content });
        let done = match number {
            4698 => Done::Made,
            4699 => Done::Deleted,
            _ => Done::Changed,
        };
        self.task(slate, name, command, account, done);
    }

    /// TaskScheduler 106 (made), 140 (changed), 141 (deleted).
    pub(super) fn task_operational(&mut self, number: u32, slate: &Slate) {
        let Pick([name, context, user]) = Pick::of(slate, ["TaskName", "UserContext", "UserName"]);
        let done = match number {
            106 => Done::Made,
            141 => Done::Deleted,
            _ => Done::Changed,
        };
        self.task(slate, name, String::new(), if context.is_empty() { user } else { context }, done);
    }

    fn task(&mut self, slate: &Slate, name: &str, command: String, account: &str, done: Done) {
        let bare = name.rsplit('\\').next().unwrap_or_default();
        let task = Task {
            host: host(slate),
            odd: odd::of(&command, bare),
            name: kept(name),
            command: kept(&command),
            account: kept(account),
            done,
        };
        count(&mut self.tasks, task, slate.at, &mut self.unlisted);
    }

    /// Accounts, groups, cleared logs, Defender, devices.
    pub(super) fn changed(&mut self, number: u32, channel: &str, slate: &Slate) {
        let lower = channel.to_ascii_lowercase();
        let security = lower.is_empty() || lower == "security";
        let (what, names) = match number {
            1102 if security => (Changed::LogCleared, ["Channel", "SubjectUserName", ""]),
            104 if lower == "system" => (Changed::LogCleared, ["Channel", "SubjectUserName", "BackupPath"]),
            4720 if security => (Changed::AccountMade, ["TargetUserName", "SubjectUserName", ""]),
            4722 if security => (Changed::AccountEnabled, ["TargetUserName", "SubjectUserName", ""]),
            4723 | 4724 if security => (Changed::PasswordReset, ["TargetUserName", "SubjectUserName", ""]),
            4725 if security => (Changed::AccountDisabled, ["TargetUserName", "SubjectUserName", ""]),
            4726 if security => (Changed::AccountDeleted, ["TargetUserName", "SubjectUserName", ""]),
            4738 if security => (Changed::AccountChanged, ["TargetUserName", "SubjectUserName", ""]),
            4740 if security => (Changed::AccountLocked, ["TargetUserName", "SubjectUserName", "TargetDomainName"]),
            4728 | 4732 | 4756 if security => (Changed::GroupJoined, ["TargetUserName", "SubjectUserName", "MemberName"]),
            6416 if security => (Changed::Device, ["DeviceDescription", "SubjectUserName", "DeviceId"]),
            2003 if lower.contains("driverframeworks") => (Changed::Device, ["InstanceId", "", "LifetimeId"]),
            1006..=1008 | 1116..=1119 if lower.contains("defender") => {
                (Changed::ThreatFound, ["Threat Name", "Detection User", "Path"])
            }
            5001 | 5010 | 5012 if lower.contains("defender") => (Changed::ProtectionOff, ["Product Name", "", ""]),
            5007 if lower.contains("defender") => (Changed::ProtectionChanged, ["New Value", "", "Old Value"]),
            _ => return,
        };
        let Pick([object, by, mut detail]) = Pick::of(slate, names);
        let sid = slate.get_named("MemberSid").unwrap_or_default();
        if what == Changed::GroupJoined && matches!(detail, "" | "-") {
            detail = sid;
        }
        // Event 104 stands in System and names the log that was cleared by a second field of the same name.
        let cleared =
            || (0..slate.len()).rev().find(|place| slate.letters_at(*place) == "Channel").map(|place| slate.value_at(place));
        let object = if what == Changed::LogCleared { cleared().unwrap_or(object) } else { object };
        self.change(slate, host(slate), what, object, by, detail);
    }

    pub(super) fn change(&mut self, slate: &Slate, host: String, what: Changed, object: &str, by: &str, detail: &str) {
        let change = Change { what, host, object: kept(object), by: kept(by), detail: kept(detail) };
        count(&mut self.changes, change, slate.at, &mut self.unlisted);
    }
}

/// The command of a task's XML: the text of `Command` and `Arguments`. The XML is the task's own and may be anything, so
/// it is looked through, not trusted to be well formed.
fn command_of(xml: &str) -> String {
    let inside = |tag: &str| {
        let (_, rest) = xml.split_once(&format!("<{tag}>"))?;
        rest.split_once(&format!("</{tag}>")).map(|(text, _)| text.trim())
    };
    let parts = [inside("Command"), inside("Arguments"), inside("ClassId")];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}
