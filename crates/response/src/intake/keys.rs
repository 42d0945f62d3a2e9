//! The server's own authority, its certificate, and the key that it signs with: files that only its user can read.

use ed25519_dalek::SigningKey;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use rustls::crypto::ring::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    #[error("the key file {0} cannot be used: {1}")]
    File(PathBuf, std::io::Error),
    #[error("the key file {0} does not hold a key of ours: {1}")]
    Content(PathBuf, String),
    #[error("certificates cannot be made: {0}")]
    Making(#[from] rcgen::Error),
}

/// Why a certificate signing request is not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotSignable;

/// The keys of one server.
pub struct Keys {
    authority: CertificateDer<'static>,
    authority_pem: String,
    issuer: Issuer<'static, KeyPair>,
    server: CertificateDer<'static>,
    server_key: KeyPair,
    pub signer: SigningKey,
}

/// A client certificate that was just made.
pub struct Issued {
    pub pem: String,
    /// SHA-256 of the certificate (DER), hex: by this the device is known from here on.
    pub fingerprint: String,
    pub serial: String,
}

/// How long each certificate holds.
const AUTHORITY_LIFE: Duration = Duration::days(20 * 365);
const SERVER_LIFE: Duration = Duration::days(2 * 365);
const CLIENT_LIFE: Duration = Duration::days(365);
/// Clocks of agents may be so far behind.
const LEEWAY: Duration = Duration::days(1);

impl Keys {
    /// Reads the keys below `<data>/keys`, or makes them there. The server's own certificate is made anew at each start,
    /// for `localhost`, both loopback addresses and `names`.
    pub fn open(data: &Path, names: &[String]) -> Result<Keys, KeyFault> {
        let folder = data.join("keys");
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(|error| KeyFault::File(folder.clone(), error))?;
        let authority_key = key_pair(&folder.join("authority.key"))?;
        let authority_file = folder.join("authority.pem");
        let authority_pem = read_or_make(&authority_file, || Ok(authority_params().self_signed(&authority_key)?.pem()))?;
        let wrong = |error: String| KeyFault::Content(authority_file.clone(), error);
        let authority =
            CertificateDer::from_pem_slice(authority_pem.as_bytes()).map_err(|error| wrong(error.to_string()))?.into_owned();
        let issuer = Issuer::from_ca_cert_pem(&authority_pem, authority_key).map_err(|error| wrong(error.to_string()))?;
        let server_key = key_pair(&folder.join("server.key"))?;
        let server = server_params(names)?.signed_by(&server_key, &issuer)?.der().clone();
        let signer = signer(&folder.join("signer.key"))?;
        Ok(Keys { authority, authority_pem, issuer, server, server_key, signer })
    }

    /// SHA-256 of the authority's certificate, hex: by this an agent knows the server.
    pub fn authority_sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.authority))
    }

    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// TLS for agents: shows the chain, and asks for a client certificate of our own authority without insisting on it,
    /// since a new agent has none yet.
    pub fn server_config(&self) -> Result<ServerConfig, rustls::Error> {
        let general = |error: &dyn std::fmt::Display| rustls::Error::General(error.to_string());
        let provider = Arc::new(default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.clone())?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).allow_unauthenticated().build();
        let key = PrivateKeyDer::try_from(self.server_key.serialize_der()).map_err(|error| general(&error))?;
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier.map_err(|error| general(&error))?)
            .with_single_cert(vec![self.server.clone(), self.authority.clone()], key)
    }

    /// Signs a new agent's request. Of the request only the key is taken: who it is, is for us to say.
    ///
    /// Refuses what is no request, is not signed by its own key, or has a key that is neither ECDSA nor Ed25519.
    pub fn issue(&self, csr: &str, device: &str, company: &str) -> Result<Issued, NotSignable> {
        let request = CertificateSigningRequestParams::from_pem(csr).map_err(|_| NotSignable)?;
        let modern = [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519];
        if !modern.contains(&request.public_key.algorithm()) {
            return Err(NotSignable);
        }
        // The first bit stays clear: a serial number is positive (RFC 5280, 4.1.2.2).
        let mut serial: [u8; 16] = rand::random();
        serial[0] &= 0x7f;
        let mut params = CertificateParams::default();
        params.distinguished_name = name(&[(DnType::CommonName, device), (DnType::OrganizationName, company)]);
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        valid_for(&mut params, CLIENT_LIFE);
        let certificate = params.signed_by(&request.public_key, &self.issuer).map_err(|_| NotSignable)?;
        Ok(Issued { fingerprint: fingerprint(certificate.der()), pem: certificate.pem(), serial: hex::encode(serial) })
    }
}

/// SHA-256 of a certificate, hex.
pub fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    hex::encode(Sha256::digest(certificate))
}

fn name(parts: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, text) in parts {
        name.push(kind.clone(), *text);
    }
    name
}

fn valid_for(params: &mut CertificateParams, life: Duration) {
    let now = OffsetDateTime::now_utc();
    (params.not_before, params.not_after) = (now - LEEWAY, now + life);
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name = name(&[(DnType::CommonName, "Komainu"), (DnType::OrganizationName, "Komainu")]);
    valid_for(&mut params, AUTHORITY_LIFE);
    params
}

fn server_params(names: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let mut all: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    all.extend(names.iter().filter(|name| !name.trim().is_empty()).cloned());
    all.dedup();
    let mut params = CertificateParams::new(all)?;
    params.distinguished_name = name(&[(DnType::CommonName, "Komainu server")]);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    valid_for(&mut params, SERVER_LIFE);
    Ok(params)
}

fn key_pair(file: &Path) -> Result<KeyPair, KeyFault> {
    let pem = read_or_make(file, || Ok(KeyPair::generate()?.serialize_pem()))?;
    KeyPair::from_pem(&pem).map_err(|error| KeyFault::Content(file.to_owned(), error.to_string()))
}

fn signer(file: &Path) -> Result<SigningKey, KeyFault> {
    let text = read_or_make(file, || Ok(hex::encode(rand::random::<[u8; 32]>())))?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).map_err(|error| KeyFault::Content(file.to_owned(), error.to_string()))?;
    Ok(SigningKey::from_bytes(&bytes))
}

/// The text of a file, which is made first where it is missing: whole or not at all, and for its user alone.
fn read_or_make(file: &Path, make: impl FnOnce() -> Result<String, KeyFault>) -> Result<String, KeyFault> {
    let fault = |error| KeyFault::File(file.to_owned(), error);
    match std::fs::read_to_string(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        read => return read.map_err(fault),
    }
    let text = make()?;
    let half = file.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut out = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&half, file)
    };
    write().map_err(fault)?;
    Ok(text)
}
