//! Passkeys (WebAuthn, W3C): what is asked of a browser, and whether its answer is good.
//!
//! What was asked is kept in a ceremony on the server, which ends once. Keys are discoverable, so signing in needs no name.

use super::store::{self, Key};
use crate::setup;
use ::store::Tx;
use ::web::{App, Site};
use base::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn,
    WebauthnBuilder,
};

pub use webauthn_rs::prelude::Passkey;

/// The longest answer of a browser that is looked at.
const LONGEST: usize = 64 * 1024;

/// Can this portal have passkeys? They belong to a name, so not where it is reached by a number such as 127.0.0.1.
pub fn is_possible(site: &Site) -> bool {
    relying_party(site).is_ok()
}

fn relying_party(site: &Site) -> Result<Webauthn> {
    let impossible = || Problem::refused("sign-in-passkey-needs-name");
    let origin = Url::parse(&site.origin).map_err(Problem::internal)?;
    let name = origin.domain().ok_or_else(impossible)?;
    let builder = WebauthnBuilder::new(name, &origin).map_err(|_| impossible())?.rp_name("Komainu");
    builder.build().map_err(Problem::internal)
}

fn no_good(error: impl std::fmt::Display) -> Problem {
    tracing::info!("a passkey's answer is refused: {error}");
    Problem::refused("sign-in-passkey-wrong")
}

async fn begin(
    app: &App,
    kind: &str,
    person: Option<&PersonId>,
    state: &impl serde::Serialize,
    mut options: Value,
) -> Result<Value> {
    let ceremony = setup::random_token();
    let state = serde_json::to_string(state).map_err(Problem::internal)?;
    let mut all = app.store.write_all().await?;
    store::begin(&mut all, &setup::hash(&ceremony), kind, person, &state).await?;
    all.commit().await?;
    if let Some(options) = options.as_object_mut() {
        // Asked for by a button, not by the browser's own list beside a field.
        options.remove("mediation");
        options.insert("ceremony".to_owned(), ceremony.into());
    }
    Ok(options)
}

async fn take<T: serde::de::DeserializeOwned>(app: &App, ceremony: &str, kind: &str) -> Result<(Option<PersonId>, T)> {
    let mut all = app.store.write_all().await?;
    let begun = store::take(&mut all, &setup::hash(ceremony), kind).await?;
    all.commit().await?;
    let begun = begun.ok_or(Problem::refused("sign-in-ceremony-ended"))?;
    let state = serde_json::from_str(&begun.body).map_err(Problem::internal)?;
    Ok((begun.person, state))
}

fn answer<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    if text.len() > LONGEST {
        return Err(Problem::TooLarge);
    }
    serde_json::from_str(text).map_err(no_good)
}

/// Asks a browser for a new passkey of a person: the options for it, with the ceremony's name.
pub async fn start_registration(app: &App, person: &PersonId, mail: &str, name: &str, have: &[Passkey]) -> Result<Value> {
    let uuid = Uuid::parse_str(person.as_str()).map_err(Problem::internal)?;
    let have = have.iter().map(|passkey| passkey.cred_id().clone()).collect();
    let party = relying_party(&app.site)?;
    let (options, state) = party.start_passkey_registration(uuid, mail, name, Some(have)).map_err(Problem::internal)?;
    let mut options = serde_json::to_value(options).map_err(Problem::internal)?;
    // A key that the browser can find by itself, so that signing in needs no mail address.
    if let Some(wish) = options.pointer_mut("/publicKey/authenticatorSelection").and_then(Value::as_object_mut) {
        wish.insert("residentKey".to_owned(), json!("required"));
        wish.insert("requireResidentKey".to_owned(), json!(true));
    }
    begin(app, "register", Some(person), &state, options).await
}

/// The passkey that a browser made, and whose it is. `only` refuses a ceremony that began for somebody else.
pub async fn finish_registration(app: &App, ceremony: &str, text: &str, only: Option<&PersonId>) -> Result<(PersonId, Passkey)> {
    let made: RegisterPublicKeyCredential = answer(text)?;
    let (person, state): (_, PasskeyRegistration) = take(app, ceremony, "register").await?;
    let person =
        person.filter(|person| only.is_none_or(|only| only == person)).ok_or(Problem::refused("sign-in-ceremony-ended"))?;
    let passkey = relying_party(&app.site)?.finish_passkey_registration(&made, &state).map_err(no_good)?;
    Ok((person, passkey))
}

/// Keeps a passkey. Refuses one that is kept already, whoever it belongs to.
pub async fn keep(tx: &mut Tx, person: &PersonId, passkey: &Passkey, name: &str) -> Result<PasskeyId> {
    let id = PasskeyId::new();
    let body = serde_json::to_string(passkey).map_err(Problem::internal)?;
    let credential = URL_SAFE_NO_PAD.encode(passkey.cred_id());
    store::insert_passkey(tx, &id, person, &credential, name, &body).await?;
    tx.tell(Fact::PasskeyAdded { person: person.clone(), passkey: id.clone() }).await?;
    Ok(id)
}

/// Asks a browser for any passkey that it has for this portal.
pub async fn start_sign_in(app: &App) -> Result<Value> {
    let (options, state) = relying_party(&app.site)?.start_discoverable_authentication().map_err(Problem::internal)?;
    begin(app, "sign-in", None, &state, serde_json::to_value(options).map_err(Problem::internal)?).await
}

/// Who answered, once the answer is proven good.
pub async fn finish_sign_in(app: &App, ceremony: &str, text: &str) -> Result<Key> {
    let given: PublicKeyCredential = answer(text)?;
    let (_, state): (_, DiscoverableAuthentication) = take(app, ceremony, "sign-in").await?;
    let party = relying_party(&app.site)?;
    let (person, credential) = party.identify_discoverable_authentication(&given).map_err(no_good)?;
    let mut all = app.store.write_all().await?;
    let kept = store::by_credential(&mut all, &URL_SAFE_NO_PAD.encode(credential)).await?;
    let kept = kept.filter(|kept| kept.person.as_str() == person.to_string()).ok_or_else(|| no_good("it is not known here"))?;
    let key = store::by_person(&mut all, &kept.person).await?.ok_or_else(|| no_good("its person has left"))?;
    let mut passkey: Passkey = serde_json::from_str(&kept.body).map_err(Problem::internal)?;
    let result = party.finish_discoverable_authentication_v2(&given, state, &passkey).map_err(no_good)?;
    passkey.update_credential(&result);
    let mut tx = all.at_company(kept.company, ::store::Actor::Person(kept.person)).await?;
    store::use_passkey(&mut tx, &kept.id, &serde_json::to_string(&passkey).map_err(Problem::internal)?).await?;
    tx.commit().await?;
    Ok(key)
}
