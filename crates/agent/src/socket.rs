//! The door through which `komainu-agent drill` speaks to the running agent: a socket in its own folder, so only those
//! who may read the folder get in.

use crate::drill::{Report, Stage, rehearse};
use crate::stop::Stop;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

const NAME: &str = "agent.sock";

/// A line that the agent says while it rehearses.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    Act { act: String, seen: bool },
    Ended(Report),
}

/// Opens the door; what an agent that was killed left of it is put away first.
pub fn open(dir: &Path) -> io::Result<UnixListener> {
    let path = dir.join(NAME);
    let _ = fs::remove_file(&path);
    let listener = UnixListener::bind(path)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Answers until the agent stops.
pub fn serve(listener: &UnixListener, dir: &Path, stage: &Stage, stop: &Stop) {
    while !stop.stopped() {
        match listener.accept() {
            Ok((stream, _)) => {
                if let Err(why) = answer(stream, stage) {
                    tracing::info!("who asked for a drill has gone: {why}");
                }
            }
            Err(_) => {
                stop.sleep(Duration::from_millis(500));
            }
        }
    }
    let _ = fs::remove_file(dir.join(NAME));
}

fn answer(stream: UnixStream, stage: &Stage) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    let mut asked = String::new();
    BufReader::new((&stream).take(64)).read_line(&mut asked)?;
    if asked.trim() != "drill" {
        return Ok(());
    }
    let mut heard = Ok(());
    let mut say = |said: &Said| {
        if heard.is_ok() {
            heard = serde_json::to_string(said)
                .map_err(io::Error::from)
                .and_then(|line| (&stream).write_all(format!("{line}\n").as_bytes()));
        }
    };
    let drill = uuid::Uuid::now_v7().to_string();
    let report = rehearse(stage, &drill, |act, seen| say(&Said::Act { act: act.to_owned(), seen }));
    say(&Said::Ended(report));
    heard
}

/// Asks the running agent to rehearse; hands on each line as it comes. An error means that no agent is running there.
pub fn ask(dir: &Path, mut heard: impl FnMut(Said)) -> io::Result<()> {
    let stream = UnixStream::connect(dir.join(NAME))?;
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    (&stream).write_all(b"drill\n")?;
    for line in BufReader::new(stream).lines() {
        heard(serde_json::from_str(&line?)?);
    }
    Ok(())
}
