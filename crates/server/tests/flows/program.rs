//! A running Komainu and somebody with a browser before it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Waits until `ask` gives something; fails with what was waited for after a generous while.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        if let Some(got) = ask() {
            return got;
        }
        assert!(Instant::now() < end, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(150));
    }
}

/// A port nobody uses just now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port()
}

/// `komainu up` on a data directory.
pub struct Program {
    child: Child,
    pub port: u16,
    agents: u16,
    data: PathBuf,
    said: Arc<Mutex<String>>,
    /// Bytes that a file may have that it writes.
    most: Option<u64>,
}

/// The program under test.
pub fn komainu() -> Command {
    Command::new(env!("CARGO_BIN_EXE_komainu"))
}

impl Program {
    /// Starts on a data directory, with `komainu.toml` as given.
    pub fn up(data: &Path, settings: &str) -> Program {
        std::fs::create_dir_all(data).expect("a directory");
        if !settings.is_empty() {
            std::fs::write(data.join("komainu.toml"), settings).expect("settings");
        }
        Program::start(data, free_port(), free_port(), None)
    }

    /// As `up`, where no file can be written that is larger than `most` bytes.
    pub fn up_with_files_of(data: &Path, most: u64) -> Program {
        std::fs::create_dir_all(data).expect("a directory");
        Program::start(data, free_port(), free_port(), Some(most))
    }

    fn start(data: &Path, port: u16, agents: u16, most: Option<u64>) -> Program {
        let mut command = match most {
            None => komainu(),
            Some(most) => {
                // In blocks of 512 bytes; without the trap, the first byte too many would kill the program.
                let line = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", most / 512);
                let mut command = Command::new("sh");
                command.args(["-c", &line, env!("CARGO_BIN_EXE_komainu")]);
                command
            }
        };
        command
            .args(["up", "--listen", &format!("127.0.0.1:{port}"), "--agents", &format!("127.0.0.1:{agents}"), "--data"])
            .arg(data);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
        let said = Arc::new(Mutex::new(String::new()));
        let hear = |stream: Box<dyn std::io::Read + Send>| {
            let said = said.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    said.lock().expect("no panic while writing").push_str(&(line + "\n"));
                }
            });
        };
        hear(Box::new(child.stdout.take().expect("piped")));
        hear(Box::new(child.stderr.take().expect("piped")));
        let mut program = Program { child, port, agents, data: data.to_owned(), said, most };
        until("the portal to listen", || {
            if let Some(status) = program.child.try_wait().expect("its state") {
                panic!("komainu ended with {status}: {}", program.said());
            }
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        program
    }

    /// What it has written on the terminal.
    pub fn said(&self) -> String {
        self.said.lock().expect("no panic while writing").clone()
    }

    /// The one-time link's path.
    pub fn setup_path(&self) -> String {
        until("the set-up link", || {
            let said = self.said();
            let at = said.find("/setup/")?;
            said[at..].split_whitespace().next().map(str::to_owned)
        })
    }

    /// Ctrl-C, and starts again on the same data.
    pub fn restart(mut self) -> Program {
        self.signal("INT");
        let status = self.child.wait().expect("its end");
        assert!(status.success(), "Ctrl-C stops cleanly, not with {status}: {}", self.said());
        Program::start(&self.data, self.port, self.agents, self.most)
    }

    /// kill -9, and starts again on the same data.
    pub fn killed_and_started(mut self) -> Program {
        self.signal("KILL");
        let _ = self.child.wait();
        Program::start(&self.data, self.port, self.agents, self.most)
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.expect("kill").success());
    }

    pub fn visitor(&self) -> Visitor {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Visitor { agent: config.into(), origin: format!("http://localhost:{}", self.port), cookies: BTreeMap::new() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("what the program said:\n{}", self.said());
        }
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("INT");
            let end = Instant::now() + Duration::from_secs(20);
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < end {
                std::thread::sleep(Duration::from_millis(100));
            }
            let _ = self.child.kill();
        }
    }
}

/// Somebody with a browser: keeps cookies, follows where a form leads.
pub struct Visitor {
    agent: ureq::Agent,
    origin: String,
    cookies: BTreeMap<String, String>,
}

