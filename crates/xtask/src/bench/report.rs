//! The section of the page, from the figures.

use crate::bench::detection::{Figures, On, Who};
use crate::bench::goals;
use std::fmt::Write as _;
use std::process::Command;

/// The whole section, beginning with its heading.
pub fn section(figures: &Figures) -> anyhow::Result<String> {
    let mut to = String::from("## Detection\n\n");
    about(&mut to, figures)?;
    table_of_goals(&mut to, figures)?;
    writeln!(to, "\n### Flat JSON lines\n")?;
    runs(&mut to, figures, On::Flat, "RSigma", Who::Rsigma)?;
    for (on, title) in [
        (On::Big, "EVTX, a gigabyte of full chunks"),
        (On::Small, "EVTX, the same in small"),
        (On::Sparse, "EVTX, recordings as they are"),
    ] {
        writeln!(to, "\n### {title}\n")?;
        if on == On::Sparse {
            writeln!(to, "evtx_dump takes one file, and is started once for each.\n")?;
        }
        runs(&mut to, figures, on, "the parse", Who::EvtxDump)?;
    }
    loading(&mut to, figures)?;
    growth(&mut to, figures)?;
    instructions(&mut to, figures)?;
    Ok(to)
}

fn about(to: &mut String, figures: &Figures) -> anyhow::Result<()> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':')).map_or("", |(_, name)| name.trim());
    let (before, after) = &figures.load;
    writeln!(
        to,
        "Everything was run in turn, {} times, on the same files; the median is told. {} cores of {cpu}; load {before} before and {after} after. Rules: SigmaHQ's {} (rules, emerging threats, threat hunting, compliance). Events per second and core are events by CPU seconds (user and system) without what loading the rules takes; on all cores, by seconds that passed; they are left out where the events took too little beside the rules. Peers: evtx_dump 0.15.1, which only parses, to JSON lines; RSigma 0.23.0 with `--logsource-routing`, one thread. A flat line says its log source, by which RSigma picks rules, and has the fields as they were recorded; we also give fields of the built-in logs the names by which rules ask (NewProcessName as Image), and so find more. Findings of every level are written out, ours with their events. Measured {}.\n",
        figures.rounds,
        goals::cores(),
        figures.curve.iter().find(|point| point.times == 1.0).map_or(0, |point| point.rules),
        today()
    )?;
    writeln!(to, "| set | files | events | MB |\n| --- | --- | --- | --- |")?;
    let sets = &figures.sets;
    let chunks = format!("full chunks ({} different ones), one channel a file", sets.chunks);
    let named = [
        ("recordings as they are", &sets.sparse),
        (chunks.as_str(), &sets.big),
        ("the same in small", &sets.small),
        ("the small set twice, as flat JSON lines", &sets.flat),
    ];
    for (name, set) in named {
        writeln!(to, "| {name} | {} | {} | {:.1} |", set.files.len(), set.events, set.bytes as f64 / 1e6)?;
    }
    let (theirs, ours) = (sets.sparse.events, sets.sparse.ours);
    if theirs != ours {
        writeln!(to, "\nOf the recordings as they are, evtx_dump reads {theirs} events and we read {ours}.")?;
    }
    Ok(())
}

fn today() -> String {
    let done = Command::new("date").args(["--utc", "+%Y-%m-%d"]).output();
    done.map(|done| String::from_utf8_lossy(&done.stdout).trim().to_owned()).unwrap_or_default()
}

fn table_of_goals(to: &mut String, figures: &Figures) -> anyhow::Result<()> {
    writeln!(to, "\n### Goals\n\n| goal | seen | held |\n| --- | --- | --- |")?;
    for goal in goals::goals(figures)? {
        let held = match goal.held {
            Some(true) => "yes".to_owned(),
            Some(false) => format!("**no**. {}", goal.why),
            None => String::new(),
        };
        writeln!(to, "| {} | {} | {held} |", goal.what, goal.figure)?;
    }
    Ok(())
}

fn name(figures: &Figures, who: Who) -> String {
    match who {
        Who::Ours => figures.tools.name.clone(),
        Who::EvtxDump => "evtx_dump".to_owned(),
        Who::Rsigma => "RSigma".to_owned(),
        Who::Other(place) => figures.tools.others.get(place).map_or_else(String::new, |(name, _)| name.clone()),
    }
}

