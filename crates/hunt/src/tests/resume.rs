//! A hunt that was killed goes on where it was.

use super::threads::{found, hunt, log};
use crate::{Course, Hunt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn with_state(state: &Path) -> Hunt {
    Hunt { resume: Some((state.to_owned(), "rules".into())), threads: 2, ..hunt() }
}

fn files(dir: &Path, count: usize, lines: usize) -> [PathBuf; 1] {
    for n in 0..count {
        std::fs::write(dir.join(format!("{n}.log")), log(n * 20, lines)).expect("written");
    }
    [dir.to_owned()]
}

#[test]
fn what_is_finished_is_not_done_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = files(dir.path(), 3, 800);
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let whole = found(&hunt(), &paths);
    let first = found(&with_state(&state), &paths);
    assert_eq!(first, whole);
    let again = found(&with_state(&state), &paths);
    assert_eq!((again.1.resumed, &again.0), (3, &whole.0));
    assert_eq!(crate::Summary { resumed: 0, ..again.1 }, whole.1);
    // A file that changed is read anew.
    std::fs::write(dir.path().join("1.log"), log(0, 810)).expect("written");
    let changed = found(&with_state(&state), &paths);
    assert_eq!((changed.1.resumed, changed.0), (2, found(&hunt(), &paths).0));
    let again = found(&with_state(&state), &paths);
    assert_eq!((again.1.resumed, again.1.events), (3, 792 * 2 + 802));
}

#[test]
fn a_state_of_another_hunt_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = files(dir.path(), 1, 20);
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    found(&with_state(&state), &paths);
    let other = Hunt { resume: Some((state.clone(), "other rules".into())), ..hunt() };
    let summary = found(&other, &paths).1;
    assert_eq!((summary.events, summary.faults.len()), (0, 1), "{summary:?}");
    std::fs::write(&state, "something else\n").expect("written");
    assert_eq!(found(&with_state(&state), &paths).1.events, 0);
    assert_eq!(std::fs::read_to_string(&state).expect("a text"), "something else\n", "and is left alone");
}

#[test]
fn what_was_stopped_is_told_and_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = files(dir.path(), 2, 500);
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let course = Arc::new(Course::default());
    course.stop();
    let mut count = 0;
    let summary = with_state(&state).run(&paths, &course, &mut |_| count += 1);
    assert!(summary.stopped && count == 0 && summary.findings == 0);
    assert_eq!(found(&with_state(&state), &paths).0, found(&hunt(), &paths).0);
}

const CHILD: &str = "KOMAINU_TEST_HUNT";

/// The hunt that is killed; started by the test below as a process of its own.
#[test]
#[ignore = "started by another test"]
fn child() {
    let Some(dir) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    found(&with_state(&dir.join("state")), &[dir.join("logs")]);
}

#[test]
fn a_killed_hunt_goes_on_where_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let logs = dir.path().join("logs");
    std::fs::create_dir(&logs).expect("a folder");
    let paths = files(&logs, 6, 4_000);
    let state = dir.path().join("state");
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "tests::resume::child"])
        .env(CHILD, dir.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    let begun = Instant::now();
    let done = || std::fs::read_to_string(&state).unwrap_or_default().matches("{\"Done\"").count();
    while done() < 4 && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let (before, whole) = (done(), found(&hunt(), &paths));
    // What was being written when it was killed.
    let mut text = std::fs::read(&state).expect("a state");
    text.extend(b"{\"Done\":{\"unit\":99,\"inp");
    std::fs::write(&state, text).expect("written");
    let (reports, summary) = found(&with_state(&state), &paths);
    assert!(before >= 4 && summary.resumed == before as u64, "{before} {}", summary.resumed);
    assert_eq!(reports, whole.0);
    assert_eq!(crate::Summary { resumed: 0, ..summary }, whole.1);
}
