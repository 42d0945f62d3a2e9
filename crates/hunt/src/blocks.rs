//! A stream cut into blocks that can be judged apart from each other, by whichever thread has time.

use decode::RECORD_BYTES;
use decode::kind::Kind;
use std::io::{self, Read};
use std::sync::Arc;

/// Bytes of a block. A whole line of the greatest length and its end fit in.
pub(crate) const BLOCK: usize = RECORD_BYTES + 4_096;
/// Chunks of a Windows event log in a block.
const CHUNKS: usize = 16;
pub(crate) const CHUNK: usize = 64 << 10;
/// What stands before the chunks of a Windows event log.
pub(crate) const EVTX_HEAD: u64 = 4_096;
/// What an EVTX file has at least: its header, without the room behind it.
const LEAST: u64 = 128;
/// How far back the end of one audit event is looked for.
const BACK: usize = 64 << 10;

/// One file, or member of an archive, that is being read.
#[derive(Debug)]
pub(crate) struct Opened {
    /// What findings call it.
    pub name: Arc<str>,
    /// The file on the disk that it lies in.
    pub input: Arc<str>,
    pub kind: Kind,
}

/// A piece of a file.
#[derive(Debug)]
pub(crate) struct Block {
    pub of: Arc<Opened>,
    /// Its number in the file, from 0; the same in every hunt.
    pub part: u32,
    /// Lines of the file before it, or chunks of a Windows event log.
    pub before: u64,
    /// What it needs from before it: the names of columns.
    pub head: Arc<[u8]>,
    pub bytes: Vec<u8>,
    /// The file ends with it.
    pub last: bool,
}

/// Cuts a stream of lines, or of chunks, into blocks.
pub(crate) struct Cutter<R> {
    from: R,
    of: Arc<Opened>,
    part: u32,
    before: u64,
    head: Arc<[u8]>,
    /// What was read already of the next block.
    rest: Vec<u8>,
    ended: bool,
    failed: Option<io::Error>,
}

impl<R: Read> Cutter<R> {
    /// Refuses a Windows event log that ends within its header.
    pub fn new(mut from: R, opened: Opened) -> io::Result<Cutter<R>> {
        if opened.kind == Kind::Evtx && io::copy(&mut Read::by_ref(&mut from).take(EVTX_HEAD), &mut io::sink())? < LEAST {
            return Err(io::Error::other("this is no EVTX file: it ends within its header"));
        }
        let (of, head) = (Arc::new(opened), Arc::from([]));
        Ok(Cutter { from, of, part: 0, before: 0, head, rest: Vec::new(), ended: false, failed: None })
    }

    /// The next block, in `room`; `None` at the end. Where reading fails, what came before is given first.
    pub fn next_block(&mut self, mut room: Vec<u8>) -> io::Result<Option<Block>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.ended && self.rest.is_empty() {
            return Ok(None);
        }
        room.clear();
        room.append(&mut self.rest);
        let (before, kind) = (self.before, self.of.kind);
        if kind == Kind::Evtx {
            self.fill(&mut room, CHUNKS * CHUNK);
            self.before += CHUNKS as u64;
        } else {
            self.fill(&mut room, BLOCK);
            self.cut(&mut room);
            self.before += memchr::memchr_iter(b'\n', &room).count() as u64;
        }
        if self.head.is_empty() {
            self.head = head(kind, &room).unwrap_or_else(|| Arc::from([]));
        }
        let last = self.ended && self.rest.is_empty();
        let (of, head_now) = (Arc::clone(&self.of), Arc::clone(&self.head));
        // A log that was begun anew by its program may have other columns from there on.
        if kind != Kind::Csv {
            self.head = head(kind, &room).unwrap_or_else(|| Arc::clone(&self.head));
        }
        let block = Block { of, part: self.part, before, head: head_now, bytes: room, last };
        self.part += 1;
        Ok(Some(block))
    }

    fn fill(&mut self, room: &mut Vec<u8>, most: usize) {
        if self.ended {
            return;
        }
        let wanted = most.saturating_sub(room.len());
        match Read::by_ref(&mut self.from).take(wanted as u64).read_to_end(room) {
            Ok(count) => self.ended = count < wanted,
            Err(error) => {
                self.failed = Some(error);
                self.ended = true;
            }
        }
    }

    /// Keeps what lies behind the last end of a line for the next block. Of a line longer than a block, only the start stays.
    fn cut(&mut self, room: &mut Vec<u8>) {
        if self.ended {
            return;
        }
        let end = match self.of.kind {
            Kind::Audit => end_of_event(room).or_else(|| end_of_line(room)),
            Kind::Csv => end_of_row(room).or_else(|| end_of_line(room)),
            _ => end_of_line(room),
        };
        match end {
            Some(end) => self.rest = room.split_off(end),
            None => self.skip_line(room),
        }
    }

    fn skip_line(&mut self, room: &mut Vec<u8>) {
        let mut piece = Vec::with_capacity(CHUNK);
        while !self.ended && self.rest.is_empty() {
            piece.clear();
            self.fill(&mut piece, CHUNK);
            if let Some(end) = memchr::memchr(b'\n', &piece) {
                room.push(b'\n');
                self.rest = piece.split_off(end + 1);
                return;
            }
        }
    }
}

