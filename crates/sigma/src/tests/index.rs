//! The index may save time and nothing else: whatever the event, the rules that it puts forward are those that hold.

use crate::compile::{Detection, Search};
use crate::read::Logic;
use crate::tests::corpus::public_rules;
use crate::{Matcher, Rules, Source};
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// The public rules where they are at hand, and our own in any case.
static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| {
    let mut files: Vec<(String, String)> = public_rules();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/sigma");
    for folder in fs::read_dir(own).expect("our own rules").flatten().filter(|entry| entry.path().is_dir()) {
        for path in fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|ending| ending == "yml") {
                files.push((path.display().to_string(), fs::read_to_string(&path).expect("a rule")));
            }
        }
    }
    let (rules, _) = Rules::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    assert!(rules.len() > 100);
    Arc::new(rules)
});

/// Field and written value of everything that a rule asks.
fn asked<'r>(rules: &'r Rules, detection: &'r Detection) -> Vec<(&'r str, &'r str)> {
    fn walk<'r>(rules: &'r Rules, search: &'r Search, found: &mut Vec<(&'r str, &'r str)>) {
        match search {
            Search::All(parts) | Search::Any(parts) => parts.iter().for_each(|part| walk(rules, part, found)),
            Search::Item(item) => {
                let name = item.field.map_or("message", |field| rules.names.name(field));
                found.extend(item.patterns.iter().map(|pattern| (name, &*pattern.written)));
            }
        }
    }
    let mut found = Vec::new();
    detection.selections.iter().for_each(|search| walk(rules, search, &mut found));
    found
}

/// An event made of what one rule asks for, now and then in other letters, with something before or behind, or left out.
fn lay(matcher: &mut Matcher, place: usize, mut chance: u64) -> Option<()> {
    let rules = Arc::clone(matcher.rules());
    let Some(Logic::Detection(detection)) = rules.logic(place) else { return None };
    let source = &rules.at(place)?.source;
    let mut draw = |sides: u64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % sides
    };
    let slate = matcher.slate_mut();
    slate.clear();
    slate.set_sources(&[Source::new(&*source.product, &*source.category, &*source.service)]);
    for (name, written) in asked(&rules, detection).into_iter().take(200) {
        let plain = written.replace("\\\\", "\\").replace(['*', '?'], "");
        let value = match draw(9) {
            0 => continue,
            1 => plain.to_uppercase(),
            2 => format!("{plain} --behind"),
            3 => format!(r"C:\Windows\System32{plain}"),
            4 => format!("前の{plain}後ろ"),
            5 => plain.chars().skip(1).collect(),
            _ => plain,
        };
        slate.put_named(name, &value);
    }
    Some(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn the_index_misses_nothing(place in any::<proptest::sample::Index>(), chance in any::<u64>()) {
        let mut matcher = Matcher::new(Arc::clone(&RULES));
        prop_assume!(lay(&mut matcher, place.index(RULES.len()), chance).is_some());
        let quick = matcher.judge().to_vec();
        prop_assert_eq!(quick, matcher.judge_by_asking_all());
    }
}

#[test]
fn the_events_of_this_test_do_wake_rules() {
    let mut matcher = Matcher::new(Arc::clone(&RULES));
    let woken =
        (0..RULES.len()).filter(|place| lay(&mut matcher, *place, *place as u64).is_some() && !matcher.judge().is_empty());
    assert!(woken.count() > RULES.len() / 4);
}
