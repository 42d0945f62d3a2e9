//! Where things are kept: rows and facts in SQLite or PostgreSQL, files in a directory.
//!
//! The only crate that names a database. A [`Tx`] belongs to one company and binds `$1` of every statement to it; what
//! must look across companies (sign-in, enrolment, jobs) uses [`AllTx`], which says so by its name.

mod backup;
mod blobs;
mod conn;
mod job;
mod ledger;
mod open;
mod row;
mod tx;
mod value;

pub use backup::{BackupFault, Restored};
pub use blobs::{Arrived, Arriving, Blobs};
pub use job::Claimed;
pub use ledger::{Actor, Entry, Seal, Sealed, Verified, VerifyFault, verify};
pub use open::{OpenFault, Place, Store};
pub use row::{Column, Record, Row};
pub use tx::{AllTx, Told, Tx};
pub use value::{ToValue, Value};

#[cfg(test)]
mod tests;
