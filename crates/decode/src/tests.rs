mod bytes;
mod json;
mod lines;
