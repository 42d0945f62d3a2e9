//! What an engineer looks at first, gathered beside the rules: sign-ins, services, tasks, PowerShell, accounts, cleared
//! logs, what the virus protection said, USB devices and remote tools.
//!
//! A `Collector` sees every event in each thread. It asks an event for its number (or, on Linux, its kind) and is done
//! with all that it does not want; it remembers names only, never events, up to a bound.

mod linux;
mod logon;
mod machine;
mod odd;
mod pick;
mod powershell;
mod remote;

pub use logon::{Logon, LogonKind};
pub use machine::{Change, Changed, Done, Service, Task};
pub use odd::Odd;
pub use powershell::{Flag, Script};
pub use remote::Remote;

use crate::outcome::Count;
use sigma::{Name, Slate};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The sums of a hunt, each list with the most telling first.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    /// Events that were seen, and the span of their times: UTC milliseconds, 0 where none was given.
    pub seen: Count,
    pub logons: Vec<Logon>,
    pub services: Vec<(Service, Count)>,
    pub tasks: Vec<(Task, Count)>,
    /// Script blocks worth reading.
    pub scripts: Vec<Script>,
    /// Script blocks in all.
    pub blocks: u64,
    /// What started PowerShell (400, 403): machine and command line; the long and rare ones first.
    pub shells: Vec<((String, String), Count)>,
    /// Accounts and groups, cleared logs, virus protection, USB.
    pub changes: Vec<(Change, Count)>,
    pub remotes: Vec<(Remote, Count)>,
    /// Things that found no room any more and stand in no list.
    pub unlisted: u64,
}

/// Entries of each kind that a collector remembers.
const ENTRIES: usize = 20_000;
/// The longest text that is remembered, in bytes.
const TEXT: usize = 1_000;

/// Gathers the sums of one thread. To be used with one slate only: it remembers the numbers of names.
#[derive(Debug, Default)]
pub struct Collector {
    event_id: Option<Name>,
    event_type: Option<Name>,
    /// The name of an audit record's type.
    record: Option<Name>,
    image: Option<Name>,
    seen: Count,
    logons: BTreeMap<logon::Key, logon::Tries>,
    services: BTreeMap<Service, Count>,
    tasks: BTreeMap<Task, Count>,
    scripts: powershell::Blocks,
    shells: BTreeMap<(String, String), Count>,
    changes: BTreeMap<Change, Count>,
    remotes: BTreeMap<Remote, Count>,
    tools: remote::Tools,
    unlisted: u64,
}

/// Where an event's number is a number that is wanted, which of the readers below takes it.
fn wanted(number: u32) -> bool {
    matches!(
        number,
        1 | 21 | 25 | 104 | 106 | 140 | 141 | 400 | 403 | 1006..=1008 | 1102 | 1116..=1119 | 1149 | 2003 | 4104
            | 4624 | 4625 | 4634 | 4648 | 4672 | 4688 | 4697 | 4698..=4702 | 4720 | 4722..=4726 | 4728 | 4732 | 4738
            | 4740 | 4756 | 5001 | 5007 | 5010 | 5012 | 6416 | 7045
    )
}

impl Collector {
    pub fn new() -> Collector {
        Collector::default()
    }

    /// Looks at the event on the slate.
    pub fn see(&mut self, slate: &Slate) {
        self.seen.add(sigma::Level::Informational, slate.at);
        let Some(first) = slate.sources().first() else { return };
        match &*first.product {
            "windows" => {
                if let Some(number) = known(&mut self.event_id, slate, "EventID").and_then(|id| id.parse().ok())
                    && wanted(number)
                {
                    self.windows(number, slate);
                }
            }
            "linux" => self.linux(slate),
            _ => {}
        }
    }

