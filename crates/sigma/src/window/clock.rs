//! What time it is for a group, by the machines that were heard of.

use serde::{Deserialize, Serialize};

/// Machines whose time counts; of more, the longest silent is forgotten.
const MACHINES: usize = 16;
/// Arrivals after which a machine that says nothing no longer holds the time back.
const SILENT: u64 = 4_096;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Heard {
    machine: u64,
    at: i64,
    seq: u64,
}

/// The last time that each machine told. Time is that of the slowest of them, so one whose clock is ahead moves nothing as
/// long as another is heard of.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Clock {
    heard: Vec<Heard>,
    count: u64,
}

impl Clock {
    /// Notes a machine's time; gives the number of the arrival, from 1.
    pub fn hear(&mut self, machine: u64, at: i64) -> u64 {
        self.count += 1;
        let seq = self.count;
        match self.heard.iter_mut().find(|heard| heard.machine == machine) {
            Some(heard) => (heard.at, heard.seq) = (at, seq),
            None => {
                if self.heard.len() >= MACHINES
                    && let Some((n, _)) = self.heard.iter().enumerate().min_by_key(|(_, heard)| heard.seq)
                {
                    self.heard.swap_remove(n);
                }
                self.heard.push(Heard { machine, at, seq });
            }
        }
        if seq.is_multiple_of(SILENT) {
            self.heard.retain(|heard| heard.seq + SILENT > seq);
        }
        seq
    }

    /// The time of the slowest machine; the beginning of time where none was heard of.
    pub fn low(&self) -> i64 {
        self.heard.iter().map(|heard| heard.at).min().unwrap_or(i64::MIN)
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Can a clock be like this?
    pub fn is_sound(&self) -> bool {
        self.heard.len() <= MACHINES && self.count < u64::MAX / 2 && self.heard.iter().all(|heard| heard.seq <= self.count)
    }
}
