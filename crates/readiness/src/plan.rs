//! The plan: the steps that close a company's gaps, who does them and by when.
//!
//! Which steps there are follows from the newest answers; a row is kept only of those that somebody acted on. A step
//! that is done changes no answer: the company answers again when it is ready to.

mod letter;
pub mod rules;
mod store;
mod web;

#[cfg(test)]
mod tests;

use crate::Editions;
use crate::assessment::{self, rules::Answer};
use crate::company::{self, Person};
use crate::content::StepText;
use ::store::{Actor, Tx};
use ::web::{App, Lead, Member, Role, Who};
use base::*;
use rules::{Act, Due, State};

pub use self::letter::step_letter;
pub use self::store::Kept;
pub use self::web::routes;

/// The plan of a company.
pub struct Plan {
    /// In the order in which they are worth doing.
    pub steps: Vec<Step>,
    /// Is there a finished assessment that the plan follows from?
    pub answered: bool,
}

/// One step of it.
pub struct Step {
    pub text: StepText,
    pub state: State,
    /// The row, where somebody acted on it.
    pub kept: Option<Kept>,
    /// What was answered last to its question.
    pub answer: Option<Answer>,
}

/// The one next step, for home.
#[derive(Debug, Clone)]
pub struct NextStep {
    pub key: String,
    pub title: String,
    pub why: String,
    pub minutes: i64,
    pub person: Option<String>,
    pub due: Option<Day>,
    pub late: bool,
    pub href: String,
}

/// A step that is due today or was due earlier.
#[derive(Debug, Clone)]
pub struct Reminder {
    pub title: String,
    pub person: Option<String>,
    pub due: Day,
    pub late: bool,
    pub href: String,
}

impl Step {
    pub fn person(&self) -> Option<&PersonId> {
        self.kept.as_ref().and_then(|kept| kept.person.as_ref())
    }

    pub fn due(&self) -> Option<Day> {
        self.kept.as_ref().and_then(|kept| kept.due)
    }

    fn href(&self) -> String {
        format!("/plan/{}", self.text.key)
    }
}

/// The plan, in order.
pub async fn list(who: &Who) -> Result<Plan> {
    let editions = who.content::<Editions>()?;
    let mut tx = who.read().await?;
    list_in(&mut tx, &editions, who.today()).await
}

async fn list_in(tx: &mut Tx, editions: &Editions, today: Day) -> Result<Plan> {
    let overall = assessment::overall(tx, editions).await?;
    let edition = match &overall {
        Some(overall) => editions.assessment(&overall.edition)?,
        None => editions.assessment_on(today)?,
    };
    let answers = overall.as_ref().map(|overall| &overall.across.weakest);
    let mut kept = store::all(tx).await?;
    let mut texts = match answers {
        Some(answers) => rules::gaps(edition, editions.plan()?, answers),
        None => Vec::new(),
    };
    for row in &kept {
        if let Some(text) = editions.step(&row.key).filter(|_| texts.iter().all(|text| text.key != row.key)) {
            texts.push(text);
        }
    }
    let mut steps = Vec::new();
    for text in rules::order(edition, answers, texts) {
        let kept = kept.iter().position(|row| row.key == text.key).map(|at| kept.swap_remove(at));
        let answer = edition.question(&text.question).and_then(|question| answers?.to(question));
        let is_gap = answer.is_none_or(|answer| edition.points(answer) < edition.full());
        // An open step whose gap was closed by a new answer has nothing left to do, unless an incident asked for it.
        let stays = |kept: &Kept| is_gap || kept.state != State::Open || kept.origin == FROM_INCIDENT;
        if kept.as_ref().is_none_or(stays) {
            let state = kept.as_ref().map_or(State::Open, |kept| kept.state);
            steps.push(Step { text: text.clone(), state, kept, answer });
        }
    }
    Ok(Plan { steps, answered: overall.is_some() })
}

const FROM_ANSWERS: &str = "answers";
const FROM_INCIDENT: &str = "incident";

