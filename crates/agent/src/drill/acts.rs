use super::Stage;
use crate::watch::files::eicar;
use crate::watch::sign_in::failed_at_prompt;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What a canary is called while it is renamed.
pub const LOCKED: &str = ".locked";

/// The name that the failed sign-ins are for, and of the prompt that they meet.
const NAME: &str = "komainu-drill";

const TRIES: usize = 6;

/// Nothing of the drill's own waits longer for the other side.
const PATIENCE: Duration = Duration::from_secs(5);

/// Six sign-ins with a wrong password, at a prompt that is opened for it on this machine only. True once all were seen.
pub fn failed_sign_ins(stage: &Stage, within: Duration) -> io::Result<bool> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    for _ in 0..TRIES {
        let mut visitor = TcpStream::connect_timeout(&address, PATIENCE)?;
        stage.marks.add_port(visitor.local_addr()?.port());
        visitor.set_read_timeout(Some(PATIENCE))?;
        let (accepted, _) = listener.accept()?;
        std::thread::scope(|scope| {
            let prompt = scope.spawn(|| prompt(stage, accepted));
            let tried = visitor.write_all(format!("{NAME}\nnot-the-password\n").as_bytes());
            let answer = visitor.read_to_end(&mut Vec::new());
            let met = prompt.join().unwrap_or_else(|_| Err(io::Error::other("the prompt broke")));
            tried.and(answer.map(drop)).and(met)
        })?;
    }
    Ok(stage.marks.saw("failed-sign-ins", TRIES, within))
}

/// A login prompt that lets nobody in, and tells of everybody who tried.
fn prompt(stage: &Stage, stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let peer = stream.peer_addr()?;
    let mut answers = BufReader::new(stream.try_clone()?.take(512));
    let mut stream = stream;
    let mut asked = [String::new(), String::new()];
    for (question, answer) in ["login: ", "Password: "].iter().zip(&mut asked) {
        stream.write_all(question.as_bytes())?;
        answers.read_line(answer)?;
    }
    let name = asked[0].trim();
    stage.sign_in.tell(failed_at_prompt(NAME, name, &peer.ip().to_string(), peer.port()));
    stream.write_all(b"Login incorrect\n")
}

/// The EICAR test file, written into the drill's own folder. True once it was seen with its content.
pub fn test_file(stage: &Stage, within: Duration) -> io::Result<bool> {
    let file = Removed(stage.home.path("drill").join(format!("test-file-{}.com", std::process::id())));
    fs::write(&file.0, eicar())?;
    Ok(stage.marks.saw("test-file", 1, within))
}

/// Renames the agent's own canaries as ransomware would, and gives them their names back.
pub fn canaries_renamed(stage: &Stage, within: Duration) -> io::Result<bool> {
    stage.canaries.refill(&stage.home);
    let folder = stage.home.path("canary");
    let canaries: Vec<PathBuf> = stage.canaries.all().into_iter().filter(|canary| canary.starts_with(&folder)).collect();
    let mut renamed = Renamed(Vec::new());
    for canary in &canaries {
        let locked = PathBuf::from(format!("{}{LOCKED}", canary.display()));
        fs::rename(canary, &locked)?;
        renamed.0.push((locked, canary.clone()));
    }
    Ok(stage.marks.saw("canaries-renamed", canaries.len(), within))
}

/// A shell that opens a line to this machine itself, with the words that one to an attacker would have.
///
/// It does nothing on the line, and waits to be seen: where processes are polled it must live until the next look.
pub fn shell_to_network(stage: &Stage, within: Duration) -> io::Result<bool> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let shell = if Path::new("/bin/bash").exists() { "/bin/bash" } else { "/bin/sh" };
    let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port}; read -r _");
    let child = stage.marks.with_child(|| {
        let mut command = Command::new(shell);
        command.args(["-c", &script]).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    })?;
    let _child = Ended(child);
    Ok(stage.marks.saw("shell-to-network", 1, within))
}

/// A file that goes when the act is over, however it ends.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        if let Err(why) = fs::remove_file(&self.0)
            && why.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!("the drill's test file cannot be removed: {why}");
        }
    }
}

/// Files that get their names back when the act is over, however it ends.
struct Renamed(Vec<(PathBuf, PathBuf)>);

impl Drop for Renamed {
    fn drop(&mut self) {
        for (now, before) in &self.0 {
            if let Err(why) = fs::rename(now, before) {
                tracing::warn!("a canary cannot be given its name back: {why}");
            }
        }
    }
}

/// A child that ends when the act is over, however it ends.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
