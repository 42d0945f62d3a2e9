//! The ledger: a company's facts as a chain of hashes, and the verification of an exported range.
//!
//! An entry's hash is SHA-256 over the company, its number, time, actor, fact and the hash before it, each on a line of
//! its own; the fact is the JSON text as it was written, so that verifying never depends on how JSON is printed today.

use crate::conn::Conn;
use crate::{Record, Row, Value};
use base::*;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{BufRead, Read};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    Person(PersonId),
    Device(DeviceId),
    /// The product itself: a schedule, a clean-up.
    System,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Actor::Person(id) => write!(f, "person:{id}"),
            Actor::Device(id) => write!(f, "device:{id}"),
            Actor::System => f.write_str("system"),
        }
    }
}

/// The hash before the first entry.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One entry of the ledger: a line of an exported file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub company: String,
    pub seq: i64,
    /// UTC milliseconds, by the clock of the server that wrote it.
    pub at: i64,
    pub actor: String,
    /// The fact, as the JSON text that was hashed.
    pub body: String,
    pub prev: String,
    pub hash: String,
}

impl Entry {
    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.company, &self.seq.to_string(), &self.at.to_string(), &self.actor, &self.body, &self.prev] {
            hash.update(part.as_bytes());
            hash.update(b"\n");
        }
        hex::encode(hash.finalize())
    }

    /// The fact, where this version of the product knows it.
    pub fn fact(&self) -> Option<Fact> {
        serde_json::from_str(&self.body).ok()
    }
}

impl Record for Entry {
    fn read(row: &Row) -> Result<Entry> {
        Ok(Entry {
            company: row.get("tenant_id")?,
            seq: row.get("seq")?,
            at: row.get("at")?,
            actor: row.get("actor")?,
            body: row.get("body")?,
            prev: row.get("prev")?,
            hash: row.get("hash")?,
        })
    }
}

/// The last line of an exported file: what range it holds, signed by the server, so that a cut end is seen too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    pub company: String,
    pub first: i64,
    pub last: i64,
    pub hash: String,
    pub made: i64,
    /// The server's ed25519 key, hex.
    pub key: String,
}

/// A seal and its signature over the seal's JSON text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    pub seal: String,
    pub signature: String,
}

impl Seal {
    /// Signs the seal.
    pub fn sign(&self, key: &SigningKey) -> Result<Sealed> {
        let seal = serde_json::to_string(self).map_err(Problem::internal)?;
        let signature = hex::encode(key.sign(seal.as_bytes()).to_bytes());
        Ok(Sealed { seal, signature })
    }
}

pub(crate) async fn append(conn: &mut Conn, company: &CompanyId, actor: &Actor, now: Moment, fact: &Fact) -> Result<()> {
    let tenant = || Value::Text(Some(company.to_string()));
    // Adding one to the head first takes its lock, so two transactions of a company follow one another.
    let head = "INSERT INTO ledger (tenant_id, seq, hash) VALUES ($1, 1, $2)
                ON CONFLICT (tenant_id) DO UPDATE SET seq = ledger.seq + 1 RETURNING seq, hash";
    let rows = conn.all(head, vec![tenant(), Value::Text(Some(GENESIS.to_owned()))]).await?;
    let row = rows.first().ok_or_else(|| Problem::internal("the ledger has no head"))?;
    let mut entry = Entry {
        company: company.to_string(),
        seq: row.get("seq")?,
        at: now.0,
        actor: actor.to_string(),
        body: serde_json::to_string(fact).map_err(Problem::internal)?,
        prev: row.get("hash")?,
        hash: String::new(),
    };
    entry.hash = entry.digest();
    let text = |text: &str| Value::Text(Some(text.to_owned()));
    conn.run("UPDATE ledger SET hash = $2 WHERE tenant_id = $1", vec![tenant(), text(&entry.hash)]).await?;
    let insert = "INSERT INTO fact (tenant_id, seq, at, actor, body, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (seq, at) = (Value::Int(Some(entry.seq)), Value::Int(Some(entry.at)));
    let args =
        vec![tenant(), seq.clone(), at.clone(), text(&entry.actor), text(&entry.body), text(&entry.prev), text(&entry.hash)];
    conn.run(insert, args).await?;
    for job in fact.jobs() {
        let insert =
            "INSERT INTO job (tenant_id, id, kind, seq, body, run_at, tries, locked_until) VALUES ($1, $2, $3, $4, $5, $6, 0, 0)";
        let args = vec![tenant(), text(JobId::new().as_str()), text(job.name()), seq.clone(), text(&entry.body), at.clone()];
        conn.run(insert, args).await?;
    }
    Ok(())
}

