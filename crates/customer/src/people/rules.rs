use base::{InvitationId, Lang, Moment, PersonId};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization as _;
use web::Role;

/// Somebody with an account at a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub mail: String,
    pub role: Role,
    /// The language of their letters.
    pub lang: Lang,
}

/// An invitation to join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub mail: String,
    pub role: Role,
    pub invited_by: PersonId,
    pub made: Moment,
    pub expires: Moment,
    pub accepted: Option<Moment>,
    pub withdrawn: Option<Moment>,
}

impl Invitation {
    /// May it still be accepted?
    pub fn is_open(&self, now: Moment) -> bool {
        self.accepted.is_none() && self.withdrawn.is_none() && now < self.expires
    }
}

/// The token of an invitation's link: made from the installation's secret, so that nobody can guess it and the letter can
/// still be written later. The secret goes in twice, as in HMAC, so that one token says nothing about another.
pub fn token(secret: &[u8], invitation: &InvitationId, made: Moment) -> String {
    let inner = Sha256::new().chain_update(secret).chain_update(format!("invitation:{invitation}:{}", made.0)).finalize();
    hex::encode(Sha256::new().chain_update(secret).chain_update(inner).finalize())
}

/// What the store keeps of a token.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// A mail address as it is compared: plain width, lower case.
pub fn mail_key(text: &str) -> String {
    text.trim().chars().take(400).collect::<String>().nfkc().collect::<String>().to_lowercase()
}

/// A mail address that can be written to, as it is kept. Plain ASCII addresses only: what every mail server takes.
///
/// Source of the lengths: RFC 5321, 4.5.3.1 (64 before the sign, 254 in all).
pub fn mail(text: &str) -> Result<String, &'static str> {
    if text.chars().count() > 320 {
        return Err("too-long");
    }
    let mail = mail_key(text);
    if mail.is_empty() {
        return Err("empty");
    }
    let is_local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let Some((local, domain)) = mail.split_once('@') else {
        return Err("people-not-a-mail");
    };
    let good_local = !local.is_empty()
        && local.len() <= 64
        && local.chars().all(is_local)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let good_domain = domain.contains('.') && domain.split('.').all(is_label);
    if good_local && good_domain && mail.len() <= 254 { Ok(mail) } else { Err("people-not-a-mail") }
}
