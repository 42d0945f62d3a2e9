//! The lesson behind each question: what it means, an example, why it matters, and a short story. For everybody.

mod web;

#[cfg(test)]
mod tests;

pub use self::web::routes;
