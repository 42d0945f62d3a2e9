use nix::fcntl::{Flock, FlockArg};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The agent's own folder: its key, certificates, bundle, spool and state. Nobody else may read it.
#[derive(Debug, Clone)]
pub struct Home(PathBuf);

/// Who the agent is to its server.
#[derive(Debug, Clone)]
pub struct Identity {
    pub device: String,
    pub url: String,
    /// ed25519, hex: bundles and orders are signed with it.
    pub signer: String,
    pub authority: String,
    pub certificate: String,
    pub key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityFile {
    device: String,
    url: String,
    signer: String,
}

/// Why the agent's folder cannot be used. Each names a text: `agent-home-…`.
#[derive(Debug, thiserror::Error)]
pub enum HomeTrouble {
    #[error("this agent has not been enrolled yet")]
    NotEnrolled,
    #[error("an agent is already running with this folder")]
    Running,
    #[error("the agent's folder cannot be used: {0}")]
    Io(#[from] io::Error),
    #[error("{0} in the agent's folder is damaged")]
    Damaged(&'static str),
}

/// The folders inside, each with a purpose of its own.
const FOLDERS: [&str; 4] = ["spool", "canary", "drill", "state"];

/// Who holds this file locked is the one agent that runs here.
const LOCK: &str = "lock";

/// The files inside.
const FILES: [&str; 8] =
    [LOCK, "identity.json", "key.pem", "certificate.pem", "authority.pem", "bundle.json", "agent.sock", "last-backup"];

impl Home {
    /// Makes the folder, or takes an agent's own as it is, and closes it to everybody else.
    ///
    /// Refuses a folder that holds something else: it would be closed to its owners, and removed when the agent is.
    pub fn make(dir: &Path) -> io::Result<Home> {
        if !dir.join(LOCK).exists() && dir.is_dir() && fs::read_dir(dir)?.next().is_some() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} holds other things", dir.display())));
        }
        make_private(dir)?;
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(dir.join(LOCK))?;
        for folder in FOLDERS {
            make_private(&dir.join(folder))?;
        }
        Ok(Home(fs::canonicalize(dir)?))
    }

    /// The folder of an agent that has been there before; nothing where there is none. Changes nothing.
    pub fn there(dir: &Path) -> Option<Home> {
        let ours = dir.join(LOCK).is_file() && FOLDERS.iter().all(|folder| dir.join(folder).is_dir());
        if ours { fs::canonicalize(dir).ok().map(Home) } else { None }
    }

    /// Removes everything of the agent's, and the folder where nothing else is in it.
    pub fn remove(&self) -> io::Result<()> {
        for folder in FOLDERS {
            fs::remove_dir_all(self.path(folder))?;
        }
        for file in FILES {
            match fs::remove_file(self.path(file)) {
                Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
                _ => {}
            }
        }
        match fs::remove_dir(&self.0) {
            Err(why) if why.kind() != io::ErrorKind::DirectoryNotEmpty => Err(why),
            _ => Ok(()),
        }
    }

