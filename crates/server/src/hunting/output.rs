//! Where findings are written, and how.

use anyhow::Context as _;
use base::Lang;
use clap::ValueEnum;
use hunt::report::{self, OwnerText};
use hunt::{Catch, Outcome};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// For spreadsheets.
    Csv,
    /// A timeline for Timesketch.
    Timesketch,
    /// A report for people: the story first, then everything an engineer asks for.
    Html,
    /// A layer for the ATT&CK Navigator.
    Navigator,
    /// What the terminal shows at the end.
    Summary,
}

impl Format {
    /// Is it written only when everything is known?
    fn waits(self) -> bool {
        match self {
            Format::Jsonl | Format::Csv | Format::Timesketch => false,
            Format::Html | Format::Navigator | Format::Summary => true,
        }
    }
}

/// All places where findings are written.
pub struct Outputs {
    all: Vec<Output>,
    failed: Option<io::Error>,
}

struct Output {
    format: Format,
    out: Box<dyn Write>,
}

/// What a rule's own text says to an owner, by the rule's id.
pub type Texts<'t> = dyn Fn(&str) -> Option<OwnerText> + 't;

/// The format that a file's ending asks for.
fn by_ending(path: &Path) -> anyhow::Result<Format> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let endings = [
        (".timesketch.csv", Format::Timesketch),
        (".csv", Format::Csv),
        (".layer.json", Format::Navigator),
        (".navigator.json", Format::Navigator),
        (".jsonl", Format::Jsonl),
        (".json", Format::Jsonl),
        (".html", Format::Html),
        (".htm", Format::Html),
        (".txt", Format::Summary),
    ];
    let found = endings.iter().find(|(ending, _)| name.ends_with(ending));
    found.map(|(_, format)| *format).with_context(|| format!("{}: say with --format how it is to be written", path.display()))
}

impl Outputs {
    /// Opens all files, or the terminal where there is none.
    pub fn open(paths: &[PathBuf], formats: &[Format]) -> anyhow::Result<Outputs> {
        let mut all = Vec::new();
        if paths.is_empty() {
            anyhow::ensure!(formats.len() <= 1, "the terminal takes one --format; name files with --out for more");
            let format = formats.first().copied().unwrap_or(Format::Jsonl);
            all.push(Output { format, out: Box::new(BufWriter::new(io::stdout().lock())) });
        }
        let paired = formats.is_empty() || paths.is_empty() || formats.len() == paths.len();
        anyhow::ensure!(paired, "give one --format for each --out, or none");
        let format = |(n, path): (usize, &PathBuf)| formats.get(n).copied().map_or_else(|| by_ending(path), Ok);
        let formats = paths.iter().enumerate().map(format).collect::<anyhow::Result<Vec<Format>>>()?;
        for (path, format) in paths.iter().zip(formats) {
            let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
            all.push(Output { format, out: Box::new(BufWriter::new(file)) });
        }
        let mut outputs = Outputs { all, failed: None };
        outputs.each(&mut |output| match output.format {
            Format::Csv => hunt::write_csv_head(&mut output.out),
            Format::Timesketch => report::timesketch_head(&mut output.out),
            Format::Jsonl | Format::Html | Format::Navigator | Format::Summary => Ok(()),
        })?;
        Ok(outputs)
    }

    /// Is something written only when everything is known?
    pub fn waits(&self) -> bool {
        self.all.iter().any(|output| output.format.waits())
    }

    /// Does something list the files that were read?
    pub fn lists_files(&self) -> bool {
        self.all.iter().any(|output| output.format == Format::Html)
    }

    fn each(&mut self, does: &mut dyn FnMut(&mut Output) -> io::Result<()>) -> io::Result<()> {
        self.all.iter_mut().try_for_each(does)
    }

    /// Writes a finding everywhere; at once, if somebody watches.
    pub fn write(&mut self, catch: &Catch<'_>, at_once: bool) -> io::Result<()> {
        let written = self.each(&mut |output| {
            match output.format {
                Format::Jsonl => catch.write_jsonl(&mut output.out)?,
                Format::Csv => hunt::write_csv(&mut output.out, &catch.report())?,
                Format::Timesketch => report::timesketch(&mut output.out, &catch.report())?,
                Format::Html | Format::Navigator | Format::Summary => {}
            }
            if at_once { output.out.flush() } else { Ok(()) }
        });
        written.map_err(|error| {
            let kind = error.kind();
            self.failed.get_or_insert(error);
            kind.into()
        })
    }

    /// Writes what is left, or says why something could not be written.
    pub fn finish(mut self, outcome: Option<&Outcome>, lang: Lang, texts: &Texts<'_>) -> io::Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.each(&mut |output| {
            match (output.format, outcome) {
                (Format::Html, Some(outcome)) => report::html(&mut output.out, outcome, lang, texts)?,
                (Format::Navigator, Some(outcome)) => report::navigator(&mut output.out, outcome)?,
                (Format::Summary, Some(outcome)) => report::summary(&mut output.out, outcome, lang)?,
                (Format::Html | Format::Navigator | Format::Summary, None)
                | (Format::Jsonl | Format::Csv | Format::Timesketch, _) => {}
            }
            output.out.flush()
        })
    }
}
