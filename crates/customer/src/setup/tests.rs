use super::*;
use crate::sign_in::device::Device;
use crate::trials::{codes, facts, fresh, heard, takes_any_bytes};
use ::store::Place;
use axum::http::StatusCode;

const FORM: [(&str, &str); 10] = [
    ("company", "狛犬ベーカリー"),
    ("number", "７０００－０１２０－５０００２"),
    ("trade", "I"),
    ("employees", "５人"),
    ("capital", "300万円"),
    ("prefecture", "13"),
    ("city", "文京区"),
    ("name", "大和 花子"),
    ("mail", "Hanako＠bakery.example"),
    ("password", "みかん電車で海へ行く"),
];

fn form<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let changed = |name: &str| changes.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
    let mut form: Vec<_> = FORM.iter().map(|(name, value)| (*name, changed(name).unwrap_or(value))).collect();
    form.extend(changes.iter().filter(|(name, _)| !FORM.iter().any(|(field, _)| field == name)));
    form
}

fn place() -> (Place, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a directory");
    (Place::Dir(dir.path().to_owned()), dir)
}

#[tokio::test]
async fn one_page_founds_a_company_and_signs_its_owner_in() {
    let (place, _dir) = place();
    let (_, visitor, link) = fresh(&place).await;
    insta::assert_snapshot!(heard(&visitor.in_japanese().get(&link).await), @r"
    # はじめの設定
    会社とあなたのことを入れてください。3分ほどで終わります。あとで直せます。
    ## 会社のこと
    会社の名前
    個人事業の方は屋号でかまいません ()
    法人番号 （なくてもよい）
    13けたの数字です。国税庁の法人番号公表サイトで調べられます。個人事業の方にはありません ()
    業種
    ( 選んでください / …
    働く人の数
    経営者、パート・アルバイトも数えてください ()
    資本金 （なくてもよい）
    例: 300万、3,000,000。個人事業の方は空けておいてください ()
    都道府県
    ( 選んでください / …
    市区町村
    ()
    ## あなたのこと（経営者）
    お名前
    ()
    メールアドレス
    サインインに使います ()
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
    <パスワードで始める>
    ");
    let reply = visitor.in_japanese().post(&link, &form(&[])).await;
    assert_eq!((reply.status, codes(&reply).len()), (StatusCode::OK, 10));
    insta::assert_snapshot!(heard(&reply), @r"
    # ようこそ
    サインインしました。最後に一つだけ、復旧コードを控えてください。
    ## 復旧コード
    パスワードや端末をなくしたとき、これでサインインできます。一つのコードは一度だけ使えます。この画面を閉じると、二度と見られません。印刷するか書き写して、鍵のかかるところに置いてください。
    - CODE
    - CODE
    - CODE
    - CODE
    - CODE
    - CODE
    - CODE
    - CODE
    - CODE
    - CODE
    使う場所: http://localhost:8620/sign-in/recovery
    <印刷する>
    [控えました。次へ]
    ");
    let owner = visitor.with_cookie_of(&reply);
    insta::assert_snapshot!(heard(&owner.get("/company").await), @r"
    # Company
    ## 狛犬ベーカリー
    Corporate number: 7000012050002
    Trade: Wholesale and retail
    How many people work there: 5 people
    Capital in yen: ¥3,000,000
    Place: Tokyo 文京区
    [Change the company's details]
    ## Sites
    If you work at two or more places, add them here. Each can answer the assessment for itself.
    Name of the site | How many work there | What to do |
    本社 | 5 | [Change] |
    Add a site
    Name of the site
    ()
    How many work there
    Count part-time workers too ()
    <Add a site>
    ## People
    Who uses Komainu at your company, and in which role.
    [See the people, or invite somebody]
    ");
}

#[tokio::test]
async fn the_founding_is_in_the_ledger_of_either_store() {
    for (place, _dir) in trial::places().await {
        let (app, visitor, link) = fresh(&place).await;
        let reply = visitor.post(&link, &form(&[])).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.readable());
        let id: String =
            app.store.read_all().await.expect("tx").one("SELECT tenant_id AS t FROM company", &[]).await.expect("a company");
        let told = facts(&app.store, &id.parse().expect("an id")).await;
        assert_eq!(told, "company-founded site-opened person-joined recovery-codes-made signed-in");
        assert_eq!(new_link(&app.store).await.expect("asked"), None, "no link once there is a company");
    }
}

#[tokio::test]
async fn a_wrong_link_and_a_used_one_tell_nothing() {
    let (place, _dir) = place();
    let (app, visitor, first) = fresh(&place).await;
    let link = format!("/setup/{}", new_link(&app.store).await.expect("a link").expect("no company yet"));
    let wrong = visitor.get("/setup/0123").await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    insta::assert_snapshot!(wrong.readable(), @r"
    # This link does not work
    The set-up link has been used, or part of it is missing. If the set-up is done, sign in. If not, start Komainu again and it shows a new link.
    [Sign in]
    ");
    assert_eq!(
        visitor.get(&first).await.text(),
        wrong.text().replace("%2Fsetup%2F0123", &first.replace('/', "%2F")),
        "a link that a newer one replaced"
    );
    assert_eq!(visitor.post(&first, &form(&[])).await.readable(), wrong.readable());
    assert_eq!(visitor.post(&link, &form(&[])).await.status, StatusCode::OK);
    assert_eq!(visitor.get(&link).await.readable(), wrong.readable());
    assert_eq!(visitor.post(&link, &form(&[("mail", "other@bakery.example")])).await.readable(), wrong.readable());
}

#[tokio::test]
async fn of_two_who_use_the_link_at_once_one_founds() {
    for (place, _dir) in trial::places().await {
        let (app, visitor, link) = fresh(&place).await;
        let (one, other) = (form(&[]), form(&[("mail", "b@bakery.example")]));
        let (one, other) = tokio::join!(visitor.post(&link, &one), visitor.post(&link, &other));
        let mut status = [one.status.as_u16(), other.status.as_u16()];
        status.sort_unstable();
        assert_eq!(status, [200, 404]);
        let count: i64 =
            app.store.read_all().await.expect("tx").one("SELECT COUNT(*) AS n FROM company", &[]).await.expect("a count");
        assert_eq!(count, 1);
    }
}

#[tokio::test]
async fn all_faults_are_shown_at_once_beside_what_was_typed() {
    let (place, _dir) = place();
    let (_, visitor, link) = fresh(&place).await;
    let bad = form(&[
        ("company", " "),
        ("number", "1234567890123"),
        ("trade", "ZZ"),
        ("employees", "たくさん"),
        ("capital", "-1円"),
        ("prefecture", ""),
        ("city", "a\u{7}b"),
        ("name", ""),
        ("mail", "hanako"),
        ("password", "password123"),
    ]);
    let reply = visitor.post(&link, &bad).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = reply.text();
    assert!(!page.contains("password123"), "a password is never shown again");
    insta::assert_snapshot!(heard(&reply), @r"
    # Set up Komainu
    Tell us about your company and yourself. It takes about three minutes, and you can change it later.
    Something needs mending. Look at the marked fields.
    ## Your company
    Company name
    Sole traders: your trade name will do Please fill this in ( )
    Corporate number (may stay empty)
    13 digits. The National Tax Agency's corporate number site knows it. Sole traders have none One of the digits is wrong. Check it on the National Tax Agency's corporate number site (1234567890123)
    Trade
    Please choose one ( Please choose / …
    How many people work there
    Count the owner and part-time workers too Please enter a number (たくさん)
    Capital in yen (may stay empty)
    For example 3,000,000 or 300万. Sole traders leave it empty Please enter a number (-1円)
    Prefecture
    Please choose one ( Please choose / …
    City, ward, town or village
    This contains characters that cannot be used (invisible ones, for example) (ab)
    ## You (the owner)
    Your name
    Please fill this in ()
    Mail address
    You sign in with it Please enter a mail address such as name@example.jp (hanako)
    ## How you sign in
    Choose a password or a passkey. You can add the other one later.
    ### Passkey (recommended)
    You sign in with your fingerprint, your face or your device's PIN. There is no password to remember, and a fake site cannot fool you.
    To use a passkey, turn on JavaScript in your browser.
    A passkey belongs to the name of a site, so it does not work at this address. Open the page here instead: [http://localhost:8620]
    <Make a passkey and start>
    ### Password
    Use 10 characters or more. A few words that have nothing to do with each other are easy to remember and hard to guess. Signs and capitals are not needed. Do not use one that you use elsewhere.
    Password
    10 characters or more Many people use this password, so it is guessed at once. Please choose another ()
    <Start with a password>
    ");
    assert_eq!(visitor.post(&link, &form(&[])).await.status, StatusCode::OK, "the link still works");
}

#[tokio::test]
async fn bad_input_is_refused_clearly() {
    let (place, _dir) = place();
    let (_, visitor, link) = fresh(&place).await;
    // The password stays too short, so nothing is founded while each field is tried.
    takes_any_bytes(&visitor, &link, &form(&[("password", "short")])[..2]).await;
    for path in ["/setup/%00%ff", "/setup/..%2f..", "/setup/a%0d%0ab"] {
        assert!(visitor.get(path).await.status.is_client_error(), "{path}");
    }
}

#[tokio::test]
async fn an_owner_may_come_with_a_passkey_alone() {
    for (place, _dir) in trial::places().await {
        let (_, visitor, link) = fresh(&place).await;
        let mut device = Device::new("http://localhost:8620");
        let (ceremony, answer) =
            device.register(&visitor, "/sign-in/passkey/new", &[("name", "大和 花子"), ("mail", "hanako@bakery.example")]).await;
        let with_passkey = form(&[("password", ""), ("ceremony", &ceremony), ("passkey", &answer)]);
        let reply = visitor.post(&link, &with_passkey).await;
        assert_eq!((reply.status, codes(&reply).len()), (StatusCode::OK, 10), "{}", reply.readable());
        let (ceremony, answer) = device.sign_in(&visitor).await;
        let reply =
            visitor.post("/sign-in/passkey", &[("ceremony", &ceremony), ("passkey", &answer), ("back", "/company")]).await;
        assert_eq!(reply.location(), "/company");
        assert!(visitor.with_cookie_of(&reply).get("/company").await.readable().contains("狛犬ベーカリー"));
    }
}

#[tokio::test]
async fn nobody_comes_without_a_way_to_sign_in() {
    let (place, _dir) = place();
    let (_, visitor, link) = fresh(&place).await;
    let mut device = Device::new("http://localhost:8620");
    let (ceremony, answer) = device.register(&visitor, "/sign-in/passkey/new", &[("name", "花子")]).await;
    let mut other = Device::new("http://localhost:8620");
    let (other_ceremony, other_answer) = other.register(&visitor, "/sign-in/passkey/new", &[("name", "三郎")]).await;
    for (ceremony, answer) in
        [("", ""), ("", answer.as_str()), (&ceremony, "{}"), ("0000", &answer), (&ceremony, &other_answer), (&ceremony, &answer)]
    {
        let reply = visitor.post(&link, &form(&[("password", ""), ("ceremony", ceremony), ("passkey", answer)])).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "the last comes after the one before it used the ceremony up");
    }
    assert_ne!(other_ceremony, ceremony);
}

#[tokio::test]
async fn further_companies_sign_up_and_keep_what_they_carry() {
    for (place, _dir) in trial::places().await {
        let (app, visitor, link) = fresh(&place).await;
        assert!(visitor.get("/sign-up").await.readable().contains("has not been set up yet"));
        assert_eq!(visitor.post("/sign-up", &form(&[])).await.status, StatusCode::UNPROCESSABLE_ENTITY, "not before the set-up");
        visitor.post(&link, &form(&[])).await;
        assert!(visitor.get("/sign-up?carry=a1._-Z").await.text().contains(r#"name="carry" value="a1._-Z""#));
        assert!(!visitor.get("/sign-up?carry=%22%3E").await.text().contains(r#"name="carry""#));
        let taken = visitor.post("/sign-up", &form(&[])).await;
        assert!(taken.readable().contains("This mail address is in use already"), "{}", taken.readable());
        let reply = visitor
            .post("/sign-up", &form(&[("mail", "b@factory.example"), ("company", "となり製作所"), ("carry", "a1._-Z")]))
            .await;
        assert!(reply.text().contains(r#"href="/assessment/keep?carry=a1._-Z""#), "{}", reply.readable());
        let reply = visitor.post("/sign-up", &form(&[("mail", "c@factory.example"), ("carry", "a&b")])).await;
        assert!(reply.text().contains(r#"class="button big" href="/""#));
        let mut all = app.store.write_all().await.expect("tx");
        store::set(&mut all, "registration", "closed").await.expect("set");
        all.commit().await.expect("kept");
        assert!(visitor.get("/sign-up").await.readable().contains("takes no new companies"));
    }
}

#[tokio::test]
async fn trying_on_and_on_has_to_wait() {
    let (place, _dir) = place();
    let (_, visitor, link) = fresh(&place).await;
    for _ in 0..20 {
        assert_eq!(visitor.post(&link, &form(&[("name", "")])).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let reply = visitor.post(&link, &form(&[])).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(reply.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn the_installations_secret_is_made_once() {
    for (place, _dir) in trial::places().await {
        let (app, _, _) = fresh(&place).await;
        let (one, other) = tokio::join!(secret(&app.store), secret(&app.store));
        let again = secret(&app.store).await.expect("a secret");
        assert_eq!((one.expect("a secret"), other.expect("a secret")), (again.clone(), again.clone()));
        assert_eq!(again.len(), 32);
    }
}
