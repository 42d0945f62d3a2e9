use crate::{Record, Row, Store};
use base::*;

/// A job that this process may work on until its lease ends.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub id: JobId,
    pub company: CompanyId,
    pub kind: String,
    pub seq: i64,
    pub fact: Fact,
    pub tries: i64,
}

impl Record for Claimed {
    fn read(row: &Row) -> Result<Claimed> {
        Ok(Claimed {
            id: row.get("id")?,
            company: row.get("tenant_id")?,
            kind: row.get("kind")?,
            seq: row.get("seq")?,
            fact: row.json("body")?,
            tries: row.get("tries")?,
        })
    }
}

/// How long a worker may take before another takes over.
const LEASE: i64 = 2 * Moment::MINUTE;
/// How long a worker on a long job may go without renewing its lease.
const SHORT_LEASE: i64 = 30 * Moment::SECOND;
/// After so many tries a job is given up and stays in the table with its error.
const MOST_TRIES: i64 = 12;

impl Store {
    /// The next short job that is due, leased to the caller. Two workers never get the same one.
    pub async fn claim_job(&self) -> Result<Option<Claimed>> {
        self.claim(false, LEASE).await
    }

    /// The next long job that is due, such as a hunt. Its lease is short, so that another takes over soon from a worker that
    /// died; a worker that lives renews it with `keep_job`.
    pub async fn claim_long_job(&self) -> Result<Option<Claimed>> {
        self.claim(true, SHORT_LEASE).await
    }

    async fn claim(&self, long: bool, lease: i64) -> Result<Option<Claimed>> {
        let mut tx = self.write_all().await?;
        let now = tx.now();
        let sql = "UPDATE job SET locked_until = $2, tries = tries + 1
                   WHERE done_at IS NULL AND locked_until <= $1 AND id = (
                       SELECT id FROM job WHERE done_at IS NULL AND run_at <= $1 AND locked_until <= $1
                       AND (kind = $3) = ($4 = 1) ORDER BY run_at, id LIMIT 1)
                   RETURNING id, tenant_id, kind, seq, body, tries";
        let claimed = tx.maybe(sql, &[&now, &now.plus(lease), &Job::Hunt.name(), &long]).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// Renews the lease of a long job.
    pub async fn keep_job(&self, id: &JobId) -> Result<()> {
        let mut tx = self.write_all().await?;
        let until = tx.now().plus(SHORT_LEASE);
        tx.run("UPDATE job SET locked_until = $2 WHERE id = $1 AND done_at IS NULL", &[id, &until]).await?;
        tx.commit().await
    }

    /// When the next open job is due or its lease ends, if there is one; among long jobs, or among the others.
    pub async fn next_job_at(&self, long: bool) -> Result<Option<Moment>> {
        let mut tx = self.read_all().await?;
        let sql = "SELECT CASE WHEN locked_until > run_at THEN locked_until ELSE run_at END AS n
                   FROM job WHERE done_at IS NULL AND (kind = $1) = ($2 = 1) ORDER BY n LIMIT 1";
        Ok(tx.maybe::<i64>(sql, &[&Job::Hunt.name(), &long]).await?.map(Moment))
    }

    /// The job is done.
    pub async fn finish_job(&self, id: &JobId) -> Result<()> {
        let mut tx = self.write_all().await?;
        let now = tx.now();
        tx.run("UPDATE job SET done_at = $2, error = NULL WHERE id = $1", &[id, &now]).await?;
        tx.commit().await
    }

    /// The job failed: it is tried again after a pause that doubles up to six hours, and given up after twelve tries.
    pub async fn fail_job(&self, job: &Claimed, error: &str) -> Result<()> {
        let pause = (10 * Moment::SECOND) << job.tries.clamp(0, 11);
        let mut tx = self.write_all().await?;
        let next = tx.now().plus(pause.min(6 * Moment::HOUR));
        let given_up = (job.tries >= MOST_TRIES).then_some(tx.now());
        let error: String = error.chars().take(500).collect();
        let sql = "UPDATE job SET run_at = $2, locked_until = 0, error = $3, done_at = $4 WHERE id = $1";
        tx.run(sql, &[&job.id, &next, &error, &given_up]).await?;
        tx.commit().await
    }

    /// Waits until a fact with such jobs is committed in this process.
    pub async fn job_told(&self, long: bool) {
        if long { self.ears.long_jobs.notified().await } else { self.ears.jobs.notified().await }
    }
}
