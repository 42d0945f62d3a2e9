//! Any text as a file of Sigma rules.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sigma::Rules;

fuzz_target!(|text: &str| {
    let _ = Rules::read([("rule.yml", text)]);
});
