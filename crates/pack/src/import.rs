//! From a folder or an archive of rules to a pack.

use crate::chosen::files_in_use;
use crate::forecast::Forecasts;
use crate::level::decide;
use crate::packs::{Packs, licence_path};
use crate::readable::{Readable, shown};
use crate::sheet::{Background, Counts, FORMAT, Licence, Refused, RuleAbout, Sheet, licence_name};
use crate::{Found, Noise, PackUnusable, Text, archive, folder, is_name};
use base::Moment;
use sha2::{Digest as _, Sha256};
use sigma::{Fault, Level, Rule, Rules};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What an import is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// A folder, or a ZIP file.
    pub from: PathBuf,
    pub name: String,
    /// Products (or, for rules of no product, categories) that are wanted; none: all.
    pub only: Vec<String>,
    /// Rules below it are not taken.
    pub min_level: Level,
    /// Recordings of ordinary days; none: no forecast is made.
    pub background: Vec<PathBuf>,
    pub noise: Noise,
    pub now: Moment,
    /// How far the recordings' local time is from UTC, in milliseconds.
    pub east: i64,
}

/// What an import made.
#[derive(Debug)]
pub struct Imported {
    pub sheet: Sheet,
    /// Against the pack of that name that was there before, if there was one.
    pub change: Option<Change>,
    /// What could not be read of the recordings; the first of it.
    pub background_faults: Vec<Fault>,
}

/// What is otherwise than in the pack before: ids and titles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    pub new: Vec<(String, String)>,
    pub changed: Vec<(String, String)>,
    pub gone: Vec<(String, String)>,
    /// Used at another level than before, though the rule is the same.
    pub relevelled: Vec<(String, String)>,
}

/// Imports rules as a pack, in place of any of that name. Nothing is kept where no rule can be used.
pub fn import(packs: &Packs, asked: &Asked) -> Result<Imported, PackUnusable> {
    if !is_name(&asked.name) {
        return Err(PackUnusable::Name(asked.name.clone()));
    }
    let from = asked.from.display().to_string();
    let mut found = read(&asked.from).map_err(|error| PackUnusable::file(&asked.from, error))?;
    settle_paths(&mut found);
    let (rules, faults) = Rules::read(found.rules.iter().map(|text| (text.path.as_str(), text.text.as_str())));
    found.faults.extend(faults);
    if rules.is_empty() {
        let first = found.faults.first().map(|fault| format!("; the first reason: {fault}")).unwrap_or_default();
        return Err(PackUnusable::Content(from, format!("there is no rule in it that can be used{first}")));
    }
    let rules = Arc::new(rules);
    let readable = Readable::own().map_err(|why| PackUnusable::Content("the list of what can be read".to_owned(), why))?;
    let forecasts =
        (!asked.background.is_empty()).then(|| Forecasts::over(&asked.background, Arc::clone(&rules), asked.now, asked.east));

    let texts = found.rules.iter().map(|text| (text.path.as_str(), text.text.as_str())).collect();
    let (forecasts_now, taken) = (forecasts.as_ref(), HashSet::new());
    let mut maker = Maker { asked, texts, readable: &readable, forecasts: forecasts_now, files: HashMap::new(), taken };
    let mut about: Vec<RuleAbout> = Vec::new();
    let mut not_asked = 0;
    for rule in rules.iter() {
        match maker.is_asked_for(rule) {
            true => about.push(maker.about(rule)),
            false => not_asked += 1,
        }
    }
    if about.is_empty() {
        return Err(PackUnusable::Content(from, "none of its rules was asked for".to_owned()));
    }
    feeders_stay(&found, &mut about);
    let before = packs.open(&asked.name).ok();
    let sheet = sheet(asked, &found, forecasts.as_ref(), about, not_asked);
    let kept: Vec<&Text> = kept_files(&found, &sheet.rule);
    packs.keep(&sheet, &kept, &found.licences)?;
    let change = before.map(|before| Change::between(&before.sheet.rule, &sheet.rule));
    let background_faults = forecasts.map(|forecasts| forecasts.faults).unwrap_or_default();
    Ok(Imported { sheet, change, background_faults })
}

