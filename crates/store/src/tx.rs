use crate::conn::Conn;
use crate::ledger::{self, Actor};
use crate::{Record, ToValue, Value};
use base::*;
use std::sync::Arc;
use tokio::sync::{Notify, broadcast};

/// A fact that has been committed, as live pages hear of it.
pub type Told = (CompanyId, Arc<Fact>);

/// Where committed facts are announced within this process.
#[derive(Clone)]
pub(crate) struct Ears {
    pub facts: broadcast::Sender<Told>,
    /// What moves on without being a fact: whose it is and the word that pages listen for.
    pub progress: broadcast::Sender<(CompanyId, &'static str)>,
    pub jobs: Arc<Notify>,
    pub long_jobs: Arc<Notify>,
}

/// A transaction of one company. `$1` of every statement is the company; arguments begin at `$2`.
pub struct Tx {
    conn: Conn,
    company: CompanyId,
    actor: Actor,
    now: Moment,
    told: Vec<Told>,
    ears: Ears,
}

/// A transaction that sees every company: for sign-in, enrolment, jobs and set-up, where the company is what is sought.
pub struct AllTx {
    conn: Conn,
    now: Moment,
    ears: Ears,
}

fn values(args: &[&dyn ToValue]) -> Vec<Value> {
    args.iter().map(|arg| arg.to_value()).collect()
}

impl Tx {
    pub(crate) async fn begin(mut conn: Conn, company: CompanyId, actor: Actor, now: Moment, ears: Ears) -> Result<Tx> {
        conn.belong_to(company.as_str()).await?;
        Ok(Tx { conn, company, actor, now, told: Vec::new(), ears })
    }

    pub fn company(&self) -> &CompanyId {
        &self.company
    }

    /// The moment that the whole transaction shares.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// The one row asked for, or `NotFound`: another company's row is not there.
    pub async fn one<T: Record>(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<T> {
        self.maybe(sql, args).await?.ok_or(Problem::NotFound)
    }

    /// The first row, if there is one.
    pub async fn maybe<T: Record>(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<Option<T>> {
        let args = self.bind(sql, args)?;
        self.conn.all(sql, args).await?.first().map(T::read).transpose()
    }

    /// All rows.
    pub async fn all<T: Record>(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<Vec<T>> {
        let args = self.bind(sql, args)?;
        self.conn.all(sql, args).await?.iter().map(T::read).collect()
    }

    /// Runs a statement; how many rows it changed.
    pub async fn run(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<u64> {
        let args = self.bind(sql, args)?;
        self.conn.run(sql, args).await
    }

    /// Runs a statement that must change exactly one row: `NotFound` where it changes none.
    pub async fn change(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<()> {
        match self.run(sql, args).await? {
            0 => Err(Problem::NotFound),
            1 => Ok(()),
            many => Err(Problem::internal(format!("one row was to change, {many} did: {sql}"))),
        }
    }

    /// Adds a fact to the company's ledger, with the jobs that follow it. Kept when the transaction is.
    pub async fn tell(&mut self, fact: Fact) -> Result<()> {
        ledger::append(&mut self.conn, &self.company, &self.actor, self.now, &fact).await?;
        self.told.push((self.company.clone(), Arc::new(fact)));
        Ok(())
    }

    /// Keeps everything, durably, and then lets live pages and jobs know.
    pub async fn commit(self) -> Result<()> {
        let Tx { conn, told, ears, .. } = self;
        conn.commit().await?;
        let jobs: Vec<Job> = told.iter().flat_map(|(_, fact)| fact.jobs()).copied().collect();
        for one in told {
            // Nobody listening is no fault: the fact is kept all the same.
            let _ = ears.facts.send(one);
        }
        if jobs.contains(&Job::Hunt) {
            ears.long_jobs.notify_one();
        }
        if jobs.iter().any(|job| *job != Job::Hunt) {
            ears.jobs.notify_one();
        }
        Ok(())
    }

    fn bind(&self, sql: &'static str, args: &[&dyn ToValue]) -> Result<Vec<Value>> {
        if !sql.contains("$1") || !sql.contains("tenant_id") {
            return Err(Problem::internal(format!("a company's statement must bind tenant_id to $1: {sql}")));
        }
        let mut all = vec![Value::Text(Some(self.company.to_string()))];
        all.extend(values(args));
        Ok(all)
    }
}

impl AllTx {
    pub(crate) async fn begin(mut conn: Conn, now: Moment, ears: Ears) -> Result<AllTx> {
        conn.belong_to("*").await?;
        Ok(AllTx { conn, now, ears })
    }

    pub fn now(&self) -> Moment {
        self.now
    }

    pub async fn one<T: Record>(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<T> {
        self.maybe(sql, args).await?.ok_or(Problem::NotFound)
    }

    pub async fn maybe<T: Record>(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<Option<T>> {
        self.conn.all(sql, values(args)).await?.first().map(T::read).transpose()
    }

    pub async fn all<T: Record>(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<Vec<T>> {
        self.conn.all(sql, values(args)).await?.iter().map(T::read).collect()
    }

    pub async fn run(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<u64> {
        self.conn.run(sql, values(args)).await
    }

    /// The same transaction, from here on a company's: what was found across companies is acted on within one.
    pub async fn at_company(self, company: CompanyId, actor: Actor) -> Result<Tx> {
        Tx::begin(self.conn, company, actor, self.now, self.ears).await
    }

    pub async fn commit(self) -> Result<()> {
        self.conn.commit().await
    }
}
