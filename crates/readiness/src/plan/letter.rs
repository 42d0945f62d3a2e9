//! The letters to somebody who was given a step, and whose step has come due.

use super::{rules::State, store};
use crate::{Editions, company};
use ::store::Claimed;
use ::web::{App, Letter, Words};
use base::{Fact, Lang, Result};

/// The letter that a job asks for; nothing where the step is no longer that person's to do.
pub async fn step_letter(app: &App, job: &Claimed) -> Result<Option<Letter>> {
    let (step, person, kind) = match &job.fact {
        Fact::StepAssigned { step, person: Some(person), .. } => (step, person, "plan-letter"),
        Fact::StepFellDue { step, person } => (step, person, "plan-reminder"),
        _ => return Ok(None),
    };
    let editions = app.shelf.get::<Editions>()?;
    let mut tx = app.store.read(&job.company).await?;
    let kept = store::find(&mut tx, step).await?.filter(|kept| kept.state == State::Open && kept.person.as_ref() == Some(person));
    let Some((kept, text)) = kept.as_ref().and_then(|kept| Some((kept, editions.step(&kept.key)?))) else {
        return Ok(None);
    };
    let people = company::people(&mut tx).await?;
    let Some(reader) = people.iter().find(|one| one.id == *person && !one.left) else {
        return Ok(None);
    };
    let lang = Lang::from_code(&reader.lang).unwrap_or(Lang::Ja);
    let w = Words::new(app.words.clone(), lang);
    let day = kept.due.map(|due| w.day(due)).unwrap_or_else(|| w.t("plan-no-due"));
    let actions: Vec<String> = text.how.iter().enumerate().map(|(at, how)| format!("{}. {}", at + 1, how.to(lang))).collect();
    let (minutes, link) = (text.minutes.to_string(), format!("{}/plan/{}", app.site.origin, text.key));
    let body = w.with(
        &format!("{kind}-text"),
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
    let subject = w.n(&format!("{kind}-subject"), "title", text.title.to(lang));
    Ok(Some(Letter { to: reader.mail.clone(), subject, text: body }))
}
