//! The words every part of Komainu shares: ids, time, money, facts, problems. No input or output.

mod clock;
mod fact;
mod id;
mod lang;
mod money;
mod number;
mod problem;
mod said;
mod time;

pub use clock::Clock;
pub use fact::{Fact, Job};
pub use id::*;
pub use lang::Lang;
pub use money::Yen;
pub use number::thousands;
pub use problem::{Problem, Result};
pub use said::Said;
pub use time::{Day, Moment};
