use crate::canary;
use crate::checks;
use crate::enrol::{EnrolTrouble, enrol};
use crate::home::{Home, HomeTrouble};
use crate::link::Trouble;
use crate::root::Root;
use crate::run::{Options, run};
use crate::socket::{self, Said};
use crate::stop::{Stop, Why};
use crate::watch::{self, Eyes};
use crate::words::{Words, of_terminal};
use clap::{Parser, Subcommand};
use nix::sys::signal::{SigSet, Signal};
use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where the agent keeps its own where it is not told.
const DATA: &str = "/var/lib/komainu-agent";

/// What the agent's exit says besides success and failure: the server no longer accepts this device.
const RETIRED: u8 = 3;

#[derive(Debug, Parser)]
#[command(name = "komainu-agent", version, about = "Watches this machine for Komainu / このパソコンを見守ります")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Join a company with its invitation line / 招待の1行で会社に参加する
    Enrol {
        line: String,
        #[arg(long, default_value = DATA)]
        data: PathBuf,
    },
    /// Watch until stopped / 見守りを始める
    Run {
        #[arg(long, default_value = DATA)]
        data: PathBuf,
        /// How many MiB may wait on disk while the server is away / サーバーに送れないときに貯める量 (MiB)
        #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=65_536))]
        spool_mib: u64,
        /// Stop when the input ends, as it does when the program that started this one ends / 入力が終わったら止まる
        #[arg(long)]
        with_parent: bool,
    },
    /// Show this machine's state, and what the agent can see here / この機械の状態と、見えるものを表示する
    Check {
        #[arg(long, default_value = DATA)]
        data: PathBuf,
    },
    /// Rehearse an attack, harmlessly / 攻撃の練習をする（害はありません）
    Drill {
        #[arg(long, default_value = DATA)]
        data: PathBuf,
    },
    /// Remove what the agent keeps on this machine / このパソコンから見守りのデータを消す
    Uninstall {
        #[arg(long, default_value = DATA)]
        data: PathBuf,
        /// Do not ask / 確認しない
        #[arg(long)]
        yes: bool,
    },
}

/// Has the agent of this folder joined a company?
pub fn is_enrolled(data: &Path) -> bool {
    data.join("identity.json").is_file()
}

/// Runs the agent's program with these arguments, the program's own name first.
///
/// Exits with 3 where the server no longer accepts this device, so that whoever started it does not start it again.
pub fn main_with(args: impl Iterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(why) => {
            let _ = why.print();
            return ExitCode::from(if why.use_stderr() { 2 } else { 0 });
        }
    };
    let shell = Shell { words: Words::of(of_terminal()) };
    let done = match cli.verb {
        Verb::Enrol { line, data } => shell.enrol(&line, &data),
        Verb::Run { data, spool_mib, with_parent } => shell.run(&data, spool_mib, with_parent),
        Verb::Check { data } => shell.check(&data),
        Verb::Drill { data } => shell.drill(&data),
        Verb::Uninstall { data, yes } => shell.uninstall(&data, yes),
    };
    match done {
        Ok(code) => code,
        Err(why) => {
            shell.complain(&why);
            ExitCode::FAILURE
        }
    }
}

/// What speaks to the person at the terminal.
struct Shell {
    words: Words,
}

impl Shell {
    fn say(&self, key: &str, values: &[(&str, &str)]) {
        let values: Vec<(String, String)> =
            values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let _ = writeln!(io::stdout(), "{}", self.words.say(key, &values));
    }

    /// The words for what went wrong, with its cause where one helps.
    fn complain(&self, why: &anyhow::Error) {
        let values = [("cause".to_owned(), why.root_cause().to_string())];
        let _ = writeln!(io::stderr(), "{}", self.words.say(words_for(why), &values));
    }

    fn enrol(&self, line: &str, data: &Path) -> anyhow::Result<ExitCode> {
        let home = Home::make(data)?;
        let identity = enrol(line, &home, &Root::machine())?;
        self.say("agent-enrolled", &[("url", &identity.url), ("device", &identity.device)]);
        Ok(ExitCode::SUCCESS)
    }

