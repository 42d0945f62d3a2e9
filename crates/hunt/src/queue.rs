//! What waits to be done, for whichever thread has time: blocks before members of archives, and these before files, so that
//! little is open at once.

use crate::blocks::Block;
use crate::crew::About;
use crate::packed::At;
use crate::{Course, Input};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zip::ZipArchive;

/// Something to do.
pub(crate) enum Work {
    Input(Input),
    Member(Member),
    Block(Block),
}

/// A file within a ZIP.
pub(crate) struct Member {
    pub archive: ZipArchive<At>,
    pub index: usize,
    /// What the archive itself is.
    pub about: About,
}

pub(crate) struct Queue {
    state: Mutex<State>,
    change: Condvar,
}

struct State {
    inputs: VecDeque<Input>,
    members: VecDeque<Member>,
    blocks: VecDeque<Block>,
    /// Threads that work, and may add more.
    busy: usize,
    /// Threads that wait.
    idle: usize,
    /// Room of blocks that were done, to be used again.
    rooms: Vec<Vec<u8>>,
}

/// Rooms that are kept to be used again.
const ROOMS: usize = 64;
/// How long a thread sleeps before it looks whether the hunt was stopped.
const LOOK: Duration = Duration::from_millis(100);

/// A thread is at work for as long as this lives, even if it ends by a panic: otherwise the others would wait for ever.
pub(crate) struct Busy<'q>(&'q Queue);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.lock().busy -= 1;
        self.0.change.notify_all();
    }
}

impl Queue {
    pub fn new(inputs: Vec<Input>) -> Queue {
        let (members, blocks, rooms) = (VecDeque::new(), VecDeque::new(), Vec::new());
        let state = State { inputs: inputs.into(), members, blocks, busy: 0, idle: 0, rooms };
        Queue { state: Mutex::new(state), change: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next thing to do, with the word that this thread is busy; waits while others may still add some. `None` when all
    /// is done or the hunt was stopped.
    pub fn take(&self, course: &Course) -> Option<(Work, Busy<'_>)> {
        let mut state = self.lock();
        loop {
            if course.stopped() {
                return None;
            }
            let block = state.blocks.pop_front().map(Work::Block);
            let member = |state: &mut State| state.members.pop_front().map(Work::Member);
            let work = block.or_else(|| member(&mut state)).or_else(|| state.inputs.pop_front().map(Work::Input));
            if let Some(work) = work {
                state.busy += 1;
                return Some((work, Busy(self)));
            }
            if state.busy == 0 {
                return None;
            }
            state.idle += 1;
            state = self.change.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
            state.idle -= 1;
        }
    }

    /// Puts a block down for another thread; gives it back if none has time.
    pub fn offer(&self, block: Block) -> Option<Block> {
        let mut state = self.lock();
        if state.blocks.len() >= state.idle {
            return Some(block);
        }
        state.blocks.push_back(block);
        self.change.notify_one();
        None
    }

    pub fn add_members(&self, members: impl Iterator<Item = Member>) {
        self.lock().members.extend(members);
        self.change.notify_all();
    }

    /// Room for a block.
    pub fn room(&self) -> Vec<u8> {
        self.lock().rooms.pop().unwrap_or_default()
    }

    pub fn give_back(&self, room: Vec<u8>) {
        let mut state = self.lock();
        if state.rooms.len() < ROOMS {
            state.rooms.push(room);
        }
    }
}
