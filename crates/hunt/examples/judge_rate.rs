//! How quickly events that lie ready are judged, without reading them: what `cargo xtask bench detection` asks of the engine alone.
//!
//! `judge_rate RULES ROUNDS WHAT PATH…` reads the EVTX files of the paths, holds their events, and goes through them ROUNDS
//! times: WHAT is `count` (nothing is done), `lay` (each is laid out on the slate) or `judge` (and judged). One line of JSON
//! tells what was seen; for instruction counts, run it with two numbers of rounds and take the difference.

#![expect(clippy::print_stdout, reason = "an example speaks on the terminal")]

use anyhow::Context as _;
use decode::windows::Mapping;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// An event with all that it counts as; a `wire::Event` keeps only the first of its sources.
type Kept = (Vec<sigma::Source<'static>>, wire::Event);

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let mut next = || args.next().context("judge_rate RULES ROUNDS count|lay|judge PATH…");
    let (rules, rounds, what) = (PathBuf::from(next()?), next()?.parse::<u64>()?, next()?);
    let start = Instant::now();
    let checked = hunt::rules_check(&rules);
    let load = start.elapsed();
    let mut files = Vec::new();
    for path in args {
        walk(Path::new(&path), &mut files)?;
    }
    let mut events = Vec::new();
    let mut refused = 0_u64;
    let mapping = Arc::new(Mapping::own()?);
    for file in files {
        read(&file, &mapping, &mut |event| match event {
            Some(event) if what == "count" => events.push((Vec::new(), wire::Event { fields: Vec::new(), ..event.1 })),
            Some(event) => events.push(event),
            None => refused += 1,
        })?;
    }
    let mut matcher = sigma::Matcher::new(Arc::new(checked.rules));
    // The first time through, rooms grow and names are learned.
    let warm = go(&mut matcher, &events, &what);
    let start = busy();
    for _ in 0..rounds {
        go(&mut matcher, &events, &what);
    }
    let nanos = (busy() - start).checked_div(rounds * events.len() as u64).unwrap_or(0);
    println!(
        "{{\"rules\":{},\"load_ms\":{},\"events\":{},\"refused\":{refused},\"nanos\":{nanos},\"held\":{},\"asked\":{}}}",
        checked.loaded,
        load.as_millis(),
        events.len(),
        warm.held,
        warm.asked
    );
    Ok(())
}

#[derive(Default)]
struct Seen {
    /// Rules that held, over all events.
    held: usize,
    /// Rules that were looked at more closely.
    asked: usize,
}

fn go(matcher: &mut sigma::Matcher, events: &[Kept], what: &str) -> Seen {
    let mut seen = Seen::default();
    if what == "count" {
        return seen;
    }
    for (sources, event) in events {
        matcher.slate_mut().lay_wire(event);
        matcher.slate_mut().set_sources(sources);
        if what == "judge" {
            seen.held += matcher.judge().len();
            seen.asked += matcher.candidates();
        }
    }
    seen
}

fn read(path: &Path, mapping: &Arc<Mapping>, on: &mut dyn FnMut(Option<Kept>)) -> anyhow::Result<()> {
    let read = decode::evtx::records(std::fs::File::open(path)?, mapping, &mut |record| match record {
        Ok((_, event)) => {
            let owned = |source: &sigma::Source<'_>| {
                sigma::Source::new(source.product.to_string(), source.category.to_string(), source.service.to_string())
            };
            on(Some((event.sources.iter().map(owned).collect(), event.to_wire())));
        }
        Err(_) => on(None),
    });
    read.map_err(|reason| anyhow::anyhow!("{}: {reason}", path.display()))
}

/// The EVTX files of a folder and its folders, in order.
fn walk(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() || entry.extension().is_some_and(|kind| kind == "evtx") {
            walk(&entry, files)?;
        }
    }
    Ok(())
}

/// Nanoseconds that this thread has been running, or that have passed where the system does not say.
fn busy() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
}
