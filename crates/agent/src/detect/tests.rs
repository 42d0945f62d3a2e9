use super::*;
use crate::home::Home;
use crate::root::Root;
use crate::testing::until;
use crate::watch::logs::LogWatch;
use crate::watch::{Eyes, Outlet, of_category, of_service, sign_in};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::sync_channel;
use tempfile::TempDir;

const MINUTE: i64 = Moment::MINUTE;

/// A rule on failed sign-ins, and one correlation over it.
fn correlation(asked: &str) -> String {
    format!(
        "title: Fail\nid: fail\nname: fail\nlevel: low\nlogsource: {{product: linux, service: sshd}}\n\
         detection: {{s: {{EventType: sign-in-failed}}, condition: s}}\n---\n\
         title: Many\nid: many\nlevel: high\ncorrelation: {{{asked}, rules: fail}}\n"
    )
}

const THREE: &str = "type: event_count, timespan: 1h, condition: {gte: 3}";
const FEW: &str = "type: event_count, timespan: 5m, condition: {lt: 3}";

fn gear(files: &[&str]) -> Gear {
    let (rules, faults) = Rules::read(files.iter().map(|yaml| ("t.yml", *yaml)));
    assert_eq!(faults, []);
    let count = u32::try_from(rules.len()).expect("few");
    Gear { number: 1, rules: Arc::new(rules), count, bad_hashes: Arc::default(), folders: Vec::new() }
}

fn failed(at: i64) -> Event {
    of_service("sshd", at, vec![("EventType", "sign-in-failed".into()), ("n", at.to_string())])
}

/// An agent's folder, and a spool in it.
struct Place {
    _dir: TempDir,
    home: Home,
    spool: Spool,
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::make(&dir.path().join("agent")).expect("made");
        let spool = Spool::open(&home.path("spool"), 1 << 20).expect("opened");
        Place { _dir: dir, home, spool }
    }

    fn judge(&self, gear: &Gear) -> Judge {
        Judge::new(gear, Marks::default(), Memory::open(&self.home, "device-1"), START)
    }

    /// Runs a judge over messages until nobody can send any more, as an agent that is asked to end does.
    fn run(&self, gear: &Gear, messages: Vec<Message>) {
        let (to, from) = sync_channel(messages.len());
        messages.into_iter().for_each(|message| to.send(message).expect("room"));
        drop(to);
        run(&from, self.judge(gear), &self.spool, &Stop::default(), || START);
    }

    /// The findings of the correlation that reach the server: the field `n` of their events.
    fn found(&self) -> Vec<String> {
        found(&self.spool)
    }

    fn file(&self) -> std::path::PathBuf {
        self.home.path("state/memory")
    }
}

fn found(spool: &Spool) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(items) = spool.next() {
        spool.accepted(items.last().map_or(0, |item| item.number));
        found.extend(items.into_iter().filter_map(|item| match item.body {
            Body::Finding(finding) if finding.rule == "many" => {
                let events = finding.events.iter().map(|event| event.get("n").unwrap_or("-").to_owned());
                Some(events.collect::<Vec<_>>().join(" "))
            }
            _ => None,
        }));
    }
    found
}

const START: Time = Time { wall: 1_000 * MINUTE, steady: 77 };

/// So long after the start; the wall is set to another time where `set` is not 0.
fn after(minutes: i64, set: i64) -> Time {
    Time { wall: START.wall + (minutes + set) * MINUTE, steady: START.steady + minutes * MINUTE }
}

/// What a judge finds of the time alone.
fn advanced(judge: &mut Judge, time: Time) -> usize {
    let mut bodies = Vec::new();
    judge.advance(time, &mut bodies);
    bodies.len()
}

fn take(judge: &mut Judge, event: Event) -> Vec<Body> {
    let mut bodies = Vec::new();
    judge.take(Message::Seen(event), &mut bodies);
    bodies.into_iter().filter(|body| matches!(body, Body::Finding(finding) if finding.rule == "many")).collect()
}

#[test]
fn only_notable_events_are_told() {
    let file = |action: &str| of_category("file_event", 0, vec![("Action", action.to_owned())]);
    let log = |kind: &str| of_service("sshd", 0, vec![("EventType", kind.to_owned()), ("message", "x".to_owned())]);
    for (event, told) in [
        (file("created"), false),
        (of_category("process_creation", 0, vec![]), false),
        (of_category("listen_port", 0, vec![("Action", "opened".into())]), true),
        (of_category("service_unit", 0, vec![("Action", "started".into())]), false),
        (of_category("service_unit", 0, vec![("Action", "failed".into())]), true),
        (log("sign-in"), true),
        (log("session-opened"), false),
        (of_service("syslog", 0, vec![("message", "x".into())]), false),
    ] {
        assert_eq!(notable(&event).is_some(), told, "{event:?}");
    }
}

