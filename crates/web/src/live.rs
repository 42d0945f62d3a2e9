//! Live pages: server-sent events that say which facts were told, so that a page asks again for the pieces that changed.

use crate::{App, Failed, Member};
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use base::CompanyId;
use futures_util::{Stream, StreamExt as _, stream};
use std::convert::Infallible;
use std::time::Duration;
use tokio_stream::wrappers::BroadcastStream;

/// The stream of a company's facts, by name only: a page then fetches what it may see.
pub async fn live(State(app): State<App>, who: Member) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failed> {
    let company = who.company.clone();
    let facts = BroadcastStream::new(app.store.listen());
    let whose = company.clone();
    let events = facts.filter_map(move |told| std::future::ready(event(&company, told.ok())));
    let progress = BroadcastStream::new(app.store.listen_to_progress());
    let moved = progress.filter_map(move |told| {
        let ours = told.ok().filter(|(company, _)| *company == whose);
        std::future::ready(ours.map(|(_, word)| Ok(Event::default().event("fact").data(word))))
    });
    let events = stream::select(events, moved);
    let first = stream::once(std::future::ready(Ok(Event::default().event("hello").data("1"))));
    Ok(Sse::new(first.chain(events)).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))))
}

/// A listener that fell behind (`None`) is told to ask again for everything.
fn event(company: &CompanyId, told: Option<store::Told>) -> Option<Result<Event, Infallible>> {
    match told {
        Some((whose, _)) if whose != *company => None,
        Some((_, fact)) => Some(Ok(Event::default().event("fact").data(fact.name()))),
        None => Some(Ok(Event::default().event("fact").data("missed"))),
    }
}
