//! A declaration on paper.

use super::{Kept, stars};
use crate::content::DeclarationEdition;
use ::web::{App, Words};
use base::{Day, Problem, Result};
use paper::{Article, DeclarationPaper, DeclarationWords, Press};
use std::sync::Arc;

/// The statement as an A4 document. Setting it takes a while, so it never holds up the server's other work.
pub async fn pdf(
    press: Arc<Press>,
    app: &App,
    w: &Words,
    edition: &DeclarationEdition,
    kept: &Kept,
    today: Day,
) -> Result<Vec<u8>> {
    let statement = statement(app, w, edition, kept, today);
    let printed = tokio::task::spawn_blocking(move || press.declaration(&statement)).await.map_err(Problem::internal)?;
    printed.map_err(Problem::internal)
}

fn statement(app: &App, w: &Words, edition: &DeclarationEdition, kept: &Kept, today: Day) -> DeclarationPaper {
    let article = |article: &crate::content::Article| Article {
        number: u16::try_from(article.number).unwrap_or(0),
        text: article.say.to(w.lang).to_owned(),
        doing: kept
            .articles
            .iter()
            .find(|doing| doing.number == article.number)
            .map(|doing| doing.doing.clone())
            .unwrap_or_default(),
    };
    DeclarationPaper {
        lang: w.lang,
        day: today,
        printed_on: w.day(today),
        title: w.t("declaration-paper-title"),
        words: words(w),
        stars: stars(&kept.level),
        level: w.t(&format!("declaration-level-{}", kept.level)),
        company: kept.company.clone(),
        representative: kept.declarer.clone(),
        declared_on: w.day(kept.declared_on),
        articles: edition.articles.iter().map(article).collect(),
        pledge: edition.pledge.to(w.lang).to_owned(),
        disclaimer: edition.disclaimer.to(w.lang).to_owned(),
        id: kept.number.clone(),
        state: w.t(&format!("declaration-state-{}", kept.state().name())),
        verification: Some(kept.verification(app)),
    }
}

fn words(w: &Words) -> DeclarationWords {
    let say = |name: &str| w.t(&format!("declaration-{name}"));
    DeclarationWords {
        company: say("company"),
        representative: say("declarer"),
        declared_on: say("declared-on"),
        id: say("number"),
        state: say("state"),
        printed_on: say("paper-printed-on"),
        articles: say("articles"),
        number: say("column-number"),
        article: say("column-article"),
        doing: say("column-doing"),
        doing_none: say("doing-none"),
        verify: say("verification"),
        verify_text: say("verification-text"),
        qr: say("qr"),
    }
}