/// What came back, and from where.
pub struct Reply {
    pub path: String,
    pub status: u16,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn readable(&self) -> String {
        trial::readable(&self.text())
    }

    /// The id that follows `before` in the address.
    pub fn id_after(&self, before: &str) -> String {
        let rest = self.path.split_once(before).unwrap_or_else(|| panic!("no {before} in {}: {}", self.path, self.readable())).1;
        rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
    }

    /// Every link of the page that begins with `start`.
    pub fn links(&self, start: &str) -> Vec<String> {
        let text = self.text();
        let links = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        links.filter(|link| link.starts_with(start)).map(str::to_owned).collect()
    }
}

impl Visitor {
    pub fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, None)
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let form: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.send("POST", path, Some(("application/x-www-form-urlencoded", form.join("&").into_bytes())))
    }

    /// Sends a file as a browser's form does.
    pub fn upload(&mut self, path: &str, name: &str, bytes: &[u8]) -> Reply {
        let head = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/plain\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, b"\r\n--edge--\r\n"].concat();
        self.send("POST", path, Some(("multipart/form-data; boundary=edge", body)))
    }

    fn send(&mut self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Reply {
        let mut reply = self.once(method, path, body);
        let mut hops = 0;
        while let Some(next) = reply.1.take().filter(|_| hops < 5) {
            reply = self.once("GET", &next, None);
            hops += 1;
        }
        reply.0
    }

    fn once(&mut self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> (Reply, Option<String>) {
        let url = format!("{}{path}", self.origin);
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = ureq::http::Request::builder().method(method).uri(&url).header("accept-language", "en");
        request = request.header("cookie", cookies.join("; ")).header("sec-fetch-site", "same-origin");
        let response = match body {
            Some((kind, bytes)) => self.agent.run(request.header("content-type", kind).body(bytes).expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let mut response = response.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        for set in response.headers().get_all("set-cookie") {
            if let Some((name, value)) = set.to_str().unwrap_or_default().split(';').next().and_then(|pair| pair.split_once('='))
            {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let location = header("location");
        let status = response.status().as_u16();
        let bytes = response.body_mut().with_config().limit(256 << 20).read_to_vec().expect("a body");
        (Reply { path: path.to_owned(), status, bytes }, location)
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A real mail server that keeps what it is given in a folder.
pub struct MailServer {
    child: Child,
    pub port: u16,
    folder: tempfile::TempDir,
}

impl MailServer {
    /// Starts Debian's aiosmtpd; `None`, said aloud, where it is not installed. In CI it must be.
    pub fn start() -> Option<MailServer> {
        let there = Command::new("/usr/bin/python3").args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            assert!(std::env::var("CI").is_err(), "CI must have python3-aiosmtpd");
            println!("skipped: letters (python3-aiosmtpd is not installed)");
            return None;
        }
        let (port, folder) = (free_port(), tempfile::tempdir().expect("a directory"));
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}"), "-c", "aiosmtpd.handlers.Mailbox"]);
        let child = command.arg(folder.path().join("box")).spawn().expect("a mail server");
        until("the mail server", || TcpStream::connect(("127.0.0.1", port)).ok());
        Some(MailServer { child, port, folder })
    }

    /// The letters so far, decoded as a reader of mail would.
    pub fn letters(&self) -> Vec<String> {
        let folder = self.folder.path().join("box/new");
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files.map(|file| decoded(&file.path())).collect()
    }

    /// The `[mail]` settings that reach it.
    pub fn settings(&self) -> String {
        format!("[mail]\nserver = '127.0.0.1'\nport = {}\nsecurity = 'none'\nfrom = 'Komainu <komainu@example.jp>'\n", self.port)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn decoded(file: &Path) -> String {
    let script = "import sys,email,email.policy\nm=email.message_from_binary_file(open(sys.argv[1],'rb'),policy=email.policy.default)\nprint(m['To'],'|',m['Subject'],'|',m.get_content())";
    let out = Command::new("/usr/bin/python3").args(["-c", script]).arg(file).output().expect("python");
    String::from_utf8_lossy(&out.stdout).into_owned()
}
