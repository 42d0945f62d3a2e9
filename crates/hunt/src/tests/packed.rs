//! Archives, and bombs among them.

use super::threads::{found, hunt, log};
use crate::{Bounds, Hunt};
use flate2::write::GzEncoder;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use zip::write::SimpleFileOptions;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).expect("written");
    out.finish().expect("written")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default();
        match name.strip_suffix('/') {
            Some(folder) => out.add_directory(folder, options).expect("written"),
            None => {
                out.start_file(*name, options).expect("written");
                out.write_all(bytes).expect("written");
            }
        }
    }
    out.finish().expect("written").into_inner()
}

/// The outcome over one file of these bytes: files, events, and what was told, by name without the folder.
fn outcome(hunt: &Hunt, bytes: &[u8]) -> (u64, u64, Vec<String>, Vec<String>) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("in");
    std::fs::write(&path, bytes).expect("written");
    let (reports, summary) = found(hunt, &[path]);
    let short = |text: String| text.replace(&format!("{}/", dir.path().display()), "");
    let mut names: Vec<String> = reports.iter().map(|report| short(report.source_file.display().to_string())).collect();
    names.sort();
    names.dedup();
    (summary.files, summary.events, names, summary.faults.iter().map(|fault| short(fault.to_string())).collect())
}

#[test]
fn archives_are_read_as_what_is_in_them() {
    let text = log(0, 30);
    let text = text.as_bytes();
    let here = |bytes: &[u8]| outcome(&hunt(), bytes);
    let plain = (1, 30, vec!["in".to_owned()], Vec::<String>::new());
    assert_eq!(here(text), plain);
    assert_eq!(here(&gzip(text)), plain);
    assert_eq!(here(&zstd(text)), plain);
    assert_eq!(here(&gzip(&zstd(text))), plain);
    let (one, two) = text.split_at(1_000);
    assert_eq!(here(&[gzip(one), gzip(two)].concat()), plain, "members one after another");
    let skippable = [b"\x50\x2a\x4d\x18\x03\0\0\0abc".as_slice(), &zstd(one), &zstd(two)].concat();
    assert_eq!(here(&skippable), plain, "frames one after another");
    let inner = zip(&[("c.log", text)]);
    let outer =
        zip(&[("a.log", text), ("sub/", b""), ("sub/b.log.gz", &gzip(text)), ("inner.zip", &inner), ("pic.png", b"\x89PNG\0")]);
    let names = ["in/a.log", "in/inner.zip/c.log", "in/sub/b.log.gz"].map(str::to_owned).to_vec();
    assert_eq!(here(&outer), (3, 90, names.clone(), vec![]));
    assert_eq!(here(&gzip(&outer)), (3, 90, names, vec![]), "a ZIP that cannot be sought in");
}

#[test]
fn a_recording_in_an_archive_is_read() {
    let Some(data) = corpus::folder("") else { return };
    let recordings = corpus::files(&data.join("evtx/mitre"), ".evtx");
    let bytes = std::fs::read(&recordings[0]).expect("a file");
    let plain = outcome(&hunt(), &bytes);
    assert!(plain.1 > 0 && plain.3.is_empty(), "{plain:?}");
    assert_eq!(outcome(&hunt(), &gzip(&bytes)), plain);
    assert_eq!(outcome(&hunt(), &zip(&[("Security.evtx", &bytes)])).1, plain.1);
}

#[test]
fn bombs_are_told_and_passed_over() {
    let bounds = Bounds { unpacked: 1 << 20, ratio: 20, inner: 1 << 20, members: 10, depth: 3, ..Bounds::default() };
    let hunt = Hunt { bounds, ..hunt() };
    let told = |bytes: &[u8]| outcome(&hunt, bytes).3;
    let text = log(0, 10);
    let zeros = vec![b'\n'; 8 << 20];
    let large = [text.as_bytes(), &zeros, text.as_bytes()].concat();
    // What comes before the bound is judged.
    for bomb in [gzip(&large), zstd(&large)] {
        let (_, events, _, faults) = outcome(&hunt, &bomb);
        assert_eq!((events, faults.len()), (10, 1), "{faults:?}");
        assert!(faults[0].starts_with("in: it unpacks to over "), "{faults:?}");
    }
    let many: Vec<(String, &[u8])> = (0..11).map(|n| (format!("{n}.log"), text.as_bytes())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert_eq!(told(&zip(&many)), ["in: it holds more than 10 files in archives; these were passed over"]);
    let mut deep = text.as_bytes().to_vec();
    for _ in 0..3 {
        deep = gzip(&deep);
    }
    assert_eq!(outcome(&hunt, &deep).1, 10);
    assert_eq!(told(&gzip(&deep)), ["in: archives are nested too deep"]);
    // Members share the bound of the file that they lie in.
    let half = [text.as_bytes(), &[b'\n'; 700 << 10]].concat();
    let both = told(&zip(&[("a", &half), ("b", &half)]));
    assert!(!both.is_empty());
    // Blank lines do not hide what comes after them.
    let hidden = [vec![b'\n'; 100 << 10], text.into_bytes()].concat();
    assert_eq!(told(&hidden), ["in: this is no kind of log that can be read"]);
}

#[test]
fn damaged_and_locked_archives_are_told() {
    let text = log(0, 2_000);
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 20].to_vec();
    for packed in [gzip(text.as_bytes()), zstd(text.as_bytes())] {
        let (_, events, _, faults) = outcome(&hunt(), &cut(packed));
        assert_eq!(faults.iter().filter(|fault| !fault.contains("no syslog line")).count(), 1, "{faults:?}");
        assert!(events > 0 || text.len() < 200_000);
    }
    assert_eq!(outcome(&hunt(), &cut(zip(&[("a", b"x")]))).3.len(), 1);
    // Bit 0 of the flags says that a member is encrypted (APPNOTE.TXT 4.4.4).
    let mut locked = zip(&[("a.log", text.as_bytes())]);
    let central = memchr::memmem::rfind(&locked, b"PK\x01\x02").expect("a table of contents");
    locked[central + 8] |= 1;
    locked[6] |= 1;
    let faults = outcome(&hunt(), &locked).3;
    assert!(faults.len() == 1 && faults[0].contains("assword"), "{faults:?}");
}

proptest::proptest! {
    #[test]
    fn any_damage_is_survived(at in 0usize..3_000, byte: u8, cut in 0usize..3_000, which in 0usize..3) {
        let text = log(0, 100);
        let mut bytes = match which {
            0 => gzip(text.as_bytes()),
            1 => zstd(text.as_bytes()),
            _ => zip(&[("a.log", text.as_bytes()), ("b.gz", &gzip(text.as_bytes()))]),
        };
        let length = bytes.len();
        bytes[at % length] = byte;
        if cut < length {
            bytes.truncate(length - cut / 10);
        }
        outcome(&Hunt { threads: 1, ..hunt() }, &bytes);
    }
}

#[test]
fn standard_input_has_a_name() {
    assert_eq!(crate::STDIN, "-");
    let (inputs, faults) = crate::walk::inputs(&[PathBuf::from("-"), PathBuf::from("-")]);
    assert_eq!((inputs.len(), faults.len()), (1, 0));
}
