//! The letter to somebody who was given a step.

use super::{rules::State, store};
use crate::{Editions, company};
use ::store::Claimed;
use ::web::{App, Letter, Words};
use base::{Fact, Lang, Result};

/// The letter that a job asks for; nothing where the step is no longer that person's to do.
pub async fn step_letter(app: &App, job: &Claimed) -> Result<Option<Letter>> {
    let Fact::StepAssigned { step, person: Some(person), due } = &job.fact else {
        return Ok(None);
    };
    let editions = app.shelf.get::<Editions>()?;
    let mut tx = app.store.read(&job.company).await?;
    let kept = store::find(&mut tx, step).await?.filter(|kept| kept.state == State::Open && kept.person.as_ref() == Some(person));
    let Some(text) = kept.as_ref().and_then(|kept| editions.step(&kept.key)) else {
        return Ok(None);
    };
    let people = company::people(&mut tx).await?;
    let Some(reader) = people.iter().find(|one| one.id == *person && !one.left) else {
        return Ok(None);
    };
    let lang = Lang::from_code(&reader.lang).unwrap_or(Lang::Ja);
    let w = Words::new(app.words.clone(), lang);
    let day = due.as_deref().and_then(|due| due.parse().ok()).map(|due| w.day(due)).unwrap_or_else(|| w.t("plan-no-due"));
    let actions: Vec<String> = text.how.iter().enumerate().map(|(at, how)| format!("{}. {}", at + 1, how.to(lang))).collect();
    let (minutes, link) = (text.minutes.to_string(), format!("{}/plan/{}", app.site.origin, text.key));
    let body = w.with(
        "plan-letter-text",
        &[
            ("name", reader.name.as_str()),
            ("title", text.title.to(lang)),
            ("why", text.why.to(lang)),
            ("how", &actions.join("\n")),
            ("minutes", &minutes),
            ("due", &day),
            ("link", &link),
        ],
    );
    let subject = w.n("plan-letter-subject", "title", text.title.to(lang));
    Ok(Some(Letter { to: reader.mail.clone(), subject, text: body }))
}
