//! Windows' two kinds of time, written as Windows writes them.

/// 100-nanosecond steps of a FILETIME in a second.
const SECOND: u64 = 10_000_000;
const DAY: u64 = 86_400 * SECOND;
/// From 1601 to 1970 in milliseconds.
const EPOCH: i64 = 11_644_473_600_000;
/// The first step of the year 10000.
const END: u64 = 2_650_467_744_000_000_000;

/// UTC milliseconds of a FILETIME; `None` for what lies beyond the year 9999.
pub(super) fn millis(steps: u64) -> Option<i64> {
    (steps < END).then(|| (steps / 10_000) as i64 - EPOCH)
}

/// Appends a FILETIME (100-nanosecond steps since 1601) as `2026-04-01T00:05:00.1234567Z`.
///
/// Of years past 9999 the last four digits stand; what Windows cannot read is all zeros.
pub(super) fn filetime(steps: u64, out: &mut Vec<u8>) {
    if steps > i64::MAX as u64 {
        return out.extend_from_slice(b"0000-00-00T00:00:00.0000000Z");
    }
    let (year, month, day) = date(steps / DAY);
    let rest = steps % DAY;
    write([year % 10_000, month, day], rest / SECOND, rest % SECOND, out);
}

/// Appends a SYSTEMTIME (eight numbers of 16 bits); one that is no time stands as the first day of 1601.
pub(super) fn systime(bytes: [u8; 16], out: &mut Vec<u8>) {
    let (parts, _) = bytes.as_chunks::<2>();
    let part = |n: usize| parts.get(n).map_or(0, |part| u64::from(u16::from_le_bytes(*part)));
    let (year, month, day, hour, minute, second, milli) = (part(0), part(1), part(3), part(4), part(5), part(6), part(7));
    let good = (1601..=30_827).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && milli < 1_000;
    if good {
        write([year % 10_000, month, day], hour * 3_600 + minute * 60 + second, milli * 10_000, out);
    } else {
        write([1601, 1, 1], 0, 0, out);
    }
}

fn days_in(year: u64, month: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a number of days since 1601, by Howard Hinnant's `civil_from_days`: he counts from a March
/// in eras of 400 years, so that the leap day comes last.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 584_694;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let first = (153 * month + 2) / 5;
    let (after, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
    (era * 400 + year + after, month, day - first + 1)
}

fn write(date: [u64; 3], second: u64, steps: u64, out: &mut Vec<u8>) {
    let mut text = *b"0000-00-00T00:00:00.0000000Z";
    let [year, month, day] = date;
    let parts = [(0, year / 100), (2, year % 100), (5, month), (8, day), (11, second / 3_600), (14, second / 60 % 60)];
    let rest = [(17, second % 60), (20, steps / 100_000), (22, steps / 1_000 % 100), (24, steps / 10 % 100)];
    for (place, number) in parts.into_iter().chain(rest) {
        text[place] = b'0' + (number / 10) as u8;
        text[place + 1] = b'0' + (number % 10) as u8;
    }
    text[26] = b'0' + (steps % 10) as u8;
    out.extend_from_slice(&text);
}
