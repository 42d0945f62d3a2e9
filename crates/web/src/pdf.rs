use axum::http::header;
use axum::response::{IntoResponse, Response};

/// A file that the browser saves or shows.
pub struct Download {
    /// Such as `komainu-assessment-2026-04-01.pdf`: ASCII, so that every browser keeps it.
    pub name: String,
    pub kind: &'static str,
    pub bytes: Vec<u8>,
    /// Shown in the browser where it can; saved otherwise.
    pub inline: bool,
}

/// The reply that hands over a file. It is never run as a page: its kind is fixed and not to be guessed.
pub fn download(file: Download) -> Response {
    let name: String = file.name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    let how = if file.inline { "inline" } else { "attachment" };
    let headers = [
        (header::CONTENT_TYPE, file.kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("{how}; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, file.bytes).into_response()
}
