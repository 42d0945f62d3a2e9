//! The rules that agents judge by: Sigma files, the texts that people read when one fires, and the signed bundle.

mod packs;
mod store;

#[cfg(test)]
mod tests;

pub use self::packs::{Origin, faults as text_faults};

use ::store::Store;
use ::web::Content;
use base::*;
use customer::device::Titles;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use wire::{Bundle, RuleFile};

/// What a rule tells in one language: the first three to whoever runs the company, the last to an analyst.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telling {
    pub title: String,
    /// What happened.
    pub what: String,
    /// What to do now.
    pub now: String,
    /// What we do.
    pub we: String,
    pub analyst: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    ja: Telling,
    en: Telling,
}

impl Text {
    fn to(&self, lang: Lang) -> &Telling {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BadHashes {
    #[serde(default)]
    bad: Vec<BadHash>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BadHash {
    sha256: String,
    name: String,
    /// Where the hash is known from; for whoever reads the file.
    #[serde(rename = "source")]
    _source: String,
}

/// A file of rules or texts that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct Fault {
    pub file: String,
    pub why: String,
}

/// The rules that agents are given, and the texts of all rules, as read at start.
#[derive(Default)]
pub struct Rules {
    files: Vec<RuleFile>,
    /// Rules that are used at another level than their file says.
    levels: Vec<(String, String)>,
    texts: BTreeMap<String, Text>,
    /// Of imported rules, by id.
    origins: BTreeMap<String, Origin>,
    bad_hashes: Vec<(String, String)>,
}

const FOLDER: &str = "sigma/";
/// The rules that agents are given; the others are for hunts over recordings, where a person has them looked at.
const FOR_AGENTS: &str = "linux";
const BAD_HASHES: &str = "sigma/bad-hashes.toml";

impl Rules {
    /// Reads every rule with its texts. A rule without texts is left out and told as a fault: none ships without them.
    pub fn read(content: &Content) -> (Rules, Vec<Fault>) {
        let (mut rules, mut faults) = (Rules::default(), Vec::new());
        for path in content.list(FOLDER) {
            let Some(stem) = path.strip_suffix(".yml") else { continue };
            let Some((folder, name)) = stem.strip_prefix(FOLDER).and_then(|rest| rest.split_once('/')) else { continue };
            let text_path = format!("{stem}.text.toml");
            match (content.text(&path), text_of(content, &text_path)) {
                (Some(yaml), Ok(text)) => {
                    if folder == FOR_AGENTS {
                        rules.files.push(RuleFile { name: name.to_owned(), yaml });
                    }
                    if rules.texts.insert(name.to_owned(), text).is_some() {
                        faults.push(Fault { file: path, why: "another folder has a rule of this name".to_owned() });
                    }
                }
                (None, _) => faults.push(Fault { file: path, why: "it cannot be read".to_owned() }),
                (_, Err(why)) => faults.push(Fault { file: text_path, why }),
            }
        }
        match content.text(BAD_HASHES).map(|text| toml::from_str::<BadHashes>(&text)) {
            Some(Ok(hashes)) => rules.bad_hashes = hashes.bad.into_iter().map(|bad| (bad.sha256, bad.name)).collect(),
            Some(Err(error)) => faults.push(Fault { file: BAD_HASHES.to_owned(), why: error.to_string() }),
            None => faults.push(Fault { file: BAD_HASHES.to_owned(), why: "it is missing".to_owned() }),
        }
        (rules, faults)
    }

    /// What a rule tells, by its file name without ending; nothing for a rule that this server does not have.
    pub fn telling(&self, name: &str, lang: Lang) -> Option<&Telling> {
        self.texts.get(name).map(|text| text.to(lang))
    }

    /// What each rule is called in both languages, for the pages of devices.
    pub fn titles(&self) -> Titles {
        let said = |text: &Text| Said { ja: text.ja.title.clone(), en: text.en.title.clone() };
        Titles(self.texts.iter().map(|(name, text)| (name.clone(), said(text))).collect())
    }

    /// How many rules agents are given.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// A mark of everything that a bundle of these rules holds.
    fn mark(&self) -> String {
        let mut hash = Sha256::new();
        for file in &self.files {
            hash.update(format!("{} {}\n", file.name, file.yaml.len()));
            hash.update(&file.yaml);
        }
        for (id, level) in &self.levels {
            hash.update(format!("{id} {level}\n"));
        }
        for (sha256, name) in &self.bad_hashes {
            hash.update(format!("{sha256} {name}\n"));
        }
        hex::encode(hash.finalize())
    }

    /// The bundle of these rules. Its number rises whenever what it holds has changed since the last start.
    pub async fn bundle(&self, store: &Store) -> Result<Bundle> {
        let mut all = store.write_all().await?;
        let now = all.now();
        let (mark, last) = (self.mark(), store::last_bundle(&mut all).await?);
        let bundle = match last {
            Some(last) if last.mark == mark => last,
            last => store::Last { number: last.map_or(1, |last| last.number + 1), made: now.0, mark },
        };
        store::set_last_bundle(&mut all, &bundle).await?;
        all.commit().await?;
        Ok(Bundle {
            number: bundle.number,
            made: bundle.made,
            rules: self.files.clone(),
            levels: self.levels.clone(),
            bad_hashes: self.bad_hashes.clone(),
            folders: Vec::new(),
        })
    }
}

fn text_of(content: &Content, path: &str) -> std::result::Result<Text, String> {
    let text = content.text(path).ok_or("the texts of this rule are missing")?;
    let text: Text = toml::from_str(&text).map_err(|error| error.to_string())?;
    for telling in [&text.ja, &text.en] {
        let Telling { title, what, now, we, analyst } = telling;
        if [title, what, now, we, analyst].iter().any(|said| said.trim().is_empty()) {
            return Err("a text is empty".to_owned());
        }
    }
    Ok(text)
}
