//! Folders and archives of any content.

use super::{asked, places, rule, write};
use crate::archive::{members, stays_within};
use crate::import;
use proptest::prelude::*;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, SimpleFileOptions::default()).expect("begun");
        writer.write_all(text.as_bytes()).expect("written");
    }
    writer.add_symlink("repo/link.yml", "/etc/passwd", SimpleFileOptions::default()).expect("a link");
    writer.finish().expect("whole").into_inner()
}

#[test]
fn an_archive_is_read_without_its_common_folder_and_never_leads_out() {
    let netcat = rule("r1", "Netcat", "");
    let bytes = archive(&[
        ("repo/LICENSE.txt", "MIT"),
        ("repo/rules/a.yml", &netcat),
        ("../../evil.yml", &netcat),
        ("/etc/evil.yml", &netcat),
        ("c:\\evil.yml", &netcat),
        ("repo/.github/x.yml", &netcat),
    ]);
    let found = members(Cursor::new(bytes)).expect("an archive");
    let paths: Vec<&str> = found.rules.iter().map(|text| text.path.as_str()).collect();
    assert_eq!(paths, ["rules/a.yml"]);
    assert_eq!(found.licences[0].path, "LICENSE.txt");
    let faults: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 4, "{faults:?}");
    assert!(["a/b", "./a", "a"].iter().all(|path| stays_within(path)));
    assert!(["", "/a", "../a", "a/../../b", "c:/a", "a\0"].iter().all(|path| !stays_within(path)));
}

#[test]
fn a_bomb_is_refused_and_told() {
    let bomb = "detection: ".to_owned() + &" ".repeat(5 << 20);
    let found = members(Cursor::new(archive(&[("a/bomb.yml", &bomb), ("a/ok.yml", &rule("r1", "T", ""))]))).expect("read");
    assert_eq!(found.rules.len(), 1);
    assert!(found.faults.iter().any(|fault| fault.reason.contains("too large")), "{:?}", found.faults);
}

#[test]
fn a_file_that_is_no_archive_says_so() {
    let (dir, _, packs) = places();
    write(dir.path(), "no.zip", "no archive");
    let refused = import(&packs, &asked(&dir.path().join("no.zip"))).expect_err("refused");
    assert!(refused.to_string().contains("no.zip"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_an_archive_or_a_reason(bytes in proptest::collection::vec(any::<u8>(), 0..500), at in 0..400_usize, with: u8) {
        let _ = members(Cursor::new(bytes));
        let mut damaged = archive(&[("a/x.yml", "title: T\ndetection: {}"), ("a/LICENSE", "x")]);
        let place = at % damaged.len();
        damaged[place] = with;
        let _ = members(Cursor::new(damaged));
    }

    #[test]
    fn no_path_of_an_archive_is_written_elsewhere(name in "[a-z./\\\\: \u{0}-\u{7f}]{0,30}") {
        let (dir, _, packs) = places();
        let file = dir.path().join("x.zip");
        std::fs::write(&file, archive(&[(&format!("{name}.yml"), &rule("r1", "T", ""))])).expect("written");
        let _ = import(&packs, &asked(&file));
        let names: Vec<_> = std::fs::read_dir(dir.path()).expect("read").flatten().map(|entry| entry.file_name()).collect();
        prop_assert!(names.iter().all(|name| ["from", "data", "x.zip"].iter().any(|known| name == known)), "{:?}", names);
    }
}
