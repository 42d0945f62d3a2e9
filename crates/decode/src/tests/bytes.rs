//! Whatever the bytes are: a record or a refusal, never a panic.

use crate::kind::{self, Kind};
use crate::objects::Objects;
use crate::text::Lines;
use crate::windows::Mapping;
use crate::{RECORD_BYTES, audit, cisco, evtx, journal, json, linux, moment, text, weblog};
use base::Moment;
use proptest::prelude::*;
use std::io::Cursor;
use std::sync::Arc;

fn lines(bytes: &[u8]) -> Vec<String> {
    let mut lines = Lines::new(bytes).expect("bytes can be read");
    let mut found = Vec::new();
    while let Some(line) = lines.next_line().expect("bytes can be read") {
        found.push(line.into_owned());
    }
    found
}

#[test]
fn text_is_read_in_the_encodings_of_japanese_machines() {
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode("一行目\r\n二行目");
    assert_eq!(lines(&shift_jis), ["一行目", "二行目"]);
    assert_eq!(lines("一行目\n二行目\n".as_bytes()), ["一行目", "二行目"]);
    assert_eq!(lines("\u{feff}x\n\ny".as_bytes()), ["x", "", "y"]);
    let little: Vec<u8> = "\u{feff}一行目\r\ntwo".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = "\u{feff}一行目\ntwo".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let unmarked: Vec<u8> = "plain latin\nlines".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(lines(&little), ["一行目", "two"]);
    assert_eq!(lines(&big), ["一行目", "two"]);
    assert_eq!(lines(&unmarked), ["plain latin", "lines"]);
    assert_eq!(lines(b"\xff\xfe\x00"), ["\u{fffd}"]);
}

#[test]
fn a_long_line_is_cut_and_counted() {
    let mut bytes = vec![b'x'; RECORD_BYTES + 5];
    bytes.extend(b"\nnext");
    let mut lines = Lines::new(bytes.as_slice()).expect("bytes can be read");
    assert_eq!(lines.next_line().expect("a line").map(|line| line.len()), Some(RECORD_BYTES));
    assert_eq!(lines.next_line().expect("a line").as_deref(), Some("next"));
    assert_eq!(lines.next_line().expect("the end"), None);
    assert_eq!((lines.cut, lines.number), (1, 2));
}

