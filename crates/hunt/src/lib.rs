//! The hunt: rules over files and folders, on all cores, and what is told of it.
//!
//! Files are read in blocks (`cut`), blocks are judged by as many threads as there are cores (`crew`), and what they find is
//! put in the order of time (`sorted`) before it is told. Nothing is ever held whole but one block a thread.

mod about;
pub mod attack;
mod blocks;
mod catch;
mod choice;
mod correlating;
mod course;
mod crew;
mod desk;
mod exclude;
mod follow;
mod kept;
mod lines;
pub mod outcome;
mod packed;
mod queue;
pub mod report;
mod resume;
mod rules;
mod run;
mod sorted;
mod source;
pub mod sums;
mod walk;
mod watch;
mod when;

#[cfg(test)]
mod tests;

pub use about::{Bounds, Options, Report, Summary, Verdict};
pub use catch::Catch;
pub use choice::Choice;
pub use course::{Course, SoFar};
pub use exclude::{Exclusion, Exclusions};
pub use lines::{write_csv, write_csv_head, write_jsonl};
pub use outcome::{Gatherer, Made, Outcome};
pub use resume::begun;
pub use rules::{Checked, mark, rules_check, rules_of};
pub use run::Hunt;
pub use walk::{Input, STDIN, inputs};
pub use when::{DayEdge, moment};

use sigma::Rules;
use std::path::PathBuf;
use std::sync::Arc;

/// Goes through files and folders, and calls `on` for each finding, in the order of time. What cannot be read is told in the
/// summary and passed over. The simple form of [`Hunt`].
pub fn hunt(paths: &[PathBuf], rules: Arc<Rules>, options: &Options, on: &mut dyn FnMut(Report)) -> Summary {
    Hunt::new(rules, options.clone()).over(paths, &mut |catch| on(catch.report()))
}
