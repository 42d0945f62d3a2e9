//! The first page: for a member how the company stands today, for a stranger what this is.

pub mod web;
