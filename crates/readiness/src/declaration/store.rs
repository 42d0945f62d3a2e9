use super::{Doing, Kept};
use base::*;
use store::{AllTx, Record, Row, Tx};

impl Record for Kept {
    fn read(row: &Row) -> Result<Kept> {
        Ok(Kept {
            id: row.get("id")?,
            code: row.get("code")?,
            level: row.get("level")?,
            edition: row.get("edition")?,
            company: row.get("company")?,
            declarer: row.get("declarer")?,
            declared_on: row.get("declared_on")?,
            articles: row.json("articles")?,
            number: row.get("number")?,
            made: row.get("made_at")?,
            withdrawn: row.get("withdrawn_at")?,
        })
    }
}

/// All declarations of the company, the newest first.
pub async fn all(tx: &mut Tx) -> Result<Vec<Kept>> {
    let sql = "SELECT id, code, level, edition, company, declarer, declared_on, articles, number, made_at, withdrawn_at
               FROM declaration WHERE tenant_id = $1 ORDER BY made_at DESC, id DESC";
    tx.all(sql, &[]).await
}

pub async fn find(tx: &mut Tx, id: &DeclarationId) -> Result<Kept> {
    let sql = "SELECT id, code, level, edition, company, declarer, declared_on, articles, number, made_at, withdrawn_at
               FROM declaration WHERE tenant_id = $1 AND id = $2";
    tx.one(sql, &[id]).await
}

/// The declaration of a code or an id, whosever it is: it was made to be seen.
pub async fn published(tx: &mut AllTx, code: &str) -> Result<Kept> {
    let sql = "SELECT id, code, level, edition, company, declarer, declared_on, articles, number, made_at, withdrawn_at
               FROM declaration WHERE code = $1 OR id = $1";
    tx.one(sql, &[&code]).await
}

pub async fn insert(tx: &mut Tx, kept: &Kept, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO declaration (tenant_id, id, code, level, edition, company, declarer, declared_on, articles, made_at, made_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let articles = serde_json::to_string::<Vec<Doing>>(&kept.articles).map_err(Problem::internal)?;
    let (code, level, edition) = (&kept.code, &kept.level, &kept.edition);
    tx.run(sql, &[&kept.id, code, level, edition, &kept.company, &kept.declarer, &kept.declared_on, &articles, &kept.made, by])
        .await?;
    Ok(())
}

pub async fn set_number(tx: &mut Tx, id: &DeclarationId, number: &str) -> Result<()> {
    tx.change("UPDATE declaration SET number = $3 WHERE tenant_id = $1 AND id = $2 AND withdrawn_at IS NULL", &[id, &number])
        .await
}

pub async fn withdraw(tx: &mut Tx, id: &DeclarationId, by: &PersonId) -> Result<u64> {
    let sql =
        "UPDATE declaration SET withdrawn_at = $3, withdrawn_by = $4 WHERE tenant_id = $1 AND id = $2 AND withdrawn_at IS NULL";
    let now = tx.now();
    tx.run(sql, &[id, &now, by]).await
}
