//! The hunt itself, as a job: it may be killed at any moment, and goes on from there when it is taken up again.

use super::judging::PackUsed;
use super::rules::{self, Brought, Ending, Kind, Line};
use super::{Judging, Limits, Taking, going_on, store};
use crate::detection;
use crate::incident;
use ::hunt::report::{self, OwnerText};
use ::hunt::{Course, Gatherer, Hunt, Made, Options, outcome};
use ::store::{Actor, Arrived, Arriving, Blobs, Claimed};
use ::web::App;
use base::*;
use sigma::Level;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A hunt that was taken up so often without coming to its end is given up.
const MOST_TRIES: i64 = 5;
/// How often it is told how far it has come, and asked whether somebody wants it to stop.
const PACE: Duration = Duration::from_secs(1);
/// After so many of these the job's lease is renewed.
const RENEW: u32 = 8;
/// Findings that the report holds.
const KEPT: usize = 20_000;
/// Bytes of the file of all findings, and of the timeline; further findings are only counted.
const MOST_BYTES: u64 = 256 << 20;
/// Japan's time: what logs mean that name no zone.
const EAST: i64 = 9 * Moment::HOUR;
/// Lower findings are not told.
const LEAST: Level = Level::Low;

/// Everything that the thread of a hunt needs.
struct Asked {
    id: HuntId,
    files: Vec<incident::Attachment>,
    paths: Vec<PathBuf>,
    started: Moment,
    judging: Arc<Judging>,
    texts: Arc<detection::Rules>,
    limits: Limits,
    blobs: Blobs,
    /// What is finished is written there.
    state: PathBuf,
    version: &'static str,
    clock: Clock,
}

/// What it brings back.
struct Home {
    outputs: Vec<(Kind, Arrived)>,
    brought: Brought,
    lines: Vec<Line>,
    findings: u64,
}

/// Ends the hunt's thread when whoever waits for it is gone.
struct Leash(Arc<Course>);

