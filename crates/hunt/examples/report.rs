//! Hunts a folder with a folder of rules and writes the reports: `report RECORDINGS RULES OUT`.

use base::{Lang, Moment};
use hunt::report::OwnerText;
use hunt::{Gatherer, Hunt, Made, Options, report, rules_of};
use sigma::Level;
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
    let hunt = Hunt::new(Arc::new(checked.rules), options.clone());
    let (summary, sums) = hunt.run_and_sums(&[from], &Arc::default(), &mut |one| gatherer.add(one.report()));
    let made = Made {
        version: format!("komainu {}", env!("CARGO_PKG_VERSION")),
        rules: checked.loaded as u64,
        begun: options.now,
        ended: options.now,
        east: options.east,
        options: vec![("--min-level".into(), "low".into())],
        ..Made::default()
    };
    let outcome = gatherer.finish(summary, sums, made);
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
