//! The ledger as its company sees it: what happened, who did it, and the file that proves it.

pub mod web;
