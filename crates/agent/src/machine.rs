use crate::root::Root;
use sha2::{Digest, Sha256};
use wire::Machine;

/// This machine as it describes itself. What it does not say stays empty.
pub fn describe(root: &Root) -> Machine {
    let line = |path: &str| root.read(path).unwrap_or_default().trim().to_owned();
    let os_release = root.read("/etc/os-release").or_else(|| root.read("/usr/lib/os-release")).unwrap_or_default();
    Machine {
        host: line("/proc/sys/kernel/hostname"),
        os: "linux".to_owned(),
        os_name: value_of(&os_release, "PRETTY_NAME").unwrap_or_else(|| "Linux".to_owned()),
        kernel: line("/proc/sys/kernel/osrelease"),
        arch: std::env::consts::ARCH.to_owned(),
        machine: lasting_id(root),
    }
}

/// `/etc/machine-id`, hashed with a word of ours as its manual asks: known again, yet of no use elsewhere.
///
/// Source: machine-id(5), which says the id is confidential and is to be hashed with an application's own key.
fn lasting_id(root: &Root) -> String {
    let id = root.read("/etc/machine-id").or_else(|| root.read("/var/lib/dbus/machine-id")).unwrap_or_default();
    if id.trim().is_empty() {
        return String::new();
    }
    hex::encode(Sha256::digest(format!("komainu machine {}", id.trim())))
}

/// The value of `KEY=value` or `KEY="value"` in a file of such lines.
pub fn value_of(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let value = line.trim().strip_prefix(key)?.trim_start().strip_prefix('=')?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    })
}

/// Resident memory in bytes and CPU time used in milliseconds, of this process.
pub fn weight() -> (u64, u64) {
    let root = Root::machine();
    let statm = root.read("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    let cpu = match nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF) {
        Ok(usage) => {
            let millis = |time: nix::sys::time::TimeVal| {
                u64::try_from(time.tv_sec()).unwrap_or(0) * 1000 + u64::try_from(time.tv_usec()).unwrap_or(0) / 1000
            };
            millis(usage.user_time()) + millis(usage.system_time())
        }
        Err(_) => 0,
    };
    let page = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten().unwrap_or(4096);
    (pages * u64::try_from(page).unwrap_or(4096), cpu)
}

/// Does this process run with all rights?
pub fn privileged() -> bool {
    nix::unistd::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_says_who_it_is_without_its_raw_id() {
        let dir = tempfile::tempdir().expect("a folder");
        for (path, text) in [
            ("proc/sys/kernel/hostname", "shop\n"),
            ("proc/sys/kernel/osrelease", "6.1.0\n"),
            ("etc/os-release", "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"),
            ("etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
        ] {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        let machine = describe(&Root::at(dir.path()));
        assert_eq!((machine.host.as_str(), machine.os_name.as_str()), ("shop", "Debian GNU/Linux 12 (bookworm)"));
        assert_eq!(machine.machine.len(), 64);
        assert!(!machine.machine.contains("0123456789abcdef"));
        assert_eq!(describe(&Root::at(&dir.path().join("none"))).machine, "");
        let (memory, _) = weight();
        assert!(memory > 0);
    }
}
