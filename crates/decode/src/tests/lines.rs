use crate::{audit, journal, linux, weblog};
use base::Moment;

fn now() -> Moment {
    crate::moment("2026-04-01T12:00:00Z").expect("a time")
}

fn shown(event: Option<wire::Event>) -> String {
    let Some(event) = event else { return "-".into() };
    let source = [&event.source.product, &event.source.category, &event.source.service].map(String::as_str).join("/");
    let fields: Vec<String> =
        event.fields.iter().filter(|(name, _)| name != "message").map(|(name, value)| format!("{name}={value}")).collect();
    format!("{} {source} {}", Moment(event.at).rfc3339(), fields.join(" | "))
}

#[test]
fn messages_say_who_did_what() {
    let rows = [
        ("sshd", "Failed password for root from 1.2.3.4 port 2222 ssh2"),
        ("sshd", "Failed password for invalid user a from b from ::1 port 2222 ssh2"),
        ("sshd-session", "Accepted publickey for ann from 1.2.3.4 port 2222 ssh2: ED25519 SHA256:x"),
        ("sshd", "message repeated 5 times: [ Failed password for root from 1.2.3.4 port 1 ssh2]"),
        ("sshd", "Invalid user webmaster from 1.2.3.4"),
        ("sshd", "error: maximum authentication attempts exceeded for invalid user x from 1.2.3.4 port 1 ssh2 [preauth]"),
        ("sshd", "Disconnected from user ann 1.2.3.4 port 1"),
        ("sshd", "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=1.2.3.4  user=root"),
        ("sshd(pam_unix)", "authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=1.2.3.4  user=root"),
        ("sshd", "pam_unix(sshd:session): session opened for user ann(uid=1000) by (uid=0)"),
        ("sshd", "pam_unix(sshd:session): session closed for user ann"),
        ("sshd", "Server listening on 0.0.0.0 port 22."),
        ("sudo", "     ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/bin/sh -c 'a ; b'"),
        ("sudo", "ann : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/bin/ls"),
        ("sudo", "ann : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls"),
        ("sudo", "pam_unix(sudo:session): session opened for user root(uid=0) by ann(uid=1000)"),
        ("su", "(to root) ann on pts/0"),
        ("su", "FAILED SU (to root) ann on pts/0"),
        ("su", "pam_unix(su:session): session opened for user root(uid=0) by ann(uid=1000)"),
        ("login", "FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure"),
        ("login", "ROOT LOGIN ON tty1"),
        ("login", "LOGIN ON tty1 BY ann"),
        ("login", "pam_unix(login:session): session opened for user ann(uid=1000) by LOGIN(uid=0)"),
        ("systemd-logind", "New session 12 of user ann."),
        (
            "gdm-password",
            "pam_unix(gdm-password:auth): authentication failure; logname= uid=0 euid=0 tty=/dev/tty1 ruser= rhost=  user=ann",
        ),
        ("useradd", "new user: name=eve, UID=1002, GID=1002, home=/home/eve, shell=/bin/bash, from=/dev/pts/0"),
        ("useradd", "new user: name=toor, UID=0, GID=0, home=/root, shell=/bin/bash, from=none"),
        ("useradd", "add 'eve' to group 'sudo'"),
        ("usermod", "add 'eve' to group 'docker'"),
        ("usermod", "change user 'eve' UID from '1002' to '0'"),
        ("usermod", "change user 'eve' shell from '/bin/sh' to '/bin/bash'"),
        ("chsh", "changed user 'eve' shell to '/bin/bash'"),
        ("gpasswd", "user eve added by root to group sudo"),
        ("userdel", "delete user 'eve'"),
        ("passwd", "pam_unix(passwd:chauthtok): password changed for eve"),
        ("CRON", "(root) CMD (   cd / && run-parts --report /etc/cron.hourly)"),
        ("crontab", "(ann) REPLACE (ann)"),
        ("kernel", "anything"),
    ];
    let table: String = rows
        .iter()
        .map(|(service, message)| {
            let line = format!("Apr  1 09:00:00 host {service}[7]: {message}");
            shown(linux::syslog_line(&line, now(), 0))
                .replace("2026-04-01T09:00:00.000Z ", "")
                .replace(" | ProcessId=7 | Hostname=host", "")
                + "\n"
        })
        .collect();
    insta::assert_snapshot!(table, @"");
}

