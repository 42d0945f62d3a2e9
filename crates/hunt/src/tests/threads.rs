//! The same findings in the same order, however the work is divided.

use crate::{Bounds, Hunt, Options, Report, Summary, rules_of};
use base::Moment;
use sigma::{Level, Rules};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Failed and successful sign-ins, and a correlation over them.
pub(super) const RULES: &str = "title: Failed\nname: failed\nid: failed\nlevel: low\nlogsource: {product: linux, service: sshd}\ndetection: {s: {EventType: sign-in-failed}, condition: s}\n---
title: Signed in\nid: in\nlevel: medium\ntags: [attack.initial-access, attack.t1078.003]\nstatus: stable\nlogsource: {product: linux, service: sshd}\ndetection: {s: {EventType: sign-in}, condition: s}\n---
title: Brute force\nid: brute\nlevel: high\ntags: [attack.t1110]\ncorrelation:\n  type: event_count\n  rules: [failed]\n  group-by: [SourceIp]\n  timespan: 5m\n  condition: {gte: 10}\n  generate: true\n";

pub(super) fn rules() -> Arc<Rules> {
    let (rules, faults) = Rules::read([("ssh.yml", RULES)]);
    assert_eq!(faults, []);
    Arc::new(rules)
}

pub(super) fn hunt() -> Hunt {
    Hunt::new(rules(), Options { min_level: Level::Informational, now: Moment(1_775_000_000_000), east: 0 })
}

pub(super) fn found(hunt: &Hunt, paths: &[PathBuf]) -> (Vec<Report>, Summary) {
    let mut reports = Vec::new();
    let summary = hunt.over(paths, &mut |catch| reports.push(catch.report()));
    (reports, summary)
}

/// `count` lines, one a second from a minute of the day on; every tenth is a sign-in that worked, every hundredth no line of a log.
pub(super) fn log(minute: usize, count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let (seconds, address) = (minute * 60 + n, n % 7);
        let time = format!("Dec 10 {:02}:{:02}:{:02}", seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        let outcome = if n % 10 == 9 { "Accepted" } else { "Failed" };
        let line = match n % 100 {
            50 => "broken".to_owned(),
            _ => {
                format!("{time} srv sshd[1]: {outcome} password for root from 10.0.0.{address} port {n} ssh2 {}", "x".repeat(200))
            }
        };
        let _ = writeln!(text, "{line}");
    }
    text
}

#[test]
fn one_thread_and_many_find_the_same_in_the_same_order() {
    let dir = tempfile::tempdir().expect("a folder");
    // Over 4 MiB, so that blocks are handed from thread to thread; and the later file holds the earlier events.
    std::fs::write(dir.path().join("a.log"), log(600, 14_000)).expect("written");
    std::fs::write(dir.path().join("b.log"), log(0, 2_000)).expect("written");
    let paths = [dir.path().to_owned()];
    let one = found(&Hunt { threads: 1, ..hunt() }, &paths);
    assert_eq!((one.1.files, one.1.events, one.1.errors), (2, 15_840, 160));
    assert!(one.0.windows(2).all(|pair| pair[0].finding.at <= pair[1].finding.at));
    let brute = one.0.iter().filter(|report| report.finding.rule == "brute").count();
    assert!(brute > 500, "{brute}");
    for threads in [2, 5] {
        assert_eq!(found(&Hunt { threads, ..hunt() }, &paths), one);
    }
    // Record numbers are those of the lines, in later blocks as well.
    let report = one.0.iter().rfind(|report| report.finding.rule == "in").expect("one");
    let port = report.finding.events[0].get("message").and_then(|text| text.split(' ').nth(7)).expect("a port").to_owned();
    assert_eq!(port.parse::<u64>().expect("a number") + 1, report.record_id);
    let faults: Vec<Option<usize>> = one.1.faults.iter().take(5).map(|fault| fault.line).collect();
    assert_eq!(faults, [51, 151, 251, 351, 451].map(Some));
}

