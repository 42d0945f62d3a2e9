use super::frame;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What has been numbered, what the server has, and where in the logs to go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    /// The number that the next item gets.
    pub next: u64,
    /// The server has everything up to and with this number.
    pub accepted: u64,
    /// Parcels in the order of their numbers: those not yet accepted, and before them some that were.
    pub parcels: VecDeque<Parcel>,
    /// The first record of each log that is in no parcel yet.
    pub findings: u64,
    pub others: u64,
    /// Items given up and not yet told.
    pub lost: u64,
    /// The segment of telemetry that was counted as lost last: it goes even if a crash came between.
    pub dropping: u64,
}

/// Items that have their numbers: which records they are, so that the same number always means the same item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    pub first: u64,
    pub count: u64,
    /// Records from the first until before the second number.
    pub findings: (u64, u64),
    pub others: (u64, u64),
    pub lost: u64,
    pub bytes: u64,
}

impl Parcel {
    /// One above the number of its last item.
    pub fn end(&self) -> u64 {
        self.first + self.count
    }
}

impl Default for State {
    fn default() -> State {
        State { next: 1, accepted: 0, parcels: VecDeque::new(), findings: 1, others: 1, lost: 0, dropping: 0 }
    }
}

/// Two places in one file of a fixed size, written in turn: keeping the state needs no room on a full disk, and a crash
/// in the middle of one leaves the other.
#[derive(Debug)]
pub struct Slots {
    file: File,
    turn: u64,
}

/// Room for one state: some 300 parcels.
const SLOT: usize = 64 * 1024;

impl Slots {
    /// Opens or makes the file; gives the newest whole state in it.
    pub fn open(path: &Path) -> io::Result<(Slots, State)> {
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        if bytes.len() < 2 * SLOT {
            bytes.resize(2 * SLOT, 0);
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&bytes)?;
            file.sync_all()?;
        }
        let newest = [&bytes[..SLOT], &bytes[SLOT..2 * SLOT]]
            .into_iter()
            .filter_map(|slot| {
                let (turn, json, _) = frame::take(slot)?;
                Some((turn, serde_json::from_slice::<State>(json).ok()?))
            })
            .max_by_key(|(turn, _)| *turn);
        let (turn, state) = newest.unwrap_or_default();
        Ok((Slots { file, turn }, state))
    }

    /// Keeps a state durably in the place of the older one.
    pub fn keep(&mut self, state: &State) -> io::Result<()> {
        let mut bytes = Vec::new();
        frame::put(&mut bytes, self.turn + 1, &serde_json::to_vec(state)?);
        if bytes.len() > SLOT {
            return Err(io::Error::other("the spool's state has outgrown its place"));
        }
        let place = if (self.turn + 1).is_multiple_of(2) { 0 } else { SLOT };
        self.file.seek(SeekFrom::Start(u64::try_from(place).unwrap_or(0)))?;
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        self.turn += 1;
        Ok(())
    }
}
