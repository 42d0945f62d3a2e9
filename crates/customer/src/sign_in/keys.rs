//! The ways to sign in that a person holds: given when they come, changed at their account, forgotten when they leave.

use super::{hashing, passkey, rules, store};
use ::store::Tx;
use ::web::{App, Words};
use base::*;
use rand::RngCore as _;

/// The way to sign in that a newcomer asks for, as typed: a passkey where its two fields are filled in, else a password.
pub struct Wanted<'a> {
    pub password: &'a str,
    pub ceremony: &'a str,
    pub passkey: &'a str,
}

/// A way to sign in that is ready to be given to a new person. Without one nobody is let in.
pub enum Way {
    Password { person: PersonId, hash: String },
    Passkey { person: PersonId, passkey: Box<passkey::Passkey>, name: String },
}

impl Way {
    /// The person that it is for: a passkey knows the id from its ceremony.
    pub fn person(&self) -> PersonId {
        match self {
            Way::Password { person, .. } | Way::Passkey { person, .. } => person.clone(),
        }
    }

    /// The word for it in the ledger.
    pub fn name(&self) -> &'static str {
        match self {
            Way::Password { .. } => "password",
            Way::Passkey { .. } => "passkey",
        }
    }
}

/// May the wanted way be had? Quick: nothing is hashed and no ceremony ends.
pub fn check_wanted(app: &App, wanted: &Wanted<'_>, about: &[&str]) -> Result<std::result::Result<(), &'static str>> {
    if wanted.passkey.is_empty() { Ok(rules::check_password(app, wanted.password, about)?.map(|_| ())) } else { Ok(Ok(())) }
}

/// Makes the wanted way ready. A passkey's ceremony ends here.
pub async fn way(app: &App, wanted: &Wanted<'_>, w: &Words) -> Result<Way> {
    if wanted.passkey.is_empty() {
        let hash = hashing::hash(app, wanted.password.to_owned()).await?;
        return Ok(Way::Password { person: PersonId::new(), hash });
    }
    let (person, passkey) = passkey::finish_registration(app, wanted.ceremony, wanted.passkey, None).await?;
    Ok(Way::Passkey { person, passkey: Box::new(passkey), name: w.t("sign-in-first-passkey") })
}

/// Gives a new person their way to sign in and ten recovery codes, which are shown once.
pub async fn give(tx: &mut Tx, way: &Way) -> Result<Vec<String>> {
    match way {
        Way::Password { person, hash } => store::set_password(tx, person, hash).await?,
        Way::Passkey { person, passkey, name } => {
            passkey::keep(tx, person, passkey, name).await?;
        }
    }
    new_codes(tx, &way.person()).await
}

/// Ten new recovery codes in place of any before them.
pub async fn new_codes(tx: &mut Tx, person: &PersonId) -> Result<Vec<String>> {
    store::forget_recovery_codes(tx, person).await?;
    let mut codes = Vec::new();
    for _ in 0..10 {
        codes.push(one_more_code(tx, person).await?);
    }
    tx.tell(Fact::RecoveryCodesMade { person: person.clone() }).await?;
    Ok(codes)
}

/// One more recovery code besides those there are.
pub async fn one_more_code(tx: &mut Tx, person: &PersonId) -> Result<String> {
    let mut random = [0; 10];
    rand::rng().fill_bytes(&mut random);
    let code = rules::recovery_code(random);
    store::insert_recovery_code(tx, person, &rules::recovery_hash(person.as_str(), &code)).await?;
    Ok(code)
}

/// Uses up a recovery code; how many are left. Refuses one that is used already.
pub async fn use_recovery_code(tx: &mut Tx, person: &PersonId, hash: &str) -> Result<i64> {
    if store::use_recovery_code(tx, person, hash).await? == 0 {
        return Err(Problem::refused("sign-in-recovery-wrong"));
    }
    store::recovery_codes_left(tx, person).await
}

/// Forgets every way to sign in of somebody who leaves.
pub async fn forget(tx: &mut Tx, person: &PersonId) -> Result<()> {
    store::forget_password_and_totp(tx, person).await?;
    store::forget_passkeys(tx, person).await?;
    store::forget_recovery_codes(tx, person).await
}
