use super::rules::*;
use crate::assessment::rules::Answer;
use crate::tests::{all, device, facts, fill, keep, observed, shop};
use base::Moment;
use wire::{Observation, Observed};

const STATES: [Observed; 4] = [Observed::Good, Observed::Partly, Observed::Bad, Observed::Unmeasured];

#[test]
fn answers_and_what_was_seen_agree_or_not() {
    let mut table = format!("{:<15}{:<14}{:<14}{:<14}{}\n", "declared", "good", "partly", "bad", "unmeasured");
    for declared in Answer::ALL.map(Some).into_iter().chain([None]) {
        table.push_str(&format!("{:<15}", declared.map_or("no answer", Answer::key)));
        let row = STATES.map(|state| format!("{:<14}", agree(declared, state, Moment::DAY, false).key()));
        table.push_str(row.concat().trim_end());
        table.push('\n');
    }
    insta::assert_snapshot!(table, @r"
    declared       good          partly        bad           unmeasured
    done           confirmed     contradicted  contradicted  unmeasured
    partly         confirmed     confirmed     contradicted  unmeasured
    not-done       better        better        confirmed     unmeasured
    unknown        learned       learned       learned       unmeasured
    not-applicable learned       learned       learned       unmeasured
    no answer      learned       learned       learned       unmeasured
    ");
}

#[test]
fn what_is_old_or_from_a_silent_device_is_stale() {
    for state in [Observed::Good, Observed::Partly, Observed::Bad] {
        let agree = |age, silent| agree(Some(Answer::Done), state, age, silent);
        assert_ne!(agree(FRESH, false), Agreement::Stale);
        assert_eq!(agree(FRESH + 1, false), Agreement::Stale);
        assert_eq!(agree(0, true), Agreement::Stale);
    }
    assert_eq!(agree(Some(Answer::Done), Observed::Unmeasured, FRESH + 1, true), Agreement::Unmeasured);
}

#[test]
fn several_devices_make_one_word() {
    use Agreement::*;
    for (seen, word) in [
        (vec![], None),
        (vec![Confirmed], Some(Confirmed)),
        (vec![Confirmed, Confirmed], Some(Confirmed)),
        (vec![Confirmed, Contradicted], Some(Contradicted)),
        (vec![Stale, Contradicted, Unmeasured], Some(Contradicted)),
        (vec![Better, Confirmed], Some(Better)),
        (vec![Learned, Unmeasured], Some(Learned)),
        (vec![Confirmed, Unmeasured], Some(Partly)),
        (vec![Confirmed, Stale], Some(Partly)),
        (vec![Stale, Unmeasured], Some(Stale)),
        (vec![Unmeasured], Some(Unmeasured)),
    ] {
        assert_eq!(together(&seen), word, "{seen:?}");
    }
}

fn seen(check: &str, state: Observed, note: &str, values: &[(&str, &str)], at: Moment) -> Observation {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Observation { check: check.to_owned(), state, note: note.to_owned(), values, at: at.0 }
}

#[tokio::test]
async fn what_was_seen_stands_beside_the_answer() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let shop = &shop;
        let sheet = keep(&shop.owner, &shop.site, &all('d')).await;
        let pos = device(shop, &shop.company, "regi").await;
        let now = trial::morning();
        observed(shop, &shop.company, &pos, &[
            seen("updates", Observed::Bad, "missing", &[("count", "3"), ("days", "40")], now),
            seen("antivirus", Observed::Good, "running", &[("name", "ClamAV")], now),
            seen("firewall", Observed::Unmeasured, "needs-root", &[], now),
            seen("weather", Observed::Bad, "rain", &[], now),
        ])
        .await;
        let page = shop.lead.get("/evidence").await.readable();
        insta::allow_duplicates! { insta::assert_snapshot!(page, @r"
        # Answers and what was seen
        What the watch saw on your devices stands beside what you answered.
        Question | Answer | What was seen |
        [Do you install updates on computers and phones without putting them off?] | Yes, we do this |
        What we saw differs from your answer
        - regi – Updates: 3 security updates are not installed; the oldest came out at least 40 days ago. (just now)
        |
        [Is anti-virus software running on every computer and refreshed every day?] | Yes, we do this |
        We checked, and it is as you answered
        - regi – Anti-virus: ClamAV is running. (just now)
        |
        [Are your passwords long, hard to guess, and different for each service?] | Yes, we do this |
        Not checked on any device yet
        |
        [Can only those who need it for their work see your important data?] | Yes, we do this |
        Not checked on any device yet
        |
        [Are there rules or settings against harmful sites and careless posts?] | Yes, we do this |
        This cannot be checked from this device
        - regi – Firewall (the wall that stops connections): Looking at the firewall needs administrator rights, so we could not check it. (just now)
        |
        [Do you keep copies of important data, and have you tried bringing them back?] | Yes, we do this |
        Not checked on any device yet
        |
        [When papers or laptops leave the office, are you ready for losing them?] | Yes, we do this |
        Not checked on any device yet
        |
        [At the end of the day, are laptops and tablets put where they cannot be stolen?] | Yes, we do this |
        Not checked on any device yet
        |
        Nothing changes your answers by itself. Where they differ, find out why, and answer again if you wish.
        ## When what was seen changed
        - 23 November 2026, 9:00 regi – Anti-virus: In order. ClamAV is running.
        - 23 November 2026, 9:00 regi – Firewall (the wall that stops connections): Cannot be checked. Looking at the firewall needs administrator rights, so we could not check it.
        - 23 November 2026, 9:00 regi – Updates: Not in order. 3 security updates are not installed; the oldest came out at least 40 days ago.
        "); }
        let piece = shop.lead.get("/evidence/latest").await.readable();
        assert!(page.ends_with(&piece), "an open page asks for the same again: {piece}");
        let result = shop.lead.get(&format!("/assessment/sheets/{sheet}/result")).await.readable();
        assert!(result.contains("What we saw differs from your answer"), "{result}");
        assert!(result.contains("100 of 100"), "nothing is corrected: {result}");
        let api = shop.lead.get(&format!("/api/v1/assessment/sheets/{sheet}")).await;
        let json: serde_json::Value = serde_json::from_slice(&api.bytes).expect("JSON");
        assert_eq!(json["answers"][0]["agreement"], "contradicted");
        assert_eq!(json["answers"][0]["observed"][0]["state"], "bad");
        shop.clock.advance(8 * Moment::DAY);
        let later = shop.lead.in_japanese().get("/evidence").await.readable();
        assert!(later.contains("確かめてから時間がたっています"), "{later}");
    })
    .await;
}

