mod killed;
mod packs;
mod removed;

use super::rules::{self, Limits, left, reason_key, size};
use super::{Judging, Taking, work};
use crate::testing::{facts, routes};
use ::web::{Content, Shelf};
use base::*;
use std::io::Write as _;
use std::path::Path;
use trial::{Shop, Visitor};

/// The product's own rules and texts, and room for small files only.
fn fill(shelf: &mut Shelf, content: &Content) {
    let faults = crate::fill(shelf, content);
    assert!(faults.is_empty(), "{faults:?}");
    readiness::fill(shelf, content);
    shelf.put(Taking::new(Limits { file: 3 << 20, company: 8 << 20, unpacked: 4 << 20, threads: 2, at_once: 1 }));
}

/// A multipart form with files.
fn form(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, bytes) in files {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
        );
        form.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    form.extend(b"--edge--\r\n");
    form
}

async fn send(visitor: &Visitor, path: &str, files: &[(&str, &[u8])]) -> trial::Reply {
    visitor.post_bytes(&format!("{path}/files"), "multipart/form-data; boundary=edge", form(files)).await
}

/// An attacker tries passwords until one fits, as sshd writes it down.
fn brute_force() -> Vec<u8> {
    let mut log = String::new();
    for second in 0..60 {
        log += &format!(
            "Nov 23 08:00:{second:02} kaikei sshd[411]: Failed password for root from 203.0.113.7 port 5{second:03} ssh2\n"
        );
    }
    log += "Nov 23 08:01:05 kaikei sshd[412]: Accepted password for root from 203.0.113.7 port 5100 ssh2\n";
    log += "Nov 23 08:01:06 kaikei sudo:  tanaka : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/true\n";
    log.into_bytes()
}

async fn incident(shop: &Shop) -> String {
    shop.staff.post("/help/other", &[("story", "")]).await.location()
}

/// Works off the hunts that are due, as the server does.
async fn hunt(shop: &Shop) -> usize {
    let mut done = 0;
    while let Some(job) = shop.app.store.claim_long_job().await.expect("the store") {
        work(&shop.app, &job).await.expect("hunted");
        shop.app.store.finish_job(&job.id).await.expect("kept");
        done += 1;
    }
    done
}

fn link(page: &trial::Reply, start: &str) -> String {
    page.text()
        .split('"')
        .find(|part| part.starts_with(start))
        .unwrap_or_else(|| panic!("no {start}: {}", page.readable()))
        .to_owned()
}

#[test]
fn numbers_are_said_as_people_say_them() {
    let said = [0, 1023, 1024, 1536, 20 << 20, 2 << 30, 1_234_567_890].map(size);
    assert_eq!(said, ["0 B", "1023 B", "1.0 KB", "1.5 KB", "20.0 MB", "2.0 GB", "1.1 GB"]);
    for (passed, bytes, total, expected) in [
        (0, 0, 100, None),
        (1_000, 50, 100, None),
        (10_000, 50, 100, Some(10_000)),
        (10_000, 100, 100, None),
        (10_000, 1, i64::MAX, Some(i64::MAX)),
    ] {
        assert_eq!(left(passed, bytes, total), expected, "{passed} {bytes} {total}");
    }
}

#[test]
fn names_and_reasons_are_told_apart() {
    let names = ["a.evtx", "b.log", "a.evtx", "a.evtx"].map(str::to_owned);
    assert_eq!(rules::apart(&names), ["a.evtx", "b.log", "a.evtx (2)", "a.evtx (3)"]);
    assert!(rules::is_picture("画面.PNG") && !rules::is_picture("Security.evtx") && !rules::is_picture("png"));
    for (reason, key) in [
        ("this is no kind of log that can be read", "recording-unread-kind"),
        ("it unpacks to over 1073741824 bytes, 250 times its size; the rest was passed over", "recording-unread-packed"),
        ("archives are nested too deep", "recording-unread-nested"),
        ("chunk 3: its checksum is wrong", "recording-unread-some"),
    ] {
        assert_eq!(reason_key(reason), key, "{reason}");
    }
}

