//! A running agent: its threads, and how they end.

use crate::bundle::{self, Gear};
use crate::canary::Canaries;
use crate::checks;
use crate::detect::{self, Judge, Memory, Message, Reached, Time};
use crate::drill::{self, Marks, Stage};
use crate::enrol::signer;
use crate::home::{Home, HomeTrouble};
use crate::root::Root;
use crate::socket;
use crate::spool::Spool;
use crate::stop::{Stop, Why};
use crate::talk::Talk;
use crate::watch::accounts::AccountWatch;
use crate::watch::files::Files;
use crate::watch::jobs::JobWatch;
use crate::watch::logs::{LogWatch, Places};
use crate::watch::ports::PortWatch;
use crate::watch::process::{self, Processes};
use crate::watch::sign_in::{self, Cursor};
use crate::watch::units::UnitWatch;
use crate::watch::users::Users;
use crate::watch::{Eyes, Outlet, now, places};
use anyhow::{Context, anyhow, bail};
use nix::fcntl::Flock;
use std::fs::File;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};
use wire::{Body, CollectorState, Order, OrderKind};

/// What a running agent is told at its start.
#[derive(Debug, Clone)]
pub struct Options {
    pub home: Home,
    /// The most bytes that may wait for the server.
    pub spool: u64,
}

/// So many events may wait for the judge; then the collectors wait.
const WAITING: usize = 4_096;

/// How long the parts have to end once the agent stops.
const LAST_CALL: Duration = Duration::from_secs(4);

/// How often the machine's state is checked unasked.
const CHECKS: Duration = Duration::from_secs(6 * 60 * 60);

/// Folders watched at most: half of what the kernel allows a user, and never more than this.
const FOLDERS: usize = 4_096;

/// Runs until it is stopped; says why it stopped.
pub fn run(options: &Options, stop: &Stop) -> anyhow::Result<Why> {
    let home = &options.home;
    let _held = hold(home, stop)?;
    let identity = home.identity()?;
    let key = signer(&identity.signer).ok_or(HomeTrouble::Damaged("identity.json"))?;
    drill::tidy(home);
    let gear = Arc::new(bundle::kept(home, &key));
    tracing::info!(device = identity.device, bundle = gear.number, rules = gear.count, "the agent watches this machine");
    let spool = Arc::new(Spool::open(&home.path("spool"), options.spool).context("the spool cannot be opened")?);
    let talk = Arc::new(Talk {
        home: home.clone(),
        identity,
        key,
        spool: spool.clone(),
        eyes: Eyes::default(),
        gear: Mutex::new(gear),
        stop: stop.clone(),
    });
    let threads = Threads::start(talk.clone())?;
    let broken = loop {
        if stop.sleep(Duration::from_secs(1)) {
            break None;
        }
        if let Some(name) = threads.broken().filter(|_| !stop.stopped()) {
            stop.stop(Why::Asked);
            break Some(name);
        }
    };
    spool.wake();
    threads.join();
    match (broken, stop.wait()) {
        (Some(name), _) => bail!("the part {name} has broken down"),
        (None, Why::Asked) => {
            talk.tell_last();
            Ok(Why::Asked)
        }
        (None, Why::Retired) => Ok(Why::Retired),
    }
}

/// Holds the agent's folder; waits a little for one that was just killed to let go of it.
fn hold(home: &Home, stop: &Stop) -> Result<Flock<File>, HomeTrouble> {
    let until = Instant::now() + LAST_CALL;
    loop {
        match home.hold() {
            Err(HomeTrouble::Running) if Instant::now() < until && !stop.sleep(Duration::from_millis(200)) => {}
            held => return held,
        }
    }
}

