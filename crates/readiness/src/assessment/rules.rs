//! What answers mean: points, bands, weakest items, several sites together, companies side by side.

use crate::content::{AssessmentEdition, Band, Question};
use serde::{Deserialize, Serialize};

/// An answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    Done,
    Partly,
    NotDone,
    Unknown,
    /// The company has no such thing. Only where the question allows it; it counts in full (sheets of 2016–2018).
    NotApplicable,
}

impl Answer {
    pub const ALL: [Answer; 5] = [Answer::Done, Answer::Partly, Answer::NotDone, Answer::Unknown, Answer::NotApplicable];

    /// The name it has in content, forms and tables.
    pub fn key(self) -> &'static str {
        match self {
            Answer::Done => "done",
            Answer::Partly => "partly",
            Answer::NotDone => "not-done",
            Answer::Unknown => "unknown",
            Answer::NotApplicable => "not-applicable",
        }
    }

    /// The letter it has in a row of answers that is carried along.
    pub fn letter(self) -> char {
        match self {
            Answer::Done => 'd',
            Answer::Partly => 'p',
            Answer::NotDone => 'n',
            Answer::Unknown => 'u',
            Answer::NotApplicable => 'x',
        }
    }

    fn from_letter(letter: char) -> Option<Answer> {
        Answer::ALL.into_iter().find(|answer| answer.letter() == letter)
    }
}

impl std::str::FromStr for Answer {
    type Err = ();
    fn from_str(text: &str) -> Result<Answer, ()> {
        Answer::ALL.into_iter().find(|answer| answer.key() == text).ok_or(())
    }
}

/// The answers of one sheet, in the order of the questions; a gap where nothing was answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers(Vec<Option<Answer>>);

impl Answers {
    /// No answers yet.
    pub fn blank(edition: &AssessmentEdition) -> Answers {
        Answers(vec![None; edition.questions.len()])
    }

    /// Reads a row of letters such as `ddpnu…`, a hyphen where nothing was answered.
    ///
    /// Nothing where the length is another, a letter is none, or "does not apply" stands where it may not.
    pub fn from_letters(edition: &AssessmentEdition, letters: &str) -> Option<Answers> {
        let mut answers = Answers::blank(edition);
        let mut rest = letters.chars();
        for question in &edition.questions {
            match rest.next()? {
                '-' => {}
                letter => answers.set(question, Answer::from_letter(letter)?)?,
            }
        }
        rest.next().is_none().then_some(answers)
    }

    /// The row of letters.
    pub fn letters(&self) -> String {
        self.0.iter().map(|answer| answer.map_or('-', Answer::letter)).collect()
    }

    /// What was answered to a question.
    pub fn to(&self, question: &Question) -> Option<Answer> {
        self.0.get(question.number.checked_sub(1)?).copied().flatten()
    }

    /// Puts an answer in. Nothing where the question does not allow it.
    pub fn set(&mut self, question: &Question, answer: Answer) -> Option<()> {
        if answer == Answer::NotApplicable && !question.may_not_apply {
            return None;
        }
        *self.0.get_mut(question.number.checked_sub(1)?)? = Some(answer);
        Some(())
    }

    /// How many questions are answered.
    pub fn given(&self) -> usize {
        self.0.iter().flatten().count()
    }

    pub fn is_complete(&self) -> bool {
        self.given() == self.0.len()
    }

    /// The number of the first question without an answer.
    pub fn first_gap(&self) -> Option<usize> {
        self.0.iter().position(Option::is_none).map(|at| at + 1)
    }
}

/// Points of a part or a topic, of the most that it can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub key: String,
    pub points: i64,
    pub most: i64,
}

impl Share {
    /// From 0 to 100; points below zero are shown as 0.
    pub fn percent(&self) -> i64 {
        if self.most <= 0 { 0 } else { (self.points.max(0) * 100 + self.most / 2) / self.most }
    }
}

/// The points of one answer.
pub fn points(edition: &AssessmentEdition, answers: &Answers, question: &Question) -> i64 {
    answers.to(question).map_or(0, |answer| edition.points(answer))
}

/// The plain sum of the points: −25 to 100 (self-assessment sheet of IPA's guideline, edition 4.0).
pub fn score(edition: &AssessmentEdition, answers: &Answers) -> i64 {
    edition.questions.iter().map(|question| points(edition, answers, question)).sum()
}

/// What a score means.
pub fn band(edition: &AssessmentEdition, score: i64) -> Option<&Band> {
    edition.bands.iter().find(|band| band.from <= score && score <= band.to)
}

/// The points of each part, in order.
pub fn parts(edition: &AssessmentEdition, answers: &Answers) -> Vec<Share> {
    let share = |key: &str| share(edition, answers, key, |question| question.part == key);
    edition.parts.iter().map(|part| share(&part.key)).collect()
}

/// The points of each topic, in order: the axes of the radar chart.
pub fn topics(edition: &AssessmentEdition, answers: &Answers) -> Vec<Share> {
    edition
        .topics
        .iter()
        .map(|topic| share(edition, answers, &topic.key, |question| topic.questions.contains(&question.key)))
        .collect()
}

