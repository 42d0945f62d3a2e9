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
/// How far back the end of one audit event is looked for.
const BACK: usize = 64 << 10;

/// One file, or member of an archive, that is being read.
#[derive(Debug)]
pub(crate) struct Opened {
    /// What findings call it.
    pub name: String,
    /// The file on the disk that it lies in.
    pub input: Arc<str>,
    pub kind: Kind,
    /// What every block needs from the beginning of the file: of a Windows event log, its header.
    pub head: Vec<u8>,
}

/// A piece of a file.
#[derive(Debug)]
pub(crate) struct Block {
    pub of: Arc<Opened>,
    /// Its number in the file, from 0; the same in every hunt.
    pub part: u32,
    /// Lines of the file before it.
    pub lines: u64,
    pub bytes: Vec<u8>,
    /// The file ends with it.
    pub last: bool,
}

/// Cuts a stream of lines, or of chunks, into blocks.
pub(crate) struct Cutter<R> {
    from: R,
    of: Arc<Opened>,
    part: u32,
    lines: u64,
    /// What was read already of the next block.
    rest: Vec<u8>,
    ended: bool,
    failed: Option<io::Error>,
}

impl<R: Read> Cutter<R> {
    /// `opened.head` is filled here.
    pub fn new(mut from: R, mut opened: Opened) -> io::Result<Cutter<R>> {
        if opened.kind == Kind::Evtx {
            Read::by_ref(&mut from).take(EVTX_HEAD).read_to_end(&mut opened.head)?;
        }
        let of = Arc::new(opened);
        Ok(Cutter { from, of, part: 0, lines: 0, rest: Vec::new(), ended: false, failed: None })
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
        let lines = self.lines;
        match self.of.kind {
            Kind::Evtx => self.fill(&mut room, CHUNKS * CHUNK),
            _ => {
                self.fill(&mut room, BLOCK);
                self.cut(&mut room);
                self.lines += memchr::memchr_iter(b'\n', &room).count() as u64;
            }
        }
        let block =
            Block { of: Arc::clone(&self.of), part: self.part, lines, bytes: room, last: self.ended && self.rest.is_empty() };
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
