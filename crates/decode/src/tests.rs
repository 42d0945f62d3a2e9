mod bytes;
mod data;
mod hunting;
mod lines;
