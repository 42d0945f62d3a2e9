//! One's own account: where one is signed in, and the ways to sign in.

mod rules;
mod store;
#[cfg(test)]
mod tests;
mod web;

pub use web::routes;

use crate::people;
use crate::sign_in::{self, Passkey, Totp};
use ::store::Tx;
use ::web::{Member, Session};
use base::*;

/// Changes to the ways to sign in ask for a sign-in that is no older than this.
const FRESH: i64 = 15 * Moment::MINUTE;

/// What one's own page shows.
pub struct Account {
    pub name: String,
    pub mail: String,
    pub lang: Lang,
    pub has_password: bool,
    pub has_totp: bool,
    pub codes_left: i64,
    pub passkeys: Vec<sign_in::store::Kept>,
    pub sessions: Vec<Session>,
}

/// Somebody's own account.
pub async fn find(who: &Member) -> Result<Account> {
    let mut tx = who.read().await?;
    let person = people::find(&mut tx, &who.person).await?;
    let key = sign_in::store::key(&mut tx, &who.person).await?;
    Ok(Account {
        name: person.name,
        mail: person.mail,
        lang: person.lang,
        has_password: key.password.is_some(),
        has_totp: key.totp.is_some(),
        codes_left: sign_in::store::recovery_codes_left(&mut tx, &who.person).await?,
        passkeys: sign_in::store::passkeys(&mut tx, &who.person).await?,
        sessions: ::web::sessions_of(&mut tx, &who.person).await?,
    })
}

/// Has this person proven lately who they are? Somebody at an unattended screen has not.
pub async fn is_fresh(who: &Member) -> Result<bool> {
    let made = store::session_made(&mut who.read().await?, &who.person, &who.session).await?;
    Ok((0..FRESH).contains(&who.now().since(made)))
}

async fn check_fresh(tx: &mut Tx, who: &Member) -> Result<()> {
    let made = store::session_made(tx, &who.person, &who.session).await?;
    if (0..FRESH).contains(&tx.now().since(made)) { Ok(()) } else { Err(Problem::refused("account-sign-in-again")) }
}

/// Sets a new password and ends the sessions elsewhere: whoever knew the old one is out.
pub async fn change_password(who: &Member, password: &str) -> Result<()> {
    let account = find(who).await?;
    let company = crate::company::find(who).await?;
    let about = [account.mail.as_str(), &account.name, &company.details.name];
    let app = &who.view.app;
    let password = sign_in::check_password(app, password, &about)?.map_err(|why| Problem::invalid("password", why))?;
    let hash = sign_in::hash(app, password).await?;
    let mut tx = who.write().await?;
    check_fresh(&mut tx, who).await?;
    sign_in::store::set_password(&mut tx, &who.person, &hash).await?;
    tx.tell(Fact::PasswordChanged { person: who.person.clone() }).await?;
    end_others_in(&mut tx, who).await?;
    tx.commit().await
}

/// Asks the browser for one more passkey.
pub async fn start_passkey(who: &Member) -> Result<serde_json::Value> {
    let mut tx = who.read().await?;
    check_fresh(&mut tx, who).await?;
    let person = people::find(&mut tx, &who.person).await?;
    let kept = sign_in::store::passkeys(&mut tx, &who.person).await?;
    drop(tx);
    let have: Vec<Passkey> = kept.iter().filter_map(|kept| serde_json::from_str(&kept.body).ok()).collect();
    sign_in::start_registration(&who.view.app, &who.person, &person.mail, &person.name, &have).await
}

/// The most passkeys of one person.
const MOST_PASSKEYS: usize = 20;

/// Adds the passkey that the browser made.
pub async fn add_passkey(who: &Member, ceremony: &str, answer: &str, name: &str) -> Result<()> {
    let (_, passkey) = sign_in::finish_registration(&who.view.app, ceremony, answer, Some(&who.person)).await?;
    let mut tx = who.write().await?;
    check_fresh(&mut tx, who).await?;
    if sign_in::store::passkeys(&mut tx, &who.person).await?.len() >= MOST_PASSKEYS {
        return Err(Problem::refused("account-too-many-passkeys"));
    }
    sign_in::keep(&mut tx, &who.person, &passkey, name).await?;
    tx.commit().await
}

/// Removes a passkey. The last one stays while there is no password: nobody locks themselves out.
pub async fn remove_passkey(who: &Member, id: &PasskeyId) -> Result<()> {
    let mut tx = who.write().await?;
    check_fresh(&mut tx, who).await?;
    tx.tell(Fact::PasskeyRemoved { person: who.person.clone(), passkey: id.clone() }).await?;
    sign_in::store::remove_passkey(&mut tx, &who.person, id).await?;
    let key = sign_in::store::key(&mut tx, &who.person).await?;
    if key.password.is_none() && sign_in::store::passkeys(&mut tx, &who.person).await?.is_empty() {
        return Err(Problem::refused("account-last-way"));
    }
    tx.commit().await
}

