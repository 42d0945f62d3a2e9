//! Which rules Komainu can feed: those whose log source some log that it reads is.

use decode::windows::Mapping;
use serde::Deserialize;
use sigma::{Slate, Source};

/// Sources of what is read line by line, and of what agents see; the rest follows from the mapping.
const OWN: &str = include_str!("../../../content/packs/sources.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    #[serde(rename = "edition")]
    _edition: String,
    /// `product/category/service` of what hunts read line by line.
    lines: Vec<String>,
    /// … of what agents see.
    agents: Vec<String>,
}

/// Every log source that something here can be.
#[derive(Debug)]
pub struct Readable {
    all: Vec<Source<'static>>,
    agents: Vec<Source<'static>>,
    not: Vec<(Source<'static>, String)>,
}

impl Readable {
    /// What this program reads; an error where what it carries is broken.
    pub fn own() -> Result<Readable, String> {
        let sheet: Sheet = toml::from_str(OWN).map_err(|error| error.to_string())?;
        let mapping = Mapping::own().map_err(|error| error.to_string())?;
        let agents = with_kin(sheet.agents.iter().map(|text| source(text)));
        let mut all = with_kin(sheet.lines.iter().map(|text| source(text)));
        all.extend(agents.iter().cloned());
        all.extend(with_kin(mapping.sources().into_iter()));
        let not = mapping.not_reachable().iter().map(|not| (source(&not.source), not.why.clone())).collect();
        Ok(Readable { all, agents, not })
    }

    /// Why a rule's events cannot be read; nothing where they can.
    pub fn why_not(&self, asked: &wire::Source) -> Option<String> {
        if self.all.iter().any(|known| fits(asked, known)) {
            return None;
        }
        let why = self.not.iter().find(|(known, _)| fits(asked, known)).map(|(_, why)| why.clone());
        Some(why.unwrap_or_else(|| format!("no log that Komainu reads is {}", shown(asked))))
    }

    /// Do agents see a rule's events?
    pub fn by_agents(&self, asked: &wire::Source) -> bool {
        self.agents.iter().any(|known| fits(asked, known))
    }
}

/// Where a record itself says what it is from (`*`), it is from one of these.
const SYSTEMS: [&str; 3] = ["windows", "linux", "macos"];

/// What a rule asks for must be so; what it does not ask for may be anything.
fn fits(asked: &wire::Source, known: &Source<'_>) -> bool {
    let part = |asked: &str, known: &str| match known.strip_suffix('*') {
        Some(start) => asked.is_empty() || asked.starts_with(start),
        None => asked.is_empty() || asked == known,
    };
    let product = match &*known.product {
        "*" => asked.product.is_empty() || SYSTEMS.contains(&&*asked.product),
        known => part(&asked.product, known),
    };
    product && part(&asked.category, &known.category) && part(&asked.service, &known.service)
}

/// `product/category/service`, as packs and lists write a log source.
pub fn shown(source: &wire::Source) -> String {
    format!("{}/{}/{}", source.product, source.category, source.service)
}

fn source(text: &str) -> Source<'static> {
    let mut parts = text.splitn(3, '/').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Source::new(next(), next(), next())
}

/// Sources with all that the engine takes them for as well.
fn with_kin(sources: impl Iterator<Item = Source<'static>>) -> Vec<Source<'static>> {
    let mut slate = Slate::default();
    let mut all = Vec::new();
    for source in sources {
        slate.set_sources(&[source]);
        all.extend(slate.sources().iter().cloned());
    }
    all
}
