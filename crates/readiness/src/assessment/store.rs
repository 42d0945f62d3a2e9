use super::rules::Answer;
use base::*;
use store::{AllTx, Record, Row, Tx};

/// One filled-in assessment of one site.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub id: SheetId,
    pub site: SiteId,
    pub edition: String,
    pub started: Moment,
    pub finished: Option<Moment>,
    /// Set once it is finished.
    pub score: Option<i64>,
}

/// One answer of a sheet.
pub struct Given {
    pub question: String,
    pub answer: Answer,
}

/// How many companies have a score.
pub struct Count {
    pub score: i64,
    pub companies: i64,
}

impl Record for Sheet {
    fn read(row: &Row) -> Result<Sheet> {
        Ok(Sheet {
            id: row.get("id")?,
            site: row.get("site_id")?,
            edition: row.get("edition")?,
            started: row.get("started_at")?,
            finished: row.get("finished_at")?,
            score: row.get("score")?,
        })
    }
}

impl Record for Given {
    fn read(row: &Row) -> Result<Given> {
        Ok(Given { question: row.get("question")?, answer: row.parse("answer")? })
    }
}

impl Record for Count {
    fn read(row: &Row) -> Result<Count> {
        Ok(Count { score: row.get("score")?, companies: row.get("companies")? })
    }
}

pub async fn find(tx: &mut Tx, id: &SheetId) -> Result<Sheet> {
    tx.one("SELECT id, site_id, edition, started_at, finished_at, score FROM sheet WHERE tenant_id = $1 AND id = $2", &[id]).await
}

/// The finished sheets of the company, the newest first.
pub async fn finished(tx: &mut Tx, most: i64) -> Result<Vec<Sheet>> {
    let sql = "SELECT id, site_id, edition, started_at, finished_at, score FROM sheet
               WHERE tenant_id = $1 AND finished_at IS NOT NULL ORDER BY finished_at DESC, id DESC LIMIT $2";
    tx.all(sql, &[&most]).await
}

/// The newest finished sheet of each site.
pub async fn newest(tx: &mut Tx) -> Result<Vec<Sheet>> {
    let sql = "SELECT id, site_id, edition, started_at, finished_at, score FROM sheet s
               WHERE tenant_id = $1 AND finished_at IS NOT NULL AND NOT EXISTS (
                   SELECT 1 FROM sheet later WHERE later.tenant_id = $1 AND later.site_id = s.site_id AND later.finished_at IS NOT NULL
                   AND (later.finished_at > s.finished_at OR (later.finished_at = s.finished_at AND later.id > s.id)))
               ORDER BY finished_at DESC, id DESC";
    tx.all(sql, &[]).await
}

/// The sheets that are being filled in: at most one a site.
pub async fn open(tx: &mut Tx) -> Result<Vec<Sheet>> {
    let sql = "SELECT id, site_id, edition, started_at, finished_at, score FROM sheet
               WHERE tenant_id = $1 AND finished_at IS NULL ORDER BY id";
    tx.all(sql, &[]).await
}

pub async fn insert(tx: &mut Tx, id: &SheetId, site: &SiteId, edition: &str, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO sheet (tenant_id, id, site_id, edition, started_at, started_by, touched_at) VALUES ($1, $2, $3, $4, $5, $6, $5)";
    let now = tx.now();
    tx.run(sql, &[id, site, &edition, &now, by]).await?;
    Ok(())
}

pub async fn insert_finished(tx: &mut Tx, id: &SheetId, site: &SiteId, edition: &str, score: i64, by: &PersonId) -> Result<()> {
    let sql =
        "INSERT INTO sheet (tenant_id, id, site_id, edition, started_at, started_by, touched_at, finished_at, finished_by, score)
               VALUES ($1, $2, $3, $4, $5, $6, $5, $5, $6, $7)";
    let now = tx.now();
    tx.run(sql, &[id, site, &edition, &now, by, &score]).await?;
    Ok(())
}

/// Notes that somebody works on an open sheet, and holds it for this transaction. False where it is finished.
pub async fn touch(tx: &mut Tx, id: &SheetId) -> Result<bool> {
    let now = tx.now();
    let changed =
        tx.run("UPDATE sheet SET touched_at = $3 WHERE tenant_id = $1 AND id = $2 AND finished_at IS NULL", &[id, &now]).await?;
    Ok(changed == 1)
}

pub async fn answers(tx: &mut Tx, sheet: &SheetId) -> Result<Vec<Given>> {
    tx.all("SELECT question, answer FROM answer WHERE tenant_id = $1 AND sheet_id = $2", &[sheet]).await
}

pub async fn put_answer(tx: &mut Tx, sheet: &SheetId, question: &str, answer: Answer, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO answer (tenant_id, sheet_id, question, answer, at, person_id) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (tenant_id, sheet_id, question) DO UPDATE SET answer = $4, at = $5, person_id = $6";
    let now = tx.now();
    tx.run(sql, &[sheet, &question, &answer.key(), &now, by]).await?;
    Ok(())
}

pub async fn finish(tx: &mut Tx, sheet: &SheetId, score: i64, by: &PersonId) -> Result<()> {
    let sql = "UPDATE sheet SET finished_at = $3, finished_by = $4, score = $5, touched_at = $3
               WHERE tenant_id = $1 AND id = $2 AND finished_at IS NULL";
    let now = tx.now();
    tx.change(sql, &[sheet, &now, by, &score]).await
}

/// Keeps the company's newest score for comparison.
pub async fn put_peer(tx: &mut Tx, edition: &str, score: i64) -> Result<()> {
    let sql = "INSERT INTO peer (tenant_id, edition, score, finished_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (tenant_id) DO UPDATE SET edition = $2, score = $3, finished_at = $4";
    let now = tx.now();
    tx.run(sql, &[&edition, &score, &now]).await?;
    Ok(())
}

/// How many companies of a trade and size have each score; each company once, by its newest finished sheets.
pub async fn peers(tx: &mut AllTx, edition: &str, trade: &str, from: i64, to: i64) -> Result<Vec<Count>> {
    let sql = "SELECT p.score AS score, COUNT(*) AS companies FROM peer p JOIN company c ON c.tenant_id = p.tenant_id
               WHERE p.edition = $1 AND c.trade = $2 AND c.employees >= $3 AND c.employees <= $4 GROUP BY p.score ORDER BY p.score";
    tx.all(sql, &[&edition, &trade, &from, &to]).await
}
