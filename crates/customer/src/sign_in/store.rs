use base::*;
use store::{AllTx, Record, Row, Tx};
use web::Role;

/// What is needed to let somebody in.
#[derive(Debug, Clone)]
pub struct Key {
    pub company: CompanyId,
    pub person: PersonId,
    pub role: Role,
    pub password: Option<String>,
    pub totp: Option<String>,
    pub totp_step: i64,
}

/// A passkey as it is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: PasskeyId,
    pub company: CompanyId,
    pub person: PersonId,
    pub name: String,
    pub body: String,
    pub made: Moment,
    pub used: Option<Moment>,
}

/// A ceremony that has begun.
#[derive(Debug, Clone)]
pub struct Begun {
    pub person: Option<PersonId>,
    pub body: String,
}

/// A ceremony ends by itself after so long.
const LONGEST: i64 = 10 * Moment::MINUTE;

impl Record for Key {
    fn read(row: &Row) -> Result<Key> {
        Ok(Key {
            company: row.get("tenant_id")?,
            person: row.get("id")?,
            role: row.parse("role")?,
            password: row.get("password")?,
            totp: row.get("totp")?,
            totp_step: row.get("totp_step")?,
        })
    }
}

impl Record for Kept {
    fn read(row: &Row) -> Result<Kept> {
        Ok(Kept {
            id: row.get("id")?,
            company: row.get("tenant_id")?,
            person: row.get("person_id")?,
            name: row.get("name")?,
            body: row.get("body")?,
            made: row.get("made_at")?,
            used: row.get("used_at")?,
        })
    }
}

impl Record for Begun {
    fn read(row: &Row) -> Result<Begun> {
        Ok(Begun { person: row.get("person_id")?, body: row.get("body")? })
    }
}

pub async fn by_mail(tx: &mut AllTx, mail: &str) -> Result<Option<Key>> {
    tx.maybe("SELECT * FROM person WHERE mail = $1 AND left_at IS NULL", &[&mail]).await
}

pub async fn by_person(tx: &mut AllTx, person: &PersonId) -> Result<Option<Key>> {
    tx.maybe("SELECT * FROM person WHERE id = $1 AND left_at IS NULL", &[person]).await
}

pub async fn key(tx: &mut Tx, person: &PersonId) -> Result<Key> {
    tx.one("SELECT * FROM person WHERE tenant_id = $1 AND id = $2 AND left_at IS NULL", &[person]).await
}

pub async fn set_password(tx: &mut Tx, person: &PersonId, hash: &str) -> Result<()> {
    tx.change("UPDATE person SET password = $3 WHERE tenant_id = $1 AND id = $2", &[person, &hash]).await
}

pub async fn set_totp(tx: &mut Tx, person: &PersonId, secret: Option<String>, step: i64) -> Result<()> {
    tx.change("UPDATE person SET totp = $3, totp_step = $4 WHERE tenant_id = $1 AND id = $2", &[person, &secret, &step]).await
}

/// Remembers the step of a code that was used, if it is later than the one before; how many rows it changed.
pub async fn move_totp_step(tx: &mut AllTx, person: &PersonId, step: i64) -> Result<u64> {
    tx.run("UPDATE person SET totp_step = $2 WHERE id = $1 AND totp_step < $2 AND left_at IS NULL", &[person, &step]).await
}

pub async fn forget_password_and_totp(tx: &mut Tx, person: &PersonId) -> Result<()> {
    tx.change("UPDATE person SET password = NULL, totp = NULL WHERE tenant_id = $1 AND id = $2", &[person]).await
}

pub async fn begin(tx: &mut AllTx, id: &str, kind: &str, person: Option<&PersonId>, body: &str) -> Result<()> {
    let now = tx.now();
    tx.run("DELETE FROM ceremony WHERE expires_at <= $1", &[&now]).await?;
    let sql = "INSERT INTO ceremony (id, kind, person_id, body, expires_at) VALUES ($1, $2, $3, $4, $5)";
    tx.run(sql, &[&id, &kind, &person.cloned(), &body, &now.plus(LONGEST)]).await.map(|_| ())
}

