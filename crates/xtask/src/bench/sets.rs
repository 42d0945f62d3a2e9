//! The sets that are measured on, made once from the public recordings and kept in the cache.

use crate::bench::chunks::{self, CHUNK};
use crate::bench::flat::{Sources, flat};
use crate::bench::tools::Tools;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Something to go through.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Set {
    /// A folder or a file.
    pub root: PathBuf,
    pub files: Vec<PathBuf>,
    /// Events as `evtx_dump` counts them, or lines.
    pub events: u64,
    /// Events as our own decoder counts them; 0 for lines.
    pub ours: u64,
    pub bytes: u64,
}

/// All of them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sets {
    /// What they were made from and how; others are made anew.
    pub mark: String,
    /// The recordings as they are: many small files.
    pub sparse: Set,
    /// Full chunks again and again, one channel a file.
    pub big: Set,
    /// The same, smaller, for slow peers.
    pub small: Set,
    /// The events of `small` as flat JSON lines, twice, in one file.
    pub flat: Set,
    /// A file with nothing in it.
    pub empty: Set,
    /// How many different chunks there are.
    pub chunks: usize,
}

/// Changes when the sets are made in another way.
const MADE: u32 = 2;
const BIG: usize = 1 << 30;
const SMALL: usize = 128 << 20;
/// How often the lines come, so that judging them takes longer than loading the rules.
const FLAT: usize = 2;

/// The sets, taken from the cache or made. `little` makes tiny ones, to see that all works.
pub fn ready(cache: &Path, data: &Path, tools: &Tools, little: bool) -> anyhow::Result<Sets> {
    let recordings = data.join("evtx");
    let mut files = Vec::new();
    walk(&recordings, "evtx", &mut files)?;
    anyhow::ensure!(!files.is_empty(), "there are no recordings in {}", recordings.display());
    let folder = cache.join(if little { "sets-little" } else { "sets" });
    let told = folder.join("sets.json");
    let mark = format!("{MADE} {} {} {}", recordings.display(), files.len(), size(&files)?);
    if let Ok(text) = std::fs::read_to_string(&told)
        && let Ok(sets) = serde_json::from_str::<Sets>(&text)
        && sets.mark == mark
    {
        return Ok(sets);
    }
    println!("preparing the sets in {}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let by_channel = by_channel(&files, &folder, tools)?;
    let count = by_channel.values().map(Vec::len).sum();
    let shrink = if little { 32 } else { 1 };
    let small = build(&folder.join("chan128"), &by_channel, SMALL / shrink, tools)?;
    let sets = Sets {
        mark,
        sparse: counted(recordings, files, tools)?,
        big: build(&folder.join("big"), &by_channel, BIG / shrink, tools)?,
        flat: lines(&folder.join("flat.jsonl"), &small, tools)?,
        small,
        empty: empty(&folder)?,
        chunks: count,
    };
    std::fs::write(told, serde_json::to_string_pretty(&sets)?)?;
    Ok(sets)
}

/// The files below a folder that end so, in order.
pub fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut entries: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            walk(&entry, ending, found)?;
        } else if entry.extension().is_some_and(|kind| kind == ending) {
            found.push(entry);
        }
    }
    Ok(())
}

fn size(files: &[PathBuf]) -> anyhow::Result<u64> {
    files.iter().map(|file| Ok(std::fs::metadata(file)?.len())).sum()
}

/// What `evtx_dump` says of a file, line by line. Lines that are no JSON are passed over.
fn dumped(file: &Path, tools: &Tools, on: &mut dyn FnMut(serde_json::Value) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut command = Command::new(&tools.evtx_dump);
    command.args(["-t", "1", "-o", "jsonl"]).arg(file).stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let from = child.stdout.take().context("the output of evtx_dump")?;
    for line in BufReader::new(from).lines() {
        if let Ok(value) = serde_json::from_str(&line?) {
            on(value)?;
        }
    }
    child.wait()?;
    Ok(())
}

