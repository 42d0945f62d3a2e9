//! Sessions: a random token in a cookie, its hash in the store.

use crate::{App, Role};
use axum::http::{HeaderMap, HeaderValue, header};
use base::*;
use rand::RngCore as _;
use sha2::{Digest, Sha256};
use store::{AllTx, Record, Row, Tx};

/// One place where a person is signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// SHA-256 of the token, hex.
    pub id: String,
    pub company: CompanyId,
    pub person: PersonId,
    pub role: Role,
    pub client: String,
    pub address: String,
    pub made: Moment,
    pub seen: Moment,
}

/// A session ends after so long without use.
const IDLE: i64 = 14 * Moment::DAY;
/// How stale `seen` may grow before it is written again: reading a page need not write.
const TOUCH: i64 = 5 * Moment::MINUTE;

impl Record for Session {
    fn read(row: &Row) -> Result<Session> {
        Ok(Session {
            id: row.get("id")?,
            company: row.get("tenant_id")?,
            person: row.get("person_id")?,
            role: row.parse("role")?,
            client: row.get("client")?,
            address: row.get("address")?,
            made: row.get("made_at")?,
            seen: row.get("seen_at")?,
        })
    }
}

/// Opens a session within the transaction that proved the person, and gives the cookie to set.
pub async fn open_session(
    tx: &mut Tx,
    app: &App,
    person: &PersonId,
    role: Role,
    client: &str,
    address: &str,
) -> Result<HeaderValue> {
    let mut token = [0; 32];
    rand::rng().fill_bytes(&mut token);
    let token = hex::encode(token);
    let (id, now) = (hash(&token), tx.now());
    let sql = "INSERT INTO session (tenant_id, id, person_id, role, client, address, made_at, seen_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    let client: String = client.chars().take(200).collect();
    tx.run(sql, &[&id, person, &role.name(), &client, &address, &now, &now.plus(IDLE)]).await?;
    set_cookie(app, "komainu", &token, IDLE / Moment::SECOND)
}

/// Ends one session of a person; the cookie that takes the token away. `NotFound` where it is not theirs.
pub async fn end_session(tx: &mut Tx, app: &App, person: &PersonId, id: &str) -> Result<HeaderValue> {
    tx.change("DELETE FROM session WHERE tenant_id = $1 AND person_id = $2 AND id = $3", &[person, &id]).await?;
    set_cookie(app, "komainu", "", 0)
}

/// Ends every session of a person but the one to keep; how many ended.
pub async fn end_all_sessions(tx: &mut Tx, person: &PersonId, keep: Option<&str>) -> Result<u64> {
    let sql = "DELETE FROM session WHERE tenant_id = $1 AND person_id = $2 AND id <> $3";
    tx.run(sql, &[person, &keep.unwrap_or("")]).await
}

/// Gives every session of a person their new role, so that it holds from the next page on.
pub async fn change_role_of_sessions(tx: &mut Tx, person: &PersonId, role: Role) -> Result<u64> {
    tx.run("UPDATE session SET role = $3 WHERE tenant_id = $1 AND person_id = $2", &[person, &role.name()]).await
}

/// Where a person is signed in now, the latest first.
pub async fn sessions_of(tx: &mut Tx, person: &PersonId) -> Result<Vec<Session>> {
    let sql = "SELECT * FROM session WHERE tenant_id = $1 AND person_id = $2 AND expires_at > $3 ORDER BY seen_at DESC, id";
    let now = tx.now();
    tx.all(sql, &[person, &now]).await
}

/// The session that the request's cookie names, if it is alive.
pub(crate) async fn current(headers: &HeaderMap, app: &App) -> Result<Option<Session>> {
    let Some(token) = cookie(headers, "komainu").filter(|token| token.len() == 64) else {
        return Ok(None);
    };
    let id = hash(&token);
    let mut tx = app.store.read_all().await?;
    let now = tx.now();
    let sql = "SELECT * FROM session WHERE id = $1 AND expires_at > $2";
    let session: Option<Session> = tx.maybe(sql, &[&id, &now]).await?;
    drop(tx);
    if let Some(session) = &session
        && now.since(session.seen).abs() > TOUCH
    {
        touch(app.store.write_all().await?, &session.id).await?;
    }
    Ok(session)
}

async fn touch(mut tx: AllTx, id: &str) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE session SET seen_at = $2, expires_at = $3 WHERE id = $1", &[&id, &now, &now.plus(IDLE)]).await?;
    tx.run("DELETE FROM session WHERE expires_at <= $1", &[&now]).await?;
    tx.commit().await
}

/// The value of a cookie of the request.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// A cookie that only our own pages send and no script can read.
pub(crate) fn set_cookie(app: &App, name: &str, value: &str, seconds: i64) -> Result<HeaderValue> {
    let secure = if app.site.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).map_err(Problem::internal)
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
