use crate::compile;
use crate::correlation::{self, Part, Written};
use crate::filter::{self, Filter};
use crate::fold::hash;
use crate::modifier::{Lists, Means};
pub(crate) use crate::set::{Logic, Rules};
use crate::yaml::{self, Node};
use crate::{Fault, Notice, Refusal, Rule, old};
use std::collections::{HashMap, HashSet};

/// What came of reading files.
#[derive(Debug)]
pub struct Read {
    pub rules: Rules,
    /// What could not be read, and why.
    pub faults: Vec<Fault>,
    /// What was read, and is to be known.
    pub notices: Vec<Notice>,
}

/// Times that filters may be laid over rules in one set.
const FILTERED: usize = 1_000_000;
/// Filters of one set; each may cost a look at each event of its rules.
const FILTERS: usize = 1_000;

impl Rules {
    /// Reads files given as name and text. What cannot be read is left out, each with its reason; nothing is left out silently.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Rules, Vec<Fault>) {
        Rules::read_with(files, &Lists::new())
    }

    /// As `read`, with lists for the placeholders of rules that use `expand`.
    pub fn read_with<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, lists: &Lists) -> (Rules, Vec<Fault>) {
        let read = Rules::read_all(files, lists);
        (read.rules, read.faults)
    }

    /// As `read_with`, with what is to be known of the rules that were read.
    pub fn read_all(files: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>, lists: &Lists) -> Read {
        let mut reading = Reading {
            means: Means::new(lists),
            rules: Vec::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            rested: HashMap::new(),
            waiting: Vec::new(),
            filters: Vec::new(),
            faults: Vec::new(),
            notices: Vec::new(),
        };
        for (file, yaml) in files {
            reading.file(file.as_ref(), yaml.as_ref());
        }
        reading.filters();
        reading.correlations();
        reading.finish()
    }
}

/// A document whose correlation waits for the other rules to be read.
struct Waiting {
    rule: Rule,
    written: Written,
    print: u64,
}

struct Reading<'l> {
    means: Means<'l>,
    rules: Vec<(Rule, Logic, u64)>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
    /// For the id and the name of a rule of the old form, the detections that it rests on.
    rested: HashMap<String, Vec<usize>>,
    waiting: Vec<Waiting>,
    filters: Vec<(String, Filter)>,
    faults: Vec<Fault>,
    notices: Vec<Notice>,
}

