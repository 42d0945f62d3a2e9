//! The story: what the findings come to, told to an owner in chapters.

use super::{OwnerText, words::Words};
use crate::attack::Attack;
use crate::outcome::{Count, Outcome};
use sigma::Level;
use std::collections::{BTreeMap, BTreeSet};

/// What an owner reads.
#[derive(Debug, Default)]
pub struct Story {
    pub verdict: String,
    /// The verdict's level as a word; `none` where nothing was found.
    pub level: &'static str,
    /// Sentences under the verdict.
    pub says: Vec<String>,
    /// Name and value: since when, machines, accounts.
    pub facts: Vec<(String, String)>,
    /// What to do and on which machines, the most urgent first.
    pub first: Vec<(String, String)>,
    pub chapters: Vec<Chapter>,
    /// Of findings that are too small for the story.
    pub small: Option<String>,
}

/// One stage of an attack.
#[derive(Debug)]
pub struct Chapter {
    pub title: String,
    pub says: String,
    pub passages: Vec<Passage>,
    /// How many passages were left out, in words.
    pub left: Option<String>,
}

/// One thing that happened, however often and wherever.
#[derive(Debug)]
pub struct Passage {
    pub level: Level,
    pub level_said: String,
    pub title: String,
    pub what: String,
    /// How often, when, on which machines, by which accounts.
    pub details: Vec<String>,
    pub sure: String,
}

/// Passages of a chapter that are told; the worst.
const PASSAGES: usize = 6;
/// Machines of a passage that are told one by one.
const PLACES: usize = 3;
const NAMES: usize = 6;
const FIRST: usize = 5;
/// Of these, how many may come from rules' own texts.
const OWN: usize = 3;

/// What speaks for a finding: its rule's own text, its technique, or its title alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Voice {
    Rule(String),
    Technique(String),
    Title(String),
}

/// What is gathered of a passage.
#[derive(Debug, Default)]
struct Gathered {
    chapter: usize,
    count: Count,
    rules: BTreeSet<String>,
    hosts: BTreeMap<String, (Count, BTreeSet<String>)>,
}

/// Everything that the story is told from.
pub(super) struct Teller<'a> {
    pub outcome: &'a Outcome,
    pub attack: &'a Attack,
    pub words: &'a Words,
    pub texts: &'a dyn Fn(&str) -> Option<OwnerText>,
}

