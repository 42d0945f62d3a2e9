//! What correlations remember, saved and gone on with.

use super::at;
use super::kinds::{lay, rules};
use crate::{Correlator, Engine, Hit, Limits, Matcher, NotLoaded, Rules};
use proptest::prelude::*;
use std::sync::Arc;

#[test]
fn state_of_other_rules_versions_or_shapes_is_refused() {
    let first = rules("type: event_count, rules: fail, timespan: 10s, condition: {gte: 3}");
    let mut engine = Engine::new(Arc::clone(&first));
    lay(&mut engine, &(1, "fail", "a", ""));
    lay(&mut engine, &(2, "fail", "a", ""));
    let saved = engine.correlator().save();
    let load = |rules: &Arc<Rules>, bytes: &[u8]| Correlator::load(Arc::clone(rules), Limits::default(), bytes);
    assert_eq!(load(&first, &saved).expect("whole").remembered(), 2);
    let changed = rules("type: event_count, rules: fail, timespan: 20s, condition: {gte: 3}");
    assert_eq!(load(&changed, &saved).expect("begins anew").remembered(), 0);
    let (other, _) = Rules::read([]);
    assert_eq!(load(&Arc::new(other), &saved).err(), Some(NotLoaded::OtherRules));
    let text = String::from_utf8(saved.clone()).expect("text");
    let version = text.replace("\"version\":1", "\"version\":2");
    assert_eq!(load(&first, version.as_bytes()).err(), Some(NotLoaded::Version(2)));
    let cut = saved.get(..saved.len() / 2).expect("half");
    assert!(matches!(load(&first, cut), Err(NotLoaded::Damaged(_))));
    let turned = text.replace("\"at\":1000,\"seq\":1", "\"at\":9000,\"seq\":1");
    assert_ne!(turned, text);
    assert!(matches!(load(&first, turned.as_bytes()), Err(NotLoaded::Damaged(_))), "entries out of order");
    let tight = Limits { groups: 0, entries: 0, ..Limits::default() };
    assert!(Correlator::load(first, tight, &saved).is_ok(), "one group is always room");
}

const ASKED: [&str; 9] = [
    "type: event_count, rules: fail, timespan: 10s, group-by: [User], condition: {gte: 3}",
    "type: event_count, rules: [fail, in], timespan: 10s, condition: {lt: 4}",
    "type: value_count, rules: fail, timespan: 10s, condition: {field: User, gte: 3}",
    "type: value_sum, rules: fail, timespan: 10s, group-by: [User], condition: {field: Size, gt: 12}",
    "type: value_avg, rules: fail, timespan: 10s, condition: {field: Size, gt: 4}",
    "type: value_percentile, rules: fail, timespan: 10s, condition: {field: Size, percentile: 50, lt: 5}",
    "type: value_percentile, rules: fail, timespan: 10s, condition: {field: User, gt: 60}",
    "type: temporal, rules: [fail, in], timespan: 10s, group-by: [User]",
    "type: temporal_ordered, rules: [fail, in], timespan: 10s",
];

fn judged(matcher: &mut Matcher, correlator: &mut Correlator, event: &wire::Event) -> Vec<Hit> {
    let mut hits = Vec::new();
    matcher.slate_mut().lay_wire(event);
    let holding = matcher.judge().to_vec();
    correlator.add(&holding, &Arc::new(event.clone()), &mut hits);
    hits
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn saved_in_the_middle_of_any_stream_it_goes_on_alike(
        asked in 0..ASKED.len(), cut in 0_usize..60, kept in prop_oneof![Just(4_usize << 20), Just(600)],
        events in prop::collection::vec((-15_i64..40, prop::bool::ANY, 0_usize..4, 0_u32..9, 0_usize..3), 1..60),
    ) {
        let rules = rules(ASKED[asked]);
        let limits = Limits { lateness: 3_000, groups: 3, entries: 24, kept, ..Limits::default() };
        let mut matcher = Matcher::new(Arc::clone(&rules));
        let mut whole = Correlator::new(Arc::clone(&rules), limits);
        let mut parted = Correlator::new(Arc::clone(&rules), limits);
        let mut second = 0;
        for (n, (step, fail, user, size, host)) in events.into_iter().enumerate() {
            second += step / 3;
            let fields = [("Act", if fail { "fail" } else { "in" }), ("User", &user.to_string()), ("Size", &size.to_string()), ("host", &host.to_string())];
            let event = at(second * 1_000, &fields);
            if n == cut {
                parted = Correlator::load(Arc::clone(&rules), limits, &parted.save()).expect("its own state");
                prop_assert_eq!(parted.remembered(), whole.remembered());
            }
            prop_assert_eq!(judged(&mut matcher, &mut whole, &event), judged(&mut matcher, &mut parted, &event));
        }
        let (mut one, mut two) = (Vec::new(), Vec::new());
        whole.advance(i64::MAX, &mut one);
        parted.advance(i64::MAX, &mut two);
        prop_assert_eq!(one, two);
        prop_assert_eq!((whole.remembered(), parted.remembered()), (0, 0));
    }

    #[test]
    fn any_bytes_as_saved_state_are_read_or_refused(at in 0_usize..2_000, byte in any::<u8>(), asked in 0..ASKED.len()) {
        let rules = rules(ASKED[asked]);
        let mut engine = Engine::new(Arc::clone(&rules));
        for second in 0..6 {
            lay(&mut engine, &(second, if second % 2 == 0 { "fail" } else { "in" }, "a", "3"));
        }
        let mut saved = engine.correlator().save();
        let at = at % saved.len();
        saved[at] = byte;
        if let Ok(engine) = Engine::restored(Arc::clone(&rules), Limits::default(), &saved) {
            let mut engine = engine;
            for second in 0..6 {
                lay(&mut engine, &(second, "fail", "a", "3"));
            }
        }
    }
}
