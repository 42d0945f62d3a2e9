use super::*;

/// A copy of the content, in which a text of a file is replaced.
fn changed(path: &str, from: &str, to: &str) -> (tempfile::TempDir, Content) {
    let (folder, source) = (tempfile::tempdir().expect("a folder"), trial::content());
    for path in ["assessment/", "plan/", "declaration/", "trade/", "size/", "sealed.toml"].iter().flat_map(|prefix| source.list(prefix)) {
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
    insta::assert_snapshot!(table, @r"");
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
