//! The judge: puts every event before the rules, folds storms, and chooses what besides findings is worth telling.

mod folds;
mod memory;
mod pace;

pub use memory::{Memory, Reached};
pub use pace::Time;

use crate::bundle::Gear;
use crate::drill::Marks;
use crate::spool::Spool;
use crate::stop::Stop;
use base::Moment;
use folds::{Folds, Window};
use pace::Pace;
use sigma::{Engine, Limits, Rules};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use wire::{Body, Event, Finding, Source};

/// What comes to the judge, in the order that it happened.
#[derive(Debug)]
pub enum Message {
    Seen(Event),
    /// What was read of a log, and how far that has come: kept together with what is found in the events.
    Read(Vec<Event>, Reached),
    /// Something to be told as it is.
    Keep(Body),
    /// New rules.
    Gear(Arc<Gear>),
}

/// So many items of one kind of telemetry are told within a minute.
const TELEMETRY: u32 = 30;

/// So many messages are judged before they are put into the spool together.
const TOGETHER: usize = 256;

/// How often correlations are told the time, in milliseconds.
const TOLD: i64 = Moment::SECOND;
/// How often what is remembered is written down even though nothing was found.
const KEPT: i64 = 10 * Moment::SECOND;

/// What correlations may remember of one machine: some megabytes in memory and on disk.
const LIMITS: Limits = Limits { groups: 2_000, entries: 10_000, total: 20_000, kept: 1 << 20, lateness: 10 * Moment::MINUTE };

