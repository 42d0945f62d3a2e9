use crate::home::Home;
use crate::stop::lock;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};
use wire::{Event, Finding};

/// By what the drill's own acts are known: the processes it started, the ports it came from, the files in its folders.
///
/// An act of somebody else in the same minute is never taken for the drill's.
#[derive(Debug, Clone, Default)]
pub struct Marks(Arc<(Mutex<Vec<Mark>>, Condvar)>);

#[derive(Debug)]
struct Mark {
    drill: String,
    pids: HashSet<String>,
    ports: HashSet<String>,
    home: Home,
    ended: Option<Instant>,
    /// How often each act was seen.
    seen: HashMap<&'static str, usize>,
}

/// The marks of the drill under way, as they are written down.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    drill: String,
    /// After the machine's next start, the same numbers mean other processes.
    boot: String,
    pids: HashSet<String>,
    ports: HashSet<String>,
}

const STATE: &str = "drill";

/// The number of this start of the machine; empty where the system gives none.
fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

/// What a drill did may still come before the judge so long after it has ended.
const AFTER: Duration = Duration::from_secs(60);

impl Marks {
    /// From now on, what bears the drill's marks is its own.
    pub fn begin(&self, drill: &str, home: &Home) {
        let mut marks = lock(&self.0.0);
        marks.retain(|mark| mark.ended.is_some_and(|ended| ended.elapsed() < AFTER));
        marks.push(Mark {
            drill: drill.to_owned(),
            pids: HashSet::new(),
            ports: HashSet::new(),
            home: home.clone(),
            ended: None,
            seen: HashMap::new(),
        });
        marks.iter().for_each(Mark::keep);
    }

    /// The marks of a drill that was cut off when the agent was killed: what it did may only be seen now.
    pub fn left_in(home: &Home) -> Marks {
        let Kept { drill, boot, pids, ports } = home.state(STATE);
        if drill.is_empty() || boot != boot_id() {
            return Marks::default();
        }
        let mark = Mark { drill, pids, ports, home: home.clone(), ended: Some(Instant::now()), seen: HashMap::new() };
        Marks(Arc::new((Mutex::new(vec![mark]), Condvar::new())))
    }

    /// The drill is over; its marks stay for what is still under way.
    pub fn end(&self) {
        if let Some(mark) = lock(&self.0.0).last_mut() {
            mark.ended = Some(Instant::now());
            mark.home.keep_state(STATE, &Kept::default());
        }
    }

    /// The drill comes from this port.
    pub fn add_port(&self, port: u16) {
        if let Some(mark) = lock(&self.0.0).last_mut() {
            mark.ports.insert(port.to_string());
            mark.keep();
        }
    }

    /// Starts a process of the drill's. The judge waits meanwhile, so it never meets a process it cannot know yet.
    pub fn with_child(&self, start: impl FnOnce() -> io::Result<Child>) -> io::Result<Child> {
        let mut marks = lock(&self.0.0);
        let child = start()?;
        if let Some(mark) = marks.last_mut() {
            mark.pids.insert(child.id().to_string());
            mark.keep();
        }
        Ok(child)
    }

    /// The drill that a finding is part of: only if everything it rests on is.
    pub fn drill_of(&self, finding: &Finding) -> Option<String> {
        let marks = lock(&self.0.0);
        let first = finding.events.first()?;
        let mark = marks.iter().rev().find(|mark| mark.owns(first))?;
        let all = finding.events.iter().all(|event| marks.iter().any(|mark| mark.owns(event)));
        all.then(|| mark.drill.clone())
    }

