//! A server of the agents' protocol for tests: a real TLS peer with its own authority, on this machine.

use crate::stop::lock;
use base64::Engine;
use ed25519_dalek::SigningKey;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateSigningRequestParams, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use wire::{Accepted, Answered, Batch, Body, Bundle, Enrolled, Enrolment, Heartbeat, Order, OrderKind, Signed};

pub struct Server {
    pub port: u16,
    pub signer: SigningKey,
    authority: Certificate,
    issuer: Issuer<'static, KeyPair>,
    /// The one code that is good, until it is used.
    code: Mutex<Option<String>>,
    pub known: Mutex<Known>,
    changed: Condvar,
    down: AtomicBool,
}

/// What the server knows of its one agent.
#[derive(Default)]
pub struct Known {
    pub items: BTreeMap<u64, Body>,
    pub heartbeats: Vec<Heartbeat>,
    pub bundle: Option<(u64, Signed)>,
    pub orders: Vec<Signed>,
    pub retired: bool,
}

struct Request {
    method: String,
    path: String,
    body: Vec<u8>,
    has_certificate: bool,
}

impl Server {
    pub fn start() -> Arc<Server> {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("params");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        params.distinguished_name.push(DnType::CommonName, "test authority");
        let authority = params.self_signed(&key).expect("signed");
        let issuer = Issuer::new(params, key);
        let leaf_key = KeyPair::generate().expect("a key");
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let leaf = CertificateParams::new(names).expect("params").signed_by(&leaf_key, &issuer).expect("signed");
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).expect("added");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .allow_unauthenticated()
            .build()
            .expect("built");
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(clients)
            .with_single_cert(
                vec![leaf.der().clone(), authority.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der())),
            )
            .expect("a certificate");
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let server = Arc::new(Server {
            port: listener.local_addr().expect("an address").port(),
            signer: SigningKey::from_bytes(&[9; 32]),
            authority,
            issuer,
            code: Mutex::new(Some("open-sesame".to_owned())),
            known: Mutex::default(),
            changed: Condvar::new(),
            down: AtomicBool::new(false),
        });
        let (own, config) = (server.clone(), Arc::new(config));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (server, config) = (own.clone(), config.clone());
                std::thread::spawn(move || server.serve(stream, config));
            }
        });
        server
    }

    pub fn invitation(&self) -> String {
        self.invitation_to("localhost", &hex::encode(Sha256::digest(self.authority.der())))
    }

    pub fn invitation_to(&self, host: &str, authority: &str) -> String {
        let json = format!(r#"{{"url":"https://{host}:{}","authority_sha256":"{authority}","code":"open-sesame"}}"#, self.port);
        format!("komainu1.{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json))
    }

    /// While down, every connection is closed at once.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    pub fn give(&self, bundle: &Bundle) {
        let signed = wire::sign(&self.signer, bundle).expect("signed");
        lock(&self.known).bundle = Some((bundle.number, signed));
        self.changed.notify_all();
    }

    pub fn order(&self, id: &str, device: &str, kind: OrderKind) {
        let order = Order { id: id.into(), device: device.into(), kind, expires: i64::MAX };
        lock(&self.known).orders.push(wire::sign(&self.signer, &order).expect("signed"));
        self.changed.notify_all();
    }

    fn serve(&self, stream: TcpStream, config: Arc<ServerConfig>) {
        if self.down.load(Ordering::SeqCst) {
            return;
        }
        let Ok(connection) = ServerConnection::new(config) else { return };
        let mut reader = BufReader::new(StreamOwned::new(connection, stream));
        while let Ok(Some(request)) = read(&mut reader) {
            if self.down.load(Ordering::SeqCst) {
                return;
            }
            let (status, body) = self.answer(&request);
            let kind = if status == 200 { "application/json" } else { "application/problem+json" };
            let head = format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
            let stream = reader.get_mut();
            if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).and_then(|()| stream.flush()).is_err() {
                return;
            }
        }
    }

    fn answer(&self, request: &Request) -> (u16, Vec<u8>) {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        if (request.method.as_str(), path) == ("POST", "/v1/enrol") {
            return self.enrol(&request.body);
        }
        if !request.has_certificate || lock(&self.known).retired {
            return problem(401, "retired");
        }
        match (request.method.as_str(), path) {
            ("POST", "/v1/heartbeat") => {
                lock(&self.known).heartbeats.push(serde_json::from_slice(&request.body).expect("a heartbeat"));
                good(&self.answered())
            }
            ("POST", "/v1/batch") => self.batch(&serde_json::from_slice(&request.body).expect("a batch")),
            ("GET", "/v1/orders") => self.orders(query),
            ("GET", "/v1/bundle") => match &lock(&self.known).bundle {
                Some((_, signed)) => good(signed),
                None => problem(404, "not-found"),
            },
            _ => problem(404, "not-found"),
        }
    }

    fn enrol(&self, body: &[u8]) -> (u16, Vec<u8>) {
        let enrolment: Enrolment = serde_json::from_slice(body).expect("an enrolment");
        let mut code = lock(&self.code);
        if code.as_ref() != Some(&enrolment.code) {
            return problem(422, "enrol-code-used");
        }
        *code = None;
        let request = CertificateSigningRequestParams::from_pem(&enrolment.csr).expect("a request");
        let certificate = request.signed_by(&self.issuer).expect("signed");
        good(&Enrolled {
            device: "device-1".into(),
            certificate: certificate.pem(),
            authority: self.authority.pem(),
            signer: hex::encode(self.signer.verifying_key().as_bytes()),
        })
    }

    fn batch(&self, batch: &Batch) -> (u16, Vec<u8>) {
        let mut known = lock(&self.known);
        let up_to = |known: &Known| known.items.last_key_value().map_or(0, |(number, _)| *number);
        for item in &batch.items {
            if item.number > up_to(&known) + 1 {
                let gap = serde_json::json!({"type": "/problems/gap", "code": "gap", "up_to": up_to(&known)});
                return (409, gap.to_string().into_bytes());
            }
            known.items.entry(item.number).or_insert_with(|| item.body.clone());
        }
        self.changed.notify_all();
        good(&Accepted { up_to: up_to(&known) })
    }

    fn orders(&self, query: &str) -> (u16, Vec<u8>) {
        let has: u64 = query.split('&').find_map(|pair| pair.strip_prefix("bundle=")?.parse().ok()).unwrap_or(0);
        let mut known = lock(&self.known);
        let news = |known: &Known| !known.orders.is_empty() || known.bundle.as_ref().is_some_and(|(number, _)| *number > has);
        if !news(&known) {
            known = self
                .changed
                .wait_timeout_while(known, Duration::from_secs(1), |known| !news(known))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        drop(known);
        good(&self.answered())
    }

    fn answered(&self) -> Answered {
        let known = lock(&self.known);
        Answered { bundle: known.bundle.as_ref().map_or(0, |(number, _)| *number), orders: known.orders.clone() }
    }
}

fn read(reader: &mut BufReader<StreamOwned<ServerConnection, TcpStream>>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let has_certificate = reader.get_ref().conn.peer_certificates().is_some_and(|chain| !chain.is_empty());
    Ok(Some(Request { method, path, body, has_certificate }))
}

fn good<T: Serialize>(value: &T) -> (u16, Vec<u8>) {
    (200, serde_json::to_vec(value).expect("written"))
}

fn problem(status: u16, code: &str) -> (u16, Vec<u8>) {
    (status, format!(r#"{{"type":"/problems/{code}","title":"no"}}"#).into_bytes())
}
