use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Why an agent stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Somebody asked, by a signal or because the parent has gone.
    Asked,
    /// The server no longer knows this device.
    Retired,
}

/// The one flag that ends every thread; waiting on it is how threads sleep.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<(Mutex<Option<Why>>, Condvar)>);

impl Stop {
    /// Ends the agent; the first reason stays.
    pub fn stop(&self, why: Why) {
        lock(&self.0.0).get_or_insert(why);
        self.0.1.notify_all();
    }

    pub fn stopped(&self) -> bool {
        lock(&self.0.0).is_some()
    }

    /// Sleeps for so long, or until the agent stops; true if it stops.
    pub fn sleep(&self, long: Duration) -> bool {
        let until = Instant::now() + long;
        let mut why = lock(&self.0.0);
        while why.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            why = self.0.1.wait_timeout(why, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Sleeps until the agent stops, and says why.
    pub fn wait(&self) -> Why {
        let mut why = lock(&self.0.0);
        loop {
            if let Some(why) = *why {
                return why;
            }
            why = self.0.1.wait(why).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A lock that a panic elsewhere does not take down: everything kept under one is whole between statements.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
