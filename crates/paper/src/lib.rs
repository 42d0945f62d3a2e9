//! Documents for people: A4 pages as PDF, and QR codes as SVG.
//!
//! Every word comes from the caller, translated and ready to print; this crate only sets it. What a customer typed
//! reaches the templates as data and never as source, so nothing in it can be run. The same sheet always gives the
//! same bytes: the only date is the caller's.

mod assessment;
mod declaration;
mod press;
mod qr;
mod text;

#[cfg(test)]
mod tests;

pub use assessment::{Answer, AssessmentPaper, AssessmentWords, Topic};
pub use declaration::{Article, DeclarationPaper, DeclarationWords};
pub use press::Press;
pub use qr::qr_svg;

/// Why a paper could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unprintable {
    #[error("{rows} rows are too many for one document; it has room for {most}")]
    TooManyRows { rows: usize, most: usize },
    #[error("a QR code holds at most {most} bytes, and this text has {bytes}")]
    TooLongForQr { bytes: usize, most: usize },
    #[error("the address to verify a declaration at must start with https:// or http:// and have no spaces")]
    NotAnAddress,
    #[error("the document could not be set: {0}")]
    Broken(String),
}
