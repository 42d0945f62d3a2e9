use super::{all, keep, shop};

#[tokio::test]
async fn anybody_answers_without_an_account() {
    let shop = shop().await;
    insta::assert_snapshot!(shop.stranger.get("/assessment").await.readable(), @r#"
    # Self-assessment
    Answer 25 questions and see where your company is well protected and where it is weak. It takes about five minutes.
    [Start]
    You need no account. If you are not sure, answer "I don't know": that is a useful result too.
    Your answers exist only in this page. We keep nothing.
    ## What is this?
    The questions come in three parts: what every company needs (5), what people do every day (13), and what the company decides (7). Each one has an explanation and an example.
    "Yes" counts 4 points, "partly" 2, "not yet" 0, and "I don't know" takes 1 away. The full score is 100.
    [Read the explanation of every question]
    It follows the structure of the 25-item self-assessment in the guideline of IPA, Japan's agency for IT. The wording is ours, not IPA's.
    "#);
    insta::assert_snapshot!(shop.stranger.in_japanese().get("/assessment/check").await.readable(), @"");
}
