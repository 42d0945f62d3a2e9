use super::rules::{corporate_number, people, yen};
use super::*;
use crate::trials::{facts, heard, shop, takes_any_bytes};
use axum::http::StatusCode;
use proptest::prelude::*;

fn table<T: std::fmt::Debug>(check: fn(&str) -> std::result::Result<T, &'static str>, typed: &[&str]) -> String {
    typed.iter().map(|typed| format!("{typed:?} → {:?}", check(typed))).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_corporate_number_checks_itself() {
    let typed = [
        "7000012050002",
        "７０００－０１２０－５０００２",
        " 7000 0120 50002 ",
        "1180301018771",
        "",
        "　",
        "7000012050003",
        "8000012050002",
        "7000012050020",
        "700001205000",
        "70000120500021",
        "7000012O50002",
        "七〇〇〇",
        "7000012050002\0",
    ];
    insta::assert_snapshot!(table(corporate_number, &typed), @r#"
    "7000012050002" → Ok(Some("7000012050002"))
    "７０００－０１２０－５０００２" → Ok(Some("7000012050002"))
    " 7000 0120 50002 " → Ok(Some("7000012050002"))
    "1180301018771" → Ok(Some("1180301018771"))
    "" → Ok(None)
    "\u{3000}" → Ok(None)
    "7000012050003" → Err("company-number-check")
    "8000012050002" → Err("company-number-check")
    "7000012050020" → Err("company-number-check")
    "700001205000" → Err("company-number-digits")
    "70000120500021" → Err("company-number-digits")
    "7000012O50002" → Err("company-number-digits")
    "七〇〇〇" → Err("company-number-digits")
    "7000012050002\0" → Err("company-number-digits")
    "#);
}

#[test]
fn amounts_are_read_as_people_write_them() {
    let typed = [
        "3000000",
        "3,000,000",
        "３００万",
        "￥3,000,000",
        "300万円",
        "1億2000万円",
        "1億",
        "1万5000",
        "",
        "0",
        "-1",
        "万",
        "1万万",
        "1000万億",
        "1.5億",
        "三百万",
        "999999999999999999999",
        "99999999999億",
        "円",
    ];
    insta::assert_snapshot!(table(yen, &typed), @r#"
    "3000000" → Ok(Some(Yen(3000000)))
    "3,000,000" → Ok(Some(Yen(3000000)))
    "３００万" → Ok(Some(Yen(3000000)))
    "￥3,000,000" → Ok(Some(Yen(3000000)))
    "300万円" → Ok(Some(Yen(3000000)))
    "1億2000万円" → Ok(Some(Yen(120000000)))
    "1億" → Ok(Some(Yen(100000000)))
    "1万5000" → Ok(Some(Yen(15000)))
    "" → Ok(None)
    "0" → Ok(Some(Yen(0)))
    "-1" → Err("not-a-number")
    "万" → Err("not-a-number")
    "1万万" → Err("not-a-number")
    "1000万億" → Err("not-a-number")
    "1.5億" → Err("not-a-number")
    "三百万" → Err("not-a-number")
    "999999999999999999999" → Err("out-of-range")
    "99999999999億" → Err("out-of-range")
    "円" → Ok(None)
    "#);
}

#[test]
fn people_are_counted_from_one() {
    insta::assert_snapshot!(table(people, &["5", "５人", "1,000", "12名", "0", "", "-3", "1000001", "五", "1e3", "人"]), @r#"
    "5" → Ok(5)
    "５人" → Ok(5)
    "1,000" → Ok(1000)
    "12名" → Ok(12)
    "0" → Err("out-of-range")
    "" → Err("empty")
    "-3" → Err("not-a-number")
    "1000001" → Err("out-of-range")
    "五" → Err("not-a-number")
    "1e3" → Err("not-a-number")
    "人" → Err("empty")
    "#);
}

proptest! {
    #[test]
    fn any_text_is_a_number_or_a_reason(text in "\\PC{0,80}") {
        let _ = (corporate_number(&text), yen(&text), people(&text));
    }

    #[test]
    fn one_wrong_digit_is_always_seen(base in proptest::collection::vec(0..10_u32, 12), at in 0..13_usize, by in 1..10_u32) {
        let sum: u32 = base.iter().rev().zip([1, 2].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
        let mut digits = vec![9 - sum % 9];
        digits.extend(base);
        let text = |digits: &[u32]| digits.iter().map(u32::to_string).collect::<String>();
        prop_assert!(corporate_number(&text(&digits)).is_ok());
        let was = digits[at];
        digits[at] = (was + by) % 10;
        // Nine and zero weigh the same modulo nine, so this check digit cannot tell them apart.
        if was % 9 != digits[at] % 9 {
            prop_assert!(corporate_number(&text(&digits)).is_err());
        }
    }
}

#[test]
fn sizes_hold_every_number_of_people() {
    let (sizes, faults) = CompanySizes::read(&trial::content());
    assert_eq!(faults, Vec::<String>::new());
    let bands: Vec<_> = [0, 1, 5, 6, 20, 21, 300, 301, 1_000_000].map(|people| sizes.of(people).expect("a band")).into();
    assert_eq!(bands.join(" "), "1-5 1-5 1-5 6-20 6-20 21-50 101-300 301-plus 301-plus");
    assert_eq!(sizes.range("301-plus"), Some((301, None)));
    assert_eq!(sizes.name("1-5", Lang::Ja), Some("1〜5人"));
}

const DETAILS: [(&str, &str); 8] = [
    ("version", "1"),
    ("company", "狛犬ベーカリー本店"),
    ("number", ""),
    ("trade", "I"),
    ("employees", "6"),
    ("capital", ""),
    ("prefecture", "13"),
    ("city", "文京区"),
];

#[tokio::test]
async fn details_are_changed_once_and_told() {
    trial::each_store(crate::routes(), crate::trials::fill, |shop| async move {
        assert_eq!(shop.owner.post("/company/details", &DETAILS).await.location(), "/company");
        assert!(shop.staff.get("/company").await.readable().contains("狛犬ベーカリー本店"));
        assert_eq!(shop.lead.post("/company/details", &DETAILS).await.location(), "/company", "what is already so is no change");
        let stale: Vec<_> =
            DETAILS.iter().map(|(name, value)| (*name, if *name == "city" { "台東区" } else { *value })).collect();
        assert_eq!(shop.lead.post("/company/details", &stale).await.status, StatusCode::CONFLICT);
        assert_eq!(facts(&shop.app.store, &shop.company).await, "company-founded company-changed");
    })
    .await;
}

#[tokio::test]
async fn faults_are_shown_and_staff_only_read() {
    let shop = shop().await;
    let bad: Vec<_> =
        DETAILS.iter().map(|(name, value)| (*name, if *name == "number" { "7000012050003" } else { *value })).collect();
    let reply = shop.owner.post("/company/details", &bad).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    insta::assert_snapshot!(heard(&reply), @r"
    # Change the company's details
    Something needs mending. Look at the marked fields.
    Company name
    Sole traders: your trade name will do (狛犬ベーカリー本店)
    Corporate number (may stay empty)
    13 digits. The National Tax Agency's corporate number site knows it. Sole traders have none One of the digits is wrong. Check it on the National Tax Agency's corporate number site (7000012050003)
    Trade
    ( Please choose / …
    How many people work there
    Count the owner and part-time workers too (6)
    Capital in yen (may stay empty)
    For example 3,000,000 or 300万. Sole traders leave it empty ()
    Prefecture
    ( Please choose / …
    City, ward, town or village
    (文京区)
    <Save> [Back to the company]
    ");
    insta::assert_snapshot!(heard(&shop.staff.in_japanese().get("/company").await), @r"
    # 会社
    ## 狛犬ベーカリー
    業種: 卸売・小売（お店、商社など）
    働く人の数: 5人
    資本金: ¥3,000,000
    所在地: 東京都 文京区
    ## 事業所
    事業所が二つ以上あるときは、ここに足してください。自社診断に、事業所ごとに答えられます。
    事業所の名前 | 働く人の数 |
    本店 | 5 |
    ## 会社の人
    Komainu を使う人と、その役割です。
    [会社の人を見る]
    ");
    assert_eq!(shop.staff.post("/company/details", &DETAILS).await.status, StatusCode::FORBIDDEN);
    assert_eq!(shop.staff.get("/company/details").await.status, StatusCode::FORBIDDEN);
    takes_any_bytes(&shop.owner, "/company/details", &DETAILS[1..2]).await;
    takes_any_bytes(&shop.owner, "/company/sites", &[("site", ""), ("headcount", "2")]).await;
}

#[tokio::test]
async fn sites_come_change_and_close_but_one_stays() {
    trial::each_store(crate::routes(), crate::trials::fill, |shop| async move {
        assert_eq!(shop.lead.post("/company/sites", &[("site", "千駄木店"), ("headcount", "２")]).await.location(), "/company");
        let taken = shop.lead.post("/company/sites", &[("site", "千駄木店"), ("headcount", "2")]).await;
        assert!(taken.readable().contains("There is a site of this name already"), "{}", taken.readable());
        let member = crate::company::sites(&mut shop.app.store.read(&shop.company).await.expect("tx")).await.expect("sites");
        let second = &member[1].id;
        let page = format!("/company/sites/{second}");
        assert_eq!(shop.lead.post(&page, &[("site", "根津店"), ("headcount", "3")]).await.location(), "/company");
        assert!(heard(&shop.lead.get(&page).await).contains("(根津店)"));
        assert_eq!(shop.owner.post(&format!("/company/sites/{}/close", shop.site), &[]).await.location(), "/company");
        let last = shop.owner.post(&format!("{page}/close"), &[]).await;
        assert!(last.readable().contains("The last one cannot be closed"), "{}", last.readable());
        assert!(heard(&shop.owner.get(&page).await).contains("The last one cannot be closed"));
        assert_eq!(facts(&shop.app.store, &shop.company).await, "company-founded site-opened company-changed site-closed");
    })
    .await;
}

#[tokio::test]
async fn another_companys_site_is_not_there() {
    trial::each_store(crate::routes(), crate::trials::fill, |shop| async move {
        let page = format!("/company/sites/{}", shop.site);
        assert_eq!(shop.other_owner.get(&page).await.status, StatusCode::NOT_FOUND);
        assert_eq!(shop.other_owner.post(&page, &[("site", "x"), ("headcount", "1")]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(shop.other_owner.post(&format!("{page}/close"), &[]).await.status, StatusCode::NOT_FOUND);
        assert!(!shop.other_owner.get("/company").await.text().contains("狛犬ベーカリー"));
        assert_eq!(shop.owner.get("/company/sites/nonsense").await.status, StatusCode::NOT_FOUND);
        assert_eq!(facts(&shop.app.store, &shop.other_company).await, "company-founded");
    })
    .await;
}
