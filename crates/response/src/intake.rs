//! Intake: the door for agents. It proves each one by its certificate, takes what it sends durably, and hands out the
//! bundle of rules and the orders.

mod batch;
mod keys;
mod refusal;
mod serve;
mod web;

#[cfg(test)]
mod tests;

pub use self::keys::{KeyFault, Keys};

use crate::detection::Rules;
use ::web::App;
use base::Problem;
use customer::device::{self, Door};
use rustls::ServerConfig;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use wire::Signed;

/// Why the door for agents cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum GateFault {
    #[error(transparent)]
    Keys(#[from] KeyFault),
    #[error("the certificates for agents do not work: {0}")]
    Tls(String),
    #[error("the store: {0}")]
    Store(#[from] Problem),
}

/// The door for agents, open on one data directory.
#[derive(Clone)]
pub struct Gate {
    inner: Arc<Inner>,
}

/// What every request of an agent may need.
pub(crate) struct Inner {
    app: App,
    keys: Keys,
    door: Door,
    number: u64,
    bundle: Signed,
    /// Becomes true when the server stops: lines that wait are answered.
    stopping: watch::Sender<bool>,
}

impl Gate {
    /// Opens the door: reads the keys (makes them at first start), signs the bundle of the rules on the shelf, and says
    /// where agents find us (`url`, such as `https://localhost:8621`).
    ///
    /// `names` are further names and addresses that agents may use for this machine.
    pub async fn open(app: &App, data: &Path, names: &[String], url: &str) -> std::result::Result<Gate, GateFault> {
        let keys = Keys::open(data, names)?;
        let door = Door { url: url.trim_end_matches('/').to_owned(), authority_sha256: keys.authority_sha256() };
        device::set_door(&app.store, &door).await?;
        let bundle = app.shelf.get::<Rules>()?.bundle(&app.store).await?;
        let number = bundle.number;
        let bundle = wire::sign(&keys.signer, &bundle).map_err(Problem::internal)?;
        let inner = Inner { app: app.clone(), keys, door, number, bundle, stopping: watch::Sender::new(false) };
        Ok(Gate { inner: Arc::new(inner) })
    }

    /// Takes agents until `shutdown` comes true; then answers the waiting ones and lets the others finish.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) -> std::result::Result<(), GateFault> {
        let config: ServerConfig = self.inner.keys.server_config().map_err(|error| GateFault::Tls(error.to_string()))?;
        serve::serve(self.inner.clone(), listener, config, shutdown).await;
        Ok(())
    }

    /// The line that a new agent is invited with: a code of `device::make_code`, and how to find and know this server.
    pub fn invitation_line(&self, url: &str, code: &str) -> String {
        Door { url: url.trim_end_matches('/').to_owned(), ..self.inner.door.clone() }.invitation_line(code)
    }

    /// The server's keys: its ed25519 key also seals exported ledgers.
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// The number of the bundle that is handed out.
    pub fn bundle_number(&self) -> u64 {
        self.inner.number
    }
}