/// One step of the plan; `NotFound` for one that is not in it.
pub async fn find(who: &Who, key: &str) -> Result<Step> {
    list(who).await?.steps.into_iter().find(|step| step.text.key == key).ok_or(Problem::NotFound)
}

/// The row of a step, made now where nobody acted on it before.
async fn row(tx: &mut Tx, editions: &Editions, today: Day, key: &str) -> Result<Kept> {
    let step =
        list_in(tx, editions, today).await?.steps.into_iter().find(|step| step.text.key == key).ok_or(Problem::NotFound)?;
    match step.kept {
        Some(kept) => Ok(kept),
        None => {
            let id = StepId::new();
            tx.tell(Fact::StepPlanned { step: id.clone(), key: key.to_owned() }).await?;
            store::insert(tx, &id, key, FROM_ANSWERS).await?;
            store::by_key(tx, key).await?.ok_or_else(|| Problem::internal("a new step is gone"))
        }
    }
}

/// Gives a step to a person, with a day by which it is due; or to nobody.
///
/// Refuses people who are not (or no longer) of the company, and days that have passed.
pub async fn assign(who: &Lead, key: &str, person: Option<&PersonId>, due: Option<Day>) -> Result<()> {
    let editions = who.content::<Editions>()?;
    let mut tx = who.write().await?;
    let kept = row(&mut tx, &editions, who.today(), key).await?;
    kept.state.after(Act::Assign)?;
    if (kept.person.as_ref(), kept.due) == (person, due) {
        return tx.commit().await;
    }
    if due.is_some_and(|due| due < who.today() && kept.due != Some(due)) {
        return Err(Problem::invalid("due", "plan-day-passed"));
    }
    let people = company::people(&mut tx).await?;
    if person.is_some_and(|id| !people.iter().any(|one| one.id == *id && !one.left)) {
        return Err(Problem::invalid("person", "choose-one"));
    }
    tx.tell(Fact::StepAssigned { step: kept.id.clone(), person: person.cloned(), due: due.map(|due| due.to_string()) }).await?;
    store::assign(&mut tx, &kept.id, person, due).await?;
    tx.commit().await
}

/// Marks a step as done, with what was done. Its assignee may, and whoever runs the plan.
pub async fn finish(who: &Member, key: &str, what: &str) -> Result<()> {
    let editions = who.content::<Editions>()?;
    let mut tx = who.write().await?;
    let kept = row(&mut tx, &editions, who.today(), key).await?;
    may_settle(who, &kept)?;
    let to = kept.state.after(Act::Finish)?;
    tx.tell(Fact::StepDone { step: kept.id.clone(), key: kept.key.clone() }).await?;
    store::settle(&mut tx, &kept.id, kept.state, to, what, &who.person).await?;
    tx.commit().await
}

/// Decides against a step, with the reason.
pub async fn decline(who: &Lead, key: &str, reason: &str) -> Result<()> {
    let editions = who.content::<Editions>()?;
    let mut tx = who.write().await?;
    let kept = row(&mut tx, &editions, who.today(), key).await?;
    let to = kept.state.after(Act::Drop)?;
    tx.tell(Fact::StepDropped { step: kept.id.clone(), key: kept.key.clone() }).await?;
    store::settle(&mut tx, &kept.id, kept.state, to, reason, &who.person).await?;
    tx.commit().await
}

/// Takes back that a step was done or dropped.
pub async fn reopen(who: &Member, key: &str) -> Result<()> {
    let mut tx = who.write().await?;
    let kept = store::by_key(&mut tx, key).await?.ok_or(Problem::NotFound)?;
    let act = if kept.state == State::Dropped { Act::TakeBack } else { Act::Reopen };
    match act {
        Act::TakeBack if who.role < Role::Lead => return Err(Problem::NotAllowed),
        _ => may_settle(who, &kept)?,
    }
    kept.state.after(act)?;
    tx.tell(Fact::StepReopened { step: kept.id.clone(), key: kept.key.clone() }).await?;
    store::reopen(&mut tx, &kept.id, kept.state).await?;
    tx.commit().await
}

