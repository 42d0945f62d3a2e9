//! A set of rules, as engines use it.

use crate::compile::Detection;
use crate::correlation::Correlation;
use crate::fold::Names;
use crate::index::{self, Index};
use crate::{Level, Rule, anchor, split};
use std::collections::HashMap;

/// A set of rules, compiled and never changed again. Share it with `Arc`.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    logics: Vec<Logic>,
    /// For each rule, a number for all that it does, itself and what it rests on.
    prints: Vec<u64>,
    pub(crate) names: Names,
    pub(crate) index: Index,
    /// For each rule, the correlations that it feeds: their place and its place among their rules.
    feeds: Vec<Vec<(usize, usize)>>,
    by_id: HashMap<String, usize>,
}

/// How a rule comes to its finding.
#[derive(Debug)]
pub(crate) enum Logic {
    Detection(Detection),
    Correlation(Correlation),
}

impl Rules {
    /// Puts the rules of a set together: which feeds which correlation, and by what they are found.
    ///
    /// Correlations lie behind the rules that they rest on.
    pub(crate) fn of(compiled: Vec<(Rule, Logic, u64)>, names: Names, by_id: HashMap<String, usize>) -> Rules {
        let mut rules = Vec::with_capacity(compiled.len());
        let mut logics = Vec::with_capacity(compiled.len());
        let mut prints = Vec::with_capacity(compiled.len());
        for (rule, logic, print) in compiled {
            rules.push(rule);
            logics.push(logic);
            prints.push(print);
        }
        let mut feeds = vec![Vec::new(); rules.len()];
        for (n, logic) in logics.iter().enumerate() {
            if let Logic::Correlation(correlation) = logic {
                for (slot, place) in correlation.rules.iter().enumerate() {
                    if let Some(feeds) = feeds.get_mut(*place) {
                        feeds.push((n, slot));
                    }
                }
            }
        }
        let mut common = anchor::Common::default();
        for logic in &logics {
            if let Logic::Detection(detection) = logic {
                common.count(detection);
            }
        }
        let necessary: Vec<_> = logics
            .iter()
            .map(|logic| match logic {
                Logic::Detection(detection) => common.necessary(detection),
                Logic::Correlation(_) => None,
            })
            .collect();
        for ((rule, logic), anchors) in rules.iter_mut().zip(&logics).zip(&necessary) {
            rule.anchored = anchors.is_some() || matches!(logic, Logic::Correlation(_));
        }
        let entries = rules.iter().zip(&logics).zip(necessary).map(|((rule, logic), anchors)| match logic {
            Logic::Detection(detection) => Some(index::Entry {
                source: &rule.source,
                anchors,
                fields: detection.fields(),
                required: split::required(detection),
            }),
            Logic::Correlation(_) => None,
        });
        let index = Index::new(entries.collect(), names.len());
        Rules { rules, logics, prints, names, index, feeds, by_id }
    }

    pub fn len(&self) -> usize {
        self.rules.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.by_id.get(id).and_then(|n| self.rules.get(*n))
    }

    /// Gives a rule another level than its file says; false where there is no such rule.
    pub fn set_level(&mut self, id: &str, level: Level) -> bool {
        let rule = self.by_id.get(id).and_then(|place| self.rules.get_mut(*place));
        rule.is_some_and(|rule| {
            rule.level = level;
            true
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rule that a `Hit` names by its place.
    pub fn at(&self, place: usize) -> Option<&Rule> {
        self.rules.get(place)
    }

    /// The longest timespan of its correlations, in milliseconds; 0 where there is none.
    pub fn longest(&self) -> i64 {
        let correlations = self.logics.iter().filter_map(|logic| match logic {
            Logic::Correlation(correlation) => Some(correlation.millis),
            Logic::Detection(_) => None,
        });
        correlations.max().unwrap_or(0)
    }

    pub(crate) fn logic(&self, place: usize) -> Option<&Logic> {
        self.logics.get(place)
    }

    /// The correlations that a rule feeds: their place, and the rule's own place among their rules.
    pub fn feeds(&self, place: usize) -> &[(usize, usize)] {
        self.feeds.get(place).map_or(&[], |feeds| feeds)
    }

    /// A number that changes when what the rule does changes.
    pub(crate) fn print(&self, place: usize) -> u64 {
        self.prints.get(place).copied().unwrap_or_default()
    }
}
