//! Facts: what happened, in the past tense. A company's facts, in order, are its ledger.

use crate::id::*;
use serde::{Deserialize, Serialize};

/// One consequential thing that happened at a company.
///
/// It is written in the same transaction as the state it changed, never altered, and small: ids and the few words
/// that a reader of the ledger needs. Personal data other than ids stays out. A variant's fields may be added to with
/// `#[serde(default)]`, never renamed: old ledgers are read forever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case", rename_all_fields = "snake_case")]
pub enum Fact {
    CompanyFounded {
        company: CompanyId,
    },
    CompanyChanged {
        fields: Vec<String>,
    },
    SiteOpened {
        site: SiteId,
    },
    SiteClosed {
        site: SiteId,
    },

    PersonInvited {
        invitation: InvitationId,
        role: String,
    },
    InvitationWithdrawn {
        invitation: InvitationId,
    },
    PersonJoined {
        person: PersonId,
        role: String,
    },
    PersonChanged {
        person: PersonId,
        fields: Vec<String>,
    },
    RoleChanged {
        person: PersonId,
        role: String,
    },
    PersonLeft {
        person: PersonId,
    },
    SignedIn {
        person: PersonId,
        method: String,
    },
    SessionsEnded {
        person: PersonId,
        count: i64,
    },
    PasskeyAdded {
        person: PersonId,
        passkey: PasskeyId,
    },
    PasskeyRemoved {
        person: PersonId,
        passkey: PasskeyId,
    },
    PasswordChanged {
        person: PersonId,
    },
    TotpTurnedOn {
        person: PersonId,
    },
    TotpTurnedOff {
        person: PersonId,
    },
    RecoveryCodesMade {
        person: PersonId,
    },
    RecoveryCodeUsed {
        person: PersonId,
        left: i64,
    },

    AssessmentStarted {
        sheet: SheetId,
        site: SiteId,
        edition: String,
    },
    AssessmentFinished {
        sheet: SheetId,
        site: SiteId,
        edition: String,
        score: i64,
    },
    StepPlanned {
        step: StepId,
        key: String,
    },
    StepAssigned {
        step: StepId,
        person: Option<PersonId>,
        due: Option<String>,
    },
    StepFellDue {
        step: StepId,
        person: PersonId,
    },
    StepDone {
        step: StepId,
        key: String,
    },
    StepReopened {
        step: StepId,
        key: String,
    },
    StepDropped {
        step: StepId,
        key: String,
    },
    DeclarationMade {
        declaration: DeclarationId,
        level: String,
        edition: String,
    },
    DeclarationNumbered {
        declaration: DeclarationId,
        number: String,
    },
    DeclarationWithdrawn {
        declaration: DeclarationId,
    },
    EvidenceChanged {
        device: DeviceId,
        check: String,
        state: String,
    },

    EnrolmentCodeMade {
        role: String,
    },
    DeviceEnrolled {
        device: DeviceId,
        host: String,
    },
    DeviceRetired {
        device: DeviceId,
    },
    DeviceFellSilent {
        device: DeviceId,
        last_seen: i64,
    },
    DeviceCameBack {
        device: DeviceId,
    },
    TelemetryLost {
        device: DeviceId,
        count: i64,
    },
    DrillOrdered {
        device: DeviceId,
    },
    DrillEnded {
        device: DeviceId,
        acts: i64,
        seen: i64,
    },
    CheckOrdered {
        device: DeviceId,
    },