fn may_settle(who: &Who, kept: &Kept) -> Result<()> {
    let may = who.role >= Role::Lead || kept.person.as_ref() == Some(&who.person);
    if may { Ok(()) } else { Err(Problem::refused("plan-not-yours")) }
}

/// Puts a step into the plan because an incident asked for it, within the transaction that says so.
///
/// One that is open already stays as it is; one that was done or dropped is opened again.
pub async fn add(tx: &mut Tx, key: &str) -> Result<()> {
    match store::by_key(tx, key).await? {
        None => {
            let id = StepId::new();
            tx.tell(Fact::StepPlanned { step: id.clone(), key: key.to_owned() }).await?;
            store::insert(tx, &id, key, FROM_INCIDENT).await
        }
        Some(kept) if kept.state == State::Open => Ok(()),
        Some(kept) => {
            tx.tell(Fact::StepReopened { step: kept.id.clone(), key: kept.key.clone() }).await?;
            store::reopen(tx, &kept.id, kept.state).await
        }
    }
}

/// The one next step: what is due by today, otherwise the first of the plan. Staff see only what they were given.
pub async fn next_step(who: &Who) -> Result<Option<NextStep>> {
    let (plan, people) = (list(who).await?, people(who).await?);
    let mine = |step: &&Step| step.state == State::Open && (who.role >= Role::Lead || step.person() == Some(&who.person));
    let open: Vec<&Step> = plan.steps.iter().filter(mine).collect();
    let due: Vec<Option<Day>> = open.iter().map(|step| step.due()).collect();
    let next = rules::next(&due, who.today()).and_then(|at| open.get(at).copied());
    Ok(next.map(|step| NextStep {
        key: step.text.key.clone(),
        title: step.text.title.to(who.lang()).to_owned(),
        why: step.text.why.to(who.lang()).to_owned(),
        minutes: step.text.minutes,
        person: step.person().map(|id| company::name_of(&people, id).to_owned()),
        due: step.due(),
        late: step.due().is_some_and(|due| rules::due(due, who.today()) == Due::Late),
        href: step.href(),
    }))
}

/// The steps that are due today or were due earlier, the longest due first. Staff see only what they were given.
pub async fn reminders(who: &Who) -> Result<Vec<Reminder>> {
    let (plan, people, today) = (list(who).await?, people(who).await?, who.today());
    let mut reminders: Vec<Reminder> = plan
        .steps
        .iter()
        .filter(|step| step.state == State::Open && (who.role >= Role::Lead || step.person() == Some(&who.person)))
        .filter_map(|step| {
            let due = step.due().filter(|due| *due <= today)?;
            let person = step.person().map(|id| company::name_of(&people, id).to_owned());
            let (title, late) = (step.text.title.to(who.lang()).to_owned(), rules::due(due, today) == Due::Late);
            Some(Reminder { title, person, due, late, href: step.href() })
        })
        .collect();
    reminders.sort_by_key(|reminder| reminder.due);
    Ok(reminders)
}

/// Tells once of each step that has come due, over all companies, so that its person is reminded; how many there were.
///
/// A step whose gap was closed by a new answer meanwhile has left the plan, and nobody is reminded of it.
pub async fn remind(app: &App) -> Result<usize> {
    let (editions, today) = (app.shelf.get::<Editions>()?, app.store.clock().today());
    let mut told = 0;
    for due in store::fallen_due(&mut app.store.read_all().await?, today, MOST_REMINDERS).await? {
        let mut tx = app.store.write(&due.company, Actor::System).await?;
        if !store::note_reminded(&mut tx, &due.step).await? {
            continue;
        }
        let plan = list_in(&mut tx, &editions, today).await?;
        if plan.steps.iter().any(|step| step.kept.as_ref().is_some_and(|kept| kept.id == due.step)) {
            tx.tell(Fact::StepFellDue { step: due.step, person: due.person }).await?;
            told += 1;
        }
        tx.commit().await?;
    }
    Ok(told)
}

/// So many people are reminded at one time; the others follow at the next.
const MOST_REMINDERS: i64 = 200;

async fn people(who: &Who) -> Result<Vec<Person>> {
    company::people(&mut who.read().await?).await
}
