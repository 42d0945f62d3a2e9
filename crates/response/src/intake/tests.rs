use super::{Gate, Keys, batch};
use crate::testing::*;
use ::store::Actor;
use base::{CompanyId, DeviceId, Moment};
use customer::device;
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::oneshot;
use trial::Shop;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, TlsProvider};
use wire::{Answered, Batch, Body, Bundle, Enrolled, Enrolment, Event, Item, Order, OrderKind, Signed, Source, VerifyingKey};

/// A door that is open, and how to close it.
struct Open {
    gate: Gate,
    url: String,
    close: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<()>,
}

impl Open {
    async fn at(shop: &Shop) -> Open {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let gate = Gate::open(&shop.app, shop.dir.path(), &[], &url).await.expect("a gate");
        let (close, closed) = oneshot::channel();
        let serving = gate.clone();
        let served = tokio::spawn(async move {
            let shutdown = async { drop(closed.await) };
            serving.serve(listener, shutdown).await.expect("served");
        });
        Open { gate, url, close, served }
    }

    async fn close(self) {
        self.close.send(()).expect("still open");
        self.served.await.expect("ended");
    }

    /// An agent without a certificate.
    fn stranger(&self) -> Caller {
        self.caller(None)
    }

    fn caller(&self, identity: Option<(&str, &str)>) -> Caller {
        let pem = |pem: &str| Certificate::from_pem(pem.as_bytes()).expect("a certificate");
        let client = identity.map(|(certificate, key)| {
            ClientCert::new_with_certs(&[pem(certificate)], PrivateKey::from_pem(key.as_bytes()).expect("a key"))
        });
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::new_with_certs(&[pem(self.gate.keys().authority_pem())]))
            .client_cert(client)
            .build();
        let config = ureq::Agent::config_builder().tls_config(tls).http_status_as_error(false).proxy(None).build();
        Caller { agent: ureq::Agent::new_with_config(config), url: self.url.clone() }
    }

    /// An agent that has enrolled at a company.
    async fn enrolled(&self, shop: &Shop, company: &CompanyId, host: &str) -> (DeviceId, Caller) {
        let (enrolment, key) = enrolment(&code(shop, company).await, host);
        let (status, body) = self.stranger().post("/v1/enrol", &enrolment).await;
        assert_eq!(status, 200, "{body}");
        let enrolled: Enrolled = serde_json::from_value(body).expect("enrolled");
        (enrolled.device.parse().expect("an id"), self.caller(Some((&enrolled.certificate, &key))))
    }
}

/// An agent's way to the door.
#[derive(Clone)]
struct Caller {
    agent: ureq::Agent,
    url: String,
}

impl Caller {
    async fn post<T: serde::Serialize>(&self, path: &str, value: &T) -> (u16, Value) {
        self.post_bytes(path, serde_json::to_vec(value).expect("json")).await
    }

    async fn post_bytes(&self, path: &str, bytes: Vec<u8>) -> (u16, Value) {
        let request = self.agent.post(format!("{}{path}", self.url));
        answer(move || request.send(&bytes)).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.agent.get(format!("{}{path}", self.url));
        answer(move || request.call()).await
    }
}

