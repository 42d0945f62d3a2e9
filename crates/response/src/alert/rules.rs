//! What is decided about alerts: no clock, no store.

use base::*;
use customer::device::rules::plain;
use serde::{Deserialize, Serialize};
use wire::{Event, Finding, Matched};

/// How grave a rule is, in Sigma's words (Sigma specification 2.1, `level`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

impl Level {
    pub const ALL: [Level; 5] = [Level::Informational, Level::Low, Level::Medium, Level::High, Level::Critical];

    pub fn name(self) -> &'static str {
        match self {
            Level::Informational => "informational",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
            Level::Critical => "critical",
        }
    }

    /// The level of a name. A finding without a known level counts as medium: it is neither lost nor cried about.
    pub fn of_finding(name: &str) -> Level {
        Level::from_name(name).unwrap_or(Level::Medium)
    }

    pub fn from_name(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.name() == name)
    }

    /// As a number in the store, so that it sorts.
    pub fn rank(self) -> i64 {
        self as i64
    }

    pub fn from_rank(rank: i64) -> Level {
        Level::ALL.into_iter().find(|level| level.rank() == rank).unwrap_or(Level::Medium)
    }

    /// The colour of its badge; the words say the same.
    pub fn tone(self) -> &'static str {
        match self {
            Level::Informational | Level::Low => "info",
            Level::Medium => "warn",
            Level::High | Level::Critical => "bad",
        }
    }

    pub fn key(self) -> &'static str {
        match self {
            Level::Informational => "alert-level-informational",
            Level::Low => "alert-level-low",
            Level::Medium => "alert-level-medium",
            Level::High => "alert-level-high",
            Level::Critical => "alert-level-critical",
        }
    }
}

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody has said anything about it yet.
    Open,
    /// Somebody said "that was me".
    Mine,
    /// It is part of an incident.
    InIncident,
    Closed,
}

impl State {
    pub const ALL: [State; 4] = [State::Open, State::Mine, State::InIncident, State::Closed];

    pub fn name(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Mine => "mine",
            State::InIncident => "in-incident",
            State::Closed => "closed",
        }
    }

    pub fn key(self) -> &'static str {
        match self {
            State::Open => "alert-state-open",
            State::Mine => "alert-state-mine",
            State::InIncident => "alert-state-in-incident",
            State::Closed => "alert-state-closed",
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            State::Open => "warn",
            State::Mine | State::Closed => "good",
            State::InIncident => "info",
        }
    }

    /// What a person's act makes of it; `alert-not-now` where the act does not fit.
    pub fn after(self, act: Act) -> Result<State> {
        match (self, act) {
            (State::Open, Act::Claim) => Ok(State::Mine),
            (State::Open | State::Mine, Act::Close) => Ok(State::Closed),
            (State::Open | State::Mine | State::Closed, Act::Join) => Ok(State::InIncident),
            _ => Err(Problem::refused("alert-not-now")),
        }
    }
}

impl std::str::FromStr for State {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<State, ()> {
        State::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// What a person does about an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// "That was me."
    Claim,
    Close,
    /// It becomes part of an incident.
    Join,
}

/// For how many days "that was me" may hold.
pub const CLAIM_DAYS: [i64; 3] = [1, 7, 30];

/// A repeat after so long a quiet is told anew.
pub const QUIET: i64 = Moment::HOUR;

/// The alert that like findings were folded into before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub state: State,
    pub level: Level,
    /// When the last finding of it came in.
    pub heard: Moment,
    pub drill: Option<String>,
    /// Was it handled in an incident?
    pub incident: bool,
}

/// What to do with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// A new alert.
    Raise,
    /// One more of the same; nobody is told.
    Count,
    /// One more of the same, told anew.
    Repeat,
    /// The alert had been put away, and is open again.
    Reopen,
}

/// Where a finding of `level` goes, given the last alert of the same rule, device and drill-ness.
///
/// `quiet` says that a "that was me" covers it. What was handled in an incident that is closed stays as it was: a later
/// finding raises a new alert.
pub fn fold(past: Option<&Past>, quiet: bool, level: Level, drill: Option<&str>, now: Moment) -> Fold {
    let Some(past) = past else {
        return Fold::Raise;
    };
    match past.state {
        State::Closed if past.incident => Fold::Raise,
        State::Mine | State::Closed if quiet => Fold::Count,
        State::Mine | State::Closed => Fold::Reopen,
        State::Open | State::InIncident if quiet => Fold::Count,
        State::Open | State::InIncident => {
            let new_drill = drill.is_some() && drill != past.drill.as_deref();
            let again = level > past.level || now.since(past.heard) >= QUIET || new_drill;
            if again { Fold::Repeat } else { Fold::Count }
        }
    }
}

/// Whose act a finding was, and from where, as far as its events say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whose {
    pub account: String,
    pub source: String,
}

/// The account and the source of a finding's last event that names them.
pub fn whose(finding: &Finding) -> Whose {
    let find = |names: &[&str]| {
        let values = finding.events.iter().rev().flat_map(|event| names.iter().filter_map(|name| event.get(name)));
        values.map(|value| plain(value, 200)).find(|value| !value.is_empty()).unwrap_or_default()
    };
    Whose { account: find(&["Account", "User", "TargetUser"]), source: find(&["SourceIp"]) }
}

impl Whose {
    /// Does a "that was me" about this cover `other`? What it does not name, it does not ask for.
    pub fn covers(&self, other: &Whose) -> bool {
        (self.account.is_empty() || self.account == other.account) && (self.source.is_empty() || self.source == other.source)
    }
}

/// Findings kept of one alert, and their size in all.
const MOST_FINDINGS: usize = 20;
const MOST_BYTES: usize = 256 * 1024;

/// The findings to keep, the newest first, within bounds; the newest always stays.
pub fn kept(new: Finding, before: Vec<Finding>) -> Vec<Finding> {
    let mut left = MOST_BYTES;
    let mut kept = Vec::new();
    for finding in std::iter::once(new).chain(before).take(MOST_FINDINGS) {
        let size = serde_json::to_string(&finding).map_or(usize::MAX, |text| text.len());
        if size > left && !kept.is_empty() {
            break;
        }
        left = left.saturating_sub(size);
        kept.push(finding);
    }
    kept
}

/// A finding within bounds: any agent may be one that somebody changed. Times later than ours become ours.
pub fn bounded(finding: &Finding, now: Moment) -> Finding {
    let event = |event: &Event| Event {
        at: event.at.min(now.0),
        source: event.source.clone(),
        fields: event.fields.iter().take(60).map(|(name, value)| (plain(name, 60), plain(value, 4_000))).collect(),
    };
    let matched = |matched: &Matched| Matched {
        selection: plain(&matched.selection, 100),
        field: plain(&matched.field, 100),
        value: plain(&matched.value, 512),
        pattern: plain(&matched.pattern, 512),
    };
    Finding {
        rule: plain(&finding.rule, 80),
        name: plain(&finding.name, 120),
        title: plain(&finding.title, 200),
        level: Level::of_finding(&finding.level).name().to_owned(),
        tags: finding.tags.iter().take(30).map(|tag| plain(tag, 80)).collect(),
        at: finding.at.min(now.0),
        matched: finding.matched.iter().take(40).map(matched).collect(),
        events: finding.events.iter().take(20).map(event).collect(),
        drill: finding.drill.as_deref().map(|drill| plain(drill, 80)),
    }
}

/// Is anybody written to about an alert? From medium on; and in a drill always, since its letters are part of the rehearsal.
pub fn is_worth_a_letter(level: Level, drill: bool) -> bool {
    drill || level >= Level::Medium
}
