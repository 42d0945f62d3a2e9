//! Which steps close a company's gaps, in which order, and what may be done with a step.

use crate::assessment::rules::{Answers, points};
use crate::content::{AssessmentEdition, PlanEdition, StepText};
use base::{Day, Problem};
use std::cmp::Reverse;

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Open,
    Done,
    /// The company decided against it, and said why.
    Dropped,
}

impl State {
    pub const ALL: [State; 3] = [State::Open, State::Done, State::Dropped];

    pub fn name(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Done => "done",
            State::Dropped => "dropped",
        }
    }
}

impl std::str::FromStr for State {
    type Err = ();
    fn from_str(text: &str) -> Result<State, ()> {
        State::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// What can be done with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Assign,
    Finish,
    /// Take back that it was done.
    Reopen,
    Drop,
    /// Take back that it was dropped.
    TakeBack,
}

impl Act {
    pub const ALL: [Act; 5] = [Act::Assign, Act::Finish, Act::Reopen, Act::Drop, Act::TakeBack];
}

/// The act does not fit the step's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this step is {}, so this cannot be done with it", .0.name())]
pub struct Refusal(pub State);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        Problem::refused(match refusal.0 {
            State::Open => "plan-step-is-open",
            State::Done => "plan-step-is-done",
            State::Dropped => "plan-step-is-dropped",
        })
    }
}

impl State {
    /// The state after an act.
    pub fn after(self, act: Act) -> Result<State, Refusal> {
        match (self, act) {
            (State::Open, Act::Assign) => Ok(State::Open),
            (State::Open, Act::Finish) => Ok(State::Done),
            (State::Open, Act::Drop) => Ok(State::Dropped),
            (State::Done, Act::Reopen) | (State::Dropped, Act::TakeBack) => Ok(State::Open),
            (state, _) => Err(Refusal(state)),
        }
    }
}

/// The steps that close the gaps of these answers: all steps of each question that does not count in full.
pub fn gaps<'a>(edition: &AssessmentEdition, plan: &'a PlanEdition, answers: &Answers) -> Vec<&'a StepText> {
    let is_gap = |step: &&StepText| {
        edition.question(&step.question).is_some_and(|question| points(edition, answers, question) < edition.full())
    };
    plan.steps.iter().filter(is_gap).collect()
}

/// Puts steps in the order in which they are worth doing: those of the six rules first, then the most effect for the
/// effort, then the weakest answer, then as the questions stand.
///
/// The steps of one question stay as they are written, because a later one builds on an earlier: a backup is set up
/// before bringing it back is tried.
pub fn order<'a>(edition: &AssessmentEdition, answers: Option<&Answers>, steps: Vec<&'a StepText>) -> Vec<&'a StepText> {
    let worth = |step: &StepText| {
        let question = edition.question(&step.question);
        let six = question.is_some_and(|question| question.six.is_some());
        let points = question.and_then(|question| answers.map(|answers| points(edition, answers, question)));
        let number = question.map_or(usize::MAX, |question| question.number);
        // Effects and efforts are 1 to 5, so sixty times their quotient is a whole number.
        (!six, Reverse(step.effect * 60 / step.effort.max(1)), points.unwrap_or(i64::MAX), number)
    };
    let (mut left, mut ordered) = (steps, Vec::new());
    let is_next = |left: &[&StepText], at: usize| left[..at].iter().all(|earlier| earlier.question != left[at].question);
    while let Some(at) = (0..left.len()).filter(|at| is_next(&left, *at)).min_by_key(|at| worth(left[*at])) {
        ordered.push(left.remove(at));
    }
    ordered
}

/// How a due day stands to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Late,
    Today,
    Later,
}

/// How a due day stands to today.
pub fn due(due: Day, today: Day) -> Due {
    match due.cmp(&today) {
        std::cmp::Ordering::Less => Due::Late,
        std::cmp::Ordering::Equal => Due::Today,
        std::cmp::Ordering::Greater => Due::Later,
    }
}

/// The step to show first: of those that are due by today the one that is longest due, otherwise the first in order.
/// `steps` are the open ones in order, each with its due day.
pub fn next(steps: &[Option<Day>], today: Day) -> Option<usize> {
    let due = steps.iter().enumerate().filter_map(|(at, due)| due.filter(|due| *due <= today).map(|due| (due, at)));
    due.min().map(|(_, at)| at).or(if steps.is_empty() { None } else { Some(0) })
}