impl Drop for Leash {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Works on a hunt until it has ended. Nothing is done for one that has ended or was deleted.
pub async fn work(app: &App, job: &Claimed) -> Result<()> {
    let Fact::HuntStarted { hunt: id, .. } = &job.fact else {
        return Err(Problem::internal("a hunt follows its beginning only"));
    };
    until_ended(app, job, id).await?;
    // It has ended, now or before: nothing goes on from here.
    let (folder, id) = (app.store.blobs().to_go_on(&job.company), id.clone());
    let forgotten = tokio::task::spawn_blocking(move || going_on::forget(&folder, &id)).await.map_err(Problem::internal)?;
    forgotten.map_err(Problem::internal)
}

async fn until_ended(app: &App, job: &Claimed, id: &HuntId) -> Result<()> {
    let hunt = match store::find(&mut app.store.read(&job.company).await?, id).await {
        Err(Problem::NotFound) => return Ok(()),
        found => found?,
    };
    if hunt.ended.is_some() {
        return Ok(());
    }
    if job.tries > MOST_TRIES {
        tracing::error!(hunt = %id, "hunt {id} was taken up {} times and never ended", job.tries);
        end(app, job, &hunt, None).await?;
    } else {
        let asked = ask(app, job, &hunt).await?;
        let mut tx = app.store.write(&job.company, Actor::System).await?;
        store::take_up(&mut tx, id).await?;
        tx.commit().await?;
        app.store.moved_on(&job.company, "hunt-progressed");
        let home = hunted(app, job, asked, hunt.stop.is_some()).await?;
        end(app, job, &hunt, Some(home)).await?;
    }
    Ok(())
}

async fn ask(app: &App, job: &Claimed, hunt: &store::Hunt) -> Result<Asked> {
    let mut tx = app.store.read(&job.company).await?;
    let mut files = incident::attachments(&mut tx, &hunt.incident).await?;
    drop(tx);
    files.retain(|file| hunt.files.contains(&file.id));
    let blobs = app.store.blobs().clone();
    let paths = files.iter().map(|file| blobs.place(&job.company, &file.sha256)).collect::<Result<_>>()?;
    let (judging, version) = (app.shelf.get::<Judging>()?, app.site.version);
    let mark = format!("{version} {}", judging.mark);
    Ok(Asked {
        id: hunt.id.clone(),
        files,
        paths,
        started: hunt.started,
        judging,
        texts: app.shelf.get()?,
        limits: app.shelf.get::<Taking>()?.limits.clone(),
        state: going_on::place(&blobs.to_go_on(&job.company), &hunt.id, &mark),
        blobs,
        version,
        clock: app.store.clock().clone(),
    })
}

/// Lets a thread hunt, and tells meanwhile how far it has come.
async fn hunted(app: &App, job: &Claimed, asked: Asked, stop: bool) -> Result<Home> {
    let (id, course, state) = (asked.id.clone(), Arc::new(Course::default()), asked.state.clone());
    let leash = Leash(Arc::clone(&course));
    if stop {
        course.stop();
    }
    let mut thread = tokio::task::spawn_blocking({
        let course = Arc::clone(&course);
        move || hunt_now(&asked, &course)
    });
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut ticks = 0_u32;
    let home = loop {
        tokio::select! {
            home = &mut thread => break home,
            _ = pace.tick() => {}
        }
        ticks = ticks.wrapping_add(1);
        if ticks.is_multiple_of(RENEW) {
            app.store.keep_job(&job.id).await?;
        }
        if tell(app, job, &id, &course).await? {
            course.stop();
        }
        match going_on::hold_within(&state, going_on::MOST_BYTES) {
            Ok(true) => tracing::warn!(hunt = %id, "the state of hunt {id} became too large; killed now, it begins anew"),
            Ok(false) => {}
            Err(error) => tracing::warn!(hunt = %id, "the state of hunt {id} cannot be looked at: {error}"),
        }
    };
    drop(leash);
    home.map_err(Problem::internal)?.map_err(|error| {
        tracing::error!(hunt = %id, "hunt {id} could not be written: {error}");
        Problem::NoRoom
    })
}

/// Writes down how far it has come; does somebody want it to stop?
async fn tell(app: &App, job: &Claimed, id: &HuntId, course: &Course) -> Result<bool> {
    let so_far = course.so_far();
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let so_far = [so_far.total, so_far.bytes, so_far.events, so_far.findings].map(number);
    let mut tx = app.store.write(&job.company, Actor::System).await?;
    store::move_on(&mut tx, id, so_far).await?;
    let stop = store::find(&mut tx, id).await?.stop.is_some();
    tx.commit().await?;
    app.store.moved_on(&job.company, "hunt-progressed");
    Ok(stop)
}

/// Keeps what it brought, joins it to the incident and says so in the ledger, all or nothing.
async fn end(app: &App, job: &Claimed, hunt: &store::Hunt, home: Option<Home>) -> Result<()> {
    let mut tx = app.store.write(&job.company, Actor::System).await?;
    let stopped = store::find(&mut tx, &hunt.id).await?.stop.is_some();
    let (ending, findings) = match &home {
        None => (Ending::Failed, 0),
        Some(home) => (if stopped { Ending::Stopped } else { Ending::Done }, i64::try_from(home.findings).unwrap_or(i64::MAX)),
    };
    let sha256 = home.iter().flat_map(|home| &home.outputs).map(|(_, arrived)| arrived.sha256.clone()).collect();
    tx.tell(Fact::HuntEnded {
        hunt: hunt.id.clone(),
        incident: hunt.incident.clone(),
        outcome: ending.name().to_owned(),
        findings,
        sha256,
    })
    .await?;
    store::end(&mut tx, &hunt.id, ending, findings, home.as_ref().map(|home| &home.brought)).await?;
    if let Some(home) = home {
        for line in &home.lines {
            store::add_line(&mut tx, hunt, line).await?;
        }
        for (kind, arrived) in home.outputs {
            let bytes = i64::try_from(arrived.bytes).unwrap_or(i64::MAX);
            store::add_output(&mut tx, hunt, kind, &arrived.sha256, bytes).await?;
            app.store.blobs().keep(&job.company, arrived).await?;
        }
    }
    tx.commit().await?;
    tracing::info!(hunt = %hunt.id, "hunt {} ended ({}): {findings} findings", hunt.id, ending.name());
    Ok(())
}

/// The files of findings, written as they come. One that is full takes no more.
struct Pages {
    findings: BufWriter<Arriving>,
    timeline: BufWriter<Arriving>,
    failed: Option<io::Error>,
    cut: bool,
}

impl Pages {
    fn open(blobs: &Blobs) -> io::Result<Pages> {
        let mut timeline = BufWriter::new(blobs.arrive_now()?);
        report::write_csv_bom(&mut timeline)?;
        report::timesketch_head(&mut timeline)?;
        Ok(Pages { findings: BufWriter::new(blobs.arrive_now()?), timeline, failed: None, cut: false })
    }

    fn add(&mut self, one: &::hunt::Report) {
        if self.findings.get_ref().bytes().max(self.timeline.get_ref().bytes()) > MOST_BYTES {
            self.cut = true;
        } else if self.failed.is_none() {
            let written = ::hunt::write_jsonl(&mut self.findings, one).and_then(|()| report::timesketch(&mut self.timeline, one));
            self.failed = written.err();
        }
    }

