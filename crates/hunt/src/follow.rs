//! One file that is followed: how far it was judged, and how it is known again.

use crate::blocks::{self, BLOCK, CHUNK, EVTX_HEAD};
use crate::packed::{self, Packing};
use crate::walk::Input;
use decode::kind::{self, Kind};
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file's device and number.
pub(crate) type Key = (u64, u64);

/// How a file is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Lines(Kind),
    Evtx,
    /// It is gone through anew when it has changed.
    Whole,
}

#[derive(Debug)]
pub(crate) struct Followed {
    pub name: String,
    path: PathBuf,
    key: Key,
    pub form: Form,
    /// A named file stays open, to be read to its end when it is moved away.
    open: Option<File>,
    /// Its first bytes, unpacked.
    head: Vec<u8>,
    /// What later lines need of earlier ones: the names of columns.
    pub columns: Arc<[u8]>,
    /// Bytes and lines that were judged.
    offset: u64,
    lines: u64,
    /// In the midst of a line that is too long.
    skipping: bool,
    /// Of a Windows event log: the greatest number that was judged, also in this round, and the next chunk to look at.
    last: u64,
    newest: u64,
    chunk: u64,
    /// Size and time of the last change as they were seen last, and as they were when it was gone through as a whole.
    seen: (u64, i64, i64),
    done: Option<(u64, i64, i64)>,
    rests: bool,
}

/// First bytes by which a file is known again.
const HEAD: u64 = 1_024;

pub(crate) fn key(path: &Path) -> io::Result<Key> {
    fs::metadata(path).map(|meta| key_of(&meta))
}

fn key_of(meta: &Metadata) -> Key {
    (meta.dev(), meta.ino())
}

fn look_of(meta: &Metadata) -> (u64, i64, i64) {
    (meta.len(), meta.mtime(), meta.mtime_nsec())
}

