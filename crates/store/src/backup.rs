//! Backup while running, and restore: every table as JSON lines and every file, in one folder that either database
//! can be restored from. So a backup is also the way from SQLite to PostgreSQL and back.

use crate::blobs::{TO_GO_ON, UNDER_WAY};
use crate::conn::Conn;
use crate::open::newest_step;
use crate::{Row, Store, Value};
use base::{Moment, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Why a backup or a restore did not work.
#[derive(Debug, thiserror::Error)]
pub enum BackupFault {
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    #[error("the store says: {0}")]
    Store(Problem),
    #[error("{0} already exists: a backup is never written over")]
    Exists(PathBuf),
    #[error("the store is not empty: restore into a new data directory or database")]
    NotEmpty,
    #[error("this backup was made by a newer Komainu (step {0}; this program knows steps up to {1})")]
    Newer(i64, i64),
    #[error("{0}, line {1}: {2}")]
    Damaged(PathBuf, usize, String),
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub rows: u64,
    pub made: Moment,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: String,
    step: i64,
    made: i64,
    tables: Vec<String>,
}

const FORMAT: &str = "komainu-backup-1";

/// A table's columns in order, with their types.
struct Table {
    name: String,
    columns: Vec<(String, String)>,
}

impl From<Problem> for BackupFault {
    fn from(problem: Problem) -> BackupFault {
        BackupFault::Store(problem)
    }
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BackupFault {
    let path = path.to_owned();
    move |error| BackupFault::File(path, error)
}

impl Store {
    /// Writes everything, as of one moment, into the new folder `to`. The store goes on working.
    pub async fn backup(&self, to: &Path) -> Result<(), BackupFault> {
        if to.exists() {
            return Err(BackupFault::Exists(to.to_owned()));
        }
        let tables = to.join("tables");
        std::fs::create_dir_all(&tables).map_err(at(&tables))?;
        private(to).map_err(at(to))?;
        let mut conn = self.begin_read().await?;
        conn.belong_to("*").await?;
        let list = schema(&mut conn).await?;
        for table in &list {
            let path = tables.join(format!("{}.jsonl", table.name));
            let mut file = BufWriter::new(File::create_new(&path).map_err(at(&path))?);
            let columns: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
            let sql = format!("SELECT {} FROM {}", columns.join(", "), table.name);
            let write = |row: &Row| {
                let line = to_json(row, table)?;
                writeln!(file, "{line}").map_err(|_| Problem::NoRoom)
            };
            conn.each(&sql, Vec::new(), write).await?;
            let file = file.into_inner().map_err(|e| BackupFault::File(path.clone(), e.into_error()))?;
            file.sync_all().map_err(at(&path))?;
        }
        // Files are added before the rows that name them, so copying them after the rows finds every one.
        copy(self.blobs().root(), &to.join("files"))?;
        let names = list.into_iter().map(|table| table.name).collect();
        let manifest = Manifest { format: FORMAT.to_owned(), step: newest_step(), made: self.clock().now().0, tables: names };
        let path = to.join("backup.json");
        let text = serde_json::to_vec_pretty(&manifest).map_err(Problem::internal)?;
        let mut file = File::create_new(&path).map_err(at(&path))?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(at(&path))
    }

    /// Puts a backup into this store, which must be new.
    ///
    /// All rows go in as one transaction: a damaged backup leaves the store as empty as it was.
    pub async fn restore(&self, from: &Path) -> Result<Restored, BackupFault> {
        let path = from.join("backup.json");
        let text = std::fs::read(&path).map_err(at(&path))?;
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|e| BackupFault::Damaged(path.clone(), e.line(), e.to_string()))?;
        if manifest.format != FORMAT || manifest.step > newest_step() {
            return Err(BackupFault::Newer(manifest.step, newest_step()));
        }
        let mut conn = self.begin_write().await?;
        conn.belong_to("*").await?;
        let list = schema(&mut conn).await?;
        for table in &list {
            let rows = conn.all(&format!("SELECT COUNT(*) AS n FROM {}", table.name), Vec::new()).await?;
            if rows.first().map(|row| row.get::<i64>("n")).transpose()?.unwrap_or(0) > 0 {
                return Err(BackupFault::NotEmpty);
            }
        }
        let mut rows = 0;
        for name in in_order(&manifest.tables) {
            let path = from.join("tables").join(format!("{name}.jsonl"));
            let table = list.iter().find(|table| table.name == name);
            let table = table.ok_or_else(|| BackupFault::Damaged(path.clone(), 0, "no such table".to_owned()))?;
            rows += fill(&mut conn, table, &path).await?;
        }
        copy(&from.join("files"), self.blobs().root())?;
        conn.commit().await?;
        Ok(Restored { rows, made: Moment(manifest.made) })
    }
}

/// Tables as they can be filled: no table has foreign keys to another but through its company.
fn in_order(tables: &[String]) -> Vec<&str> {
    let mut names: Vec<&str> = tables.iter().map(String::as_str).collect();
    names.sort_by_key(|name| (*name != "company", name.to_owned()));
    names
}

async fn schema(conn: &mut Conn) -> Result<Vec<Table>, Problem> {
    let sql = match conn {
        Conn::Sqlite(_) => {
            "SELECT m.name AS tbl, c.name AS col, c.type AS kind FROM sqlite_master m JOIN pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' ORDER BY m.name, c.cid"
        }
        Conn::Postgres(_) => {
            "SELECT CAST(table_name AS TEXT) AS tbl, CAST(column_name AS TEXT) AS col, CAST(upper(data_type) AS TEXT) AS kind
             FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_sqlx%'
             ORDER BY table_name, ordinal_position"
        }
    };
    let mut tables: Vec<Table> = Vec::new();
    for row in conn.all(sql, Vec::new()).await? {
        let (name, column, kind): (String, String, String) = (row.get("tbl")?, row.get("col")?, row.get("kind")?);
        match tables.last_mut() {
            Some(table) if table.name == name => table.columns.push((column, kind)),
            _ => tables.push(Table { name, columns: vec![(column, kind)] }),
        }
    }
    Ok(tables)
}

fn to_json(row: &Row, table: &Table) -> Result<Json, Problem> {
    let mut line = Map::new();
    for (name, kind) in &table.columns {
        let value = match kind.as_str() {
            "BIGINT" => json!(row.get::<Option<i64>>(name)?),
            "DOUBLE PRECISION" => json!(row.get::<Option<f64>>(name)?),
            "BYTEA" => json!(row.get::<Option<Vec<u8>>>(name)?.map(hex::encode)),
            _ => json!(row.get::<Option<String>>(name)?),
        };
        line.insert(name.clone(), value);
    }
    Ok(Json::Object(line))
}

async fn fill(conn: &mut Conn, table: &Table, path: &Path) -> Result<u64, BackupFault> {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, columns.join(", "), places.join(", "));
    let mut rows = 0;
    for (line, text) in BufReader::new(File::open(path).map_err(at(path))?).lines().enumerate() {
        let damaged = |why: String| BackupFault::Damaged(path.to_owned(), line + 1, why);
        let text = text.map_err(|e| damaged(e.to_string()))?;
        let values: Map<String, Json> = serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))?;
        let value = |(name, kind): &(String, String)| from_json(values.get(name).unwrap_or(&Json::Null), kind);
        let args: Option<Vec<Value>> = table.columns.iter().map(value).collect();
        let args = args.ok_or_else(|| damaged("a value is of another type than its column".to_owned()))?;
        conn.run(&sql, args).await?;
        rows += 1;
    }
    Ok(rows)
}