    fn run(&self, data: &Path, spool_mib: u64, with_parent: bool) -> anyhow::Result<ExitCode> {
        if !is_enrolled(data) {
            return Err(HomeTrouble::NotEnrolled.into());
        }
        let filter = tracing_subscriber::EnvFilter::new("info");
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .try_init();
        let stop = Stop::default();
        stop_at_signals(&stop)?;
        if with_parent {
            stop_with_parent(&stop)?;
        }
        let options = Options { home: Home::make(data)?, spool: spool_mib * 1024 * 1024 };
        match run(&options, &stop)? {
            Why::Asked => Ok(ExitCode::SUCCESS),
            Why::Retired => {
                let _ = writeln!(io::stderr(), "{}", self.words.say("agent-retired", &[]));
                Ok(ExitCode::from(RETIRED))
            }
        }
    }

    fn check(&self, data: &Path) -> anyhow::Result<ExitCode> {
        let home = Home::there(data);
        self.say("agent-check-heading", &[]);
        for observed in checks::all(&checks::Place::of_this_machine(home.as_ref())) {
            let name = self.words.say(&format!("evidence-check-{}", observed.check), &[]);
            let mark = self.words.say(&format!("agent-state-{}", kebab(&observed.state)), &[]);
            let note = self.words.say(&format!("evidence-{}-{}", observed.check, observed.note), &observed.values);
            let _ = writeln!(io::stdout(), "  {mark} {name}: {note}");
        }
        self.say("agent-eyes-heading", &[]);
        for eye in watch::probe(&Root::machine(), &Eyes::default()) {
            let name = self.words.say(&format!("agent-eye-{}", eye.name), &[]);
            let state = self.words.say(&format!("agent-eye-state-{}", kebab(&eye.state)), &[]);
            let why = if eye.why.is_empty() { String::new() } else { self.words.say(&format!("agent-eye-why-{}", eye.why), &[]) };
            let _ = writeln!(io::stdout(), "  {name}: {state} ({}) {why}", eye.way);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn drill(&self, data: &Path) -> anyhow::Result<ExitCode> {
        let mut report = None;
        let asked = socket::ask(data, |said| match said {
            Said::Act { act, seen } => {
                let act = self.words.say(&format!("agent-act-{act}"), &[]);
                self.say(if seen { "agent-drill-seen" } else { "agent-drill-unseen" }, &[("act", &act)]);
            }
            Said::Ended(ended) => report = Some(ended),
        });
        match (asked, report) {
            (_, Some(report)) => {
                for (act, why) in &report.failed {
                    let act = self.words.say(&format!("agent-act-{act}"), &[]);
                    self.say("agent-drill-failed", &[("act", &act), ("cause", why)]);
                }
                self.say("agent-drill-ended", &[("drill", &report.drill)]);
                Ok(if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            (Err(why), None) if why.kind() == io::ErrorKind::PermissionDenied => {
                self.say("agent-drill-rights", &[]);
                Ok(ExitCode::FAILURE)
            }
            (_, None) => {
                self.say("agent-drill-not-running", &[]);
                Ok(ExitCode::FAILURE)
            }
        }
    }

    fn uninstall(&self, data: &Path, yes: bool) -> anyhow::Result<ExitCode> {
        let Some(home) = Home::there(data) else {
            self.say("agent-uninstall-nothing", &[("data", &data.display().to_string())]);
            return Ok(ExitCode::SUCCESS);
        };
        let _held = home.hold()?;
        if !yes {
            if !io::stdin().is_terminal() {
                self.say("agent-uninstall-say-yes", &[]);
                return Ok(ExitCode::FAILURE);
            }
            self.say("agent-uninstall-ask", &[("data", &data.display().to_string())]);
            let mut answer = String::new();
            io::stdin().lock().read_line(&mut answer)?;
            if !matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "はい") {
                self.say("agent-uninstall-kept", &[]);
                return Ok(ExitCode::SUCCESS);
            }
        }
        canary::take_away(&home);
        home.remove()?;
        self.say("agent-uninstalled", &[]);
        Ok(ExitCode::SUCCESS)
    }
}

/// The key of the words for what went wrong.
fn words_for(why: &anyhow::Error) -> &'static str {
    let home = match (why.downcast_ref::<HomeTrouble>(), why.downcast_ref::<EnrolTrouble>()) {
        (Some(home), _) | (None, Some(EnrolTrouble::Home(home))) => Some(home),
        (None, _) => None,
    };
    match (home, why.downcast_ref::<EnrolTrouble>()) {
        (Some(HomeTrouble::NotEnrolled), _) => "agent-not-enrolled",
        (Some(HomeTrouble::Running), _) => "agent-running",
        (_, Some(EnrolTrouble::Line(_))) => "agent-enrol-line",
        (_, Some(EnrolTrouble::Already)) => "agent-enrol-already",
        (_, Some(EnrolTrouble::Answer)) => "agent-enrol-answer",
        (_, Some(EnrolTrouble::Link(Trouble::Away(_)))) => "agent-away",
        (_, Some(EnrolTrouble::Link(_))) => "agent-enrol-refused",
        (Some(HomeTrouble::Io(_) | HomeTrouble::Damaged(_)) | None, _) => "agent-failed",
    }
}

fn kebab<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Ends the agent cleanly when it is asked to end. The signals are blocked before any other thread begins.
fn stop_at_signals(stop: &Stop) -> anyhow::Result<()> {
    let signals: SigSet = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP].into_iter().collect();
    signals.thread_block()?;
    let stop = stop.clone();
    std::thread::Builder::new().name("signals".to_owned()).stack_size(128 * 1024).spawn(move || {
        if let Ok(signal) = signals.wait() {
            tracing::info!("the agent stops ({signal})");
        }
        stop.stop(Why::Asked);
    })?;
    Ok(())
}

/// Ends the agent when its input ends: the program that started it holds the other end, and however that one ends, it lets go.
fn stop_with_parent(stop: &Stop) -> io::Result<()> {
    let stop = stop.clone();
    std::thread::Builder::new().name("parent".to_owned()).stack_size(128 * 1024).spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        tracing::info!("the program that started the agent has ended: the agent stops too");
        stop.stop(Why::Asked);
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_says_no_where_there_is_nothing_to_do_and_changes_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("diary.txt"), "mine").expect("written");
        let code = |words: &[&str]| {
            let data = ["--data".into(), dir.path().as_os_str().to_owned()];
            main_with(["komainu-agent"].iter().chain(words).map(OsString::from).chain(data))
        };
        for words in [&["enrol", "komainu1.x"][..], &["run"], &["drill"]] {
            assert_eq!(code(words), ExitCode::FAILURE, "{words:?}");
        }
        for words in [&["check"][..], &["uninstall", "--yes"]] {
            assert_eq!(code(words), ExitCode::SUCCESS, "{words:?}");
        }
        assert_eq!(code(&["no-such-verb"]), ExitCode::from(2));
        assert_eq!(crate::root::list(dir.path()), [dir.path().join("diary.txt")]);

