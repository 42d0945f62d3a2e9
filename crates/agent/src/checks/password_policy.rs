use super::{Found, Place};
use crate::machine::value_of;
use wire::Observed;

/// A shortest length from which a password counts as strong. IPA's advice is ten characters and more.
const STRONG: u32 = 10;

/// What the quality modules ask for where nothing is set.
///
/// Source: pwquality.conf(5), `minlen` (default 8); pam_passwdqc(8), `min` (fifth value, default 8).
const DEFAULT: u32 = 8;

/// What pam_unix alone asks for where nothing is set.
///
/// Source: pam_unix(8), `minlen` (default 6).
const PLAIN: u32 = 6;

/// Are short passwords refused, and does every account have one?
pub fn look(place: &Place) -> Found {
    let shadow = place.root.read("/etc/shadow").filter(|_| place.privileged);
    let empty = shadow.as_deref().map(|shadow| shadow.lines().filter(|line| line.split(':').nth(1) == Some("")).count());
    if let Some(count @ 1..) = empty {
        return Found::new(Observed::Bad, "empty-passwords").with("count", count);
    }
    match shortest(place) {
        None => Found::new(Observed::Bad, "none"),
        Some(length) if length < STRONG => Found::new(Observed::Partly, "weak").with("length", length),
        Some(_) if empty.is_none() => Found::new(Observed::Unmeasured, "needs-root"),
        Some(length) => Found::new(Observed::Good, "strong").with("length", length),
    }
}

/// The shortest password that is taken; nothing where no module looks at it.
fn shortest(place: &Place) -> Option<u32> {
    let pam: String = ["common-password", "system-auth", "password-auth", "passwd"]
        .iter()
        .filter_map(|file| place.root.read(&format!("/etc/pam.d/{file}")))
        .collect();
    let lines = || pam.lines().map(str::trim).filter(|line| line.starts_with("password") || line.starts_with("-password"));
    let argument = |line: &str, name: &str| {
        line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
    };
    if let Some(line) = lines().find(|line| line.contains("pam_pwquality") || line.contains("pam_cracklib")) {
        let files =
            place.root.list("/etc/security/pwquality.conf.d").into_iter().filter_map(|path| crate::root::read_text(&path));
        let files: Vec<String> = place.root.read("/etc/security/pwquality.conf").into_iter().chain(files).collect();
        let set = files.iter().rev().find_map(|text| value_of(text, "minlen").and_then(|value| value.parse().ok()));
        return Some(argument(line, "minlen").or(set).unwrap_or(DEFAULT));
    }
    if let Some(line) = lines().find(|line| line.contains("pam_passwdqc")) {
        let min = line.split_whitespace().find_map(|word| word.strip_prefix("min=")?.rsplit(',').next()?.parse().ok());
        return Some(min.unwrap_or(DEFAULT));
    }
    lines().find(|line| line.contains("pam_unix")).map(|line| argument(line, "minlen").unwrap_or(PLAIN))
}
