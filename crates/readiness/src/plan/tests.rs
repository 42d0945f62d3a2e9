use super::rules::*;
use crate::assessment::rules::Answers;
use crate::tests::{all, editions, facts, fill, keep, refuses_bad_forms, shop};
use base::*;
use store::Actor;
use trial::Shop;

#[test]
fn steps_move_between_three_states() {
    let mut table = format!("{:<9}{:<10}{:<10}{:<10}{:<10}{}\n", "state", "assign", "finish", "reopen", "drop", "take back");
    for state in State::ALL {
        let cells = Act::ALL.map(|act| format!("{:<10}", state.after(act).map_or("-", State::name)));
        table.push_str(format!("{:<9}{}", state.name(), cells.concat()).trim_end());
        table.push('\n');
    }
    insta::assert_snapshot!(table, @r"
    state    assign    finish    reopen    drop      take back
    open     open      done      -         dropped   -
    done     -         -         open      -         -
    dropped  -         -         -         -         open
    ");
}

#[test]
fn the_six_rules_come_first_and_then_effect_for_effort() {
    let editions = editions();
    let (assessment, plan) = (editions.assessments.last().expect("one"), editions.plan().expect("one"));
    let lines = |letters: &str| {
        let answers = Answers::from_letters(assessment, letters).expect("answers");
        let steps = order(assessment, Some(&answers), gaps(assessment, plan, &answers));
        let line = |step: &&crate::content::StepText| {
            let question = assessment.question(&step.question).expect("a question");
            format!(
                "{} {}/{} {} {}",
                question.six.map_or("-".to_owned(), |six| six.to_string()),
                step.effect,
                step.effort,
                question.number,
                step.key
            )
        };
        steps.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(lines(&all('d')), "", "no gap, no step");
    insta::assert_snapshot!(lines(&all('n')), @r"
    5 3/1 5 choose-a-news-reader
    5 3/1 5 pass-on-tricks
    1 5/2 1 turn-on-automatic-updates
    2 5/2 2 antivirus-on-every-computer
    2 3/1 2 monthly-antivirus-check
    5 4/2 6 stop-and-ask-rule
    5 4/2 6 mail-filter-and-macros
    5 4/2 20 yearly-learning
    3 5/3 3 strong-different-passwords
    3 5/2 3 second-check-at-sign-in
    6 5/3 11 set-up-backup
    6 4/2 11 try-a-restore
    5 3/2 10 web-and-software-rule
    5 2/1 10 social-media-rule
    1 4/3 1 update-network-devices
    4 4/3 4 narrow-shared-folders
    4 4/2 4 stop-unused-accounts
    4 3/3 23 list-and-check-services
    - 3/1 7 delay-sending
    - 3/1 7 point-and-check-addresses
    - 3/1 14 automatic-screen-lock
    - 5/2 24 emergency-sheet
    - 4/2 9 lock-the-wifi
    - 2/1 12 empty-desk-rule
    - 2/1 17 last-person-out-list
    - 4/2 24 practise-an-incident
    - 3/2 8 safe-way-to-send-files
    - 3/2 9 separate-guest-wifi
    - 3/2 13 carry-out-book
    - 3/2 16 lock-up-devices
    - 3/2 18 disposal-rule
    - 3/2 21 own-device-rule
    - 4/3 13 encrypt-portable-devices
    - 4/3 25 write-our-rules
    - 2/2 15 greet-and-accompany-visitors
    - 3/3 19 confidentiality-promise
    - 3/4 22 written-promise-with-partners
    ");
    // The weaker answer comes first where all else is the same: the second question does not know, the first does partly.
    insta::assert_snapshot!(lines(&format!("pu{}", &all('d')[2..])), @r"
    2 5/2 2 antivirus-on-every-computer
    2 3/1 2 monthly-antivirus-check
    1 5/2 1 turn-on-automatic-updates
    1 4/3 1 update-network-devices
    ");
}

#[test]
fn what_is_due_comes_before_the_order() {
    let today: Day = "2026-11-23".parse().expect("a day");
    let day = |days: i64| Some(today.plus(days));
    for (steps, first) in [
        (vec![], None),
        (vec![None, None], Some(0)),
        (vec![None, day(1)], Some(0)),
        (vec![None, day(0)], Some(1)),
        (vec![None, day(0), day(-3)], Some(2)),
        (vec![None, day(-3), day(-3)], Some(1)),
    ] {
        assert_eq!(next(&steps, today), first, "{steps:?}");
    }
    assert_eq!([due(today.plus(-1), today), due(today, today), due(today.plus(1), today)], [Due::Late, Due::Today, Due::Later]);
}

/// Answers of the shop: backup is missing, visitors are let in; all else is done.
fn letters() -> String {
    let mut letters: Vec<char> = all('d').chars().collect();
    (letters[10], letters[14]) = ('n', 'p');
    letters.into_iter().collect()
}

#[tokio::test]
async fn before_the_first_answers_there_is_nothing_to_do() {
    let shop = shop().await;
    insta::assert_snapshot!(shop.lead.get("/plan").await.readable(), @r"
    # What to do
    The steps that mend what the assessment found. Take them one by one, from the top.
    There is no assessment yet. Answer it, and the steps appear here.
    [To the self-assessment]
    0 to do, 0 done, 0 dropped
    State ( *To do / Done / Dropped / All / )
    Person ( Everybody / Nobody yet / 大和 花子 / 鈴木 一郎 / 佐藤 次郎 / )
    Order ( By worth / By due day / )
    <Show these>
    There are no steps yet.
    [List to print][Put due days into a calendar (iCalendar)]
    The six things that every company needs come first, then what helps most for the least effort. Times are our estimate for a company of about ten.
    ");
    assert_eq!(shop.lead.get("/plan/set-up-backup").await.status.as_u16(), 404);
}

#[tokio::test]
async fn the_plan_is_read_in_both_languages() {
    let shop = shop().await;
    keep(&shop.owner, &shop.site, &letters()).await;
    insta::assert_snapshot!(shop.staff.in_japanese().get("/plan").await.readable(), @r"
    # やること
    診断で見つかった弱いところを直す、一つずつのやることです。上から順に進めてください。
    まだ 3件・済み 0件・やらない 0件
    状態 ( *まだ / 済み / やらない / すべて / )
    担当 ( みんな / まだ決めていない / 大和 花子 / 鈴木 一郎 / 佐藤 次郎 / )
    並べ方 ( 効き目の大きい順 / 期限の近い順 / )
    <この条件で見る>
    ## [大事なデータの写しを自動で取る]
    写しがあれば、ウイルスや故障のあとも仕事に戻れます。
    およそ120分 – 担当者
    ## [写しから元に戻せるか試す]
    いざというときに戻せない写しは、ないのと同じです。
    およそ45分 – 担当者
    ## [来た人を迎える流れを決める]
    一声かけるだけで、悪いことを考える人は入りにくくなります。
    およそ40分 – 担当者
    [印刷用の一覧][期限をカレンダーに入れる（iCalendar）]
    どの会社にも欠かせない6つのことを先に、次に、手間のわりに効き目の大きいものから並べています。時間は、10人ほどの会社での目安です。
    ");
    insta::assert_snapshot!(shop.lead.get("/plan/set-up-backup").await.readable(), @r"
    # Copy important data automatically
    To do
    ## Why
    With a copy you can work again after a virus or a breakdown.
    ## How
    - List the data you cannot lose and where it is.
    - Set a copy to be made every day by itself.
    - Make a second copy on something you can unplug.
    - Unplug it when it is done, and keep it elsewhere.
    Takes: About 120 minutes
    Usually done by: The person in charge
    Person: Nobody yet
    Due: No day set
    The question behind it: [Do you keep copies of important data, and have you tried bringing them back?]
    Your answer now: No, not yet
    ## When it is done
    Which data, with what, to where? Where is the disconnected copy?
    ()
    <Mark as done>
    ## Who, and by when
    Person
    ( Nobody yet / 大和 花子 / 鈴木 一郎 / 佐藤 次郎 / )
    Due
    ()
    <Set>
    The person is told by mail, if mail is set up.
    Decide against this step
    Why not?
    ()
    <Drop it>
    [To all steps]
    ");
    insta::assert_snapshot!(shop.staff.get("/plan/set-up-backup").await.readable().lines().take(4).collect::<Vec<_>>().join("\n"), @r"
    # Copy important data automatically
    To do
    ## Why
    With a copy you can work again after a virus or a breakdown.
    ");
    insta::assert_snapshot!(shop.lead.in_japanese().get("/plan/print").await.readable(), @r"
    # やることの一覧
    狛犬ベーカリー – 2026年11月23日
    ## □ 大事なデータの写しを自動で取る
    写しがあれば、ウイルスや故障のあとも仕事に戻れます。
    - なくなると困るデータと、その置き場所を書き出してください。
    - 毎日自動で写しを取る設定にしてください。
    - もう一つの写しを、外付けディスクなど切り離せる物に取ってください。
    - 取り終わったら抜き、別の場所にしまいましょう。
    およそ120分 – 担当者
    ## □ 写しから元に戻せるか試す
    いざというときに戻せない写しは、ないのと同じです。
    - 写しから、ファイルを3つほど選んでください。
    - 元の場所ではなく、別のフォルダーに戻してください。
    - 開いて、中身が正しいかを見てください。かかった時間も書いてください。
    - 次に試す日（半年後など）を決めましょう。
    およそ45分 – 担当者
    ## □ 来た人を迎える流れを決める
    一声かけるだけで、悪いことを考える人は入りにくくなります。
    - 入口にベルか受付と、来客ノートを置いてください。
    - お客さんが入ってよい場所を決め、ほかの扉は閉めてください。
    - 約束のない業者は、会社の代表番号にかけて確かめてください。
    - 見かけない人への声のかけ方を、みんなで決めましょう。
    およそ40分 – 担当者
    <印刷する>[やることの一覧へ]
    ブラウザーの印刷（Ctrl+P）で紙に出せます。
    ");
}

#[tokio::test]
async fn a_step_is_assigned_done_and_taken_back() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let shop = &shop;
        keep(&shop.owner, &shop.site, &letters()).await;
        let staff = shop.staff.person.clone().expect("a person");
        let not_theirs = shop.staff.post("/plan/set-up-backup/done", &[("what", "I did")]).await;
        assert!(not_theirs.readable().contains("Only the person who has this step"), "{}", not_theirs.readable());
        let assigned = [("person", staff.as_str()), ("due", "2026-11-30")];
        assert_eq!(shop.lead.post("/plan/set-up-backup/assign", &assigned).await.location(), "/plan/set-up-backup");
        assert_eq!(
            shop.lead.post("/plan/set-up-backup/assign", &assigned).await.location(),
            "/plan/set-up-backup",
            "twice is harmless"
        );
        let page = shop.staff.get("/plan/set-up-backup").await.readable();
        assert!(page.contains("Person: 佐藤 次郎") && page.contains("Due: 30 November 2026"), "{page}");
        let empty = shop.staff.post("/plan/set-up-backup/done", &[("what", " ")]).await;
        assert_eq!(empty.status.as_u16(), 422);
        assert!(empty.readable().contains("Please fill this in"), "{}", empty.readable());
        shop.staff.post("/plan/set-up-backup/done", &[("what", "restic runs every night")]).await.location();
        let done = shop.lead.get("/plan/set-up-backup").await.readable();
        for words in [
            "restic runs every night",
            "Noted by 佐藤 次郎, 23 November 2026, 9:00",
            "<Answer this question again>",
            "Your answer now: No, not yet",
        ] {
            assert!(done.contains(words), "{words} in {done}");
        }
        let twice = shop.staff.post("/plan/set-up-backup/done", &[("what", "again")]).await;
        assert!(twice.readable().contains("This step is done already."), "{}", twice.readable());
        shop.staff.post("/plan/set-up-backup/reopen", &[]).await.location();
        assert!(shop.lead.get("/plan/set-up-backup").await.readable().contains("To do"));
        shop.lead.post("/plan/try-a-restore/drop", &[("what", "no time")]).await.location();
        let listed = shop.lead.get("/plan?state=dropped").await.readable();
        assert!(listed.contains("2 to do, 0 done, 1 dropped"), "{listed}");
        assert_eq!(shop.staff.post("/plan/try-a-restore/reopen", &[]).await.status.as_u16(), 403);
        shop.lead.post("/plan/try-a-restore/reopen", &[]).await.location();
        let told: Vec<String> = facts(shop, &shop.company).await.into_iter().filter(|fact| fact.starts_with("step")).collect();
        assert_eq!(
            told,
            ["step-planned", "step-assigned", "step-done", "step-reopened", "step-planned", "step-dropped", "step-reopened"]
        );
    })
    .await;
}

#[tokio::test]
async fn the_plan_is_filtered_sorted_and_reminded_of() {
    let shop = shop().await;
    keep(&shop.owner, &shop.site, &letters()).await;
    let staff = shop.staff.person.clone().expect("a person");
    shop.lead
        .post("/plan/greet-and-accompany-visitors/assign", &[("person", staff.as_str()), ("due", "2026-11-24")])
        .await
        .location();
    let titles =
        |page: String| page.lines().filter(|line| line.contains("## ")).map(str::to_owned).collect::<Vec<_>>().join("\n");
    let by_plan = titles(shop.lead.get("/plan").await.readable());
    let by_due = titles(shop.lead.get("/plan?sort=due").await.readable());
    assert!(by_due.lines().next() == by_plan.lines().last() && by_plan.lines().count() == 3, "{by_plan}\n{by_due}");
    assert_eq!(titles(shop.lead.get(&format!("/plan?person={staff}")).await.readable()).lines().count(), 1);
    assert_eq!(titles(shop.lead.get("/plan?person=nobody").await.readable()).lines().count(), 2);
    assert_eq!(titles(shop.lead.get("/plan?state=done").await.readable()), "");
    assert_eq!(titles(shop.lead.get("/plan?state=x&person=x&sort=x").await.readable()), "", "nobody is called x");
    shop.clock.advance(2 * Moment::DAY);
    let late = shop.lead.get("/plan").await.readable();
    assert!(late.contains("One step is due today or late.") && late.contains("Late"), "{late}");
    let calendar = shop.lead.in_japanese().get("/plan/due.ics").await;
    let text = calendar.text().replace("\r\n ", "");
    assert!(
        text.contains("DTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261125\r\n")
            && text.matches("BEGIN:VEVENT").count() == 1,
        "{text}"
    );
    assert!(calendar.text().split("\r\n").all(|line| line.len() <= 75));
}

#[tokio::test]
async fn a_letter_tells_who_was_given_a_step() {
    let shop = shop().await;
    keep(&shop.owner, &shop.site, &letters()).await;
    let staff = shop.staff.person.clone().expect("a person");
    shop.lead.post("/plan/try-a-restore/assign", &[("person", staff.as_str()), ("due", "")]).await.location();
    let job = shop.app.store.claim_job().await.expect("the store").expect("a job");
    let letter = super::step_letter(&shop.app, &job).await.expect("content").expect("a letter");
    assert_eq!(letter.to, "staff@bakery.example");
    insta::assert_snapshot!(format!("{}\n\n{}", letter.subject, letter.text), @r#"
    A step is yours: Try bringing data back from the copy

    Dear 佐藤 次郎,

    The step "Try bringing data back from the copy" of your company's plan is yours.

    Why: A copy that does not come back is no copy.

    How:
    1. Choose about three files in the copy.
    2. Bring them back to another folder, not to where they were.
    3. Open them and see that they are right. Note how long it took.
    4. Set the next day to try, for example in half a year.

    Takes: about 45 minutes
    Due: No day set

    When it is done, mark it as done on this page:
    http://localhost:8620/plan/try-a-restore
    "#);
    shop.lead.post("/plan/try-a-restore/assign", &[("person", ""), ("due", "")]).await.location();
    assert_eq!(super::step_letter(&shop.app, &job).await.expect("content"), None, "taken away again");
}

#[tokio::test]
async fn a_person_is_reminded_once_of_each_day_that_was_set() {
    trial::each_store(crate::routes(), crate::tests::fill, |shop| async move {
        let shop = &shop;
        keep(&shop.owner, &shop.site, &letters()).await;
        let staff = shop.staff.person.clone().expect("a person");
        let assign = async |due: &str| {
            shop.lead.post("/plan/set-up-backup/assign", &[("person", staff.as_str()), ("due", due)]).await.location();
            let job = shop.app.store.claim_job().await.expect("the store").expect("the letter about the assignment");
            shop.app.store.finish_job(&job.id).await.expect("kept");
        };
        assign("2026-11-25").await;
        assert_eq!(super::remind(&shop.app).await.expect("told"), 0, "it is not due yet");
        shop.clock.advance(2 * Moment::DAY);
        assert_eq!(super::remind(&shop.app).await.expect("told"), 1);
        assert_eq!(super::remind(&shop.app).await.expect("told"), 0, "once is enough");
        let job = shop.app.store.claim_job().await.expect("the store").expect("a job");
        let letter = super::step_letter(&shop.app, &job).await.expect("content").expect("a letter");
        assert_eq!(
            (letter.to.as_str(), letter.subject.as_str()),
            ("staff@bakery.example", "Due: Copy important data automatically")
        );
        shop.app.store.finish_job(&job.id).await.expect("kept");
        assign("2026-11-27").await;
        shop.clock.advance(3 * Moment::DAY);
        assert_eq!(super::remind(&shop.app).await.expect("told"), 1, "another day was set");
        assign("2026-12-01").await;
        keep(&shop.owner, &shop.site, &all('d')).await;
        shop.clock.advance(30 * Moment::DAY);
        assert_eq!(super::remind(&shop.app).await.expect("told"), 0, "a new answer has settled it");
    })
    .await;
}

#[tokio::test]
async fn a_new_answer_settles_the_plan_and_an_incident_adds_to_it() {
    let shop = shop().await;
    keep(&shop.owner, &shop.site, &letters()).await;
    shop.lead.post("/plan/set-up-backup/assign", &[("person", ""), ("due", "2026-11-30")]).await.location();
    shop.clock.advance(Moment::HOUR);
    keep(&shop.owner, &shop.site, &all('d')).await;
    let page = shop.lead.get("/plan").await.readable();
    assert!(page.contains("0 to do, 0 done, 0 dropped"), "{page}");
    let add = async |key: &str| {
        let mut tx = shop.app.store.write(&shop.company, Actor::System).await.expect("a transaction");
        super::add(&mut tx, key).await.expect("added");
        tx.commit().await.expect("kept");
    };
    add("strong-different-passwords").await;
    add("strong-different-passwords").await;
    add("no-such-step").await;
    let page = shop.lead.get("/plan").await.readable();
    assert!(page.contains("1 to do, 0 done, 0 dropped"), "{page}");
    shop.lead.post("/plan/strong-different-passwords/done", &[("what", "a manager for all")]).await.location();
    add("strong-different-passwords").await;
    let step = shop.lead.get("/plan/strong-different-passwords").await.readable();
    assert!(step.contains("This came into the plan from an incident.") && step.contains("To do"), "{step}");
}

async fn of_other(shop: &Shop) {
    let mut tx = shop.app.store.write(&shop.other_company, Actor::System).await.expect("a transaction");
    super::add(&mut tx, "encrypt-portable-devices").await.expect("added");
    tx.commit().await.expect("kept");
}

#[tokio::test]
async fn another_companys_row_is_not_there() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        let shop = &shop;
        of_other(shop).await;
        keep(&shop.owner, &shop.site, &letters()).await;
        assert!(shop.other_owner.get("/plan/encrypt-portable-devices").await.status.is_success());
        let path = "/plan/encrypt-portable-devices";
        assert_eq!(shop.owner.get(path).await.status.as_u16(), 404);
        for act in ["assign", "done", "drop", "reopen"] {
            let reply = shop.owner.post(&format!("{path}/{act}"), &[("what", "x")]).await;
            assert_eq!(reply.status.as_u16(), 404, "{act}: {}", reply.readable());
        }
        let foreign = shop.other_owner.person.clone().expect("a person");
        let reply = shop.owner.post("/plan/set-up-backup/assign", &[("person", foreign.as_str())]).await;
        assert_eq!(reply.status.as_u16(), 422, "nobody of another company is given a step");
        assert!(!shop.owner.get("/plan").await.text().contains(foreign.as_str()));
    })
    .await;
}

#[tokio::test]
async fn what_no_page_of_ours_sends_is_refused() {
    let shop = shop().await;
    keep(&shop.owner, &shop.site, &letters()).await;
    for (act, field) in [("assign", "due"), ("done", "what"), ("drop", "what")] {
        refuses_bad_forms(&shop.lead, &format!("/plan/set-up-backup/{act}"), field).await;
    }
    let assign =
        async |person: &str, due: &str| shop.lead.post("/plan/set-up-backup/assign", &[("person", person), ("due", due)]).await;
    assert_eq!(assign("nobody", "").await.status.as_u16(), 404);
    assert!(assign("", "2026-11-22").await.readable().contains("A day that has passed cannot be a due day"));
    assert!(assign("", "30/11").await.readable().contains("Please enter a date such as"));
    let long = shop.lead.post("/plan/set-up-backup/done", &[("what", &"あ".repeat(2001))]).await;
    assert!(long.readable().contains("too long") && long.text().contains(&"あ".repeat(2001)), "what was typed is still there");
    for (act, status) in [("assign", 403), ("drop", 403), ("done", 422)] {
        let reply = shop.staff.post(&format!("/plan/set-up-backup/{act}"), &[("what", "x")]).await;
        assert_eq!(reply.status.as_u16(), status, "{act}");
    }
    assert_eq!(shop.stranger.get("/plan").await.status.as_u16(), 303);
}
