//! How long a page takes with a thousand companies in the data, how long a start takes, and what the agent costs.
//!
//! Each figure stands beside a limit measured in the same run: an empty reply through the same server, and the smallest
//! durable write that the disk allows. Writes `docs/benchmarks.md`.

#![expect(clippy::print_stdout, reason = "a benchmark speaks on the terminal")]

use base::{Clock, DeviceId, Moment};
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use store::{Actor, Place};
use trial::Visitor;
use web::{App, Role};
use wire::{Event, Finding, Machine, Source};

const COMPANIES: usize = 1_000;
const PAGES: [(&str, &str); 6] = [
    ("home", "/"),
    ("assessment", "/assessment"),
    ("plan", "/plan"),
    ("devices", "/devices"),
    ("alerts", "/alerts"),
    ("evidence", "/evidence"),
];

fn main() {
    let folder = tempfile::tempdir().expect("a directory");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut report = String::from(HEAD);
    let cookie = runtime.block_on(fill(folder.path()));
    let port = runtime.block_on(serve(folder.path()));
    pages(&mut report, port, &cookie);
    runtime.shutdown_timeout(Duration::from_secs(2));
    flush(&mut report, folder.path());
    program(&mut report, folder.path());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/benchmarks.md");
    // What rules cost is measured by `cargo xtask bench detection`, stands last, and stays.
    let old = std::fs::read_to_string(file).unwrap_or_default();
    report.push_str(old.find("\n## Detection\n").map_or("", |at| &old[at..]));
    std::fs::write(file, &report).expect("the report");
    println!("{report}\nwritten to docs/benchmarks.md");
}

const HEAD: &str =
    "# Benchmarks\n\nMade by `cargo xtask bench`; every figure of a table comes from one run on one machine. Release build.\n";

async fn app(data: &Path) -> App {
    let place = Place::Dir(data.to_owned());
    trial::app_at(&place, Clock::System, |shelf, content| {
        assert!(server::wiring::fill(shelf, content).is_empty(), "content without faults");
    })
    .await
}

/// A thousand companies, each with an owner, an assessment, a plan, a device and alerts. The cookie of one owner.
async fn fill(data: &Path) -> String {
    let app = app(data).await;
    let stranger = trial::stranger(&app, server::wiring::routes());
    let mut cookie = String::new();
    let began = Instant::now();
    for number in 0..COMPANIES {
        let (company, site) = trial::found(&app.store, &format!("会社{number}")).await;
        let owner: Visitor =
            trial::join(&app, &stranger, &company, "大和 花子", &format!("owner{number}@example.jp"), Role::Owner).await;
        let letters: String = (0..25).map(|at| ['d', 'p', 'n', 'u'][(number + at) % 4]).collect();
        let kept = owner.post("/assessment/keep", &[("carry", &format!("2026-03.{letters}")), ("site", site.as_str())]).await;
        assert!(kept.status.is_redirection(), "{}", kept.readable());
        let mut tx = app.store.write(&company, Actor::System).await.expect("a transaction");
        let device = DeviceId::new();
        let machine = machine(number);
        let fingerprint = format!("{number:064x}");
        let arrival =
            customer::device::Arrival { id: device.clone(), machine: &machine, fingerprint, serial: number.to_string() };
        customer::device::enrol(&mut tx, &arrival).await.expect("a device");
        for rule in ["ssh-brute-force", "reverse-shell", "eicar-test-file"] {
            response::alert::take(&mut tx, &device, &finding(rule)).await.expect("an alert");
        }
        tx.commit().await.expect("kept");
        cookie = owner.cookie().to_owned();
    }
    println!("{COMPANIES} companies in {:.1} s", began.elapsed().as_secs_f64());
    app.store.close().await;
    cookie
}

fn machine(number: usize) -> Machine {
    let text = |text: &str| text.to_owned();
    let (os, os_name, kernel, arch) = (text("linux"), text("Debian GNU/Linux 12 (bookworm)"), text("6.1"), text("x86_64"));
    Machine { host: format!("pc{number}"), os, os_name, kernel, arch, machine: format!("{number:032x}") }
}

fn finding(name: &str) -> Finding {
    let at = Clock::System.now().0;
    let source = Source { product: "linux".to_owned(), category: "process_creation".to_owned(), service: String::new() };
    let event = Event { at, source, fields: vec![("CommandLine".to_owned(), "bash -i".to_owned())] };
    Finding {
        rule: format!("rule-{name}"),
        name: name.to_owned(),
        title: name.to_owned(),
        level: "high".to_owned(),
        tags: vec!["attack.t1059".to_owned()],
        at,
        matched: Vec::new(),
        events: vec![event],
        drill: None,
    }
}

async fn serve(data: &Path) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let service = server::wiring::router(app(data).await).into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    port
}

struct Times(Vec<Duration>);

