//! The engineer's tables.

mod sums;

use super::table::{Cell, Table, cut};
use super::words::Words;
use crate::Report;
use crate::attack::Attack;
use crate::outcome::{Count, Input, Outcome, account};
use std::cmp::Reverse;

pub(super) struct Tables<'a> {
    pub outcome: &'a Outcome,
    pub attack: &'a Attack,
    pub words: &'a Words,
}

/// Rows of the timeline that a report holds, so that it stays small enough to be mailed and read.
const TIMELINE: usize = 3_000;
/// Rows of every other table.
const ROWS: usize = 500;
/// Files that are listed with their hashes.
const FILES: usize = 10_000;
/// Rows that are open.
const OPEN: usize = 40;
/// Fields told of what matched, and machines told of a rule.
const MATCHED: usize = 6;

impl Tables<'_> {
    /// The tables in their order, empty ones left out.
    pub fn all(&self) -> Vec<Table> {
        let tables = [
            self.timeline(),
            self.hosts(),
            self.accounts(),
            self.rules(),
            self.logons(),
            self.remotes(),
            self.services(),
            self.tasks(),
            self.scripts(),
            self.shells(),
            self.changes(),
        ];
        tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
    }

    /// What could not be read, and how the report was made.
    pub fn last(&self) -> Vec<Table> {
        let files = Some(self.files()).filter(|table| !table.rows.is_empty());
        [self.unread()].into_iter().chain(files).chain([self.how()]).collect()
    }

    /// A table cut to so many rows; says so.
    fn table(&self, id: &'static str, title: &str, heads: &[&str], mut rows: Vec<Vec<Cell>>, most: usize) -> Table {
        let w = self.words;
        let left = rows.len().saturating_sub(most);
        rows.truncate(most);
        let hidden = rows.len().saturating_sub(OPEN);
        let after = if left > 0 { vec![w.n("hunt-rows-cut", left as u64)] } else { Vec::new() };
        Table {
            id,
            title: w.t(title),
            says: Vec::new(),
            heads: heads.iter().map(|head| w.t(&format!("hunt-h-{head}"))).collect(),
            rows,
            open: OPEN,
            more: w.n("hunt-rows-more", hidden as u64),
            after,
        }
    }

    pub fn timeline(&self) -> Table {
        let w = self.words;
        let (all, kept) = (self.outcome.tally.all(), &self.outcome.findings);
        let mut shown: Vec<&Report> = kept.iter().collect();
        if shown.len() > TIMELINE {
            // The worst stay, and stand in the order of time again.
            shown.sort_by_key(|one| Reverse(one.level));
            shown.truncate(TIMELINE);
            shown.sort_by_key(|one| one.finding.at);
        }
        // What stays the same from one finding to the next is told once.
        let same = |a: &&Report, b: &&Report| {
            let key = |one: &Report| (one.finding.events.iter().find_map(account).map(str::to_owned), one.host.clone());
            a.finding.rule == b.finding.rule && a.finding.matched == b.finding.matched && key(a) == key(b)
        };
        let told = shown.len();
        let rows: Vec<Vec<Cell>> = shown.chunk_by(same).filter_map(|run| self.timeline_row(run)).collect();
        let heads = ["time", "level", "host", "account", "rule", "matched", "where"];
        let mut table = self.table("timeline", "hunt-timeline", &heads, rows, TIMELINE);
        if all > told as u64 {
            let (all, shown) = (w.number(all), w.number(told as u64));
            table.says.push(w.with("hunt-timeline-cut", &[("all", &all), ("shown", &shown)]));
            table.says.push(match &self.outcome.made.elsewhere {
                Some(file) => w.with("hunt-rest-in", &[("file", file)]),
                None => w.t("hunt-rest-again"),
            });
        }
        table
    }

    /// The row of findings that are alike: the first, and how many more until when.
    fn timeline_row(&self, run: &[&Report]) -> Option<Vec<Cell>> {
        let (report, last) = (run.first()?, run.last()?);
        let finding = &report.finding;
        let account = finding.events.iter().find_map(account).unwrap_or_default();
        let mut matched: Vec<(String, String)> = Vec::new();
        for one in &finding.matched {
            let pair = (one.field.clone(), cut(&one.value));
            if !matched.contains(&pair) && matched.len() < MATCHED {
                matched.push(pair);
            }
        }
        let file = report.source_file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut title = cut(&finding.title);
        if run.len() > 1 {
            let until = self.words.second(last.finding.at);
            title.push_str(&self.words.with("hunt-run", &[("n", &run.len().to_string()), ("until", &until)]));
        }
        Some(vec![
            self.time(finding.at),
            Cell::Level(report.level, self.words.level(report.level)),
            Cell::text(&report.host),
            Cell::text(account),
            Cell::Text(title),
            Cell::Pairs(matched),
            Cell::Code(format!("{} #{}", cut(&file), report.record_id)),
        ])
    }

    fn time(&self, at: i64) -> Cell {
        Cell::Time(self.words.second(at), self.words.utc(at))
    }

    fn count(&self, count: &Count) -> [Cell; 4] {
        let w = self.words;
        [
            Cell::Number(w.number(count.count)),
            Cell::Level(count.worst, w.level(count.worst)),
            Cell::Text(w.minute(count.first)),
            Cell::Text(w.minute(count.last)),
        ]
    }

    pub fn hosts(&self) -> Table {
        let w = self.words;
        let mut hosts: Vec<(&String, &Count)> = self.outcome.tally.hosts.iter().collect();
        hosts.sort_by_key(|(_, count)| (Reverse(count.worst), Reverse(count.count)));
        let name = |host: &String| if host.is_empty() { w.t("hunt-nowhere") } else { cut(host) };
        let row = |(host, count): (&String, &Count)| [Cell::Text(name(host))].into_iter().chain(self.count(count)).collect();
        let rows = hosts.into_iter().map(row).collect();
        self.table("hosts", "hunt-hosts", &["host", "count", "worst", "first", "last"], rows, ROWS)
    }

    fn accounts(&self) -> Table {
        let w = self.words;
        let mut all: Vec<(&String, &Count)> = self.outcome.tally.accounts.iter().collect();
        all.sort_by_key(|(_, count)| (Reverse(count.worst), Reverse(count.count)));
        let name = |account: &String| if account.is_empty() { w.t("hunt-nobody") } else { cut(account) };
        let row =
            |(account, count): (&String, &Count)| [Cell::Text(name(account))].into_iter().chain(self.count(count)).collect();
        let rows = all.into_iter().map(row).collect();
        self.table("accounts", "hunt-accounts", &["account", "count", "worst", "first", "last"], rows, ROWS)
    }

    pub fn rules(&self) -> Table {
        let mut rules: Vec<_> = self.outcome.tally.rules.values().collect();
        rules.sort_by_key(|rule| (Reverse(rule.count.worst), Reverse(rule.count.count)));
        let rows = rules
            .into_iter()
            .map(|rule| {
                let techniques: Vec<&str> =
                    rule.tags.iter().filter_map(|tag| self.attack.of_tag(tag)).map(|named| named.id()).collect();
                let name = [Cell::text(&rule.title), Cell::text(&rule.author), Cell::Text(techniques.join(" "))];
                name.into_iter().chain(self.count(&rule.count)).collect()
            })
            .collect();
        self.table("rules", "hunt-rules", &["rule", "author", "techniques", "count", "worst", "first", "last"], rows, ROWS)
    }

    fn unread(&self) -> Table {
        let (w, summary) = (self.words, &self.outcome.summary);
        let row = |fault: &sigma::Fault| {
            let line = fault.line.map(|line| line.to_string()).unwrap_or_default();
            vec![Cell::code(&fault.file), Cell::Number(line), Cell::text(&fault.reason)]
        };
        let rows = summary.faults.iter().map(row).collect();
        let mut table = self.table("unread", "hunt-unread", &["file", "line", "reason"], rows, ROWS);
        if summary.stopped {
            table.says.push(w.t("hunt-stopped"));
        }
        table.says.push(match summary.errors {
            0 => w.t("hunt-unread-all"),
            errors => w.with("hunt-unread-says", &[("n", &w.number(errors))]),
        });
        let excluded = summary.excluded.iter().sum();
        let told = [
            (summary.passed, "hunt-passed"),
            (summary.outside, "hunt-outside"),
            (excluded, "hunt-excluded"),
            (summary.forgotten, "hunt-forgotten"),
            (summary.early, "hunt-early"),
            (summary.lost, "hunt-lost"),
        ];
        table.after.extend(told.iter().filter(|(n, _)| *n > 0).map(|(n, key)| w.with(key, &[("n", &w.number(*n))])));
        let unlisted = self.outcome.sums.unlisted + self.outcome.tally.unlisted;
        if unlisted > 0 {
            table.after.push(w.with("hunt-sums-unlisted", &[("n", &w.number(unlisted))]));
        }
        table
    }

    /// The files that were read, each with its hash: of an archive the archive, not what is in it.
    fn files(&self) -> Table {
        let (w, made) = (self.words, &self.outcome.made);
        let row = |input: &Input| {
            let hash = input.sha256.clone().unwrap_or_else(|| "—".to_owned());
            vec![Cell::code(&input.name), Cell::Number(w.number(input.bytes)), Cell::Code(hash)]
        };
        let rows = made.inputs.iter().map(row).collect();
        let mut table = self.table("files", "hunt-read-files", &["file", "bytes", "sha256"], rows, FILES);
        let left = made.more_inputs + made.inputs.len().saturating_sub(FILES) as u64;
        // Those that are left out here count together with those that were never listed.
        table.after.clear();
        if left > 0 {
            table.after.push(w.n("hunt-rows-cut", left));
        }
        let count = made.inputs.len() as u64 + made.more_inputs;
        table.says.push(w.with("hunt-read-files-says", &[("n", &w.number(count))]));
        table
    }

    fn how(&self) -> Table {
        let (w, made, summary) = (self.words, &self.outcome.made, &self.outcome.summary);
        let seen = &self.outcome.sums.seen;
        let rules = format!("{} {}", w.number(made.rules), made.rules_from);
        let span = if seen.first == 0 { String::new() } else { format!("{} — {}", w.second(seen.first), w.second(seen.last)) };
        let facts = [
            ("hunt-m-version", made.version.clone()),
            ("hunt-m-begun", w.second(made.begun.0)),
            ("hunt-m-ended", w.second(made.ended.0)),
            ("hunt-m-files", w.number(summary.files)),
            ("hunt-m-events", w.number(summary.events)),
            ("hunt-m-span", span),
            ("hunt-m-errors", w.number(summary.errors)),
            ("hunt-m-rules", rules.trim().to_owned()),
        ];
        let facts = facts.iter().map(|(key, value)| vec![Cell::Text(w.t(key)), Cell::text(value)]);
        let options = made.options.iter().map(|(name, value)| vec![Cell::code(name), Cell::code(value)]);
        let rows = facts.chain(options).collect();
        let mut table = self.table("how", "hunt-how", &["what", "value"], rows, TIMELINE);
        table.after.push(w.t("hunt-attribution"));
        table
    }
}
