use crate::conn::{Conn, problem};
use crate::tx::Ears;
use crate::{Actor, AllTx, Blobs, Entry, Told, Tx};
use base::*;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Where a store is.
#[derive(Debug, Clone)]
pub enum Place {
    /// SQLite and files, both in this directory.
    Dir(PathBuf),
    /// PostgreSQL at a URL, files in a directory.
    Postgres { url: String, files: PathBuf },
}

/// Why a store cannot be opened, in words for whoever starts the program.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    #[error(
        "the data was written by a newer Komainu (its step {found}; this program knows steps up to {known}). Use that version or a later one; nothing was changed."
    )]
    Newer { found: i64, known: i64 },
    #[error("the data directory {0} cannot be used: {1}")]
    Directory(PathBuf, std::io::Error),
    #[error(
        "step {0} of the data's history is not the one this program knows: the data was changed by a program that is not a released Komainu"
    )]
    Other(i64),
    #[error("the database cannot be opened: {0}")]
    Database(String),
}

#[derive(Clone)]
pub(crate) enum Db {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

/// An open store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) ears: Ears,
    blobs: Blobs,
    clock: Clock,
}

impl Store {
    /// Opens a store, brings its tables up to date, and guards them.
    ///
    /// Refuses data written by a newer version, before anything is changed.
    pub async fn open(place: &Place, clock: Clock) -> std::result::Result<Store, OpenFault> {
        let files = match place {
            Place::Dir(dir) => dir,
            Place::Postgres { files, .. } => files,
        };
        std::fs::create_dir_all(files).map_err(|e| OpenFault::Directory(files.clone(), e))?;
        let blobs = Blobs::at(files.join("files")).map_err(|e| OpenFault::Directory(files.clone(), e))?;
        let db = match place {
            Place::Dir(dir) => sqlite(&dir.join("komainu.db")).await?,
            Place::Postgres { url, .. } => postgres(url).await?,
        };
        let ears = Ears {
            facts: broadcast::channel(1024).0,
            progress: broadcast::channel(64).0,
            jobs: Arc::default(),
            long_jobs: Arc::default(),
        };
        Ok(Store { db, ears, blobs, clock })
    }

    /// A transaction of a company that may write.
    pub async fn write(&self, company: &CompanyId, actor: Actor) -> Result<Tx> {
        Tx::begin(self.begin_write().await?, company.clone(), actor, self.clock.now(), self.ears.clone()).await
    }

    /// A transaction of a company that reads a consistent state.
    pub async fn read(&self, company: &CompanyId) -> Result<Tx> {
        Tx::begin(self.begin_read().await?, company.clone(), Actor::System, self.clock.now(), self.ears.clone()).await
    }

    /// A transaction over all companies that may write.
    pub async fn write_all(&self) -> Result<AllTx> {
        AllTx::begin(self.begin_write().await?, self.clock.now(), self.ears.clone()).await
    }

    /// A transaction over all companies that reads.
    pub async fn read_all(&self) -> Result<AllTx> {
        AllTx::begin(self.begin_read().await?, self.clock.now(), self.ears.clone()).await
    }

    /// The files of companies.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Facts as they are committed in this process. A listener that falls behind is told that it missed some.
    pub fn listen(&self) -> broadcast::Receiver<Told> {
        self.ears.facts.subscribe()
    }

    /// Tells open pages of a company that something moved on which is no fact, such as the progress of a hunt.
    pub fn moved_on(&self, company: &CompanyId, word: &'static str) {
        // Nobody listening is no fault.
        let _ = self.ears.progress.send((company.clone(), word));
    }

    /// What moves on in this process without being a fact. A listener that falls behind has missed nothing that matters.
    pub fn listen_to_progress(&self) -> broadcast::Receiver<(CompanyId, &'static str)> {
        self.ears.progress.subscribe()
    }

    /// Up to `limit` entries of a company's ledger after number `after`, in order.
    pub async fn ledger(&self, company: &CompanyId, after: i64, limit: i64) -> Result<Vec<Entry>> {
        let mut tx = self.read(company).await?;
        let sql = "SELECT tenant_id, seq, at, actor, body, prev, hash FROM fact
                   WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        tx.all(sql, &[&after, &limit]).await
    }

