//! Time as the product keeps it: moments in UTC milliseconds, days in Japan.

use jiff::{Timestamp, civil, tz};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment(pub i64);

/// A calendar day in Japan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(civil::Date);

/// A text was given where a day was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a day such as 2026-04-01")]
pub struct NotADay;

/// Japan has kept UTC+9 without summer time since 1952.
const JAPAN: tz::Offset = tz::Offset::constant(9);

impl Moment {
    pub const SECOND: i64 = 1_000;
    pub const MINUTE: i64 = 60 * Self::SECOND;
    pub const HOUR: i64 = 60 * Self::MINUTE;
    pub const DAY: i64 = 24 * Self::HOUR;

    /// This moment and so many milliseconds; stays within the range of `i64`.
    pub fn plus(self, millis: i64) -> Moment {
        Moment(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` until this moment; negative if it is later.
    pub fn since(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The day in Japan; a moment outside the calendar gives the nearest day of it.
    pub fn day(self) -> Day {
        Day(JAPAN.to_datetime(self.timestamp()).date())
    }

    /// `2026-04-01 09:05`, in Japan.
    pub fn minute_in_japan(self) -> String {
        JAPAN.to_datetime(self.timestamp()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// `2026-04-01T00:05:09.123Z` (RFC 3339).
    pub fn rfc3339(self) -> String {
        tz::Offset::UTC.to_datetime(self.timestamp()).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
}

impl From<i64> for Moment {
    fn from(millis: i64) -> Moment {
        Moment(millis)
    }
}

impl Day {
    /// The day of a year, month and day of the month, or `NotADay`.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Day, NotADay> {
        civil::Date::new(year, month, day).map(Day).map_err(|_| NotADay)
    }

    /// So many days later (earlier, if negative); stays within the calendar.
    pub fn plus(self, days: i64) -> Day {
        let span = jiff::Span::new().try_days(days).unwrap_or_default();
        Day(self.0.saturating_add(span))
    }

    /// Whole days from `earlier` until this day.
    pub fn since(self, earlier: Day) -> i64 {
        self.0.since(earlier.0).map(|span| i64::from(span.get_days())).unwrap_or(0)
    }

    /// Midnight in Japan, when the day begins.
    pub fn start(self) -> Moment {
        match JAPAN.to_timestamp(self.0.at(0, 0, 0, 0)) {
            Ok(at) => Moment(at.as_millisecond()),
            Err(_) => Moment(i64::MIN),
        }
    }

    pub fn year(self) -> i16 {
        self.0.year()
    }

    pub fn month(self) -> i8 {
        self.0.month()
    }

    pub fn day_of_month(self) -> i8 {
        self.0.day()
    }
}

impl fmt::Display for Day {
    /// `2026-04-01` (ISO 8601).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::str::FromStr for Day {
    type Err = NotADay;
    fn from_str(text: &str) -> Result<Day, NotADay> {
        match text.parse::<civil::Date>() {
            Ok(date) if text.len() == 10 => Ok(Day(date)),
            _ => Err(NotADay),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_japans_day() -> Result<(), NotADay> {
        let day: Day = "2026-04-01".parse()?;
        assert_eq!(day.start().rfc3339(), "2026-03-31T15:00:00.000Z");
        assert_eq!(day.start().plus(-1).day().to_string(), "2026-03-31");
        assert_eq!(day.start().day(), day);
        assert_eq!(day.start().minute_in_japan(), "2026-04-01 00:00");
        assert_eq!(day.plus(30).since(day), 30);
        assert_eq!(day.plus(-1).to_string(), "2026-03-31");
        Ok(())
    }

    #[test]
    fn any_number_is_some_moment() {
        for n in [i64::MIN, -1, 0, i64::MAX] {
            let _ = (Moment(n).day(), Moment(n).rfc3339(), Moment(n).plus(n), Moment(n).since(Moment(-n.saturating_neg())));
        }
        for bad in ["", "2026-4-1", "2026-02-30", "20260401", "2026-04-01T00:00"] {
            assert_eq!(bad.parse::<Day>(), Err(NotADay), "{bad:?}");
        }
    }
}
