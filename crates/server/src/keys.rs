//! The key that seals exported ledgers, kept beside the data and nowhere else.

use anyhow::Context as _;
use ed25519_dalek::SigningKey;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Reads the sealing key, or makes it at the first start. Only the program's own user may read the file.
pub fn sealing(data: &Path) -> anyhow::Result<SigningKey> {
    let folder = data.join("keys");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("ledger.key");
    if !file.exists() {
        let temporary = folder.join("ledger.key.new");
        let key: [u8; 32] = rand::random();
        let mut out = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        out.write_all(hex::encode(key).as_bytes()).and_then(|()| out.sync_all())?;
        std::fs::rename(&temporary, &file)?;
        std::fs::File::open(&folder)?.sync_all()?;
    }
    let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let bytes = hex::decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    Ok(SigningKey::from_bytes(&bytes.with_context(|| format!("{} is damaged: restore it from a backup", file.display()))?))
}
