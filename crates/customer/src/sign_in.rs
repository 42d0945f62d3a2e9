//! Signing in: by password (with a code from an authenticator app where that is on), by passkey, by recovery code.

#[cfg(test)]
pub(crate) mod device;
mod hashing;
mod keys;
mod passkey;
mod rules;
pub(crate) mod store;
#[cfg(test)]
pub(crate) mod tests;
mod web;

pub use hashing::Passwords;
pub use web::routes;

pub(crate) use hashing::hash;
pub(crate) use keys::{Wanted, Way, check_wanted, forget, give, new_codes, way};
pub(crate) use passkey::{Passkey, finish_registration, is_possible, keep, start_registration};
pub(crate) use rules::{Totp, check_password, totp_secret};
pub(crate) use web::{Block, qr, welcome_page};

use crate::{people, setup};
use ::store::Actor;
use ::web::{App, Reader, check_tries, count_try, forget_tries};
use axum::http::HeaderValue;
use base::*;

/// So many wrong tries at one mail address in a quarter of an hour, and from one address of the network.
const MOST_TRIES: i64 = 10;
const MOST_TRIES_FROM: i64 = 50;

/// How far somebody has come.
pub enum Progress {
    /// Signed in: the cookie to set.
    In(HeaderValue),
    /// The password was right; the code of the authenticator app is asked for next, within this ceremony.
    CodeNeeded(String),
}

/// Signs in by mail address and password.
///
/// An unknown address and a wrong password take the same time and get the same answer, `sign-in-wrong`.
pub async fn with_password(reader: &Reader, mail: &str, password: &str) -> Result<Progress> {
    let app = &reader.view.app;
    let mail = people::mail_key(mail);
    let tries = Tries::of(reader, format!("sign-in:{mail}"));
    tries.check(app).await?;
    let key = store::by_mail(&mut app.store.read_all().await?, &mail).await?;
    let kept = key.as_ref().and_then(|key| key.password.clone());
    let right = hashing::is_right(app, password, kept).await?;
    let Some(key) = key.filter(|_| right) else {
        tries.count(app).await?;
        return Err(Problem::refused("sign-in-wrong"));
    };
    tries.forget(app).await?;
    if key.totp.is_none() {
        return Ok(Progress::In(open(reader, &key, "password").await?));
    }
    let ceremony = setup::random_token();
    let mut all = app.store.write_all().await?;
    store::begin(&mut all, &setup::hash(&ceremony), "code", Some(&key.person), "").await?;
    all.commit().await?;
    Ok(Progress::CodeNeeded(ceremony))
}

/// Goes on from the right password with a code of the authenticator app. A code opens once: a replay is refused.
pub async fn with_code(reader: &Reader, ceremony: &str, code: &str) -> Result<HeaderValue> {
    let app = &reader.view.app;
    let ended = || Problem::refused("sign-in-ceremony-ended");
    let mut all = app.store.write_all().await?;
    let begun = store::begun(&mut all, &setup::hash(ceremony), "code").await?.ok_or_else(ended)?;
    let key = store::by_person(&mut all, &begun.person.ok_or_else(ended)?).await?.ok_or_else(ended)?;
    drop(all);
    let tries = Tries::of(reader, format!("code:{}", key.person));
    tries.check(app).await?;
    let step = key
        .totp
        .as_ref()
        .and_then(|secret| Totp::new(secret, ""))
        .and_then(|totp| totp.step(code, reader.view.now(), key.totp_step));
    let mut all = app.store.write_all().await?;
    // The step is moved only forward, so of two who send the same code at once one is refused.
    let moved = match step {
        Some(step) => store::move_totp_step(&mut all, &key.person, step).await?,
        None => 0,
    };
    if moved == 0 {
        drop(all);
        tries.count(app).await?;
        return Err(Problem::refused("sign-in-code-wrong"));
    }
    store::end(&mut all, &setup::hash(ceremony)).await?;
    all.commit().await?;
    tries.forget(app).await?;
    open(reader, &key, "password and code").await
}

