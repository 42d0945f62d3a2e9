//! Work that follows facts: letters, and hunts through recordings. Each job is done after its fact is kept, at least once, and tried again when it fails.

use base::{Job, Moment, Problem};
use response::recording::Taking;
use std::time::Duration;
use store::Claimed;
use tokio::task::JoinSet;
use web::{App, Letter};

/// Works off jobs until the program stops.
pub async fn run(app: App) {
    loop {
        match app.store.claim_job().await {
            Ok(Some(job)) => work(&app, &job).await,
            Ok(None) => rest(&app, false).await,
            Err(problem) => {
                tracing::error!("jobs cannot be read: {problem}");
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        }
    }
}

/// Works off hunts until the program stops, as many at a time as the configuration allows. They wait for nobody, and letters
/// do not wait for them.
pub async fn hunt(app: App) {
    let at_once = app.shelf.get::<Taking>().map_or(1, |taking| taking.limits.at_once);
    let mut running = JoinSet::new();
    loop {
        while running.len() >= at_once {
            running.join_next().await;
        }
        match app.store.claim_long_job().await {
            Ok(Some(job)) => {
                let app = app.clone();
                running.spawn(async move { hunted(&app, &job).await });
            }
            Ok(None) => tokio::select! {
                () = rest(&app, true) => {}
                Some(_) = running.join_next() => {}
            },
            Err(problem) => {
                tracing::error!("jobs cannot be read: {problem}");
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        }
    }
}

async fn hunted(app: &App, job: &Claimed) {
    let kept = match response::recording::work(app, job).await {
        Ok(()) => app.store.finish_job(&job.id).await,
        Err(problem) => {
            tracing::warn!(job = %job.id, "hunt of fact {} failed (try {}): {problem}", job.seq, job.tries);
            app.store.fail_job(job, &problem.to_string()).await
        }
    };
    if let Err(problem) = kept {
        tracing::error!(job = %job.id, "job {} cannot be marked: {problem}", job.id);
    }
}

/// Works off every job that is due now; for tests and for the end of a program.
pub async fn run_due(app: &App) -> Result<usize, Problem> {
    let mut done = 0;
    while let Some(job) = app.store.claim_job().await? {
        work(app, &job).await;
        done += 1;
    }
    Ok(done)
}

async fn rest(app: &App, long: bool) {
    let due = app.store.next_job_at(long).await.ok().flatten();
    let wait = due.map_or(Moment::MINUTE, |at| at.since(app.store.clock().now()).clamp(200, Moment::MINUTE));
    let wait = Duration::from_millis(wait.unsigned_abs());
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        () = app.store.job_told(long) => {}
    }
}

async fn work(app: &App, job: &Claimed) {
    let kept = match send(app, job).await {
        Ok(count) => {
            tracing::info!(job = %job.id, "job {} of fact {} done: {count} letters", job.kind, job.seq);
            app.store.finish_job(&job.id).await
        }
        Err(error) => {
            tracing::warn!(job = %job.id, "job {} of fact {} failed (try {}): {error:#}", job.kind, job.seq, job.tries);
            app.store.fail_job(job, &format!("{error:#}")).await
        }
    };
    if let Err(problem) = kept {
        tracing::error!(job = %job.id, "job {} cannot be marked: {problem}", job.id);
    }
}

/// Sends the letters of a job; how many went out. Without a mail server nothing is sent, and the pages say so.
async fn send(app: &App, job: &Claimed) -> anyhow::Result<usize> {
    let letters = letters(app, job).await.map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let Some(mail) = &app.mail else { return Ok(0) };
    for letter in &letters {
        mail.send(letter).await?;
    }
    Ok(letters.len())
}

async fn letters(app: &App, job: &Claimed) -> Result<Vec<Letter>, Problem> {
    let kind = Job::from_name(&job.kind).ok_or_else(|| Problem::internal(format!("no job is called {}", job.kind)))?;
    match kind {
        Job::MailInvitation => Ok(customer::people::invitation_letter(app, job).await?.into_iter().collect()),
        Job::MailStep | Job::MailReminder => Ok(readiness::plan::step_letter(app, job).await?.into_iter().collect()),
        Job::MailAlert => response::alert::letter(app, job).await,
        Job::MailSilence => customer::device::letter(app, job).await,
        Job::Hunt => Err(Problem::internal("a hunt is no letter")),
    }
}
