//! The threads of a hunt: who reads what, and what is handed over.

use crate::blocks::{Block, Cutter, Opened};
use crate::desk::{Brief, Desk, Piece};
use crate::packed::{self, At, Meter, Metered, Packing};
use crate::queue::{Member, Queue, Work};
use crate::resume::{Done, Identity};
use crate::source::{Source, Trouble};
use crate::sums::Collector;
use crate::{Bounds, Course, Input};
use decode::kind::{self, Kind};
use decode::text::{self, Bytes};
use decode::windows::Mapping;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::SyncSender;
use zip::ZipArchive;

/// What all threads share.
pub(crate) struct Crew {
    pub brief: Arc<Brief>,
    pub bounds: Bounds,
    pub course: Arc<Course>,
    pub queue: Queue,
    /// What an earlier hunt had finished.
    pub done: Done,
    /// Is it written down what is finished?
    pub kept: bool,
    /// Are sums asked for?
    pub sums: bool,
    /// Blocks so far, to tell them apart.
    pub units: AtomicU64,
}

/// What a thread hands over.
pub(crate) enum Sent {
    /// Something of a block; with `done` if it is the last of it.
    Piece { unit: u64, piece: Piece, done: Option<Finished> },
    /// A file is opened, and this is what it looks like.
    File { input: Arc<str>, identity: Identity },
    /// What a thread saw in all, at its end.
    Sums(Box<Collector>),
}

/// A block that was judged to its end.
pub(crate) struct Finished {
    pub input: Arc<str>,
    pub file: Arc<str>,
    pub part: u32,
}

/// A stream, and where it comes from.
#[derive(Clone)]
pub(crate) struct About {
    pub name: String,
    pub input: Arc<str>,
    pub named: bool,
    pub meter: Arc<Meter>,
    pub depth: usize,
}

/// One thread.
pub(crate) struct Worker<'c> {
    crew: &'c Crew,
    desk: Desk,
    send: SyncSender<Sent>,
}

/// Counts what is read of a file.
struct Counted<R> {
    from: R,
    course: Arc<Course>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(room)?;
        self.course.read(count as u64);
        Ok(count)
    }
}

/// What a stream is that begins so.
fn kind_of(start: &[u8]) -> io::Result<Kind> {
    let mut text = Vec::new();
    Bytes::new(start)?.read_to_end(&mut text)?;
    Ok(match kind::of(start) {
        // A beginning of blank lines only says that it is nothing known.
        Kind::Empty if start.len() >= kind::START => Kind::Unknown,
        // Braces are found among any bytes, but zero bytes in no JSON.
        Kind::Json if text.contains(&0) => Kind::Unknown,
        kind => kind,
    })
}

/// The rest of a stream whose beginning could be read.
enum Rest<'r> {
    Whole(&'r mut dyn Read),
    Failed(Option<io::Error>),
}

impl Read for Rest<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Rest::Whole(from) => from.read(room),
            Rest::Failed(error) => error.take().map_or(Ok(0), Err),
        }
    }
}

