//! Evidence: what the agents saw, beside what the company answered.

pub mod rules;
mod store;
mod web;

#[cfg(test)]
mod tests;

use crate::assessment::rules::Answers;
use crate::content::AssessmentEdition;
use ::store::Tx;
use ::web::Words;
use base::*;
use rules::Agreement;

pub use self::store::Found;
pub use self::web::routes;

/// One thing that was seen about an answer.
#[derive(Debug, Clone)]
pub struct Seen {
    pub found: Found,
    pub agreement: Agreement,
}

/// All that was seen about one answer.
#[derive(Debug, Clone)]
pub struct Beside {
    /// The question's key.
    pub question: String,
    pub agreement: Option<Agreement>,
    pub seen: Vec<Seen>,
}

/// Keeps what an agent observed, within the transaction that takes in its batch.
///
/// A fact is told only when a check found something else than before. Checks that this version does not know, and
/// observations older than the one that is kept, are passed over.
pub async fn observe(tx: &mut Tx, device: &DeviceId, observations: &[wire::Observation]) -> Result<()> {
    let known = observations.iter().filter(|one| rules::CHECKS.contains(&one.check.as_str()));
    for one in known {
        let before = store::before(tx, device, &one.check).await?;
        // A device whose clock runs ahead cannot make its findings look newer than now.
        let at = Moment(one.at.clamp(0, tx.now().0));
        if before.as_ref().is_some_and(|before| before.at > at) {
            continue;
        }
        let (state, note) = (rules::state_name(one.state), cut(&one.note, 60));
        let values: Vec<(String, String)> =
            one.values.iter().take(8).map(|(name, value)| (cut(name, 40), cut(value, 300))).collect();
        let said = serde_json::to_string(&values).map_err(Problem::internal)?;
        let found = store::Kept { check: &one.check, state, note: &note, said, at };
        let changed = before.is_none_or(|before| before.state != state || before.note != note);
        store::keep(tx, device, &found, changed).await?;
        if changed {
            store::keep_change(tx, device, &found).await?;
            let (device, check) = (device.clone(), one.check.clone());
            tx.tell(Fact::EvidenceChanged { device, check, state: state.to_owned() }).await?;
        }
    }
    Ok(())
}

/// What was seen about each answer that can be checked, in the order of the questions.
pub async fn beside(tx: &mut Tx, edition: &AssessmentEdition, answers: &Answers) -> Result<Vec<Beside>> {
    let (found, now) = (store::all(tx).await?, tx.now());
    let checkable = edition.questions.iter().filter(|question| !question.evidence.is_empty());
    let beside = checkable.map(|question| {
        let about = found.iter().filter(|one| question.evidence.contains(&one.check));
        let seen: Vec<Seen> = about
            .map(|one| Seen {
                agreement: rules::agree(answers.to(question), one.state, now.since(one.at), one.silent),
                found: one.clone(),
            })
            .collect();
        let agreements: Vec<Agreement> = seen.iter().map(|seen| seen.agreement).collect();
        Beside { question: question.key.clone(), agreement: rules::together(&agreements), seen }
    });
    Ok(beside.collect())
}

/// What a check found, in the reader's words.
pub fn note(w: &Words, found: &Found) -> String {
    let key = format!("evidence-{}-{}", found.check, found.note);
    if w.has(&key) { w.with(&key, &found.said) } else { w.t(&format!("assessment-seen-{}", rules::state_name(found.state))) }
}

/// How an answer and what was seen agree, in the reader's words.
pub fn agreement(w: &Words, agreement: Option<Agreement>) -> String {
    match agreement {
        Some(agreement @ (Agreement::Better | Agreement::Learned)) => w.t(&format!("assessment-evidence-{}", agreement.key())),
        Some(agreement) => w.t(&format!("evidence-state-{}", agreement.key())),
        None => w.t("assessment-evidence-none"),
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}
