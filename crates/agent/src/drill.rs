//! A rehearsal: real, harmless versions of what an attacker does, so that the eyes, the rules and the road to the server
//! are tried together. Nothing is put before the judge that a collector has not seen.

mod acts;
mod marks;

pub use marks::Marks;

use crate::canary::Canaries;
use crate::detect::Message;
use crate::home::Home;
use crate::stop::lock;
use crate::watch::Outlet;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use std::sync::mpsc::SyncSender;
use std::time::Duration;
use wire::Body;

/// The acts, each with the rules that it should wake.
pub const ACTS: [(&str, &[&str]); 4] = [
    ("failed-sign-ins", &["ssh-brute-force"]),
    ("test-file", &["eicar-test-file"]),
    ("canaries-renamed", &["canary-touched", "canaries-attacked"]),
    ("shell-to-network", &["reverse-shell"]),
];

/// How long the eyes have to see an act.
const SEEN_WITHIN: Duration = Duration::from_secs(20);

/// What a rehearsal needs of the running agent.
#[derive(Debug)]
pub struct Stage {
    pub home: Home,
    pub canaries: Canaries,
    pub marks: Marks,
    /// Where the prompt that the failed sign-ins meet tells of them.
    pub sign_in: Outlet,
    pub to: SyncSender<Message>,
    /// Only one rehearsal at a time.
    pub turn: Mutex<()>,
}

/// How a rehearsal went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub drill: String,
    /// Acts that were done.
    pub acts: Vec<String>,
    /// Acts that the eyes saw.
    pub seen: Vec<String>,
    /// Why an act was not done: the act and the reason.
    pub failed: Vec<(String, String)>,
}

/// Rehearses once, from the first act until everything is cleaned up, and tells the server that it is over.
pub fn rehearse(stage: &Stage, drill: &str, mut told: impl FnMut(&str, bool)) -> Report {
    let _turn = lock(&stage.turn);
    let mut report = Report { drill: drill.to_owned(), ..Report::default() };
    tracing::info!(drill, "drill {drill} begins");
    stage.marks.begin(drill, &stage.home);
    for (act, _) in ACTS {
        let done = match act {
            "failed-sign-ins" => acts::failed_sign_ins(stage, SEEN_WITHIN),
            "test-file" => acts::test_file(stage, SEEN_WITHIN),
            "canaries-renamed" => acts::canaries_renamed(stage, SEEN_WITHIN),
            _ => acts::shell_to_network(stage, SEEN_WITHIN),
        };
        match done {
            Ok(seen) => {
                report.acts.push(act.to_owned());
                if seen {
                    report.seen.push(act.to_owned());
                }
                told(act, seen);
            }
            Err(why) => {
                tracing::warn!(drill, act, "the act {act} of drill {drill} was not done: {why}");
                report.failed.push((act.to_owned(), why.to_string()));
                told(act, false);
            }
        }
    }
    stage.marks.end();
    let expected = ACTS.iter().filter(|(act, _)| report.acts.iter().any(|done| done == act));
    let expected = expected.flat_map(|(_, rules)| rules.iter().map(|rule| (*rule).to_owned())).collect();
    let ended = Body::DrillEnded { drill: drill.to_owned(), acts: report.acts.clone(), expected };
    let _ = stage.to.send(Message::Keep(ended));
    tracing::info!(drill, "drill {drill} ended: {} acts done, {} seen", report.acts.len(), report.seen.len());
    report
}

/// Removes what a rehearsal left that was killed in the middle.
pub fn tidy(home: &Home) {
    for path in crate::root::list(&home.path("drill")) {
        let _ = std::fs::remove_file(path);
    }
    for path in crate::root::list(&home.path("canary")) {
        if let Some(own) = path.to_string_lossy().strip_suffix(acts::LOCKED) {
            let _ = std::fs::rename(&path, own);
        }
    }
}