#[tokio::test]
async fn files_are_looked_through_and_joined_to_the_incident() {
    trial::each_store(routes(), fill, |shop| async move {
        let path = incident(&shop).await;
        assert!(!shop.lead.get(&path).await.readable().contains("Look for attacks"), "nothing to look through yet");
        assert_eq!(shop.lead.post(&format!("{path}/hunts"), &[]).await.status, 422, "nor can it be begun");
        let log = brute_force();
        let sent =
            send(&shop.staff, &path, &[("../../auth.log", &log), ("写真.png", b"\x89PNG"), ("<b>x.bin", b"\x00\x01\x02")]).await;
        assert_eq!(sent.status, 303, "{}", sent.readable());
        assert!(shop.staff.get(&path).await.readable().contains("The person in charge or the owner"));
        assert_eq!(shop.staff.post(&format!("{path}/hunts"), &[]).await.status, 403);
        assert!(shop.lead.get(&path).await.readable().contains("2 files can be looked through"), "a picture is none");
        assert_eq!(shop.lead.post(&format!("{path}/hunts"), &[]).await.status, 303);
        assert_eq!(shop.lead.post(&format!("{path}/hunts"), &[]).await.status, 422, "one at a time");
        let page = shop.lead.get(&path).await.readable();
        assert!(page.contains("It waits for its turn") && page.contains("<Stop>"), "{page}");
        assert_eq!(hunt(&shop).await, 1);
        let page = shop.lead.get(&path).await;
        let text = page.readable();
        for expected in [
            "Files were looked through: ",
            "serious signs",
            "kaikei",
            "x.bin",
            "This file is no kind of log",
            "Report (Japanese)",
            "ATT&CK Navigator layer",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        let report = shop.lead.get(&link(&page, &format!("{path}/hunts/"))).await;
        assert_eq!(report.status, 200);
        let policy = report.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
        assert_eq!(report.headers["cross-origin-opener-policy"], "unsafe-none", "browsers refuse a sandboxed page otherwise");
        assert!(!report.text().contains("<b>x.bin"), "names are escaped");
        let finding = shop.lead.get(&link(&page, &format!("{path}/findings/"))).await.readable();
        assert!(finding.contains("What to do now") && finding.contains("203.0.113.7"), "{finding}");
        let told = facts(&shop, &shop.company).await;
        assert_eq!(told[5..], ["hunt-started", "hunt-ended"], "{told:?}");
        printed_with_hashes(&shop, &path).await;
        delete(&shop, &path, &page).await;
    })
    .await;
}

/// Every file and every paper is on the page for printing, with the hash of what can be had.
async fn printed_with_hashes(shop: &Shop, path: &str) {
    use sha2::Digest as _;
    let printed = shop.lead.get(&format!("{path}/print")).await;
    for name in ["report-ja.html", "report-en.html", "findings.jsonl", "timeline.csv", "layer.json"] {
        let links: Vec<String> = printed.text().split('"').filter(|part| part.ends_with(name)).map(str::to_owned).collect();
        let file = shop.staff.get(links.first().unwrap_or_else(|| panic!("no {name}: {}", printed.readable()))).await;
        assert_eq!(file.headers["content-type"], "application/octet-stream");
        assert!(printed.readable().contains(&hex::encode(sha2::Sha256::digest(&file.bytes))), "{name}");
        assert_eq!(shop.other_owner.get(&links[0]).await.status, 404, "{name}");
    }
    assert!(printed.readable().contains("serious signs"), "{}", printed.readable());
    assert!(!printed.readable().contains("<Stop>") && !printed.readable().contains("[Delete this result]"));
}

/// Deleting asks first; the files stay, and so does the ledger.
async fn delete(shop: &Shop, path: &str, page: &trial::Reply) {
    let report = link(page, &format!("{path}/hunts/"));
    let ask = report.replace("/report", "/delete");
    assert_eq!(shop.staff.get(&ask).await.status, 403);
    assert!(shop.lead.get(&ask).await.readable().contains("Delete the result?"));
    assert_eq!(shop.lead.get(&report).await.status, 200, "asking deletes nothing");
    assert_eq!(shop.lead.post(&ask, &[]).await.status, 303);
    assert_eq!(shop.lead.get(&report).await.status, 404);
    let left = shop.lead.get(path).await.readable();
    assert!(left.contains("auth.log") && left.contains("A result was deleted") && !left.contains("Report (Japanese)"), "{left}");
    let kept = walk(&shop.dir.path().join("files").join(shop.company.as_str()));
    assert_eq!(kept, 3, "the recordings and no report");
    assert_eq!(facts(shop, &shop.company).await.last().map(String::as_str), Some("hunt-deleted"));
}

fn walk(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { 1 }).sum()
}

