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

/// Puts the records of one program's start together, so that rules on `process_creation` see it.
///
/// auditd writes a start as several records with one serial number: SYSCALL (who, which file), EXECVE (the arguments), CWD.
#[derive(Debug, Default)]
pub struct Starts {
    serial: String,
    process: Vec<(String, String)>,
    arguments: String,
    at: i64,
}

/// Letters of a command line; more are left out.
const COMMAND_LETTERS: usize = 64 << 10;

impl Starts {
    /// Takes the next record; gives the start that is whole now, because another begins.
    pub fn add(&mut self, record: &wire::Event) -> Option<wire::Event> {
        let serial = record.get("serial").unwrap_or_default();
        let whole = if serial == self.serial { None } else { self.end() };
        if whole.is_some() || serial != self.serial {
            *self = Starts { serial: serial.to_owned(), at: record.at, ..Starts::default() };
        }
        let names: &[(&str, &str)] = match record.get("type") {
            Some("SYSCALL") => {
                &[("exe", "Image"), ("pid", "ProcessId"), ("ppid", "ParentProcessId"), ("uid", "UserId"), ("node", "Hostname")]
            }
            Some("CWD") => &[("cwd", "CurrentDirectory")],
            Some("EXECVE") => {
                self.arguments = arguments(record);
                &[]
            }
            _ => &[],
        };
        let given = names.iter().filter_map(|(name, field)| Some(((*field).to_owned(), record.get(name)?.to_owned())));
        self.process.extend(given);
        whole
    }

    /// The start that is still open, at the end of a file.
    pub fn end(&mut self) -> Option<wire::Event> {
        let ready = !self.arguments.is_empty() && self.process.iter().any(|(name, _)| name == "Image");
        let mut fields = std::mem::take(&mut self.process);
        let arguments = std::mem::take(&mut self.arguments);
        if !ready {
            return None;
        }
        fields.push(("CommandLine".to_owned(), arguments));
        let source = wire::Source { product: "linux".into(), category: "process_creation".into(), service: String::new() };
        Some(wire::Event { at: self.at, source, fields })
    }
}

/// `a0`, `a1`, … of an EXECVE record, with spaces between. A long argument comes in pieces: `a1[0]`, `a1[1]`.
fn arguments(record: &wire::Event) -> String {
    let number = |name: &str| name.strip_prefix('a')?.split('[').next()?.parse::<u32>().ok();
    let mut line = String::new();
    let mut last = None;
    for (number, value) in record.fields.iter().filter_map(|(name, value)| Some((number(name)?, value))) {
        if last.is_some_and(|last| last != number) {
            line.push(' ');
        }
        last = Some(number);
        line.push_str(value);
        if line.len() > COMMAND_LETTERS {
            break;
        }
    }
    line
}
