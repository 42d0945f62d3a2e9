use super::{Found, Place};
use crate::machine::value_of;
use wire::Observed;

/// How many tries pam_faillock allows where nothing is set.
///
/// Source: faillock.conf(5), `deny` (default 3).
const DEFAULT: u32 = 3;

/// Is an account closed for a while after too many wrong passwords?
pub fn look(place: &Place) -> Found {
    let files = place.root.list("/etc/pam.d");
    if files.is_empty() {
        return Found::new(Observed::Unmeasured, "unknown");
    }
    let texts: Vec<String> = files.iter().filter_map(|path| crate::root::read_text(path)).collect();
    let lines = texts.iter().flat_map(|text| text.lines()).map(str::trim).filter(|line| line.starts_with("auth"));
    let module = lines.into_iter().find(|line| line.contains("pam_faillock") || line.contains("pam_tally2"));
    let Some(module) = module else { return Found::new(Observed::Bad, "none") };
    let own = module.split_whitespace().find_map(|word| word.strip_prefix("deny=")?.parse::<u32>().ok());
    let set = place.root.read("/etc/security/faillock.conf").and_then(|text| value_of(&text, "deny")?.parse().ok());
    match own.or(set).unwrap_or(DEFAULT) {
        0 => Found::new(Observed::Bad, "none"),
        tries => Found::new(Observed::Good, "active").with("tries", tries),
    }
}
