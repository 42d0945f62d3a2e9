//! What rules would have brought on recordings of ordinary days.

use base::Moment;
use serde::{Deserialize, Serialize};
use sigma::{Fault, Level, Rules};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

/// What one rule would have brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// How often it held.
    pub findings: u64,
    /// Machines and days on which it held: a reader gets one alert for each.
    pub alerts: u64,
    /// Findings in 100,000 events.
    pub per_100k: f64,
    /// Alerts on one machine in a week.
    pub per_machine_week: f64,
}

/// What all rules would have brought.
#[derive(Debug, Default)]
pub struct Forecasts {
    pub files: u64,
    pub events: u64,
    /// Records and files that could not be read.
    pub errors: u64,
    /// Machines and days on which any rule held. Days on which nothing at all was found are not known, so that rates by
    /// the week come out rather too high than too low.
    pub machine_days: u64,
    /// What was wrong with them; of each file the first few.
    pub faults: Vec<Fault>,
    rules: HashMap<String, Forecast>,
}

/// Machines and days that are told apart; what comes beyond counts as one.
const DAYS: usize = 1_000_000;
/// Of these, how many for each rule.
const DAYS_OF_RULE: usize = 20_000;

/// A machine and a day since 1970.
type MachineDay = (u32, i64);

#[derive(Debug, Default)]
struct Tally {
    machines: HashMap<String, u32>,
    days: BTreeSet<MachineDay>,
    rules: BTreeMap<String, (u64, BTreeSet<MachineDay>)>,
}

impl Tally {
    fn add(&mut self, report: &hunt::Report) {
        // Where an event names no machine, a recording stands for one.
        let machine = if report.host.is_empty() { report.source_file.display().to_string() } else { report.host.to_lowercase() };
        let next = u32::try_from(self.machines.len()).unwrap_or(u32::MAX);
        let machine = match self.machines.get(&machine) {
            Some(known) => *known,
            None if self.machines.len() >= DAYS => u32::MAX,
            None => *self.machines.entry(machine).or_insert(next),
        };
        let day = (machine, report.finding.at.div_euclid(Moment::DAY));
        if self.days.len() < DAYS {
            self.days.insert(day);
        }
        let (findings, days) = self.rules.entry(report.finding.rule.clone()).or_default();
        *findings += 1;
        if days.len() < DAYS_OF_RULE {
            days.insert(day);
        }
    }
}

impl Forecasts {
    /// Runs rules over recordings: files and folders of any kind that a hunt reads.
    pub fn over(background: &[PathBuf], rules: Arc<Rules>, now: Moment, east: i64) -> Forecasts {
        let mut tally = Tally::default();
        let options = hunt::Options { min_level: Level::Informational, now, east };
        let summary = hunt::hunt(background, rules, &options, &mut |report| tally.add(&report));
        let machine_days = tally.days.len() as u64;
        let per = |count: u64, times: f64, of: u64| if of == 0 { 0.0 } else { rounded(count as f64 * times / of as f64) };
        let rules = tally.rules.into_iter().map(|(id, (findings, days))| {
            let alerts = days.len() as u64;
            let per_100k = per(findings, 100_000.0, summary.events);
            let per_machine_week = per(alerts, 7.0, machine_days);
            (id, Forecast { findings, alerts, per_100k, per_machine_week })
        });
        let (files, events, errors) = (summary.files, summary.events, summary.errors);
        Forecasts { files, events, errors, machine_days, faults: summary.faults, rules: rules.collect() }
    }

    /// What a rule would have brought: nothing where it never held.
    pub fn of(&self, rule: &str) -> Forecast {
        self.rules.get(rule).copied().unwrap_or_default()
    }
}

/// To three places: more would only look exact.
fn rounded(rate: f64) -> f64 {
    (rate * 1_000.0).round() / 1_000.0
}
