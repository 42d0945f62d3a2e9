//! The stories, walked whole: the program as it is started, the pages as they are read, the files as they are written.

mod content;
mod program;
mod story;
