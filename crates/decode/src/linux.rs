//! What Linux programs write of sign-ins, rights and accounts, in the words of our rules.
//!
//! `message` gives the fields of one message; `syslog_line` and `journal::entry` make whole events. The words are those of
//! OpenSSH, sudo, shadow (useradd, usermod, passwd, su), util-linux (login, su), PAM, cron and systemd-logind.

use crate::syslog;
use base::Moment;

/// Fields of a message, by the names of the event vocabulary.
pub type Fields = Vec<(&'static str, String)>;

/// One message and where it was found.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    pub at: Moment,
    pub host: &'a str,
    /// The program as it names itself: `sshd`, `sudo`, `CRON`.
    pub service: &'a str,
    pub process: Option<&'a str>,
    pub message: &'a str,
    /// From the journal, not from a file.
    pub journal: bool,
}

/// Reads a line of syslog, `auth.log` or `secure`. `now` settles the year where the line has none; `east` is the local time's
/// distance from UTC in milliseconds. `None` for a line of another form.
pub fn syslog_line(line: &str, now: Moment, east: i64) -> Option<wire::Event> {
    let frame = syslog::frame(line, now, east)?;
    if let Some(event) = audit_in_syslog(&frame) {
        return Some(event);
    }
    Some(event(&Line {
        at: frame.at,
        host: frame.host,
        service: frame.service,
        process: frame.process,
        message: frame.message,
        journal: false,
    }))
}

/// The kernel and auditd may send audit records through syslog: `audit: type=1400 audit(…)`, `audit[1]: USER_AUTH …`.
fn audit_in_syslog(frame: &syslog::Frame<'_>) -> Option<wire::Event> {
    let at = frame.message.find("type=")?;
    let record = frame.message.get(at..)?;
    if !matches!(frame.service, "kernel" | "audispd" | "auditd" | "audit") {
        return None;
    }
    let record = if record.contains("msg=audit(") { record.to_owned() } else { record.replacen(" audit(", " msg=audit(", 1) };
    let mut event = crate::audit::record(&record)?;
    event.fields.push(("Hostname".into(), frame.host.to_owned()));
    Some(event)
}

/// The event of a message.
pub fn event(line: &Line<'_>) -> wire::Event {
    let service = bare(line.service);
    let known = message(line.service, line.message);
    let source = source(service, &known, line.journal);
    let mut fields = vec![("message".to_owned(), line.message.to_owned())];
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            fields.push((name.to_owned(), value.to_owned()));
        }
    };
    put("Service", service);
    put("ProcessId", line.process.unwrap_or_default());
    put("Hostname", line.host);
    known.iter().filter(|(name, _)| *name != "Service").for_each(|(name, value)| put(name, value));
    wire::Event { at: line.at.0, source, fields }
}

/// `sshd(pam_unix)`, `/usr/sbin/CRON` and `sshd-session` as `sshd`, `cron`, `sshd`.
fn bare(service: &str) -> &str {
    let name = service.rsplit('/').next().unwrap_or(service);
    let name = name.split('(').next().unwrap_or(name);
    match name {
        "sshd-session" | "sshd-auth" => "sshd",
        "CRON" | "crond" | "CROND" | "anacron" => "cron",
        other => other,
    }
}

fn source(service: &str, known: &Fields, journal: bool) -> wire::Source {
    let has = |name: &str| known.iter().any(|(field, _)| *field == name);
    let (category, service) = match service {
        _ if has("Account") => ("account_change", ""),
        "crontab" if has("Action") => ("scheduled_job", ""),
        "sshd" => ("", "sshd"),
        "sudo" => ("", "sudo"),
        "login" => ("", "login"),
        "cron" => ("", "cron"),
        "vsftpd" => ("", "vsftpd"),
        "clamd" | "freshclam" | "clamav" => ("", "clamav"),
        "su" | "systemd-logind" | "passwd" | "chpasswd" | "chsh" | "useradd" | "usermod" | "userdel" | "groupadd" | "gpasswd"
        | "polkitd" | "gdm-password" | "lightdm" | "sddm" => ("", "auth"),
        _ if journal => ("", "journald"),
        _ => ("", "syslog"),
    };
    wire::Source { product: "linux".into(), category: category.into(), service: service.into() }
}

