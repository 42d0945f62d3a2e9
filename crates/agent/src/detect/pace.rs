//! What time it is for correlations, whatever somebody does to the machine's clock.

use base::Moment;
use nix::time::{ClockId, clock_gettime};

/// The machine's two clocks at one moment, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// The clock on the wall, UTC: what events bear. It can be set.
    pub wall: i64,
    /// A clock that nobody can set and that goes on while the machine sleeps.
    pub steady: i64,
}

impl Time {
    /// The time on this machine.
    pub fn now() -> Time {
        let steady = clock_gettime(ClockId::CLOCK_BOOTTIME).or_else(|_| clock_gettime(ClockId::CLOCK_MONOTONIC));
        let steady = steady.map(|at| at.tv_sec() * Moment::SECOND + at.tv_nsec() / 1_000_000);
        Time { wall: crate::watch::now(), steady: steady.unwrap_or_default() }
    }
}

/// How far time has come, so that no timespan is called over before it has really passed.
///
/// A clock set back is followed at once: what was begun by the time before waits until the clock is there again. A clock set
/// forward is followed when everything that was begun before has lasted its time by the steady clock. At the start nothing
/// is over for a while, since the logs of the time before are still being read.
#[derive(Debug)]
pub struct Pace {
    /// How far the wall is ahead of the steady clock.
    ahead: i64,
    /// Another distance, of a clock that was set forward, and since when it has been so.
    other: Option<(i64, i64)>,
    /// By the steady clock, when the logs of the time before have been read.
    ready: i64,
    slack: i64,
}

impl Pace {
    /// `slack` is how late an event may come, and as far may the clock be set without being waited for.
    pub fn new(time: Time, slack: i64) -> Pace {
        Pace { ahead: time.wall.saturating_sub(time.steady), other: None, ready: time.steady.saturating_add(slack), slack }
    }

    /// What time it is for correlations, the longest of which lasts so long; nothing while it is too early to say.
    pub fn at(&mut self, time: Time, longest: i64) -> Option<i64> {
        let ahead = time.wall.saturating_sub(time.steady);
        if ahead.saturating_sub(self.ahead) <= self.slack {
            (self.ahead, self.other) = (ahead, None);
        } else {
            let since = match self.other {
                Some((other, since)) if other.abs_diff(ahead) <= self.slack.unsigned_abs() => since,
                Some(_) | None => {
                    tracing::warn!("the clock was set forward; correlations that wait for their end wait a little longer");
                    time.steady
                }
            };
            self.other = Some((ahead, since));
            if time.steady.saturating_sub(since) > longest.saturating_add(self.slack) {
                (self.ahead, self.other) = (ahead, None);
            }
        }
        (time.steady >= self.ready).then(|| time.steady.saturating_add(self.ahead))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_steadily_whatever_is_done_to_the_clock() {
        const SLACK: i64 = 600;
        const LONGEST: i64 = 3_600;
        let mut pace = Pace::new(Time { wall: 100_000, steady: 50 }, SLACK);
        for (wall, steady, wanted, why) in [
            (100_001, 51, None, "the logs of the time before are still read"),
            (100_600, 650, Some(100_600), "as the clock says"),
            (101_700, 1_250, Some(101_700), "set forward by no more than an event may be late"),
            (901_700, 1_250, Some(101_700), "set far forward: time goes on at its pace"),
            (905_900, 5_450, Some(105_900), "until the longest correlation must be over"),
            (905_901, 5_451, Some(905_901), "then the clock is right"),
            (1_905_901, 5_451, Some(905_901), "set forward again"),
            (2_905_901, 5_452, Some(905_902), "and again"),
            (2_910_101, 9_652, Some(910_102), "the wait is counted from the last time"),
            (2_910_102, 9_653, Some(2_910_102), "it has been so for long enough"),
            (10_000, 9_654, Some(10_000), "set back"),
            (10_001, 9_655, Some(10_001), "and going on from there"),
            (i64::MAX, i64::MAX, Some(i64::MAX), "no time is too far"),
            (i64::MIN, 0, None, "nor too long ago"),
        ] {
            assert_eq!(pace.at(Time { wall, steady }, LONGEST), wanted, "{why}");
        }
    }

    #[test]
    fn the_steady_clock_goes() {
        let before = Time::now();
        std::thread::sleep(std::time::Duration::from_millis(5));
        let after = Time::now();
        assert!((5..60_000).contains(&(after.steady - before.steady)), "{before:?} {after:?}");
    }
}
