use crate::attack::Attack;
use crate::outcome::Outcome;
use serde::Serialize;
use sigma::Level;
use std::io::{self, Write};

/// A layer as ATT&CK Navigator reads it (layer format 4.5, `nav-app` documentation "Layer File Format").
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    name: &'static str,
    versions: Versions,
    domain: &'static str,
    description: String,
    sorting: u8,
    hide_disabled: bool,
    techniques: Vec<Technique>,
    gradient: Gradient,
    legend_items: Vec<Legend>,
}

#[derive(Serialize)]
struct Versions {
    attack: &'static str,
    navigator: &'static str,
    layer: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Technique {
    #[serde(rename = "techniqueID")]
    id: String,
    score: u64,
    color: &'static str,
    comment: String,
    enabled: bool,
    show_subtechniques: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gradient {
    colors: [&'static str; 2],
    min_value: u64,
    max_value: u64,
}

#[derive(Serialize)]
struct Legend {
    label: &'static str,
    color: &'static str,
}

/// Rules told of one technique.
const RULES: usize = 20;

/// Writes what was found as a layer: the score is the number of findings, the comment names the rules.
pub fn navigator(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let attack = Attack::own().map_err(io::Error::other)?;
    let seen = super::matrix::seen(&outcome.tally, &attack);
    let most = seen.values().map(|(count, _)| count.count).max().unwrap_or(0);
    let parents: Vec<String> = seen.keys().filter_map(|id| id.split_once('.')).map(|(parent, _)| parent.to_owned()).collect();
    let mut techniques: Vec<Technique> = seen
        .into_iter()
        .map(|(id, (count, rules))| Technique {
            show_subtechniques: parents.iter().any(|parent| parent == id),
            score: count.count,
            color: color(count.worst),
            comment: comment(&rules),
            enabled: true,
            id: id.to_owned(),
        })
        .collect();
    // A technique of which only sub-techniques were seen is opened, so that they can be.
    for parent in parents {
        if !techniques.iter().any(|one| one.id == parent) {
            let (score, color, comment) = (0, "", String::new());
            techniques.push(Technique { id: parent, score, color, comment, enabled: true, show_subtechniques: true });
        }
    }
    let layer = Layer {
        name: "Komainu hunt",
        versions: Versions { attack: "19", navigator: "5.1.0", layer: "4.5" },
        domain: "enterprise-attack",
        description: format!("{} findings in {} events", outcome.tally.all(), outcome.summary.events),
        sorting: 3,
        hide_disabled: false,
        techniques,
        gradient: Gradient { colors: ["#fff4d6", "#b3261e"], min_value: 0, max_value: most.max(1) },
        legend_items: Level::ALL.map(|level| Legend { label: level.as_str(), color: color(level) }).into(),
    };
    serde_json::to_writer_pretty(&mut *out, &layer)?;
    out.write_all(b"\n")
}

fn comment(rules: &[&str]) -> String {
    let mut said = rules.iter().take(RULES).copied().collect::<Vec<_>>().join("; ");
    if rules.len() > RULES {
        said.push_str(&format!("; and {} more", rules.len() - RULES));
    }
    said
}

/// The colours of the report's matrix.
fn color(level: Level) -> &'static str {
    match level {
        Level::Informational => "#e6e9ee",
        Level::Low => "#d5e3f5",
        Level::Medium => "#fbe3a6",
        Level::High => "#f5b58a",
        Level::Critical => "#e58a84",
    }
}
