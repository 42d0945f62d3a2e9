//! Everything for the server waits here, on disk, until the server has it.
//!
//! Findings and all else lie in two logs, so that the oldest telemetry can go without touching a finding. An item gets
//! its number when it is put into a parcel to be sent; which records a parcel holds is kept durably first, so the same
//! number means the same item after any crash, and the server, which takes each number once, sees no loss and no doubles.
//! At the bound the oldest telemetry goes and is counted. Findings alone may take twice the bound; beyond it, the oldest
//! are thinned to one of each rule and the rest counted.

mod frame;
mod log;
mod state;
#[cfg(test)]
mod tests;

use crate::stop::lock;
use log::Log;
use state::{Parcel, Slots, State};
use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;
use wire::{Body, Finding, Item};

/// A batch is at most so many items and bytes; the server refuses more than 500 items or 1 MiB.
const ITEMS: usize = 500;
const BYTES: usize = 900 * 1024;

/// One item is at most so large; a larger finding gives up parts of its events.
const ITEM: usize = 256 * 1024;

/// Accepted parcels are kept up to so many bytes and so many parcels, for a server that was restored from a backup.
const KEPT_BYTES: u64 = 4 * 1024 * 1024;
const KEPT_PARCELS: usize = 100;

/// While the disk takes nothing, so many items of each kind are kept in memory.
const IN_MEMORY: usize = 1_000;

/// The spool; shared by all threads.
#[derive(Debug)]
pub struct Spool {
    inner: Mutex<Inner>,
    grown: Condvar,
}

#[derive(Debug)]
struct Inner {
    bound: u64,
    slots: Slots,
    state: State,
    findings: Log,
    others: Log,
    /// What the disk would not take, oldest first: is it a finding, and its bytes.
    memory: VecDeque<(bool, Vec<u8>)>,
    /// Bodies of parcels that were never on disk, by the parcel's first number.
    held: HashMap<u64, Vec<Body>>,
    trouble: bool,
}

impl Spool {
    /// Opens the spool of a folder. `bound` is the most bytes that it may take.
    pub fn open(dir: &Path, bound: u64) -> io::Result<Spool> {
        std::fs::create_dir_all(dir)?;
        let (slots, state) = Slots::open(&dir.join("state"))?;
        let size = (bound / 64).clamp(4 * 1024, 1024 * 1024);
        let findings = Log::open(&dir.join("findings"), size, state.findings)?;
        let mut others = Log::open(&dir.join("others"), size, state.others)?;
        others.drop_one(state.dropping);
        let (memory, held) = (VecDeque::new(), HashMap::new());
        let inner = Inner { bound, slots, state, findings, others, memory, held, trouble: false };
        Ok(Spool { inner: Mutex::new(inner), grown: Condvar::new() })
    }

    /// Keeps bodies, durably unless the disk refuses; then in memory, as many as fit.
    pub fn append(&self, bodies: &[Body]) {
        if bodies.is_empty() {
            return;
        }
        lock(&self.inner).append(bodies);
        self.grown.notify_all();
    }

    /// The number that the next finding on disk gets among the findings. It only ever grows, over restarts too.
    pub fn findings(&self) -> u64 {
        lock(&self.inner).findings.next()
    }

    /// The next items to send, with their numbers: the same ones until they are accepted.
    pub fn next(&self) -> Option<Vec<Item>> {
        lock(&self.inner).next()
    }

    /// The server has everything up to and with `up_to`.
    pub fn accepted(&self, up_to: u64) {
        lock(&self.inner).accepted(up_to);
    }

    /// The server misses numbers after `up_to`: go back to them.
    pub fn go_back(&self, up_to: u64) {
        lock(&self.inner).go_back(up_to);
    }

    /// Is there anything to send?
    #[cfg(test)]
    pub fn waiting(&self) -> bool {
        lock(&self.inner).waiting()
    }

    /// Bytes that wait for the server.
    pub fn bytes(&self) -> u64 {
        lock(&self.inner).bytes_waiting()
    }

    /// Does the disk refuse to take more?
    pub fn in_trouble(&self) -> bool {
        lock(&self.inner).trouble
    }

