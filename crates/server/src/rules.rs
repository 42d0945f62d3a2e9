//! `komainu rules`: rules are checked, and those of others become packs, which are listed and removed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on the terminal")]

use crate::cli::Data;
use crate::hunting;
use anyhow::Context as _;
use base::Clock;
use clap::{Args, Subcommand, ValueEnum};
use pack::{Asked, Change, Imported, Noise, Pack, Packs, RuleAbout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Rules {
    /// Say which rules of a folder load, which do not, and why.
    Check {
        folder: PathBuf,
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Take rules of others (a folder or a ZIP) as a pack: checked, levelled, with their licence and authors.
    Import(Import),
    /// List packs; with a name, what became of each rule of a pack.
    List {
        /// A pack; all packs, if left out.
        name: Option<String>,
        #[command(flatten)]
        data: Data,
        /// All rules, not only those that are not used as they were written.
        #[arg(long)]
        all: bool,
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Take a pack away for good.
    Remove {
        name: String,
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Args)]
pub struct Import {
    /// A folder or a ZIP file of Sigma rules.
    from: PathBuf,
    /// What the pack is called; by what it is read from, if left out. A pack of that name is replaced.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    data: Data,
    /// Products (or, for rules of no product, categories): windows,linux,webserver.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// informational, low, medium, high or critical.
    #[arg(long, default_value = "informational")]
    min_level: String,
    /// Recordings of ordinary days, of any kind that a hunt reads: rules that are noisy on them are lowered or kept quiet.
    #[arg(long)]
    background: Vec<PathBuf>,
    /// Alerts on one machine in a week that a rule may bring before it is lowered.
    #[arg(long, default_value_t = Noise::default().alerts)]
    alerts: f64,
    /// Findings in 100,000 background events that a rule may bring before it is lowered.
    #[arg(long, default_value_t = Noise::default().findings)]
    findings: f64,
}

/// Imported rules that a hunt uses besides.
#[derive(Args)]
pub struct Chosen {
    /// An imported pack of rules to use besides; with --data alone, all packs that are there. May be given more than once.
    #[arg(long = "pack", value_name = "NAME")]
    packs: Vec<String>,
    /// The rules of packs that are kept quiet as well.
    #[arg(long)]
    quiet_rules: bool,
    #[command(flatten)]
    data: Data,
}

impl Chosen {
    /// The rules of the packs that are asked for. A data folder that is named stands for all its packs where `all`.
    pub fn read(&self, all: bool) -> anyhow::Result<pack::Chosen> {
        let mut chosen = pack::Chosen::default();
        for name in self.names(all)? {
            chosen.join(Packs::of(&self.data.dir()?).open(&name)?.chosen(self.quiet_rules));
        }
        Ok(chosen)
    }

    /// The packs that are asked for, as for `read`.
    pub fn names(&self, all: bool) -> anyhow::Result<Vec<String>> {
        Ok(match self.packs.is_empty() {
            false => self.packs.clone(),
            true if all && self.data.is_given() => Packs::of(&self.data.dir()?).names(),
            true => Vec::new(),
        })
    }
}

/// Japan is nine hours east of UTC: so are log lines that do not say.
const EAST: i64 = 9 * base::Moment::HOUR;
/// Lines told of one kind; the rest is counted.
const TOLD: usize = 20;

impl Rules {
    /// Does what is asked. `check` gives exit code 1 where something does not load.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Rules::Check { folder, format } => return hunting::check(&folder, format == Format::Json),
            Rules::Import(import) => import.run()?,
            Rules::List { name: Some(name), data, all, format } => {
                list_one(&Packs::of(&data.dir()?).open(&name)?, all, format)?;
            }
            Rules::List { name: None, data, all: _, format } => list(&Packs::of(&data.dir()?), format)?,
            Rules::Remove { name, data } => {
                Packs::of(&data.dir()?).remove(&name)?;
                println!("{name} is gone; agents lose its rules when Komainu starts again");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    fn run(self) -> anyhow::Result<()> {
        let min_level = self.min_level.parse().context("--min-level is informational, low, medium, high or critical")?;
        let is_rate = |rate: f64| rate.is_finite() && rate > 0.0;
        anyhow::ensure!(is_rate(self.alerts) && is_rate(self.findings), "--alerts and --findings must be above 0");
        for path in self.background.iter().chain([&self.from]) {
            anyhow::ensure!(path.exists(), "there is no {}", path.display());
        }
        let name = self.name.or_else(|| name_of(&self.from)).context("give the pack a name with --name")?;
        let asked = Asked {
            from: std::path::absolute(&self.from)?,
            name,
            only: self.only,
            min_level,
            background: self.background,
            noise: Noise { findings: self.findings, alerts: self.alerts },
            now: Clock::System.now(),
            east: EAST,
        };
        tell(&pack::import(&Packs::of(&self.data.dir()?), &asked)?);
        Ok(())
    }
}

/// A name for a pack, by the name of what it is read from.
fn name_of(from: &Path) -> Option<String> {
    let stem = std::path::absolute(from).ok()?.file_stem()?.to_string_lossy().to_lowercase();
    let plain: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
    let plain = plain.trim_matches('-').to_owned();
    pack::is_name(&plain).then_some(plain)
}

fn tell(imported: &Imported) {
    let sheet = &imported.sheet;
    let counts = &sheet.counts;
    let refused: Vec<String> = sheet
        .refused
        .iter()
        .map(|one| match one.line {
            Some(line) => format!("{}:{line}: {}", one.file, one.reason),
            None => format!("{}: {}", one.file, one.reason),
        })
        .collect();
    lines("cannot be used", &refused);
    if let Some(background) = &sheet.background {
        lines(
            "of the background could not be read",
            &imported.background_faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
        );
        println!(
            "background: {} events of {} files, {} machine days",
            background.events, background.files, background.machine_days
        );
    }
    if let Some(Change { new, changed, gone, relevelled }) = &imported.change {
        for (what, rules) in
            [("new", new), ("changed", changed), ("gone", gone), ("used at another level than before", relevelled)]
        {
            lines(what, &rules.iter().map(|(id, title)| format!("{id} {title}")).collect::<Vec<_>>());
        }
    }
    if sheet.licence.is_empty() && sheet.rule.iter().any(|rule| rule.licence.is_empty()) {
        eprintln!("no licence came with these rules: make sure that you may use them");
    }
    println!(
        "{}: {} rules of {} files; {} cannot be used, {} were not asked for, {} files hold no rule",
        sheet.name, counts.rules, counts.files, counts.refused, counts.not_asked, counts.no_rules
    );
    println!(
        "Komainu can read the events of {}, its agents see those of {}; {} are lowered, {} are quiet",
        counts.readable, counts.agents, counts.lowered, counts.quiet
    );
    println!("licence: {}", if sheet.licence.is_empty() { "none given".to_owned() } else { sheet.licence_names() });
    println!(
        "what became of each rule: komainu rules list {}; agents and hunts of the portal have them when Komainu starts again",
        sheet.name
    );
}

/// A heading with its number, and the first few lines below it.
fn lines(what: &str, all: &[String]) {
    if all.is_empty() {
        return;
    }
    println!("{} {what}:", all.len());
    all.iter().take(TOLD).for_each(|line| println!("  {line}"));
    if all.len() > TOLD {
        println!("  … and {} more", all.len() - TOLD);
    }
}

fn list(packs: &Packs, format: Format) -> anyhow::Result<()> {
    let (all, faults) = packs.all();
    faults.iter().for_each(|fault| eprintln!("{fault}"));
    if format == Format::Json {
        let told = |pack: &Pack| {
            let sheet = &pack.sheet;
            serde_json::json!({
                "name": sheet.name, "origin": sheet.origin, "imported": sheet.imported, "licence": sheet.licence_names(),
                "counts": sheet.counts, "background": sheet.background,
            })
        };
        println!("{}", serde_json::Value::Array(all.iter().map(told).collect()));
        return Ok(());
    }
    for Pack { sheet, .. } in &all {
        let counts = &sheet.counts;
        println!("{}: {} rules, {} for agents, {} quiet", sheet.name, counts.rules, counts.agents, counts.quiet);
        println!("  from {} on {}; licence: {}", sheet.origin, sheet.imported, sheet.licence_names());
    }
    if all.is_empty() {
        println!("there are no packs; make one with: komainu rules import FOLDER");
    }
    Ok(())
}

fn list_one(pack: &Pack, all: bool, format: Format) -> anyhow::Result<()> {
    let is_told = |rule: &&RuleAbout| all || rule.quiet || rule.level != rule.written || !rule.is_readable();
    let rules = pack.sheet.rule.iter().filter(is_told);
    if format == Format::Json {
        println!("{}", serde_json::to_string(&rules.collect::<Vec<_>>())?);
        return Ok(());
    }
    rules.for_each(|rule| println!("{}", told(rule)));
    Ok(())
}

/// One rule in one line: readable or not, how it is used, and why.
fn told(rule: &RuleAbout) -> String {
    let mut parts = vec![match rule.is_readable() {
        true => "readable: yes".to_owned(),
        false => format!("readable: no, {}", rule.unreadable),
    }];
    if rule.level != rule.written {
        parts.push(format!("{} instead of {}", rule.level, rule.written));
    }
    if rule.quiet {
        parts.push("quiet".to_owned());
    }
    parts.extend(rule.reasons.iter().map(ToString::to_string));
    if let Some(forecast) = &rule.forecast {
        let (findings, alerts) = (forecast.per_100k, forecast.per_machine_week);
        parts.push(format!("{findings} findings in 100,000 events, {alerts} alerts on a machine in a week"));
    }
    format!("{} {} ({}): {}", rule.id, rule.title, rule.level, parts.join("; "))
}
