use super::{AssessmentEdition, both, once};
use base::Said;
use serde::Deserialize;

/// One edition of the steps that close gaps.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanEdition {
    pub edition: String,
    /// What could not be verified; for editors.
    pub unverified: Vec<String>,
    #[serde(rename = "step")]
    pub steps: Vec<StepText>,
}

/// Who usually does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doer {
    Owner,
    Lead,
    Everyone,
}

impl Doer {
    pub fn name(self) -> &'static str {
        match self {
            Doer::Owner => "owner",
            Doer::Lead => "lead",
            Doer::Everyone => "everyone",
        }
    }
}

/// One step: why, how, how long, who.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepText {
    pub key: String,
    /// The question whose gap it closes.
    pub question: String,
    pub title: Said,
    pub why: Said,
    pub how: Vec<Said>,
    pub minutes: i64,
    /// 1 little to 5 very much.
    pub effect: i64,
    /// 1 very easy to 5 hard.
    pub effort: i64,
    pub who: Doer,
    /// What is asked when it is marked as done.
    pub asks_done: Said,
}

impl PlanEdition {
    /// A step by its key.
    pub fn step(&self, key: &str) -> Option<&StepText> {
        self.steps.iter().find(|step| step.key == key)
    }

    pub(super) fn faults(&self, assessment: Option<&AssessmentEdition>, faults: &mut Vec<String>) {
        let place = format!("plan/{}.toml", self.edition);
        once(&place, self.steps.iter().map(|step| step.key.as_str()), faults);
        for step in &self.steps {
            both(&place, [("title", &step.title), ("why", &step.why), ("asks_done", &step.asks_done)], faults);
            both(&place, step.how.iter().map(|how| (step.key.as_str(), how)), faults);
            if step.how.is_empty() || step.minutes < 1 || !(1..=5).contains(&step.effect) || !(1..=5).contains(&step.effort) {
                faults.push(format!("{place}: {} has no actions, no minutes, or an effect or effort outside 1 to 5", step.key));
            }
            if step.key.is_empty()
                || !step.key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            {
                faults.push(format!("{place}: {:?} is no key (small letters, digits and hyphens)", step.key));
            }
            if assessment.is_some_and(|assessment| assessment.question(&step.question).is_none()) {
                faults.push(format!("{place}: {} names the unknown question {}", step.key, step.question));
            }
        }
        for question in assessment.iter().flat_map(|assessment| &assessment.questions) {
            if !self.steps.iter().any(|step| step.question == question.key) {
                faults.push(format!("{place}: no step closes a gap at {}", question.key));
            }
        }
    }
}
