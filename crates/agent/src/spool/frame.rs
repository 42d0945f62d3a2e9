use sha2::{Digest, Sha256};

/// A record on disk: length, checksum, sequence number, bytes. What a crash tore off is recognised and cut.
///
/// ```text
/// u32 length of the bytes · 8 bytes of SHA-256(sequence number, bytes) · u64 sequence number · the bytes
/// ```
pub const HEAD: usize = 20;

/// No record is larger; a length above it is damage.
pub const MOST: usize = 4 * 1024 * 1024;

/// Appends one record to a buffer.
pub fn put(into: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    into.extend_from_slice(&length.to_le_bytes());
    into.extend_from_slice(&sum(number, bytes));
    into.extend_from_slice(&number.to_le_bytes());
    into.extend_from_slice(bytes);
}

/// The record at the start of `from`, and how many bytes it takes; nothing where it is torn or damaged.
pub fn take(from: &[u8]) -> Option<(u64, &[u8], usize)> {
    let head = from.get(..HEAD)?;
    let length = usize::try_from(u32::from_le_bytes(head[..4].try_into().ok()?)).ok()?;
    if length > MOST {
        return None;
    }
    let number = u64::from_le_bytes(head[12..20].try_into().ok()?);
    let bytes = from.get(HEAD..HEAD + length)?;
    (sum(number, bytes) == head[4..12]).then_some((number, bytes, HEAD + length))
}

/// All whole records from the start, and where they end.
pub fn all(from: &[u8]) -> (Vec<(u64, &[u8])>, usize) {
    let (mut records, mut end) = (Vec::new(), 0);
    while let Some((number, bytes, taken)) = take(&from[end..]) {
        records.push((number, bytes));
        end += taken;
    }
    (records, end)
}

fn sum(number: u64, bytes: &[u8]) -> [u8; 8] {
    let digest = Sha256::new().chain_update(number.to_le_bytes()).chain_update(bytes).finalize();
    let mut sum = [0; 8];
    sum.copy_from_slice(&digest[..8]);
    sum
}
