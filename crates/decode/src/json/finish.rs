//! What a record is, once its fields lie on the slate.

use super::NotJson;
use crate::format::{Format, Mark, Seen};
use crate::mapping::{Mapping, Plans};
use crate::{cloud, journal};
use sigma::{Name, Slate, Source};

/// Second names of flat Windows records.
const FLAT: [(Mark, &str); 5] = [
    (Mark::Provider, "Provider_Name"),
    (Mark::Computer, "Computer"),
    (Mark::RecordNumber, "EventRecordID"),
    (Mark::LogName, "Channel"),
    (Mark::EventId, "EventID"),
];

#[derive(Debug, Default)]
pub struct Finish {
    flat: Option<[Option<Name>; FLAT.len()]>,
    channel: String,
    pairs: cloud::Pairs,
}

impl Finish {
    /// Says what the record on the slate is, and adds what follows from it.
    pub fn json(
        &mut self,
        line: &str,
        slate: &mut Slate,
        seen: &Seen,
        mapping: &Mapping,
        plans: &mut Plans,
    ) -> Result<(), NotJson> {
        match seen.format() {
            Format::Own => match serde_json::from_str::<wire::Event>(line) {
                Ok(event) => slate.lay_wire(&event),
                Err(error) => return Err(NotJson(error.to_string())),
            },
            Format::Journal => match journal::entry(line) {
                Some(event) => slate.lay_wire(&event),
                None => return Err(NotJson("this is no journald entry".into())),
            },
            format => self.fields(format, slate, seen, mapping, plans),
        }
        Ok(())
    }

    /// The same for fields that came in another way, as columns.
    pub fn fields(&mut self, format: Format, slate: &mut Slate, seen: &Seen, mapping: &Mapping, plans: &mut Plans) {
        slate.at = seen.times().find_map(|place| crate::moment(slate.value_at(place))).map_or(0, |at| at.0);
        if seen.has(Mark::PairName) {
            self.pairs.microsoft(slate);
        }
        let format = match format {
            Format::Windows => return self.windows(slate, seen, mapping, plans),
            Format::Plain | Format::Own | Format::Journal => return plain(slate),
            Format::Eve => "eve",
            Format::Zeek => {
                self.zeek(slate, seen);
                "zeek"
            }
            Format::Ocsf => {
                system(slate, "device.os.type", &["process.file.path", "actor.process.file.path", "file.path"]);
                "ocsf"
            }
            Format::Ecs => {
                system(slate, "host.os.type", &["process.executable", "file.path", "dll.path"]);
                "ecs"
            }
            Format::M365 => "m365",
            Format::Azure => "azure",
            Format::GoogleWorkspace => {
                self.pairs.google(slate);
                "google_workspace"
            }
            Format::Gcp => "gcp",
            Format::CloudTrail => "cloudtrail",
            Format::Okta => "okta",
            Format::GitHub => "github",
            Format::Kubernetes => "kubernetes",
            Format::OpenCanary => "opencanary",
        };
        plans.format(mapping, slate, format);
    }

    fn windows(&mut self, slate: &mut Slate, seen: &Seen, mapping: &Mapping, plans: &mut Plans) {
        let names = *self.flat.get_or_insert_with(|| FLAT.map(|(_, name)| slate.name(name)));
        for ((mark, _), name) in FLAT.iter().zip(names) {
            if let (Some(place), Some(name)) = (seen.place(*mark), name)
                && slate.find(name).is_none()
            {
                slate.also(place, name);
            }
        }
        let channel = seen.place(Mark::Channel).or_else(|| seen.place(Mark::LogName));
        self.channel.clear();
        self.channel.push_str(channel.map_or("", |place| slate.value_at(place)));
        let number = seen.place(Mark::Windows).or_else(|| seen.place(Mark::EventId));
        let number = number.and_then(|place| slate.value_at(place).trim().parse().ok()).unwrap_or(0);
        if seen.has(Mark::EcsVersion) || seen.has(Mark::EventCategory) {
            // Winlogbeat moves some of the event's own fields to names of the Elastic Common Schema.
            system(slate, "host.os.type", &["process.executable", "file.path", "dll.path"]);
            plans.format(mapping, slate, "ecs");
        }
        plans.windows(mapping, slate, &self.channel, number);
    }

    /// Zeek's JSON does not always say which log a record is of; then its names do.
    fn zeek(&mut self, slate: &mut Slate, seen: &Seen) {
        if seen.has(Mark::ZeekPath) {
            return;
        }
        const TELLING: [(Mark, &str); 10] = [
            (Mark::ConnState, "conn"),
            (Mark::ShareType, "smb_mapping"),
            (Mark::Query, "dns"),
            (Mark::RequestType, "kerberos"),
            (Mark::Endpoint, "dce_rpc"),
            (Mark::Serial, "x509"),
            (Mark::Action, "smb_files"),
            (Mark::StatusCode, "http"),
            (Mark::Cipher, "ssl"),
            (Mark::Cookie, "rdp"),
        ];
        let path = TELLING.iter().find(|(mark, _)| seen.has(*mark)).map(|(_, path)| *path);
        let path = path.or_else(|| seen.has(Mark::Fuid).then_some("files"));
        if let Some(path) = path {
            slate.put_named("_path", path);
        }
    }
}

/// Where a record does not say which system it is of, the first path in it does: `C:\x` is Windows', `/x` that of Linux.
fn system(slate: &mut Slate, name: &str, paths: &[&str]) {
    if slate.get_named(name).is_some() {
        return;
    }
    let path = paths.iter().find_map(|path| slate.get_named(path)).unwrap_or_default();
    if path.contains('\\') || path.get(1..2) == Some(":") {
        slate.put_named(name, "windows");
    } else if path.starts_with('/') {
        slate.put_named(name, "linux");
    }
}

/// A record of no kind that is known better. Its source is told by fields of that name, where there are such.
fn plain(slate: &mut Slate) {
    let part = |long: &str, short: &str| slate.get_named(long).or_else(|| slate.get_named(short)).unwrap_or_default().to_owned();
    let product = part("logsource.product", "product");
    let (category, service) = (part("logsource.category", "category"), part("logsource.service", "service"));
    slate.set_sources(&[Source::new(product, category, service)]);
}
