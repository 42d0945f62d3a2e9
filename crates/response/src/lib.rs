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

/// Puts what this crate reads of the content on the shelf, and gives every fault in it.
pub fn fill(shelf: &mut web::Shelf, content: &web::Content) -> Vec<String> {
    let (rules, mut faults) = detection::Rules::read(content);
    shelf.put(rules.titles());
    shelf.put(rules);
    let (help, more) = help::Help::read(content);
    shelf.put(help);
    faults.extend(more);
    faults.iter().map(ToString::to_string).collect()
}