    /// The act of the drill under way that an event shows.
    pub fn act_of(&self, event: &Event) -> Option<&'static str> {
        lock(&self.0.0).last()?.act_of(event)
    }

    /// These acts were seen, and what was found of them is durable.
    pub fn kept(&self, acts: Vec<&'static str>) {
        if acts.is_empty() {
            return;
        }
        if let Some(mark) = lock(&self.0.0).last_mut() {
            for act in acts {
                *mark.seen.entry(act).or_default() += 1;
            }
        }
        self.0.1.notify_all();
    }

    /// Waits until an act was seen so many times; false if that took too long.
    pub fn saw(&self, act: &'static str, times: usize, within: Duration) -> bool {
        let until = Instant::now() + within;
        let mut marks = lock(&self.0.0);
        loop {
            if marks.last().is_some_and(|mark| mark.seen.get(act).copied().unwrap_or(0) >= times) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            marks = self.0.1.wait_timeout(marks, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Mark {
    /// Writes the marks down, in case the agent is killed within the drill.
    fn keep(&self) {
        let Mark { drill, pids, ports, home, .. } = self;
        let kept = Kept { drill: drill.clone(), boot: boot_id(), pids: pids.clone(), ports: ports.clone() };
        home.keep_state(STATE, &kept);
    }

    /// Is this something that the drill itself did?
    fn owns(&self, event: &Event) -> bool {
        if self.ended.is_some_and(|ended| ended.elapsed() >= AFTER) {
            return false;
        }
        let is = |field: &str, of: &HashSet<String>| event.get(field).is_some_and(|value| of.contains(value));
        match (event.source.category.as_str(), event.source.service.as_str()) {
            ("process_creation", _) => is("ProcessId", &self.pids) || is("ParentProcessId", &self.pids),
            ("file_event", _) => {
                let folders = ["drill", "canary"].map(|name| self.home.path(name));
                event.get("TargetFilename").is_some_and(|path| folders.iter().any(|own| Path::new(path).starts_with(own)))
            }
            ("", "auth") => event.get("Service") == Some("komainu-drill") && is("SourcePort", &self.ports),
            _ => false,
        }
    }

    /// The act that an event of the drill's own shows in full.
    fn act_of(&self, event: &Event) -> Option<&'static str> {
        if !self.owns(event) {
            return None;
        }
        match event.source.category.as_str() {
            "process_creation" => Some("shell-to-network"),
            "file_event" if event.get("Content") == Some("eicar") => Some("test-file"),
            "file_event" => (event.get("Action") == Some("renamed")).then_some("canaries-renamed"),
            _ => Some("failed-sign-ins"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::sign_in::failed_at_prompt;
    use crate::watch::{of_category, of_service};
    use std::path::PathBuf;

    fn finding(events: Vec<Event>) -> Finding {
        let text = String::new;
        Finding {
            rule: text(),
            name: text(),
            title: text(),
            level: text(),
            tags: vec![],
            at: 0,
            matched: vec![],
            events,
            drill: None,
        }
    }

    #[test]
    fn a_drill_that_was_cut_off_keeps_its_marks() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::make(dir.path()).expect("made");
        let (own, others) = (4000, 4001);
        let at = |port| finding(vec![failed_at_prompt("komainu-drill", "x", "127.0.0.1", port)]);
        assert_eq!(Marks::left_in(&home).drill_of(&at(own)), None);
        let marks = Marks::default();
        marks.begin("drill-1", &home);
        marks.add_port(own);
        let after = Marks::left_in(&home);
        assert_eq!(after.drill_of(&at(own)), Some("drill-1".to_owned()));
        assert_eq!(after.drill_of(&at(others)), None);
        marks.end();
        assert_eq!(Marks::left_in(&home).drill_of(&at(own)), None, "a drill that ended left nothing");
    }

    #[test]
    fn only_the_drills_own_acts_bear_its_mark() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::make(dir.path()).expect("made");
        let marks = Marks::default();
        let own = failed_at_prompt("komainu-drill", "x", "127.0.0.1", 4000);
        let others = failed_at_prompt("komainu-drill", "x", "127.0.0.1", 4001);
        let sshd = of_service("sshd", 0, vec![("EventType", "sign-in-failed".into()), ("SourceIp", "127.0.0.1".into())]);
        let file = |path: PathBuf| {
            of_category("file_event", 0, vec![("Action", "renamed".into()), ("TargetFilename", path.display().to_string())])
        };
        assert_eq!(marks.drill_of(&finding(vec![own.clone()])), None, "no drill is under way");
        marks.begin("d1", &home);
        marks.add_port(4000);
        let child = marks.with_child(|| std::process::Command::new("/bin/true").spawn()).expect("started");
        let process = |pid: u32| of_category("process_creation", 0, vec![("ProcessId", pid.to_string())]);
        for (events, drill) in [
            (vec![own.clone()], Some("d1")),
            (vec![own.clone(), own.clone()], Some("d1")),
            (vec![own.clone(), others.clone()], None),
            (vec![others, own], None),
            (vec![sshd], None),
            (vec![file(home.path("canary/a.locked"))], Some("d1")),
            (vec![file(PathBuf::from("/srv/a.locked"))], None),
            (vec![process(child.id())], Some("d1")),
            (vec![process(1)], None),
            (vec![], None),
        ] {
            assert_eq!(marks.drill_of(&finding(events.clone())).as_deref(), drill, "{events:?}");
        }
        let mut child = child;
        child.wait().expect("ended");
    }
}
