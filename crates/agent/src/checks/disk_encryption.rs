use super::{Found, Place};
use std::fs;
use std::path::{Path, PathBuf};
use wire::Observed;

/// Where people's data lies, if it is a disk of its own.
const OF_PEOPLE: [&str; 5] = ["/", "/home", "/srv", "/var", "/data"];

/// Is what lies on the disks unreadable to who takes them out?
pub fn look(place: &Place) -> Found {
    let mounts = place.root.read("/proc/self/mountinfo").unwrap_or_default();
    let found: Vec<Option<bool>> = OF_PEOPLE.iter().filter_map(|dir| encrypted(place, &mounts, dir)).collect();
    if found.is_empty() || found.contains(&None) {
        return Found::new(Observed::Unmeasured, "unknown");
    }
    match (found.contains(&Some(true)), found.contains(&Some(false))) {
        (true, false) => Found::new(Observed::Good, "encrypted"),
        (true, true) => Found::new(Observed::Partly, "partly"),
        (false, _) => Found::new(Observed::Bad, "not-encrypted"),
    }
}

/// Does what is mounted there lie on an encrypted disk? Nothing where nothing is mounted there; `Some(None)` where it
/// cannot be told, as on a network or in a container.
///
/// Source: proc_pid_mountinfo(5): fields 3 (device), 5 (mount point) and, after the hyphen, type and source.
fn encrypted(place: &Place, mounts: &str, dir: &str) -> Option<Option<bool>> {
    let mount = mounts.lines().rfind(|line| line.split(' ').nth(4) == Some(dir))?;
    let (before, after) = mount.split_once(" - ")?;
    let device = before.split(' ').nth(2)?;
    let mut after = after.split(' ');
    let (kind, source) = (after.next()?, after.next()?);
    if matches!(kind, "zfs" | "ecryptfs" | "fuse.gocryptfs" | "nfs" | "nfs4" | "cifs" | "overlay" | "9p" | "virtiofs") {
        return Some(None);
    }
    let by_number = place.root.path(&format!("/sys/dev/block/{device}"));
    let by_name = source.strip_prefix("/dev/").map(|name| place.root.path(&format!("/sys/class/block/{name}")));
    let block = if by_number.exists() { Some(by_number) } else { by_name.filter(|path| path.exists()) };
    Some(block.map(|block| is_crypt(&block, 8)))
}

/// Is this block device, or every one below it, an encrypted one?
///
/// Source: Linux, dm-crypt: the uuid of a mapping that `cryptsetup` made begins with `CRYPT-`.
fn is_crypt(block: &Path, depth: u8) -> bool {
    let block = fs::canonicalize(block).unwrap_or_else(|_| block.to_owned());
    let uuid = fs::read_to_string(block.join("dm/uuid")).unwrap_or_default();
    if uuid.starts_with("CRYPT-") {
        return true;
    }
    let below: Vec<PathBuf> = crate::root::list(&block.join("slaves"));
    depth > 0 && !below.is_empty() && below.iter().all(|below| is_crypt(below, depth - 1))
}
