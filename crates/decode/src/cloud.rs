//! Lists of names and values, as the audit logs of Microsoft 365 and Google write them, as fields.

use sigma::{Name, Slate};

/// Room to put names together, and the names that are asked for, for one slate.
#[derive(Debug, Default)]
pub struct Pairs {
    room: String,
    m365: Option<[Option<(Name, Name)>; M365.len()]>,
    google: Option<[Option<(Name, Name)>; GOOGLE.len()]>,
}

/// Where a name stands, where its value stands, and what comes before the name in the field's own.
/// From Microsoft's schema of the Office 365 Management Activity API.
const M365: [(&str, &str, &str); 9] = [
    ("Parameters.Name", "Parameters.Value", "Parameters"),
    ("ExtendedProperties.Name", "ExtendedProperties.Value", "ExtendedProperties"),
    ("ModifiedProperties.Name", "ModifiedProperties.NewValue", "ModifiedProperties"),
    ("ModifiedProperties.Name", "ModifiedProperties.OldValue", "OldProperties"),
    ("DeviceProperties.Name", "DeviceProperties.Value", "DeviceProperties"),
    ("OperationProperties.Name", "OperationProperties.Value", "OperationProperties"),
    ("NonPIIParameters.Name", "NonPIIParameters.Value", "Parameters"),
    ("AppAccessContext.Name", "AppAccessContext.Value", "AppAccessContext"),
    ("SessionProperties.Name", "SessionProperties.Value", "SessionProperties"),
];

/// From Google's Reports API, `activities.list`.
const GOOGLE: [(&str, &str, &str); 6] = [
    ("events.parameters.name", "events.parameters.value", "parameters"),
    ("events.parameters.name", "events.parameters.boolValue", "parameters"),
    ("events.parameters.name", "events.parameters.intValue", "parameters"),
    ("events.parameters.name", "events.parameters.multiValue", "parameters"),
    ("events.parameters.name", "events.parameters.multiIntValue", "parameters"),
    ("events.parameters.name", "events.parameters.messageValue.parameter.value", "parameters"),
];

impl Pairs {
    /// `Parameters: [{Name: ForwardTo, Value: x}]` as the field `Parameters.ForwardTo`, and as `ForwardTo:x` of the field
    /// `Parameters`, in which rules look for words.
    pub fn m365(&mut self, slate: &mut Slate) {
        let names = *self.m365.get_or_insert_with(|| asked(&M365, slate));
        let own = slate.len();
        for (name, (_, _, before)) in names.iter().zip(M365) {
            self.add(slate, own, *name, before);
        }
    }

    /// `events: [{name, parameters: [{name: x, boolValue: true}]}]` as the field `parameters.x`. An activity of several
    /// events gives the fields of all, with names repeated.
    pub fn google(&mut self, slate: &mut Slate) {
        let names = *self.google.get_or_insert_with(|| asked(&GOOGLE, slate));
        let own = slate.len();
        for (name, (_, _, before)) in names.iter().zip(GOOGLE) {
            self.add(slate, own, *name, before);
        }
    }

    fn add(&mut self, slate: &mut Slate, own: usize, names: Option<(Name, Name)>, before: &str) {
        let Some((name, value)) = names else { return };
        let mut last = None;
        for place in 0..own {
            let here = slate.name_at(place);
            if here == Some(name) {
                last = Some(place);
            } else if here == Some(value)
                && let Some(named) = last
            {
                self.room.clear();
                self.room.push_str(before);
                self.room.push('.');
                let word = slate.value_at(named);
                self.room.push_str(word.get(..word.floor_char_boundary(LETTERS)).unwrap_or(word));
                match slate.name(&self.room) {
                    Some(name) => slate.also(place, name),
                    None => {
                        let value = slate.value_at(place).to_owned();
                        slate.put_named(&self.room, &value);
                    }
                }
                self.joined(slate, before, named, place);
            }
        }
    }

    /// Rules that know the list as one text look for its words in it.
    fn joined(&mut self, slate: &mut Slate, list: &str, named: usize, place: usize) {
        self.room.clear();
        self.room.push_str(slate.value_at(named));
        self.room.push(':');
        self.room.push_str(slate.value_at(place));
        slate.put_named(list, &self.room);
    }
}

/// Bytes of a name within a list that are kept.
const LETTERS: usize = 256;

fn asked<const N: usize>(list: &[(&str, &str, &str); N], slate: &mut Slate) -> [Option<(Name, Name)>; N] {
    list.map(|(name, value, _)| Some((slate.name(name)?, slate.name(value)?)))
}
