//! Bytes to lines of text: UTF-8, UTF-16 with or without a mark, Shift_JIS; one line at a time, each of bounded length.

use crate::RECORD_BYTES;
use encoding_rs::{Decoder, Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use std::io::{self, BufRead, Read};

const PIECE: usize = 32 << 10;

/// One record's bytes as text: as UTF-8 if they are, else as Shift_JIS if they can be, else with marks for what cannot be read.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes);
            text.unwrap_or_else(|| String::from_utf8_lossy(bytes))
        }
    }
}

/// Is this the beginning of UTF-16 text? By its mark, or because every second byte of nearly all is zero, as in Latin text.
fn wide(start: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return (encoding != UTF_8).then_some(encoding);
    }
    let start = start.get(..start.len().min(512) / 2 * 2)?;
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count() * 2;
    let most = |zeros: usize| start.len() >= 8 && zeros * 10 >= start.len() * 6;
    if most(zeros(1)) && zeros(0) == 0 {
        Some(UTF_16LE)
    } else if most(zeros(0)) && zeros(1) == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// A stream as UTF-8 bytes where it was UTF-16, and as it is otherwise.
pub struct Bytes<R> {
    from: io::BufReader<R>,
    decoder: Option<Decoder>,
    out: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Bytes<R> {
    pub fn new(from: R) -> io::Result<Bytes<R>> {
        let mut from = io::BufReader::with_capacity(PIECE, from);
        let start = from.fill_buf()?;
        let decoder = wide(start).map(Encoding::new_decoder);
        if decoder.is_none() && start.starts_with(b"\xef\xbb\xbf") {
            from.consume(3);
        }
        Ok(Bytes { from, decoder, out: Vec::new(), at: 0, ended: false })
    }

    /// Decodes the next piece.
    fn next_piece(&mut self, decoder: &mut Decoder) -> io::Result<()> {
        let piece = self.from.fill_buf()?;
        let (taken, last) = (piece.len(), piece.is_empty());
        self.out.resize(taken * 3 + 16, 0);
        let (_, read, written, _) = decoder.decode_to_utf8(piece, &mut self.out, last);
        self.from.consume(read);
        self.out.truncate(written);
        self.at = 0;
        self.ended = last;
        Ok(())
    }
}

impl<R: Read> Read for Bytes<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let Some(mut decoder) = self.decoder.take() else {
            return self.from.read(room);
        };
        while self.at >= self.out.len() && !self.ended {
            self.next_piece(&mut decoder)?;
        }
        self.decoder = Some(decoder);
        let rest = self.out.get(self.at..).unwrap_or_default();
        let count = rest.len().min(room.len());
        if let (Some(room), Some(rest)) = (room.get_mut(..count), rest.get(..count)) {
            room.copy_from_slice(rest);
        }
        self.at += count;
        Ok(count)
    }
}

/// The lines of a stream.
pub struct Lines<R> {
    from: io::BufReader<Bytes<R>>,
    line: Vec<u8>,
    /// Lines read so far.
    pub number: u64,
    /// Lines that were longer than `RECORD_BYTES` and of which only the start was read.
    pub cut: u64,
}

impl<R: Read> Lines<R> {
    pub fn new(from: R) -> io::Result<Lines<R>> {
        Ok(Lines { from: io::BufReader::with_capacity(PIECE, Bytes::new(from)?), line: Vec::new(), number: 0, cut: 0 })
    }

    /// The next line without its end, or `None` at the end of the stream.
    pub fn next_line(&mut self) -> io::Result<Option<Cow<'_, str>>> {
        self.line.clear();
        let (mut any, mut cut) = (false, false);
        loop {
            let piece = self.from.fill_buf()?;
            if piece.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', piece);
            let part = piece.get(..end.unwrap_or(piece.len())).unwrap_or_default();
            let room = RECORD_BYTES.saturating_sub(self.line.len());
            cut |= part.len() > room;
            self.line.extend_from_slice(part.get(..part.len().min(room)).unwrap_or_default());
            let taken = part.len() + usize::from(end.is_some());
            self.from.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        self.cut += u64::from(cut);
        while self.line.last().is_some_and(|byte| *byte == b'\r') {
            self.line.pop();
        }
        Ok(Some(decode(&self.line)))
    }
}
