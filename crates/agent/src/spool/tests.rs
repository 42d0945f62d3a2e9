use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};
use tempfile::TempDir;
use wire::{Event, Source};

/// The server's side of the protocol: takes each number once, and none out of turn.
#[derive(Default)]
struct Server {
    items: BTreeMap<u64, Body>,
}

impl Server {
    fn up_to(&self) -> u64 {
        self.items.last_key_value().map_or(0, |(number, _)| *number)
    }

    /// The number accepted up to; an error where numbers are missing.
    fn take(&mut self, items: Vec<Item>) -> Result<u64, u64> {
        for item in items {
            if item.number > self.up_to() + 1 {
                return Err(self.up_to());
            }
            self.items.entry(item.number).or_insert(item.body);
        }
        Ok(self.up_to())
    }

    /// What was sent as findings and telemetry, and how many were said to be lost.
    fn has(&self) -> (Vec<String>, Vec<String>, u64) {
        let (mut findings, mut telemetry, mut lost) = (Vec::new(), Vec::new(), 0);
        for body in self.items.values() {
            match body {
                Body::Finding(finding) => findings.push(finding.title.clone()),
                Body::Telemetry(event) => telemetry.push(event.get("n").expect("a name").to_owned()),
                Body::Lost { count } => lost += count,
                Body::Posture(_) | Body::DrillEnded { .. } => {}
            }
        }
        (findings, telemetry, lost)
    }
}

fn finding(rule: &str, title: &str, size: usize) -> Body {
    let event = Event { at: 0, source: Source::default(), fields: vec![("x".into(), "x".repeat(size))] };
    Body::Finding(Finding {
        rule: rule.into(),
        name: rule.into(),
        title: title.into(),
        level: "high".into(),
        tags: Vec::new(),
        at: 0,
        matched: Vec::new(),
        events: vec![event],
        drill: None,
    })
}

fn telemetry(name: &str, size: usize) -> Body {
    let fields = vec![("n".to_owned(), name.to_owned()), ("x".to_owned(), "x".repeat(size))];
    Body::Telemetry(Event { at: 0, source: Source::default(), fields })
}

fn deliver(spool: &Spool, server: &mut Server) {
    while let Some(items) = spool.next() {
        assert!(items.len() <= 500);
        match server.take(items) {
            Ok(up_to) => spool.accepted(up_to),
            Err(up_to) => spool.go_back(up_to),
        }
    }
}

fn opened(dir: &TempDir, bound: u64) -> Spool {
    Spool::open(&dir.path().join("spool"), bound).expect("opened")
}

#[test]
fn what_is_kept_arrives_once_findings_first() {
    let dir = tempfile::tempdir().expect("a folder");
    let (spool, mut server) = (opened(&dir, 1 << 20), Server::default());
    assert_eq!(spool.next(), None);
    assert!(!spool.waiting());
    spool.append(&[telemetry("t1", 1), finding("r", "f1", 1)]);
    assert!(spool.waiting() && spool.bytes() > 0);
    let items = spool.next().expect("items");
    assert_eq!(items.iter().map(|item| item.number).collect::<Vec<_>>(), [1, 2]);
    assert!(matches!(items[0].body, Body::Finding(_)));
    spool.append(&[finding("r", "f2", 1)]);
    assert_eq!(spool.next(), Some(items), "the same until they are accepted");
    let again = opened(&dir, 1 << 20);
    assert_eq!(again.next().expect("items").len(), 2, "and after a restart");
    deliver(&again, &mut server);
    assert_eq!(server.has(), (vec!["f1".into(), "f2".into()], vec!["t1".into()], 0));
    assert_eq!((again.bytes(), again.waiting()), (0, false));
    deliver(&opened(&dir, 1 << 20), &mut server);
    assert_eq!(server.items.len(), 3);
}

#[test]
fn at_the_bound_the_oldest_telemetry_goes_and_no_finding_does() {
    let dir = tempfile::tempdir().expect("a folder");
    let (spool, mut server) = (opened(&dir, 256 * 1024), Server::default());
    for n in 0..100 {
        spool.append(&[finding("r", &format!("f{n}"), 100)]);
        for m in 0..10 {
            spool.append(&[telemetry(&format!("t{n}.{m}"), 1000)]);
        }
    }
    let size: u64 = fs::read_dir(dir.path().join("spool/others"))
        .expect("a folder")
        .map(|entry| entry.expect("a file").metadata().expect("there").len())
        .sum();
    assert!(size <= 256 * 1024, "{size}");
    deliver(&spool, &mut server);
    let (findings, telemetry, lost) = server.has();
    assert_eq!(findings.len(), 100);
    assert!(!telemetry.is_empty() && lost > 0);
    assert_eq!(u64::try_from(telemetry.len()).expect("small") + lost, 1000);
    assert_eq!(telemetry.last().map(String::as_str), Some("t99.9"), "the newest stays");
}

