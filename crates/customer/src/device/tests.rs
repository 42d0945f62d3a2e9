use super::rules::*;
use super::{Arrival, DrillResult, State, Titles, routes};
use ::store::{Actor, Tx};
use base::*;
use std::fmt::Write as _;
use trial::Shop;
use wire::{Collector, CollectorState, Event, Heartbeat, Machine, Source};

fn fill(shelf: &mut web::Shelf, _: &web::Content) {
    let title = Said { ja: "おとりのファイルに触られた".to_owned(), en: "A canary was touched".to_owned() };
    shelf.put(Titles([("canary-touched".to_owned(), title)].into()));
}

fn machine(host: &str) -> Machine {
    Machine {
        host: host.to_owned(),
        os: "linux".to_owned(),
        os_name: "Debian GNU/Linux 12 (bookworm)".to_owned(),
        kernel: "6.1.0".to_owned(),
        arch: "x86_64".to_owned(),
        machine: format!("machine of {host}"),
    }
}

fn beat(host: &str, at: Moment) -> Heartbeat {
    let eye = |name: &str, state, way: &str, why: &str| Collector {
        name: name.to_owned(),
        state,
        way: way.to_owned(),
        why: why.to_owned(),
        seen: 1,
    };
    Heartbeat {
        at: at.0,
        agent: "0.1.0".to_owned(),
        machine: machine(host),
        bundle: 1,
        rules: 47,
        collectors: vec![
            eye("sign-in", CollectorState::Full, "log-files", ""),
            eye("process", CollectorState::Reduced, "procfs-poll", "needs-root"),
            eye("newest-eye", CollectorState::Off, "some-way", "some-reason"),
        ],
        memory: 21 * 1024 * 1024,
        cpu: 100,
        spool: 0,
        privileged: false,
    }
}

fn event(category: &str, service: &str, fields: &[(&str, &str)]) -> Event {
    Event {
        at: trial::morning().0,
        source: Source { product: "linux".to_owned(), category: category.to_owned(), service: service.to_owned() },
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    }
}

async fn as_device(shop: &Shop, company: &CompanyId, id: &DeviceId) -> Tx {
    shop.app.store.write(company, Actor::Device(id.clone())).await.expect("a transaction")
}

async fn add(shop: &Shop, company: &CompanyId, host: &str) -> DeviceId {
    let id = DeviceId::new();
    let mut tx = as_device(shop, company, &id).await;
    let arrival =
        Arrival { id: id.clone(), machine: &machine(host), fingerprint: format!("print of {id}"), serial: "1".to_owned() };
    super::enrol(&mut tx, &arrival).await.expect("enrolled");
    tx.commit().await.expect("kept");
    id
}

async fn hear(shop: &Shop, company: &CompanyId, id: &DeviceId, beat: &Heartbeat) {
    let mut tx = as_device(shop, company, id).await;
    super::heard(&mut tx, id, beat).await.expect("heard");
    tx.commit().await.expect("kept");
}

async fn facts(shop: &Shop) -> Vec<String> {
    let entries = shop.app.store.ledger(&shop.company, 1, 100).await.expect("a ledger");
    entries.iter().filter_map(|entry| entry.fact()).map(|fact| fact.name()).collect()
}

#[test]
fn three_minutes_without_a_word_is_quiet() {
    let now = trial::morning();
    for (seconds, retired, state) in [
        (0, false, State::Watching),
        (179, false, State::Watching),
        (180, false, State::Quiet),
        (0, true, State::Retired),
        (-60, false, State::Watching),
    ] {
        assert_eq!(State::of(now.plus(-seconds * Moment::SECOND), retired, now), state, "{seconds}");
    }
}

#[test]
fn an_invitation_line_is_one_word() {
    let door = Door { url: "https://localhost:8621".to_owned(), authority_sha256: "ab".repeat(32) };
    let line = door.invitation_line("c0de");
    insta::assert_snapshot!(line, @"komainu1.eyJ1cmwiOiJodHRwczovL2xvY2FsaG9zdDo4NjIxIiwiYXV0aG9yaXR5X3NoYTI1NiI6ImFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWIiLCJjb2RlIjoiYzBkZSJ9");
}