impl Reading<'_> {
    fn file(&mut self, file: &str, yaml: &str) {
        let documents = yaml::documents(yaml);
        if documents.iter().all(|document| document.as_ref().is_ok_and(Node::is_null)) {
            self.fault(file, None, "the file is empty".into());
        }
        let old = documents.iter().flatten().any(|document| document.get("action").is_some());
        let mut actions = old.then(old::Actions::default);
        let mut spent = 0;
        // How many rules of this file had to be called after it.
        let mut nameless = 0;
        for document in documents {
            let outcome = match (document, &mut actions) {
                (Ok(document), _) if document.is_null() => Ok(None),
                (Ok(document), _) if document.map().is_none() => {
                    Err(Refusal::new("this is no Sigma rule: the document is not a map", document.line))
                }
                (Ok(document), Some(actions)) => actions.unfold(document, file, &mut self.notices, &mut spent),
                (Ok(document), None) => Ok(Some(document)),
                (Err((line, reason)), _) => {
                    self.fault(file, line, reason);
                    Ok(None)
                }
            };
            let outcome = outcome.and_then(|document| match document {
                Some(document) => self.document(file, &document, &mut nameless),
                None => Ok(()),
            });
            for (line, text) in std::mem::take(&mut self.means.notices) {
                self.notice(file, line, text);
            }
            if let Err(refusal) = outcome {
                self.fault(file, Some(refusal.line), refusal.reason);
            }
        }
    }

    fn fault(&mut self, file: &str, line: Option<usize>, reason: String) {
        self.faults.push(Fault { file: file.to_owned(), line, reason });
    }

    fn notice(&mut self, file: &str, line: usize, text: String) {
        self.notices.push(Notice { file: file.to_owned(), line: Some(line), text });
    }

    fn document(&mut self, file: &str, document: &Node, nameless: &mut usize) -> Result<(), Refusal> {
        if document.get("filter").is_some() {
            if self.filters.len() >= FILTERS {
                return Err(Refusal::new(format!("there are more than {FILTERS} filters"), document.line));
            }
            let filter = filter::read(document, &mut self.means)?;
            self.filters.push((file.to_owned(), filter));
            return Ok(());
        }
        let mut rule = compile::about(document, file)?;
        if document.get("id").is_none() && rule.called.is_empty() {
            *nameless += 1;
            if *nameless > 1 {
                rule.id = format!("{}-{nameless}", rule.id);
            }
        }
        if let Some(taxonomy) = document.get("taxonomy").filter(|word| word.text().is_some_and(|word| word != "sigma")) {
            let text = "the rule has a taxonomy of its own; its fields and log source are taken as they are written";
            self.notice(file, taxonomy.line, text.into());
        }
        let print = document.print();
        if rule.correlation {
            let written = correlation::read(document, &mut self.means)?;
            return self.wait(Waiting { rule, written, print }, document.line);
        }
        let condition = document.get("detection").and_then(|detection| detection.get("condition"));
        if let Some((old, line)) = condition.and_then(|node| Some((old::condition(&node.text()?)?, node.line))) {
            let old = old.map_err(|reason| Refusal::new(reason, line))?;
            return self.old(rule, old, document, line);
        }
        let detection = compile::detection(document, &mut self.means)?;
        self.add(rule, Logic::Detection(detection), print, document.line).map(|_| ())
    }

    /// A rule with `count` or `near` in its condition: silent rules for what it counts, and a correlation over them.
    fn old(&mut self, mut rule: Rule, old: old::Old, document: &Node, line: usize) -> Result<(), Refusal> {
        let part = compile::part(document, "detection")?;
        let ids: Vec<String> = (1..=old.searches.len()).map(|n| format!("{}#{n}", rule.id)).collect();
        let detections =
            old.searches.iter().map(|search| compile::within(part, &[], std::slice::from_ref(search), line, &mut self.means));
        let detections = detections.collect::<Result<Vec<_>, _>>()?;
        let written = old.correlation(ids.clone(), part, line)?;
        let print = document.print();
        let mut places = Vec::new();
        for (id, detection) in ids.into_iter().zip(detections) {
            let under = Rule { id, called: String::new(), silent: true, ..rule.clone() };
            places.push(self.add(under, Logic::Detection(detection), print, document.line)?);
        }
        for word in [&rule.id, &rule.called].into_iter().filter(|word| !word.is_empty()) {
            self.rested.insert(word.clone(), places.clone());
        }
        rule.correlation = true;
        let text = "the old form with \"|\" is read as a correlation; write a correlation rule";
        self.notice(&rule.file, line, text.into());
        self.wait(Waiting { rule, written, print }, document.line)
    }

    fn wait(&mut self, waiting: Waiting, line: usize) -> Result<(), Refusal> {
        if let Some((other, _, _)) = self.by_id.get(&waiting.rule.id).and_then(|n| self.rules.get(*n)) {
            return Err(Refusal::new(format!("the id {} is already that of {}", waiting.rule.id, other.file), line));
        }
        self.waiting.push(waiting);
        Ok(())
    }

    fn add(&mut self, rule: Rule, logic: Logic, print: u64, line: usize) -> Result<usize, Refusal> {
        if let Some((other, _, _)) = self.by_id.get(&rule.id).and_then(|n| self.rules.get(*n)) {
            return Err(Refusal::new(format!("the id {} is already that of {}", rule.id, other.file), line));
        }
        let place = self.rules.len();
        self.by_id.insert(rule.id.clone(), place);
        if !rule.called.is_empty() {
            self.by_name.entry(rule.called.clone()).or_default().push(place);
        }
        self.rules.push((rule, logic, print));
        Ok(place)
    }

    /// Lays the filters over their rules.
    fn filters(&mut self) {
        let mut laid = 0;
        let waiting: HashSet<String> =
            self.waiting.iter().flat_map(|one| [one.rule.id.clone(), one.rule.called.clone()]).collect();
        for (file, filter) in std::mem::take(&mut self.filters) {
            let places: Vec<usize> = match &filter.rules {
                None => (0..self.rules.len()).collect(),
                Some(references) => {
                    references.iter().flat_map(|reference| self.filtered(&file, &filter, reference, &waiting)).collect()
                }
            };
            let named = filter.rules.is_some();
            let mut count = 0;
            for place in places {
                let Some((rule, Logic::Detection(detection), print)) = self.rules.get_mut(place) else { continue };
                if !filter.fits(rule) {
                    if named {
                        let text =
                            format!("the filter names the rule {}, whose logsource is another: it is not laid over it", rule.id);
                        self.notices.push(Notice { file: file.clone(), line: Some(filter.line), text });
                    }
                    continue;
                }
                laid += 1;
                count += 1;
                if laid > FILTERED {
                    self.fault(&file, Some(filter.line), format!("filters are laid over rules more than {FILTERED} times"));
                    return;
                }
                detection.filters.push(filter.detection.clone());
                *print = hash(print.to_le_bytes().into_iter().chain(filter.print.to_le_bytes()));
            }
            if count == 0 {
                let reason = "the filter is over no rule: none of those it names is there with such a logsource";
                self.fault(&file, Some(filter.line), reason.into());
            }
        }
    }

    /// The detections that a filter means by a word.
    fn filtered(&mut self, file: &str, filter: &Filter, reference: &str, waiting: &HashSet<String>) -> Vec<usize> {
        if let Some(places) = self.rested.get(reference) {
            return places.clone();
        }
        if let Some(place) = self.by_id.get(reference) {
            return vec![*place];
        }
        if let Some(places) = self.by_name.get(reference) {
            return places.clone();
        }
        let text = match waiting.contains(reference) {
            true => format!("the filter names \"{reference}\", which is a correlation: filters are laid over detections"),
            false => format!("the filter names \"{reference}\", and there is no such rule"),
        };
        self.notice(file, filter.line, text);
        Vec::new()
    }

    /// Finds the rules of each correlation. One that correlates others waits until they are there; what is left then has a
    /// reference that leads nowhere, or in a circle.
    fn correlations(&mut self) {
        let mut ready = std::mem::take(&mut self.waiting);
        ready.reverse();
        let mut waits: HashMap<String, Vec<Waiting>> = HashMap::new();
        while let Some(one) = ready.pop() {
            match self.places(&one) {
                Err(missing) => waits.entry(missing).or_default().push(one),
                Ok(places) => {
                    let words = [one.rule.id.clone(), one.rule.called.clone()];
                    self.correlation(one, &places);
                    ready.extend(words.iter().filter_map(|word| waits.remove(word)).flatten());
                }
            }
        }
        let left: HashSet<String> =
            waits.values().flatten().flat_map(|one| [one.rule.id.clone(), one.rule.called.clone()]).collect();
        let mut waits: Vec<(String, Waiting)> =
            waits.into_iter().flat_map(|(missing, some)| some.into_iter().map(move |one| (missing.clone(), one))).collect();
        waits.sort_by(|(_, one), (_, two)| (&one.rule.file, one.written.line).cmp(&(&two.rule.file, two.written.line)));
        for (missing, one) in waits {
            let named = |reference: &String| self.by_name.get(reference).is_some_and(|places| places.len() > 1);
            let reason = if left.contains(&missing) {
                format!("the correlation rests on \"{missing}\", which rests on it in turn or on what could not be read")
            } else if named(&missing) {
                format!("the correlation names \"{missing}\", and several rules have that name; use the id")
            } else {
                format!("the correlation names \"{missing}\", and there is no such rule among those that could be read")
            };
            self.fault(&one.rule.file, Some(one.written.line), reason);
        }
    }

    /// The places of a correlation's rules, or the first of its words that names none. A name is that of a rule of the same
    /// file, or of the only one that has it.
    fn places(&self, one: &Waiting) -> Result<Vec<usize>, String> {
        let place = |reference: &String| {
            let named = || {
                let places = self.by_name.get(reference)?;
                let here = |place: &&usize| self.rules.get(**place).is_some_and(|(rule, _, _)| rule.file == one.rule.file);
                let mut near = places.iter().filter(here);
                match (near.next(), near.next(), places.as_slice()) {
                    (Some(place), None, _) => Some(*place),
                    (None, None, [place]) => Some(*place),
                    (Some(_) | None, Some(_) | None, _) => None,
                }
            };
            self.by_id.get(reference).copied().or_else(named).ok_or_else(|| reference.clone())
        };
        one.written.rules.iter().map(place).collect()
    }

    fn correlation(&mut self, one: Waiting, places: &[usize]) {
        let (file, line) = (one.rule.file.clone(), one.written.line);
        let parts: Vec<Part<'_>> = places
            .iter()
            .filter_map(|place| {
                self.rules.get(*place).map(|(rule, _, _)| Part { place: *place, id: &rule.id, called: &rule.called })
            })
            .collect();
        let under = places.iter().filter_map(|place| self.rules.get(*place)).map(|(_, _, print)| *print);
        let print = hash([one.print].into_iter().chain(under).flat_map(u64::to_le_bytes));
        let found = one.written.found(&parts, &mut self.means);
        let generate = one.written.generate;
        let added = found.and_then(|found| self.add(one.rule, Logic::Correlation(found), print, line));
        match added {
            Err(refusal) => self.fault(&file, Some(refusal.line), refusal.reason),
            Ok(_) if generate => {}
            Ok(_) => {
                for place in places {
                    if let Some((rule, _, _)) = self.rules.get_mut(*place) {
                        rule.silent = true;
                    }
                }
            }
        }
    }

    fn finish(self) -> Read {
        let rules = Rules::of(self.rules, self.means.names, self.by_id);
        Read { rules, faults: self.faults, notices: self.notices }
    }
}
