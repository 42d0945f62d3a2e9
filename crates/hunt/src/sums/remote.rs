//! Remote tools that were started.

use super::pick::{Pick, host};
use super::{Collector, count, kept, known};
use serde::{Deserialize, Serialize};
use sigma::Slate;
use std::collections::BTreeMap;

const CONTENT: &str = include_str!("../../../../content/attack/remote-tools.toml");

/// A remote tool that was started.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Remote {
    pub host: String,
    pub tool: String,
    /// The program's path.
    pub image: String,
    pub account: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "edition")]
    _edition: String,
    tool: Vec<Tool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    name: String,
    files: Vec<String>,
}

/// The tools by the first three letters of their files' names, so that most programs are told apart at once.
#[derive(Debug)]
pub(super) struct Tools(BTreeMap<[u8; 3], Vec<(String, bool, String)>>);

impl Default for Tools {
    /// What the program carries; a test holds that it can be read.
    fn default() -> Tools {
        Tools::read(CONTENT).unwrap_or_else(|_| Tools(BTreeMap::new()))
    }
}

impl Tools {
    pub fn read(content: &str) -> Result<Tools, toml::de::Error> {
        let file: File = toml::from_str(content)?;
        let mut tools: BTreeMap<[u8; 3], Vec<(String, bool, String)>> = BTreeMap::new();
        for tool in file.tool {
            for name in &tool.files {
                let (start, open) = name.strip_suffix('*').map_or((name.as_str(), false), |start| (start, true));
                if let Some(head) = head(start) {
                    tools.entry(head).or_default().push((start.to_owned(), open, tool.name.clone()));
                }
            }
        }
        Ok(Tools(tools))
    }

    /// The tool that a program's path names.
    pub fn of(&self, image: &str) -> Option<&str> {
        let file = image.rsplit(['\\', '/']).next().unwrap_or_default();
        let candidates = self.0.get(&head(file)?)?;
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let fits = |name: &str, open: bool| {
            let start = stem.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            start && (open || stem.len() == name.len())
        };
        candidates.iter().find(|(name, open, _)| fits(name, *open)).map(|(_, _, tool)| tool.as_str())
    }
}

fn head(name: &str) -> Option<[u8; 3]> {
    let head = name.as_bytes().get(..3)?;
    Some([head[0].to_ascii_lowercase(), head[1].to_ascii_lowercase(), head[2].to_ascii_lowercase()])
}

impl Collector {
    /// A program that was started.
    pub(super) fn started(&mut self, slate: &Slate) {
        let image = known(&mut self.image, slate, "Image").or_else(|| slate.get_named("NewProcessName")).unwrap_or_default();
        let Some(tool) = self.tools.of(image) else { return };
        let Pick([user, subject]) = Pick::of(slate, ["User", "SubjectUserName"]);
        let remote = Remote {
            host: host(slate),
            tool: tool.to_owned(),
            image: kept(image),
            account: kept(if user.is_empty() { subject } else { user }),
        };
        count(&mut self.remotes, remote, slate.at, &mut self.unlisted);
    }
}