fn read(from: &Path) -> std::io::Result<Found> {
    if from.is_dir() { folder::read(from) } else { archive::read(File::open(from)?) }
}

/// Paths as they may be written anywhere: plain letters only. What then has the path of another is refused.
fn settle_paths(found: &mut Found) {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | ' ') { c } else { '_' };
    let settle = |path: &str| -> String {
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
        parts.map(|part| part.chars().map(plain).collect::<String>()).collect::<Vec<_>>().join("/")
    };
    let Found { rules, licences, faults, .. } = found;
    for texts in [rules, licences] {
        let mut known = HashSet::new();
        texts.retain_mut(|text| {
            text.path = settle(&text.path);
            let fits = known.insert(text.path.to_lowercase()) && text.path.len() <= 1_000;
            if !fits {
                let reason = "its path is that of another file, or too long".to_owned();
                faults.push(Fault { file: text.path.clone(), line: None, reason });
            }
            fits
        });
    }
}

struct Maker<'m> {
    asked: &'m Asked,
    /// By their path.
    texts: HashMap<&'m str, &'m str>,
    readable: &'m Readable,
    forecasts: Option<&'m Forecasts>,
    /// The name and the hash of each file that has a rule.
    files: HashMap<String, (String, String)>,
    taken: HashSet<String>,
}

impl Maker<'_> {
    /// Rules that feed correlations are always taken, or these would be lost too.
    fn is_asked_for(&self, rule: &Rule) -> bool {
        let source = &rule.source;
        let word = if source.product.is_empty() { &source.category } else { &source.product };
        let is_wanted = self.asked.only.is_empty() || self.asked.only.iter().any(|only| only.eq_ignore_ascii_case(word));
        rule.silent || (rule.level >= self.asked.min_level && (is_wanted || rule.correlation))
    }

    fn about(&mut self, rule: &Rule) -> RuleAbout {
        let forecast = self.forecasts.map(|forecasts| forecasts.of(&rule.id));
        let decision = decide(rule, forecast.as_ref(), &self.asked.noise);
        let unreadable = (!rule.correlation).then(|| self.readable.why_not(&rule.source)).flatten();
        let (name, sha256) = self.file(&rule.file);
        let text = self.texts.get(rule.file.as_str()).copied().unwrap_or_default();
        RuleAbout {
            id: rule.id.clone(),
            name,
            file: rule.file.clone(),
            sha256,
            title: rule.title.clone(),
            description: rule.description.clone(),
            author: rule.author.clone(),
            references: rule.references.clone(),
            licence: licence_of(text),
            status: rule.status.clone(),
            tags: rule.tags.clone(),
            falsepositives: rule.falsepositives.clone(),
            source: if rule.correlation { String::new() } else { shown(&rule.source) },
            agents: !rule.correlation && self.readable.by_agents(&rule.source),
            unreadable: unreadable.unwrap_or_default(),
            silent: rule.silent,
            written: rule.level.as_str().to_owned(),
            level: decision.level.as_str().to_owned(),
            quiet: decision.quiet,
            reasons: decision.reasons,
            // Most rules bring nothing, and that the background says of all of them.
            forecast: forecast.filter(|forecast| forecast.findings > 0),
        }
    }

    /// The name by which a file goes in bundles, and its hash.
    fn file(&mut self, path: &str) -> (String, String) {
        if let Some(known) = self.files.get(path) {
            return known.clone();
        }
        let text = self.texts.get(path).copied().unwrap_or_default();
        let stem = path.rsplit('/').next().unwrap_or(path);
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
        let stem: String = stem.chars().map(plain).take(100).collect();
        let name = format!("{}.{stem}", self.asked.name);
        // Of two files of one name the folders tell them apart, by a hash that stays as long as they do.
        let name = if self.taken.contains(&name) { format!("{name}-{}", &hashed(path)[..8]) } else { name };
        self.taken.insert(name.clone());
        let known = (name, hashed(text));
        self.files.insert(path.to_owned(), known.clone());
        known
    }
}

