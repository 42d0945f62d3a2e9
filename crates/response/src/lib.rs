//! When it happens: what agents send becomes alerts, and what people make of them becomes incidents.
//!
//! intake takes what agents say · detection holds the rules and their texts · alert folds findings · incident is a case
//! that a person opened · help is the big button.

pub mod alert;
pub mod detection;
pub mod help;
pub mod incident;
pub mod intake;

#[cfg(test)]
mod testing;

/// The pages of all slices of this crate.
pub fn routes() -> axum::Router<web::App> {
    alert::routes().merge(incident::routes()).merge(help::routes())
}