    /// `sqlite` or `postgresql`, for people.
    pub fn kind(&self) -> &'static str {
        match self.db {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgresql",
        }
    }

    /// Closes all connections; what was committed stays.
    pub async fn close(&self) {
        match &self.db {
            Db::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }

    pub(crate) async fn begin_write(&self) -> Result<Conn> {
        match &self.db {
            Db::Sqlite { write, .. } => begin_immediate(write).await.map(Conn::Sqlite),
            Db::Postgres(pool) => pool.begin().await.map(Conn::Postgres),
        }
        .map_err(problem)
    }

    pub(crate) async fn begin_read(&self) -> Result<Conn> {
        match &self.db {
            Db::Sqlite { read, .. } => read.begin().await.map(Conn::Sqlite),
            Db::Postgres(pool) => pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(Conn::Postgres),
        }
        .map_err(problem)
    }
}

/// Begins to write. A full disk ends a transaction from within SQLite, and a connection that it happened to cannot begin
/// another one: it is given up for a new one, so that writing works again once there is room.
async fn begin_immediate(write: &SqlitePool) -> sqlx::Result<sqlx::Transaction<'static, sqlx::Sqlite>> {
    match write.begin_with("BEGIN IMMEDIATE").await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            write.acquire().await?.close().await?;
            write.begin_with("BEGIN IMMEDIATE").await
        }
        begun => begun,
    }
}

async fn sqlite(file: &Path) -> std::result::Result<Db, OpenFault> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Durable before the answer: the log is flushed at every commit.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10));
    let pool = |most| SqlitePoolOptions::new().max_connections(most).acquire_timeout(Duration::from_secs(15));
    // One writer: SQLite has one anyway, and a queue of our own is fairer than its busy handler.
    let write = pool(1).connect_with(options.clone()).await.map_err(database)?;
    migrate(MIGRATIONS.run(&write).await)?;
    let read = pool(4).connect_with(options.read_only(true)).await.map_err(database)?;
    Ok(Db::Sqlite { read, write })
}

async fn postgres(url: &str) -> std::result::Result<Db, OpenFault> {
    let options = PgConnectOptions::from_str(url).map_err(database)?;
    let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(15));
    let pool = pool.connect_with(options).await.map_err(database)?;
    migrate(MIGRATIONS.run(&pool).await)?;
    // Every table with a tenant_id shows only the rows of the company that the transaction names; also to the owner.
    let guard = "DO $$ DECLARE t TEXT; BEGIN
        FOR t IN SELECT c.table_name FROM information_schema.columns c
                 WHERE c.table_schema = current_schema() AND c.column_name = 'tenant_id'
                   AND NOT EXISTS (SELECT 1 FROM pg_policies p WHERE p.schemaname = c.table_schema AND p.tablename = c.table_name)
        LOOP
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
            EXECUTE format('CREATE POLICY own_company ON %I USING (tenant_id = current_setting(''komainu.tenant'', true)
                            OR current_setting(''komainu.tenant'', true) = ''*'')', t);
        END LOOP; END $$";
    sqlx::raw_sql(guard).execute(&pool).await.map_err(database)?;
    Ok(Db::Postgres(pool))
}

fn database(error: sqlx::Error) -> OpenFault {
    OpenFault::Database(error.to_string())
}

fn migrate(result: std::result::Result<(), MigrateError>) -> std::result::Result<(), OpenFault> {
    let known = MIGRATIONS.iter().map(|step| step.version).max().unwrap_or(0);
    match result {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) => Err(OpenFault::Newer { found, known }),
        Err(MigrateError::VersionMismatch(step)) => Err(OpenFault::Other(step)),
        Err(other) => Err(OpenFault::Database(other.to_string())),
    }
}

/// The newest step of the tables' history that this program knows.
pub(crate) fn newest_step() -> i64 {
    MIGRATIONS.iter().map(|step| step.version).max().unwrap_or(0)
}