/// The fields of a program's message; empty for one that says nothing of sign-ins, rights or accounts.
///
/// A failed sign-in is told once: where sshd says "Failed password", what PAM says of the same try has no `EventType`.
pub fn message(service: &str, message: &str) -> Fields {
    let (message, repeated) = unrepeated(message);
    let mut fields = match bare(service) {
        "sshd" => sshd(service, message),
        "sudo" => sudo(message),
        "su" => su(message).or_else(|| pam(message, "su")).unwrap_or_default(),
        "cron" => cron(message),
        "crontab" => crontab(message),
        name => account(name, message).or_else(|| login(message)).or_else(|| pam(message, name)).unwrap_or_default(),
    };
    if let (Some(times), false) = (repeated, fields.is_empty()) {
        fields.push(("Repeated", times.to_owned()));
    }
    fields
}

/// rsyslog writes `message repeated 5 times: [ Failed password …]`.
fn unrepeated(message: &str) -> (&str, Option<&str>) {
    let inside = || {
        let (times, rest) = message.strip_prefix("message repeated ")?.split_once(" times: [")?;
        Some((rest.strip_suffix(']').unwrap_or(rest).trim(), Some(times)))
    };
    inside().unwrap_or((message, None))
}

/// Collects fields that have a value.
fn fields<const N: usize>(event_type: &str, rest: [(&'static str, &str); N]) -> Fields {
    let typed = [("EventType", event_type)];
    let all = typed.into_iter().chain(rest).map(|(name, value)| (name, value.trim()));
    all.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.to_owned())).collect()
}

fn word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// `root from 1.2.3.4 port 22 ssh2` as user and address. A name may hold spaces or " from " itself: the last one counts.
fn user_from(text: &str) -> Option<(&str, &str)> {
    let (user, rest) = text.rsplit_once(" from ")?;
    let user = user.strip_prefix("invalid user ").or_else(|| user.strip_prefix("illegal user ")).unwrap_or(user);
    Some((user, word(rest)))
}

fn sshd(service: &str, message: &str) -> Fields {
    let method_for = |text: &str| text.split_once(" for ").map(|(method, rest)| (method.to_owned(), rest.to_owned()));
    if let Some((method, rest)) = message.strip_prefix("Accepted ").and_then(method_for)
        && let Some((user, address)) = user_from(&rest)
    {
        return fields("sign-in", [("User", user), ("SourceIp", address), ("Method", &method)]);
    }
    if let Some((method, rest)) = message.strip_prefix("Failed ").and_then(method_for)
        && let Some((user, address)) = user_from(&rest)
    {
        return fields("sign-in-failed", [("User", user), ("SourceIp", address), ("Method", &method)]);
    }
    let too_many =
        message.strip_prefix("error: ").unwrap_or(message).strip_prefix("maximum authentication attempts exceeded for ");
    if let Some((user, address)) = too_many.and_then(user_from) {
        return fields("sign-in-failed", [("User", user), ("SourceIp", address), ("Method", "too-many")]);
    }
    if let Some((user, address)) =
        message.strip_prefix("Invalid user ").or_else(|| message.strip_prefix("Illegal user ")).and_then(user_from)
    {
        return fields("", [("User", user), ("SourceIp", address)]);
    }
    if let Some(rest) = message.strip_prefix("Disconnected from user ") {
        let mut words = rest.split_whitespace();
        return fields("sign-out", [("User", words.next().unwrap_or_default()), ("SourceIp", words.next().unwrap_or_default())]);
    }
    let old_pam = service.contains("(pam_");
    let Some(mut found) = pam(message, "sshd") else {
        return Fields::new();
    };
    if !old_pam {
        found.retain(|(name, value)| *name != "EventType" || value != "sign-in-failed");
    }
    found
}