/// Begins to turn on the codes of an authenticator app: a new secret, on only once a code proves that the app has it.
pub async fn start_totp(who: &Member) -> Result<String> {
    if !is_fresh(who).await? {
        return Err(Problem::refused("account-sign-in-again"));
    }
    let ceremony = crate::setup::random_token();
    let mut all = who.view.app.store.write_all().await?;
    sign_in::store::begin(&mut all, &crate::setup::hash(&ceremony), "totp", Some(&who.person), &sign_in::totp_secret()).await?;
    all.commit().await?;
    Ok(ceremony)
}

/// The secret of a turning-on that has begun, and its app address.
pub async fn totp_begun(who: &Member, ceremony: &str) -> Result<(String, String)> {
    let ended = || Problem::refused("sign-in-ceremony-ended");
    let mut all = who.view.app.store.read_all().await?;
    let begun = sign_in::store::begun(&mut all, &crate::setup::hash(ceremony), "totp").await?;
    drop(all);
    let begun = begun.filter(|begun| begun.person.as_ref() == Some(&who.person)).ok_or_else(ended)?;
    let person = people::find(&mut who.read().await?, &who.person).await?;
    let url = Totp::new(&begun.body, &person.mail).and_then(|totp| totp.url());
    Ok((begun.body, url.ok_or_else(|| Problem::internal("a secret that gives no address"))?))
}

/// Turns the codes on, if this one is right. It counts as used.
pub async fn turn_totp_on(who: &Member, ceremony: &str, code: &str) -> Result<()> {
    let (secret, _) = totp_begun(who, ceremony).await?;
    let step = Totp::new(&secret, "").and_then(|totp| totp.step(code, who.now(), 0));
    let step = step.ok_or(Problem::invalid("code", "sign-in-code-wrong"))?;
    let mut all = who.view.app.store.write_all().await?;
    sign_in::store::end(&mut all, &crate::setup::hash(ceremony)).await?;
    let mut tx = all.at_company(who.company.clone(), ::store::Actor::Person(who.person.clone())).await?;
    check_fresh(&mut tx, who).await?;
    sign_in::store::set_totp(&mut tx, &who.person, Some(secret), step).await?;
    tx.tell(Fact::TotpTurnedOn { person: who.person.clone() }).await?;
    tx.commit().await
}

/// Turns the codes off.
pub async fn turn_totp_off(who: &Member) -> Result<()> {
    let mut tx = who.write().await?;
    check_fresh(&mut tx, who).await?;
    if sign_in::store::key(&mut tx, &who.person).await?.totp.is_none() {
        return Ok(());
    }
    sign_in::store::set_totp(&mut tx, &who.person, None, 0).await?;
    tx.tell(Fact::TotpTurnedOff { person: who.person.clone() }).await?;
    tx.commit().await
}

/// Ten new recovery codes; those before no longer work.
pub async fn new_codes(who: &Member) -> Result<Vec<String>> {
    let mut tx = who.write().await?;
    check_fresh(&mut tx, who).await?;
    let codes = sign_in::new_codes(&mut tx, &who.person).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Ends one session of one's own; the cookie to take away where it is this one.
pub async fn end_session(who: &Member, id: &str) -> Result<Option<axum::http::HeaderValue>> {
    let mut tx = who.write().await?;
    let cookie = ::web::end_session(&mut tx, &who.view.app, &who.person, id).await?;
    tx.tell(Fact::SessionsEnded { person: who.person.clone(), count: 1 }).await?;
    tx.commit().await?;
    Ok((id == who.session).then_some(cookie))
}

/// Signs out everywhere but here.
pub async fn end_others(who: &Member) -> Result<()> {
    let mut tx = who.write().await?;
    end_others_in(&mut tx, who).await?;
    tx.commit().await
}

async fn end_others_in(tx: &mut Tx, who: &Member) -> Result<()> {
    let ended = ::web::end_all_sessions(tx, &who.person, Some(&who.session)).await?;
    if ended > 0 {
        let count = i64::try_from(ended).unwrap_or(i64::MAX);
        tx.tell(Fact::SessionsEnded { person: who.person.clone(), count }).await?;
    }
    Ok(())
}

/// Changes one's name as others see it.
pub async fn change_name(who: &Member, name: &str) -> Result<()> {
    let mut tx = who.write().await?;
    people::store::set_name(&mut tx, &who.person, name).await?;
    tx.tell(Fact::PersonChanged { person: who.person.clone(), fields: vec!["name".to_owned()] }).await?;
    tx.commit().await
}

/// Chooses the language of one's letters.
pub async fn change_lang(who: &Member, lang: Lang) -> Result<()> {
    let mut tx = who.write().await?;
    people::store::set_lang(&mut tx, &who.person, lang).await?;
    tx.tell(Fact::PersonChanged { person: who.person.clone(), fields: vec!["language".to_owned()] }).await?;
    tx.commit().await
}
