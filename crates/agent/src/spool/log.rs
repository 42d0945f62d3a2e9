use super::frame;
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Records in order, in files of a bounded size: written at the end, read from anywhere, given up from the front.
#[derive(Debug)]
pub struct Log {
    dir: PathBuf,
    /// A segment that has reached this size is followed by a new one.
    size: u64,
    segments: VecDeque<Segment>,
    /// The number of the next record.
    next: u64,
    /// The last segment, open for writing.
    file: Option<File>,
    /// Where the record of a number begins in the segment of a first number: the last read's end.
    cursor: Option<(u64, u64, usize)>,
}

/// One file of records.
#[derive(Debug, Clone)]
pub struct Segment {
    /// The number of its first record, which is its name too.
    pub first: u64,
    /// One above the number of its last record.
    pub end: u64,
    pub bytes: u64,
    pub items: u64,
}

impl Log {
    /// Opens a folder of segments. The torn end that a crash left is cut off; `floor` is the lowest number still free.
    pub fn open(dir: &Path, size: u64, floor: u64) -> io::Result<Log> {
        fs::create_dir_all(dir)?;
        let mut log = Log { dir: dir.to_owned(), size, segments: VecDeque::new(), next: floor.max(1), file: None, cursor: None };
        let mut firsts: Vec<u64> = fs::read_dir(dir)?
            .filter_map(|entry| u64::from_str_radix(entry.ok()?.file_name().to_str()?.strip_suffix(".log")?, 16).ok())
            .collect();
        firsts.sort_unstable();
        for first in firsts {
            let bytes = fs::read(log.path(first))?;
            let (records, end) = frame::all(&bytes);
            if end < bytes.len() {
                tracing::warn!(segment = first, torn = bytes.len() - end, "the spool ends in a torn record: it is cut off");
                OpenOptions::new().write(true).open(log.path(first))?.set_len(size_of(end))?;
            }
            let Some((last, _)) = records.last() else {
                fs::remove_file(log.path(first))?;
                continue;
            };
            log.next = log.next.max(last + 1);
            log.segments.push_back(Segment { first, end: last + 1, bytes: size_of(end), items: size_of(records.len()) });
        }
        Ok(log)
    }

    /// The number that the next record gets.
    pub fn next(&self) -> u64 {
        self.next
    }

    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Bytes in segments that hold any record from `number` on.
    pub fn bytes_from(&self, number: u64) -> u64 {
        self.segments.iter().filter(|segment| segment.end > number).map(|segment| segment.bytes).sum()
    }

