use super::{Found, Place};
use crate::watch::users;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use wire::Observed;

/// An account nobody has used for so long is one to close.
const UNUSED: i64 = 90;

/// So many names are said.
const NAMES: usize = 10;

/// Are there accounts that could sign in, and that nobody uses?
///
/// The administrator's own account is left out, as it is meant to be used through others.
pub fn look(place: &Place) -> Found {
    let Some(shadow) = place.root.read("/etc/shadow").filter(|_| place.privileged) else {
        return Found::new(Observed::Unmeasured, "needs-root");
    };
    let passwd = place.root.read("/etc/passwd").unwrap_or_default();
    let sign_ins = wtmp(place);
    let (mut old, mut never) = (Vec::new(), Vec::new());
    for user in users::parse(&passwd).filter(|user| user.uid != 0 && users::is_login_shell(&user.shell)) {
        let field = shadow.lines().find_map(|line| line.strip_prefix(user.name.as_str())?.strip_prefix(':')?.split(':').next());
        let has_password = field.is_some_and(|hash| !hash.starts_with(['!', '*']));
        let has_key = [".ssh/authorized_keys", ".ssh/authorized_keys2"]
            .iter()
            .any(|file| place.root.exists(&format!("{}/{file}", user.home)));
        if !has_password && !has_key {
            continue;
        }
        let last = lastlog(place, user.uid).into_iter().chain(sign_ins.get(&user.name).copied()).max();
        match last.map(|at| place.days_since(at)) {
            None => never.push(user.name),
            Some(days) if days > UNUSED => old.push(user.name),
            Some(_) => {}
        }
    }
    let names = |names: &[String]| names.iter().take(NAMES).cloned().collect::<Vec<_>>().join(", ");
    if !old.is_empty() {
        Found::new(Observed::Bad, "found").with("count", old.len()).with("names", names(&old)).with("days", UNUSED)
    } else if !never.is_empty() {
        Found::new(Observed::Partly, "never-signed-in").with("count", never.len()).with("names", names(&never))
    } else {
        Found::new(Observed::Good, "none")
    }
}

/// When an account last signed in: UTC milliseconds.
///
/// Source: glibc, `struct lastlog`: 292 bytes for each number, beginning with seconds as 32 bits.
fn lastlog(place: &Place, uid: u32) -> Option<i64> {
    let mut file = File::open(place.root.path("/var/log/lastlog")).ok()?;
    file.seek(SeekFrom::Start(u64::from(uid) * 292)).ok()?;
    let mut seconds = [0; 4];
    file.read_exact(&mut seconds).ok()?;
    let seconds = i64::from(u32::from_le_bytes(seconds));
    (seconds > 0).then_some(seconds * 1000)
}

/// The last sign-in of each name in the newest part of `wtmp`.
///
/// Source: utmp(5) on 64-bit Linux: 384 bytes each; kind at 0 (7 is a user's), name at 44, seconds at 340.
fn wtmp(place: &Place) -> HashMap<String, i64> {
    const RECORD: u64 = 384;
    const MOST: u64 = RECORD * 40_000;
    let mut last = HashMap::new();
    for path in ["/var/log/wtmp.1", "/var/log/wtmp"] {
        let Ok(mut file) = File::open(place.root.path(path)) else { continue };
        let size = file.metadata().map(|meta| meta.len()).unwrap_or(0);
        let start = size.saturating_sub(MOST).next_multiple_of(RECORD);
        let mut bytes = Vec::new();
        if file.seek(SeekFrom::Start(start)).is_err() || file.take(MOST).read_to_end(&mut bytes).is_err() {
            continue;
        }
        for record in bytes.chunks_exact(384) {
            let name = String::from_utf8_lossy(&record[44..76]).trim_end_matches('\0').to_owned();
            let seconds = i64::from(u32::from_le_bytes([record[340], record[341], record[342], record[343]]));
            if record[0] == 7 && !name.is_empty() {
                last.insert(name, seconds * 1000);
            }
        }
    }
    last
}
