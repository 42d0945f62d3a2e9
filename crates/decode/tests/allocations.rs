//! Reading lines allocates nothing once each shape of line was seen.

use base::Moment;
use decode::kind::Kind;
use decode::lines::Reader;
use decode::windows::Mapping;
use sigma::Slate;
use std::sync::Arc;

const LINES: [&str; 9] = [
    r#"{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"SourceName":"x","Hostname":"pc","@timestamp":"2026-11-23T01:02:03.123Z","Image":"C:\\Windows\\System32\\cmd.exe","CommandLine":"cmd /c \"\u3042\n\""}"#,
    r#"{"Channel":"Security","EventID":4688,"EventTime":"2026-11-23 01:02:03","NewProcessId":"0x1f70","NewProcessName":"C:\\a.exe","ProcessId":"0x1","MandatoryLabel":"S-1-16-12288","SubjectUserName":"a","SubjectDomainName":"b"}"#,
    r#"{"Channel":"Security","EventID":4657,"OperationType":"%%1905","ObjectName":"\\REGISTRY\\MACHINE\\a","ObjectValueName":"b","NewValue":"c"}"#,
    r#"{"@timestamp":"2026-11-23T01:02:03+09:00","event":{"category":["process"],"type":["start"]},"host":{"os":{"type":"windows"}},"process":{"executable":"C:\\a.exe","hash":{"md5":"0"}},"user":{"name":"a","domain":"b"}}"#,
    r#"{"timestamp":"2026-11-23T01:02:03.000123+0900","event_type":"http","src_ip":"192.0.2.1","dest_ip":"203.0.113.5","http":{"hostname":"a","url":"/a/b.exe?x=1","status":200}}"#,
    r#"{"_path":"dns","ts":1795395723.5,"uid":"C","id.orig_h":"192.0.2.1","query":"a","answers":["b","c"]}"#,
    r#"{"CreationTime":"2026-11-23T01:02:03","Operation":"New-InboxRule","Workload":"Exchange","ResultStatus":"True","Parameters":[{"Name":"ForwardTo","Value":"x"}]}"#,
    r#"{"id":{"time":"2026-11-23T01:02:03.1Z","applicationName":"login"},"events":[{"name":"a","parameters":[{"name":"b","boolValue":true}]}]}"#,
    r#"{"eventSource":"iam.amazonaws.com","awsRegion":"x","eventTime":"2026-11-23T01:02:03Z"}"#,
];

#[test]
fn a_line_of_a_known_shape_allocates_nothing() {
    let mut reader = Reader::new(Arc::new(Mapping::own().expect("our own content")), Moment(0), 0);
    let mut slate = Slate::default();
    let csv = "Channel,EventID,Computer,NewProcessName\n";
    let w3c = "#Fields: date time cs-uri-stem s-port c-ip cs(User-Agent)\n";
    let zeek = "#path\tdns\n#fields\tts\tquery\tanswers\n#types\ttime\tstring\tvector[string]\n";
    let logs: [(Kind, &str, &[&str]); 5] = [
        (Kind::JsonLines, "", &LINES),
        (Kind::Csv, csv, &["Security,4688,pc,\"C:\\a \"\"b\"\".exe\""]),
        (Kind::W3c, w3c, &["2026-11-23 01:02:03 /a 443 192.0.2.1 Mozilla/5.0+(X)"]),
        (Kind::ZeekTsv, zeek, &["1795395723.5\ta\\x09b\tc,d"]),
        (Kind::Squid, "", &["1795395723.586    921 192.0.2.68 TCP_MISS/200 507 GET http://a/b.exe?c - DIRECT/1.2.3.4 text/html"]),
    ];
    for (kind, head, lines) in logs {
        reader.open(kind, head.as_bytes(), &mut slate);
        for _ in 0..3 {
            lines.iter().for_each(|line| assert_eq!(reader.read(line, &mut slate), Ok(true), "{line}"));
        }
        for line in lines {
            let mut read = Ok(false);
            let counted = allocation_counter::measure(|| read = reader.read(line, &mut slate));
            assert_eq!((read, counted.count_total), (Ok(true), 0), "{line}");
        }
    }
}
