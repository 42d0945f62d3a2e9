//! Making a declaration in two pages: pick what the company does, then put it into its own words, and declare.

use super::edition_name;
use crate::content::DeclarationEdition;
use crate::declaration::{self, Draft};
use crate::{Editions, company};
use ::web::{Owner, Page, Result, Sent, Who, Words, line, page, paragraph};
use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use base::{Day, Problem};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Which {
    edition: Option<String>,
}

/// One rule, with suggestions to pick from and the text so far.
struct Rule {
    number: i64,
    say: String,
    means: String,
    ask: String,
    suggestions: Vec<(String, String)>,
    doing: String,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "declaration/choose.html")]
struct Choose<'a> {
    w: &'a Words,
    edition: String,
    name: String,
    rules: Vec<Rule>,
}

#[derive(Template)]
#[template(path = "declaration/draft.html")]
struct DraftPage<'a> {
    w: &'a Words,
    edition: String,
    name: String,
    rules: Vec<Rule>,
    declarer: String,
    declared_on: String,
    first_day: String,
    last_day: String,
    pledged: bool,
    pledge: String,
    disclaimer: String,
    declarer_fault: Option<String>,
    day_fault: Option<String>,
    pledge_fault: Option<String>,
}

fn rules(w: &Words, edition: &DeclarationEdition) -> Vec<Rule> {
    let rule = |article: &crate::content::Article| Rule {
        number: article.number,
        say: article.say.to(w.lang).to_owned(),
        means: article.means.to(w.lang).to_owned(),
        ask: article.ask.to(w.lang).to_owned(),
        suggestions: article.suggestions.iter().enumerate().map(|(at, text)| (format!("{}.{at}", article.number), text.to(w.lang).to_owned())).collect(),
        doing: String::new(),
        fault: None,
    };
    edition.articles.iter().map(rule).collect()
}

/// `GET /declaration/new`: the rules, each with sentences to pick.
pub async fn choose(who: Owner, Query(which): Query<Which>) -> Result<Page> {
    let (w, editions) = (who.words(), who.content::<Editions>()?);
    let edition = match &which.edition {
        Some(edition) => editions.declaration(edition).ok_or(Problem::NotFound)?,
        None => editions.declaration_on(who.today())?,
    };
    let show = Choose { w, edition: edition.edition.clone(), name: edition_name(w, edition), rules: rules(w, edition) };
    page(&who.view, &w.t("declaration-choose-title"), &show)
}

#[derive(Deserialize)]
pub struct Picked {
    edition: String,
    #[serde(default)]
    pick: Vec<String>,
}

/// `POST /declaration/draft`: the picked sentences, to be put into one's own words. Nothing is kept yet.
pub async fn draft(who: Owner, Sent(picked): Sent<Picked>) -> Result<Page> {
    let editions = who.content::<Editions>()?;
    let edition = editions.declaration(&picked.edition).ok_or(Problem::NotFound)?;
    let doing = rules(who.words(), edition).into_iter().map(|rule| {
        let sentences = rule.suggestions.into_iter().filter(|(key, _)| picked.pick.contains(key)).map(|(_, text)| text);
        sentences.collect::<Vec<_>>().join("\n")
    });
    let people = company::people(&mut who.read().await?).await?;
    let last = edition.until.map_or(who.today(), |until| until.min(who.today()));
    let typed = Typed {
        edition: picked.edition.clone(),
        doing: doing.collect(),
        declarer: company::name_of(&people, &who.person).to_owned(),
        declared_on: if edition.until.is_some() { String::new() } else { last.to_string() },
        pledge: None,
    };
    shown(&who, edition, &typed, &[])
}

#[derive(Deserialize)]
pub struct Typed {
    edition: String,
    #[serde(default)]
    doing: Vec<String>,
    #[serde(default)]
    declarer: String,
    #[serde(default, rename = "declared-on")]
    declared_on: String,
    #[serde(default)]
    pledge: Option<String>,
}

/// A fault of a text of one rule is noted with the rule's place.
type Faults = Vec<(Field, &'static str)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Doing(usize),
    Declarer,
    Day,
    Pledge,
}

fn shown(who: &Who, edition: &DeclarationEdition, typed: &Typed, faults: &[(Field, &'static str)]) -> Result<Page> {
    let w = who.words();
    let fault = |field: Field| faults.iter().find(|(one, _)| *one == field).map(|(_, code)| w.t(&format!("fault-{code}")));
    let mut rules = rules(w, edition);
    for (at, rule) in rules.iter_mut().enumerate() {
        rule.doing = typed.doing.get(at).cloned().unwrap_or_default();
        rule.fault = fault(Field::Doing(at));
    }
    let show = DraftPage {
        w,
        edition: edition.edition.clone(),
        name: edition_name(w, edition),
        rules,
        declarer: typed.declarer.clone(),
        declared_on: typed.declared_on.clone(),
        first_day: edition.from.to_string(),
        last_day: edition.until.map_or(who.today(), |until| until.min(who.today())).to_string(),
        pledged: typed.pledge.is_some(),
        pledge: edition.pledge.to(w.lang).to_owned(),
        disclaimer: edition.disclaimer.to(w.lang).to_owned(),
        declarer_fault: fault(Field::Declarer),
        day_fault: fault(Field::Day),
        pledge_fault: fault(Field::Pledge),
    };
    page(&who.view, &w.t("declaration-draft-title"), &show)
}

/// What a form says, and every fault in it.
fn read(edition: &DeclarationEdition, typed: &Typed, today: Day) -> std::result::Result<Draft, Faults> {
    let mut faults = Faults::new();
    let mut doing = Vec::new();
    for at in 0..edition.count() {
        match paragraph(typed.doing.get(at).map_or("", String::as_str), 600) {
            Ok(text) if text.is_empty() => faults.push((Field::Doing(at), "empty")),
            Ok(text) => doing.push(text),
            Err(code) => faults.push((Field::Doing(at), code)),
        }
    }
    let declarer = line(&typed.declarer, 100).map_err(|code| faults.push((Field::Declarer, code)));
    let day = typed.declared_on.trim().parse::<Day>().map_err(|_| "not-a-day");
    let day = day.and_then(|day| declaration::rules::day(edition, day, today)).map_err(|code| faults.push((Field::Day, code)));
    if typed.pledge.is_none() {
        faults.push((Field::Pledge, "declaration-no-pledge"));
    }
    match (declarer, day) {
        (Ok(declarer), Ok(declared_on)) if faults.is_empty() => {
            Ok(Draft { edition: edition.edition.clone(), declarer, declared_on, doing, pledged: true })
        }
        _ => Err(faults),
    }
}

/// `POST /declaration`: declares.
pub async fn declare(who: Owner, Sent(typed): Sent<Typed>) -> Result<Response> {
    let editions = who.content::<Editions>()?;
    let edition = editions.declaration(&typed.edition).ok_or(Problem::NotFound)?;
    match read(edition, &typed, who.today()) {
        Ok(draft) => {
            let id = declaration::declare(&who, &draft).await?;
            Ok(Redirect::to(&format!("/declaration/{id}")).into_response())
        }
        Err(faults) => {
            let page = shown(&who, edition, &typed, &faults)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