/// What the PAM modules say, for any program: `pam_unix(sshd:session): session opened for user root by (uid=0)`.
fn pam(message: &str, service: &str) -> Option<Fields> {
    let text = match message.strip_prefix("pam_") {
        Some(rest) => rest.split_once("): ")?.1,
        None => message,
    };
    let session = |text: &str, event_type: &str| {
        let (user, by) = text.split_once(" by ").unwrap_or((text, ""));
        let user = user.split(['(', ' ']).next().unwrap_or_default().to_owned();
        let by = by.split(['(', ' ']).next().unwrap_or_default().to_owned();
        match service {
            "su" | "sudo" => fields(event_type, [("User", &by), ("TargetUser", &user)]),
            _ => fields(event_type, [("User", &user)]),
        }
    };
    if let Some(rest) = text.strip_prefix("session opened for user ") {
        return Some(session(rest, "session-opened"));
    }
    if let Some(rest) = text.strip_prefix("session closed for user ") {
        return Some(session(rest, "session-closed"));
    }
    if let Some(rest) = text.strip_prefix("password changed for ") {
        return Some(fields("", [("Action", "password-changed"), ("Account", word(rest))]));
    }
    let rest = text.strip_prefix("authentication failure;")?;
    let value =
        |name: &str| rest.split_whitespace().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    // sudo sums its wrong passwords up itself, in one message.
    let event_type = if service == "sudo" { "" } else { "sign-in-failed" };
    match service {
        "su" => Some(fields(event_type, [("User", value("ruser")), ("TargetUser", value("user")), ("Method", "password")])),
        _ => Some(fields(event_type, [("User", value("user")), ("SourceIp", value("rhost")), ("Method", "password")])),
    }
}

/// `ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/bin/ls`
fn sudo(message: &str) -> Fields {
    let Some((user, rest)) =
        message.trim_start().split_once(" : ").filter(|(user, rest)| !user.contains(' ') && rest.contains("COMMAND="))
    else {
        return pam(message, "sudo").unwrap_or_default();
    };
    let (rest, command) = rest.split_once("COMMAND=").unwrap_or((rest, ""));
    let part = |name: &str| rest.split(" ; ").find_map(|part| part.trim().strip_prefix(name)).unwrap_or_default();
    let first = rest.split(" ; ").next().unwrap_or_default();
    let refused = !first.contains('=');
    let event_type = if refused { "sudo-failed" } else { "sudo" };
    let mut found = fields(
        event_type,
        [("User", user), ("TargetUser", part("USER=")), ("Command", command), ("CurrentDirectory", part("PWD="))],
    );
    if refused {
        found.push(("Reason", first.trim().to_owned()));
    }
    found
}

fn su(message: &str) -> Option<Fields> {
    let by_on = |rest: &str, event_type: &str| {
        let (target, rest) = rest.split_once(") ")?;
        Some(fields(event_type, [("User", word(rest)), ("TargetUser", target), ("Method", "password")]))
    };
    if let Some(rest) = message.strip_prefix("FAILED SU (to ") {
        return by_on(rest, "sign-in-failed");
    }
    if let Some(rest) = message.strip_prefix("(to ") {
        return by_on(rest, "sign-in");
    }
    let for_by = |rest: &str, event_type: &str| {
        let (target, by) = rest.split_once(" by ")?;
        Some(fields(event_type, [("User", word(by)), ("TargetUser", target), ("Method", "password")]))
    };
    if let Some(rest) = message.strip_prefix("Successful su for ") {
        return for_by(rest, "sign-in");
    }
    message.strip_prefix("FAILED su for ").and_then(|rest| for_by(rest, "sign-in-failed"))
}

/// `login` at the console, and sessions that systemd-logind opens.
fn login(message: &str) -> Option<Fields> {
    let quoted = |text: &str| text.trim_start_matches('\'').split(['\'', ',', ' ']).next().unwrap_or_default().to_owned();
    if message.starts_with("FAILED LOGIN") {
        let user = message.split_once(" FOR ").map(|(_, rest)| quoted(rest)).unwrap_or_default();
        let from = message.split_once(" FROM ").map(|(_, rest)| word(rest)).unwrap_or_default();
        return Some(fields("sign-in-failed", [("User", &user), ("SourceIp", from), ("Method", "password")]));
    }
    if message.starts_with("ROOT LOGIN") {
        return Some(fields("sign-in", [("User", "root"), ("Method", "password")]));
    }
    if let Some(rest) = message.strip_prefix("LOGIN ON ") {
        let user = rest.split_once(" BY ").map(|(_, user)| word(user)).unwrap_or_default();
        return Some(fields("sign-in", [("User", user), ("Method", "password")]));
    }
    let (_, user) = message.strip_prefix("New session ")?.split_once(" of user ")?;
    Some(fields("session-opened", [("User", user.split('.').next().unwrap_or(user))]))
}