/// The full chunks of all recordings whose records are all of one channel, by that channel.
fn by_channel(files: &[PathBuf], folder: &Path, tools: &Tools) -> anyhow::Result<BTreeMap<String, Vec<Vec<u8>>>> {
    let trial = folder.join("trial.evtx");
    let mut found: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for file in files {
        for mut chunk in chunks::full(&std::fs::read(file)?) {
            let next = chunks::number(&mut chunk, 1);
            std::fs::write(&trial, [chunks::file_head(1, next), chunk.clone()].concat())?;
            let (mut channels, mut events) = (Vec::new(), 0);
            dumped(&trial, tools, &mut |event| {
                events += 1;
                let channel = event.pointer("/Event/System/Channel").and_then(serde_json::Value::as_str);
                channels
                    .extend(channel.filter(|channel| channels.first().is_none_or(|first| first != channel)).map(str::to_owned));
                Ok(())
            })?;
            if let [channel] = channels.as_slice()
                && events == next - 1
            {
                found.entry(channel.clone()).or_default().push(chunk);
            }
        }
    }
    std::fs::remove_file(&trial)?;
    anyhow::ensure!(!found.is_empty(), "no recording has a full chunk of one channel");
    Ok(found)
}

/// Files of at least so many bytes together, one a channel, in which each chunk comes equally often.
fn build(folder: &Path, chunks: &BTreeMap<String, Vec<Vec<u8>>>, bytes: usize, tools: &Tools) -> anyhow::Result<Set> {
    std::fs::create_dir_all(folder)?;
    let all: usize = chunks.values().map(Vec::len).sum();
    let times = bytes.div_ceil(all * CHUNK);
    let (mut files, mut written) = (Vec::new(), 0);
    for (channel, chunks) in chunks {
        let path = folder.join(format!("{}.evtx", channel.replace(['/', ' ', '\\'], "-")));
        let mut next = 1;
        let mut body = Vec::with_capacity(chunks.len() * CHUNK);
        let mut to = BufWriter::with_capacity(1 << 20, std::fs::File::create(&path)?);
        let count = u16::try_from(chunks.len() * times).context("a file of more chunks than its head can count")?;
        let records: u64 = chunks.iter().map(|chunk| chunks::number(&mut chunk.clone(), 1) - 1).sum();
        to.write_all(&chunks::file_head(count, records * times as u64 + 1))?;
        for _ in 0..times {
            body.clear();
            for chunk in chunks {
                let start = body.len();
                body.extend_from_slice(chunk);
                next = chunks::number(&mut body[start..], next);
            }
            to.write_all(&body)?;
        }
        to.flush()?;
        written += next - 1;
        files.push(path);
    }
    let set = counted(folder.to_owned(), files, tools)?;
    anyhow::ensure!(
        (set.events, set.ours) == (written, written),
        "{}: {written} events were written, but evtx_dump reads {} and we read {}",
        folder.display(),
        set.events,
        set.ours
    );
    Ok(set)
}

/// A set of recordings, counted with both decoders.
fn counted(root: PathBuf, files: Vec<PathBuf>, tools: &Tools) -> anyhow::Result<Set> {
    let mut events = 0;
    for file in &files {
        dumped(file, tools, &mut |_| {
            events += 1;
            Ok(())
        })?;
    }
    let ours = crate::bench::counts::rate(tools, Path::new("/dev/null"), 0, "count", &root)?.events;
    Ok(Set { bytes: size(&files)?, root, files, events, ours })
}

fn lines(path: &Path, from: &Set, tools: &Tools) -> anyhow::Result<Set> {
    let sources = Sources::own()?;
    let mut to = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    let mut events = 0;
    for file in (0..FLAT).flat_map(|_| &from.files) {
        dumped(file, tools, &mut |event| {
            if let Some(line) = flat(&event, &sources) {
                serde_json::to_writer(&mut to, &line)?;
                to.write_all(b"\n")?;
                events += 1;
            }
            Ok(())
        })?;
    }
    to.flush()?;
    let files = vec![path.to_owned()];
    Ok(Set { bytes: size(&files)?, root: path.to_owned(), files, events, ours: 0 })
}

fn empty(folder: &Path) -> anyhow::Result<Set> {
    let path = folder.join("empty.jsonl");
    std::fs::write(&path, "")?;
    Ok(Set { root: path.clone(), files: vec![path], ..Set::default() })
}
