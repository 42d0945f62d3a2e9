use crate::{audit, cisco, journal, linux, weblog};
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
    insta::assert_snapshot!(table, @"
        linux//sshd Service=sshd | EventType=sign-in-failed | User=root | SourceIp=1.2.3.4 | Method=password
        linux//sshd Service=sshd | EventType=sign-in-failed | User=a from b | SourceIp=::1 | Method=password
        linux//sshd Service=sshd | EventType=sign-in | User=ann | SourceIp=1.2.3.4 | Method=publickey
        linux//sshd Service=sshd | EventType=sign-in-failed | User=root | SourceIp=1.2.3.4 | Method=password | Repeated=5
        linux//sshd Service=sshd | User=webmaster | SourceIp=1.2.3.4
        linux//sshd Service=sshd | EventType=sign-in-failed | User=x | SourceIp=1.2.3.4 | Method=too-many
        linux//sshd Service=sshd | EventType=sign-out | User=ann | SourceIp=1.2.3.4
        linux//sshd Service=sshd | User=root | SourceIp=1.2.3.4 | Method=password
        linux//sshd Service=sshd | EventType=sign-in-failed | User=root | SourceIp=1.2.3.4 | Method=password
        linux//sshd Service=sshd | EventType=session-opened | User=ann
        linux//sshd Service=sshd | EventType=session-closed | User=ann
        linux//sshd Service=sshd
        linux//sudo Service=sudo | EventType=sudo | User=ann | TargetUser=root | Command=/bin/sh -c 'a ; b' | CurrentDirectory=/home/ann
        linux//sudo Service=sudo | EventType=sudo-failed | User=ann | TargetUser=root | Command=/bin/ls | CurrentDirectory=/home/ann | Reason=3 incorrect password attempts
        linux//sudo Service=sudo | EventType=sudo-failed | User=ann | TargetUser=root | Command=/bin/ls | CurrentDirectory=/ | Reason=user NOT in sudoers
        linux//sudo Service=sudo | EventType=session-opened | User=ann | TargetUser=root
        linux//auth Service=su | EventType=sign-in | User=ann | TargetUser=root | Method=password
        linux//auth Service=su | EventType=sign-in-failed | User=ann | TargetUser=root | Method=password
        linux//auth Service=su | EventType=session-opened | User=ann | TargetUser=root
        linux//login Service=login | EventType=sign-in-failed | User=root | Method=password
        linux//login Service=login | EventType=sign-in | User=root | Method=password
        linux//login Service=login | EventType=sign-in | User=ann | Method=password
        linux//login Service=login | EventType=session-opened | User=ann
        linux//auth Service=systemd-logind | EventType=session-opened | User=ann
        linux//auth Service=gdm-password | EventType=sign-in-failed | User=ann | Method=password
        linux/account_change/ Service=useradd | Action=account-created | Account=eve | UserId=1002 | Home=/home/eve | Shell=/bin/bash
        linux/account_change/ Service=useradd | Action=account-created | Action=uid-zero | Account=toor | UserId=0 | Home=/root | Shell=/bin/bash
        linux/account_change/ Service=useradd | Action=group-joined | Account=eve | Group=sudo
        linux/account_change/ Service=usermod | Action=group-joined | Account=eve | Group=docker
        linux/account_change/ Service=usermod | Action=uid-zero | Account=eve | UserId=0
        linux/account_change/ Service=usermod | Action=shell-changed | Account=eve | Shell=/bin/bash
        linux/account_change/ Service=chsh | Action=shell-changed | Account=eve | Shell=/bin/bash
        linux/account_change/ Service=gpasswd | Action=group-joined | Account=eve | Group=sudo
        linux/account_change/ Service=userdel | Action=account-deleted | Account=eve
        linux/account_change/ Service=passwd | Action=password-changed | Account=eve
        linux//cron Service=cron | User=root | Command=cd / && run-parts --report /etc/cron.hourly
        linux/scheduled_job/ Service=crontab | Action=changed | User=ann
        linux//syslog Service=kernel
        ");
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
    insta::assert_snapshot!(table, @"
        2025-12-09T21:55:46.000Z linux//sshd Service=sshd | ProcessId=24200 | Hostname=LabSZ | User=a | SourceIp=1.2.3.4
        2026-04-01T21:55:46.000Z linux//cron Service=cron | Hostname=host
        2025-04-02T21:55:46.000Z linux//cron Service=cron | Hostname=host
        2024-02-28T21:55:46.000Z linux//cron Service=cron | Hostname=host
        2021-12-09T21:55:46.000Z linux//cron Service=cron | Hostname=host
        2025-12-09T21:55:46.000Z linux//auth Service=su | Hostname=host | EventType=sign-in | User=ann | TargetUser=root | Method=password
        2026-04-01T00:05:00.123Z linux//sshd Service=sshd | ProcessId=1 | Hostname=host | EventType=sign-in | User=ann | SourceIp=::1 | Method=password
        2026-04-01T00:05:00.500Z linux//syslog Service=app | ProcessId=123 | Hostname=host
        2026-04-01T00:05:00.000Z linux//syslog Service=app | Hostname=host
        2020-11-10T08:19:44.965Z linux//auditd type=1400 | serial=93777 | apparmor=DENIED | name=/etc/shadow | Hostname=host
        2026-04-01T00:00:00.000Z linux//syslog Hostname=host
        -
        -
        -
        -
        ");
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
    insta::assert_snapshot!(table, @"
        2020-11-10T08:19:44.965Z linux//auditd type=SYSCALL | serial=93777 | arch=c000003e | syscall=59 | success=yes | a0=558e25052c70 | comm=dd | exe=/bin/dd
        2020-11-10T08:19:44.965Z linux//auditd type=EXECVE | serial=93777 | argc=3 | a0=sh | a1=-c | a2=echo hi
        2020-11-10T08:19:44.965Z linux//auditd type=PROCTITLE | serial=93777 | proctitle=dd -v
        2020-11-10T08:19:44.965Z linux//auditd type=USER_AUTH | serial=1 | node=web1 | pid=1 | uid=0 | op=PAM:authentication | acct=root | exe=/usr/sbin/sshd | hostname=1.2.3.4 | addr=1.2.3.4 | terminal=ssh | res=failed
        -
        -
        ");
}

#[test]
fn the_records_of_a_start_become_a_process() {
    let mut starts = audit::Starts::default();
    let mut table = String::new();
    for line in [
        r#"type=SYSCALL msg=audit(1604996384.965:1): syscall=59 ppid=2 pid=3 uid=1000 exe="/usr/bin/curl" comm="curl""#,
        r#"type=EXECVE msg=audit(1604996384.965:1): argc=3 a0="curl" a1="-o" a2[0]="/tmp/" a2[1]="x""#,
        r#"type=CWD msg=audit(1604996384.965:1): cwd="/root""#,
        r#"type=SYSCALL msg=audit(1604996384.965:2): syscall=2 exe="/bin/cat""#,
        r#"type=EXECVE msg=audit(1604996384.965:3): argc=1 a0="sh""#,
        r#"type=SYSCALL msg=audit(1604996384.965:3): exe="/bin/sh""#,
    ] {
        let record = audit::record(line).expect("a record");
        table += &starts.add(&record).map(|start| shown(Some(start)) + "\n").unwrap_or_default();
    }
    table += &shown(starts.end());
    insta::assert_snapshot!(table, @"
        2020-11-10T08:19:44.965Z linux/process_creation/ Image=/usr/bin/curl | ProcessId=3 | ParentProcessId=2 | UserId=1000 | CurrentDirectory=/root | CommandLine=curl -o /tmp/x
        2020-11-10T08:19:44.965Z linux/process_creation/ Image=/bin/sh | CommandLine=sh
        ");
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
    insta::assert_snapshot!(table, @"
        2026-03-31T23:33:20.000Z linux//sshd Service=sshd | ProcessId=7 | Hostname=pc | EventType=sign-in | User=ann | SourceIp=1.2.3.4 | Method=password | Unit=ssh.service
        2026-03-31T23:33:20.000Z linux//journald Service=x
        -
        -
        -
        ");
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
    insta::assert_snapshot!(table, @r"
        2025-10-10T04:55:36.000Z apache/webserver/ c-ip=1.2.3.4 | cs-username=ann | cs-method=GET | cs-uri=/a.php?x=1 | cs-uri-stem=/a.php | cs-uri-query=x=1 | sc-status=200 | sc-bytes=123 | cs-referer=https://e.example/ | cs-user-agent=curl/8
        2025-10-10T15:25:36.000Z apache/webserver/ c-ip=1.2.3.4 | cs-method=\x16\x03 | sc-status=400
        2005-12-04T04:47:44.000Z apache//apache Level=core:error | ProcessId=12 | c-ip=1.2.3.4:5
        -
        ");
}

#[test]
fn messages_of_cisco_devices_are_read() {
    let table: String = [
        "172.16.5.10 6705: Feb 17 13:40:03.673: %PARSER-5-CFGLOG_LOGGEDCMD: User:admin  logged command:no access-session",
        "<189>sw1 12: *Mar  1 2026 00:01:02.003 UTC: %BGP-5-ADJCHANGE: neighbor 1.2.3.4 Down",
        "Feb 17 13:40:03: 100% done: %x",
        "text: %A-B-C: d",
    ]
    .map(|line| shown(cisco::line(line, now(), 0)) + "\n")
    .concat();
    insta::assert_snapshot!(table, @"
        2026-02-17T13:40:03.000Z cisco//aaa Mnemonic=PARSER-5-CFGLOG_LOGGEDCMD | Text=User:admin  logged command:no access-session | Hostname=172.16.5.10
        2026-03-01T00:01:02.000Z cisco//bgp Mnemonic=BGP-5-ADJCHANGE | Text=neighbor 1.2.3.4 Down | Hostname=sw1
        -
        -
        ");
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
    insta::assert_snapshot!(table, @"
        2026-04-01T09:05:00.123+09:00 → 2026-04-01T00:05:00.123Z
        2026-04-01 09:05:00 → 2026-04-01T09:05:00.000Z
        2026/04/01 09:05 → 2026-04-01T09:05:00.000Z
        2025-11-27T07:40:10.165324Z → 2025-11-27T07:40:10.165Z
        1775000000 → 2026-03-31T23:33:20.000Z
        1775000000.25 → 2026-03-31T23:33:20.250Z
        1775000000000 → 2026-03-31T23:33:20.000Z
        1775000000000000 → 2026-03-31T23:33:20.000Z
        1775000000000000000 → 2026-03-31T23:33:20.000Z
        2026-02-30T00:00:00Z → -
        2026-04-01T09:05:00 JST → -
        soon → -
         → -
        ");
}
