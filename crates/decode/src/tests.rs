mod bytes;
mod lines;
