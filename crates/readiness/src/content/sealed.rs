//! Published editions are never changed: `content/sealed.toml` keeps the SHA-256 of each.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use web::Content;

/// What of the sealed editions was changed or is gone.
pub(super) fn faults(content: &Content) -> Vec<String> {
    let Some(text) = content.text("sealed.toml") else {
        return vec!["sealed.toml: there is no list of the published editions".to_owned()];
    };
    let sealed: BTreeMap<String, String> = match toml::from_str(&text) {
        Ok(sealed) => sealed,
        Err(error) => return vec![format!("sealed.toml: {error}")],
    };
    sealed.iter().filter_map(|(path, hash)| fault(content, path, hash)).collect()
}

fn fault(content: &Content, path: &str, hash: &str) -> Option<String> {
    let Some(text) = content.text(path) else {
        return Some(format!("{path}: this published edition is gone; answers that were given to it can no longer be shown"));
    };
    let found = hex::encode(Sha256::digest(text.as_bytes()));
    (found != hash).then(|| {
        format!("{path}: this edition is published and was changed (SHA-256 {found}, sealed as {hash}). Write the next edition instead.")
    })
}
