//! When it happens: what agents send becomes alerts, and what people make of them becomes incidents.
//!
//! intake takes what agents say · detection holds the rules and their texts · alert folds findings · incident is a case
//! that a person opened · help is the big button · recording has files of an incident looked through.

pub mod alert;
pub mod detection;
pub mod help;
pub mod incident;
pub mod intake;
pub mod recording;

#[cfg(test)]
mod testing;

/// The pages of all slices of this crate.
pub fn routes() -> axum::Router<web::App> {
    alert::routes().merge(incident::routes()).merge(help::routes()).merge(recording::routes())
}

/// Puts what this crate reads of the content on the shelf, and gives every fault in it.
pub fn fill(shelf: &mut web::Shelf, content: &web::Content) -> Vec<String> {
    let (rules, mut faults) = detection::Rules::read(content);
    shelf.put(rules.titles());
    shelf.put(rules);
    let (help, more) = help::Help::read(content);
    shelf.put(help);
    shelf.put(recording::Judging::read(content));
    shelf.put(recording::Taking::default());
    faults.extend(more);
    let mut faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    faults.extend(detection::text_faults(content));
    faults
}

/// Adds the packs of others' rules to what is on the shelf: their rules go to agents and are hunted by, their texts go to
/// pages and letters.
///
/// Gives what of them cannot be used; unlike a fault of our own content, that is no reason not to start.
pub fn fill_packs(shelf: &mut web::Shelf, content: &web::Content, packs: &[pack::Pack]) -> Vec<String> {
    if packs.is_empty() {
        return Vec::new();
    }
    let (mut rules, _) = detection::Rules::read(content);
    let mut faults = rules.add_packs(packs, content);
    shelf.put(rules.titles());
    shelf.put(rules);
    let (judging, more) = recording::Judging::with_packs(content, packs);
    shelf.put(judging);
    faults.extend(more);
    faults.iter().map(ToString::to_string).collect()
}