#[test]
fn what_does_not_fit_into_memory_is_put_aside_and_comes_back_in_order() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("a.log"), log(600, 1_500)).expect("written");
    std::fs::write(dir.path().join("b.log"), log(0, 1_500)).expect("written");
    let paths = [dir.path().to_owned()];
    let whole = found(&hunt(), &paths);
    let small = Hunt { bounds: Bounds { memory: 50_000, ..Bounds::default() }, ..hunt() };
    assert_eq!(found(&small, &paths), whole);
    // Where too much waits for the correlations, the older half is correlated early, and this is told.
    let early = Hunt { threads: 1, bounds: Bounds { memory: 50_000, waiting: 200_000, ..Bounds::default() }, ..hunt() };
    let (reports, summary) = found(&early, &paths);
    assert!(summary.early > 500 && summary.findings > 2_500, "{summary:?}");
    assert!(reports.windows(2).all(|pair| pair[0].finding.at <= pair[1].finding.at));
    // Without a temporary folder nothing is lost silently.
    let nowhere = Bounds { memory: 50_000, temp: dir.path().join("absent"), ..Bounds::default() };
    let (reports, summary) = found(&Hunt { bounds: nowhere, ..hunt() }, &paths);
    assert_eq!(reports.len() as u64 + summary.lost, summary.findings);
    assert!(summary.lost > 0 && summary.faults.iter().any(|fault| fault.file == "the temporary folder"), "{summary:?}");
}

#[test]
fn the_records_of_one_audit_event_stay_together() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut text = String::new();
    for n in 0..9_000 {
        let stamp = format!("audit({}.000:{n})", 1_604_996_384 + n);
        let _ = writeln!(text, "type=SYSCALL msg={stamp}: arch=c000003e success=yes exe=\"/usr/bin/id\" comm=\"id\" pid={n}");
        let _ = writeln!(text, "type=EXECVE msg={stamp}: argc=2 a0=\"id\" a1=\"-{n}\" pad=\"{}\"", "x".repeat(50));
        let _ = writeln!(text, "type=CWD msg={stamp}: cwd=\"/root\"");
    }
    std::fs::write(dir.path().join("audit.log"), text).expect("written");
    let yaml = "title: Start\nid: s\nlogsource: {product: linux, category: process_creation}\ndetection: {s: {Image: /usr/bin/id, CommandLine|startswith: 'id -', CurrentDirectory: /root}, condition: s}\n";
    let (rules, faults) = Rules::read([("a.yml", yaml)]);
    assert_eq!(faults, []);
    let (reports, summary) = found(&Hunt { rules: Arc::new(rules), threads: 3, ..hunt() }, &[dir.path().to_owned()]);
    assert_eq!((reports.len(), summary.events, summary.faults), (9_000, 36_000, vec![]));
    // A start stands at the last line of its records.
    assert!(reports.iter().enumerate().all(|(n, report)| report.record_id == 3 * (n as u64 + 1)));
}

#[test]
fn lines_of_any_length_are_read_or_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.log");
    let good = "Dec 10 06:56:00 srv sshd[1]: Accepted password for root from 1.2.3.4 port 1 ssh2";
    for (long, events, cut) in [(1 << 20, 3, 0), ((1 << 20) + 1, 3, 1), ((1 << 20) + 4_096, 3, 1), (3 << 20, 3, 1)] {
        let filled = format!("{good} {}", "x".repeat(long - good.len() - 1));
        std::fs::write(&path, format!("{good}\n{filled}\n{good}")).expect("written");
        let (reports, summary) = found(&hunt(), std::slice::from_ref(&path));
        assert_eq!((summary.events, summary.errors), (events, cut), "{long}");
        assert_eq!(reports.iter().map(|report| report.record_id).collect::<Vec<u64>>(), [1, 2, 3], "{long}");
        assert!(summary.faults.iter().all(|fault| fault.line == Some(2)));
    }
}

