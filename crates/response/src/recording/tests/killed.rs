//! Hunts whose worker dies in the middle.

use super::*;
use crate::recording::store::Output;
use std::time::{Duration, Instant};

/// Logs of so many machines, with much to find in each.
async fn send_many(shop: &Shop, path: &str, machines: u32) {
    for machine in 0..machines {
        let log = String::from_utf8(brute_force()).expect("a log").replace("kaikei", &format!("pc{machine}")).repeat(12);
        let sent = send(&shop.staff, path, &[(&format!("auth-{machine}.log"), log.as_bytes())]).await;
        assert_eq!(sent.status, 303, "{}", sent.readable());
    }
}

/// The states of the shop's company.
fn states(shop: &Shop) -> Vec<std::path::PathBuf> {
    let folder = shop.app.store.blobs().to_go_on(&shop.company);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "jsonl")).collect()
}

/// How many blocks a state says are done.
fn done(state: &Path) -> usize {
    std::fs::read_to_string(state).map_or(0, |text| text.lines().filter(|line| line.starts_with("{\"Done\":")).count())
}

/// Gives up a hunt in its middle, as when its worker dies; it is due again when this returns.
async fn killed_midway(shop: &Shop, blocks: usize) {
    let job = shop.app.store.claim_long_job().await.expect("the store").expect("a hunt");
    let app = shop.app.clone();
    let working = tokio::spawn(async move { work(&app, &job).await });
    let end = Instant::now() + Duration::from_secs(60);
    while states(shop).first().is_none_or(|state| done(state) < blocks) {
        assert!(!working.is_finished() && Instant::now() < end, "it came to its end before it could be killed");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    working.abort();
    assert!(working.await.is_err_and(|error| error.is_cancelled()), "killed in its middle");
    shop.clock.advance(Moment::MINUTE);
}

/// What the latest hunt wrote beside its report, which tells when it was made: kind and hash.
async fn written(shop: &Shop, path: &str) -> Vec<(&'static str, String)> {
    let incident = path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let all = crate::recording::outputs(&mut shop.app.store.read(&shop.company).await.expect("a transaction"), &incident).await;
    let all = all.expect("the outputs");
    let last = all.last().expect("an output").hunt.clone();
    let mut of: Vec<Output> = all.into_iter().filter(|output| output.hunt == last).collect();
    of.retain(|output| !matches!(output.kind, rules::Kind::Report(_)));
    of.into_iter().map(|output| (output.kind.name(), output.sha256)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hunt_that_was_killed_goes_on_and_brings_the_same() {
    const MACHINES: u32 = 60;
    trial::each_store(routes(), fill, |shop| async move {
        let path = incident(&shop).await;
        send_many(&shop, &path, MACHINES).await;
        shop.lead.post(&format!("{path}/hunts"), &[]).await;
        killed_midway(&shop, 3).await;
        let state = states(&shop).remove(0);
        let before = done(&state);
        assert!(before < MACHINES as usize, "it was killed in its middle");
        // The thread of the one that was given up may write a little more; the next one waits for it.
        assert_eq!(hunt(&shop).await, 1);
        assert_eq!(states(&shop), Vec::<std::path::PathBuf>::new(), "what has ended leaves no state");
        let page = shop.lead.get(&path).await.readable();
        assert!(page.contains("It was cut off before its end, and went on where it had been"), "{page}");
        let resumed = written(&shop, &path).await;
        assert_eq!(facts(&shop, &shop.company).await.iter().filter(|fact| *fact == "hunt-ended").count(), 1);

        shop.lead.post(&format!("{path}/hunts"), &[]).await;
        hunt(&shop).await;
        assert_eq!(written(&shop, &path).await, resumed, "the same as without a break, each finding once");
        let page = shop.lead.get(&path).await.readable();
        assert_eq!(page.matches("It was cut off before its end").count(), 1, "{page}");
        let told = page.lines().filter(|line| line.ends_with(" records.")).filter_map(|line| line.rsplit(": ").next());
        let told: Vec<&str> = told.collect();
        assert!(told.len() == 2 && told[0] == told[1], "as many files and records: {told:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_other_rules_a_killed_hunt_begins_anew() {
    let mut shop = trial::shop(routes(), fill).await;
    let path = incident(&shop).await;
    send_many(&shop, &path, 60).await;
    shop.lead.post(&format!("{path}/hunts"), &[]).await;
    killed_midway(&shop, 3).await;
    let state = states(&shop).remove(0);
    let mut shelf = Shelf::default();
    fill(&mut shelf, &trial::content());
    let mut judging = Judging::read(&trial::content());
    judging.mark = "other rules".to_owned();
    shelf.put(judging);
    shop.app.shelf = std::sync::Arc::new(shelf);
    assert_eq!(hunt(&shop).await, 1);
    assert!(!state.exists(), "the state of other rules is gone");
    let page = shop.lead.get(&path).await.readable();
    assert!(page.contains("serious signs") && !page.contains("It was cut off"), "{page}");
}
