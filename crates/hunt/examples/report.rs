//! Hunts a folder with a folder of rules and writes the reports: `report RECORDINGS RULES OUT`.

use base::{Lang, Moment};
use decode::windows::Mapping;
use hunt::report::OwnerText;
use hunt::sums::{Collector, Sums};
use hunt::{Gatherer, Made, Options, hunt, report, rules_of};
use sigma::{Level, Slate};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(from), Some(rules), Some(out)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err(io::Error::other("report RECORDINGS RULES OUT"));
    };
    let checked = rules_of(&[rules]);
    let texts = texts(&checked.rules)?;
    let options = Options { min_level: Level::Low, now: Moment(1_790_000_000_000), east: 9 * Moment::HOUR };
    let mut gatherer = Gatherer::new(20_000);
    let summary = hunt(std::slice::from_ref(&from), Arc::new(checked.rules), &options, &mut |one| gatherer.add(one));
    let made = Made {
        version: format!("komainu {}", env!("CARGO_PKG_VERSION")),
        rules: checked.loaded as u64,
        begun: options.now,
        ended: options.now,
        east: options.east,
        options: vec![("--min-level".into(), "low".into())],
        ..Made::default()
    };
    let outcome = gatherer.finish(summary, sums(&from)?, made);
    for lang in Lang::ALL {
        let mut page = BufWriter::new(File::create(out.join(format!("report-{}.html", lang.code())))?);
        report::html(&mut page, &outcome, lang, &|id| texts.get(&(id.to_owned(), lang.code())).cloned())?;
        page.flush()?;
        let mut text = BufWriter::new(File::create(out.join(format!("summary-{}.txt", lang.code())))?);
        report::summary(&mut text, &outcome, lang)?;
        text.flush()?;
    }
    let mut layer = BufWriter::new(File::create(out.join("layer.json"))?);
    report::navigator(&mut layer, &outcome)?;
    layer.flush()
}

/// What lies beside the rules as `NAME.text.toml`, by rule id and language.
fn texts(rules: &sigma::Rules) -> io::Result<HashMap<(String, &'static str), OwnerText>> {
    let mut texts = HashMap::new();
    for rule in (0..rules.len()).filter_map(|place| rules.at(place)) {
        let path = Path::new(&rule.file).with_extension("text.toml");
        if !path.exists() {
            continue;
        }
        let all: toml::Table = toml::from_str(&std::fs::read_to_string(path)?).map_err(io::Error::other)?;
        for lang in Lang::ALL {
            let said = |key: &str| all.get(lang.code())?.get(key)?.as_str().map(str::to_owned);
            if let (Some(title), Some(what), Some(now)) = (said("title"), said("what"), said("now")) {
                texts.insert((rule.id.clone(), lang.code()), OwnerText { title, what, now });
            }
        }
    }
    Ok(texts)
}

/// The sums over the EVTX files of a folder and its folders.
fn sums(from: &Path) -> io::Result<Sums> {
    let mapping = Mapping::own().map_err(io::Error::other)?;
    let (mut collector, mut slate) = (Collector::new(), Slate::default());
    let mut folders = vec![from.to_owned()];
    let (mut seen, mut spent) = (0_u64, std::time::Duration::ZERO);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "evtx") {
                // What cannot be read is told by the hunt.
                let _ = decode::evtx::records(io::BufReader::new(File::open(path)?), &mapping, &mut |record| {
                    if let Ok((_, event)) = record {
                        slate.lay(&event);
                        let begun = std::time::Instant::now();
                        collector.see(&slate);
                        spent += begun.elapsed();
                        seen += 1;
                    }
                });
            }
        }
    }
    writeln!(io::stderr(), "sums: {seen} events, {} ns each", spent.as_nanos() / u128::from(seen.max(1)))?;
    Ok(collector.finish())
}
