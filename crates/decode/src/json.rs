//! JSON objects to flat events: nested names joined by points, as `userIdentity.arn`; straight to the slate.

mod finish;
mod pass;
pub(crate) mod paths;

use self::pass::Pass;
use self::paths::Paths;
use crate::RECORD_BYTES;
use crate::format::{Format, Seen};
use crate::mapping::{Mapping, Plans};
use sigma::{Event, Slate};
use std::borrow::Cow;
use std::sync::Arc;

/// A record that cannot be read as an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not readable as JSON: {0}")]
pub struct NotJson(pub String);

/// Reads objects as events, of whichever kind each is: our own, a Windows event as written by evtx_dump, Winlogbeat, NXLog
/// and many others, a journald entry, Suricata's EVE, Zeek, OCSF, ECS, the audit logs of clouds, or anything else with
/// fields.
///
/// It is to be used with one slate only, and remembers the names that follow each other, so that lines of one shape are read
/// quickly and without allocating.
///
/// Strict JSON (RFC 8259), with serde_json's depth of 127, and these differences from serde_json: half a surrogate pair in a
/// text becomes U+FFFD, a number stays as it is written however large it is, of a name no more than 256 bytes are
/// kept and of a dotted one 1,024, and more than 10,000 fields or 20,000 names are refused.
#[derive(Debug)]
pub struct Reader {
    mapping: Arc<Mapping>,
    names: Names,
    plans: Plans,
    finish: finish::Finish,
}

/// What is remembered of the names in lines.
#[derive(Debug, Default)]
struct Names {
    paths: Paths,
    seen: Seen,
    room: String,
}

impl Names {
    /// Lays out the fields alone.
    fn read(&mut self, line: &str, slate: &mut Slate) -> Result<(), NotJson> {
        slate.clear();
        if line.len() > RECORD_BYTES {
            return Err(NotJson(format!("longer than {RECORD_BYTES} bytes")));
        }
        self.paths.ready();
        self.seen.clear();
        let read = Pass::new(line, &mut self.paths, slate, &mut self.seen, &mut self.room).whole();
        if read.is_err() {
            slate.clear();
        }
        read
    }
}

impl Reader {
    pub fn new(mapping: Arc<Mapping>) -> Reader {
        Reader { mapping, names: Names::default(), plans: Plans::default(), finish: finish::Finish::default() }
    }

    /// Lays out the event of one object: fields, second names, log sources and time. Values of a list repeat their name;
    /// null is left out, as a field that is not there. After a refusal nothing lies on the slate.
    pub fn read(&mut self, line: &str, slate: &mut Slate) -> Result<(), NotJson> {
        self.names.read(line, slate)?;
        let done = self.finish.json(line, slate, &self.names.seen, &self.mapping, &mut self.plans);
        if done.is_err() {
            slate.clear();
        }
        done
    }
}

impl Reader {
    /// Completes a record whose fields were laid out from columns.
    pub(crate) fn columns(&mut self, format: Format, slate: &mut Slate, seen: &Seen) {
        self.finish.fields(format, slate, seen, &self.mapping, &mut self.plans);
    }

    /// Completes a record of a format that is known by the file's form.
    pub(crate) fn known(&mut self, format: &'static str, slate: &mut Slate) {
        self.plans.format(&self.mapping, slate, format);
    }
}

/// The fields of an object, by dotted name.
pub type Flat<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Reads one object's fields. For what is read once: `Reader` is quicker.
pub fn flat(text: &str) -> Result<Flat<'static>, NotJson> {
    let mut slate = Slate::default();
    Names::default().read(text, &mut slate)?;
    Ok(fields(&slate))
}

/// Reads one object as an event. For what is read once: `Reader` is quicker.
pub fn event(text: &str, mapping: &Mapping) -> Result<Event<'static>, NotJson> {
    let mut slate = Slate::default();
    let mut names = Names::default();
    names.read(text, &mut slate)?;
    finish::Finish::default().json(text, &mut slate, &names.seen, mapping, &mut Plans::default())?;
    Ok(Event { at: slate.at, sources: slate.sources().to_vec(), fields: fields(&slate) })
}

fn fields(slate: &Slate) -> Flat<'static> {
    let field = |place| (Cow::Owned(slate.letters_at(place).to_owned()), Cow::Owned(slate.value_at(place).to_owned()));
    (0..slate.len()).map(field).collect()
}
