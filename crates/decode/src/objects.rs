//! JSON objects one after another: over several lines, or in one list, however they are laid out.

use crate::RECORD_BYTES;
use crate::text::Bytes;
use std::io::{self, BufRead, Read};

/// The outermost objects of a stream.
pub struct Objects<R> {
    from: io::BufReader<Bytes<R>>,
    object: Vec<u8>,
    number: u64,
}

/// One object, or why it cannot be used.
pub struct Object<'o> {
    pub number: u64,
    pub text: Result<&'o str, String>,
}

#[derive(Default)]
struct State {
    depth: u64,
    quoted: bool,
    hidden: bool,
    length: usize,
}

impl<R: Read> Objects<R> {
    pub fn new(from: R) -> io::Result<Objects<R>> {
        Ok(Objects { from: io::BufReader::with_capacity(1 << 15, Bytes::new(from)?), object: Vec::new(), number: 0 })
    }

    /// The next object, or `None` at the end. What stands between objects is passed over.
    pub fn next_object(&mut self) -> io::Result<Option<Object<'_>>> {
        self.object.clear();
        let mut state = State::default();
        loop {
            let piece = self.from.fill_buf()?;
            if piece.is_empty() {
                break;
            }
            let mut taken = 0;
            let mut done = false;
            for byte in piece {
                taken += 1;
                if state.step(*byte) {
                    state.length += 1;
                    if self.object.len() < RECORD_BYTES {
                        self.object.push(*byte);
                    }
                    done = state.depth == 0;
                    if done {
                        break;
                    }
                }
            }
            self.from.consume(taken);
            if done {
                break;
            }
        }
        if state.length == 0 {
            return Ok(None);
        }
        self.number += 1;
        let text = if state.length > RECORD_BYTES {
            Err(format!("longer than {RECORD_BYTES} bytes"))
        } else {
            std::str::from_utf8(&self.object).map_err(|_| "not readable as UTF-8".to_owned())
        };
        Ok(Some(Object { number: self.number, text }))
    }
}

impl State {
    /// Takes a byte; says whether it is part of an object.
    fn step(&mut self, byte: u8) -> bool {
        let inside = self.depth > 0;
        match byte {
            _ if self.hidden => self.hidden = false,
            b'\\' if self.quoted => self.hidden = true,
            b'"' if inside => self.quoted = !self.quoted,
            b'{' if !self.quoted => self.depth += 1,
            b'}' if !self.quoted && inside => self.depth -= 1,
            _ => {}
        }
        inside || self.depth > 0
    }
}
