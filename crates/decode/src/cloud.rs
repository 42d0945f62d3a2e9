//! Lists of names and values, as the audit logs of Microsoft 365 and Google write them, as fields.

use sigma::{Name, Slate};
use std::borrow::Cow;

/// Lists of `{Name, Value}` in Microsoft's schema of the Office 365 Management Activity API, and what comes before their names.
const LISTS: [(&str, &str); 7] = [
    ("Parameters", "Parameters."),
    ("NonPIIParameters", "Parameters."),
    ("ExtendedProperties", "ExtendedProperties."),
    ("ModifiedProperties", "ModifiedProperties."),
    ("OperationProperties", "OperationProperties."),
    ("DeviceProperties", "DeviceProperties."),
    ("SessionProperties", "SessionProperties."),
];
/// What stands in such a list. Of a modified property the new value is the field's, the old one is in `OldProperties`.
const PARTS: [&str; 4] = ["Name", "Value", "NewValue", "OldValue"];

/// From Google's Reports API, `activities.list`.
const GOOGLE_NAME: &str = "events.parameters.name";
const GOOGLE_VALUES: [&str; 6] = [
    "events.parameters.value",
    "events.parameters.boolValue",
    "events.parameters.intValue",
    "events.parameters.multiValue",
    "events.parameters.multiIntValue",
    "events.parameters.multiBoolValue",
];

/// Bytes of a name within a list that are kept.
const LETTERS: usize = 256;

/// How a part of a list of names and values is called until it is known what list it is: `Parameters.Name` may also be the
/// parameter that is called "Name".
pub fn pair(path: &str) -> Option<Cow<'static, str>> {
    let (list, part) = path.split_once('.')?;
    let known = LISTS.iter().any(|(known, _)| *known == list) && PARTS.contains(&part);
    known.then(|| Cow::Owned(format!("{list}[].{part}")))
}

/// The names that are asked for on one slate, and room to put names together.
#[derive(Debug, Default)]
pub struct Pairs {
    room: String,
    lists: Option<Vec<List>>,
    google: Option<(Option<Name>, [Option<Name>; GOOGLE_VALUES.len()])>,
}

#[derive(Debug)]
struct List {
    /// Of the parts, each by its name until now and its plain one.
    parts: [Option<(Name, Name)>; PARTS.len()],
    before: &'static str,
}

impl Pairs {
    /// `Parameters: [{Name: ForwardTo, Value: x}]` as the field `Parameters.ForwardTo`, and as `ForwardTo:x` of the field
    /// `Parameters`, in which rules look for words. What has names without values is no such list and keeps its own names.
    pub fn microsoft(&mut self, slate: &mut Slate) {
        let Pairs { room, lists, .. } = self;
        let own = slate.len();
        for list in lists.get_or_insert_with(|| asked(slate)) {
            let part = |place, slate: &Slate| {
                let here = slate.name_at(place)?;
                list.parts.iter().position(|part| part.is_some_and(|(known, _)| known == here))
            };
            let any = |name: bool| (0..own).any(|place| part(place, slate).is_some_and(|n| (n == 0) == name));
            let paired = any(true) && any(false);
            let mut named = None;
            for place in 0..own {
                let Some(n) = part(place, slate) else { continue };
                match (paired, n, named) {
                    (false, _, _) | (true, 1.., None) => {
                        if let Some((_, plain)) = list.parts.get(n).copied().flatten() {
                            slate.also(place, plain);
                        }
                    }
                    (true, 0, _) => named = Some(place),
                    (true, 3, Some(named)) => add(room, slate, "OldProperties.", named, place),
                    (true, _, Some(named)) => {
                        add(room, slate, list.before, named, place);
                        joined(room, slate, list.before, named, place);
                    }
                }
            }
        }
    }

    /// `events: [{name, parameters: [{name: x, boolValue: true}]}]` as the fields `parameters.x` and `x`. An activity of
    /// several events gives the fields of all, with names repeated.
    pub fn google(&mut self, slate: &mut Slate) {
        let Pairs { room, google, .. } = self;
        let (name, values) = *google.get_or_insert_with(|| (slate.name(GOOGLE_NAME), GOOGLE_VALUES.map(|name| slate.name(name))));
        let own = slate.len();
        let mut named = None;
        for place in 0..own {
            let here = slate.name_at(place);
            if here.is_some() && here == name {
                named = Some(place);
            } else if here.is_some()
                && values.contains(&here)
                && let Some(named) = named
            {
                add(room, slate, "parameters.", named, place);
                if slate.get_named(slate.value_at(named)).is_none() {
                    add(room, slate, "", named, place);
                }
            }
        }
    }
}

fn asked(slate: &mut Slate) -> Vec<List> {
    let part = |list: &str, part: &str, slate: &mut Slate| {
        let plain = format!("{list}.{part}");
        Some((slate.name(&pair(&plain)?)?, slate.name(&plain)?))
    };
    let list = |(list, before): (&'static str, &'static str)| List { parts: PARTS.map(|name| part(list, name, slate)), before };
    LISTS.map(list).into()
}

/// Gives the value at `place` the name that stands at `named`, behind `before`.
fn add(room: &mut String, slate: &mut Slate, before: &str, named: usize, place: usize) {
    room.clear();
    room.push_str(before);
    let word = slate.value_at(named);
    room.push_str(word.get(..word.floor_char_boundary(LETTERS)).unwrap_or(word));
    match slate.name(room) {
        Some(name) => slate.also(place, name),
        None => {
            let value = slate.value_at(place).to_owned();
            slate.put_named(room, &value);
        }
    }
}

/// Rules that know the list as one text look for its words in it.
fn joined(room: &mut String, slate: &mut Slate, list: &str, named: usize, place: usize) {
    room.clear();
    room.push_str(slate.value_at(named));
    room.push(':');
    room.push_str(slate.value_at(place));
    slate.put_named(list.trim_end_matches('.'), room);
}
