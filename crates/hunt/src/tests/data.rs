//! The public recordings beside the workspace.

use crate::{Options, Report, hunt, rules_of};
use base::Moment;
use corpus::files;
use sigma::Level;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

fn options() -> Options {
    Options { min_level: Level::Informational, now: Moment(1_790_000_000_000), east: 9 * Moment::HOUR }
}

fn found(path: &Path, rules: &Arc<sigma::Rules>) -> (Vec<Report>, crate::Summary) {
    let mut reports = Vec::new();
    let summary = hunt(&[path.to_owned()], Arc::clone(rules), &options(), &mut |report| reports.push(report));
    (reports, summary)
}

/// Recordings where our count is another than the recording's own, each with our count and the reason.
///
/// Three records of the AnyDesk recording (14985, 14988, 14990) create files that the rule's text names, while its
/// `match_count` says one.
const KEPT: [(&str, usize); 1] = [("0b9ad457-2554-44c1-82c2-d56a99c42377", 3)];

#[test]
fn each_recording_fires_the_rule_it_is_named_for() {
    let Some(data) = corpus::folder("") else { return };
    let folders = ["rules", "rules-emerging-threats", "rules-threat-hunting"].map(|folder| data.join("sigma").join(folder));
    let checked = rules_of(&folders);
    let rules = Arc::new(checked.rules);
    let infos = files(&data.join("evtx/oracle"), "info.yml");
    assert!(infos.len() > 90, "{}", infos.len());
    let mut missed = Vec::new();
    for info in &infos {
        let text = std::fs::read_to_string(info).expect("a text");
        let id = text
            .lines()
            .skip_while(|line| !line.starts_with("rule_metadata"))
            .find_map(|line| line.trim().strip_prefix("- id: "))
            .expect("an id");
        let count = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("match_count: "))
            .map(|count| count.parse::<usize>().expect("a number"));
        let folder = info.parent().expect("a folder");
        let mut hits = 0;
        for recording in &[files(folder, ".evtx"), files(folder, ".raw")].concat() {
            let (reports, summary) = found(recording, &rules);
            assert_eq!(summary.faults, [], "{}", recording.display());
            hits += reports.iter().filter(|report| report.finding.rule == id).count();
        }
        let count = KEPT.iter().find(|(kept, _)| *kept == id).map(|(_, ours)| *ours).or(count);
        if !count.map_or(hits > 0, |count| hits == count) {
            missed.push(format!("{id} {hits} {count:?} {}", folder.display()));
        }
    }
    assert!(missed.is_empty(), "{} of {}: {missed:#?}", missed.len(), infos.len());
}

#[test]
fn the_same_events_as_json_fire_the_same_rules() {
    let Some(data) = corpus::folder("") else { return };
    let rules = Arc::new(
        rules_of(&["rules", "rules-emerging-threats", "rules-threat-hunting"].map(|folder| data.join("sigma").join(folder)))
            .rules,
    );
    let recordings = files(&data.join("evtx/oracle"), ".evtx");
    let mut differences = Vec::new();
    for recording in &recordings {
        let json = recording.with_extension("json");
        if !json.exists() {
            continue;
        }
        let names = |path: &Path| {
            let (reports, summary) = found(path, &rules);
            let mut names: BTreeMap<String, usize> = BTreeMap::new();
            reports.into_iter().for_each(|report| *names.entry(report.finding.name).or_default() += 1);
            (summary.events, summary.errors, names)
        };
        let (one, two) = (names(recording), names(&json));
        if one != two {
            differences.push(format!("{}: {one:?} {two:?}", recording.display()));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

/// Logs for which Sigma has no log source.
const NO_SOURCE: [&str; 2] = ["Windows_2k.log", "LICENSE"];

#[test]
fn log_files_decode() {
    let Some(data) = corpus::folder("") else { return };
    let logs = files(&data.join("logs"), "");
    let (rules, _) = sigma::Rules::read([]);
    let rules = Arc::new(rules);
    for log in logs.iter().filter(|log| !NO_SOURCE.iter().any(|name| log.ends_with(name))) {
        let (_, summary) = found(log, &rules);
        assert_eq!((summary.events, summary.faults), (2_000, vec![]), "{}", log.display());
    }
}

#[test]
fn brute_force_in_a_log_wakes_a_rule() {
    let Some(data) = corpus::folder("") else { return };
    let yaml = "title: Failed\nname: failed\nlogsource: {product: linux, service: sshd}\ndetection: {s: {EventType: sign-in-failed}, condition: s}\n---\ntitle: Brute force\nid: brute\nlevel: high\ncorrelation:\n  type: event_count\n  rules: [failed]\n  group-by: [SourceIp]\n  timespan: 5m\n  condition: {gte: 10}\n";
    let (rules, faults) = sigma::Rules::read([("brute.yml", yaml)]);
    assert_eq!(faults, []);
    let (reports, _) = found(&data.join("logs/OpenSSH_2k.log"), &Arc::new(rules));
    let mut by: BTreeMap<String, usize> = BTreeMap::new();
    for report in &reports {
        let address = report
            .finding
            .matched
            .iter()
            .find(|one| one.selection == "group-by")
            .map(|one| one.value.clone())
            .unwrap_or_default();
        *by.entry(address).or_default() += 1;
        assert_eq!((report.host.as_str(), report.level), ("LabSZ", Level::High));
    }
    insta::assert_debug_snapshot!(by, @r#"
        {
            "103.99.0.122": 4,
            "112.95.230.3": 2,
            "183.62.140.253": 28,
            "185.190.58.151": 1,
            "187.141.143.180": 8,
            "5.188.10.180": 2,
        }
        "#);
}

#[test]
fn a_damaged_recording_is_read_as_far_as_it_goes() {
    let Some(data) = corpus::folder("") else { return };
    let recordings = files(&data.join("evtx/oracle/rules-emerging-threats"), ".evtx");
    let mapping = Arc::new(decode::windows::Mapping::own().expect("our own content"));
    // A fixed sequence of damage, so that a failure can be repeated.
    let mut state = 0x9e37_79b9_u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let (mut read, mut refused) = (0, 0);
    for recording in recordings.iter().take(6) {
        let whole = std::fs::read(recording).expect("a file");
        for _ in 0..60 {
            let mut bytes = whole.clone();
            for _ in 0..=next(12) {
                let at = next(bytes.len().min(12_000));
                bytes[at] = next(256) as u8;
            }
            bytes.truncate(if next(4) == 0 { next(bytes.len()) } else { bytes.len() });
            let outcome = decode::evtx::records(std::io::Cursor::new(bytes), &mapping, &mut |record| match record {
                Ok(_) => read += 1,
                Err(_) => refused += 1,
            });
            refused += usize::from(outcome.is_err());
        }
    }
    assert!(read > 0 && refused > 0, "{read} {refused}");
}

#[test]
fn our_own_rules_see_the_brute_force() {
    let Some(data) = corpus::folder("") else { return };
    let checked = rules_of(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/sigma")]);
    assert_eq!(checked.faults, []);
    let (reports, _) = found(&data.join("logs/OpenSSH_2k.log"), &Arc::new(checked.rules));
    let names: std::collections::BTreeSet<&str> = reports.iter().map(|report| report.finding.name.as_str()).collect();
    insta::assert_debug_snapshot!(names, @r#"
        {
            "ssh-brute-force",
            "ssh-many-names-tried",
        }
        "#);
}