#[tokio::test]
async fn another_companys_hunt_is_not_there() {
    trial::each_store(routes(), fill, |shop| async move {
        let path = incident(&shop).await;
        send(&shop.staff, &path, &[("auth.log", &brute_force())]).await;
        let other = &shop.other_owner;
        assert_eq!(other.post(&format!("{path}/hunts"), &[]).await.status, 404);
        assert_eq!(send(other, &path, &[("x", b"x")]).await.status, 404);
        shop.lead.post(&format!("{path}/hunts"), &[]).await;
        let stop = link(&shop.lead.get(&path).await, &format!("{path}/hunts/0"));
        assert_eq!(other.post(&stop, &[]).await.status, 404);
        hunt(&shop).await;
        let page = shop.lead.get(&path).await;
        let report = link(&page, &format!("{path}/hunts/0"));
        let finding = link(&page, &format!("{path}/findings/"));
        // Nor is it there under an incident of their own.
        let theirs = other.post("/help/other", &[("story", "")]).await.location();
        for there in [
            report.clone(),
            finding.clone(),
            report.replace("/report", "/delete"),
            format!("{path}/hunts"),
            format!("{path}/hunts/progress"),
        ] {
            assert_eq!(other.get(&there).await.status, 404, "{there}");
            assert_eq!(
                other.get(&there.replace(&path, &theirs)).await.status,
                if there.ends_with("/hunts") || there.ends_with("/progress") { 200 } else { 404 },
                "{there}"
            );
        }
        assert_eq!(other.post(&report.replace("/report", "/delete"), &[]).await.status, 404);
        assert_eq!(shop.lead.get(&report).await.status, 200, "and nothing of it was deleted");
    })
    .await;
}

#[tokio::test]
async fn too_much_is_refused_and_nothing_of_it_stays() {
    let shop = trial::shop(routes(), fill).await;
    let path = incident(&shop).await;
    let large = send(&shop.staff, &path, &[("memory.dmp", &vec![7; (3 << 20) + 1])]).await;
    assert_eq!(large.status, 422);
    assert!(large.readable().contains("up to 3.0 MB"), "{}", large.readable());
    assert_eq!(send(&shop.staff, &path, &[("empty.evtx", b"")]).await.status, 422);
    assert_eq!(walk(&shop.dir.path().join("files")), 0, "nothing is left on the disk");
    for number in 0..3_u8 {
        let sent = send(&shop.staff, &path, &[("part.bin", &vec![number; 5 << 19])]).await;
        assert_eq!(sent.status, 303, "{}", sent.readable());
    }
    let full = send(&shop.staff, &path, &[("one-more.bin", &vec![9; 1 << 20])]).await;
    assert_eq!(full.status, 422);
    assert!(full.readable().contains("8.0 MB") && full.readable().contains("full"), "{}", full.readable());
    assert_eq!(walk(&shop.dir.path().join("files")), 3);
    let broken = b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cut.log\"\r\n\r\nhalf a fi".to_vec();
    let sent = shop.staff.post_bytes(&format!("{path}/files"), "multipart/form-data; boundary=edge", broken).await;
    assert_eq!(sent.status, 422, "a connection that breaks keeps nothing");
    assert_eq!(walk(&shop.dir.path().join("files")), 3);
}

#[tokio::test]
async fn a_quiet_log_an_archive_and_a_bomb_are_told_as_they_are() {
    let shop = trial::shop(routes(), fill).await;
    let path = incident(&shop).await;
    let quiet = b"Nov 23 08:01:06 kaikei cron[1]: (root) CMD (true)\n";
    send(&shop.staff, &path, &[("cron.log", quiet)]).await;
    shop.lead.post(&format!("{path}/hunts"), &[]).await;
    hunt(&shop).await;
    let text = shop.lead.in_japanese().get(&path).await.readable();
    assert!(text.contains("何も見つかりませんでした"), "{text}");
    send(&shop.staff, &path, &[("bomb.zip", &bomb())]).await;
    shop.lead.post(&format!("{path}/hunts"), &[]).await;
    hunt(&shop).await;
    let text = shop.lead.get(&path).await.readable();
    assert!(text.contains("bomb.zip") && text.contains("unpacks to far more"), "{text}");
}

/// 12 MB of nothing in a few kilobytes.
fn bomb() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("auth.log", zip::write::SimpleFileOptions::default().compression_level(Some(9))).expect("begun");
    let line = format!("Nov 23 08:01:06 kaikei cron[1]: {}\n", "x".repeat(4_000)).repeat(250);
    for _ in 0..12 {
        zip.write_all(line.as_bytes()).expect("written");
    }
    zip.finish().expect("whole").into_inner()
}

