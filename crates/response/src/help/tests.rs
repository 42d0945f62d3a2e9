use super::Help;
use crate::testing::*;

#[tokio::test]
async fn help_is_there_before_anybody_signs_in() {
    let shop = trial::shop(routes(), fill).await;
    insta::assert_snapshot!(shop.stranger.in_japanese().get("/help").await.readable(), @"
    # 困ったとき
    だいじょうぶです。近いものを1つ選んでください。最初にすることをお見せします。
    ## [画面に変な表示や脅しの文が出た]
    「ファイルを暗号にした」「お金を払え」「ウイルスに感染しました」などの表示
    ## [あやしいメールを開いた・パスワードを入れてしまった]
    添付ファイルを開いた、リンク先で情報を入れた、など
    ## [パソコン・スマートフォン・USBメモリーをなくした]
    置き忘れた、盗まれた、見つからない
    ## [仕事のシステムやネットが使えない]
    ファイルが開けない、システムに入れない、全員のネットが切れた
    ## [そのほか・よくわからない]
    はっきりしなくても、だいじょうぶです
    見守り役の警告について困っているときは、警告のページから「困った」を押してください。 [警告を見る]
    ");
    insta::assert_snapshot!(shop.stranger.get("/help/screen").await.readable(), @"
    # A strange screen or a threat appeared
    Stay calm, and go from the top.
    ## What to do first
    - Unplug the LAN cable and switch Wi-Fi off, so that it cannot spread to other computers.
    - Leave the power on and leave the computer as it is. Switching it off wipes clues.
    - Take a picture of the screen with a phone.
    - If a backup drive or USB stick is plugged in, take it out.
    - Tell the person in charge by phone. Do not use mail on this computer.
    ## What not to do
    - Do not call a number on the screen, and do not pay.
    - Do not delete files or reset the computer yourself.
    ## Open an incident
    Sign in to make a page for it. [Sign in]
    [Choose another]
    ");
    for path in ["/help/x", "/help/alert", "/help/%00"] {
        assert_eq!(shop.owner.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn anybody_of_the_company_may_ask() {
    trial::each_store(routes(), fill, |shop| async move {
        let told = shop.staff.post("/help/mail", &[("story", "請求書のメールを開きました")]).await;
        let page = shop.owner.in_japanese().get(&told.location()).await.readable();
        assert!(page.contains("請求書のメールを開きました") && page.contains("佐藤 次郎"), "{page}");
        assert_eq!(facts(&shop, &shop.company).await, ["help-asked", "incident-opened"]);
        let again = shop.staff.post("/help/mail", &[("story", "a\u{1b}[31mb")]).await;
        assert_eq!(again.status, 422);
        assert!(again.text().contains("aria-invalid=\"true\""), "{}", again.text());
        assert_eq!(shop.stranger.post("/help/mail", &[]).await.status, 303, "to the sign-in");
        assert_eq!(shop.other_owner.get(&told.location()).await.status, 404);
    })
    .await;
}

#[test]
fn alerts_lead_to_lessons() {
    let (help, faults) = Help::read(&trial::content());
    assert!(faults.is_empty(), "{faults:?}");
    let questions = |tags: &[&str]| {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        help.questions("alert", &tags).iter().map(|lesson| lesson.question.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(questions(&["attack.t1110.001"]), "passwords incident-readiness");
    assert_eq!(questions(&["attack.t1486", "attack.impact"]), "backup incident-readiness");
    assert_eq!(questions(&["attack.t11100"]), "incident-readiness", "a technique whose number begins alike is another");
    assert_eq!(questions(&[]), "incident-readiness");
}

#[test]
fn each_lesson_is_a_question_of_the_assessment() {
    let (help, _) = Help::read(&trial::content());
    let assessment = trial::content().text("assessment/2026-03.toml").expect("the assessment");
    for lesson in &help.lessons {
        assert!(assessment.contains(&format!("key = \"{}\"", lesson.question)), "{}", lesson.question);
    }
}
