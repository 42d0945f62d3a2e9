use super::*;
use crate::enrol::{EnrolTrouble, enrol};
use crate::link::Trouble;
use crate::socket::{Said, ask};
use crate::stop::lock;
use crate::testing::server::Server;
use crate::testing::until;
use std::path::Path;
use tempfile::TempDir;
use wire::{Bundle, Finding, RuleFile};

struct Agent {
    dir: TempDir,
    home: Home,
    stop: Stop,
    running: Option<JoinHandle<anyhow::Result<Why>>>,
}

impl Agent {
    fn enrolled(server: &Server) -> Agent {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::make(&dir.path().join("agent")).expect("made");
        enrol(&server.invitation(), &home, &Root::machine()).expect("enrolled");
        Agent { dir, home, stop: Stop::default(), running: None }
    }

    fn start(&mut self) {
        self.stop = Stop::default();
        let (options, stop) = (Options { home: self.home.clone(), spool: 1 << 20 }, self.stop.clone());
        self.running = Some(std::thread::spawn(move || run(&options, &stop)));
    }

    fn end(&mut self) -> Why {
        self.stop.stop(Why::Asked);
        self.running.take().expect("running").join().expect("no panic").expect("no trouble")
    }
}

/// The rules of the product that a drill should wake, as they lie in `content/`.
fn rules() -> Vec<RuleFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/sigma/linux");
    let names: std::collections::BTreeSet<&str> = drill::ACTS.iter().flat_map(|(_, rules)| rules.iter().copied()).collect();
    let rule = |name: &str| std::fs::read_to_string(folder.join(format!("{name}.yml"))).expect("the product has the rule");
    names.into_iter().map(|name| RuleFile { name: name.to_owned(), yaml: rule(name) }).collect()
}

fn bundle(number: u64, folders: Vec<String>) -> Bundle {
    Bundle { number, made: 0, rules: rules(), levels: vec![], bad_hashes: vec![], folders }
}

fn findings(server: &Server) -> Vec<Finding> {
    let known = lock(&server.known);
    known.items.values().filter_map(|body| if let Body::Finding(finding) = body { Some(finding.clone()) } else { None }).collect()
}

fn ended(server: &Server, drill: Option<&str>) -> Option<(Vec<String>, Vec<String>)> {
    let known = lock(&server.known);
    known.items.values().find_map(|body| match body {
        Body::DrillEnded { drill: own, acts, expected } if drill.is_none_or(|drill| drill == own) => {
            Some((acts.clone(), expected.clone()))
        }
        _ => None,
    })
}

#[test]
fn a_drill_is_seen_marked_told_and_cleaned_up() {
    let server = Server::start();
    server.give(&bundle(1, vec![]));
    let mut agent = Agent::enrolled(&server);
    agent.start();
    until("the bundle in use", || lock(&server.known).heartbeats.iter().any(|beat| beat.bundle == 1).then_some(()));
    let eyes = until("the eyes open", || {
        let known = lock(&server.known);
        let last = known.heartbeats.last()?;
        last.collectors
            .iter()
            .filter(|eye| ["process", "file"].contains(&eye.name.as_str()))
            .all(|eye| eye.state != CollectorState::Off)
            .then(|| last.clone())
    });
    assert!(eyes.rules >= 5, "every rule that a drill wakes can be read");

    server.order("drill-1", "device-1", OrderKind::Drill);
    server.order("drill-2", "another-device", OrderKind::Drill);
    let (acts, expected) = until("the drill's end", || ended(&server, Some("drill-1")));
    assert_eq!(acts, ["failed-sign-ins", "test-file", "canaries-renamed", "shell-to-network"]);
    let found = findings(&server);
    for rule in &expected {
        let by_rule: Vec<&Finding> = found.iter().filter(|finding| finding.name == *rule).collect();
        assert!(!by_rule.is_empty(), "{rule} among {:?}", found.iter().map(|finding| &finding.name).collect::<Vec<_>>());
        assert!(by_rule.iter().any(|finding| finding.drill.as_deref() == Some("drill-1")), "{rule} is marked");
    }
    assert_eq!(crate::root::list(&agent.home.path("drill")), Vec::<std::path::PathBuf>::new());
    assert!(crate::root::list(&agent.home.path("canary")).iter().all(|path| !path.to_string_lossy().ends_with(".locked")));
    assert_eq!(ended(&server, Some("drill-2")), None);

    std::fs::rename(agent.home.path("canary/売上台帳.csv"), agent.home.path("../moved")).expect("moved");
    let before = findings(&server).len();
    until("a decoy taken away by somebody else", || (findings(&server).len() > before).then_some(()));

    let mut said = Vec::new();
    ask(agent.home.dir(), |line| said.push(line)).expect("the agent runs");
    let Some(Said::Ended(report)) = said.pop() else { panic!("the last word is the report: {said:?}") };
    assert_eq!((report.acts.len(), report.seen.len()), (4, 4), "{report:?}");
    until("the second drill's end", || ended(&server, Some(&report.drill)));
    assert_eq!(agent.end(), Why::Asked);
    assert!(ask(agent.home.dir(), |_| {}).is_err(), "no drill without a running agent");
    assert!(agent.dir.path().exists());
}