/// What a verified file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub company: String,
    pub first: i64,
    pub last: i64,
    /// The server key that sealed it, hex: compare it with the one that you know.
    pub key: String,
}

/// Why a file is not what it says it is. Each message names the line and, where it is known, the entry.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyFault {
    #[error("line {line} is not an entry of a ledger: {why}")]
    NotAnEntry { line: usize, why: String },
    #[error("entry {seq} (line {line}) was changed: its content does not give its hash")]
    Changed { seq: i64, line: usize },
    #[error("entry {seq} (line {line}) does not follow the one before it: an entry was taken out, put in or moved")]
    DoesNotFollow { seq: i64, line: usize },
    #[error("the file ends at line {line} without a seal: its end was cut off")]
    NoSeal { line: usize },
    #[error("the seal (line {line}) does not fit: {why}")]
    SealWrong { line: usize, why: &'static str },
    #[error("there is more after the seal (line {line})")]
    AfterSeal { line: usize },
    #[error("line {line} cannot be read: {why}")]
    Unreadable { line: usize, why: String },
}

/// The longest line that is read.
const LONGEST_LINE: u64 = 1 << 20;

/// Verifies an exported range: every hash, their chain, and the seal at the end.
///
/// The key inside the seal is reported, not trusted: pass `known` to demand a certain one.
pub fn verify(mut file: impl BufRead, known: Option<&VerifyingKey>) -> std::result::Result<Verified, VerifyFault> {
    let (mut line, mut first, mut before) = (0, None, None::<Entry>);
    loop {
        let mut text = Vec::new();
        let unreadable = |line, e: std::io::Error| VerifyFault::Unreadable { line, why: e.to_string() };
        (&mut file).take(LONGEST_LINE).read_until(b'\n', &mut text).map_err(|e| unreadable(line + 1, e))?;
        if text.is_empty() {
            return Err(VerifyFault::NoSeal { line });
        }
        line += 1;
        if let Ok(sealed) = serde_json::from_slice::<Sealed>(&text) {
            let end = before.ok_or(VerifyFault::SealWrong { line, why: "there is no entry before it" })?;
            let verified = check_seal(&sealed, first.unwrap_or(end.seq), &end, known, line)?;
            let mut rest = [0; 1];
            return match file.read(&mut rest).map_err(|e| unreadable(line + 1, e))? {
                0 => Ok(verified),
                _ => Err(VerifyFault::AfterSeal { line: line + 1 }),
            };
        }
        let entry: Entry = serde_json::from_slice(&text).map_err(|e| VerifyFault::NotAnEntry { line, why: e.to_string() })?;
        if entry.digest() != entry.hash {
            return Err(VerifyFault::Changed { seq: entry.seq, line });
        }
        let follows = match &before {
            Some(before) => before.seq + 1 == entry.seq && before.hash == entry.prev && before.company == entry.company,
            None => entry.seq > 1 || entry.prev == GENESIS,
        };
        if !follows {
            return Err(VerifyFault::DoesNotFollow { seq: entry.seq, line });
        }
        first.get_or_insert(entry.seq);
        before = Some(entry);
    }
}

fn check_seal(
    sealed: &Sealed,
    first: i64,
    end: &Entry,
    known: Option<&VerifyingKey>,
    line: usize,
) -> std::result::Result<Verified, VerifyFault> {
    let wrong = |why| VerifyFault::SealWrong { line, why };
    let seal: Seal = serde_json::from_str(&sealed.seal).map_err(|_| wrong("it cannot be read"))?;
    let key = hex::decode(&seal.key).ok().and_then(|key| <[u8; 32]>::try_from(key).ok());
    let key = key.and_then(|key| VerifyingKey::from_bytes(&key).ok()).ok_or(wrong("its key is no key"))?;
    let signature = hex::decode(&sealed.signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
    let signature = signature.ok_or(wrong("its signature is no signature"))?;
    key.verify_strict(sealed.seal.as_bytes(), &signature).map_err(|_| wrong("it was changed after it was signed"))?;
    if known.is_some_and(|known| *known != key) {
        return Err(wrong("it was signed by another server than the one you named"));
    }
    if (seal.company.as_str(), seal.first, seal.last, seal.hash.as_str())
        != (end.company.as_str(), first, end.seq, end.hash.as_str())
    {
        return Err(wrong("it was made for another range of entries"));
    }
    Ok(Verified { company: seal.company, first: seal.first, last: seal.last, key: seal.key })
}
