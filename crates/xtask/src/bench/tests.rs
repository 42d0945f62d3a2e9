use crate::bench::detection::{Figures, On, Run, Who};
use crate::bench::sets::{Set, Sets};
use crate::bench::tools::Tools;
use crate::bench::weigh::Weight;
use crate::bench::{chunks, flat, goals, page, report, rules, weigh};
use serde_json::json;

#[test]
fn a_section_is_put_in_place_and_the_others_stay() {
    let page = "# Benchmarks\n\nWords.\n\n## Pages\n\nold\n\n## The program\n\nsame\n";
    let added = page::with_section(page, "## Detection\n\n### Goals\n\none\n");
    assert_eq!(added, format!("{page}\n## Detection\n\n### Goals\n\none\n"));
    let again = page::with_section(&added, "## Detection\n\n### Goals\n\ntwo\n");
    assert_eq!(again, format!("{page}\n## Detection\n\n### Goals\n\ntwo\n"));
    let pages = page::with_section(&again, "## Pages\n\nnew\n");
    assert_eq!(pages, again.replace("old", "new"));
}

/// A chunk of records that hold nothing but zeroes, `size` bytes each, up to `end`.
fn chunk(size: usize, end: usize) -> Vec<u8> {
    let mut chunk = vec![0; chunks::CHUNK];
    chunk[..8].copy_from_slice(b"ElfChnk\0");
    chunk[48..52].copy_from_slice(&u32::try_from(end).expect("small").to_le_bytes());
    for at in (512..end).step_by(size) {
        chunk[at..at + 4].copy_from_slice(&[0x2a, 0x2a, 0, 0]);
        chunk[at + 4..at + 8].copy_from_slice(&u32::try_from(size).expect("small").to_le_bytes());
    }
    chunk
}

#[test]
fn only_full_and_whole_chunks_are_taken() {
    let head = chunks::file_head(1, 1);
    let file = |chunk: &[u8]| [head.as_slice(), chunk].concat();
    let full = chunk(1000, 512 + 63_000);
    assert_eq!(chunks::full(&file(&full)), std::slice::from_ref(&full));
    assert_eq!(chunks::full(&file(&chunk(1000, 512 + 20_000))), [[0; 0]; 0], "half empty");
    let mut damaged = full.clone();
    damaged[512 + 4] = 1;
    assert_eq!(chunks::full(&file(&damaged)), [[0; 0]; 0], "damaged");
    assert_eq!(chunks::full(&file(&full[..60_000])), [[0; 0]; 0], "cut");
    assert_eq!(chunks::full(b"ElfFile"), [[0; 0]; 0], "no file");
}

#[test]
fn records_are_numbered_through() {
    let mut chunk = chunk(1000, 512 + 63_000);
    assert_eq!(chunks::number(&mut chunk, 100), 163);
    let u64_at = |at: usize| u64::from_le_bytes(chunk[at..at + 8].try_into().expect("eight bytes"));
    assert_eq!([8, 16, 24, 32, 512 + 8, 512 + 62_008].map(u64_at), [100, 162, 100, 162, 100, 162]);
}

#[test]
fn an_event_becomes_a_flat_line_that_says_its_source() {
    let event = json!({"Event": {
        "#attributes": {"xmlns": "x"},
        "System": {
            "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon", "Guid": "{0}"}},
            "EventID": {"#attributes": {"Qualifiers": "0"}, "#text": "1"},
            "TimeCreated": {"#attributes": {"SystemTime": "2026-01-01T00:00:00Z"}},
            "Correlation": null,
            "Channel": "Microsoft-Windows-Sysmon/Operational",
            "Security": {"#attributes": {"UserID": "S-1-5-18"}},
        },
        "EventData": {"Image": "C:\\a.exe", "Hashes": null, "Data": {"#text": ["a", "b"]}},
    }});
    let sources = flat::Sources::own().expect("our own content");
    let line = flat::flat(&event, &sources).map(serde_json::Value::Object);
    let expected = json!({
        "Provider_Name": "Microsoft-Windows-Sysmon", "EventID": 1, "SystemTime": "2026-01-01T00:00:00Z",
        "Channel": "Microsoft-Windows-Sysmon/Operational", "Security_UserID": "S-1-5-18",
        "Image": "C:\\a.exe", "Data": ["a", "b"],
        "product": "windows", "service": "sysmon", "category": "process_creation",
    });
    assert_eq!(line, Some(expected));
    assert_eq!(flat::flat(&json!({"a": 1}), &sources), None);
}

