//! One company, from nothing to the first star and the first alert: on SQLite, and on PostgreSQL where there is one.

use crate::program::{MailServer, Program, Reply, Visitor, komainu, until};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[tokio::test]
async fn from_nothing_to_the_first_star_and_the_first_alert() {
    let folder = tempfile::tempdir().expect("a directory");
    let mut settings = vec![("sqlite", String::new())];
    match std::env::var("KOMAINU_TEST_POSTGRES") {
        Ok(server) => settings.push(("postgresql", format!("database = '{}'\n", trial::new_database(&server).await))),
        Err(_) if std::env::var("CI").is_ok() => panic!("CI must name a PostgreSQL server in KOMAINU_TEST_POSTGRES"),
        Err(_) => println!("skipped on PostgreSQL: KOMAINU_TEST_POSTGRES is not set"),
    }
    for (store, database) in settings {
        let data = folder.path().join(store);
        tokio::task::spawn_blocking(move || walk(store, &data, &database)).await.expect("the walk");
    }
}

fn walk(store: &str, data: &Path, database: &str) {
    let mail = MailServer::start();
    let settings = format!("{database}{}", mail.as_ref().map(MailServer::settings).unwrap_or_default());
    let program = Program::up(data, &settings);
    let mut owner = set_up(&program);
    let sheet = assess(&mut owner);
    plan(&mut owner, &sheet);
    declare(&program, &mut owner);
    let device = watched(&mut owner);
    proof(&mut owner);
    rehearse(&mut owner, &device);
    if let Some(mail) = &mail {
        let drill =
            || mail.letters().into_iter().find(|letter| letter.contains("owner@bakery.example") && letter.contains("rill"));
        until("a letter about the drill", drill);
    }
    let incident = incident(&mut owner, &device);
    let program = program.restart();
    owner.get("/incidents").links(&format!("/incidents/{incident}")).first().expect("all is there after a restart");
    let program = look_through(program, &mut owner, data);
    ledger(&mut owner, data);
    if store == "sqlite" {
        backup(data);
    }
    survive(program, &mut owner, &device);
}

/// 1 and 2: the one-time link, three minutes of set-up, the second use refused.
pub fn set_up(program: &Program) -> Visitor {
    let link = program.setup_path();
    let mut stranger = program.visitor();
    assert!(stranger.get("/setup/0000").status >= 400, "a wrong link opens nothing");
    let mut owner = program.visitor();
    assert_eq!(owner.get(&link).status, 200);
    let fields = [
        ("company", "狛犬ベーカリー"),
        ("number", ""),
        ("trade", "I"),
        ("employees", "5"),
        ("capital", "3000000"),
        ("prefecture", "13"),
        ("city", "文京区"),
        ("name", "大和 花子"),
        ("mail", "owner@bakery.example"),
        ("password", "a quiet river at dawn 7"),
    ];
    let weak: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, if *name == "password" { "password123" } else { *value })).collect();
    let refused = owner.post(&link, &weak);
    assert_eq!(refused.status, 422, "{}", refused.readable());
    assert!(refused.text().contains("狛犬ベーカリー"), "what was typed is still there");
    let welcome = owner.post(&link, &fields);
    assert_eq!(welcome.status, 200, "{}", welcome.readable());
    assert!(stranger.get(&link).status >= 400, "a used link opens nothing");
    let home = owner.get("/");
    assert!(home.readable().contains("# 狛犬ベーカリー"), "{}", home.readable());
    assert_eq!(stranger.get("/plan").path, "/sign-in?back=%2Fplan");
    let mut again = program.visitor();
    let wrong = again.post("/sign-in", &[("mail", "owner@bakery.example"), ("password", "not this one"), ("back", "/")]);
    assert!(wrong.status >= 400, "{}", wrong.readable());
    let right =
        again.post("/sign-in", &[("mail", "owner@bakery.example"), ("password", "a quiet river at dawn 7"), ("back", "/")]);
    assert!(right.readable().contains("# 狛犬ベーカリー"), "{}", right.readable());
    owner
}

