//! A company and its places of business.

mod lists;
mod rules;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod web;

pub use lists::{CompanySizes, Prefectures, Trades};
pub use rules::{Details, Typed};
pub use web::routes;

pub(crate) use rules::details;

use ::store::Tx;
use ::web::{Lead, Member};
use base::*;

/// A company as its people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Company {
    pub id: CompanyId,
    pub details: Details,
    pub founded: Moment,
    /// Grows with every change; an edit of an older one is refused.
    pub version: i64,
}

/// A place of business that answers an assessment for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub id: SiteId,
    pub name: String,
    pub headcount: i64,
    pub opened: Moment,
}

/// The most places of business that a company may have open.
const MOST_SITES: usize = 500;

/// The company of somebody signed in.
pub async fn find(who: &Member) -> Result<Company> {
    store::find(&mut who.read().await?).await
}

/// The company's open places of business, the oldest first. There is always one.
pub async fn sites(tx: &mut Tx) -> Result<Vec<Site>> {
    store::sites(tx).await
}

/// Changes what is known of the company. Refuses with `Conflict` where somebody changed it since `version`.
pub async fn change(who: &Lead, version: i64, details: &Details) -> Result<()> {
    let mut tx = who.write().await?;
    let before = store::find(&mut tx).await?;
    let fields = before.details.differences(details);
    if fields.is_empty() {
        return Ok(());
    }
    if before.version != version || store::update(&mut tx, version, details).await? == 0 {
        return Err(Problem::Conflict);
    }
    tx.tell(Fact::CompanyChanged { fields }).await?;
    tx.commit().await
}

/// Opens one more place of business.
pub async fn open_site(who: &Lead, name: &str, headcount: i64) -> Result<SiteId> {
    let mut tx = who.write().await?;
    let site = SiteId::new();
    tx.tell(Fact::SiteOpened { site: site.clone() }).await?;
    let sites = store::sites(&mut tx).await?;
    if sites.len() >= MOST_SITES {
        return Err(Problem::refused("company-too-many-sites"));
    }
    if sites.iter().any(|site| site.name == name) {
        return Err(Problem::invalid("site", "company-site-name-taken"));
    }
    store::insert_site(&mut tx, &site, name, headcount).await?;
    tx.commit().await?;
    Ok(site)
}

/// Gives a place of business another name or number of people.
pub async fn change_site(who: &Lead, id: &SiteId, name: &str, headcount: i64) -> Result<()> {
    let mut tx = who.write().await?;
    tx.tell(Fact::CompanyChanged { fields: vec!["site".to_owned()] }).await?;
    if store::sites(&mut tx).await?.iter().any(|site| site.name == name && site.id != *id) {
        return Err(Problem::invalid("site", "company-site-name-taken"));
    }
    store::update_site(&mut tx, id, name, headcount).await?;
    tx.commit().await
}

/// Closes a place of business; what it answered stays. The last one cannot be closed: a company is somewhere.
pub async fn close_site(who: &Lead, id: &SiteId) -> Result<()> {
    let mut tx = who.write().await?;
    // Telling first takes the ledger's lock, so that two people closing the last two sites follow one another.
    tx.tell(Fact::SiteClosed { site: id.clone() }).await?;
    store::close_site(&mut tx, id).await?;
    if store::sites(&mut tx).await?.is_empty() {
        return Err(Problem::refused("company-last-site"));
    }
    tx.commit().await
}
