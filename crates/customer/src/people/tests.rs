use super::*;
use crate::trials::{codes, facts, fill, heard, shop, takes_any_bytes};
use ::web::App;
use axum::http::StatusCode;
use trial::Shop;

#[test]
fn a_mail_address_is_kept_in_one_form() {
    let typed = [
        "Hanako@Bakery.example",
        "ｈａｎａ＠bakery．example",
        " a+b@x-y.jp ",
        "a.b@c.d.e",
        "",
        "a",
        "@b.jp",
        "a@",
        "a@b",
        "a@@b.jp",
        "a b@c.jp",
        "a@-b.jp",
        "a@b..jp",
        ".a@b.jp",
        "a..b@c.jp",
        "花子@例.jp",
        "a@b.jp\r\nBcc: x@y.jp",
        "<a@b.jp>",
        "\"a\"@b.jp",
    ];
    let table: Vec<_> = typed.iter().map(|typed| format!("{typed:?} → {:?}", rules::mail(typed))).collect();
    insta::assert_snapshot!(table.join("\n"), @r#"
    "Hanako@Bakery.example" → Ok("hanako@bakery.example")
    "ｈａｎａ＠bakery．example" → Ok("hana@bakery.example")
    " a+b@x-y.jp " → Ok("a+b@x-y.jp")
    "a.b@c.d.e" → Ok("a.b@c.d.e")
    "" → Err("empty")
    "a" → Err("people-not-a-mail")
    "@b.jp" → Err("people-not-a-mail")
    "a@" → Err("people-not-a-mail")
    "a@b" → Err("people-not-a-mail")
    "a@@b.jp" → Err("people-not-a-mail")
    "a b@c.jp" → Err("people-not-a-mail")
    "a@-b.jp" → Err("people-not-a-mail")
    "a@b..jp" → Err("people-not-a-mail")
    ".a@b.jp" → Err("people-not-a-mail")
    "a..b@c.jp" → Err("people-not-a-mail")
    "花子@例.jp" → Err("people-not-a-mail")
    "a@b.jp\r\nBcc: x@y.jp" → Err("people-not-a-mail")
    "<a@b.jp>" → Err("people-not-a-mail")
    "\"a\"@b.jp" → Err("people-not-a-mail")
    "#);
    assert_eq!(rules::mail(&format!("{}@b.jp", "a".repeat(65))), Err("people-not-a-mail"));
    assert_eq!(rules::mail(&"a".repeat(400)), Err("too-long"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_an_address_or_a_reason(text in "\\PC{0,90}") {
        if let Ok(mail) = rules::mail(&text) {
            proptest::prop_assert_eq!(rules::mail(&mail), Ok(mail.clone()));
        }
    }
}

/// The open invitations of the shop.
async fn invited(shop: &Shop) -> Vec<Invitation> {
    store::invitations(&mut shop.app.store.read(&shop.company).await.expect("tx")).await.expect("invitations")
}

/// The letter that the next job is about.
async fn next_letter(app: &App) -> Option<Letter> {
    let job = app.store.claim_job().await.expect("asked").expect("a job");
    app.store.finish_job(&job.id).await.expect("done");
    invitation_letter(app, &job).await.expect("a letter or none")
}

fn path(letter: &Letter) -> String {
    let link = letter.text.split_whitespace().find(|word| word.contains("/join/")).expect("a link");
    link.strip_prefix("http://localhost:8620").expect("our own").to_owned()
}

const JOIN: [(&str, &str); 2] = [("name", "高橋 四郎"), ("password", "みかん電車で海へ行く")];

#[tokio::test]
async fn an_invitation_goes_by_letter_and_opens_once() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let sent = shop.owner.post("/company/invitations", &[("mail", "Shiro@bakery.example"), ("role", "lead")]).await;
        assert_eq!(sent.location(), "/company/people");
        let letter = next_letter(&shop.app).await.expect("a letter");
        let join = path(&letter);
        let page = heard(&shop.stranger.in_japanese().get(&join).await);
        insta::allow_duplicates! {
            insta::assert_snapshot!(format!("{}\n{}\n{}", letter.to, letter.subject, letter.text.replace(&join, "/join/TOKEN")), @r"
            shiro@bakery.example
            Invitation to Komainu at 狛犬ベーカリー
            大和 花子 invites you to Komainu at 狛犬ベーカリー.

            Komainu protects the company from cyberattacks and other trouble, and helps it go digital.
            Open this link, tell us your name and choose how to sign in. It takes a minute.

            http://localhost:8620/join/TOKEN

            The link works once, until 7 December 2026. Please do not pass it on.
            If you did not expect this letter, you need not do anything.
            ");
            insta::assert_snapshot!(page, @r"
            # 狛犬ベーカリーに参加する
            お名前と、サインインの方法を決めてください。1分ほどで終わります。
            ## あなたのこと
            メールアドレス: shiro@bakery.example
            役割: 担当者
            お名前
            ()
            ## サインインの方法
            パスワードかパスキーの、どちらかを選んでください。もう一方も、あとで足せます。
            ### パスキー（おすすめ）
            指紋、顔、端末の暗証番号などでサインインします。パスワードを覚えなくてよく、にせのサイトにだまされません。
            パスキーを使うには、ブラウザーの JavaScript を有効にしてください。
            パスキーはサイトの名前に結びつくので、このアドレスでは使えません。次のアドレスで開き直してください: [http://localhost:8620]
            <パスキーを作って始める>
            ### パスワード
            10文字以上にしてください。関係のない言葉をいくつかつなげると、覚えやすく、破られにくくなります。記号や大文字は、なくてもかまいません。ほかで使っているものは使わないでください。
            パスワード
            10文字以上 ()
            <パスワードで参加する>
            ");
        }
        assert!(shop.owner.get("/company/people").await.text().contains(&join), "the owner can hand the same link over");
        let faulty = shop.stranger.post(&join, &[("name", ""), ("password", "shiro-2026")]).await;
        assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let reply = shop.stranger.post(&join, &JOIN).await;
        assert_eq!((reply.status, codes(&reply).len()), (StatusCode::OK, 10), "{}", reply.readable());
        let newcomer = shop.stranger.with_cookie_of(&reply);
        assert!(newcomer.get("/company/people").await.readable().contains("高橋 四郎 you | shiro@bakery.example | Person in charge |"));
        for again in [shop.stranger.get(&join).await, shop.stranger.post(&join, &JOIN).await, shop.stranger.get("/join/0123").await] {
            assert!(again.readable().contains("This invitation does not work"), "{}", again.readable());
        }
        let told = facts(&shop.app.store, &shop.company).await;
        assert_eq!(told, "company-founded person-invited person-joined recovery-codes-made signed-in");
    })
    .await;
}

#[tokio::test]
async fn of_two_who_join_at_once_with_a_link_one_joins() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        shop.owner.post("/company/invitations", &[("mail", "shiro@bakery.example"), ("role", "staff")]).await;
        let join = path(&next_letter(&shop.app).await.expect("a letter"));
        let (one, other) = tokio::join!(shop.stranger.post(&join, &JOIN), shop.stranger.post(&join, &JOIN));
        let mut status = [one.status.as_u16(), other.status.as_u16()];
        status.sort_unstable();
        assert_eq!(status, [200, 404]);
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_a_resent_and_an_expired_link_no_longer_work() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        shop.owner.post("/company/invitations", &[("mail", "shiro@bakery.example"), ("role", "staff")]).await;
        let first = path(&next_letter(&shop.app).await.expect("a letter"));
        let id = invited(&shop).await[0].id.clone();
        assert_eq!(shop.owner.post(&format!("/company/invitations/{id}/again"), &[]).await.location(), "/company/people");
        let second = path(&next_letter(&shop.app).await.expect("a letter"));
        assert_ne!(first, second);
        assert_eq!(shop.stranger.get(&first).await.status, StatusCode::NOT_FOUND);
        assert_eq!(shop.stranger.get(&second).await.status, StatusCode::OK);
        shop.owner.post("/company/invitations", &[("mail", "shiro@bakery.example"), ("role", "lead")]).await;
        assert_eq!(invited(&shop).await.len(), 1, "a second invitation of an address replaces the first");
        let third = path(&next_letter(&shop.app).await.expect("a letter"));
        assert_eq!(shop.stranger.get(&second).await.status, StatusCode::NOT_FOUND);
        shop.clock.advance(14 * Moment::DAY - 1);
        assert_eq!(shop.stranger.get(&third).await.status, StatusCode::OK);
        shop.clock.advance(1);
        assert_eq!(shop.stranger.get(&third).await.status, StatusCode::NOT_FOUND);
        assert_eq!(shop.stranger.post(&third, &JOIN).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_letter_whose_invitation_is_gone_is_not_written() {
    let shop = shop().await;
    shop.owner.post("/company/invitations", &[("mail", "shiro@bakery.example"), ("role", "staff")]).await;
    let id = invited(&shop).await[0].id.clone();
    shop.owner.post(&format!("/company/invitations/{id}/withdraw"), &[]).await;
    assert_eq!(next_letter(&shop.app).await, None);
    assert_eq!(shop.owner.post(&format!("/company/invitations/{id}/withdraw"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.owner.post(&format!("/company/invitations/{id}/again"), &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_of_people_for_each_role() {
    let shop = shop().await;
    insta::assert_snapshot!(heard(&shop.staff.get("/company/people").await), @r"
    # People
    Name | Mail address | Role |
    大和 花子 | owner@bakery.example | Owner |
    鈴木 一郎 | lead@bakery.example | Person in charge |
    佐藤 次郎 you | staff@bakery.example | Staff |
    [Back to the company]
    ");
    shop.owner.post("/company/invitations", &[("mail", "shiro@bakery.example"), ("role", "staff")]).await;
    let page = heard(&shop.owner.in_japanese().get("/company/people").await);
    let token = page.split("/join/").nth(1).and_then(|rest| rest.get(..64)).expect("a link").to_owned();
    insta::assert_snapshot!(page.replace(&token, "TOKEN"), @r"
    # 会社の人
    お名前 | メールアドレス | 役割 | 操作 |
    大和 花子 あなた | owner@bakery.example | 経営者 | [直す] |
    鈴木 一郎 | lead@bakery.example | 担当者 | [直す] |
    佐藤 次郎 | staff@bakery.example | 従業員 | [直す] |
    ## 招待する
    いまはメールを送る設定がありません。招待を作ると出るリンクを、本人に直接渡してください。リンクは14日間使えます。
    メールアドレス
    ()
    役割
    ( 選んでください / 従業員: 学び、警告を読み、助けを呼びます / 担当者: 診断、やること、見守りを進めます / 経営者: すべてを決め、宣言し、人を招待します / )
    <招待する>
    ## 返事を待っている招待
    ### shiro@bakery.example
    従業員 · 2026年12月7日まで使えます
    招待のリンク
    本人だけに渡してください。開いた人が、この会社に入れます (http://localhost:8620/join/TOKEN)
    <リンクを写す>写しました
    <もう一度送る>
    <取り消す>
    [会社の画面へ戻る]
    ");
    let lead = shop.lead.person.clone().expect("a person");
    insta::assert_snapshot!(heard(&shop.owner.get(&format!("/company/people/{lead}")).await), @r"
    # 鈴木 一郎
    lead@bakery.example
    ## Change the role
    Role
    ( ) Staff: learns, reads notices, and calls for help
    (x) Person in charge: runs the assessment, the plan and the watch
    ( ) Owner: decides everything, declares, and invites people
    <Save>
    ## Remove from the company
    This person can no longer sign in. The record of what they did stays. If you invite them again, they can come back.
    <Remove from the company>
    [Back to the people]
    ");
    let here = shop.owner.post("/company/invitations", &[("mail", "lead@bakery.example"), ("role", "owner")]).await;
    assert!(here.readable().contains("This person is at your company already"));
    let bad = shop.owner.post("/company/invitations", &[("mail", "x"), ("role", "boss")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.readable().contains("such as name@example.jp") && bad.readable().contains("Please choose one"));
    takes_any_bytes(&shop.owner, "/company/invitations", &[("mail", "x"), ("role", "boss")]).await;
}

#[tokio::test]
async fn a_role_holds_from_the_next_page_on() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let lead = shop.lead.person.clone().expect("a person");
        assert_eq!(shop.lead.get("/company/details").await.status, StatusCode::OK);
        assert_eq!(
            shop.owner.post(&format!("/company/people/{lead}/role"), &[("role", "staff")]).await.location(),
            "/company/people"
        );
        assert_eq!(shop.lead.get("/company/details").await.status, StatusCode::FORBIDDEN);
        assert_eq!(
            shop.owner.post(&format!("/company/people/{lead}/role"), &[("role", "boss")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(facts(&shop.app.store, &shop.company).await, "company-founded role-changed");
    })
    .await;
}

#[tokio::test]
async fn the_last_owner_neither_steps_down_nor_leaves() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let (owner, lead) = (shop.owner.person.clone().expect("a person"), shop.lead.person.clone().expect("a person"));
        for (path, field) in
            [(format!("/company/people/{owner}/role"), ("role", "staff")), (format!("/company/people/{owner}/leave"), ("x", "1"))]
        {
            let reply = shop.owner.post(&path, &[field]).await;
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(reply.readable().contains("without an owner"), "{}", reply.readable());
        }
        assert!(heard(&shop.owner.get(&format!("/company/people/{owner}")).await).contains("without an owner"));
        assert_eq!(facts(&shop.app.store, &shop.company).await, "company-founded", "a refusal leaves no fact");
        shop.owner.post(&format!("/company/people/{lead}/role"), &[("role", "owner")]).await;
        let (one, other) = (format!("/company/people/{owner}/leave"), format!("/company/people/{lead}/leave"));
        let (one, other) = tokio::join!(shop.owner.post(&one, &[]), shop.lead.post(&other, &[]));
        assert_ne!(one.status, other.status, "two owners who leave at once: one stays");
    })
    .await;
}

#[tokio::test]
async fn who_leaves_is_out_at_once_and_may_be_invited_again() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let staff = shop.staff.person.clone().expect("a person");
        let leave = format!("/company/people/{staff}/leave");
        assert_eq!(shop.lead.post(&leave, &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(shop.owner.post(&leave, &[]).await.location(), "/company/people");
        assert_eq!(shop.staff.get("/company").await.location(), "/sign-in?back=%2Fcompany");
        assert_eq!(shop.owner.post(&leave, &[]).await.status, StatusCode::NOT_FOUND);
        shop.owner.post("/company/invitations", &[("mail", "staff@bakery.example"), ("role", "staff")]).await;
        let join = path(&next_letter(&shop.app).await.expect("a letter"));
        assert_eq!(shop.stranger.post(&join, &JOIN).await.status, StatusCode::OK);
        let mut tx = shop.app.store.read(&shop.company).await.expect("tx");
        assert_eq!(list(&mut tx).await.expect("people").len(), 3);
        assert_eq!(owners_and_leads(&mut tx).await.expect("people").len(), 2);
        assert!(matches!(find(&mut tx, &staff).await, Err(Problem::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn an_address_in_use_elsewhere_cannot_join_and_the_inviter_learns_nothing() {
    let shop = shop().await;
    shop.owner.post("/company/invitations", &[("mail", "owner@factory.example"), ("role", "staff")]).await;
    let join = path(&next_letter(&shop.app).await.expect("a letter"));
    let reply = shop.stranger.post(&join, &JOIN).await;
    assert!(reply.readable().contains("in use elsewhere already"), "{}", reply.readable());
}

#[tokio::test]
async fn another_companys_people_are_not_there() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        shop.owner.post("/company/invitations", &[("mail", "shiro@bakery.example"), ("role", "staff")]).await;
        let (person, id) = (shop.lead.person.clone().expect("a person"), invited(&shop).await[0].id.clone());
        let gets = [format!("/company/people/{person}")];
        let posts = [
            format!("/company/people/{person}/role"),
            format!("/company/people/{person}/leave"),
            format!("/company/invitations/{id}/again"),
            format!("/company/invitations/{id}/withdraw"),
        ];
        for path in gets {
            assert_eq!(shop.other_owner.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in posts {
            assert_eq!(shop.other_owner.post(&path, &[("role", "staff")]).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let page = shop.other_owner.get("/company/people").await.text();
        assert!(!page.contains("bakery.example"));
        assert_eq!(invited(&shop).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn guessing_at_links_has_to_wait() {
    let shop = shop().await;
    for n in 0..100 {
        assert_eq!(shop.stranger.get(&format!("/join/{n}")).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(shop.stranger.get("/join/x").await.status, StatusCode::TOO_MANY_REQUESTS);
}
