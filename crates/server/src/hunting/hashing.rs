//! The hashes of the files that were read, for a report that somebody is to rely on.

use super::progress;
use hunt::{Course, Input, STDIN, outcome};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;

/// Each file with its SHA-256 and as many bytes as that was made of. Without a hash: what came in on standard input, what cannot
/// be read any more, and, after Ctrl-C, the rest.
pub fn hashed(inputs: Vec<Input>, course: &Course) -> Vec<outcome::Input> {
    let bar = progress::hashing(inputs.iter().map(|input| input.size).sum());
    let mut block = vec![0; BLOCK];
    let hashed = inputs.into_iter().map(|input| {
        let mut of = || sha256(&input.path, &mut block, course, &mut |bytes| bar.inc(bytes)).ok().flatten();
        let hash = if input.path.as_os_str() == STDIN || course.stopped() { None } else { of() };
        let (sha256, bytes) = hash.map_or((None, input.size), |(hash, bytes)| (Some(hash), bytes));
        outcome::Input { name: input.name, bytes, sha256 }
    });
    let hashed = hashed.collect();
    bar.finish_and_clear();
    hashed
}

/// The hash of a file and its length; nothing where it was stopped.
fn sha256(path: &Path, block: &mut [u8], course: &Course, on: &mut dyn FnMut(u64)) -> io::Result<Option<(String, u64)>> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    while !course.stopped() {
        match file.read(block) {
            Ok(0) => return Ok(Some((hex::encode(hash.finalize()), bytes))),
            Ok(read) => {
                hash.update(block.get(..read).unwrap_or_default());
                bytes += read as u64;
                on(read as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
