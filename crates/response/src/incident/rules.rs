//! What is decided about incidents: no clock, no store.

use crate::recording::Found;
use base::*;
use store::Entry;

/// How far an incident has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Somebody noticed it.
    Found,
    /// It is being stopped.
    Acting,
    /// Work is being brought back.
    Recovering,
    Closed,
}

impl Stage {
    pub const ALL: [Stage; 4] = [Stage::Found, Stage::Acting, Stage::Recovering, Stage::Closed];

    pub fn name(self) -> &'static str {
        match self {
            Stage::Found => "found",
            Stage::Acting => "acting",
            Stage::Recovering => "recovering",
            Stage::Closed => "closed",
        }
    }

    pub fn key(self) -> &'static str {
        match self {
            Stage::Found => "incident-stage-found",
            Stage::Acting => "incident-stage-acting",
            Stage::Recovering => "incident-stage-recovering",
            Stage::Closed => "incident-stage-closed",
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Stage::Found => "bad",
            Stage::Acting | Stage::Recovering => "warn",
            Stage::Closed => "good",
        }
    }

    /// Moves on. An open incident moves forward only, and is closed by saying what was learned (`Act::Close`); a closed one
    /// is taken up again.
    pub fn after(self, act: Act) -> Result<Stage> {
        match (self, act) {
            (from, Act::MoveTo(to)) if from < to && to < Stage::Closed => Ok(to),
            (Stage::Found | Stage::Acting | Stage::Recovering, Act::Close) => Ok(Stage::Closed),
            (Stage::Closed, Act::Reopen) => Ok(Stage::Acting),
            _ => Err(Problem::refused("incident-not-now")),
        }
    }

    /// The stages that it may move to.
    pub fn next(self) -> Vec<Stage> {
        Stage::ALL.into_iter().filter(|to| self.after(Act::MoveTo(*to)).is_ok()).collect()
    }
}

impl std::str::FromStr for Stage {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Stage, ()> {
        Stage::ALL.into_iter().find(|stage| stage.name() == text).ok_or(())
    }
}

/// What a person does about an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    MoveTo(Stage),
    Close,
    Reopen,
}

/// One line of a timeline.
#[derive(Debug, Clone)]
pub struct Moved {
    pub at: Moment,
    /// The id of the person who did it; nothing for a device or the product itself.
    pub person: Option<String>,
    pub what: What,
}

/// What happened, as a timeline tells it.
#[derive(Debug, Clone)]
pub enum What {
    Opened,
    HelpAsked,
    Stage(String),
    Closed,
    /// Something about an alert: the name of the fact, and which alert.
    Alert(String, AlertId),
    /// The first thing that an alert rests on, by the device's clock.
    Began(AlertId),
    Noted(String),
    Attached(String),
    /// A file was taken off the incident: its name and its hash.
    Removed(String, String),
    /// A hunt through files of the incident: the name of the fact, how it ended and how many findings it brought.
    Hunt(String, String, i64),
    /// A serious finding in such a file, at the time that its event tells.
    Found(Found),
}

/// The line that a fact of the ledger is in an incident's timeline; nothing where it does not concern it, or where the
/// timeline tells more of it than the fact does (notes and attachments).
pub fn concerns(entry: &Entry, incident: &IncidentId, alerts: &[AlertId]) -> Option<Moved> {
    let fact = entry.fact()?;
    let of_alert = |alert: &AlertId| alerts.contains(alert).then(|| What::Alert(fact.name(), alert.clone()));
    let what = match &fact {
        Fact::HelpAsked { incident: id } if id == incident => Some(What::HelpAsked),
        Fact::IncidentOpened { incident: id, .. } if id == incident => Some(What::Opened),
        Fact::IncidentMoved { incident: id, stage } if id == incident => Some(What::Stage(stage.clone())),
        Fact::IncidentClosed { incident: id } if id == incident => Some(What::Closed),
        Fact::HuntStarted { incident: id, files, .. } if id == incident => Some(What::Hunt(fact.name(), String::new(), *files)),
        Fact::HuntStopped { incident: id, .. } | Fact::HuntDeleted { incident: id, .. } if id == incident => {
            Some(What::Hunt(fact.name(), String::new(), 0))
        }
        Fact::HuntEnded { incident: id, outcome, findings, .. } if id == incident => {
            Some(What::Hunt(fact.name(), outcome.clone(), *findings))
        }
        Fact::AlertJoined { incident: id, alert } if id == incident => of_alert(alert),
        Fact::AlertRaised { alert, .. }
        | Fact::AlertReopened { alert }
        | Fact::AlertRepeated { alert }
        | Fact::AlertClaimed { alert, .. }
        | Fact::AlertClosed { alert } => of_alert(alert),
        _ => None,
    }?;
    let person = entry.actor.strip_prefix("person:").map(str::to_owned);
    Some(Moved { at: Moment(entry.at), person, what })
}
