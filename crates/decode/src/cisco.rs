//! Messages of Cisco devices: `172.16.5.10 6705: Feb 17 13:40:03.673: %PARSER-5-CFGLOG_LOGGEDCMD: User:admin  logged command:…`.

use crate::syslog;
use base::Moment;

/// Reads one line; `None` for a line of another form. The device's facility tells the log source: what its users typed or
/// signed in with is `aaa`, routing protocols are their own, the rest is `syslog`.
pub fn line(line: &str, now: Moment, east: i64) -> Option<wire::Event> {
    let (before, rest) = line.split_once(": %")?;
    let (mnemonic, text) = rest.split_once(':')?;
    let mut parts = mnemonic.splitn(3, '-');
    let (facility, severity, name) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    if !plain(facility) || !plain(name.split('-').next_back()?) || severity.len() != 1 {
        return None;
    }
    // The time is the last part before the message; before it stand a machine and a running number, where they are given.
    let before =
        before.split('>').next_back()?.trim_start_matches(|letter: char| letter.is_ascii_digit() && before.starts_with('<'));
    let (head, time) = before.rsplit_once(": ").unwrap_or(("", before));
    let at = syslog::local_time(time.trim_start_matches(['*', '.', ' ']), now, east)?;
    let service = match facility {
        "PARSER" | "AAA" | "SEC_LOGIN" | "AAAA" | "TACACS" | "RADIUS" | "SYS" => "aaa",
        "BGP" => "bgp",
        "LDP" => "ldp",
        _ => "syslog",
    };
    let source = wire::Source { product: "cisco".into(), category: String::new(), service: service.into() };
    let host = head.split(' ').next().unwrap_or_default();
    let fields = [("message", line), ("Mnemonic", mnemonic), ("Text", text.trim()), ("Hostname", host)];
    let given =
        fields.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Some(wire::Event { at: at.0, source, fields: given.collect() })
}