/// Judges until the agent stops and nothing is left to judge. `clock` is `Time::now`.
pub fn run(from: &Receiver<Message>, mut judge: Judge, spool: &Spool, stop: &Stop, mut clock: impl FnMut() -> Time) {
    judge.go_on(spool);
    loop {
        let mut bodies = Vec::new();
        match from.recv_timeout(Duration::from_secs(1)) {
            Ok(message) => {
                judge.take(message, &mut bodies);
                for message in from.try_iter().take(TOGETHER) {
                    judge.take(message, &mut bodies);
                }
            }
            Err(RecvTimeoutError::Timeout) if stop.stopped() => break,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let time = clock();
        judge.advance(time, &mut bodies);
        bodies.extend(judge.folds.ended(Instant::now()).into_iter().map(Body::Finding));
        judge.tell(bodies, time.steady, spool);
    }
    let held = judge.folds.all().into_iter().map(Body::Finding).collect();
    judge.tell(held, i64::MAX, spool);
}

/// What judging needs to remember.
#[derive(Debug)]
pub struct Judge {
    engine: Engine,
    memory: Memory,
    pace: Pace,
    /// By the steady clock, when correlations were last told the time and when what is remembered was last written down.
    advanced: i64,
    kept: i64,
    folds: Folds,
    told: HashMap<String, Window>,
    marks: Marks,
    /// The drill's acts that were seen in this round: said to be so once their findings are durable.
    seen: Vec<&'static str>,
    /// Findings of the time before of which the spool may have some, and the number of the first.
    left: (u64, Vec<Finding>),
}

impl Judge {
    /// A judge by these rules, who goes on where the memory says that the one before had come to.
    pub fn new(gear: &Gear, marks: Marks, mut memory: Memory, time: Time) -> Judge {
        let left = memory.left();
        let engine = match left.correlations.is_empty() {
            true => Engine::with_limits(gear.rules.clone(), LIMITS),
            false => going_on(&gear.rules, &left.correlations),
        };
        Judge {
            engine,
            memory,
            pace: Pace::new(time, LIMITS.lateness),
            advanced: time.steady,
            kept: time.steady,
            folds: Folds::default(),
            told: HashMap::new(),
            marks,
            seen: Vec::new(),
            left: (left.number, left.findings),
        }
    }

    /// Tells those findings of the time before that did not reach the spool.
    fn go_on(&mut self, spool: &Spool) {
        let (number, findings) = std::mem::take(&mut self.left);
        let there = usize::try_from(spool.findings().saturating_sub(number)).unwrap_or(usize::MAX);
        spool.append(&findings.into_iter().skip(there).map(Body::Finding).collect::<Vec<_>>());
    }

    fn take(&mut self, message: Message, bodies: &mut Vec<Body>) {
        match message {
            Message::Gear(gear) => self.engine = going_on(&gear.rules, &self.engine.correlator().save()),
            Message::Keep(body) => bodies.push(body),
            Message::Seen(event) => self.judge(event, bodies),
            Message::Read(events, reached) => {
                events.into_iter().for_each(|event| self.judge(event, bodies));
                self.memory.reach(reached);
            }
        }
    }

    fn judge(&mut self, event: Event, bodies: &mut Vec<Body>) {
        let findings = self.engine.judge(&event);
        self.found(findings, bodies);
        self.seen.extend(self.marks.act_of(&event));
        if self.is_told(&event) {
            bodies.push(Body::Telemetry(event));
        }
    }

    fn found(&mut self, findings: Vec<Finding>, bodies: &mut Vec<Body>) {
        for mut finding in findings {
            finding.drill = self.marks.drill_of(&finding);
            bodies.extend(self.folds.take(finding, Instant::now()).into_iter().map(Body::Finding));
        }
    }

    /// Says to correlations what time it is, so that what came too seldom is found though nothing else comes.
    fn advance(&mut self, time: Time, bodies: &mut Vec<Body>) {
        if time.steady.saturating_sub(self.advanced) < TOLD {
            return;
        }
        self.advanced = time.steady;
        let Some(now) = self.pace.at(time, self.engine.rules().longest()) else { return };
        let mut hits = Vec::new();
        self.engine.advance(now, &mut hits);
        let rules = self.engine.rules().clone();
        // A correlation brings the events that it is about.
        let none = || Event { at: now, source: Source::default(), fields: Vec::new() };
        let findings = hits.into_iter().filter_map(|hit| hit.finding(&rules, none)).collect();
        self.found(findings, bodies);
    }

    /// Puts what is worth telling into the spool. Findings are written down before, with what is remembered once they are
    /// found; see `memory` for what that is good for.
    fn tell(&mut self, bodies: Vec<Body>, steady: i64, spool: &Spool) {
        let (findings, others): (Vec<Body>, Vec<Body>) = bodies.into_iter().partition(|body| matches!(body, Body::Finding(_)));
        spool.append(&others);
        if !findings.is_empty() || steady.saturating_sub(self.kept) >= KEPT {
            self.memory.keep(self.engine.correlator(), spool.findings(), &findings);
            self.kept = steady;
        }
        spool.append(&findings);
        self.marks.kept(std::mem::take(&mut self.seen));
    }

    /// Is the event worth telling though no rule fired, and has not too much of its kind been told in this minute?
    fn is_told(&mut self, event: &Event) -> bool {
        let Some(kind) = notable(event) else { return false };
        if self.told.len() > 1_000 {
            self.told.clear();
        }
        let window = self.told.entry(kind).or_insert_with(|| Window::new(Instant::now()));
        window.renew(Instant::now());
        window.count += 1;
        window.count <= TELEMETRY
    }
}

/// An engine with what correlations held before; those that are no longer as they were begin anew.
fn going_on(rules: &Arc<Rules>, saved: &[u8]) -> Engine {
    Engine::restored(rules.clone(), LIMITS, saved).unwrap_or_else(|why| {
        tracing::warn!("correlations begin anew: {why}");
        Engine::with_limits(rules.clone(), LIMITS)
    })
}

/// The kind of a notable event: who signs in, and what changes on the machine. The rest is judged and forgotten.
fn notable(event: &Event) -> Option<String> {
    let source = &event.source;
    let action = event.get("Action").unwrap_or_default();
    let told = match source.category.as_str() {
        "account_change" | "scheduled_job" | "listen_port" | "log_integrity" => true,
        "service_unit" => matches!(action, "created" | "changed" | "deleted" | "failed"),
        "" => matches!(event.get("EventType"), Some("sign-in" | "sign-in-failed" | "sudo" | "sudo-failed")),
        _ => false,
    };
    told.then(|| format!("{} {} {action} {}", source.category, source.service, event.get("EventType").unwrap_or_default()))
}

#[cfg(test)]
mod tests;
