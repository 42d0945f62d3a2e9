//! Hashing passwords: Argon2id with its default cost, away from the threads that serve pages, and few at a time.

use super::rules;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use base::{Problem, Result};
use std::collections::HashSet;
use tokio::sync::Semaphore;
use web::{App, Content};

/// The common passwords that are refused, and the places at which passwords are hashed.
pub struct Passwords {
    common: HashSet<String>,
    /// Each hash takes 19 MiB: many at once would exhaust a small machine.
    places: Semaphore,
}

/// The hash that is checked for somebody unknown, so that it takes as long as for somebody known. Of no password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$a29tYWludS1ub2JvZHktMQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Passwords {
    /// Reads the common passwords, one a line.
    pub fn read(content: &Content) -> (Passwords, Vec<String>) {
        let path = "password/common.txt";
        let text = content.text(path);
        let faults = if text.is_none() { vec![format!("{path}: there is no such file")] } else { Vec::new() };
        let lines = text.as_deref().unwrap_or_default().lines().map(|line| rules::normal(line).to_lowercase());
        (Passwords { common: lines.filter(|line| !line.is_empty()).collect(), places: Semaphore::new(4) }, faults)
    }

    pub fn common(&self) -> &HashSet<String> {
        &self.common
    }
}

/// The hash of a password (PHC string).
pub async fn hash(app: &App, password: String) -> Result<String> {
    work(app, move || {
        let hash = Argon2::default().hash_password(rules::normal(&password).as_bytes());
        hash.map(|hash| hash.to_string()).map_err(Problem::internal)
    })
    .await
}

/// Is it the password of this hash? Without a hash it takes as long and the answer is no.
pub async fn is_right(app: &App, password: &str, kept: Option<String>) -> Result<bool> {
    let password: String = password.chars().take(1000).collect();
    work(app, move || {
        let hash = PasswordHash::new(kept.as_deref().unwrap_or(NOBODY)).map_err(Problem::internal)?;
        let right = Argon2::default().verify_password(rules::normal(&password).as_bytes(), &hash).is_ok();
        Ok(right && kept.is_some())
    })
    .await
}

async fn work<T: Send + 'static>(app: &App, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let passwords = app.shelf.get::<Passwords>()?;
    let _place = passwords.places.acquire().await.map_err(Problem::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}
