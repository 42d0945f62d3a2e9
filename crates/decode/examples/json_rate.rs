//! How quickly lines of JSON are laid out: `json_rate FILE [SECONDS]` reads the file's lines again and again.

use decode::json::Reader;
use decode::windows::Mapping;
use sigma::Slate;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("a file of JSON lines is missing")?;
    let seconds: f64 = arguments.next().map_or(Ok(3.0), |text| text.parse())?;
    let text = decode::text::decode(&std::fs::read(path)?).into_owned();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut reader = Reader::new(Arc::new(Mapping::own()?));
    let mut slate = Slate::default();
    let (mut events, mut bytes, mut refused, mut fields) = (0_u64, 0_u64, 0_u64, 0_u64);
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < seconds {
        for line in &lines {
            refused += u64::from(reader.read(line, &mut slate).is_err());
            fields += slate.len() as u64;
            events += 1;
            bytes += line.len() as u64;
        }
    }
    let time = start.elapsed().as_secs_f64();
    writeln!(
        std::io::stdout(),
        "{:.0} MB/s, {:.0} events/s, {} bytes and {} fields an event, {refused} of {events} refused",
        bytes as f64 / time / 1e6,
        events as f64 / time,
        bytes / events.max(1),
        fields / events.max(1),
    )?;
    Ok(())
}
