//! What an agent is told when something cannot be done: `application/problem+json` (RFC 9457), in English.

use super::Inner;
use ::web::Words;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base::{Lang, Problem};
use std::sync::Arc;

/// Why an agent's request was not carried out.
#[derive(Debug)]
pub enum Refusal {
    /// There is no client certificate, or none of ours.
    NoCertificate,
    /// The device of this certificate is no longer watched.
    Retired,
    /// The batch names another device than the certificate.
    Forged,
    /// Numbers are missing before those that were sent; everything up to `up_to` is here.
    Gap {
        up_to: u64,
    },
    /// What was sent is no JSON of the kind that belongs here.
    Unreadable(String),
    /// The items do not count up by one.
    Disorder,
    /// More than 500 items at once.
    TooMany,
    /// The certificate signing request cannot be signed.
    NotSignable,
    Problem(Problem),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal::Problem(problem)
    }
}

impl Refusal {
    fn code(&self) -> &'static str {
        match self {
            Refusal::NoCertificate => "no-certificate",
            Refusal::Retired => "retired",
            Refusal::Forged => "forged",
            Refusal::Gap { .. } => "gap",
            Refusal::Unreadable(_) => "unreadable",
            Refusal::Disorder => "disorder",
            Refusal::TooMany => "too-many-items",
            Refusal::NotSignable => "not-signable",
            Refusal::Problem(problem) => problem.code(),
        }
    }

    fn status(&self) -> u16 {
        match self {
            Refusal::NoCertificate => 401,
            Refusal::Retired | Refusal::Forged => 403,
            Refusal::Gap { .. } => 409,
            Refusal::Unreadable(_) => 400,
            Refusal::Disorder | Refusal::NotSignable => 422,
            Refusal::TooMany => 413,
            Refusal::Problem(problem) => problem.status(),
        }
    }

    fn detail(&self, w: &Words) -> String {
        match self {
            Refusal::Problem(Problem::TooMany { until }) => w.n("problem-too-many", "until", w.moment(*until)),
            Refusal::Problem(problem) => w.t(&format!("problem-{}", problem.code())),
            Refusal::Unreadable(why) => w.n("problem-intake-unreadable", "why", why.as_str()),
            Refusal::Gap { up_to } => w.n("problem-intake-gap", "number", up_to.to_string()),
            other => w.t(&format!("problem-intake-{}", other.code())),
        }
    }
}

impl IntoResponse for Refusal {
    /// The bare status; [`tell`] puts it into words.
    fn into_response(self) -> Response {
        let mut response = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Middleware: puts every refusal, also the router's own, into words.
pub async fn tell(State(inner): State<Arc<Inner>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let refusal = match (response.extensions().get::<Arc<Refusal>>(), response.status()) {
        (Some(refusal), _) => refusal.clone(),
        (None, status) if status.as_u16() < 400 => return response,
        (None, StatusCode::PAYLOAD_TOO_LARGE) => Arc::new(Problem::TooLarge.into()),
        (None, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) => Arc::new(Problem::NotFound.into()),
        (None, status) if status.is_client_error() => Arc::new(Refusal::Unreadable(status.to_string())),
        (None, status) => Arc::new(Problem::internal(format!("a reply with status {status}")).into()),
    };
    if let Refusal::Problem(Problem::Internal { cause }) = &*refusal {
        tracing::error!(path, "{path}: {cause}");
    }
    let w = Words::new(inner.app.words.clone(), Lang::En);
    let up_to = match &*refusal {
        Refusal::Gap { up_to } => Some(*up_to),
        _ => None,
    };
    let body = serde_json::json!({
        "type": format!("https://komainu.example/problems/{}", refusal.code()),
        "title": w.t(&format!("intake-title-{}", refusal.status())),
        "status": refusal.status(),
        "detail": refusal.detail(&w),
        "code": refusal.code(),
        "up_to": up_to,
    });
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
    if let Refusal::Problem(Problem::TooMany { until }) = &*refusal {
        let seconds = until.since(inner.app.store.clock().now()).max(1_000) / 1_000;
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}
