//! The stories, walked whole.