/// A ceremony that has begun and not ended.
pub async fn begun(tx: &mut AllTx, id: &str, kind: &str) -> Result<Option<Begun>> {
    let now = tx.now();
    tx.maybe("SELECT person_id, body FROM ceremony WHERE id = $1 AND kind = $2 AND expires_at > $3", &[&id, &kind, &now]).await
}

/// Ends a ceremony, and gives what it was about: to one caller only.
pub async fn take(tx: &mut AllTx, id: &str, kind: &str) -> Result<Option<Begun>> {
    let now = tx.now();
    tx.maybe(
        "DELETE FROM ceremony WHERE id = $1 AND kind = $2 AND expires_at > $3 RETURNING person_id, body",
        &[&id, &kind, &now],
    )
    .await
}

pub async fn end(tx: &mut AllTx, id: &str) -> Result<()> {
    tx.run("DELETE FROM ceremony WHERE id = $1", &[&id]).await.map(|_| ())
}

pub async fn passkeys(tx: &mut Tx, person: &PersonId) -> Result<Vec<Kept>> {
    tx.all("SELECT * FROM passkey WHERE tenant_id = $1 AND person_id = $2 ORDER BY made_at, id", &[person]).await
}

pub async fn by_credential(tx: &mut AllTx, credential: &str) -> Result<Option<Kept>> {
    tx.maybe("SELECT * FROM passkey WHERE credential = $1", &[&credential]).await
}

pub async fn insert_passkey(
    tx: &mut Tx,
    id: &PasskeyId,
    person: &PersonId,
    credential: &str,
    name: &str,
    body: &str,
) -> Result<()> {
    let now = tx.now();
    let sql =
        "INSERT INTO passkey (tenant_id, id, person_id, credential, name, body, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    tx.change(sql, &[id, person, &credential, &name, &body, &now]).await
}

pub async fn use_passkey(tx: &mut Tx, id: &PasskeyId, body: &str) -> Result<()> {
    let now = tx.now();
    tx.change("UPDATE passkey SET body = $3, used_at = $4 WHERE tenant_id = $1 AND id = $2", &[id, &body, &now]).await
}

pub async fn remove_passkey(tx: &mut Tx, person: &PersonId, id: &PasskeyId) -> Result<()> {
    tx.change("DELETE FROM passkey WHERE tenant_id = $1 AND person_id = $2 AND id = $3", &[person, id]).await
}

pub async fn forget_passkeys(tx: &mut Tx, person: &PersonId) -> Result<()> {
    tx.run("DELETE FROM passkey WHERE tenant_id = $1 AND person_id = $2", &[person]).await.map(|_| ())
}

pub async fn insert_recovery_code(tx: &mut Tx, person: &PersonId, hash: &str) -> Result<()> {
    let now = tx.now();
    tx.change("INSERT INTO recovery_code (tenant_id, hash, person_id, made_at) VALUES ($1, $2, $3, $4)", &[&hash, person, &now])
        .await
}

pub async fn is_recovery_code(tx: &mut AllTx, person: &PersonId, hash: &str) -> Result<bool> {
    let sql = "SELECT hash AS t FROM recovery_code WHERE person_id = $1 AND hash = $2 AND used_at IS NULL";
    Ok(tx.maybe::<String>(sql, &[person, &hash]).await?.is_some())
}

/// Uses a code up, if it is unused; how many rows it changed.
pub async fn use_recovery_code(tx: &mut Tx, person: &PersonId, hash: &str) -> Result<u64> {
    let now = tx.now();
    let sql = "UPDATE recovery_code SET used_at = $4 WHERE tenant_id = $1 AND person_id = $2 AND hash = $3 AND used_at IS NULL";
    tx.run(sql, &[person, &hash, &now]).await
}

pub async fn recovery_codes_left(tx: &mut Tx, person: &PersonId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM recovery_code WHERE tenant_id = $1 AND person_id = $2 AND used_at IS NULL";
    tx.one(sql, &[person]).await
}

pub async fn forget_recovery_codes(tx: &mut Tx, person: &PersonId) -> Result<()> {
    tx.run("DELETE FROM recovery_code WHERE tenant_id = $1 AND person_id = $2", &[person]).await.map(|_| ())
}