#[test]
fn events_are_told_in_plain_words() {
    let (book, _) = web::Book::of(&trial::content());
    let w = web::Words::new(std::sync::Arc::new(book), Lang::En);
    let mut told = String::new();
    for event in [
        event("", "sshd", &[("EventType", "sign-in"), ("User", "sato"), ("SourceIp", "10.0.0.5")]),
        event("", "sshd", &[("EventType", "sign-in-failed"), ("User", "root"), ("SourceIp", "203.0.113.9")]),
        event("", "sudo", &[("EventType", "sudo"), ("User", "sato"), ("Command", "/usr/bin/apt")]),
        event("", "sudo", &[("EventType", "never heard of"), ("message", "a line")]),
        event("process_creation", "", &[("Image", "/bin/sh"), ("User", "www-data")]),
        event("file_event", "", &[("Action", "renamed"), ("OldFilename", "/a"), ("TargetFilename", "/b")]),
        event("account_change", "", &[("Action", "account-created"), ("Account", "new")]),
        event("account_change", "", &[("Action", "group-joined"), ("Account", "new"), ("Group", "sudo")]),
        event("scheduled_job", "", &[("Action", "created"), ("TargetFilename", "/etc/cron.d/x")]),
        event("service_unit", "", &[("Action", "stopped"), ("Unit", "ssh.service")]),
        event("listen_port", "", &[("Action", "opened"), ("Port", "8080"), ("Image", "/usr/bin/python3")]),
        event("", "", &[]),
        event("file_event", "", &[("Action", "\u{202e}\0")]),
    ] {
        let (name, values) = said(&event);
        assert!(w.has(&format!("device-saw-{name}")), "{name}");
        writeln!(told, "{}: {}", kind(&event.source), w.with(&format!("device-saw-{name}"), &values)).expect("written");
    }
    insta::assert_snapshot!(told, @"
    sign-in: sato signed in (from 10.0.0.5)
    sign-in: A sign-in of root failed (from 203.0.113.9)
    sign-in: sato used administrator rights: /usr/bin/apt
    sign-in: Log: a line
    process: www-data started a program: /bin/sh
    file: A file was renamed: /a → /b
    account: A new user was made: new
    account: new joined the group sudo
    job: A scheduled job was made: /etc/cron.d/x
    unit: A service stopped: ssh.service
    port: Port 8080 opened (/usr/bin/python3)
    log: Log: –
    file: Log: –
    ");
    for kind in KINDS {
        assert!(w.has(&format!("device-kind-{kind}")), "{kind}");
    }
}

#[tokio::test]
async fn a_device_is_added_with_a_line_that_is_shown_once() {
    let shop = trial::shop(routes(), fill).await;
    assert_eq!(shop.owner.post("/devices/add", &[]).await.status, 422, "there is no door yet");
    let door = Door { url: "https://localhost:8621".to_owned(), authority_sha256: "ab".repeat(32) };
    super::set_door(&shop.app.store, &door).await.expect("set");
    insta::assert_snapshot!(shop.lead.in_japanese().get("/devices").await.readable(), @"
    # 見守り
    会社のコンピューターの見守り役（エージェント）が、いま働いているかを確かめられます。
    見張っているコンピューターは、まだありません。1台目を加えましょう。
    [コンピューターを加える] [見守り役が集めるもの]
    ");
    insta::assert_snapshot!(shop.lead.in_japanese().get("/devices/add").await.readable(), @"
    # コンピューターを加える
    見守り役を入れるコンピューターのための、1回だけ使える招待の行を作ります。作ってから24時間使えます。
    使う人に、何を集めるかを先に伝えてください。 [見守り役が集めるもの]
    <招待の行を作る>
    ");
    let made = shop.lead.post("/devices/add", &[]).await;
    assert!(made.readable().contains("sudo komainu-agent enrol 'komainu1."), "{}", made.readable());
    let waiting =
        made.text().split('"').find(|part| part.starts_with("/devices/add/waiting")).expect("a place to wait").to_owned();
    assert!(shop.lead.get(&waiting).await.readable().contains("Waiting for the computer"));
    assert_eq!(shop.other_owner.get(&waiting).await.status, 404, "another company's code is not there");
    assert_eq!(shop.lead.get("/devices/add/waiting?code=x").await.status, 404);
    assert_eq!(shop.staff.get("/devices/add").await.status, 403);
    assert_eq!(shop.staff.post("/devices/add", &[]).await.status, 403);
    // The code enrols one device, and the page that waits hears of it.
    let line = made.text().split(&['\'', ';', '&'][..]).find(|part| part.starts_with("komainu1.")).expect("a line").to_owned();
    let json = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, line.trim_start_matches("komainu1."))
        .expect("base64");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("json");
    let id = DeviceId::new();
    let mut all = shop.app.store.write_all().await.expect("a transaction");
    let company = super::redeem(&mut all, json["code"].as_str().expect("a code"), &id).await.expect("redeemed");
    assert_eq!(company, shop.company);
    let mut tx = all.at_company(company, Actor::Device(id.clone())).await.expect("a transaction");
    let arrival = Arrival { id, machine: &machine("kiosk"), fingerprint: "p".to_owned(), serial: "1".to_owned() };
    super::enrol(&mut tx, &arrival).await.expect("enrolled");
    tx.commit().await.expect("kept");
    assert!(shop.lead.get(&waiting).await.readable().contains("kiosk has joined."));
    for _ in 0..MOST_CODES - 1 {
        assert_eq!(shop.lead.post("/devices/add", &[]).await.status, 200);
    }
    assert_eq!(shop.lead.post("/devices/add", &[]).await.status, 429);
}

#[tokio::test]
async fn a_device_says_what_it_sees() {
    let shop = trial::shop(routes(), fill).await;
    let id = add(&shop, &shop.company, "kiosk").await;
    let path = format!("/devices/{id}");
    let now = shop.clock.now();
    hear(&shop, &shop.company, &id, &beat("kiosk", now.plus(5 * Moment::MINUTE))).await;
    let mut tx = as_device(&shop, &shop.company, &id).await;
    super::saw(&mut tx, &id, 1, &event("", "sshd", &[("EventType", "sign-in"), ("User", "sato"), ("SourceIp", "10.0.0.5")]))
        .await
        .expect("seen");
    super::saw(&mut tx, &id, 2, &event("process_creation", "", &[("CommandLine", "ls 100%_done!"), ("User", "sato")]))
        .await
        .expect("seen");
    super::lost(&mut tx, &id, 3).await.expect("told");
    let result = DrillResult {
        acts: vec!["a".to_owned()],
        expected: vec!["canary-touched".to_owned(), "eicar-test-file".to_owned()],
        seen: vec!["canary-touched".to_owned()],
    };
    super::drill_ended(&mut tx, &id, &result).await.expect("ended");
    tx.commit().await.expect("kept");
    insta::assert_snapshot!(shop.lead.in_japanese().get(&path).await.readable(), @"
    # kiosk
    見守り中 見守り役は働いています。何もしなくてだいじょうぶです。
    このコンピューターの時計は5分ほど進んでいます。時刻合わせを確かめてください。
    送れない間に箱がいっぱいになり、ふだんの記録3件をあきらめました。警告は1件も失っていません。
    管理者の権限なしで動いているため、見えるものが少なくなっています。全部を見るには、管理者（root）として動かしてください。
    OS: Debian GNU/Linux 12 (bookworm) (6.1.0, x86_64)
    最後の連絡: たった今
    加わった日: 2026年11月23日 9:00
    見守り役: 0.1.0 · 21.0 MB
    見守りのルール: 47個 （最新）
    送るのを待っている記録: ありません
    ## 見えているもの
    目 | 状態 | 見かた | 理由 |
    サインイン | 全部見える | 記録のファイル | |
    プログラム | 一部だけ | くり返し見る | 管理者（root）の権限が必要です |
    newest-eye | 見えない | some-way | some-reason |
    [この機械の警告] [この機械から集めた証拠] [見守り役が集めるもの]
    ## 練習と点検
    最後の練習は終わりました（たった今）。 [訓練の警告を見る]
    - 気づいた おとりのファイルに触られた
    - 気づかなかった eicar-test-file
    まだ点検を頼んでいません。ふだんの点検は、ひとりでに行われます。
    <練習する>
    <いま点検する>
    練習では、害のない形で本物の動き（失敗するサインインや検査用のファイルなど）をして、警告が届くかを確かめます。警告には「訓練」の印が付きます。
    ## 最近のサインインと変化
    種類
    (すべて / サインイン / プログラム / ファイル / 利用者 / 定期的な仕事 / サービス / 通信口 / そのほかの記録 / )
    さがす言葉
    ()
    <さがす>
    - 2026年11月23日 9:00
    sato がプログラムを始めました: ls 100%_done!
    CommandLine: ls 100%_done!
    User: sato
    - 2026年11月23日 9:00
    sato がサインインしました（10.0.0.5 から）
    EventType: sign-in
    User: sato
    SourceIp: 10.0.0.5
    [見守りを終える]
    [見守りの一覧へ]
    ");
    insta::assert_snapshot!(shop.staff.get(&path).await.readable(), @"
    # kiosk
    Watching The watcher is at work. There is nothing for you to do.
    This computer's clock is about 5 minutes ahead. Check how it keeps the time.
    While nothing could be sent its box was full, and 3 everyday records were given up. No alert was lost.
    It runs without administrator rights, so it sees less. Run it as root to see everything.
    System: Debian GNU/Linux 12 (bookworm) (6.1.0, x86_64)
    Last heard: just now
    Joined: 23 November 2026, 9:00
    Watcher: 0.1.0 · 21.0 MB
    Rules in use: 47 rules (the newest)
    Records waiting to be sent: None
    ## What it sees
    Eye | State | How it looks | Why |
    Sign-ins | Sees all | Log files | |
    Programs | Sees part | Looks again and again | Needs administrator rights (root) |
    newest-eye | Sees nothing | some-way | some-reason |
    [Alerts of this computer] [Evidence from this computer] [What the watcher collects]
    The list of records is for the owner and the person in charge.
    [To all computers]
    ");
    let found = async |query: &str| {
        let page = shop.lead.get(&format!("{path}/sightings?{query}")).await.readable();
        (page.contains("signed in"), page.contains("started a program"))
    };
    assert_eq!(found("").await, (true, true));
    assert_eq!(found("kind=sign-in").await, (true, false));
    assert_eq!(found("q=100%25_DONE!").await, (false, true), "what LIKE gives a meaning is only text");
    assert_eq!(found("q=%25").await, (false, true));
    assert_eq!(found("kind=x&q=y").await, (false, false));
    assert_eq!(shop.lead.get(&format!("{path}?q=%00")).await.status, 422);
    assert_eq!(shop.staff.get(&format!("{path}/sightings")).await.status, 403);
    insta::assert_snapshot!(shop.staff.in_japanese().get("/devices/what-we-collect").await.readable(), @"
    # 見守り役が集めるもの
    見守り役は、攻撃に早く気づくために働きます。働きぶりを見るためのものではありません。
    ## 集めるもの
    - サインインの成功と失敗、管理者の権限を使ったこと（だれが、いつ、どこから）
    - 始まったプログラムの名前と命令の行
    - 見張るフォルダーで、ファイルが作られた・変わった・名前が変わった・消えたこと（名前と指紋だけ）
    - 新しい利用者、定期的に動く仕事、サービス、開いた通信口
    - 更新・ウイルス対策・ファイアウォール・バックアップなどの状態
    ## 集めないもの
    - 文書・写真・メールの中身
    - キーボードの入力、画面、パスワード
    - 見たウェブサイトの履歴
    - 居場所
    ## だれが見るか
    記録の一覧を見られるのは、経営者と担当者だけです。ほとんどの判断はそのコンピューターの中で行い、警告とその前後の記録だけを送ります。
    ## いつまで残すか
    ふだんの記録は、1台につき新しいものから2,000件、長くても14日です。警告とインシデントの記録は、証拠として残します。
    [見守りの一覧へ]
    ");
}

#[tokio::test]
async fn only_the_latest_sightings_are_kept() {
    trial::each_store(routes(), fill, |shop| async move {
        let id = add(&shop, &shop.company, "kiosk").await;
        let mut tx = as_device(&shop, &shop.company, &id).await;
        for number in 1..=(2 * 3 + 5) {
            super::saw(&mut tx, &id, number, &event("", "sshd", &[("User", "sato")])).await.expect("seen");
        }
        super::store::drop_sightings(&mut tx, &id, Moment(0), 4).await.expect("dropped");
        let left = super::store::sightings(&mut tx, &id, "", "", 100).await.expect("sightings");
        assert_eq!(left.iter().map(|one| one.number).collect::<Vec<_>>(), [11, 10, 9, 8]);
        super::store::drop_sightings(&mut tx, &id, trial::morning().plus(1), 4).await.expect("dropped");
        assert!(super::store::sightings(&mut tx, &id, "", "", 100).await.expect("sightings").is_empty());
    })
    .await;
}

#[tokio::test]
async fn silence_is_told_once_and_so_is_the_return() {
    trial::each_store(routes(), fill, |shop| async move {
        let id = add(&shop, &shop.company, "kiosk").await;
        hear(&shop, &shop.company, &id, &beat("kiosk", shop.clock.now())).await;
        let silent = async || super::find_silent(&shop.app.store, shop.clock.now()).await.expect("looked");
        shop.clock.advance(3 * Moment::MINUTE);
        assert_eq!(silent().await, 0, "not yet");
        shop.clock.advance(1);
        let door = Door { url: "https://localhost:8621".to_owned(), authority_sha256: "ab".repeat(32) };
        super::set_door(&shop.app.store, &door).await.expect("set");
        assert_eq!(silent().await, 0, "the server itself has only just come back");
        shop.clock.advance(3 * Moment::MINUTE);
        assert_eq!((silent().await, silent().await), (1, 0));
        let job = shop.app.store.claim_job().await.expect("jobs").expect("a job");
        assert_eq!(job.kind, "mail-silence");
        let letters = super::letter(&shop.app, &job).await.expect("letters");
        assert_eq!(
            letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(),
            ["owner@bakery.example", "lead@bakery.example"]
        );
        assert!(letters[0].subject.contains("kiosk") && letters[0].text.contains(&format!("/devices/{id}")), "{:?}", letters[0]);
        assert!(shop.owner.get("/devices").await.readable().contains("Not heard"));
        hear(&shop, &shop.company, &id, &beat("kiosk", shop.clock.now())).await;
        assert!(super::letter(&shop.app, &job).await.expect("letters").is_empty(), "it is back");
        hear(&shop, &shop.company, &id, &beat("kiosk", shop.clock.now())).await;
        assert_eq!(facts(&shop).await, ["device-enrolled", "device-fell-silent", "device-came-back"]);
    })
    .await;
}

#[tokio::test]
async fn the_same_machine_takes_its_own_place() {
    trial::each_store(routes(), fill, |shop| async move {
        add(&shop, &shop.company, "kiosk").await;
        add(&shop, &shop.other_company, "kiosk").await;
        add(&shop, &shop.company, "kiosk").await;
        assert_eq!(facts(&shop).await, ["device-enrolled", "device-retired", "device-enrolled"]);
        let page = shop.other_owner.get("/devices").await.readable();
        assert!(page.contains("Watching") && !page.contains("No longer"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn another_companys_device_is_not_there() {
    trial::each_store(routes(), fill, |shop| async move {
        let id = add(&shop, &shop.company, "kiosk").await;
        let (path, other) = (format!("/devices/{id}"), &shop.other_owner);
        assert!(!other.get("/devices").await.readable().contains("kiosk"));
        for page in ["", "/state", "/sightings", "/orders", "/retire"] {
            assert_eq!(other.get(&format!("{path}{page}")).await.status, 404, "{page}");
        }
        for act in ["drill", "check", "retire"] {
            assert_eq!(other.post(&format!("{path}/{act}"), &[]).await.status, 404, "{act}");
            assert_eq!(shop.staff.post(&format!("{path}/{act}"), &[]).await.status, 403, "{act}");
        }
        assert_eq!(shop.owner.get("/devices/x").await.status, 404);
        assert_eq!(shop.lead.post(&format!("{path}/check"), &[]).await.status, 303);
        assert_eq!(shop.lead.post(&format!("{path}/retire"), &[]).await.status, 303);
        for act in ["drill", "check", "retire"] {
            assert_eq!(shop.lead.post(&format!("{path}/{act}"), &[]).await.status, 422, "{act} of a retired one");
        }
        assert_eq!(facts(&shop).await, ["device-enrolled", "check-ordered", "device-retired"]);
    })
    .await;
}
