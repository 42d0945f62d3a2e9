//! A shop to try things on: real router, real store, a set clock, and visitors who read pages as they are heard.
//!
//! For tests only; no part of the product depends on it.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod readable;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base::*;
use http_body_util::BodyExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use store::{Actor, Place, Store};
use tower::ServiceExt as _;
use web::{App, Book, Content, Role, Shelf, Site};

pub use readable::readable;

/// A company with an owner, a person in charge and one of the staff, and another company with an owner.
pub struct Shop {
    pub app: App,
    pub clock: Clock,
    pub company: CompanyId,
    pub site: SiteId,
    pub owner: Visitor,
    pub lead: Visitor,
    pub staff: Visitor,
    pub other_company: CompanyId,
    pub other_owner: Visitor,
    /// Somebody who is not signed in.
    pub stranger: Visitor,
    /// The data directory; gone with the shop.
    pub dir: Arc<tempfile::TempDir>,
}

/// Somebody with a browser.
#[derive(Clone)]
pub struct Visitor {
    pub person: Option<PersonId>,
    router: Router,
    cookie: String,
    lang: Lang,
}

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

/// The content folder of the repository.
pub fn content() -> Content {
    Content::disk(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../content")))
}

/// The morning on which every trial begins: 2026-11-23 09:00 in Japan.
pub fn morning() -> Moment {
    Day::new(2026, 11, 23).expect("a day").start().plus(9 * Moment::HOUR)
}

/// A shop on SQLite. `fill` puts the slices' content on the shelf.
pub async fn shop(routes: Router<App>, fill: impl FnOnce(&mut Shelf, &Content)) -> Shop {
    let dir = tempfile::tempdir().expect("a directory");
    let place = Place::Dir(dir.path().to_owned());
    shop_at(&place, dir, routes, fill).await
}

/// The places to try on: SQLite, and PostgreSQL where `KOMAINU_TEST_POSTGRES` names a server.
///
/// In CI a missing server is a failure; elsewhere it is said aloud.
pub async fn places() -> Vec<(Place, tempfile::TempDir)> {
    let dir = tempfile::tempdir().expect("a directory");
    let mut places = vec![(Place::Dir(dir.path().to_owned()), dir)];
    match std::env::var("KOMAINU_TEST_POSTGRES") {
        Ok(server) => {
            let dir = tempfile::tempdir().expect("a directory");
            let url = new_database(&server).await;
            places.push((Place::Postgres { url, files: dir.path().to_owned() }, dir));
        }
        Err(_) if std::env::var("CI").is_ok() => panic!("CI must name a PostgreSQL server in KOMAINU_TEST_POSTGRES"),
        Err(_) => println!("skipped on PostgreSQL: KOMAINU_TEST_POSTGRES is not set"),
    }
    places
}

/// Runs a test on a shop on each store.
pub async fn each_store<F: Future<Output = ()>>(
    routes: Router<App>,
    fill: impl Fn(&mut Shelf, &Content),
    test: impl Fn(Shop) -> F,
) {
    for (place, dir) in places().await {
        let shop = shop_at(&place, dir, routes.clone(), &fill).await;
        // A test takes only the parts of the shop that it names; the directory must outlive it all the same.
        let dir = shop.dir.clone();
        test(shop).await;
        drop(dir);
    }
}

/// An empty database of its own on a server whose URL ends at the port: `postgres://user@127.0.0.1:5433`.
pub async fn new_database(server: &str) -> String {
    let name = format!("t{}", CompanyId::new().as_str().replace('-', ""));
    let pool = sqlx::PgPool::connect(&format!("{server}/postgres")).await.expect("the PostgreSQL server for tests");
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.expect("a database");
    pool.close().await;
    format!("{server}/{name}")
}

/// The app without any company, for tests of set-up.
pub async fn app_at(place: &Place, clock: Clock, fill: impl FnOnce(&mut Shelf, &Content)) -> App {
    let store = Store::open(place, clock).await.expect("a store");
    let content = content();
    let (book, faults) = Book::of(&content);
    assert!(faults.iter().all(|fault| matches!(fault, web::WordFault::OneLanguage { .. })), "{faults:?}");
    let mut shelf = Shelf::default();
    fill(&mut shelf, &content);
    let site = Site { origin: "http://localhost:8620".to_owned(), version: "trial" };
    App { store, words: Arc::new(book), shelf: Arc::new(shelf), site: Arc::new(site), mail: None }
}

/// A visitor who is not signed in, at an app with these routes.
pub fn stranger(app: &App, routes: Router<App>) -> Visitor {
    let router = web::shielded(routes.merge(web::routes()), app.clone());
    Visitor { person: None, router, cookie: String::new(), lang: Lang::En }
}

async fn shop_at(place: &Place, dir: tempfile::TempDir, routes: Router<App>, fill: impl FnOnce(&mut Shelf, &Content)) -> Shop {
    let clock = Clock::at(morning());
    let app = app_at(place, clock.clone(), fill).await;
    let stranger = stranger(&app, routes);
    let (company, site) = found(&app.store, "狛犬ベーカリー").await;
    let (other_company, _) = found(&app.store, "となり製作所").await;
    let owner = join(&app, &stranger, &company, "大和 花子", "owner@bakery.example", Role::Owner).await;
    let lead = join(&app, &stranger, &company, "鈴木 一郎", "lead@bakery.example", Role::Lead).await;
    let staff = join(&app, &stranger, &company, "佐藤 次郎", "staff@bakery.example", Role::Staff).await;
    let other_owner = join(&app, &stranger, &other_company, "隣 三郎", "owner@factory.example", Role::Owner).await;
    Shop { app, clock, company, site, owner, lead, staff, other_company, other_owner, stranger, dir: Arc::new(dir) }
}

/// Founds a company with one site, as set-up does.
pub async fn found(store: &Store, name: &str) -> (CompanyId, SiteId) {
    let (company, site) = (CompanyId::new(), SiteId::new());
    let mut tx = store.write(&company, Actor::System).await.expect("a transaction");
    let now = tx.now();
    let sql = "INSERT INTO company (tenant_id, name, number, trade, employees, capital, prefecture, city, founded_at, version)
               VALUES ($1, $2, NULL, 'I', 5, 3000000, '13', '文京区', $3, 1)";
    tx.run(sql, &[&name, &now]).await.expect("a company");
    let sql = "INSERT INTO site (tenant_id, id, name, headcount, opened_at) VALUES ($1, $2, '本店', 5, $3)";
    tx.run(sql, &[&site, &now]).await.expect("a site");
    tx.tell(Fact::CompanyFounded { company: company.clone() }).await.expect("a fact");
    tx.commit().await.expect("kept");
    (company, site)
}

/// Adds a person who is signed in.
pub async fn join(app: &App, stranger: &Visitor, company: &CompanyId, name: &str, mail: &str, role: Role) -> Visitor {
    let person = PersonId::new();
    let mut tx = app.store.write(company, Actor::System).await.expect("a transaction");
    let now = tx.now();
    let sql = "INSERT INTO person (tenant_id, id, name, mail, role, lang, totp_step, joined_at) VALUES ($1, $2, $3, $4, $5, 'en', 0, $6)";
    tx.run(sql, &[&person, &name, &mail, &role.name(), &now]).await.expect("a person");
    let cookie = web::open_session(&mut tx, app, &person, role, "trial", "127.0.0.1").await.expect("a session");
    tx.commit().await.expect("kept");
    let cookie = cookie.to_str().expect("text").split(';').next().unwrap_or_default().to_owned();
    Visitor { person: Some(person), cookie, ..stranger.clone() }
}

impl Visitor {
    /// The same person, reading Japanese.
    pub fn in_japanese(&self) -> Visitor {
        Visitor { lang: Lang::Ja, ..self.clone() }
    }

    /// The same browser with the cookie that a reply set.
    pub fn with_cookie_of(&self, reply: &Reply) -> Visitor {
        let set = reply.headers.get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let cookie = set.map(|cookie| cookie.split(';').next().unwrap_or_default()).collect::<Vec<_>>().join("; ");
        Visitor { cookie, ..self.clone() }
    }

    /// The cookie that the browser sends.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], Vec::new()).await
    }

    /// Sends a form as our own page would.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let form: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.post_bytes(path, "application/x-www-form-urlencoded", form.into_bytes()).await
    }

    /// Sends any bytes as any kind.
    pub async fn post_bytes(&self, path: &str, kind: &str, bytes: Vec<u8>) -> Reply {
        self.send(Method::POST, path, &[("content-type", kind), ("sec-fetch-site", "same-origin")], bytes).await
    }

    /// Sends anything at all.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], bytes: Vec<u8>) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("accept-language", self.lang.code());
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(bytes)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("a reply");
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        Reply { status: head.status, headers: head.headers, bytes }
    }
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The main part of the page as a reader hears it.
    pub fn readable(&self) -> String {
        readable(&self.text())
    }

    /// Where a redirect leads.
    pub fn location(&self) -> String {
        let to = self.headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
        to.unwrap_or_else(|| panic!("no redirect but {}: {}", self.status, self.readable())).to_owned()
    }
}
