//! Sign-ins: who, from where, how, how often, and whether a success came after failures.

use super::pick::{Pick, host};
use super::{Collector, entry, kept, odd};
use crate::outcome::Count;
use serde::Serialize;
use sigma::{Level, Slate};
use std::collections::BTreeMap;

/// How somebody signed in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogonKind {
    /// Windows' logon type: 2 at the keyboard, 3 over the network, 10 by remote desktop, and so on.
    Type(u8),
    /// A session of the remote desktop service.
    RemoteDesktop,
    /// With the password of another account (4648).
    Explicit,
    /// With an administrator's rights (4672).
    Rights,
    /// On Linux, by this service: `sshd`, `sudo`; `auditd` where its records say so.
    Service(String),
}

/// Sign-ins of one account from one place in one way.
#[derive(Debug, Clone, Serialize)]
pub struct Logon {
    pub host: String,
    pub account: String,
    /// Where from; empty for the machine itself.
    pub address: String,
    pub kind: LogonKind,
    pub succeeded: u64,
    pub failed: u64,
    /// Sign-outs (4634).
    pub ended: u64,
    /// UTC milliseconds; 0 where no event said.
    pub first: i64,
    pub last: i64,
    /// The address belongs to the outside world.
    pub outside: bool,
    /// There were failures (`FAILURES` or more of the account from there) and a success after the first of them.
    pub guessed: bool,
}

/// Failures before a success that are worth a mark.
const FAILURES: u64 = 5;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    host: String,
    account: String,
    address: String,
    kind: LogonKind,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tries {
    good: Count,
    bad: Count,
    ended: Count,
}

impl Tries {
    pub fn join(&mut self, other: &Tries) {
        self.good.join(&other.good);
        self.bad.join(&other.bad);
        self.ended.join(&other.ended);
    }
}

/// How a try ended.
pub(super) enum Went {
    Well,
    Wrong,
    Out,
}

impl Collector {
    /// Security 4624, 4625, 4634, 4648, 4672.
    pub(super) fn logon(&mut self, number: u32, slate: &Slate) {
        let names = [
            "TargetUserName",
            "TargetDomainName",
            "SubjectUserName",
            "SubjectDomainName",
            "IpAddress",
            "WorkstationName",
            "LogonType",
        ];
        let Pick([target, domain, subject, its, address, station, kind]) = Pick::of(slate, names);
        let (user, of) = if number == 4672 { (subject, its) } else { (target, domain) };
        // The machine's own services sign in all day long.
        if user.ends_with('$')
            || matches!(user, "" | "-" | "SYSTEM" | "ANONYMOUS LOGON" if number != 4625)
            || matches!(of, "Window Manager" | "Font Driver Host" | "NT AUTHORITY" | "NT Service" if number != 4625)
        {
            return;
        }
        let kind = match number {
            4648 => LogonKind::Explicit,
            4672 => LogonKind::Rights,
            _ => LogonKind::Type(kind.parse().unwrap_or(0)),
        };
        let from = if matches!(address, "" | "-" | "::1" | "127.0.0.1" | "LOCAL") { station } else { address };
        let went = match number {
            4625 => Went::Wrong,
            4634 => Went::Out,
            _ => Went::Well,
        };
        self.tried(slate, host(slate), named(user, of), from, kind, went, 1);
    }

    /// LocalSessionManager 21, 25 (`User`, `Address`) and RemoteConnectionManager 1149 (`Param1` to `Param3`).
    pub(super) fn remote_desktop(&mut self, number: u32, slate: &Slate) {
        let Pick([user, address, name, domain, from]) = Pick::of(slate, ["User", "Address", "Param1", "Param2", "Param3"]);
        let (user, from) = if number == 1149 { (named(name, domain), from) } else { (kept(user), address) };
        if !user.is_empty() {
            let from = if from == "LOCAL" { "" } else { from };
            self.tried(slate, host(slate), user, from, LogonKind::RemoteDesktop, Went::Well, 1);
        }
    }

    /// Counts so many tries of an account on a machine.
    #[expect(clippy::too_many_arguments, reason = "who, where, how and how often: the columns of a line")]
    pub(super) fn tried(
        &mut self,
        slate: &Slate,
        host: String,
        account: String,
        from: &str,
        kind: LogonKind,
        went: Went,
        times: u64,
    ) {
        let key = Key { host, account, address: kept(from), kind };
        let Some(tries) = entry(&mut self.logons, key, &mut self.unlisted) else { return };
        let count = match went {
            Went::Well => &mut tries.good,
            Went::Wrong => &mut tries.bad,
            Went::Out => &mut tries.ended,
        };
        count.add(Level::Informational, slate.at);
        count.count += times - 1;
    }
}

/// `DOMAIN\user`, or the name alone.
fn named(user: &str, domain: &str) -> String {
    match domain {
        "" | "-" => kept(user),
        domain => kept(&format!("{domain}\\{user}")),
    }
}

/// The name alone, so that `WORKGROUP\taro` who failed and `PC1\taro` who succeeded are seen as one.
fn bare(account: &str) -> String {
    account.rsplit('\\').next().unwrap_or_default().to_lowercase()
}

/// The lines, the ones with a mark first, then outside addresses, then failures.
pub(super) fn sorted(tries: BTreeMap<Key, Tries>) -> Vec<Logon> {
    let mut both: BTreeMap<(String, String, String), Tries> = BTreeMap::new();
    for (key, tries) in &tries {
        both.entry((key.host.clone(), bare(&key.account), key.address.clone())).or_default().join(tries);
    }
    let guessed = |key: &Key| {
        let all = both.get(&(key.host.clone(), bare(&key.account), key.address.clone()));
        all.is_some_and(|all| all.bad.count >= FAILURES && all.good.count > 0 && all.good.last >= all.bad.first)
    };
    let line = |(key, tries): (Key, Tries)| {
        let mut span = Count::default();
        [tries.good, tries.bad, tries.ended].iter().for_each(|one| span.join(one));
        Logon {
            guessed: guessed(&key),
            outside: odd::outside(&key.address),
            host: key.host,
            account: key.account,
            address: key.address,
            kind: key.kind,
            succeeded: tries.good.count,
            failed: tries.bad.count,
            ended: tries.ended.count,
            first: span.first,
            last: span.last,
        }
    };
    let mut lines: Vec<Logon> = tries.into_iter().map(line).collect();
    lines.sort_by_key(|one| (!one.guessed, !one.outside, std::cmp::Reverse(one.failed), std::cmp::Reverse(one.succeeded)));
    lines
}
