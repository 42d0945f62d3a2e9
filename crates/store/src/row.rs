use base::*;
use sqlx::{Row as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow};

/// One row of an answer, from whichever database.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A thing that can be read from a row.
pub trait Record: Sized {
    /// Reads it, by column name.
    fn read(row: &Row) -> Result<Self>;
}

/// A value that can stand in a column.
pub trait Column: Sized {
    fn read(row: &Row, name: &str) -> Result<Self>;
}

impl Row {
    /// The value of a column; `Internal` where the column is missing or of another type.
    pub fn get<T: Column>(&self, name: &str) -> Result<T> {
        T::read(self, name)
    }

    /// The value of a text column that names a variant, such as a stage.
    pub fn parse<T: std::str::FromStr>(&self, name: &str) -> Result<T> {
        let text: String = self.get(name)?;
        text.parse().map_err(|_| Problem::internal(format!("column {name} holds the unknown word {text:?}")))
    }

    /// The value of a text column that holds JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T> {
        let text: String = self.get(name)?;
        serde_json::from_str(&text).map_err(|e| Problem::internal(format!("column {name}: {e}")))
    }

    fn is_null(&self, name: &str) -> Result<bool> {
        match self {
            Row::Sqlite(row) => row.try_get_raw(name).map(|value| value.is_null()),
            Row::Postgres(row) => row.try_get_raw(name).map(|value| value.is_null()),
        }
        .map_err(Problem::internal)
    }
}

macro_rules! plain_columns {
    ($($type:ty),+) => {$(
        impl Column for $type {
            fn read(row: &Row, name: &str) -> Result<$type> {
                match row {
                    Row::Sqlite(row) => row.try_get(name),
                    Row::Postgres(row) => row.try_get(name),
                }
                .map_err(Problem::internal)
            }
        }
    )+};
}
plain_columns!(String, i64, f64, Vec<u8>);

macro_rules! columns_from {
    ($from:ty: $($type:ty),+) => {$(
        impl Column for $type {
            fn read(row: &Row, name: &str) -> Result<$type> {
                let raw: $from = row.get(name)?;
                <$type>::try_from(raw).map_err(|e| Problem::internal(format!("column {name}: {e}")))
            }
        }
    )+};
}
columns_from!(String: CompanyId, PersonId, SiteId, InvitationId, PasskeyId, DeviceId, SheetId, StepId, DeclarationId,
    AlertId, IncidentId, AttachmentId, HuntId, JobId);
columns_from!(i64: Moment, Yen, u32);

impl Column for Day {
    fn read(row: &Row, name: &str) -> Result<Day> {
        row.parse(name)
    }
}

impl Column for bool {
    fn read(row: &Row, name: &str) -> Result<bool> {
        Ok(row.get::<i64>(name)? != 0)
    }
}

impl<T: Column> Column for Option<T> {
    fn read(row: &Row, name: &str) -> Result<Option<T>> {
        if row.is_null(name)? { Ok(None) } else { T::read(row, name).map(Some) }
    }
}

/// A single column named `n`, for counts and look-ups of one value.
impl Record for i64 {
    fn read(row: &Row) -> Result<i64> {
        row.get("n")
    }
}

/// A single column named `t`.
impl Record for String {
    fn read(row: &Row) -> Result<String> {
        row.get("t")
    }
}
