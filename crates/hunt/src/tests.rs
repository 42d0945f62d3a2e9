mod choice;
mod data;
mod packed;
mod resume;
mod threads;
mod watch;

use crate::{Options, Report, Summary, hunt, rules_check, write_csv, write_csv_head, write_jsonl};
use base::Moment;
use sigma::Level;
use std::path::Path;
use std::sync::Arc;

const RULES: &str = "title: =Failed sign-in\nid: 1\nlevel: low\nlogsource: {product: linux, service: auth}\ndetection: {s: {EventType: sign-in-failed}, condition: s}\n---
title: Root, signed in\nid: 2\nlevel: high\ntags: [attack.t1078]\nlogsource: {product: linux, service: sshd}\ndetection: {s: {EventType: sign-in, User: root}, condition: s}\n";

fn hunted(dir: &Path, min_level: Level) -> (Vec<Report>, crate::Summary) {
    let (rules, faults) = sigma::Rules::read([("ssh.yml", RULES)]);
    assert_eq!(faults, []);
    let options = Options { min_level, now: Moment(1_775_000_000_000), east: 0 };
    let mut reports = Vec::new();
    let mut summary = hunt(&[dir.to_owned(), dir.join("absent")], Arc::new(rules), &options, &mut |mut report| {
        report.source_file = report.source_file.strip_prefix(dir).expect("in the folder").to_owned();
        reports.push(report);
    });
    for fault in &mut summary.faults {
        fault.file = Path::new(&fault.file).strip_prefix(dir).expect("in the folder").display().to_string();
    }
    (reports, summary)
}

#[test]
fn a_hunt_tells_what_it_found_and_what_it_could_not_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).expect("written");
    std::fs::create_dir(dir.path().join("sub")).expect("a folder");
    let log = "Dec 10 06:55:46 srv sshd[1]: Failed password for root from 1.2.3.4 port 1 ssh2\nbroken line\nDec 10 06:56:00 srv sshd[1]: Accepted password for root from 1.2.3.4 port 1 ssh2\n";
    write("a.log", log.as_bytes());
    let wide: Vec<u8> = log.encode_utf16().flat_map(u16::to_le_bytes).collect();
    write("sub/wide.log", &wide);
    write("events.json", br#"[{"at":1000,"source":{"product":"linux","service":"sshd"},"fields":[["EventType","sign-in"],["User","ROOT"],["Hostname","pc"]]}, {"at": "x", "source": {"a": 1}, "fields": []}]"#);
    write("empty", b"");
    write("image.png", b"\x89PNG\r\n\x1a\n\0\0\0");
    write("broken.evtx", b"ElfFile\0broken");
    let (reports, summary) = hunted(dir.path(), Level::Informational);
    let mut out = Vec::new();
    write_csv_head(&mut out).expect("written");
    reports.iter().for_each(|report| write_csv(&mut out, report).expect("written"));
    insta::assert_snapshot!(String::from_utf8(out).expect("text").replace("\r\n", "\n"), @r#"
        ﻿time,rule_id,title,level,host,source_file,record_id,rule_name,tags,matched,author,rule_file
        1970-01-01T00:00:01.000Z,2,"Root, signed in",high,pc,events.json,1,ssh,attack.t1078,"s: EventType = sign-in; s: User = ROOT",,ssh.yml
        2025-12-10T06:55:46.000Z,1,"'=Failed sign-in",low,srv,a.log,1,ssh,,s: EventType = sign-in-failed,,ssh.yml
        2025-12-10T06:55:46.000Z,1,"'=Failed sign-in",low,srv,sub/wide.log,1,ssh,,s: EventType = sign-in-failed,,ssh.yml
        2025-12-10T06:56:00.000Z,2,"Root, signed in",high,srv,a.log,3,ssh,attack.t1078,"s: EventType = sign-in; s: User = root",,ssh.yml
        2025-12-10T06:56:00.000Z,2,"Root, signed in",high,srv,sub/wide.log,3,ssh,attack.t1078,"s: EventType = sign-in; s: User = root",,ssh.yml
        "#);
    let Summary { files, passed, events, findings, errors, .. } = summary;
    assert_eq!((files, passed, events, findings, errors), (5, 1, 5, 5, 5));
    let faults: Vec<String> = summary.faults.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(faults.join("\n"), @r#"
        a.log:2: this line is no syslog line
        broken.evtx: this is no EVTX file: it ends within its header
        events.json: object 2: not readable as JSON: invalid type: string "x", expected i64 at line 1 column 10
        sub/wide.log:2: this line is no syslog line
        absent: cannot be read: No such file or directory (os error 2)
        "#);
    let named = hunted(&dir.path().join("image.png"), Level::Low).1;
    assert_eq!((named.passed, named.errors), (0, 2));
    let mut out = Vec::new();
    reports.iter().skip(1).take(1).for_each(|report| write_jsonl(&mut out, report).expect("written"));
    insta::assert_snapshot!(String::from_utf8(out).expect("text"), @r#"{"time":"2025-12-10T06:55:46.000Z","rule_id":"1","title":"=Failed sign-in","level":"low","host":"srv","source_file":"a.log","record_id":1,"rule_name":"ssh","rule_file":"ssh.yml","tags":[],"matched":[{"selection":"s","field":"EventType","value":"sign-in-failed","pattern":"sign-in-failed"}],"events":[{"at":1765349746000,"source":{"product":"linux","service":"sshd"},"fields":[["message","Failed password for root from 1.2.3.4 port 1 ssh2"],["Service","sshd"],["ProcessId","1"],["Hostname","srv"],["EventType","sign-in-failed"],["User","root"],["SourceIp","1.2.3.4"],["Method","password"]]}]}"#);
    assert_eq!(hunted(dir.path(), Level::High).1.findings, 3);
}

#[test]
fn a_folder_of_rules_is_checked_with_its_folders() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(dir.path().join("sub")).expect("a folder");
    std::fs::write(dir.path().join("sub/ssh.yml"), RULES).expect("written");
    std::fs::write(dir.path().join("bad.yaml"), "title: T\nlogsource: {product: x}\ndetection: {condition: s}\n")
        .expect("written");
    std::fs::write(dir.path().join("README.md"), "no rule").expect("written");
    let checked = rules_check(dir.path());
    let faults: Vec<String> =
        checked.faults.iter().map(|fault| fault.to_string().replace(&dir.path().display().to_string(), "")).collect();
    assert_eq!(
        (checked.loaded, faults),
        (2, vec!["/bad.yaml:3: the condition names \"s\", and there is no such selection".to_owned()])
    );
    assert_eq!(rules_check(&dir.path().join("absent")).faults.len(), 1);
}