/// Signs in with one of the codes on paper, for somebody who has lost the rest, and sets a new password if one is given.
///
/// A code opens once. With a new password every other session ends.
pub async fn with_recovery_code(reader: &Reader, mail: &str, code: &str, password: &str) -> Result<HeaderValue> {
    let app = &reader.view.app;
    let mail = people::mail_key(mail);
    let tries = Tries::of(reader, format!("recovery:{mail}"));
    tries.check(app).await?;
    let key = store::by_mail(&mut app.store.read_all().await?, &mail).await?;
    let hash = rules::recovery_hash(key.as_ref().map_or("", |key| key.person.as_str()), code);
    let known = match &key {
        Some(key) => store::is_recovery_code(&mut app.store.read_all().await?, &key.person, &hash).await?,
        None => false,
    };
    let Some(key) = key.filter(|_| known) else {
        tries.count(app).await?;
        return Err(Problem::refused("sign-in-recovery-wrong"));
    };
    let new = match password {
        "" => None,
        password => {
            let person = people::store::find(&mut app.store.read(&key.company).await?, &key.person).await?;
            let checked = check_password(app, password, &[&person.mail, &person.name])?;
            Some(hashing::hash(app, checked.map_err(|why| Problem::invalid("password", why))?).await?)
        }
    };
    let mut tx = app.store.write(&key.company, Actor::Person(key.person.clone())).await?;
    let left = keys::use_recovery_code(&mut tx, &key.person, &hash).await?;
    tx.tell(Fact::RecoveryCodeUsed { person: key.person.clone(), left }).await?;
    if let Some(new) = &new {
        store::set_password(&mut tx, &key.person, new).await?;
        tx.tell(Fact::PasswordChanged { person: key.person.clone() }).await?;
        ::web::end_all_sessions(&mut tx, &key.person, None).await?;
    }
    tx.commit().await?;
    tries.forget(app).await?;
    open(reader, &key, "recovery code").await
}

/// One more recovery code for somebody who has lost every way in, made by whoever runs this installation at its machine.
///
/// Nothing where nobody signs in with this address. The ledger of their company says that it was made.
pub async fn recovery_code_for(store: &::store::Store, mail: &str) -> Result<Option<String>> {
    let Some(key) = store::by_mail(&mut store.read_all().await?, &people::mail_key(mail)).await? else {
        return Ok(None);
    };
    let mut tx = store.write(&key.company, Actor::System).await?;
    let code = keys::one_more_code(&mut tx, &key.person).await?;
    tx.tell(Fact::RecoveryCodesMade { person: key.person }).await?;
    tx.commit().await?;
    Ok(Some(code))
}

/// Signs in with what a passkey answered in a ceremony.
pub async fn with_passkey(reader: &Reader, ceremony: &str, answer: &str) -> Result<HeaderValue> {
    let tries = Tries::of(reader, String::new());
    tries.check(&reader.view.app).await?;
    match passkey::finish_sign_in(&reader.view.app, ceremony, answer).await {
        Ok(key) => open(reader, &key, "passkey").await,
        Err(problem) => {
            tries.count(&reader.view.app).await?;
            Err(problem)
        }
    }
}

/// Opens the session; one that the same browser had as the same person ends.
async fn open(reader: &Reader, key: &store::Key, method: &str) -> Result<HeaderValue> {
    let app = &reader.view.app;
    let mut tx = app.store.write(&key.company, Actor::Person(key.person.clone())).await?;
    if let Some(member) = reader.member.as_ref().filter(|member| member.person == key.person) {
        match ::web::end_session(&mut tx, app, &key.person, &member.session).await {
            Ok(_) | Err(Problem::NotFound) => {}
            Err(problem) => return Err(problem),
        }
    }
    let cookie = ::web::open_session(&mut tx, app, &key.person, key.role, &reader.client, &reader.address).await?;
    tx.tell(Fact::SignedIn { person: key.person.clone(), method: method.to_owned() }).await?;
    tx.commit().await?;
    Ok(cookie)
}

/// The counters that slow guessing down: one of what is guessed at, one of who guesses.
struct Tries {
    what: String,
    from: String,
}

impl Tries {
    fn of(reader: &Reader, what: String) -> Tries {
        Tries { what, from: format!("sign-in-from:{}", reader.address) }
    }

    async fn check(&self, app: &App) -> Result<()> {
        if !self.what.is_empty() {
            check_tries(app, &self.what, MOST_TRIES).await?;
        }
        check_tries(app, &self.from, MOST_TRIES_FROM).await
    }

    async fn count(&self, app: &App) -> Result<()> {
        if !self.what.is_empty() {
            count_try(app, &self.what).await?;
        }
        count_try(app, &self.from).await
    }

    async fn forget(&self, app: &App) -> Result<()> {
        forget_tries(app, &self.what).await
    }
}
