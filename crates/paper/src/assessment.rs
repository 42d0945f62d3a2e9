use base::{Day, Lang};
use serde::Serialize;

/// The result of a self-assessment, ready to print.
#[derive(Debug, Clone, Serialize)]
pub struct AssessmentPaper {
    pub lang: Lang,
    /// The day the document is dated; `printed_on` says the same day in words.
    pub day: Day,
    pub printed_on: String,
    pub company: String,
    pub title: String,
    pub words: AssessmentWords,
    pub score: i32,
    pub out_of: i32,
    pub band: String,
    pub band_text: String,
    /// The one thing to do next.
    pub next: String,
    /// The axes of the radar chart, clockwise from the top. It is drawn for three to twelve topics; the table beside it
    /// has them always.
    pub topics: Vec<Topic>,
    pub weakest: Vec<Answer>,
    pub answers: Vec<Answer>,
    /// The questions answered with "I don't know"; only their number and text are printed.
    pub unknown: Vec<Answer>,
    /// The edition of the questions and where they come from.
    pub source: String,
    /// The line at the foot of every page: what this document is not.
    pub footer: String,
}

/// How far a company is in one topic.
#[derive(Debug, Clone, Serialize)]
pub struct Topic {
    /// Labels on the chart stay apart up to about 28 Japanese or 40 Latin characters.
    pub name: String,
    /// 0 to 100; more is printed as 100.
    pub percent: u8,
}

/// One question with the answer given.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    pub number: u16,
    pub question: String,
    pub answer: String,
    pub points: i32,
}

/// The headings and labels of an assessment, in its language.
#[derive(Debug, Clone, Serialize)]
pub struct AssessmentWords {
    pub company: String,
    pub printed_on: String,
    pub score: String,
    pub next: String,
    pub topics: String,
    /// What the radar chart shows, for those who hear the document.
    pub chart: String,
    pub topic: String,
    pub done: String,
    pub weakest: String,
    pub weakest_none: String,
    pub answers: String,
    pub number: String,
    pub question: String,
    pub answer: String,
    pub points: String,
    pub unknown: String,
    pub unknown_text: String,
    pub unknown_none: String,
    pub source: String,
}
