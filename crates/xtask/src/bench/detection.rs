//! The run: everything in turn on the same input, round after round.

use crate::bench::counts::{self, Counts, Point};
use crate::bench::rules::{self, RuleSets};
use crate::bench::sets::{self, Set, Sets};
use crate::bench::tools::Tools;
use crate::bench::weigh::{Job, Weight, median};
use crate::bench::{Bench, cache, page, report};
use crate::root;
use anyhow::Context as _;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Ours,
    EvtxDump,
    Rsigma,
    /// One that the command line named, by its place.
    Other(usize),
}

/// On what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// No event, with so many eighths of the public rules: what loading them takes.
    Nothing {
        eighths: u32,
    },
    Sparse,
    Big,
    Small,
    Flat,
}

/// One thing measured.
#[derive(Debug)]
pub struct Run {
    pub who: Who,
    pub on: On,
    /// On all cores, or on one.
    pub all: bool,
    pub weight: Weight,
    pub findings: u64,
    /// Different rules among the findings.
    pub rules: u64,
}

/// Everything that a report tells.
#[derive(Debug)]
pub struct Figures {
    pub tools: Tools,
    pub sets: Sets,
    pub runs: Vec<Run>,
    pub curve: Vec<Point>,
    pub counts: Option<Counts>,
    /// Did the test pass that counts allocations?
    pub no_allocation: bool,
    pub rounds: usize,
    /// The machine's load before and after, as the kernel tells it.
    pub load: (String, String),
}

/// Measures and writes the section of the page.
pub fn run(bench: &Bench) -> anyhow::Result<()> {
    let data = root().join("../shared/data");
    anyhow::ensure!(data.is_dir(), "the public recordings are not at {}", data.display());
    let data = data.canonicalize()?;
    let cache = cache()?;
    let tools = Tools::ready(bench, &cache)?;
    let rules = rules::ready(&cache, &data)?;
    let sets = sets::ready(&cache, &data, &tools, bench.small)?;
    let scratch = cache.join("scratch");
    std::fs::create_dir_all(&scratch)?;
    let before = load();
    let rounds = if bench.small { 1 } else { bench.rounds.max(1) };
    let runs = Course { tools: &tools, rules: &rules, sets: &sets, scratch: &scratch }.go(rounds)?;
    let curve = counts::curve(&tools, &rules, &sets, rounds)?;
    let counts = if bench.no_counts { None } else { counts::counts(&tools, &rules, &sets, &scratch)? };
    let test = ["test", "--release", "--locked", "--quiet", "-p", "hunt", "--test", "allocations"];
    let no_allocation = crate::run(Command::new("cargo").args(test).current_dir(root())).is_ok();
    let figures = Figures { tools, sets, runs, curve, counts, no_allocation, rounds, load: (before, load()) };
    let section = report::section(&figures)?;
    println!("{section}");
    if !bench.small {
        let path = root().join("docs/benchmarks.md");
        let old = std::fs::read_to_string(&path).context("docs/benchmarks.md")?;
        std::fs::write(&path, page::with_section(&old, &section))?;
        println!("written to docs/benchmarks.md");
    }
    Ok(())
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

impl Figures {
    pub fn set(&self, on: On) -> &Set {
        set(&self.sets, on)
    }

    pub fn run(&self, who: Who, on: On, all: bool) -> Option<&Run> {
        self.runs.iter().find(|run| (run.who, run.on, run.all) == (who, on, all))
    }

    /// What loading all public rules took; nothing for those that have none.
    pub fn loading(&self, who: Who) -> Weight {
        let run = self.run(who, On::Nothing { eighths: 8 }, false);
        run.map_or(Weight { cpu: 0.0, wall: 0.0, peak: 0 }, |run| run.weight)
    }

    /// Seconds that the events took: of CPU on one core, that passed on all; loading the rules not counted.
    ///
    /// `None` where the events took so little beside loading the rules that the difference tells nothing.
    pub fn seconds(&self, run: &Run) -> Option<f64> {
        let loading = self.loading(run.who);
        let (whole, loading) = if run.all { (run.weight.wall, loading.wall) } else { (run.weight.cpu, loading.cpu) };
        Some(whole - loading).filter(|seconds| *seconds > TELLING * loading && *seconds > 0.0)
    }

    /// Events a second.
    pub fn rate(&self, run: &Run) -> Option<f64> {
        Some(self.set(run.on).events as f64 / self.seconds(run)?)
    }
}

/// The least that events must take, as a part of what loading the rules takes.
const TELLING: f64 = 0.3;

fn set(sets: &Sets, on: On) -> &Set {
    match on {
        On::Nothing { .. } => &sets.empty,
        On::Sparse => &sets.sparse,
        On::Big => &sets.big,
        On::Small => &sets.small,
        On::Flat => &sets.flat,
    }
}

struct Course<'c> {
    tools: &'c Tools,
    rules: &'c RuleSets,
    sets: &'c Sets,
    scratch: &'c Path,
}

