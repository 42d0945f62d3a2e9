use base::{CompanyId, Problem, Result};
use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Files of companies, named by the SHA-256 of their content, each company in a folder of its own.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
}

/// The folder of what is under way: files that still arrive, and what a long job writes for itself. Nothing in it is kept.
pub(crate) const UNDER_WAY: &str = "under-way";
/// The folder of what long jobs need to go on after a restart, with a folder for each company.
pub(crate) const TO_GO_ON: &str = "to-go-on";
/// How a file is called while it arrives.
const ARRIVING: &str = "arriving-";
/// Bytes that are read at once.
const BLOCK: usize = 1 << 16;

/// A file that is being taken in, hashed as it arrives. Dropped before it is kept, nothing of it stays.
#[derive(Debug)]
pub struct Arriving {
    file: tempfile::NamedTempFile,
    hash: Sha256,
    bytes: u64,
}

/// A file that has arrived whole and lies durably on the disk, but belongs to nobody yet.
#[derive(Debug)]
pub struct Arrived {
    file: tempfile::TempPath,
    /// In lower-case hex.
    pub sha256: String,
    pub bytes: u64,
}

/// What cannot be written has no room: the cause is in the log.
fn no_room(error: io::Error) -> Problem {
    tracing::error!(error = %error, "a file could not be kept: {error}");
    Problem::NoRoom
}

/// Does work that waits for the disk, where it holds up nobody.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<io::Result<T>> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

impl Write for Arriving {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Arriving {
    /// How much has arrived.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes in a further piece. `NoRoom` where the disk is full.
    pub async fn add(mut self, piece: Vec<u8>) -> Result<Arriving> {
        let work = move || self.write_all(&piece).map(|()| self);
        aside(work).await?.map_err(no_room)
    }

    /// The whole is there: it is made durable, and waits to be kept. `NoRoom` where the disk is full.
    pub async fn end(self) -> Result<Arrived> {
        aside(move || self.end_now()).await?.map_err(no_room)
    }

    /// As `end`, for a thread that may wait.
    pub fn end_now(mut self) -> io::Result<Arrived> {
        self.file.flush()?;
        self.file.as_file().sync_all()?;
        Ok(Arrived { file: self.file.into_temp_path(), sha256: hex::encode(self.hash.finalize()), bytes: self.bytes })
    }
}

impl Blobs {
    pub(crate) fn at(root: PathBuf) -> io::Result<Blobs> {
        std::fs::create_dir_all(root.join(UNDER_WAY))?;
        Ok(Blobs { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder for what is under way, on the same disk as the files.
    pub fn under_way(&self) -> PathBuf {
        self.root.join(UNDER_WAY)
    }

    /// The folder for what a company's long job needs to go on where it was when the program ended. It outlives a restart,
    /// and is in no backup; the job itself makes it, and removes what it does not need any more.
    pub fn to_go_on(&self, company: &CompanyId) -> PathBuf {
        self.root.join(TO_GO_ON).join(company.as_str())
    }

    /// Removes what arrived only half, and what a job left, before the program ended. To be called by the one program that uses the directory.
    pub fn sweep(&self) -> io::Result<()> {
        for entry in std::fs::read_dir(self.under_way())? {
            std::fs::remove_file(entry?.path())?;
        }
        Ok(())
    }

    /// Begins to take in a file. `NoRoom` where the disk is full.
    pub async fn arrive(&self) -> Result<Arriving> {
        let blobs = self.clone();
        aside(move || blobs.arrive_now()).await?.map_err(no_room)
    }

    /// As `arrive`, for a thread that may wait.
    pub fn arrive_now(&self) -> io::Result<Arriving> {
        let file = tempfile::Builder::new().prefix(ARRIVING).tempfile_in(self.under_way())?;
        Ok(Arriving { file, hash: Sha256::new(), bytes: 0 })
    }

    /// Keeps a file that has arrived, durably. The same content twice is kept once.
    pub async fn keep(&self, company: &CompanyId, arrived: Arrived) -> Result<()> {
        let path = self.path(company, &arrived.sha256)?;
        let work = move || -> io::Result<()> {
            if path.exists() {
                return Ok(());
            }
            let folder = path.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)?;
            arrived.file.persist(&path).map_err(|e| e.error)?;
            std::fs::File::open(folder)?.sync_all()
        };
        aside(work).await?.map_err(no_room)
    }

    /// Keeps a small file durably and gives its SHA-256 in hex. The same content twice is kept once.
    ///
    /// `NoRoom` where the disk is full; then nothing was kept.
    pub async fn put(&self, company: &CompanyId, bytes: Vec<u8>) -> Result<String> {
        let arrived = self.arrive().await?.add(bytes).await?.end().await?;
        let sha256 = arrived.sha256.clone();
        self.keep(company, arrived).await?;
        Ok(sha256)
    }

    /// The file, verified against its name: `NotFound` where it is not this company's, `Internal` where it rotted.
    pub async fn get(&self, company: &CompanyId, sha256: &str) -> Result<Vec<u8>> {
        let path = self.path(company, sha256)?;
        let bytes = aside(move || std::fs::read(path)).await?.map_err(|_| Problem::NotFound)?;
        if hex::encode(Sha256::digest(&bytes)) != sha256 {
            return Err(rotted(company, sha256));
        }
        Ok(bytes)
    }

    /// Where a file lies, verified as by `get`, for one that is too large to be held whole.
    pub async fn find(&self, company: &CompanyId, sha256: &str) -> Result<PathBuf> {
        let path = self.path(company, sha256)?;
        let work = move || -> io::Result<(PathBuf, String)> {
            let (mut file, mut hash, mut block) = (std::fs::File::open(&path)?, Sha256::new(), vec![0; BLOCK]);
            loop {
                match file.read(&mut block)? {
                    0 => return Ok((path, hex::encode(hash.finalize()))),
                    read => hash.update(block.get(..read).unwrap_or_default()),
                }
            }
        };
        match aside(work).await? {
            Ok((path, found)) if found == sha256 => Ok(path),
            Ok(_) => Err(rotted(company, sha256)),
            Err(_) => Err(Problem::NotFound),
        }
    }

    /// Removes a file for good. That no row names it any more is for the caller to know. Removing it twice is harmless.
    pub async fn remove(&self, company: &CompanyId, sha256: &str) -> Result<()> {
        let path = self.path(company, sha256)?;
        match aside(move || std::fs::remove_file(path)).await? {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Problem::internal(error)),
            _ => Ok(()),
        }
    }

    /// Where a file lies, for a job that reads it itself; it is not verified.
    pub fn place(&self, company: &CompanyId, sha256: &str) -> Result<PathBuf> {
        self.path(company, sha256)
    }

    fn path(&self, company: &CompanyId, sha256: &str) -> Result<PathBuf> {
        if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(Problem::NotFound);
        }
        Ok(self.root.join(company.as_str()).join(&sha256[..2]).join(sha256))
    }
}

fn rotted(company: &CompanyId, sha256: &str) -> Problem {
    Problem::internal(format!("the kept file {sha256} of {company} has changed on disk"))
}
