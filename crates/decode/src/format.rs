//! Whose record an object is, told by the names in it, and how its names become those of fields.

use crate::cloud;
use std::borrow::Cow;

/// Whose record it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Ours, as events are kept and sent.
    Own,
    Windows,
    Journal,
    Eve,
    Zeek,
    Ocsf,
    Ecs,
    M365,
    /// Sign-in, audit and activity logs of Entra and Azure.
    Azure,
    GoogleWorkspace,
    /// Audit logs of Google Cloud.
    Gcp,
    CloudTrail,
    Okta,
    GitHub,
    Kubernetes,
    OpenCanary,
    Plain,
}

/// A name that tells something of the record it is in. Those of times stand in the order in which they are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    None,
    SystemTime,
    TimeCreated,
    CreationTime,
    CreatedDateTime,
    ActivityDateTime,
    IdTime,
    Published,
    RequestReceived,
    AtTimestamp,
    Timestamp,
    Ts,
    UtcTime,
    EventTime,
    Time,
    DateTime,
    TimeGenerated,
    Date,
    /// A name that only Windows records have.
    Windows,
    Channel,
    EventId,
    Provider,
    Computer,
    RecordNumber,
    At,
    Source,
    Fields,
    JournalTime,
    Message,
    EventType,
    FlowId,
    ZeekPath,
    ZeekUid,
    OrigH,
    ConnState,
    Query,
    StatusCode,
    Cipher,
    Fuid,
    RequestType,
    Endpoint,
    Cookie,
    ShareType,
    Serial,
    ClassUid,
    EcsVersion,
    EventCategory,
    EventKind,
    Operation,
    Workload,
    AuditData,
    UserPrincipalName,
    AppDisplayName,
    ActivityDisplayName,
    Category,
    OperationName,
    ResultType,
    GoogleApplication,
    GoogleEvents,
    ProtoPayload,
    LogName,
    EventSource,
    AwsRegion,
    OktaEventType,
    AlternateId,
    Action,
    Actor,
    Organisation,
    ObjectRef,
    Verb,
    LogType,
    NodeId,
    RiskEventType,
    /// The name in a list of names and values.
    PairName,
}

/// All times among the marks.
const TIMES: [Mark; 17] = [
    Mark::SystemTime,
    Mark::TimeCreated,
    Mark::CreationTime,
    Mark::CreatedDateTime,
    Mark::ActivityDateTime,
    Mark::IdTime,
    Mark::Published,
    Mark::RequestReceived,
    Mark::AtTimestamp,
    Mark::Timestamp,
    Mark::Ts,
    Mark::UtcTime,
    Mark::EventTime,
    Mark::Time,
    Mark::DateTime,
    Mark::TimeGenerated,
    Mark::Date,
];