impl Course<'_> {
    /// All runs, each as often as there are rounds; a round goes through all of them, so that what else the machine does
    /// falls on all alike.
    fn go(&self, rounds: usize) -> anyhow::Result<Vec<Run>> {
        let mut plan = vec![
            (Who::Rsigma, On::Nothing { eighths: 8 }, false),
            (Who::Rsigma, On::Flat, false),
            (Who::Ours, On::Flat, false),
            (Who::Ours, On::Flat, true),
        ];
        plan.extend([1, 2, 4, 8, 16].map(|eighths| (Who::Ours, On::Nothing { eighths }, false)));
        for on in [On::Sparse, On::Big, On::Small] {
            plan.extend([(Who::EvtxDump, on, false), (Who::Ours, on, false)]);
        }
        plan.extend([(Who::EvtxDump, On::Big, true), (Who::Ours, On::Big, true)]);
        for (place, (_, words)) in self.tools.others.iter().enumerate() {
            let on = if words.iter().any(|word| word.contains("{evtx}")) { On::Small } else { On::Flat };
            plan.extend([(Who::Other(place), On::Nothing { eighths: 8 }, false), (Who::Other(place), on, false)]);
        }
        let mut weights = vec![Vec::new(); plan.len()];
        let mut outcomes = vec![(0, 0); plan.len()];
        for round in 1..=rounds {
            for (place, (who, on, all)) in plan.iter().enumerate() {
                let out = self.scratch.join("out");
                let weight = self.job(*who, *on, *all, &out).weigh().with_context(|| format!("{who:?} on {on:?}"))?;
                println!("round {round}: {who:?} {on:?} all cores {all}: {weight:?}");
                weights[place].push(weight);
                outcomes[place] = if *who == Who::EvtxDump { (0, 0) } else { outcome(&out)? };
            }
        }
        let told = plan.into_iter().zip(weights).zip(outcomes);
        let run = |(((who, on, all), weights), (findings, rules))| {
            median(weights).map(|weight| Run { who, on, all, weight, findings, rules })
        };
        told.map(run).collect::<Option<_>>().context("at least one round")
    }

    fn job(&self, who: Who, on: On, all: bool, out: &Path) -> Job {
        let set = set(self.sets, on);
        let mut job = Job { commands: Vec::new(), input: None, output: None, errors: self.scratch.join("errors"), good: vec![0] };
        match who {
            Who::Ours => {
                job.commands.push(self.ours(on, all, &set.root, out));
                // Something was found.
                job.good.push(1);
            }
            Who::EvtxDump => {
                let threads = if all { "0" } else { "1" };
                let program = text(&self.tools.evtx_dump);
                let words = |file: &PathBuf| [&program, "-t", threads, "-o", "jsonl", &text(file)].map(str::to_owned).to_vec();
                job.commands = set.files.iter().map(words).collect();
            }
            Who::Rsigma => {
                let words = [&text(&self.tools.rsigma), "engine", "eval", "--logsource-routing", "--input-format", "json"];
                let more = ["--quiet", "--rules", &text(&self.rules.whole)];
                job.commands.push(words.iter().chain(&more).map(|word| (*word).to_owned()).collect());
                (job.input, job.output) = (Some(set.root.clone()), Some(out.to_owned()));
            }
            Who::Other(place) => {
                job.good.push(1);
                let words = self.tools.others.get(place).map_or(&[][..], |(_, words)| words);
                let named = words.iter().any(|word| word.contains("{input}") || word.contains("{evtx}"));
                let filled = |word: &String| {
                    let input = text(&set.root);
                    word.replace("{rules}", &text(&self.rules.whole)).replace("{input}", &input).replace("{evtx}", &input)
                };
                job.commands.push(words.iter().map(filled).collect());
                (job.input, job.output) = ((!named).then(|| set.root.clone()), Some(out.to_owned()));
            }
        }
        if !all && self.tools.taskset {
            for command in &mut job.commands {
                command.splice(0..0, ["taskset", "--cpu-list", "0"].map(str::to_owned));
            }
        }
        job
    }

    fn ours(&self, on: On, all: bool, input: &Path, out: &Path) -> Vec<String> {
        let rules = match on {
            On::Nothing { eighths } => self.rules.parts.iter().find(|(times, _)| *times * 8.0 == f64::from(eighths)),
            On::Sparse | On::Big | On::Small | On::Flat => None,
        };
        let rules = rules.map_or(&self.rules.whole, |(_, folder)| folder);
        let program = text(&self.tools.ours);
        let words = [&program, "hunt", "--min-level", "informational", "--format", "jsonl", "--rules", &text(rules)];
        let mut words: Vec<String> = words.map(str::to_owned).to_vec();
        if self.tools.threads && !all {
            words.extend(["--threads", "1"].map(str::to_owned));
        }
        words.extend(["--out".to_owned(), text(out), text(input)]);
        words
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Counts findings, one a line, and the rules in them: of JSON lines `rule_id`, `RuleID` or `id`.
fn outcome(out: &Path) -> anyhow::Result<(u64, u64)> {
    let mut rules = BTreeSet::new();
    let mut findings = 0;
    for line in BufReader::new(std::fs::File::open(out)?).split(b'\n') {
        let line = line?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        findings += 1;
        let told: Option<serde_json::Value> = serde_json::from_slice(&line).ok();
        let id = told.as_ref().and_then(|told| ["rule_id", "RuleID", "id"].iter().find_map(|name| told.get(name)?.as_str()));
        rules.extend(id.map(str::to_owned));
    }
    Ok((findings, rules.len() as u64))
}
