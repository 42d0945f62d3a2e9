//! The agent: watches one machine, judges what it sees by Sigma rules, and tells the server what matters.
//!
//! Threads and blocking reads, no runtime: an idle agent sleeps in `poll`, and stays small beside a shop's own work.
//!
//! ```text
//! watch (collectors) ─ events ─▶ detect (rules, folding) ─ items ─▶ spool (durable) ─ batches ─▶ link (mutual TLS)
//! ```

mod bundle;
mod canary;
mod checks;
mod cli;
mod detect;
mod drill;
mod enrol;
mod home;
mod invitation;
mod link;
mod machine;
mod orders;
mod root;
mod run;
mod socket;
mod spool;
mod stop;
mod talk;
#[cfg(test)]
mod testing;
mod watch;
mod words;

pub use cli::{is_enrolled, main_with};
