//! Records of the Linux audit system: `type=EXECVE msg=audit(1604996384.965:93777): argc=4 a0="dd" …`.

use base::Moment;

/// Fields whose value may be written as hexadecimal digits, because it has spaces or signs (auditd's "untrusted strings").
const ENCODED: [&str; 17] = [
    "proctitle",
    "exe",
    "comm",
    "name",
    "cwd",
    "cmd",
    "acct",
    "key",
    "path",
    "file",
    "data",
    "dir",
    "vm",
    "watch",
    "new-chardev",
    "grp",
    "ocomm",
];

/// Reads one record; `None` for a line that is none.
pub fn record(line: &str) -> Option<wire::Event> {
    let line = line.trim();
    let (host, line) = match line.strip_prefix("node=") {
        Some(rest) => rest.split_once(' ').map(|(host, rest)| (Some(host), rest))?,
        None => (None, line),
    };
    let (kind, rest) = line.strip_prefix("type=")?.split_once(' ')?;
    let rest = rest.trim_start().strip_prefix("msg=audit(")?;
    let (stamp, rest) = rest.split_once(')')?;
    let (time, serial) = stamp.split_once(':')?;
    let at = crate::moment(time)?;
    let mut fields = vec![("type".to_owned(), kind.to_owned()), ("serial".to_owned(), serial.to_owned())];
    fields.extend(host.map(|host| ("node".to_owned(), host.to_owned())));
    pairs(rest.trim_start_matches(':'), kind, &mut fields, 0);
    Some(event(at, fields))
}

fn event(at: Moment, fields: Vec<(String, String)>) -> wire::Event {
    let source = wire::Source { product: "linux".into(), category: String::new(), service: "auditd".into() };
    wire::Event { at: at.0, source, fields }
}

/// Reads `name=value` pairs; a value in single quotes holds pairs itself.
fn pairs(text: &str, kind: &str, fields: &mut Vec<(String, String)>, depth: usize) {
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.rsplit([' ', ',', '\u{1d}']).next().unwrap_or(name).trim_start_matches('(');
        let (value, next) = if let Some(quoted) = after.strip_prefix('"') {
            let (value, next) = quoted.split_once('"').unwrap_or((quoted, ""));
            (value.to_owned(), next)
        } else if let Some(inner) = after.strip_prefix('\'') {
            let (inner, next) = inner.split_once('\'').unwrap_or((inner, ""));
            if depth == 0 {
                pairs(inner, kind, fields, 1);
            }
            (String::new(), next)
        } else {
            let end = after.find([' ', '\u{1d}', '\'']).unwrap_or(after.len());
            let (value, next) = after.split_at(end);
            (decoded(name, value, kind), next)
        };
        if !name.is_empty() && !value.is_empty() && value != "(null)" {
            fields.push((name.to_owned(), value));
        }
        rest = next;
    }
}

/// A bare value; the arguments of a program and names may be in hexadecimal.
fn decoded(name: &str, value: &str, kind: &str) -> String {
    let argument =
        kind == "EXECVE" && name.strip_prefix('a').is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()));
    let digits = value.len() >= 2
        && value.len().is_multiple_of(2)
        && value.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte));
    if !(digits && (argument || ENCODED.contains(&name))) {
        return value.to_owned();
    }
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let Some(bytes) = value.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>() else {
        return value.to_owned();
    };
    // Between the arguments of a title stand zero bytes.
    let bytes: Vec<u8> = bytes.into_iter().map(|byte| if byte == 0 { b' ' } else { byte }).collect();
    crate::text::decode(&bytes).trim_end().to_owned()
}
