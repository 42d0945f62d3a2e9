//! Do what was answered and what was seen agree? Nothing is corrected here: the difference is said, and people decide.

use crate::assessment::rules::Answer;
use base::Moment;
use wire::Observed;

/// The checks of a machine's state that the product knows.
pub const CHECKS: [&str; 8] =
    ["updates", "antivirus", "firewall", "disk-encryption", "password-policy", "lockout", "unused-accounts", "backup"];

/// After so long an observation says nothing about today.
pub const FRESH: i64 = 7 * Moment::DAY;

/// How an answer and what was seen on one device stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    /// What was seen is worse than what was answered.
    Contradicted,
    /// What was seen is better than "not done". Not a contradiction: one good device does not show that all are.
    Better,
    /// The answer made no claim ("I don't know", "does not apply", none yet), and now something was seen.
    Learned,
    /// What was seen is as was answered.
    Confirmed,
    /// Of several devices or checks some confirm the answer and others say nothing.
    Partly,
    /// What was seen is older than seven days, or its device has fallen silent.
    Stale,
    /// The check cannot be made on this device.
    Unmeasured,
}

impl Agreement {
    pub const ALL: [Agreement; 7] = [
        Agreement::Contradicted,
        Agreement::Better,
        Agreement::Learned,
        Agreement::Confirmed,
        Agreement::Partly,
        Agreement::Stale,
        Agreement::Unmeasured,
    ];

    /// Its words are `evidence-state-<key>`.
    pub fn key(self) -> &'static str {
        match self {
            Agreement::Contradicted => "contradicted",
            Agreement::Better => "better",
            Agreement::Learned => "learned",
            Agreement::Confirmed => "confirmed",
            Agreement::Partly => "partly",
            Agreement::Stale => "stale",
            Agreement::Unmeasured => "unmeasured",
        }
    }

    /// Was something else seen than was answered?
    pub fn differs(self) -> bool {
        matches!(self, Agreement::Contradicted | Agreement::Better | Agreement::Learned)
    }

    /// The badge that it is shown as, beside its words.
    pub fn badge(self) -> &'static str {
        match self {
            Agreement::Contradicted => "bad",
            Agreement::Confirmed => "good",
            Agreement::Better | Agreement::Learned => "info",
            Agreement::Partly | Agreement::Stale => "warn",
            Agreement::Unmeasured => "",
        }
    }
}

/// Sets one observation against the answer.
///
/// "Done" claims that all is in order, so partly in order contradicts it. "Partly" claims that something is: only what
/// is not in order at all contradicts it, and a device in full order confirms it, because others may not be.
pub fn agree(declared: Option<Answer>, observed: Observed, age: i64, silent: bool) -> Agreement {
    if observed == Observed::Unmeasured {
        return Agreement::Unmeasured;
    }
    if silent || age > FRESH {
        return Agreement::Stale;
    }
    match (declared, observed) {
        (_, Observed::Unmeasured) => Agreement::Unmeasured,
        (None | Some(Answer::Unknown | Answer::NotApplicable), _) => Agreement::Learned,
        (Some(Answer::Done), Observed::Good) => Agreement::Confirmed,
        (Some(Answer::Done), Observed::Partly | Observed::Bad) => Agreement::Contradicted,
        (Some(Answer::Partly), Observed::Good | Observed::Partly) => Agreement::Confirmed,
        (Some(Answer::Partly), Observed::Bad) => Agreement::Contradicted,
        (Some(Answer::NotDone), Observed::Good | Observed::Partly) => Agreement::Better,
        (Some(Answer::NotDone), Observed::Bad) => Agreement::Confirmed,
    }
}

/// All that was seen about one answer, as one word: what is worst comes first. Nothing where nothing was looked at.
pub fn together(seen: &[Agreement]) -> Option<Agreement> {
    let has = |agreement| seen.contains(&agreement);
    let silent = has(Agreement::Stale) || has(Agreement::Unmeasured);
    let loud = [Agreement::Contradicted, Agreement::Better, Agreement::Learned];
    match loud.into_iter().find(|agreement| has(*agreement)) {
        Some(agreement) => Some(agreement),
        None if has(Agreement::Partly) || (has(Agreement::Confirmed) && silent) => Some(Agreement::Partly),
        None => [Agreement::Confirmed, Agreement::Stale, Agreement::Unmeasured].into_iter().find(|agreement| has(*agreement)),
    }
}

/// The name of a state in the table.
pub fn state_name(state: Observed) -> &'static str {
    match state {
        Observed::Good => "good",
        Observed::Partly => "partly",
        Observed::Bad => "bad",
        Observed::Unmeasured => "unmeasured",
    }
}

/// The state of a name in the table.
pub fn state_of(name: &str) -> Option<Observed> {
    [Observed::Good, Observed::Partly, Observed::Bad, Observed::Unmeasured].into_iter().find(|state| state_name(*state) == name)
}