        let own = dir.path().join("agent");
        Home::make(&own).expect("made");
        let uninstall = |more: &[&str]| {
            main_with(
                ["komainu-agent", "uninstall", "--data"]
                    .iter()
                    .map(OsString::from)
                    .chain([own.clone().into()])
                    .chain(more.iter().map(OsString::from)),
            )
        };
        let held = Home::there(&own).expect("there").hold().expect("free");
        assert_eq!(uninstall(&["--yes"]), ExitCode::FAILURE, "not while an agent runs");
        drop(held);
        assert_eq!(uninstall(&["--yes"]), ExitCode::SUCCESS);
        assert!(!own.exists());
    }

    #[test]
    fn what_goes_wrong_has_words_of_its_own() {
        let words = Words::of(base::Lang::En);
        for (why, start) in [
            (anyhow::Error::from(HomeTrouble::NotEnrolled), "This machine has not joined"),
            (HomeTrouble::Running.into(), "The agent is already running"),
            (EnrolTrouble::Home(HomeTrouble::Running).into(), "The agent is already running"),
            (EnrolTrouble::Line(crate::invitation::NotAnInvitation).into(), "This is not an invitation line"),
            (EnrolTrouble::Already.into(), "This machine has joined a company already"),
            (EnrolTrouble::Answer.into(), "The server's answer does not fit"),
            (EnrolTrouble::Link(Trouble::Away("x".into())).into(), "The server cannot be reached"),
            (EnrolTrouble::Link(Trouble::Refused { status: 422, code: "x".into() }).into(), "The server did not accept"),
            (anyhow::anyhow!("x"), "It did not work: x"),
        ] {
            let said = words.say(words_for(&why), &[("cause".to_owned(), why.root_cause().to_string())]);
            assert!(said.starts_with(start), "{said}");
        }
    }
}
