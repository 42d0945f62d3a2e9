use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// What an invitation line says: where the server is, how to know it, and a code that works once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Invitation {
    pub url: String,
    /// SHA-256 of the certificate (DER) of the server's own authority, hex.
    pub authority_sha256: String,
    pub code: String,
}

/// The line is not an invitation, or was cut or changed while it was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an invitation line: it begins with komainu1. and is copied whole")]
pub struct NotAnInvitation;

impl Invitation {
    /// Reads `komainu1.<base64url of JSON>`; spaces and line breaks around it are no fault.
    pub fn read(line: &str) -> Result<Invitation, NotAnInvitation> {
        let line = line.trim();
        if line.len() > 8 * 1024 {
            return Err(NotAnInvitation);
        }
        let text = line.strip_prefix("komainu1.").ok_or(NotAnInvitation)?;
        let json = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| NotAnInvitation)?;
        let invitation: Invitation = serde_json::from_slice(&json).map_err(|_| NotAnInvitation)?;
        let hash_fits = hex::decode(&invitation.authority_sha256).is_ok_and(|hash| hash.len() == 32);
        if !hash_fits || !invitation.url.starts_with("https://") || invitation.code.is_empty() {
            return Err(NotAnInvitation);
        }
        Ok(Invitation { url: invitation.url.trim_end_matches('/').to_owned(), ..invitation })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(json: &str) -> String {
        format!("komainu1.{}", URL_SAFE_NO_PAD.encode(json))
    }

    #[test]
    fn only_a_whole_line_is_an_invitation() {
        let hash = "ab".repeat(32);
        let good = line(&format!(r#"{{"url":"https://localhost:8621/","authority_sha256":"{hash}","code":"c1"}}"#));
        let read = Invitation::read(&format!("  {good}\n")).expect("good");
        assert_eq!((read.url.as_str(), read.code.as_str()), ("https://localhost:8621", "c1"));
        let mut bad =
            vec![String::new(), "komainu1.".into(), good[..good.len() - 9].into(), good.replace("komainu1", "komainu2")];
        bad.push(line(&format!(r#"{{"url":"http://localhost","authority_sha256":"{hash}","code":"c1"}}"#)));
        bad.push(line(r#"{"url":"https://localhost","authority_sha256":"abcd","code":"c1"}"#));
        bad.push(line(&format!(r#"{{"url":"https://localhost","authority_sha256":"{hash}","code":""}}"#)));
        bad.push("x".repeat(1 << 20));
        for bad in bad {
            assert_eq!(Invitation::read(&bad), Err(NotAnInvitation), "{bad:.60}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = Invitation::read(&text);
            let _ = Invitation::read(&format!("komainu1.{text}"));
            let _ = Invitation::read(&line(&text));
        }
    }
}
