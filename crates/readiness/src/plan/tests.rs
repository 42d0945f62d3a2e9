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
    insta::assert_snapshot!(table, @r"");
}

#[test]
fn the_six_rules_come_first_and_then_effect_for_effort() {
    let editions = editions();
    let (assessment, plan) = (editions.assessments.last().expect("one"), editions.plan().expect("one"));
    let lines = |letters: &str| {
        let answers = Answers::from_letters(assessment, letters).expect("answers");
        let mut steps = gaps(assessment, plan, &answers);
        order(assessment, Some(&answers), &mut steps);
        let line = |step: &&crate::content::StepText| {
            let question = assessment.question(&step.question).expect("a question");
            format!("{} {}/{} {} {}", question.six.map_or("-".to_owned(), |six| six.to_string()), step.effect, step.effort, question.number, step.key)
        };
        steps.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(lines(&all('d')), "", "no gap, no step");
    insta::assert_snapshot!(lines(&all('n')), @r"");
    // The weaker answer comes first where all else is the same: the second question does not know, the first does partly.
    insta::assert_snapshot!(lines(&format!("pu{}", &all('d')[2..])), @r"");
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
    insta::assert_snapshot!(shop.lead.get("/plan").await.readable(), @"");
    assert_eq!(shop.lead.get("/plan/set-up-backup").await.status.as_u16(), 404);
}

#[tokio::test]
async fn the_plan_is_read_in_both_languages() {
    let shop = shop().await;
    keep(&shop.owner, &shop.site, &letters()).await;
    insta::assert_snapshot!(shop.staff.in_japanese().get("/plan").await.readable(), @"");
    insta::assert_snapshot!(shop.lead.get("/plan/set-up-backup").await.readable(), @"");
    insta::assert_snapshot!(shop.staff.get("/plan/set-up-backup").await.readable().lines().take(4).collect::<Vec<_>>().join("\n"), @"");
    insta::assert_snapshot!(shop.lead.in_japanese().get("/plan/print").await.readable(), @"");
}

#[tokio::test]
async fn a_step_is_assigned_done_and_taken_back() {
    trial::each_store(crate::routes(), fill, |shop| async move {
        keep(&shop.owner, &shop.site, &letters()).await;
        let staff = shop.staff.person.clone().expect("a person");
        let not_theirs = shop.staff.post("/plan/set-up-backup/done", &[("what", "I did")]).await;
        assert!(not_theirs.readable().contains("Only the person who has this step"), "{}", not_theirs.readable());
        let assigned = [("person", staff.as_str()), ("due", "2026-11-30")];
        assert_eq!(shop.lead.post("/plan/set-up-backup/assign", &assigned).await.location(), "/plan/set-up-backup");
        assert_eq!(shop.lead.post("/plan/set-up-backup/assign", &assigned).await.location(), "/plan/set-up-backup", "twice is harmless");
        let page = shop.staff.get("/plan/set-up-backup").await.readable();
        assert!(page.contains("Person: 佐藤 次郎") && page.contains("Due: 30 November 2026"), "{page}");
        let empty = shop.staff.post("/plan/set-up-backup/done", &[("what", " ")]).await;
        assert_eq!(empty.status.as_u16(), 422);
        assert!(empty.readable().contains("Please fill this in"), "{}", empty.readable());
        shop.staff.post("/plan/set-up-backup/done", &[("what", "restic runs every night")]).await.location();
        let done = shop.lead.get("/plan/set-up-backup").await.readable();
        for words in ["restic runs every night", "Noted by 佐藤 次郎, 23 November 2026, 9:00", "<Answer this question again>", "Your answer now: No, not yet"] {
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
        let told: Vec<String> = facts(&shop, &shop.company).await.into_iter().filter(|fact| fact.starts_with("step")).collect();
        assert_eq!(told, ["step-planned", "step-assigned", "step-done", "step-reopened", "step-planned", "step-dropped", "step-reopened"]);
    })
    .await;
}

#[tokio::test]
async fn the_plan_is_filtered_sorted_and_reminded_of() {
    let shop = shop().await;
    keep(&shop.owner, &shop.site, &letters()).await;
    let staff = shop.staff.person.clone().expect("a person");
    shop.lead.post("/plan/greet-and-accompany-visitors/assign", &[("person", staff.as_str()), ("due", "2026-11-24")]).await.location();
    let titles = |page: String| page.lines().filter(|line| line.contains("## ")).map(str::to_owned).collect::<Vec<_>>().join("\n");
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
    assert!(text.contains("DTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261125\r\n") && text.matches("BEGIN:VEVENT").count() == 1, "{text}");
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
    insta::assert_snapshot!(format!("{}\n\n{}", letter.subject, letter.text), @"");
    shop.lead.post("/plan/try-a-restore/assign", &[("person", ""), ("due", "")]).await.location();
    assert_eq!(super::step_letter(&shop.app, &job).await.expect("content"), None, "taken away again");
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
        of_other(&shop).await;
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
    let assign = async |person: &str, due: &str| shop.lead.post("/plan/set-up-backup/assign", &[("person", person), ("due", due)]).await;
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