    fn end(self) -> io::Result<[(Kind, Arrived); 2]> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        Ok([(Kind::Findings, closed(self.findings)?), (Kind::Timeline, closed(self.timeline)?)])
    }
}

fn closed(mut file: BufWriter<Arriving>) -> io::Result<Arrived> {
    file.flush()?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.end_now()
}

fn hunt_now(asked: &Asked, course: &Arc<Course>) -> io::Result<Home> {
    let names: Vec<String> = asked.files.iter().map(|file| file.name.clone()).collect();
    let inputs = asked.paths.iter().cloned().zip(rules::apart(&names));
    let inputs = inputs.map(|(path, name)| ::hunt::Input::new(path, name)).collect();
    let mut hunt = Hunt::new(Arc::clone(&asked.judging.rules), Options { min_level: LEAST, now: asked.started, east: EAST });
    hunt.threads = asked.limits.threads;
    hunt.bounds.unpacked = asked.limits.unpacked;
    hunt.bounds.temp = asked.blobs.under_way();
    // Without a place for its state a hunt is hunted all the same; killed, it begins anew.
    let held = going_on::take(&asked.state);
    match &held {
        Ok(_) => hunt.resume = Some((asked.state.clone(), asked.judging.mark.clone())),
        Err(error) => tracing::warn!(hunt = %asked.id, "hunt {} has no place for its state: {error}", asked.id),
    }
    let (mut gatherer, mut pages) = (Gatherer::new(KEPT), Pages::open(&asked.blobs)?);
    let (summary, sums) = hunt.files_and_sums(inputs, course, &mut |one| {
        let one = one.report();
        pages.add(&one);
        gatherer.add(one);
    });
    let cut = pages.cut;
    let mut outputs = Vec::from(pages.end()?);
    let outcome = gatherer.finish(summary, sums, made(asked));
    for lang in Lang::ALL {
        let mut page = BufWriter::new(asked.blobs.arrive_now()?);
        report::html(&mut page, &outcome, lang, &|id| asked.text(id, lang))?;
        outputs.push((Kind::Report(lang), closed(page)?));
    }
    let mut layer = BufWriter::new(asked.blobs.arrive_now()?);
    report::navigator(&mut layer, &outcome)?;
    outputs.push((Kind::Layer, closed(layer)?));
    let (mut lines, more_found) = rules::lines(&outcome);
    for line in &mut lines {
        // Texts are asked for by this name, which no pack shares with a rule of ours.
        let name = asked.judging.name(&line.finding.rule).unwrap_or(&line.finding.name);
        line.finding.name = name.to_owned();
    }
    let story = |lang| report::story(&outcome, lang, &|id| asked.text(id, lang)).map(Into::into);
    let packs = asked.judging.packs.clone();
    let brought = Brought { ja: story(Lang::Ja)?, en: story(Lang::En)?, more_found, cut, packs, ..rules::numbers(&outcome) };
    Ok(Home { outputs, brought, lines, findings: outcome.tally.all() })
}

impl Asked {
    /// What a rule's own text says to an owner.
    fn text(&self, id: &str, lang: Lang) -> Option<OwnerText> {
        let told = self.texts.telling(self.judging.speaks(id)?, lang)?;
        Some(OwnerText { title: told.title.clone(), what: told.what.clone(), now: told.now.clone() })
    }
}

/// How the hunt was made, for those who have to trust or repeat it.
fn made(asked: &Asked) -> Made {
    let names: Vec<String> = asked.files.iter().map(|file| file.name.clone()).collect();
    let input = |(file, name): (&incident::Attachment, String)| outcome::Input {
        name,
        bytes: u64::try_from(file.bytes).unwrap_or(0),
        sha256: Some(file.sha256.clone()),
    };
    let packs = &asked.judging.packs;
    let pack = |pack: &PackUsed| ("--pack".to_owned(), format!("{} · {}", pack.said(), pack.imported));
    let rules_from: Vec<&str> = std::iter::once("Komainu").chain(packs.iter().map(|pack| pack.name.as_str())).collect();
    let least = ("--min-level".to_owned(), LEAST.as_str().to_owned());
    Made {
        version: format!("komainu {}", asked.version),
        begun: asked.started,
        ended: asked.clock.now(),
        east: EAST,
        rules: asked.judging.rules.len() as u64,
        rules_from: rules_from.join(", "),
        options: std::iter::once(least).chain(packs.iter().map(pack)).collect(),
        inputs: asked.files.iter().zip(rules::apart(&names)).map(input).collect(),
        elsewhere: Some(Kind::Findings.name().to_owned()),
        more_inputs: 0,
    }
}