    /// Appends all of the records durably, or none of them.
    pub fn append<'a>(&mut self, records: impl Iterator<Item = &'a [u8]>) -> io::Result<()> {
        let (mut buffer, mut number) = (Vec::new(), self.next);
        for record in records {
            frame::put(&mut buffer, number, record);
            number += 1;
        }
        if number == self.next {
            return Ok(());
        }
        let fresh = self.segments.back().is_none_or(|last| last.bytes >= self.size);
        if fresh {
            self.begin()?;
        }
        let written = self.write(&buffer);
        let Some(last) = self.segments.back_mut() else { return Err(io::Error::other("no segment")) };
        if let Err(why) = written {
            let kept = last.bytes;
            if let Some(file) = &self.file {
                let _ = file.set_len(kept);
            }
            if fresh {
                self.remove_last();
            }
            return Err(why);
        }
        last.bytes += size_of(buffer.len());
        last.items += number - self.next;
        last.end = number;
        self.next = number;
        Ok(())
    }

    fn begin(&mut self) -> io::Result<()> {
        let file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(self.path(self.next))?;
        File::open(&self.dir)?.sync_all()?;
        self.file = Some(file);
        self.segments.push_back(Segment { first: self.next, end: self.next, bytes: 0, items: 0 });
        Ok(())
    }

    fn write(&mut self, buffer: &[u8]) -> io::Result<()> {
        let Some(last) = self.segments.back() else { return Err(io::Error::other("no segment")) };
        let (first, at) = (last.first, last.bytes);
        if self.file.is_none() {
            self.file = Some(OpenOptions::new().write(true).open(self.path(first))?);
        }
        let Some(file) = &mut self.file else { return Err(io::Error::other("no file")) };
        file.seek(SeekFrom::Start(at))?;
        file.write_all(buffer)?;
        file.sync_data()
    }

    fn remove_last(&mut self) {
        self.file = None;
        if let Some(segment) = self.segments.pop_back() {
            let _ = fs::remove_file(self.path(segment.first));
        }
    }

    /// Records from `number` on, as many as both limits allow (at least one if there is any).
    pub fn read(&mut self, number: u64, items: usize, bytes: usize) -> Vec<(u64, Vec<u8>)> {
        let (mut read, mut size) = (Vec::new(), 0);
        for segment in self.segments.clone().iter().filter(|segment| segment.end > number) {
            let Ok(content) = fs::read(self.path(segment.first)) else {
                tracing::error!(segment = segment.first, "a part of the spool cannot be read");
                continue;
            };
            let mut at = match self.cursor {
                Some((first, reached, at)) if first == segment.first && reached <= number => at,
                _ => 0,
            };
            while let Some((found, record, taken)) = content.get(at..).and_then(frame::take) {
                if found >= number {
                    size += record.len();
                    if read.len() >= items || (size > bytes && !read.is_empty()) {
                        self.cursor = Some((segment.first, found, at));
                        return read;
                    }
                    read.push((found, record.to_vec()));
                }
                at += taken;
            }
            self.cursor = Some((segment.first, segment.end, at));
        }
        read
    }

    /// Gives up the segments that hold nothing from `number` on.
    pub fn forget_below(&mut self, number: u64) {
        while let Some(oldest) = self.segments.front()
            && oldest.end <= number
        {
            self.drop_one(oldest.first);
        }
    }

    /// The oldest segment all of whose records are from `number` on.
    pub fn oldest_from(&self, number: u64) -> Option<Segment> {
        self.segments.iter().find(|segment| segment.first >= number).cloned()
    }

    /// Gives up the segment of this first number, if there is one; numbers go on where they were.
    pub fn drop_one(&mut self, first: u64) {
        let Some(place) = self.segments.iter().position(|segment| segment.first == first) else { return };
        if place + 1 == self.segments.len() {
            self.file = None;
        }
        self.segments.remove(place);
        self.remove(first);
    }

    /// Writes a segment anew with only the records that `keep` chooses; says how many went.
    pub fn thin(&mut self, segment: &Segment, mut keep: impl FnMut(&[u8]) -> bool) -> io::Result<u64> {
        let content = fs::read(self.path(segment.first))?;
        let (records, _) = frame::all(&content);
        let (mut buffer, mut kept, mut end) = (Vec::new(), 0, segment.first);
        for (number, record) in &records {
            if keep(record) {
                frame::put(&mut buffer, *number, record);
                kept += 1;
                end = number + 1;
            }
        }
        let gone = size_of(records.len()) - kept;
        if gone == 0 {
            return Ok(0);
        }
        if kept == 0 {
            self.drop_one(segment.first);
            return Ok(gone);
        }
        let beside = self.dir.join("thinned.new");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        file.write_all(&buffer)?;
        file.sync_all()?;
        fs::rename(&beside, self.path(segment.first))?;
        self.cursor = None;
        self.file = None;
        for own in self.segments.iter_mut().filter(|own| own.first == segment.first) {
            (own.bytes, own.items, own.end) = (size_of(buffer.len()), kept, end);
        }
        Ok(gone)
    }

    fn remove(&self, first: u64) {
        if let Err(why) = fs::remove_file(self.path(first)) {
            tracing::warn!(segment = first, "a part of the spool that is no longer needed cannot be removed: {why}");
        }
    }

    fn path(&self, first: u64) -> PathBuf {
        self.dir.join(format!("{first:016x}.log"))
    }
}

fn size_of(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