#[test]
fn what_came_too_seldom_is_found_though_nothing_else_comes() {
    let place = Place::new();
    let (to, from) = sync_channel(10);
    let judge = place.judge(&gear(&[&correlation(FEW)]));
    for at in [START.wall, START.wall + MINUTE] {
        to.send(Message::Seen(failed(at))).expect("room");
    }
    let mut minutes = 0;
    let clock = || {
        minutes += 6;
        after(minutes, 0)
    };
    let (stop, spool) = (Stop::default(), &place.spool);
    let found = std::thread::scope(|scope| {
        let (stop, own) = (&stop, &stop);
        scope.spawn(move || run(&from, judge, spool, own, clock));
        let found = until("the finding", || Some(place.found()).filter(|found| !found.is_empty()));
        stop.stop(crate::stop::Why::Asked);
        found
    });
    assert_eq!(found, [format!("{} {}", START.wall, START.wall + MINUTE)]);
    assert_eq!(place.found(), [""; 0], "once");
    drop(to);
}

#[test]
fn nothing_is_over_before_its_time_whatever_is_done_to_the_clock() {
    let place = Place::new();
    let gear = gear(&[&correlation(FEW)]);
    let begun = || {
        let mut judge = place.judge(&gear);
        assert_eq!(advanced(&mut judge, after(10, 0)), 0);
        take(&mut judge, failed(after(10, 0).wall));
        judge
    };
    let mut judge = begun();
    assert_eq!(advanced(&mut judge, after(25, 0)), 0, "five minutes, and ten for what comes late");
    assert_eq!(advanced(&mut judge, after(26, 0)), 1);

    let mut judge = begun();
    assert_eq!(advanced(&mut judge, after(11, -500)), 0, "set back");
    // The first event of a group that was set back is one that comes late: what it belongs to may have been judged.
    take(&mut judge, failed(after(11, -500).wall));
    take(&mut judge, failed(after(12, -500).wall));
    assert_eq!(advanced(&mut judge, after(27, -500)), 0);
    assert_eq!(advanced(&mut judge, after(28, -500)), 1, "what was begun since is over in its time");
    assert_eq!(advanced(&mut judge, after(525, -500)), 0);
    assert_eq!(advanced(&mut judge, after(526, -500)), 1, "what was begun before waits until the clock is there again");

    let mut judge = begun();
    for minutes in 11..26 {
        assert_eq!(advanced(&mut judge, after(minutes, 9_000)), 0, "set forward, and {minutes} minutes are not over");
    }
    assert_eq!(advanced(&mut judge, after(26, 9_000)), 1, "now they are");
    take(&mut judge, failed(after(26, 9_000).wall));
    assert_eq!(advanced(&mut judge, after(41, 9_000)), 0);
    assert_eq!(advanced(&mut judge, after(42, 9_000)), 1, "and the clock that was set is followed");

    let mut judge = place.judge(&gear);
    take(&mut judge, failed(after(-60, 0).wall));
    assert_eq!(advanced(&mut judge, after(9, 0)), 0, "the logs of the time before are still read");
    assert_eq!(advanced(&mut judge, after(10, 0)), 1);
}

#[test]
fn counts_outlive_new_rules_that_leave_them_as_they_are() {
    let place = Place::new();
    let mut judge = place.judge(&gear(&[&correlation(THREE)]));
    let other = "title: T\nid: t\nlogsource: {product: linux}\ndetection: {s: {A: b}, condition: s}\n";
    for second in 0..2 {
        assert_eq!(take(&mut judge, failed(second)), []);
    }
    judge.take(Message::Gear(Arc::new(gear(&[other, &correlation(THREE)]))), &mut Vec::new());
    assert_eq!(take(&mut judge, failed(2)).len(), 1, "begun by the old rules, completed by the new");
    for second in 3..5 {
        assert_eq!(take(&mut judge, failed(second)), []);
    }
    judge.take(Message::Gear(Arc::new(gear(&[&correlation(&THREE.replace('3', "4"))]))), &mut Vec::new());
    assert_eq!(take(&mut judge, failed(5)), [], "another question is asked anew");
    judge.take(Message::Gear(Arc::new(gear(&[other]))), &mut Vec::new());
    judge.take(Message::Gear(Arc::new(gear(&[&correlation(THREE)]))), &mut Vec::new());
    assert_eq!(take(&mut judge, failed(6)), [], "what was gone begins anew");
}

