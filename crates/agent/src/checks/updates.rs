use super::version::compare;
use super::{DAY, Found, Place};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use wire::Observed;

/// Package lists older than this cannot say what is missing today.
const LISTS: i64 = 14;

/// A security fix may wait so long before it is a fault.
const GRACE: i64 = 14;

/// Since when each missing fix has been seen to be missing: package and version, UTC milliseconds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Missing(BTreeMap<String, i64>);

/// Are security fixes missing, and for how long at least?
///
/// On Debian and its kin, what is installed is compared with the package lists of the security archives (apt is asked where
/// they are packed); the lists name no dates, so the age of a fix counts from the day this agent first saw it missing. On Fedora and its kin dnf is asked.
pub fn look(place: &Place) -> Found {
    if place.root.exists("/var/lib/dpkg/status") {
        debian(place)
    } else if place.has_program("dnf") {
        dnf(place)
    } else {
        Found::new(Observed::Unmeasured, "unsupported")
    }
}

fn debian(place: &Place) -> Found {
    let lists = place.root.list("/var/lib/apt/lists");
    let named = |path: &Path, part: &str| path.file_name().is_some_and(|name| name.to_string_lossy().contains(part));
    let security: Vec<_> = lists.iter().filter(|path| named(path, "security") && named(path, "_Packages")).collect();
    let newest = lists.iter().filter(|path| named(path, "Release")).filter_map(|path| std::fs::metadata(path).ok());
    let newest = newest.map(|meta| crate::watch::modified(&meta)).max().unwrap_or(i64::MIN);
    let fresh = place.written("/var/lib/apt/periodic/update-success-stamp").unwrap_or(i64::MIN).max(newest);
    if security.is_empty() || place.days_since(fresh) > LISTS {
        return Found::new(Observed::Unmeasured, "no-package-lists");
    }
    match compared(place, &security).or_else(|| asked(place)) {
        Some(missing) => judge(place, missing),
        None => Found::new(Observed::Unmeasured, "no-package-lists"),
    }
}

/// What is installed against these lists; nothing where one of them is packed.
fn compared(place: &Place, lists: &[&PathBuf]) -> Option<BTreeMap<String, String>> {
    let installed = installed(&place.root.path("/var/lib/dpkg/status"));
    let mut missing = BTreeMap::new();
    for list in lists {
        stanzas(list, |package, version, _| {
            if let Some(ours) = installed.get(package)
                && compare(ours, version) == Ordering::Less
            {
                missing.insert(package.to_owned(), version.to_owned());
            }
        })?;
    }
    Some(missing)
}

/// What apt would install from a security archive, without doing so: for lists that are packed.
fn asked(place: &Place) -> Option<BTreeMap<String, String>> {
    let text = (place.run)(&["apt-get", "-s", "-q", "-o", "Debug::NoLocking=true", "dist-upgrade"])?;
    let missing = text.lines().filter_map(|line| {
        // Inst openssl [3.0.11-1] (3.0.15-1 Debian-Security:12/stable-security [amd64])
        let (package, rest) = line.strip_prefix("Inst ")?.split_once(" [")?;
        let (version, from) = rest.split_once('(')?.1.split_once(' ')?;
        let is_security = from.to_ascii_lowercase().contains("security");
        is_security.then(|| (package.to_owned(), version.to_owned()))
    });
    Some(missing.collect())
}

fn judge(place: &Place, missing: BTreeMap<String, String>) -> Found {
    let known: Missing = place.home.as_ref().map(|home| home.state("updates.json")).unwrap_or_default();
    let since: BTreeMap<String, i64> = missing
        .iter()
        .map(|(package, version)| {
            let name = format!("{package} {version}");
            let first = known.0.get(&name).copied().unwrap_or(place.now).min(place.now);
            (name, first)
        })
        .collect();
    let oldest = since.values().copied().min();
    if let Some(home) = &place.home {
        home.keep_state("updates.json", &Missing(since));
    }
    match oldest {
        None => Found::new(Observed::Good, "current"),
        Some(oldest) if place.now - oldest >= DAY => {
            let days = place.days_since(oldest);
            let state = if days > GRACE { Observed::Bad } else { Observed::Partly };
            Found::new(state, "missing").with("count", missing.len()).with("days", days)
        }
        Some(_) => Found::new(Observed::Partly, "unknown-age").with("count", missing.len()),
    }
}

/// What is installed: package and version.
fn installed(status: &Path) -> HashMap<String, String> {
    let mut installed = HashMap::new();
    stanzas(status, |package, version, status| {
        if status.ends_with(" installed") {
            installed.insert(package.to_owned(), version.to_owned());
        }
    });
    installed
}

/// Reads a file of Debian control stanzas: package, version and status of each. Nothing where the file cannot be read.
fn stanzas(path: &Path, mut each: impl FnMut(&str, &str, &str)) -> Option<()> {
    let is_packed = path.extension().is_some_and(|end| end == "lz4" || end == "gz" || end == "xz" || end == "zst");
    if is_packed {
        return None;
    }
    let mut reader = BufReader::new(File::open(path).ok()?);
    let (mut line, mut fields) = (Vec::new(), [String::new(), String::new(), String::new()]);
    loop {
        line.clear();
        let count = reader.read_until(b'\n', &mut line).ok()?;
        let text = String::from_utf8_lossy(&line);
        for (name, field) in ["Package: ", "Version: ", "Status: "].iter().zip(&mut fields) {
            if let Some(value) = text.strip_prefix(name) {
                value.trim().clone_into(field);
            }
        }
        if text.trim().is_empty() {
            if !fields[0].is_empty() {
                each(&fields[0], &fields[1], &fields[2]);
            }
            fields.iter_mut().for_each(String::clear);
        }
        if count == 0 {
            return Some(());
        }
    }
}

/// What dnf knows without asking the network: the fixes, and when each came out.
fn dnf(place: &Place) -> Found {
    let Some(text) = (place.run)(&["dnf", "-C", "-q", "updateinfo", "info", "--security", "--available"]) else {
        return Found::new(Observed::Unmeasured, "no-package-lists");
    };
    let count = text.lines().filter(|line| line.trim_start().starts_with("Update ID")).count();
    let dates = text.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        matches!(name.trim(), "Updated" | "Issued").then(|| value.trim().get(..10)?.parse::<base::Day>().ok()).flatten()
    });
    match (count, dates.min()) {
        (0, _) => Found::new(Observed::Good, "current"),
        (count, None) => Found::new(Observed::Partly, "unknown-age").with("count", count),
        (count, Some(oldest)) => {
            let days = base::Moment(place.now).day().since(oldest).max(0);
            let state = if days > GRACE { Observed::Bad } else { Observed::Partly };
            Found::new(state, "missing").with("count", count).with("days", days)
        }
    }
}
