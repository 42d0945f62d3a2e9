//! The public rules and recordings beside the workspace.

use super::{asked, imported};
use crate::{Asked, Packs};

#[test]
fn the_public_rules_become_a_pack_and_none_is_lost_silently() {
    let (Some(rules), Some(logs)) = (corpus::folder("sigma"), corpus::folder("logs")) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let packs = Packs::of(dir.path());
    let sheet = imported(&packs, &Asked { background: vec![logs], ..asked(&rules) }).sheet;
    let counts = &sheet.counts;
    assert!(counts.files > 3_700, "{counts:?}");
    assert_eq!(counts.files, counts.rules + counts.refused, "every file is a rule or is told: {counts:?}");
    let other: Vec<_> = sheet.refused.iter().filter(|one| !one.reason.contains("expand")).collect();
    assert!(other.len() * 1_000 <= counts.files, "{other:?}");
    assert!(counts.readable * 100 >= counts.rules * 85, "{counts:?}");
    assert!(counts.agents > 150, "{counts:?}");
    assert!(sheet.rule.iter().all(|rule| rule.is_readable() || !rule.unreadable.is_empty()));
    assert_eq!(sheet.licence_names(), "DRL-1.1");
    assert!(sheet.rule.iter().filter(|rule| rule.author.is_empty()).count() * 100 < counts.rules, "authors are kept");
    assert!(sheet.background.as_ref().is_some_and(|background| background.events >= 6_000), "{:?}", sheet.background);

    let pack = packs.open("others").expect("kept");
    let chosen = pack.chosen(false);
    assert!(chosen.faults.is_empty());
    let (all, faults) = sigma::Rules::read(chosen.texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(all.len(), counts.rules - counts.quiet);
}
