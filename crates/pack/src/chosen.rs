//! The rules of a pack that are to be used.

use crate::RuleAbout;
use crate::packs::Pack;
use sigma::{Fault, Level, Rules};
use std::collections::BTreeSet;

/// Texts of rules, and the levels at which they are used.
#[derive(Debug, Default)]
pub struct Chosen {
    /// Path and text of each file.
    pub texts: Vec<(String, String)>,
    /// Id and level of each rule that is used at another level than its file says.
    pub levels: Vec<(String, Level)>,
    /// Files of the pack that are not there any more.
    pub faults: Vec<Fault>,
}

impl Chosen {
    pub(crate) fn of(pack: &Pack, with_quiet: bool) -> Chosen {
        let mut chosen = Chosen::default();
        for file in files_in_use(&pack.sheet.rule, with_quiet) {
            let path = pack.path(file).display().to_string();
            match pack.text(file) {
                Ok(text) => chosen.texts.push((path, text)),
                Err(error) => chosen.faults.push(Fault { file: path, line: None, reason: format!("cannot be read: {error}") }),
            }
        }
        chosen.levels =
            pack.sheet.rule.iter().filter_map(|rule| Some((rule.id.clone(), rule.other_level(with_quiet)?))).collect();
        chosen
    }

    /// Adds the rules of another pack.
    pub fn join(&mut self, other: Chosen) {
        self.texts.extend(other.texts);
        self.levels.extend(other.levels);
        self.faults.extend(other.faults);
    }

    /// Puts the levels of a pack in force over rules that were read.
    pub fn level(&self, rules: &mut Rules) {
        for (id, level) in &self.levels {
            rules.set_level(id, *level);
        }
    }
}

impl RuleAbout {
    /// The level at which it is used, where that is not what its file says. A quiet rule that comes along with others of
    /// its file is told at the lowest.
    pub fn other_level(&self, with_quiet: bool) -> Option<Level> {
        let level = if self.quiet && !with_quiet { Level::Informational } else { self.level.parse().ok()? };
        (level.as_str() != self.written).then_some(level)
    }
}

/// The files of which at least one rule is in use, each once.
pub fn files_in_use(rules: &[RuleAbout], with_quiet: bool) -> BTreeSet<&str> {
    rules.iter().filter(|rule| with_quiet || !rule.quiet).map(|rule| rule.file.as_str()).collect()
}
