//! `komainu up`: everything on this machine.

#![expect(clippy::print_stdout, reason = "the greeting is for the person at the terminal")]

use crate::cli::Up;
use crate::config::Config;
use crate::{jobs, keys, locked, wiring};
use anyhow::Context as _;
use base::{Clock, CompanyId};
use response::intake::Gate;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use store::{Actor, Store};
use tokio::net::TcpListener;
use tokio::process::Command;
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
    let (packs, faults) = pack::Packs::of(&data).all();
    faults.iter().for_each(|fault| tracing::warn!("a pack of rules is left out: {fault}"));
    let app = wiring::app(store, &content, &config, origin, keys::sealing(&data)?, &packs)?;
    let gate = Gate::open(&app, &data, &config.agent_names, &agents_url).await.map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let (stop, stopped) = watch::channel(false);

    greet(&app, &data).await?;
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(serve(portal, app.clone(), stopped.clone()));
    tasks.spawn({
        let stopped = stopped.clone();
        async move { gate.serve(agents, stopping(stopped)).await.context("the gate for agents") }
    });
    let periodic = tokio::spawn(wiring::periodic(app.clone()));
    app.store.blobs().sweep().context("what arrived half before cannot be cleared away")?;
    let working = tokio::spawn(jobs::run(app.clone()));
    let hunting = tokio::spawn(jobs::hunt(app.clone()));
    let watching = (!options.no_agent).then(|| tokio::spawn(watch_this_machine(app.clone(), data.join("agent"), stopped)));

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
    hunting.abort();
    let _ = hunting.await;
    app.store.close().await;
    match early {
        Some(ended) => ended.context("a part of the program broke")?.context("a part of the program ended"),
        None => Ok(()),
    }
}

/// The agent's exit code where the server no longer accepts it.
const RETIRED: i32 = 3;

/// Makes the data directory, for this user's eyes only.
fn prepare(data: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(data)
        .with_context(|| format!("the data directory {} cannot be made; give another with --data", data.display()))?;
    std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700))
        .with_context(|| format!("the data directory {} is not yours; give another with --data", data.display()))
}

async fn listen(at: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(at)
        .await
        .with_context(|| format!("{at} cannot be listened on (is another program there?); give another with {flag}"))
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
async fn watch_this_machine(app: App, folder: PathBuf, mut stopped: watch::Receiver<bool>) {
    let mut pause = Duration::from_secs(1);
    loop {
        let began = tokio::time::Instant::now();
        match agent_of_this_machine(&app, &folder, &mut stopped).await {
            Ok(()) if *stopped.borrow() => return,
            Ok(()) => tracing::warn!("the agent of this machine ended; it is started again"),
            Err(error) => tracing::error!("the agent of this machine does not run: {error:#}"),
        }
        let ran_well = began.elapsed() > Duration::from_secs(60);
        pause = if ran_well { Duration::from_secs(1) } else { (pause * 2).min(Duration::from_secs(60)) };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stopping(stopped.clone()) => return,
        }
    }
}

/// Enrols the agent at the first company if it is not yet, and runs it until it ends or the program stops.
async fn agent_of_this_machine(app: &App, folder: &Path, stopped: &mut watch::Receiver<bool>) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    if !agent::is_enrolled(folder) {
        let company = tokio::select! {
            company = first_company(app) => company?,
            () = stopping(stopped.clone()) => return Ok(()),
        };
        let line = invitation(app, &company).await.map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let mut enrol = Command::new(&program);
        let enrolled = enrol.args(["agent", "enrol", &line, "--data"]).arg(folder).stdin(Stdio::null()).output().await?;
        anyhow::ensure!(enrolled.status.success(), "it cannot enrol: {}", String::from_utf8_lossy(&enrolled.stderr).trim());
    }
    let mut run = Command::new(&program);
    run.args(["agent", "run", "--with-parent", "--data"]).arg(folder);
    // Its input is a pipe that ends when we do, however we end; and a Ctrl-C in the terminal is ours to hand on.
    let mut child = run.stdin(Stdio::piped()).process_group(0).spawn()?;
    // Held by us: waiting for a child would close it.
    let input = child.stdin.take();
    let ended = tokio::select! {
        ended = child.wait() => Some(ended?),
        () = stopping(stopped.clone()) => None,
    };
    if let Some(status) = ended {
        if status.code() == Some(RETIRED) {
            tracing::warn!(
                "this machine was taken off the watch; its agent stays off until komainu starts with a new invitation"
            );
            stopping(stopped.clone()).await;
        }
        anyhow::ensure!(status.success(), "it ended with {status}");
        return Ok(());
    }
    drop(input);
    if tokio::time::timeout(Duration::from_secs(8), child.wait()).await.is_err() {
        child.kill().await?;
    }
    Ok(())
}

/// The company that was founded first: this machine's own.
async fn first_company(app: &App) -> anyhow::Result<CompanyId> {
    let mut facts = app.store.listen();
    loop {
        let mut tx = app.store.read_all().await.map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let first = tx.maybe::<String>("SELECT tenant_id AS t FROM company ORDER BY founded_at, tenant_id LIMIT 1", &[]).await;
        drop(tx);
        if let Some(company) = first.map_err(|problem| anyhow::anyhow!("{problem}"))? {
            return Ok(company.parse()?);
        }
        // A minute at most: a fact may have been told by another process.
        let _ = tokio::time::timeout(Duration::from_secs(60), facts.recv()).await;
    }
}

async fn invitation(app: &App, company: &CompanyId) -> base::Result<String> {
    let door = customer::device::door(&app.store).await?;
    let mut tx = app.store.write(company, Actor::System).await?;
    let code = customer::device::make_code(&mut tx, None).await?;
    tx.commit().await?;
    Ok(door.invitation_line(&code))
}
