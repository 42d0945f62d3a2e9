//! The assessment as people walk it.

use super::all;
use crate::tests::{another_site, facts, fill, keep, shop};
use axum::http::Method;
use base::SheetId;

#[tokio::test]
async fn the_first_page_needs_no_account() {
    let shop = shop().await;
    insta::assert_snapshot!(shop.stranger.get("/assessment").await.readable(), @r#"
    # Self-assessment
    Answer 25 questions and see where your company is well protected and where it is weak. It takes about five minutes.
    [Start]
    You need no account. If you are not sure, answer "I don't know": that is a useful result too.
    Your answers exist only in this page and its address. We keep nothing.
    ## What is this?
    The questions come in three parts: what every company needs (5), what people do every day (13), and what the company decides (7). Each one has an explanation and an example.
    "Yes" counts 4 points, "partly" 2, "not yet" 0, and "I don't know" takes 1 away. The full score is 100.
    [Read the explanation of every question]
    It follows the structure of the 25-item self-assessment in the guideline of IPA, Japan's agency for IT. The wording is ours, not IPA's.
    "#);
    insta::assert_snapshot!(shop.stranger.in_japanese().get("/assessment").await.readable(), @r"
    # 自社診断
    25の質問に答えると、会社の守りの強いところと弱いところが分かります。5分ほどで終わります。
    [診断を始める]
    登録はいりません。分からないことは「わからない」と答えてかまいません。それも大切な結果です。
    答えはこの画面とそのアドレスの中だけにあります。私たちは何も保存していません。
    ## どんな診断ですか
    質問は3つの部分に分かれています。どの会社にも必要なこと（5問）、働く人が毎日すること（13問）、会社として決めること（7問）です。どの質問にも、意味と例が付いています。
    「している」は4点、「一部だけしている」は2点、「していない」は0点、「わからない」は引く1点です。全部で100点になります。
    [すべての質問の説明を読む]
    IPA（情報処理推進機構）のガイドラインにある25項目の自社診断の組み立てに沿っています。文章は私たちが書いたもので、IPAのものではありません。
    ");
}

#[tokio::test]
async fn a_question_explains_itself() {
    let shop = shop().await;
    insta::assert_snapshot!(shop.stranger.in_japanese().get("/assessment/check").await.readable(), @r"
    # 質問 1 / 25
    どの会社にも必要なこと
    会社の大きさに関係なく必要です。一度だけでなく、いつも続けましょう。
    ## パソコンやスマホの更新を、ためずに入れていますか。
    ( ) している
    ( ) 一部だけしている
    ( ) していない
    ( ) わからない
    <次の質問へ>
    これはどういう意味ですか
    更新（アップデート）は、見つかった弱点をふさぐ修理です。Windowsなどの基本ソフト、アプリ、ルーターなどの機器のすべてが対象です。自動で更新する設定にして、ときどき確かめていれば「している」です。
    ### たとえば
    小さな工場の例です。事務所のパソコン3台は自動更新にしています。毎月1日に、工場長がルーターと防犯カメラの更新も確かめます。
    ### なぜ必要ですか
    弱点が知られると、犯人は更新していない機械を自動で探し回ります。会社の大きさは関係ありません。
    [短い物語で知る（新しい画面で開きます）]
    答えはこの画面とそのアドレスの中だけにあります。私たちは何も保存していません。
    ");
    insta::assert_snapshot!(shop.stranger.get("/assessment/check?at=9").await.readable(), @r#"
    # Question 9 of 25
    What people do every day
    These guard against slips. Think of everyone at work, not of one person, when you answer.
    ## Is your company's Wi-Fi locked with an up-to-date method?
    ( ) Yes, we do this
    ( ) Partly
    ( ) No, not yet
    ( ) I don't know
    ( ) Does not apply (counts 4 points)
    <Next question> <Previous question>
    What does this mean?
    Wi-Fi reaches outside your walls. Use WPA2 or WPA3 with a long password. The old method called WEP is broken quickly. If you have no Wi-Fi at work, choose "does not apply".
    ### For example
    A café: guests and staff have separate Wi-Fi. The staff one uses WPA3 and its password is not on the wall.
    ### Why it matters
    Weak Wi-Fi lets someone in the street into your company. They can watch your traffic or use your line for crimes.
    [Read a short story about it (opens in a new window)]
    Your answers exist only in this page and its address. We keep nothing.
    "#);
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
        carry = reply
            .text()
            .split("name=\"a\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("what travels")
            .to_owned();
        at += 1;
        assert!(reply.readable().contains(&format!("# Question {at} of 25")), "{}", reply.readable());
    }
    assert_eq!(carry, format!("2026-03.{}", "dpnud".repeat(5)));
    let result = shop.stranger.get(&format!("/assessment/result?a={carry}")).await;
    insta::assert_snapshot!(result.readable(), @r#"
    # Your result
    Your answers exist only in this page and its address. We keep nothing.
    Score
    45 of 100
    Your protection is very thin. Act before something serious happens.
    ## What to do next
    Begin today. Hurry with four things first: updates, anti-virus, passwords and backup.
    ## Points by part
    Part | Points | Done (%) |
    What every company needs | 9 / 20 | 45 |
    What people do every day | 24 / 52 | 46 |
    What the company decides | 12 / 28 | 43 |
    ## Topic by topic
    {picture: A chart of how far you are in each topic. The table below says the same.}
    The same as in the chart, as a table.
    Topic | Points | Done (%) |
    Updates, anti-virus | 6 / 8 | 75 |
    Passwords, access | -1 / 8 | 0 |
    New tricks | 4 / 4 | 100 |
    Mail | 6 / 12 | 50 |
    Wi-Fi, web | 3 / 8 | 38 |
    Backup | 4 / 4 | 100 |
    Papers, media | 2 / 12 | 17 |
    Office, devices | 9 / 16 | 56 |
    People | 7 / 12 | 58 |
    Partners, cloud | 2 / 8 | 25 |
    Incidents, rules | 3 / 8 | 38 |
    ## Weakest first
    - [Can only those who need it for their work see your important data?] – I don't know
    - [Is your company's Wi-Fi locked with an up-to-date method?] – I don't know
    - [Do people lock the screen when they leave their seat?] – I don't know
    - [Do your people know what they must not tell others, and have they promised to keep it?] – I don't know
    - [Is it settled who does what, and whom to call, when something goes wrong?] – I don't know
    - [Are your passwords long, hard to guess, and different for each service?] – No, not yet
    - [When you choose cloud and other services, do you look at safety as well as price?] – No, not yet
    - [When you send important information, do you protect it instead of writing it in the mail?] – No, not yet
    See the other 7
    - [When papers or laptops leave the office, are you ready for losing them?] – No, not yet
    - [Before you throw away papers or computers, do you make the content unreadable?] – No, not yet
    - [Is anti-virus software running on every computer and refreshed every day?] – Partly
    - [Is there a habit or setting that makes you check the address before you send?] – Partly
    - [Do you put important papers and USB sticks away instead of leaving them out?] – Partly
    - [Does the last person out have a way to be sure that everything is locked?] – Partly
    - [When you share important information with another company, is there a written promise to keep it?] – Partly
    ## What you answered with "I don't know"
    Ask somebody or look it up first. Knowing is already a step forward.
    - [Can only those who need it for their work see your important data?]
    - [Is your company's Wi-Fi locked with an up-to-date method?]
    - [Do people lock the screen when they leave their seat?]
    - [Do your people know what they must not tell others, and have they promised to keep it?]
    - [Is it settled who does what, and whom to call, when something goes wrong?]
    ## Keep this result?
    With an account you can keep the result, get a plan for the weak spots, and compare with later results.
    [Make an account and keep it] [Change the answers]
    "#);
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
        let shop = &shop;
        let lead = &shop.lead;
        let first = lead.post("/assessment/sheets", &[("site", shop.site.as_str())]).await.location();
        let sheet = first.trim_start_matches("/assessment/sheets/").trim_end_matches("/questions/1").to_owned();
        let again = lead.post("/assessment/sheets", &[("site", shop.site.as_str())]).await.location();
        assert_eq!(again, first, "an open sheet is gone on with");
        let question = |n: usize| format!("/assessment/sheets/{sheet}/questions/{n}");
        let headers =
            [("hx-request", "true"), ("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        let saved = lead.send(Method::POST, &question(1), &headers, b"answer=done".to_vec()).await;
        assert_eq!(saved.readable(), "Saved. 1 of 25 questions are answered.");
        let none = lead.post(&question(2), &[("go", "next")]).await;
        assert_eq!(none.status.as_u16(), 422);
        assert!(none.readable().contains("Please choose one"), "{}", none.readable());
        assert_eq!(lead.post(&question(2), &[("go", "back")]).await.location(), question(1));
        let early = lead.post(&format!("/assessment/sheets/{sheet}/finish"), &[]).await;
        assert!(early.readable().contains("24 questions are not answered yet"), "{}", early.readable());
        for n in 1..=25 {
            let next =
                lead.post(&question(n), &[("answer", if n < 3 { "unknown" } else { "partly" }), ("go", "next")]).await.location();
            assert_eq!(next, if n < 25 { question(n + 1) } else { format!("/assessment/sheets/{sheet}") });
        }
        let overview = lead.get(&format!("/assessment/sheets/{sheet}")).await.readable();
        assert!(
            overview.contains("25 of 25 questions are answered") && overview.contains("<Finish and see the result>"),
            "{overview}"
        );
        let result = lead.post(&format!("/assessment/sheets/{sheet}/finish"), &[]).await.location();
        assert_eq!(result, format!("/assessment/sheets/{sheet}/result"));
        let shown = lead.get(&result).await.readable();
        assert!(shown.contains("44 of 100") && shown.contains("There is no earlier result"), "{shown}");
        let twice = lead.post(&format!("/assessment/sheets/{sheet}/finish"), &[]).await;
        assert!(twice.readable().contains("already finished"), "{}", twice.readable());
        let late = lead.post(&question(1), &[("answer", "done"), ("go", "next")]).await;
        assert!(late.readable().contains("already finished"), "{}", late.readable());
        assert!(lead.get(&result).await.readable().contains("44 of 100"), "a finished sheet stays as it is");
        assert_eq!(facts(shop, &shop.company).await, ["company-founded", "assessment-started", "assessment-finished"]);
    })
    .await;
}

#[tokio::test]
async fn answers_given_without_an_account_are_kept_on_request() {
    let shop = shop().await;
    let carry = format!("2026-03.{}", all('p'));
    insta::assert_snapshot!(shop.owner.get(&format!("/assessment/keep?carry={carry}")).await.readable(), @r"
    # Keep the result
    The result you got without an account (50 of 100 points) will be kept as your company's.
    <Keep it as our result> [Do not keep it]
    ");
    assert_eq!(facts(&shop, &shop.company).await, ["company-founded"], "asking keeps nothing");
    let sheet = keep(&shop.owner, &shop.site, &all('p')).await;
    insta::assert_snapshot!(shop.owner.in_japanese().get(&format!("/assessment/sheets/{sheet}/result")).await.readable(), @r"
    # 診断の結果
    2026年11月23日 9:00に答えました
    [やることを見る] [PDFで開く（印刷用）] [表計算で使う（CSV）]
    点数
    50 / 100点
    足りないところが、いくつも見つかりました。
    ## 次にすること
    全部を一度に直さなくてもだいじょうぶです。計画の上から順に、週に一つずつ進めましょう。
    ## 部分ごとの点
    部分 | 点 | できている割合（%） |
    どの会社にも必要なこと | 10 / 20 | 50 |
    働く人が毎日すること | 26 / 52 | 50 |
    会社として決めること | 14 / 28 | 50 |
    ## テーマごとの様子
    {picture: テーマごとにどこまでできているかの図。同じ内容の表が下にあります。}
    図と同じ内容の表です。
    テーマ | 点 | できている割合（%） |
    更新・ウイルス | 4 / 8 | 50 |
    パスワード・権限 | 4 / 8 | 50 |
    新しい手口 | 2 / 4 | 50 |
    メール | 6 / 12 | 50 |
    Wi-Fi・ネット | 4 / 8 | 50 |
    バックアップ | 2 / 4 | 50 |
    書類・持ち出し | 6 / 12 | 50 |
    事務所・機器 | 8 / 16 | 50 |
    働く人 | 6 / 12 | 50 |
    取引先・クラウド | 4 / 8 | 50 |
    事故対応・ルール | 4 / 8 | 50 |
    ## 弱いところから順に
    - [パソコンやスマホの更新を、ためずに入れていますか。] – 一部だけしている
    - [すべてのパソコンでウイルス対策ソフトが動き、毎日新しくなっていますか。] – 一部だけしている
    - [長くて人に当てられないパスワードを、使い回さずに使っていますか。] – 一部だけしている
    - [大事なデータを見られる人を、仕事で必要な人だけにしていますか。] – 一部だけしている
    - [新しいだましの手口を知り、社内に伝えるやり方がありますか。] – 一部だけしている
    - [あやしいメールの添付ファイルやリンクを、開かずに止まれますか。] – 一部だけしている
    - [あやしいサイトやSNSへの書きこみで困らないように、決まりや設定がありますか。] – 一部だけしている
    - [大事なデータの写しを取り、元に戻せることを確かめていますか。] – 一部だけしている
    ほかの17問も見る
    - [情報を守る勉強や声かけを、年に一度はしていますか。] – 一部だけしている
    - [クラウドなどのサービスを、値段だけでなく安全さも見て選んでいますか。] – 一部だけしている
    - [メールやFAXを送る前に、宛先をもう一度見る工夫がありますか。] – 一部だけしている
    - [大事な情報を送るとき、メールの本文に書かず、守った形で渡していますか。] – 一部だけしている
    - [会社のWi-Fi（無線LAN）に、新しい方式の鍵をかけていますか。] – 一部だけしている
    - [大事な書類やUSBメモリーを、机に出したままにせず、しまっていますか。] – 一部だけしている
    - [書類やパソコンを外に持ち出すとき、なくした場合に備えていますか。] – 一部だけしている
    - [席を離れるとき、パソコンの画面に鍵をかけていますか。] – 一部だけしている
    - [知らない人が、事務所の中に一人で入れないようになっていますか。] – 一部だけしている
    - [帰るとき、ノートパソコンやタブレットを盗まれないようにしまっていますか。] – 一部だけしている
    - [最後に帰る人が、鍵のかけ忘れを防ぐやり方を持っていますか。] – 一部だけしている
    - [書類やパソコンを捨てるとき、中身を読めないようにしていますか。] – 一部だけしている
    - [働く人は、外で話してはいけないことを知り、守る約束をしていますか。] – 一部だけしている
    - [自分のスマホやパソコンを仕事に使ってよいか、会社が決めていますか。] – 一部だけしている
    - [大事な情報を渡す取引先と、秘密を守る約束を書面でしていますか。] – 一部だけしている
    - [事故が起きたとき、だれが何をして、どこに連絡するかを決めていますか。] – 一部だけしている
    - [ここまでの24のことを会社の決まりにして、みんなに見せていますか。] – 一部だけしている
    ## 「わからない」と答えたこと
    「わからない」と答えた質問はありません。
    ## 前の結果とくらべる
    くらべられる前の結果は、まだありません。
    [これまでの結果を見る]
    ## 同じような会社とくらべる
    卸売・小売（お店、商社など）・1〜5人の会社
    くらべられる会社が、まだ足りません。業種と人数が同じ会社の結果が10社分そろうと、ここに出ます。それまでは、何社あるかも出しません。
    このサービスを使う会社の、いちばん新しい結果だけを数えています。場所が分かれている会社は、弱いほうの答えで数えます。どの会社が何点かは、だれにも見えません。
    ## すべての答え
    番号 | 質問 | 答え | 点 | 確かめたこと |
    1 | [パソコンやスマホの更新を、ためずに入れていますか。] | 一部だけしている | 2 |
    どの機器でも、まだ確かめていません
    |
    2 | [すべてのパソコンでウイルス対策ソフトが動き、毎日新しくなっていますか。] | 一部だけしている | 2 |
    どの機器でも、まだ確かめていません
    |
    3 | [長くて人に当てられないパスワードを、使い回さずに使っていますか。] | 一部だけしている | 2 |
    どの機器でも、まだ確かめていません
    |
    4 | [大事なデータを見られる人を、仕事で必要な人だけにしていますか。] | 一部だけしている | 2 |
    どの機器でも、まだ確かめていません
    |
    5 | [新しいだましの手口を知り、社内に伝えるやり方がありますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    6 | [あやしいメールの添付ファイルやリンクを、開かずに止まれますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    7 | [メールやFAXを送る前に、宛先をもう一度見る工夫がありますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    8 | [大事な情報を送るとき、メールの本文に書かず、守った形で渡していますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    9 | [会社のWi-Fi（無線LAN）に、新しい方式の鍵をかけていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    10 | [あやしいサイトやSNSへの書きこみで困らないように、決まりや設定がありますか。] | 一部だけしている | 2 |
    どの機器でも、まだ確かめていません
    |
    11 | [大事なデータの写しを取り、元に戻せることを確かめていますか。] | 一部だけしている | 2 |
    どの機器でも、まだ確かめていません
    |
    12 | [大事な書類やUSBメモリーを、机に出したままにせず、しまっていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    13 | [書類やパソコンを外に持ち出すとき、なくした場合に備えていますか。] | 一部だけしている | 2 |
    どの機器でも、まだ確かめていません
    |
    14 | [席を離れるとき、パソコンの画面に鍵をかけていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    15 | [知らない人が、事務所の中に一人で入れないようになっていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    16 | [帰るとき、ノートパソコンやタブレットを盗まれないようにしまっていますか。] | 一部だけしている | 2 |
    どの機器でも、まだ確かめていません
    |
    17 | [最後に帰る人が、鍵のかけ忘れを防ぐやり方を持っていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    18 | [書類やパソコンを捨てるとき、中身を読めないようにしていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    19 | [働く人は、外で話してはいけないことを知り、守る約束をしていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    20 | [情報を守る勉強や声かけを、年に一度はしていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    21 | [自分のスマホやパソコンを仕事に使ってよいか、会社が決めていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    22 | [大事な情報を渡す取引先と、秘密を守る約束を書面でしていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    23 | [クラウドなどのサービスを、値段だけでなく安全さも見て選んでいますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    24 | [事故が起きたとき、だれが何をして、どこに連絡するかを決めていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    25 | [ここまでの24のことを会社の決まりにして、みんなに見せていますか。] | 一部だけしている | 2 | 機器からは分からない質問です |
    答えが勝手に変わることはありません。違っていたら、理由を確かめて、必要なら答え直してください。
    ");
    let staff = shop.staff.get(&format!("/assessment/keep?carry={carry}")).await;
    assert_eq!(staff.status.as_u16(), 403);
    assert!(
        shop.staff.get(&format!("/assessment/sheets/{sheet}/result")).await.readable().contains("50 of 100"),
        "staff read results"
    );
}

#[tokio::test]
async fn results_are_compared_over_time() {
    let shop = shop().await;
    keep(&shop.owner, &shop.site, &all('n')).await;
    shop.clock.advance(10 * base::Moment::DAY);
    let newer = keep(&shop.owner, &shop.site, &all('p')).await;
    insta::assert_snapshot!(shop.owner.get("/assessment").await.readable(), @r#"
    # Self-assessment
    Answer 25 questions and see where your company is well protected and where it is weak. It takes about five minutes.
    ## Your result now
    50 of 100
    Several things are missing.
    Answered 3 December 2026
    [See the result][See what to do]
    ## Answer the questions
    <Answer all anew>
    <Start from the last answers>
    The owner, or somebody who knows how things are, should answer. If you have several places and one person cannot answer for all, answer for each place: the results are put together.
    ## Results so far
    {picture: Scores over time}
    Day | Score | Edition of the questions |
    [3 December 2026] | 50 | 2026-03 |
    [23 November 2026] | 0 | 2026-03 |
    ## What is this?
    The questions come in three parts: what every company needs (5), what people do every day (13), and what the company decides (7). Each one has an explanation and an example.
    "Yes" counts 4 points, "partly" 2, "not yet" 0, and "I don't know" takes 1 away. The full score is 100.
    [Read the explanation of every question]
    It follows the structure of the 25-item self-assessment in the guideline of IPA, Japan's agency for IT. The wording is ours, not IPA's.
    "#);
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
        let shop = &shop;
        let factory = another_site(shop, "工場", 15).await;
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
    assert!(
        csv.bytes.starts_with("\u{feff}\"No.\",\"Question\",\"Answer\",\"Points\",\"What was seen\"\r\n\"1\",".as_bytes()),
        "{}",
        csv.text()
    );
    assert!(csv.text().contains("\"-1\"") && csv.text().ends_with("\"\",\"Score\",\"\",\"95\",\"\"\r\n"), "{}", csv.text());
    let api = shop.owner.get(&format!("/api/v1/assessment/sheets/{sheet}")).await;
    let json: serde_json::Value = serde_json::from_slice(&api.bytes).expect("JSON");
    assert_eq!(
        (json["score"].as_i64(), json["band"].as_str(), json["answered"].as_i64()),
        (Some(95), Some("mostly-done"), Some(25))
    );
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
