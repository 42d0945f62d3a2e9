use serde::{Deserialize, Serialize};

/// The languages that every page, document, notice and error exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    Ja,
    En,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::Ja, Lang::En];

    /// The BCP 47 code, as in `<html lang>`.
    pub fn code(self) -> &'static str {
        match self {
            Lang::Ja => "ja",
            Lang::En => "en",
        }
    }

    /// The language of a code such as `ja` or `en`, or nothing.
    pub fn from_code(code: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.code() == code)
    }

    pub fn other(self) -> Lang {
        match self {
            Lang::Ja => Lang::En,
            Lang::En => Lang::Ja,
        }
    }

    /// What a browser asks for: the first of ours by weight; Japanese where it names neither.
    ///
    /// Source: RFC 9110, 12.5.4 (Accept-Language).
    pub fn from_accept_language(header: &str) -> Lang {
        let mut best = (Lang::Ja, 0.0_f32);
        for part in header.split(',').take(16) {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or("").trim().to_ascii_lowercase();
            let weight =
                pieces.find_map(|piece| piece.trim().strip_prefix("q=").map(|q| q.parse().unwrap_or(0.0))).unwrap_or(1.0);
            let primary = tag.split('-').next().unwrap_or("");
            if let Some(lang) = Lang::from_code(primary)
                && weight > best.1
            {
                best = (lang, weight);
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn the_browser_decides_and_japanese_is_the_default() {
        for (header, lang) in [
            ("", Lang::Ja),
            ("fr", Lang::Ja),
            ("en", Lang::En),
            ("en-US,en;q=0.9,ja;q=0.8", Lang::En),
            ("ja,en-US;q=0.9", Lang::Ja),
            ("fr-FR,en;q=0.3", Lang::En),
            ("en;q=nonsense", Lang::Ja),
        ] {
            assert_eq!(Lang::from_accept_language(header), lang, "{header:?}");
        }
    }
}
