//! Judging an event allocates nothing once the engine has seen its like. A binary of its own: the counter is the allocator.

use corpus::files;
use decode::windows::Mapping;
use sigma::{Matcher, Source};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An event with all that it counts as.
type Kept = (Vec<Source<'static>>, wire::Event);

fn own_rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/sigma")
}

/// The events of recordings.
fn recorded(dir: &Path) -> Vec<Kept> {
    let mapping = Arc::new(Mapping::own().expect("our own content"));
    let mut events = Vec::new();
    for recording in files(dir, ".evtx") {
        let file = std::fs::File::open(&recording).expect("a file");
        let read = decode::evtx::records(file, &mapping, &mut |record| {
            if let Ok((_, event)) = record {
                let owned = |source: &Source<'_>| {
                    Source::new(source.product.to_string(), source.category.to_string(), source.service.to_string())
                };
                events.push((event.sources.iter().map(owned).collect(), event.to_wire()));
            }
        });
        assert_eq!(read, Ok(()), "{}", recording.display());
    }
    events
}

/// The events beside our own rules, those that must fire and those that must not.
fn beside_our_rules() -> Vec<Kept> {
    let mapping = Arc::new(Mapping::own().expect("our own content"));
    let mut events = Vec::new();
    for list in files(&own_rules(), ".jsonl") {
        let text = std::fs::read_to_string(&list).expect("a text");
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if let Ok(event) = decode::json::event(line, &mapping) {
                let owned = |source: &Source<'_>| {
                    Source::new(source.product.to_string(), source.category.to_string(), source.service.to_string())
                };
                events.push((event.sources.iter().map(owned).collect(), event.to_wire()));
            }
        }
    }
    events
}

/// Judges all events twice to warm up, and counts allocations the third time. Gives how many rules held, and what allocated.
fn judged(rules: &[PathBuf], events: &[Kept]) -> (usize, Vec<String>) {
    let rules = hunt::rules_of(rules).rules;
    let mut matcher = Matcher::new(Arc::new(rules));
    let (mut held, mut faults) = (0, Vec::new());
    for round in 0..3 {
        for (sources, event) in events {
            matcher.slate_mut().lay_wire(event);
            matcher.slate_mut().set_sources(sources);
            let counted = allocation_counter::measure(|| held += usize::from(!matcher.judge().is_empty()));
            if round == 2 && counted.count_total > 0 {
                faults.push(format!("{} allocations, {} bytes: {event:?}", counted.count_total, counted.bytes_total));
            }
        }
    }
    (held, faults)
}

#[test]
fn only_expressions_that_leave_their_automaton_allocate_with_our_own_rules() {
    let events = beside_our_rules();
    let (held, faults) = judged(&[own_rules()], &events);
    assert!(events.len() > 50 && held > 50, "{} events, {held} held", events.len());
    // An expression with a word's edge leaves its automaton where letters are not ASCII, and the `regex` crate then takes
    // another way that allocates. Anything else that allocates would do so for many more events than these.
    assert!(faults.len() * 50 < events.len(), "{} of {} events: {faults:#?}", faults.len(), events.len());
}

#[test]
fn nothing_is_allocated_per_event_with_the_public_rules() {
    let Some(data) = corpus::folder("") else { return };
    let events = recorded(&data.join("evtx/oracle"));
    let (held, faults) = judged(&[data.join("sigma"), own_rules()], &events);
    assert!(events.len() > 100 && held > 100, "{} events, {held} held", events.len());
    assert_eq!(faults, [""; 0]);
}

#[test]
fn the_counter_counts() {
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![0_u8; 64])));
    assert_eq!(counted.count_total, 1);
}
