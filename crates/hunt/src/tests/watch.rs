//! Files that grow, are renamed, shortened, copied and packed while a hunt watches them.

use super::threads::{hunt, log};
use crate::{Catch, Course, Hunt, Report, Summary};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A hunt that watches in a thread of its own.
struct Watched {
    course: Arc<Course>,
    found: Arc<Mutex<Vec<Report>>>,
    thread: JoinHandle<Summary>,
}

impl Watched {
    fn of(paths: &[PathBuf]) -> Watched {
        let (course, found) = (Arc::<Course>::default(), Arc::<Mutex<Vec<Report>>>::default());
        let (paths, stop, reports) = (paths.to_vec(), Arc::clone(&course), Arc::clone(&found));
        let thread = thread::spawn(move || {
            let on = &mut |catch: &Catch<'_>| reports.lock().expect("a lock").push(catch.report());
            Hunt { threads: 2, ..hunt() }.watch(&paths, &stop, Duration::from_millis(10), on)
        });
        Watched { course, found, thread }
    }

    /// Waits until that many findings of a rule were told; then a little longer, so that too many are noticed.
    fn waits_for(&self, rule: &str, count: usize) -> Vec<(String, u64)> {
        let begun = Instant::now();
        loop {
            let told: Vec<(String, u64)> = self
                .found
                .lock()
                .expect("a lock")
                .iter()
                .filter(|report| report.finding.rule == rule)
                .map(|report| (report.source_file.file_name().expect("a name").to_string_lossy().into_owned(), report.record_id))
                .collect();
            if told.len() >= count {
                assert_eq!(told.len(), count, "{told:?}");
                return told;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{told:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn end(self) -> Summary {
        thread::sleep(Duration::from_millis(100));
        self.course.stop();
        self.thread.join().expect("ended")
    }
}

fn add(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(path).expect("a file");
    file.write_all(text.as_bytes()).expect("written");
}

#[test]
fn what_is_added_is_judged_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.log");
    let text = log(0, 60);
    let (first, rest) = text.split_at(text.match_indices('\n').nth(29).expect("a line").0 + 100);
    add(&path, first);
    let watched = Watched::of(&[dir.path().to_owned()]);
    assert_eq!(watched.waits_for("in", 3).last(), Some(&("a.log".to_owned(), 30)));
    // The line that was begun, and those after it.
    add(&path, rest);
    assert_eq!(watched.waits_for("in", 6).last(), Some(&("a.log".to_owned(), 60)));
    // A new file; one of a kind that shows later; and a correlation over files.
    add(&dir.path().join("new.log"), "");
    add(&dir.path().join("new.log"), &log(10, 10));
    assert_eq!(watched.waits_for("in", 7).last(), Some(&("new.log".to_owned(), 10)));
    let summary = watched.end();
    assert_eq!((summary.events, summary.faults.len()), (69, 1), "{summary:?}");
    assert!(!summary.stopped);
}

#[test]
fn a_rotated_log_goes_on_where_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.log");
    add(&path, &log(0, 20));
    let watched = Watched::of(&[dir.path().to_owned()]);
    watched.waits_for("in", 2);
    // Renamed, with a last line written after; and a new one in its place.
    fs::rename(&path, dir.path().join("a.log.1")).expect("renamed");
    add(&dir.path().join("a.log.1"), &log(5, 10));
    add(&path, &log(10, 10));
    let mut told = watched.waits_for("in", 4);
    told.sort();
    assert_eq!(told.iter().map(|(name, n)| (name.as_str(), *n)).collect::<Vec<_>>()[2..], [("a.log", 20), ("a.log.1", 30)][..]);
    // Packed: nothing of it is new.
    let bytes = fs::read(dir.path().join("a.log.1")).expect("a file");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&bytes).expect("written");
    fs::write(dir.path().join("a.log.2.gz"), packed.finish().expect("written")).expect("written");
    fs::remove_file(dir.path().join("a.log.1")).expect("removed");
    thread::sleep(Duration::from_millis(200));
    // An archive of something else is new.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(log(30, 30).as_bytes()).expect("written");
    fs::write(dir.path().join("other.gz"), packed.finish().expect("written")).expect("written");
    watched.waits_for("in", 7);
    watched.end();
}

#[test]
fn a_log_that_is_copied_and_emptied_begins_anew() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.log");
    add(&path, &log(0, 30));
    let watched = Watched::of(std::slice::from_ref(&dir.path().to_owned()));
    watched.waits_for("in", 3);
    fs::copy(&path, dir.path().join("a.log.1")).expect("copied");
    fs::write(&path, "").expect("emptied");
    thread::sleep(Duration::from_millis(100));
    add(&path, &log(40, 20));
    assert_eq!(watched.waits_for("in", 5)[3..], [("a.log".to_owned(), 10), ("a.log".to_owned(), 20)]);
    watched.end();
}

#[test]
fn a_named_file_is_read_to_its_end_when_it_is_moved_away() {
    let dir = tempfile::tempdir().expect("a folder");
    let (path, away) = (dir.path().join("a.log"), tempfile::tempdir().expect("a folder"));
    add(&path, &log(0, 10));
    let watched = Watched::of(std::slice::from_ref(&path));
    watched.waits_for("in", 1);
    let moved = away.path().join("moved");
    fs::rename(&path, &moved).expect("moved");
    thread::sleep(Duration::from_millis(50));
    add(&path, &log(20, 10));
    watched.waits_for("in", 2);
    watched.end();
}

#[test]
fn a_windows_log_is_followed_by_the_numbers_of_its_records() {
    let Some(data) = corpus::folder("") else { return };
    let recordings = corpus::files(&data.join("evtx/mitre"), ".evtx");
    let recording =
        recordings.iter().find(|path| fs::metadata(path).is_ok_and(|meta| meta.len() > 200_000)).expect("a large one");
    let bytes = fs::read(recording).expect("a file");
    let whole = hunt().over(std::slice::from_ref(recording), &mut |_| {}).events;
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.evtx");
    fs::write(&path, &bytes[..4_096 + 65_536]).expect("written");
    let watched = Watched::of(&[dir.path().to_owned()]);
    thread::sleep(Duration::from_millis(300));
    let mut file = OpenOptions::new().append(true).open(&path).expect("a file");
    file.write_all(&bytes[4_096 + 65_536..]).expect("written");
    let begun = Instant::now();
    while watched.course.so_far().events < whole && begun.elapsed() < Duration::from_secs(30) {
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(watched.end().events, whole, "{}", recording.display());
}
