//! Which findings are told, and which are left out.

use super::threads::{found, hunt, log, rules};
use crate::{Choice, DayEdge, Exclusions, Hunt, moment};
use base::Moment;

fn counts(choice: Choice, exclusions: Exclusions) -> (usize, usize, usize, crate::Summary) {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("a.log"), log(0, 600)).expect("written");
    let (reports, summary) = found(&Hunt { choice, exclusions, ..hunt() }, &[dir.path().to_owned()]);
    let count = |id: &str| reports.iter().filter(|report| report.finding.rule == id).count();
    (count("failed"), count("in"), count("brute"), summary)
}

fn chosen(choice: Choice) -> (usize, usize, usize) {
    let (failed, signed_in, brute, _) = counts(choice, Exclusions::default());
    (failed, signed_in, brute)
}

#[test]
fn rules_are_chosen_by_tag_name_and_state() {
    let all = chosen(Choice::default());
    assert!(all.0 > 500 && all.1 == 60 && all.2 > 30, "{all:?}");
    let words = |word: &str| vec![word.to_owned()];
    let tagged = |word: &str| chosen(Choice { tags: words(word), ..Choice::default() });
    assert_eq!(tagged("attack.t1078"), (0, all.1, 0));
    assert_eq!(tagged("t1078.003"), (0, all.1, 0));
    assert_eq!(tagged("attack.T1110"), (0, 0, all.2), "its rules still feed a correlation");
    assert_eq!(tagged("attack.initial-access"), (0, all.1, 0));
    assert_eq!(tagged("attack.t107"), (0, 0, 0), "no part of a number");
    assert_eq!(chosen(Choice { rules: words("brute"), ..Choice::default() }), (0, 0, all.2));
    assert_eq!(chosen(Choice { without: words("FAILED"), ..Choice::default() }), (0, all.1, all.2));
    assert_eq!(chosen(Choice { rules: words("ssh.yml"), ..Choice::default() }), all);
    assert_eq!(chosen(Choice { status: words("stable"), ..Choice::default() }), (0, all.1, 0));
    let slips = Choice { tags: words("attack.t9"), rules: words("brutte"), without: words("in"), ..Choice::default() };
    assert_eq!(slips.unknown(&rules()), ["brutte", "attack.t9"]);
}

#[test]
fn only_the_time_that_was_asked_for_counts() {
    let at = |text: &str| moment(text, Moment(0), 0, DayEdge::Begin).expect("a time");
    let choice = Choice { since: Some(at("2025-12-10T00:01:00Z")), until: Some(at("2025-12-10T00:02:00Z")), ..Choice::default() };
    let (failed, signed_in, _, summary) = counts(choice, Exclusions::default());
    assert_eq!((failed, signed_in, summary.events, summary.outside), (54, 6, 594, 534));
}

#[test]
fn times_are_read_as_people_write_them() {
    let now = at_now();
    let east = 9 * Moment::HOUR;
    let read = |text: &str, edge| moment(text, now, east, edge).map(|at| at.rfc3339()).unwrap_or_else(|_| "refused".into());
    let table: Vec<String> = [
        "2026-11-01",
        "2026-11-01 09:00",
        "2026-11-01T09:00:30",
        "2026-11-01T09:00:00Z",
        "2026-11-01T09:00:00+02:00",
        "-7d",
        "-12h",
        "-0m",
        "7d",
        "-7y",
        "-99999999999999999w",
        "yesterday",
        "2026-02-30",
        "",
    ]
    .iter()
    .map(|text| match (read(text, DayEdge::Begin), read(text, DayEdge::End)) {
        (begin, end) if begin == end => format!("{text:26} {begin}"),
        (begin, end) => format!("{text:26} {begin} | {end}"),
    })
    .collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    2026-11-01                 2026-10-31T15:00:00.000Z | 2026-11-01T15:00:00.000Z
    2026-11-01 09:00           2026-11-01T00:00:00.000Z
    2026-11-01T09:00:30        2026-11-01T00:00:30.000Z
    2026-11-01T09:00:00Z       2026-11-01T09:00:00.000Z
    2026-11-01T09:00:00+02:00  2026-11-01T07:00:00.000Z
    -7d                        2026-11-11T11:06:40.000Z
    -12h                       2026-11-17T23:06:40.000Z
    -0m                        2026-11-18T11:06:40.000Z
    7d                         refused
    -7y                        refused
    -99999999999999999w        refused
    yesterday                  refused
    2026-02-30                 refused
                               refused
    ");
}

fn at_now() -> Moment {
    Moment(1_795_000_000_000)
}

#[test]
fn exclusions_leave_out_what_is_known_and_are_counted() {
    let exclusions = Exclusions::read(
        r#"
        [[exclude]]
        rule = "failed"
        field = "sourceip"
        value = "10.0.0.?"
        reason = "our own scanner"
        [[exclude]]
        rule = "*"
        field = "Method"
        value = "PASS*"
        reason = "tried out"
        until = "2000-01-01"
        "#,
    )
    .expect("exclusions");
    assert_eq!(exclusions.idle(&rules(), at_now()), ["exclusion 2: it ended on 2000-01-01 and leaves nothing out any more"]);
    let all = chosen(Choice::default());
    let (failed, signed_in, brute, summary) = counts(Choice::default(), exclusions);
    // What is excluded does not count for a correlation either.
    assert_eq!((failed, signed_in, brute), (0, all.1, 0));
    assert_eq!(summary.excluded, [all.0 as u64, 0]);
    let brute = "[[exclude]]\nrule = 'brute'\nfield = 'SourceIp'\nvalue = '*.3'\nreason = 'known'\n";
    let (failed, _, fewer, summary) = counts(Choice::default(), Exclusions::read(brute).expect("exclusions"));
    assert_eq!(failed, all.0);
    assert!(fewer < all.2 && fewer as u64 + summary.excluded[0] == all.2 as u64, "{fewer} {summary:?}");
}

#[test]
fn exclusions_that_cannot_be_meant_are_refused_all_at_once() {
    let one = |rest: &str| format!("[[exclude]]\nrule = '*'\nfield = 'A'\n{rest}\n");
    let text = [
        one("value = '*'\nreason = 'x'"),
        one("value = 'a'\nreason = ' '"),
        one("value = 'a'\nreason = 'x'\nuntil = '2026-2-1'"),
    ]
    .concat();
    assert_eq!(Exclusions::read(&text).expect_err("refused").len(), 3);
    assert!(Exclusions::read(&one("value = 'a'\nreason = 'x'\nwhy = 'y'")).is_err(), "an unknown key");
    assert!(Exclusions::read("").expect("none").all.is_empty());
}

#[test]
fn scripts_hear_what_a_hunt_comes_to() {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("written");
    let code = || found(&hunt(), &[dir.path().to_owned()]).1.verdict().code();
    write("a.log", "Dec 10 06:56:00 srv sshd[1]: Received disconnect from 1.2.3.4\n");
    assert_eq!(code(), 0);
    write("picture.png", "\u{89}PNG\0");
    assert_eq!(code(), 0, "a file in a folder that is no log is passed over");
    write("b.log", "Dec 10 06:56:00 srv sshd[1]: ok\nbroken\n");
    assert_eq!(code(), 3);
    write("c.log", &log(0, 10));
    assert_eq!(code(), 1);
    let course = std::sync::Arc::new(crate::Course::default());
    course.stop();
    assert_eq!(hunt().run(&[dir.path().to_owned()], &course, &mut |_| {}).verdict().code(), 4);
}