#[test]
fn objects_are_told_apart_however_they_are_laid_out() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(RECORD_BYTES));
    let all = format!(r#"[ {{"a": "}}\"{{"}}, {{"b":{{"c":[{{}}]}}}} ] {long} {{"d":1}} {{"open": "#);
    let mut objects = Objects::new(all.as_bytes()).expect("bytes can be read");
    let mut found = Vec::new();
    while let Some(object) = objects.next_object().expect("bytes can be read") {
        found.push((object.number, object.text.map(str::to_owned)));
    }
    let texts: Vec<String> = found.into_iter().map(|(number, text)| format!("{number} {text:?}")).collect();
    insta::assert_debug_snapshot!(texts, @r#"
        [
            "1 Ok(\"{\\\"a\\\": \\\"}\\\\\\\"{\\\"}\")",
            "2 Ok(\"{\\\"b\\\":{\\\"c\\\":[{}]}}\")",
            "3 Err(\"longer than 1048576 bytes\")",
            "4 Ok(\"{\\\"d\\\":1}\")",
            "5 Ok(\"{\\\"open\\\": \")",
        ]
        "#);
}

#[test]
fn json_is_flattened_or_refused() {
    let deep = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    let many = format!("{{\"a\":[{}1]}}", "1,".repeat(10_000));
    let rows = [
        r#"{"a":{"b":1,"c":[true,null,"x",{"d":2.5}]},"e":""}"#,
        r#"{"a":"\u3042\n"}"#,
        "[1]",
        "1",
        "{} {}",
        "{",
        deep.as_str(),
        many.as_str(),
    ];
    let table: String = rows.iter().map(|text| format!("{:?}\n", json::flat(text))).collect();
    insta::assert_snapshot!(table, @r#"
        Ok([("a.b", "1"), ("a.c", "true"), ("a.c", "x"), ("a.c.d", "2.5"), ("e", "")])
        Ok([("a", "あ\n")])
        Err(NotJson("this is no object, at byte 0"))
        Err(NotJson("this is no object, at byte 0"))
        Err(NotJson("something stands behind the object, at byte 3"))
        Err(NotJson("a name in quotes is missing, at byte 1"))
        Err(NotJson("objects or lists are nested too deep, at byte 636"))
        Err(NotJson("there are more than 10,000 fields, at byte 20007"))
        "#);
}

#[test]
fn windows_events_are_known_in_each_shape() {
    let mapping = Mapping::own().expect("our own content");
    let table: String = [
        r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon","Guid":"g"}},"EventID":13,"TimeCreated":{"#attributes":{"SystemTime":"2025-11-27T07:40:10Z"}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc"},"EventData":{"TargetObject":"HKLM\\x","Details":null}}}"##,
        r##"{"Event":{"System":{"EventID":{"#text":7045,"#attributes":{"Qualifiers":16384}},"Channel":"System"},"EventData":{"Data":{"#text":["a","b"]}}}}"##,
        r##"{"Event":{"System":{"EventID":1102,"Channel":"Security"},"UserData":{"LogFileCleared":{"SubjectUserName":"ann"}}}}"##,
        r#"{"@timestamp":"2025-01-01T00:00:00Z","winlog":{"channel":"Security","event_id":"4688","computer_name":"pc","event_data":{"NewProcessName":"C:\\x.exe","SubjectUserName":"ann"}},"message":"m"}"#,
        r#"{"Channel":"Microsoft-Windows-Windows Defender/Operational","EventID":1117,"SourceName":"Microsoft-Windows-Windows Defender","Hostname":"pc","EventTime":"2020-09-22 03:45:13","Threat Name":"EICAR"}"#,
        r#"{"eventSource":"iam.amazonaws.com","awsRegion":"x","eventTime":"2025-01-01T00:00:00Z","userIdentity":{"arn":"a"}}"#,
        r#"{"at":5,"source":{"product":"linux","category":"process_creation"},"fields":[["Image","/bin/sh"]]}"#,
        r#"{"category":"proxy","c-uri":"x"}"#,
    ]
    .map(|line| {
        let event = json::event(line, &mapping).expect("an event");
        let sources: Vec<String> = event.sources.iter().map(|source| format!("{}/{}/{}", source.product, source.category, source.service)).collect();
        let fields: Vec<String> = event.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} [{}] {}\n", event.at, sources.join(" "), fields.join(" | "))
    })
    .concat();
    insta::assert_snapshot!(table, @r#"
        1764229210000 [windows/registry_set/sysmon windows/registry_event/] Provider_Name=Microsoft-Windows-Sysmon | EventID=13 | SystemTime=2025-11-27T07:40:10Z | Channel=Microsoft-Windows-Sysmon/Operational | Computer=pc | TargetObject=HKLM\x
        0 [windows//system] EventID=7045 | Channel=System | Data=a | Data=b
        0 [windows//security] EventID=1102 | Channel=Security | SubjectUserName=ann
        1735689600000 [windows/process_creation/security] @timestamp=2025-01-01T00:00:00Z | Channel=Security | EventID=4688 | Computer=pc | NewProcessName=C:\x.exe | SubjectUserName=ann | message=m | Image=C:\x.exe | User=ann
        1600746313000 [windows/antivirus/windefend] Channel=Microsoft-Windows-Windows Defender/Operational | EventID=1117 | SourceName=Microsoft-Windows-Windows Defender | Hostname=pc | EventTime=2020-09-22 03:45:13 | Threat Name=EICAR | Provider_Name=Microsoft-Windows-Windows Defender | Computer=pc | Signature=EICAR
        1735689600000 [aws//cloudtrail] eventSource=iam.amazonaws.com | awsRegion=x | eventTime=2025-01-01T00:00:00Z | userIdentity.arn=a
        5 [linux/process_creation/] Image=/bin/sh
        0 [/proxy/] category=proxy | c-uri=x
        "#);
}

#[test]
fn a_files_kind_is_told_by_its_content() {
    let rows: [(&[u8], Kind); 12] = [
        (b"ElfFile\0", Kind::Evtx),
        (b"\n{\"a\":1}\n{\"a\":2}", Kind::JsonLines),
        (b"{\n \"a\": 1\n}", Kind::Json),
        (b"[\n{\"a\":1}]", Kind::Json),
        (b"type=CWD msg=audit(1.0:1): cwd=\"/\"", Kind::Audit),
        (b"garbage\nDec 10 06:55:46 host sshd[1]: x", Kind::Syslog),
        (b"1.2.3.4 - - [10/Oct/2025:13:55:36 +0900] \"GET / HTTP/1.1\" 200 1", Kind::WebAccess),
        (b"[Sun Dec 04 04:47:44 2005] [notice] x", Kind::WebError),
        (b"", Kind::Empty),
        (b"\n \n", Kind::Empty),
        (b"MZ\x90\x00", Kind::Unknown),
        (b"[section]\nkey=value", Kind::Unknown),
    ];
    for (bytes, kind) in rows {
        assert_eq!(kind::of(bytes), kind, "{}", String::from_utf8_lossy(bytes));
    }
}

/// The bytes of a real file of the form, damaged.
fn damaged(whole: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let cuts = (0..whole.len(), 0..whole.len(), prop::collection::vec(any::<u8>(), 0..6));
    cuts.prop_map(move |(a, b, put)| {
        let mut bytes = whole.as_bytes().to_vec();
        bytes.splice(a.min(b)..a.max(b).min(a.min(b) + 8), put);
        bytes
    })
}

const SAMPLES: [&str; 18] = [
    "a,b,c\n1,\"2\n3\",4\n5,6,7",
    "#Fields: date time c-ip cs(User-Agent) cs-uri-stem\n2026-11-23 01:02:03 1.2.3.4 \"a b\" /x",
    "#separator \\x09\n#path\tdns\n#fields\tts\tquery\tanswers\n#types\ttime\tstring\tvector[string]\n1.5\ta\\x09b\t1,2",
    "1795395723.586    921 192.0.2.68 TCP_MISS/200 507 GET http://a/b?c - DIRECT/1.2.3.4 text/html",
    "{\"Operation\":\"x\",\"Workload\":\"y\",\"Parameters\":[{\"Name\":\"a\",\"Value\":\"b\"},{\"Name\":\"c\"}],\"CreationTime\":\"2026-11-23T01:02:03\"}",
    "{\"id\":{\"applicationName\":\"login\"},\"events\":[{\"name\":\"a\",\"parameters\":[{\"name\":\"b\",\"boolValue\":true}]}]}",
    "{\"Channel\":\"Security\",\"EventID\":4657,\"OperationType\":\"%%1905\",\"ObjectName\":\"\\\\REGISTRY\\\\MACHINE\\\\a\",\"ObjectValueName\":\"b\"}",
    "{\"class_uid\":1007,\"activity_id\":1,\"process\":{\"file\":{\"path\":\"/a\"}}}",
    "{\"timestamp\":\"2026-11-23T01:02:03+0900\",\"event_type\":\"http\",\"http\":{\"url\":\"/a?b\",\"hostname\":\"c\"}}",
    "172.16.5.10 6705: Feb 17 13:40:03.673: %PARSER-5-CFGLOG_LOGGEDCMD: User:admin  logged command:x",
    "Dec 10 06:55:46 LabSZ sshd[24200]: Failed password for invalid user a from 1.2.3.4 port 1 ssh2",
    "<165>1 2026-04-01T00:05:00.5Z host app 123 ID47 [x@1 a=\"b\"] sudo text",
    "type=USER_AUTH msg=audit(1604996384.965:1): pid=1 msg='op=x acct=726F6F74 res=failed' a0=6162",
    "1.2.3.4 - ann [10/Oct/2025:13:55:36 +0900] \"GET /a?x HTTP/1.1\" 200 123 \"r\" \"a\"",
    "[Sun Dec 04 04:47:44.123 2005] [core:error] [pid 12] [client 1.2.3.4:5] text",
    "{\"__REALTIME_TIMESTAMP\":\"1775000000000000\",\"MESSAGE\":[104,105],\"_PID\":\"1\"}",
    "{\"Event\":{\"System\":{\"EventID\":{\"#text\":1},\"Channel\":\"Security\"},\"EventData\":{\"a\":[1,{\"b\":null}]}}}",
    "2026-04-01T09:05:00.123+09:00",
];

fn all_decoders(bytes: &[u8], mapping: &Arc<Mapping>) {
    let line = text::decode(bytes);
    let _ = (kind::of(bytes), moment(&line), audit::record(&line), weblog::access(&line), weblog::error(&line, 0));
    let _ = audit::record(&line).and_then(|record| audit::Starts::default().add(&record));
    let _ = cisco::line(&line, Moment(1_775_000_000_000), 0);
    let _ = (
        linux::syslog_line(&line, Moment(1_775_000_000_000), 0),
        journal::entry(&line),
        json::flat(&line),
        json::event(&line, mapping),
    );
    for service in ["sshd", "sudo", "su", "login", "useradd", "usermod", "gpasswd", "cron", "crontab", "passwd", "x"] {
        let _ = linux::message(service, &line);
    }
    let mut slate = sigma::Slate::default();
    let mut reader = crate::lines::Reader::new(Arc::clone(mapping), Moment(0), 0);
    for kind in [kind::of(bytes), Kind::JsonLines, Kind::Csv, Kind::W3c, Kind::ZeekTsv, Kind::Squid, Kind::Audit] {
        reader.open(kind, bytes, &mut slate);
        for line in line.lines() {
            let _ = (reader.read(line, &mut slate), reader.more(&mut slate));
        }
        let _ = reader.end(&mut slate);
    }
    let _ = (lines(bytes), evtx::records(Cursor::new(bytes), mapping, &mut |_| {}));
    let mut objects = Objects::new(bytes).expect("bytes can be read");
    while objects.next_object().expect("bytes can be read").is_some() {}
}

#[test]
fn damaged_records() {
    let mapping = Arc::new(Mapping::own().expect("our own content"));
    let config = ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() };
    let samples = prop::sample::select(SAMPLES.to_vec()).prop_flat_map(damaged);
    let ran = proptest::test_runner::TestRunner::new(config).run(&samples, |bytes| {
        all_decoders(&bytes, &mapping);
        Ok(())
    });
    assert_eq!(ran, Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        all_decoders(&bytes, &Arc::default());
    }

    #[test]
    fn messages_of_words(words in prop::collection::vec(prop::sample::select(vec![
        "Failed", "password", "for", "from", "invalid", "user", "Accepted", "pam_unix(", "):", "session", "opened", "by", "(", ")", "'", "add '", "' to group '",
        "new user:", "name=", "UID=0", ",", " : ", "COMMAND=", "USER=", " ; ", "(to ", "CMD (", "REPLACE", "FAILED LOGIN", "FOR", "message repeated 2 times: [", "]", "é", "",
    ]), 0..12), glue in "[ ]?") {
        all_decoders(words.join(&glue).as_bytes(), &Arc::default());
    }
}
