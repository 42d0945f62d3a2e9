//! The chunks that EVTX files are made of, taken apart and put together into larger files.
//!
//! Format: libyal's "Windows XML Event Log (EVTX) format"; a file is a head of 4,096 bytes and chunks of 64 KiB that each
//! hold all that their records need.

/// Bytes of a chunk.
pub const CHUNK: usize = 64 << 10;
/// Bytes of a file's head.
pub const FILE_HEAD: usize = 4096;
/// Where a chunk's records begin.
const RECORDS: usize = 512;
/// A chunk is full when no more than this is free in it.
const FREE: usize = 8 << 10;

/// The chunks of a file that are full of whole records.
pub fn full(file: &[u8]) -> Vec<Vec<u8>> {
    let chunks = file.get(FILE_HEAD..).unwrap_or_default().chunks_exact(CHUNK);
    chunks.filter(|chunk| records(chunk).is_some() && end(chunk) >= CHUNK - FREE).map(<[u8]>::to_vec).collect()
}

/// Where each record of a chunk begins; `None` if the chunk is damaged.
fn records(chunk: &[u8]) -> Option<Vec<usize>> {
    let end = end(chunk);
    if chunk.len() != CHUNK || !chunk.starts_with(b"ElfChnk\0") || end > CHUNK {
        return None;
    }
    let (mut at, mut found) = (RECORDS, Vec::new());
    while at < end {
        let size = u32_at(chunk, at + 4)? as usize;
        if chunk.get(at..at + 4)? != [0x2a, 0x2a, 0, 0] || size < 28 || at + size > end {
            return None;
        }
        found.push(at);
        at += size;
    }
    (at == end && !found.is_empty()).then_some(found)
}

/// Where the free room of a chunk begins.
fn end(chunk: &[u8]) -> usize {
    u32_at(chunk, 48).map_or(0, |end| end as usize)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn put<const N: usize>(bytes: &mut [u8], at: usize, value: [u8; N]) {
    if let Some(room) = bytes.get_mut(at..at + N) {
        room.copy_from_slice(&value);
    }
}

/// Numbers the records of a whole chunk from `first` on and mends its checksums. Gives the number that comes next.
pub fn number(chunk: &mut [u8], first: u64) -> u64 {
    let mut next = first;
    for at in records(chunk).unwrap_or_default() {
        put(chunk, at + 8, next.to_le_bytes());
        next += 1;
    }
    let last = next.saturating_sub(1);
    for (at, value) in [(8, first), (16, last), (24, first), (32, last)] {
        put(chunk, at, value.to_le_bytes());
    }
    let data = crc32fast::hash(&chunk[RECORDS..end(chunk)]);
    put(chunk, 52, data.to_le_bytes());
    let mut head = crc32fast::Hasher::new();
    head.update(&chunk[..120]);
    head.update(&chunk[128..RECORDS]);
    let head = head.finalize();
    put(chunk, 124, head.to_le_bytes());
    next
}

/// The head of a cleanly closed file with so many chunks; `next` is the number that the next record would have.
pub fn file_head(chunks: u16, next: u64) -> Vec<u8> {
    let mut head = vec![0; FILE_HEAD];
    put(&mut head, 0, *b"ElfFile\0");
    put(&mut head, 16, u64::from(chunks.saturating_sub(1)).to_le_bytes());
    put(&mut head, 24, next.to_le_bytes());
    put(&mut head, 32, 128_u32.to_le_bytes());
    put(&mut head, 36, 1_u16.to_le_bytes());
    put(&mut head, 38, 3_u16.to_le_bytes());
    put(&mut head, 40, 4096_u16.to_le_bytes());
    put(&mut head, 42, chunks.to_le_bytes());
    let sum = crc32fast::hash(&head[..120]);
    put(&mut head, 124, sum.to_le_bytes());
    head
}
