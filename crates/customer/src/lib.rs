//! Who we protect: the company and its sites, its people, how they sign in, each one's own account, and the devices.

pub mod account;
pub mod company;
pub mod device;
mod form;
pub mod people;
pub mod setup;
pub mod sign_in;
#[cfg(test)]
mod trials;

use axum::Router;
use web::{App, Content, Shelf};

/// The pages of all slices of this crate.
pub fn routes() -> Router<App> {
    Router::new()
        .merge(setup::routes())
        .merge(company::routes())
        .merge(people::routes())
        .merge(sign_in::routes())
        .merge(account::routes())
        .merge(device::routes())
}

/// Puts the content of these slices on the shelf; every fault of it, for the content check.
pub fn fill(shelf: &mut Shelf, content: &Content) -> Vec<String> {
    let (trades, mut faults) = company::Trades::read(content);
    shelf.put(trades);
    let (prefectures, more) = company::Prefectures::read(content);
    shelf.put(prefectures);
    faults.extend(more);
    let (sizes, more) = company::CompanySizes::read(content);
    shelf.put(sizes);
    faults.extend(more);
    let (passwords, more) = sign_in::Passwords::read(content);
    shelf.put(passwords);
    faults.extend(more);
    faults
}
