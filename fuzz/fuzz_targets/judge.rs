//! A rule and an event of any kind: judging must end, and the explanation must be there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sigma::{Engine, Rules, Source};
use std::sync::Arc;

fuzz_target!(|input: (&str, Vec<(&str, &str)>)| {
    let (text, fields) = input;
    let rule = format!("title: T\nid: r\nlogsource: {{product: linux}}\ndetection:\n{text}");
    let (rules, _) = Rules::read([("rule.yml", rule.as_str())]);
    if rules.is_empty() {
        return;
    }
    let mut engine = Engine::new(Arc::new(rules));
    let slate = engine.slate_mut();
    slate.clear();
    slate.set_sources(&[Source::new("linux", "", "")]);
    fields.iter().for_each(|(name, value)| slate.put_named(name, value));
    let mut hits = Vec::new();
    engine.judge_slate(&mut hits);
});
