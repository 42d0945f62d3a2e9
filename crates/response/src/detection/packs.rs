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
    /// Adds packs: the texts of every rule that is in use, where it is from, and for agents what they can judge by.
    /// What cannot be used is told and left out.
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
            let files = self.add_texts(pack, &owner, &mut faults);
            self.add_for_agents(pack, files, &mut room, &mut faults);
        }
        faults
    }

    /// Adds what people read of a pack's rules; the files that are in use, each with its rules. A rule that another pack
    /// has too is that pack's.
    fn add_texts<'p>(&mut self, pack: &'p Pack, owner: &Owner, faults: &mut Vec<Fault>) -> Vec<Vec<&'p RuleAbout>> {
        let sheet = &pack.sheet;
        let about = Arc::new(PackAbout {
            name: sheet.name.clone(),
            origin: sheet.origin.clone(),
            imported: sheet.imported.clone(),
            licence: sheet.licence_names(),
        });
        let (mut added, mut twice) = (Vec::new(), Vec::new());
        for file in files_in_use(&sheet.rule) {
            let Some(speaks) = speaker(&file) else { continue };
            if file.iter().any(|rule| self.origins.contains_key(&rule.id)) {
                twice.push(&speaks.id);
                continue;
            }
            self.texts.insert(speaks.name.clone(), text(owner, speaks));
            for rule in &file {
                self.origins.insert(rule.id.clone(), Origin { pack: Arc::clone(&about), rule: (*rule).clone() });
            }
            added.push(file);
        }
        if let Some(first) = twice.first() {
            let why =
                format!("{} of its files are in another pack already, which is used; the first is that of {first}", twice.len());
            faults.push(Fault { file: sheet.name.clone(), why });
        }
        added
    }

    fn add_for_agents(&mut self, pack: &Pack, files: Vec<Vec<&RuleAbout>>, room: &mut usize, faults: &mut Vec<Fault>) {
        let mut left_out = 0;
        for file in for_agents(files) {
            let Some(speaks) = speaker(&file) else { continue };
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
            for rule in file {
                self.levels.extend(rule.other_level(false).map(|level| (rule.id.clone(), level.as_str().to_owned())));
            }
        }
        if left_out > 0 {
            let why = format!(
                "{left_out} of its rules are not given to agents: all together would be larger than {BUNDLE_BYTES} bytes"
            );
            faults.push(Fault { file: pack.sheet.name.clone(), why });
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

/// The rule of a file that speaks for it: what counts the others, else the first.
fn speaker<'r>(file: &[&'r RuleAbout]) -> Option<&'r RuleAbout> {
    file.iter().find(|rule| rule.source.is_empty()).or(file.first()).copied()
}

/// The rules of each file of which at least one is used without being asked for.
fn files_in_use(rules: &[RuleAbout]) -> Vec<Vec<&RuleAbout>> {
    let mut files: Vec<Vec<&RuleAbout>> = Vec::new();
    for rule in rules {
        match files.last_mut() {
            Some(file) if file.first().is_some_and(|first| first.file == rule.file) => file.push(rule),
            Some(_) | None => files.push(vec![rule]),
        }
    }
    files.retain(|file| file.iter().any(|rule| !rule.quiet));
    files
}

/// The files that agents can use by themselves, the gravest first: each has a rule that is told, and they see the events
/// of all its detections.
fn for_agents(mut files: Vec<Vec<&RuleAbout>>) -> Vec<Vec<&RuleAbout>> {
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