#[test]
fn counts_outlive_a_restart_and_a_finding_is_told_once() {
    let place = Place::new();
    let gear = gear(&[&correlation(THREE)]);
    let seen = |at: i64| Message::Seen(failed(at));
    place.run(&gear, vec![seen(1), seen(2)]);
    assert_eq!(place.found(), [""; 0]);
    place.run(&gear, vec![seen(3), seen(4)]);
    assert_eq!(place.found(), ["1 2 3"]);
    place.run(&gear, vec![seen(5)]);
    place.run(&gear, vec![]);
    assert_eq!(place.found(), [""; 0], "an event is part of one finding");
    place.run(&gear, vec![seen(6)]);
    assert_eq!(place.found(), ["4 5 6"]);
}

/// Each step of telling a finding, and a kill behind it: the file is written, the first of two findings is in the spool, both.
#[test]
fn a_kill_between_writing_a_finding_down_and_telling_it_neither_loses_nor_repeats_it() {
    let gear = gear(&[&correlation("type: event_count, timespan: 1h, group-by: [who], condition: {gte: 3}")]);
    for told in 0..=2 {
        let mut place = Place::new();
        let mut judge = place.judge(&gear);
        let mut findings = Vec::new();
        for at in 0..6 {
            let mut event = failed(at);
            event.fields.push(("who".into(), (at % 2).to_string()));
            findings.extend(take(&mut judge, event));
        }
        assert_eq!(findings.len(), 2);
        judge.memory.keep(judge.engine.correlator(), place.spool.findings(), &findings);
        place.spool.append(&findings[..told]);
        drop(judge);
        for _ in 0..2 {
            place.judge(&gear).go_on(&place.spool);
        }
        place.spool = Spool::open(&place.home.path("spool"), 1 << 20).expect("opened");
        assert_eq!(place.found(), ["0 2 4", "1 3 5"], "killed after {told}");
        place.run(&gear, vec![Message::Seen(failed(7))]);
        assert_eq!(place.found(), [""; 0], "what was told counts no more");
    }
}

#[test]
fn a_file_that_cannot_be_trusted_is_refused_and_all_begins_anew() {
    let place = Place::new();
    let gear = gear(&[&correlation(THREE)]);
    let reached = |cursor: &str| Message::Read(vec![failed(1), failed(2)], Reached::Journal(cursor.into()));
    place.run(&gear, vec![reached("c1")]);
    let whole = std::fs::read(place.file()).expect("kept");
    let (seal, rest) = whole.split_at(65);
    let sealed = |rest: String| [hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&rest)), "\n".into(), rest].concat();
    let text = String::from_utf8(rest.to_vec()).expect("text");
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        sealed(text.replacen(from, to, 1)).into_bytes()
    };
    let large = |size: usize| whole.iter().copied().chain(std::iter::repeat(b' ')).take(size).collect::<Vec<u8>>();
    let refused: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("cut", whole[..whole.len() - 1].to_vec()),
        ("no line", seal[..64].to_vec()),
        ("nothing behind its hash", [&sealed(String::new()).into_bytes()[..]].concat()),
        ("no JSON", sealed("狛犬\n".into()).into_bytes()),
        ("an unknown field", changed("\"version\":1,", "\"version\":1,\"more\":1,")),
        ("another version", changed("\"version\":1,", "\"version\":2,")),
        ("another device's", changed("device-1", "device-2")),
        ("too large", large((32 << 20) + 1)),
    ];
    let one = |n: usize| {
        let mut bytes = whole.clone();
        bytes[n] ^= 1;
        ("one bit", bytes)
    };
    let bits = (0..whole.len()).step_by(7).map(one);
    for (what, bytes) in refused.into_iter().chain(bits) {
        std::fs::write(place.file(), &bytes).expect("written");
        assert_eq!(Memory::open(&place.home, "device-1").journal(), "", "{what}");
        assert_eq!(take(&mut place.judge(&gear), failed(3)), [], "{what}");
    }
    std::fs::write(place.file(), &whole).expect("written");
    assert_eq!(Memory::open(&place.home, "device-1").journal(), "c1");
    assert_eq!(take(&mut place.judge(&gear), failed(3)).len(), 1, "the file itself is good");

    std::fs::write(place.file(), changed("\"seq\":1", "\"seq\":\"x\"")).expect("written");
    assert_eq!(Memory::open(&place.home, "device-1").journal(), "c1", "a good head and correlations that cannot be");
    assert_eq!(take(&mut place.judge(&gear), failed(3)), []);
    std::fs::remove_file(place.file()).expect("removed");
    std::fs::create_dir(place.file()).expect("a folder in its place");
    assert_eq!(take(&mut place.judge(&gear), failed(3)), []);
}

