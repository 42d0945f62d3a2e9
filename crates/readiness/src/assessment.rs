//! The self-assessment: 25 questions, answered by each site, with a score and what to do next.

mod chart;
mod export;
pub(crate) mod result;
pub mod rules;
mod store;
mod web;

#[cfg(test)]
mod tests;

use crate::Editions;
use crate::company::{self, Site};
use crate::content::{AssessmentEdition, Question};
use ::store::Tx;
use ::web::{Lead, Who};
use base::*;
use rules::{Across, Answer, Answers, Peers};

pub use self::store::Sheet;
pub use self::web::routes;

/// A sheet with its answers.
#[derive(Debug, Clone)]
pub struct Filled {
    pub sheet: Sheet,
    pub answers: Answers,
}

/// The company as a whole: the newest finished sheet of each site, put together.
pub struct Overall {
    pub edition: String,
    pub sites: Vec<(Site, Filled)>,
    /// Sites that have not answered this edition.
    pub missing: Vec<Site>,
    pub across: Across,
    /// When the newest of the sheets was finished.
    pub finished: Moment,
}

/// The newest result in short, for home.
#[derive(Debug, Clone)]
pub struct Latest {
    pub score: i64,
    pub most: i64,
    /// What the score means, in the reader's language.
    pub band: String,
    pub next: String,
    pub finished_at: Moment,
    /// Where the result is shown.
    pub href: String,
    /// "I don't know" answers.
    pub unknown: usize,
}

/// The most finished sheets that are listed.
const MOST_LISTED: i64 = 200;

