//! Any bytes as a log of lines: syslog, audit records, web server and proxy logs, CSV, Zeek, W3C, in any encoding.
#![no_main]

use base::Moment;
use decode::kind::{self, Kind};
use decode::text::Lines;
use decode::windows::Mapping;
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use std::sync::LazyLock;

static MAPPING: LazyLock<Mapping> = LazyLock::new(|| Mapping::own().expect("our own content"));
const NOW: Moment = Moment(1_790_000_000_000);
const EAST: i64 = 9 * Moment::HOUR;

fuzz_target!(|bytes: &[u8]| {
    let found = kind::of(bytes);
    let kinds = [found, Kind::Audit, Kind::Syslog, Kind::Cisco, Kind::WebAccess, Kind::WebError];
    let Ok(mut lines) = Lines::new(Cursor::new(bytes)) else { return };
    while let Ok(Some(line)) = lines.next_line() {
        for kind in kinds {
            let _ = kind::line(kind, &line, &MAPPING, NOW, EAST);
        }
        let _ = decode::journal::entry(&line);
    }
});
