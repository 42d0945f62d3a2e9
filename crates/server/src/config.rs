//! The configuration: one struct, read once. The embedded mode needs no file at all.

use anyhow::Context as _;
use serde::Deserialize;
use std::path::Path;
use web::MailSettings;

/// `komainu.toml` in the data directory. Unknown keys are refused, so a misspelt one is not silently ignored.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How people reach the portal, such as `https://portal.example.jp`, where it stands behind a reverse proxy.
    pub origin: Option<String>,
    /// `postgres://…`; SQLite in the data directory if left out.
    pub database: Option<String>,
    /// How letters go out. Without it, alerts are on the pages only, and the pages say so.
    pub mail: Option<MailSettings>,
    /// Further names or addresses under which agents on other machines reach this one.
    #[serde(default)]
    pub agent_names: Vec<String>,
}

impl Config {
    /// Reads the file, or gives the defaults where there is none.
    pub fn read(file: &Path) -> anyhow::Result<Config> {
        match std::fs::read_to_string(file) {
            Ok(text) => toml::from_str(&text).with_context(|| format!("{} cannot be used", file.display())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Config::default()),
            Err(e) => Err(e).with_context(|| format!("{} cannot be read", file.display())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn a_misspelt_key_is_refused() {
        let config: Config =
            toml::from_str("origin = 'https://a.example'\n[mail]\nserver = 'mail.example'\nfrom = 'k@a.example'").expect("good");
        assert_eq!(config.mail.map(|mail| mail.port), Some(587));
        let fault = toml::from_str::<Config>("orign = 'https://a.example'").expect_err("refused");
        assert!(fault.to_string().contains("orign"), "{fault}");
    }
}
