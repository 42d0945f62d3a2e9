use super::device::Device;
use super::rules::{Totp, password, recovery_code, recovery_hash};
use crate::trials::{codes, facts, fill, fresh, heard, shop, takes_any_bytes};
use axum::http::StatusCode;
use base::*;
use proptest::prelude::*;
use std::collections::HashSet;
use trial::{Reply, Shop, Visitor};

#[test]
fn passwords_are_long_and_not_the_first_guess() {
    let app_words = crate::sign_in::Passwords::read(&trial::content()).0;
    let about = ["hanako.yamato@bakery.example", "株式会社狛犬ベーカリー", "大和 花子"];
    let typed = [
        "みかん電車で海へ行く",
        "correct horse battery",
        "ｃｏｒｒｅｃｔ　ｈｏｒｓｅ",
        "        x ",
        "tiny",
        "123456789",
        "",
        "1234567890",
        "9876543210",
        "0987654321",
        "qwertyuiop",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "abababababab",
        "あああああああああああ",
        "password",
        "Password2026!",
        "PASSWORD12345",
        "sakura2026!!",
        "hanako2026!!",
        "YAMATO-yamato",
        "bakery-1234",
        "大和花子大和花子大和",
        "hanako likes the blue sea",
        "letter by letter\u{7}",
        "1qaz2wsx3edc",
    ];
    let table: Vec<_> =
        typed.iter().map(|typed| format!("{typed:?} → {:?}", password(typed, &about, app_words.common()))).collect();
    insta::assert_snapshot!(table.join("\n"), @r#"
    "みかん電車で海へ行く" → Ok("みかん電車で海へ行く")
    "correct horse battery" → Ok("correct horse battery")
    "ｃｏｒｒｅｃｔ\u{3000}ｈｏｒｓｅ" → Ok("correct horse")
    "        x " → Err("sign-in-password-simple")
    "tiny" → Err("sign-in-password-short")
    "123456789" → Err("sign-in-password-common")
    "" → Err("empty")
    "1234567890" → Err("sign-in-password-common")
    "9876543210" → Err("sign-in-password-common")
    "0987654321" → Err("sign-in-password-common")
    "qwertyuiop" → Err("sign-in-password-common")
    "aaaaaaaaaaaa" → Err("sign-in-password-common")
    "abcabcabcabc" → Err("sign-in-password-common")
    "abababababab" → Err("sign-in-password-simple")
    "あああああああああああ" → Err("sign-in-password-simple")
    "password" → Err("sign-in-password-common")
    "Password2026!" → Err("sign-in-password-common")
    "PASSWORD12345" → Err("sign-in-password-common")
    "sakura2026!!" → Err("sign-in-password-common")
    "hanako2026!!" → Err("sign-in-password-yours")
    "YAMATO-yamato" → Err("sign-in-password-yours")
    "bakery-1234" → Err("sign-in-password-yours")
    "大和花子大和花子大和" → Err("sign-in-password-simple")
    "hanako likes the blue sea" → Ok("hanako likes the blue sea")
    "letter by letter\u{7}" → Err("control-characters")
    "1qaz2wsx3edc" → Err("sign-in-password-common")
    "#);
    assert_eq!(password(&"é".repeat(201), &[], &HashSet::new()), Err("too-long"));
}

#[test]
fn a_recovery_code_is_read_however_it_is_typed() {
    assert_eq!(recovery_code([0; 10]), "0000-0000-0000-0000");
    assert_eq!(recovery_code([0xff; 10]), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
    assert_eq!(recovery_code([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23]), "04HM-ASW9-NF6Y-Y093");
    let hash = |code: &str| recovery_hash("person", code);
    for typed in ["04hmasw9nf6yy093", " 04HM ASW9 NF6Y Y093", "０４ＨＭ－ＡＳＷ９－ＮＦ６Ｙ－Ｙ０９３", "O4HM-ASW9-NF6Y-YO93"]
    {
        assert_eq!(hash(typed), hash("04HM-ASW9-NF6Y-Y093"), "{typed}");
    }
    assert_ne!(hash("04HM-ASW9-NF6Y-Y094"), hash("04HM-ASW9-NF6Y-Y093"));
    assert_ne!(recovery_hash("another", "04HM-ASW9-NF6Y-Y093"), hash("04HM-ASW9-NF6Y-Y093"));
}

#[test]
fn codes_of_an_app_are_those_of_the_standard_and_open_once() {
    // RFC 6238, appendix B: the secret "12345678901234567890", SHA-1, here with six digits.
    let totp = Totp::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "a@b.jp").expect("a secret");
    let at = |seconds: i64| Moment(seconds * 1000);
    assert_eq!(totp.step("287082", at(59), 0), Some(1));
    assert_eq!(totp.step("081804", at(1_111_111_109), 0), Some(37_037_036));
    assert_eq!(totp.step("２８７ ０８２", at(59), 0), Some(1), "full width and spaces");
    assert_eq!(totp.step("287082", at(89), 0), Some(1), "one step late");
    assert_eq!(totp.step("287082", at(59), 1), None, "a replay");
    assert_eq!(totp.step("287082", at(200), 0), None, "too late");
    for wrong in ["", "287083", "28708", "2870820", "abcdef", "-87082", &"9".repeat(500)] {
        assert_eq!(totp.step(wrong, at(59), 0), None, "{wrong}");
    }
    assert!(
        totp.url().expect("an address").starts_with("otpauth://totp/Komainu:a%40b.jp?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    );
    assert!(Totp::new("not base 32!", "").is_none());
}

proptest! {
    #[test]
    fn any_text_is_judged(text in "\\PC{0,230}", about in "\\PC{0,30}") {
        let _ = password(&text, &[&about], &HashSet::from(["password".to_owned()]));
        let _ = recovery_hash("person", &text);
    }

    #[test]
    fn a_password_is_the_same_however_it_is_composed(text in "[ぁ-んァ-ヶa-zA-Zé]{10,40}") {
        use unicode_normalization::UnicodeNormalization as _;
        let apart: String = text.nfd().collect();
        prop_assert_eq!(password(&apart, &[], &HashSet::new()), password(&text, &[], &HashSet::new()));
    }
}

pub const PASSWORD: &str = "みかん電車で海へ行く";

/// The owner of the shop chooses a password; the reply that said so.
pub async fn choose(visitor: &Visitor) -> Reply {
    let reply = visitor.post("/account/password", &[("password", PASSWORD)]).await;
    assert_eq!(reply.location(), "/account", "{}", reply.readable());
    reply
}

async fn sign_in(shop: &Shop, mail: &str, password: &str) -> Reply {
    shop.stranger.post("/sign-in", &[("mail", mail), ("password", password), ("back", "/company")]).await
}

#[tokio::test]
async fn a_person_signs_in_and_out() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        choose(&shop.owner).await;
        let reply = sign_in(&shop, "ＯＷＮＥＲ@bakery.example ", PASSWORD).await;
        assert_eq!(reply.location(), "/company");
        let owner = shop.stranger.with_cookie_of(&reply);
        assert_eq!(owner.get("/company").await.status, StatusCode::OK);
        assert_eq!(owner.post("/sign-out", &[]).await.location(), "/sign-in");
        assert_eq!(owner.get("/company").await.location(), "/sign-in?back=%2Fcompany");
        assert_eq!(facts(&shop.app.store, &shop.company).await, "company-founded password-changed signed-in");
    })
    .await;
}

