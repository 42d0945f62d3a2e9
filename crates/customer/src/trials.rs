//! What the tests of these slices share.

use ::store::{Place, Store};
use base::*;
use trial::{Reply, Shop, Visitor};
use web::{App, Content, Shelf};

/// Puts these slices' content on a shelf, without a fault.
pub fn fill(shelf: &mut Shelf, content: &Content) {
    assert_eq!(crate::fill(shelf, content), Vec::<String>::new());
}

pub async fn shop() -> Shop {
    trial::shop(crate::routes(), fill).await
}

/// An installation without a company, somebody who found it, and its set-up link.
pub async fn fresh(place: &Place) -> (App, Visitor, String) {
    let app = trial::app_at(place, Clock::at(trial::morning()), fill).await;
    let visitor = trial::stranger(&app, crate::routes());
    let token = crate::setup::new_link(&app.store).await.expect("a link").expect("no company yet");
    (app, visitor, format!("/setup/{token}"))
}

/// The recovery codes of a page.
pub fn codes(reply: &Reply) -> Vec<String> {
    let page = reply.text();
    let codes = page.split("<li><code>").skip(1).filter_map(|part| part.split("</code>").next());
    codes.map(str::to_owned).collect()
}

/// A page as it is heard, with what differs each time and long lists put short.
pub fn heard(reply: &Reply) -> String {
    assert!(!reply.text().contains('⟦'), "words are missing: {}", reply.readable());
    let codes = codes(reply);
    let page = codes.iter().fold(reply.readable(), |page, code| page.replace(code, "CODE"));
    let lines = page.lines().map(|line| match line.find(" / ") {
        Some(at) if line.matches(" / ").count() > 9 => format!("{} / …", &line[..at]),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The facts of a company's ledger by name, in order.
pub async fn facts(store: &Store, company: &CompanyId) -> String {
    let entries = store.ledger(company, 0, 1000).await.expect("a ledger");
    entries.iter().filter_map(|entry| entry.fact()).map(|fact| fact.name()).collect::<Vec<_>>().join(" ")
}

/// What bad input gets from each form at `path`: never a panic, a page about the server's fault, or a change.
pub async fn takes_any_bytes(visitor: &Visitor, path: &str, fields: &[(&str, &str)]) {
    let kind = "application/x-www-form-urlencoded";
    let shift_jis = visitor.post_bytes(path, kind, b"name=%8D%9D%8C%A2&mail=\x8d\x9d".to_vec()).await;
    assert_eq!(shift_jis.status, 422, "{path}");
    assert!(shift_jis.readable().contains("UTF-8"), "{path}: {}", shift_jis.readable());
    let large = "a".repeat(2 << 20);
    for (name, _) in fields {
        let all: Vec<(&str, &str)> =
            fields.iter().map(|(field, value)| if field == name { (*field, large.as_str()) } else { (*field, *value) }).collect();
        assert_eq!(visitor.post(path, &all).await.status, 413, "{path} {name}");
        for bad in ["a\0b", "a\u{1b}[31mb", "a\u{202e}b", "", "\u{feff}", "𠮷".repeat(5000).as_str(), "<script>alert(1)</script>"]
        {
            let all: Vec<(&str, &str)> =
                fields.iter().map(|(field, value)| if field == name { (*field, bad) } else { (*field, *value) }).collect();
            let reply = visitor.post(path, &all).await;
            assert!(reply.status.as_u16() < 500, "{path} {name}={bad:?}: {}", reply.status);
            let html = reply.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
            assert!(!html || !reply.text().contains("<script>alert"), "{path} {name}: typed text stands in the page as it is");
        }
    }
}
