//! The chunks of a file, and those that lie anywhere in other bytes.

use super::bytes::{u32_at, u64_at};
use super::walk::{CHUNK, CHUNK_MAGIC};
use memchr::memmem;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of a file before its first chunk.
const FILE_HEAD: u64 = 4_096;

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The number of the record that would come next.
    pub next_record: u64,
    /// It was not closed properly: it is being written to, or was copied meanwhile.
    pub dirty: bool,
    /// It is as large as it may be, so that the oldest chunk is written over next.
    pub full: bool,
}

/// A chunk of a file.
#[derive(Debug, Clone, Copy)]
pub struct Chunk<'c> {
    /// Its place in the file, from 0 on.
    pub number: u64,
    /// 64 KiB, or fewer where the file is cut off.
    pub bytes: &'c [u8],
    /// It does not begin as a chunk does: only records that are found by their look can be read from it.
    pub damaged: bool,
}

/// Reads the chunks of an EVTX file into room that is used again. Empty ones are passed over.
///
/// Checksums are not compared: those of a log that was copied while it was written to are wrong, and each record shows
/// by itself whether it is whole.
#[derive(Debug)]
pub struct Chunks<R> {
    from: R,
    header: Header,
    count: u64,
    next: u64,
    end: u64,
    /// Where to begin anew after the end, and where to stop then.
    wrap: Option<u64>,
    room: Vec<u8>,
}

impl<R: Read + Seek> Chunks<R> {
    /// Refuses a stream that does not begin as an EVTX file.
    pub fn new(mut from: R) -> io::Result<Chunks<R>> {
        let length = from.seek(SeekFrom::End(0))?;
        from.seek(SeekFrom::Start(0))?;
        let mut head = [0; 128];
        let refuse = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
        from.read_exact(&mut head).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => refuse("this is no EVTX file: it ends within its header"),
            _ => error,
        })?;
        if !head.starts_with(b"ElfFile\0") {
            return Err(refuse("this is no EVTX file: it does not begin as one"));
        }
        let flags = u32_at(&head, 120).unwrap_or(0);
        let header = Header { next_record: u64_at(&head, 24).unwrap_or(0), dirty: flags & 1 != 0, full: flags & 2 != 0 };
        // The header's own number of chunks is too small for large files and old in dirty ones.
        let count = length.saturating_sub(FILE_HEAD).div_ceil(CHUNK as u64);
        Ok(Chunks { from, header, count, next: 0, end: count, wrap: None, room: Vec::new() })
    }

    /// What the file says of itself.
    pub fn header(&self) -> Header {
        self.header
    }

    /// How many chunks the file has room for, empty and damaged ones among them.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// From now on, reads the chunks of these numbers only, the last one not among them.
    pub fn range(&mut self, from: u64, to: u64) {
        self.next = from.min(self.count);
        self.end = to.min(self.count);
        self.wrap = None;
    }

    /// From now on, reads all chunks from the one with the oldest records on: a full log goes on at its beginning.
    pub fn oldest_first(&mut self) -> io::Result<()> {
        let mut oldest = (u64::MAX, 0);
        for number in 0..self.count {
            let mut head = [0; 48];
            self.from.seek(SeekFrom::Start(FILE_HEAD + number * CHUNK as u64))?;
            match self.from.read_exact(&mut head) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            }
            let (first, last) = (u64_at(&head, 24).unwrap_or(0), u64_at(&head, 32).unwrap_or(0));
            if head.starts_with(CHUNK_MAGIC) && first <= last && first < oldest.0 {
                oldest = (first, number);
            }
        }
        self.range(oldest.1, self.count);
        self.wrap = Some(oldest.1);
        Ok(())
    }

    /// The next chunk; `None` at the end.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk<'_>>> {
        loop {
            if self.next >= self.end {
                let Some(end) = self.wrap.take() else { return Ok(None) };
                (self.next, self.end) = (0, end);
                continue;
            }
            let number = self.next;
            self.next += 1;
            self.from.seek(SeekFrom::Start(FILE_HEAD + number * CHUNK as u64))?;
            self.room.clear();
            Read::by_ref(&mut self.from).take(CHUNK as u64).read_to_end(&mut self.room)?;
            // Whether a chunk without a beginning is empty shows only at its end.
            let damaged = !self.room.starts_with(CHUNK_MAGIC);
            if damaged && blank(&self.room) {
                continue;
            }
            return Ok(Some(Chunk { number, bytes: &self.room, damaged }));
        }
    }
}

/// Are all bytes zero? A new log is mostly such.
fn blank(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<64>();
    let zero = |word: &[u8; 64]| word.iter().fold(0, |all, byte| all | byte) == 0;
    words.iter().all(zero) && rest.iter().all(|byte| *byte == 0)
}

/// Finds the chunks that lie anywhere in a stream, such as a piece of a disk image.
#[derive(Debug)]
pub struct Carved<R> {
    from: R,
    room: Vec<u8>,
    /// Bytes at the beginning of `room` that are done with.
    done: usize,
    /// Where `room` begins in the stream.
    base: u64,
    ended: bool,
}

/// Bytes that are read at a time.
const PIECE: usize = 1 << 20;

impl<R: Read> Carved<R> {
    pub fn new(from: R) -> Carved<R> {
        Carved { from, room: Vec::new(), done: 0, base: 0, ended: false }
    }

    /// The next chunk and where it lies in the stream. It reaches over 64 KiB, or to the next chunk's beginning where
    /// that comes earlier, or to the stream's end.
    pub fn next_chunk(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        loop {
            let at = memmem::find(self.room.get(self.done..).unwrap_or_default(), CHUNK_MAGIC).map(|at| self.done + at);
            if let Some(at) = at
                && (self.room.len() - at >= CHUNK || self.ended)
            {
                let whole = self.room.len().min(at + CHUNK);
                let body = self.room.get(at + CHUNK_MAGIC.len()..whole).unwrap_or_default();
                let end = memmem::find(body, CHUNK_MAGIC).map_or(whole, |next| at + CHUNK_MAGIC.len() + next);
                self.done = end;
                return Ok(self.room.get(at..end).map(|chunk| (self.base + at as u64, chunk)));
            }
            if self.ended {
                return Ok(None);
            }
            // What is kept: the chunk that was begun, or else what may be the first letters of its beginning.
            let keep = at.unwrap_or(self.done.max(self.room.len().saturating_sub(CHUNK_MAGIC.len() - 1)));
            self.room.drain(..keep);
            self.base += keep as u64;
            self.done = 0;
            let read = Read::by_ref(&mut self.from).take(PIECE as u64).read_to_end(&mut self.room)?;
            self.ended = read < PIECE;
        }
    }
}
