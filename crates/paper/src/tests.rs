//! Prints real documents and reads them back as text.

mod samples;

use base::Lang;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::*;
use samples::{assessment, declaration};

static PRESS: LazyLock<Press> = LazyLock::new(|| Press::new().expect("a press"));

/// The text of each page, or nothing where the reader of PDFs is not installed; CI must have it.
fn pages(pdf: &[u8]) -> Option<Vec<String>> {
    let started = Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut reader = match started {
        Ok(reader) => reader,
        Err(why) => {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "pdftotext (poppler-utils) is missing: {why}");
            let _ = writeln!(std::io::stderr(), "SKIPPED: pdftotext (poppler-utils) is missing, the text was not read");
            return None;
        }
    };
    reader.stdin.take().expect("its input").write_all(pdf).expect("it reads");
    let output = reader.wait_with_output().expect("it ends");
    assert!(output.status.success(), "pdftotext cannot read the document");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    Some(text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect())
}

/// A text without white space, since a line may break anywhere in Japanese.
fn run_together(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

#[test]
fn an_assessment_prints_every_text_in_both_languages() {
    for lang in Lang::ALL {
        let sheet = assessment(lang);
        let pdf = PRESS.assessment(&sheet).expect("a document");
        let Some(pages) = pages(&pdf) else { continue };
        assert_eq!(pages.len(), 2, "{lang:?}");
        for (at, page) in pages.iter().enumerate() {
            let page = run_together(page);
            assert!(page.contains(&run_together(&sheet.footer)), "{lang:?} {at}: the foot");
            assert!(page.contains(&format!("{}/{}", at + 1, pages.len())), "{lang:?} {at}: the page number");
        }
        let all = run_together(&pages.concat());
        let words = &sheet.words;
        let texts = [
            &sheet.title,
            &sheet.company,
            &sheet.band,
            &sheet.band_text,
            &sheet.next,
            &sheet.source,
            &words.score,
            &words.topics,
            &words.weakest,
            &words.unknown,
            &words.unknown_text,
            &words.answers,
        ];
        let rows = sheet.answers.iter().flat_map(|row| [&row.question, &row.answer]);
        for text in texts.into_iter().chain(rows).chain(sheet.topics.iter().map(|topic| &topic.name)) {
            // A cell's lines are read across its row, so long texts are looked for by their beginning.
            let beginning: String = run_together(text).chars().take(10).collect();
            assert!(all.contains(&beginning), "{lang:?}: {text}");
        }
    }
}

#[test]
fn a_declaration_prints_every_text_in_both_languages() {
    for lang in Lang::ALL {
        let statement = declaration(lang);
        let pdf = PRESS.declaration(&statement).expect("a document");
        let Some(pages) = pages(&pdf) else { continue };
        assert_eq!(pages.len(), 1, "{lang:?}");
        let all = run_together(&pages.concat());
        let texts = [
            &statement.title,
            &statement.level,
            &statement.company,
            &statement.representative,
            &statement.declared_on,
            &statement.pledge,
            &statement.disclaimer,
            &statement.state,
            &statement.words.verify,
        ];
        let optional = statement.id.iter().chain(&statement.verification);
        let rows = statement.articles.iter().flat_map(|row| [&row.text, &row.doing]);
        for text in texts.into_iter().chain(optional).chain(rows) {
            let beginning: String = run_together(text).chars().take(10).collect();
            assert!(all.contains(&beginning), "{lang:?}: {text}");
        }
    }
}

#[test]
fn a_declaration_without_a_number_or_a_page_says_nothing_of_them() {
    let statement = DeclarationPaper { id: None, verification: None, ..declaration(Lang::En) };
    let pdf = PRESS.declaration(&statement).expect("a document");
    let Some(pages) = pages(&pdf) else { return };
    assert!(!pages[0].contains(&statement.words.id) && !pages[0].contains(&statement.words.verify), "{}", pages[0]);
}

#[test]
fn an_assessment_may_be_nearly_empty() {
    let mut sheet = assessment(Lang::Ja);
    sheet.topics.truncate(2);
    sheet.answers.clear();
    sheet.weakest.clear();
    sheet.unknown.clear();
    (sheet.out_of, sheet.score) = (0, -25);
    let pdf = PRESS.assessment(&sheet).expect("a document");
    let Some(pages) = pages(&pdf) else { return };
    assert!(pages[0].contains(&sheet.words.weakest_none) && pages[0].contains(&sheet.words.unknown_none));
}

#[test]
fn the_same_sheet_gives_the_same_bytes() {
    let sheet = declaration(Lang::Ja);
    assert_eq!(PRESS.declaration(&sheet), Press::new().and_then(|another| another.declaration(&sheet)));
}

#[test]
fn a_document_says_its_title_author_language_and_day() {
    let pdf = PRESS.declaration(&declaration(Lang::En)).expect("a document");
    let text = String::from_utf8_lossy(&pdf);
    for wanted in [
        "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">Our declaration",
        "<dc:creator><rdf:Seq><rdf:li>Yamada Shoten Co., Ltd.",
        "<dc:language><rdf:Bag><rdf:li>en",
        "<xmp:CreateDate>2026-11-23T00:00:00+09:00",
        "<pdfuaid:part>1",
    ] {
        assert!(text.contains(wanted), "{wanted}");
    }
}

const HOSTILE: &[&str] = &[
    "#read(\"/etc/passwd\")",
    "#image(\"/etc/passwd\") #import \"@preview/x:0.1.0\": *",
    "$ sum_(i=0)^n $ *bold* _em_ `raw` <label> @ref = heading",
    "\\ \\u{202e} \\# #{ [ ( \" ' } ] ) // /* unclosed",
    "nul\0bell\u{7}escape\u{1b}[31m\r\n\t\u{85}\u{2028}",
    "👩‍👩‍👧‍👦 🏯 🇯🇵 1️⃣ ❤️",
    "שלום עולם مرحبا بالعالم \u{202e}fdp.exe\u{202c}",
    "葛\u{e0100}城 辻\u{e01ef}\u{e0101} 𠮷野家 髙﨑 \u{e000}\u{f8ff}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301} か\u{3099} ｶﾞ",
    "\u{fffd}\u{ffff}\u{10ffff}\u{feff}\u{200b}\u{ad}",
    "",
    "   ",
];

#[test]
fn hostile_texts_are_printed_as_texts() {
    let long =
        ["あ".repeat(10_000), "a".repeat(10_000), "\u{301}".repeat(10_000), "\u{200b}".repeat(10_000), "。「".repeat(5_000)];
    for text in HOSTILE.iter().copied().chain(long.iter().map(String::as_str)) {
        let shown: String = text.chars().take(40).collect();
        let sheet = samples::everywhere(text);
        let pdf = PRESS.declaration(&sheet).unwrap_or_else(|why| panic!("{shown:?}: {why}"));
        let Some(pages) = pages(&pdf) else { continue };
        assert!(pages.len() <= 8, "{shown:?}: {} pages", pages.len());
        let all = pages.concat();
        assert!(!all.contains("root:"), "{shown:?}");
        if text.starts_with("#read") {
            assert!(all.contains(text), "{all}");
        }
    }
}

#[test]
fn hostile_answers_are_printed_as_texts() {
    let mut sheet = assessment(Lang::En);
    let texts = || HOSTILE.iter().map(|text| text.repeat(20));
    for (row, text) in sheet.answers.iter_mut().zip(texts()) {
        (row.answer, row.question, row.points) = (text.clone(), text, i32::MIN);
    }
    for (topic, text) in sheet.topics.iter_mut().zip(texts()) {
        (topic.name, topic.percent) = (text, 255);
    }
    PRESS.assessment(&sheet).expect("a document");
}

#[test]
fn only_a_web_address_can_be_verified_at() {
    for address in ["javascript:alert(1)", "ftp://example.jp", "https://example.jp/a b", "https://例え.jp", ""] {
        let statement = DeclarationPaper { verification: Some(address.into()), ..declaration(Lang::Ja) };
        assert_eq!(PRESS.declaration(&statement), Err(Unprintable::NotAnAddress), "{address}");
    }
    let statement = DeclarationPaper { verification: Some(format!("https://{}", "a".repeat(3_000))), ..declaration(Lang::Ja) };
    assert_eq!(PRESS.declaration(&statement), Err(Unprintable::TooLongForQr { bytes: 3_008, most: 2331 }));
}

#[test]
fn rows_beyond_the_room_are_refused() {
    let mut sheet = assessment(Lang::Ja);
    sheet.answers = vec![sheet.answers[0].clone(); 101];
    assert_eq!(PRESS.assessment(&sheet), Err(Unprintable::TooManyRows { rows: 101, most: 100 }));
}

#[test]
fn a_qr_code_has_a_view_box_and_nothing_a_strict_policy_refuses() {
    let svg = qr_svg("https://komainu.example/v/1").expect("a code");
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 37 37\""), "{svg}");
    for refused in ["style", "width=", "height=", "script", "<?xml", "komainu"] {
        assert!(!svg.contains(refused), "{refused}");
    }
    // The eye at the upper left: seven dark modules after the quiet edge of four.
    assert!(svg.contains("d=\"M4 4h7v1h-7z"), "{svg}");
    assert!(qr_svg("").is_ok());
    assert!(qr_svg(&"a".repeat(2331)).is_ok());
    assert_eq!(qr_svg(&"a".repeat(2332)), Err(Unprintable::TooLongForQr { bytes: 2332, most: 2331 }));
}

#[test]
fn a_press_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&*PRESS);
}
