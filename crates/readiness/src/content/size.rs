use base::Lang;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SizeFile {
    pub band: Vec<SizeBand>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TradeFile {
    #[serde(rename = "edition")]
    _edition: String,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "unverified")]
    _unverified: Vec<String>,
    pub trade: Vec<Trade>,
}

/// A band of the number of people who work at a company.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeBand {
    pub key: String,
    pub from: i64,
    /// The last band has no end.
    pub to: Option<i64>,
    pub ja: String,
    pub en: String,
}

/// A division of the Japan Standard Industrial Classification.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trade {
    pub code: String,
    pub ja: String,
    pub en: String,
}

/// What has a name in both languages.
pub trait Named {
    fn name(&self, lang: Lang) -> &str;
}

impl Named for SizeBand {
    fn name(&self, lang: Lang) -> &str {
        if lang == Lang::Ja { &self.ja } else { &self.en }
    }
}

impl Named for Trade {
    fn name(&self, lang: Lang) -> &str {
        if lang == Lang::Ja { &self.ja } else { &self.en }
    }
}

impl SizeBand {
    /// Does a number of people fall into it?
    pub fn holds(&self, employees: i64) -> bool {
        self.from <= employees && self.to.is_none_or(|to| employees <= to)
    }
}

pub(super) fn faults(sizes: &[SizeBand], faults: &mut Vec<String>) {
    let joined = sizes.windows(2).all(|pair| pair[0].to.map(|to| to + 1) == Some(pair[1].from));
    if !joined || sizes.last().is_none_or(|band| band.to.is_some()) {
        faults.push("size/bands.toml: the bands do not follow one another up to an open end".to_owned());
    }
}
