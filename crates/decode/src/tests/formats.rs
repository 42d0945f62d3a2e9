//! One record of each format: what it is taken for, when it happened, and which fields it then has.

use crate::kind::{self, Kind};
use crate::lines::Reader;
use crate::windows::Mapping;
use base::Moment;
use sigma::Slate;
use std::sync::Arc;

fn reader() -> Reader {
    Reader::new(Arc::new(Mapping::own().expect("our own content")), Moment(1_790_000_000_000), 0)
}

fn shown(slate: &Slate) -> String {
    let sources: Vec<String> =
        slate.sources().iter().map(|source| format!("{}/{}/{}", source.product, source.category, source.service)).collect();
    let fields: Vec<String> =
        (0..slate.len()).map(|place| format!("{}={}", slate.letters_at(place), slate.value_at(place))).collect();
    let at = Moment(slate.at).rfc3339();
    format!("{at} [{}]\n    {}\n", sources.join(" "), fields.join(" | "))
}

/// All events of a file, read as its kind says.
fn read(text: &str) -> String {
    let kind = kind::of(text.as_bytes());
    let (mut reader, mut slate) = (reader(), Slate::default());
    reader.open(kind, text.as_bytes(), &mut slate);
    let mut out = format!("{kind:?}\n");
    for line in text.lines() {
        match reader.read(line, &mut slate) {
            Ok(true) => out += &shown(&slate),
            Ok(false) => {}
            Err(error) => out += &format!("- {error}\n"),
        }
    }
    out
}

fn all(lines: &[&str]) -> String {
    lines.iter().map(|line| read(line)).collect()
}

