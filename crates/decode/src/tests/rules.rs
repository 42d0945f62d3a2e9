//! The public rules on records in other words than theirs.

use crate::json::Reader;
use crate::windows::Mapping;
use sigma::{Matcher, Rules, Source};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

fn texts() -> Option<Vec<(String, String)>> {
    let data = corpus::folder("sigma")?;
    let folders = ["rules", "rules-emerging-threats", "rules-threat-hunting"];
    let found = folders.map(|folder| corpus::files(&data.join(folder), ".yml")).concat();
    let read = |path: &PathBuf| (path.display().to_string(), std::fs::read_to_string(path).expect("a text"));
    Some(found.iter().map(read).collect())
}

/// `product/category/service` of a rule's text.
fn source(text: &str) -> String {
    let inside = text.lines().skip_while(|line| !line.starts_with("logsource:")).skip(1);
    let lines: Vec<&str> = inside.take_while(|line| line.starts_with([' ', '#'])).collect();
    let part = |name: &str| {
        let line = lines.iter().find_map(|line| line.trim().strip_prefix(name)?.trim().strip_prefix(':'));
        line.unwrap_or_default().split('#').next().unwrap_or_default().trim().trim_matches(['\'', '"']).to_owned()
    };
    format!("{}/{}/{}", part("product"), part("category"), part("service"))
}

