mod bytes;
pub(crate) mod evtx;
mod lines;
