use super::rules::*;
use crate::content::AssessmentEdition;
use crate::tests::{all, editions};
use std::sync::OnceLock;

mod bounds;
mod pages;

fn edition() -> &'static AssessmentEdition {
    static EDITION: OnceLock<AssessmentEdition> = OnceLock::new();
    EDITION.get_or_init(|| editions().assessments.pop().expect("an edition"))
}

fn answers(letters: &str) -> Answers {
    Answers::from_letters(edition(), letters).expect("answers")
}

#[test]
fn the_score_is_a_plain_sum_and_every_score_has_a_band() {
    let edition = edition();
    let mut table = String::new();
    for letters in [
        all('d'),
        all('p'),
        all('n'),
        all('u'),
        format!("u{}", &all('d')[1..]),
        format!("{}p", &all('d')[1..]),
        "dddddddddddddddddnnnnnnpu".to_owned(),
        "dddddddddddddddddpnnnnnnn".to_owned(),
        "ddddddddddddnnnnnnnnnnnnp".to_owned(),
        "ddddddddddddnnnnnnnnnnnup".to_owned(),
        "ddddddddxdddddxdddxdxxxdd".to_owned(),
    ] {
        let score = score(edition, &answers(&letters));
        table.push_str(&format!("{letters} {score:>4} {}\n", band(edition, score).map_or("-", |band| band.key.as_str())));
    }
    insta::assert_snapshot!(table, @r"
    ddddddddddddddddddddddddd  100 entry-achieved
    ppppppppppppppppppppppppp   50 gaps
    nnnnnnnnnnnnnnnnnnnnnnnnn    0 danger
    uuuuuuuuuuuuuuuuuuuuuuuuu  -25 danger
    udddddddddddddddddddddddd   95 mostly-done
    ddddddddddddddddddddddddp   98 mostly-done
    dddddddddddddddddnnnnnnpu   69 gaps
    dddddddddddddddddpnnnnnnn   70 mostly-done
    ddddddddddddnnnnnnnnnnnnp   50 gaps
    ddddddddddddnnnnnnnnnnnup   49 danger
    ddddddddxdddddxdddxdxxxdd  100 entry-achieved
    ");
    for score in -25..=100 {
        assert!(band(edition, score).is_some(), "{score}");
    }
    assert!(band(edition, 101).is_none() && band(edition, -26).is_none());
}

#[test]
fn letters_that_are_no_answers_are_not_taken() {
    let edition = edition();
    for bad in ["", "d", &all('q'), &all('x'), &format!("{}d", all('d')), "狛", &"d".repeat(24), &"狛".repeat(25)] {
        assert!(Answers::from_letters(edition, bad).is_none(), "{bad:?}");
    }
    let half = format!("{}{}", "d".repeat(12), "-".repeat(13));
    let given = answers(&half);
    assert_eq!((given.given(), given.is_complete(), given.first_gap(), given.letters()), (12, false, Some(13), half));
}

proptest::proptest! {
    #[test]
    fn any_text_is_answers_or_not(text in ".{0,60}") {
        let edition = edition();
        if let Some((_, letters)) = carried(&text)
            && let Some(answers) = Answers::from_letters(edition, letters) {
            assert_eq!(answers.letters(), letters);
            let score = score(edition, &answers);
            assert!((-25..=100).contains(&score));
        }
    }

    #[test]
    fn the_weakest_site_never_scores_more_than_any(a in "[dpnu]{25}", b in "[dpnu]{25}", people in 0i64..500) {
        let edition = edition();
        let (a, b) = (answers(&a), answers(&b));
        let whole = across(edition, &[(people, &a), (3, &b)]).expect("two sites");
        let (low, high) = (score(edition, &a).min(score(edition, &b)), score(edition, &a).max(score(edition, &b)));
        assert!(whole.minimum <= low);
        assert!((low * 10..=high * 10).contains(&whole.mean_tenths));
        assert!((low * 10..=high * 10).contains(&whole.weighted_tenths));
    }
}

#[test]
fn the_weakest_come_first_and_those_of_the_six_rules_before_others() {
    let edition = edition();
    let given = answers("dpnuddunddnpddddddddddddp");
    let weak: Vec<String> =
        weakest(edition, &given).iter().map(|q| format!("{} {} {}", points(edition, &given, q), q.number, q.key)).collect();
    insta::assert_snapshot!(weak.join("\n"), @r"
    -1 4 access-control
    -1 7 misdirected-mail
    0 3 passwords
    0 11 backup
    0 8 mail-protection
    2 2 antivirus
    2 12 clear-desk
    2 25 rules
    ");
    let unknown: Vec<usize> = answered(edition, &given, Answer::Unknown).iter().map(|question| question.number).collect();
    assert_eq!(unknown, [4, 7]);
}

#[test]
fn topics_and_parts_share_the_points() {
    let edition = edition();
    let given = answers("ddddduuuuupppppnnnnnddddd");
    let line = |share: &Share| format!("{} {}/{} {}%", share.key, share.points, share.most, share.percent());
    let lines: Vec<String> = parts(edition, &given).iter().chain(&topics(edition, &given)).map(line).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    basic 20/20 100%
    people 5/52 10%
    organisation 20/28 71%
    updates-antivirus 8/8 100%
    passwords-access 8/8 100%
    threats 4/4 100%
    mail -3/12 0%
    network-web -2/8 0%
    backup 2/4 50%
    papers-media 4/12 33%
    office-devices 4/16 25%
    people 4/12 33%
    partners-services 8/8 100%
    incident-rules 8/8 100%
    ");
}

#[test]
fn several_sites_are_one_company() {
    let edition = edition();
    let (best, worst, middle) = (answers(&all('d')), answers(&all('u')), answers(&all('p')));
    let line = |sites: &[(i64, &Answers)]| match across(edition, sites) {
        None => "-".to_owned(),
        Some(whole) => {
            format!("{} {} {} {}", whole.minimum, decimal(whole.mean_tenths), decimal(whole.weighted_tenths), whole.unknown)
        }
    };
    assert_eq!(line(&[]), "-");
    assert_eq!(line(&[(5, &best)]), "100 100.0 100.0 0");
    assert_eq!(line(&[(5, &best), (5, &worst)]), "-25 37.5 37.5 25");
    assert_eq!(line(&[(9, &best), (1, &worst)]), "-25 37.5 87.5 25");
    assert_eq!(line(&[(0, &best), (0, &worst)]), "-25 37.5 37.5 25");
    assert_eq!(line(&[(-3, &best), (1, &middle)]), "50 75.0 50.0 0");
    let mixed = (answers(&format!("dn{}", &all('d')[2..])), answers(&format!("nd{}", &all('d')[2..])));
    assert_eq!(line(&[(1, &mixed.0), (1, &mixed.1)]), "92 96.0 96.0 0", "each question by its weakest site");
    assert_eq!(["-0.5", "0.0", "12.3"].map(str::to_owned), [decimal(-5), decimal(0), decimal(123)]);
}

#[test]
fn companies_are_compared_from_ten_on() {
    let line = |counts: &[(i64, i64)], own: i64| match compare(counts, own) {
        Peers::TooFew => "too few".to_owned(),
        Peers::Shown { companies, lower, median, upper, above_percent } => {
            format!("{companies}: {lower} {median} {upper}, above {above_percent}%")
        }
    };
    assert_eq!(line(&[], 50), "too few");
    assert_eq!(line(&[(50, 9)], 50), "too few");
    assert_eq!(line(&[(50, 10)], 50), "10: 50 50 50, above 0%");
    let one_each: Vec<(i64, i64)> = (1..=10).map(|n| (n * 10, 1)).collect();
    assert_eq!(line(&one_each, 100), "10: 30 50 80, above 100%");
    assert_eq!(line(&one_each, 10), "10: 30 50 80, above 0%");
    assert_eq!(line(&[(100, 3), (-25, 9)], 100), "12: -25 -25 -25, above 81%");
}

#[test]
fn charts_hold_no_markup_of_others() {
    let radar = super::chart::radar("<b>", &[("\"><script>", 500), ("b", -5), ("c", 50)]);
    assert!(!radar.contains("<script>") && !radar.contains("<b>") && !radar.contains("style="), "{radar}");
    let line = super::chart::over_time("t", &[("2026-01-01".into(), -25), ("2026-02-01".into(), 500)], -25, 100);
    assert!(line.starts_with("<svg") && line.ends_with("</svg>") && !line.contains("NaN"), "{line}");
    assert!(!super::chart::radar("t", &[]).contains("NaN"));
}
