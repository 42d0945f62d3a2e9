use base::Moment;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use totp_rs::Builder;
use unicode_normalization::UnicodeNormalization as _;

/// The fewest characters of a password. Length is what helps; kinds of characters are not demanded.
///
/// Source: NIST SP 800-63B, 5.1.1.2 (length, a list of common ones, no composition rules).
pub const SHORTEST: usize = 10;
const LONGEST: usize = 200;

/// A password that may be used, in the form in which it is hashed; or the code of what is wrong with it.
///
/// Words that others know count for nothing: the person's and the company's own names (`about`) and common passwords. What is
/// left without them must itself be long enough.
pub fn password(text: &str, about: &[&str], common: &HashSet<String>) -> Result<String, &'static str> {
    if text.is_empty() {
        return Err("empty");
    }
    if text.chars().count() > LONGEST {
        return Err("too-long");
    }
    if text.chars().any(char::is_control) {
        return Err("control-characters");
    }
    let password = normal(text);
    let length = password.chars().count();
    let low = password.to_lowercase();
    let without = |word: &str| low.replace(word, "").chars().count();
    if common.contains(&low) {
        Err("sign-in-password-common")
    } else if length < SHORTEST {
        Err("sign-in-password-short")
    } else if is_simple(&low) {
        Err("sign-in-password-simple")
    } else if words_about(about).iter().any(|word| low.contains(word) && without(word) < SHORTEST) {
        Err("sign-in-password-yours")
    } else if without(core(&low)) < SHORTEST && common.contains(core(&low)) {
        Err("sign-in-password-common")
    } else {
        Ok(password)
    }
}

/// The form in which a password is hashed: the same however it was typed (Unicode NFKC).
pub fn normal(text: &str) -> String {
    text.nfkc().collect()
}

/// A password without the digits and signs around it: `password` in `password2026!!`.
fn core(low: &str) -> &str {
    low.trim_matches(|c: char| !c.is_alphabetic())
}

/// The words that are known of somebody: parts of their mail address, their name, their company's name.
fn words_about(about: &[&str]) -> Vec<String> {
    let texts = about.iter().map(|text| normal(text).to_lowercase());
    let mut words: Vec<String> = texts
        .flat_map(|text| {
            let parts: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
            let whole: String = text.split_whitespace().collect();
            parts.into_iter().chain([whole])
        })
        .filter(|word| word.chars().count() >= if word.is_ascii() { 4 } else { 2 })
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words.dedup();
    words
}

/// Is it one short piece over and over, three characters at most, or a row of the keyboard, the alphabet or the digits?
fn is_simple(low: &str) -> bool {
    let chars: Vec<char> = low.chars().collect();
    let repeats =
        (1..=4.min(chars.len() / 2)).any(|size| chars.iter().enumerate().all(|(at, c)| chars.get(at % size) == Some(c)));
    let rows = [
        "01234567890123456789",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    ];
    let few = chars.iter().collect::<HashSet<_>>().len() < 4;
    let typed_rows = rows
        .iter()
        .flat_map(|row| [(*row).to_owned(), row.chars().rev().collect()])
        .chain(["qwertyuiopasdfghjklzxcvbnm".to_owned()]);
    repeats || few || typed_rows.into_iter().any(|row| row.contains(low))
}

/// The letters of a recovery code: Crockford's base 32, without those that are mistaken for others.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A recovery code of ten random bytes (80 bits): `K7QD-2M9X-…`, four times four letters.
pub fn recovery_code(random: [u8; 10]) -> String {
    let bits = random.iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    let letter = |at: u32| char::from(LETTERS[((bits >> (5 * (15 - at))) & 31) as usize]);
    let letters: Vec<char> = (0..16).map(letter).collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What the store keeps of a recovery code, however it was typed. Its 80 random bits need no slow hash.
pub fn recovery_hash(person: &str, code: &str) -> String {
    let plain = code.chars().take(80).collect::<String>().nfkc().collect::<String>().to_uppercase();
    let letters = plain.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| match c {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    });
    let letters: String = letters.collect();
    hex::encode(Sha256::digest(format!("recovery:{person}:{letters}").as_bytes()))
}

/// A shared secret of an authenticator app (TOTP, RFC 6238: 30 seconds, six digits, SHA-1 as all apps do).
pub struct Totp(totp_rs::Totp);

/// A new secret of 20 random bytes.
pub fn totp_secret() -> String {
    totp_rs::Secret::from(rand::random::<[u8; 20]>()).to_base32()
}

impl Totp {
    /// Nothing where the secret is none.
    pub fn new(secret: &str, mail: &str) -> Option<Totp> {
        let secret = totp_rs::Secret::try_from_base32(secret).ok()?;
        let builder = Builder::new().with_secret(secret).with_account_name(mail).with_issuer(Some("Komainu"));
        builder.build().ok().map(Totp)
    }

    /// The step that a code belongs to: now or one step to either side, and later than the last that was used.
    pub fn step(&self, code: &str, now: Moment, last: i64) -> Option<i64> {
        let code: String = code.chars().take(20).collect::<String>().nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let seconds = u64::try_from(now.0 / Moment::SECOND).ok()?;
        let step = i64::try_from(self.0.check(&code, seconds)?).ok()?;
        (step > last).then_some(step)
    }

    /// The address that an app reads from the picture.
    pub fn url(&self) -> Option<String> {
        self.0.to_url().ok()
    }

    #[cfg(test)]
    pub fn code(&self, now: Moment) -> String {
        self.0.generate(u64::try_from(now.0 / Moment::SECOND).expect("a time")).to_string()
    }
}

/// Checks a password against the rules and the common ones on the shelf.
pub fn check_password(app: &web::App, text: &str, about: &[&str]) -> base::Result<Result<String, &'static str>> {
    let passwords = app.shelf.get::<super::Passwords>()?;
    Ok(password(text, about, passwords.common()))
}