    /// Sleeps until something is there to send, or so long; the caller looks again either way.
    pub fn wait(&self, long: Duration) {
        let inner = lock(&self.inner);
        if !inner.waiting() {
            drop(self.grown.wait_timeout(inner, long).unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Wakes a thread that waits, as when the agent stops.
    pub fn wake(&self) {
        self.grown.notify_all();
    }
}

impl Inner {
    fn append(&mut self, bodies: &[Body]) {
        self.retry_memory();
        let mut sides = [Vec::new(), Vec::new()];
        for body in bodies {
            let is_finding = matches!(body, Body::Finding(_));
            sides[usize::from(is_finding)].push(encode(body));
        }
        for (is_finding, records) in [(true, &sides[1]), (false, &sides[0])] {
            let log = if is_finding { &mut self.findings } else { &mut self.others };
            match log.append(records.iter().map(Vec::as_slice)) {
                Ok(()) if records.is_empty() => {}
                Ok(()) => self.trouble_ended(),
                Err(why) => self.remember(is_finding, records, &why),
            }
        }
        self.keep_within_bound();
    }

    /// The disk took nothing: the items stay in memory, the oldest telemetry giving way first.
    fn remember(&mut self, is_finding: bool, records: &[Vec<u8>], why: &io::Error) {
        if !self.trouble {
            tracing::error!("the spool cannot be written, what is new stays in memory: {why}");
        }
        self.trouble = true;
        self.memory.extend(records.iter().map(|record| (is_finding, record.clone())));
        for kind in [false, true] {
            let mut over = self.memory.iter().filter(|(is_finding, _)| *is_finding == kind).count().saturating_sub(IN_MEMORY);
            self.state.lost += u64::try_from(over).unwrap_or(0);
            self.memory.retain(|(is_finding, _)| {
                let goes = *is_finding == kind && over > 0;
                over -= usize::from(goes);
                !goes
            });
        }
    }

    /// Tries the disk again for what is in memory.
    fn retry_memory(&mut self) {
        while let Some((is_finding, record)) = self.memory.front() {
            let log = if *is_finding { &mut self.findings } else { &mut self.others };
            if log.append(std::iter::once(record.as_slice())).is_err() {
                return;
            }
            self.memory.pop_front();
            self.trouble_ended();
        }
    }

    fn trouble_ended(&mut self) {
        if std::mem::take(&mut self.trouble) {
            tracing::info!("the spool can be written again");
        }
    }

    fn keep_within_bound(&mut self) {
        if self.findings.bytes() + self.others.bytes() <= self.bound {
            return;
        }
        while self.state.parcels.front().is_some_and(|parcel| parcel.end() <= self.state.accepted + 1) {
            self.state.parcels.pop_front();
        }
        self.forget_told();
        while self.findings.bytes() + self.others.bytes() > self.bound {
            let Some(oldest) = self.others.oldest_from(self.state.others) else { break };
            self.state.lost += oldest.items;
            self.state.dropping = oldest.first;
            self.keep();
            self.others.drop_one(oldest.first);
        }
        self.thin_findings();
    }

    /// Beyond twice the bound, the oldest findings are thinned to one of each rule; the newest stay as they are.
    fn thin_findings(&mut self) {
        let (mut from, mut rules) = (self.state.findings, HashSet::new());
        while self.findings.bytes() > 2 * self.bound {
            let Some(oldest) = self.findings.oldest_from(from).filter(|oldest| oldest.end < self.findings.next()) else { break };
            match self.findings.thin(&oldest, |record| rules.insert(rule_of(record))) {
                Ok(gone) => self.state.lost += gone,
                Err(why) => tracing::error!("old findings cannot be thinned: {why}"),
            }
            from = oldest.first + 1;
        }
    }

    fn next(&mut self) -> Option<Vec<Item>> {
        self.retry_memory();
        let open = self.state.parcels.iter().find(|parcel| parcel.end() > self.state.accepted + 1).cloned();
        let parcel = match open {
            Some(parcel) => parcel,
            None => self.pack()?,
        };
        Some(self.unpack(&parcel))
    }

    /// Gives numbers to the next items: findings first, then what happened beside them, then what was given up.
    fn pack(&mut self) -> Option<Parcel> {
        let findings = self.findings.read(self.state.findings, ITEMS - 1, BYTES);
        let size: usize = findings.iter().map(|(_, record)| record.len()).sum();
        let (room, items_left) = (BYTES.saturating_sub(size), (ITEMS - 1).saturating_sub(findings.len()));
        let others =
            if room < ITEM || items_left == 0 { Vec::new() } else { self.others.read(self.state.others, items_left, room) };
        let all: usize = size + others.iter().map(|(_, record)| record.len()).sum::<usize>();
        let end = |records: &[(u64, Vec<u8>)], from: u64| records.last().map_or(from, |(number, _)| number + 1);
        let mut parcel = Parcel {
            first: self.state.next,
            count: count_of(findings.len() + others.len()),
            findings: (self.state.findings, end(&findings, self.state.findings)),
            others: (self.state.others, end(&others, self.state.others)),
            lost: self.state.lost,
            bytes: count_of(all),
        };
        if parcel.count == 0 && !self.memory.is_empty() {
            let most = self.memory.len().min(ITEMS - 1);
            let bodies: Vec<Body> = self.memory.drain(..most).filter_map(|(_, record)| decode(&record)).collect();
            parcel.count = count_of(bodies.len());
            self.held.insert(parcel.first, bodies);
        }
        parcel.count += u64::from(parcel.lost > 0);
        if parcel.count == 0 {
            return None;
        }
        self.state.next = parcel.end();
        (self.state.findings, self.state.others, self.state.lost) = (parcel.findings.1, parcel.others.1, 0);
        self.state.parcels.push_back(parcel.clone());
        self.keep();
        Some(parcel)
    }

    /// The items of a parcel. A record that can no longer be read leaves its number to say so.
    fn unpack(&mut self, parcel: &Parcel) -> Vec<Item> {
        let mut bodies = Vec::new();
        for (log, (from, to)) in [(&mut self.findings, parcel.findings), (&mut self.others, parcel.others)] {
            if from < to {
                let records = log.read(from, usize::try_from(to - from).unwrap_or(ITEMS), usize::MAX);
                let inside = records.into_iter().filter(|(number, _)| *number < to);
                bodies.extend(inside.map(|(_, record)| decode(&record).unwrap_or(Body::Lost { count: 1 })));
            }
        }
        bodies.extend(self.held.get(&parcel.first).cloned().unwrap_or_default());
        let told = usize::try_from(parcel.count - u64::from(parcel.lost > 0)).unwrap_or(ITEMS);
        bodies.resize(told, Body::Lost { count: 1 });
        if parcel.lost > 0 {
            bodies.push(Body::Lost { count: parcel.lost });
        }
        (parcel.first..).zip(bodies).map(|(number, body)| Item { number, body }).collect()
    }

    fn accepted(&mut self, up_to: u64) {
        if up_to >= self.state.next {
            tracing::warn!(
                up_to,
                next = self.state.next,
                "the server has more from this device than this spool knows: numbers go on after its own"
            );
            self.renumber(up_to + 1, 0);
            return;
        }
        if up_to <= self.state.accepted {
            return;
        }
        self.state.accepted = up_to;
        self.held.retain(|first, _| *first > up_to);
        let done = |parcel: &Parcel| parcel.end() <= up_to + 1;
        let mut kept: u64 = self.state.parcels.iter().filter(|parcel| done(parcel)).map(|parcel| parcel.bytes).sum();
        while let Some(oldest) = self.state.parcels.front()
            && done(oldest)
            && (kept > KEPT_BYTES.min(self.bound / 4) || self.state.parcels.len() > KEPT_PARCELS)
        {
            kept -= oldest.bytes;
            self.state.parcels.pop_front();
        }
        self.keep();
        self.forget_told();
    }

    fn go_back(&mut self, up_to: u64) {
        tracing::warn!(up_to, "the server misses what came after {up_to}: sending it again");
        match self.state.parcels.front() {
            Some(oldest) if oldest.first <= up_to + 1 && up_to < self.state.next => {
                self.state.accepted = up_to;
                self.keep();
            }
            Some(oldest) => self.renumber(up_to + 1, oldest.first.saturating_sub(up_to + 1)),
            None => self.renumber(up_to + 1, self.state.next.saturating_sub(up_to + 1)),
        }
    }

    /// Takes every parcel still here apart and numbers its items anew from `first`.
    fn renumber(&mut self, first: u64, lost: u64) {
        let open = self.state.parcels.iter().find(|parcel| parcel.end() > self.state.accepted + 1 || lost > 0);
        if let Some(oldest) = open {
            (self.state.findings, self.state.others) = (oldest.findings.0, oldest.others.0);
            self.state.lost +=
                self.state.parcels.iter().filter(|parcel| parcel.first >= oldest.first).map(|parcel| parcel.lost).sum::<u64>();
        }
        for bodies in std::mem::take(&mut self.held).into_values() {
            self.memory.extend(bodies.iter().map(|body| (matches!(body, Body::Finding(_)), encode(body))));
        }
        self.state.parcels.clear();
        self.state.lost += lost;
        (self.state.next, self.state.accepted) = (first, first - 1);
        self.keep();
    }

    /// Frees what no parcel needs any more.
    fn forget_told(&mut self) {
        let (findings, others) = match self.state.parcels.front() {
            Some(oldest) => (oldest.findings.0, oldest.others.0),
            None => (self.state.findings, self.state.others),
        };
        self.findings.forget_below(findings);
        self.others.forget_below(others);
    }

    fn waiting(&self) -> bool {
        self.state.next > self.state.accepted + 1
            || self.findings.next() > self.state.findings
            || self.others.next() > self.state.others
            || self.state.lost > 0
            || !self.memory.is_empty()
    }

    fn bytes_waiting(&self) -> u64 {
        let open = self.state.parcels.iter().find(|parcel| parcel.end() > self.state.accepted + 1);
        let (findings, others) =
            open.map_or((self.state.findings, self.state.others), |parcel| (parcel.findings.0, parcel.others.0));
        let memory: usize = self.memory.iter().map(|(_, record)| record.len()).sum();
        if !self.waiting() {
            return 0;
        }
        self.findings.bytes_from(findings) + self.others.bytes_from(others) + count_of(memory)
    }

    fn keep(&mut self) {
        if let Err(why) = self.slots.keep(&self.state) {
            self.trouble = true;
            tracing::error!("the spool's state cannot be kept: {why}");
        }
    }
}

/// A body as it lies on disk. One that is too large keeps less of its events.
fn encode(body: &Body) -> Vec<u8> {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    match body {
        Body::Finding(finding) if bytes.len() > ITEM => {
            let smaller =
                |most: usize, events: usize| serde_json::to_vec(&Body::Finding(trim(finding, most, events))).unwrap_or_default();
            [(2048, 20), (512, 10), (256, 2), (64, 1)]
                .into_iter()
                .map(|(most, events)| smaller(most, events))
                .find(|bytes| bytes.len() <= ITEM)
                .unwrap_or_else(|| smaller(0, 0))
        }
        Body::Telemetry(_) | Body::Posture(_) if bytes.len() > ITEM => {
            serde_json::to_vec(&Body::Lost { count: 1 }).unwrap_or_default()
        }
        Body::Finding(_) | Body::Telemetry(_) | Body::Posture(_) | Body::Lost { .. } | Body::DrillEnded { .. } => bytes,
    }
}

fn trim(finding: &Finding, most: usize, events: usize) -> Finding {
    let mut finding = finding.clone();
    let skip = finding.events.len().saturating_sub(events);
    finding.events.drain(..skip);
    for event in &mut finding.events {
        event.fields.truncate(64);
        for (_, value) in &mut event.fields {
            crate::watch::cut(value, most);
        }
    }
    finding.matched.truncate(50);
    for matched in &mut finding.matched {
        crate::watch::cut(&mut matched.value, 512);
        crate::watch::cut(&mut matched.pattern, 512);
    }
    finding
}

fn decode(record: &[u8]) -> Option<Body> {
    serde_json::from_slice(record).ok()
}

fn rule_of(record: &[u8]) -> String {
    match decode(record) {
        Some(Body::Finding(finding)) => finding.rule,
        _ => String::new(),
    }
}

fn count_of(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
