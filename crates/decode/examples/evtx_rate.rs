//! How fast EVTX files are read: events a second onto a slate, on one core, and the same through the `evtx` crate's JSON.
//!
//! `cargo run --release -p decode --example evtx_rate -- ROUNDS PATH…`

use decode::evtx::{Chunks, Reader};
use decode::windows::Mapping;
use sigma::Slate;
use std::error::Error;
use std::fs::File;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let rounds: u32 = args.next().and_then(|rounds| rounds.to_str()?.parse().ok()).ok_or("ROUNDS PATH…")?;
    let mut files = Vec::new();
    args.try_for_each(|path| walk(Path::new(&path), &mut files))?;
    let ours = ours(&files, rounds)?;
    let (theirs, records) = theirs(&files, rounds)?;
    let rate = |events: u64, took: Duration| events as f64 / took.as_secs_f64();
    let mut out = std::io::stdout();
    writeln!(
        out,
        "onto the slate: {} events, {} fields and {} bytes each, {:.3} s: {:.0} a second",
        ours.events,
        ours.fields / ours.events.max(1),
        ours.bytes / ours.events.max(1),
        ours.took.as_secs_f64(),
        rate(ours.events, ours.took)
    )?;
    writeln!(
        out,
        "evtx crate, JSON text: {records} records, {:.3} s: {:.0} a second ({:.2} times)",
        theirs.as_secs_f64(),
        rate(records, theirs),
        rate(ours.events, ours.took) / rate(records, theirs)
    )?;
    Ok(())
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if path.is_file() {
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("evtx")) {
            files.push(path.to_owned());
        }
        return Ok(());
    }
    std::fs::read_dir(path)?.try_for_each(|entry| walk(&entry?.path(), files))
}

/// What was read: how long it took, events, fields, and bytes of their values.
struct Read {
    took: Duration,
    events: u64,
    fields: u64,
    bytes: u64,
}

/// From memory, so that only the reading of records is measured.
fn ours(files: &[PathBuf], rounds: u32) -> Result<Read, Box<dyn Error>> {
    let mut all = Vec::new();
    for path in files {
        let mut chunks = Chunks::new(File::open(path)?)?;
        while let Some(chunk) = chunks.next_chunk()? {
            all.push(chunk.bytes.to_vec());
        }
    }
    let mut reader = Reader::new(Arc::new(Mapping::own()?));
    let mut slate = Slate::default();
    let mut read = Read { took: Duration::ZERO, events: 0, fields: 0, bytes: 0 };
    let start = busy();
    for _ in 0..rounds {
        for chunk in &all {
            reader.open(chunk);
            while let Some(record) = reader.next(chunk, &mut slate) {
                read.events += u64::from(record.is_ok());
                read.fields += slate.len() as u64;
                read.bytes += slate.text().len() as u64;
            }
        }
    }
    read.took = busy().saturating_sub(start);
    Ok(read)
}

fn theirs(files: &[PathBuf], rounds: u32) -> Result<(Duration, u64), Box<dyn Error>> {
    let mut records = 0;
    let start = busy();
    for _ in 0..rounds / 8 {
        for path in files {
            let mut parser = evtx::EvtxParser::from_read_seek(Cursor::new(std::fs::read(path)?))?;
            records += parser.records_json().filter(Result::is_ok).count() as u64;
        }
    }
    Ok((busy().saturating_sub(start), records))
}

/// Time that this thread has been at work, so that what else the machine does counts less (Linux, proc_pid_schedstat).
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}