#[tokio::test]
async fn the_page_offers_both_ways_in_both_languages() {
    let shop = shop().await;
    insta::assert_snapshot!(heard(&shop.stranger.get("/sign-in").await), @r"
    # Sign in
    ## Password
    Mail address
    ()
    Password
    ()
    <Sign in>
    ## Passkey
    ### With this device or a key
    You sign in with your fingerprint, your face or your device's PIN. There is no password to remember, and a fake site cannot fool you.
    To use a passkey, turn on JavaScript in your browser.
    A passkey belongs to the name of a site, so it does not work at this address. Open the page here instead: [http://localhost:8620]
    <Sign in with a passkey>
    [Lost your password or device? Use a recovery code]
    [Register your company]
    ");
    insta::assert_snapshot!(heard(&shop.stranger.in_japanese().get("/sign-in/recovery").await), @r"
    # 復旧コードでサインイン
    控えておいた復旧コードを一つ使います。使ったコードは、もう使えません。
    メールアドレス
    ()
    復旧コード
    例: K7QD-2M9X-4TBA-W3ZE ()
    新しいパスワード
    変えないときは空けておいてください。変えるときは10文字以上 ()
    <サインイン>
    復旧コードもないときは、会社の経営者に頼んで、いったん会社から外してもらい、もう一度招待してもらってください。ほかに経営者がいないときは、この Komainu を動かしている人に頼んでください。
    [サインインの画面へ戻る]
    ");
    for (back, kept) in [
        ("/plan%3Fx=1", "/plan?x=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("%00", "/"),
        ("/%0d%0aSet-Cookie:x", "/"),
    ] {
        let page = shop.stranger.get(&format!("/sign-in?back={back}")).await.text();
        assert!(page.contains(&format!(r#"name="back" value="{kept}""#)), "{back}");
    }
}

#[tokio::test]
async fn unknown_and_wrong_get_the_same_answer() {
    let shop = shop().await;
    choose(&shop.owner).await;
    let wrong = sign_in(&shop, "owner@bakery.example", "another password").await;
    let unknown = sign_in(&shop, "nobody@bakery.example", PASSWORD).await;
    let without = sign_in(&shop, "lead@bakery.example", "").await;
    assert_eq!([wrong.status, unknown.status, without.status], [StatusCode::UNPROCESSABLE_ENTITY; 3]);
    let plain = |reply: &Reply, name: &str| reply.readable().replace(name, "NAME");
    assert_eq!(plain(&wrong, "owner"), plain(&unknown, "nobody"));
    assert_eq!(plain(&wrong, "owner"), plain(&without, "lead"));
    insta::assert_snapshot!(heard(&wrong), @r"
    # Sign in
    The mail address or the password is wrong.
    ## Password
    Mail address
    (owner@bakery.example)
    Password
    ()
    <Sign in>
    ## Passkey
    ### With this device or a key
    You sign in with your fingerprint, your face or your device's PIN. There is no password to remember, and a fake site cannot fool you.
    To use a passkey, turn on JavaScript in your browser.
    A passkey belongs to the name of a site, so it does not work at this address. Open the page here instead: [http://localhost:8620]
    <Sign in with a passkey>
    [Lost your password or device? Use a recovery code]
    [Register your company]
    ");
}

#[tokio::test]
async fn guessing_has_to_wait() {
    let shop = shop().await;
    choose(&shop.owner).await;
    for _ in 0..10 {
        assert_eq!(sign_in(&shop, "owner@bakery.example", "guess").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let reply = sign_in(&shop, "owner@bakery.example", PASSWORD).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS, "even the right one has to wait");
    insta::assert_snapshot!(reply.readable(), @r"
    # Please wait a little
    There were too many tries, so we paused. Please try again after 23 November 2026, 9:15.
    - [To the first page]
    - [Sign in]
    ");
    assert_eq!(sign_in(&shop, "lead@bakery.example", "guess").await.status, StatusCode::UNPROCESSABLE_ENTITY, "others need not");
    shop.clock.advance(15 * Moment::MINUTE);
    assert_eq!(sign_in(&shop, "owner@bakery.example", PASSWORD).await.location(), "/company");
    for n in 0..50 {
        sign_in(&shop, &format!("n{n}@bakery.example"), "guess").await;
    }
    assert_eq!(
        sign_in(&shop, "owner@bakery.example", PASSWORD).await.status,
        StatusCode::TOO_MANY_REQUESTS,
        "one who guesses at many"
    );
}

/// Turns the app's codes on for the owner; what the app then knows.
pub async fn turn_codes_on(shop: &Shop) -> Totp {
    let begun = shop.owner.post("/account/totp", &[]).await.location();
    let page = shop.owner.get(&begun).await;
    let secret: String =
        page.text().split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("a secret").split(' ').collect();
    let totp = Totp::new(&secret, "").expect("a secret");
    let ceremony = begun.split("ceremony=").nth(1).expect("a ceremony");
    let wrong = shop.owner.post("/account/totp/on", &[("ceremony", ceremony), ("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = totp.code(shop.clock.now());
    assert_eq!(shop.owner.post("/account/totp/on", &[("ceremony", ceremony), ("code", &code)]).await.location(), "/account");
    totp
}

#[tokio::test]
async fn the_app_code_is_asked_after_the_password_and_opens_once() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        choose(&shop.owner).await;
        let totp = turn_codes_on(&shop).await;
        let ask = sign_in(&shop, "owner@bakery.example", PASSWORD).await.location();
        assert!(ask.starts_with("/sign-in/code?ceremony=") && ask.ends_with("&back=%2Fcompany"), "{ask}");
        let ceremony = ask.split(['=', '&']).nth(1).expect("a ceremony").to_owned();
        let send = async |code: &str| {
            shop.stranger.post("/sign-in/code", &[("ceremony", &ceremony), ("code", code), ("back", "/company")]).await
        };
        let replay = send(&totp.code(shop.clock.now())).await;
        assert_eq!(replay.status, StatusCode::UNPROCESSABLE_ENTITY, "the code that turned it on is used");
        insta::allow_duplicates! { insta::assert_snapshot!(heard(&replay), @r"
        # Code
        Enter the six digits that your authenticator app shows.
        The code is wrong or has been used. Wait until new digits appear and enter those.
        Code
        It changes every 30 seconds ()
        <Sign in>
        [Lost your password or device? Use a recovery code]
        ") };
        shop.clock.advance(30 * Moment::SECOND);
        let code = totp.code(shop.clock.now());
        assert_eq!(send(&code).await.location(), "/company");
        let ended = send(&code).await;
        assert!(ended.readable().contains("Please start again"), "a ceremony ends once: {}", ended.readable());
        let ask = sign_in(&shop, "owner@bakery.example", PASSWORD).await.location();
        let ceremony = ask.split(['=', '&']).nth(1).expect("a ceremony").to_owned();
        assert_eq!(
            shop.stranger.post("/sign-in/code", &[("ceremony", &ceremony), ("code", &code)]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "a replay"
        );
        for _ in 0..9 {
            shop.stranger.post("/sign-in/code", &[("ceremony", &ceremony), ("code", "000000")]).await;
        }
        shop.clock.advance(30 * Moment::SECOND);
        let code = totp.code(shop.clock.now());
        assert_eq!(
            shop.stranger.post("/sign-in/code", &[("ceremony", &ceremony), ("code", &code)]).await.status,
            StatusCode::TOO_MANY_REQUESTS
        );
    })
    .await;
}

#[tokio::test]
async fn a_code_that_comes_after_ten_minutes_is_too_late() {
    let shop = shop().await;
    choose(&shop.owner).await;
    let totp = turn_codes_on(&shop).await;
    let ask = sign_in(&shop, "owner@bakery.example", PASSWORD).await.location();
    shop.clock.advance(10 * Moment::MINUTE);
    let ceremony = ask.split(['=', '&']).nth(1).expect("a ceremony").to_owned();
    let reply = shop.stranger.post("/sign-in/code", &[("ceremony", &ceremony), ("code", &totp.code(shop.clock.now()))]).await;
    assert!(reply.readable().contains("Please start again"), "{}", reply.readable());
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_may_set_a_password() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let codes = codes(&shop.owner.post("/account/recovery-codes", &[]).await);
        let send = async |code: &str, password: &str| {
            shop.stranger
                .post("/sign-in/recovery", &[("mail", "owner@bakery.example"), ("code", code), ("password", password)])
                .await
        };
        let short = send(&codes[0], "short").await;
        assert!(short.readable().contains("too short"), "{}", short.readable());
        let reply = send(&codes[0].to_lowercase(), PASSWORD).await;
        assert_eq!(reply.location(), "/account", "a refused password uses no code up");
        assert_eq!(
            shop.owner.get("/company").await.location(),
            "/sign-in?back=%2Fcompany",
            "with a new password other sessions end"
        );
        assert!(shop.stranger.with_cookie_of(&reply).get("/account").await.readable().contains("9 codes are unused"));
        assert_eq!(send(&codes[0], "").await.status, StatusCode::UNPROCESSABLE_ENTITY, "used");
        assert_eq!(sign_in(&shop, "owner@bakery.example", PASSWORD).await.location(), "/company");
        let (one, other) = tokio::join!(send(&codes[1], ""), send(&codes[1], ""));
        assert_ne!(one.status, other.status, "of two with the same code one is in");
        for _ in 0..10 {
            send("0000-0000-0000-0000", "").await;
        }
        assert_eq!(send(&codes[2], "").await.status, StatusCode::TOO_MANY_REQUESTS);
    })
    .await;
}

#[tokio::test]
async fn whoever_runs_the_installation_can_let_somebody_back_in() {
    let shop = shop().await;
    assert_eq!(super::recovery_code_for(&shop.app.store, "nobody@bakery.example").await.expect("asked"), None);
    let code = super::recovery_code_for(&shop.app.store, "Owner@bakery.example").await.expect("asked").expect("a code");
    let reply = shop.stranger.post("/sign-in/recovery", &[("mail", "owner@bakery.example"), ("code", &code)]).await;
    assert_eq!(reply.location(), "/account");
    assert_eq!(facts(&shop.app.store, &shop.company).await, "company-founded recovery-codes-made recovery-code-used signed-in");
}

#[tokio::test]
async fn a_recovery_code_of_another_person_opens_nothing() {
    let shop = shop().await;
    let codes = codes(&shop.other_owner.post("/account/recovery-codes", &[]).await);
    let reply = shop.stranger.post("/sign-in/recovery", &[("mail", "owner@bakery.example"), ("code", &codes[0])]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = shop.stranger.post("/sign-in/recovery", &[("mail", "nobody@bakery.example"), ("code", &codes[0])]).await;
    assert_eq!(unknown.readable().replace("nobody", "owner"), reply.readable());
}

#[tokio::test]
async fn a_passkey_needs_this_portals_question_and_its_own_answer() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let mut device = Device::new("http://localhost:8620");
        let (ceremony, answer) = device.register(&shop.owner, "/account/passkeys/start", &[]).await;
        let add = [("ceremony", ceremony.as_str()), ("passkey", answer.as_str()), ("name", "My phone")];
        assert_eq!(shop.owner.post("/account/passkeys", &add).await.location(), "/account");
        let send = async |ceremony: &str, answer: &str| {
            shop.stranger.post("/sign-in/passkey", &[("ceremony", ceremony), ("passkey", answer)]).await
        };
        let (ceremony, answer) = device.sign_in(&shop.stranger).await;
        assert_eq!(send("0000", &answer).await.status, StatusCode::UNPROCESSABLE_ENTITY, "another ceremony");
        assert_eq!(send(&ceremony, &answer).await.location(), "/");
        assert_eq!(send(&ceremony, &answer).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a replay");
        let mut stranger = Device::new("http://localhost:8620");
        let (ceremony, answer) = stranger.sign_in(&shop.stranger).await;
        assert_eq!(send(&ceremony, &answer).await.status, StatusCode::UNPROCESSABLE_ENTITY, "an unknown key");
        let (_, old) = device.sign_in(&shop.stranger).await;
        let (ceremony, _) = device.sign_in(&shop.stranger).await;
        assert_eq!(send(&ceremony, &old).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the answer to another question");
        for bad in ["", "{}", "[]", "null", "\u{0}", &"[".repeat(5000)] {
            let (ceremony, _) = device.sign_in(&shop.stranger).await;
            let reply = send(&ceremony, bad).await;
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
            assert!(reply.readable().contains("could not be signed in with this passkey"));
        }
        shop.owner.post(&format!("/company/people/{}/leave", shop.lead.person.clone().expect("a person")), &[]).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_from_another_site_is_refused() {
    let shop = shop().await;
    let mut device = Device::new("https://evil.example");
    let (ceremony, answer) = device.register(&shop.owner, "/account/passkeys/start", &[]).await;
    let reply = shop.owner.post("/account/passkeys", &[("ceremony", &ceremony), ("passkey", &answer), ("name", "x")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_portal_reached_by_a_number_says_why_there_are_no_passkeys() {
    let dir = tempfile::tempdir().expect("a directory");
    let (mut app, _, link) = fresh(&::store::Place::Dir(dir.path().to_owned())).await;
    app.site = std::sync::Arc::new(web::Site { origin: "http://127.0.0.1:8620".to_owned(), version: "trial" });
    let visitor = trial::stranger(&app, crate::routes());
    let page = visitor.get(&link).await;
    assert!(page.readable().contains("Passkeys work only at an address with a name"));
    assert!(!page.text().contains("passkey.js"));
    assert_eq!(visitor.post("/sign-in/passkey/start", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn bad_input_is_refused_clearly() {
    let shop = shop().await;
    takes_any_bytes(&shop.stranger, "/sign-in/passkey/new", &[("name", "x"), ("mail", "x@y.jp")]).await;
    takes_any_bytes(&shop.stranger, "/sign-in/recovery", &[("code", "x")]).await;
    takes_any_bytes(&shop.stranger, "/sign-in/code", &[("ceremony", "x"), ("back", "/")]).await;
    takes_any_bytes(&shop.stranger, "/sign-in", &[("mail", "x"), ("password", "x"), ("back", "/")]).await;
    takes_any_bytes(&shop.stranger, "/sign-in/passkey", &[("passkey", "x")]).await;
    let get = async |path: &str| shop.stranger.get(path).await.status.as_u16();
    assert!(get(&format!("/sign-in/code?ceremony={}", "a".repeat(9000))).await < 500);
    assert!(get("/sign-in/code?ceremony=%ff%fe").await < 500);
}

#[tokio::test]
async fn so_many_ceremonies_may_one_begin() {
    let shop = shop().await;
    for _ in 0..100 {
        assert_eq!(shop.stranger.post("/sign-in/passkey/start", &[]).await.status, StatusCode::OK);
    }
    assert_eq!(shop.stranger.post("/sign-in/passkey/start", &[]).await.status, StatusCode::TOO_MANY_REQUESTS);
}
