//! A hunt from its beginning to its end.

use crate::about::{Bounds, Options, Summary};
use crate::catch::Catch;
use crate::choice::Choice;
use crate::correlating::Correlating;
use crate::course::Course;
use crate::crew::{Crew, Sent, Worker};
use crate::desk::{Brief, Counts, Piece, TOLD, Told};
use crate::exclude::Exclusions;
use crate::kept::Found;
use crate::queue::Queue;
use crate::resume::{Done, State};
use crate::sorted::Sorter;
use crate::sums::{Collector, Sums};
use crate::walk::{self, Input};
use decode::windows::Mapping;
use sigma::{Fault, Rules};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::sync_channel;
use std::thread;

/// Everything that a hunt is asked. Set what differs from the default, then call `over` or `run`.
#[derive(Debug, Clone)]
pub struct Hunt {
    pub rules: Arc<Rules>,
    pub options: Options,
    pub choice: Choice,
    pub exclusions: Exclusions,
    pub bounds: Bounds,
    /// Threads that read and judge.
    pub threads: usize,
    /// A file in which it is written down what is finished, and the mark of the rules' texts.
    pub resume: Option<(PathBuf, String)>,
}

/// What is wanted beside the findings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aims {
    pub sums: bool,
    /// More events will come: what correlations leave open stays open.
    pub goes_on: bool,
}

/// Faults told in all.
const TOLD_IN_ALL: usize = 10_000;
const MOST_THREADS: usize = 256;

impl Hunt {
    /// A hunt for everything, on all cores.
    pub fn new(rules: Arc<Rules>, options: Options) -> Hunt {
        let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (choice, exclusions, bounds) = (Choice::default(), Exclusions::default(), Bounds::default());
        Hunt { rules, options, choice, exclusions, bounds, threads, resume: None }
    }