#[test]
fn syslog_lines_come_in_several_frames() {
    let table: String = [
        "Dec 10 06:55:46 LabSZ sshd[24200]: Invalid user a from 1.2.3.4",
        "Apr  2 06:55:46 host cron: soon",
        "Apr  3 06:55:46 host cron: last year",
        "Feb 29 06:55:46 host cron: leap",
        "Dec 10 2021 06:55:46 host cron: with a year",
        "<38>Dec 10 06:55:46 host su: (to root) ann on pts/0",
        "2026-04-01T09:05:00.123456+09:00 host sshd[1]: Accepted password for ann from ::1 port 1 ssh2",
        "<165>1 2026-04-01T00:05:00.5Z host app 123 ID47 [x@1 a=\"]\\\"\"][y] the text",
        "<165>1 2026-04-01T00:05:00Z host app - - - the text",
        "Apr  1 09:00:00 host kernel: [ 12.3] audit: type=1400 audit(1604996384.965:93777): apparmor=\"DENIED\" name=\"/etc/shadow\"",
        "Apr  1 09:00:00 host -- MARK --",
        "Apr  1 25:00:00 host x: no such time",
        "Fool 1 09:00:00 host x: no such month",
        "plain text",
        "",
    ]
    .map(|line| shown(linux::syslog_line(line, now(), 9 * Moment::HOUR)) + "\n")
    .concat();
    insta::assert_snapshot!(table, @"");
}

#[test]
fn audit_records_are_read_with_their_hidden_texts() {
    let table: String = [
        r#"type=SYSCALL msg=audit(1604996384.965:93777): arch=c000003e syscall=59 success=yes a0=558e25052c70 comm="dd" exe="/bin/dd" key=(null)"#,
        r#"type=EXECVE msg=audit(1604996384.965:93777): argc=3 a0="sh" a1="-c" a2=6563686F2068690A"#,
        r#"type=PROCTITLE msg=audit(1604996384.965:93777): proctitle=6464002D76"#,
        r#"node=web1 type=USER_AUTH msg=audit(1604996384.965:1): pid=1 uid=0 msg='op=PAM:authentication acct="root" exe="/usr/sbin/sshd" hostname=1.2.3.4 addr=1.2.3.4 terminal=ssh res=failed'"#,
        "type=PATH msg=audit(x:1): item=0",
        "type=",
    ]
    .map(|line| shown(audit::record(line)) + "\n")
    .concat();
    insta::assert_snapshot!(table, @"");
}

#[test]
fn journal_entries_are_read() {
    let table: String = [
        r#"{"__REALTIME_TIMESTAMP":"1775000000000000","_HOSTNAME":"pc","SYSLOG_IDENTIFIER":"sshd","_PID":"7","MESSAGE":"Accepted password for ann from 1.2.3.4 port 5 ssh2","_SYSTEMD_UNIT":"ssh.service"}"#,
        r#"{"__REALTIME_TIMESTAMP":"1775000000000000","_COMM":"x","MESSAGE":[104,105]}"#,
        r#"{"__REALTIME_TIMESTAMP":"1775000000000000","MESSAGE":null}"#,
        r#"{"__REALTIME_TIMESTAMP":"soon","MESSAGE":"x"}"#,
        "{",
    ]
    .map(|line| shown(journal::entry(line)) + "\n")
    .concat();
    insta::assert_snapshot!(table, @"");
}

#[test]
fn web_logs_are_read() {
    let table: String = [
        weblog::access(
            r#"1.2.3.4 - ann [10/Oct/2025:13:55:36 +0900] "GET /a.php?x=1 HTTP/1.1" 200 123 "https://e.example/" "curl/8""#,
        ),
        weblog::access(r#"1.2.3.4 - - [10/Oct/2025:13:55:36 -0130] "\x16\x03" 400 -"#),
        weblog::error("[Sun Dec 04 04:47:44.123 2005] [core:error] [pid 12] [client 1.2.3.4:5] File does not exist: /x", 0),
        weblog::error("[not a time] [x] y", 0),
    ]
    .map(|event| shown(event) + "\n")
    .concat();
    insta::assert_snapshot!(table, @"");
}

#[test]
fn times_are_read_as_logs_write_them() {
    let table: String = [
        "2026-04-01T09:05:00.123+09:00",
        "2026-04-01 09:05:00",
        "2026/04/01 09:05",
        "2025-11-27T07:40:10.165324Z",
        "1775000000",
        "1775000000.25",
        "1775000000000",
        "1775000000000000",
        "1775000000000000000",
        "2026-02-30T00:00:00Z",
        "2026-04-01T09:05:00 JST",
        "soon",
        "",
    ]
    .map(|text| format!("{text} → {}\n", crate::moment(text).map_or("-".into(), Moment::rfc3339)))
    .concat();
    insta::assert_snapshot!(table, @"");
}