#[test]
fn a_copied_rule_asks_for_other_texts_of_the_same_programs() {
    let rule = "id: 11111111-2222\ndetection:\n  s:\n    Image|endswith: '\\whoami.exe'\n    CommandLine|contains:\n    - mimikatz\n    - a\n    Ip|cidr: 10.0.0.0/8\n    EventID: 4688\n  condition: s\n";
    let copy = rules::altered(rule).expect("a rule");
    let expected =
        rule.replace("mimikatz", "mimilatz").replace("11111111", &format!("{:08x}", crc32fast::hash(b"11111111-2222")));
    let values = |text: &str| serde_norway::from_str::<serde_norway::Value>(text).expect("YAML");
    assert_eq!(values(&copy), values(&expected));
}

#[test]
fn the_median_is_the_one_in_the_middle() {
    let weight = |cpu| weigh::Weight { cpu, wall: 0.0, peak: 0 };
    assert_eq!(weigh::median([3.0, 1.0, 2.0].map(weight).to_vec()), Some(weight(2.0)));
    assert_eq!(weigh::median(Vec::new()), None);
}

/// Figures of a run in which ours took `cpu` seconds over a million flat lines, and a second for the rules.
fn figures(cpu: f64) -> Figures {
    let tools = Tools {
        ours: "komainu".into(),
        threads: true,
        name: "komainu hunt".into(),
        judge_rate: "judge_rate".into(),
        evtx_dump: "evtx_dump".into(),
        rsigma: "rsigma".into(),
        others: Vec::new(),
        taskset: false,
        valgrind: false,
    };
    let empty = || Set::default();
    let flat = Set { events: 1_000_000, bytes: 500_000_000, ..Set::default() };
    let sets = Sets { mark: String::new(), sparse: empty(), big: empty(), small: empty(), flat, empty: empty(), chunks: 1 };
    let run =
        |who, on, cpu| Run { who, on, all: false, weight: Weight { cpu, wall: cpu, peak: 50_000_000 }, findings: 1, rules: 1 };
    let nothing = On::Nothing { eighths: 8 };
    let runs = vec![
        run(Who::Rsigma, nothing, 1.0),
        run(Who::Rsigma, On::Flat, 41.0),
        run(Who::Ours, nothing, 1.0),
        run(Who::Ours, On::Flat, cpu),
    ];
    let load = ("0.00".to_owned(), "0.00".to_owned());
    Figures { tools, sets, runs, curve: Vec::new(), counts: None, no_allocation: true, rounds: 3, load }
}

#[test]
fn what_loading_the_rules_takes_is_not_counted() {
    let figures = figures(3.0);
    let rate = |who| figures.run(who, On::Flat, false).and_then(|run| figures.rate(run));
    assert_eq!((rate(Who::Rsigma), rate(Who::Ours)), (Some(25_000.0), Some(500_000.0)));
    let section = report::section(&figures).expect("a section");
    assert!(section.contains("| flat JSON lines: ten times RSigma a core | 20.00 times | yes |"), "{section}");
    assert!(section.contains("| komainu hunt | 1 | 3.00 | 3.00 | 50 | 500,000 | 250 | 1 | 1 | 20.00 |"), "{section}");
    assert!(section.contains("| rules loaded in under 0.5 s | 1.00 s | **no**. One thread"), "{section}");
}

#[test]
fn too_little_beside_the_rules_is_no_figure() {
    let figures = figures(1.2);
    let goals = goals::goals(&figures).expect("goals");
    assert_eq!((goals[0].figure.as_str(), goals[0].held), ("not measured", None));
}
