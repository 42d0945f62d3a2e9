use base::{Day, Moment};

/// Nine hours: `Day` begins at midnight in Japan.
const JAPAN: i64 = 9 * Moment::HOUR;

/// A moment from its parts in UTC; `None` if there is no such time. A leap second counts as the next minute.
pub(crate) fn utc(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Option<Moment> {
    if !(0..=24).contains(&hour) || !(0..60).contains(&minute) || !(0..=60).contains(&second) {
        return None;
    }
    let day = Day::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(day.start().plus(JAPAN + hour * Moment::HOUR + minute * Moment::MINUTE + second * Moment::SECOND))
}

/// Reads a time as logs write it: `2026-04-01T09:05:00.123+09:00`, `2026-04-01 09:05:00` (taken as UTC), or a UNIX time
/// in seconds, milliseconds, microseconds or nanoseconds.
pub fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return Some(Moment(unix(number)?));
    }
    if text.len() < 32
        && let Some((seconds, rest)) = text.split_once('.')
        && let (Ok(seconds), true) = (seconds.parse::<i64>(), !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Some(Moment(seconds.checked_mul(1_000)?).plus(millis(rest)));
    }
    let number = |from: usize, to: usize| digits(text.get(from..to)?);
    let apart = |at: usize, signs: &[u8]| text.as_bytes().get(at).is_some_and(|byte| signs.contains(byte));
    if !(apart(4, b"-/") && apart(7, b"-/") && apart(10, b"T t") && apart(13, b":")) {
        return None;
    }
    let mut rest = text.get(16..)?;
    let mut second = 0;
    if let Some(after) = rest.strip_prefix(':') {
        second = digits(after.get(..2)?)?;
        rest = after.get(2..)?;
    }
    let mut more = 0;
    if let Some(after) = rest.strip_prefix(['.', ',']) {
        let end = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
        more = millis(after.get(..end)?);
        rest = after.get(end..)?;
    }
    let at = utc(number(0, 4)?, number(5, 7)?, number(8, 10)?, number(11, 13)?, number(14, 16)?, second)?;
    Some(at.plus(more).plus(-offset(rest.trim())?))
}

/// A number of seconds, milliseconds, microseconds or nanoseconds, told apart by its size, as milliseconds.
fn unix(number: i64) -> Option<i64> {
    match number.unsigned_abs() {
        0..100_000_000_000 => number.checked_mul(1_000),
        100_000_000_000..100_000_000_000_000 => Some(number),
        100_000_000_000_000..100_000_000_000_000_000 => Some(number / 1_000),
        _ => Some(number / 1_000_000),
    }
}

pub(crate) fn digits(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 18 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// The digits behind a second's point, as milliseconds.
fn millis(digits: &str) -> i64 {
    let mut value = 0;
    for n in 0..3 {
        let digit = digits.as_bytes().get(n).map_or(0, |byte| i64::from(byte.wrapping_sub(b'0')));
        value = value * 10 + digit;
    }
    value
}

/// `Z`, nothing, `+09:00`, `+0900`, `UTC` as milliseconds east.
fn offset(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first() {
        None => return Some(0),
        Some(b'Z' | b'z') => return Some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return matches!(text, "UTC" | "GMT").then_some(0),
    };
    let (hours, rest) = (digits(text.get(1..3)?)?, text.get(3..)?);
    let minutes = rest.strip_prefix(':').unwrap_or(rest).get(..2).map_or(Some(0), digits)?;
    Some(sign * (hours * Moment::HOUR + minutes * Moment::MINUTE))
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Dec` as 12.
pub(crate) fn month(word: &str) -> Option<i64> {
    MONTHS.iter().position(|month| month.eq_ignore_ascii_case(word)).map(|n| n as i64 + 1)
}
