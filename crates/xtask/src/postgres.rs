//! A PostgreSQL server of the tests' own, in a temporary folder, gone when the tests are.

use anyhow::Context as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A running server.
pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    /// `postgres://komainu@127.0.0.1:PORT`: a role that may make databases but is no superuser, so that row-level
    /// security binds it as it binds the product.
    pub url: String,
}

/// The folder with `initdb` and `pg_ctl` of the newest installed version.
pub fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin")).collect();
    versions.retain(|bin| bin.join("initdb").exists());
    versions.sort();
    versions.pop()
}

impl Server {
    /// Starts a server on a free port. PostgreSQL refuses to run as root, so root hands over to the user `postgres`.
    pub fn start() -> anyhow::Result<Server> {
        let programs = programs().context("PostgreSQL is not installed")?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = std::env::temp_dir().join(format!("komainu-postgres-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        if is_root()? {
            crate::run(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let url = format!("postgres://komainu@127.0.0.1:{port}");
        let server = Server { programs, folder, url };
        let data = server.folder.join("data");
        server.program("initdb", &format!("-D {} --auth=trust -U postgres -E UTF8 --locale=C.UTF-8", data.display()))?;
        let options =
            format!("-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200", server.folder.display());
        server.program("pg_ctl", &format!("-D {} -l {}/log -o '{options}' -w start", data.display(), server.folder.display()))?;
        let role = "CREATE ROLE komainu LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS";
        server.program("psql", &format!("-q -h 127.0.0.1 -p {port} -U postgres -c '{role}'"))?;
        Ok(server)
    }

    fn program(&self, name: &str, args: &str) -> anyhow::Result<()> {
        let line = format!("{}/{name} {args} >/dev/null", self.programs.display());
        let mut command = if is_root()? {
            let mut command = Command::new("su");
            command.args(["postgres", "-s", "/bin/sh", "-c", &line]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", &line]);
            command
        };
        let status = command.current_dir(&self.folder).status()?;
        anyhow::ensure!(status.success(), "{name} failed: {}", log(&self.folder));
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stop = format!("-D {}/data -m immediate stop", self.folder.display());
        if self.program("pg_ctl", &stop).is_ok() {
            // What is left behind is in the machine's temporary folder.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn is_root() -> anyhow::Result<bool> {
    Ok(Command::new("id").arg("-u").output()?.stdout.trim_ascii() == b"0")
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}
