//! The assessment as people walk it.

use super::all;
use crate::tests::{another_site, facts, fill, keep, shop};
use axum::http::Method;
use base::SheetId;

#[tokio::test]
async fn the_first_page_needs_no_account() {
    let shop = shop().await;
    insta::assert_snapshot!(shop.stranger.get("/assessment").await.readable(), @"");
    insta::assert_snapshot!(shop.stranger.in_japanese().get("/assessment").await.readable(), @"");
}

#[tokio::test]
async fn a_question_explains_itself() {
    let shop = shop().await;
    insta::assert_snapshot!(shop.stranger.in_japanese().get("/assessment/check").await.readable(), @"");
    insta::assert_snapshot!(shop.stranger.get("/assessment/check?at=9").await.readable(), @"");
}

#[tokio::test]
async fn anybody_answers_and_nothing_is_kept() {
    let shop = shop().await;
    let (mut carry, mut at) = (format!("2026-03.{}", all('-')), 1);
    for answer in ["done", "partly", "not-done", "unknown", "done"].iter().cycle().take(25) {
        let path = format!("/assessment/check?a={carry}&at={at}&answer={answer}&go=next");
        let reply = shop.stranger.get(&path).await;
        if at == 25 {
            carry = reply.location().trim_start_matches("/assessment/result?a=").to_owned();
            break;
        }
        carry = reply.text().split("name=\"a\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("what travels").to_owned();
        at += 1;
        assert!(reply.readable().contains(&format!("# Question {at} of 25")), "{}", reply.readable());
    }
    assert_eq!(carry, format!("2026-03.{}", "dpnud".repeat(5)));
    let result = shop.stranger.get(&format!("/assessment/result?a={carry}")).await;
    insta::assert_snapshot!(result.readable(), @"");
    assert!(result.text().contains(&format!("/sign-up?carry={carry}")));
    assert_eq!(facts(&shop, &shop.company).await, ["company-founded"]);
}

#[tokio::test]
async fn going_back_and_leaving_out_lose_nothing() {
    let shop = shop().await;
    let carry = format!("2026-03.dp{}", "-".repeat(23));
    let none = shop.stranger.get(&format!("/assessment/check?a={carry}&at=3&go=next")).await.readable();
    assert!(none.contains("# Question 3 of 25") && none.contains("Please choose one"), "{none}");
    let back = shop.stranger.get(&format!("/assessment/check?a={carry}&at=3&answer=unknown&go=back")).await;
    assert!(back.readable().contains("# Question 2 of 25") && back.readable().contains("(x) Partly"), "{}", back.readable());
    assert!(back.text().contains("2026-03.dpu-"), "the answer was taken along");
    let early = shop.stranger.get(&format!("/assessment/result?a={carry}")).await;
    assert_eq!(early.location(), format!("/assessment/check?a={carry}&at=3"));
}

#[tokio::test]
async fn somebody_signed_in_goes_from_start_to_result() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let lead = &shop.lead;
        let first = lead.post("/assessment/sheets", &[("site", shop.site.as_str())]).await.location();
        let sheet = first.trim_start_matches("/assessment/sheets/").trim_end_matches("/questions/1").to_owned();
        let again = lead.post("/assessment/sheets", &[("site", shop.site.as_str())]).await.location();
        assert_eq!(again, first, "an open sheet is gone on with");
        let question = |n: usize| format!("/assessment/sheets/{sheet}/questions/{n}");
        let headers = [("hx-request", "true"), ("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        let saved = lead.send(Method::POST, &question(1), &headers, b"answer=done".to_vec()).await;
        assert_eq!(saved.readable(), "Saved. 1 of 25 questions are answered.");
        let none = lead.post(&question(2), &[("go", "next")]).await;
        assert_eq!(none.status.as_u16(), 422);
        assert!(none.readable().contains("Please choose one"), "{}", none.readable());
        assert_eq!(lead.post(&question(2), &[("go", "back")]).await.location(), question(1));
        let early = lead.post(&format!("/assessment/sheets/{sheet}/finish"), &[]).await;
        assert!(early.readable().contains("24 questions are not answered yet"), "{}", early.readable());
        for n in 1..=25 {
            let next = lead.post(&question(n), &[("answer", if n < 3 { "unknown" } else { "partly" }), ("go", "next")]).await.location();
            assert_eq!(next, if n < 25 { question(n + 1) } else { format!("/assessment/sheets/{sheet}") });
        }
        let overview = lead.get(&format!("/assessment/sheets/{sheet}")).await.readable();
        assert!(overview.contains("25 of 25 questions are answered") && overview.contains("<Finish and see the result>"), "{overview}");
        let result = lead.post(&format!("/assessment/sheets/{sheet}/finish"), &[]).await.location();
        assert_eq!(result, format!("/assessment/sheets/{sheet}/result"));
        let shown = lead.get(&result).await.readable();
        assert!(shown.contains("44 of 100") && shown.contains("There is no earlier result"), "{shown}");
        let twice = lead.post(&format!("/assessment/sheets/{sheet}/finish"), &[]).await;
        assert!(twice.readable().contains("already finished"), "{}", twice.readable());
        let late = lead.post(&question(1), &[("answer", "done"), ("go", "next")]).await;
        assert!(late.readable().contains("already finished"), "{}", late.readable());
        assert!(lead.get(&result).await.readable().contains("44 of 100"), "a finished sheet stays as it is");
        assert_eq!(facts(&shop, &shop.company).await, ["company-founded", "assessment-started", "assessment-finished"]);
    })
    .await;
}

