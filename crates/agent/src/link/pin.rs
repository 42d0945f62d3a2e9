use super::Trouble;
use crate::stop::lock;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest, Sha256};
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use ureq::http::Uri;

/// SHA-256 of the certificate in a PEM text.
pub fn digest_of_pem(pem: &str) -> Result<[u8; 32], Trouble> {
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|why| Trouble::Ours(why.to_string()))?;
    Ok(Sha256::digest(&certificate).into())
}

/// Fetches the certificate of the server's authority: the one of the given digest, out of the chain that the server shows.
///
/// Refuses a server whose chain does not hold it, whose own certificate it has not signed, or whose name is another.
pub fn authority_of(url: &str, digest: [u8; 32]) -> Result<CertificateDer<'static>, Trouble> {
    let away = |why: &dyn std::fmt::Display| Trouble::Away(why.to_string());
    let uri: Uri = url.parse().map_err(|why| away(&why))?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = uri.port_u16().unwrap_or(443);
    let name = ServerName::try_from(host.clone()).map_err(|why| away(&why))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let pinned = Arc::new(Pinned { digest, provider: provider.clone(), found: Mutex::new(None) });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| away(&why))?
        .dangerous()
        .with_custom_certificate_verifier(pinned.clone())
        .with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(|why| away(&why))?;
    let mut stream = connect(&host, port).map_err(|why| away(&why))?;
    while connection.is_handshaking() {
        if let Err(why) = connection.complete_io(&mut stream) {
            return Err(match why.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                Some(rustls::Error::InvalidCertificate(why)) => {
                    Trouble::Refused { status: 0, code: format!("another server answers there: {why:?}") }
                }
                _ => away(&why),
            });
        }
    }
    connection.send_close_notify();
    let _ = connection.complete_io(&mut stream);
    lock(&pinned.found).take().ok_or_else(|| Trouble::Away("the server showed no certificate".to_owned()))
}

fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::other("the server's name is unknown");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, Duration::from_secs(10)) {
            Ok(stream) => {
                stream.set_read_timeout(Some(Duration::from_secs(20)))?;
                stream.set_write_timeout(Some(Duration::from_secs(20)))?;
                return Ok(stream);
            }
            Err(why) => last = why,
        }
    }
    Err(last)
}

/// Trusts the one authority of a known digest, once the server shows it, and verifies the server against it in full.
#[derive(Debug)]
struct Pinned {
    digest: [u8; 32],
    provider: Arc<CryptoProvider>,
    found: Mutex<Option<CertificateDer<'static>>>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let ours = intermediates.iter().find(|shown| Sha256::digest(shown).as_slice() == self.digest);
        let authority = ours.ok_or(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer))?.clone().into_owned();
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|why| rustls::Error::General(why.to_string()))?;
        let verified = verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        *lock(&self.found) = Some(authority);
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
