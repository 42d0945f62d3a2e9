use super::store;
use ::store::Claimed;
use ::web::{App, Letter, Words};
use base::*;

/// The letters that follow a device's falling silent: to owners and people in charge, each in their language.
///
/// None where it is back already, or was retired meanwhile.
pub async fn letter(app: &App, job: &Claimed) -> Result<Vec<Letter>> {
    let Fact::DeviceFellSilent { device: id, last_seen } = &job.fact else {
        return Ok(Vec::new());
    };
    let mut tx = app.store.read(&job.company).await?;
    let device = store::find(&mut tx, id).await?;
    if device.silent_since.is_none() || device.retired.is_some() {
        return Ok(Vec::new());
    }
    let letters = crate::people::owners_and_leads(&mut tx).await?.into_iter().map(|reader| {
        let w = Words::new(app.words.clone(), reader.lang);
        let page = format!("{}/devices/{id}", app.site.origin);
        let args = [("host", device.host.as_str()), ("at", &w.moment(Moment(*last_seen))), ("page", &page)];
        Letter {
            to: reader.mail,
            subject: w.with("device-mail-silent-subject", &args),
            text: w.with("device-mail-silent-text", &args),
        }
    });
    Ok(letters.collect())
}
