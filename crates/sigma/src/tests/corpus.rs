use crate::{Lists, Rules};
use std::path::{Path, PathBuf};

/// The public test data beside the workspace, or `None` where it is not there; in CI it must be.
fn data() -> Option<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sigma");
    if data.is_dir() {
        return Some(data);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no test data at {}", data.display());
    let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: the public rules are not beside the workspace\n");
    None
}

fn files(dir: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yml") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a text")));
        }
    }
}

fn read(files: &[(String, String)], lists: &Lists) -> (Rules, Vec<String>) {
    let (rules, faults) = Rules::read_with(files.iter().map(|(name, text)| (name.as_str(), text.as_str())), lists);
    (rules, faults.iter().map(ToString::to_string).collect())
}

#[test]
fn the_public_rules_load() {
    let Some(data) = data() else { return };
    let mut found = Vec::new();
    files(&data, &mut found);
    let (rules, faults) = read(&found, &Lists::new());
    let (lists, others): (Vec<_>, Vec<_>) =
        faults.into_iter().partition(|fault| fault.contains("needs a list for the placeholder"));
    assert!(others.len() * 1_000 <= found.len(), "{others:#?}");
    assert_eq!(rules.len() + lists.len() + others.len(), found.len());
    assert!(rules.len() > 3_700);

    // Each fault names the first list that a rule lacks, so give what is asked for until nothing is.
    let mut given = Lists::new();
    let faults = loop {
        let (_, faults) = read(&found, &given);
        let before = given.len();
        let names = faults.iter().filter_map(|fault| fault.split("placeholder %").nth(1)?.split('%').next());
        given.extend(names.map(|name| (name.to_owned(), vec!["x".to_owned()])));
        if given.len() == before {
            break faults;
        }
    };
    assert_eq!(faults, [""; 0], "with lists given");
}

/// The public rules' names and texts; none where they are not at hand.
pub fn public_rules() -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some(data) = data() {
        files(&data, &mut found);
    }
    found
}
