use crate::compile::{self, Detection};
use crate::correlation::{self, Correlation, Written};
use crate::fold::Names;
use crate::index::{self, Index};
use crate::modifier::Lists;
use crate::yaml::{self, Node};
use crate::{Fault, Refusal, Rule, anchor};
use std::collections::HashMap;

/// A set of rules, compiled and never changed again. Share it with `Arc`.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    logics: Vec<Logic>,
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

/// Documents whose correlation waits for the other rules to be read.
struct Waiting {
    rule: Rule,
    written: Written,
    line: Option<usize>,
}

impl Rules {
    /// Reads files given as name and text. What cannot be read is left out, each with its reason; nothing is left out silently.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Rules, Vec<Fault>) {
        Rules::read_with(files, &Lists::new())
    }

    /// As `read`, with lists for the placeholders of rules that use `expand`.
    pub fn read_with<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, lists: &Lists) -> (Rules, Vec<Fault>) {
        let mut reading = Reading {
            lists,
            names: Names::default(),
            rules: Vec::new(),
            by_id: HashMap::new(),
            waiting: Vec::new(),
            faults: Vec::new(),
        };
        for (file, yaml) in files {
            reading.file(file, yaml);
        }
        reading.correlations();
        reading.finish()
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

    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rule that a `Hit` names by its place.
    pub fn at(&self, place: usize) -> Option<&Rule> {
        self.rules.get(place)
    }

    pub(crate) fn logic(&self, place: usize) -> Option<&Logic> {
        self.logics.get(place)
    }

    /// The correlations that a rule feeds: their place, and the rule's own place among their rules.
    pub fn feeds(&self, place: usize) -> &[(usize, usize)] {
        self.feeds.get(place).map_or(&[], |feeds| feeds)
    }
}

struct Reading<'l> {
    lists: &'l Lists,
    names: Names,
    rules: Vec<(Rule, Logic)>,
    by_id: HashMap<String, usize>,
    waiting: Vec<Waiting>,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn file(&mut self, file: &str, yaml: &str) {
        let documents = yaml::documents(yaml);
        if documents.iter().all(|document| matches!(document, Ok(Node::Null))) {
            self.fault(file, None, "the file is empty".into());
        }
        for document in documents {
            match document {
                Ok(Node::Null) => {}
                Ok(document) => {
                    if let Err(refusal) = self.document(file, &document, yaml) {
                        self.fault(file, line_of(yaml, &refusal.near), refusal.reason);
                    }
                }
                Err((line, reason)) => self.fault(file, line, reason),
            }
        }
    }

    fn fault(&mut self, file: &str, line: Option<usize>, reason: String) {
        self.faults.push(Fault { file: file.to_owned(), line, reason });
    }

    fn document(&mut self, file: &str, document: &Node, yaml: &str) -> Result<(), Refusal> {
        let Node::Map(_) = document else {
            return Err(Refusal::new("this is no Sigma rule: the document is not a map", ""));
        };
        if document.get("action").is_some() {
            return Err(Refusal::new("the old collections with \"action\" are not read; write each rule out", "action"));
        }
        if document.get("filter").is_some() {
            return Err(Refusal::new("Sigma filters are not supported", "filter"));
        }
        let rule = compile::about(document, file)?;
        if rule.correlation {
            let written = correlation::read(document)?;
            self.waiting.push(Waiting { rule, written, line: line_of(yaml, "rules") });
            return Ok(());
        }
        let detection = compile::detection(document, &mut self.names, self.lists)?;
        self.add(rule, Logic::Detection(detection))
    }

    fn add(&mut self, rule: Rule, logic: Logic) -> Result<(), Refusal> {
        if let Some((other, _)) = self.by_id.get(&rule.id).and_then(|n| self.rules.get(*n)) {
            return Err(Refusal::new(format!("the id {} is already that of {}", rule.id, other.file), rule.id));
        }
        self.by_id.insert(rule.id.clone(), self.rules.len());
        self.rules.push((rule, logic));
        Ok(())
    }

    /// Finds the rules of each correlation. One that correlates others waits until they are there; what is left then has a
    /// reference that leads nowhere, or in a circle.
    fn correlations(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        loop {
            let before = waiting.len();
            let mut left = Vec::new();
            for one in waiting {
                match self.places(&one.written.rules) {
                    Ok(places) => self.correlation(one, places),
                    Err(_) => left.push(one),
                }
            }
            waiting = left;
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        for one in waiting {
            if let Err(missing) = self.places(&one.written.rules) {
                let reason =
                    format!("the correlation names \"{missing}\", and there is no such rule among those that could be read");
                self.fault(&one.rule.file, one.line, reason);
            }
        }
    }

    fn places(&self, references: &[String]) -> Result<Vec<usize>, String> {
        let place = |reference: &String| {
            let named = || self.rules.iter().position(|(rule, _)| rule.called == *reference);
            self.by_id.get(reference).copied().or_else(named).ok_or_else(|| reference.clone())
        };
        references.iter().map(place).collect()
    }

    fn correlation(&mut self, one: Waiting, places: Vec<usize>) {
        let file = one.rule.file.clone();
        let generate = one.written.generate;
        let outcome =
            one.written.found(places.clone(), &mut self.names).and_then(|found| self.add(one.rule, Logic::Correlation(found)));
        match outcome {
            Err(refusal) => self.fault(&file, one.line, refusal.reason),
            Ok(()) if generate => {}
            Ok(()) => {
                for place in places {
                    if let Some((rule, _)) = self.rules.get_mut(place) {
                        rule.silent = true;
                    }
                }
            }
        }
    }

    fn finish(mut self) -> (Rules, Vec<Fault>) {
        let (rules, logics): (Vec<Rule>, Vec<Logic>) = std::mem::take(&mut self.rules).into_iter().unzip();
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
        let entries = rules.iter().zip(&logics).map(|(rule, logic)| match logic {
            Logic::Detection(detection) => {
                Some(index::Entry { source: &rule.source, anchors: common.necessary(detection), fields: detection.fields() })
            }
            Logic::Correlation(_) => None,
        });
        let index = Index::new(entries, self.names.len());
        (Rules { rules, logics, names: self.names, index, feeds, by_id: self.by_id }, self.faults)
    }
}

/// The first line that holds a word, for the reader's eyes.
fn line_of(yaml: &str, near: &str) -> Option<usize> {
    if near.is_empty() {
        return None;
    }
    yaml.lines().position(|line| line.contains(near)).map(|n| n + 1)
}
