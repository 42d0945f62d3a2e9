//! The tokens of binary XML (MS-EVEN6 2.2.12), read one after another from a chunk.

use super::bytes::{slice_at, u16_at, u32_at};
use super::fault::Fault;
use super::text;
use super::value::{self, Value};

/// An element that depends on no value.
pub(super) const INDEPENDENT: u16 = 0xffff;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token {
    /// An element's start; names are places in the chunk.
    Open {
        name: u32,
        depends: u16,
    },
    CloseStart,
    CloseEmpty,
    Close,
    Attribute(u32),
    Value(Value),
    Char(u16),
    Entity(u32),
    /// A place of a template that one of the record's values takes.
    Slot {
        index: u16,
        optional: bool,
    },
    /// A template with values; `Tokens::at` stands behind the token and is to be moved behind the values.
    Instance,
    /// A header or a processing instruction, of which nothing is shown.
    Other,
}

/// Reads tokens from a part of a chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tokens<'c> {
    pub chunk: &'c [u8],
    pub at: usize,
    pub end: usize,
    /// Elements of a template's definition say what they depend on; those of a record do not.
    pub template: bool,
}

impl<'c> Tokens<'c> {
    /// The next token, or `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token>, Fault> {
        if self.at >= self.end {
            return Ok(None);
        }
        let tag = Fault::short(self.chunk.get(self.at), "token")?;
        self.at += 1;
        Ok(Some(match tag {
            0x00 => return Ok(None),
            0x01 | 0x41 => self.open(tag & 0x40 != 0)?,
            0x02 => Token::CloseStart,
            0x03 => Token::CloseEmpty,
            0x04 => Token::Close,
            0x05 | 0x45 => Token::Value(self.value()?),
            0x06 | 0x46 => Token::Attribute(self.name()?),
            0x07 | 0x47 => Token::Value(self.counted()?),
            0x08 | 0x48 => Token::Char(self.u16("character")?),
            0x09 | 0x49 => Token::Entity(self.name()?),
            0x0a => self.name().map(|_| Token::Other)?,
            0x0b => self.counted().map(|_| Token::Other)?,
            0x0c => Token::Instance,
            0x0d | 0x0e => {
                let index = self.u16("substitution")?;
                let kind = *Fault::short(self.chunk.get(self.at), "substitution")?;
                self.at += 1;
                value::known(kind)?;
                Token::Slot { index, optional: *tag == 0x0e }
            }
            0x0f => {
                self.at += 3;
                Token::Other
            }
            tag => return Err(Fault::Token(*tag)),
        }))
    }

    fn u16(&mut self, what: &'static str) -> Result<u16, Fault> {
        let number = Fault::short(u16_at(self.chunk, self.at), what)?;
        self.at += 2;
        Ok(number)
    }

    fn open(&mut self, attributes: bool) -> Result<Token, Fault> {
        let depends = if self.template { self.u16("element")? } else { INDEPENDENT };
        // The element's size, which its end tells as well.
        self.at += 4;
        let name = self.name()?;
        if attributes {
            self.at += 4;
        }
        Ok(Token::Open { name, depends })
    }

    /// A name's place; the name itself may lie right behind the first reference to it.
    fn name(&mut self) -> Result<u32, Fault> {
        let name = Fault::short(u32_at(self.chunk, self.at), "name")?;
        self.at += 4;
        if self.at == name as usize {
            let letters = Fault::short(u16_at(self.chunk, self.at + 6), "name")?;
            self.at += 6 + 2 + usize::from(letters) * 2 + 2;
        }
        Ok(name)
    }

    fn value(&mut self) -> Result<Value, Fault> {
        let kind = *Fault::short(self.chunk.get(self.at), "value")?;
        self.at += 1;
        match kind {
            value::STRING => self.counted(),
            value::BINXML => {
                let size = self.u16("value")?;
                self.sized(kind, usize::from(size))
            }
            kind => match value::width(kind) {
                Some(width) => self.sized(kind, width),
                None => Err(Fault::Kind(kind)),
            },
        }
    }

    fn sized(&mut self, kind: u8, size: usize) -> Result<Value, Fault> {
        let (value, next) = value::sized(self.chunk, kind, size, self.at)?;
        self.at = next;
        Ok(value)
    }

    /// Text after the number of its letters.
    fn counted(&mut self) -> Result<Value, Fault> {
        let letters = self.u16("text")?;
        self.sized(value::STRING, usize::from(letters) * 2)
    }
}

/// The bytes of a name at its place: behind a link to the next name of the same hash, the hash and the number of letters.
pub(super) fn name_at(chunk: &[u8], name: u32) -> Result<&[u8], Fault> {
    let at = name as usize;
    let letters = Fault::short(at.checked_add(6).and_then(|at| u16_at(chunk, at)), "name")?;
    Fault::short(slice_at(chunk, at + 8, usize::from(letters) * 2), "name")
}

/// Writes a name.
pub(super) fn write_name(chunk: &[u8], name: u32, out: &mut Vec<u8>) -> Result<(), Fault> {
    text::utf16(name_at(chunk, name)?, out);
    Ok(())
}
