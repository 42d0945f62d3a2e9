use super::{both, once};
use crate::assessment::rules::Answer;
use crate::evidence::rules::CHECKS;
use base::{Day, Said};
use serde::Deserialize;

/// One edition of the self-assessment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentEdition {
    pub edition: String,
    pub title: Said,
    pub published: Day,
    /// Where structure and numbers come from; for editors.
    pub source: String,
    /// What could not be verified; for editors.
    pub unverified: Vec<String>,
    /// What "does not apply" counts, where it may be answered.
    pub not_applicable_points: i64,
    #[serde(rename = "answer")]
    pub answers: Vec<AnswerText>,
    #[serde(rename = "band")]
    pub bands: Vec<Band>,
    #[serde(rename = "topic")]
    pub topics: Vec<Topic>,
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
}

/// One of the four answers, with its words and points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerText {
    pub key: Answer,
    pub points: i64,
    pub say: Said,
}

/// What a score means, and what to do next.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    pub key: String,
    pub from: i64,
    pub to: i64,
    pub say: Said,
    pub next: Said,
}

/// An axis of the radar chart.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub key: String,
    pub questions: Vec<String>,
    pub say: Said,
}

/// A part of the questions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub key: String,
    pub number: i64,
    pub say: Said,
    pub note: Said,
}

/// One question, with what it means and the lesson behind it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub number: usize,
    pub key: String,
    pub part: String,
    /// Which of the six rules it belongs to.
    pub six: Option<i64>,
    pub may_not_apply: bool,
    pub ask: Said,
    pub means: Said,
    pub example: Said,
    pub why: Said,
    /// The checks of a machine's state that say something about it.
    pub evidence: Vec<String>,
    pub lesson: Said,
}

/// How many questions each part has (self-assessment sheet of IPA's guideline, edition 4.0 of March 2026).
const PARTS: [usize; 3] = [5, 13, 7];

impl AssessmentEdition {
    /// A question by its key.
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }

    /// A question by its number, from 1.
    pub fn numbered(&self, number: usize) -> Option<&Question> {
        self.questions.get(number.checked_sub(1)?)
    }

    /// The part that a question stands in.
    pub fn part_of(&self, question: &Question) -> Option<&Part> {
        self.parts.iter().find(|part| part.key == question.part)
    }

    /// What an answer counts.
    pub fn points(&self, answer: Answer) -> i64 {
        let listed = self.answers.iter().find(|text| text.key == answer).map(|text| text.points);
        listed.unwrap_or(self.not_applicable_points)
    }

    /// The most that one question can count.
    pub fn full(&self) -> i64 {
        self.answers.iter().map(|text| text.points).max().unwrap_or(0)
    }

    /// The most that all questions can count together.
    pub fn most(&self) -> i64 {
        self.full() * i64::try_from(self.questions.len()).unwrap_or(0)
    }

    pub(super) fn faults(&self, faults: &mut Vec<String>) {
        let place = format!("assessment/{}.toml", self.edition);
        self.text_faults(&place, faults);
        self.key_faults(&place, faults);
        for (at, (part, count)) in self.parts.iter().zip(PARTS).enumerate() {
            let has = self.questions.iter().filter(|question| question.part == part.key).count();
            if has != count || usize::try_from(part.number) != Ok(at + 1) {
                faults.push(format!(
                    "{place}: part {} has {has} questions, not {count}, or another number than {}",
                    part.key,
                    at + 1
                ));
            }
        }
        for (at, question) in self.questions.iter().enumerate() {
            let topics = self.topics.iter().filter(|topic| topic.questions.contains(&question.key)).count();
            if topics != 1 {
                faults.push(format!("{place}: {} stands in {topics} topics, not in one", question.key));
            }
            if question.number != at + 1 {
                faults.push(format!("{place}: {} has the number {}, not {}", question.key, question.number, at + 1));
            }
            if question.six.is_some_and(|six| !(1..=6).contains(&six)) {
                faults.push(format!("{place}: {} names a rule that is none of the six", question.key));
            }
            for check in question.evidence.iter().filter(|check| !CHECKS.contains(&check.as_str())) {
                faults.push(format!("{place}: {} names the unknown check {check}", question.key));
            }
        }
        let mut bands: Vec<(i64, i64)> = self.bands.iter().map(|band| (band.from, band.to)).collect();
        bands.sort_unstable();
        let joined = bands.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0);
        let count = i64::try_from(self.questions.len()).unwrap_or(0);
        let least = self.answers.iter().map(|text| text.points).min().unwrap_or(0) * count;
        if !joined || bands.first().map(|band| band.0) != Some(least) || bands.last().map(|band| band.1) != Some(self.most()) {
            faults.push(format!("{place}: the bands do not cover {least} to {} without a gap", self.most()));
        }
    }

    fn key_faults(&self, place: &str, faults: &mut Vec<String>) {
        once(place, self.questions.iter().map(|question| question.key.as_str()), faults);
        once(place, self.topics.iter().map(|topic| topic.key.as_str()), faults);
        once(place, self.bands.iter().map(|band| band.key.as_str()), faults);
        once(place, self.answers.iter().map(|text| text.key.key()), faults);
        if self.questions.len() != PARTS.iter().sum::<usize>() || self.parts.len() != PARTS.len() {
            faults.push(format!("{place}: {} questions in {} parts", self.questions.len(), self.parts.len()));
        }
        if self.answers.len() != 4 || self.answers.iter().any(|text| text.key == Answer::NotApplicable) {
            faults.push(format!("{place}: the answers are not the four of the scheme"));
        }
        for topic in &self.topics {
            for key in topic.questions.iter().filter(|key| self.question(key).is_none()) {
                faults.push(format!("{place}: topic {} names the unknown question {key}", topic.key));
            }
        }
    }

    fn text_faults(&self, place: &str, faults: &mut Vec<String>) {
        both(place, [("title", &self.title)], faults);
        both(place, self.answers.iter().map(|text| (text.key.key(), &text.say)), faults);
        both(place, self.bands.iter().flat_map(|band| [(band.key.as_str(), &band.say), (band.key.as_str(), &band.next)]), faults);
        both(place, self.topics.iter().map(|topic| (topic.key.as_str(), &topic.say)), faults);
        both(place, self.parts.iter().flat_map(|part| [(part.key.as_str(), &part.say), (part.key.as_str(), &part.note)]), faults);
        let texts = |question: &'_ Question| -> [(String, Said); 5] {
            let name = |text: &str| format!("{} of {}", text, question.key);
            [
                (name("ask"), question.ask.clone()),
                (name("means"), question.means.clone()),
                (name("example"), question.example.clone()),
                (name("why"), question.why.clone()),
                (name("lesson"), question.lesson.clone()),
            ]
        };
        for question in &self.questions {
            let texts = texts(question);
            both(place, texts.iter().map(|(name, text)| (name.as_str(), text)), faults);
        }
    }
}