fn share(edition: &AssessmentEdition, answers: &Answers, key: &str, is_in: impl Fn(&Question) -> bool) -> Share {
    let questions: Vec<&Question> = edition.questions.iter().filter(|question| is_in(question)).collect();
    let points = questions.iter().map(|question| points(edition, answers, question)).sum();
    Share { key: key.to_owned(), points, most: edition.full() * i64::try_from(questions.len()).unwrap_or(0) }
}

/// The questions that do not count in full: fewest points first, then those of the six rules, then by number.
pub fn weakest<'a>(edition: &'a AssessmentEdition, answers: &Answers) -> Vec<&'a Question> {
    let mut weak: Vec<&Question> =
        edition.questions.iter().filter(|question| points(edition, answers, question) < edition.full()).collect();
    weak.sort_by_key(|question| (points(edition, answers, question), question.six.is_none(), question.number));
    weak
}

/// The questions with a certain answer, by number.
pub fn answered<'a>(edition: &'a AssessmentEdition, answers: &Answers, answer: Answer) -> Vec<&'a Question> {
    edition.questions.iter().filter(|question| answers.to(question) == Some(answer)).collect()
}

/// Several sites as one company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Across {
    /// For each question the answer of the weakest site: one weak place lowers the whole company.
    pub weakest: Answers,
    /// The score of those answers.
    pub minimum: i64,
    /// The mean of the sites' scores, in tenths.
    pub mean_tenths: i64,
    /// The same, each site counting by the people who work there; the plain mean where nobody is counted.
    pub weighted_tenths: i64,
    /// How many "I don't know" there are at all sites together.
    pub unknown: usize,
}

/// Puts the answers of sites together; each with how many people work there. Nothing where there is no site.
pub fn across(edition: &AssessmentEdition, sites: &[(i64, &Answers)]) -> Option<Across> {
    if sites.is_empty() {
        return None;
    }
    let mut weakest = Answers::blank(edition);
    for question in &edition.questions {
        let given = sites.iter().filter_map(|(_, answers)| answers.to(question));
        if let Some(answer) = given.min_by_key(|answer| edition.points(*answer)) {
            weakest.set(question, answer);
        }
    }
    let scores: Vec<(i64, i64)> = sites.iter().map(|(people, answers)| ((*people).max(0), score(edition, answers))).collect();
    let people: i64 = scores.iter().map(|(people, _)| people).sum();
    let plain = tenths(scores.iter().map(|(_, score)| score).sum(), i64::try_from(scores.len()).unwrap_or(1));
    let weighted = if people == 0 { plain } else { tenths(scores.iter().map(|(people, score)| people * score).sum(), people) };
    let unknown = sites.iter().map(|(_, answers)| answered(edition, answers, Answer::Unknown).len()).sum();
    Some(Across { minimum: score(edition, &weakest), weakest, mean_tenths: plain, weighted_tenths: weighted, unknown })
}

/// A quotient in tenths, rounded half away from zero.
fn tenths(sum: i64, by: i64) -> i64 {
    let doubled = sum * 20 + if sum < 0 { -by } else { by };
    doubled / (by * 2)
}

/// `61.5`, from tenths.
pub fn decimal(tenths: i64) -> String {
    format!("{}{}.{}", if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10)
}

/// How many companies there must be before anything about them is shown.
pub const ENOUGH_PEERS: i64 = 10;

/// A company among those of the same trade and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peers {
    /// Fewer than ten: nothing is shown, not even how many there are.
    TooFew,
    Shown {
        companies: i64,
        /// A quarter of the companies have this score or less.
        lower: i64,
        median: i64,
        upper: i64,
        /// How many percent of the other companies have a lower score.
        above_percent: i64,
    },
}

/// Puts a company among its peers; `counts` says how many companies, this one included, have each score.
///
/// Nobody's score can be told from it: quartiles of ten or more companies, and one's own place.
pub fn compare(counts: &[(i64, i64)], own: i64) -> Peers {
    let mut counts = counts.to_vec();
    counts.sort_unstable();
    let companies: i64 = counts.iter().map(|(_, count)| count).sum();
    if companies < ENOUGH_PEERS {
        return Peers::TooFew;
    }
    let quartile = |quarter: i64| {
        let rank = (companies * quarter + 3) / 4;
        let mut passed = 0;
        let reached = |(_, count): &&(i64, i64)| {
            passed += count;
            passed >= rank
        };
        counts.iter().find(reached).map_or(own, |(score, _)| *score)
    };
    let below: i64 = counts.iter().filter(|(score, _)| *score < own).map(|(_, count)| count).sum();
    let above_percent = (below * 100 / (companies - 1).max(1)).min(100);
    Peers::Shown { companies, lower: quartile(1), median: quartile(2), upper: quartile(3), above_percent }
}

/// Answers that somebody without an account carries along: the edition and the row of letters, as `2026-03.ddpn…`.
pub fn carried(text: &str) -> Option<(&str, &str)> {
    let (edition, letters) = text.split_once('.')?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (edition.len() <= 20 && letters.len() <= 100 && edition.chars().all(plain) && letters.chars().all(plain))
        .then_some((edition, letters))
}
