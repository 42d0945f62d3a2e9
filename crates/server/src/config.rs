//! The configuration: one struct, read once. The embedded mode needs no file at all.

use anyhow::Context as _;
use response::recording::Limits;
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
    /// What files of incidents may take up, and how much of this machine a hunt through them.
    #[serde(default)]
    pub recordings: Recordings,
}

/// `[recordings]` of the configuration. What is left out stays as it is by default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recordings {
    /// Megabytes of one file; 2048 if left out.
    pub file_mb: Option<u64>,
    /// Megabytes of all files and reports of a company; 20480 if left out.
    pub company_mb: Option<u64>,
    /// Threads of a hunt; one less than there are cores if left out.
    pub threads: Option<usize>,
    /// Hunts at the same time; one if left out.
    pub at_once: Option<usize>,
}

impl Recordings {
    pub fn limits(&self) -> Limits {
        let own = Limits::default();
        let bytes = |megabytes: Option<u64>, own: u64| megabytes.map_or(own, |n| n.saturating_mul(1 << 20));
        Limits {
            file: bytes(self.file_mb, own.file),
            company: bytes(self.company_mb, own.company),
            unpacked: own.unpacked,
            threads: self.threads.unwrap_or(own.threads).max(1),
            at_once: self.at_once.unwrap_or(own.at_once).max(1),
        }
    }
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
