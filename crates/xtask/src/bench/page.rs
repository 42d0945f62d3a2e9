//! `docs/benchmarks.md` is written by sections, so that one can be measured anew and the others stay.

/// The page with one section put in place of the one of the same name, or added at the end. `section` begins with its heading.
///
/// A section goes from its `## ` heading to the next.
pub fn with_section(page: &str, section: &str) -> String {
    let heading = section.lines().next().unwrap_or_default();
    let mut parts: Vec<String> = Vec::new();
    for line in page.lines() {
        if parts.is_empty() || line.starts_with("## ") {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    let new = format!("{}\n", section.trim_end());
    match parts.iter_mut().find(|part| part.lines().next() == Some(heading)) {
        Some(part) => *part = new,
        None => parts.push(new),
    }
    let parts: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    parts.join("\n\n") + "\n"
}
