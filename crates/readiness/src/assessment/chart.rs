//! Charts as SVG, made on the server: no size of their own, no style, no script. A table with the same numbers always
//! stands beside them, so a screen reader hears one sentence here.

use std::f64::consts::PI;
use std::fmt::Write as _;

/// A radar chart: each axis a name and 0 to 100.
pub fn radar(title: &str, axes: &[(&str, i64)]) -> String {
    let (middle, radius) = ((280.0, 210.0), 130.0);
    let at = |axis: usize, share: f64| {
        let turn = 2.0 * PI * axis as f64 / axes.len().max(1) as f64 - PI / 2.0;
        (middle.0 + radius * share * turn.cos(), middle.1 + radius * share * turn.sin())
    };
    let ring = |share: &dyn Fn(usize) -> f64| -> String {
        let points = (0..axes.len()).map(|axis| at(axis, share(axis)));
        points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
    };
    let mut inside = String::new();
    for share in [0.25, 0.5, 0.75, 1.0] {
        let _ =
            write!(inside, r#"<polygon points="{}" fill="none" stroke="currentColor" stroke-opacity="0.3"/>"#, ring(&|_| share));
    }
    for (axis, (name, _)) in axes.iter().enumerate() {
        let (end, label) = (at(axis, 1.0), at(axis, 1.12));
        let anchor = match label.0 - middle.0 {
            off if off > 8.0 => "start",
            off if off < -8.0 => "end",
            _ => "middle",
        };
        let lift = if label.1 < middle.1 - radius { 0.0 } else { 5.0 };
        let _ = write!(
            inside,
            r#"<path d="M{:.1} {:.1}L{:.1} {:.1}" stroke="currentColor" stroke-opacity="0.3"/><text x="{:.1}" y="{:.1}" font-size="18" text-anchor="{anchor}">{}</text>"#,
            middle.0,
            middle.1,
            end.0,
            end.1,
            label.0,
            label.1 + lift,
            escaped(name)
        );
    }
    let shape = ring(&|axis| axes.get(axis).map_or(0.0, |(_, percent)| (*percent).clamp(0, 100) as f64 / 100.0));
    let _ = write!(
        inside,
        r#"<polygon points="{shape}" fill="currentColor" fill-opacity="0.25" stroke="currentColor" stroke-width="3" stroke-linejoin="round"/>"#
    );
    drawn(title, 560, 420, &inside)
}

/// Scores over time: each point a day and a score between `low` and `high`.
pub fn over_time(title: &str, points: &[(String, i64)], low: i64, high: i64) -> String {
    let (left, right, top, bottom) = (48.0, 600.0, 24.0, 220.0);
    let span = (high - low).max(1) as f64;
    let y = |score: i64| bottom - (bottom - top) * (score.clamp(low, high) - low) as f64 / span;
    let x = |at: usize| {
        if points.len() < 2 {
            (left + right) / 2.0
        } else {
            left + 20.0 + (right - left - 40.0) * at as f64 / (points.len() - 1) as f64
        }
    };
    let mut inside = String::new();
    for line in [0, 50, 100].into_iter().filter(|line| (low..=high).contains(line)) {
        let _ = write!(
            inside,
            r#"<path d="M{left} {y:.1}H{right}" stroke="currentColor" stroke-opacity="0.3"/><text x="40" y="{ty:.1}" font-size="17" text-anchor="end">{line}</text>"#,
            y = y(line),
            ty = y(line) + 5.0
        );
    }
    let line: Vec<String> = points.iter().enumerate().map(|(at, (_, score))| format!("{:.1},{:.1}", x(at), y(*score))).collect();
    let _ = write!(inside, r#"<polyline points="{}" fill="none" stroke="currentColor" stroke-width="3"/>"#, line.join(" "));
    let each = points.len().div_ceil(5).max(1);
    for (at, (day, score)) in points.iter().enumerate() {
        let (x, y) = (x(at), y(*score));
        let _ = write!(
            inside,
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="5" fill="currentColor"/><text x="{x:.1}" y="{:.1}" font-size="17" text-anchor="middle">{score}</text>"#,
            y - 10.0
        );
        if at % each == 0 || at + 1 == points.len() {
            let _ = write!(inside, r#"<text x="{x:.1}" y="245" font-size="15" text-anchor="middle">{}</text>"#, escaped(day));
        }
    }
    drawn(title, 640, 260, &inside)
}

fn drawn(title: &str, width: u32, height: u32, inside: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{}">{inside}</svg>"#,
        escaped(title)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
