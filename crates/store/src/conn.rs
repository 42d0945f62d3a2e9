//! One open transaction on either database. Everything above speaks `$1`, `Value` and `Row`.

use crate::{Row, Value};
use base::{Problem, Result};
use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction};

pub(crate) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql));
        for arg in $args {
            query = match arg {
                Value::Text(text) => query.bind(text),
                Value::Int(int) => query.bind(int),
                Value::Real(real) => query.bind(real),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

impl Conn {
    /// Runs a statement; how many rows it changed.
    pub async fn run(&mut self, sql: &str, args: Vec<Value>) -> Result<u64> {
        match self {
            Conn::Sqlite(tx) => bound!(sql, args).execute(&mut **tx).await.map(|done| done.rows_affected()),
            Conn::Postgres(tx) => bound!(sql, args).execute(&mut **tx).await.map(|done| done.rows_affected()),
        }
        .map_err(problem)
    }

    /// All rows of an answer.
    pub async fn all(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
        match self {
            Conn::Sqlite(tx) => {
                let rows = bound!(sql, args).fetch_all(&mut **tx).await.map_err(problem)?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Conn::Postgres(tx) => {
                let rows = bound!(sql, args).fetch_all(&mut **tx).await.map_err(problem)?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Each row of an answer in turn, without holding them all.
    pub async fn each(&mut self, sql: &str, args: Vec<Value>, mut on: impl FnMut(&Row) -> Result<()> + Send) -> Result<()> {
        match self {
            Conn::Sqlite(tx) => {
                let mut rows = bound!(sql, args).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(problem)? {
                    on(&Row::Sqlite(row))?;
                }
            }
            Conn::Postgres(tx) => {
                let mut rows = bound!(sql, args).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(problem)? {
                    on(&Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }

    pub async fn commit(self) -> Result<()> {
        match self {
            Conn::Sqlite(tx) => tx.commit().await,
            Conn::Postgres(tx) => tx.commit().await,
        }
        .map_err(problem)
    }

    /// Says whose rows may be seen from here on: a company's, or `*` for all. Row-level security on PostgreSQL reads
    /// it; SQLite has no such guard and relies on the types.
    pub async fn belong_to(&mut self, tenant: &str) -> Result<()> {
        match self {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(tx) => sqlx::query("SELECT set_config('komainu.tenant', $1, true)")
                .bind(tenant)
                .execute(&mut **tx)
                .await
                .map(|_| ())
                .map_err(problem),
        }
    }
}

/// What a database error means to whoever asked.
pub(crate) fn problem(error: sqlx::Error) -> Problem {
    match &error {
        sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => Problem::NoRoom,
        sqlx::Error::Database(database) if database.is_unique_violation() => Problem::Conflict,
        sqlx::Error::Database(database) => match database.code().as_deref() {
            // SQLite's primary codes: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN. Extended ones keep them in the low byte.
            Some(code)
                if code.parse::<i32>().is_ok_and(|code| code < 10_000 && [5, 6, 8, 10, 13, 14].contains(&(code & 0xff))) =>
            {
                tracing::error!(error = %error, "the store has no room or cannot be reached: {error}");
                Problem::NoRoom
            }
            // PostgreSQL: disk full, out of memory, too many connections, shutting down.
            Some("53100" | "53200" | "53300" | "57P01" | "57P03") => {
                tracing::error!(error = %error, "the store has no room or cannot be reached: {error}");
                Problem::NoRoom
            }
            Some("40001" | "40P01") => Problem::Conflict,
            _ => Problem::internal(error),
        },
        _ => Problem::internal(error),
    }
}
