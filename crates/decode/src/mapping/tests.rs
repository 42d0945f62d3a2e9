use super::Mapping;
use super::convert::{Conversion, Room};
use sigma::Slate;

#[test]
fn conversions_say_the_same_in_other_words() {
    use Conversion as C;
    let rows = [
        (C::Decimal, "0x1f4", ""),
        (C::Decimal, "500", ""),
        (C::Decimal, "0xnone", ""),
        (C::Account, "ann", "PC"),
        (C::Account, "ann", "-"),
        (C::Account, "-", "PC"),
        (C::IntegrityLevel, "S-1-16-8192", ""),
        (C::IntegrityLevel, "Mandatory Label\\High Mandatory Level", ""),
        (C::IntegrityLevel, "必須ラベル", ""),
        (C::Registry, "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x", ""),
        (C::Registry, "\\REGISTRY\\MACHINE\\SOFTWARE\\x", ""),
        (C::Registry, "\\REGISTRY\\USER\\S-1-5-21-1_Classes\\x", ""),
        (C::Registry, "HKEY_LOCAL_MACHINE\\Software", ""),
        (C::Registry, "HKLM\\Software", ""),
        (C::RegistryValue, "\\REGISTRY\\USER\\S-1-5-21-1\\Run", "x"),
        (C::RegistryValue, "HKLM\\Run\\x", "x"),
        (C::RegistryValue, "HKLM\\Run", "-"),
        (C::DevicePath, "\\device\\harddiskvolume3\\a\\x.exe", ""),
        (C::DevicePath, "\\device\\mup\\server\\x.exe", ""),
        (C::DevicePath, "System", ""),
        (C::Initiated, "%%14592", ""),
        (C::Initiated, "Outbound", ""),
        (C::Initiated, "internal", ""),
        (C::Protocol, "17", ""),
        (C::Protocol, "99", ""),
        (C::Message, "%%1936", ""),
        (C::RegistryAct, "%%1906", ""),
        (C::HashMd5, "00ff", ""),
        (C::UriStem, "/a/b?c", ""),
        (C::UriQuery, "/a/b?c", ""),
        (C::UriQuery, "/a/b", ""),
        (C::UriExtension, "/a.d/b.exe?c=d.e", ""),
        (C::UriExtension, "/a.d/b", ""),
        (C::Url, "/a", "host"),
        (C::Url, "http://a/", "host"),
        (C::Spaces, "Mozilla/5.0+(X;+Y)", ""),
        (C::Outcome, "Succeeded", ""),
        (C::Outcome, "50126", ""),
        (C::Parts, "\tHostName=ConsoleHost\r\n\tHostApplication=powershell -c \"a=b\"\r\n\tUnknown=x\r\n\tScriptName=\r\n", ""),
        (C::Parts, "        Command Name = Get-Item\n        User = PC\\ann\n", ""),
    ];
    let mut slate = Slate::default();
    let to = slate.name("→").expect("a name");
    let mut room = Room::default();
    let mut table = String::new();
    for (conversion, value, kin) in rows {
        slate.clear();
        conversion.convert(value, kin, &mut room);
        room.put(&mut slate, to);
        let given: Vec<String> = (0..slate.len()).map(|n| format!("{} {}", slate.letters_at(n), slate.value_at(n))).collect();
        table += &format!("{conversion:?} {value:?} {kin} {}\n", given.join(" "));
    }
    insta::assert_snapshot!(table, @r#"
        Decimal "0x1f4"  → 500
        Decimal "500"  → 500
        Decimal "0xnone"  
        Account "ann" PC → PC\ann
        Account "ann" - → ann
        Account "-" PC 
        IntegrityLevel "S-1-16-8192"  → Medium
        IntegrityLevel "Mandatory Label\\High Mandatory Level"  → High
        IntegrityLevel "必須ラベル"  
        Registry "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x"  → HKLM\System\CurrentControlSet\Services\x
        Registry "\\REGISTRY\\MACHINE\\SOFTWARE\\x"  → HKLM\SOFTWARE\x
        Registry "\\REGISTRY\\USER\\S-1-5-21-1_Classes\\x"  → HKU\S-1-5-21-1_Classes\x
        Registry "HKEY_LOCAL_MACHINE\\Software"  → HKLM\Software
        Registry "HKLM\\Software"  → HKLM\Software
        RegistryValue "\\REGISTRY\\USER\\S-1-5-21-1\\Run" x → HKU\S-1-5-21-1\Run\x
        RegistryValue "HKLM\\Run\\x" x → HKLM\Run\x
        RegistryValue "HKLM\\Run" - → HKLM\Run
        DevicePath "\\device\\harddiskvolume3\\a\\x.exe"  → C:\a\x.exe
        DevicePath "\\device\\mup\\server\\x.exe"  → \device\mup\server\x.exe
        DevicePath "System"  → System
        Initiated "%%14592"  → false
        Initiated "Outbound"  → true
        Initiated "internal"  
        Protocol "17"  → udp
        Protocol "99"  
        Message "%%1936"  → TokenElevationTypeDefault (1)
        RegistryAct "%%1906"  → DeleteValue
        HashMd5 "00ff"  → MD5=00ff
        UriStem "/a/b?c"  → /a/b
        UriQuery "/a/b?c"  → c
        UriQuery "/a/b"  
        UriExtension "/a.d/b.exe?c=d.e"  → exe
        UriExtension "/a.d/b"  
        Url "/a" host → http://host/a
        Url "http://a/" host 
        Spaces "Mozilla/5.0+(X;+Y)"  → Mozilla/5.0 (X; Y)
        Outcome "Succeeded"  → success
        Outcome "50126"  
        Parts "\tHostName=ConsoleHost\r\n\tHostApplication=powershell -c \"a=b\"\r\n\tUnknown=x\r\n\tScriptName=\r\n"  HostName ConsoleHost HostApplication powershell -c "a=b"
        Parts "        Command Name = Get-Item\n        User = PC\\ann\n"  CommandName Get-Item User PC\ann
        "#);
}

#[test]
fn a_file_with_faults_is_refused_with_the_reason() {
    let rows = [
        "edition = \"\"\nfrom = [\"x\"]",
        "edition = \"1\"\nfrom = []",
        "edition = \"1\"\nfrom = [\"x\"]\nwhat = 1",
        "edition = \"1\"\nfrom = [\"x\"]\n[[event]]\nchannels = [\"a\"]\nconvert = [[\"a\", \"magic\", \"b\"]]",
        "edition = \"1\"\nfrom = [\"x\"]\n[[event]]\nchannels = [\"a\"]\nwhen = [[]]",
        "edition = \"1\"\nfrom = [\"x\"]\n[[event]]\ncategories = [\"a\"]",
        "edition = \"1\"\nfrom = [\"x\"]\n[format.x]\n[[format.x.event]]\nsources = [\"a/b\"]",
        "edition = \"1\"\nfrom = [\"x\"]\n[format.x]\n[[format.x.event]]\nsources = [\"a//{b}\"]",
    ];
    let told = |text: &str| match Mapping::default().add(text) {
        Ok(()) => "taken".to_owned(),
        Err(reason) => reason.lines().last().unwrap_or_default().to_owned(),
    };
    let table: String = rows.iter().map(|text| told(text) + "\n").collect();
    insta::assert_snapshot!(table, @r#"
        an edition and the sources that it is from are missing
        an edition and the sources that it is from are missing
        unknown field `what`, expected one of `edition`, `from`, `service`, `event`, `format`, `not_reachable`
        unknown variant `magic`, expected one of `same`, `decimal`, `account`, `integrity-level`, `registry`, `registry-value`, `device-path`, `initiated`, `protocol`, `message`, `registry-act`, `parts`, `hash-md5`, `hash-sha1`, `hash-sha256`, `hash-imp`, `uri-stem`, `uri-query`, `uri-extension`, `url`, `outcome`, `spaces`
        a condition has no field
        channels and categories are of Windows, sources of the formats
        a source is product/category/service, and this is none: a/b
        a source may name keys alone: a//{b}
        "#);
}
