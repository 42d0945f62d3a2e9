use base::{CompanyId, Problem, Result};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Files of companies, named by the SHA-256 of their content, each company in a folder of its own.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
}

impl Blobs {
    pub(crate) fn at(root: PathBuf) -> std::io::Result<Blobs> {
        std::fs::create_dir_all(&root)?;
        Ok(Blobs { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Keeps a file durably and gives its SHA-256 in hex. The same content twice is kept once.
    ///
    /// `NoRoom` where the disk is full; then nothing was kept.
    pub async fn put(&self, company: &CompanyId, bytes: Vec<u8>) -> Result<String> {
        let name = hex::encode(Sha256::digest(&bytes));
        let path = self.path(company, &name)?;
        let work = move || -> std::io::Result<String> {
            if path.exists() {
                return Ok(name);
            }
            let folder = path.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&bytes)?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|e| e.error)?;
            std::fs::File::open(folder)?.sync_all()?;
            Ok(name)
        };
        let done = tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?;
        done.map_err(|e| {
            tracing::error!(error = %e, "a file could not be kept: {e}");
            Problem::NoRoom
        })
    }

    /// The file, verified against its name: `NotFound` where it is not this company's, `Internal` where it rotted.
    pub async fn get(&self, company: &CompanyId, sha256: &str) -> Result<Vec<u8>> {
        let path = self.path(company, sha256)?;
        let bytes = tokio::task::spawn_blocking(move || std::fs::read(path)).await.map_err(Problem::internal)?;
        let bytes = bytes.map_err(|_| Problem::NotFound)?;
        if hex::encode(Sha256::digest(&bytes)) != sha256 {
            return Err(Problem::internal(format!("the kept file {sha256} of {company} has changed on disk")));
        }
        Ok(bytes)
    }

    fn path(&self, company: &CompanyId, sha256: &str) -> Result<PathBuf> {
        if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(Problem::NotFound);
        }
        Ok(self.root.join(company.as_str()).join(&sha256[..2]).join(sha256))
    }
}
