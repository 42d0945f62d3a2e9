use super::{Found, Place};
use crate::root::list;
use std::path::{Path, PathBuf};
use wire::Observed;

/// A backup older than this is old.
const RECENT: i64 = 7;

/// Was there a backup lately?
///
/// restic and borg leave traces of each run in a cache; whoever has another way lets it touch `/var/lib/komainu/last-backup`
/// or `last-backup` in the agent's folder when it is done. Where none of these is found, nothing is claimed.
pub fn look(place: &Place) -> Found {
    let mut seen: Vec<(&str, i64)> = Vec::new();
    let mut see = |tool: &'static str, path: &Path| {
        if let Ok(meta) = std::fs::metadata(path) {
            seen.push((tool, crate::watch::modified(&meta)));
        }
    };
    see("marker", &place.root.path("/var/lib/komainu/last-backup"));
    if let Some(home) = &place.home {
        see("marker", &home.path("last-backup"));
    }
    let mut caches: Vec<PathBuf> = place.homes();
    caches.push(place.root.path("/var"));
    for dir in caches {
        for cache in [dir.join(".cache/restic"), dir.join("cache/restic")] {
            for repository in list(&cache) {
                list(&repository.join("snapshots"))
                    .iter()
                    .flat_map(|folder| if folder.is_dir() { list(folder) } else { vec![folder.clone()] })
                    .for_each(|file| see("restic", &file));
            }
        }
        for repository in list(&dir.join(".config/borg/security")) {
            see("borg", &repository.join("manifest-timestamp"));
        }
    }
    let newest = seen.into_iter().max_by_key(|(_, at)| *at);
    match newest.map(|(tool, at)| (tool, place.days_since(at))) {
        Some((tool, days)) => {
            let (state, note) = if days <= RECENT { (Observed::Good, "recent") } else { (Observed::Bad, "old") };
            Found::new(state, note).with("tool", tool).with("days", days)
        }
        None => match ["restic", "borg"].into_iter().find(|tool| place.has_program(tool)) {
            Some(tool) => Found::new(Observed::Bad, "never").with("tool", tool),
            None => Found::new(Observed::Unmeasured, "none"),
        },
    }
}
