//! Sign-ins and changed accounts of Linux, in the words that the readers of `decode` have for them.

use super::logon::{LogonKind, Went};
use super::machine::Changed;
use super::pick::{Pick, host};
use super::{Collector, kept, known};
use sigma::Slate;

/// How often `message repeated … times` may count.
const REPEATED: u64 = 1_000;

impl Collector {
    /// Any event of a Linux machine.
    pub(super) fn linux(&mut self, slate: &Slate) {
        let Some(source) = slate.sources().first() else { return };
        match (&*source.category, &*source.service) {
            ("account_change", _) => self.account(slate),
            ("process_creation", _) => self.started(slate),
            (_, "auditd") => self.audited(slate),
            _ => {
                if let Some(word) = known(&mut self.event_type, slate, "EventType") {
                    self.sign_in(word, slate);
                }
            }
        }
    }

    /// What sshd, sudo, su, login and PAM wrote of somebody who signed in, or became another.
    fn sign_in(&mut self, word: &str, slate: &Slate) {
        let went = match word {
            "sign-in" | "sudo" => Went::Well,
            "sign-in-failed" | "sudo-failed" => Went::Wrong,
            "sign-out" => Went::Out,
            _ => return,
        };
        let Pick([user, target, address, service, repeated]) =
            Pick::of(slate, ["User", "TargetUser", "SourceIp", "Service", "Repeated"]);
        // su that a program started says only who it was to become.
        let account = if user.is_empty() { target } else { user };
        let times = repeated.parse().unwrap_or(1).clamp(1, REPEATED);
        self.tried(slate, host(slate), kept(account), address, LogonKind::Service(kept(service)), went, times);
    }

    /// An account that was made, changed or deleted, by the log or by an agent.
    fn account(&mut self, slate: &Slate) {
        let Pick([action, account, id, group, shell]) = Pick::of(slate, ["Action", "Account", "UserId", "Group", "Shell"]);
        // A second account with root's number.
        let root = if id == "0" { "UID 0" } else { "" };
        let (what, detail) = match action {
            "account-created" => (Changed::AccountMade, root),
            "account-deleted" => (Changed::AccountDeleted, ""),
            "group-joined" => (Changed::GroupJoined, group),
            "password-changed" => (Changed::PasswordReset, ""),
            "shell-changed" => (Changed::AccountChanged, shell),
            "uid-zero" => (Changed::AccountChanged, root),
            _ => return,
        };
        self.change(slate, host(slate), what, account, "", detail);
    }

    /// A record of the audit system. Its `hostname` is that of the other side: `node` names the machine, or what
    /// stood before a record that came by syslog.
    fn audited(&mut self, slate: &Slate) {
        let Some(kind) = known(&mut self.record, slate, "type") else { return };
        let done = match kind {
            "USER_LOGIN" => None,
            "ADD_USER" => Some(Changed::AccountMade),
            "DEL_USER" => Some(Changed::AccountDeleted),
            "USER_CHAUTHTOK" => Some(Changed::PasswordReset),
            "USER_MGMT" => Some(Changed::GroupJoined),
            _ => return,
        };
        let Pick([acct, name, id, node, frame, result]) = Pick::of(slate, ["acct", "ID", "id", "node", "Hostname", "res"]);
        let machine = kept(if node.is_empty() { frame } else { node });
        let numbered = format!("UID {id}");
        let account = match (acct, name, id) {
            ("", "", "") => return,
            ("", "", _) => &numbered,
            ("", name, _) => name,
            (acct, _, _) => acct,
        };
        let good = matches!(result, "success" | "yes" | "1");
        let Pick([address, op, group, by, auid]) = Pick::of(slate, ["addr", "op", "grp", "AUID", "auid"]);
        let Some(what) = done else {
            let from = if address == "?" { "" } else { address };
            let went = if good { Went::Well } else { Went::Wrong };
            return self.tried(slate, machine, kept(account), from, LogonKind::Service("auditd".into()), went, 1);
        };
        let joins = op.starts_with("add") && !group.is_empty();
        if !good || what == Changed::GroupJoined && !joins {
            return;
        }
        let unset = |id: &str| matches!(id, "unset" | "4294967295");
        let numbered = if auid.is_empty() { String::new() } else { format!("UID {auid}") };
        let by = match (by, auid) {
            (by, auid) if unset(by) || unset(auid) => "",
            ("", _) => &numbered,
            (by, _) => by,
        };
        self.change(slate, machine, what, account, by, group);
    }
}