#[test]
fn findings_alone_may_take_twice_the_bound_and_are_then_thinned_by_rule() {
    let dir = tempfile::tempdir().expect("a folder");
    let (spool, mut server) = (opened(&dir, 64 * 1024), Server::default());
    for n in 0..400 {
        spool.append(&[finding(&format!("r{}", n % 3), &format!("f{n}"), 1000)]);
    }
    spool.append(&[telemetry("t", 10)]);
    deliver(&spool, &mut server);
    let (findings, telemetry, lost) = server.has();
    let rules: BTreeSet<&str> = server
        .items
        .values()
        .filter_map(|body| if let Body::Finding(finding) = body { Some(finding.rule.as_str()) } else { None })
        .collect();
    assert_eq!(rules.len(), 3);
    assert!(findings.len() > 100 && findings.last().map(String::as_str) == Some("f399"));
    assert_eq!(findings.len() + telemetry.len() + usize::try_from(lost).expect("small"), 401);
}

#[test]
fn a_server_that_forgot_gets_it_again_and_one_that_knows_more_is_followed() {
    let dir = tempfile::tempdir().expect("a folder");
    let (spool, mut server) = (opened(&dir, 1 << 20), Server::default());
    for n in 0..10 {
        spool.append(&[finding("r", &format!("f{n}"), 10)]);
        deliver(&spool, &mut server);
    }
    server.items.retain(|number, _| *number <= 4);
    spool.append(&[finding("r", "new", 10)]);
    deliver(&spool, &mut server);
    let wanted: Vec<String> = (0..10).map(|n| format!("f{n}")).chain(["new".into()]).collect();
    assert_eq!(server.has().0, wanted, "what a restored server forgot is sent again");

    let fresh = tempfile::tempdir().expect("a folder");
    let reset = opened(&fresh, 1 << 20);
    reset.append(&[finding("r", "after", 10)]);
    deliver(&reset, &mut server);
    assert_eq!(server.has().0.last().map(String::as_str), Some("after"), "a finding is never taken for an old number");

    let mut empty = Server::default();
    for n in 0..300 {
        spool.append(&[finding("r", &format!("g{n}"), 10)]);
        deliver(&spool, &mut server);
    }
    spool.append(&[finding("r", "last", 10)]);
    deliver(&spool, &mut empty);
    let (findings, _, lost) = empty.has();
    assert!(findings.len() > 50 && lost > 0 && findings.last().map(String::as_str) == Some("last"));
}

#[test]
fn a_torn_or_damaged_end_is_cut_and_a_damaged_middle_keeps_the_numbers() {
    let dir = tempfile::tempdir().expect("a folder");
    let log = |dir: &TempDir| {
        fs::read_dir(dir.path().join("spool/findings")).expect("a folder").next().expect("a file").expect("a file").path()
    };
    {
        let spool = opened(&dir, 1 << 20);
        spool.append(&[finding("r", "f1", 10), finding("r", "f2", 10)]);
    }
    let bytes = fs::read(log(&dir)).expect("read");
    for cut in [bytes.len() - 1, bytes.len() - 30, bytes.len() / 2 + 3] {
        fs::write(log(&dir), &bytes[..cut]).expect("written");
        let (spool, mut server) = (opened(&dir, 1 << 20), Server::default());
        spool.append(&[finding("r", "f3", 10)]);
        assert_eq!(spool.next().map(|items| items.len()), Some(2), "cut at {cut}");
        let _ = server.take(spool.next().expect("items"));
        assert_eq!(server.has().0, ["f1", "f3"]);
        drop(spool);
        fs::remove_dir_all(dir.path().join("spool")).expect("removed");
        opened(&dir, 1 << 20).append(&[finding("r", "f1", 10), finding("r", "f2", 10)]);
    }
    let spool = opened(&dir, 1 << 20);
    assert_eq!(spool.next().expect("items").len(), 2);
    let mut bytes = fs::read(log(&dir)).expect("read");
    let last = bytes.len() - 5;
    bytes[last] ^= 1;
    fs::write(log(&dir), bytes).expect("written");
    let items = spool.next().expect("items");
    assert_eq!(items[1], Item { number: 2, body: Body::Lost { count: 1 } }, "a number sent once is never left out");
}

#[test]
fn while_the_disk_takes_nothing_items_wait_in_memory_and_still_go_out() {
    let dir = tempfile::tempdir().expect("a folder");
    let (spool, mut server) = (opened(&dir, 1 << 20), Server::default());
    for folder in ["findings", "others"] {
        fs::remove_dir_all(dir.path().join("spool").join(folder)).expect("removed");
        fs::write(dir.path().join("spool").join(folder), "in the way").expect("written");
    }
    for n in 0..1_500 {
        spool.append(&[finding("r", &format!("f{n}"), 10), telemetry(&format!("t{n}"), 10)]);
    }
    assert!(spool.in_trouble());
    deliver(&spool, &mut server);
    let (findings, telemetry, lost) = server.has();
    assert_eq!((findings.len(), telemetry.len(), lost), (1_000, 1_000, 1_000));
    for folder in ["findings", "others"] {
        fs::remove_file(dir.path().join("spool").join(folder)).expect("removed");
        fs::create_dir(dir.path().join("spool").join(folder)).expect("made");
    }
    spool.append(&[finding("r", "after", 10)]);
    assert!(!spool.in_trouble());
    deliver(&spool, &mut server);
    assert_eq!(server.has().0.last().map(String::as_str), Some("after"));
}

