//! Findings that storm, folded, so that one rule cannot fill the spool.

use std::collections::HashMap;
use std::time::{Duration, Instant};
use wire::{Finding, Matched};

/// So many findings of one rule are told within a minute; the rest are counted and the last of them is told.
const FINDINGS: u32 = 20;
const WINDOW: Duration = Duration::from_secs(60);

/// A minute, and how much of something there was in it.
#[derive(Debug)]
pub struct Window {
    since: Instant,
    pub count: u32,
}

impl Window {
    pub fn new(now: Instant) -> Window {
        Window { since: now, count: 0 }
    }

    pub fn renew(&mut self, now: Instant) {
        if now.duration_since(self.since) >= WINDOW {
            *self = Window::new(now);
        }
    }
}

/// Findings of one rule beyond the first twenty of a minute, folded into the last of them.
#[derive(Debug, Default)]
pub struct Folds(HashMap<String, (Window, Option<(Finding, u32)>)>);

impl Folds {
    /// What to tell now of a finding: itself, or nothing while its rule storms. A rehearsal is never folded.
    pub fn take(&mut self, finding: Finding, now: Instant) -> Option<Finding> {
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
    pub fn ended(&mut self, now: Instant) -> Vec<Finding> {
        let mut told = Vec::new();
        self.0.retain(|_, (window, held)| {
            let ended = now.duration_since(window.since) >= WINDOW;
            if ended {
                told.extend(held.take().map(counted));
            }
            !ended
        });
        told
    }

    /// What is held back, though its minute has not ended: for an agent that ends.
    pub fn all(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.0).into_values().filter_map(|(_, held)| held.map(counted)).collect()
    }
}

/// A finding that says how many it stands for.
fn counted((mut finding, count): (Finding, u32)) -> Finding {
    let value = count.to_string();
    finding.matched.push(Matched { selection: "folded".to_owned(), field: String::new(), value, pattern: String::new() });
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for _ in 0..22 {
            folds.take(finding("a", None), start + WINDOW * 4);
        }
        let held: Vec<_> = folds.all().into_iter().map(|one| one.matched[0].value.clone()).collect();
        assert_eq!(held, ["2"], "an agent that ends holds nothing back");
        assert_eq!(folds.all(), []);
    }
}
