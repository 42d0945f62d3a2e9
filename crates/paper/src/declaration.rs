use base::{Day, Lang};
use serde::Serialize;

/// A company's own declaration, ready to print.
#[derive(Debug, Clone, Serialize)]
pub struct DeclarationPaper {
    pub lang: Lang,
    /// The day the document is dated; `printed_on` says the same day in words.
    pub day: Day,
    pub printed_on: String,
    pub title: String,
    pub words: DeclarationWords,
    /// How many stars to draw, at most five. They are our own drawing, never the scheme's mark.
    pub stars: u8,
    pub level: String,
    pub company: String,
    pub representative: String,
    pub declared_on: String,
    pub articles: Vec<Article>,
    pub pledge: String,
    /// What this document is not: printed below the level, and also the line at the foot of every page.
    pub disclaimer: String,
    /// The number the scheme's operator gave, once there is one.
    pub id: Option<String>,
    /// Whether the declaration stands on the printed day.
    pub state: String,
    /// The public page to check it at, printed as text and as a QR code.
    pub verification: Option<String>,
}

/// One rule of the declaration and what the company does about it.
#[derive(Debug, Clone, Serialize)]
pub struct Article {
    pub number: u16,
    pub text: String,
    pub doing: String,
}

/// The headings and labels of a declaration, in its language.
#[derive(Debug, Clone, Serialize)]
pub struct DeclarationWords {
    pub company: String,
    pub representative: String,
    pub declared_on: String,
    pub id: String,
    pub state: String,
    pub printed_on: String,
    pub articles: String,
    pub number: String,
    pub article: String,
    pub doing: String,
    /// Printed where a company has not written what it does.
    pub doing_none: String,
    pub verify: String,
    pub verify_text: String,
    /// What the QR code is, for those who hear the document.
    pub qr: String,
}