/// 4: 25 answers, a result, its papers.
fn assess(owner: &mut Visitor) -> String {
    let start = owner.get("/assessment");
    let site =
        start.text().split("name=\"site\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a site").to_owned();
    let sheet = owner.post("/assessment/sheets", &[("site", &site)]).id_after("/assessment/sheets/");
    let first = owner.get(&format!("/assessment/sheets/{sheet}/questions/1"));
    let values: Vec<String> = first
        .text()
        .split("name=\"answer\" value=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect();
    assert_eq!(values.len(), 4, "four answers to the first question: {values:?}");
    for number in 1..=25 {
        let value = &values[number % 4];
        let next = owner.post(&format!("/assessment/sheets/{sheet}/questions/{number}"), &[("answer", value), ("go", "next")]);
        assert_eq!(next.status, 200, "{}", next.readable());
    }
    let result = owner.post(&format!("/assessment/sheets/{sheet}/finish"), &[]);
    // 1 mod 4 seven times, the others six: partly (2), not done (0), don't know (-1), done (4).
    let score = 7 * 2 + 6 * 4 - 6;
    assert!(result.readable().contains(&score.to_string()), "{}", result.readable());
    let pdf = owner.get(&format!("/assessment/sheets/{sheet}/result.pdf"));
    assert!(pdf.bytes.starts_with(b"%PDF-"), "{}", pdf.readable());
    assert!(owner.get(&format!("/assessment/sheets/{sheet}/result.csv")).bytes.starts_with("\u{feff}".as_bytes()));
    sheet
}

/// 5: gaps are steps; home shows the next; a done step asks what was done.
fn plan(owner: &mut Visitor, sheet: &str) {
    assert!(!sheet.is_empty());
    let home = owner.get("/");
    let step = home.links("/plan/").first().cloned().unwrap_or_else(|| panic!("home shows the next step: {}", home.readable()));
    let empty = owner.post(&format!("{step}/done"), &[("what", "")]);
    assert_eq!(empty.status, 422, "{}", empty.readable());
    let done = owner.post(&format!("{step}/done"), &[("what", "自動更新を入れた")]);
    assert_eq!(done.status, 200, "{}", done.readable());
    assert_ne!(owner.get("/").links("/plan/").first(), Some(&step), "home moves on to the next step");
}

/// 6: the first star, its paper, and the page that anybody may see.
fn declare(program: &Program, owner: &mut Visitor) {
    let form = owner.get("/declaration/new");
    let text = form.text();
    let names: BTreeSet<&str> = text.split("name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let doing: Vec<String> = names.iter().filter(|name| name.starts_with("doing-")).map(|name| (*name).to_owned()).collect();
    assert_eq!(doing.len(), 6, "six articles: {names:?}");
    let mut fields = vec![("declared_on", "2026-11-01"), ("declarer", "大和 花子"), ("pledge", "yes")];
    fields.extend(doing.iter().map(|name| (name.as_str(), "毎週月曜に確かめている")));
    let declared = owner.post("/declaration/new", &fields);
    assert_eq!(declared.status, 200, "{}", declared.readable());
    let verify = declared.links("/verify/").first().cloned().unwrap_or_else(|| panic!("a public page: {}", declared.readable()));
    let seen = program.visitor().get(&verify).readable();
    assert!(seen.contains("狛犬ベーカリー"), "{seen}");
    assert!(!seen.to_lowercase().contains("is certified"), "{seen}");
}

/// 7: this very machine is watched.
fn watched(owner: &mut Visitor) -> String {
    until("this machine on the list of devices", || {
        let devices = owner.get("/devices");
        let links = devices.links("/devices/");
        let id = links.iter().filter_map(|link| link.strip_prefix("/devices/")).find(|id| id.len() == 36)?;
        let page = owner.get(&format!("/devices/{id}")).readable();
        (page.contains("Watching") && page.contains("Programs")).then(|| id.to_owned())
    })
}

/// 10: what was measured stands beside what was declared.
fn proof(owner: &mut Visitor) {
    until("evidence", || {
        let page = owner.get("/evidence").readable();
        ["firewall", "Firewall"].iter().any(|word| page.contains(word)).then_some(())
    });
}

/// 8 and 9: a drill, its alerts, marked as a drill.
fn rehearse(owner: &mut Visitor, device: &str) {
    let ordered = owner.post(&format!("/devices/{device}/drill"), &[]);
    assert_eq!(ordered.status, 200, "{}", ordered.readable());
    until("four kinds of alerts from the drill", || {
        let alerts = owner.get("/alerts?drill=yes").links("/alerts/");
        let ids: BTreeSet<&String> = alerts.iter().filter(|link| link.len() == "/alerts/".len() + 36).collect();
        (ids.len() >= 4).then_some(())
    });
}

/// 9: 困った opens an incident; closing asks what was learned.
fn incident(owner: &mut Visitor, device: &str) -> String {
    assert!(!device.is_empty());
    let alerts = owner.get("/alerts?drill=yes").links("/alerts/");
    let alert = alerts.iter().find(|link| link.len() == "/alerts/".len() + 36).expect("an alert").clone();
    let told = owner.get(&alert).readable();
    assert!(told.to_lowercase().contains("drill"), "{told}");
    let id = owner.post(&format!("{alert}/help"), &[]).id_after("/incidents/");
    let noted = owner.post(&format!("/incidents/{id}/notes"), &[("note", "レジの前で気づいた")]);
    assert!(noted.readable().contains("レジの前で気づいた"), "{}", noted.readable());
    let attached = owner.upload(&format!("/incidents/{id}/files"), "memo.txt", b"what was on the screen");
    let sha = "32f8a07b";
    let hashed = attached.readable();
    assert!(hashed.contains("memo.txt"), "{sha}: {hashed}");
    let early = owner.post(&format!("/incidents/{id}/close"), &[("learned", "")]);
    assert_eq!(early.status, 422, "closing asks what was learned: {}", early.readable());
    let closed = owner.post(&format!("/incidents/{id}/close"), &[("learned", "訓練だと分かった。まず電話する。")]);
    assert!(!closed.links("/lessons/").is_empty(), "a lesson is offered: {}", closed.readable());
    id
}

/// Files of an incident are looked through for an attack, although the program is killed in the middle of it.
fn look_through(program: Program, owner: &mut Visitor, data: &Path) -> Program {
    let id = owner.post("/help/other", &[("story", "")]).id_after("/incidents/");
    let path = format!("/incidents/{id}");
    let mut log = String::new();
    for n in 0..15_000 {
        let (minute, second) = (n / 60 % 60, n % 60);
        log += &format!(
            "Nov 23 08:{minute:02}:{second:02} kaikei sshd[411]: Failed password for root from 203.0.113.7 port 5{n} ssh2\n"
        );
    }
    log += "Nov 23 09:01:05 kaikei sshd[412]: Accepted password for root from 203.0.113.7 port 5100 ssh2\n";
    for machine in ["kaikei", "uketsuke", "souko", "eigyou"] {
        let sent = owner.upload(&format!("{path}/files"), &format!("{machine}.log"), log.replace("kaikei", machine).as_bytes());
        assert!(sent.readable().contains("traces of an attack"), "{}", sent.readable());
    }
    let begun = owner.post(&format!("{path}/hunts"), &[]);
    assert!(begun.readable().contains("<Stop>"), "{}", begun.readable());
    let state = until("a block to be done", || {
        let state = files_below(&data.join("files/to-go-on")).into_iter().find(|file| file.extension().is_some())?;
        std::fs::read_to_string(&state).ok()?.contains("\"Done\"").then_some(state)
    });
    let program = program.killed_and_started();
    assert!(state.exists(), "it was killed in its middle");
    let result = |owner: &mut Visitor, times: usize| {
        until("the result of the files", || {
            let page = owner.get(&path);
            (page.readable().matches("Files were looked through: ").count() == times).then_some(page)
        })
    };
    let ended = result(owner, 1);
    assert!(ended.readable().contains("kaikei"), "{}", ended.readable());
    assert!(ended.readable().contains("went on where it had been"), "{}", ended.readable());
    assert!(!state.exists(), "nothing is left of it");
    let report = owner.get(ended.links(&format!("{path}/hunts/")).first().expect("a report"));
    assert!(report.text().contains("203.0.113.7"), "the report names the attacker's address");
    let findings = |page: &Reply| {
        let of = page.links(&format!("{path}/hunts/")).into_iter().find(|link| link.ends_with("findings.jsonl"));
        of.expect("all findings")
    };
    let after_the_kill = owner.get(&findings(&ended)).bytes;
    owner.post(&format!("{path}/hunts"), &[]);
    let again = result(owner, 2);
    assert_ne!(findings(&again), findings(&ended), "the latest stands first");
    assert!(owner.get(&findings(&again)).bytes == after_the_kill, "the same findings as without a break, each once");
    program
}

/// All files of a folder and its folders.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// The exported ledger verifies; after one changed byte the entry is named.
fn ledger(owner: &mut Visitor, data: &Path) {
    let file = data.join("export.jsonl");
    let mut bytes = owner.get("/ledger/export").bytes;
    std::fs::write(&file, &bytes).expect("written");
    let verify = || {
        let out = komainu().arg("verify").arg(&file).output().expect("the program");
        (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned())
    };
    let (code, said) = verify();
    assert_eq!(code, Some(0), "{said}");
    let at = bytes.windows(9).position(|window| window == b"\"seq\":12,").expect("a twelfth entry");
    bytes[at + 6] = b'9';
    std::fs::write(&file, &bytes).expect("written");
    let (code, said) = verify();
    assert!(code == Some(2) && said.contains("92"), "{said}");
}

/// A backup made while running fills a new data directory.
fn backup(data: &Path) {
    let (to, fresh) = (data.join("../backup"), data.join("../restored"));
    let run = |args: &[&str], paths: &[(&str, &Path)]| {
        let mut command = komainu();
        command.args(args);
        for (flag, path) in paths {
            command.arg(flag).arg(path);
        }
        let out = command.output().expect("the program");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    };
    run(&["backup"], &[("--data", data), ("--to", &to)]);
    run(&["restore"], &[("--data", &fresh), ("--from", &to)]);
    let program = Program::up(&fresh, "");
    let mut owner = program.visitor();
    let home =
        owner.post("/sign-in", &[("mail", "owner@bakery.example"), ("password", "a quiet river at dawn 7"), ("back", "/")]);
    assert!(home.readable().contains("# 狛犬ベーカリー"), "{}", home.readable());
}

/// kill -9 in the middle of a drill: what was accepted is kept, what was not comes again, nothing twice.
fn survive(program: Program, owner: &mut Visitor, device: &str) {
    let before = owner.get("/ledger").readable();
    assert_eq!(owner.post(&format!("/devices/{device}/drill"), &[]).status, 200);
    let program = program.killed_and_started();
    let after = until("the portal again", || Some(owner.get("/ledger").readable()));
    let kept = before.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count();
    let found = after.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count();
    assert!(found >= kept, "nothing that was accepted is lost: {kept} entries, then {found}");
    until("the watch again", || owner.get("/").readable().contains("watched").then_some(()));
    drop(program);
}