/// The agent's threads.
struct Threads {
    running: Vec<(&'static str, JoinHandle<()>)>,
    /// Ends last, once nobody can send to it any more.
    judge: JoinHandle<()>,
    /// Waits for the server up to half a minute at a time, so nobody waits for it to end.
    orders: JoinHandle<()>,
}

impl Threads {
    fn start(talk: Arc<Talk>) -> anyhow::Result<Threads> {
        let (to, from) = sync_channel(WAITING);
        let marks = Marks::left_in(&talk.home);
        let canaries = Canaries::make(&talk.home);
        canaries.put_into(&talk.gear().folders, &talk.home);
        let outlet = |name: &str| Outlet { eye: talk.eyes.open(name), to: to.clone() };
        let stage = Arc::new(Stage {
            home: talk.home.clone(),
            canaries: canaries.clone(),
            marks: marks.clone(),
            sign_in: outlet("sign-in"),
            to: to.clone(),
            turn: Mutex::new(()),
        });
        let (check, asked) = channel();
        let mut running = Vec::new();
        let mut thread = |name, work: Box<dyn FnOnce() + Send>| -> anyhow::Result<()> {
            running.push((name, named(name, work)?));
            Ok(())
        };

        let stop = talk.stop.clone();
        let (own, processes) = (outlet("process"), Processes::new(Users::new(&Root::machine())));
        thread("process", Box::new(move || process::watch(&own, processes, &stop)))?;
        let (own, with, own_canaries) = (outlet("file"), talk.clone(), canaries.clone());
        thread("file", Box::new(move || watch_files(&own, &with, &own_canaries)))?;
        let eyes = ["account", "cron", "unit", "port", "log"].map(outlet);
        let memory = Memory::open(&talk.home, &talk.identity.device);
        let (with, own, places) = (talk.clone(), stage.sign_in.clone(), memory.logs().clone());
        thread("look", Box::new(move || look(&with, &own, &eyes, places)))?;
        if sign_in::has_journal() {
            let (own, stop, cursor) = (stage.sign_in.clone(), talk.stop.clone(), Cursor::new(memory.journal().to_owned()));
            thread("journal", Box::new(move || sign_in::follow_journal(&own, &cursor, &stop)))?;
        }
        let (with, own) = (talk.clone(), to.clone());
        thread("checks", Box::new(move || check_again(&with, &asked, |body| own.send(Message::Keep(body)).is_ok())))?;
        let with = talk.clone();
        thread("tell", Box::new(move || done("tell", with.tell())))?;
        match socket::open(talk.home.dir()) {
            Ok(listener) => {
                let (with, own) = (talk.clone(), stage.clone());
                thread("door", Box::new(move || socket::serve(&listener, with.home.dir(), &own, &with.stop)))?;
            }
            Err(why) => tracing::warn!("a drill cannot be asked for on this machine: {why}"),
        }

        let (with, own) = (talk.clone(), Judge::new(&talk.gear(), marks, memory, Time::now()));
        let judge = named("judge", Box::new(move || detect::run(&from, own, &with.spool, &with.stop, Time::now)))?;
        let orders = named("orders", Box::new(move || listen(&talk, &stage, &to, &check, &canaries)))?;
        Ok(Threads { running, judge, orders })
    }

    /// A thread that has ended though nobody asked it to.
    fn broken(&self) -> Option<&'static str> {
        let parts = self.running.iter().map(|(name, thread)| (*name, thread));
        let mut parts = parts.chain([("judge", &self.judge), ("orders", &self.orders)]);
        parts.find(|(_, thread)| thread.is_finished()).map(|(name, _)| name)
    }

    /// Waits for the threads to end, the judge last; what hangs on a slow server or command is left behind.
    fn join(self) {
        let until = Instant::now() + LAST_CALL;
        for (name, thread) in self.running.into_iter().chain([("judge", self.judge)]) {
            while !thread.is_finished() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(20));
            }
            if !thread.is_finished() {
                tracing::info!("the part {name} is left behind");
            } else if thread.join().is_err() {
                tracing::error!("the part {name} broke down");
            }
        }
    }
}

fn named(name: &str, work: Box<dyn FnOnce() + Send>) -> anyhow::Result<JoinHandle<()>> {
    Builder::new()
        .name(name.to_owned())
        .stack_size(1024 * 1024)
        .spawn(work)
        .map_err(|why| anyhow!("the part {name} cannot be started: {why}"))
}

fn done(name: &str, result: Result<(), crate::link::Trouble>) {
    if let Err(why) = result {
        tracing::error!("the part {name} ends: {why}");
    }
}

/// Carries out orders and takes up bundles, as they come.
fn listen(
    talk: &Arc<Talk>,
    stage: &Arc<Stage>,
    to: &std::sync::mpsc::SyncSender<Message>,
    check: &Sender<()>,
    canaries: &Canaries,
) {
    let carry_out = |order: Order| match order.kind {
        OrderKind::Check => {
            let _ = check.send(());
        }
        OrderKind::Drill => {
            let stage = stage.clone();
            if let Err(why) = named("drill", Box::new(move || drop(drill::rehearse(&stage, &order.id, |_, _| {})))) {
                tracing::error!("{why}");
            }
        }
    };
    let take_up = |gear: Arc<Gear>| {
        canaries.put_into(&gear.folders, &talk.home);
        let _ = to.send(Message::Gear(gear));
    };
    done("orders", talk.listen(carry_out, take_up));
}