#[tokio::test]
async fn answers_given_without_an_account_are_kept_on_request() {
    let shop = shop().await;
    let carry = format!("2026-03.{}", all('p'));
    insta::assert_snapshot!(shop.owner.get(&format!("/assessment/keep?carry={carry}")).await.readable(), @"");
    assert_eq!(facts(&shop, &shop.company).await, ["company-founded"], "asking keeps nothing");
    let sheet = keep(&shop.owner, &shop.site, &all('p')).await;
    insta::assert_snapshot!(shop.owner.in_japanese().get(&format!("/assessment/sheets/{sheet}/result")).await.readable(), @"");
    let staff = shop.staff.get(&format!("/assessment/keep?carry={carry}")).await;
    assert_eq!(staff.status.as_u16(), 403);
    assert!(shop.staff.get(&format!("/assessment/sheets/{sheet}/result")).await.readable().contains("50 of 100"), "staff read results");
}

#[tokio::test]
async fn results_are_compared_over_time() {
    let shop = shop().await;
    keep(&shop.owner, &shop.site, &all('n')).await;
    shop.clock.advance(30 * base::Moment::DAY);
    let newer = keep(&shop.owner, &shop.site, &all('p')).await;
    insta::assert_snapshot!(shop.owner.get("/assessment").await.readable(), @"");
    let result = shop.owner.get(&format!("/assessment/sheets/{newer}/result")).await.readable();
    assert!(result.contains("Last time, on 23 November 2026, it was 0. That is 50 more now."), "{result}");
    let copy = shop.owner.post("/assessment/sheets", &[("site", shop.site.as_str()), ("copy", "yes")]).await.location();
    assert!(shop.owner.get(&copy).await.readable().contains("25 of 25"), "the last answers stand in a copy");
    let again = shop.owner.post("/assessment/again", &[("question", "backup")]).await.location();
    assert_eq!(again, format!("{copy}/questions/11"), "the open sheet is gone on with");
}

#[tokio::test]
async fn several_places_make_one_company() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let factory = another_site(&shop, "工場", 15).await;
        keep(&shop.owner, &shop.site, &all('d')).await;
        let half = shop.owner.get("/assessment/company").await.readable();
        assert!(half.contains("These places have not answered yet and are not included.\n- 工場"), "{half}");
        let weak = format!("u{}", &all('d')[1..]);
        keep(&shop.lead, &factory, &weak).await;
        let page = shop.owner.get("/assessment/company").await.readable();
        let figures = page.split("## The score of").next().unwrap_or_default();
        for line in ["Weakest answers | 95 |", "Mean | 97.5 |", "Mean by headcount | 96.3 |", "\"I don't know\" answers | 1 |"] {
            assert!(figures.contains(line), "{line} in {figures}");
        }
    })
    .await;
}

#[tokio::test]
async fn files_hold_the_answers() {
    let shop = shop().await;
    let sheet = keep(&shop.owner, &shop.site, &format!("x{}", &all('d')[1..]).replace('x', "u")).await;
    let csv = shop.owner.get(&format!("/assessment/sheets/{sheet}/result.csv")).await;
    assert!(csv.bytes.starts_with("\u{feff}\"No.\",\"Question\",\"Answer\",\"Points\",\"What was seen\"\r\n\"1\",".as_bytes()), "{}", csv.text());
    assert!(csv.text().contains("\"-1\"") && csv.text().ends_with("\"\",\"Score\",\"\",\"95\",\"\"\r\n"), "{}", csv.text());
    let api = shop.owner.get(&format!("/api/v1/assessment/sheets/{sheet}")).await;
    let json: serde_json::Value = serde_json::from_slice(&api.bytes).expect("JSON");
    assert_eq!((json["score"].as_i64(), json["band"].as_str(), json["answered"].as_i64()), (Some(95), Some("mostly-done"), Some(25)));
    assert_eq!(json["answers"][0]["answer"], "unknown");
    let list = shop.owner.get("/api/v1/assessment/sheets").await;
    assert!(list.text().contains(&sheet), "{}", list.text());
}

#[tokio::test]
async fn the_result_is_printed() {
    let shop = trial::shop(crate::routes(), |shelf, content| {
        fill(shelf, content);
        shelf.put(paper::Press::new().expect("a press"));
    })
    .await;
    let sheet = keep(&shop.owner, &shop.site, &all('u')).await;
    for reader in [shop.owner.clone(), shop.owner.in_japanese()] {
        let pdf = reader.get(&format!("/assessment/sheets/{sheet}/result.pdf")).await;
        assert!(pdf.bytes.starts_with(b"%PDF-"), "{}", pdf.readable());
        assert_eq!(pdf.headers["content-type"], "application/pdf");
    }
    let open = shop.owner.post("/assessment/sheets", &[("site", shop.site.as_str())]).await.location();
    let open = open.trim_end_matches("/questions/1");
    assert!(shop.owner.get(&format!("{open}/result.pdf")).await.readable().contains("not finished yet"));
    let _: SheetId = sheet.parse().expect("an id");
}