impl Times {
    fn of(count: usize, mut act: impl FnMut()) -> Times {
        (0..count / 8).for_each(|_| act());
        let mut times: Vec<Duration> = (0..count).map(|_| timed(&mut act)).collect();
        times.sort();
        Times(times)
    }

    fn at(&self, part: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into a few hundred times"
        )]
        let index = ((self.0.len() - 1) as f64 * part) as usize;
        self.0[index].as_secs_f64() * 1000.0
    }
}

fn timed(act: &mut impl FnMut()) -> Duration {
    let began = Instant::now();
    act();
    began.elapsed()
}

fn pages(report: &mut String, port: u16, cookie: &str) {
    let agent = ureq::Agent::new_with_defaults();
    let fetch = |path: &str| {
        let mut reply = agent.get(format!("http://127.0.0.1:{port}{path}")).header("cookie", cookie).call().expect("a page");
        let text = reply.body_mut().read_to_string().expect("text");
        assert!(path == "/healthz" || text.contains("</main>"), "{path} is a page");
    };
    let _ = writeln!(
        report,
        "\n## Pages\n\nSQLite, {COMPANIES} companies each with an assessment, a plan, a device and three alerts; one signed-in reader over loopback, one request after another, milliseconds. The floor is an empty reply through the same server and guards.\n\n| page | median | 95 % |\n| --- | --- | --- |"
    );
    for (name, path) in [("(floor) /healthz", "/healthz")].into_iter().chain(PAGES) {
        let times = Times::of(400, || fetch(path));
        let _ = writeln!(report, "| {name} | {:.2} | {:.2} |", times.at(0.5), times.at(0.95));
    }
}

/// The smallest durable write: one byte and a flush.
fn flush(report: &mut String, folder: &Path) {
    let mut file = std::fs::File::create(folder.join("flush")).expect("a file");
    let times = Times::of(200, || {
        file.write_all(b"x").expect("written");
        file.sync_data().expect("flushed");
    });
    let _ = writeln!(
        report,
        "\nThis disk's smallest durable write takes {:.2} ms at the median: no form that is kept can be faster.",
        times.at(0.5)
    );
}

/// The whole program: from its start to the first page, and what the agent beside it costs.
fn program(report: &mut String, data: &Path) {
    let (portal, agents) = (free_port(), free_port());
    let began = Instant::now();
    let mut up = Command::new(env!("CARGO_BIN_EXE_komainu"));
    up.args(["up", "--listen", &format!("127.0.0.1:{portal}"), "--agents", &format!("127.0.0.1:{agents}"), "--data"]).arg(data);
    let child = Running(up.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("komainu"));
    let agent = ureq::Agent::new_with_defaults();
    while TcpStream::connect(("127.0.0.1", portal)).is_err() || agent.get(format!("http://127.0.0.1:{portal}/")).call().is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "komainu starts");
        std::thread::sleep(Duration::from_millis(5));
    }
    let start = began.elapsed();
    let watcher = loop {
        if let Some(pid) = child_of(child.0.id()).filter(|_| began.elapsed() > Duration::from_secs(20)) {
            break pid;
        }
        assert!(began.elapsed() < Duration::from_secs(90), "the agent starts");
        std::thread::sleep(Duration::from_millis(200));
    };
    let (cpu, wall) = (cpu_ms(watcher), Instant::now());
    std::thread::sleep(Duration::from_secs(60));
    let busy = (cpu_ms(watcher) - cpu) / (wall.elapsed().as_secs_f64() * 1000.0) * 100.0;
    let _ = writeln!(report, "\n## The program\n\n| what | figure | goal |\n| --- | --- | --- |");
    let _ = writeln!(report, "| start to first page, with {COMPANIES} companies | {:.2} s | under 1 s |", start.as_secs_f64());
    let _ = writeln!(report, "| resident memory of the agent with its rules | {:.1} MB | under 40 MB |", memory_mb(watcher));
    let _ = writeln!(report, "| CPU of the idle agent over a minute | {busy:.2} % of a core | under 1 % |");
    let _ = writeln!(report, "| resident memory of the portal | {:.1} MB | |", memory_mb(child.0.id()));
    let now = Moment(Clock::System.now().0);
    let _ = writeln!(report, "\nMeasured {}.", now.day());
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// The running agent that a program started, told from its enrolment by its arguments.
fn child_of(parent: u32) -> Option<u32> {
    let pids = std::fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| field(*pid, "PPid") == Some(u64::from(parent))).find(|pid| {
        std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.split(|byte| *byte == 0).any(|word| word == b"run"))
    })
}

fn field(pid: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

#[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
fn memory_mb(pid: u32) -> f64 {
    field(pid, "VmRSS").unwrap_or(0) as f64 / 1000.0
}

/// User and system time of a process so far, in milliseconds; the kernel counts hundredths of a second.
fn cpu_ms(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}