#[test]
fn a_finding_too_large_for_a_batch_gives_up_parts_of_its_events() {
    let dir = tempfile::tempdir().expect("a folder");
    let (spool, mut server) = (opened(&dir, 1 << 20), Server::default());
    let Body::Finding(mut large) = finding("r", "large", 8_000) else { panic!("a finding") };
    let event = large.events[0].clone();
    large.events = (0..20).map(|_| Event { fields: vec![event.fields[0].clone(); 100], ..event.clone() }).collect();
    spool.append(&[Body::Finding(large), telemetry("t", 2_000_000)]);
    let items = spool.next().expect("items");
    assert!(serde_json::to_vec(&items).expect("written").len() < 1024 * 1024);
    let _ = server.take(items);
    assert_eq!(server.has(), (vec!["large".into()], vec![], 1));
}

#[derive(Debug, Clone)]
enum Act {
    Finding,
    Telemetry(u16),
    Send,
    SendLosingTheAnswer,
    Restart,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => Just(Act::Finding),
        4 => (0u16..3000).prop_map(Act::Telemetry),
        2 => Just(Act::Send),
        1 => Just(Act::SendLosingTheAnswer),
        1 => Just(Act::Restart),
    ];
    proptest::collection::vec(act, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order, findings arrive once and in order, and telemetry arrives or is counted.
    #[test]
    fn nothing_is_lost_or_doubled(acts in acts()) {
        let dir = tempfile::tempdir().expect("a folder");
        let bound = 24 * 1024;
        let (mut spool, mut server) = (opened(&dir, bound), Server::default());
        let (mut findings, mut kept) = (Vec::new(), 0_u64);
        for act in acts {
            match act {
                Act::Finding => {
                    findings.push(format!("f{}", findings.len()));
                    spool.append(&[finding("r", findings.last().expect("one"), 50)]);
                }
                Act::Telemetry(size) => {
                    kept += 1;
                    spool.append(&[telemetry(&format!("t{kept}"), usize::from(size))]);
                }
                Act::Send => {
                    if let Some(items) = spool.next() {
                        spool.accepted(server.take(items).expect("no gap"));
                    }
                }
                Act::SendLosingTheAnswer => {
                    if let Some(items) = spool.next() {
                        server.take(items).expect("no gap");
                    }
                }
                Act::Restart => {
                    drop(spool);
                    spool = opened(&dir, bound);
                }
            }
        }
        deliver(&spool, &mut server);
        let (told, telemetry, lost) = server.has();
        prop_assert_eq!(told, findings);
        let newest: BTreeSet<&String> = telemetry.iter().collect();
        prop_assert_eq!(newest.len(), telemetry.len());
        prop_assert_eq!(u64::try_from(telemetry.len()).expect("small") + lost, kept);
    }

    #[test]
    fn any_bytes_are_records_or_damage(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (records, end) = frame::all(&bytes);
        prop_assert!(end <= bytes.len());
        let mut whole = Vec::new();
        for (number, record) in records {
            frame::put(&mut whole, number, record);
        }
        prop_assert_eq!(&whole[..], &bytes[..end]);
    }
}

/// The folder of the spool that the child below writes to until it is killed.
const FOLDER: &str = "KOMAINU_SPOOL_TEST_FOLDER";

#[test]
#[ignore = "run as a child by the test below, which kills it"]
fn writes_until_killed() {
    let Some(dir) = std::env::var_os(FOLDER) else { return };
    let spool = Spool::open(Path::new(&dir), 1 << 20).expect("opened");
    for n in 0_u64.. {
        spool.append(&[finding("r", &format!("f{n}"), 200)]);
        std::io::Write::write_all(&mut std::io::stdout(), format!("kept {n}\n").as_bytes()).expect("written");
        if n % 7 == 0 {
            let _ = spool.next();
        }
    }
}

#[test]
fn what_was_kept_before_a_kill_is_there_after_it() {
    use std::io::{BufRead, BufReader};
    let dir = tempfile::tempdir().expect("a folder");
    let (mut server, mut told) = (Server::default(), 0);
    for round in 0..3 {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "spool::tests::writes_until_killed", "--ignored", "--nocapture", "--test-threads=1"])
            .env(FOLDER, dir.path().join("spool"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let kept = lines
            .map(|line| line.expect("a line"))
            .filter_map(|line| line.rsplit_once("kept ").and_then(|(_, n)| n.parse::<u64>().ok()));
        let last = kept.take(50 + round * 13).last().expect("some");
        child.kill().expect("killed");
        child.wait().expect("ended");
        deliver(&opened(&dir, 1 << 20), &mut server);
        let findings = server.has().0;
        let round: Vec<&String> = findings[told..].iter().collect();
        assert!(round.len() > usize::try_from(last).expect("small"), "{} of {last}", round.len());
        for (n, title) in round.iter().enumerate() {
            assert_eq!(**title, format!("f{n}"));
        }
        told = findings.len();
    }
}