#[tokio::test]
async fn a_hunt_is_stopped_or_taken_up_again_and_ends_once() {
    let shop = trial::shop(routes(), fill).await;
    let path = incident(&shop).await;
    send(&shop.staff, &path, &[("auth.log", &brute_force())]).await;
    shop.lead.post(&format!("{path}/hunts"), &[]).await;
    let stop = link(&shop.lead.get(&path).await, &format!("{path}/hunts/0"));
    assert_eq!(shop.staff.post(&stop, &[]).await.status, 403);
    assert_eq!(shop.lead.post(&stop, &[]).await.status, 303);
    assert_eq!(shop.lead.post(&stop, &[]).await.status, 422, "stopped once");
    let text = shop.lead.get(&path).await.readable();
    assert!(text.contains("It was stopped before it began"), "{text}");
    assert_eq!(hunt(&shop).await, 1, "its job has nothing to do");
    assert_eq!(shop.lead.post(&stop, &[]).await.status, 422, "it has ended");

    // Stopped while it runs: what was found until then is told.
    shop.lead.post(&format!("{path}/hunts"), &[]).await;
    let stop = link(&shop.lead.get(&path).await, &format!("{path}/hunts/0"));
    let id = stop.rsplit('/').nth(1).and_then(|id| id.parse().ok()).expect("an id");
    let mut tx = shop.app.store.write(&shop.company, ::store::Actor::System).await.expect("a transaction");
    super::store::take_up(&mut tx, &id).await.expect("taken up");
    tx.commit().await.expect("kept");
    assert!(shop.lead.get(&format!("{path}/hunts/progress")).await.text().contains("Reading"));
    assert_eq!(shop.lead.post(&stop, &[]).await.status, 303);
    assert!(shop.lead.get(&format!("{path}/hunts/progress")).await.text().contains("It is being stopped"));
    hunt(&shop).await;
    let text = shop.lead.get(&path).await.readable();
    assert!(text.contains("It was stopped before the end"), "{text}");

    // A worker takes the job and dies without a word.
    shop.lead.post(&format!("{path}/hunts"), &[]).await;
    let dead = shop.app.store.claim_long_job().await.expect("the store").expect("a job");
    assert_eq!(hunt(&shop).await, 0, "nobody else takes it while its lease lasts");
    shop.clock.advance(Moment::MINUTE);
    assert_eq!(hunt(&shop).await, 1);
    work(&shop.app, &dead).await.expect("the first worker comes back, and finds it ended");
    let told = facts(&shop, &shop.company).await;
    assert_eq!(told.iter().filter(|fact| *fact == "hunt-ended").count(), 3, "{told:?}");

    // One that kills every worker is given up, and said.
    shop.lead.post(&format!("{path}/hunts"), &[]).await;
    for _ in 0..5 {
        assert!(shop.app.store.claim_long_job().await.expect("the store").is_some());
        shop.clock.advance(Moment::MINUTE);
    }
    assert_eq!(hunt(&shop).await, 1);
    let text = shop.lead.get(&path).await.readable();
    assert!(text.contains("## ") && text.contains("The files could not be looked through"), "{text}");
}

#[tokio::test]
async fn a_real_recording_gives_a_story_in_both_languages() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/evtx/mitre");
    if !data.is_dir() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no test data at {}", data.display());
        let _ = std::io::stderr().write_all(b"skipped: the public recordings are not beside the workspace\n");
        return;
    }
    let shop = trial::shop(routes(), fill).await;
    let path = incident(&shop).await;
    let mut files = Vec::new();
    all_of(&data, &mut files);
    files.sort();
    for file in files.iter().step_by(12).take(8) {
        let bytes = std::fs::read(file).expect("read");
        assert_eq!(send(&shop.staff, &path, &[("Security.evtx", &bytes)]).await.status, 303);
    }
    shop.lead.post(&format!("{path}/hunts"), &[]).await;
    hunt(&shop).await;
    let page = shop.lead.in_japanese().get(&path).await;
    assert!(page.readable().contains("まずすること") && page.readable().contains("Security.evtx"), "{}", page.readable());
    assert!(shop.lead.get(&path).await.readable().contains("What to do first"));
}

fn all_of(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() {
            all_of(&entry.path(), files);
        } else if entry.path().extension().is_some_and(|ending| ending == "evtx") {
            files.push(entry.path());
        }
    }
}

#[test]
fn every_rule_that_is_hunted_by_has_a_name_for_its_texts() {
    let judging = Judging::read(&trial::content());
    assert!(judging.rules.len() > 100, "{}", judging.rules.len());
    assert!(judging.rules.iter().all(|rule| judging.name(&rule.id) == Some(rule.name.as_str())));
}