/// The folder of the judge that the child below is until it is killed.
const FOLDER: &str = "KOMAINU_JUDGE_TEST_FOLDER";
const EACH: usize = 60;
const LINES: usize = 20 * EACH;

/// Reads the log on from where the memory says, and judges its lines, as the agent's threads do.
fn read_on(dir: &Path, rounds: usize, mut handed: impl FnMut()) {
    let home = Home::make(&dir.join("agent")).expect("made");
    let spool = Spool::open(&home.path("spool"), 1 << 20).expect("opened");
    let memory = Memory::open(&home, "device-1");
    let (root, mut places) = (Root::at(&dir.join("machine")), memory.logs().clone());
    let asked = format!("type: event_count, timespan: 1d, condition: {{gte: {EACH}}}");
    let judge = Judge::new(&gear(&[&correlation(&asked)]), Marks::default(), memory, START);
    let (to, from) = sync_channel(4);
    let outlet = Outlet { eye: Eyes::default().open("log"), to };
    std::thread::scope(|scope| {
        let (stop, spool) = (Stop::default(), &spool);
        scope.spawn(move || run(&from, judge, spool, &stop, Time::now));
        let mut logs = LogWatch::new(&root, &places, true);
        for _ in 0..rounds {
            for line in logs.look(0).0 {
                outlet.tell_read(sign_in::of_line(&line), Reached::Log(line.log, line.place));
                handed();
            }
            for (name, place) in logs.places() {
                if places.insert(name.clone(), place) != Some(place) {
                    outlet.tell_read(Vec::new(), Reached::Log(name, place));
                }
            }
        }
        drop(outlet);
    });
}

#[test]
#[ignore = "run as a child by the test below, which kills it"]
fn judges_until_killed() {
    let Some(dir) = std::env::var_os(FOLDER) else { return };
    let mut n = 0;
    read_on(Path::new(&dir), usize::MAX, || {
        n += 1;
        std::thread::sleep(Duration::from_millis(1));
        std::io::stdout().write_all(format!("\nhanded {n}\n").as_bytes()).expect("written");
    });
}

#[test]
fn every_line_of_a_log_counts_once_however_often_the_agent_is_killed() {
    let dir = tempfile::tempdir().expect("a folder");
    let log = dir.path().join("machine/var/log/auth.log");
    std::fs::create_dir_all(log.parent().expect("a folder")).expect("made");
    std::fs::write(&log, "").expect("written");
    read_on(dir.path(), 1, || {});
    let line = |n: usize| {
        let (minute, second) = (n / 60, n % 60);
        format!("2026-11-23T03:{minute:02}:{second:02}Z shop sshd[9]: Failed password for u{n} from 192.0.2.7 port 4242 ssh2\n")
    };
    std::fs::write(&log, (0..LINES).map(line).collect::<String>()).expect("written");
    for kills in [90, 7, 210, 33, 150, 64] {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "detect::tests::judges_until_killed", "--ignored", "--nocapture", "--test-threads=1"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let handed = lines.map(|line| line.expect("a line")).filter(|line| line.starts_with("handed ")).take(kills).count();
        assert_eq!(handed, kills, "the child was not done");
        child.kill().expect("killed");
        child.wait().expect("ended");
    }
    read_on(dir.path(), 5, || {});
    let spool = Spool::open(&dir.path().join("agent/spool"), 1 << 20).expect("opened");
    let mut users: Vec<Vec<String>> = Vec::new();
    while let Some(items) = spool.next() {
        spool.accepted(items.last().map_or(0, |item| item.number));
        users.extend(items.into_iter().filter_map(|item| match item.body {
            Body::Finding(finding) if finding.rule == "many" => {
                Some(finding.events.iter().filter_map(|event| event.get("User").map(str::to_owned)).collect())
            }
            _ => None,
        }));
    }
    let last: Vec<Option<&str>> = users.iter().map(|users| users.last().map(String::as_str)).collect();
    let wanted: Vec<String> = (1..=LINES / EACH).map(|n| format!("u{}", n * EACH - 1)).collect();
    assert_eq!(last, wanted.iter().map(|user| Some(user.as_str())).collect::<Vec<_>>());
}