    fn windows(&mut self, number: u32, slate: &Slate) {
        let channel = slate.get_named("Channel").unwrap_or_default();
        // Forwarded and exported events may lack the channel; the providers' numbers below are then taken as they are.
        let lower = channel.to_ascii_lowercase();
        let is = |name: &str| lower.is_empty() || lower.contains(name);
        match number {
            1 if is("sysmon") && !channel.is_empty() => self.started(slate),
            4688 if is("security") => self.started(slate),
            4624 | 4625 | 4634 | 4648 | 4672 if is("security") => self.logon(number, slate),
            21 | 25 | 1149 if is("terminalservices") && !channel.is_empty() => self.remote_desktop(number, slate),
            7045 if is("system") => self.service(slate, "ServiceName", "ImagePath", "AccountName"),
            4697 if is("security") => self.service(slate, "ServiceName", "ServiceFileName", "SubjectUserName"),
            4698..=4702 if is("security") => self.task_security(number, slate),
            106 | 140 | 141 if is("taskscheduler") && !channel.is_empty() => self.task_operational(number, slate),
            4104 if is("powershell") => self.script(slate),
            400 | 403 if is("powershell") && !channel.is_empty() => self.shell(slate),
            _ => self.changed(number, channel, slate),
        }
    }

    /// Adds what another thread gathered.
    pub fn merge(&mut self, other: Collector) {
        self.seen.join(&other.seen);
        self.unlisted += other.unlisted;
        for (key, tries) in other.logons {
            if let Some(mine) = entry(&mut self.logons, key, &mut self.unlisted) {
                mine.join(&tries);
            }
        }
        join(&mut self.services, other.services, &mut self.unlisted);
        join(&mut self.tasks, other.tasks, &mut self.unlisted);
        join(&mut self.shells, other.shells, &mut self.unlisted);
        join(&mut self.changes, other.changes, &mut self.unlisted);
        join(&mut self.remotes, other.remotes, &mut self.unlisted);
        self.scripts.merge(other.scripts);
    }

    /// The sums.
    pub fn finish(self) -> Sums {
        let (scripts, blocks) = self.scripts.finish();
        Sums {
            seen: self.seen,
            logons: logon::sorted(self.logons),
            services: sorted(self.services, |(one, count)| (Reverse(one.odd.len()), count.first)),
            tasks: sorted(self.tasks, |(one, count)| (Reverse(one.odd.len()), one.done, count.first)),
            scripts,
            blocks,
            shells: sorted(self.shells, |((_, command), count)| (Reverse(command.len().min(200)), count.count)),
            changes: sorted(self.changes, |(one, count)| (one.what, count.first)),
            remotes: sorted(self.remotes, |(_, count)| count.first),
            unlisted: self.unlisted,
        }
    }
}

/// The value of a field whose name's number is remembered; it is looked for by its letters until it was found once.
fn known<'s>(name: &mut Option<Name>, slate: &'s Slate, letters: &str) -> Option<&'s str> {
    if let Some(name) = name {
        return slate.get(*name);
    }
    let place = (0..slate.len()).find(|place| slate.letters_at(*place) == letters)?;
    *name = slate.name_at(place);
    Some(slate.value_at(place))
}

/// The entry of a key, made if there is room; what has none is counted.
fn entry<'m, K: Ord, V: Default>(map: &'m mut BTreeMap<K, V>, key: K, unlisted: &mut u64) -> Option<&'m mut V> {
    if map.len() >= ENTRIES && !map.contains_key(&key) {
        *unlisted += 1;
        return None;
    }
    Some(map.entry(key).or_default())
}

/// Counts one more of a key.
fn count<K: Ord>(map: &mut BTreeMap<K, Count>, key: K, at: i64, unlisted: &mut u64) {
    if let Some(entry) = entry(map, key, unlisted) {
        entry.add(sigma::Level::Informational, at);
    }
}

fn join<K: Ord>(map: &mut BTreeMap<K, Count>, other: BTreeMap<K, Count>, unlisted: &mut u64) {
    for (key, counted) in other {
        if let Some(mine) = entry(map, key, unlisted) {
            mine.join(&counted);
        }
    }
}

/// A list of what was counted, in an order of its own.
fn sorted<K: Ord, O: Ord>(counted: BTreeMap<K, Count>, by: impl Fn(&(K, Count)) -> O) -> Vec<(K, Count)> {
    let mut all: Vec<(K, Count)> = counted.into_iter().collect();
    all.sort_by_key(by);
    all
}

/// A text as it is remembered: without space around it, and not too long.
fn kept(text: &str) -> String {
    let text = text.trim();
    let text = if text == "-" { "" } else { text };
    let mut end = text.len().min(TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests;
