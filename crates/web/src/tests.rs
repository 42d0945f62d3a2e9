//! The shell by itself: words, language, problems, guards.

use crate::*;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::routing::{get, post};
use base::{Clock, CompanyId, Day, Lang, Moment, PersonId, Problem};
use std::sync::Arc;
use store::{Place, Store};
use tower::ServiceExt as _;

#[derive(serde::Deserialize)]
struct Form {
    name: String,
}

async fn greet(Sent(form): Sent<Form>) -> Result<String> {
    let name = line(&form.name, 20).map_err(|why| Problem::invalid("name", why))?;
    Ok(format!("hello {name}"))
}

async fn refuse() -> Result<String> {
    Err(Problem::TooMany { until: Moment(0) }.into())
}

async fn break_down() -> Result<String> {
    Err(Problem::internal("the password is hunter2").into())
}

async fn panicking() -> String {
    panic!("a wild pointer")
}

struct Trial {
    router: Router,
    app: App,
    _dir: tempfile::TempDir,
}

async fn trial() -> Trial {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(&Place::Dir(dir.path().to_owned()), Clock::at(Moment(1_790_000_000_000))).await.expect("a store");
    let (book, _) = Book::of(&Content::disk(concat!(env!("CARGO_MANIFEST_DIR"), "/../../content")));
    let site = Site { origin: "http://localhost:8620".to_owned(), version: "trial" };
    let app = App { store, words: Arc::new(book), shelf: Arc::default(), site: Arc::new(site), mail: None };
    let routes = Router::new()
        .route("/greet", post(greet))
        .route("/api/v1/greet", post(greet))
        .route("/refuse", get(refuse))
        .route("/broken", get(break_down))
        .route("/panic", get(panicking))
        .route("/mine", get(|who: Member| async move { who.person.to_string() }))
        .merge(crate::routes());
    Trial { router: shielded(routes, app.clone()), app, _dir: dir }
}

