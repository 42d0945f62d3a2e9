use crate::{Day, Moment};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where "now" comes from. Rules never ask it: a proof hands them the moment.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is set, for tests and for "as known on that day".
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `moment`.
    pub fn at(moment: Moment) -> Clock {
        Clock::Set(Arc::new(AtomicI64::new(moment.0)))
    }

    pub fn now(&self) -> Moment {
        match self {
            Clock::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::Set(millis) => Moment(millis.load(Ordering::SeqCst)),
        }
    }

    pub fn today(&self) -> Day {
        self.now().day()
    }

    /// Moves a set clock; the machine's own clock is left alone.
    pub fn advance(&self, millis: i64) {
        if let Clock::Set(now) = self {
            now.fetch_add(millis, Ordering::SeqCst);
        }
    }
}
