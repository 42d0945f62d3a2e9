//! How the names in a record become those of fields.

use crate::cloud;
use std::borrow::Cow;

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
