use crate::tests::shop;

#[tokio::test]
async fn every_question_has_a_page_for_everybody() {
    let shop = shop().await;
    insta::assert_snapshot!(shop.stranger.in_japanese().get("/lessons/backup").await.readable(), @"");
    insta::assert_snapshot!(shop.stranger.get("/lessons/updates").await.readable(), @"");
    let list = shop.stranger.get("/lessons").await;
    assert_eq!(list.text().matches("href=\"/lessons/").count(), 25);
    let last = shop.owner.get("/lessons/rules").await.readable();
    assert!(last.contains("Previous: 24.") && !last.contains("Next:"), "{last}");
    for bad in ["nothing", "%00", "%8D%9D", "..%2fetc"] {
        let status = shop.stranger.get(&format!("/lessons/{bad}")).await.status.as_u16();
        assert!([404, 422].contains(&status), "{bad}: {status}");
    }
}
