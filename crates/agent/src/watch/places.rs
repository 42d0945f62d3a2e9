use crate::root::Root;
use crate::watch::users;
use std::path::{Path, PathBuf};

/// One folder to watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub dir: PathBuf,
    pub kind: Kind,
}

/// How a folder is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every file directly in it.
    Plain,
    /// Only the files whose names begin with a dot: a home, where the rest is a person's own business.
    DotFiles,
    /// It and the folders below it, so many levels deep.
    Deep(u8),
}

/// Where what changes matters for safety.
const SYSTEM: [&str; 21] = [
    "/etc",
    "/etc/ssh",
    "/etc/ssh/sshd_config.d",
    "/etc/pam.d",
    "/etc/security",
    "/etc/sudoers.d",
    "/etc/profile.d",
    "/etc/ld.so.conf.d",
    "/etc/cron.d",
    "/etc/cron.daily",
    "/etc/cron.hourly",
    "/etc/systemd/system",
    "/etc/udev/rules.d",
    "/etc/modprobe.d",
    "/etc/apt/apt.conf.d",
    "/etc/init.d",
    "/etc/xdg/autostart",
    "/var/spool/cron",
    "/var/spool/cron/crontabs",
    "/usr/local/bin",
    "/usr/local/sbin",
];
const TEMPORARY: [&str; 3] = ["/tmp", "/var/tmp", "/dev/shm"];
const WEB: [&str; 4] = ["/var/www", "/srv/www", "/srv/http", "/usr/share/nginx/html"];
const OF_A_PERSON: [&str; 3] = [".ssh", ".config/autostart", ".config/systemd/user"];

/// So many homes are watched.
const HOMES: usize = 50;

/// All folders to watch: the agent's own first, so that a bound on watches never costs the canaries.
pub fn places(root: &Root, own: &[PathBuf], folders: &[String]) -> Vec<Place> {
    let mut places: Vec<Place> = own.iter().map(|dir| Place { dir: dir.clone(), kind: Kind::Plain }).collect();
    let mut add = |path: PathBuf, kind: Kind| {
        if path.is_dir() && !places.iter().any(|place| place.dir == path) {
            places.push(Place { dir: path, kind });
        }
    };
    for dir in SYSTEM {
        add(root.path(dir), Kind::Plain);
    }
    let passwd = root.read("/etc/passwd").unwrap_or_default();
    let people = users::parse(&passwd).filter(|user| user.uid == 0 || user.uid >= 1000);
    for user in people.filter(|user| user.home.len() > 1 && users::is_login_shell(&user.shell)).take(HOMES) {
        for below in OF_A_PERSON {
            add(root.path(&format!("{}/{below}", user.home)), Kind::Plain);
        }
        add(root.path(&user.home), Kind::DotFiles);
    }
    for dir in TEMPORARY {
        add(root.path(dir), Kind::Plain);
    }
    for dir in folders.iter().filter(|dir| Path::new(dir).is_absolute()) {
        add(root.path(dir), Kind::Deep(8));
    }
    for dir in WEB {
        add(root.path(dir), Kind::Deep(6));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::machine;

    #[test]
    fn what_is_there_is_watched_once_and_a_home_only_for_its_dot_files() {
        let (dir, root) = machine(&[
            (
                "etc/passwd",
                "aki:x:1000:1000::/home/aki:/bin/bash\nwww:x:33:33::/var/www:/usr/sbin/nologin\nx:x:1001:1001::/:/bin/sh\n",
            ),
            ("home/aki/.ssh/authorized_keys", ""),
            ("var/www/index.html", ""),
            ("srv/share/a.txt", ""),
        ]);
        let own = [dir.path().join("etc")];
        let found = places(&root, &own, &["/srv/share".into(), "relative".into(), "/none".into(), "/srv/share".into()]);
        let shown: Vec<String> = found.iter().map(|place| format!("{} {:?}", root.name(&place.dir), place.kind)).collect();
        assert_eq!(shown, ["/etc Plain", "/home/aki/.ssh Plain", "/home/aki DotFiles", "/srv/share Deep(8)", "/var/www Deep(6)"]);
    }
}