fn hashed(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// What a rule's own `license` line says (Sigma specification 2.1).
fn licence_of(text: &str) -> String {
    let said = text.lines().find_map(|line| line.strip_prefix("license:")).map(str::trim).unwrap_or_default();
    said.trim_matches(['"', '\'']).chars().take(200).collect()
}

/// A quiet rule that a correlation names must be there for it: it is used, at the lowest level.
fn feeders_stay(found: &Found, about: &mut [RuleAbout]) {
    let correlating: BTreeSet<String> =
        about.iter().filter(|rule| rule.source.is_empty()).map(|rule| rule.file.clone()).collect();
    let texts: Vec<&Text> = found.rules.iter().filter(|text| correlating.contains(&text.path)).collect();
    for rule in about.iter_mut().filter(|rule| rule.quiet) {
        if texts.iter().any(|text| text.path == rule.file || text.text.contains(&rule.id)) {
            rule.quiet = false;
            rule.level = Level::Informational.as_str().to_owned();
        }
    }
}

fn kept_files<'f>(found: &'f Found, rules: &[RuleAbout]) -> Vec<&'f Text> {
    let files = files_in_use(rules, true);
    found.rules.iter().filter(|text| files.contains(text.path.as_str())).collect()
}

fn sheet(asked: &Asked, found: &Found, forecasts: Option<&Forecasts>, rule: Vec<RuleAbout>, not_asked: usize) -> Sheet {
    let count = |is: &dyn Fn(&RuleAbout) -> bool| rule.iter().filter(|rule| is(rule)).count();
    let counts = Counts {
        files: found.rules.len(),
        rules: rule.len(),
        refused: found.faults.len(),
        not_asked,
        no_rules: found.passed.len(),
        readable: count(&RuleAbout::is_readable),
        agents: count(&|rule| rule.agents),
        lowered: count(&|rule| rule.level != rule.written),
        quiet: count(&|rule| rule.quiet),
    };
    let background = forecasts.map(|forecasts| Background {
        paths: asked.background.iter().map(|path| path.display().to_string()).collect(),
        files: forecasts.files,
        events: forecasts.events,
        errors: forecasts.errors,
        machine_days: forecasts.machine_days,
    });
    let refused = |fault: &Fault| Refused { file: fault.file.clone(), line: fault.line, reason: fault.reason.clone() };
    let licence = |text: &Text| Licence { name: licence_name(&text.text).to_owned(), file: licence_path(&text.path) };
    Sheet {
        format: FORMAT,
        name: asked.name.clone(),
        origin: asked.from.display().to_string(),
        imported: asked.now.rfc3339(),
        counts,
        background,
        licence: found.licences.iter().map(licence).collect(),
        refused: found.faults.iter().map(refused).collect(),
        rule,
    }
}

impl Change {
    fn between(before: &[RuleAbout], now: &[RuleAbout]) -> Change {
        let old: BTreeMap<&str, &RuleAbout> = before.iter().map(|rule| (rule.id.as_str(), rule)).collect();
        let ids: BTreeSet<&str> = now.iter().map(|rule| rule.id.as_str()).collect();
        let mut change = Change::default();
        for rule in now {
            let told = || (rule.id.clone(), rule.title.clone());
            match old.get(rule.id.as_str()) {
                None => change.new.push(told()),
                Some(old) if old.sha256 != rule.sha256 => change.changed.push(told()),
                Some(old) if (&old.level, old.quiet) != (&rule.level, rule.quiet) => change.relevelled.push(told()),
                Some(_) => {}
            }
        }
        let gone = before.iter().filter(|rule| !ids.contains(rule.id.as_str()));
        change.gone = gone.map(|rule| (rule.id.clone(), rule.title.clone())).collect();
        change
    }
}