/// Watches folders until the agent stops; takes up the folders and hashes of each new bundle.
fn watch_files(outlet: &Outlet, talk: &Talk, canaries: &Canaries) {
    let most = Root::machine().read("/proc/sys/fs/inotify/max_user_watches").and_then(|most| most.trim().parse::<usize>().ok());
    let mut files = match Files::new(canaries.paths(), FOLDERS.min(most.unwrap_or(8_192) / 2)) {
        Ok(files) => files,
        Err(why) => {
            tracing::error!("folders cannot be watched: {why}");
            outlet.eye.set(CollectorState::Off, "inotify", "no-kernel-support");
            talk.stop.wait();
            return;
        }
    };
    let own = [talk.home.path("canary"), talk.home.path("drill")];
    let (mut number, mut looked) = (None, Instant::now());
    while !talk.stop.stopped() {
        let gear = talk.gear();
        if number != Some(gear.number) || looked.elapsed() >= Duration::from_secs(60) {
            files.bad_hashes = gear.bad_hashes.clone();
            files.watch(&places::places(&Root::machine(), &own, &gear.folders));
            (number, looked) = (Some(gear.number), Instant::now());
            match files.missed {
                true => outlet.eye.set(CollectorState::Reduced, "inotify", "watch-limit"),
                false => outlet.eye.set_by_rights(crate::machine::privileged(), "inotify"),
            }
        }
        outlet.tell_all(files.ready(Duration::from_secs(1)));
    }
}

/// Looks at accounts, jobs, units, ports and logs in turn, each as often as it is worth.
fn look(talk: &Talk, sign_in: &Outlet, eyes: &[Outlet; 5], mut places: Places) {
    let (root, home, rights) = (Root::machine(), &talk.home, crate::machine::privileged());
    let [account, cron, unit, port, log] = eyes;
    let mut accounts = AccountWatch::new(&root, home.state("accounts.json"));
    let mut jobs = JobWatch::new(&root, home.state("jobs.json"));
    let mut units = UnitWatch::new(&root, home.state("units.json"));
    let mut ports = PortWatch::new(&root);
    let journal = sign_in::has_journal();
    let mut logs = LogWatch::new(&root, &places, !journal);
    for (outlet, full, way) in
        [(account, rights, "poll"), (cron, rights, "poll"), (unit, true, "poll"), (port, rights, "poll"), (log, rights, "poll")]
    {
        outlet.eye.set_by_rights(full, way);
    }
    let keep_known = |accounts: &AccountWatch, jobs: &JobWatch, units: &UnitWatch| {
        home.keep_state("accounts.json", accounts.known());
        home.keep_state("jobs.json", jobs.known());
        home.keep_state("units.json", units.known());
    };
    keep_known(&accounts, &jobs, &units);
    for turn in 0_u64.. {
        let (lines, events) = logs.look(now());
        log.tell_all(events);
        for line in lines {
            sign_in.tell_read(sign_in::of_line(&line), Reached::Log(line.log, line.place));
        }
        for (name, place) in logs.places() {
            if places.insert(name.clone(), place) != Some(place) {
                log.tell_read(Vec::new(), Reached::Log(name, place));
            }
        }
        if !journal && turn.is_multiple_of(60) {
            match logs.sees_any() {
                true => sign_in.eye.set_by_rights(rights, "log-files"),
                false => sign_in.eye.set(CollectorState::Off, "log-files", "no-log"),
            }
        }
        let mut changed = false;
        let mut tell = |outlet: &Outlet, events: Vec<wire::Event>, kept: bool| {
            changed |= kept && !events.is_empty();
            outlet.tell_all(events);
        };
        if turn.is_multiple_of(2) {
            tell(account, accounts.look(now()), true);
        }
        if turn.is_multiple_of(4) {
            tell(cron, jobs.look(now()), true);
        }
        if turn % 10 == 6 {
            tell(port, ports.look(now()), false);
        }
        if turn % 10 == 1 {
            tell(unit, units.look(now()), true);
        }
        if changed {
            keep_known(&accounts, &jobs, &units);
        }
        if talk.stop.sleep(Duration::from_millis(500)) {
            return;
        }
    }
}

/// Checks the machine's state at the start, every six hours, and when asked.
fn check_again(talk: &Talk, asked: &Receiver<()>, tell: impl Fn(Body) -> bool) {
    let mut last: Option<Instant> = None;
    loop {
        if last.is_none_or(|last| last.elapsed() >= CHECKS) {
            last = Some(Instant::now());
            tell(Body::Posture(checks::all(&checks::Place::of_this_machine(Some(&talk.home)))));
        }
        match asked.recv_timeout(Duration::from_secs(2)) {
            Ok(()) => {
                while asked.try_recv().is_ok() {}
                last = None;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) if talk.stop.sleep(Duration::from_secs(2)) => return,
            Err(RecvTimeoutError::Disconnected) => {}
        }
        if talk.stop.stopped() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