async fn answer(call: impl FnOnce() -> Result<ureq::http::Response<ureq::Body>, ureq::Error> + Send + 'static) -> (u16, Value) {
    let work = move || {
        let mut reply = call().expect("a reply");
        let problem = reply.headers().get("content-type").is_some_and(|kind| kind == "application/problem+json");
        let (status, text) = (reply.status().as_u16(), reply.body_mut().read_to_string().expect("text"));
        assert_eq!(problem, status >= 400, "every refusal is a problem: {status} {text}");
        (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {status} {text}")))
    };
    tokio::task::spawn_blocking(work).await.expect("called")
}

async fn code(shop: &Shop, company: &CompanyId) -> String {
    let mut tx = shop.app.store.write(company, Actor::System).await.expect("a transaction");
    let code = device::make_code(&mut tx, None).await.expect("a code");
    tx.commit().await.expect("kept");
    code
}

fn enrolment(code: &str, host: &str) -> (Enrolment, String) {
    let key = KeyPair::generate().expect("a key");
    let csr = CertificateParams::default().serialize_request(&key).expect("a request").pem().expect("PEM");
    (Enrolment { code: code.to_owned(), csr, machine: machine(host) }, key.serialize_pem())
}

fn telemetry(text: &str) -> Body {
    let source = Source { product: "linux".to_owned(), category: String::new(), service: "sshd".to_owned() };
    let fields = [("EventType", "sign-in"), ("User", "sato"), ("SourceIp", "10.0.0.5"), ("message", text)];
    Body::Telemetry(Event {
        at: trial::morning().0,
        source,
        fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    })
}

fn parcel(device: &DeviceId, from: u64, bodies: Vec<Body>) -> Batch {
    let items = (from..).zip(bodies).map(|(number, body)| Item { number, body }).collect();
    Batch { device: device.to_string(), items }
}

fn beat(bundle: u64) -> Value {
    json!({"at": trial::morning().0, "agent": "0.1.0", "machine": machine("kiosk"), "bundle": bundle, "rules": 2, "memory": 20_000_000, "cpu": 10,
           "spool": 0, "privileged": false, "collectors": [
               {"name": "sign-in", "state": "full", "way": "log-files", "why": "", "seen": 3},
               {"name": "process", "state": "reduced", "way": "procfs-poll", "why": "needs-root", "seen": 9}]})
}

#[tokio::test]
async fn a_batch_becomes_an_alert_on_a_page() {
    trial::each_store(routes(), fill, |shop| async move {
        let door = Open::at(&shop).await;
        let (id, agent) = door.enrolled(&shop, &shop.company, "kiosk").await;
        let (status, answered) = agent.post("/v1/heartbeat", &beat(0)).await;
        assert_eq!((status, answered["bundle"].as_u64()), (200, Some(door.gate.bundle_number())));

        let (_, signed) = agent.get("/v1/bundle").await;
        let signed: Signed = serde_json::from_value(signed).expect("signed");
        let bundle: Bundle = signed.open(&door.gate.keys().signer.verifying_key()).expect("ours");
        assert_eq!((bundle.number, bundle.rules.len()), (door.gate.bundle_number(), 2));

        let mut facts_told = shop.app.store.listen();
        let bodies =
            vec![telemetry("hello"), Body::Finding(finding("reverse-shell", "critical", "sato")), Body::Lost { count: 7 }];
        let (status, accepted) = agent.post("/v1/batch", &parcel(&id, 1, bodies)).await;
        assert_eq!((status, accepted), (200, json!({"up_to": 3})));
        let mut told = Vec::new();
        while let Ok((_, fact)) = facts_told.try_recv() {
            told.push(fact.name());
        }
        assert_eq!(told, ["alert-raised", "telemetry-lost"], "open pages hear of it with the commit");
        let page = shop.owner.get("/alerts").await.readable();
        assert!(page.contains("Somebody outside controls this computer") && page.contains("kiosk"), "{page}");
        door.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_code_enrols_one_machine_once() {
    trial::each_store(routes(), fill, |shop| async move {
        let door = Open::at(&shop).await;
        let stranger = door.stranger();
        let first = code(&shop, &shop.company).await;
        let broken = Enrolment {
            csr: "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n".into(),
            ..enrolment(&first, "kiosk").0
        };
        let (status, body) = stranger.post("/v1/enrol", &broken).await;
        assert_eq!((status, body["code"].as_str()), (422, Some("not-signable")));
        let (status, body) = stranger.post("/v1/enrol", &enrolment(&first, "kiosk").0).await;
        assert_eq!(status, 200, "a request that failed does not use the code up: {body}");
        let late = code(&shop, &shop.company).await;
        for (code, why) in [(first.as_str(), "device-code-used"), ("wrong", "device-code-unknown"), ("", "device-code-unknown")] {
            let (status, body) = stranger.post("/v1/enrol", &enrolment(code, "kiosk").0).await;
            assert_eq!((status, body["code"].as_str()), (422, Some(why)), "{body}");
        }
        shop.clock.advance(Moment::DAY);
        let (status, body) = stranger.post("/v1/enrol", &enrolment(&late, "kiosk").0).await;
        assert_eq!((status, body["code"].as_str()), (422, Some("device-code-expired")));
        // Enrolled again, the same machine takes the place of the old enrolment; at another company it does not.
        let (_, again) = door.enrolled(&shop, &shop.company, "kiosk").await;
        let (_, other) = door.enrolled(&shop, &shop.other_company, "kiosk").await;
        assert_eq!((again.post("/v1/heartbeat", &beat(0)).await.0, other.post("/v1/heartbeat", &beat(0)).await.0), (200, 200));
        let page = shop.owner.get("/devices").await.readable();
        assert_eq!((page.matches("kiosk").count(), page.matches("No longer watched").count()), (2, 1), "{page}");
        door.close().await;
    })
    .await;
}

#[tokio::test]
async fn guessing_codes_is_slow() {
    let shop = trial::shop(routes(), fill).await;
    let door = Open::at(&shop).await;
    let stranger = door.stranger();
    let good = code(&shop, &shop.company).await;
    let mut seen = Vec::new();
    for _ in 0..21 {
        seen.push(stranger.post("/v1/enrol", &json!({})).await.0);
    }
    assert_eq!((seen[0], seen[19], seen[20]), (400, 400, 429));
    assert_eq!(stranger.post("/v1/enrol", &enrolment(&good, "kiosk").0).await.0, 429);
    shop.clock.advance(16 * Moment::MINUTE);
    assert_eq!(stranger.post("/v1/enrol", &enrolment(&good, "kiosk").0).await.0, 200);
    door.close().await;
}

#[tokio::test]
async fn each_number_is_taken_once_and_in_order() {
    trial::each_store(routes(), fill, |shop| async move {
        let door = Open::at(&shop).await;
        let (id, agent) = door.enrolled(&shop, &shop.company, "kiosk").await;
        let (other_id, other) = door.enrolled(&shop, &shop.other_company, "factory").await;
        let hits = |n: usize| vec![Body::Finding(finding("sudo-failed", "high", "sato")); n];
        let first = parcel(&id, 1, hits(2));
        let send = async |batch: &Batch| {
            let (status, body) = agent.post("/v1/batch", batch).await;
            (status, body["code"].as_str().map(str::to_owned), body["up_to"].as_u64())
        };
        assert_eq!(send(&parcel(&id, 2, hits(1))).await, (409, Some("gap".into()), Some(0)), "the first is number 1");
        assert_eq!(send(&first).await, (200, None, Some(2)));
        assert_eq!(send(&first).await, (200, None, Some(2)), "a replay is harmless");
        assert_eq!(send(&parcel(&id, 2, hits(2))).await, (200, None, Some(3)), "what is new of it is taken");
        assert_eq!(send(&parcel(&id, 5, hits(1))).await, (409, Some("gap".into()), Some(3)));
        assert_eq!(send(&parcel(&id, 4, vec![])).await, (200, None, Some(3)));
        assert_eq!(send(&parcel(&other_id, 1, hits(1))).await, (403, Some("forged".into()), None));
        assert_eq!(send(&Batch { device: "x".into(), items: vec![] }).await, (403, Some("forged".into()), None));
        let mut torn = parcel(&id, 4, hits(3));
        torn.items[2].number = 9;
        assert_eq!(send(&torn).await, (422, Some("disorder".into()), None));
        torn.items[2].number = 5;
        assert_eq!(send(&torn).await, (422, Some("disorder".into()), None));
        assert_eq!(send(&parcel(&id, 0, hits(1))).await, (422, Some("disorder".into()), None));
        let mut beyond = parcel(&id, 4, hits(1));
        beyond.items[0].number = u64::MAX;
        assert_eq!(send(&beyond).await, (422, Some("disorder".into()), None));
        let many = parcel(&id, 4, vec![telemetry("x"); 501]);
        assert_eq!(send(&many).await, (413, Some("too-many-items".into()), None));
        assert_eq!(alerts(&shop.owner).await[0]["count"], 3, "nothing twice, nothing lost");
        assert_eq!(other.post("/v1/batch", &parcel(&other_id, 1, hits(1))).await.0, 200);
        assert_eq!((alerts(&shop.owner).await.len(), alerts(&shop.other_owner).await.len()), (1, 1));
        door.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_retired_or_unknown_certificate_opens_nothing() {
    let shop = trial::shop(routes(), fill).await;
    let door = Open::at(&shop).await;
    let (id, agent) = door.enrolled(&shop, &shop.company, "kiosk").await;
    let waiting = agent.clone();
    let line = tokio::spawn(async move { waiting.get(&format!("/v1/orders?bundle={}&wait=55", u64::MAX)).await });
    tokio::task::yield_now().await;
    assert_eq!(shop.lead.post(&format!("/devices/{id}/retire"), &[]).await.status, 303);
    let (status, body) = line.await.expect("an answer");
    assert_eq!((status, body["code"].as_str()), (403, Some("retired")), "a line that waits hears of it at once");
    for (status, body) in [
        agent.post("/v1/heartbeat", &beat(0)).await,
        agent.get("/v1/bundle").await,
        agent.get("/v1/orders").await,
        agent.post("/v1/batch", &parcel(&id, 1, vec![])).await,
    ] {
        assert_eq!((status, body["code"].as_str()), (403, Some("retired")));
    }
    for (status, body) in [door.stranger().post("/v1/heartbeat", &beat(0)).await, door.stranger().get("/v1/bundle").await] {
        assert_eq!((status, body["code"].as_str()), (401, Some("no-certificate")));
    }
    // A certificate of our authority that no device holds, as after a restored backup.
    let (request, key) = enrolment("x", "ghost");
    let issued = door.gate.keys().issue(&request.csr, DeviceId::new().as_str(), shop.company.as_str()).expect("issued");
    assert_eq!(door.caller(Some((&issued.pem, &key))).get("/v1/bundle").await.0, 401);
    // A certificate of another authority ends in the handshake.
    let foreign = Keys::open(tempfile::tempdir().expect("a directory").path(), &[]).expect("keys");
    let issued = foreign.issue(&request.csr, id.as_str(), shop.company.as_str()).expect("issued");
    let caller = door.caller(Some((&issued.pem, &key)));
    let call = tokio::task::spawn_blocking(move || caller.agent.get(format!("{}/v1/bundle", caller.url)).call());
    assert!(call.await.expect("called").is_err());
    door.close().await;
}

#[tokio::test]
async fn any_bytes_get_a_clear_answer() {
    let shop = trial::shop(routes(), fill).await;
    let door = Open::at(&shop).await;
    let (id, agent) = door.enrolled(&shop, &shop.company, "kiosk").await;
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    for (bytes, status) in [
        (b"".to_vec(), 400),
        (b"\x8d\x9d\x8c\xa2".to_vec(), 400),
        (b"{\"device\":\"x\"".to_vec(), 400),
        (b"null".to_vec(), 400),
        (deep, 400),
        (
            format!("{{\"device\":\"{id}\",\"items\":[{{\"number\":-1,\"body\":{{\"lost\":{{\"count\":1}}}}}}]}}").into_bytes(),
            400,
        ),
        (vec![b' '; 2 * 1024 * 1024], 413),
    ] {
        for path in ["/v1/batch", "/v1/heartbeat"] {
            let (found, body) = agent.post_bytes(path, bytes.clone()).await;
            assert_eq!(found, status, "{path}: {body}");
        }
    }
    for (path, status) in
        [("/", 404), ("/v1/orders?bundle=x", 400), ("/v1/orders?bundle=-1&wait=99999999999999999999", 400), ("/v1/batch", 404)]
    {
        assert_eq!(agent.get(path).await.0, status, "{path}");
    }
    // Text that PostgreSQL would not take as it is.
    let odd = Body::Finding(wire::Finding { rule: "a\0b".into(), title: "\0".into(), ..finding("sudo-failed", "high", "x\0y") });
    assert_eq!(
        agent.post("/v1/batch", &parcel(&id, 1, vec![odd, telemetry("a\0b"), Body::Lost { count: u64::MAX }])).await.0,
        200
    );
    door.close().await;
}

#[tokio::test]
async fn a_full_disk_takes_nothing_and_loses_nothing() {
    let shop = trial::shop(routes(), fill).await;
    let door = Open::at(&shop).await;
    let (id, agent) = door.enrolled(&shop, &shop.company, "kiosk").await;
    // The one connection that writes may not let the file grow any more: what a full disk does.
    let mut all = shop.app.store.write_all().await.expect("a transaction");
    all.run("PRAGMA max_page_count = 1", &[]).await.expect("set");
    all.commit().await.expect("kept");
    let mut bodies = vec![telemetry(&"x".repeat(1_000)); 400];
    bodies.push(Body::Finding(finding("reverse-shell", "critical", "sato")));
    let batch = parcel(&id, 1, bodies);
    let (status, body) = agent.post("/v1/batch", &batch).await;
    assert_eq!((status, body["code"].as_str()), (507, Some("no-room")), "{body}");
    assert!(alerts(&shop.owner).await.is_empty(), "all or nothing");
    // The connection that met it was given up for a new one, whose file may grow.
    assert_eq!(agent.post("/v1/batch", &batch).await, (200, json!({"up_to": 401})));
    assert_eq!(alerts(&shop.owner).await.len(), 1);
    door.close().await;
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 64, ..Default::default() })]
    #[test]
    fn numbers_are_new_or_refused(from in 0_u64..9, count in 0_usize..9, up_to in 0_u64..12) {
        let id = DeviceId::new();
        let items = parcel(&id, from, vec![Body::Lost { count: 1 }; count]).items;
        match batch::in_order(&items) {
            Ok(()) => match batch::new_items(&items, up_to) {
                Ok(fresh) => proptest::prop_assert!(fresh.first().is_none_or(|first| first.number == up_to + 1)),
                Err(_) => proptest::prop_assert!(from > up_to + 1),
            },
            Err(_) => proptest::prop_assert!(from == 0 && count > 0),
        }
    }
}

#[tokio::test]
async fn an_order_reaches_a_waiting_line_and_is_carried_out_once() {
    trial::each_store(routes(), fill, |shop| async move {
        let door = Open::at(&shop).await;
        let (id, agent) = door.enrolled(&shop, &shop.company, "kiosk").await;
        let number = door.gate.bundle_number();
        let waiting = agent.clone();
        let line = tokio::spawn(async move { waiting.get(&format!("/v1/orders?bundle={number}&wait=55")).await });
        tokio::task::yield_now().await;
        assert_eq!(shop.owner.post(&format!("/devices/{id}/drill"), &[]).await.status, 303);
        assert_eq!(shop.owner.post(&format!("/devices/{id}/drill"), &[]).await.status, 422, "one rehearsal at a time");
        let (_, body) = line.await.expect("an answer");
        let answered: Answered = serde_json::from_value(body).expect("answered");
        let key: VerifyingKey = door.gate.keys().signer.verifying_key();
        let order: Order = answered.orders[0].open(&key).expect("ours");
        assert_eq!(
            (order.device.as_str(), order.kind, order.expires),
            (id.as_str(), OrderKind::Drill, trial::morning().0 + 600_000)
        );
        let (_, body) = agent.post("/v1/heartbeat", &beat(number)).await;
        assert_eq!(body["orders"].as_array().map(Vec::len), Some(1), "a lost answer does not lose the order");
        let mut woken = finding("sudo-failed", "high", "sato");
        woken.drill = Some(order.id.clone());
        let expected = vec!["sudo-failed".to_owned(), "reverse-shell".to_owned()];
        let ended = Body::DrillEnded { drill: order.id, acts: vec!["a failed sudo".into()], expected };
        assert_eq!(agent.post("/v1/batch", &parcel(&id, 1, vec![Body::Finding(woken), ended])).await.0, 200);
        let (_, body) = agent.get(&format!("/v1/orders?bundle={number}")).await;
        assert_eq!(body["orders"].as_array().map(Vec::len), Some(0));
        let page = shop.owner.get(&format!("/devices/{id}/orders")).await.readable();
        assert!(page.contains("Noticed Somebody failed") && page.contains("Not noticed Somebody outside"), "{page}");
        assert_eq!(shop.owner.post(&format!("/devices/{id}/check"), &[]).await.status, 303);
        let seen = wire::Observation {
            check: "backup".into(),
            state: wire::Observed::Bad,
            note: "none".into(),
            values: vec![],
            at: trial::morning().0,
        };
        assert_eq!(agent.post("/v1/batch", &parcel(&id, 3, vec![Body::Posture(vec![seen])])).await.0, 200);
        let (_, body) = agent.get(&format!("/v1/orders?bundle={number}")).await;
        assert_eq!(body["orders"].as_array().map(Vec::len), Some(0), "the check is done");
        assert!(facts(&shop, &shop.company).await.contains(&"evidence-changed".to_owned()));
        assert_eq!(shop.owner.post(&format!("/devices/{id}/check"), &[]).await.status, 303);
        shop.clock.advance(11 * Moment::MINUTE);
        let (_, body) = agent.get(&format!("/v1/orders?bundle={number}")).await;
        assert_eq!(body["orders"].as_array().map(Vec::len), Some(0), "an order expires");
        door.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_server_stops_while_lines_wait() {
    let shop = trial::shop(routes(), fill).await;
    let door = Open::at(&shop).await;
    let (_, agent) = door.enrolled(&shop, &shop.company, "kiosk").await;
    let number = door.gate.bundle_number();
    agent.get("/v1/bundle").await;
    let line = tokio::spawn(async move { agent.get(&format!("/v1/orders?bundle={number}&wait=55")).await });
    tokio::task::yield_now().await;
    let (close, served) = (door.close, door.served);
    // The line may not have begun; then it is refused, which is as well.
    close.send(()).expect("open");
    served.await.expect("ended");
    let _ = line.await;
}

#[test]
fn keys_are_made_once_and_are_their_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().expect("a directory");
    let first = Keys::open(dir.path(), &["komainu.example".to_owned()]).expect("keys");
    let again = Keys::open(dir.path(), &[]).expect("keys");
    assert_eq!((first.authority_sha256(), first.signer.to_bytes()), (again.authority_sha256(), again.signer.to_bytes()));
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&dir.path().join("keys")), 0o700);
    for entry in std::fs::read_dir(dir.path().join("keys")).expect("a folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    for (file, text) in [("authority.key", "x"), ("signer.key", "zz"), ("authority.pem", "")] {
        let dir = tempfile::tempdir().expect("a directory");
        Keys::open(dir.path(), &[]).map(|_| ()).expect("keys");
        std::fs::write(dir.path().join("keys").join(file), text).expect("written");
        let fault = Keys::open(dir.path(), &[]).err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(fault.contains(file), "the fault names the file: {fault}");
    }
    assert!(Keys::open(Path::new("/dev/null"), &[]).is_err());
}
