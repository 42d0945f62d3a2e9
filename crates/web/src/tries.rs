//! Counting tries, so that guessing is slow. Kept in the store: a restart forgives nobody.

use crate::App;
use base::*;
use sha2::{Digest, Sha256};

/// So long are tries remembered from the first.
const WINDOW: i64 = 15 * Moment::MINUTE;

/// Refuses with `TooMany` where `what` (such as `sign-in:mail`) has been tried `most` times within a quarter of an hour.
pub async fn check_tries(app: &App, what: &str, most: i64) -> Result<()> {
    let mut tx = app.store.read_all().await?;
    let now = tx.now();
    let sql = "SELECT until AS n FROM tries WHERE id = $1 AND count >= $2 AND until > $3";
    match tx.maybe::<i64>(sql, &[&key(what), &most, &now]).await? {
        Some(until) => Err(Problem::TooMany { until: Moment(until) }),
        None => Ok(()),
    }
}

/// Counts one more failed try.
pub async fn count_try(app: &App, what: &str) -> Result<()> {
    let mut tx = app.store.write_all().await?;
    let now = tx.now();
    tx.run("DELETE FROM tries WHERE until <= $1", &[&now]).await?;
    let sql = "INSERT INTO tries (id, count, until) VALUES ($1, 1, $2) ON CONFLICT (id) DO UPDATE SET count = tries.count + 1";
    tx.run(sql, &[&key(what), &now.plus(WINDOW)]).await?;
    tx.commit().await
}

/// Forgets the tries, after a success.
pub async fn forget_tries(app: &App, what: &str) -> Result<()> {
    let mut tx = app.store.write_all().await?;
    tx.run("DELETE FROM tries WHERE id = $1", &[&key(what)]).await?;
    tx.commit().await
}

fn key(what: &str) -> String {
    hex::encode(Sha256::digest(what.as_bytes()))
}