impl Trial {
    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response =
            self.router.clone().oneshot(request.body(Body::from(body.to_vec())).expect("a request")).await.expect("a reply");
        let (head, body) = response.into_parts();
        let bytes = http_body_util::BodyExt::collect(body).await.expect("a body").to_bytes();
        (head.status, head.headers, String::from_utf8_lossy(&bytes).into_owned())
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

#[tokio::test]
async fn the_browser_chooses_the_language_and_the_switch_keeps_the_place() {
    let trial = trial().await;
    let (status, _, page) = trial.ask(Method::GET, "/nowhere?a=1", &[("accept-language", "en")], b"").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(page.contains("<html lang=\"en\">") && page.contains("Not found"), "{page}");
    assert!(page.contains("/lang/ja?back=%2Fnowhere%3Fa%3D1"), "{page}");
    let (status, headers, _) = trial.ask(Method::GET, "/lang/ja?back=%2Fnowhere%3Fa%3D1", &[], b"").await;
    assert_eq!((status, headers[header::LOCATION].to_str().expect("text")), (StatusCode::SEE_OTHER, "/nowhere?a=1"));
    let cookie = headers[header::SET_COOKIE].to_str().expect("text").split(';').next().unwrap_or_default().to_owned();
    let (_, _, page) = trial.ask(Method::GET, "/nowhere", &[("accept-language", "en"), ("cookie", &cookie)], b"").await;
    assert!(page.contains("見つかりません"), "{page}");
}

#[tokio::test]
async fn people_get_a_page_and_programs_a_problem() {
    let trial = trial().await;
    let en = ("accept-language", "en");
    let (status, _, page) = trial.ask(Method::POST, "/greet", &[FORM, OURS, en], b"name=").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Please fill this in"), "{page}");
    let (_, headers, json) = trial.ask(Method::POST, "/api/v1/greet", &[FORM, OURS, en], b"name=").await;
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    let json: serde_json::Value = serde_json::from_str(&json).expect("json");
    assert_eq!((json["code"].as_str(), json["fields"]["name"].as_str()), (Some("invalid"), Some("Please fill this in")));
    let (status, headers, _) = trial.ask(Method::GET, "/refuse", &[], b"").await;
    assert_eq!((status, headers[header::RETRY_AFTER].to_str().ok()), (StatusCode::TOO_MANY_REQUESTS, Some("1")));
}

#[tokio::test]
async fn bad_bytes_are_said_to_be_bad() {
    let trial = trial().await;
    let cases: [(&[u8], StatusCode, &str); 4] = [
        (b"name=%8D%9D", StatusCode::UNPROCESSABLE_ENTITY, "Shift_JIS"),
        (b"name=a%00b", StatusCode::UNPROCESSABLE_ENTITY, "invisible"),
        (b"other=1", StatusCode::UNPROCESSABLE_ENTITY, "could not be read"),
        (&[b'a'; 2 << 20], StatusCode::PAYLOAD_TOO_LARGE, "too large"),
    ];
    for (body, expected, said) in cases {
        let (status, _, page) = trial.ask(Method::POST, "/greet", &[FORM, OURS, ("accept-language", "en")], body).await;
        assert_eq!(status, expected);
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[tokio::test]
async fn our_faults_show_only_a_reference() {
    let trial = trial().await;
    for path in ["/broken", "/panic"] {
        let (status, _, page) = trial.ask(Method::GET, path, &[("accept-language", "en")], b"").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            page.contains("Number to tell your administrator") && !page.contains("hunter2") && !page.contains("wild"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn another_sites_form_is_stopped() {
    let trial = trial().await;
    let (status, _, page) =
        trial.ask(Method::POST, "/greet", &[FORM, ("sec-fetch-site", "cross-site"), ("accept-language", "en")], b"name=a").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("another site"), "{page}");
}

#[tokio::test]
async fn a_session_opens_ends_and_expires() {
    let trial = trial().await;
    let (company, person) = (CompanyId::new(), PersonId::new());
    let mut tx = trial.app.store.write(&company, store::Actor::Person(person.clone())).await.expect("a transaction");
    let set = open_session(&mut tx, &trial.app, &person, Role::Owner, "a browser", "127.0.0.1").await.expect("a session");
    tx.commit().await.expect("kept");
    let set = set.to_str().expect("text");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    let cookie = set.split(';').next().unwrap_or_default();
    let (status, _, body) = trial.ask(Method::GET, "/mine", &[("cookie", cookie)], b"").await;
    assert_eq!((status, body), (StatusCode::OK, person.to_string()));
    let (status, headers, _) = trial.ask(Method::GET, "/mine", &[("cookie", &format!("{cookie}x"))], b"").await;
    assert_eq!((status, headers[header::LOCATION].to_str().ok()), (StatusCode::SEE_OTHER, Some("/sign-in?back=%2Fmine")));
    trial.app.store.clock().advance(15 * Moment::DAY);
    let (status, _, _) = trial.ask(Method::GET, "/mine", &[("cookie", cookie)], b"").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "an old session has expired");
}

#[tokio::test]
async fn tries_are_counted_and_forgotten() {
    let trial = trial().await;
    for _ in 0..3 {
        check_tries(&trial.app, "a", 3).await.expect("not yet too many");
        count_try(&trial.app, "a").await.expect("counted");
    }
    assert!(matches!(check_tries(&trial.app, "a", 3).await, Err(Problem::TooMany { .. })));
    assert!(check_tries(&trial.app, "b", 3).await.is_ok());
    trial.app.store.clock().advance(16 * Moment::MINUTE);
    assert!(check_tries(&trial.app, "a", 3).await.is_ok());
}

#[tokio::test]
async fn every_reply_carries_the_policy() {
    let trial = trial().await;
    for path in ["/nowhere", "/static/komainu.css", "/broken"] {
        let (_, headers, _) = trial.ask(Method::GET, path, &[], b"").await;
        let policy = headers["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    }
}

#[test]
fn words_know_plurals_days_and_what_they_lack() {
    let ja = "a = 一\nn = { $n }件\nonly-ja = だけ";
    let en = "a = one\nn = { $n ->\n    [one] 1 thing\n   *[other] { $n } things\n}\nbroken = { $";
    let (book, faults) = Book::read([(Lang::Ja, "ja.ftl", ja), (Lang::En, "en.ftl", en)]);
    let book = Arc::new(book);
    let (ja, en) = (Words::new(book.clone(), Lang::Ja), Words::new(book, Lang::En));
    assert_eq!(
        (ja.n("n", "n", 1), en.n("n", "n", 1), en.with("n", &[("n", "2")])),
        ("1件".into(), "1 thing".into(), "2 things".into())
    );
    assert_eq!(en.t("nothing"), "⟦nothing⟧");
    let day: Day = "2026-04-01".parse().expect("a day");
    assert_eq!((ja.day(day), en.day(day)), ("2026年4月1日".to_owned(), "1 April 2026".to_owned()));
    assert_eq!(ja.moment(day.start().plus(5 * Moment::MINUTE)), "2026年4月1日 0:05");
    assert!(
        faults.iter().any(|fault| matches!(fault, WordFault::OneLanguage { key, missing: "en" } if key == "only-ja")),
        "{faults:?}"
    );
    assert!(faults.iter().any(|fault| matches!(fault, WordFault::Unreadable { .. })), "{faults:?}");
}
