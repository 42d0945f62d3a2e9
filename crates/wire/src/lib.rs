//! What an agent and a server say to each other. Types only; the words are JSON over mutual TLS.

mod bundle;
mod event;
mod talk;

pub use bundle::{Bundle, Order, OrderKind, RuleFile, SignatureWrong, Signed, VerifyingKey, sign};
pub use event::{Event, Source};
pub use talk::{
    Accepted, Answered, Batch, Body, Collector, CollectorState, Enrolled, Enrolment, Finding, Heartbeat, Item, Machine, Matched,
    Observation, Observed,
};
