//! The first page of the assessment, and the company as a whole.

use super::member::{PeersShown, peers};
use crate::Editions;
use crate::assessment::result::{FEW, Shown, show};
use crate::assessment::rules::{self, Peers};
use crate::assessment::{self, Latest, chart, store};
use crate::company::{self, Site};
use ::web::{Member, Page, Reader, Result, Words, page};
use askama::Template;

#[derive(Template)]
#[template(path = "assessment/start.html")]
struct Start<'a> {
    w: &'a Words,
    own: Option<Own>,
}

/// What somebody signed in sees besides.
struct Own {
    latest: Option<Latest>,
    finished: String,
    sites: Vec<SiteRow>,
    history: Vec<Past>,
    chart: Option<String>,
    may_change: bool,
    several: bool,
}

struct SiteRow {
    id: String,
    name: String,
    /// The sheet that is being filled in: its id, how far it is and of how many.
    open: Option<(String, usize, usize)>,
    has_result: bool,
}

struct Past {
    id: String,
    day: String,
    site: String,
    score: i64,
    edition: String,
}

/// `GET /assessment`.
pub async fn start(reader: Reader) -> Result<Page> {
    let own = match &reader.member {
        Some(who) => Some(own(who).await?),
        None => None,
    };
    let w = &reader.view.w;
    page(&reader.view, &w.t("assessment-title"), &Start { w, own })
}

async fn own(who: &Member) -> Result<Own> {
    let (w, editions) = (who.words(), who.content::<Editions>()?);
    let latest = assessment::latest(who).await?;
    let mut tx = who.read().await?;
    let sites = company::sites(&mut tx).await?;
    let past = store::finished(&mut tx, assessment::MOST_LISTED).await?;
    let mut open = Vec::new();
    for sheet in store::open(&mut tx).await? {
        let filled = assessment::find_in(&mut tx, &editions, &sheet.id).await?;
        let total = editions.assessment(&sheet.edition)?.questions.len();
        open.push((sheet.site, (sheet.id.to_string(), filled.answers.given(), total)));
    }
    let row = |site: &Site| SiteRow {
        id: site.id.to_string(),
        name: site.name.clone(),
        open: open.iter().find(|(at, _)| *at == site.id).map(|(_, open)| open.clone()),
        has_result: past.iter().any(|sheet| sheet.site == site.id),
    };
    let site_name =
        |sheet: &store::Sheet| sites.iter().find(|site| site.id == sheet.site).map(|site| site.name.clone()).unwrap_or_default();
    let history: Vec<Past> = past
        .iter()
        .filter_map(|sheet| {
            let (day, score) = (w.day(sheet.finished?.day()), sheet.score?);
            Some(Past { id: sheet.id.to_string(), day, site: site_name(sheet), score, edition: sheet.edition.clone() })
        })
        .collect();
    let chart = chart_of(w, &editions, &past)?;
    Ok(Own {
        finished: latest.as_ref().map(|latest| w.day(latest.finished_at.day())).unwrap_or_default(),
        latest,
        sites: sites.iter().filter(|site| !site.closed).map(row).collect(),
        several: sites.len() > 1,
        history,
        chart,
        may_change: who.as_lead().is_some(),
    })
}

/// The scores over time, of the site that has the most results. Nothing for fewer than two.
fn chart_of(w: &Words, editions: &Editions, past: &[store::Sheet]) -> Result<Option<String>> {
    let count = |sheet: &store::Sheet| past.iter().filter(|other| other.site == sheet.site).count();
    let Some(most) = past.iter().max_by_key(|sheet| count(sheet)).filter(|sheet| count(sheet) > 1) else {
        return Ok(None);
    };
    let edition = editions.assessment(&most.edition)?;
    let low = edition.bands.iter().map(|band| band.from).min().unwrap_or(0);
    let points = past.iter().rev().filter(|sheet| sheet.site == most.site);
    let points: Vec<(String, i64)> = points.filter_map(|sheet| Some((sheet.finished?.day().to_string(), sheet.score?))).collect();
    let last = points.len().saturating_sub(24);
    Ok(Some(chart::over_time(&w.t("assessment-over-time"), &points[last..], low, edition.most())))
}

#[derive(Template)]
#[template(path = "assessment/company.html")]
struct CompanyPage<'a> {
    w: &'a Words,
    whole: Option<Whole>,
}

struct Whole {
    shown: Shown,
    minimum: i64,
    mean: String,
    weighted: String,
    unknown: usize,
    sites: Vec<(String, String, i64, i64)>,
    missing: Vec<String>,
    peers: Option<PeersShown>,
}

/// `GET /assessment/company`: all sites together.
pub async fn company(who: Member) -> Result<Page> {
    let (w, editions) = (who.words(), who.content::<Editions>()?);
    let mut tx = who.read().await?;
    let overall = assessment::overall(&mut tx, &editions).await?;
    let company = company::company(&mut tx).await?;
    drop(tx);
    let whole = match overall {
        None => None,
        Some(overall) => {
            let edition = editions.assessment(&overall.edition)?;
            let site = |(site, filled): &(Site, assessment::Filled)| {
                (site.name.clone(), filled.sheet.id.to_string(), site.headcount, rules::score(edition, &filled.answers))
            };
            Some(Whole {
                shown: show(w, edition, &overall.across.weakest, &[], who.now()),
                minimum: overall.across.minimum,
                mean: rules::decimal(overall.across.mean_tenths),
                weighted: rules::decimal(overall.across.weighted_tenths),
                unknown: overall.across.unknown,
                sites: overall.sites.iter().map(site).collect(),
                missing: overall.missing.iter().map(|site| site.name.clone()).collect(),
                peers: peers(&who, &editions, &company).await?,
            })
        }
    };
    page(&who.view, &w.t("assessment-company-title"), &CompanyPage { w, whole })
}