#[test]
fn a_recording_is_judged_alike_in_blocks() {
    let Some(data) = corpus::folder("") else { return };
    let rules = Arc::new(rules_of(&[data.join("sigma/rules")]).rules);
    let paths = [data.join("evtx/mitre")];
    let options = Options { min_level: Level::Low, now: Moment(1_790_000_000_000), east: 0 };
    let one = found(&Hunt { threads: 1, ..Hunt::new(Arc::clone(&rules), options.clone()) }, &paths);
    let many = found(&Hunt { threads: 4, ..Hunt::new(rules, options) }, &paths);
    assert!(one.1.files >= 150 && one.0.len() > 100, "{:?}", one.1);
    assert_eq!(one, many);
}

#[test]
fn a_file_is_hunted_once_and_links_are_not_followed() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.log");
    std::fs::write(&path, log(0, 20)).expect("written");
    std::os::unix::fs::symlink(dir.path(), dir.path().join("circle")).expect("a link");
    let summary = found(&hunt(), &[dir.path().to_owned(), Path::new(&path).to_owned()]).1;
    assert_eq!((summary.files, summary.events), (1, 20));
}

#[test]
fn logs_with_columns_are_read_alike_in_blocks() {
    let dir = tempfile::tempdir().expect("a folder");
    // A program that begins its log anew with other columns, in the third of its blocks.
    let mut web = String::from(
        "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time cs-method cs-uri-stem sc-status\n",
    );
    for n in 0..60_000 {
        let _ = writeln!(web, "2026-11-01 00:{:02}:{:02} GET /page{n}.aspx?padding=of-a-page 200", n / 60 % 60, n % 60);
        if n == 40_000 {
            web.push_str("#Fields: date time sc-status cs-uri-stem cs-method\n");
        }
        if n > 40_000 {
            let _ = writeln!(web, "2026-11-01 02:{:02}:{:02} 500 /shell.aspx POST", n / 60 % 60, n % 60);
        }
    }
    std::fs::write(dir.path().join("u_ex.log"), &web).expect("written");
    // Quoted values that go over lines.
    let mut table = String::from("EventTime,Hostname,EventID,Channel,CommandLine\n");
    for n in 0..20_000 {
        let time = format!("2026-11-01T00:{:02}:{:02}Z", n / 60 % 60, n % 60);
        let _ = writeln!(table, "{time},pc,4688,Security,\"first line, {n} {}\nsecond \"\"line\"\"\"", "x".repeat(60));
    }
    std::fs::write(dir.path().join("events.csv"), &table).expect("written");
    let yaml = "title: Web\nid: web\nlogsource: {category: webserver}\ndetection: {s: {cs-method: POST, cs-uri-stem: /shell.aspx, sc-status: 500}, condition: s}\n---
title: Start\nid: start\nlogsource: {product: windows, service: security}\ndetection: {s: {CommandLine|endswith: 'second \"line\"', Computer: pc}, condition: s}\n";
    let (rules, faults) = Rules::read([("a.yml", yaml)]);
    assert_eq!(faults, []);
    let rules = Arc::new(rules);
    let paths = [dir.path().to_owned()];
    let one = found(&Hunt { rules: Arc::clone(&rules), threads: 1, ..hunt() }, &paths);
    let count = |id: &str| one.0.iter().filter(|report| report.finding.rule == id).count();
    assert_eq!((count("web"), count("start"), &one.1.faults), (19_999, 20_000, &vec![]));
    assert_eq!(found(&Hunt { rules, threads: 4, ..hunt() }, &paths), one);
}

#[test]
fn sums_are_the_same_however_many_threads_there_are() {
    let Some(data) = corpus::folder("") else { return };
    let paths = [data.join("evtx/mitre")];
    let sums = |threads| {
        let (summary, sums) = Hunt { threads, ..hunt() }.run_and_sums(&paths, &Arc::default(), &mut |_| {});
        assert_eq!(sums.seen.count, summary.events);
        format!("{:?} {:?} {:?}", sums.logons, sums.services, sums.tasks)
    };
    let one = sums(1);
    assert!(one.len() > 1_000);
    assert_eq!(sums(3), one);
}
