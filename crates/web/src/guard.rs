//! What stands before every handler: who may send, how much, and what a browser may do with the reply.

use crate::pdf::{SANDBOX, Sandboxed};
use crate::{App, Failed, tell_problem};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use base::Problem;
use tower_http::catch_panic::CatchPanicLayer;

/// The policy: our own files only, no inline script or style, no frames, forms to ourselves.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";

/// Puts every guard around the routes, the outermost last.
pub fn shielded(routes: Router<App>, app: App) -> Router {
    let routes = routes
        .layer(DefaultBodyLimit::max(320 * 1024))
        .layer(from_fn_with_state(app.clone(), same_site))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            Failed(Problem::internal("a handler panicked")).into_response()
        }))
        .layer(from_fn_with_state(app.clone(), tell_problem))
        .layer(tower_http::compression::CompressionLayer::new())
        .layer(from_fn(headers));
    routes.with_state(app)
}

/// Refuses a change that another site's page sends in a reader's name (cross-site request forgery).
///
/// Browsers say where a request comes from: `Sec-Fetch-Site`, or at least `Origin`. A request that says neither is no
/// browser's; it is let through only without our cookie, so it acts in nobody's name.
async fn same_site(State(app): State<App>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_site(request.headers(), &app.site.origin) {
        return next.run(request).await;
    }
    Failed(Problem::refused("from-another-site")).into_response()
}

fn is_same_site(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(&HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match text(&header::ORIGIN) {
        Some(from) => {
            let host = text(&header::HOST).unwrap_or("?");
            from == origin || from.split_once("://").is_some_and(|(_, there)| there == host)
        }
        None => !headers.contains_key(header::COOKIE),
    }
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let sandboxed = response.extensions().get::<Sandboxed>().is_some();
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if sandboxed {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
        // Browsers refuse a sandboxed page that asks for a group of windows of its own.
        headers.insert("cross-origin-opener-policy", HeaderValue::from_static("unsafe-none"));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_change_things() {
        let ours = "https://portal.example.jp";
        for (headers, passes) in [
            (vec![("sec-fetch-site", "same-origin"), ("cookie", "komainu=1")], true),
            (vec![("sec-fetch-site", "none")], true),
            (vec![("sec-fetch-site", "cross-site"), ("origin", ours)], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("origin", ours), ("cookie", "komainu=1")], true),
            (vec![("origin", "http://localhost:8620"), ("host", "localhost:8620")], true),
            (vec![("origin", "https://evil.example"), ("host", "localhost:8620")], false),
            (vec![("origin", "null"), ("host", "localhost:8620")], false),
            (vec![("cookie", "komainu=1")], false),
            (vec![], true),
        ] {
            let map =
                headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
            assert_eq!(is_same_site(&map, ours), passes, "{headers:?}");
        }
    }
}
