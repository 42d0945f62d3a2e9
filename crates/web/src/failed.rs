//! Problems as replies: a page with a way onward for people, `application/problem+json` (RFC 9457) for programs.

use crate::page::Frame;
use crate::{App, Role, View, session};
use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base::Problem;
use std::sync::Arc;

/// A problem on its way out of a handler.
#[derive(Debug)]
pub struct Failed(pub Problem);

pub type Result<T> = std::result::Result<T, Failed>;

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Failed {
        Failed(problem)
    }
}

impl From<askama::Error> for Failed {
    fn from(error: askama::Error) -> Failed {
        Failed(Problem::internal(error))
    }
}

impl IntoResponse for Failed {
    /// The bare status; [`tell_problem`] puts it into words, since only it knows the reader.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Show<'a> {
    w: &'a crate::Words,
    title: String,
    detail: String,
    fields: Vec<String>,
    reference: Option<String>,
    signed_in: bool,
}

/// Middleware: puts every problem into the reader's words.
pub async fn tell_problem(State(app): State<App>, request: Request, next: Next) -> Response {
    let (headers, method) = (request.headers().clone(), request.method().clone());
    let here = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let response = next.run(request).await;
    let problem = match (response.extensions().get::<Arc<Problem>>(), response.status()) {
        (Some(problem), _) => problem.clone(),
        (None, status)
            if status.as_u16() < 400 || response.headers().contains_key(header::CONTENT_TYPE) && is_ours(&response) =>
        {
            return response;
        }
        (None, StatusCode::PAYLOAD_TOO_LARGE) => Arc::new(Problem::TooLarge),
        (None, StatusCode::NOT_FOUND) => Arc::new(Problem::NotFound),
        // A path that holds no id where one belongs, such as /devices/x, leads nowhere.
        (None, StatusCode::BAD_REQUEST) if method == Method::GET && !here.contains('?') => Arc::new(Problem::NotFound),
        (None, StatusCode::METHOD_NOT_ALLOWED) => Arc::new(Problem::refused("not-this-way")),
        (None, status) if status.is_client_error() => Arc::new(Problem::refused("form-incomplete")),
        (None, status) => Arc::new(Problem::internal(format!("a reply with status {status}"))),
    };
    put_into_words(&app, &headers, &method, &here, &problem, response.headers()).await
}

/// Did a slice write this reply itself (a form shown again with its faults)?
fn is_ours(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    kind.starts_with("text/html") || kind.starts_with("application/problem+json")
}

async fn put_into_words(
    app: &App,
    headers: &HeaderMap,
    method: &Method,
    here: &str,
    problem: &Problem,
    kept: &HeaderMap,
) -> Response {
    let reference = matches!(problem, Problem::Internal { .. }).then(|| hex::encode(rand::random::<[u8; 4]>()));
    if let (Problem::Internal { cause }, Some(reference)) = (problem, &reference) {
        // Without the query: the answers of a public assessment stand in it.
        let path = here.split('?').next().unwrap_or(here);
        tracing::error!(reference, path, "{reference}: {cause}");
    }
    let role: Option<Role> = session::current(headers, app).await.ok().flatten().map(|session| session.role);
    let view = View::of(app, headers, here, role);
    let api = here.starts_with("/api/") || accepts_only_json(headers);
    if matches!(problem, Problem::SignInFirst) && !api && !headers.contains_key("hx-request") {
        let back = if method == Method::GET { here } else { "/" };
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("back", back).finish();
        return Redirect::to(&format!("/sign-in?{query}")).into_response();
    }
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = if api { as_json(&view, problem, reference) } else { as_page(&view, problem, reference) };
    *reply.status_mut() = status;
    if let Some(cookie) = kept.get(header::SET_COOKIE) {
        reply.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    if let Problem::TooMany { until } = problem {
        let seconds = (until.since(view.now()) / 1000).max(1);
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

fn accepts_only_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("");
    accept.contains("json") && !accept.contains("text/html")
}

fn detail(view: &View, problem: &Problem) -> String {
    let key = format!("problem-{}", problem.code());
    match problem {
        Problem::Refused { args, .. } => view.w.with(&key, args),
        Problem::TooMany { until } => view.w.n(&key, "until", view.w.moment(*until)),
        _ => view.w.t(&key),
    }
}

fn fields(view: &View, problem: &Problem) -> Vec<(&'static str, String)> {
    match problem {
        Problem::Invalid { fields } => fields.iter().map(|(field, why)| (*field, view.w.t(&format!("fault-{why}")))).collect(),
        _ => Vec::new(),
    }
}

fn as_json(view: &View, problem: &Problem, reference: Option<String>) -> Response {
    let fields: serde_json::Map<String, serde_json::Value> =
        fields(view, problem).into_iter().map(|(field, why)| (field.to_owned(), why.into())).collect();
    let body = serde_json::json!({
        "type": format!("https://komainu.example/problems/{}", problem.code()),
        "title": view.w.t(&format!("problem-title-{}", problem.status())),
        "status": problem.status(),
        "detail": detail(view, problem),
        "code": problem.code(),
        "fields": fields,
        "reference": reference,
    });
    ([(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

fn as_page(view: &View, problem: &Problem, reference: Option<String>) -> Response {
    let title = view.w.t(&format!("problem-title-{}", problem.status()));
    let field_name =
        |field: &str| if view.w.has(&format!("field-{field}")) { view.w.t(&format!("field-{field}")) } else { field.to_owned() };
    let show = Show {
        w: &view.w,
        title: title.clone(),
        detail: detail(view, problem),
        fields: fields(view, problem).into_iter().map(|(field, why)| format!("{}: {why}", field_name(field))).collect(),
        reference,
        signed_in: view.role.is_some(),
    };
    match show.render().map_err(Problem::internal).and_then(|inside| Frame::render(view, &title, &inside)) {
        Ok(html) => html.into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