/// Names and what they tell; compared without case.
const MARKS: [(&str, Mark); 105] = [
    ("Event.System.TimeCreated.#attributes.SystemTime", Mark::SystemTime),
    ("Event.System.TimeCreated.SystemTime", Mark::SystemTime),
    ("Event.System.TimeCreated_attributes.SystemTime", Mark::SystemTime),
    ("System.TimeCreated.SystemTime", Mark::SystemTime),
    ("data.win.system.systemTime", Mark::SystemTime),
    ("win.system.systemTime", Mark::SystemTime),
    ("SystemTime", Mark::SystemTime),
    ("TimeCreated", Mark::TimeCreated),
    ("CreationTime", Mark::CreationTime),
    ("CreationDate", Mark::CreationTime),
    ("createdDateTime", Mark::CreatedDateTime),
    ("activityDateTime", Mark::ActivityDateTime),
    ("id.time", Mark::IdTime),
    ("published", Mark::Published),
    ("requestReceivedTimestamp", Mark::RequestReceived),
    ("@timestamp", Mark::AtTimestamp),
    ("timestamp", Mark::Timestamp),
    ("ts", Mark::Ts),
    ("UtcTime", Mark::UtcTime),
    ("EventTime", Mark::EventTime),
    ("time", Mark::Time),
    ("datetime", Mark::DateTime),
    ("utc_time", Mark::DateTime),
    ("local_time", Mark::Date),
    ("TimeGenerated", Mark::TimeGenerated),
    ("date", Mark::Date),
    ("Event.System.Channel", Mark::Channel),
    ("System.Channel", Mark::Channel),
    ("winlog.channel", Mark::Channel),
    ("data.win.system.channel", Mark::Channel),
    ("win.system.channel", Mark::Channel),
    ("Channel", Mark::Channel),
    ("LogName", Mark::LogName),
    ("logName", Mark::LogName),
    ("Event.System.EventID", Mark::Windows),
    ("Event.System.EventID.#text", Mark::Windows),
    ("System.EventID.Value", Mark::Windows),
    ("System.EventID", Mark::Windows),
    ("winlog.event_id", Mark::Windows),
    ("data.win.system.eventID", Mark::Windows),
    ("win.system.eventID", Mark::Windows),
    ("EventID", Mark::EventId),
    ("event_id", Mark::EventId),
    ("EventCode", Mark::EventId),
    ("Id", Mark::EventId),
    ("SourceName", Mark::Provider),
    ("ProviderName", Mark::Provider),
    ("Hostname", Mark::Computer),
    ("MachineName", Mark::Computer),
    ("ComputerName", Mark::Computer),
    ("RecordNumber", Mark::RecordNumber),
    ("RecordId", Mark::RecordNumber),
    ("at", Mark::At),
    ("source", Mark::Source),
    ("fields", Mark::Fields),
    ("__REALTIME_TIMESTAMP", Mark::JournalTime),
    ("MESSAGE", Mark::Message),
    ("event_type", Mark::EventType),
    ("flow_id", Mark::FlowId),
    ("_path", Mark::ZeekPath),
    ("uid", Mark::ZeekUid),
    ("id.orig_h", Mark::OrigH),
    ("conn_state", Mark::ConnState),
    ("query", Mark::Query),
    ("qtype", Mark::Query),
    ("rcode", Mark::Query),
    ("status_code", Mark::StatusCode),
    ("method", Mark::StatusCode),
    ("cipher", Mark::Cipher),
    ("fuid", Mark::Fuid),
    ("request_type", Mark::RequestType),
    ("endpoint", Mark::Endpoint),
    ("cookie", Mark::Cookie),
    ("share_type", Mark::ShareType),
    ("certificate.serial", Mark::Serial),
    ("class_uid", Mark::ClassUid),
    ("ecs.version", Mark::EcsVersion),
    ("event.category", Mark::EventCategory),
    ("event.kind", Mark::EventKind),
    ("event.action", Mark::EventKind),
    ("Operation", Mark::Operation),
    ("Workload", Mark::Workload),
    ("AuditData", Mark::AuditData),
    ("userPrincipalName", Mark::UserPrincipalName),
    ("appDisplayName", Mark::AppDisplayName),
    ("activityDisplayName", Mark::ActivityDisplayName),
    ("category", Mark::Category),
    ("operationName", Mark::OperationName),
    ("resultType", Mark::ResultType),
    ("id.applicationName", Mark::GoogleApplication),
    ("events", Mark::GoogleEvents),
    ("protoPayload.serviceName", Mark::ProtoPayload),
    ("protoPayload.methodName", Mark::ProtoPayload),
    ("eventSource", Mark::EventSource),
    ("awsRegion", Mark::AwsRegion),
    ("eventType", Mark::OktaEventType),
    ("actor.alternateId", Mark::AlternateId),
    ("action", Mark::Action),
    ("actor", Mark::Actor),
    ("org", Mark::Organisation),
    ("objectRef", Mark::ObjectRef),
    ("verb", Mark::Verb),
    ("logtype", Mark::LogType),
    ("node_id", Mark::NodeId),
    ("riskEventType", Mark::RiskEventType),
];

/// What a name tells.
pub fn mark(name: &str) -> Mark {
    if cloud::pair(name).is_some() {
        return Mark::PairName;
    }
    MARKS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(Mark::None, |(_, mark)| *mark)
}

