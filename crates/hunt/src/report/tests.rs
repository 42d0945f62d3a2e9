mod files;

use super::words::Words;
use super::{OwnerText, html, navigator, summary, timesketch, timesketch_head};
use crate::outcome::{Gatherer, Made, Outcome};
use crate::sums::Collector;
use crate::{Report, Summary};
use base::{Lang, Moment};
use sigma::Level;

/// 23 November 2026, 10:02 in Japan.
const START: i64 = 1_795_395_720_000;

struct Seen<'a> {
    /// Seconds after the start.
    at: i64,
    rule: &'a str,
    title: &'a str,
    level: Level,
    tags: &'a [&'a str],
    host: &'a str,
    user: &'a str,
    value: &'a str,
}

fn report(seen: &Seen<'_>, record_id: u64) -> Report {
    let at = START + seen.at * Moment::SECOND;
    let source = wire::Source { product: "windows".into(), category: "process_creation".into(), service: String::new() };
    let fields = vec![("User".to_owned(), seen.user.to_owned()), ("CommandLine".to_owned(), seen.value.to_owned())];
    let finding = wire::Finding {
        rule: seen.rule.into(),
        name: seen.rule.into(),
        title: seen.title.into(),
        level: seen.level.to_string(),
        tags: seen.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        at,
        matched: vec![wire::Matched {
            selection: "selection".into(),
            field: "CommandLine".into(),
            value: seen.value.into(),
            pattern: "*".into(),
        }],
        events: vec![wire::Event { at, source, fields }],
        drill: None,
    };
    Report {
        finding,
        level: seen.level,
        host: seen.host.into(),
        source_file: "logs/Security.evtx".into(),
        record_id,
        author: "Ann".into(),
        rule_file: "a.yml".into(),
    }
}

