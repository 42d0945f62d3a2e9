use crate::root::Root;
use crate::watch::{Stamp, of_category, users};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use wire::Event;

/// Watches the machine's accounts and groups by reading their files when they change.
#[derive(Debug)]
pub struct AccountWatch {
    root: Root,
    stamps: [Stamp; 3],
    known: Accounts,
}

/// The accounts and groups of a machine at one moment; kept, so that changes while the agent was away are seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    users: BTreeMap<String, Account>,
    groups: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Account {
    uid: u32,
    home: String,
    shell: String,
    /// A digest of the password's hash; empty where it cannot be read.
    password: String,
}

const FILES: [&str; 3] = ["/etc/passwd", "/etc/group", "/etc/shadow"];

impl AccountWatch {
    /// Watches on from what was known before; from now where nothing was.
    pub fn new(root: &Root, known: Accounts) -> AccountWatch {
        let mut watch = AccountWatch { root: root.clone(), stamps: Default::default(), known };
        if watch.known.users.is_empty() {
            watch.stamps = watch.read_stamps();
            watch.known = read(root).unwrap_or_default();
        }
        watch
    }

    pub fn known(&self) -> &Accounts {
        &self.known
    }

    /// What has changed since the last look.
    pub fn look(&mut self, at: i64) -> Vec<Event> {
        let stamps = self.read_stamps();
        if stamps == self.stamps {
            return Vec::new();
        }
        let Some(found) = read(&self.root) else { return Vec::new() };
        self.stamps = stamps;
        let events = differences(&self.known, &found, at);
        self.known = found;
        events
    }

    fn read_stamps(&self) -> [Stamp; 3] {
        FILES.map(|file| Stamp::at(&self.root.path(file)))
    }
}

/// The accounts as the files have them; nothing while they are being replaced.
fn read(root: &Root) -> Option<Accounts> {
    let passwd = root.read("/etc/passwd")?;
    let shadow = root.read("/etc/shadow").unwrap_or_default();
    let passwords: BTreeMap<&str, &str> =
        shadow.lines().filter_map(|line| line.split(':').zip(line.split(':').skip(1)).next()).collect();
    let users: BTreeMap<String, Account> = users::parse(&passwd)
        .map(|user| {
            let password = passwords.get(user.name.as_str()).map(|hash| hex::encode(Sha256::digest(hash))).unwrap_or_default();
            (user.name, Account { uid: user.uid, home: user.home, shell: user.shell, password })
        })
        .collect();
    let groups = root.read("/etc/group").unwrap_or_default();
    let groups = groups.lines().filter_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        let members = parts.nth(2)?.split(',').filter(|member| !member.is_empty()).map(str::to_owned).collect();
        Some((name.to_owned(), members))
    });
    (!users.is_empty()).then(|| Accounts { users, groups: groups.collect() })
}

/// What happened between two moments, as events.
fn differences(before: &Accounts, after: &Accounts, at: i64) -> Vec<Event> {
    let mut events = Vec::new();
    let mut tell = |action: &str, name: &str, account: Option<&Account>, group: &str| {
        events.push(of_category(
            "account_change",
            at,
            vec![
                ("Action", action.to_owned()),
                ("Account", name.to_owned()),
                ("UserId", account.map(|account| account.uid.to_string()).unwrap_or_default()),
                ("Group", group.to_owned()),
                ("Shell", account.map(|account| account.shell.clone()).unwrap_or_default()),
                ("Home", account.map(|account| account.home.clone()).unwrap_or_default()),
            ],
        ));
    };
    for (name, account) in &after.users {
        let old = before.users.get(name);
        match old {
            None => tell("account-created", name, Some(account), ""),
            Some(old) => {
                if old.shell != account.shell {
                    tell("shell-changed", name, Some(account), "");
                }
                if old.password != account.password && !old.password.is_empty() && !account.password.is_empty() {
                    tell("password-changed", name, Some(account), "");
                }
            }
        }
        if account.uid == 0 && old.is_none_or(|old| old.uid != 0) {
            tell("uid-zero", name, Some(account), "");
        }
    }
    for (name, account) in before.users.iter().filter(|(name, _)| !after.users.contains_key(*name)) {
        tell("account-deleted", name, Some(account), "");
    }
    let nobody = BTreeSet::new();
    for (group, members) in &after.groups {
        for member in members.difference(before.groups.get(group).unwrap_or(&nobody)) {
            tell("group-joined", member, after.users.get(member), group);
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{machine, shown};

    #[test]
    fn each_change_of_an_account_is_one_event() {
        let (dir, root) = machine(&[
            (
                "etc/passwd",
                "root:x:0:0:root:/root:/bin/bash\naki:x:1000:1000::/home/aki:/bin/bash\nold:x:1001:1001::/home/old:/bin/sh\n",
            ),
            ("etc/shadow", "root:*:1\naki:$y$abc:1\nold:!:1\n"),
            ("etc/group", "sudo:x:27:\naki:x:1000:\n"),
        ]);
        let mut watch = AccountWatch::new(&root, Accounts::default());
        assert_eq!(watch.look(1), []);
        let write = |file: &str, text: &str| std::fs::write(dir.path().join(file), text).expect("written");
        write(
            "etc/passwd",
            "root:x:0:0:root:/root:/bin/bash\naki:x:1000:1000::/home/aki:/bin/zsh\nsys2:x:0:0::/:/bin/sh\nnot a line\n",
        );
        write("etc/shadow", "root:*:1\naki:$y$other:1\nsys2:$y$x:1\n");
        write("etc/group", "sudo:x:27:aki\naki:x:1000:\n");
        assert_eq!(
            watch
                .look(2)
                .iter()
                .map(|event| shown(event, &["Action", "Account", "UserId", "Group", "Shell"]))
                .collect::<Vec<_>>(),
            [
                "shell-changed aki 1000 - /bin/zsh",
                "password-changed aki 1000 - /bin/zsh",
                "account-created sys2 0 - /bin/sh",
                "uid-zero sys2 0 - /bin/sh",
                "account-deleted old 1001 - /bin/sh",
                "group-joined aki 1000 sudo /bin/zsh",
            ]
        );
        assert_eq!(watch.look(3), []);

        let known = watch.known().clone();
        write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\naki:x:1000:1000::/home/aki:/bin/zsh\n");
        let mut later = AccountWatch::new(&root, known);
        assert_eq!(later.look(4).len(), 1, "a change while the agent was away is seen");
        write("etc/passwd", "");
        assert_eq!(later.look(5), [], "an empty file is one being replaced");
    }
}
