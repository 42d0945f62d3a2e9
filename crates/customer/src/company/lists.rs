//! The lists that a company chooses from: trades, prefectures, sizes. Content, read at start.

use base::{Lang, Said};
use serde::Deserialize;
use web::Content;

/// One entry of a list: its code and its name in both languages.
#[derive(Debug, Clone)]
struct Entry {
    code: String,
    said: Said,
}

/// The trades a company may be in: the divisions of the Japan Standard Industrial Classification.
#[derive(Debug, Clone, Default)]
pub struct Trades(Vec<Entry>);

/// The 47 prefectures, by their codes of JIS X 0401.
#[derive(Debug, Clone, Default)]
pub struct Prefectures(Vec<Entry>);

/// Bands of the number of people, for comparing with companies of like size.
#[derive(Debug, Clone, Default)]
pub struct CompanySizes(Vec<Size>);

#[derive(Debug, Clone)]
struct Size {
    entry: Entry,
    from: i64,
    to: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    code: String,
    ja: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the edition and its source are there for the editor of the file")]
struct TradeFile {
    edition: String,
    source: String,
    #[serde(default)]
    unverified: Vec<String>,
    trade: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceFile {
    prefecture: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SizeFile {
    band: Vec<Band>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Band {
    key: String,
    from: i64,
    to: Option<i64>,
    ja: String,
    en: String,
}

fn parse<T: serde::de::DeserializeOwned>(content: &Content, path: &str, faults: &mut Vec<String>) -> Option<T> {
    let Some(text) = content.text(path) else {
        faults.push(format!("{path}: there is no such file"));
        return None;
    };
    toml::from_str(&text).map_err(|error| faults.push(format!("{path}: {error}"))).ok()
}

fn entries(path: &str, lines: Vec<Line>, faults: &mut Vec<String>) -> Vec<Entry> {
    let entries: Vec<Entry> =
        lines.into_iter().map(|line| Entry { code: line.code, said: Said { ja: line.ja, en: line.en } }).collect();
    for (at, entry) in entries.iter().enumerate() {
        if entry.said.is_incomplete() {
            faults.push(format!("{path}: {} is not said in both languages", entry.code));
        }
        if entries.iter().take(at).any(|before| before.code == entry.code) {
            faults.push(format!("{path}: {} is there twice", entry.code));
        }
    }
    entries
}

fn name<'a>(entries: &'a [Entry], code: &str, lang: Lang) -> Option<&'a str> {
    entries.iter().find(|entry| entry.code == code).map(|entry| entry.said.to(lang))
}

fn choices(entries: &[Entry], lang: Lang) -> Vec<(String, String)> {
    entries.iter().map(|entry| (entry.code.clone(), entry.said.to(lang).to_owned())).collect()
}

impl Trades {
    pub fn read(content: &Content) -> (Trades, Vec<String>) {
        let (path, mut faults) = ("trade/jsic.toml", Vec::new());
        let lines = parse(content, path, &mut faults).map(|file: TradeFile| file.trade).unwrap_or_default();
        (Trades(entries(path, lines, &mut faults)), faults)
    }

    /// The name of a trade, where the code is one.
    pub fn name(&self, code: &str, lang: Lang) -> Option<&str> {
        name(&self.0, code, lang)
    }

    /// All codes and names, in order.
    pub fn choices(&self, lang: Lang) -> Vec<(String, String)> {
        choices(&self.0, lang)
    }
}

impl Prefectures {
    pub fn read(content: &Content) -> (Prefectures, Vec<String>) {
        let (path, mut faults) = ("place/prefectures.toml", Vec::new());
        let lines = parse(content, path, &mut faults).map(|file: PlaceFile| file.prefecture).unwrap_or_default();
        (Prefectures(entries(path, lines, &mut faults)), faults)
    }

    /// The name of a prefecture, where the code is one.
    pub fn name(&self, code: &str, lang: Lang) -> Option<&str> {
        name(&self.0, code, lang)
    }

    /// All codes and names, from north to south.
    pub fn choices(&self, lang: Lang) -> Vec<(String, String)> {
        choices(&self.0, lang)
    }
}

impl CompanySizes {
    /// Reads the bands; they must follow one another without a gap, from one person up.
    pub fn read(content: &Content) -> (CompanySizes, Vec<String>) {
        let (path, mut faults) = ("size/bands.toml", Vec::new());
        let bands = parse(content, path, &mut faults).map(|file: SizeFile| file.band).unwrap_or_default();
        let mut next = Some(1);
        for band in &bands {
            if next != Some(band.from) {
                faults.push(format!("{path}: {} does not begin where the one before it ends", band.key));
            }
            next = band.to.map(|to| to + 1);
        }
        if next.is_some() {
            faults.push(format!("{path}: the last band has an end"));
        }
        let size = |band: Band| Size {
            entry: Entry { code: band.key, said: Said { ja: band.ja, en: band.en } },
            from: band.from,
            to: band.to,
        };
        (CompanySizes(bands.into_iter().map(size).collect()), faults)
    }

    /// The key of the band that so many people are in.
    pub fn of(&self, people: i64) -> Option<&str> {
        let size = self.0.iter().find(|size| size.from <= people.max(1) && size.to.is_none_or(|to| people.max(1) <= to));
        size.map(|size| size.entry.code.as_str())
    }

    /// The first and last number of people of a band; no last for the largest.
    pub fn range(&self, key: &str) -> Option<(i64, Option<i64>)> {
        self.0.iter().find(|size| size.entry.code == key).map(|size| (size.from, size.to))
    }

    /// The name of a band, where the key is one.
    pub fn name(&self, key: &str, lang: Lang) -> Option<&str> {
        self.0.iter().find(|size| size.entry.code == key).map(|size| size.entry.said.to(lang))
    }
}
