//! Findings over time, as bars.

use super::words::Words;
use crate::outcome::Outcome;
use base::Moment;
use sigma::Level;

/// Bars in a box of 1000 by 120.
#[derive(Debug)]
pub(super) struct Chart {
    pub says: String,
    pub bars: Vec<Bar>,
    /// Times under the box: left, right.
    pub from: String,
    pub to: String,
}

#[derive(Debug)]
pub(super) struct Bar {
    pub x: usize,
    pub width: usize,
    /// From the bottom up: level, y, height.
    pub parts: Vec<(Level, usize, usize)>,
    pub title: String,
}

const BARS: i64 = 100;
const WIDTH: usize = 1_000;
const HEIGHT: u64 = 120;

/// The chart; `None` where no finding has a time.
pub(super) fn of(outcome: &Outcome, w: &Words) -> Option<Chart> {
    let hours = &outcome.tally.hours;
    let (first, last) = (*hours.first_key_value()?.0, *hours.last_key_value()?.0);
    // Hours to a bar, so that the whole span has at most BARS of them.
    let step = (last.saturating_sub(first) / BARS).saturating_add(1);
    let bars = usize::try_from((last - first) / step + 1).ok()?;
    let mut counts = vec![[0_u64; 5]; bars];
    for (hour, levels) in hours {
        let bar = usize::try_from((hour - first) / step).ok().and_then(|place| counts.get_mut(place))?;
        bar.iter_mut().zip(levels).for_each(|(sum, count)| *sum += count);
    }
    let top = counts.iter().map(|levels| levels.iter().sum::<u64>()).max().filter(|top| *top > 0)?;
    let all: u64 = counts.iter().flatten().sum();
    let width = (WIDTH / bars.max(10)).max(2);
    let moment = |hour: i64| w.minute(hour.saturating_mul(Moment::HOUR));
    let (from, to) = (moment(first), moment(last.saturating_add(1)));
    let bar = |(place, levels): (usize, &[u64; 5])| {
        let mut y = HEIGHT;
        let mut parts = Vec::new();
        for level in Level::ALL.into_iter().rev().filter(|level| levels[*level as usize] > 0) {
            let height = (levels[level as usize] * HEIGHT / top).max(2).min(y);
            y -= height;
            parts.push((level, y as usize, height as usize));
        }
        let sum: u64 = levels.iter().sum();
        let title = format!("{}: {}", moment(first + step * place as i64), w.number(sum));
        Bar { x: place * WIDTH / bars.max(10), width: width.saturating_sub(1).max(2), parts, title }
    };
    let bars = counts.iter().enumerate().filter(|(_, levels)| levels.iter().any(|count| *count > 0)).map(bar).collect();
    let says = w.with("hunt-chart-says", &[("n", &w.number(all)), ("from", &from), ("to", &to), ("top", &w.number(top))]);
    Some(Chart { says, bars, from, to })
}
