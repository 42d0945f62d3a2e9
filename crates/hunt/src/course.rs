//! How far a hunt has come, to be asked from any thread; and the wish that it stop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Shared between a hunt and those who watch or stop it.
#[derive(Debug, Default)]
pub struct Course {
    total: AtomicU64,
    bytes: AtomicU64,
    events: AtomicU64,
    findings: AtomicU64,
    files: AtomicU64,
    stop: AtomicBool,
}

/// How far a hunt has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoFar {
    /// Bytes of all files, as they lie on the disk; 0 until they are listed.
    pub total: u64,
    /// Of these, those that were read.
    pub bytes: u64,
    pub events: u64,
    /// Findings on single events; correlations are told at the end.
    pub findings: u64,
    pub files: u64,
}

impl Course {
    /// Asks the hunt to end soon. What was found until then is still told.
    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    pub fn stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }

    pub fn so_far(&self) -> SoFar {
        let total = self.total.load(Relaxed);
        SoFar {
            total,
            // An archive's table of contents is read twice.
            bytes: self.bytes.load(Relaxed).min(total),
            events: self.events.load(Relaxed),
            findings: self.findings.load(Relaxed),
            files: self.files.load(Relaxed),
        }
    }

    pub(crate) fn expect(&self, bytes: u64) {
        self.total.fetch_add(bytes, Relaxed);
    }

    pub(crate) fn read(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Relaxed);
    }

    pub(crate) fn judged(&self, files: u64, events: u64, findings: u64) {
        self.files.fetch_add(files, Relaxed);
        self.events.fetch_add(events, Relaxed);
        self.findings.fetch_add(findings, Relaxed);
    }
}
