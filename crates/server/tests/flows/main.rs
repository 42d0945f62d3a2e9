//! The stories, walked whole: the program as it is started, the pages as they are read, the files as they are written.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod content;
mod hunting;
mod program;
mod sending;
mod story;
