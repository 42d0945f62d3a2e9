use super::{Company, Details, Site};
use base::*;
use store::{AllTx, Record, Row, Tx};

impl Record for Company {
    fn read(row: &Row) -> Result<Company> {
        let details = Details {
            name: row.get("name")?,
            number: row.get("number")?,
            trade: row.get("trade")?,
            employees: row.get("employees")?,
            capital: row.get("capital")?,
            prefecture: row.get("prefecture")?,
            city: row.get("city")?,
        };
        Ok(Company { id: row.get("tenant_id")?, details, founded: row.get("founded_at")?, version: row.get("version")? })
    }
}

impl Record for Site {
    fn read(row: &Row) -> Result<Site> {
        Ok(Site { id: row.get("id")?, name: row.get("name")?, headcount: row.get("headcount")?, opened: row.get("opened_at")? })
    }
}

pub async fn insert(tx: &mut Tx, details: &Details) -> Result<()> {
    let now = tx.now();
    let sql = "INSERT INTO company (tenant_id, name, number, trade, employees, capital, prefecture, city, founded_at, version)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)";
    let Details { name, number, trade, employees, capital, prefecture, city } = details;
    tx.change(sql, &[name, number, trade, employees, capital, prefecture, city, &now]).await
}

pub async fn find(tx: &mut Tx) -> Result<Company> {
    tx.one("SELECT * FROM company WHERE tenant_id = $1", &[]).await
}

/// Is there any company yet?
pub async fn is_any(tx: &mut AllTx) -> Result<bool> {
    Ok(tx.maybe::<String>("SELECT tenant_id AS t FROM company LIMIT 1", &[]).await?.is_some())
}

pub async fn update(tx: &mut Tx, version: i64, details: &Details) -> Result<u64> {
    let sql = "UPDATE company SET name = $3, number = $4, trade = $5, employees = $6, capital = $7, prefecture = $8, city = $9,
                   version = version + 1
               WHERE tenant_id = $1 AND version = $2";
    let Details { name, number, trade, employees, capital, prefecture, city } = details;
    tx.run(sql, &[&version, name, number, trade, employees, capital, prefecture, city]).await
}

pub async fn sites(tx: &mut Tx) -> Result<Vec<Site>> {
    tx.all("SELECT * FROM site WHERE tenant_id = $1 AND closed_at IS NULL ORDER BY opened_at, id", &[]).await
}

pub async fn insert_site(tx: &mut Tx, id: &SiteId, name: &str, headcount: i64) -> Result<()> {
    let now = tx.now();
    let sql = "INSERT INTO site (tenant_id, id, name, headcount, opened_at) VALUES ($1, $2, $3, $4, $5)";
    tx.change(sql, &[id, &name, &headcount, &now]).await
}

pub async fn update_site(tx: &mut Tx, id: &SiteId, name: &str, headcount: i64) -> Result<()> {
    let sql = "UPDATE site SET name = $3, headcount = $4 WHERE tenant_id = $1 AND id = $2 AND closed_at IS NULL";
    tx.change(sql, &[id, &name, &headcount]).await
}

pub async fn close_site(tx: &mut Tx, id: &SiteId) -> Result<()> {
    let now = tx.now();
    tx.change("UPDATE site SET closed_at = $3 WHERE tenant_id = $1 AND id = $2 AND closed_at IS NULL", &[id, &now]).await
}
