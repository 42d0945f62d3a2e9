//! At which level an imported rule is used: pure decisions over what it says of itself and what a forecast found.

use crate::Forecast;
use serde::{Deserialize, Serialize};
use sigma::{Level, Rule};
use std::fmt;

/// Why a rule is used at another level than its file says, or is kept quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its author has given it up, or never finished it.
    GivenUp,
    /// Its author made it for searching, not for alerts.
    ForHunting,
    /// On background events it would drown whoever reads alerts.
    Flood,
    /// On background events it came more often than an alert may.
    Noisy,
    /// Its author calls it an experiment.
    Experimental,
    /// No plain text or value must be there for it to hold.
    Unanchored,
}

impl Reason {
    pub const ALL: [Reason; 6] =
        [Reason::GivenUp, Reason::ForHunting, Reason::Flood, Reason::Noisy, Reason::Experimental, Reason::Unanchored];

    /// As it is written in a pack.
    pub fn code(self) -> &'static str {
        match self {
            Reason::GivenUp => "given-up",
            Reason::ForHunting => "for-hunting",
            Reason::Flood => "flood",
            Reason::Noisy => "noisy",
            Reason::Experimental => "experimental",
            Reason::Unanchored => "unanchored",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::GivenUp => "its author gave it up",
            Reason::ForHunting => "its author made it for searching, not for alerts",
            Reason::Flood => "on background events it would be a flood",
            Reason::Noisy => "on background events it came too often",
            Reason::Experimental => "its author calls it experimental",
            Reason::Unanchored => "it names no text or value that must be there",
        })
    }
}

/// How much a rule may bring before it is lowered by a level; `FLOOD` times as much makes it quiet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// Findings in 100,000 background events.
    pub findings: f64,
    /// Alerts on one machine in a week, all findings of a rule on one machine and day being one alert.
    pub alerts: f64,
}

/// What is this many times too noisy is a flood.
const FLOOD: f64 = 4.0;
/// Alerts below which nothing is concluded: recordings hold real attacks too, and one finding may be a true one.
const EVIDENCE: u64 = 3;

impl Default for Noise {
    /// One alert a week from each machine is what the owner of a small company can look into.
    fn default() -> Noise {
        Noise { findings: 100.0, alerts: 1.0 }
    }
}

impl Noise {
    /// How a rule fared on background events.
    fn of(&self, forecast: &Forecast) -> Option<Reason> {
        if forecast.alerts < EVIDENCE {
            return None;
        }
        let times = (forecast.per_100k / self.findings).max(forecast.per_machine_week / self.alerts);
        if times > FLOOD {
            Some(Reason::Flood)
        } else if times > 1.0 {
            Some(Reason::Noisy)
        } else {
            None
        }
    }
}

/// At which level a rule is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub level: Level,
    /// Only used where it is asked for.
    pub quiet: bool,
    pub reasons: Vec<Reason>,
}

/// Decides on a rule. It is lowered by one level for its noise, and by one for what it says of itself.
pub fn decide(rule: &Rule, forecast: Option<&Forecast>, noise: &Noise) -> Decision {
    let mut decision = Decision { level: rule.level, quiet: false, reasons: Vec::new() };
    let status = rule.status.trim();
    let is_status = |words: &[&str]| words.iter().any(|word| status.eq_ignore_ascii_case(word));
    if is_status(&["deprecated", "unsupported"]) {
        decision.hush(Reason::GivenUp);
    }
    if rule.tags.iter().any(|tag| tag.replace('_', "-").eq_ignore_ascii_case("detection.threat-hunting")) {
        decision.hush(Reason::ForHunting);
    }
    match forecast.and_then(|forecast| noise.of(forecast)) {
        Some(Reason::Flood) => decision.hush(Reason::Flood),
        Some(reason) => decision.lower(reason),
        None => {}
    }
    if is_status(&["experimental"]) {
        decision.lower(Reason::Experimental);
    } else if !rule.anchored {
        decision.lower(Reason::Unanchored);
    }
    decision
}

impl Decision {
    fn hush(&mut self, reason: Reason) {
        self.quiet = true;
        self.reasons.push(reason);
    }

    fn lower(&mut self, reason: Reason) {
        let below = match self.level {
            Level::Critical => Level::High,
            Level::High => Level::Medium,
            Level::Medium => Level::Low,
            Level::Low | Level::Informational => Level::Informational,
        };
        if below != self.level {
            self.level = below;
            self.reasons.push(reason);
        }
    }
}