fn end_of_line(bytes: &[u8]) -> Option<usize> {
    memchr::memrchr(b'\n', bytes).map(|at| at + 1)
}

/// The last end of a line that lies between no quotes.
fn end_of_row(bytes: &[u8]) -> Option<usize> {
    let mut open = memchr::memchr_iter(b'"', bytes).count() % 2 == 1;
    let mut at = bytes.len();
    while let Some(found) = memchr::memrchr2(b'\n', b'"', bytes.get(..at)?) {
        match bytes.get(found) {
            Some(b'"') => open = !open,
            _ if !open => return Some(found + 1),
            _ => {}
        }
        at = found;
    }
    None
}

/// What later blocks of a file need of this one: the names of columns; `None` if it says nothing of them.
pub(crate) fn head(kind: Kind, bytes: &[u8]) -> Option<Arc<[u8]>> {
    match kind {
        // The names stand in the first line alone.
        Kind::Csv => bytes.get(..bytes.len().min(CHUNK)).map(Arc::from),
        Kind::W3c | Kind::ZeekTsv => {
            let mut head = Vec::new();
            let mut at = 0;
            while let Some(line) = next_comment(bytes, &mut at) {
                if head.len() + line.len() < CHUNK {
                    head.extend_from_slice(line);
                    head.push(b'\n');
                }
            }
            (!head.is_empty()).then(|| head.into())
        }
        _ => None,
    }
}

/// The next line that begins with `#`.
fn next_comment<'b>(bytes: &'b [u8], at: &mut usize) -> Option<&'b [u8]> {
    loop {
        let rest = bytes.get(*at..)?;
        let start = *at + memchr::memchr(b'#', rest)?;
        let end = memchr::memchr(b'\n', bytes.get(start..)?).map_or(bytes.len(), |end| start + end);
        *at = end;
        if start == 0 || bytes.get(start - 1) == Some(&b'\n') {
            return bytes.get(start..end);
        }
    }
}

/// The last place where one audit event ends and another begins: its records belong together.
fn end_of_event(bytes: &[u8]) -> Option<usize> {
    let end = end_of_line(bytes)?;
    let mut at = end;
    let mut after: Option<&[u8]> = None;
    while at > 0 && end - at < BACK {
        let start = bytes.get(..at - 1).and_then(end_of_line).unwrap_or(0);
        let stamp = bytes.get(start..at).and_then(stamp);
        if let (Some(after), Some(stamp)) = (after, stamp)
            && after != stamp
        {
            return Some(at);
        }
        after = stamp.or(after);
        at = start;
    }
    None
}

/// `audit(1604996384.965:93777)`, which the records of one event share.
fn stamp(line: &[u8]) -> Option<&[u8]> {
    let from = memchr::memmem::find(line, b"audit(")?;
    let rest = line.get(from..)?;
    rest.get(..memchr::memchr(b')', rest)?)
}
