//! How far a hunt has come, as a line on the terminal; nothing where there is none.

use hunt::Course;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The line, until `end`.
pub struct Progress {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

const TICK: Duration = Duration::from_millis(200);

/// Shows how far a hunt has come. One that watches has no end to count to.
pub fn show(course: &Arc<Course>, watch: bool) -> Progress {
    let ended = Arc::new(AtomicBool::new(false));
    if !std::io::stderr().is_terminal() {
        return Progress { ended, thread: None };
    }
    let (course, over) = (Arc::clone(course), Arc::clone(&ended));
    let thread = thread::spawn(move || {
        let bar = bar(watch);
        while !over.load(Relaxed) {
            let far = course.so_far();
            bar.set_length(far.total);
            bar.set_position(far.bytes);
            bar.set_message(format!("{} events, {} findings", far.events, far.findings));
            thread::sleep(TICK);
        }
        bar.finish_and_clear();
    });
    Progress { ended, thread: Some(thread) }
}

/// A line for the hashes of what was read; hidden where there is no terminal.
pub fn hashing(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("SHA-256 {bar:24} {bytes}/{total_bytes} {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn bar(watch: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    let template = match watch {
        true => "{spinner} {msg} {elapsed}",
        false => "{bar:24} {bytes}/{total_bytes} {rate} {msg} {left}",
    };
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A line that cannot be written to a text in memory is not worth a word.
        let _ = write!(out, "{}/s", indicatif::HumanBytes(state.per_sec() as u64));
    };
    let left = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = write!(out, "{} left", indicatif::HumanDuration(state.eta()));
    };
    // A template that cannot be read leaves the plain line.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style.with_key("rate", rate).with_key("left", left));
    bar.enable_steady_tick(TICK);
    bar
}

impl Progress {
    pub fn end(self) {
        self.ended.store(true, Relaxed);
        // A line on the terminal that broke has nothing more to say.
        let _ = self.thread.map(JoinHandle::join);
    }
}