/// The marks of one record, and at which places of the slate their values lie.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    met: u128,
    put: u128,
    places: [u32; 128],
}

impl Default for Seen {
    fn default() -> Seen {
        Seen { met: 0, put: 0, places: [0; 128] }
    }
}

impl Seen {
    pub fn clear(&mut self) {
        (self.met, self.put) = (0, 0);
    }

    /// A name was there, be it of a list or an object.
    pub fn meet(&mut self, mark: Mark) {
        self.met |= 1 << (mark as u8);
    }

    /// A value was put at a place. Of several the first is kept.
    pub fn put(&mut self, mark: Mark, place: usize) {
        let bit = 1 << (mark as u8);
        if self.put & bit == 0
            && let Some(known) = self.places.get_mut(mark as usize)
        {
            *known = place as u32;
            self.put |= bit;
        }
    }

    /// Is there a value, a list or an object of this name?
    pub fn has(&self, mark: Mark) -> bool {
        (self.met | self.put) >> (mark as u8) & 1 == 1
    }

    /// The place of the value.
    pub fn place(&self, mark: Mark) -> Option<usize> {
        let known = self.put >> (mark as u8) & 1 == 1;
        self.places.get(mark as usize).filter(|_| known).map(|place| *place as usize)
    }

    /// The places of the values that may be the event's time, the most trusted first.
    pub fn times(&self) -> impl Iterator<Item = usize> + '_ {
        TIMES.iter().filter_map(|mark| self.place(*mark))
    }

    /// Whose record it is.
    pub fn format(&self) -> Format {
        let has = |mark| self.has(mark);
        if has(Mark::Windows) || (has(Mark::EventId) && (has(Mark::Channel) || has(Mark::LogName))) {
            Format::Windows
        } else if has(Mark::At) && has(Mark::Source) && has(Mark::Fields) {
            Format::Own
        } else if has(Mark::JournalTime) && has(Mark::Message) {
            Format::Journal
        } else if has(Mark::ClassUid) {
            Format::Ocsf
        } else if has(Mark::EventType) && has(Mark::Timestamp) {
            Format::Eve
        } else if has(Mark::ZeekPath) || (has(Mark::Ts) && (has(Mark::OrigH) || has(Mark::Fuid) || has(Mark::Serial))) {
            Format::Zeek
        } else {
            self.of_clouds()
        }
    }

    fn of_clouds(&self) -> Format {
        let has = |mark| self.has(mark);
        if has(Mark::Operation) && has(Mark::Workload) {
            Format::M365
        } else if has(Mark::EventSource) && has(Mark::AwsRegion) {
            Format::CloudTrail
        } else if has(Mark::GoogleApplication) && has(Mark::GoogleEvents) {
            Format::GoogleWorkspace
        } else if has(Mark::ProtoPayload) {
            Format::Gcp
        } else if has(Mark::OktaEventType) && has(Mark::AlternateId) {
            Format::Okta
        } else if has(Mark::Verb) && has(Mark::ObjectRef) {
            Format::Kubernetes
        } else if (has(Mark::UserPrincipalName) && has(Mark::AppDisplayName))
            || has(Mark::ActivityDisplayName)
            || has(Mark::RiskEventType)
            || (has(Mark::OperationName) && (has(Mark::Category) || has(Mark::ResultType)))
        {
            Format::Azure
        } else if has(Mark::EcsVersion) || (has(Mark::AtTimestamp) && (has(Mark::EventCategory) || has(Mark::EventKind))) {
            Format::Ecs
        } else if has(Mark::Action) && has(Mark::Actor) && has(Mark::Organisation) {
            Format::GitHub
        } else if has(Mark::LogType) && has(Mark::NodeId) {
            Format::OpenCanary
        } else {
            Format::Plain
        }
    }
}