fn from_json(value: &Json, kind: &str) -> Option<Value> {
    let null = value.is_null();
    match kind {
        "BIGINT" => (null || value.is_i64()).then(|| Value::Int(value.as_i64())),
        "DOUBLE PRECISION" => (null || value.is_number()).then(|| Value::Real(value.as_f64())),
        "BYTEA" if null => Some(Value::Bytes(None)),
        "BYTEA" => value.as_str().and_then(|text| hex::decode(text).ok()).map(|bytes| Value::Bytes(Some(bytes))),
        _ => (null || value.is_string()).then(|| Value::Text(value.as_str().map(str::to_owned))),
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), BackupFault> {
    std::fs::create_dir_all(to).map_err(at(to))?;
    for entry in std::fs::read_dir(from).map_err(at(from))? {
        let entry = entry.map_err(at(from))?;
        let target = to.join(entry.file_name());
        if entry.file_name() == UNDER_WAY || entry.file_name() == TO_GO_ON {
            continue;
        }
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
            continue;
        }
        match std::fs::copy(entry.path(), &target) {
            // It was removed a moment ago, with the row that named it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            copied => {
                copied.map_err(at(&target))?;
                File::open(&target).and_then(|file| file.sync_all()).map_err(at(&target))?;
            }
        }
    }
    Ok(())
}

/// Only whoever runs the program may look into a backup: it holds what the store holds.
fn private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}
