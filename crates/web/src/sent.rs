//! What a form sends, read with care: any bytes may come.

use crate::{App, Failed};
use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use base::Problem;
use serde::de::DeserializeOwned;

/// The fields of a form (`application/x-www-form-urlencoded`).
///
/// Refuses more than 256 KiB (`TooLarge`), bytes that are not UTF-8 such as Shift_JIS (`text-not-utf8`), and fields that
/// are missing or of another kind (`form-incomplete`).
pub struct Sent<T>(pub T);

/// The most that a form may send.
const MOST: usize = 256 * 1024;

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Failed;
    async fn from_request(request: Request, app: &App) -> Result<Sent<T>, Failed> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Problem::refused("form-incomplete").into());
        }
        let bytes = Bytes::from_request(request, app).await.map_err(|rejection| match rejection.into_response_status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
            _ => Problem::refused("form-incomplete"),
        })?;
        parse(&bytes).map(Sent).map_err(Failed)
    }
}

trait RejectionStatus {
    fn into_response_status(self) -> StatusCode;
}

impl RejectionStatus for axum::extract::rejection::BytesRejection {
    fn into_response_status(self) -> StatusCode {
        self.status()
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> base::Result<T> {
    if bytes.len() > MOST {
        return Err(Problem::TooLarge);
    }
    if !decodes(bytes) {
        return Err(Problem::refused("text-not-utf8"));
    }
    let bytes = Bytes::copy_from_slice(bytes);
    let fields = url::form_urlencoded::parse(&bytes);
    T::deserialize(serde_html_form::Deserializer::new(fields)).map_err(|_| Problem::refused("form-incomplete"))
}

/// Is every field, once percent-decoded, UTF-8? The decoder itself would quietly put U+FFFD in place of each wrong byte.
fn decodes(bytes: &[u8]) -> bool {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        let hex = |byte: u8| char::from(byte).to_digit(16);
        let ahead = rest.as_slice();
        match (byte, ahead) {
            (b'%', [high, low, ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                let value = hex(*high).unwrap_or(0) * 16 + hex(*low).unwrap_or(0);
                plain.push(u8::try_from(value).unwrap_or(0));
                rest = ahead.get(2..).unwrap_or_default().iter();
            }
            _ => plain.push(byte),
        }
    }
    std::str::from_utf8(&plain).is_ok()
}

/// Files that are sent along with a form (`multipart/form-data`), one after another, piece by piece as they arrive.
pub struct Uploads {
    form: Multipart,
    /// How much the browser says that it sends in all.
    pub announced: Option<u64>,
}

/// One file of a form.
pub struct Upload<'u> {
    /// Without slashes and control characters; at most 200 letters. Empty where the field is no file.
    pub name: String,
    field: Field<'u>,
}

impl FromRequest<App> for Uploads {
    type Rejection = Failed;
    async fn from_request(request: Request, app: &App) -> Result<Uploads, Failed> {
        let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let form = Multipart::from_request(request, app).await.map_err(|_| Problem::refused("form-incomplete"))?;
        Ok(Uploads { form, announced })
    }
}

impl Uploads {
    /// The next field; `form-incomplete` where the form breaks off.
    pub async fn next(&mut self) -> base::Result<Option<Upload<'_>>> {
        let Some(field) = self.form.next_field().await.map_err(broken)? else { return Ok(None) };
        let name = field.file_name().unwrap_or_default();
        let name = name.chars().filter(|c| !c.is_control() && !"/\\".contains(*c)).take(200).collect();
        Ok(Some(Upload { name, field }))
    }
}

impl Upload<'_> {
    /// The next piece of the file; nothing at its end. `form-incomplete` where it breaks off.
    pub async fn piece(&mut self) -> base::Result<Option<Bytes>> {
        self.field.chunk().await.map_err(broken)
    }

    /// Reads what is left, up to so many bytes, and throws it away: a browser reads a reply only when all is sent.
    pub async fn discard(mut self, most: u64) {
        let mut left = most;
        while let Ok(Some(piece)) = self.piece().await {
            left = left.saturating_sub(piece.len() as u64);
            if left == 0 {
                return;
            }
        }
    }
}

fn broken(error: MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        _ => Problem::refused("form-incomplete"),
    }
}

/// One line of text: trimmed, at most so many characters, no control characters. Else the code of what is wrong:
/// `empty`, `too-long`, `control-characters`.
pub fn line(text: &str, most: usize) -> Result<String, &'static str> {
    match optional_line(text, most)? {
        text if text.is_empty() => Err("empty"),
        text => Ok(text),
    }
}

/// A line that may be empty.
pub fn optional_line(text: &str, most: usize) -> Result<String, &'static str> {
    let text = text.trim();
    if text.chars().count() > most {
        Err("too-long")
    } else if text.chars().any(|c| c.is_control() || is_invisible(c)) {
        Err("control-characters")
    } else {
        Ok(text.to_owned())
    }
}

/// Text of several lines, with the same bounds; it may be empty. Line ends become `\n`.
pub fn paragraph(text: &str, most: usize) -> Result<String, &'static str> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if text.chars().count() > most {
        Err("too-long")
    } else if text.chars().any(|c| (c.is_control() && c != '\n' && c != '\t') || is_invisible(c)) {
        Err("control-characters")
    } else {
        Ok(text.to_owned())
    }
}

/// Characters that change how others are read without being seen: direction overrides and the byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug, PartialEq)]
    struct Form {
        name: String,
        #[serde(default)]
        tick: Vec<String>,
    }

    #[test]
    fn any_bytes_give_fields_or_a_reason() {
        let code = |bytes: &[u8]| parse::<Form>(bytes).map_err(|problem| problem.code());
        assert_eq!(
            code("name=%E7%8B%9B%E7%8A%AC+a&tick=1&tick=2".as_bytes()),
            Ok(Form { name: "狛犬 a".into(), tick: vec!["1".into(), "2".into()] })
        );
        assert_eq!(code(b"name=%8D%9D%8C%A2"), Err("text-not-utf8"), "Shift_JIS, encoded");
        assert_eq!(code(b"name=\x8d\x9d"), Err("text-not-utf8"), "Shift_JIS, raw");
        assert_eq!(code(b"other=1"), Err("form-incomplete"));
        assert_eq!(code(b"name=%"), Ok(Form { name: "%".into(), tick: vec![] }));
        assert_eq!(code(&vec![b'a'; MOST + 1]), Err("too-large"));
    }

    #[test]
    fn lines_are_trimmed_and_bounded() {
        assert_eq!(line(" 狛犬 ", 2), Ok("狛犬".to_owned()));
        assert_eq!(line("狛犬屋", 2), Err("too-long"));
        assert_eq!(line("  ", 2), Err("empty"));
        assert_eq!(line("a\0b", 9), Err("control-characters"));
        assert_eq!(line("a\u{202e}b", 9), Err("control-characters"));
        assert_eq!(paragraph("a\r\nb\tc", 9), Ok("a\nb\tc".to_owned()));
        assert_eq!(paragraph("a\u{1b}[31m", 99), Err("control-characters"));
    }
}
