mod bytes;
mod evtx;
mod lines;