    /// Goes through files and folders, with all that lies in them; `-` is what comes in on standard input.
    pub fn over(&self, paths: &[PathBuf], on: &mut dyn FnMut(&Catch<'_>)) -> Summary {
        self.run(paths, &Arc::default(), on)
    }

    /// As `over`; `course` tells how far it has come, and stops it. Findings are told when all files are read, in the order of
    /// time; then of file and record, so that they are the same however many threads there were.
    pub fn run(&self, paths: &[PathBuf], course: &Arc<Course>, on: &mut dyn FnMut(&Catch<'_>)) -> Summary {
        let (inputs, faults) = walk::inputs(paths);
        let mut summary = self.files(inputs, course, on);
        summary.tell(faults);
        summary
    }

    /// As `run`, with the sums that an engineer looks at first.
    pub fn run_and_sums(&self, paths: &[PathBuf], course: &Arc<Course>, on: &mut dyn FnMut(&Catch<'_>)) -> (Summary, Sums) {
        let (inputs, faults) = walk::inputs(paths);
        let (mut summary, sums) = self.files_and_sums(inputs, course, on);
        summary.tell(faults);
        (summary, sums)
    }

    /// As `run`, over files that each have a name to be called by.
    pub fn files(&self, inputs: Vec<Input>, course: &Arc<Course>, on: &mut dyn FnMut(&Catch<'_>)) -> Summary {
        self.gathered(inputs, course, Aims { sums: false, goes_on: false }, on).0
    }

    /// As `files`, with the sums that an engineer looks at first.
    pub fn files_and_sums(&self, inputs: Vec<Input>, course: &Arc<Course>, on: &mut dyn FnMut(&Catch<'_>)) -> (Summary, Sums) {
        let (summary, _, sums) = self.gathered(inputs, course, Aims { sums: true, goes_on: false }, on);
        (summary, sums)
    }

    pub(crate) fn brief(&self) -> Arc<Brief> {
        let (rules, options) = (Arc::clone(&self.rules), self.options.clone());
        Arc::new(Brief::new(rules, options, self.choice.clone(), self.exclusions.clone()))
    }

    /// As `files`; what the correlations remember is given as well, so that it can go on from there.
    pub(crate) fn gathered(
        &self,
        inputs: Vec<Input>,
        course: &Arc<Course>,
        aims: Aims,
        on: &mut dyn FnMut(&Catch<'_>),
    ) -> (Summary, Correlating, Sums) {
        let brief = self.brief();
        let mut gather = Gather::new(&brief, &self.bounds);
        gather.sums = aims.sums.then(Collector::new);
        course.expect(inputs.iter().map(|input| input.size).sum());
        if let Err(error) = self.gather(inputs, course, &brief, &mut gather) {
            gather.fail("the hunt", &error.to_string());
        }
        let sums = gather.sums.take().map(Collector::finish).unwrap_or_default();
        let (summary, correlating) = gather.end(on, course.stopped(), aims.goes_on);
        (summary, correlating, sums)
    }

    /// What lies in files, not correlated yet.
    pub(crate) fn collected(&self, inputs: Vec<Input>, course: &Arc<Course>) -> Gather {
        let brief = self.brief();
        let mut gather = Gather::new(&brief, &self.bounds);
        let once = Hunt { resume: None, ..self.clone() };
        if let Err(error) = once.gather(inputs, course, &brief, &mut gather) {
            gather.fail("the hunt", &error.to_string());
        }
        gather
    }

    fn gather(&self, inputs: Vec<Input>, course: &Arc<Course>, brief: &Arc<Brief>, gather: &mut Gather) -> io::Result<()> {
        let mut done = Done::default();
        if let Some((path, mark)) = &self.resume {
            let (options, choice, all) = (&self.options, &self.choice, &self.exclusions.all);
            let mark = format!("{mark} {} {} {choice:?} {all:?}", options.min_level, options.east);
            let (mut state, finished) = State::open(path, &mark, options.now, &inputs)?;
            state.replay(&finished, &mut |piece| gather.piece(piece))?;
            gather.resumed = finished.len();
            gather.state = Some(state);
            done = finished;
        }
        let crew = Crew {
            brief: Arc::clone(brief),
            bounds: self.bounds.clone(),
            course: Arc::clone(course),
            queue: Queue::new(inputs),
            kept: self.resume.is_some(),
            sums: gather.sums.is_some(),
            units: AtomicU64::new(done.next_unit),
            done,
        };
        let threads = self.threads.clamp(1, MOST_THREADS);
        let mapping = Arc::new(Mapping::own().map_err(io::Error::other)?);
        thread::scope(|scope| {
            let (send, receive) = sync_channel(threads * 2);
            for _ in 0..threads {
                let worker = Worker::new(&crew, &mapping, send.clone());
                scope.spawn(move || worker.run());
            }
            drop(send);
            for sent in receive {
                gather.take(sent);
            }
        });
        Ok(())
    }
}

impl Summary {
    /// Adds what was wrong beside what the threads met with.
    pub(crate) fn tell(&mut self, faults: Vec<Fault>) {
        self.errors += faults.len() as u64;
        let room = TOLD_IN_ALL.saturating_sub(self.faults.len());
        self.faults.extend(faults.into_iter().take(room));
    }
}

/// Where everything comes together.
pub(crate) struct Gather {
    brief: Arc<Brief>,
    pub found: Sorter<Found>,
    pub correlating: Correlating,
    state: Option<State>,
    pub counts: Counts,
    pub faults: BTreeMap<String, Vec<Told>>,
    findings: u64,
    lost: u64,
    resumed: u64,
    pub sums: Option<Collector>,
}

impl Gather {
    fn new(brief: &Arc<Brief>, bounds: &Bounds) -> Gather {
        Gather {
            brief: Arc::clone(brief),
            found: Sorter::new(bounds.memory, bounds.temp.clone()),
            correlating: Correlating::new(brief, bounds),
            state: None,
            counts: Counts::default(),
            faults: BTreeMap::new(),
            findings: 0,
            lost: 0,
            resumed: 0,
            sums: None,
        }
    }

    fn take(&mut self, sent: Sent) {
        if let Some(state) = &mut self.state
            && let Err(error) = state.keep(&sent)
        {
            self.state = None;
            self.fail("the state to go on from", &format!("cannot be written any more: {error}"));
        }
        match sent {
            Sent::Piece { piece, .. } => self.piece(piece),
            Sent::File { .. } => {}
            Sent::Sums(more) => {
                if let Some(sums) = &mut self.sums {
                    sums.merge(*more);
                }
            }
        }
    }

    fn piece(&mut self, piece: Piece) {
        self.counts.add(&piece.counts);
        for told in piece.faults {
            let known = self.faults.entry(told.file.clone()).or_default();
            let at = known.partition_point(|before| (before.part, before.line) <= (told.part, told.line));
            known.insert(at, told);
            known.truncate(TOLD);
        }
        for found in piece.found {
            keep(&mut self.found, found, &mut self.findings, &mut self.lost);
        }
        let Gather { correlating, found, findings, lost, .. } = self;
        let mut failed = None;
        for feed in piece.feeds {
            let outcome = correlating.wait(feed, &mut |new| keep(found, new, findings, lost));
            failed = failed.or(outcome.err());
        }
        if let Some(error) = failed {
            self.fail("events for correlations", &error.to_string());
        }
    }

    /// Tells of something that belongs to no file.
    fn fail(&mut self, what: &str, reason: &str) {
        self.counts.errors += 1;
        let told = Told { file: what.to_owned(), part: 0, line: None, reason: reason.to_owned() };
        let known = self.faults.entry(what.to_owned()).or_default();
        if known.len() < TOLD {
            known.push(told);
        }
    }

    /// Correlates, and tells everything in order.
    fn end(mut self, on: &mut dyn FnMut(&Catch<'_>), stopped: bool, goes_on: bool) -> (Summary, Correlating) {
        let Gather { correlating, found, findings, lost, .. } = &mut self;
        if let Err(error) = correlating.finish(goes_on, &mut |new| keep(found, new, findings, lost)) {
            self.fail("events for correlations", &error.to_string());
        }
        self.counts.add(&std::mem::take(&mut self.correlating.excluded));
        if let (Some(error), true) = (self.found.failed.take(), self.lost > 0) {
            let reason = format!("{} findings could not be kept: {error}", self.lost);
            self.fail("the temporary folder", &reason);
        }
        let outcome = self.found.take().and_then(|merged| {
            for found in merged {
                on(&Catch::new(&self.brief.rules, &found?));
            }
            Ok(())
        });
        if let Err(error) = outcome {
            self.fail("the temporary folder", &error.to_string());
        }
        self.summary(stopped)
    }

    fn summary(self, stopped: bool) -> (Summary, Correlating) {
        let Counts { files, passed, events, outside, errors, mut excluded } = self.counts;
        excluded.resize(self.brief.exclusions.all.len(), 0);
        let told = self.faults.into_values().flatten().take(TOLD_IN_ALL);
        let fault =
            |told: Told| Fault { file: told.file, line: told.line.and_then(|n| usize::try_from(n).ok()), reason: told.reason };
        let summary = Summary {
            files,
            passed,
            events,
            outside,
            findings: self.findings,
            excluded,
            errors,
            faults: told.map(fault).collect(),
            forgotten: self.correlating.forgotten(),
            early: self.correlating.early,
            lost: self.lost,
            resumed: self.resumed,
            stopped,
        };
        (summary, self.correlating)
    }
}

fn keep(sorter: &mut Sorter<Found>, found: Found, findings: &mut u64, lost: &mut u64) {
    *findings += 1;
    *lost += u64::from(sorter.push(found).is_some());
}
