//! The frame of a syslog line: when, which machine, which program; RFC 3164 (with or without a year), RFC 5424, ISO times.

use crate::time::{digits, month, utc};
use base::Moment;

/// What stands before a message.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    pub at: Moment,
    pub host: &'a str,
    pub service: &'a str,
    pub process: Option<&'a str>,
    pub message: &'a str,
}

/// Takes a line apart. `now` settles the year where the line has none; `east` is how far local time is from UTC, in milliseconds.
pub fn frame(line: &str, now: Moment, east: i64) -> Option<Frame<'_>> {
    let (rest, numbered) = match line.strip_prefix('<') {
        Some(rest) => {
            let (number, rest) = rest.split_once('>')?;
            digits(number).filter(|number| *number <= 191)?;
            (rest, true)
        }
        None => (line, false),
    };
    if let (true, Some(rest)) = (numbered, rest.strip_prefix("1 ")) {
        return structured(rest);
    }
    let (at, rest) = traditional(rest, now, east).or_else(|| iso(rest, east))?;
    let (host, rest) = rest.split_once(' ')?;
    let (service, process, message) = tag(rest.trim_start());
    Some(Frame { at, host, service, process, message })
}

/// RFC 5424, after the version.
fn structured(rest: &str) -> Option<Frame<'_>> {
    let mut parts = rest.splitn(6, ' ');
    let mut next = || parts.next();
    let (time, host, service, process, _) = (next()?, next()?, next()?, next()?, next()?);
    let rest = next()?;
    let message = match rest.strip_prefix('-') {
        Some(message) => message,
        None => after_elements(rest)?,
    };
    let process = (process != "-").then_some(process);
    Some(Frame { at: crate::moment(time)?, host, service, process, message: message.trim_start().trim_start_matches('\u{feff}') })
}

/// What follows the structured data `[id name="value"][…]`.
fn after_elements(text: &str) -> Option<&str> {
    let (mut quoted, mut hidden, mut open) = (false, false, false);
    for (n, byte) in text.bytes().enumerate() {
        match byte {
            _ if hidden => hidden = false,
            b'\\' if quoted => hidden = true,
            b'"' => quoted = !quoted,
            b'[' if !quoted => open = true,
            b']' if !quoted => open = false,
            b' ' if !quoted && !open => return text.get(n + 1..),
            _ => {}
        }
    }
    (!quoted && !open).then_some("")
}

/// `Dec 10 06:55:46 ` or `Dec 10 2026 06:55:46 `.
fn traditional(text: &str, now: Moment, east: i64) -> Option<(Moment, &str)> {
    let month = month(text.get(..3)?)?;
    let rest = text.get(3..)?.strip_prefix(' ')?.trim_start();
    let (day, rest) = rest.split_once(' ')?;
    let day = digits(day)?;
    let (mut clock, mut rest) = rest.trim_start().split_once(' ')?;
    let mut year = None;
    if clock.len() == 4 {
        year = Some(digits(clock)?);
        (clock, rest) = rest.trim_start().split_once(' ')?;
    }
    let mut parts = clock.trim_end_matches(':').split([':', '.']).map(digits);
    let mut part = || parts.next().flatten();
    let (hour, minute, second) = (part()?, part()?, part()?);
    let in_year = |year: i64| utc(year, month, day, hour, minute, second).map(|at| at.plus(-east));
    let at = match year {
        Some(year) => in_year(year)?,
        None => {
            // The latest such time that is not in the future, but for clocks that are a little apart.
            let this = i64::from(now.day().year());
            let until = now.plus(Moment::DAY);
            (0..=8).filter_map(|back| in_year(this + 1 - back)).find(|at| *at <= until)?
        }
    };
    Some((at, rest.trim_start()))
}

/// A time without its machine: `Feb 17 13:40:03.673`, with or without a year.
pub(crate) fn local_time(text: &str, now: Moment, east: i64) -> Option<Moment> {
    let ended = format!("{text} ");
    traditional(&ended, now, east).map(|(at, _)| at)
}

fn iso(text: &str, east: i64) -> Option<(Moment, &str)> {
    let (time, rest) = text.split_once(' ')?;
    if time.len() < 19 || time.as_bytes().get(10).is_none_or(|byte| *byte != b'T') {
        return None;
    }
    let zoned = time.ends_with('Z') || time.get(19..).is_some_and(|end| end.contains(['+', '-']));
    let at = crate::moment(time)?;
    Some((if zoned { at } else { at.plus(-east) }, rest.trim_start()))
}

/// `sshd[24200]: message`; a line without such a word is all message.
fn tag(text: &str) -> (&str, Option<&str>, &str) {
    let end = text.find(|letter: char| letter == ':' || letter == '[' || letter.is_whitespace()).unwrap_or(text.len());
    let (service, rest) = text.split_at(end);
    if service.is_empty() {
        return ("", None, text);
    }
    if let Some(inside) = rest.strip_prefix('[')
        && let Some((process, rest)) = inside.split_once(']')
        && let Some(message) = rest.strip_prefix(':')
    {
        return (service, Some(process), message.strip_prefix(' ').unwrap_or(message));
    }
    match rest.strip_prefix(':') {
        Some(message) => (service, None, message.strip_prefix(' ').unwrap_or(message)),
        None => ("", None, text),
    }
}
