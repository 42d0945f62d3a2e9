use crate::home::Home;
use sigma::{Fault, Rules};
use std::collections::HashMap;
use std::sync::Arc;
use wire::{Bundle, SignatureWrong, Signed, VerifyingKey};

/// What the agent works with: rules, bad hashes and folders, out of a bundle whose signature fits.
#[derive(Debug, Clone)]
pub struct Gear {
    pub number: u64,
    pub rules: Arc<Rules>,
    /// How many rules are in force.
    pub count: u32,
    /// SHA-256 in lower-case hex, and the name of what it is.
    pub bad_hashes: Arc<HashMap<String, String>>,
    pub folders: Vec<String>,
}

/// Why a bundle is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleRefused {
    #[error(transparent)]
    Signature(#[from] SignatureWrong),
    #[error("the bundle {given} is older than the {ours} in use")]
    Older { given: u64, ours: u64 },
}

impl Gear {
    /// Nothing yet: before the first bundle.
    pub fn empty() -> Gear {
        let (rules, levels, bad_hashes, folders) = Default::default();
        Gear::new(&Bundle { number: 0, made: 0, rules, levels, bad_hashes, folders }).0
    }

    fn new(bundle: &Bundle) -> (Gear, Vec<Fault>) {
        let (mut rules, faults) = Rules::read(bundle.rules.iter().map(|file| (file.name.as_str(), file.yaml.as_str())));
        for (id, level) in &bundle.levels {
            // A level that this agent does not know leaves the rule as its file says.
            if let Ok(level) = level.parse() {
                rules.set_level(id, level);
            }
        }
        let hashes = bundle.bad_hashes.iter().map(|(hash, name)| (hash.to_ascii_lowercase(), name.clone()));
        let gear = Gear {
            number: bundle.number,
            count: u32::try_from(rules.len()).unwrap_or(u32::MAX),
            rules: Arc::new(rules),
            bad_hashes: Arc::new(hashes.collect()),
            folders: bundle.folders.clone(),
        };
        (gear, faults)
    }
}

/// Takes a bundle into use if it is the server's own and newer than `ours`; a rule that cannot be read is told and left out.
pub fn open(signed: &Signed, key: &VerifyingKey, ours: u64) -> Result<Gear, BundleRefused> {
    let bundle: Bundle = signed.open(key)?;
    if bundle.number <= ours {
        return Err(BundleRefused::Older { given: bundle.number, ours });
    }
    let (gear, faults) = Gear::new(&bundle);
    for fault in faults {
        tracing::warn!("a rule of bundle {} is left out: {fault}", bundle.number);
    }
    Ok(gear)
}

/// The bundle kept from before, verified again; an empty one where there is none or it was tampered with.
pub fn kept(home: &Home, key: &VerifyingKey) -> Gear {
    let Ok(bytes) = std::fs::read(home.path("bundle.json")) else { return Gear::empty() };
    let opened = serde_json::from_slice::<Signed>(&bytes).map_err(|_| SignatureWrong::NotOurs.into());
    match opened.and_then(|signed| open(&signed, key, 0)) {
        Ok(gear) => gear,
        Err(why) => {
            tracing::error!("the kept bundle is not used: {why}");
            Gear::empty()
        }
    }
}

/// Keeps a bundle for the next start.
pub fn keep(home: &Home, signed: &Signed) -> std::io::Result<()> {
    home.write("bundle.json", &serde_json::to_vec(signed)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    fn bundle(number: u64) -> Bundle {
        let yaml = "title: T\nid: r1\nlevel: high\nlogsource: {product: linux}\ndetection: {s: {A: b}, condition: s}\n";
        Bundle {
            number,
            made: 0,
            rules: vec![wire::RuleFile { name: "t".into(), yaml: yaml.into() }],
            levels: vec![("r1".into(), "low".into()), ("r1".into(), "dire".into()), ("absent".into(), "high".into())],
            bad_hashes: vec![("AB".into(), "x".into())],
            folders: Vec::new(),
        }
    }

    #[test]
    fn only_a_newer_bundle_of_the_servers_own_is_taken_and_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::make(dir.path()).expect("made");
        let key = SigningKey::from_bytes(&[7; 32]);
        let signed = wire::sign(&key, &bundle(3)).expect("signed");
        assert_eq!(kept(&home, &key.verifying_key()).number, 0);
        keep(&home, &signed).expect("kept");
        let gear = kept(&home, &key.verifying_key());
        assert_eq!((gear.number, gear.bad_hashes.get("ab").map(String::as_str)), (3, Some("x")));
        assert_eq!(gear.rules.rule("r1").map(|rule| rule.level), Some(sigma::Level::Low), "as the server levelled it");

        let older = wire::sign(&key, &bundle(2)).expect("signed");
        assert_eq!(open(&older, &key.verifying_key(), 3).err(), Some(BundleRefused::Older { given: 2, ours: 3 }));
        assert!(open(&signed, &key.verifying_key(), 3).is_err(), "the same again");
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert_eq!(open(&signed, &other, 0).err(), Some(BundleRefused::Signature(SignatureWrong::NotOurs)));

        let mut forged = signed.clone();
        forged.text = forged.text.replace("\"number\":3", "\"number\":9");
        keep(&home, &forged).expect("kept");
        assert_eq!(kept(&home, &key.verifying_key()).number, 0, "a bundle changed on disk is not used");
        home.write("bundle.json", b"\xff\xfe not json").expect("written");
        assert_eq!(kept(&home, &key.verifying_key()).number, 0);
    }
}
