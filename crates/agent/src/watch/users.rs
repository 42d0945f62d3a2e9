use crate::root::Root;
use crate::watch::Stamp;
use std::collections::HashMap;

/// Who has which number, read anew when `/etc/passwd` changes.
#[derive(Debug)]
pub struct Users {
    root: Root,
    stamp: Stamp,
    names: HashMap<u32, String>,
}

/// One line of `/etc/passwd`.
///
/// Source: passwd(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub name: String,
    pub uid: u32,
    pub home: String,
    pub shell: String,
}

/// The accounts of a `passwd` text; lines that are none are passed over.
pub fn parse(passwd: &str) -> impl Iterator<Item = User> {
    passwd.lines().filter_map(|line| {
        let mut parts = line.split(':');
        let (name, _, uid) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
        let (_, _, home, shell) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        (!name.is_empty()).then(|| User { name: name.into(), uid, home: home.into(), shell: shell.trim().into() })
    })
}

/// Can somebody sign in with this shell?
pub fn is_login_shell(shell: &str) -> bool {
    let name = shell.rsplit('/').next().unwrap_or_default();
    !matches!(name, "" | "nologin" | "false" | "true" | "sync" | "halt" | "shutdown" | "git-shell")
}

impl Users {
    pub fn new(root: &Root) -> Users {
        Users { root: root.clone(), stamp: Stamp::default(), names: HashMap::new() }
    }

    /// The name of a number; the number itself where it has none.
    pub fn name(&mut self, uid: u32) -> String {
        let stamp = Stamp::at(&self.root.path("/etc/passwd"));
        if stamp != self.stamp {
            self.names.clear();
            for user in parse(&self.root.read("/etc/passwd").unwrap_or_default()) {
                self.names.entry(user.uid).or_insert(user.name);
            }
            self.stamp = stamp;
        }
        self.names.get(&uid).cloned().unwrap_or_else(|| uid.to_string())
    }
}
