use super::rules::client;
use super::*;
use crate::sign_in::device::Device;
use crate::sign_in::tests::{PASSWORD, choose, turn_codes_on};
use crate::trials::{codes, facts, fill, heard, shop, takes_any_bytes};
use axum::http::StatusCode;

#[test]
fn a_session_is_named_in_two_words() {
    let agents = [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "curl/8.0",
        "",
        "  ",
    ];
    let named: Vec<_> = agents.iter().map(|agent| client(agent).unwrap_or_default()).collect();
    assert_eq!(named.join(" | "), "Edge, Windows | Safari, iPhone | Firefox, Linux | curl/8.0 |  | ");
}

#[tokio::test]
async fn the_page_in_both_languages() {
    let shop = shop().await;
    insta::assert_snapshot!(heard(&shop.owner.get("/account").await), @r"
    # My account
    Mail address: owner@bakery.example
    Role: Owner
    <Sign out>
    ## Ways to sign in
    ### Password
    You have none. [Choose a password]
    ### Passkeys
    You have no passkey yet.
    [Add a passkey]
    ### Codes from an authenticator app
    They are off. [Turn them on]
    ### Recovery codes
    0 codes are unused. [Make new recovery codes]
    ## Where you are signed in
    If you do not know one of these, sign it out and change your password.
    Device | Address | Signed in | Last used | What to do |
    trial this one | 127.0.0.1 | 23 November 2026, 9:00 | just now |
    <Sign out>
    |
    <Sign out everywhere else>
    ## Name and language
    Your name
    (大和 花子)
    <Save>
    Language (also of mail to you)
    ( ) 日本語
    (x) English
    <Save>
    ");
    insta::assert_snapshot!(heard(&shop.staff.in_japanese().get("/account").await), @r"
    # 自分の設定
    メールアドレス: staff@bakery.example
    役割: 従業員
    <サインアウト>
    ## サインインの方法
    ### パスワード
    決めていません。 [パスワードを決める]
    ### パスキー
    パスキーはまだありません。
    [パスキーを足す]
    ### 確認コード（認証アプリ）
    使っていません。 [使い始める]
    ### 復旧コード
    使っていないコードは0個です。 [復旧コードを作り直す]
    ## サインインしている端末
    心当たりのないものがあれば、サインアウトさせて、パスワードを変えてください。
    端末 | アドレス | サインインしたとき | 最後に使ったとき | 操作 |
    trial この端末 | 127.0.0.1 | 2026年11月23日 9:00 | たった今 |
    <サインアウトさせる>
    |
    <ほかの端末をすべてサインアウトさせる>
    ## 名前と言葉
    お名前
    (佐藤 次郎)
    <保存する>
    言葉（メールもこの言葉で送ります）
    ( ) 日本語
    (x) English
    <保存する>
    ");
    for page in ["/account/password", "/account/passkeys", "/account/totp", "/account/recovery-codes"] {
        let (ja, en) = (shop.staff.in_japanese().get(page).await, shop.staff.get(page).await);
        assert_eq!((ja.status, en.status), (StatusCode::OK, StatusCode::OK), "{page}");
        assert!(!ja.text().contains('⟦') && !en.text().contains('⟦'), "{page}");
        assert_eq!(shop.stranger.get(page).await.location(), format!("/sign-in?back={}", page.replace('/', "%2F")));
    }
}

#[tokio::test]
async fn name_and_language_are_ones_own_to_choose() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        assert_eq!(shop.staff.post("/account/name", &[("name", " 佐藤 二郎 ")]).await.location(), "/account");
        assert!(shop.owner.get("/company/people").await.readable().contains("佐藤 二郎"));
        assert_eq!(shop.staff.post("/account/name", &[("name", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(shop.staff.post("/account/language", &[("lang", "ja")]).await.location(), "/lang/ja?back=/account");
        assert_eq!(shop.staff.post("/account/language", &[("lang", "fr")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(facts(&shop.app.store, &shop.company).await, "company-founded person-changed person-changed");
    })
    .await;
    let shop = shop().await;
    takes_any_bytes(&shop.staff, "/account/name", &[("name", "x")]).await;
    takes_any_bytes(&shop.staff, "/account/password", &[("password", "short")]).await;
    takes_any_bytes(&shop.staff, "/account/passkeys", &[("name", "x"), ("passkey", "x")]).await;
    takes_any_bytes(&shop.staff, "/account/totp/on", &[("ceremony", "x"), ("code", "x")]).await;
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_elsewhere() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        choose(&shop.owner).await;
        let elsewhere = shop
            .stranger
            .with_cookie_of(&shop.stranger.post("/sign-in", &[("mail", "owner@bakery.example"), ("password", PASSWORD)]).await);
        assert_eq!(elsewhere.get("/company").await.status, StatusCode::OK);
        let yours = shop.owner.post("/account/password", &[("password", "大和花子のパスワード")]).await;
        assert!(yours.readable().contains("Your name, mail address"), "{}", yours.readable());
        shop.owner.post("/account/password", &[("password", "青い自転車と古い地図")]).await;
        assert_eq!(elsewhere.get("/company").await.status, StatusCode::SEE_OTHER);
        assert_eq!(shop.owner.get("/company").await.status, StatusCode::OK);
        let old = shop.stranger.post("/sign-in", &[("mail", "owner@bakery.example"), ("password", PASSWORD)]).await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            facts(&shop.app.store, &shop.company).await,
            "company-founded password-changed signed-in password-changed sessions-ended"
        );
    })
    .await;
}

#[tokio::test]
async fn sessions_end_one_by_one_or_all_at_once() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        choose(&shop.owner).await;
        let sign_in = async || {
            shop.stranger.with_cookie_of(
                &shop.stranger.post("/sign-in", &[("mail", "owner@bakery.example"), ("password", PASSWORD)]).await,
            )
        };
        let (phone, laptop) = (sign_in().await, sign_in().await);
        let mut tx = shop.app.store.read(&shop.company).await.expect("tx");
        let sessions = ::web::sessions_of(&mut tx, shop.owner.person.as_ref().expect("a person")).await.expect("sessions");
        drop(tx);
        assert_eq!(sessions.len(), 3);
        for session in &sessions {
            assert_eq!(
                shop.other_owner.post(&format!("/account/sessions/{}/end", session.id), &[]).await.status,
                StatusCode::NOT_FOUND
            );
            assert_eq!(shop.lead.post(&format!("/account/sessions/{}/end", session.id), &[]).await.status, StatusCode::NOT_FOUND);
        }
        let page = shop.owner.get("/account").await.readable();
        assert_eq!(page.matches("<Sign out>").count(), 4, "three sessions and the button above: {page}");
        shop.owner.post("/account/sessions/end-others", &[]).await;
        for ended in [phone, laptop] {
            assert_eq!(ended.get("/company").await.status, StatusCode::SEE_OTHER);
        }
        let last = sessions.iter().find(|session| session.client == "trial").expect("the first");
        assert_eq!(shop.owner.post(&format!("/account/sessions/{}/end", last.id), &[]).await.location(), "/sign-in");
        assert_eq!(shop.owner.get("/company").await.status, StatusCode::SEE_OTHER);
        assert_eq!(shop.owner.post("/account/sessions/nonsense/end", &[]).await.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn the_last_way_to_sign_in_stays() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let mut device = Device::new("http://localhost:8620");
        let (ceremony, answer) = device.register(&shop.owner, "/account/passkeys/start", &[]).await;
        let add = [("ceremony", ceremony.as_str()), ("passkey", answer.as_str()), ("name", "<My phone>")];
        let stolen = shop.lead.post("/account/passkeys", &add).await;
        assert_eq!(stolen.status, StatusCode::UNPROCESSABLE_ENTITY, "somebody else's ceremony");
        let (ceremony, answer) = device.register(&shop.owner, "/account/passkeys/start", &[]).await;
        let add = [("ceremony", ceremony.as_str()), ("passkey", answer.as_str()), ("name", "<My phone>")];
        assert_eq!(shop.owner.post("/account/passkeys", &add).await.location(), "/account");
        let page = shop.owner.get("/account").await;
        assert!(page.text().contains("&#60;My phone&#62;") && !page.text().contains("<My phone>"));
        let remove = page
            .text()
            .split("/account/passkeys/")
            .find(|part| part.contains("/remove"))
            .and_then(|part| part.split('"').next())
            .map(|part| format!("/account/passkeys/{part}"))
            .expect("a button");
        assert_eq!(shop.lead.post(&remove, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(shop.other_owner.post(&remove, &[]).await.status, StatusCode::NOT_FOUND);
        let last = shop.owner.post(&remove, &[]).await;
        assert!(last.readable().contains("no way to sign in"), "{}", last.readable());
        choose(&shop.owner).await;
        assert_eq!(shop.owner.post(&remove, &[]).await.location(), "/account");
        assert_eq!(shop.owner.post(&remove, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(facts(&shop.app.store, &shop.company).await, "company-founded passkey-added password-changed passkey-removed");
    })
    .await;
}

#[tokio::test]
async fn changing_how_one_signs_in_needs_a_fresh_sign_in() {
    let shop = shop().await;
    choose(&shop.owner).await;
    shop.clock.advance(15 * Moment::MINUTE);
    for page in ["/account/password", "/account/passkeys", "/account/totp", "/account/recovery-codes"] {
        assert_eq!(shop.owner.get(page).await.location(), format!("/sign-in?back={}", page.replace('/', "%2F")), "{page}");
    }
    for (path, fields) in [
        ("/account/password", vec![("password", "青い自転車と古い地図")]),
        ("/account/totp", vec![]),
        ("/account/totp/off", vec![]),
        ("/account/recovery-codes", vec![]),
        ("/account/passkeys/01890a5d-ac96-774b-bcce-b302099a8057/remove", vec![]),
    ] {
        assert!(shop.owner.post(path, &fields).await.location().starts_with("/sign-in?back="), "{path}");
    }
    assert_eq!(shop.owner.post("/account/passkeys/start", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = shop.owner.get("/sign-in?back=/account/password").await;
    assert!(again.readable().contains("We want to be sure that it is you"));
    let reply = shop
        .owner
        .post("/sign-in", &[("mail", "owner@bakery.example"), ("password", PASSWORD), ("back", "/account/password")])
        .await;
    assert_eq!(reply.location(), "/account/password");
    let fresh = shop.owner.with_cookie_of(&reply);
    assert_eq!(fresh.get("/account/password").await.status, StatusCode::OK);
    assert_eq!(shop.owner.get("/account").await.status, StatusCode::SEE_OTHER, "the session before it has ended");
    // A clock that is set back makes no session fresh.
    shop.clock.advance(-Moment::DAY);
    assert_eq!(fresh.get("/account/password").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn app_codes_turn_on_with_proof_and_off() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let begun = shop.owner.post("/account/totp", &[]).await.location();
        assert_eq!(shop.lead.get(&begun).await.status, StatusCode::UNPROCESSABLE_ENTITY, "somebody else's secret");
        let page = shop.owner.get(&begun).await.text();
        assert!(page.contains("<svg role=\"img\"") && !page.contains("style="));
        turn_codes_on(&shop).await;
        assert!(shop.owner.get("/account").await.readable().contains("They are on."));
        assert_eq!(shop.owner.post("/account/totp/off", &[]).await.location(), "/account");
        assert_eq!(shop.owner.post("/account/totp/off", &[]).await.location(), "/account");
        assert_eq!(facts(&shop.app.store, &shop.company).await, "company-founded totp-turned-on totp-turned-off");
    })
    .await;
}

#[tokio::test]
async fn new_recovery_codes_replace_the_old() {
    let shop = shop().await;
    let old = codes(&shop.owner.post("/account/recovery-codes", &[]).await);
    let new = codes(&shop.owner.post("/account/recovery-codes", &[]).await);
    let send = async |code: &str| {
        shop.stranger.post("/sign-in/recovery", &[("mail", "owner@bakery.example"), ("code", code)]).await.status
    };
    assert_eq!((old.len(), new.len()), (10, 10));
    assert_eq!(send(&old[0]).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(&new[0]).await, StatusCode::SEE_OTHER);
}
