//! Whose record an object is, told by the names in it.

use crate::cloud;

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
