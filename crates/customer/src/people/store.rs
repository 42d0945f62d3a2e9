use super::{Invitation, Person};
use base::*;
use store::{AllTx, Record, Row, Tx};
use web::Role;

impl Record for Person {
    fn read(row: &Row) -> Result<Person> {
        let lang: String = row.get("lang")?;
        Ok(Person {
            id: row.get("id")?,
            name: row.get("name")?,
            mail: row.get("mail")?,
            role: row.parse("role")?,
            lang: Lang::from_code(&lang).unwrap_or(Lang::Ja),
        })
    }
}

impl Record for Invitation {
    fn read(row: &Row) -> Result<Invitation> {
        Ok(Invitation {
            id: row.get("id")?,
            mail: row.get("mail")?,
            role: row.parse("role")?,
            invited_by: row.get("invited_by")?,
            made: row.get("made_at")?,
            expires: row.get("expires_at")?,
            accepted: row.get("accepted_at")?,
            withdrawn: row.get("withdrawn_at")?,
        })
    }
}

/// An invitation with the company that it invites to.
struct Found(CompanyId, Invitation);

impl Record for Found {
    fn read(row: &Row) -> Result<Found> {
        Ok(Found(row.get("tenant_id")?, Invitation::read(row)?))
    }
}

pub async fn list(tx: &mut Tx) -> Result<Vec<Person>> {
    let sql = "SELECT id, name, mail, role, lang FROM person WHERE tenant_id = $1 AND left_at IS NULL
               ORDER BY CASE role WHEN 'owner' THEN 0 WHEN 'lead' THEN 1 ELSE 2 END, joined_at, id";
    tx.all(sql, &[]).await
}

pub async fn find(tx: &mut Tx, id: &PersonId) -> Result<Person> {
    tx.one("SELECT id, name, mail, role, lang FROM person WHERE tenant_id = $1 AND id = $2 AND left_at IS NULL", &[id]).await
}

/// Somebody who is or was at the company.
pub async fn anybody(tx: &mut Tx, id: &PersonId) -> Result<Person> {
    tx.one("SELECT id, name, mail, role, lang FROM person WHERE tenant_id = $1 AND id = $2", &[id]).await
}

pub async fn insert(tx: &mut Tx, person: &Person) -> Result<()> {
    let now = tx.now();
    let sql =
        "INSERT INTO person (tenant_id, id, name, mail, role, lang, totp_step, joined_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)";
    let Person { id, name, mail, role, lang } = person;
    tx.change(sql, &[id, name, mail, &role.name(), lang, &now]).await
}

/// Does anybody at any company sign in with this address?
pub async fn is_taken(tx: &mut AllTx, mail: &str) -> Result<bool> {
    let sql = "SELECT id AS t FROM person WHERE mail = $1 AND left_at IS NULL";
    Ok(tx.maybe::<String>(sql, &[&mail]).await?.is_some())
}

pub async fn set_role(tx: &mut Tx, id: &PersonId, role: Role) -> Result<()> {
    tx.change("UPDATE person SET role = $3 WHERE tenant_id = $1 AND id = $2 AND left_at IS NULL", &[id, &role.name()]).await
}

pub async fn set_left(tx: &mut Tx, id: &PersonId) -> Result<()> {
    let now = tx.now();
    tx.change("UPDATE person SET left_at = $3 WHERE tenant_id = $1 AND id = $2 AND left_at IS NULL", &[id, &now]).await
}

pub async fn set_lang(tx: &mut Tx, id: &PersonId, lang: Lang) -> Result<()> {
    tx.change("UPDATE person SET lang = $3 WHERE tenant_id = $1 AND id = $2 AND left_at IS NULL", &[id, &lang]).await
}

pub async fn set_name(tx: &mut Tx, id: &PersonId, name: &str) -> Result<()> {
    tx.change("UPDATE person SET name = $3 WHERE tenant_id = $1 AND id = $2 AND left_at IS NULL", &[id, &name]).await
}

pub async fn invitations(tx: &mut Tx) -> Result<Vec<Invitation>> {
    let sql = "SELECT * FROM invitation WHERE tenant_id = $1 AND accepted_at IS NULL AND withdrawn_at IS NULL ORDER BY made_at DESC, id DESC";
    tx.all(sql, &[]).await
}

/// An invitation that is neither accepted nor withdrawn.
pub async fn invitation(tx: &mut Tx, id: &InvitationId) -> Result<Invitation> {
    let sql = "SELECT * FROM invitation WHERE tenant_id = $1 AND id = $2 AND accepted_at IS NULL AND withdrawn_at IS NULL";
    tx.one(sql, &[id]).await
}

pub async fn maybe_invitation(tx: &mut Tx, id: &InvitationId) -> Result<Option<Invitation>> {
    tx.maybe("SELECT * FROM invitation WHERE tenant_id = $1 AND id = $2", &[id]).await
}

pub async fn by_token(tx: &mut AllTx, token: &str) -> Result<Option<(CompanyId, Invitation)>> {
    let found: Option<Found> = tx.maybe("SELECT * FROM invitation WHERE token = $1", &[&token]).await?;
    Ok(found.map(|Found(company, invitation)| (company, invitation)))
}

pub async fn invite(
    tx: &mut Tx,
    id: &InvitationId,
    token: &str,
    mail: &str,
    role: Role,
    by: &PersonId,
    expires: Moment,
) -> Result<()> {
    let now = tx.now();
    let sql = "INSERT INTO invitation (tenant_id, id, token, mail, role, invited_by, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    tx.change(sql, &[id, &token, &mail, &role.name(), by, &now, &expires]).await
}

pub async fn invite_again(tx: &mut Tx, id: &InvitationId, token: &str, made: Moment, expires: Moment) -> Result<()> {
    tx.change(
        "UPDATE invitation SET token = $3, made_at = $4, expires_at = $5 WHERE tenant_id = $1 AND id = $2",
        &[id, &token, &made, &expires],
    )
    .await
}

pub async fn withdraw(tx: &mut Tx, id: &InvitationId) -> Result<()> {
    let now = tx.now();
    tx.change("UPDATE invitation SET withdrawn_at = $3 WHERE tenant_id = $1 AND id = $2", &[id, &now]).await
}

/// Marks an invitation as accepted, if it still may be; how many rows it changed.
pub async fn accept(tx: &mut Tx, id: &InvitationId) -> Result<u64> {
    let now = tx.now();
    let sql = "UPDATE invitation SET accepted_at = $3
               WHERE tenant_id = $1 AND id = $2 AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > $3";
    tx.run(sql, &[id, &now]).await
}
