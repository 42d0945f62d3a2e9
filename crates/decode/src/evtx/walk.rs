//! The records of a chunk, one after another.

use super::bytes::{slice_at, u32_at, u64_at};
use memchr::memmem;

/// Bytes of a chunk.
pub const CHUNK: usize = 64 << 10;
/// How a chunk begins.
pub(super) const CHUNK_MAGIC: &[u8; 8] = b"ElfChnk\0";
/// Bytes of a chunk before its first record.
const CHUNK_HEAD: usize = 512;
/// How a record begins.
const RECORD_MAGIC: &[u8; 4] = b"\x2a\x2a\0\0";
/// Bytes of a record before its content: magic, size, number and time.
const RECORD_HEAD: usize = 24;

/// A record as it lies in its chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Raw {
    pub id: u64,
    /// When it was written, as a FILETIME.
    pub written: u64,
    pub start: usize,
    pub end: usize,
}

/// Goes through a chunk's records.
///
/// From the first record on, each says where the next one begins. Where one is broken, the next good one is looked for.
/// What the chunk's head says of its last record and its free space is believed only as long as no record follows that
/// carries on the numbers: the head of a log that was copied while it was written to is older than its records.
#[derive(Debug, Default)]
pub(super) struct Walk {
    at: usize,
    /// Where the free space begins, as the head says.
    free: usize,
    first: u64,
    last: u64,
    /// The number of the record read before.
    before: Option<u64>,
    /// Every record that can be found is taken, also old ones in free space.
    scan: bool,
    done: bool,
}

impl Walk {
    /// Begins a chunk. Without a good head, all that looks like a record is taken.
    pub(super) fn open(chunk: &[u8], scan: bool) -> Walk {
        let number = |at: usize| u64_at(chunk, at).unwrap_or(0);
        let head = chunk.starts_with(CHUNK_MAGIC);
        let free = u32_at(chunk, 48).unwrap_or(0) as usize;
        let free = if (CHUNK_HEAD..=chunk.len()).contains(&free) { free } else { chunk.len() };
        Walk {
            at: if head { CHUNK_HEAD } else { 0 },
            free,
            first: number(24),
            last: number(32),
            before: None,
            scan: scan || !head,
            done: chunk.len() < RECORD_HEAD,
        }
    }

    /// The next record, or where one is broken and why.
    pub(super) fn next(&mut self, chunk: &[u8]) -> Option<Result<Raw, String>> {
        if self.done {
            return None;
        }
        if self.scan {
            return self.found(chunk).map(Ok);
        }
        let at = self.at;
        let ends = at >= self.free || self.before == Some(self.last);
        match record(chunk, at) {
            // Beyond the end that the head gives, only what carries on.
            Some(raw) if !ends || (self.before.is_some_and(|id| raw.id == id.wrapping_add(1)) && whole(chunk, at)) => {
                self.take(at, raw, chunk);
                Some(Ok(raw))
            }
            _ if ends => {
                self.done = true;
                None
            }
            _ => self.skip(chunk, at),
        }
    }

    /// Goes on behind a broken record. Where nothing but zeros follow, the free space began earlier than the head says.
    fn skip(&mut self, chunk: &[u8], broken: usize) -> Option<Result<Raw, String>> {
        let numbers = self.first..=self.last;
        let good = |at: &usize| {
            let id = record(chunk, *at).filter(|_| whole(chunk, *at)).map(|raw| raw.id);
            id.is_some_and(|id| numbers.contains(&id) && self.before.is_none_or(|before| id > before))
        };
        let next = magics(chunk, broken + 1).find(good);
        let blank = slice_at(chunk, broken, 4).is_none_or(|magic| magic == [0; 4]);
        match next {
            Some(next) => self.at = next,
            None => self.done = true,
        }
        if next.is_none() && blank {
            return None;
        }
        Some(Err(format!("at byte {broken} of its chunk, a record is broken")))
    }

    /// The next whole record anywhere.
    fn found(&mut self, chunk: &[u8]) -> Option<Raw> {
        let found = magics(chunk, self.at).filter(|at| whole(chunk, *at)).find_map(|at| Some((at, record(chunk, at)?)));
        let Some((at, raw)) = found else {
            self.done = true;
            return None;
        };
        self.take(at, raw, chunk);
        Some(raw)
    }

    fn take(&mut self, at: usize, raw: Raw, chunk: &[u8]) {
        self.before = Some(raw.id);
        self.at = at + u32_at(chunk, at + 4).map_or(RECORD_HEAD, |size| size as usize);
    }

    /// After a record that was found by its look alone and turned out to be none: looks on right behind its magic.
    pub(super) fn was_none(&mut self, raw: &Raw) {
        if self.scan {
            self.at = raw.start - RECORD_HEAD + RECORD_MAGIC.len();
        }
    }

    /// Are records taken that the chunk does not count among its own?
    pub(super) fn scans(&self) -> bool {
        self.scan
    }
}

/// The record at a place; `None` if none begins there or it does not fit into the chunk.
fn record(chunk: &[u8], at: usize) -> Option<Raw> {
    if slice_at(chunk, at, 4)? != RECORD_MAGIC {
        return None;
    }
    let size = u32_at(chunk, at + 4)? as usize;
    let content = size.checked_sub(RECORD_HEAD + 4)?;
    let start = at + RECORD_HEAD;
    slice_at(chunk, start, content)?;
    Some(Raw { id: u64_at(chunk, at + 8)?, written: u64_at(chunk, at + 16)?, start, end: start + content })
}

/// Does the record end with the copy of its size, as each does?
fn whole(chunk: &[u8], at: usize) -> bool {
    let size = u32_at(chunk, at + 4);
    let copy = size.and_then(|size| at.checked_add(size as usize)).and_then(|end| u32_at(chunk, end.checked_sub(4)?));
    size.is_some() && size == copy
}

fn magics(chunk: &[u8], from: usize) -> impl Iterator<Item = usize> + '_ {
    memmem::find_iter(chunk.get(from..).unwrap_or_default(), RECORD_MAGIC).map(move |at| from + at)
}