/// How a name in a Windows record becomes a field's name.
const NAMES: [(&str, &str); 36] = [
    ("Event.System.EventID.#text", "EventID"),
    ("Event.System.Provider.#attributes.Name", "Provider_Name"),
    ("Event.System.Provider.Name", "Provider_Name"),
    ("Event.System.Provider_attributes.Name", "Provider_Name"),
    ("Event.System.TimeCreated.#attributes.SystemTime", "SystemTime"),
    ("Event.System.TimeCreated.SystemTime", "SystemTime"),
    ("Event.System.TimeCreated_attributes.SystemTime", "SystemTime"),
    ("Event.System.Execution.#attributes.ProcessID", "Execution_ProcessID"),
    ("Event.System.Execution.#attributes.ThreadID", "Execution_ThreadID"),
    ("Event.System.Execution_attributes.ProcessID", "Execution_ProcessID"),
    ("Event.System.Execution_attributes.ThreadID", "Execution_ThreadID"),
    ("Event.System.Security.#attributes.UserID", "Security_UserID"),
    ("Event.System.Security_attributes.UserID", "Security_UserID"),
    ("System.Provider.Name", "Provider_Name"),
    ("System.EventID.Value", "EventID"),
    ("System.EventID", "EventID"),
    ("System.TimeCreated.SystemTime", "SystemTime"),
    ("System.Channel", "Channel"),
    ("System.Computer", "Computer"),
    ("System.EventRecordID", "EventRecordID"),
    ("System.Execution.ProcessID", "Execution_ProcessID"),
    ("System.Execution.ThreadID", "Execution_ThreadID"),
    ("System.Security.UserID", "Security_UserID"),
    ("winlog.channel", "Channel"),
    ("winlog.event_id", "EventID"),
    ("winlog.provider_name", "Provider_Name"),
    ("winlog.computer_name", "Computer"),
    ("winlog.record_id", "EventRecordID"),
    ("winlog.user.name", "Security_UserName"),
    ("winlog.user.identifier", "Security_UserID"),
    ("data.win.system.providerName", "Provider_Name"),
    ("win.system.providerName", "Provider_Name"),
    ("data.win.system.processID", "Execution_ProcessID"),
    ("win.system.processID", "Execution_ProcessID"),
    ("data.win.system.threadID", "Execution_ThreadID"),
    ("win.system.threadID", "Execution_ThreadID"),
];

/// Under these a Windows record has the fields of the event itself: as evtx_dump, Winlogbeat and Velociraptor write it.
const DATA: [&str; 3] = ["Event.EventData.", "winlog.event_data.", "EventData."];
/// The same, with an element between that holds the data, as `LogFileCleared`; its name is left out.
const USER_DATA: [&str; 3] = ["Event.UserData.", "winlog.user_data.", "UserData."];
const SYSTEM: [&str; 1] = ["Event.System."];
/// Wazuh begins each name with a small letter.
const SMALL: [&str; 4] = ["data.win.eventdata.", "win.eventdata.", "data.win.system.", "win.system."];

/// The field's name as rules write it, or `None` for what no rule asks.
pub fn field(name: &str) -> Option<Cow<'_, str>> {
    if let Some(pair) = cloud::pair(name) {
        return Some(pair);
    }
    if let Some((_, known)) = NAMES.iter().find(|(written, _)| *written == name) {
        return Some(Cow::Borrowed(*known));
    }
    let after = |prefixes: &[&str]| prefixes.iter().find_map(|prefix| name.strip_prefix(prefix));
    if let Some(small) = after(&SMALL) {
        let mut letters = small.chars();
        return letters.next().map(|first| Cow::Owned(first.to_ascii_uppercase().to_string() + letters.as_str()));
    }
    let own = after(&DATA)
        .or_else(|| after(&USER_DATA).map(|rest| rest.split_once('.').map_or(rest, |(_, rest)| rest)))
        .or_else(|| after(&SYSTEM));
    match own {
        Some(rest) if rest.contains("#attributes") => None,
        Some(rest) => Some(Cow::Borrowed(rest.strip_suffix(".#text").unwrap_or(rest))),
        None if name.starts_with("Event.#attributes") || name.starts_with("Event_attributes") => None,
        None => Some(Cow::Borrowed(name)),
    }
}