impl Teller<'_> {
    pub fn story(&self) -> Story {
        let tally = &self.outcome.tally;
        let Some(worst) = tally.worst() else { return self.nothing() };
        // An owner reads of what matters; where nothing does, of the little there is.
        let least = Level::Medium.min(worst);
        let mut gathered = self.gather(least);
        let serious: BTreeSet<usize> =
            gathered.values().filter(|one| one.count.worst >= Level::High).map(|one| one.chapter).collect();
        let (verdict, level) = self.verdict(worst, serious.len());
        let facts = self.facts(&gathered);
        let first = self.first(&gathered);
        let mut chapters: BTreeMap<usize, Vec<(Voice, Gathered)>> = BTreeMap::new();
        while let Some((voice, one)) = gathered.pop_first() {
            chapters.entry(one.chapter).or_default().push((voice, one));
        }
        let stopped = self.outcome.summary.stopped.then(|| self.words.t("hunt-stopped"));
        let small: u64 = Level::ALL.iter().filter(|level| **level < least).map(|level| tally.levels[*level as usize]).sum();
        Story {
            verdict,
            level,
            says: stopped.into_iter().chain([self.words.t("hunt-signs")]).collect(),
            facts,
            first,
            chapters: chapters.into_iter().filter_map(|(place, passages)| self.chapter(place, passages)).collect(),
            small: (small > 0).then(|| self.words.n("hunt-story-small", small)),
        }
    }

    fn nothing(&self) -> Story {
        let (w, summary) = (self.words, &self.outcome.summary);
        if summary.events == 0 {
            return Story { verdict: w.t("hunt-none-read"), level: "none", ..Story::default() };
        }
        let numbers = [summary.events, summary.files, self.outcome.made.rules].map(|number| w.number(number));
        let stopped = summary.stopped.then(|| w.t("hunt-stopped"));
        let means = w.with("hunt-none-means", &[("events", &numbers[0]), ("files", &numbers[1]), ("rules", &numbers[2])]);
        let says = stopped.into_iter().chain([means, w.t("hunt-none-not")]).collect();
        Story { verdict: w.t("hunt-verdict-none"), level: "none", says, ..Story::default() }
    }

    fn verdict(&self, worst: Level, stages: usize) -> (String, &'static str) {
        let w = self.words;
        let said = match worst {
            Level::Informational | Level::Low => w.t("hunt-verdict-low"),
            Level::Medium => w.t("hunt-verdict-medium"),
            Level::High | Level::Critical if stages >= 3 => w.n("hunt-verdict-stages", stages as u64),
            Level::High | Level::Critical => w.t("hunt-verdict-high"),
        };
        (said, worst.as_str())
    }

    fn voice(&self, id: &str, tags: &[String]) -> Voice {
        if (self.texts)(id).is_some() {
            return Voice::Rule(id.to_owned());
        }
        match tags.iter().find_map(|tag| self.attack.of_tag(tag)) {
            Some(named) => Voice::Technique(named.technique.id.clone()),
            None => Voice::Title(id.to_owned()),
        }
    }

    fn chapter_of(&self, tags: &[String]) -> usize {
        let technique = tags.iter().find_map(|tag| self.attack.of_tag(tag));
        let tactic = || tags.iter().find_map(|tag| self.attack.tactic_of_tag(tag));
        match technique {
            Some(named) => self.attack.chapter_of(named.technique),
            None => self.attack.chapter(tactic().map_or("other", |tactic| &tactic.chapter)),
        }
    }

    fn gather(&self, least: Level) -> BTreeMap<Voice, Gathered> {
        let tally = &self.outcome.tally;
        let mut all: BTreeMap<Voice, Gathered> = BTreeMap::new();
        for ((id, host), place) in tally.places.iter().filter(|(_, place)| place.count.worst >= least) {
            let Some(rule) = tally.rules.get(id) else { continue };
            let one = all.entry(self.voice(id, &rule.tags)).or_default();
            one.chapter = self.chapter_of(&rule.tags);
            one.count.join(&place.count);
            one.rules.insert(id.clone());
            let (count, accounts) = one.hosts.entry(host.clone()).or_default();
            count.join(&place.count);
            accounts.extend(place.accounts.iter().cloned());
        }
        all
    }

    fn facts(&self, gathered: &BTreeMap<Voice, Gathered>) -> Vec<(String, String)> {
        let w = self.words;
        let mut span = Count::default();
        let mut hosts: BTreeMap<&str, Level> = BTreeMap::new();
        let mut accounts: BTreeSet<&str> = BTreeSet::new();
        for one in gathered.values() {
            span.join(&one.count);
            for (host, (count, names)) in &one.hosts {
                let level = hosts.entry(host).or_insert(Level::Informational);
                *level = count.worst.max(*level);
                accounts.extend(names.iter().map(|name| bare(name)).filter(|name| !is_system(name)));
            }
        }
        hosts.remove("");
        let mut names: Vec<(&str, Level)> = hosts.into_iter().collect();
        names.sort_by_key(|(_, level)| std::cmp::Reverse(*level));
        let names: Vec<String> = names.into_iter().map(|(name, _)| name.to_owned()).collect();
        let accounts: Vec<String> = accounts.into_iter().map(str::to_owned).collect();
        let since = if span.first == 0 { w.t("hunt-since-unknown") } else { w.minute(span.first) };
        let mut facts = vec![(w.t("hunt-since"), since)];
        if span.last != span.first {
            facts.push((w.t("hunt-until"), w.minute(span.last)));
        }
        let mut fact = |key: &str, names: &[String]| {
            if !names.is_empty() {
                facts.push((w.t(key), w.list(names, NAMES)));
            }
        };
        fact("hunt-machines", &names);
        fact("hunt-accounts", &accounts);
        facts.push((w.t("hunt-findings"), w.number(self.outcome.tally.all())));
        facts
    }

    /// What to do first: what the rules' own texts say, the worst first, then what the techniques ask for.
    fn first(&self, gathered: &BTreeMap<Voice, Gathered>) -> Vec<(String, String)> {
        let worst = gathered.values().map(|one| one.count.worst).max().unwrap_or(Level::Informational);
        // What is only possible asks for nothing while something serious does.
        let least = worst.min(Level::High);
        let mut own: Vec<(Level, String, BTreeSet<&String>)> = Vec::new();
        let mut steps: BTreeMap<usize, BTreeSet<&String>> = BTreeMap::new();
        for (voice, one) in gathered.iter().filter(|(_, one)| one.count.worst >= least) {
            let hosts = one.hosts.iter().filter(|(_, (count, _))| count.worst >= least).map(|(host, _)| host);
            match voice {
                Voice::Rule(id) => own.extend((self.texts)(id).map(|text| (one.count.worst, text.now, hosts.collect()))),
                Voice::Technique(id) => {
                    if let Some(step) = self.step(id) {
                        steps.entry(step).or_default().extend(hosts);
                    }
                }
                Voice::Title(_) => {}
            }
        }
        own.sort_by_key(|(level, _, _)| std::cmp::Reverse(*level));
        let action = |place: usize| self.attack.actions.get(place).map_or("", |action| action.to(self.words.lang)).to_owned();
        let steps = steps.into_iter().map(|(place, hosts)| (action(place), hosts));
        let mut first: Vec<(String, String)> = Vec::new();
        for (text, hosts) in own.into_iter().map(|(_, text, hosts)| (text, hosts)).take(OWN).chain(steps) {
            if first.len() < FIRST && !first.iter().any(|(known, _)| *known == text) {
                let names: Vec<String> = hosts.into_iter().filter(|host| !host.is_empty()).cloned().collect();
                first.push((text, self.words.list(&names, NAMES)));
            }
        }
        first
    }

    fn step(&self, technique: &str) -> Option<usize> {
        self.attack.action(&self.attack.technique(technique)?.technique.now)
    }

    fn chapter(&self, place: usize, mut all: Vec<(Voice, Gathered)>) -> Option<Chapter> {
        let lang = self.words.lang;
        let chapter = self.attack.chapters.get(place)?;
        all.sort_by_key(|(_, one)| (std::cmp::Reverse(one.count.worst), one.count.first));
        let left = all.len().saturating_sub(PASSAGES);
        all.truncate(PASSAGES);
        all.sort_by_key(|(_, one)| one.count.first);
        Some(Chapter {
            title: chapter.title.to(lang).to_owned(),
            says: chapter.says.to(lang).to_owned(),
            passages: all.into_iter().map(|(voice, one)| self.passage(&voice, &one)).collect(),
            left: (left > 0).then(|| self.words.n("hunt-story-left", left as u64)),
        })
    }

    fn passage(&self, voice: &Voice, one: &Gathered) -> Passage {
        let w = self.words;
        let (title, what) = match voice {
            Voice::Rule(id) => (self.texts)(id).map(|text| (text.title, text.what)).unwrap_or_default(),
            Voice::Technique(id) => self.of_technique(id),
            Voice::Title(id) => {
                let title = self.outcome.tally.rules.get(id).map(|rule| rule.title.clone()).unwrap_or_default();
                (String::new(), w.with("hunt-plain", &[("title", &title)]))
            }
        };
        Passage {
            level: one.count.worst,
            level_said: w.level(one.count.worst),
            title,
            what,
            details: self.details(one),
            sure: w.t(sure(one.count.worst, one.rules.len())),
        }
    }

    /// A technique's Japanese name is ours and plain; ATT&CK's own would be jargon to an owner.
    fn of_technique(&self, id: &str) -> (String, String) {
        let lang = self.words.lang;
        let Some(named) = self.attack.technique(id) else { return Default::default() };
        let title = if lang == base::Lang::Ja { named.technique.ja.clone() } else { String::new() };
        (title, named.technique.what.to(lang).to_owned())
    }

    /// `3 times between 10:02 and 10:09 on KAIKEI-PC (account tanaka)`: the worst machines one by one, the rest as one.
    fn details(&self, one: &Gathered) -> Vec<String> {
        let w = self.words;
        let mut hosts: Vec<(&String, &(Count, BTreeSet<String>))> = one.hosts.iter().collect();
        hosts.sort_by_key(|(_, (count, _))| (std::cmp::Reverse(count.worst), std::cmp::Reverse(count.count)));
        let (near, rest) = hosts.split_at(hosts.len().min(PLACES));
        let name = |host: &str| if host.is_empty() { w.t("hunt-nowhere") } else { host.to_owned() };
        let mut said: Vec<String> =
            near.iter().map(|(host, (count, accounts))| self.detail(&name(host), count, accounts)).collect();
        if !rest.is_empty() {
            let mut count = Count::default();
            rest.iter().for_each(|(_, (one, _))| count.join(one));
            let names: Vec<String> = rest.iter().map(|(host, _)| name(host)).collect();
            said.push(self.detail(&w.list(&names, NAMES), &count, &BTreeSet::new()));
        }
        said
    }

    fn detail(&self, hosts: &str, count: &Count, accounts: &BTreeSet<String>) -> String {
        let w = self.words;
        let times = w.n("hunt-times", count.count);
        let (from, to) = (w.minute(count.first), w.minute(count.last));
        let same_day = from.get(..10) == to.get(..10);
        let short = if same_day { to.get(11..).unwrap_or(&to) } else { &to };
        let when = match () {
            () if count.first == 0 => w.with("hunt-when-unknown", &[("times", &times)]),
            () if from == to => w.with("hunt-when-at", &[("times", &times), ("from", &from)]),
            () => w.with("hunt-when-between", &[("times", &times), ("from", &from), ("to", short)]),
        };
        let on = w.with("hunt-on", &[("hosts", hosts)]);
        let names: BTreeSet<&str> = accounts.iter().map(|name| bare(name)).filter(|name| !is_system(name)).collect();
        if names.is_empty() {
            return w.with("hunt-said", &[("when", &when), ("on", &on)]);
        }
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let by = w.with("hunt-by", &[("accounts", &w.list(&names, 3))]);
        w.with("hunt-said-by", &[("when", &when), ("on", &on), ("by", &by)])
    }
}

/// How sure a passage is: by its worst level, and by how many different rules point to the same.
fn sure(worst: Level, rules: usize) -> &'static str {
    match (worst, rules) {
        (Level::Critical, _) | (Level::High, 3..) => "hunt-sure-certain",
        (Level::High, _) | (Level::Medium, 4..) => "hunt-sure-likely",
        (Level::Medium, _) => "hunt-sure-possible",
        (Level::Low | Level::Informational, _) => "hunt-sure-small",
    }
}

/// An account without its domain, for people.
fn bare(account: &str) -> &str {
    account.rsplit('\\').next().unwrap_or(account)
}

/// Accounts of the machine itself say nothing to an owner.
fn is_system(name: &str) -> bool {
    let known = ["system", "localsystem", "local service", "network service", "anonymous logon", "システム"];
    name.is_empty() || name.ends_with('$') || name.starts_with("S-1-5-") || known.contains(&name.to_lowercase().as_str())
}
