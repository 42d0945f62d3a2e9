//! The company's own declaration that it works on the rules of information security (SECURITY ACTION, one star).
//!
//! A declaration is what the company says of itself. Nobody examines it, and no word here may sound as if somebody did.

mod print;
pub mod rules;
mod store;
mod web;

#[cfg(test)]
mod tests;

use crate::{Editions, company};
use ::web::{App, Owner, Who};
use base::*;
use rules::State;
use serde::{Deserialize, Serialize};

pub use self::web::routes;

/// A declaration as it was made.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: DeclarationId,
    /// What the verification page is found by.
    pub code: String,
    pub level: String,
    pub edition: String,
    /// The company's name on the day.
    pub company: String,
    pub declarer: String,
    pub declared_on: Day,
    pub articles: Vec<Doing>,
    /// The operator's number, once it is known.
    pub number: Option<String>,
    pub made: Moment,
    pub withdrawn: Option<Moment>,
}

/// What the company does about one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doing {
    pub number: i64,
    pub doing: String,
}

/// A declaration that is to be made.
#[derive(Debug, Clone)]
pub struct Draft {
    pub edition: String,
    pub declarer: String,
    pub declared_on: Day,
    /// What the company does, one text a rule, in order.
    pub doing: Vec<String>,
    pub pledged: bool,
}

/// How the company stands, for home.
#[derive(Debug, Clone)]
pub struct Standing {
    /// In the reader's language.
    pub level: String,
    pub stars: u8,
    /// How many rules the edition has.
    pub rules: usize,
    pub edition: String,
    pub declared_on: Day,
    pub number: Option<String>,
    pub href: String,
    /// The public page.
    pub verification: String,
}

impl Kept {
    pub fn state(&self) -> State {
        State::of(self.withdrawn)
    }

    /// The address of the public page.
    pub fn verification(&self, app: &App) -> String {
        format!("{}/verify/{}", app.site.origin, self.code)
    }
}

/// Makes a declaration. Refuses without the pledge, without a word on each rule, on a day that is not the edition's, and
/// while one of the same edition is in force.
pub async fn declare(who: &Owner, draft: &Draft) -> Result<DeclarationId> {
    let editions = who.content::<Editions>()?;
    let edition = editions.declaration(&draft.edition).ok_or(Problem::NotFound)?;
    let mut faults = Vec::new();
    if let Err(code) = rules::day(edition, draft.declared_on, who.today()) {
        faults.push(("declared-on", code));
    }
    if !draft.pledged {
        faults.push(("pledge", "declaration-no-pledge"));
    }
    if draft.doing.len() != edition.count() || draft.doing.iter().any(String::is_empty) {
        faults.push(("doing", "empty"));
    }
    if !faults.is_empty() {
        return Err(Problem::Invalid { fields: faults });
    }
    let mut tx = who.write().await?;
    if store::all(&mut tx).await?.iter().any(|kept| kept.edition == draft.edition && kept.state() == State::InForce) {
        return Err(Problem::refused("declaration-in-force"));
    }
    let numbers = edition.articles.iter().map(|article| article.number);
    let kept = Kept {
        id: DeclarationId::new(),
        code: rules::code(rand::random()),
        level: edition.level.clone(),
        edition: edition.edition.clone(),
        company: company::company(&mut tx).await?.name,
        declarer: draft.declarer.clone(),
        declared_on: draft.declared_on,
        articles: numbers.zip(&draft.doing).map(|(number, doing)| Doing { number, doing: doing.clone() }).collect(),
        number: None,
        made: tx.now(),
        withdrawn: None,
    };
    tx.tell(Fact::DeclarationMade { declaration: kept.id.clone(), level: kept.level.clone(), edition: kept.edition.clone() })
        .await?;
    store::insert(&mut tx, &kept, &who.person).await?;
    tx.commit().await?;
    tracing::info!(declaration = %kept.id, company = %who.company, "declaration {} made", kept.id);
    Ok(kept.id)
}

/// Fills in the operator's number, or corrects it. A withdrawn declaration keeps the one that it had.
pub async fn set_number(who: &Owner, id: &DeclarationId, number: &str) -> Result<()> {
    let mut tx = who.write().await?;
    let kept = store::find(&mut tx, id).await?;
    if kept.state() == State::Withdrawn {
        return Err(Problem::refused("declaration-withdrawn"));
    }
    if kept.number.as_deref() == Some(number) {
        return Ok(());
    }
    tx.tell(Fact::DeclarationNumbered { declaration: id.clone(), number: number.to_owned() }).await?;
    store::set_number(&mut tx, id, number).await?;
    tx.commit().await
}

/// Withdraws a declaration. Its page stays and says so; the company may declare anew.
pub async fn withdraw(who: &Owner, id: &DeclarationId) -> Result<()> {
    let mut tx = who.write().await?;
    let kept = store::find(&mut tx, id).await?;
    if kept.state() == State::Withdrawn {
        return Err(Problem::refused("declaration-withdrawn"));
    }
    tx.tell(Fact::DeclarationWithdrawn { declaration: id.clone() }).await?;
    if store::withdraw(&mut tx, id, &who.person).await? == 0 {
        return Err(Problem::Conflict);
    }
    tx.commit().await?;
    tracing::info!(declaration = %id, company = %who.company, "declaration {id} withdrawn");
    Ok(())
}

/// All declarations of the company, the newest first.
pub async fn list(who: &Who) -> Result<Vec<Kept>> {
    store::all(&mut who.read().await?).await
}

/// One declaration; another company's is not there.
pub async fn find(who: &Who, id: &DeclarationId) -> Result<Kept> {
    store::find(&mut who.read().await?, id).await
}

/// The declaration in force of the newest edition, for home.
pub async fn standing(who: &Who) -> Result<Option<Standing>> {
    let editions = who.content::<Editions>()?;
    let in_force = list(who).await?.into_iter().filter(|kept| kept.state() == State::InForce);
    let newest = in_force.max_by(|a, b| a.edition.cmp(&b.edition));
    Ok(newest.map(|kept| Standing {
        level: who.words().t(&format!("declaration-level-{}", kept.level)),
        stars: stars(&kept.level),
        rules: editions.declaration(&kept.edition).map_or(kept.articles.len(), |edition| edition.count()),
        declared_on: kept.declared_on,
        href: format!("/declaration/{}", kept.id),
        verification: kept.verification(&who.view.app),
        number: kept.number,
        edition: kept.edition,
    }))
}

/// How many stars a level has.
fn stars(level: &str) -> u8 {
    if level == "one-star" { 1 } else { 0 }
}
