//! Times as people write them on a command line.

use base::Moment;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz};

/// What a day without a time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayEdge {
    /// Its first moment, for `--since`.
    Begin,
    /// The first moment of the next day, for `--until`.
    End,
}

/// Reads `2026-11-01T00:00:00Z` and the like (RFC 3339), `2026-11-01`, `2026-11-01 09:00` in local time, and `-7d`, `-12h`,
/// `-30m`, `-2w` before now. `east` is how far local time is from UTC, in milliseconds. Refuses anything else with the reason.
pub fn moment(text: &str, now: Moment, east: i64, edge: DayEdge) -> Result<Moment, String> {
    let text = text.trim();
    if let Some(back) = text.strip_prefix('-').and_then(ago) {
        return Ok(now.plus(-back));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Moment(at.as_millisecond()));
    }
    let local = |at: DateTime| {
        let at = tz::Offset::UTC.to_timestamp(at).map_err(|error| error.to_string())?;
        Ok(Moment(at.as_millisecond()).plus(-east))
    };
    if let Ok(day) = text.parse::<Date>()
        && text.len() == 10
    {
        let day = if edge == DayEdge::End { day.tomorrow().map_err(|error| error.to_string())? } else { day };
        return local(day.at(0, 0, 0, 0));
    }
    match text.parse::<DateTime>() {
        Ok(at) if text.len() > 10 => local(at),
        _ => Err(format!("\"{text}\" is no time such as 2026-11-01, \"2026-11-01 09:00\", 2026-11-01T00:00:00Z or -7d")),
    }
}

/// Milliseconds of `7d`.
fn ago(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        's' => Moment::SECOND,
        'm' => Moment::MINUTE,
        'h' => Moment::HOUR,
        'd' => Moment::DAY,
        'w' => 7 * Moment::DAY,
        _ => return None,
    };
    let digits = text.get(..text.len() - 1).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse::<i64>().ok()?.checked_mul(unit)
}
