//! How quickly events that lie ready are judged: `judge_rate RULES-FOLDER FILE…` (EVTX or flat JSON lines).

#![expect(clippy::print_stdout, reason = "an example speaks on the terminal")]

use decode::windows::Mapping;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let rules = PathBuf::from(args.next().unwrap_or_default());
    let start = Instant::now();
    let checked = hunt::rules_check(&rules);
    println!("{} rules in {:?}", checked.loaded, start.elapsed());
    let mapping = Arc::new(Mapping::own()?);
    let mut events = Vec::new();
    for path in args {
        decode::evtx::records(std::fs::File::open(&path)?, &mapping, &mut |record| {
            if let Ok((_, event)) = record {
                let sources: Vec<sigma::Source<'static>> = event
                    .sources
                    .iter()
                    .map(|source| {
                        sigma::Source::new(source.product.to_string(), source.category.to_string(), source.service.to_string())
                    })
                    .collect();
                events.push((sources, event.to_wire()));
            }
        })
        .map_err(|reason| anyhow::anyhow!("{path}: {reason}"))
        .unwrap_or_else(|error| println!("{error}"));
    }
    let mut matcher = sigma::Matcher::new(Arc::new(checked.rules));
    let each = |nanos: u64| nanos as usize / events.len().max(1) / ROUNDS;
    for _ in 0..3 {
        let start = busy();
        for _ in 0..ROUNDS {
            for (sources, event) in &events {
                matcher.slate_mut().lay_wire(event);
                matcher.slate_mut().set_sources(sources);
            }
        }
        let laid = busy() - start;
        let (mut holding, mut candidates) = (0, 0);
        let start = busy();
        for _ in 0..ROUNDS {
            for (sources, event) in &events {
                matcher.slate_mut().lay_wire(event);
                matcher.slate_mut().set_sources(sources);
                holding += matcher.judge().len();
                candidates += matcher.candidates();
            }
        }
        let both = busy() - start;
        let asked = candidates as f64 / (events.len() * ROUNDS) as f64;
        println!(
            "{} events: lay {} ns, judge {} ns each; {} hold, {asked:.2} asked",
            events.len(),
            each(laid),
            each(both - laid),
            holding / ROUNDS
        );
    }
    Ok(())
}

const ROUNDS: usize = 10;

/// Nanoseconds that this thread has been running.
fn busy() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
}