    AlertRaised {
        alert: AlertId,
        device: DeviceId,
        rule: String,
        level: String,
        drill: bool,
    },
    AlertReopened {
        alert: AlertId,
    },
    /// A known alert was heard again after a quiet hour, in another drill, or at a higher level.
    AlertRepeated {
        alert: AlertId,
    },
    AlertClaimed {
        alert: AlertId,
        until: i64,
    },
    AlertClosed {
        alert: AlertId,
    },
    IncidentOpened {
        incident: IncidentId,
        alerts: Vec<AlertId>,
    },
    AlertJoined {
        incident: IncidentId,
        alert: AlertId,
    },
    IncidentNoted {
        incident: IncidentId,
    },
    IncidentAttached {
        incident: IncidentId,
        attachment: AttachmentId,
        sha256: String,
        bytes: i64,
    },
    /// Somebody took a file off an incident, for good.
    IncidentDetached {
        incident: IncidentId,
        attachment: AttachmentId,
        sha256: String,
        bytes: i64,
    },
    /// Somebody had files of an incident looked through.
    HuntStarted {
        hunt: HuntId,
        incident: IncidentId,
        files: i64,
    },
    /// Somebody asked a hunt to stop.
    HuntStopped {
        hunt: HuntId,
        incident: IncidentId,
    },
    /// A hunt came to its end (`done`, `stopped`, `failed`); the hashes are those of what was written about it.
    HuntEnded {
        hunt: HuntId,
        incident: IncidentId,
        outcome: String,
        findings: i64,
        sha256: Vec<String>,
    },
    /// What a hunt had brought was deleted; the files that it read stay.
    HuntDeleted {
        hunt: HuntId,
        incident: IncidentId,
    },
    IncidentMoved {
        incident: IncidentId,
        stage: String,
    },
    IncidentClosed {
        incident: IncidentId,
    },
    HelpAsked {
        incident: IncidentId,
    },
}

/// Work that follows a fact, done after the transaction and as often as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Write to a person who was invited.
    MailInvitation,
    /// Write to a person who was given a step.
    MailStep,
    /// Remind a person of a step that has come due.
    MailReminder,
    /// Write to the owner and the person in charge about an alert.
    MailAlert,
    /// Write to them about a watch that has gone quiet.
    MailSilence,
    /// Look through the files of an incident. It takes as long as it takes.
    Hunt,
}

impl Job {
    pub const ALL: [Job; 6] =
        [Job::MailInvitation, Job::MailStep, Job::MailReminder, Job::MailAlert, Job::MailSilence, Job::Hunt];

    /// The name it has in the store.
    pub fn name(self) -> &'static str {
        match self {
            Job::MailInvitation => "mail-invitation",
            Job::MailStep => "mail-step",
            Job::MailReminder => "mail-reminder",
            Job::MailAlert => "mail-alert",
            Job::MailSilence => "mail-silence",
            Job::Hunt => "hunt",
        }
    }

    pub fn from_name(name: &str) -> Option<Job> {
        Job::ALL.into_iter().find(|job| job.name() == name)
    }
}

impl Fact {
    /// The jobs that follow this fact.
    pub fn jobs(&self) -> &'static [Job] {
        match self {
            Fact::PersonInvited { .. } => &[Job::MailInvitation],
            Fact::StepAssigned { person: Some(_), .. } => &[Job::MailStep],
            Fact::StepFellDue { .. } => &[Job::MailReminder],
            Fact::AlertRaised { .. } | Fact::AlertReopened { .. } | Fact::AlertRepeated { .. } => &[Job::MailAlert],
            Fact::DeviceFellSilent { .. } => &[Job::MailSilence],
            Fact::HuntStarted { .. } => &[Job::Hunt],
            _ => &[],
        }
    }

    /// The name it is stored under: `alert-raised`.
    pub fn name(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(fields)) => {
                fields.get("fact").and_then(|name| name.as_str()).unwrap_or_default().to_owned()
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_says_what_happened_in_plain_words() {
        let id: CompanyId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("an id");
        let fact = Fact::CompanyFounded { company: id };
        assert_eq!(fact.name(), "company-founded");
        let text = serde_json::to_string(&fact).expect("json");
        assert_eq!(text, r#"{"fact":"company-founded","company":"01890a5d-ac96-774b-bcce-b302099a8057"}"#);
        assert_eq!(serde_json::from_str::<Fact>(&text).expect("a fact"), fact);
        for job in Job::ALL {
            assert_eq!(Job::from_name(job.name()), Some(job));
        }
    }
}
