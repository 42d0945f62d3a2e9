//! What getting ready needs to know of a company: its name, places of business and people. Read only; the customer
//! crate writes these tables.

use base::*;
use store::{Record, Row, Tx};
use web::Role;

/// The company itself.
pub struct Company {
    pub name: String,
    pub trade: String,
    pub employees: i64,
}

/// A place of business that answers for itself.
pub struct Site {
    pub id: SiteId,
    pub name: String,
    pub headcount: i64,
    pub closed: bool,
}

/// Somebody with an account.
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub mail: String,
    pub role: Role,
    pub lang: String,
    pub left: bool,
}

impl Record for Company {
    fn read(row: &Row) -> Result<Company> {
        Ok(Company { name: row.get("name")?, trade: row.get("trade")?, employees: row.get("employees")? })
    }
}

impl Record for Site {
    fn read(row: &Row) -> Result<Site> {
        let closed = row.get::<Option<Moment>>("closed_at")?.is_some();
        Ok(Site { id: row.get("id")?, name: row.get("name")?, headcount: row.get("headcount")?, closed })
    }
}

impl Record for Person {
    fn read(row: &Row) -> Result<Person> {
        let left = row.get::<Option<Moment>>("left_at")?.is_some();
        let (id, name, mail) = (row.get("id")?, row.get("name")?, row.get("mail")?);
        Ok(Person { id, name, mail, role: row.parse("role")?, lang: row.get("lang")?, left })
    }
}

pub async fn company(tx: &mut Tx) -> Result<Company> {
    tx.one("SELECT name, trade, employees FROM company WHERE tenant_id = $1", &[]).await
}

/// All sites, those that were closed too: old sheets name them.
pub async fn sites(tx: &mut Tx) -> Result<Vec<Site>> {
    tx.all("SELECT id, name, headcount, closed_at FROM site WHERE tenant_id = $1 ORDER BY opened_at, id", &[]).await
}

/// All people, those who left too: old facts name them.
pub async fn people(tx: &mut Tx) -> Result<Vec<Person>> {
    let sql = "SELECT id, name, mail, role, lang, left_at FROM person WHERE tenant_id = $1 ORDER BY joined_at, id";
    tx.all(sql, &[]).await
}

/// The name of a person, also of one who left; empty where there is none such.
pub fn name_of<'a>(people: &'a [Person], id: &PersonId) -> &'a str {
    people.iter().find(|person| person.id == *id).map_or("", |person| person.name.as_str())
}
