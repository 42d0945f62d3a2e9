//! Making a declaration on one page: what the company does about each rule, who declares, on which day, and the pledge.
//!
//! Suggested sentences can be ticked. A button puts them into the texts to be changed there; ticked ones that were not
//! put in are declared all the same.

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
    suggestions: Vec<Suggestion>,
    doing: String,
    fault: Option<String>,
}

struct Suggestion {
    key: String,
    text: String,
    picked: bool,
}

#[derive(Template)]
#[template(path = "declaration/new.html")]
struct New<'a> {
    w: &'a Words,
    edition: String,
    name: String,
    earlier: bool,
    rules: Vec<Rule>,
    declarer: String,
    declared_on: String,
    first_day: String,
    last_day: String,
    pledged: bool,
    pledge: String,
    disclaimer: String,
    has_faults: bool,
    declarer_fault: Option<String>,
    day_fault: Option<String>,
    pledge_fault: Option<String>,
}

/// What was typed into the form.
#[derive(Default)]
struct Typed {
    edition: String,
    /// One text a rule, in order.
    doing: Vec<String>,
    pick: Vec<String>,
    declarer: String,
    declared_on: String,
    pledge: bool,
    /// Only put the ticked sentences into the texts.
    only_add: bool,
}

impl Typed {
    fn read(fields: Vec<(String, String)>) -> Typed {
        let mut typed = Typed::default();
        for (name, value) in fields {
            match name.as_str() {
                "edition" => typed.edition = value,
                "pick" => typed.pick.push(value),
                "declarer" => typed.declarer = value,
                "declared_on" => typed.declared_on = value,
                "pledge" => typed.pledge = true,
                "go" => typed.only_add = value == "add",
                other => typed.put_doing(other, value),
            }
        }
        typed
    }

    fn put_doing(&mut self, name: &str, value: String) {
        let number = name.strip_prefix("doing-").and_then(|number| number.parse::<usize>().ok());
        if let Some(at) = number.and_then(|number| number.checked_sub(1)).filter(|at| *at < 12) {
            if self.doing.len() <= at {
                self.doing.resize(at + 1, String::new());
            }
            self.doing[at] = value;
        }
    }

    /// Adds each ticked sentence to the text of its rule, unless it stands there already.
    fn add_picked(&mut self, w: &Words, edition: &DeclarationEdition) {
        self.doing.resize(edition.count(), String::new());
        for (article, doing) in edition.articles.iter().zip(&mut self.doing) {
            for (at, text) in article.suggestions.iter().enumerate() {
                let text = text.to(w.lang);
                if self.pick.contains(&key(article.number, at)) && !doing.contains(text) {
                    let gap = if doing.trim().is_empty() { "" } else { "\n" };
                    *doing = format!("{}{gap}{text}", doing.trim_end());
                }
            }
        }
        self.pick.clear();
    }
}

fn key(article: i64, at: usize) -> String {
    format!("{article}.{at}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Doing(usize),
    Declarer,
    Day,
    Pledge,
}

type Faults = Vec<(Field, &'static str)>;

fn shown(who: &Who, edition: &DeclarationEdition, typed: &Typed, faults: &Faults) -> Result<Page> {
    let w = who.words();
    let fault = |field: Field| faults.iter().find(|(one, _)| *one == field).map(|(_, code)| w.t(&format!("fault-{code}")));
    let suggestion = |article: i64, at: usize, text: &base::Said| {
        let key = key(article, at);
        Suggestion { text: text.to(w.lang).to_owned(), picked: typed.pick.contains(&key), key }
    };
    let rule = |(at, article): (usize, &crate::content::Article)| Rule {
        number: article.number,
        say: article.say.to(w.lang).to_owned(),
        means: article.means.to(w.lang).to_owned(),
        ask: article.ask.to(w.lang).to_owned(),
        suggestions: article.suggestions.iter().enumerate().map(|(at, text)| suggestion(article.number, at, text)).collect(),
        doing: typed.doing.get(at).cloned().unwrap_or_default(),
        fault: fault(Field::Doing(at)),
    };
    let show = New {
        w,
        edition: edition.edition.clone(),
        name: edition_name(w, edition),
        earlier: edition.until.is_some_and(|until| until < who.today()),
        rules: edition.articles.iter().enumerate().map(rule).collect(),
        declarer: typed.declarer.clone(),
        declared_on: typed.declared_on.clone(),
        first_day: edition.from.to_string(),
        last_day: edition.until.map_or(who.today(), |until| until.min(who.today())).to_string(),
        pledged: typed.pledge,
        pledge: edition.pledge.to(w.lang).to_owned(),
        disclaimer: edition.disclaimer.to(w.lang).to_owned(),
        has_faults: !faults.is_empty(),
        declarer_fault: fault(Field::Declarer),
        day_fault: fault(Field::Day),
        pledge_fault: fault(Field::Pledge),
    };
    page(&who.view, &w.t("declaration-new-title"), &show)
}

/// `GET /declaration/new`: the form of the edition in use, or of an earlier one that was declared before.
pub async fn form(who: Owner, Query(which): Query<Which>) -> Result<Page> {
    let editions = who.content::<Editions>()?;
    let edition = match &which.edition {
        Some(edition) => editions.declaration(edition).ok_or(Problem::NotFound)?,
        None => editions.declaration_on(who.today())?,
    };
    let people = company::people(&mut who.read().await?).await?;
    let typed = Typed {
        declarer: company::name_of(&people, &who.person).to_owned(),
        declared_on: if edition.holds_on(who.today()) { who.today().to_string() } else { String::new() },
        ..Typed::default()
    };
    shown(&who, edition, &typed, &Faults::new())
}

/// What a form says, or every fault in it.
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
    if !typed.pledge {
        faults.push((Field::Pledge, "declaration-no-pledge"));
    }
    match (declarer, day) {
        (Ok(declarer), Ok(declared_on)) if faults.is_empty() => {
            Ok(Draft { edition: edition.edition.clone(), declarer, declared_on, doing, pledged: true })
        }
        _ => Err(faults),
    }
}

/// `POST /declaration/new`: declares; or puts the ticked sentences into the texts and shows the form again.
pub async fn declare(who: Owner, Sent(fields): Sent<Vec<(String, String)>>) -> Result<Response> {
    let editions = who.content::<Editions>()?;
    let mut typed = Typed::read(fields);
    let edition = match typed.edition.as_str() {
        "" => editions.declaration_on(who.today())?,
        edition => editions.declaration(edition).ok_or(Problem::NotFound)?,
    };
    typed.add_picked(who.words(), edition);
    if typed.only_add {
        return Ok(shown(&who, edition, &typed, &Faults::new())?.into_response());
    }
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
