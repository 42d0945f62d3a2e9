use super::*;

/// A copy of the content, in which a text of a file is replaced.
fn changed(path: &str, from: &str, to: &str) -> (tempfile::TempDir, Content) {
    let (folder, source) = (tempfile::tempdir().expect("a folder"), trial::content());
    for path in
        ["assessment/", "plan/", "declaration/", "trade/", "size/", "sealed.toml"].iter().flat_map(|prefix| source.list(prefix))
    {
        let target = folder.path().join(&path);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        std::fs::write(target, source.text(&path).expect("a text")).expect("written");
    }
    let text = source.text(path).expect("a text");
    assert!(text.contains(from), "{path} has {from:?}");
    std::fs::write(folder.path().join(path), text.replacen(from, to, 1)).expect("written");
    let content = Content::disk(folder.path());
    (folder, content)
}

#[test]
fn the_published_editions_have_no_fault() {
    assert_eq!(faults(&trial::content()), Vec::<String>::new());
    let (editions, _) = Editions::read(&trial::content());
    assert_eq!(editions.assessments.iter().map(|edition| edition.questions.len()).collect::<Vec<_>>(), [25]);
    assert_eq!(editions.declarations.iter().map(|edition| edition.count()).collect::<Vec<_>>(), [5, 6]);
    assert_eq!(editions.trades.len(), 20);
}

#[test]
fn every_fault_is_named() {
    let mut table = String::new();
    for (path, from, to) in [
        ("assessment/2026-03.toml", "part = \"basic\"\nsix = 1", "part = \"people\"\nsix = 9"),
        ("assessment/2026-03.toml", "may_not_apply = false", "may_not_apply = false\nsurprise = true"),
        ("assessment/2026-03.toml", "questions = [\"updates\", \"antivirus\"]", "questions = [\"updates\", \"updating\"]"),
        ("assessment/2026-03.toml", "from = 70", "from = 71"),
        ("assessment/2026-03.toml", "evidence = [\"updates\"]", "evidence = [\"weather\"]"),
        ("assessment/2026-03.toml", "en = \"Partly\"", "en = \" \""),
        ("plan/2026-04.toml", "question = \"backup\"", "question = \"back-up\""),
        ("plan/2026-04.toml", "effort = 2", "effort = 6"),
        ("declaration/2026-04.toml", "[45]", "[5]"),
        ("declaration/2026-04.toml", "number = 2\n", "number = 3\n"),
        ("size/bands.toml", "from = 6\n", "from = 7\n"),
        ("sealed.toml", "plan/2026-04.toml", "plan/2026-05.toml"),
    ] {
        let (_folder, content) = changed(path, from, to);
        table.push_str(&format!("{} → {}\n", from.replace('\n', " "), to.replace('\n', " ")));
        for fault in faults(&content) {
            let fault: Vec<&str> = fault.lines().map(|line| line.split(" (SHA-256").next().unwrap_or(line)).collect();
            table.push_str(&format!("    {}\n", fault.join(" / ")));
        }
    }
    insta::assert_snapshot!(table, @r#"
    part = "basic" six = 1 → part = "people" six = 9
        assessment/2026-03.toml: part basic has 4 questions, not 5, or another number than 1
        assessment/2026-03.toml: part people has 14 questions, not 13, or another number than 2
        assessment/2026-03.toml: updates names a rule that is none of the six
        assessment/2026-03.toml: this edition is published and was changed
    may_not_apply = false → may_not_apply = false surprise = true
        assessment/2026-03.toml: TOML parse error at line 145, column 1 /     | / 145 | surprise = true /     | ^^^^^^^^ / unknown field `surprise`, expected one of `number`, `key`, `part`, `six`, `may_not_apply`, `ask`, `means`, `example`, `why`, `evidence`, `lesson`
        assessment/: there is no edition that can be read
        assessment/2026-03.toml: this edition is published and was changed
    questions = ["updates", "antivirus"] → questions = ["updates", "updating"]
        assessment/2026-03.toml: topic updates-antivirus names the unknown question updating
        assessment/2026-03.toml: antivirus stands in 0 topics, not in one
        assessment/2026-03.toml: this edition is published and was changed
    from = 70 → from = 71
        assessment/2026-03.toml: the bands do not cover -25 to 100 without a gap
        assessment/2026-03.toml: this edition is published and was changed
    evidence = ["updates"] → evidence = ["weather"]
        assessment/2026-03.toml: updates names the unknown check weather
        assessment/2026-03.toml: this edition is published and was changed
    en = "Partly" → en = " "
        assessment/2026-03.toml: partly is not said in both languages
        assessment/2026-03.toml: this edition is published and was changed
    question = "backup" → question = "back-up"
        plan/2026-04.toml: set-up-backup names the unknown question back-up
        plan/2026-04.toml: this edition is published and was changed
    effort = 2 → effort = 6
        plan/2026-04.toml: turn-on-automatic-updates has no actions, no minutes, or an effect or effort outside 1 to 5
        plan/2026-04.toml: this edition is published and was changed
    [45] → [5]
        declaration/2026-04.toml: the number's pattern or the level is another than the program knows
        declaration/2026-04.toml: this edition is published and was changed
    number = 2  → number = 3 
        declaration/2026-04.toml: antivirus has another number than 2 or no suggestion
        declaration/2026-04.toml: this edition is published and was changed
    from = 6  → from = 7 
        size/bands.toml: the bands do not follow one another up to an open end
    plan/2026-04.toml → plan/2026-05.toml
        plan/2026-05.toml: this published edition is gone; answers that were given to it can no longer be shown
    "#);
}

#[test]
fn the_edition_of_a_day_is_the_one_published_by_then() {
    let (editions, _) = Editions::read(&trial::content());
    let day = |text: &str| text.parse::<Day>().expect("a day");
    assert_eq!(editions.assessment_on(day("2026-11-23")).expect("one").edition, "2026-03");
    assert_eq!(editions.declaration_on(day("2026-03-31")).expect("one").edition, "2019-03");
    assert_eq!(editions.declaration_on(day("2026-04-01")).expect("one").edition, "2026-04");
    assert_eq!(editions.size(5).map(|size| size.key.as_str()), Some("1-5"));
    assert_eq!(editions.size(i64::MAX).map(|size| size.key.as_str()), Some("301-plus"));
    assert!(editions.size(0).is_none());
}
