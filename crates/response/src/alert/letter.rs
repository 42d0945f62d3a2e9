use super::rules::is_worth_a_letter;
use super::store;
use super::web::told_title;
use crate::detection::Rules;
use ::store::Claimed;
use ::web::{App, Letter, Words};
use base::*;

/// The letters that follow an alert: to owners and people in charge, each in their language.
///
/// None below medium (a drill's are always sent), and none where somebody has put the alert away meanwhile.
pub async fn letter(app: &App, job: &Claimed) -> Result<Vec<Letter>> {
    let (Fact::AlertRaised { alert: id, .. } | Fact::AlertReopened { alert: id } | Fact::AlertRepeated { alert: id }) = &job.fact
    else {
        return Ok(Vec::new());
    };
    let mut tx = app.store.read(&job.company).await?;
    let alert = store::find(&mut tx, id).await?;
    let put_away = matches!(alert.state, super::State::Mine | super::State::Closed);
    if put_away || !is_worth_a_letter(alert.level, alert.drill) {
        return Ok(Vec::new());
    }
    let rules = app.shelf.get::<Rules>()?;
    let letters = customer::people::owners_and_leads(&mut tx).await?.into_iter().map(|reader| {
        let w = Words::new(app.words.clone(), reader.lang);
        let title = told_title(&rules, &w, &alert);
        let told = rules.telling(&alert.name, w.lang);
        let (what, now, we) = match told {
            Some(told) => (told.what.clone(), told.now.clone(), told.we.clone()),
            None => (w.t("alert-untold-what"), w.t("alert-untold-now"), w.t("alert-untold-we")),
        };
        let drill = if alert.drill { w.t("alert-mail-drill") } else { String::new() };
        let again = if alert.count > 1 { w.n("alert-mail-again", "count", alert.count) } else { String::new() };
        let level = w.t(alert.level.key());
        let page = format!("{}/alerts/{id}", app.site.origin);
        let at = w.moment(alert.last);
        let args = [
            ("drill", drill.as_str()),
            ("again", &again),
            ("title", &title),
            ("host", &alert.host),
            ("level", &level),
            ("at", &at),
            ("what", &what),
            ("now", &now),
            ("we", &we),
            ("page", &page),
        ];
        let text = [w.with("alert-mail-text", &args).trim(), &w.t("alert-mail-foot")].join("\n\n");
        Letter { to: reader.mail, subject: w.with("alert-mail-subject", &args).trim().to_owned(), text }
    });
    Ok(letters.collect())
}
