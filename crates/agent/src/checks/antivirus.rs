use super::{Found, Place};
use std::fs::File;
use std::io::Read;
use wire::Observed;

/// Virus lists older than this no longer know what goes round.
const OLD: i64 = 7;

/// Products by the name of their running program, as the kernel cuts it to 15 characters.
const OTHERS: [(&str, &str); 14] = [
    ("wdavdaemon", "Microsoft Defender"),
    ("mdatp", "Microsoft Defender"),
    ("falcon-sensor", "CrowdStrike Falcon"),
    ("ds_agent", "Trend Micro"),
    ("ds_am", "Trend Micro"),
    ("tmxbc", "Trend Micro"),
    ("savd", "Sophos"),
    ("sophosd", "Sophos"),
    ("esets_daemon", "ESET"),
    ("oaeventd", "ESET"),
    ("fsavd", "WithSecure"),
    ("f-secure", "WithSecure"),
    ("SentinelAgent", "SentinelOne"),
    ("s1-agent", "SentinelOne"),
];

/// Does an anti-malware program run, and does it know what goes round?
pub fn look(place: &Place) -> Found {
    let running = place.running();
    if let Some((_, product)) = OTHERS.iter().find(|(program, _)| running.iter().any(|name| name == program)) {
        return Found::new(Observed::Good, "running").with("name", product);
    }
    let has_clam = ["clamd", "clamscan", "clamdscan"].iter().any(|program| place.has_program(program));
    if !has_clam {
        return Found::new(Observed::Bad, "none");
    }
    if !running.iter().any(|name| name == "clamd" || name == "clamonacc") {
        return Found::new(Observed::Partly, "installed-not-running").with("name", "ClamAV");
    }
    match definitions(place).map(|at| place.days_since(at)) {
        Some(days) if days <= OLD => Found::new(Observed::Good, "running").with("name", "ClamAV"),
        Some(days) => Found::new(Observed::Partly, "definitions-old").with("name", "ClamAV").with("days", days),
        None => Found::new(Observed::Partly, "installed-not-running").with("name", "ClamAV"),
    }
}

/// When ClamAV's daily list was made: the last field of the file's head of 512 bytes; when it was written where that is missing.
///
/// Source: ClamAV, "CVD header": `ClamAV-VDB:build time:version:signatures:level:MD5:signature:builder:seconds`.
fn definitions(place: &Place) -> Option<i64> {
    ["/var/lib/clamav/daily.cld", "/var/lib/clamav/daily.cvd"]
        .iter()
        .filter_map(|path| {
            let mut head = Vec::new();
            File::open(place.root.path(path)).ok()?.take(512).read_to_end(&mut head).ok()?;
            let head = String::from_utf8_lossy(&head).into_owned();
            let seconds =
                head.trim().strip_prefix("ClamAV-VDB:").and_then(|rest| rest.rsplit(':').next()?.trim().parse::<i64>().ok());
            seconds.map(|seconds| seconds.saturating_mul(1000)).or_else(|| place.written(path))
        })
        .max()
}
