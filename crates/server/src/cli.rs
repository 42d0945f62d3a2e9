//! The command line.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on the terminal")]

use crate::config::Config;
use crate::{hunting, rules, up, wiring};
use anyhow::Context as _;
use base::Clock;
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::io::{BufReader, IsTerminal as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::Store;
use web::Content;

#[derive(Parser)]
#[command(name = "komainu", version, about = "Makes small companies safe and digital")]
struct Cli {
    #[command(subcommand)]
    does: Does,
}

#[derive(Subcommand)]
enum Does {
    /// Start everything on this machine: the portal, and the agent that watches this machine.
    Up(Up),
    /// Look for attacks in files: Windows event logs, Linux logs, JSON lines.
    Hunt(Box<hunting::Hunt>),
    /// Work with detection rules.
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Check that an exported ledger is whole and unchanged.
    Verify {
        file: PathBuf,
        /// Demand that this server sealed it (its key, 64 hex digits, as the portal shows it).
        #[arg(long)]
        key: Option<String>,
    },
    /// Write everything into a new folder, while Komainu runs.
    Backup {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        to: PathBuf,
    },
    /// Put a backup into a new data directory.
    Restore {
        #[command(flatten)]
        data: Data,
        #[arg(long)]
        from: PathBuf,
    },
    /// Make a recovery code for somebody who cannot sign in any more.
    RecoveryCode {
        #[command(flatten)]
        data: Data,
        /// Their mail address.
        mail: String,
    },
    /// Check that all content is complete in both languages.
    Content {
        /// A content folder; what the program carries, if left out.
        folder: Option<PathBuf>,
    },
    /// The agent of this machine: enrol, run, check, drill, uninstall.
    #[command(disable_help_flag = true)]
    Agent {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

#[derive(Args, Clone)]
pub struct Data {
    /// The data directory [default: ~/.local/share/komainu, or /var/lib/komainu for root]
    #[arg(long)]
    data: Option<PathBuf>,
}

#[derive(Args)]
pub struct Up {
    #[command(flatten)]
    pub data: Data,
    /// Where the portal listens.
    #[arg(long, default_value = "127.0.0.1:8620")]
    pub listen: SocketAddr,
    /// Where agents report to.
    #[arg(long, default_value = "127.0.0.1:8621")]
    pub agents: SocketAddr,
    /// Read content from this folder instead of what the program carries.
    #[arg(long)]
    pub content: Option<PathBuf>,
    /// Do not watch this machine; only serve the portal and other agents.
    #[arg(long)]
    pub no_agent: bool,
}

impl Data {
    /// Was a directory named?
    pub fn is_given(&self) -> bool {
        self.data.is_some()
    }

    /// The directory: the one given, or this user's own.
    pub fn dir(&self) -> anyhow::Result<PathBuf> {
        if let Some(dir) = &self.data {
            return std::path::absolute(dir).context("the data directory's path cannot be resolved");
        }
        if nix::unistd::geteuid().is_root() {
            return Ok(PathBuf::from("/var/lib/komainu"));
        }
        let given = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = given("XDG_DATA_HOME").or_else(|| given("HOME").map(|home| home.join(".local/share")));
        Ok(home.context("there is no home directory; name a data directory with --data")?.join("komainu"))
    }
}

/// Runs what the command line asks; errors are said in one plain sentence.
pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("komainu: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.does {
        Does::Up(options) => runtime()?.block_on(up::run(&options))?,
        Does::Hunt(hunt) => return Ok(hunt.run()),
        Does::Rules(rules) => return rules.run(),
        Does::Verify { file, key } => return verify(&file, key.as_deref()),
        Does::Backup { data, to } => runtime()?.block_on(backup(&data.dir()?, &to))?,
        Does::Restore { data, from } => runtime()?.block_on(restore(&data.dir()?, &from))?,
        Does::RecoveryCode { data, mail } => runtime()?.block_on(recovery_code(&data.dir()?, &mail))?,
        Does::Content { folder } => return check_content(folder),
        Does::Agent { args } => {
            return Ok(agent::main_with(std::iter::once(OsString::from("komainu agent")).chain(args)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("KOMAINU_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=warn,rustls=warn"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn verify(file: &Path, key: Option<&str>) -> anyhow::Result<ExitCode> {
    let key = key.map(|key| -> anyhow::Result<_> {
        let bytes = hex::decode(key.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let bytes = bytes.context("--key must be 64 hex digits")?;
        Ok(ed25519_dalek::VerifyingKey::from_bytes(&bytes)?)
    });
    let key = key.transpose()?;
    let open = std::fs::File::open(file).with_context(|| format!("{} cannot be opened", file.display()))?;
    match store::verify(BufReader::new(open), key.as_ref()) {
        Ok(verified) => {
            println!(
                "{}: entries {} to {} of company {} are whole and unchanged",
                file.display(),
                verified.first,
                verified.last,
                verified.company
            );
            println!("sealed by the server with the key {}", verified.key);
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            println!("{}: NOT as it was written: {fault}", file.display());
            Ok(ExitCode::from(2))
        }
    }
}

/// The store of a data directory, as its configuration says.
async fn open(data: &Path) -> anyhow::Result<Store> {
    let config = Config::read(&data.join("komainu.toml"))?;
    Ok(Store::open(&wiring::place(&config, data), Clock::System).await?)
}

async fn backup(data: &Path, to: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(data.is_dir(), "there is no data directory {}", data.display());
    let store = open(data).await?;
    store.backup(to).await?;
    for (name, secret) in [("keys", true), ("komainu.toml", false), ("packs", false)] {
        let from = data.join(name);
        if from.exists() {
            copy(&from, &to.join(name), secret).with_context(|| format!("{} cannot be copied", from.display()))?;
        }
    }
    println!(
        "backed up {} to {}. It holds keys and personal data: keep it where only you can read it, and off this machine.",
        data.display(),
        to.display()
    );
    Ok(())
}

/// For whoever runs this installation: lets somebody back in who has lost every other way. Their company's ledger shows it.
async fn recovery_code(data: &Path, mail: &str) -> anyhow::Result<()> {
    anyhow::ensure!(data.is_dir(), "there is no data directory {}", data.display());
    let code = customer::sign_in::recovery_code_for(&open(data).await?, mail).await;
    let code = code
        .map_err(|problem| anyhow::anyhow!("{problem}"))?
        .with_context(|| format!("nobody here has the mail address {mail}"))?;
    println!("{code}\n\nUse it once, under \"Lost your password or device?\" on the sign-in page, with the mail address {mail}.");
    Ok(())
}

async fn restore(data: &Path, from: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(data)?;
    let _locked = crate::locked::take(data)?;
    for (name, secret) in [("komainu.toml", false), ("keys", true), ("packs", false)] {
        let kept = from.join(name);
        if kept.exists() && !data.join(name).exists() {
            copy(&kept, &data.join(name), secret)?;
        }
    }
    let restored = open(data).await?.restore(from).await?;
    println!("restored {} rows, as of {}, into {}", restored.rows, restored.made.rfc3339(), data.display());
    Ok(())
}

fn copy(from: &Path, to: &Path, secret: bool) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if from.is_dir() {
        std::fs::create_dir_all(to)?;
        std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o700))?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()), secret)?;
        }
        return Ok(());
    }
    std::fs::copy(from, to)?;
    if secret {
        std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o600))?;
    }
    std::fs::File::open(to)?.sync_all()
}

fn check_content(folder: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let content = folder.map_or(Content::Carried, Content::disk);
    let faults = wiring::content_faults(&content);
    for fault in &faults {
        println!("{fault}");
    }
    if faults.is_empty() {
        println!("content: nothing to mend");
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
