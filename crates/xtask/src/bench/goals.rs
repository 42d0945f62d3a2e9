//! What was set out to be reached, and whether it is.

use crate::bench::detection::{Figures, On, Who};
use crate::bench::report::thousands;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A goal with what was seen of it.
#[derive(Debug)]
pub struct Goal {
    pub what: &'static str,
    pub figure: String,
    /// Is it reached? `None` where that was not measured.
    pub held: Option<bool>,
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

/// All goals, judged by the figures.
pub fn goals(figures: &Figures) -> anyhow::Result<Vec<Goal>> {
    let whys: Whys = toml::from_str(include_str!("goals.toml"))?;
    let mut goals = Vec::new();
    // The figure is told with its unit, and compared as `good` says.
    let mut goal = |key: &str, what, seen: Option<f64>, told: &dyn Fn(f64) -> String, good: &dyn Fn(f64) -> bool| {
        let held = seen.map(good);
        let why = whys.why.get(key).filter(|_| held == Some(false)).cloned().unwrap_or_default();
        goals.push(Goal { what, figure: seen.map_or_else(|| "not measured".to_owned(), told), held, why });
    };
    let times = |times: f64| format!("{times:.2} times");
    let rate = |who, on| figures.run(who, on, false).and_then(|run| figures.rate(run));
    let (ours, theirs) = (rate(Who::Ours, On::Flat), rate(Who::Rsigma, On::Flat));
    let ratio = ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
    goal("flat", "flat JSON lines: ten times RSigma a core", ratio, &times, &|times| times >= 10.0);
    let (ours, parse) = (rate(Who::Ours, On::Big), rate(Who::EvtxDump, On::Big));
    let told = |rate: f64| format!("{} events/s", thousands(rate));
    goal("evtx", "EVTX to findings: 150,000 events/s a core", ours, &told, &|rate| rate >= 150_000.0);
    let what = "EVTX to findings: over 100 times Hayabusa (801 events/s a core, measured before)";
    goal("evtx", what, ours.map(|ours| ours / HAYABUSA), &|times| format!("{times:.0} times"), &|times| times > 100.0);
    let ratio = ours.zip(parse).map(|(ours, parse)| parse / ours);
    goal("parse", "EVTX to findings: 1.3 times the time of the parse alone", ratio, &times, &|times| times <= 1.3);
    linear(figures, &mut goal);
    let load = figures.loading(Who::Ours);
    goal("load", "rules loaded in under 0.5 s", Some(load.cpu), &|s| format!("{s:.2} s"), &|s| s < 0.5);
    let peak = Some(load.peak as f64 / 1e6);
    goal("memory", "rules loaded in under 60 MB resident", peak, &|mb| format!("{mb:.0} MB"), &|mb| mb < 60.0);
    let some = Some(f64::from(u8::from(!figures.no_allocation)));
    let told = |some: f64| if some > 0.0 { "some" } else { "none" }.to_owned();
    goal("allocation", "no allocation per event where events are matched", some, &told, &|some| some == 0.0);
    let at = |times: f64| figures.curve.iter().find(|point| point.times == times).map(|point| point.nanos.max(1) as f64);
    let ratio = at(2.0).zip(at(1.0)).map(|(twice, once)| twice / once);
    goal("growth", "twice the rules: under 1.25 times the time an event", ratio, &times, &|times| times < 1.25);
    let counts = figures.counts.as_ref();
    let ratio = counts.map(|counts| counts.judge_twice as f64 / counts.judge.max(1) as f64);
    goal("growth", "the same in instructions", ratio, &times, &|times| times < 1.25);
    Ok(goals)
}

/// Takes a goal: its key in the reasons, what it is, what was seen, how that is told, and whether it is good.
type Take<'t> = &'t mut dyn FnMut(&str, &'static str, Option<f64>, &dyn Fn(f64) -> String, &dyn Fn(f64) -> bool);

/// How much faster all cores are than one.
fn linear(figures: &Figures, goal: Take<'_>) {
    let on_one = figures.run(Who::Ours, On::Big, false).map(|run| run.weight.wall - figures.loading(Who::Ours).wall);
    let on_all = figures.run(Who::Ours, On::Big, true).and_then(|run| figures.seconds(run));
    let cores = cores() as f64;
    let busy = figures.load.0.parse::<f64>().is_ok_and(|load| load > 0.5);
    let key = match (figures.tools.threads, busy) {
        (false, _) => "linear-one-thread",
        (true, true) => "linear-busy",
        (true, false) => "linear",
    };
    let told = |times: f64| format!("{times:.2} times as fast on {cores} cores, at a load of {} before", figures.load.0);
    let ratio = on_one.zip(on_all).map(|(one, all)| one / all);
    goal(key, "linear on all cores (nine tenths of each)", ratio, &told, &|times| times >= 0.9 * cores);
}

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
