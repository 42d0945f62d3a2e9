//! Logs of web servers: the combined form of Apache and nginx, and Apache's error log.

use crate::time::{digits, month, utc};
use base::Moment;

/// Reads `1.2.3.4 - user [10/Oct/2026:13:55:36 +0900] "GET /x?y HTTP/1.1" 200 123 "referer" "agent"` into the fields that
/// Sigma's `webserver` rules use (W3C names).
pub fn access(line: &str) -> Option<wire::Event> {
    let (before, rest) = line.split_once(" [")?;
    let (time, rest) = rest.split_once("] \"")?;
    let mut who = before.split(' ');
    let (client, _, user) = (who.next()?, who.next()?, who.next()?);
    let (request, rest) = rest.split_once("\" ")?;
    let mut quoted = rest.split('"');
    let mut numbers = quoted.next()?.split_whitespace();
    let (status, bytes) = (numbers.next()?, numbers.next().unwrap_or("-"));
    digits(status)?;
    let (referer, agent) = (quoted.next(), quoted.nth(1));
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (stem, query) = target.split_once('?').unwrap_or((target, ""));
    let named = [
        ("c-ip", client),
        ("cs-username", user),
        ("cs-method", method),
        ("cs-uri", target),
        ("cs-uri-stem", stem),
        ("cs-uri-query", query),
        ("sc-status", status),
        ("sc-bytes", bytes),
        ("cs-referer", referer.unwrap_or_default()),
        ("cs-user-agent", agent.unwrap_or_default()),
        ("message", line),
    ];
    Some(event(access_time(time)?, "webserver", "", &named))
}

/// `10/Oct/2026:13:55:36 +0900`
fn access_time(text: &str) -> Option<Moment> {
    let (date, zone) = text.split_once(' ')?;
    let mut parts = date.split(['/', ':']);
    let mut next = || parts.next();
    let (day, month_word, year) = (digits(next()?)?, next()?, digits(next()?)?);
    let (hour, minute, second) = (digits(next()?)?, digits(next()?)?, digits(next()?)?);
    let at = utc(year, month(month_word)?, day, hour, minute, second)?;
    let (sign, zone) = (if zone.starts_with('-') { -1 } else { 1 }, zone.get(1..)?);
    let east = digits(zone.get(..2)?)? * Moment::HOUR + digits(zone.get(2..4)?)? * Moment::MINUTE;
    Some(at.plus(-sign * east))
}

/// Reads `[Sun Dec 04 04:47:44.123 2005] [core:error] [pid 1] [client 1.2.3.4:5] text`; the time is local, `east` milliseconds of UTC.
pub fn error(line: &str, east: i64) -> Option<wire::Event> {
    let (time, rest) = line.strip_prefix('[')?.split_once("] ")?;
    let mut words = time.split_whitespace();
    let mut next = || words.next();
    let (_, month_word, day, clock, year) = (next()?, next()?, digits(next()?)?, next()?, digits(next()?)?);
    let mut clock = clock.split([':', '.']).map(digits);
    let mut part = || clock.next().flatten();
    let at = utc(year, month(month_word)?, day, part()?, part()?, part()?)?.plus(-east);
    let mut fields = Vec::new();
    let mut message = rest;
    while let Some((inside, after)) = message.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        match inside.split_once(' ') {
            Some(("pid", process)) => fields.push(("ProcessId", process)),
            Some(("client", client)) => fields.push(("c-ip", client)),
            _ => fields.push(("Level", inside)),
        }
        message = after;
    }
    fields.push(("message", line));
    Some(event(at, "", "apache", &fields))
}

fn event(at: Moment, category: &str, service: &str, fields: &[(&str, &str)]) -> wire::Event {
    let source = wire::Source { product: "apache".into(), category: category.into(), service: service.into() };
    let given = fields.iter().filter(|(_, value)| !value.is_empty() && *value != "-");
    wire::Event { at: at.0, source, fields: given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect() }
}

/// Lays out a line of Squid's native access log: `1286536309.586 921 192.0.2.68 TCP_MISS/200 507 GET http://host/path ann
/// DIRECT/192.0.2.1 text/html`, in the words of Sigma's `proxy` rules. Says whether it is one.
pub fn squid(line: &str, slate: &mut sigma::Slate) -> bool {
    let mut words = line.split_whitespace();
    let mut next = || words.next().unwrap_or_default();
    let (time, elapsed, client, outcome, bytes) = (next(), next(), next(), next(), next());
    let (method, url, user, peer, kind) = (next(), next(), next(), next(), next());
    let Some((action, status)) = outcome.split_once('/') else { return false };
    let (Some(at), true) = (crate::moment(time), time.contains('.') && digits(elapsed).is_some()) else { return false };
    if digits(status).is_none() || digits(bytes).is_none() || peer.is_empty() {
        return false;
    }
    slate.at = at.0;
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', ':', '?']).next().unwrap_or(host);
    let peer = peer.split_once('/').map_or("", |(_, address)| address);
    let named = [
        ("c-ip", client),
        ("s-action", action),
        ("sc-status", status),
        ("sc-bytes", bytes),
        ("cs-method", method),
        ("c-uri", url),
        ("cs-host", host),
        ("r-dns", host),
        ("cs-username", user),
        ("dst_ip", peer),
        ("rs-content-type", kind),
        ("time-taken", elapsed),
    ];
    for (name, value) in named.iter().filter(|(_, value)| !matches!(*value, "" | "-")) {
        slate.put_named(name, value);
    }
    true
}
