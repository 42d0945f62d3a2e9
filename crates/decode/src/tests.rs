mod bytes;
pub(crate) mod evtx;
mod formats;
mod json;
mod lines;
mod rules;
