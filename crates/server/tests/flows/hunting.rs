//! `komainu hunt` as engineers and their scripts call it.

use crate::program::{komainu, until};
use base::{Clock, Moment};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a hunt came to.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

fn hunt(args: &[&str]) -> Ended {
    ended(komainu().arg("hunt").args(args))
}

fn ended(command: &mut Command) -> Ended {
    let output = command.stdin(Stdio::null()).output().expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("a text");
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A day some weeks ago as syslog writes it: without a year and a zone.
fn day() -> String {
    let text = Clock::System.now().plus(-60 * Moment::DAY).rfc3339();
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let part = |from: usize| text[from..from + 2].parse::<usize>().expect("a number");
    format!("{} {:2}", months[part(5) - 1], part(8))
}

fn root_signs_in(day: &str) -> String {
    format!("{day} 12:00:05 kaikei sshd[412]: Accepted password for root from 203.0.113.7 port 5100 ssh2\n")
}

fn quiet(day: &str) -> String {
    format!("{day} 12:01:06 kaikei cron[1]: (root) CMD (true)\n")
}

/// A folder with a log in which something is found, one in which nothing is, and a file that is no log.
fn files() -> (tempfile::TempDir, [String; 3]) {
    let dir = tempfile::tempdir().expect("a folder");
    let day = day();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.display().to_string()
    };
    let written = [
        write("auth.log", root_signs_in(&day).as_bytes()),
        write("cron.log", quiet(&day).as_bytes()),
        write("picture.bin", b"\x00\x01\x02"),
    ];
    (dir, written)
}

#[test]
fn the_exit_code_says_what_a_hunt_came_to() {
    let (_dir, [found, quiet, no_log]) = files();
    let cases: [(&[&str], i32, &str); 13] = [
        (&[&quiet], 0, "0 findings in 1 events"),
        (&[&found], 1, "1 findings in 1 events"),
        (&[&found, &quiet], 1, "1 findings in 2 events"),
        (&[&no_log], 3, "no kind of log"),
        (&[&quiet, &no_log], 3, "no kind of log"),
        (&[&found, &no_log], 1, "no kind of log"),
        (&[], 2, "required"),
        (&["--no-such-option", &found], 2, "--no-such-option"),
        (&["/no/such/file"], 2, "there is no /no/such/file"),
        (&["--min-level", "loud", &found], 2, "--min-level"),
        (&["--rule", "no-such-rule", &found], 2, "no rule is called, tagged or in the state no-such-rule"),
        (&["--rules", "/no/such/rules", &found], 2, "there are no rules to hunt with"),
        (&["--min-level", "critical", &found], 0, "0 findings in 1 events"),
    ];
    for (args, code, said) in cases {
        let ended = hunt(args);
        assert_eq!(ended.code, Some(code), "{args:?}: {}", ended.err);
        assert!(ended.err.contains(said), "{args:?}: {said}: {}", ended.err);
        assert_eq!(ended.out.lines().count(), usize::from(code == 1), "{args:?}: {}", ended.out);
    }
}

#[test]
fn a_stopped_hunt_says_so_and_goes_on_later() {
    let dir = tempfile::tempdir().expect("a folder");
    let (day, state) = (day(), dir.path().join("state.jsonl"));
    for machine in 0..16 {
        let log = (root_signs_in(&day) + &quiet(&day).repeat(20_000)).replace("kaikei", &format!("pc{machine}"));
        std::fs::write(dir.path().join(format!("auth-{machine:02}.log")), log).expect("written");
    }
    let logs: Vec<PathBuf> = (0..16).map(|machine| dir.path().join(format!("auth-{machine:02}.log"))).collect();
    let hunt = |resume: Option<&Path>| {
        let mut command = komainu();
        command.args(["hunt", "--threads", "1"]).args(&logs);
        resume.map(|state| command.arg("--resume").arg(state));
        command
    };
    let mut command = hunt(Some(&state));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
    until("a block to be done", || std::fs::read_to_string(&state).ok()?.contains("\"Done\"").then_some(()));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    let stopped = child.wait_with_output().expect("its end");
    let (out, err) = (String::from_utf8_lossy(&stopped.stdout), String::from_utf8_lossy(&stopped.stderr));
    assert_eq!(stopped.status.code(), Some(4), "{err}");
    assert!(err.contains("stopped before the end"), "{err}");
    let told = out.lines().count();
    assert!((1..16).contains(&told), "what was found until then is told: {out}");

    let resumed = ended(&mut hunt(Some(&state)));
    assert_eq!(resumed.code, Some(1), "{}", resumed.err);
    assert!(resumed.err.contains("blocks were finished by an earlier hunt"), "{}", resumed.err);
    assert_eq!(resumed.out.lines().count(), 16, "{}", resumed.out);
    assert_eq!(resumed.out, ended(&mut hunt(None)).out, "as without a break");
}

#[test]
fn local_time_is_as_far_from_utc_as_asked() {
    let (_dir, [found, ..]) = files();
    for (args, expected) in [
        (&[][..], "T03:00:05"),
        (&["--east", "9"], "T03:00:05"),
        (&["--east", "+09:00"], "T03:00:05"),
        (&["--east", "0"], "T12:00:05"),
        (&["--east", "-3:30"], "T15:30:05"),
        (&["--east=-5"], "T17:00:05"),
    ] {
        let ended = hunt(&[args, &[&found]].concat());
        assert_eq!(ended.code, Some(1), "{args:?}: {}", ended.err);
        assert!(ended.out.starts_with("{\"time\":\"") && ended.out.contains(expected), "{args:?}: {expected}: {}", ended.out);
    }
    for wrong in ["15", "9:60", "JST", ""] {
        let ended = hunt(&["--east", wrong, &found]);
        assert_eq!(ended.code, Some(2), "{wrong}: {}", ended.err);
        assert!(ended.err.contains("no distance from UTC"), "{wrong}: {}", ended.err);
    }
    // A time on the command line is local too.
    let date = Clock::System.now().plus(-60 * Moment::DAY).rfc3339();
    let at = |clock: &str| format!("{} {clock}", &date[..10]);
    for (east, since, code) in [("9", "12:00", 1), ("9", "12:01", 0), ("0", "12:00", 1), ("0", "12:01", 0)] {
        let ended = hunt(&["--east", east, "--since", &at(since), &found]);
        assert_eq!(ended.code, Some(code), "{east} {since}: {}", ended.err);
    }
}

#[test]
fn a_report_lists_what_was_read_with_its_hash() {
    let (dir, [found, quiet, no_log]) = files();
    let report = dir.path().join("report.html");
    let ended = hunt(&[&found, &quiet, &no_log, "--lang", "en", "--out", &report.display().to_string()]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    let html = std::fs::read_to_string(&report).expect("a report");
    let listed = html.split("Files that were gone through").last().expect("a list");
    for file in [&found, &quiet, &no_log] {
        let bytes = std::fs::read(file).expect("read");
        for expected in [file.clone(), hex::encode(Sha256::digest(&bytes))] {
            assert!(listed.contains(&expected), "{expected}");
        }
    }
    // Standard input is read once, and there is nothing left to hash.
    let mut command = komainu();
    command.args(["hunt", "-", "--lang", "en", "--format", "html"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program");
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), root_signs_in(&day()).as_bytes()).expect("written");
    let output = child.wait_with_output().expect("its end");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 files."), "it is listed all the same");
}