#[test]
fn security_events_have_the_names_of_sysmon() {
    let table = all(&[
        r#"{"EventTime":"2026-11-23 01:02:03","Channel":"Security","EventID":4688,"SourceName":"Microsoft-Windows-Security-Auditing","Hostname":"KAIKEI-PC","SubjectUserName":"tanaka","SubjectDomainName":"KAIKEI-PC","SubjectLogonId":"0x3e7","TargetUserName":"-","TargetDomainName":"-","NewProcessId":"0x1f70","NewProcessName":"C:\\Windows\\System32\\cmd.exe","ProcessId":"0x1d10","ParentProcessName":"C:\\Windows\\explorer.exe","CommandLine":"cmd /c whoami","TokenElevationType":"%%1936","MandatoryLabel":"S-1-16-12288"}"#,
        r##"{"Event":{"System":{"EventID":4657,"Channel":"Security","TimeCreated":{"#attributes":{"SystemTime":"2026-11-23T01:02:03Z"}}},"EventData":{"ObjectName":"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x","ObjectValueName":"ImagePath","OperationType":"%%1905","NewValue":"C:\\x.exe","ProcessName":"C:\\Windows\\regedit.exe","ProcessId":"0x10"}}}"##,
        r#"{"winlog":{"channel":"Security","event_id":5156,"event_data":{"Application":"\\device\\harddiskvolume3\\users\\a\\x.exe","Direction":"%%14593","SourceAddress":"192.0.2.1","SourcePort":"50000","DestAddress":"203.0.113.5","DestPort":"443","Protocol":"6"}},"@timestamp":"2026-11-23T01:02:03.500Z"}"#,
        r#"{"Channel":"Security","EventID":4663,"ObjectType":"Process","ObjectName":"\\Device\\HarddiskVolume2\\Windows\\System32\\lsass.exe","ProcessName":"C:\\x.exe","AccessMask":"0x1410","SubjectUserName":"tanaka","SubjectDomainName":"PC"}"#,
        r#"{"Channel":"Windows PowerShell","EventID":400,"Data":["Available","None","\tNewEngineState=Available\r\n\tHostName=ConsoleHost\r\n\tHostVersion=2.0\r\n\tHostApplication=powershell -version 2\r\n\tEngineVersion=2.0\r\n"]}"#,
        r#"{"Channel":"Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational","EventID":1149,"Param1":"ann","Param2":"","Param3":"203.0.113.9"}"#,
        r#"{"win":{"system":{"channel":"Microsoft-Windows-Sysmon/Operational","eventID":"1","computer":"pc","systemTime":"2026-11-23T01:02:03.1234567Z"},"eventdata":{"image":"C:\\x.exe","commandLine":"x"}}}"#,
    ]);
    insta::assert_snapshot!(table, @r#"
        JsonLines
        2026-11-23T01:02:03.000Z [windows/process_creation/security]
            EventTime=2026-11-23 01:02:03 | Channel=Security | EventID=4688 | SourceName=Microsoft-Windows-Security-Auditing | Hostname=KAIKEI-PC | SubjectUserName=tanaka | SubjectDomainName=KAIKEI-PC | SubjectLogonId=0x3e7 | TargetUserName=- | TargetDomainName=- | NewProcessId=0x1f70 | NewProcessName=C:\Windows\System32\cmd.exe | ProcessId=0x1d10 | ParentProcessName=C:\Windows\explorer.exe | CommandLine=cmd /c whoami | TokenElevationType=%%1936 | MandatoryLabel=S-1-16-12288 | Provider_Name=Microsoft-Windows-Security-Auditing | Computer=KAIKEI-PC | Image=C:\Windows\System32\cmd.exe | ParentImage=C:\Windows\explorer.exe | LogonId=0x3e7 | ProcessId=8048 | ParentProcessId=7440 | IntegrityLevel=High | User=KAIKEI-PC\tanaka
        JsonLines
        2026-11-23T01:02:03.000Z [windows/registry_set/security windows/registry_event/ windows/registry_event/security]
            EventID=4657 | Channel=Security | SystemTime=2026-11-23T01:02:03Z | ObjectName=\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\x | ObjectValueName=ImagePath | OperationType=%%1905 | NewValue=C:\x.exe | ProcessName=C:\Windows\regedit.exe | ProcessId=0x10 | Image=C:\Windows\regedit.exe | Details=C:\x.exe | TargetObject=HKLM\System\CurrentControlSet\Services\x\ImagePath | EventType=SetValue | ProcessId=16
        JsonLines
        2026-11-23T01:02:03.500Z [windows/network_connection/security windows/firewall/security]
            Channel=Security | EventID=5156 | Application=\device\harddiskvolume3\users\a\x.exe | Direction=%%14593 | SourceAddress=192.0.2.1 | SourcePort=50000 | DestAddress=203.0.113.5 | DestPort=443 | Protocol=6 | @timestamp=2026-11-23T01:02:03.500Z | action=accept | SourceIp=192.0.2.1 | DestinationIp=203.0.113.5 | DestinationPort=443 | src_ip=192.0.2.1 | dst_ip=203.0.113.5 | src_port=50000 | dst_port=443 | Image=C:\users\a\x.exe | Initiated=true | Protocol=tcp
        JsonLines
        1970-01-01T00:00:00.000Z [windows/process_access/security]
            Channel=Security | EventID=4663 | ObjectType=Process | ObjectName=\Device\HarddiskVolume2\Windows\System32\lsass.exe | ProcessName=C:\x.exe | AccessMask=0x1410 | SubjectUserName=tanaka | SubjectDomainName=PC | SourceImage=C:\x.exe | GrantedAccess=0x1410 | TargetImage=C:\Windows\System32\lsass.exe | SourceUser=PC\tanaka
        JsonLines
        1970-01-01T00:00:00.000Z [windows/ps_classic_start/powershell-classic]
            Channel=Windows PowerShell | EventID=400 | Data=Available | Data=None | Data=	NewEngineState=Available
        	HostName=ConsoleHost
        	HostVersion=2.0
        	HostApplication=powershell -version 2
        	EngineVersion=2.0
         | HostName=ConsoleHost | HostVersion=2.0 | HostApplication=powershell -version 2 | EngineVersion=2.0
        JsonLines
        1970-01-01T00:00:00.000Z [windows//terminalservices-remoteconnectionmanager]
            Channel=Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational | EventID=1149 | Param1=ann | Param2= | Param3=203.0.113.9 | User=ann | Domain= | Address=203.0.113.9 | SourceIp=203.0.113.9
        JsonLines
        2026-11-23T01:02:03.123Z [windows/process_creation/sysmon]
            Channel=Microsoft-Windows-Sysmon/Operational | EventID=1 | Computer=pc | SystemTime=2026-11-23T01:02:03.1234567Z | Image=C:\x.exe | CommandLine=x
        "#);
}

#[test]
fn schemas_have_the_names_of_sysmon() {
    let table = all(&[
        r#"{"@timestamp":"2026-11-23T01:02:03Z","ecs":{"version":"8.11"},"event":{"category":["process"],"type":["start"],"action":"start","code":"1"},"host":{"name":"pc","os":{"type":"windows"}},"process":{"executable":"C:\\Windows\\System32\\cmd.exe","command_line":"cmd /c x","pid":7,"hash":{"md5":"00"},"parent":{"executable":"C:\\a.exe","command_line":"a"}},"user":{"name":"ann","domain":"PC"}}"#,
        r#"{"@timestamp":"2026-11-23T01:02:03Z","event":{"category":["network"],"type":["start"],"action":"connection_attempted"},"process":{"executable":"/usr/bin/nc"},"source":{"ip":"192.0.2.1"},"destination":{"ip":"203.0.113.5","port":443},"network":{"direction":"egress","transport":"tcp"}}"#,
        r#"{"@timestamp":"2026-11-23T01:02:03Z","event":{"category":["registry"],"type":["change"]},"host":{"os":{"type":"windows"}},"registry":{"path":"HKEY_LOCAL_MACHINE\\SOFTWARE\\Run\\x","data":{"strings":["C:\\x.exe"]}}}"#,
        r#"{"class_uid":1007,"activity_id":1,"time":1795395723000,"device":{"hostname":"pc","os":{"type":"Windows","type_id":100}},"process":{"pid":5,"cmd_line":"cmd /c x","file":{"path":"C:\\Windows\\System32\\cmd.exe"},"user":{"name":"ann","domain":"PC"}},"actor":{"process":{"pid":4,"cmd_line":"a","file":{"path":"C:\\a.exe"}}}}"#,
        r#"{"class_uid":201002,"activity_id":2,"time":1795395723000,"reg_value":{"path":"HKEY_CURRENT_USER\\Software\\Run","name":"x","data":"C:\\x.exe"},"actor":{"process":{"file":{"path":"C:\\a.exe"}}}}"#,
        r#"{"class_uid":4003,"activity_id":1,"time":1795395723000,"query":{"hostname":"evil.example","type":"A"},"answers":[{"rdata":"203.0.113.5"},{"rdata":"203.0.113.6"}],"actor":{"process":{"file":{"path":"/usr/bin/curl"}}}}"#,
    ]);
    insta::assert_snapshot!(table, @r#"
        JsonLines
        2026-11-23T01:02:03.000Z [windows/process_creation/]
            @timestamp=2026-11-23T01:02:03Z | ecs.version=8.11 | event.category=process | event.type=start | event.action=start | event.code=1 | host.name=pc | host.os.type=windows | process.executable=C:\Windows\System32\cmd.exe | process.command_line=cmd /c x | process.pid=7 | process.hash.md5=00 | process.parent.executable=C:\a.exe | process.parent.command_line=a | user.name=ann | user.domain=PC | Image=C:\Windows\System32\cmd.exe | CommandLine=cmd /c x | ProcessId=7 | ParentImage=C:\a.exe | ParentCommandLine=a | EventID=1 | Computer=pc | User=PC\ann | Hashes=MD5=00
        JsonLines
        2026-11-23T01:02:03.000Z [linux/network_connection/ /firewall/]
            @timestamp=2026-11-23T01:02:03Z | event.category=network | event.type=start | event.action=connection_attempted | process.executable=/usr/bin/nc | source.ip=192.0.2.1 | destination.ip=203.0.113.5 | destination.port=443 | network.direction=egress | network.transport=tcp | host.os.type=linux | Image=/usr/bin/nc | SourceIp=192.0.2.1 | DestinationIp=203.0.113.5 | DestinationPort=443 | src_ip=192.0.2.1 | dst_ip=203.0.113.5 | dst_port=443 | Protocol=tcp | Initiated=true | action=connection_attempted
        JsonLines
        2026-11-23T01:02:03.000Z [windows/registry_set/ windows/registry_event/]
            @timestamp=2026-11-23T01:02:03Z | event.category=registry | event.type=change | host.os.type=windows | registry.path=HKEY_LOCAL_MACHINE\SOFTWARE\Run\x | registry.data.strings=C:\x.exe | Details=C:\x.exe | TargetObject=HKLM\SOFTWARE\Run\x
        JsonLines
        2026-11-23T01:02:03.000Z [windows/process_creation/]
            class_uid=1007 | activity_id=1 | time=1795395723000 | device.hostname=pc | device.os.type=Windows | device.os.type_id=100 | process.pid=5 | process.cmd_line=cmd /c x | process.file.path=C:\Windows\System32\cmd.exe | process.user.name=ann | process.user.domain=PC | actor.process.pid=4 | actor.process.cmd_line=a | actor.process.file.path=C:\a.exe | Computer=pc | Image=C:\Windows\System32\cmd.exe | CommandLine=cmd /c x | ProcessId=5 | ParentImage=C:\a.exe | ParentCommandLine=a | ParentProcessId=4 | User=PC\ann
        JsonLines
        2026-11-23T01:02:03.000Z [windows/registry_set/ windows/registry_event/]
            class_uid=201002 | activity_id=2 | time=1795395723000 | reg_value.path=HKEY_CURRENT_USER\Software\Run | reg_value.name=x | reg_value.data=C:\x.exe | actor.process.file.path=C:\a.exe | device.os.type=windows | Image=C:\a.exe | Details=C:\x.exe | TargetObject=HKCU\Software\Run\x
        JsonLines
        2026-11-23T01:02:03.000Z [linux/dns_query/ /dns/]
            class_uid=4003 | activity_id=1 | time=1795395723000 | query.hostname=evil.example | query.type=A | answers.rdata=203.0.113.5 | answers.rdata=203.0.113.6 | actor.process.file.path=/usr/bin/curl | device.os.type=linux | Image=/usr/bin/curl | QueryName=evil.example | query=evil.example | record_type=A | answer=203.0.113.5 | answer=203.0.113.6 | QueryResults=203.0.113.5 | QueryResults=203.0.113.6
        "#);
}

#[test]
fn sensors_of_the_network_reach_each_others_rules() {
    let table = all(&[
        r#"{"timestamp":"2026-11-23T10:02:03.000123+0900","flow_id":1,"event_type":"dns","src_ip":"192.0.2.1","src_port":50000,"dest_ip":"192.0.2.53","dest_port":53,"proto":"UDP","dns":{"version":3,"type":"response","id":1,"rcode":"NOERROR","queries":[{"rrname":"evil.example","rrtype":"A"}],"answers":[{"rrname":"evil.example","rrtype":"A","rdata":"203.0.113.5"}]}}"#,
        r#"{"timestamp":"2026-11-23T01:02:03.000123+0000","flow_id":1,"event_type":"http","src_ip":"192.0.2.1","src_port":50000,"dest_ip":"203.0.113.5","dest_port":80,"http":{"hostname":"evil.example","url":"/a/b.exe?x=1","http_user_agent":"curl/8","http_method":"GET","status":200}}"#,
        r#"{"timestamp":"2026-11-23T01:02:03.000123+0000","flow_id":1,"event_type":"flow","src_ip":"192.0.2.1","src_port":50000,"dest_ip":"203.0.113.5","dest_port":3389,"proto":"TCP","app_proto":"rdp","flow":{"bytes_toserver":1,"state":"established"}}"#,
        r#"{"timestamp":"2026-11-23T01:02:03.000123+0000","event_type":"alert","src_ip":"192.0.2.1","dest_ip":"203.0.113.5","alert":{"action":"allowed","signature":"ET MALWARE x","severity":1}}"#,
        r#"{"timestamp":"2026-11-23T01:02:03.000123+0000","event_type":"stats","stats":{"uptime":1}}"#,
        r#"{"_path":"http","ts":1795395723.5,"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":50000,"id.resp_h":"203.0.113.5","id.resp_p":80,"method":"GET","host":"evil.example","uri":"/a?b=c","user_agent":"curl/8","status_code":200}"#,
        r#"{"ts":1795395723.5,"uid":"C1","id.orig_h":"192.0.2.1","id.resp_h":"192.0.2.53","query":"evil.example","qtype_name":"A","answers":["203.0.113.5","203.0.113.6"]}"#,
    ]);
    insta::assert_snapshot!(table, @r#"
        JsonLines
        2026-11-23T01:02:03.000Z [suricata//dns /dns/ zeek//dns]
            timestamp=2026-11-23T10:02:03.000123+0900 | flow_id=1 | event_type=dns | src_ip=192.0.2.1 | src_port=50000 | dest_ip=192.0.2.53 | dest_port=53 | proto=UDP | dns.version=3 | dns.type=response | dns.id=1 | dns.rcode=NOERROR | dns.queries.rrname=evil.example | dns.queries.rrtype=A | dns.answers.rrname=evil.example | dns.answers.rrtype=A | dns.answers.rdata=203.0.113.5 | id.orig_h=192.0.2.1 | id.orig_p=50000 | id.resp_h=192.0.2.53 | id.resp_p=53 | dst_ip=192.0.2.53 | dst_port=53 | SourceIp=192.0.2.1 | SourcePort=50000 | DestinationIp=192.0.2.53 | DestinationPort=53 | query=evil.example | record_type=A | answer=203.0.113.5 | answers=203.0.113.5 | qtype_name=A | rcode_name=NOERROR | QueryName=evil.example | Z=0
        JsonLines
        2026-11-23T01:02:03.000Z [suricata//http /proxy/ /webserver/ zeek//http]
            timestamp=2026-11-23T01:02:03.000123+0000 | flow_id=1 | event_type=http | src_ip=192.0.2.1 | src_port=50000 | dest_ip=203.0.113.5 | dest_port=80 | http.hostname=evil.example | http.url=/a/b.exe?x=1 | http.http_user_agent=curl/8 | http.http_method=GET | http.status=200 | id.orig_h=192.0.2.1 | id.orig_p=50000 | id.resp_h=203.0.113.5 | id.resp_p=80 | dst_ip=203.0.113.5 | dst_port=80 | SourceIp=192.0.2.1 | SourcePort=50000 | DestinationIp=203.0.113.5 | DestinationPort=80 | c-uri=/a/b.exe?x=1 | cs-uri=/a/b.exe?x=1 | uri=/a/b.exe?x=1 | cs-host=evil.example | host=evil.example | r-dns=evil.example | DestinationHostname=evil.example | cs-method=GET | method=GET | c-useragent=curl/8 | cs-user-agent=curl/8 | user_agent=curl/8 | sc-status=200 | status_code=200 | c-ip=192.0.2.1 | c-uri=http://evil.example/a/b.exe?x=1 | cs-uri-stem=/a/b.exe | cs-uri-query=x=1 | c-uri-query=x=1 | c-uri-extension=exe
        JsonLines
        2026-11-23T01:02:03.000Z [suricata//flow /firewall/ /network_connection/ zeek//conn]
            timestamp=2026-11-23T01:02:03.000123+0000 | flow_id=1 | event_type=flow | src_ip=192.0.2.1 | src_port=50000 | dest_ip=203.0.113.5 | dest_port=3389 | proto=TCP | app_proto=rdp | flow.bytes_toserver=1 | flow.state=established | id.orig_h=192.0.2.1 | id.orig_p=50000 | id.resp_h=203.0.113.5 | id.resp_p=3389 | dst_ip=203.0.113.5 | dst_port=3389 | SourceIp=192.0.2.1 | SourcePort=50000 | DestinationIp=203.0.113.5 | DestinationPort=3389 | service=rdp | Protocol=TCP | conn_state=established
        JsonLines
        2026-11-23T01:02:03.000Z [suricata//alert /firewall/]
            timestamp=2026-11-23T01:02:03.000123+0000 | event_type=alert | src_ip=192.0.2.1 | dest_ip=203.0.113.5 | alert.action=allowed | alert.signature=ET MALWARE x | alert.severity=1 | id.orig_h=192.0.2.1 | id.resp_h=203.0.113.5 | dst_ip=203.0.113.5 | SourceIp=192.0.2.1 | DestinationIp=203.0.113.5 | action=allowed | Signature=ET MALWARE x
        JsonLines
        2026-11-23T01:02:03.000Z [suricata//stats]
            timestamp=2026-11-23T01:02:03.000123+0000 | event_type=stats | stats.uptime=1
        JsonLines
        2026-11-23T01:02:03.500Z [zeek//http /proxy/ /webserver/]
            _path=http | ts=1795395723.5 | uid=C1 | id.orig_h=192.0.2.1 | id.orig_p=50000 | id.resp_h=203.0.113.5 | id.resp_p=80 | method=GET | host=evil.example | uri=/a?b=c | user_agent=curl/8 | status_code=200 | src_ip=192.0.2.1 | src_port=50000 | dst_ip=203.0.113.5 | dst_port=80 | SourceIp=192.0.2.1 | SourcePort=50000 | DestinationIp=203.0.113.5 | DestinationPort=80 | c-uri=/a?b=c | cs-uri=/a?b=c | cs-host=evil.example | r-dns=evil.example | DestinationHostname=evil.example | cs-method=GET | c-useragent=curl/8 | cs-user-agent=curl/8 | sc-status=200 | c-ip=192.0.2.1 | c-uri=http://evil.example/a?b=c | cs-uri-stem=/a | cs-uri-query=b=c | c-uri-query=b=c
        JsonLines
        2026-11-23T01:02:03.500Z [zeek//dns /dns/]
            ts=1795395723.5 | uid=C1 | id.orig_h=192.0.2.1 | id.resp_h=192.0.2.53 | query=evil.example | qtype_name=A | answers=203.0.113.5 | answers=203.0.113.6 | _path=dns | src_ip=192.0.2.1 | dst_ip=192.0.2.53 | SourceIp=192.0.2.1 | DestinationIp=192.0.2.53 | answer=203.0.113.5 | answer=203.0.113.6 | record_type=A | QueryName=evil.example
        "#);
}

#[test]
fn zeeks_own_form_is_read() {
    let table = read(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tquery\tqtype_name\tanswers\tAA\n#types\ttime\tstring\taddr\tport\taddr\tstring\tstring\tvector[string]\tbool\n1795395723.500000\tC1\t192.0.2.1\t50000\t192.0.2.53\ta\\x09b,c\tTXT\t203.0.113.5,203.0.113.6\tF\n1795395724.000000\tC2\t192.0.2.1\t-\t(empty)\tx\n#close\t2026-11-23\n",
    );
    insta::assert_snapshot!(table, @r#"
        ZeekTsv
        2026-11-23T01:02:03.500Z [zeek//dns /dns/]
            _path=dns | ts=1795395723.500000 | uid=C1 | id.orig_h=192.0.2.1 | id.orig_p=50000 | id.resp_h=192.0.2.53 | query=a	b,c | qtype_name=TXT | answers=203.0.113.5 | answers=203.0.113.6 | AA=F | src_ip=192.0.2.1 | src_port=50000 | dst_ip=192.0.2.53 | SourceIp=192.0.2.1 | SourcePort=50000 | DestinationIp=192.0.2.53 | answer=203.0.113.5 | answer=203.0.113.6 | record_type=TXT | QueryName=a	b,c
        2026-11-23T01:02:04.000Z [zeek//dns /dns/]
            _path=dns | ts=1795395724.000000 | uid=C2 | id.orig_h=192.0.2.1 | query=x | src_ip=192.0.2.1 | SourceIp=192.0.2.1 | QueryName=x
        "#);
}

#[test]
fn clouds_are_read() {
    let table = all(&[
        r#"{"CreationTime":"2026-11-23T01:02:03","Id":"1","Operation":"New-InboxRule","RecordType":1,"ResultStatus":"True","Workload":"Exchange","ClientIP":"203.0.113.5:1","UserId":"sato@example.jp","Parameters":[{"Name":"Name","Value":"."},{"Name":"ForwardTo","Value":"x@evil.example"}]}"#,
        r#"{"CreationTime":"2026-11-23T01:02:03","Operation":"Add member to role.","Workload":"AzureActiveDirectory","ModifiedProperties":[{"Name":"Role.DisplayName","NewValue":"Global Administrator","OldValue":"-"}],"ExtendedProperties":[{"Name":"UserAgent","Value":"curl"}]}"#,
        r#"{"CreationTime":"2026-11-23T01:02:03","Operation":"AlertTriggered","Workload":"SecurityComplianceCenter","Name":"Activity from infrequent country","Data":"{}"}"#,
        r#"{"Operation":"x","Workload":"Exchange","Parameters":{"Name":"rule","ForwardTo":"y"}}"#,
        r#"{"id":"1","createdDateTime":"2026-11-23T01:02:03Z","userPrincipalName":"sato@example.jp","appDisplayName":"Office","ipAddress":"203.0.113.5","status":{"errorCode":50126,"failureReason":"Invalid username"},"location":{"countryOrRegion":"NG"},"authenticationProtocol":"ropc"}"#,
        r#"{"id":"1","activityDateTime":"2026-11-23T01:02:03Z","activityDisplayName":"Add member to role","category":"RoleManagement","loggedByService":"Core Directory","result":"success","initiatedBy":{"user":{"userPrincipalName":"a@example.jp"}},"targetResources":[{"id":"62e90394","displayName":"Admins","modifiedProperties":[{"displayName":"Role","newValue":"x"}]}]}"#,
        r#"{"time":"2026-11-23T01:02:03Z","category":"SignInLogs","operationName":"Sign-in activity","resultType":"0","properties":{"userPrincipalName":"sato@example.jp","userAgent":"axios"}}"#,
        r#"{"kind":"admin#reports#activity","id":{"time":"2026-11-23T01:02:03.123Z","applicationName":"login"},"actor":{"email":"sato@example.jp"},"ipAddress":"203.0.113.5","events":[{"type":"login","name":"login_success","parameters":[{"name":"is_suspicious","boolValue":true},{"name":"login_challenge_method","multiValue":["password","totp"]}]}]}"#,
        r#"{"id":{"time":"2026-11-23T01:02:03.123Z","applicationName":"admin"},"actor":{"email":"a@example.jp"},"events":[{"name":"CHANGE_APPLICATION_SETTING","parameters":[{"name":"SETTING_NAME","value":"ContextAwareAccess"}]}]}"#,
        r#"{"timestamp":"2026-11-23T01:02:03Z","logName":"projects/x/logs/cloudaudit.googleapis.com%2Factivity","protoPayload":{"serviceName":"storage.googleapis.com","methodName":"storage.buckets.delete"}}"#,
        r#"{"eventSource":"iam.amazonaws.com","awsRegion":"ap-northeast-1","eventTime":"2026-11-23T01:02:03Z","eventName":"CreateUser","sourceIPAddress":"203.0.113.5"}"#,
        r#"{"published":"2026-11-23T01:02:03Z","eventType":"user.session.start","actor":{"alternateId":"a@example.jp"},"client":{"ipAddress":"203.0.113.5"},"securityContext":{"isProxy":true}}"#,
        r#"{"@timestamp":1795395723000,"action":"repo.destroy","actor":"ann","org":"x","_document_id":"1"}"#,
        r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","requestReceivedTimestamp":"2026-11-23T01:02:03.000000Z","verb":"delete","objectRef":{"resource":"pods","namespace":"x"},"user":{"username":"a"}}"#,
    ]);
    insta::assert_snapshot!(table, @r#"
        JsonLines
        2026-11-23T01:02:03.000Z [m365//audit m365//exchange]
            CreationTime=2026-11-23T01:02:03 | Id=1 | Operation=New-InboxRule | RecordType=1 | ResultStatus=True | Workload=Exchange | ClientIP=203.0.113.5:1 | UserId=sato@example.jp | Parameters[].Name=Name | Parameters[].Value=. | Parameters[].Name=ForwardTo | Parameters[].Value=x@evil.example | Parameters.Name=. | Parameters=Name:. | Parameters.ForwardTo=x@evil.example | Parameters=ForwardTo:x@evil.example | eventName=New-InboxRule | eventSource=Exchange | ClientIPAddress=203.0.113.5:1 | status=success
        JsonLines
        2026-11-23T01:02:03.000Z [m365//audit]
            CreationTime=2026-11-23T01:02:03 | Operation=Add member to role. | Workload=AzureActiveDirectory | ModifiedProperties[].Name=Role.DisplayName | ModifiedProperties[].NewValue=Global Administrator | ModifiedProperties[].OldValue=- | ExtendedProperties[].Name=UserAgent | ExtendedProperties[].Value=curl | ExtendedProperties.UserAgent=curl | ExtendedProperties=UserAgent:curl | ModifiedProperties.Role.DisplayName=Global Administrator | ModifiedProperties=Role.DisplayName:Global Administrator | OldProperties.Role.DisplayName=- | eventName=Add member to role. | eventSource=AzureActiveDirectory | UserAgent=curl
        JsonLines
        2026-11-23T01:02:03.000Z [m365//audit m365//threat_management m365//threat_detection]
            CreationTime=2026-11-23T01:02:03 | Operation=AlertTriggered | Workload=SecurityComplianceCenter | Name=Activity from infrequent country | Data={} | eventName=AlertTriggered | eventSource=SecurityComplianceCenter | Payload={} | alertName=Activity from infrequent country | eventName=Activity from infrequent country | status=success
        JsonLines
        1970-01-01T00:00:00.000Z [m365//audit m365//exchange]
            Operation=x | Workload=Exchange | Parameters[].Name=rule | Parameters.ForwardTo=y | Parameters.Name=rule | eventName=x | eventSource=Exchange
        JsonLines
        2026-11-23T01:02:03.000Z [azure//signinlogs]
            id=1 | createdDateTime=2026-11-23T01:02:03Z | userPrincipalName=sato@example.jp | appDisplayName=Office | ipAddress=203.0.113.5 | status.errorCode=50126 | status.failureReason=Invalid username | location.countryOrRegion=NG | authenticationProtocol=ropc | ResultType=50126 | ResultDescription=Invalid username | callerIpAddress=203.0.113.5 | Username=sato@example.jp | properties.message=ropc
        JsonLines
        2026-11-23T01:02:03.000Z [azure//auditlogs]
            id=1 | activityDateTime=2026-11-23T01:02:03Z | activityDisplayName=Add member to role | category=RoleManagement | loggedByService=Core Directory | result=success | initiatedBy.user.userPrincipalName=a@example.jp | targetResources.id=62e90394 | targetResources.displayName=Admins | targetResources.modifiedProperties.displayName=Role | targetResources.modifiedProperties.newValue=x | OperationName=Add member to role | properties.message=Add member to role | ActivityType=Add member to role | properties.result=success | Initiatedby=a@example.jp | properties.targetResources=Admins | TargetResources.modifiedProperties=Role | Status=success | TargetResources=62e90394
        JsonLines
        2026-11-23T01:02:03.000Z [azure//signinlogs]
            time=2026-11-23T01:02:03Z | category=SignInLogs | operationName=Sign-in activity | resultType=0 | properties.userPrincipalName=sato@example.jp | properties.userAgent=axios | Username=sato@example.jp | userPrincipalName=sato@example.jp | userAgent=axios | properties.message=Sign-in activity | Status=success
        JsonLines
        2026-11-23T01:02:03.123Z [gcp//google_workspace.login]
            kind=admin#reports#activity | id.time=2026-11-23T01:02:03.123Z | id.applicationName=login | actor.email=sato@example.jp | ipAddress=203.0.113.5 | events.type=login | events.name=login_success | events.parameters.name=is_suspicious | events.parameters.boolValue=true | events.parameters.name=login_challenge_method | events.parameters.multiValue=password | events.parameters.multiValue=totp | parameters.is_suspicious=true | is_suspicious=true | parameters.login_challenge_method=password | login_challenge_method=password | parameters.login_challenge_method=totp | eventName=login_success | eventType=login | protoPayload.metadata.event.eventName=login_success | SourceIp=203.0.113.5 | User=sato@example.jp | eventService=login.googleapis.com | protoPayload.serviceName=login.googleapis.com
        JsonLines
        2026-11-23T01:02:03.123Z [gcp//google_workspace.admin]
            id.time=2026-11-23T01:02:03.123Z | id.applicationName=admin | actor.email=a@example.jp | events.name=CHANGE_APPLICATION_SETTING | events.parameters.name=SETTING_NAME | events.parameters.value=ContextAwareAccess | parameters.SETTING_NAME=ContextAwareAccess | SETTING_NAME=ContextAwareAccess | eventName=CHANGE_APPLICATION_SETTING | protoPayload.metadata.event.eventName=CHANGE_APPLICATION_SETTING | User=a@example.jp | eventService=admin.googleapis.com | protoPayload.serviceName=admin.googleapis.com
        JsonLines
        2026-11-23T01:02:03.000Z [gcp//gcp.audit]
            timestamp=2026-11-23T01:02:03Z | logName=projects/x/logs/cloudaudit.googleapis.com%2Factivity | protoPayload.serviceName=storage.googleapis.com | protoPayload.methodName=storage.buckets.delete | gcp.audit.method_name=storage.buckets.delete | data.protoPayload.methodName=storage.buckets.delete | data.protoPayload.serviceName=storage.googleapis.com | data.protoPayload.logName=projects/x/logs/cloudaudit.googleapis.com%2Factivity | eventService=storage.googleapis.com
        JsonLines
        2026-11-23T01:02:03.000Z [aws//cloudtrail]
            eventSource=iam.amazonaws.com | awsRegion=ap-northeast-1 | eventTime=2026-11-23T01:02:03Z | eventName=CreateUser | sourceIPAddress=203.0.113.5 | src_ip=203.0.113.5
        JsonLines
        2026-11-23T01:02:03.000Z [okta//okta]
            published=2026-11-23T01:02:03Z | eventType=user.session.start | actor.alternateId=a@example.jp | client.ipAddress=203.0.113.5 | securityContext.isProxy=true | SourceIp=203.0.113.5 | User=a@example.jp
        JsonLines
        2026-11-23T01:02:03.000Z [github//audit]
            @timestamp=1795395723000 | action=repo.destroy | actor=ann | org=x | _document_id=1 | User=ann
        JsonLines
        2026-11-23T01:02:03.000Z [kubernetes//audit kubernetes/application/audit]
            kind=Event | apiVersion=audit.k8s.io/v1 | requestReceivedTimestamp=2026-11-23T01:02:03.000000Z | verb=delete | objectRef.resource=pods | objectRef.namespace=x | user.username=a | User=a
        "#);
}

#[test]
fn columns_are_read() {
    let table = all(&[
        "Channel,EventID,Computer,TimeCreated,CommandLine,NewProcessName\r\nSecurity,4688,pc,2026-11-23T01:02:03Z,\"cmd /c \"\"a, b\"\"\nmore\",C:\\x.exe\r\nSecurity,4689,pc,,,\r\n",
        "RecordId,CreationDate,Operation,UserId,AuditData\n1,2026-11-23,Set-Mailbox,a,\"{\"\"CreationTime\"\":\"\"2026-11-23T01:02:03\"\",\"\"Operation\"\":\"\"Set-Mailbox\"\",\"\"Workload\"\":\"\"Exchange\"\",\"\"Parameters\"\":[{\"\"Name\"\":\"\"ForwardingSmtpAddress\"\",\"\"Value\"\":\"\"smtp:x@evil.example\"\"}]}\"\n",
        "名前;日時;値\nあ;2026-11-23;い\n",
        "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status\n2026-11-23 01:02:03 192.0.2.80 GET /a.aspx x=1 443 - 203.0.113.5 Mozilla/5.0+(X;+Y) 200\n",
        "#Software: SGOS 7.3\n#Fields: date time c-ip cs-username s-action sc-status cs-method cs-uri-scheme cs-host cs-uri-path cs(User-Agent)\n2026-11-23 01:02:03 192.0.2.1 ann TCP_NC_MISS 200 GET http evil.example /x \"curl 8 (a)\"\n",
        "1795395723.586    921 192.0.2.68 TCP_MISS/200 507 GET http://evil.example/a/b.exe?x ann HIER_DIRECT/203.0.113.5 text/html\n",
    ]);
    insta::assert_snapshot!(table, @r#"
        Csv
        2026-11-23T01:02:03.000Z [windows/process_creation/security]
            Channel=Security | EventID=4688 | Computer=pc | TimeCreated=2026-11-23T01:02:03Z | CommandLine=cmd /c "a, b"
        more | NewProcessName=C:\x.exe | Image=C:\x.exe
        1970-01-01T00:00:00.000Z [windows/process_termination/security]
            Channel=Security | EventID=4689 | Computer=pc
        Csv
        2026-11-23T01:02:03.000Z [m365//audit m365//exchange]
            CreationTime=2026-11-23T01:02:03 | Operation=Set-Mailbox | Workload=Exchange | Parameters[].Name=ForwardingSmtpAddress | Parameters[].Value=smtp:x@evil.example | Parameters.ForwardingSmtpAddress=smtp:x@evil.example | Parameters=ForwardingSmtpAddress:smtp:x@evil.example | eventName=Set-Mailbox | eventSource=Exchange
        Csv
        1970-01-01T00:00:00.000Z []
            名前=あ | 日時=2026-11-23 | 値=い
        W3c
        2026-11-23T01:02:03.000Z [iis/webserver/ /webserver/]
            date=2026-11-23 | time=01:02:03 | s-ip=192.0.2.80 | cs-method=GET | cs-uri-stem=/a.aspx | cs-uri-query=x=1 | s-port=443 | c-ip=203.0.113.5 | cs(User-Agent)=Mozilla/5.0+(X;+Y) | sc-status=200 | cs-uri=/a.aspx | c-uri=/a.aspx | dst_ip=192.0.2.80 | src_ip=203.0.113.5 | cs-user-agent=Mozilla/5.0 (X; Y) | c-useragent=Mozilla/5.0 (X; Y)
        W3c
        2026-11-23T01:02:03.000Z [/proxy/]
            date=2026-11-23 | time=01:02:03 | c-ip=192.0.2.1 | cs-username=ann | s-action=TCP_NC_MISS | sc-status=200 | cs-method=GET | cs-uri-scheme=http | cs-host=evil.example | cs-uri-path=/x | cs(User-Agent)=curl 8 (a) | cs-uri-stem=/x | src_ip=192.0.2.1 | cs-user-agent=curl 8 (a) | c-useragent=curl 8 (a)
        Squid
        2026-11-23T01:02:03.586Z [squid/proxy/]
            c-ip=192.0.2.68 | s-action=TCP_MISS | sc-status=200 | sc-bytes=507 | cs-method=GET | c-uri=http://evil.example/a/b.exe?x | cs-host=evil.example | r-dns=evil.example | cs-username=ann | dst_ip=203.0.113.5 | rs-content-type=text/html | time-taken=921 | cs-uri=http://evil.example/a/b.exe?x | src_ip=192.0.2.68 | c-uri-query=x | c-uri-extension=exe
        "#);
}

#[test]
fn a_part_of_a_file_is_read_with_the_names_at_its_head() {
    let text = "Channel,EventID,Computer\nSecurity,1102,a\nSecurity,4688,b\n";
    let (mut reader, mut slate) = (reader(), Slate::default());
    reader.open(Kind::Csv, text.as_bytes(), &mut slate);
    assert_eq!(reader.read("Security,4688,b", &mut slate), Ok(true));
    assert_eq!(slate.get_named("Computer"), Some("b"));
    assert_eq!(reader.read("Channel,EventID,Computer", &mut slate), Ok(false));
}

#[test]
fn kinds_with_a_head_are_told_by_it() {
    let rows = [
        ("a,b,c\n1,2,3\n", Kind::Csv),
        ("Dear all, please, see below\nThanks\n", Kind::Unknown),
        ("#Fields: date time\n", Kind::W3c),
        ("#separator \\x09\n", Kind::ZeekTsv),
        ("# a comment\n", Kind::Unknown),
        ("xxElfChnk\0yy", Kind::EvtxPiece),
    ];
    for (text, kind) in rows {
        assert_eq!(kind::of(text.as_bytes()), kind, "{text}");
    }
}
