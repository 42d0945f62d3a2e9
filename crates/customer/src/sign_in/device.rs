//! A device that makes and uses passkeys, for tests: the authenticator's half of WebAuthn with one P-256 key.

use crate::setup;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, SigningKey as _};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use trial::Visitor;

pub struct Device {
    origin: String,
    key: KeyPair,
    id: Vec<u8>,
    user: Vec<u8>,
    count: u32,
}

impl Device {
    pub fn new(origin: &str) -> Device {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let id = hex::decode(setup::random_token()).expect("bytes");
        Device { origin: origin.to_owned(), key, id, user: Vec::new(), count: 0 }
    }

    /// Begins at `start` and answers with a new key: the ceremony and the answer.
    pub async fn register(&mut self, visitor: &Visitor, start: &str, fields: &[(&str, &str)]) -> (String, String) {
        let reply = visitor.post(start, fields).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let asked: Value = serde_json::from_slice(&reply.bytes).expect("json");
        assert_eq!(asked["publicKey"]["authenticatorSelection"]["residentKey"], "required");
        self.user = BASE64.decode(asked["publicKey"]["user"]["id"].as_str().expect("an id")).expect("base64");
        let client = self.client("webauthn.create", &asked["publicKey"]["challenge"]);
        let mut data = self.data(&asked["publicKey"]["rp"]["id"], 0x45);
        data.extend([0; 16]);
        data.extend([0, 32]);
        data.extend(&self.id);
        let point = self.key.public_key_raw();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("short"));
        attestation.extend(data);
        let response = json!({ "attestationObject": BASE64.encode(attestation), "clientDataJSON": BASE64.encode(client), "transports": ["internal"] });
        (asked["ceremony"].as_str().expect("a ceremony").to_owned(), self.answer(response))
    }

    /// Begins to sign in and answers with the key.
    pub async fn sign_in(&mut self, visitor: &Visitor) -> (String, String) {
        let reply = visitor.post("/sign-in/passkey/start", &[]).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let asked: Value = serde_json::from_slice(&reply.bytes).expect("json");
        assert_eq!(asked.get("mediation"), None);
        (asked["ceremony"].as_str().expect("a ceremony").to_owned(), self.signed(&asked))
    }

    /// The answer to what was asked.
    pub fn signed(&mut self, asked: &Value) -> String {
        self.count += 1;
        let client = self.client("webauthn.get", &asked["publicKey"]["challenge"]);
        let data = self.data(&asked["publicKey"]["rpId"], 0x05);
        let message: Vec<u8> = data.iter().copied().chain(Sha256::digest(&client)).collect();
        let signature = self.key.sign(&message).expect("a signature");
        let response = json!({
            "authenticatorData": BASE64.encode(data), "clientDataJSON": BASE64.encode(client),
            "signature": BASE64.encode(signature), "userHandle": BASE64.encode(&self.user),
        });
        self.answer(response)
    }

    fn answer(&self, response: Value) -> String {
        let id = BASE64.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "extensions": {}, "response": response }).to_string()
    }

    fn client(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string().into_bytes()
    }

    fn data(&self, party: &Value, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(party.as_str().expect("a name").as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.count.to_be_bytes());
        data
    }
}
