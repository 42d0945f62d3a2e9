//! Any bytes as a file of a hunt: archives, packed files, whatever their content says they are.
#![no_main]

use base::Moment;
use hunt::{Hunt, Options};
use libfuzzer_sys::fuzz_target;
use sigma::{Level, Rules};
use std::io::Write;
use std::sync::{Arc, LazyLock};

static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| {
    let rule = "title: T\nid: r\nlogsource: {product: linux}\ndetection: {s: {EventType: sign-in}, condition: s}\n";
    Arc::new(Rules::read([("rule.yml", rule)]).0)
});

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("written");
    let options = Options { min_level: Level::Informational, now: Moment(1_790_000_000_000), east: 0 };
    let mut hunt = Hunt::new(Arc::clone(&RULES), options);
    hunt.threads = 1;
    hunt.over(&[file.path().to_owned()], &mut |_| {});
});
