//! `komainu up`: everything on this machine.

#![expect(clippy::print_stdout, reason = "the greeting is for the person at the terminal")]

use crate::cli::Up;
use crate::config::Config;
use crate::{jobs, keys, locked, wiring};
use anyhow::Context as _;
use base::{Clock, Fact};
use response::intake::Gate;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use web::{App, Content};

/// Starts the portal and the agent, and stops both cleanly at Ctrl-C or SIGTERM.
pub async fn run(options: &Up) -> anyhow::Result<()> {
    let data = options.data.dir()?;
    prepare(&data)?;
    let _locked = locked::take(&data)?;
    let config = Config::read(&data.join("komainu.toml"))?;
    let content = options.content.as_ref().map_or(Content::Carried, Content::disk);
    let portal = listen(options.listen, "--listen").await?;
    let agents = listen(options.agents, "--agents").await?;
    let (portal_at, agents_at) = (portal.local_addr()?, agents.local_addr()?);
    let store = Store::open(&wiring::place(&config, &data), Clock::System).await?;
    let origin = config.origin.clone().unwrap_or_else(|| format!("http://{}:{}", host(portal_at), portal_at.port()));
    let agents_url = format!("https://{}:{}", host(agents_at), agents_at.port());
    let sealing = keys::sealing(&data)?;
    let (app, gate) = wiring::app(store, &content, &config, &data, origin, agents_url, sealing).await?;
    let (stop, stopped) = watch::channel(false);

    greet(&app, &data).await?;
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(serve(portal, app.clone(), stopped.clone()));
    tasks.spawn({
        let (gate, stopped) = (gate.clone(), stopped.clone());
        async move { gate.serve(agents, stopping(stopped)).await }
    });
    let periodic = tokio::spawn(wiring::periodic(app.clone()));
    let working = tokio::spawn(jobs::run(app.clone()));
    let watching = (!options.no_agent).then(|| tokio::spawn(watch_this_machine(app.clone(), gate.clone(), data.join("agent"), stopped)));

    let early = tokio::select! {
        () = asked_to_stop() => None,
        Some(ended) = tasks.join_next() => Some(ended),
    };
    println!("\nStopping …");
    stop.send_replace(true);
    if let Some(watching) = watching {
        let _ = tokio::time::timeout(Duration::from_secs(12), watching).await;
    }
    let _ = tokio::time::timeout(Duration::from_secs(5), async { while tasks.join_next().await.is_some() {} }).await;
    periodic.abort();
    working.abort();
    app.store.close().await;
    match early {
        Some(ended) => ended.context("a part of the program broke")?.context("a part of the program ended"),
        None => Ok(()),
    }
}

/// Makes the data directory, for this user's eyes only.
fn prepare(data: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(data).with_context(|| format!("the data directory {} cannot be made; give another with --data", data.display()))?;
    std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700))
        .with_context(|| format!("the data directory {} is not yours; give another with --data", data.display()))
}

async fn listen(at: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(at).await.with_context(|| format!("{at} cannot be listened on (is another program there?); give another with {flag}"))
}

/// Passkeys need a name, so this machine is called by its own.
fn host(at: SocketAddr) -> String {
    match at.ip() {
        ip if ip.is_loopback() || ip.is_unspecified() => "localhost".to_owned(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
        std::net::IpAddr::V4(ip) => ip.to_string(),
    }
}

/// A short greeting, with the set-up link as long as there is no company.
async fn greet(app: &App, data: &Path) -> anyhow::Result<()> {
    let origin = &app.site.origin;
    println!("\n  狛犬 Komainu {}", app.site.version);
    println!("  データ / data: {}", data.display());
    match customer::setup::new_link(&app.store).await.map_err(|problem| anyhow::anyhow!("{problem}"))? {
        Some(token) => {
            println!("\n  はじめに、このリンクを開いてください（一度だけ使えます）。");
            println!("  To begin, open this link (it works once):\n\n    {origin}/setup/{token}\n");
        }
        None => println!("\n  開いてください / open: {origin}/\n"),
    }
    println!("  止めるときは Ctrl-C / stop with Ctrl-C\n");
    Ok(())
}

async fn serve(listener: TcpListener, app: App, stopped: watch::Receiver<bool>) -> anyhow::Result<()> {
    let service = wiring::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let mut hard = stopped.clone();
    tokio::select! {
        ended = axum::serve(listener, service).with_graceful_shutdown(stopping(stopped)) => ended?,
        // Live pages hold their connection open for hours: they are cut after a moment.
        () = async { let _ = hard.wait_for(|stop| *stop).await; tokio::time::sleep(Duration::from_secs(2)).await } => {}
    }
    Ok(())
}

async fn stopping(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end too.
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// Keeps the agent of this machine running as a process of its own, once there is a company to watch for.
async fn watch_this_machine(app: App, gate: Gate, folder: std::path::PathBuf, mut stopped: watch::Receiver<bool>) {
    let mut pause = Duration::from_secs(1);
    while !*stopped.borrow() {
        let child = match start_agent(&app, &gate, &folder, &mut stopped).await {
            Ok(Some(child)) => child,
            Ok(None) => return,
            Err(error) => {
                tracing::error!("the agent of this machine does not start: {error:#}");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(60));
                continue;
            }
        };
        let began = tokio::time::Instant::now();
        if until_it_ends(child, &mut stopped).await {
            return;
        }
        pause = if began.elapsed() > Duration::from_secs(60) { Duration::from_secs(1) } else { (pause * 2).min(Duration::from_secs(60)) };
        tokio::time::sleep(pause).await;
    }
}

/// Enrols the agent at the first company if it is not yet, and starts it. `None` when the program stops meanwhile.
async fn start_agent(app: &App, gate: &Gate, folder: &Path, stopped: &mut watch::Receiver<bool>) -> anyhow::Result<Option<Child>> {
    let program = std::env::current_exe()?;
    if !agent::is_enrolled(folder) {
        let Some(company) = first_company(app, stopped).await? else { return Ok(None) };
        let line = customer::device::invite_local(app, gate_line(gate), &company).await.map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let mut enrol = Command::new(&program);
        let status = enrol.args(["agent", "enrol", "-", "--data"]).arg(folder).stdin(std::process::Stdio::piped()).spawn()?;
        feed(status, &line).await?;
    }
    let mut run = Command::new(&program);
    run.args(["agent", "run", "--with-parent", "--data"]).arg(folder).stdin(std::process::Stdio::piped()).kill_on_drop(true);
    // Ctrl-C in the terminal goes to the whole group; the agent is told to stop by us instead, in order.
    run.process_group(0);
    Ok(Some(run.spawn()?))
}