impl<'c> Worker<'c> {
    pub fn new(crew: &'c Crew, mapping: &Arc<Mapping>, send: SyncSender<Sent>) -> Worker<'c> {
        Worker { crew, desk: Desk::new(Arc::clone(&crew.brief), mapping, crew.sums), send }
    }

    /// Works until nothing is left, or the hunt was stopped.
    pub fn run(mut self) {
        let crew = self.crew;
        while let Some((work, _busy)) = crew.queue.take(&crew.course) {
            match work {
                Work::Input(input) => self.input(&input),
                Work::Member(member) => self.member(member),
                Work::Block(block) => self.block(block),
            }
        }
        if let Some(sums) = self.desk.sums.take() {
            self.send(Sent::Sums(Box::new(sums)));
        }
    }

    fn send(&self, sent: Sent) {
        // Nobody listens any more only if the hunt itself ended by a panic, which says more than this could.
        let _ = self.send.send(sent);
    }

    /// Hands over what does not belong to a block.
    fn hand_over(&mut self) {
        let piece = std::mem::take(&mut self.desk.piece);
        self.crew.course.judged(piece.counts.files, 0, 0);
        self.send(Sent::Piece { unit: self.crew.units.fetch_add(1, Relaxed), piece, done: None });
    }

    fn tell(&mut self, about: &About, error: &io::Error) {
        self.desk.piece.counts.files += 1;
        // What concerns a file as a whole comes before what concerns its records.
        self.desk.tell(&about.name, 0, Trouble { line: None, reason: error.to_string() });
        self.hand_over();
    }

    fn input(&mut self, input: &Input) {
        let name: Arc<str> = input.name.as_str().into();
        let meter = Arc::new(Meter::new(input.size, &self.crew.bounds));
        let about = About { name: input.name.clone(), input: Arc::clone(&name), named: input.named, meter, depth: 0 };
        if input.is_stdin() {
            return self.stream(&mut io::stdin().lock(), &about, None);
        }
        if self.crew.kept {
            match Identity::of(&input.path) {
                Ok(identity) => self.send(Sent::File { input: name, identity }),
                Err(error) => return self.tell(&about, &error),
            }
        }
        match File::open(&input.path) {
            Ok(file) => {
                let file = file.take(input.limit.unwrap_or(u64::MAX));
                let mut counted = Counted { from: file, course: Arc::clone(&self.crew.course) };
                self.stream(&mut counted, &about, Some(input));
            }
            Err(error) => self.tell(&about, &error),
        }
    }

    /// Reads a stream of whichever kind. `disk` is the file that the stream is the whole of.
    fn stream(&mut self, from: &mut dyn Read, about: &About, disk: Option<&Input>) {
        let mut start = Vec::with_capacity(kind::START);
        let rest = match Read::by_ref(&mut Read::take(&mut *from, kind::START as u64)).read_to_end(&mut start) {
            Ok(_) => Rest::Whole(from),
            Err(error) => Rest::Failed(Some(error)),
        };
        let mut whole = start.as_slice().chain(rest);
        let read = match packed::of(&start) {
            Some(packing) => self.unpack(packing, &mut whole, about, disk),
            None => kind_of(&start).and_then(|kind| self.plain(kind, &mut whole, about)),
        };
        if let Err(error) = read {
            self.tell(about, &error);
        }
    }

    fn unpack(&mut self, packing: Packing, whole: &mut dyn Read, about: &About, disk: Option<&Input>) -> io::Result<()> {
        if about.depth >= self.crew.bounds.depth {
            return Err(io::Error::other("archives are nested too deep"));
        }
        let about = About { depth: about.depth + 1, ..about.clone() };
        match packing {
            Packing::Gzip => self.stream(&mut Metered::new(packed::gzip(whole), &about.meter), &about, None),
            Packing::Zstd => self.stream(&mut Metered::new(packed::Zstd::new(whole), &about.meter), &about, None),
            Packing::Zip => {
                let at = match disk {
                    Some(input) => At::new(File::open(&input.path)?, Some(Arc::clone(&self.crew.course)))?,
                    None => packed::kept(whole, &self.crew.bounds)?,
                };
                let archive = ZipArchive::new(at)?;
                about.meter.add_members(archive.len() as u64)?;
                self.crew.queue.add_members((0..archive.len()).map(|index| Member {
                    archive: archive.clone(),
                    index,
                    about: about.clone(),
                }));
            }
        }
        Ok(())
    }

    fn member(&mut self, mut member: Member) {
        let mut about = member.about;
        about.named = false;
        let name = member.archive.name_for_index(member.index).unwrap_or_default().to_owned();
        let archive = std::mem::take(&mut about.name);
        match member.archive.by_index(member.index) {
            Ok(file) if file.is_dir() => {}
            Ok(mut file) => {
                // Japanese names are often in Shift_JIS, which ZIP itself does not know.
                about.name = format!("{archive}/{}", text::decode(file.name_raw()));
                let meter = Arc::clone(&about.meter);
                self.stream(&mut Metered::new(&mut file, &meter), &about, None);
            }
            Err(error) => {
                about.name = format!("{archive}/{name}");
                self.tell(&about, &error.into());
            }
        }
    }

    fn plain(&mut self, kind: Kind, whole: &mut dyn Read, about: &About) -> io::Result<()> {
        let opened = Opened { name: about.name.as_str().into(), input: Arc::clone(&about.input), kind };
        match kind {
            Kind::Empty => self.ended(),
            Kind::Unknown if about.named => return Err(io::Error::other("this is no kind of log that can be read")),
            Kind::Unknown => {
                self.desk.piece.counts.passed += 1;
                self.hand_over();
            }
            Kind::Json | Kind::EvtxPiece => self.undivided(whole, &opened)?,
            Kind::Evtx => self.blocks(Cutter::new(whole, opened)?)?,
            Kind::JsonLines
            | Kind::Audit
            | Kind::Syslog
            | Kind::Cisco
            | Kind::WebAccess
            | Kind::WebError
            | Kind::Csv
            | Kind::W3c
            | Kind::ZeekTsv
            | Kind::Squid => self.blocks(Cutter::new(Bytes::new(whole)?, opened)?)?,
        }
        Ok(())
    }

    fn ended(&mut self) {
        self.desk.piece.counts.files += 1;
        self.hand_over();
    }

    /// Cuts a stream into blocks; those for which no other thread has time are judged here.
    fn blocks<R: Read>(&mut self, mut cutter: Cutter<R>) -> io::Result<()> {
        while !self.crew.course.stopped() {
            let Some(block) = cutter.next_block(self.crew.queue.room())? else { break };
            if self.crew.done.has(&block.of.input, &block.of.name, block.part) {
                let mut source = self.desk.source(&block);
                self.desk.sum(&mut source, &self.crew.course)?;
                self.crew.queue.give_back(block.bytes);
            } else if let Some(block) = self.crew.queue.offer(block) {
                self.block(block);
            }
        }
        Ok(())
    }

    fn block(&mut self, block: Block) {
        let judged = {
            let mut source = self.desk.source(&block);
            self.judge(&mut source, &block.of, block.part, block.last)
        };
        if let Err(error) = judged {
            self.desk.tell(&block.of.name, block.part, Trouble { line: None, reason: error.to_string() });
        }
        self.crew.queue.give_back(block.bytes);
    }

    /// A stream that has no lines or chunks to cut it at is one block.
    fn undivided(&mut self, mut whole: &mut dyn Read, opened: &Opened) -> io::Result<()> {
        let mut source = match opened.kind {
            Kind::Json => Source::objects(&mut whole)?,
            _ => Source::carved(&mut whole),
        };
        if self.crew.done.has(&opened.input, &opened.name, 0) {
            return self.desk.sum(&mut source, &self.crew.course);
        }
        self.judge(&mut source, opened, 0, true)
    }

    fn judge(&mut self, source: &mut Source<'_>, of: &Opened, part: u32, last: bool) -> io::Result<()> {
        let unit = self.crew.units.fetch_add(1, Relaxed);
        let (send, course) = (&self.send, &*self.crew.course);
        let hand = &mut |piece: Piece| {
            course.judged(0, piece.counts.events, piece.found.len() as u64);
            let _ = send.send(Sent::Piece { unit, piece, done: None });
        };
        let whole = self.desk.judge(&of.name, part, source, course, hand);
        let mut piece = std::mem::take(&mut self.desk.piece);
        let done = whole.as_ref().is_ok_and(|whole| *whole);
        piece.counts.files += u64::from(done && last);
        course.judged(piece.counts.files, piece.counts.events, piece.found.len() as u64);
        let finished = Finished { input: Arc::clone(&of.input), file: Arc::clone(&of.name), part };
        self.send(Sent::Piece { unit, piece, done: done.then_some(finished) });
        whole.map(|_| ())
    }
}
