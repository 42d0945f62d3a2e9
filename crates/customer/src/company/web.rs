use super::{Company, Prefectures, Site, Trades, Typed, details, rules};
use crate::form::{Checked, Faults, Form};
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base::{Problem, SiteId};
use serde::Deserialize;
use web::{App, Lead, Member, Sent, Words, page};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/company", get(show))
        .route("/company/details", get(show_details).post(change_details))
        .route("/company/sites", post(open_site))
        .route("/company/sites/{id}", get(show_site).post(change_site))
        .route("/company/sites/{id}/close", post(close_site))
}

#[derive(Template)]
#[template(path = "company/company.html")]
struct Show<'a> {
    w: &'a Words,
    company: &'a Company,
    trade: &'a str,
    prefecture: &'a str,
    sites: &'a [Site],
    /// For a person in charge: what they may do here.
    form: Option<Form<'a>>,
    typed: &'a TypedSite,
    is_owner: bool,
}

#[derive(Template)]
#[template(path = "company/details.html")]
struct ShowDetails<'a> {
    w: &'a Words,
    form: Form<'a>,
    typed: &'a Typed,
    version: i64,
    trades: Vec<(String, String)>,
    prefectures: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "company/site.html")]
struct ShowSite<'a> {
    w: &'a Words,
    form: Form<'a>,
    typed: &'a TypedSite,
    id: &'a SiteId,
    last: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TypedSite {
    site: String,
    headcount: String,
}

impl TypedSite {
    fn checked(&self) -> Result<(String, i64), Faults> {
        let mut checked = Checked::default();
        let name = checked.take("site", rules::site_name(&self.site));
        let headcount = checked.take("headcount", rules::people(&self.headcount));
        name.zip(headcount).ok_or(checked.0)
    }
}

#[derive(Deserialize)]
struct TypedDetails {
    version: i64,
    #[serde(default)]
    company: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    trade: String,
    #[serde(default)]
    employees: String,
    #[serde(default)]
    capital: String,
    #[serde(default)]
    prefecture: String,
    #[serde(default)]
    city: String,
}

async fn show(who: Member) -> web::Result<Response> {
    company_page(&who, &TypedSite::default(), &Faults::new()).await
}

async fn company_page(who: &Member, typed: &TypedSite, faults: &Faults) -> web::Result<Response> {
    let company = super::find(who).await?;
    let sites = super::sites(&mut who.read().await?).await?;
    let (trades, prefectures) = (who.content::<Trades>()?, who.content::<Prefectures>()?);
    let w = who.words();
    let show = Show {
        w,
        company: &company,
        trade: trades.name(&company.details.trade, w.lang).unwrap_or(&company.details.trade),
        prefecture: prefectures.name(&company.details.prefecture, w.lang).unwrap_or(&company.details.prefecture),
        sites: &sites,
        form: who.as_lead().map(|_| Form::new(w, "company", faults)),
        typed,
        is_owner: who.as_owner().is_some(),
    };
    Ok((status(faults), page(&who.view, &w.t("company-title"), &show)?).into_response())
}

fn status(faults: &Faults) -> StatusCode {
    if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

async fn show_details(who: Lead) -> web::Result<Response> {
    let company = super::find(&who.clone().into()).await?;
    details_page(&who, &Typed::from(&company.details), company.version, &Faults::new())
}

fn details_page(who: &Lead, typed: &Typed, version: i64, faults: &Faults) -> web::Result<Response> {
    let w = who.words();
    let show = ShowDetails {
        w,
        form: Form::new(w, "setup", faults),
        typed,
        version,
        trades: who.content::<Trades>()?.choices(w.lang),
        prefectures: who.content::<Prefectures>()?.choices(w.lang),
    };
    Ok((status(faults), page(&who.view, &w.t("company-details-title"), &show)?).into_response())
}

async fn change_details(who: Lead, Sent(sent): Sent<TypedDetails>) -> web::Result<Response> {
    let TypedDetails { version, company, number, trade, employees, capital, prefecture, city } = sent;
    let typed = Typed { company, number, trade, employees, capital, prefecture, city };
    match details(&typed, &*who.content::<Trades>()?, &*who.content::<Prefectures>()?) {
        Ok(details) => {
            super::change(&who, version, &details).await?;
            Ok(Redirect::to("/company").into_response())
        }
        Err(faults) => details_page(&who, &typed, version, &faults),
    }
}

async fn open_site(who: Lead, Sent(typed): Sent<TypedSite>) -> web::Result<Response> {
    let opened = match typed.checked() {
        Ok((name, headcount)) => super::open_site(&who, &name, headcount).await.map(|_| ()),
        Err(fields) => Err(Problem::Invalid { fields }),
    };
    match opened {
        Ok(()) => Ok(Redirect::to("/company").into_response()),
        Err(Problem::Invalid { fields }) => company_page(&who.into(), &typed, &fields).await,
        Err(problem) => Err(problem.into()),
    }
}

async fn show_site(who: Lead, Path(id): Path<SiteId>) -> web::Result<Response> {
    let sites = super::sites(&mut who.read().await?).await?;
    let site = sites.iter().find(|site| site.id == id).ok_or(Problem::NotFound)?;
    let typed = TypedSite { site: site.name.clone(), headcount: site.headcount.to_string() };
    site_page(&who, &id, &typed, sites.len() == 1, &Faults::new())
}

fn site_page(who: &Lead, id: &SiteId, typed: &TypedSite, last: bool, faults: &Faults) -> web::Result<Response> {
    let w = who.words();
    let show = ShowSite { w, form: Form::new(w, "company", faults), typed, id, last };
    Ok((status(faults), page(&who.view, &w.t("company-site-title"), &show)?).into_response())
}

async fn change_site(who: Lead, Path(id): Path<SiteId>, Sent(typed): Sent<TypedSite>) -> web::Result<Response> {
    let changed = match typed.checked() {
        Ok((name, headcount)) => super::change_site(&who, &id, &name, headcount).await,
        Err(fields) => Err(Problem::Invalid { fields }),
    };
    match changed {
        Ok(()) => Ok(Redirect::to("/company").into_response()),
        Err(Problem::Invalid { fields }) => {
            let sites = super::sites(&mut who.read().await?).await?;
            sites.iter().find(|site| site.id == id).ok_or(Problem::NotFound)?;
            site_page(&who, &id, &typed, sites.len() == 1, &fields)
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn close_site(who: Lead, Path(id): Path<SiteId>) -> web::Result<Redirect> {
    super::close_site(&who, &id).await?;
    Ok(Redirect::to("/company"))
}
