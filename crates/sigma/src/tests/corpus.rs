use crate::{Lists, Rules};

fn read(files: &[(String, String)], lists: &Lists) -> (Rules, Vec<String>) {
    let (rules, faults) = Rules::read_with(files.iter().map(|(name, text)| (name.as_str(), text.as_str())), lists);
    (rules, faults.iter().map(ToString::to_string).collect())
}

#[test]
fn the_public_rules_load() {
    let found = public_rules();
    if found.is_empty() {
        return;
    }
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
    let paths = corpus::folder("sigma").map(|folder| corpus::files(&folder, ".yml")).unwrap_or_default();
    paths.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).expect("a text"))).collect()
}
