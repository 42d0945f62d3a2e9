//! Foreign formats to events: JSON lines of many writers, EVTX, syslog, auditd, journald, CSV, logs of web servers and proxies.
//!
//! Whatever the bytes are, a record is read or refused: no panic, a bound on each record, and files are never held whole.

pub mod audit;
pub mod cisco;
mod cloud;
mod columns;
mod csv;
pub mod evtx;
mod format;
pub mod journal;
pub mod json;
pub mod kind;
pub mod lines;
pub mod linux;
mod mapping;
mod names;
pub mod objects;
mod syslog;
pub mod text;
mod time;
pub mod weblog;
pub mod windows;

#[cfg(test)]
mod tests;

pub use self::time::moment;

/// Bytes of one record or line; what is longer is cut or refused.
pub const RECORD_BYTES: usize = 1 << 20;
