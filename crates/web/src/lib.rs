//! How Komainu speaks to people: the shell of every page, who is asking, forms, errors, live updates, mail.
//!
//! No word of the domain is known here. A slice hands over a title and the inside of a page; this crate puts it into the
//! reader's language and frame.

mod app;
mod asset;
mod content;
mod failed;
mod guard;
mod live;
mod mail;
mod page;
mod pdf;
mod sent;
mod session;
mod tries;
mod who;
mod words;

pub use app::{App, Shelf, Site};
pub use asset::asset;
pub use content::Content;
pub use failed::{Failed, Result, tell_problem};
pub use guard::shielded;
pub use live::live;
pub use mail::{Letter, Mail, MailFault, MailSettings};
pub use page::{Back, Page, Piece, page};
pub use pdf::{Download, download, sandboxed, saved};
pub use sent::{Sent, Upload, Uploads, line, optional_line, paragraph};
pub use session::{Session, change_role_of_sessions, end_all_sessions, end_session, open_session, sessions_of};
pub use tries::{check_tries, count_try, forget_tries};
pub use who::{Lead, Member, Owner, Reader, Role, View, Who};
pub use words::{Book, WordFault, Words};

use axum::Router;
use axum::routing::get;

/// The routes that belong to no slice: static files, the language switch, live updates.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/static/{name}", get(asset::serve))
        .route("/lang/{code}", get(page::switch_language))
        .route("/live", get(live::live))
}

#[cfg(test)]
mod tests;
