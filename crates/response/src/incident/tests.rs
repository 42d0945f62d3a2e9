use super::rules::*;
use crate::testing::*;
use base::*;
use std::fmt::Write as _;

#[test]
fn stages_move_forward_and_close_with_a_lesson() {
    let mut table = String::new();
    let acts = Stage::ALL.map(Act::MoveTo).into_iter().chain([Act::Close, Act::Reopen]);
    writeln!(table, "{:11} {:11} {:11} {:11} {:11} {:11} reopen", "", "found", "acting", "recovering", "closed", "close")
        .expect("written");
    for stage in Stage::ALL {
        write!(table, "{:11}", stage.name()).expect("written");
        for act in acts.clone() {
            write!(table, " {:11}", stage.after(act).map_or("-", Stage::name)).expect("written");
        }
        table = format!("{}\n", table.trim_end());
    }
    insta::assert_snapshot!(table, @"
                found       acting      recovering  closed      close       reopen
    found       -           acting      recovering  -           closed      -
    acting      -           -           recovering  -           closed      -
    recovering  -           -           -           -           closed      -
    closed      -           -           -           -           -           acting
    ");
}

/// A multipart form with one file.
fn upload(name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n--edge--\r\n"].concat()
}

const MULTIPART: &str = "multipart/form-data; boundary=edge";

#[tokio::test]
async fn an_incident_goes_from_alert_to_lesson() {
    let shop = trial::shop(routes(), fill).await;
    let device = add_device(&shop, &shop.company, "kiosk").await;
    give(&shop, &shop.company, &device, &[finding("reverse-shell", "critical", "sato"), finding("sudo-failed", "high", "sato")])
        .await;
    let told = alerts(&shop.owner).await;
    let id = |name: &str| {
        told.iter().find(|alert| alert["name"] == name).and_then(|alert| alert["id"].as_str()).expect("an id").to_owned()
    };
    shop.clock.advance(5 * Moment::MINUTE);
    let path = shop.owner.post(&format!("/alerts/{}/help", id("reverse-shell")), &[]).await.location();
    assert_eq!(
        shop.owner.post(&format!("/alerts/{}/help", id("reverse-shell")), &[]).await.location(),
        path,
        "twice leads to the same"
    );
    insta::assert_snapshot!(shop.owner.in_japanese().get("/incidents").await.readable(), @"
    # 困ったことの対応
    「困った」から始まった対応です。したことを書いておくと、あとで説明するときに役立ちます。
    何があったか | いまの段階 | 警告 | 始まり | だれが |
    [外から操作された疑い] | 気づいた | 1 | 2026年11月23日 9:05 | 大和 花子 |
    [困った]
    ");
    shop.clock.advance(Moment::MINUTE);
    assert_eq!(shop.lead.post(&format!("{path}/alerts"), &[("alert", &id("sudo-failed"))]).await.status, 303);
    assert_eq!(shop.staff.post(&format!("{path}/notes"), &[("note", "LANを抜きました\n写真を撮りました")]).await.status, 303);
    shop.clock.advance(Moment::MINUTE);
    assert_eq!(shop.lead.post(&format!("{path}/stage"), &[("stage", "recovering")]).await.status, 303);
    assert_eq!(shop.lead.post(&format!("{path}/stage"), &[("stage", "acting")]).await.status, 422, "never back");
    assert_eq!(
        shop.lead.post(&format!("{path}/stage"), &[("stage", "closed")]).await.status,
        422,
        "closing says what was learned"
    );
    insta::assert_snapshot!(shop.lead.get(&path).await.readable(), @r#"
    # Somebody outside controls this computer
    Being repaired Opened on 23 November 2026, 9:05 · 大和 花子
    What to do first
    - Do what the alert says under "What to do now".
    - If nobody knows of it: unplug the LAN cable and switch Wi-Fi off. Leave the power on.
    - Ask who did what at that time.
    - Write what you find out into the notes on this page.
    What not to do
    - Do not delete logs or files.
    ## Stage
    - Found
    - Being stopped
    - Being repaired ← now
    - Closed
    ## Alerts
    - [Somebody outside controls this computer] Very high kiosk · once (23 November 2026, 8:59)
    - [Somebody failed to become administrator] High kiosk · once (23 November 2026, 8:59)
    ## Timeline
    - 23 November 2026, 8:59 First act (by the computer's clock): Somebody outside controls this computer The watch
    - 23 November 2026, 8:59 First act (by the computer's clock): Somebody failed to become administrator The watch
    - 23 November 2026, 9:00 Alert: Somebody outside controls this computer The watch
    - 23 November 2026, 9:00 Alert: Somebody failed to become administrator The watch
    - 23 November 2026, 9:05 The incident was opened 大和 花子
    - 23 November 2026, 9:06 An alert was added: Somebody failed to become administrator 鈴木 一郎
    - 23 November 2026, 9:06 Note 佐藤 次郎
    LANを抜きました
    写真を撮りました
    - 23 November 2026, 9:07 The stage is now "Being repaired" 鈴木 一郎
    ## Files
    None yet.
    Add files
    Pictures, or logs from a computer (EVTX, zip, gz, syslog, JSON, CSV and others). Up to 2.0 GB each. You can also drop several files here. The fingerprint (SHA-256) of each is kept with it. ()
    <Add>
    [Now have them looked through for traces of an attack]
    ## Note
    Who did what, and when
    ()
    <Keep the note>
    ## Close the incident
    What was learned and will change (required)
    Why it happened, and what you will do next time. A few words are enough. ()
    <Close the incident>
    [Page for printing]
    [To all incidents]
    "#);
    let refused = shop.lead.post(&format!("{path}/close"), &[("learned", " \n ")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.readable().contains("Please fill this in"), "{}", refused.readable());
    shop.clock.advance(Moment::HOUR);
    assert_eq!(shop.lead.post(&format!("{path}/close"), &[("learned", "パスワードが弱かった")]).await.status, 303);
    assert!(alerts(&shop.owner).await.iter().all(|alert| alert["state"] == "closed"));
    insta::assert_snapshot!(shop.lead.in_japanese().get(&path).await.readable(), @"
    # 外から操作された疑い
    終わった 2026年11月23日 9:05 に始まりました · 大和 花子
    ## わかったこと・これから変えること
    パスワードが弱かった
    ## 次に同じことが起きないように
    - [5分のレッスン: ウイルス対策をする]
    - [5分のレッスン: もしもの時に備える]
    <やることに加える: 全部のパソコンでウイルス対策を動かす>
    <やることに加える: 「困ったときの紙」を作って貼る>
    ## いまの段階
    - 気づいた
    - 止めている
    - 元に戻している
    - 終わった ← いまここ
    ## 警告
    - [外から操作された疑い] とても高い kiosk · 1回（2026年11月23日 8:59）
    - [管理者になろうとして失敗] 高い kiosk · 1回（2026年11月23日 8:59）
    ## これまでの流れ
    - 2026年11月23日 8:59 最初の動きがありました（コンピューターの時計）: 外から操作された疑い 見守り役
    - 2026年11月23日 8:59 最初の動きがありました（コンピューターの時計）: 管理者になろうとして失敗 見守り役
    - 2026年11月23日 9:00 警告が出ました: 外から操作された疑い 見守り役
    - 2026年11月23日 9:00 警告が出ました: 管理者になろうとして失敗 見守り役
    - 2026年11月23日 9:05 対応を始めました 大和 花子
    - 2026年11月23日 9:06 警告を加えました: 管理者になろうとして失敗 鈴木 一郎
    - 2026年11月23日 9:06 メモ 佐藤 次郎
    LANを抜きました
    写真を撮りました
    - 2026年11月23日 9:07 段階が「元に戻している」になりました 鈴木 一郎
    - 2026年11月23日 10:07 対応を終えました 鈴木 一郎
    ## ファイル
    まだありません。
    <もう一度対応を始める>
    [印刷するページ]
    [対応の一覧へ]
    ");
    insta::assert_snapshot!(shop.lead.get(&format!("{path}/print")).await.readable(), @r#"
    # Somebody outside controls this computer
    Closed Opened on 23 November 2026, 9:05 · 大和 花子
    ## What was learned and will change
    パスワードが弱かった
    ## So that it does not happen again
    - [Five-minute lesson: Protection against malware]
    - [Five-minute lesson: Ready for the worst]
    ## Stage
    - Found
    - Being stopped
    - Being repaired
    - Closed ← now
    ## Alerts
    - [Somebody outside controls this computer] Very high kiosk · once (23 November 2026, 8:59)
    - [Somebody failed to become administrator] High kiosk · once (23 November 2026, 8:59)
    ## Timeline
    - 23 November 2026, 8:59 First act (by the computer's clock): Somebody outside controls this computer The watch
    - 23 November 2026, 8:59 First act (by the computer's clock): Somebody failed to become administrator The watch
    - 23 November 2026, 9:00 Alert: Somebody outside controls this computer The watch
    - 23 November 2026, 9:00 Alert: Somebody failed to become administrator The watch
    - 23 November 2026, 9:05 The incident was opened 大和 花子
    - 23 November 2026, 9:06 An alert was added: Somebody failed to become administrator 鈴木 一郎
    - 23 November 2026, 9:06 Note 佐藤 次郎
    LANを抜きました
    写真を撮りました
    - 23 November 2026, 9:07 The stage is now "Being repaired" 鈴木 一郎
    - 23 November 2026, 10:07 The incident was closed 鈴木 一郎
    ## Files
    None yet.
    <Print> [Back to the incident]
    "#);
    assert_eq!(shop.lead.post(&format!("{path}/plan"), &[("step", "antivirus-on-every-computer")]).await.location(), "/plan");
    assert_eq!(shop.lead.post(&format!("{path}/plan"), &[("step", "x")]).await.status, 404);
    assert!(facts(&shop, &shop.company).await.contains(&"step-planned".to_owned()));
    for (act, fields) in [("notes", vec![("note", "x")]), ("close", vec![("learned", "x")]), ("stage", vec![("stage", "acting")])]
    {
        assert_eq!(shop.lead.post(&format!("{path}/{act}"), &fields).await.status, 422, "{act} of a closed one");
    }
    // A closed incident's alert stays as it was; what comes later is a new one.
    give(&shop, &shop.company, &device, &[finding("reverse-shell", "critical", "sato")]).await;
    assert_eq!(alerts(&shop.owner).await.len(), 3);
    assert_eq!(shop.lead.post(&format!("{path}/reopen"), &[]).await.status, 303);
    assert_eq!(alerts(&shop.owner).await.iter().filter(|alert| alert["state"] == "in-incident").count(), 2);
}

#[tokio::test]
async fn files_are_kept_with_their_hash_and_only_saved() {
    trial::each_store(routes(), fill, |shop| async move {
        let path = shop.staff.post("/help/other", &[("story", "")]).await.location();
        let send = async |name: &str, bytes: &[u8]| {
            shop.staff.post_bytes(&format!("{path}/files"), MULTIPART, upload(name, bytes)).await.status
        };
        let html = b"<script>alert(1)</script>";
        assert_eq!(send("../../画面 1.html", html).await, 303);
        assert_eq!(send("empty.txt", b"").await, 422);
        let page = shop.owner.get(&path).await;
        let sha256 = "5c140d35dcb46a622e2cedf5ef5cc3638cdffd1c118c9331f8c84669f0b74783";
        assert!(page.readable().contains(sha256), "{}", page.readable());
        let link = page.text().split('"').find(|part| part.starts_with(&format!("{path}/files/"))).expect("a link").to_owned();
        let file = shop.owner.get(&link).await;
        assert_eq!(file.bytes, html);
        assert_eq!(file.headers["content-type"], "application/octet-stream");
        assert!(file.headers["content-disposition"].to_str().expect("text").starts_with("attachment; filename="));
        assert_eq!(shop.other_owner.get(&link).await.status, 404);
        assert_eq!(shop.stranger.get(&link).await.status, 303);
        assert_eq!(shop.staff.post_bytes(&format!("{path}/files"), MULTIPART, b"nonsense".to_vec()).await.status, 422);
        assert_eq!(shop.staff.post_bytes(&format!("{path}/files"), "text/plain", b"x".to_vec()).await.status, 422);
        assert_eq!(facts(&shop, &shop.company).await, ["help-asked", "incident-opened", "incident-attached"]);
    })
    .await;
}

#[tokio::test]
async fn another_companys_incident_is_not_there() {
    trial::each_store(routes(), fill, |shop| async move {
        let path = shop.owner.post("/help/lost", &[("story", "電車に忘れた")]).await.location();
        let device = add_device(&shop, &shop.other_company, "factory").await;
        give(&shop, &shop.other_company, &device, &[finding("sudo-failed", "high", "x")]).await;
        let foreign = alerts(&shop.other_owner).await[0]["id"].as_str().expect("an id").to_owned();
        let other = &shop.other_owner;
        for page in [path.clone(), format!("{path}/print"), format!("{path}/so-far")] {
            assert_eq!(other.get(&page).await.status, 404, "{page}");
        }
        assert!(!other.get("/incidents").await.readable().contains("lost"));
        for (act, fields) in [
            ("notes", vec![("note", "x")]),
            ("stage", vec![("stage", "acting")]),
            ("close", vec![("learned", "x")]),
            ("reopen", vec![]),
            ("alerts", vec![("alert", foreign.as_str())]),
            ("plan", vec![("step", "set-up-backup")]),
        ] {
            assert_eq!(other.post(&format!("{path}/{act}"), &fields).await.status, 404, "{act}");
        }
        assert_eq!(other.post_bytes(&format!("{path}/files"), MULTIPART, upload("x.txt", b"x")).await.status, 404);
        assert_eq!(shop.owner.post(&format!("{path}/alerts"), &[("alert", &foreign)]).await.status, 404, "nor is its alert");
        for act in ["stage", "close", "reopen"] {
            assert_eq!(
                shop.staff.post(&format!("{path}/{act}"), &[("stage", "acting"), ("learned", "x")]).await.status,
                403,
                "{act}"
            );
        }
    })
    .await;
}