/// Starts a sheet for a site, or goes on with the one that is open there.
///
/// With `copy`, the answers of the site's last finished sheet stand in it already. A closed site is not there.
pub async fn start(who: &Lead, site: &SiteId, copy: bool) -> Result<SheetId> {
    let editions = who.content::<Editions>()?;
    let edition = editions.assessment_on(who.today())?;
    let mut tx = who.write().await?;
    open_site(&mut tx, site).await?;
    if let Some(open) = store::open(&mut tx).await?.into_iter().find(|sheet| sheet.site == *site) {
        return Ok(open.id);
    }
    let id = SheetId::new();
    tx.tell(Fact::AssessmentStarted { sheet: id.clone(), site: site.clone(), edition: edition.edition.clone() }).await?;
    store::insert(&mut tx, &id, site, &edition.edition, &who.person).await?;
    let last = store::newest(&mut tx).await?.into_iter().find(|sheet| sheet.site == *site).filter(|_| copy);
    if let Some(last) = last {
        for given in store::answers(&mut tx, &last.id).await? {
            if edition
                .question(&given.question)
                .is_some_and(|question| given.answer != Answer::NotApplicable || question.may_not_apply)
            {
                store::put_answer(&mut tx, &id, &given.question, given.answer, &who.person).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(id)
}

async fn open_site(tx: &mut Tx, site: &SiteId) -> Result<Site> {
    let sites = company::sites(tx).await?;
    sites.into_iter().find(|one| one.id == *site && !one.closed).ok_or(Problem::NotFound)
}

/// Keeps one answer. Refuses where the sheet is finished, or the question does not know the answer.
pub async fn answer(who: &Lead, id: &SheetId, number: usize, answer: Answer) -> Result<Filled> {
    let editions = who.content::<Editions>()?;
    let mut tx = who.write().await?;
    let sheet = store::find(&mut tx, id).await?;
    let edition = editions.assessment(&sheet.edition)?;
    let question = edition.numbered(number).ok_or(Problem::NotFound)?;
    if !store::touch(&mut tx, id).await? {
        return Err(Problem::refused("assessment-finished"));
    }
    Answers::blank(edition).set(question, answer).ok_or(Problem::invalid("answer", "choose-one"))?;
    store::put_answer(&mut tx, id, &question.key, answer, &who.person).await?;
    let filled = fill(&mut tx, edition, sheet).await?;
    tx.commit().await?;
    Ok(filled)
}

/// Finishes a sheet: its score stands from now on, and so does the company's. Refuses while a question is open.
pub async fn finish(who: &Lead, id: &SheetId) -> Result<()> {
    let editions = who.content::<Editions>()?;
    let mut tx = who.write().await?;
    if !store::touch(&mut tx, id).await? {
        store::find(&mut tx, id).await?;
        return Err(Problem::refused("assessment-finished"));
    }
    let sheet = store::find(&mut tx, id).await?;
    let edition = editions.assessment(&sheet.edition)?;
    let filled = fill(&mut tx, edition, sheet).await?;
    let left = edition.questions.len() - filled.answers.given();
    if left > 0 {
        return Err(Problem::Refused { code: "assessment-not-all-answered", args: vec![("left", left.to_string())] });
    }
    let score = rules::score(edition, &filled.answers);
    store::finish(&mut tx, id, score, &who.person).await?;
    tell_finished(&mut tx, &editions, &filled.sheet, score).await?;
    tx.commit().await?;
    tracing::info!(sheet = %id, company = %who.company, "sheet {id} finished");
    Ok(())
}

async fn tell_finished(tx: &mut Tx, editions: &Editions, sheet: &Sheet, score: i64) -> Result<()> {
    tx.tell(Fact::AssessmentFinished {
        sheet: sheet.id.clone(),
        site: sheet.site.clone(),
        edition: sheet.edition.clone(),
        score,
    })
    .await?;
    if let Some(overall) = overall(tx, editions).await? {
        store::put_peer(tx, &overall.edition, overall.across.minimum).await?;
    }
    Ok(())
}

/// Keeps answers that were given without an account, as a finished sheet of a site.
pub async fn keep(who: &Lead, edition: &str, letters: &str, site: &SiteId) -> Result<SheetId> {
    let editions = who.content::<Editions>()?;
    let edition = editions.assessment(edition).map_err(|_| Problem::refused("assessment-answers-unreadable"))?;
    let answers = Answers::from_letters(edition, letters).filter(Answers::is_complete);
    let answers = answers.ok_or(Problem::refused("assessment-answers-unreadable"))?;
    let mut tx = who.write().await?;
    open_site(&mut tx, site).await?;
    let (id, score) = (SheetId::new(), rules::score(edition, &answers));
    tx.tell(Fact::AssessmentStarted { sheet: id.clone(), site: site.clone(), edition: edition.edition.clone() }).await?;
    // Finished from the first moment, so that a sheet which is open at the site stays as it is.
    store::insert_finished(&mut tx, &id, site, &edition.edition, score, &who.person).await?;
    for question in &edition.questions {
        if let Some(answer) = answers.to(question) {
            store::put_answer(&mut tx, &id, &question.key, answer, &who.person).await?;
        }
    }
    let sheet = store::find(&mut tx, &id).await?;
    tell_finished(&mut tx, &editions, &sheet, score).await?;
    tx.commit().await?;
    Ok(id)
}

/// A sheet with its answers; another company's is not there.
pub async fn find(who: &Who, id: &SheetId) -> Result<Filled> {
    let mut tx = who.read().await?;
    let editions = who.content::<Editions>()?;
    find_in(&mut tx, &editions, id).await
}

async fn find_in(tx: &mut Tx, editions: &Editions, id: &SheetId) -> Result<Filled> {
    let sheet = store::find(tx, id).await?;
    fill(tx, editions.assessment(&sheet.edition)?, sheet).await
}

async fn fill(tx: &mut Tx, edition: &AssessmentEdition, sheet: Sheet) -> Result<Filled> {
    let mut answers = Answers::blank(edition);
    for given in store::answers(tx, &sheet.id).await? {
        if let Some(question) = edition.question(&given.question) {
            answers.set(question, given.answer);
        }
    }
    Ok(Filled { sheet, answers })
}

/// The company as a whole, by the newest finished sheets of its open sites. Nothing before the first one.
pub async fn overall(tx: &mut Tx, editions: &Editions) -> Result<Option<Overall>> {
    let mut newest = store::newest(tx).await?;
    let sites: Vec<Site> = company::sites(tx).await?.into_iter().filter(|site| !site.closed).collect();
    newest.retain(|sheet| sites.iter().any(|site| site.id == sheet.site));
    let Some(first) = newest.first() else {
        return Ok(None);
    };
    let edition = editions.assessment(&first.edition)?;
    let finished = first.finished.unwrap_or(first.started);
    let (mut answered, mut missing) = (Vec::new(), Vec::new());
    for site in sites {
        match newest.iter().find(|sheet| sheet.site == site.id && sheet.edition == edition.edition) {
            Some(sheet) => answered.push((site, fill(tx, edition, sheet.clone()).await?)),
            None => missing.push(site),
        }
    }
    let parts: Vec<(i64, &Answers)> = answered.iter().map(|(site, filled)| (site.headcount, &filled.answers)).collect();
    let across = rules::across(edition, &parts);
    Ok(across.map(|across| Overall { edition: edition.edition.clone(), sites: answered, missing, across, finished }))
}

/// The company among those of the same trade and size. Nothing where its size falls into no band.
async fn peers(who: &Who, overall: &Overall) -> Result<Option<Peers>> {
    let editions = who.content::<Editions>()?;
    let company = company::company(&mut who.read().await?).await?;
    let Some(size) = editions.size(company.employees) else {
        return Ok(None);
    };
    let mut tx = who.view.app.store.read_all().await?;
    let counts = store::peers(&mut tx, &overall.edition, &company.trade, size.from, size.to.unwrap_or(i64::MAX)).await?;
    let counts: Vec<(i64, i64)> = counts.iter().map(|count| (count.score, count.companies)).collect();
    Ok(Some(rules::compare(&counts, overall.across.minimum)))
}

/// The newest result in short, for home. With several sites it is the company's, by the weakest answers.
pub async fn latest(who: &Who) -> Result<Option<Latest>> {
    let editions = who.content::<Editions>()?;
    let Some(overall) = overall(&mut who.read().await?, &editions).await? else {
        return Ok(None);
    };
    let edition = editions.assessment(&overall.edition)?;
    let score = overall.across.minimum;
    let band = rules::band(edition, score);
    let href = match overall.sites.as_slice() {
        [(_, only)] if overall.missing.is_empty() => format!("/assessment/sheets/{}/result", only.sheet.id),
        _ => "/assessment/company".to_owned(),
    };
    Ok(Some(Latest {
        score,
        most: edition.most(),
        band: band.map(|band| band.say.to(who.lang()).to_owned()).unwrap_or_default(),
        next: band.map(|band| band.next.to(who.lang()).to_owned()).unwrap_or_default(),
        finished_at: overall.finished,
        href,
        unknown: overall.across.unknown,
    }))
}

/// Opens one question to be answered again: in the open sheet of the site where it is weakest, or in a new one that
/// holds the last answers.
pub async fn again(who: &Lead, key: &str) -> Result<(SheetId, usize)> {
    let editions = who.content::<Editions>()?;
    let overall = overall(&mut who.read().await?, &editions).await?.ok_or(Problem::NotFound)?;
    let edition = editions.assessment(&overall.edition)?;
    let question = edition.question(key).ok_or(Problem::NotFound)?;
    let points = |filled: &Filled| rules::points(edition, &filled.answers, question);
    let (site, _) = overall.sites.iter().min_by_key(|(_, filled)| points(filled)).ok_or(Problem::NotFound)?;
    let sheet = start(who, &site.id, true).await?;
    let filled = find(who, &sheet).await?;
    let number = editions.assessment(&filled.sheet.edition)?.question(key).map_or(1, |question: &Question| question.number);
    Ok((sheet, number))
}
