use base::Day;
use serde::Serialize;
use serde_json::{Value, json};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::{AssessmentPaper, DeclarationPaper, Unprintable, qr_svg, text};

const REGULAR: &[u8] = include_bytes!("../fonts/NotoSansJP_400Regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/NotoSansJP_700Bold.ttf");

/// Minutes that Japan is ahead of UTC.
const JAPAN: i32 = 9 * 60;

/// Sets documents. Making one parses fonts and templates, so make it once and share it.
///
/// Setting a document takes the processor for a while: call it where that holds up nobody.
pub struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    common: Source,
    assessment: Source,
    declaration: Source,
    /// Where a template finds the sheet it prints.
    sheet: FileId,
}

impl Press {
    pub fn new() -> Result<Press, Unprintable> {
        let fonts: Vec<Font> = [REGULAR, BOLD].into_iter().filter_map(|font| Font::new(Bytes::new(font), 0)).collect();
        if fonts.len() != 2 {
            return Err(Unprintable::Broken("a font cannot be read".into()));
        }
        Ok(Press {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            common: template("common.typ", include_str!("../templates/common.typ"))?,
            assessment: template("assessment.typ", include_str!("../templates/assessment.typ"))?,
            declaration: template("declaration.typ", include_str!("../templates/declaration.typ"))?,
            sheet: file("sheet.json")?,
        })
    }

    /// The result of a self-assessment as PDF.
    pub fn assessment(&self, sheet: &AssessmentPaper) -> Result<Vec<u8>, Unprintable> {
        self.print(&self.assessment, sheet.day, self.fit(sheet)?)
    }

    /// A declaration as PDF; refuses a verification address that is not a web address.
    pub fn declaration(&self, statement: &DeclarationPaper) -> Result<Vec<u8>, Unprintable> {
        let mut fields = self.fit(statement)?;
        if let Some(address) = &statement.verification {
            let web = address.starts_with("https://") || address.starts_with("http://");
            if !web || !address.chars().all(|c| c.is_ascii_graphic()) {
                return Err(Unprintable::NotAnAddress);
            }
            // The address itself is printed whole or not at all: a cut one would lead elsewhere.
            fields["verification"] = json!({ "address": address, "code": qr_svg(address)? });
        }
        self.print(&self.declaration, statement.day, fields)
    }

    fn fit(&self, sheet: &impl Serialize) -> Result<Value, Unprintable> {
        let mut fields = serde_json::to_value(sheet).map_err(|why| Unprintable::Broken(why.to_string()))?;
        let coverage = &self.fonts[0].info().coverage;
        text::fit(&mut fields, &|c| coverage.contains(c.into()))?;
        Ok(fields)
    }

    fn print(&self, template: &Source, day: Day, sheet: Value) -> Result<Vec<u8>, Unprintable> {
        let desk = Desk { press: self, template, sheet: Bytes::from_string(sheet.to_string()) };
        let printed = desk.print(day);
        // The typesetter remembers what it set, for everyone: forget this company's texts, and keep memory bounded.
        typst::comemo::evict(0);
        printed
    }
}

/// What the typesetter can see while it sets one document: our fonts, our templates, this sheet. No disk, no net, no clock.
struct Desk<'a> {
    press: &'a Press,
    template: &'a Source,
    sheet: Bytes,
}

impl Desk<'_> {
    fn print(&self, day: Day) -> Result<Vec<u8>, Unprintable> {
        let document = typst::compile(self).output.map_err(|why| broken(&why))?;
        typst_pdf::pdf(&document, &options(day)?).map_err(|why| broken(&why))
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        [self.template, &self.press.common].into_iter().find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.sheet { Ok(self.sheet.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn template(name: &str, text: &str) -> Result<Source, Unprintable> {
    Ok(Source::new(file(name)?, text.into()))
}

fn file(name: &str) -> Result<FileId, Unprintable> {
    let path = VirtualPath::new(name).map_err(|_| Unprintable::Broken(format!("{name} is not a path")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// PDF/UA-1, so that a document can be heard as well as seen; dated midnight in Japan on the caller's day.
fn options(day: Day) -> Result<PdfOptions, Unprintable> {
    let month = u8::try_from(day.month()).unwrap_or(1);
    let date = u8::try_from(day.day_of_month()).unwrap_or(1);
    let midnight = Datetime::from_ymd_hms(day.year().into(), month, date, 0, 0, 0);
    let standards = PdfStandards::new(&[PdfStandard::V_1_7, PdfStandard::Ua_1]);
    Ok(PdfOptions {
        creator: Smart::Custom(Some("Komainu".into())),
        timestamp: midnight.and_then(|at| Timestamp::new_local(at, JAPAN)),
        standards: standards.map_err(|why| Unprintable::Broken(why.message().to_string()))?,
        ..PdfOptions::default()
    })
}

fn broken(why: &[SourceDiagnostic]) -> Unprintable {
    let messages: Vec<&str> = why.iter().map(|fault| fault.message.as_str()).collect();
    Unprintable::Broken(messages.join("; "))
}