fn reached(asked: &str, given: &[Source<'static>]) -> bool {
    let asked: Vec<&str> = asked.splitn(3, '/').collect();
    let fits = |asked: &str, given: &str| {
        asked.is_empty()
            || given == "*"
            || asked.eq_ignore_ascii_case(given)
            || given.strip_suffix('*').is_some_and(|start| asked.starts_with(start))
    };
    given.iter().any(|source| {
        let parts = [&source.product, &source.category, &source.service];
        asked.iter().zip(parts).all(|(asked, given)| fits(asked, given))
    })
}

/// Log sources for which no log's format is known here, or whose records other readers make.
#[test]
fn every_windows_source_of_the_public_rules_can_be_reached_or_it_is_said_why_not() {
    let Some(texts) = texts() else { return };
    let mapping = Mapping::own().expect("our own content");
    let mut given = mapping.sources();
    // What follows from a category, and a rule that asks for the product alone.
    given.push(Source::new("windows", "registry_event", ""));
    let asked: BTreeSet<String> = texts.iter().map(|(_, text)| source(text)).collect();
    let missing: Vec<&String> = asked.iter().filter(|asked| !reached(asked, &given)).collect();
    let (windows, others): (Vec<&String>, Vec<&String>) = missing.into_iter().partition(|asked| asked.starts_with("windows/"));
    let said = |asked: &&String| mapping.not_reachable().iter().any(|one| one.source == **asked && !one.why.is_empty());
    assert_eq!(windows.into_iter().filter(|asked| !said(asked)).collect::<Vec<_>>(), Vec::<&String>::new());
    let others: Vec<&str> = others.iter().map(|source| source.as_str()).collect();
    insta::assert_snapshot!(others.join("\n"), @r#"
        /database/
        bitbucket//audit
        cisco//aaa
        cisco//bgp
        cisco//duo
        cisco//ldp
        cisco//syslog
        django/application/
        fortigate//event
        fortios//sslvpnd
        huawei//bgp
        juniper//bgp
        jvm/application/
        linux//auditd
        linux//auth
        linux//clamav
        linux//cron
        linux//guacamole
        linux//sshd
        linux//sudo
        linux//syslog
        linux//vsftpd
        nodejs/application/
        onelogin//onelogin.events
        paloalto/appliance/globalprotect
        paloalto/file_event/globalprotect
        python/application/
        rpc_firewall/application/
        ruby_on_rails/application/
        spring/application/
        sql/application/
        velocity/application/
        "#);
}

#[test]
fn rules_written_for_sysmon_fire_on_the_same_act_told_by_others() {
    let Some(texts) = texts() else { return };
    let (rules, _) = Rules::read(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let mut reader = Reader::new(Arc::new(Mapping::own().expect("our own content")));
    let mut matcher = Matcher::new(Arc::new(rules));
    let whoami = "C:\\\\Windows\\\\System32\\\\whoami.exe";
    let acts = [
        ("4688", format!(r#"{{"Channel":"Security","EventID":4688,"NewProcessName":"{whoami}","ParentProcessName":"C:\\Windows\\System32\\cmd.exe","CommandLine":"whoami /priv","MandatoryLabel":"S-1-16-16384","SubjectUserName":"PC$","SubjectDomainName":"NT AUTHORITY","TargetUserName":"-"}}"#)),
        ("Winlogbeat 4688", format!(r#"{{"@timestamp":"2026-11-23T01:02:03Z","winlog":{{"channel":"Security","event_id":"4688","event_data":{{"NewProcessName":"{whoami}","CommandLine":"whoami /priv"}}}}}}"#)),
        ("Winlogbeat Sysmon module", format!(r#"{{"@timestamp":"2026-11-23T01:02:03Z","event":{{"code":"1","category":["process"],"type":["start"]}},"process":{{"executable":"{whoami}","command_line":"whoami /priv"}},"winlog":{{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":"1"}}}}"#)),
        ("Wazuh", format!(r#"{{"data":{{"win":{{"system":{{"channel":"Security","eventID":"4688"}},"eventdata":{{"newProcessName":"{whoami}","commandLine":"whoami /priv"}}}}}}}}"#)),
        ("ECS", format!(r#"{{"@timestamp":"2026-11-23T01:02:03Z","event":{{"category":["process"],"type":["start"]}},"host":{{"os":{{"type":"windows"}}}},"process":{{"executable":"{whoami}","command_line":"whoami /priv"}}}}"#)),
        ("OCSF", format!(r#"{{"class_uid":1007,"activity_id":1,"device":{{"os":{{"type":"Windows"}}}},"process":{{"cmd_line":"whoami /priv","file":{{"path":"{whoami}"}}}}}}"#)),
        ("5156", r#"{"Channel":"Security","EventID":5156,"Application":"\\device\\harddiskvolume3\\windows\\system32\\regsvr32.exe","Direction":"%%14593","SourceAddress":"192.0.2.1","DestAddress":"203.0.113.5","DestPort":"443","Protocol":"6"}"#.to_owned()),
        ("4657", r#"{"Channel":"Security","EventID":4657,"ObjectName":"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Control\\SecurityProviders\\WDigest","ObjectValueName":"UseLogonCredential","OperationType":"%%1905","NewValue":"DWORD (0x00000001)","ProcessName":"C:\\Windows\\System32\\reg.exe"}"#.to_owned()),
        ("4663 on lsass", r#"{"Channel":"Security","EventID":4663,"ObjectType":"Process","ObjectName":"\\Device\\HarddiskVolume2\\Windows\\System32\\lsass.exe","ProcessName":"C:\\Users\\Public\\x.exe","AccessMask":"0x1410"}"#.to_owned()),
        ("EVE dns", r#"{"timestamp":"2026-11-23T01:02:03+0000","event_type":"dns","src_ip":"192.0.2.1","dest_ip":"192.0.2.53","dns":{"type":"query","rrname":"aaa.stage.123456.evil.example","rrtype":"TXT"}}"#.to_owned()),
        ("EVE http", r#"{"timestamp":"2026-11-23T01:02:03+0000","event_type":"http","src_ip":"192.0.2.1","dest_ip":"203.0.113.5","http":{"hostname":"evil.top","url":"/x.exe","http_user_agent":"dirbuster","http_method":"GET","status":200}}"#.to_owned()),
        ("Zeek http", r#"{"_path":"http","ts":1,"uid":"C","id.orig_h":"192.0.2.1","method":"GET","host":"evil.example","uri":"/a.exe","user_agent":"Microsoft-WebDAV-MiniRedir","resp_mime_types":["application/x-dosexec"]}"#.to_owned()),
        ("M365", r#"{"CreationTime":"2026-11-23T01:02:03","Operation":"New-InboxRule","Workload":"Exchange","Parameters":[{"Name":"ForwardTo","Value":"x@evil.example"}]}"#.to_owned()),
        ("Entra sign-in", r#"{"createdDateTime":"2026-11-23T01:02:03Z","userPrincipalName":"a","appDisplayName":"b","status":{"errorCode":50053}}"#.to_owned()),
        ("Google", r#"{"id":{"time":"2026-11-23T01:02:03Z","applicationName":"admin"},"events":[{"name":"GRANT_ADMIN_PRIVILEGE"}]}"#.to_owned()),
    ];
    let mut table = String::new();
    for (name, line) in acts {
        reader.read(&line, matcher.slate_mut()).expect(name);
        let holding = matcher.judge().to_vec();
        let titles: BTreeSet<&str> =
            holding.iter().filter_map(|place| Some(matcher.rules().at(*place as usize)?.title.as_str())).collect();
        table += &format!("{name}: {}\n", titles.into_iter().collect::<Vec<_>>().join("; "));
    }
    insta::assert_snapshot!(table, @r#"
        4688: Local Accounts Discovery; Security Privileges Enumeration Via Whoami.EXE; Whoami.EXE Execution From Privileged Process
        Winlogbeat 4688: Local Accounts Discovery; Security Privileges Enumeration Via Whoami.EXE
        Winlogbeat Sysmon module: Local Accounts Discovery; Security Privileges Enumeration Via Whoami.EXE
        Wazuh: Local Accounts Discovery; Security Privileges Enumeration Via Whoami.EXE
        ECS: Local Accounts Discovery; Security Privileges Enumeration Via Whoami.EXE
        OCSF: Local Accounts Discovery; Security Privileges Enumeration Via Whoami.EXE
        5156: Network Connection Initiated By Regsvr32.EXE
        4657: Wdigest Enable UseLogonCredential
        4663 on lsass: LSASS Access From Non System Account; LSASS Access From Program In Potentially Suspicious Folder; Uncommon GrantedAccess Flags On LSASS
        EVE dns: Cobalt Strike DNS Beaconing
        EVE http: Download From Suspicious TLD - Blacklist; Download From Suspicious TLD - Whitelist; HTTP Request to Low Reputation TLD or Suspicious File Extension; Hack Tool User Agent
        Zeek http: Download From Suspicious TLD - Whitelist; Executable from Webdav
        M365: Mail Forwarding/Redirecting Activity In O365
        Entra sign-in: Account Lockout
        Google: Google Workspace User Granted Admin Privileges
        "#);
}
