//! The judge: puts every event before the rules, folds storms, and chooses what besides findings is worth telling.

use crate::bundle::Gear;
use crate::drill::Marks;
use crate::spool::Spool;
use crate::stop::Stop;
use sigma::Engine;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use wire::{Body, Event, Finding, Matched};

/// What comes to the judge, in the order that it happened.
#[derive(Debug)]
pub enum Message {
    Seen(Event),
    /// Something to be told as it is.
    Keep(Body),
    /// New rules.
    Gear(Arc<Gear>),
}

/// So many findings of one rule are told within a minute; the rest are counted and the last of them is told.
const FINDINGS: u32 = 20;
/// So many items of one kind of telemetry are told within a minute.
const TELEMETRY: u32 = 30;
const WINDOW: Duration = Duration::from_secs(60);

/// So many messages are judged before they are put into the spool together.
const TOGETHER: usize = 256;

/// Judges until the agent stops and nothing is left to judge.
pub fn run(from: &Receiver<Message>, gear: &Gear, marks: &Marks, spool: &Spool, stop: &Stop) {
    let mut judge = Judge::new(gear, marks.clone());
    loop {
        let mut bodies = Vec::new();
        match from.recv_timeout(Duration::from_secs(1)) {
            Ok(message) => {
                judge.take(message, &mut bodies);
                for message in from.try_iter().take(TOGETHER) {
                    judge.take(message, &mut bodies);
                }
            }
            Err(RecvTimeoutError::Timeout) if stop.stopped() => break,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        bodies.extend(judge.folds.ended(Instant::now()).into_iter().map(Body::Finding));
        spool.append(&bodies);
        judge.marks.kept(std::mem::take(&mut judge.seen));
    }
}

/// What judging needs to remember.
struct Judge {
    engine: Engine,
    folds: Folds,
    told: HashMap<String, Window>,
    marks: Marks,
    /// The drill's acts that were seen in this round: said to be so once their findings are durable.
    seen: Vec<&'static str>,
}

impl Judge {
    fn new(gear: &Gear, marks: Marks) -> Judge {
        let engine = Engine::new(gear.rules.clone());
        Judge { engine, folds: Folds::default(), told: HashMap::new(), marks, seen: Vec::new() }
    }

    fn take(&mut self, message: Message, bodies: &mut Vec<Body>) {
        match message {
            Message::Gear(gear) => self.engine = Engine::new(gear.rules.clone()),
            Message::Keep(body) => bodies.push(body),
            Message::Seen(event) => {
                for mut finding in self.engine.judge(&event) {
                    finding.drill = self.marks.drill_of(&finding);
                    bodies.extend(self.folds.take(finding, Instant::now()).into_iter().map(Body::Finding));
                }
                self.seen.extend(self.marks.act_of(&event));
                if self.is_told(&event) {
                    bodies.push(Body::Telemetry(event));
                }
            }
        }
    }

    /// Is the event worth telling though no rule fired, and has not too much of its kind been told in this minute?
    fn is_told(&mut self, event: &Event) -> bool {
        let Some(kind) = notable(event) else { return false };
        if self.told.len() > 1_000 {
            self.told.clear();
        }
        let window = self.told.entry(kind).or_insert_with(|| Window::new(Instant::now()));
        window.renew(Instant::now());
        window.count += 1;
        window.count <= TELEMETRY
    }
}

/// The kind of a notable event: who signs in, and what changes on the machine. The rest is judged and forgotten.
fn notable(event: &Event) -> Option<String> {
    let source = &event.source;
    let action = event.get("Action").unwrap_or_default();
    let told = match source.category.as_str() {
        "account_change" | "scheduled_job" | "listen_port" | "log_integrity" => true,
        "service_unit" => matches!(action, "created" | "changed" | "deleted" | "failed"),
        "" => matches!(event.get("EventType"), Some("sign-in" | "sign-in-failed" | "sudo" | "sudo-failed")),
        _ => false,
    };
    told.then(|| format!("{} {} {action} {}", source.category, source.service, event.get("EventType").unwrap_or_default()))
}

/// A minute, and how much of something there was in it.
#[derive(Debug)]
struct Window {
    since: Instant,
    count: u32,
}

impl Window {
    fn new(now: Instant) -> Window {
        Window { since: now, count: 0 }
    }

    fn renew(&mut self, now: Instant) {
        if now.duration_since(self.since) >= WINDOW {
            *self = Window::new(now);
        }
    }
}

/// Findings of one rule beyond the first twenty of a minute, folded into the last of them.
#[derive(Debug, Default)]
struct Folds(HashMap<String, (Window, Option<(Finding, u32)>)>);

impl Folds {
    /// What to tell now of a finding: itself, or nothing while its rule storms. A rehearsal is never folded.
    fn take(&mut self, finding: Finding, now: Instant) -> Option<Finding> {
        if finding.drill.is_some() {
            return Some(finding);
        }
        let (window, held) = self.0.entry(finding.rule.clone()).or_insert_with(|| (Window::new(now), None));
        if held.is_none() {
            window.renew(now);
        }
        window.count = window.count.saturating_add(1);
        if window.count <= FINDINGS {
            return Some(finding);
        }
        let count = held.take().map_or(0, |(_, count)| count) + 1;
        *held = Some((finding, count));
        None
    }

    /// What was held back in minutes that have ended: the last finding of each rule, saying how many it stands for.
    fn ended(&mut self, now: Instant) -> Vec<Finding> {
        let mut told = Vec::new();
        self.0.retain(|_, (window, held)| {
            let ended = now.duration_since(window.since) >= WINDOW;
            if ended && let Some((mut finding, count)) = held.take() {
                finding.matched.push(Matched {
                    selection: "folded".to_owned(),
                    field: String::new(),
                    value: count.to_string(),
                    pattern: String::new(),
                });
                told.push(finding);
            }
            !ended
        });
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::{of_category, of_service};

    fn finding(rule: &str, drill: Option<&str>) -> Finding {
        let text = String::new;
        Finding {
            rule: rule.into(),
            name: text(),
            title: text(),
            level: "high".into(),
            tags: Vec::new(),
            at: 0,
            matched: Vec::new(),
            events: Vec::new(),
            drill: drill.map(str::to_owned),
        }
    }

    #[test]
    fn a_storm_of_one_rule_folds_into_its_last_finding_with_the_count() {
        let (mut folds, start) = (Folds::default(), Instant::now());
        let told = (0..100).filter_map(|_| folds.take(finding("a", None), start)).count();
        assert_eq!(told, 20);
        assert!(folds.take(finding("b", None), start).is_some(), "another rule is another matter");
        assert!(folds.take(finding("a", Some("d1")), start).is_some(), "a rehearsal is never folded");
        assert_eq!(folds.ended(start), []);
        let ended = folds.ended(start + WINDOW);
        assert_eq!(ended.len(), 1);
        assert_eq!((ended[0].matched[0].selection.as_str(), ended[0].matched[0].value.as_str()), ("folded", "80"));
        assert!(folds.take(finding("a", None), start + WINDOW).is_some());
        assert_eq!(folds.ended(start + WINDOW * 3), []);
    }

    #[test]
    fn only_notable_events_are_told() {
        let file = |action: &str| of_category("file_event", 0, vec![("Action", action.to_owned())]);
        let log = |kind: &str| of_service("sshd", 0, vec![("EventType", kind.to_owned()), ("message", "x".to_owned())]);
        for (event, told) in [
            (file("created"), false),
            (of_category("process_creation", 0, vec![]), false),
            (of_category("listen_port", 0, vec![("Action", "opened".into())]), true),
            (of_category("service_unit", 0, vec![("Action", "started".into())]), false),
            (of_category("service_unit", 0, vec![("Action", "failed".into())]), true),
            (log("sign-in"), true),
            (log("session-opened"), false),
            (of_service("syslog", 0, vec![("message", "x".into())]), false),
        ] {
            assert_eq!(notable(&event).is_some(), told, "{event:?}");
        }
    }
}