fn outcome(seen: &[Seen<'_>]) -> Outcome {
    let mut gatherer = Gatherer::new(1_000);
    seen.iter().enumerate().for_each(|(number, seen)| gatherer.add(report(seen, number as u64 + 1)));
    let summary = Summary { files: 2, events: 1_234, findings: seen.len() as u64, ..Summary::default() };
    let made = Made {
        version: "komainu 0".into(),
        begun: Moment(START),
        ended: Moment(START + Moment::HOUR),
        east: 9 * Moment::HOUR,
        rules: 3,
        ..Made::default()
    };
    gatherer.finish(summary, Collector::new().finish(), made)
}

fn page(outcome: &Outcome, lang: Lang) -> String {
    let texts = |id: &str| {
        (id == "own").then(|| OwnerText {
            title: "Files are being taken hostage".into(),
            what: "One decoy after another is changed.".into(),
            now: "Pull the network cable.".into(),
        })
    };
    let mut out = Vec::new();
    html(&mut out, outcome, lang, &texts).expect("written");
    String::from_utf8(out).expect("a text")
}

/// What a reader hears of the story: texts in their order, without marks.
fn heard(page: &str) -> String {
    let story = page.split("<main>").nth(1).and_then(|rest| rest.split("<section class=\"engineer\"").next()).expect("a story");
    let mut text = String::new();
    let mut inside = false;
    for letter in story.chars() {
        match letter {
            '<' => {
                inside = true;
                text.push('\n');
            }
            '>' => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn small_case() -> Outcome {
    let dump = ["attack.credential-access", "attack.t1003.001"];
    let seen = |at, rule, title, level, tags, host, user| Seen { at, rule, title, level, tags, host, user, value: "x" };
    outcome(&[
        seen(0, "guess", "Password Guessing", Level::Medium, &["attack.t1110"], "KAIKEI-PC", "KOMA\\tanaka"),
        seen(60, "dump", "LSASS Dump", Level::High, &dump, "KAIKEI-PC", "KOMA\\tanaka"),
        seen(120, "dump", "LSASS Dump", Level::High, &dump, "KAIKEI-PC", "NT AUTHORITY\\SYSTEM"),
        seen(420, "dump2", "Minidump", Level::High, &dump, "KAIKEI-PC", "KOMA\\tanaka"),
        seen(500, "dump", "LSASS Dump", Level::High, &dump, "SRV1", "KOMA\\tanaka"),
        seen(900, "own", "Canaries Attacked", Level::Critical, &["attack.impact", "attack.t1486"], "SRV1", ""),
        seen(910, "odd", "Odd Rule", Level::Medium, &[], "SRV1", ""),
        seen(920, "who", "Whoami", Level::Low, &["attack.t1033"], "SRV1", ""),
    ])
}

#[test]
fn the_story_is_told_in_the_words_of_an_owner() {
    let outcome = small_case();
    insta::assert_snapshot!(heard(&page(&outcome, Lang::En)), @r#"
        There are serious signs. Treat this as a possible break-in until an engineer says otherwise.
        What stands here are signs in records, not proofs. An engineer has to confirm them before anybody is blamed.
        Since when
        2026-11-23 10:02
        Last seen
        2026-11-23 10:17
        Machines
        SRV1, KAIKEI-PC
        Accounts
        tanaka
        Findings
        8
        What to do first
        Pull the network cable.
        SRV1
        From another, safe machine, change all passwords that were used on this one.
        KAIKEI-PC, SRV1
        Then give this report to an engineer. Do not delete anything before that.
        What happened
        Told by the stages of an attack, each in the order of time.
        Stealing passwords
        Signs that somebody went after passwords or what stands in for them.
        Medium
        Somebody tried many passwords to get in.
        once at 2026-11-23 10:02 on KAIKEI-PC (account tanaka)
        How sure: possible
        High
        Somebody took, or tried to take, the passwords kept on the computer.
        3 times between 2026-11-23 10:03 and 10:09 on KAIKEI-PC (account tanaka)
        once at 2026-11-23 10:10 on SRV1 (account tanaka)
        How sure: likely
        Doing damage
        Signs that data or systems were damaged or made unusable.
        Critical
        Files are being taken hostage
        One decoy after another is changed.
        once at 2026-11-23 10:17 on SRV1
        How sure: very likely
        Other things
        Things that belong to no stage in particular.
        Medium
        A rule named “Odd Rule” found something.
        once at 2026-11-23 10:17 on SRV1
        How sure: possible
        One more sign of little weight stands in the engineer&#39;s part.
        "#);
    insta::assert_snapshot!(heard(&page(&outcome, Lang::Ja)), @r#"
        深刻な兆しがあります。技術者が違うと言うまでは、侵入されたものとして扱ってください。
        ここにあるのは記録に残った兆しで、証拠の確定ではありません。誰かを責める前に、技術者の確認を受けてください。
        いつから
        2026-11-23 10:02
        最後
        2026-11-23 10:17
        パソコン・機器
        SRV1、KAIKEI-PC
        アカウント
        tanaka
        検知
        8
        まずすること
        Pull the network cable.
        SRV1
        別の安全な機器から、その機器で使ったパスワードをすべて変えてください。
        KAIKEI-PC、SRV1
        次に、この報告書を技術者に渡してください。それまで何も消さないでください。
        何が起きたか
        攻撃の段階ごとに、時刻の順に並べています。
        パスワードを盗む
        パスワードや、その代わりになるものを盗もうとした跡です。
        中
        パスワードの総当たり
        パスワードを何度も試して、入り込もうとした跡があります。
        KAIKEI-PC で、2026-11-23 10:02 に1回（アカウント tanaka）
        確かさ: 可能性あり
        高
        パスワードの抜き取り
        パソコンに残っているパスワードが抜き取られたおそれがあります。
        KAIKEI-PC で、2026-11-23 10:03 から 10:09 の間に3回（アカウント tanaka）
        SRV1 で、2026-11-23 10:10 に1回（アカウント tanaka）
        確かさ: 可能性が高い
        壊す・使えなくする
        データや仕組みを壊した、または使えなくした跡です。
        重大
        Files are being taken hostage
        One decoy after another is changed.
        SRV1 で、2026-11-23 10:17 に1回
        確かさ: 可能性がとても高い
        そのほか
        どの段階か決められないものです。
        中
        「Odd Rule」という検知ルールに当てはまるものがありました。
        SRV1 で、2026-11-23 10:17 に1回
        確かさ: 可能性あり
        このほかに、軽い兆しが1件あります。技術者向けのページにあります。
        "#);
}

#[test]
fn nothing_found_says_what_that_means_and_what_not() {
    let mut outcome = outcome(&[]);
    insta::assert_snapshot!(heard(&page(&outcome, Lang::En)), @r#"
        Nothing suspicious was found in these records.
        That means: in 1,234 events of 2 files, none of the 3 rules found anything.
        It does not mean that nothing happened. Records may be switched off, too short, or deleted, and no set of rules knows everything. If something is odd, keep these files and ask an engineer.
        "#);
    outcome.summary.events = 0;
    insta::assert_snapshot!(heard(&page(&outcome, Lang::Ja)), @"何も読めなかったため、何も言えません。「読めなかったもの」をご覧ください。");
}

/// Texts that try to leave where they stand.
const HOSTILE: &str = "</td></table></style></title><script>alert(1)</script><img src=x onerror=alert(1)>\" onload=\"x' {{7*7}} &lt; \u{0}\u{1b}[2J\u{202e}=1+1";

#[test]
fn hostile_values_stay_text() {
    let tags = ["attack.t1003", HOSTILE];
    let mut outcome = outcome(&[Seen {
        at: 0,
        rule: HOSTILE,
        title: HOSTILE,
        level: Level::High,
        tags: &tags,
        host: HOSTILE,
        user: HOSTILE,
        value: HOSTILE,
    }]);
    outcome.made.options.push((HOSTILE.into(), HOSTILE.into()));
    outcome.made.elsewhere = Some(HOSTILE.into());
    outcome.summary.faults.push(sigma::Fault { file: HOSTILE.into(), line: None, reason: HOSTILE.into() });
    for lang in Lang::ALL {
        let page = page(&outcome, lang);
        for word in ["<script", "<img", "</style></title>", "<td></table>"] {
            assert!(!page.contains(word), "{word}");
        }
        // Nothing of the page's own runs or loads: the only handlers, addresses and references are those of the text, escaped.
        assert_eq!(page.matches("http").count(), page.matches("http-equiv").count());
        assert!(!page.contains("url(") && !page.contains("src=\"") && page.matches("<style>").count() == 1);
        assert!(page.contains("&#60;script&#62;alert(1)"));
        let mut told = Vec::new();
        summary(&mut told, &outcome, lang).expect("written");
        let told = String::from_utf8(told).expect("a text");
        assert!(!told.contains(['\u{1b}', '\u{0}', '\u{202e}']), "{told:?}");
    }
}

#[test]
fn a_report_of_very_many_findings_stays_small_and_says_so() {
    let value = "long ".repeat(2_000);
    let mut gatherer = Gatherer::new(4_000);
    for number in 0..12_000_u64 {
        let rule = format!("rule-{}", number % 700);
        let host = format!("PC-{}", number % 90);
        let level = Level::ALL[usize::from(number % 5 == 0) + 1];
        let seen = Seen {
            at: number as i64,
            rule: &rule,
            title: &rule,
            level,
            tags: &["attack.t1059.001"],
            host: &host,
            user: "sato",
            value: &value,
        };
        gatherer.add(report(&seen, number));
    }
    let rare =
        Seen { at: -5, rule: "rare", title: "Rare", level: Level::Critical, tags: &[], host: "PC-1", user: "", value: "x" };
    gatherer.add(report(&rare, 1));
    let outcome = gatherer.finish(Summary::default(), Collector::new().finish(), Made::default());
    assert_eq!((outcome.findings.len(), outcome.tally.all()), (4_000, 12_001));
    assert!(outcome.findings.is_sorted_by_key(|one| one.finding.at));
    assert_eq!(outcome.findings[0].finding.rule, "rare");
    let page = page(&outcome, Lang::En);
    assert!(page.len() < 6_000_000, "{}", page.len());
    assert!(page.contains("Of 12,001 findings, 3,000 stand here"));
    assert!(page.contains("Show 2960 more") || page.contains("Show 2,960 more"));
}

#[test]
fn the_layer_is_as_navigator_reads_it() {
    let mut out = Vec::new();
    navigator(&mut out, &small_case()).expect("written");
    let layer: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    assert_eq!(layer["versions"]["layer"], "4.5");
    assert_eq!(layer["domain"], "enterprise-attack");
    let techniques = layer["techniques"].as_array().expect("a list");
    let told: Vec<String> = techniques
        .iter()
        .map(|one| format!("{} {} {} {}", one["techniqueID"], one["score"], one["showSubtechniques"], one["comment"]))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
        "T1003.001" 4 false "LSASS Dump; Minidump"
        "T1033" 1 false "Whoami"
        "T1110" 1 false "Password Guessing"
        "T1486" 1 false "Canaries Attacked"
        "T1003" 0 true ""
        "#);
    // Every key is one of the format's, and of its type.
    for one in techniques {
        assert!(one["techniqueID"].as_str().is_some_and(|id| id.starts_with('T')) && one["score"].is_u64());
        assert!(one["enabled"].is_boolean() && one["color"].is_string() && one["comment"].is_string());
    }
    let known = ["name", "versions", "domain", "description", "sorting", "hideDisabled", "techniques", "gradient", "legendItems"];
    assert!(layer.as_object().expect("an object").keys().all(|key| known.contains(&key.as_str())));
    assert_eq!(layer["gradient"]["colors"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_timeline_is_csv_that_no_spreadsheet_runs() {
    let mut out = Vec::new();
    timesketch_head(&mut out).expect("written");
    let seen = Seen {
        at: 0,
        rule: "r",
        title: "=HYPERLINK(\"x\")",
        level: Level::High,
        tags: &["attack.t1059"],
        host: "@pc",
        user: "-sato",
        value: "a\"b,\nc",
    };
    timesketch(&mut out, &report(&seen, 7)).expect("written");
    insta::assert_snapshot!(String::from_utf8(out).expect("text").replace("\r\n", "\n"), @r#"
        message,datetime,timestamp_desc,level,host,account,rule_id,rule_name,tags,matched,source_file,record_id
        "'=HYPERLINK(""x""): CommandLine = a""b,
        c",2026-11-23T01:02:00.000+00:00,Komainu finding,high,"'@pc","'-sato",r,r,attack.t1059,"CommandLine = a""b,
        c",logs/Security.evtx,7
        "#);
}

#[test]
fn the_terminal_shows_straight_columns() {
    let mut out = Vec::new();
    summary(&mut out, &small_case(), Lang::Ja).expect("written");
    insta::assert_snapshot!(String::from_utf8(out).expect("text"), @r#"
        検知: 8  重大 1, 高 4, 中 2, 低 1

        検知ルール
          検知ルール         作った人  ATT&CK     件数  最高  最初              最後
          -----------------  --------  ---------  ----  ----  ----------------  ----------------
          Canaries Attacked  Ann       T1486         1  重大  2026-11-23 10:17  2026-11-23 10:17
          LSASS Dump         Ann       T1003.001     3  高    2026-11-23 10:03  2026-11-23 10:10
          Minidump           Ann       T1003.001     1  高    2026-11-23 10:09  2026-11-23 10:09
          Password Guessing  Ann       T1110         1  中    2026-11-23 10:02  2026-11-23 10:02
          Odd Rule           Ann                     1  中    2026-11-23 10:17  2026-11-23 10:17
          Whoami             Ann       T1033         1  低    2026-11-23 10:17  2026-11-23 10:17

        機器
          機器       件数  最高  最初              最後
          ---------  ----  ----  ----------------  ----------------
          SRV1          4  重大  2026-11-23 10:10  2026-11-23 10:17
          KAIKEI-PC     4  高    2026-11-23 10:02  2026-11-23 10:09
        "#);
}

#[test]
fn every_word_is_there_in_both_languages() {
    let keys = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.starts_with("hunt-"));
        lines.filter_map(|line| line.split(" =").next()).map(str::to_owned).collect()
    };
    let ja = include_str!("../../../../content/words/ja/hunt.ftl");
    let en = include_str!("../../../../content/words/en/hunt.ftl");
    assert_eq!(keys(ja), keys(en));
    let words = Lang::ALL.map(|lang| Words::new(lang, 0));
    for key in keys(ja) {
        assert!(words.iter().all(|words| words.has(&key)), "{key}");
    }
    for changed in crate::sums::Changed::ALL {
        assert!(words[0].has(&format!("hunt-changed-{}", changed.word())));
    }
    let outcome = small_case();
    for lang in Lang::ALL {
        let page = page(&outcome, lang);
        assert!(!page.contains('⟦') && !page.contains("{$") && !page.contains("{ $"), "{lang:?}");
    }
}