#[tokio::test]
async fn a_fact_is_told_only_when_something_changed() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let shop = &shop;
        let pos = device(shop, &shop.company, "regi").await;
        let now = trial::morning();
        let bad = |at| seen("backup", Observed::Bad, "none", &[], at);
        observed(shop, &shop.company, &pos, &[bad(now)]).await;
        observed(shop, &shop.company, &pos, &[bad(now)]).await;
        shop.clock.advance(Moment::HOUR);
        observed(shop, &shop.company, &pos, &[bad(now.plus(Moment::HOUR))]).await;
        let changes = || async { facts(shop, &shop.company).await.iter().filter(|fact| *fact == "evidence-changed").count() };
        assert_eq!(changes().await, 1);
        let good = seen("backup", Observed::Good, "recent", &[("tool", "restic"), ("days", "0")], now.plus(Moment::HOUR));
        observed(shop, &shop.company, &pos, &[good]).await;
        assert_eq!(changes().await, 2);
        observed(shop, &shop.company, &pos, &[bad(now)]).await;
        assert_eq!(changes().await, 2, "an older batch does not turn back what is known");
        let page = shop.owner.get("/evidence").await.readable();
        assert!(page.contains("The last copy by restic was made today."), "{page}");
        assert!(page.contains("No sign of a backup was found."), "what was seen before stays in the history: {page}");
        let wild = seen("updates", Observed::Bad, &"x".repeat(9999), &[("<b>", "\u{0}<script>")], Moment(i64::MAX));
        observed(shop, &shop.company, &pos, &[wild]).await;
        let page = shop.owner.get("/evidence").await;
        assert!(page.readable().contains("Not in order") && !page.text().contains("<script>"), "{}", page.readable());
    })
    .await;
}

#[tokio::test]
async fn another_companys_row_is_not_there() {
    let shop = shop().await;
    let theirs = device(&shop, &shop.other_company, "secret-host").await;
    observed(&shop, &shop.other_company, &theirs, &[seen("backup", Observed::Bad, "none", &[], trial::morning())]).await;
    for path in ["/evidence", "/evidence/latest", "/assessment"] {
        assert!(!shop.owner.get(path).await.text().contains("secret-host"), "{path}");
    }
    assert!(shop.other_owner.get("/evidence").await.text().contains("secret-host"));
    assert_eq!(shop.stranger.get("/evidence").await.status.as_u16(), 303);
}
