//! Putting more into order than fits into memory: ordered runs in a temporary folder, merged at the end.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// What can be put in order and aside.
pub(crate) trait Sortable: Sized {
    /// What the next item in order may have in common with one.
    type Shared;

    fn order(&self, other: &Self) -> Ordering;
    /// About how many bytes it takes up in memory.
    fn size(&self) -> usize;
    fn shared(&self) -> Self::Shared;
    /// Appends the item, less what is as in the one `before`.
    fn put(&self, before: Option<&Self::Shared>, out: &mut Vec<u8>);
    /// The item that was put so; `None` where these bytes are none.
    fn take(from: &mut Bytes<'_>, before: Option<&Self::Shared>) -> Option<Self>;
}

/// Bytes that are read from the beginning on.
pub(crate) struct Bytes<'b>(pub &'b [u8]);

impl<'b> Bytes<'b> {
    pub fn some(&mut self, count: usize) -> Option<&'b [u8]> {
        let (some, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(some)
    }

    /// A number, seven bits a byte, the lowest first.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.some(1)? else { return None };
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

/// Collects items up to `room` bytes, puts ordered runs aside beyond that, and gives all back in order.
pub(crate) struct Sorter<T> {
    held: Vec<T>,
    bytes: usize,
    room: usize,
    temp: PathBuf,
    runs: Vec<File>,
    /// Bytes that were put aside.
    pub aside: u64,
    /// Items in it.
    pub count: u64,
    /// Why something could not be put aside, the last time it failed.
    pub failed: Option<io::Error>,
}

/// Runs at most: all of them are open at once when they are merged.
const RUNS: usize = 512;
/// Bytes of one item that was put aside; ours are far smaller.
const ITEM: u32 = 256 << 20;

impl<T: Sortable> Sorter<T> {
    pub fn new(room: usize, temp: PathBuf) -> Sorter<T> {
        Sorter { held: Vec::new(), bytes: 0, room, temp, runs: Vec::new(), aside: 0, count: 0, failed: None }
    }

    /// Adds an item; gives it back where there is no room for it in memory and none in the temporary folder.
    pub fn push(&mut self, item: T) -> Option<T> {
        let size = item.size();
        if self.bytes + size > self.room
            && !self.held.is_empty()
            && let Err(error) = self.put_aside()
        {
            self.failed = Some(error);
            return Some(item);
        }
        self.bytes += size;
        self.count += 1;
        self.held.push(item);
        None
    }

    fn put_aside(&mut self) -> io::Result<()> {
        if self.runs.len() >= RUNS {
            return Err(io::Error::other(format!("more than {RUNS} temporary files")));
        }
        self.held.sort_by(T::order);
        let run = write_run(&self.temp, &self.held)?;
        self.aside += run.metadata()?.len();
        self.runs.push(run);
        self.held.clear();
        self.bytes = 0;
        Ok(())
    }

    /// All items in order, and the sorter is empty again. Of equal ones, those that came first are given first.
    pub fn take(&mut self) -> io::Result<Merged<T>> {
        let mut held = std::mem::take(&mut self.held);
        (self.bytes, self.aside, self.count) = (0, 0, 0);
        held.sort_by(T::order);
        Merged::over(std::mem::take(&mut self.runs), held)
    }
}

/// Writes items into a file that has no name, so that nothing of it stays behind. Before each stands how long it is.
fn write_run<T: Sortable>(temp: &Path, items: &[T]) -> io::Result<File> {
    let mut out = BufWriter::with_capacity(1 << 17, tempfile::tempfile_in(temp)?);
    let mut bytes = Vec::new();
    let mut before = None;
    for item in items {
        bytes.clear();
        item.put(before.as_ref(), &mut bytes);
        before = Some(item.shared());
        let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= ITEM);
        let length = length.ok_or_else(|| io::Error::other("a finding is too large to be put aside"))?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(&bytes)?;
    }
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// An ordered run that is read again.
struct Run<T: Sortable> {
    from: BufReader<File>,
    before: Option<T::Shared>,
    bytes: Vec<u8>,
}

impl<T: Sortable> Run<T> {
    fn next(&mut self) -> io::Result<Option<T>> {
        let mut length = [0; 4];
        match self.from.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let damaged = || io::Error::other("what was put aside in the temporary folder was changed");
        let length = Some(u32::from_le_bytes(length)).filter(|length| *length <= ITEM).ok_or_else(damaged)?;
        self.bytes.resize(length as usize, 0);
        self.from.read_exact(&mut self.bytes)?;
        let item = T::take(&mut Bytes(&self.bytes), self.before.as_ref()).ok_or_else(damaged)?;
        self.before = Some(item.shared());
        Ok(Some(item))
    }
}

/// Items of several ordered runs, in order.
pub(crate) struct Merged<T: Sortable> {
    runs: Vec<Run<T>>,
    held: std::vec::IntoIter<T>,
    heads: BinaryHeap<Head<T>>,
    failed: Option<io::Error>,
}

struct Head<T> {
    item: T,
    /// Which run it is of; what was held comes after all of them.
    run: usize,
}

impl<T: Sortable> Merged<T> {
    fn over(runs: Vec<File>, held: Vec<T>) -> io::Result<Merged<T>> {
        let run = |file| Run { from: BufReader::with_capacity(1 << 16, file), before: None, bytes: Vec::new() };
        let runs = runs.into_iter().map(run).collect();
        let mut merged = Merged { runs, held: held.into_iter(), heads: BinaryHeap::new(), failed: None };
        for run in 0..=merged.runs.len() {
            merged.refill(run)?;
        }
        Ok(merged)
    }

    fn refill(&mut self, run: usize) -> io::Result<()> {
        let item = match self.runs.get_mut(run) {
            Some(from) => from.next()?,
            None => self.held.next(),
        };
        self.heads.extend(item.map(|item| Head { item, run }));
        Ok(())
    }
}

impl<T: Sortable> Iterator for Merged<T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<io::Result<T>> {
        if let Some(error) = self.failed.take() {
            self.heads.clear();
            return Some(Err(error));
        }
        let head = self.heads.pop()?;
        self.failed = self.refill(head.run).err();
        Some(Ok(head.item))
    }
}

impl<T: Sortable> Ord for Head<T> {
    /// The heap gives its greatest first, so the earliest is the greatest.
    fn cmp(&self, other: &Head<T>) -> Ordering {
        other.item.order(&self.item).then(other.run.cmp(&self.run))
    }
}

impl<T: Sortable> PartialOrd for Head<T> {
    fn partial_cmp(&self, other: &Head<T>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Sortable> PartialEq for Head<T> {
    fn eq(&self, other: &Head<T>) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T: Sortable> Eq for Head<T> {}
