//! Imported rules among our own: in the bundle for agents, with an owner's text, and with who wrote them for analysts.

#[cfg(test)]
mod tests;

use super::{Fault, Rules, Telling, Text};
use ::web::Content;
use base::Lang;
use pack::{Owner, Pack, RuleAbout};
use std::cmp::Reverse;
use std::sync::Arc;
use wire::RuleFile;

/// Where an imported rule is from: what its licence asks to be shown wherever its findings are.
#[derive(Debug, Clone)]
pub struct Origin {
    pub pack: Arc<PackAbout>,
    pub rule: RuleAbout,
}

/// What all rules of a pack share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackAbout {
    pub name: String,
    pub origin: String,
    /// When it was imported, as RFC 3339.
    pub imported: String,
    /// The short names of its licences.
    pub licence: String,
}

/// Bytes of imported rules that a bundle holds; the gravest go first. An agent reads 64 MiB, and JSON in JSON may double them.
const BUNDLE_BYTES: usize = 8 << 20;

impl Rules {
    /// Adds what agents can use of packs. What cannot be given to them is told and left out.
    pub fn add_packs(&mut self, packs: &[Pack], content: &Content) -> Vec<Fault> {
        if packs.is_empty() {
            return Vec::new();
        }
        let owner = match owner(content) {
            Ok(owner) => owner,
            Err(fault) => return vec![fault],
        };
        let (mut faults, mut room) = (Vec::new(), BUNDLE_BYTES);
        for pack in packs {
            self.add_pack(pack, &owner, &mut room, &mut faults);
        }
        faults
    }

    fn add_pack(&mut self, pack: &Pack, owner: &Owner, room: &mut usize, faults: &mut Vec<Fault>) {
        let sheet = &pack.sheet;
        let about = Arc::new(PackAbout {
            name: sheet.name.clone(),
            origin: sheet.origin.clone(),
            imported: sheet.imported.clone(),
            licence: sheet.licence_names(),
        });
        let mut left_out = 0;
        for file in files_for_agents(&sheet.rule) {
            let Some(speaks) = file.iter().find(|rule| rule.source.is_empty()).or(file.first()) else { continue };
            if file.iter().any(|rule| self.origins.contains_key(&rule.id)) {
                let why = format!("{} is in another pack already", speaks.id);
                faults.push(Fault { file: pack.path(&speaks.file).display().to_string(), why });
                continue;
            }
            let yaml = match pack.text(&speaks.file) {
                Ok(yaml) => yaml,
                Err(error) => {
                    faults.push(Fault { file: pack.path(&speaks.file).display().to_string(), why: error.to_string() });
                    continue;
                }
            };
            let Some(rest) = room.checked_sub(yaml.len()) else {
                left_out += 1;
                continue;
            };
            *room = rest;
            self.files.push(RuleFile { name: speaks.name.clone(), yaml });
            self.texts.insert(speaks.name.clone(), text(owner, speaks));
            for rule in file {
                self.levels.extend(rule.other_level(false).map(|level| (rule.id.clone(), level.as_str().to_owned())));
                self.origins.insert(rule.id.clone(), Origin { pack: Arc::clone(&about), rule: rule.clone() });
            }
        }
        if left_out > 0 {
            let why = format!(
                "{left_out} of its rules are not given to agents: all together would be larger than {BUNDLE_BYTES} bytes"
            );
            faults.push(Fault { file: sheet.name.clone(), why });
        }
    }

    /// Where a rule is from, by its id; nothing for one of our own.
    pub fn origin(&self, rule: &str) -> Option<&Origin> {
        self.origins.get(rule)
    }
}

fn owner(content: &Content) -> Result<Owner, Fault> {
    let mut texts = [const { String::new() }; 4];
    for (text, file) in texts.iter_mut().zip(pack::OWNER_FILES) {
        let missing = || Fault { file: file.to_owned(), why: "it is missing".to_owned() };
        *text = content.text(file).ok_or_else(missing)?;
    }
    let owner = Owner::read([&texts[0], &texts[1], &texts[2], &texts[3]]);
    owner.map_err(|why| Fault { file: "packs/owner.toml".to_owned(), why })
}

/// Every fault of the texts that imported rules are told by.
pub fn faults(content: &Content) -> Vec<String> {
    match owner(content) {
        Ok(owner) => owner.faults(),
        Err(fault) => vec![fault.to_string()],
    }
}

/// The rules of each file that agents can use by itself, the gravest first: it has a rule that is told, and they see
/// the events of all its detections.
fn files_for_agents(rules: &[RuleAbout]) -> Vec<Vec<&RuleAbout>> {
    let mut files: Vec<Vec<&RuleAbout>> = Vec::new();
    for rule in rules {
        match files.last_mut() {
            Some(file) if file.first().is_some_and(|first| first.file == rule.file) => file.push(rule),
            Some(_) | None => files.push(vec![rule]),
        }
    }
    files.retain(|file| {
        let mut detections = file.iter().filter(|rule| !rule.source.is_empty()).peekable();
        let told = file.iter().any(|rule| !rule.quiet && !rule.silent);
        told && detections.peek().is_some() && detections.all(|rule| rule.agents)
    });
    let worst = |file: &Vec<&RuleAbout>| {
        let level = file.iter().filter_map(|rule| rule.level.parse::<sigma::Level>().ok()).max();
        (Reverse(level), file.first().map_or("", |rule| rule.name.as_str()).to_owned())
    };
    files.sort_by_cached_key(worst);
    files
}

fn text(owner: &Owner, rule: &RuleAbout) -> Text {
    let telling = |lang: Lang| {
        let pack::Told { title, what, now, we } = owner.told(rule, lang);
        let analyst = [rule.title.trim(), rule.description.trim()].into_iter().filter(|text| !text.is_empty());
        Telling { title, what, now, we, analyst: analyst.collect::<Vec<_>>().join("\n") }
    };
    Text { ja: telling(Lang::Ja), en: telling(Lang::En) }
}