/// All who were measured on a set, compared with one of them on one core.
fn runs(to: &mut String, figures: &Figures, on: On, against: &str, peer: Who) -> anyhow::Result<()> {
    writeln!(
        to,
        "| who | cores | CPU s | wall s | peak MB | events/s | MB/s | findings | rules | against {against} |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )?;
    let base = figures.run(peer, on, false).and_then(|run| figures.rate(run));
    for run in figures.runs.iter().filter(|run| run.on == on) {
        let seconds = figures.seconds(run);
        let rate = figures.rate(run);
        let times = rate.zip(base).map_or_else(String::new, |(rate, base)| format!("{:.2}", rate / base));
        let megabytes = figures.set(run.on).bytes as f64 / 1e6;
        let (findings, rules) = match run.who {
            Who::EvtxDump => (String::new(), String::new()),
            Who::Ours | Who::Rsigma | Who::Other(_) => (run.findings.to_string(), run.rules.to_string()),
        };
        let all = if figures.tools.threads || run.who != Who::Ours { "all" } else { "all (uses one)" };
        writeln!(
            to,
            "| {} | {} | {:.2} | {:.2} | {:.0} | {} | {} | {findings} | {rules} | {times} |",
            name(figures, run.who),
            if run.all { all } else { "1" },
            run.weight.cpu,
            run.weight.wall,
            run.weight.peak as f64 / 1e6,
            rate.map_or_else(String::new, thousands),
            seconds.map_or_else(String::new, |seconds| format!("{:.0}", megabytes / seconds)),
        )?;
    }
    Ok(())
}

/// A whole number with its thousands apart.
pub fn thousands(number: f64) -> String {
    let whole = format!("{number:.0}");
    let from_end = whole.len();
    let apart = |(at, digit): (usize, char)| {
        let comma = at > 0 && (from_end - at).is_multiple_of(3);
        comma.then_some(',').into_iter().chain([digit])
    };
    whole.chars().enumerate().flat_map(apart).collect()
}

fn loading(to: &mut String, figures: &Figures) -> anyhow::Result<()> {
    writeln!(to, "\n### Loading rules\n\n| who | rules | CPU s | wall s | peak MB |\n| --- | --- | --- | --- | --- |")?;
    for run in &figures.runs {
        let On::Nothing { eighths } = run.on else { continue };
        let times = f64::from(eighths) / 8.0;
        let rules = figures.curve.iter().find(|point| point.times == times).map_or(0, |point| point.rules);
        let weight = run.weight;
        let peak = weight.peak as f64 / 1e6;
        writeln!(to, "| {} | {rules} | {:.2} | {:.2} | {peak:.0} |", name(figures, run.who), weight.cpu, weight.wall)?;
    }
    Ok(())
}

fn growth(to: &mut String, figures: &Figures) -> anyhow::Result<()> {
    writeln!(
        to,
        "\n### What more rules cost\n\nThe engine alone, on the events of the recordings as they are, laid out already. Twice the rules are the public ones and a copy of each that asks the same fields of the same programs for other texts.\n\n| rules | ns an event | rules looked at, an event | against all once |\n| --- | --- | --- | --- |"
    )?;
    let once = figures.curve.iter().find(|point| point.times == 1.0).map_or(1.0, |point| point.nanos.max(1) as f64);
    for point in &figures.curve {
        let (nanos, asked) = (point.nanos, point.asked);
        writeln!(to, "| {} | {nanos} | {asked:.2} | {:.2} |", point.rules, nanos as f64 / once)?;
    }
    Ok(())
}

fn instructions(to: &mut String, figures: &Figures) -> anyhow::Result<()> {
    let Some(counts) = &figures.counts else { return Ok(()) };
    writeln!(
        to,
        "\n### Instructions an event\n\nCounted by callgrind, starting and loading rules not counted, with all public rules: the same whatever else the machine does.\n\n| what | instructions |\n| --- | --- |"
    )?;
    writeln!(to, "| judging alone, recordings as they are | {} |", thousands(counts.judge as f64))?;
    writeln!(to, "| the same with twice the rules | {} |", thousands(counts.judge_twice as f64))?;
    writeln!(to, "| EVTX to findings, recordings as they are | {} |", thousands(counts.evtx as f64))?;
    if let Some(flat) = counts.flat {
        writeln!(to, "| flat JSON lines to findings, every hundredth | {} |", thousands(flat as f64))?;
    }
    Ok(())
}
