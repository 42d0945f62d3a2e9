//! What was set out to be reached, and whether it is.

use crate::bench::detection::{Figures, On, Who};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A goal with what was seen of it.
#[derive(Debug)]
pub struct Goal {
    pub what: &'static str,
    pub figure: String,
    pub held: bool,
    /// Why it is missed, if it is.
    pub why: String,
}

/// Hayabusa 4.0.0 a core, on recordings of one channel a file; it takes too long to be run each time.
const HAYABUSA: f64 = 801.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whys {
    why: BTreeMap<String, String>,
}

/// All goals, judged by the figures. A figure that was not measured is left out.
pub fn goals(figures: &Figures) -> anyhow::Result<Vec<Goal>> {
    let whys: Whys = toml::from_str(include_str!("goals.toml"))?;
    let mut goals = Vec::new();
    let mut goal = |key: &str, what: &'static str, figure: String, held: bool| {
        let why = if held { String::new() } else { whys.why.get(key).cloned().unwrap_or_default() };
        goals.push(Goal { what, figure, held, why });
    };
    let rate = |who, on, all| figures.run(who, on, all).map(|run| figures.rate(run));
    if let (Some(ours), Some(theirs)) = (rate(Who::Ours, On::Flat, false), rate(Who::Rsigma, On::Flat, false)) {
        let times = ours / theirs;
        goal("flat", "flat JSON lines: ten times RSigma a core", format!("{times:.1} times"), times >= 10.0);
    }
    if let Some(ours) = rate(Who::Ours, On::Big, false) {
        let figure = format!("{ours:.0} events/s");
        goal("evtx", "EVTX to findings: 150,000 events/s a core", figure, ours >= 150_000.0);
        let times = ours / HAYABUSA;
        goal(
            "hayabusa",
            "EVTX to findings: over 100 times Hayabusa (801 events/s a core)",
            format!("{times:.0} times"),
            times > 100.0,
        );
    }
    if let (Some(ours), Some(parse)) = (rate(Who::Ours, On::Big, false), rate(Who::EvtxDump, On::Big, false)) {
        let times = parse / ours;
        goal("parse", "EVTX to findings: 1.3 times the time of the parse alone", format!("{times:.2} times"), times <= 1.3);
    }
    if let (Some(one), Some(all)) = (figures.run(Who::Ours, On::Big, false), figures.run(Who::Ours, On::Big, true)) {
        let cores = cores() as f64;
        let times = (one.weight.wall - figures.loading(Who::Ours).wall) / figures.seconds(all);
        let figure = format!("{times:.2} times as fast on {cores} cores");
        goal("linear", "linear on all cores (nine tenths of each)", figure, times >= 0.9 * cores);
    }
    let load = figures.loading(Who::Ours);
    goal("load", "rules loaded in under 0.5 s", format!("{:.2} s", load.cpu), load.cpu < 0.5);
    let megabytes = load.peak as f64 / 1e6;
    goal("load-memory", "rules loaded in under 60 MB resident", format!("{megabytes:.0} MB"), megabytes < 60.0);
    let figure = if figures.no_allocation { "none" } else { "some" };
    goal("allocations", "no allocation per event where events are matched", figure.to_owned(), figures.no_allocation);
    let at = |times: f64| figures.curve.iter().find(|point| point.times == times).map(|point| point.nanos.max(1) as f64);
    if let (Some(once), Some(twice)) = (at(1.0), at(2.0)) {
        let times = twice / once;
        goal("curve", "twice the rules cost under 1.25 times an event", format!("{times:.2} times"), times < 1.25);
    }
    Ok(goals)
}

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
