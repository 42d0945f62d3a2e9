use ed25519_dalek::{Signature, Signer, SigningKey};
use serde::{Deserialize, Serialize};

pub use ed25519_dalek::VerifyingKey;

/// A text and its ed25519 signature. The text is verified before it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    pub text: String,
    /// 64 bytes, hex.
    pub signature: String,
}

/// The signature is not of this text by this key, or the text is not what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureWrong {
    #[error("the signature does not fit: this was not made by our server, or was changed on the way")]
    NotOurs,
    #[error("the signature fits, but the text cannot be read: the server is newer than this agent")]
    Unreadable,
}

/// Signs a value as JSON.
pub fn sign<T: Serialize>(key: &SigningKey, value: &T) -> Result<Signed, serde_json::Error> {
    let text = serde_json::to_string(value)?;
    let signature = hex::encode(key.sign(text.as_bytes()).to_bytes());
    Ok(Signed { text, signature })
}

impl Signed {
    /// The value, once the signature is known to be the key's.
    pub fn open<T: for<'de> Deserialize<'de>>(&self, key: &VerifyingKey) -> Result<T, SignatureWrong> {
        let bytes = hex::decode(&self.signature).map_err(|_| SignatureWrong::NotOurs)?;
        let signature = Signature::from_slice(&bytes).map_err(|_| SignatureWrong::NotOurs)?;
        key.verify_strict(self.text.as_bytes(), &signature).map_err(|_| SignatureWrong::NotOurs)?;
        serde_json::from_str(&self.text).map_err(|_| SignatureWrong::Unreadable)
    }
}

/// One Sigma file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFile {
    /// File name without ending.
    pub name: String,
    pub yaml: String,
}

/// What a server gives an agent to work with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Counts up; an agent never goes back to a lower one.
    pub number: u64,
    /// UTC milliseconds.
    pub made: i64,
    pub rules: Vec<RuleFile>,
    /// Rules that are used at another level than their file says: id and level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<(String, String)>,
    /// SHA-256 of files known to be bad (hex), with the name of each.
    pub bad_hashes: Vec<(String, String)>,
    /// Folders to watch besides the agent's own choice.
    pub folders: Vec<String>,
}

/// Something the server asks of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderKind {
    /// Rehearse.
    Drill,
    /// Check the machine's state now.
    Check,
}

/// An order to one device. It is carried out once and only before it expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: String,
    pub device: String,
    pub kind: OrderKind,
    /// UTC milliseconds.
    pub expires: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_text_or_another_key_is_refused() -> Result<(), serde_json::Error> {
        let key = SigningKey::from_bytes(&[7; 32]);
        let order = Order { id: "o1".into(), device: "d1".into(), kind: OrderKind::Drill, expires: 5 };
        let signed = sign(&key, &order)?;
        assert_eq!(signed.open::<Order>(&key.verifying_key()), Ok(order));
        assert_eq!(signed.open::<Bundle>(&key.verifying_key()), Err(SignatureWrong::Unreadable));
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert_eq!(signed.open::<Order>(&other), Err(SignatureWrong::NotOurs));
        let mut changed = signed.clone();
        changed.text = changed.text.replace("d1", "d2");
        assert_eq!(changed.open::<Order>(&key.verifying_key()), Err(SignatureWrong::NotOurs));
        changed.signature = "zz".into();
        assert_eq!(changed.open::<Order>(&key.verifying_key()), Err(SignatureWrong::NotOurs));
        Ok(())
    }
}
