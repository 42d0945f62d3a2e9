//! What the assessment keeps to itself, and what it does not take.

use super::all;
use crate::tests::{fill, keep, refuses_bad_forms, shop};
use base::*;
use store::Actor;
use trial::Shop;

#[tokio::test]
async fn another_companys_row_is_not_there() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let shop = &shop;
        let kept = keep(&shop.owner, &shop.site, &all('p')).await;
        let open = shop.owner.post("/assessment/sheets", &[("site", shop.site.as_str())]).await.location();
        let open = open.trim_start_matches("/assessment/sheets/").trim_end_matches("/questions/1");
        let other = &shop.other_owner;
        for sheet in [kept.as_str(), open] {
            for path in ["", "/questions/1", "/result", "/result.pdf", "/result.csv"] {
                let reply = other.get(&format!("/assessment/sheets/{sheet}{path}")).await;
                assert_eq!(reply.status.as_u16(), 404, "{path}: {}", reply.readable());
            }
            assert_eq!(other.get(&format!("/api/v1/assessment/sheets/{sheet}")).await.status.as_u16(), 404);
            assert_eq!(
                other.post(&format!("/assessment/sheets/{sheet}/questions/1"), &[("answer", "done")]).await.status.as_u16(),
                404
            );
            assert_eq!(other.post(&format!("/assessment/sheets/{sheet}/finish"), &[]).await.status.as_u16(), 404);
        }
        let carry = format!("2026-03.{}", all('d'));
        assert_eq!(other.post("/assessment/keep", &[("carry", &carry), ("site", shop.site.as_str())]).await.status.as_u16(), 404);
        assert_eq!(other.post("/assessment/sheets", &[("site", shop.site.as_str())]).await.status.as_u16(), 404);
        assert_eq!(other.post("/assessment/again", &[("question", "updates")]).await.status.as_u16(), 404);
        assert_eq!(other.get("/api/v1/assessment/sheets").await.text(), r#"{"sheets":[]}"#);
        assert!(!other.get("/assessment").await.readable().contains("50"), "another's score is not shown");
    })
    .await;
}

#[tokio::test]
async fn only_the_lead_and_the_owner_answer() {
    let shop = shop().await;
    let open = shop.lead.post("/assessment/sheets", &[("site", shop.site.as_str())]).await.location();
    for reader in [&shop.staff, &shop.stranger] {
        let expect = if reader.person.is_some() { 403 } else { 303 };
        assert_eq!(reader.post("/assessment/sheets", &[("site", shop.site.as_str())]).await.status.as_u16(), expect);
        assert_eq!(reader.post(&open, &[("answer", "done")]).await.status.as_u16(), expect);
    }
    let page = shop.staff.get("/assessment").await.readable();
    assert!(page.contains("The owner or the person in charge answers."), "{page}");
}

#[tokio::test]
async fn what_no_page_of_ours_sends_is_refused() {
    let shop = shop().await;
    let open = shop.lead.post("/assessment/sheets", &[("site", shop.site.as_str())]).await.location();
    let sheet = open.trim_end_matches("/questions/1");
    for (path, field) in [
        ("/assessment/sheets", "site"),
        ("/assessment/again", "question"),
        ("/assessment/keep", "carry"),
        (open.as_str(), "answer"),
    ] {
        refuses_bad_forms(&shop.lead, path, field).await;
    }
    for path in ["/questions/0", "/questions/26", "/questions/-1", "/questions/x", "/questions/99999999999999999999"] {
        assert_eq!(shop.lead.get(&format!("{sheet}{path}")).await.status.as_u16(), 404, "{path}");
    }
    assert_eq!(shop.lead.post(&open, &[("answer", "not-applicable")]).await.status.as_u16(), 422, "it always applies");
    assert_eq!(shop.lead.get("/assessment/sheets/nothing").await.status.as_u16(), 404);
    for carry in [
        "",
        "x",
        "2026-03.",
        "2026-03.ddd",
        "1999-01.ddddddddddddddddddddddddd",
        "2026-03.xxxxxxxxxxxxxxxxxxxxxxxxx",
        "%8D%9D",
        "%00",
    ] {
        for page in ["/assessment/check?a=", "/assessment/result?a=", "/assessment/keep?carry="] {
            let reply = shop.lead.get(&format!("{page}{carry}")).await;
            assert_eq!(reply.status.as_u16(), 422, "{page}{carry}: {}", reply.readable());
        }
    }
    for (query, status) in [
        ("at=0", 404),
        ("at=26", 404),
        ("at=x", 404),
        ("answer=maybe", 422),
        ("answer=not-applicable", 422),
        ("go=sideways", 422),
    ] {
        assert_eq!(shop.stranger.get(&format!("/assessment/check?{query}")).await.status.as_u16(), status, "{query}");
    }
    let half = format!("2026-03.d{}", "-".repeat(24));
    let reply = shop.lead.post("/assessment/keep", &[("carry", &half), ("site", shop.site.as_str())]).await;
    assert_eq!(reply.status.as_u16(), 422, "half a sheet is not kept");
}

/// Companies of the same trade and size as the shop, each with one score.
async fn peers(shop: &Shop, count: usize) {
    for n in 0..count {
        let (company, site) = trial::found(&shop.app.store, &format!("会社{n}")).await;
        let mut tx = shop.app.store.write(&company, Actor::System).await.expect("a transaction");
        let (sheet, score) = (SheetId::new(), i64::try_from(n).expect("small") * 10);
        crate::assessment::store::insert_finished(&mut tx, &sheet, &site, "2026-03", score, &PersonId::new())
            .await
            .expect("a sheet");
        crate::assessment::store::put_peer(&mut tx, "2026-03", score).await.expect("a peer");
        tx.commit().await.expect("kept");
    }
}

#[tokio::test]
async fn peers_are_shown_from_ten_companies_on() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let shop = &shop;
        peers(shop, 8).await;
        let sheet = keep(&shop.owner, &shop.site, &all('p')).await;
        keep(&shop.owner, &shop.site, &all('p')).await;
        let path = format!("/assessment/sheets/{sheet}/result");
        let nine = shop.owner.get(&path).await.readable();
        assert!(nine.contains("There are not enough companies yet."), "a company with two results counts once: {nine}");
        assert!(!nine.contains("in the middle"), "{nine}");
        let elsewhere = shop.other_owner.get("/assessment/company").await.readable();
        assert!(!elsewhere.contains("middle"), "who has no result sees none");
        keep_of_other(shop).await;
        let ten = shop.owner.get(&path).await.readable();
        let shown = ten.split("## Compared with similar companies\n").nth(1).and_then(|rest| rest.split("\n##").next()).unwrap_or_default();
        insta::allow_duplicates! { insta::assert_snapshot!(shown, @r"
        Wholesale and retail, 1 to 5 people
        Your score is higher than that of 55% of the others.
        Score of the company in the middle: 40
        Scores of the middle half: 20 to 60
        Companies counted: 10
        Only the newest result of each company on this service is counted; one with several places counts by its weakest answers. Nobody can see which company has which score.
        "); }
    })
    .await;
}

async fn keep_of_other(shop: &Shop) {
    let site: String = {
        let mut tx = shop.app.store.read(&shop.other_company).await.expect("a transaction");
        tx.one("SELECT id AS t FROM site WHERE tenant_id = $1", &[]).await.expect("a site")
    };
    keep(&shop.other_owner, &site.parse().expect("an id"), &all('d')).await;
}
