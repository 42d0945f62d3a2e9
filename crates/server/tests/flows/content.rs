//! What people read is complete, in both languages, and says nothing that is not so.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use web::{Book, Content};

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn content_is_complete() {
    let faults = server::wiring::content_faults(&Content::disk(root().join("content")));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_rule_wakes_on_its_hits_and_sleeps_on_its_misses() {
    let faults = sigma::check::folder(&root().join("content/sigma"));
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

/// Keys that sources and templates name must exist; a page would show brackets instead.
#[test]
fn every_word_that_a_page_names_exists() {
    let (book, _) = Book::of(&Content::disk(root().join("content")));
    let mut missing = BTreeSet::new();
    for file in files(&root().join("crates"), &["rs", "html"]) {
        let text = std::fs::read_to_string(&file).expect("a source");
        if file.ends_with("web/src/tests.rs") {
            continue;
        }
        for call in ["w.t(\"", "w.n(\"", "w.with(\"", "words().t(\"", "words().n(\"", "words().with(\""] {
            for rest in text.split(call).skip(1) {
                let key = rest.split('"').next().unwrap_or_default();
                if !book.has(key) {
                    missing.insert(format!("{}: {key}", file.strip_prefix(root()).unwrap_or(&file).display()));
                }
            }
        }
        for call in ["Problem::refused(\"", "code: \""] {
            let codes = text.split(call).skip(1).filter_map(|rest| rest.split('"').next());
            let codes = codes.filter(|code| file.to_string_lossy().contains("/src/") && !book.has(&format!("problem-{code}")));
            let ours = |file: &Path| {
                !["wire", "agent", "sigma", "decode", "paper", "xtask", "trial"]
                    .iter()
                    .any(|name| file.starts_with(root().join("crates").join(name)))
            };
            missing.extend(
                codes
                    .filter(|_| ours(&file) && !file.ends_with("tests.rs"))
                    .map(|code| format!("{}: problem-{code}", file.display())),
            );
        }
    }
    assert!(missing.is_empty(), "{} words are missing:\n{}", missing.len(), missing.into_iter().collect::<Vec<_>>().join("\n"));
}

/// A self-declaration is the company's own: nobody certified it, and no text may say so.
#[test]
fn no_text_calls_a_self_declaration_a_certification() {
    let mut wrong = Vec::new();
    let content = Content::disk(root().join("content"));
    for path in content.list("").into_iter().filter(|path| path.starts_with("declaration/") || path.contains("declaration")) {
        for (number, line) in content.text(&path).unwrap_or_default().lines().enumerate() {
            let denies = [
                "ではありません",
                "していません",
                "はありません",
                "ものではない",
                "not ",
                "nobody",
                "Nobody",
                "never",
                "No one",
                "no one",
                "unverified",
            ];
            let claims = ["認定", "認証", "星を取得", "certif", "accredit"].iter().any(|word| line.contains(word));
            if claims && !denies.iter().any(|word| line.contains(word)) && !line.trim_start().starts_with('#') {
                wrong.push(format!("{path}:{}: {line}", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn files(folder: &Path, kinds: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, kinds));
        } else if path.extension().and_then(|kind| kind.to_str()).is_some_and(|kind| kinds.contains(&kind)) {
            found.push(path);
        }
    }
    found
}
