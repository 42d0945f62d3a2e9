use super::{all, keep, shop};

#[tokio::test]
async fn anybody_answers_without_an_account() {
    let shop = shop().await;
    insta::assert_snapshot!(shop.stranger.get("/assessment").await.readable(), @"");
    insta::assert_snapshot!(shop.stranger.in_japanese().get("/assessment/check").await.readable(), @"");
}
