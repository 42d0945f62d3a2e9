//! The wire to the server: HTTPS with the agent's own certificate, trusting the server's own authority and nobody else.

mod pin;

pub use pin::{authority_of, digest_of_pem};

use crate::home::Identity;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, TlsProvider};

/// The largest answer that is read: a bundle with all its rules.
const MOST: u64 = 64 * 1024 * 1024;

/// One road to the server, kept open between requests.
#[derive(Debug)]
pub struct Link {
    agent: ureq::Agent,
    url: String,
}

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Try again later: the server, or the road to it, is away.
    #[error("the server cannot be reached: {0}")]
    Away(String),
    /// The server no longer knows this device.
    #[error("the server no longer accepts this device")]
    Retired,
    /// Numbers are missing before these; the server has them up to `up_to`, if it says so.
    #[error("the server misses items before these")]
    Gap { up_to: Option<u64> },
    /// The server says no, with the code of its reason.
    #[error("the server refuses: {code} ({status})")]
    Refused { status: u16, code: String },
    /// Certificates or keys on this machine cannot be used.
    #[error("the agent's own certificates cannot be used: {0}")]
    Ours(String),
}

/// What matters in an `application/problem+json` (RFC 9457).
#[derive(Default, Deserialize)]
struct ProblemJson {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    up_to: Option<u64>,
}

impl Link {
    /// A road with the agent's certificate.
    pub fn of(identity: &Identity) -> Result<Link, Trouble> {
        let ours = |why: rustls_pki_types::pem::Error| Trouble::Ours(why.to_string());
        let certificate = CertificateDer::from_pem_slice(identity.certificate.as_bytes()).map_err(ours)?;
        let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).map_err(ours)?;
        fits(&certificate, &key)?;
        let key = PrivateKey::from_pem(identity.key.as_bytes()).map_err(|why| Trouble::Ours(why.to_string()))?;
        let client = ClientCert::new_with_certs(&[Certificate::from_der(&certificate).to_owned()], key);
        let authority = CertificateDer::from_pem_slice(identity.authority.as_bytes()).map_err(ours)?;
        Ok(Link::new(&identity.url, &authority, Some(client)))
    }

    /// A road without a certificate, as for the enrolment.
    pub fn unknown(url: &str, authority: &CertificateDer) -> Link {
        Link::new(url, authority, None)
    }

    fn new(url: &str, authority: &CertificateDer, client: Option<ClientCert>) -> Link {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::new_with_certs(&[Certificate::from_der(authority).to_owned()]))
            .client_cert(client)
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .https_only(true)
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("komainu-agent/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(Duration::from_secs(10)))
            .max_idle_connections_per_host(1)
            .max_idle_age(Duration::from_secs(60))
            .build();
        Link { agent: ureq::Agent::new_with_config(config), url: url.to_owned() }
    }

    /// Sends a value and reads the answer.
    pub fn post<T: Serialize, A: DeserializeOwned>(&self, path: &str, value: &T, within: Duration) -> Result<A, Trouble> {
        let request = self.agent.post(format!("{}{path}", self.url)).config().timeout_global(Some(within)).build();
        answer(request.send_json(value))
    }

    /// Asks for a value.
    pub fn get<A: DeserializeOwned>(&self, path: &str, within: Duration) -> Result<A, Trouble> {
        answer(self.agent.get(format!("{}{path}", self.url)).config().timeout_global(Some(within)).build().call())
    }
}

/// Refuses a key that is not the certificate's, which ureq would meet with a panic.
fn fits(certificate: &CertificateDer<'static>, key: &PrivateKeyDer<'static>) -> Result<(), Trouble> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| Trouble::Ours(why.to_string()))?
        .with_root_certificates(rustls::RootCertStore::empty());
    let config = builder.with_client_auth_cert(vec![certificate.clone()], key.clone_key());
    config.map(|_| ()).map_err(|why| Trouble::Ours(why.to_string()))
}

fn answer<A: DeserializeOwned>(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<A, Trouble> {
    let away = |why: ureq::Error| Trouble::Away(why.to_string());
    let mut answer = answer.map_err(away)?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(if status == 200 { MOST } else { 64 * 1024 });
    if (200..300).contains(&status) {
        return body.read_json().map_err(away);
    }
    let problem: ProblemJson = body.read_json().unwrap_or_default();
    let code = match problem.code.is_empty() {
        true => problem.kind.rsplit(['/', ':']).next().unwrap_or_default().to_owned(),
        false => problem.code,
    };
    Err(match status {
        401 | 403 => Trouble::Retired,
        409 if code == "gap" => Trouble::Gap { up_to: problem.up_to },
        429 | 500.. => Trouble::Away(format!("it answers {status} {code}")),
        _ => Trouble::Refused { status, code },
    })
}

/// How long to wait before the next try: doubling from a second to a minute, each time a random part of it, so that a
/// thousand agents do not come back in the same moment.
#[derive(Debug, Default)]
pub struct BackOff {
    tries: u32,
}

impl BackOff {
    pub fn reset(&mut self) {
        self.tries = 0;
    }

    pub fn next(&mut self) -> Duration {
        let most = 1_000u64 << self.tries.min(6);
        self.tries = self.tries.saturating_add(1);
        Duration::from_millis(rand::random_range(most / 2..=most.min(60_000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_to_a_minute_and_no_further() {
        let mut back_off = BackOff::default();
        let waits: Vec<Duration> = (0..100).map(|_| back_off.next()).collect();
        assert!(waits[0] <= Duration::from_secs(1));
        assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(60) && *wait >= Duration::from_millis(500)));
        assert!(waits[99] >= Duration::from_secs(30));
    }
}
