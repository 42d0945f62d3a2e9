use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base::Problem;
use std::path::Path;
use tokio::io::AsyncReadExt as _;

/// A file that the browser saves or shows.
pub struct Download {
    /// Such as `komainu-assessment-2026-04-01.pdf`: ASCII, so that every browser keeps it.
    pub name: String,
    pub kind: &'static str,
    pub bytes: Vec<u8>,
    /// Shown in the browser where it can; saved otherwise.
    pub inline: bool,
}

/// Marks a reply that holds a document of foreign making.
#[derive(Clone, Copy)]
pub(crate) struct Sandboxed;

/// The policy of such a document: it runs nothing, loads nothing, sends nothing, and stands for no site; only its own
/// styles count.
pub(crate) const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; \
                                  base-uri 'none'; frame-ancestors 'none'";

/// Shows a whole HTML document that was not written by a template of these pages. Whatever is in it, nothing of it runs.
pub fn sandboxed(html: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    let mut response = (headers, html).into_response();
    response.extensions_mut().insert(Sandboxed);
    response
}

/// Hands over a file of any size to be saved, piece by piece, never whole in memory. Only ASCII of the name is told.
pub async fn saved(path: &Path, name: &str, kind: &'static str) -> base::Result<Response> {
    let file = tokio::fs::File::open(path).await.map_err(|_| Problem::NotFound)?;
    let length = file.metadata().await.map_err(Problem::internal)?.len();
    let pieces = futures_util::stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then_some((piece, file)))
    });
    let download = Download { name: name.to_owned(), kind, bytes: Vec::new(), inline: false };
    let mut response = download_head(&download).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    *response.body_mut() = Body::from_stream(pieces);
    Ok(response)
}

/// Bytes that are read at once.
const PIECE: usize = 1 << 16;

/// The reply that hands over a file. It is never run as a page: its kind is fixed and not to be guessed.
pub fn download(file: Download) -> Response {
    (download_head(&file), file.bytes).into_response()
}

fn download_head(file: &Download) -> [(header::HeaderName, String); 3] {
    let name: String = file.name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    let how = if file.inline { "inline" } else { "attachment" };
    [
        (header::CONTENT_TYPE, file.kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("{how}; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ]
}
