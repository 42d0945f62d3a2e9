//! Getting ready: the self-assessment, the lesson behind each question, the plan that closes the gaps, the company's own
//! declaration, and the evidence that stands beside its answers.

pub mod assessment;
pub mod company;
pub mod content;
pub mod declaration;
pub mod evidence;
pub mod lesson;
pub mod plan;

pub use content::Editions;

/// Puts what this crate reads of the content on the shelf, and gives every fault in it.
pub fn fill(shelf: &mut web::Shelf, content: &web::Content) -> Vec<String> {
    let (editions, faults) = Editions::read(content);
    shelf.put(editions);
    faults
}

/// The routes of all slices of this crate.
pub fn routes() -> axum::Router<web::App> {
    assessment::routes().merge(lesson::routes()).merge(plan::routes()).merge(declaration::routes()).merge(evidence::routes())
}

/// An id or a word of an address; what is none is not there.
fn named<T: std::str::FromStr>(text: &str) -> base::Result<T> {
    text.parse().map_err(|_| base::Problem::NotFound)
}

#[cfg(test)]
mod tests;