fn read_at(file: &mut File, at: u64, count: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// How a file is followed, and its first bytes as they are unpacked.
fn sniff(file: &mut File) -> io::Result<(Form, Vec<u8>)> {
    let start = read_at(file, 0, kind::START as u64)?;
    let unpacked = |from: &mut dyn Read| {
        let mut head = Vec::new();
        // What cannot be unpacked has no beginning to be known by.
        let _ = from.take(HEAD).read_to_end(&mut head);
        head
    };
    let head = match packed::of(&start) {
        Some(Packing::Gzip) => return Ok((Form::Whole, unpacked(&mut packed::gzip(start.as_slice())))),
        Some(Packing::Zstd) => return Ok((Form::Whole, unpacked(&mut packed::Zstd::new(start.as_slice())))),
        Some(Packing::Zip) => return Ok((Form::Whole, Vec::new())),
        None => start.get(..start.len().min(HEAD as usize)).unwrap_or_default().to_vec(),
    };
    let form = match kind::of(&start) {
        Kind::Evtx => Form::Evtx,
        Kind::Json | Kind::EvtxPiece | Kind::Empty | Kind::Unknown => Form::Whole,
        // UTF-16.
        _ if start.contains(&0) => Form::Whole,
        kind => Form::Lines(kind),
    };
    Ok((form, head))
}

impl Followed {
    fn of(input: &Input) -> io::Result<(Followed, File)> {
        let mut file = File::open(&input.path)?;
        let meta = file.metadata()?;
        let (form, head) = sniff(&mut file)?;
        let open = if input.named { Some(file.try_clone()?) } else { None };
        let followed = Followed {
            name: input.name.clone(),
            path: input.path.clone(),
            key: key_of(&meta),
            form,
            open,
            head,
            columns: Arc::from([]),
            offset: 0,
            lines: 0,
            skipping: false,
            last: 0,
            newest: 0,
            chunk: 0,
            seen: look_of(&meta),
            done: None,
            rests: false,
        };
        Ok((followed, file))
    }

    /// A file that is about to be gone through as it is now: what comes later is what follows.
    pub fn begin(input: &Input) -> io::Result<(Key, Followed)> {
        let (mut followed, mut file) = Followed::of(input)?;
        followed.done = Some(followed.seen);
        match followed.form {
            Form::Whole => {}
            Form::Evtx => {
                let heads = (0..).map(|chunk| read_at(&mut file, EVTX_HEAD + chunk * CHUNK as u64, 64));
                for head in heads.take_while(|head| head.as_ref().is_ok_and(|head| head.len() == 64)) {
                    followed.last = followed.last.max(last_of(&head?));
                }
                followed.newest = followed.last;
            }
            Form::Lines(_) => while followed.next_lines()?.is_some() {},
        }
        Ok((followed.key, followed))
    }

    /// A file that appeared. One that begins as another that is known goes on where that one is: it was copied or packed.
    pub fn fresh<'f>(input: &Input, known: impl Iterator<Item = &'f Followed>) -> io::Result<Followed> {
        let (mut followed, _) = Followed::of(input)?;
        let alike = |other: &&Followed| {
            other.head == followed.head && other.head.len() as u64 == HEAD && matches!(other.form, Form::Lines(_))
        };
        if let Some(other) = { known }.find(alike) {
            match followed.form {
                Form::Lines(_) => {
                    (followed.offset, followed.lines, followed.skipping) = (other.offset, other.lines, other.skipping);
                    followed.columns = Arc::clone(&other.columns);
                }
                Form::Whole => followed.done = Some(followed.seen),
                Form::Evtx => {}
            }
        }
        Ok(followed)
    }

    /// How many bytes are whole lines.
    pub fn limit(&self) -> Option<u64> {
        match self.form {
            Form::Lines(_) => Some(self.offset),
            Form::Evtx | Form::Whole => None,
        }
    }

    pub fn kind(&self) -> Option<Kind> {
        match self.form {
            Form::Lines(kind) => Some(kind),
            Form::Evtx => Some(Kind::Evtx),
            Form::Whole => None,
        }
    }

    /// Of a Windows event log: the number up to which records were judged.
    pub fn after(&self) -> Option<u64> {
        (self.form == Form::Evtx).then_some(self.last)
    }

    pub fn judged(&mut self, newest: u64) {
        self.newest = self.newest.max(newest);
    }

    /// It is only remembered from now on.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// Looks at the file anew: under which name it lies now; and says whether it is another than it was.
    pub fn look(&mut self, input: &Input) -> io::Result<bool> {
        self.name.clone_from(&input.name);
        self.path.clone_from(&input.path);
        let Some(mut file) = self.file()? else { return Ok(false) };
        let look = look_of(&file.metadata()?);
        self.rests = look == self.seen;
        if self.rests {
            return Ok(false);
        }
        let shorter = look.0 < self.seen.0;
        self.seen = look;
        let (form, head) = sniff(&mut file)?;
        let anew = match self.form {
            Form::Lines(_) => shorter || !head.starts_with(&self.head),
            // The header tells the number of the next record (offset 24): a cleared log begins with 1.
            Form::Evtx => {
                form != Form::Evtx || read_at(&mut file, 24, 8)?.try_into().is_ok_and(|next| u64::from_le_bytes(next) < self.last)
            }
            Form::Whole => form != Form::Whole,
        };
        if anew {
            return Ok(true);
        }
        self.head = head;
        self.chunk = 0;
        Ok(false)
    }

    /// Has it changed since it was gone through as a whole, and come to rest? Says so once.
    pub fn ready(&mut self) -> bool {
        let ready = self.rests && self.done != Some(self.seen);
        if ready {
            self.done = Some(self.seen);
        }
        ready
    }

    /// The file, if it is still the one that was followed.
    fn file(&self) -> io::Result<Option<File>> {
        if let Some(open) = &self.open {
            return open.try_clone().map(Some);
        }
        let file = File::open(&self.path)?;
        Ok((key_of(&file.metadata()?) == self.key).then_some(file))
    }

    /// What comes next of the file, and the lines before it; `None` where nothing whole was added.
    pub fn next_piece(&mut self) -> io::Result<Option<(Vec<u8>, u64)>> {
        match self.form {
            Form::Whole => Ok(None),
            Form::Evtx => self.next_chunk(),
            Form::Lines(_) if self.seen.0 <= self.offset && self.open.is_none() => Ok(None),
            Form::Lines(_) => self.next_lines(),
        }
    }

    fn next_lines(&mut self) -> io::Result<Option<(Vec<u8>, u64)>> {
        let Some(mut file) = self.file()? else { return Ok(None) };
        loop {
            let mut piece = read_at(&mut file, self.offset, BLOCK as u64)?;
            if self.skipping {
                let end = memchr::memchr(b'\n', &piece);
                self.offset += end.map_or(piece.len(), |end| end + 1) as u64;
                self.skipping = end.is_none();
                if piece.is_empty() {
                    return Ok(None);
                }
                continue;
            }
            match memchr::memrchr(b'\n', &piece) {
                Some(end) => piece.truncate(end + 1),
                None if piece.len() < BLOCK => return Ok(None),
                None => self.skipping = true,
            }
            self.offset += piece.len() as u64;
            if self.skipping {
                piece.push(b'\n');
            }
            if let Form::Lines(kind) = self.form
                && (kind != Kind::Csv || self.columns.is_empty())
                && let Some(columns) = blocks::head(kind, &piece)
            {
                self.columns = columns;
            }
            let before = self.lines;
            self.lines += memchr::memchr_iter(b'\n', &piece).count() as u64;
            return Ok(Some((piece, before)));
        }
    }

    /// The next chunk with records that were not judged. When it has seen all, it begins again with the next change.
    fn next_chunk(&mut self) -> io::Result<Option<(Vec<u8>, u64)>> {
        let Some(mut file) = self.file()? else { return Ok(None) };
        while self.chunk < u64::MAX {
            let number = self.chunk;
            let chunk = read_at(&mut file, EVTX_HEAD + number * CHUNK as u64, CHUNK as u64)?;
            if chunk.is_empty() {
                self.chunk = u64::MAX;
                self.last = self.newest;
                break;
            }
            self.chunk += 1;
            // A chunk that is being written to is not always told truly by its head.
            if last_of(&chunk) >= self.last {
                return Ok(Some((chunk, number)));
            }
        }
        Ok(None)
    }
}

/// The number of the last record of a chunk, by its head (offset 32, after libevtx); 0 for what is no chunk.
fn last_of(chunk: &[u8]) -> u64 {
    let number = chunk.get(32..40).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
    if chunk.starts_with(b"ElfChnk\0") { number } else { 0 }
}
