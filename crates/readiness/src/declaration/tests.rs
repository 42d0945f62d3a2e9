use super::rules::*;
use crate::tests::{editions, facts, fill, refuses_bad_forms, shop};
use base::*;
use trial::{Reply, Shop, Visitor};

#[test]
fn a_day_belongs_to_one_edition() {
    let editions = editions();
    let today: Day = "2026-11-23".parse().expect("a day");
    let mut table = String::new();
    for declared in ["2017-01-31", "2017-02-01", "2026-03-31", "2026-04-01", "2026-11-23", "2026-11-24"] {
        let declared_on = declared.parse().expect("a day");
        let cells: Vec<&str> = editions
            .declarations
            .iter()
            .map(|edition| day(edition, declared_on, today).map_or_else(|code| code, |_| "yes"))
            .collect();
        table.push_str(&format!("{declared} {:<36}{}\n", cells[0], cells[1]));
    }
    insta::assert_snapshot!(table, @r"
    2017-01-31 declaration-day-of-another-edition  declaration-day-of-another-edition
    2017-02-01 yes                                 declaration-day-of-another-edition
    2026-03-31 yes                                 declaration-day-of-another-edition
    2026-04-01 declaration-day-of-another-edition  yes
    2026-11-23 declaration-day-of-another-edition  yes
    2026-11-24 declaration-day-to-come             declaration-day-to-come
    ");
}

#[test]
fn the_operators_number_has_eleven_digits() {
    for (text, read) in [
        ("50000000001", Ok("50000000001")),
        (" 4 0000-000 001 ", Ok("40000000001")),
        ("５０００００００００１", Ok("50000000001")),
        ("", Err("empty")),
        ("   ", Err("empty")),
        ("5000000000", Err("declaration-not-a-number")),
        ("500000000011", Err("declaration-not-a-number")),
        ("60000000001", Err("declaration-not-a-number")),
        ("5000000000a", Err("declaration-not-a-number")),
        ("٥0000000001", Err("declaration-not-a-number")),
    ] {
        assert_eq!(number(text).as_deref(), read.as_deref(), "{text:?}");
    }
    let editions = editions();
    let rule = &editions.declarations.last().expect("one").id;
    let day = |text: &str| text.parse::<Day>().expect("a day");
    assert!(is_old("40000000001", rule, day("2026-05-12")));
    assert!(!is_old("40000000001", rule, day("2026-05-11")));
    assert!(!is_old("50000000001", rule, day("2026-11-23")));
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_number_or_not(text in ".{0,80}") {
        if let Ok(number) = number(&text) {
            assert!(number.len() == 11 && number.starts_with(['4', '5']));
        }
    }

    #[test]
    fn codes_are_read_as_they_are_written(random in proptest::array::uniform10(0u8..)) {
        let code = code(random);
        assert_eq!(typed_code(&code), Some(code.clone()));
        assert!(!code.contains(['0', 'o', '1', 'l', 'i']));
    }
}

const DOING: [(&str, &str); 6] = [
    ("doing-1", "Updates are automatic."),
    ("doing-2", "ClamAV runs."),
    ("doing-3", "We use a manager."),
    ("doing-4", "Only those who need it."),
    ("doing-5", "We read notices."),
    ("doing-6", "restic, every night."),
];

async fn declare(who: &Visitor, day: &str, edition: &str) -> Reply {
    let mut fields = vec![("edition", edition), ("declarer", "代表 大和 花子"), ("declared_on", day), ("pledge", "yes")];
    fields.extend(DOING);
    who.post("/declaration/new", &fields).await
}

async fn declared(shop: &Shop) -> String {
    declare(&shop.owner, "2026-11-23", "2026-04").await.location().trim_start_matches("/declaration/").to_owned()
}

/// The path of the public page, as the declaration's page links to it.
async fn verification(shop: &Shop, id: &str) -> String {
    let page = shop.owner.get(&format!("/declaration/{id}")).await.text();
    page.split("href=\"/verify/")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .map(|code| format!("/verify/{code}"))
        .expect("a link")
}

/// A page with the code of a verification, which is another each time, left out.
fn without_code(page: &str, verify: &str) -> String {
    page.replace(verify.trim_start_matches("/verify/"), "CODE")
}

#[tokio::test]
async fn the_owner_writes_a_declaration() {
    let shop = shop().await;
    insta::assert_snapshot!(shop.owner.get("/declaration").await.readable(), @r"
    # Declaration
    Your company's own public promise to work on information security. It tells customers and partners what you do.
    The company makes this declaration by itself. Neither IPA, nor the state, nor this system has examined it or vouches for it.
    ## Declare
    You may declare even if not everything is in place: it is a promise to work on it. It takes about ten minutes.
    [Write the declaration]
    Did you declare earlier? [Record the earlier declaration: The 5 rules (edition in use from 1 February 2017)]
    ");
    let form = shop.owner.in_japanese().get("/declaration/new").await.readable();
    insta::assert_snapshot!(form.split("## 2.").next().unwrap_or_default(), @r"
    # 宣言を書く
    6か条（2026年4月1日からの版）
    会社でしていること、これからすることを、自分たちの言葉で書いてください。例から選んで直すこともできます。書いたことは、だれでも見られるページに出ます。
    ## 1. 機器とソフトを、いつも新しくする
    更新は、見つかった弱点をふさぐ修理です。パソコンやスマホだけでなく、ルーターや複合機も更新しましょう。
    機器やソフトの更新を、どのようにしていますか。これから何をしますか。
    ()
    例から選ぶ（1）
    会社に合うものに印を付けてください。
    ( ) パソコンとスマホは、自動で更新する設定にしています。
    ( ) 毎月、担当者が更新の状態を確かめ、記録しています。
    ( ) ルーターや複合機などの機器も、更新があるかを定期的に見ています。
    ( ) 更新が終わった古いソフトや機器は、使うのをやめています。
    ( ) 会社の機器の一覧を作り、自動更新の設定を始めます。
    <印を付けた文を上に入れる>
    ");
    insta::assert_snapshot!(format!("## {}", form.split("## ").last().unwrap_or_default()), @r"
    ## 約束
    私たちは、この6つのことに会社全体で取り組むことを、自分たちの意思で宣言します。
    これは、会社が自分で行った宣言です。IPAも、国も、このシステムも、中身を審査したり、証明したりしていません。
    約束
    ( ) このとおり約束します
    <宣言する>[宣言の一覧へ]
    ");
    let picked = shop
        .owner
        .post(
            "/declaration/new",
            &[("go", "add"), ("pick", "1.0"), ("pick", "1.1"), ("doing-1", "We look every Monday."), ("pick", "9.9")],
        )
        .await;
    assert!(picked.status.is_success());
    let text = picked.readable();
    assert!(
        text.contains("(We look every Monday. Our computers and phones are set to update automatically. Every month"),
        "{text}"
    );
    assert_eq!(facts(&shop, &shop.company).await, ["company-founded"], "nothing is declared yet");
    let wrong = shop.owner.post("/declaration/new", &[("doing-1", "x"), ("declarer", ""), ("declared_on", "2026-11-24")]).await;
    assert_eq!(wrong.status.as_u16(), 422);
    for words in ["Nothing was declared yet.", "Please fill this in", "The day is still to come", "Please tick the promise"] {
        assert!(wrong.readable().contains(words), "{words} in {}", wrong.readable());
    }
}

#[tokio::test]
async fn a_declaration_is_public_until_it_is_withdrawn_and_after() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let shop = &shop;
        let id = declared(shop).await;
        let verify = verification(shop, &id).await;
        let own = shop.owner.get(&format!("/declaration/{id}")).await.readable();
        let public = shop.stranger.get(&verify).await.readable();
        insta::allow_duplicates! {
            insta::assert_snapshot!(without_code(&own, &verify), @r#"
            # Declaration: ★ One-star self-declaration
            In force
            Company: 狛犬ベーカリー
            Declared by: 代表 大和 花子
            Declared on: 23 November 2026
            Rules it is based on: The 6 rules (edition in use from 1 April 2026)
            Self-declaration ID: None yet
            [Open as PDF (to print)]
            ## Applying to IPA, and the self-declaration ID
            What you wrote here does not reach IPA by itself. Apply on IPA's site and you get an 11-digit self-declaration ID. Enter it here then.
            - Have a gBizID account (the common ID for government procedures) of the type Prime or Member ready. The type Entry cannot be used.
            - If you will also apply for a subsidy, use the same gBizID.
            - Open IPA's SECURITY ACTION system with the link below and sign in with your gBizID.
            - Choose one star and check your company's details as the pages ask. Some may already be filled in from your gBizID.
            - Read what you promise, and declare only when you agree.
            - When the 11-digit declaration ID appears, copy it into this page.
            - The logo can be downloaded from IPA's pages. Read the rules for its use first.
            [Open IPA's site (new window) (https://sme-security.ipa.go.jp/)]
            Self-declaration ID
            11 digits, beginning with 4 or 5 ()
            <Save the ID>
            ## What we work on
            ### Keep devices and software up to date
            Updates are automatic.
            ### Run anti-virus on every computer
            ClamAV runs.
            ### Make passwords long and different
            We use a manager.
            ### Let only those who need it see and use things
            Only those who need it.
            ### Learn of new tricks and pass them on
            We read notices.
            ### Keep copies of important data and be able to restore them
            restic, every night.
            We declare, of our own will, that our whole company works on these six things.
            ## Page to check it
            On this page anybody can check whether the declaration still stands.
            [http://localhost:8620/verify/CODE]
            The company makes this declaration by itself. Neither IPA, nor the state, nor this system has examined it or vouches for it.
            Withdraw the declaration
            The page to check it will say "withdrawn". This cannot be undone, but you can declare anew at any time. If you applied to IPA, you must also stop it there.
            <Withdraw>
            [To all declarations]
            "#);
            insta::assert_snapshot!(without_code(&public, &verify), @r"
            # Self-declaration of 狛犬ベーカリー
            In force As of 23 November 2026.
            This declaration stands today.
            The company makes this declaration by itself. Neither IPA, nor the state, nor this system has examined it or vouches for it.
            Company: 狛犬ベーカリー
            Level: ★ One-star self-declaration
            Declared on: 23 November 2026
            Declared by: 代表 大和 花子
            Rules it is based on: The 6 rules (edition in use from 1 April 2026)
            ## What we work on
            ### Keep devices and software up to date
            Updates are automatic.
            ### Run anti-virus on every computer
            ClamAV runs.
            ### Make passwords long and different
            We use a manager.
            ### Let only those who need it see and use things
            Only those who need it.
            ### Learn of new tricks and pass them on
            We read notices.
            ### Keep copies of important data and be able to restore them
            restic, every night.
            We declare, of our own will, that our whole company works on these six things.
            ## Page to check it
            http://localhost:8620/verify/CODE
            [Assess your own company (free, no account)]
            ");
        }
        let again = declare(&shop.owner, "2026-11-23", "2026-04").await;
        assert!(again.readable().contains("in force already"), "{}", again.readable());
        let short = shop.owner.post(&format!("/declaration/{id}/number"), &[("number", "123")]).await;
        assert_eq!(short.status.as_u16(), 422);
        assert!(short.readable().contains("(123)") && short.readable().contains("11 digits"), "{}", short.readable());
        shop.owner.post(&format!("/declaration/{id}/number"), &[("number", "４000-000-0001")]).await.location();
        let old = shop.owner.get(&format!("/declaration/{id}")).await.readable();
        assert!(old.contains("40000000001") && old.contains("This is an old ID that begins with 4."), "{old}");
        shop.owner.post(&format!("/declaration/{id}/withdraw"), &[]).await.location();
        let gone = shop.stranger.in_japanese().get(&format!("/verify/{id}")).await.readable();
        assert!(gone.contains("この宣言は、2026年11月23日に会社が取り下げました。今は続いていません。"), "{gone}");
        let twice = shop.owner.post(&format!("/declaration/{id}/withdraw"), &[]).await;
        assert!(twice.readable().contains("withdrawn already"), "{}", twice.readable());
        let late = shop.owner.post(&format!("/declaration/{id}/number"), &[("number", "50000000001")]).await;
        assert!(late.readable().contains("withdrawn already"), "{}", late.readable());
        let anew = declared(shop).await;
        assert_ne!(anew, id);
        let list = shop.lead.get("/declaration").await.readable();
        assert!(list.contains("In force") && list.contains("## Withdrawn declarations"), "{list}");
        let told = facts(shop, &shop.company).await;
        assert_eq!(told[1..], ["declaration-made", "declaration-numbered", "declaration-withdrawn", "declaration-made"]);
    })
    .await;
}

#[tokio::test]
async fn an_earlier_declaration_on_five_rules_is_recorded() {
    let shop = shop().await;
    let form = shop.owner.get("/declaration/new?edition=2019-03").await.readable();
    assert!(form.contains("This records a declaration that was made earlier.") && !form.contains("## 6."), "{form}");
    let wrong = declare(&shop.owner, "2026-04-01", "2019-03").await;
    assert!(wrong.readable().contains("a day on which these rules were in use"), "{}", wrong.readable());
    let page = declare(&shop.owner, "2024-05-01", "2019-03").await.location();
    let page = shop.owner.get(&page).await.readable();
    assert!(page.contains("The 5 rules") && !page.contains("restic"), "{page}");
    declared(&shop).await;
    assert_eq!(shop.owner.get("/declaration/new?edition=1999-01").await.status.as_u16(), 404);
}

#[tokio::test]
async fn the_statement_is_printed() {
    let shop = trial::shop(crate::routes(), |shelf, content| {
        fill(shelf, content);
        shelf.put(paper::Press::new().expect("a press"));
    })
    .await;
    let id = declared(&shop).await;
    for reader in [shop.staff.clone(), shop.owner.in_japanese()] {
        let pdf = reader.get(&format!("/declaration/{id}/statement.pdf")).await;
        assert!(pdf.bytes.starts_with(b"%PDF-"), "{}", pdf.readable());
    }
}

#[tokio::test]
async fn another_companys_row_is_not_there() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let shop = &shop;
        let id = declared(shop).await;
        let other = &shop.other_owner;
        for path in ["", "/statement.pdf"] {
            assert_eq!(other.get(&format!("/declaration/{id}{path}")).await.status.as_u16(), 404, "{path}");
        }
        assert_eq!(other.post(&format!("/declaration/{id}/number"), &[("number", "50000000001")]).await.status.as_u16(), 404);
        assert_eq!(other.post(&format!("/declaration/{id}/withdraw"), &[]).await.status.as_u16(), 404);
        assert_eq!(other.get("/api/v1/declarations").await.text(), r#"{"declarations":[]}"#);
        assert!(shop.staff.get("/api/v1/declarations").await.text().contains(&id));
        assert!(!other.get("/declaration").await.text().contains(&id));
    })
    .await;
}

#[tokio::test]
async fn what_no_page_of_ours_sends_is_refused() {
    let shop = shop().await;
    let id = declared(&shop).await;
    refuses_bad_forms(&shop.owner, "/declaration/new", "doing-1").await;
    refuses_bad_forms(&shop.owner, &format!("/declaration/{id}/number"), "number").await;
    for reader in [&shop.lead, &shop.staff] {
        assert_eq!(reader.get("/declaration/new").await.status.as_u16(), 403);
        assert_eq!(declare(reader, "2026-11-23", "2026-04").await.status.as_u16(), 403);
        assert_eq!(reader.post(&format!("/declaration/{id}/withdraw"), &[]).await.status.as_u16(), 403);
        assert_eq!(reader.post(&format!("/declaration/{id}/number"), &[("number", "50000000001")]).await.status.as_u16(), 403);
    }
    for code in ["nothing", "%00", "' OR 1=1 --", "%8D%9D", &"a".repeat(5000)] {
        let path = format!("/verify/{}", code.replace(' ', "%20"));
        let status = shop.stranger.get(&path).await.status.as_u16();
        assert!([404, 422].contains(&status), "{code:?}: {status}");
    }
    let many: Vec<(String, String)> = (0..500).map(|n| (format!("doing-{n}"), "x".to_owned())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(shop.owner.post("/declaration/new", &many).await.status.as_u16(), 422);
}
