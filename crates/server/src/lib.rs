//! The `komainu` program: configuration, wiring, jobs, and the pages that look over all slices.

pub mod cli;
pub mod config;
mod home;
pub mod hunting;
pub mod jobs;
mod keys;
mod ledger;
mod locked;
pub mod rules;
pub mod up;
pub mod wiring;