    pub fn dir(&self) -> &Path {
        &self.0
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn is_enrolled(&self) -> bool {
        self.path("identity.json").exists()
    }

    /// Holds the folder for one running agent until the guard goes. A lock of the kernel's, so that a killed agent leaves none behind.
    pub fn hold(&self) -> Result<Flock<File>, HomeTrouble> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(self.path(LOCK))?;
        Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, errno)| match errno {
            nix::errno::Errno::EWOULDBLOCK => HomeTrouble::Running,
            other => HomeTrouble::Io(other.into()),
        })
    }

    /// Keeps a new identity; the file that makes the agent enrolled is written last.
    pub fn keep_identity(&self, identity: &Identity) -> io::Result<()> {
        self.write("key.pem", identity.key.as_bytes())?;
        self.write("certificate.pem", identity.certificate.as_bytes())?;
        self.write("authority.pem", identity.authority.as_bytes())?;
        let file = IdentityFile { device: identity.device.clone(), url: identity.url.clone(), signer: identity.signer.clone() };
        self.write("identity.json", &serde_json::to_vec_pretty(&file)?)
    }

    pub fn identity(&self) -> Result<Identity, HomeTrouble> {
        if !self.is_enrolled() {
            return Err(HomeTrouble::NotEnrolled);
        }
        let text = |name: &'static str| fs::read_to_string(self.path(name)).map_err(|_| HomeTrouble::Damaged(name));
        let file: IdentityFile =
            serde_json::from_str(&text("identity.json")?).map_err(|_| HomeTrouble::Damaged("identity.json"))?;
        Ok(Identity {
            device: file.device,
            url: file.url,
            signer: file.signer,
            authority: text("authority.pem")?,
            certificate: text("certificate.pem")?,
            key: text("key.pem")?,
        })
    }

    /// Writes a file whole or not at all, durably.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        write_whole(&self.path(name), bytes)
    }

    /// A small state file; its default where there is none or it is damaged, since all of them can be made anew.
    pub fn state<T: DeserializeOwned + Default>(&self, name: &str) -> T {
        let path = self.path("state").join(name);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|why| {
                tracing::warn!(file = %path.display(), "{} is damaged ({why}); starting it anew", path.display());
                T::default()
            }),
            Err(_) => T::default(),
        }
    }

    /// Keeps a small state file. A full disk is told and borne: the state is made anew from what the machine shows.
    pub fn keep_state<T: Serialize>(&self, name: &str, value: &T) {
        let kept =
            serde_json::to_vec(value).map_err(io::Error::from).and_then(|bytes| self.write(&format!("state/{name}"), &bytes));
        if let Err(why) = kept {
            tracing::warn!(file = name, "{name} cannot be kept: {why}");
        }
    }
}

fn make_private(dir: &Path) -> io::Result<()> {
    if !dir.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
}

/// Writes beside the file, syncs, and renames over it: after a crash there is the old file or the new one.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
        return written;
    }
    match path.parent() {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_other_things_is_left_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("diary.txt"), "mine").expect("written");
        let before = fs::metadata(dir.path()).expect("there").permissions();
        assert_eq!(Home::make(dir.path()).map_err(|why| why.kind()).err(), Some(io::ErrorKind::AlreadyExists));
        assert_eq!(fs::metadata(dir.path()).expect("there").permissions(), before);
        assert!(Home::there(dir.path()).is_none());
        let home = Home::make(&dir.path().join("agent")).expect("made");
        fs::write(home.path("note.txt"), "mine").expect("written");
        Home::there(home.dir()).expect("there").remove().expect("removed");
        assert_eq!(crate::root::list(home.dir()), [home.path("note.txt")]);
        Home::make(&dir.path().join("other")).expect("made").remove().expect("removed");
        assert!(!dir.path().join("other").exists());
    }

    #[test]
    fn the_folder_is_private_and_held_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::make(&dir.path().join("agent")).expect("made");
        assert_eq!(fs::metadata(home.dir()).expect("there").permissions().mode() & 0o777, 0o700);
        assert!(matches!(home.identity(), Err(HomeTrouble::NotEnrolled)));
        let held = home.hold().expect("free");
        assert!(matches!(home.hold(), Err(HomeTrouble::Running)));
        drop(held);
        home.hold().expect("free again");
        home.write("key.pem", b"k").expect("written");
        assert_eq!(fs::metadata(home.path("key.pem")).expect("there").permissions().mode() & 0o777, 0o600);
        home.keep_state("x.json", &vec![1, 2]);
        assert_eq!(home.state::<Vec<u8>>("x.json"), [1, 2]);
        fs::write(home.path("state/x.json"), b"\xff{").expect("written");
        assert!(home.state::<Vec<u8>>("x.json").is_empty());
    }
}
