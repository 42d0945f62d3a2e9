//! Archives as streams: gzip, Zstandard and ZIP, each bounded, so that no bomb goes off.

use crate::{Bounds, Course};
use flate2::read::MultiGzDecoder;
use ruzstd::decoding::FrameDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use std::io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// How a stream is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
    Zip,
}

/// Tells by its first bytes whether a stream is packed (RFC 1952; RFC 8878, 3.1; APPNOTE.TXT 4.3.7 and 4.3.16).
pub(crate) fn of(start: &[u8]) -> Option<Packing> {
    match start {
        [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Packing::Zstd),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Packing::Zip),
        _ => None,
    }
}

/// What was unpacked of one file on the disk, with all archives within it.
#[derive(Debug)]
pub(crate) struct Meter {
    most: u64,
    ratio: u64,
    members: u64,
    unpacked: AtomicU64,
    counted: AtomicU64,
}

impl Meter {
    /// `size` is that of the file on the disk.
    pub fn new(size: u64, bounds: &Bounds) -> Meter {
        let most = bounds.unpacked.max(size.saturating_mul(bounds.ratio));
        let (ratio, members) = (bounds.ratio, bounds.members);
        Meter { most, ratio, members, unpacked: AtomicU64::new(0), counted: AtomicU64::new(0) }
    }

    fn add(&self, bytes: u64) -> io::Result<()> {
        if self.unpacked.fetch_add(bytes, Relaxed).saturating_add(bytes) <= self.most {
            return Ok(());
        }
        let (most, ratio) = (self.most, self.ratio);
        Err(io::Error::other(format!("it unpacks to over {most} bytes, {ratio} times its size; the rest was passed over")))
    }

    /// Counts the members of an archive.
    pub fn add_members(&self, count: u64) -> io::Result<()> {
        if self.counted.fetch_add(count, Relaxed).saturating_add(count) <= self.members {
            return Ok(());
        }
        Err(io::Error::other(format!("it holds more than {} files in archives; these were passed over", self.members)))
    }
}

/// What comes out of an archive, counted.
pub(crate) struct Metered<R> {
    from: R,
    meter: Arc<Meter>,
}

impl<R: Read> Metered<R> {
    pub fn new(from: R, meter: &Arc<Meter>) -> Metered<R> {
        Metered { from, meter: Arc::clone(meter) }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(room)?;
        self.meter.add(count as u64)?;
        Ok(count)
    }
}

/// The content of a gzip stream, of all its members.
pub(crate) fn gzip<R: Read>(from: R) -> impl Read {
    MultiGzDecoder::new(from)
}

/// The content of a Zstandard stream, frame after frame.
pub(crate) struct Zstd<R> {
    from: BufReader<R>,
    frame: FrameDecoder,
    open: bool,
}

impl<R: Read> Zstd<R> {
    pub fn new(from: R) -> Zstd<R> {
        Zstd { from: BufReader::with_capacity(1 << 17, from), frame: FrameDecoder::new(), open: false }
    }

    /// Begins the next frame; `false` at the end of the stream. What is skippable is skipped.
    fn next_frame(&mut self) -> io::Result<bool> {
        while !self.from.fill_buf()?.is_empty() {
            match self.frame.init(&mut self.from) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut Read::by_ref(&mut self.from).take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(false)
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.open {
                self.open = self.next_frame()?;
                if !self.open {
                    return Ok(0);
                }
            }
            while self.frame.can_collect() == 0 && !self.frame.is_finished() {
                let one = ruzstd::decoding::BlockDecodingStrategy::UptoBlocks(1);
                self.frame.decode_blocks(&mut self.from, one).map_err(io::Error::other)?;
            }
            let count = self.frame.read(room)?;
            if count > 0 || room.is_empty() {
                return Ok(count);
            }
            self.open = false;
        }
    }
}

/// What a ZIP may lie in: a file, or a stream that was kept for the purpose.
pub(crate) trait Seekable: Read + Seek + Send {}
impl<F: Read + Seek + Send> Seekable for F {}

/// A place in a file that several threads read from, each at its own.
#[derive(Clone)]
pub(crate) struct At {
    file: Arc<Mutex<dyn Seekable>>,
    at: u64,
    length: u64,
    /// Where bytes are counted, for a file on the disk.
    course: Option<Arc<Course>>,
}

impl At {
    pub fn new(mut file: impl Seekable + 'static, course: Option<Arc<Course>>) -> io::Result<At> {
        let length = file.seek(SeekFrom::End(0))?;
        Ok(At { file: Arc::new(Mutex::new(file)), at: 0, length, course })
    }
}

impl Read for At {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(self.at))?;
            file.read(room)?
        };
        self.at += count as u64;
        self.course.iter().for_each(|course| course.read(count as u64));
        Ok(count)
    }
}

impl Seek for At {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the beginning of the file"))?;
        Ok(self.at)
    }
}

/// Keeps a stream so that it can be sought in: small ones in memory, others in a temporary file, up to a bound.
pub(crate) fn kept(mut from: impl Read, bounds: &Bounds) -> io::Result<At> {
    let mut room = tempfile::spooled_tempfile_in(1 << 22, &bounds.temp);
    let count = io::copy(&mut Read::by_ref(&mut from).take(bounds.inner), &mut room)?;
    if count == bounds.inner && from.read(&mut [0])? > 0 {
        return Err(io::Error::other(format!("an archive within an archive is larger than {} bytes", bounds.inner)));
    }
    At::new(room, None)
}
