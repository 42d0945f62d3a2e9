//! Where findings are written, and how.

use anyhow::Context as _;
use clap::ValueEnum;
use hunt::Report;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// For spreadsheets.
    Csv,
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

/// The format that a file's ending asks for.
fn by_ending(path: &Path) -> anyhow::Result<Format> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let endings = [(".jsonl", Format::Jsonl), (".json", Format::Jsonl), (".csv", Format::Csv)];
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
        anyhow::ensure!(
            formats.is_empty() || paths.is_empty() || formats.len() == paths.len(),
            "give one --format for each --out, or none"
        );
        let formats = paths.iter().enumerate().map(|(n, path)| formats.get(n).copied().map_or_else(|| by_ending(path), Ok));
        for (path, format) in paths.iter().zip(formats.collect::<anyhow::Result<Vec<Format>>>()?) {
            let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
            all.push(Output { format, out: Box::new(BufWriter::new(file)) });
        }
        let mut outputs = Outputs { all, failed: None };
        outputs.each(&mut |output| match output.format {
            Format::Jsonl => Ok(()),
            Format::Csv => hunt::write_csv_head(&mut output.out),
        })?;
        Ok(outputs)
    }

    fn each(&mut self, does: &mut dyn FnMut(&mut Output) -> io::Result<()>) -> io::Result<()> {
        self.all.iter_mut().try_for_each(does)
    }

    /// Writes a finding everywhere; at once, if somebody watches.
    pub fn write(&mut self, report: &Report, at_once: bool) -> io::Result<()> {
        let written = self.each(&mut |output| {
            match output.format {
                Format::Jsonl => hunt::write_jsonl(&mut output.out, report)?,
                Format::Csv => hunt::write_csv(&mut output.out, report)?,
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
    pub fn finish(mut self) -> io::Result<()> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.each(&mut |output| output.out.flush()),
        }
    }
}
