//! How quickly a hunt goes, from files to findings: `hunt_rate RULES THREADS PATH…`.

use base::Moment;
use hunt::{Hunt, Options, rules_of};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args_os().skip(1);
    let rules = args.next().map(PathBuf::from).ok_or_else(|| anyhow::anyhow!("name a folder of rules"))?;
    let threads = args.next().and_then(|text| text.to_str()?.parse().ok()).ok_or_else(|| anyhow::anyhow!("how many threads?"))?;
    let paths: Vec<PathBuf> = args.map(PathBuf::from).collect();
    let begun = Instant::now();
    let checked = rules_of(&[rules]);
    let loaded = begun.elapsed();
    let options = Options { min_level: sigma::Level::Informational, now: Moment(1_795_000_000_000), east: 9 * Moment::HOUR };
    let hunt = Hunt { threads, ..Hunt::new(Arc::new(checked.rules), options) };
    let begun = Instant::now();
    let mut told = 0_u64;
    let summary = hunt.over(&paths, &mut |_| told += 1);
    let seconds = begun.elapsed().as_secs_f64();
    writeln!(
        std::io::stdout(),
        "{} rules in {:.2} s; {} events of {} files in {seconds:.2} s with {threads} threads: {:.0} a second; {told} findings, {} errors",
        checked.loaded,
        loaded.as_secs_f64(),
        summary.events,
        summary.files,
        summary.events as f64 / seconds,
        summary.errors,
    )?;
    Ok(())
}
