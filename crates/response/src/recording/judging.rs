//! The rules that a hunt judges by: our own, and those of imported packs.

use crate::detection::Fault;
use ::web::Content;
use hunt::attack::Attack;
use pack::Pack;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The rules that a hunt judges by.
pub struct Judging {
    pub rules: Arc<sigma::Rules>,
    /// The name of each rule, by its id: by that its texts are asked for.
    names: BTreeMap<String, String>,
    /// Imported rules for which the report's own text of their technique speaks, by id: all of a technique are then told
    /// together.
    by_technique: BTreeSet<String>,
    /// The packs that are used.
    pub packs: Vec<PackUsed>,
    /// Of the texts and levels of all rules: another one means another result.
    pub mark: String,
}

/// A pack of imported rules that a hunt used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackUsed {
    pub name: String,
    /// When it was imported, as RFC 3339.
    pub imported: String,
    /// The short names of its licences; empty where none came with it.
    pub licence: String,
    /// How many of its rules were used.
    pub rules: u64,
}

impl PackUsed {
    /// The pack in one line, in no language: name, rules, licence.
    pub fn said(&self) -> String {
        let rules = base::thousands(self.rules);
        let parts = [self.name.as_str(), &rules, &self.licence];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

impl Judging {
    /// Our own rules. What is wrong with one is told by `komainu rules check` and by the content's tests.
    pub fn read(content: &Content) -> Judging {
        Judging::with_packs(content, &[]).0
    }

    /// Our own rules and those of packs, at the levels of the packs and without their quiet ones; what of the packs cannot
    /// be used. An id that is there already is refused, so that no pack changes or replaces a rule of ours.
    pub fn with_packs(content: &Content, packs: &[Pack]) -> (Judging, Vec<Fault>) {
        let paths = content.list("sigma/").into_iter().filter(|path| path.ends_with(".yml"));
        let mut texts: Vec<(String, String)> = paths.filter_map(|path| content.text(&path).map(|text| (path, text))).collect();
        let chosen: Vec<(&Pack, pack::Chosen)> = packs.iter().map(|pack| (pack, pack.chosen(false))).collect();
        let mut faults = Vec::new();
        for (pack, chosen) in &chosen {
            texts.extend(chosen.texts.iter().map(|(path, text)| (place(pack, path), text.clone())));
            faults.extend(chosen.faults.iter().map(|fault| Fault { file: fault.file.clone(), why: fault.reason.clone() }));
        }
        let (mut rules, unread) = sigma::Rules::read(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let unread: Vec<&sigma::Fault> = unread.iter().filter(|fault| fault.file.starts_with(PACKS)).collect();
        if let Some(first) = unread.first() {
            let why =
                format!("{} of its rules or those of other packs are not hunted by; this one: {}", unread.len(), first.reason);
            faults.push(Fault { file: first.file.clone(), why });
        }
        let mut names: BTreeMap<String, String> = rules.iter().map(|rule| (rule.id.clone(), rule.name.clone())).collect();
        let attack = Attack::own().ok();
        let (mut by_technique, mut used, mut levels) = (BTreeSet::new(), Vec::new(), Vec::new());
        for (pack, chosen) in &chosen {
            let mine = |rules: &sigma::Rules, id: &str| rules.rule(id).is_some_and(|rule| rule.file.starts_with(&folder(pack)));
            for (id, level) in chosen.levels.iter().filter(|(id, _)| mine(&rules, id)).collect::<Vec<_>>() {
                rules.set_level(id, *level);
                levels.push((id.as_str(), level.as_str()));
            }
            for about in pack.sheet.rule.iter().filter(|about| mine(&rules, &about.id)) {
                names.insert(about.id.clone(), about.name.clone());
                if about.tags.iter().any(|tag| attack.as_ref().is_some_and(|attack| attack.of_tag(tag).is_some())) {
                    by_technique.insert(about.id.clone());
                }
            }
            used.push(PackUsed {
                name: pack.sheet.name.clone(),
                imported: pack.sheet.imported.clone(),
                licence: pack.sheet.licence_names(),
                rules: rules.iter().filter(|rule| !rule.silent && rule.file.starts_with(&folder(pack))).count() as u64,
            });
        }
        let pairs = texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let mark = hunt::mark(pairs.chain(levels));
        (Judging { rules: Arc::new(rules), names, by_technique, packs: used, mark }, faults)
    }

    /// The name of a rule, by its id: its file's without ending, and of an imported rule the one that its pack gave it.
    pub fn name(&self, id: &str) -> Option<&str> {
        self.names.get(id).map(String::as_str)
    }

    /// The name of a rule whose own text speaks in a report; nothing where its technique does.
    pub fn speaks(&self, id: &str) -> Option<&str> {
        self.name(id).filter(|_| !self.by_technique.contains(id))
    }
}

/// How the files of packs are called in findings. Where they lie on this machine is nobody's concern.
const PACKS: &str = "packs/";

/// Is it the name of an imported rule? Such a name begins with its pack's; those of our own hold no full stop.
pub fn is_imported(name: &str) -> bool {
    name.contains('.')
}

fn folder(pack: &Pack) -> String {
    format!("{PACKS}{}/", pack.name())
}

fn place(pack: &Pack, path: &str) -> String {
    let below = path.strip_prefix(&pack.dir.display().to_string()).unwrap_or(path);
    format!("{}{}", folder(pack), below.trim_start_matches('/'))
}