/// `(root) CMD (run-parts /etc/cron.hourly)`
fn cron(message: &str) -> Fields {
    let command = || {
        let (user, rest) = message.strip_prefix('(')?.split_once(") CMD (")?;
        Some(fields("", [("User", user), ("Command", rest.strip_suffix(')').unwrap_or(rest))]))
    };
    command().or_else(|| pam(message, "cron")).unwrap_or_default()
}

/// `(ann) REPLACE (ann)`: a user's table was written anew.
fn crontab(message: &str) -> Fields {
    let changed = || {
        let (user, rest) = message.strip_prefix('(')?.split_once(") ")?;
        let action = if rest.starts_with("REPLACE") { "changed" } else { rest.starts_with("DELETE").then_some("deleted")? };
        Some(fields("", [("Action", action), ("User", user)]))
    };
    changed().unwrap_or_default()
}

/// What the tools of shadow-utils say of accounts.
fn account(service: &str, message: &str) -> Option<Fields> {
    match service {
        "useradd" | "adduser" | "newusers" => new_user(message).or_else(|| joined(message)),
        "usermod" | "chsh" | "chfn" => joined(message).or_else(|| changed(message)),
        "gpasswd" | "groupmod" => joined(message).or_else(|| {
            let (user, rest) = message.strip_prefix("user ")?.split_once(" added by ")?;
            let (_, group) = rest.split_once(" to group ")?;
            Some(fields("", [("Action", "group-joined"), ("Account", user), ("Group", group)]))
        }),
        "userdel" | "deluser" => {
            let user = message.strip_prefix("delete user '")?.split('\'').next()?;
            Some(fields("", [("Action", "account-deleted"), ("Account", user)]))
        }
        "passwd" | "chpasswd" => {
            let user =
                message.strip_prefix("password for '").and_then(|rest| rest.split_once("' changed")).map(|(user, _)| user)?;
            Some(fields("", [("Action", "password-changed"), ("Account", user)]))
        }
        _ => None,
    }
}

/// `new user: name=ann, UID=1001, GID=1001, home=/home/ann, shell=/bin/bash, from=/dev/pts/0`
fn new_user(message: &str) -> Option<Fields> {
    let rest = message.strip_prefix("new user: ").or_else(|| message.strip_prefix("new account added - "))?;
    let value =
        |name: &str| rest.split(',').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    let name = if value("name").is_empty() { value("account") } else { value("name") };
    let id = if value("UID").is_empty() { value("uid") } else { value("UID") };
    // A second account with the number of root is both.
    let zero = if id == "0" { "uid-zero" } else { "" };
    Some(fields(
        "",
        [
            ("Action", "account-created"),
            ("Action", zero),
            ("Account", name),
            ("UserId", id),
            ("Home", value("home")),
            ("Shell", value("shell")),
        ],
    ))
}

/// `add 'ann' to group 'sudo'`
fn joined(message: &str) -> Option<Fields> {
    let (user, rest) = message.strip_prefix("add '")?.split_once("' to ")?;
    if rest.starts_with("shadow group") {
        return None;
    }
    let group = rest.strip_prefix("group '")?.strip_suffix('\'')?;
    Some(fields("", [("Action", "group-joined"), ("Account", user), ("Group", group)]))
}

/// `change user 'ann' shell from '/bin/bash' to '/bin/sh'`, `changed user 'ann' shell to '/bin/sh'`, and the same of `UID`.
fn changed(message: &str) -> Option<Fields> {
    let rest = message.strip_prefix("changed user '").or_else(|| message.strip_prefix("change user '"))?;
    let (user, rest) = rest.split_once("' ")?;
    let (what, rest) = rest.split_once(' ')?;
    let to = rest.rsplit_once("to '").map(|(_, to)| to.trim_end_matches('\''))?;
    match what {
        "shell" => Some(fields("", [("Action", "shell-changed"), ("Account", user), ("Shell", to)])),
        "UID" if to == "0" => Some(fields("", [("Action", "uid-zero"), ("Account", user), ("UserId", to)])),
        "password" => Some(fields("", [("Action", "password-changed"), ("Account", user)])),
        _ => None,
    }
}
