//! One way to compare without regard to case, used for rules and events alike.

/// Appends a text in lower case.
pub fn fold_into(text: &str, out: &mut Vec<u8>) {
    if text.is_ascii() {
        let start = out.len();
        out.extend_from_slice(text.as_bytes());
        if let Some(tail) = out.get_mut(start..) {
            tail.make_ascii_lowercase();
        }
        return;
    }
    let mut room = [0; 4];
    // The long s is a form of s for expressions without regard to case, so it must be one here.
    let plain = |letter: char| if letter == 'ſ' { 's' } else { letter };
    for letter in text.chars().flat_map(char::to_lowercase).map(plain) {
        out.extend_from_slice(letter.encode_utf8(&mut room).as_bytes());
    }
}

/// A text in lower case.
pub fn folded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// The letters of a field's name as names are compared: without case and without spaces (`Threat Name` is `ThreatName`).
fn letters(name: &str) -> impl Iterator<Item = u8> + '_ {
    name.bytes().filter(|byte| *byte != b' ').map(|byte| byte.to_ascii_lowercase())
}

/// A number for bytes (FNV-1a), the same on every machine.
pub fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// A number for bytes, eight at a time: quicker, and only for tables that live as long as the program.
pub fn hash_of(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut words = bytes.chunks_exact(8);
    let mut hash = bytes.len() as u64;
    for word in &mut words {
        hash = mix(hash, u64::from_le_bytes(word.try_into().unwrap_or_default()));
    }
    let mut rest = [0; 8];
    let tail = words.remainder();
    if let Some(room) = rest.get_mut(..tail.len()) {
        room.copy_from_slice(tail);
    }
    hash = mix(hash, u64::from_le_bytes(rest));
    hash ^ (hash >> 31)
}

/// A field's name as a small number, given once for all rules of a set.
pub type FieldId = u16;

/// The field names that the rules of a set use.
#[derive(Debug, Default)]
pub struct Names {
    /// As the first rule wrote it.
    names: Vec<Box<str>>,
    /// By the hash of the name's letters; a collision takes the next free hash.
    ids: std::collections::HashMap<u64, FieldId, Plain>,
}

impl Names {
    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn name(&self, id: FieldId) -> &str {
        self.names.get(usize::from(id)).map_or("", |name| name)
    }

    /// The number of a name, if any rule uses it.
    pub fn find(&self, name: &str) -> Option<FieldId> {
        let mut key = hash(letters(name));
        loop {
            let id = *self.ids.get(&key)?;
            if letters(self.name(id)).eq(letters(name)) {
                return Some(id);
            }
            key = key.wrapping_add(1);
        }
    }

    /// The number of a name, given now if it is new; `None` once there are too many names.
    pub fn intern(&mut self, name: &str) -> Option<FieldId> {
        if let Some(id) = self.find(name) {
            return Some(id);
        }
        let id = FieldId::try_from(self.names.len()).ok().filter(|id| *id < FieldId::MAX)?;
        let mut key = hash(letters(name));
        while self.ids.contains_key(&key) {
            key = key.wrapping_add(1);
        }
        self.ids.insert(key, id);
        self.names.push(name.into());
        Some(id)
    }
}

/// For keys that are hashes already.
#[derive(Debug, Clone, Default)]
pub struct Plain;

impl std::hash::BuildHasher for Plain {
    type Hasher = PlainHasher;
    fn build_hasher(&self) -> PlainHasher {
        PlainHasher(0)
    }
}

pub struct PlainHasher(u64);

impl std::hash::Hasher for PlainHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes.iter().copied());
    }
    fn write_u64(&mut self, number: u64) {
        // The low bits choose the place in the table, the high bits are compared.
        self.0 = number ^ (number >> 29);
    }
}
