//! Set-up: how the first company comes to an installation, and further ones by signing up.

pub(crate) mod store;
#[cfg(test)]
mod tests;
mod web;

pub use web::routes;

pub(crate) use web::dead_link;

use crate::company::{self, Details};
use crate::people::{self, Person};
use crate::sign_in;
use ::store::{Actor, AllTx, Store};
use ::web::{Reader, Role};
use axum::http::HeaderValue;
use base::*;
use rand::RngCore as _;
use sha2::{Digest, Sha256};

/// The way in by which a company is founded.
#[derive(Debug, Clone)]
pub enum Door {
    /// The one-time link of a new installation.
    FirstLink(String),
    /// The public page, once the installation has its first company.
    SignUp,
}

/// A company about to be founded, and its owner.
#[derive(Debug, Clone)]
pub struct Founding {
    pub details: Details,
    pub site_name: String,
    pub owner: String,
    pub mail: String,
}

/// Makes the one-time set-up link's token, in place of any before it; nothing once there is a company.
///
/// Only the token's hash is kept, so the link is shown when it is made and never again.
pub async fn new_link(store: &Store) -> Result<Option<String>> {
    let mut all = store.write_all().await?;
    if company::store::is_any(&mut all).await? {
        return Ok(None);
    }
    let token = random_token();
    store::set(&mut all, "setup", &hash(&token)).await?;
    all.commit().await?;
    Ok(Some(token))
}

/// Refuses unless the door stands open. A wrong link and a used one get the same answer.
pub async fn check_door(store: &Store, door: &Door) -> Result<()> {
    open_door(&mut store.read_all().await?, door).await
}

async fn open_door(all: &mut AllTx, door: &Door) -> Result<()> {
    let any = company::store::is_any(all).await?;
    match door {
        Door::FirstLink(token) => match store::get(all, "setup").await? {
            Some(kept) if !any && kept == hash(token) => Ok(()),
            _ => Err(Problem::refused("setup-link")),
        },
        Door::SignUp if !any => Err(Problem::refused("setup-first")),
        Door::SignUp => match store::get(all, "registration").await?.as_deref() {
            Some("closed") => Err(Problem::refused("setup-closed")),
            _ => Ok(()),
        },
    }
}

/// Founds a company: its first place of business, its owner with a way to sign in, a session, and recovery codes to keep.
pub async fn found(reader: &Reader, door: &Door, founding: &Founding, way: &sign_in::Way) -> Result<(HeaderValue, Vec<String>)> {
    let app = &reader.view.app;
    let (company, person) = (CompanyId::new(), way.person());
    let mut all = app.store.write_all().await?;
    open_door(&mut all, door).await?;
    if people::store::is_taken(&mut all, &founding.mail).await? {
        return Err(Problem::invalid("mail", "people-mail-taken"));
    }
    // Whoever takes the link away founds the company: of two at once, one finds nothing to take.
    if matches!(door, Door::FirstLink(_)) && store::remove(&mut all, "setup").await? == 0 {
        return Err(Problem::refused("setup-link"));
    }
    let mut tx = all.at_company(company.clone(), Actor::Person(person.clone())).await?;
    company::store::insert(&mut tx, &founding.details).await?;
    tx.tell(Fact::CompanyFounded { company }).await?;
    let site = SiteId::new();
    company::store::insert_site(&mut tx, &site, &founding.site_name, founding.details.employees).await?;
    tx.tell(Fact::SiteOpened { site }).await?;
    let owner = Person {
        id: person.clone(),
        name: founding.owner.clone(),
        mail: founding.mail.clone(),
        role: Role::Owner,
        lang: reader.view.w.lang,
    };
    people::store::insert(&mut tx, &owner).await?;
    tx.tell(Fact::PersonJoined { person: person.clone(), role: Role::Owner.name().to_owned() }).await?;
    let codes = sign_in::give(&mut tx, way).await?;
    let cookie = ::web::open_session(&mut tx, app, &person, Role::Owner, &reader.client, &reader.address).await?;
    tx.tell(Fact::SignedIn { person, method: way.name().to_owned() }).await?;
    tx.commit().await?;
    Ok((cookie, codes))
}

/// Is the mail address free to found or join with?
pub(crate) async fn is_free(store: &Store, mail: &str) -> Result<bool> {
    Ok(!people::store::is_taken(&mut store.read_all().await?, mail).await?)
}

/// The installation's secret: made at its first use, then always the same.
pub(crate) async fn secret(store: &Store) -> Result<Vec<u8>> {
    let kept = store::get(&mut store.read_all().await?, "secret").await?;
    let kept = match kept {
        Some(kept) => kept,
        None => {
            let mut all = store.write_all().await?;
            store::set_once(&mut all, "secret", &random_token()).await?;
            let kept = store::get(&mut all, "secret").await?;
            all.commit().await?;
            kept.ok_or_else(|| Problem::internal("the secret was not kept"))?
        }
    };
    hex::decode(kept).map_err(|_| Problem::internal("the secret of the installation is not hexadecimal"))
}

pub(crate) fn random_token() -> String {
    let mut token = [0; 32];
    rand::rng().fill_bytes(&mut token);
    hex::encode(token)
}

pub(crate) fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
