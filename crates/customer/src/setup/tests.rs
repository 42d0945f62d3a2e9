use super::*;
use ::web::App;
use trial::Visitor;

/// An installation without a company, and its set-up link.
async fn fresh() -> (App, Visitor, String, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a directory");
    let app = trial::app_at(&::store::Place::Dir(dir.path().to_owned()), Clock::at(trial::morning()), |shelf, content| {
        assert_eq!(crate::fill(shelf, content), Vec::<String>::new());
    })
    .await;
    let visitor = trial::stranger(&app, crate::routes());
    let token = new_link(&app.store).await.expect("a link").expect("no company yet");
    (app, visitor, token, dir)
}

const FORM: [(&str, &str); 10] = [
    ("company", "狛犬ベーカリー"),
    ("number", "７０００－０１２０－５０００２"),
    ("trade", "I"),
    ("employees", "５人"),
    ("capital", "300万円"),
    ("prefecture", "13"),
    ("city", "文京区"),
    ("name", "大和 花子"),
    ("mail", "Hanako＠bakery.example"),
    ("password", "みかん電車で海へ行く"),
];

fn form(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let changed = |name: &str| changes.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
    let mut form: Vec<_> = FORM.iter().map(|(name, value)| (*name, changed(name).unwrap_or(value))).collect();
    form.extend(changes.iter().filter(|(name, _)| !FORM.iter().any(|(field, _)| field == name)));
    form
}

#[tokio::test]
async fn one_page_founds_a_company_and_signs_its_owner_in() {
    let (app, visitor, token, _dir) = fresh().await;
    let link = format!("/setup/{token}");
    insta::assert_snapshot!(visitor.get(&link).await.readable(), @"");
    let reply = visitor.post(&link, &form(&[])).await;
    assert_eq!(reply.status, 200, "{}", reply.readable());
    insta::assert_snapshot!(reply.readable(), @"");
}
