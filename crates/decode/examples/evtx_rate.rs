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
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let rounds: u32 = args.next().and_then(|rounds| rounds.to_str()?.parse().ok()).ok_or("ROUNDS PATH…")?;
    let mut files = Vec::new();
    args.try_for_each(|path| walk(Path::new(&path), &mut files))?;
    let (ours, events, fields) = ours(&files, rounds)?;
    let (theirs, records) = theirs(&files, rounds)?;
    let rate = |events: u64, took: Duration| events as f64 / took.as_secs_f64();
    let mut out = std::io::stdout();
    writeln!(out, "onto the slate: {events} events, {fields} fields, {:.3} s: {:.0} a second", ours.as_secs_f64(), rate(events, ours))?;
    writeln!(
        out,
        "evtx crate, JSON text: {records} records, {:.3} s: {:.0} a second ({:.2} times)",
        theirs.as_secs_f64(),
        rate(records, theirs),
        rate(events, ours) / rate(records, theirs)
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

fn ours(files: &[PathBuf], rounds: u32) -> Result<(Duration, u64, u64), Box<dyn Error>> {
    let mut reader = Reader::new(Arc::new(Mapping::own()?));
    let mut slate = Slate::default();
    let (mut events, mut fields) = (0, 0);
    let start = Instant::now();
    for _ in 0..rounds {
        for path in files {
            let mut chunks = Chunks::new(File::open(path)?)?;
            while let Some(chunk) = chunks.next_chunk()? {
                reader.open(chunk.bytes);
                while let Some(record) = reader.next(chunk.bytes, &mut slate) {
                    events += u64::from(record.is_ok());
                    fields += slate.len() as u64;
                }
            }
        }
    }
    Ok((start.elapsed(), events, fields))
}

fn theirs(files: &[PathBuf], rounds: u32) -> Result<(Duration, u64), Box<dyn Error>> {
    let mut records = 0;
    let start = Instant::now();
    for _ in 0..rounds.div_ceil(4) {
        for path in files {
            let mut parser = evtx::EvtxParser::from_read_seek(Cursor::new(std::fs::read(path)?))?;
            records += parser.records_json().filter(Result::is_ok).count() as u64;
        }
    }
    Ok((start.elapsed(), records))
}
