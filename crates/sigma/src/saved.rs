//! What correlations remember, as bytes that outlive the program.

use crate::read::{Logic, Rules};
use crate::window::{self, Limits, Window};
use serde::{Deserialize, Serialize};

/// The form of the bytes; another is refused.
const VERSION: u32 = 1;
/// Bytes that are read at most.
const MOST: usize = 256 << 20;

/// Why saved state is of no use here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotLoaded {
    #[error("the saved state has {0} bytes; at most {MOST} are read")]
    TooLarge(usize),
    #[error("the saved state is of version {0}; this program reads {VERSION}")]
    Version(u32),
    #[error("the saved state is of other rules: none of its correlations is there")]
    OtherRules,
    #[error("the saved state is damaged: {0}")]
    Damaged(String),
}

/// What one correlation remembers, at its place in the set.
pub struct State {
    pub place: usize,
    pub window: Window,
}

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Whole {
    version: u32,
    correlations: Vec<One>,
}

#[derive(Serialize, Deserialize)]
struct One {
    id: String,
    print: u64,
    window: window::Saved,
}

/// The bytes of all windows that have heard of events.
pub fn write(rules: &Rules, windows: &[Window]) -> Vec<u8> {
    let full = windows.iter().enumerate().filter(|(_, window)| !window.is_new());
    let one = |(place, window): (usize, &Window)| {
        rules.at(place).map(|rule| One { id: rule.id.clone(), print: rules.print(place), window: window.save() })
    };
    let whole = Whole { version: VERSION, correlations: full.filter_map(one).collect() };
    // Texts, numbers and lists: there is nothing that JSON could refuse.
    serde_json::to_vec(&whole).unwrap_or_default()
}

/// The windows of the correlations that are as they were.
pub fn read(rules: &Rules, limits: &Limits, bytes: &[u8]) -> Result<Vec<State>, NotLoaded> {
    if bytes.len() > MOST {
        return Err(NotLoaded::TooLarge(bytes.len()));
    }
    let damaged = |error: serde_json::Error| NotLoaded::Damaged(error.to_string());
    let head: Head = serde_json::from_slice(bytes).map_err(damaged)?;
    if head.version != VERSION {
        return Err(NotLoaded::Version(head.version));
    }
    let whole: Whole = serde_json::from_slice(bytes).map_err(damaged)?;
    let places: std::collections::HashMap<&str, usize> =
        rules.iter().enumerate().map(|(place, rule)| (rule.id.as_str(), place)).collect();
    let (mut known, saved) = (0, whole.correlations.len());
    let mut states: Vec<State> = Vec::new();
    for one in whole.correlations {
        let Some(place) = places.get(one.id.as_str()).copied() else { continue };
        known += 1;
        let Some(Logic::Correlation(correlation)) = rules.logic(place).filter(|_| rules.print(place) == one.print) else {
            continue;
        };
        if states.iter().any(|state| state.place == place) {
            return Err(NotLoaded::Damaged("one correlation is there twice".into()));
        }
        let window = Window::load(one.window, correlation, limits).map_err(NotLoaded::Damaged)?;
        states.push(State { place, window });
    }
    if known == 0 && saved > 0 {
        return Err(NotLoaded::OtherRules);
    }
    Ok(states)
}