#[test]
fn what_is_found_while_the_server_is_away_arrives_after_a_restart_and_checks_come_when_asked() {
    let server = Server::start();
    let share = tempfile::tempdir().expect("a folder");
    server.give(&bundle(1, vec![share.path().display().to_string()]));
    let mut agent = Agent::enrolled(&server);
    agent.start();
    let decoy = share.path().join(".komainu-decoy.csv");
    until("the decoy in the folder of the bundle", || decoy.exists().then_some(()));
    let posture = |server: &Server| lock(&server.known).items.values().filter(|body| matches!(body, Body::Posture(_))).count();
    until("the first checks", || (posture(&server) == 1).then_some(()));
    server.order("check-1", "device-1", OrderKind::Check);
    until("the checks asked for", || (posture(&server) == 2).then_some(()));
    until("the folder is watched", || {
        std::fs::write(share.path().join("test.com"), crate::watch::files::eicar()).expect("written");
        (!findings(&server).is_empty()).then_some(())
    });

    server.set_down(true);
    std::fs::write(&decoy, "encrypted").expect("written");
    until("the finding in the spool", || {
        let spool = agent.home.path("spool/findings");
        crate::root::list(&spool)
            .iter()
            .any(|log| std::fs::read(log).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains("canary-touched")))
            .then_some(())
    });
    assert_eq!(agent.end(), Why::Asked);
    assert!(findings(&server).iter().all(|finding| finding.name != "canary-touched"));
    server.set_down(false);
    agent.start();
    let touched = until("the finding", || findings(&server).into_iter().find(|finding| finding.name == "canary-touched"));
    assert_eq!(touched.drill, None, "this was no rehearsal");

    lock(&server.known).retired = true;
    let running = agent.running.take().expect("running");
    assert_eq!(running.join().expect("no panic").expect("no trouble"), Why::Retired);
}

#[test]
fn an_invitation_is_used_once_and_only_at_the_right_server() {
    let (server, other) = (Server::start(), Server::start());
    let dir = tempfile::tempdir().expect("a folder");
    let home = |name: &str| Home::make(&dir.path().join(name)).expect("made");
    let refused = |line: &str, name: &str| enrol(line, &home(name), &Root::machine()).expect_err("refused");
    let pinned = |server: &Server| {
        let line = server.invitation();
        let json =
            base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, line.trim_start_matches("komainu1."))
                .expect("base64");
        serde_json::from_slice::<serde_json::Value>(&json).expect("json")["authority_sha256"].as_str().expect("text").to_owned()
    };
    let wrong = refused(&server.invitation_to("localhost", &pinned(&other)), "a");
    assert!(matches!(&wrong, EnrolTrouble::Link(Trouble::Refused { code, .. }) if code.contains("another server")), "{wrong:?}");
    let ip = refused(&server.invitation_to("127.0.0.2", &pinned(&server)), "a");
    assert!(matches!(ip, EnrolTrouble::Link(_)), "a name that the certificate has not: {ip:?}");
    assert!(matches!(refused("komainu1.x", "a"), EnrolTrouble::Line(_)));
    enrol(&server.invitation_to("127.0.0.1", &pinned(&server)), &home("a"), &Root::machine()).expect("enrolled");
    assert!(matches!(refused(&server.invitation(), "a"), EnrolTrouble::Already));
    let used = refused(&server.invitation(), "b");
    assert!(matches!(&used, EnrolTrouble::Link(Trouble::Refused { status: 422, code }) if code == "enrol-code-used"), "{used:?}");
    other.set_down(true);
    assert!(matches!(refused(&other.invitation(), "c"), EnrolTrouble::Link(Trouble::Away(_))));
}
