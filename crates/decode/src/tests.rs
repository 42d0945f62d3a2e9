mod bytes;
mod formats;
mod json;
mod lines;
mod rules;
