//! Comma-separated values with a line of names (RFC 4180), as exports of logs are: one record a line, or over several lines
//! where a quoted value has line ends.

use crate::RECORD_BYTES;
use crate::columns::{COLUMNS, Columns};
use crate::format::Seen;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use sigma::Slate;

/// What stands between values.
const DELIMITERS: [u8; 3] = *b",;\t";

/// Cuts lines into values. Holds what is open of a record that goes on in the next line.
#[derive(Debug, Default)]
pub struct Csv {
    reader: Reader,
    head: String,
    columns: Columns,
    values: Vec<u8>,
    ends: Vec<usize>,
    written: usize,
    ended: usize,
    /// The values are those of a record that was read to its end.
    whole: bool,
}

/// What a line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// The end of a record: its values can be read.
    Whole,
    /// The names, or a record that goes on.
    None,
}

impl Csv {
    /// Takes the line of names.
    pub fn head(&mut self, line: &str, slate: &mut Slate) {
        let delimiter = delimiter(line).unwrap_or(b',');
        *self = Csv { reader: ReaderBuilder::new().delimiter(delimiter).build(), ..Csv::default() };
        let mut names = Vec::new();
        if self.add(line).is_ok_and(|row| row == Row::Whole) {
            self.each(|_, name| names.push(name.trim().to_owned()));
        }
        self.columns = Columns::new(names.iter().map(String::as_str), slate);
        self.head = line.to_owned();
        self.forget();
    }

    /// Takes a line. Refuses a record that is too long.
    pub fn line(&mut self, line: &str, slate: &mut Slate) -> Result<Row, String> {
        if self.columns.is_empty() {
            self.head(line, slate);
            return Ok(Row::None);
        }
        let between = self.whole || (self.written == 0 && self.ended == 0);
        if between && (line == self.head || line.is_empty()) {
            return Ok(Row::None);
        }
        self.add(line)
    }

    /// The value of a column of the record that is whole.
    pub fn value(&self, column: &str) -> Option<&str> {
        let column = self.columns.find(column)?;
        self.nth(column)
    }

    fn nth(&self, column: usize) -> Option<&str> {
        let start = column.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        let end = self.ends.get(..self.ended)?.get(column)?;
        std::str::from_utf8(self.values.get(start..*end)?).ok()
    }

    fn each(&self, mut on: impl FnMut(usize, &str)) {
        (0..self.ended).for_each(|column| on(column, self.nth(column).unwrap_or_default()));
    }

    /// Lays out the record that is whole. Empty values are left out.
    pub fn lay(&mut self, slate: &mut Slate, seen: &mut Seen) {
        self.each(|column, value| {
            if !value.is_empty() {
                self.columns.put(column, value, slate, seen);
            }
        });
    }

    fn add(&mut self, line: &str) -> Result<Row, String> {
        if self.whole {
            self.forget();
        }
        let row = self.feed(line.as_bytes()).and_then(|row| match row {
            Row::Whole => Ok(row),
            Row::None => self.feed(b"\n"),
        });
        if row.is_err() {
            self.reader.reset();
            self.forget();
        }
        self.whole = row == Ok(Row::Whole);
        row
    }

    fn forget(&mut self) {
        (self.written, self.ended, self.whole) = (0, 0, false);
    }

    fn feed(&mut self, mut bytes: &[u8]) -> Result<Row, String> {
        while !bytes.is_empty() {
            if self.values.len() < self.written + bytes.len() + 1 {
                self.values.resize(self.written + bytes.len() + 1, 0);
            }
            if self.ends.len() < self.ended + 1 {
                self.ends.resize((self.ended + 1) * 2, 0);
            }
            let values = self.values.get_mut(self.written..).unwrap_or_default();
            let ends = self.ends.get_mut(self.ended..).unwrap_or_default();
            let (outcome, taken, written, ended) = self.reader.read_record(bytes, values, ends);
            bytes = bytes.get(taken..).unwrap_or_default();
            self.written += written;
            self.ended += ended;
            match outcome {
                ReadRecordResult::Record | ReadRecordResult::End => return Ok(Row::Whole),
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {}
            }
            if self.written > RECORD_BYTES || self.ended > COLUMNS {
                return Err(format!("a record of more than {RECORD_BYTES} bytes or {COLUMNS} columns"));
            }
        }
        Ok(Row::None)
    }
}

/// The sign that most often divides the line.
fn delimiter(line: &str) -> Option<u8> {
    let count = |sign: u8| line.bytes().filter(|byte| *byte == sign).count();
    DELIMITERS.into_iter().max_by_key(|sign| (count(*sign), *sign == b',')).filter(|sign| count(*sign) > 0)
}

/// Is this a line of names? At least three, none empty, none twice, and none of them a number or a long text.
pub fn is_head(line: &str) -> bool {
    let Some(delimiter) = delimiter(line) else { return false };
    let names: Vec<&str> = line.split(char::from(delimiter)).map(|name| name.trim().trim_matches('"')).collect();
    let name = |name: &&str| {
        let starts = name.starts_with(|letter: char| letter.is_alphabetic() || matches!(letter, '_' | '@' | '#'));
        starts && name.len() <= 64 && !name.contains(['=', '{', '}', '<', '>'])
    };
    let unlike = |n: usize, name: &&str| names.iter().take(n).all(|before| !before.eq_ignore_ascii_case(name));
    (3..=COLUMNS).contains(&names.len())
        && names.iter().all(name)
        && names.iter().take(64).enumerate().all(|(n, name)| unlike(n, name))
}

/// May this be the first record below a line of names? It has as many values, or quotes in which they may be hidden.
pub fn follows(head: &str, line: &str) -> bool {
    let count = |text: &str, sign: u8| text.bytes().filter(|byte| *byte == sign).count();
    delimiter(head).is_some_and(|sign| count(line, sign) >= count(head, sign) || line.contains('"'))
}
