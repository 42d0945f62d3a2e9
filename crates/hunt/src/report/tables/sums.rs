//! Tables of the sums: sign-ins, services, tasks, PowerShell, remote tools, changes.

use super::{ROWS, Tables};
use crate::outcome::Count;
use crate::report::table::{Cell, Table, cut};
use crate::sums::{Change, Done, Flag, Logon, LogonKind, Odd, Remote, Script, Service, Task};

impl Tables<'_> {
    pub fn logons(&self) -> Table {
        let rows = self.outcome.sums.logons.iter().map(|one| self.logon(one)).collect();
        let heads = ["host", "account", "address", "kind", "good", "failed", "first", "last", "marks"];
        self.table("logons", "hunt-logons", &heads, rows, ROWS)
    }

    fn logon(&self, one: &Logon) -> Vec<Cell> {
        let w = self.words;
        let kind = match &one.kind {
            LogonKind::Type(kind) if w.has(&format!("hunt-kind-{kind}")) => w.t(&format!("hunt-kind-{kind}")),
            LogonKind::Type(kind) => w.n("hunt-kind-type", u64::from(*kind)),
            LogonKind::RemoteDesktop => w.t("hunt-kind-remote-desktop"),
            LogonKind::Explicit => w.t("hunt-kind-explicit"),
            LogonKind::Rights => w.t("hunt-kind-rights"),
            LogonKind::Service(service) => cut(service),
        };
        let marks = [(one.guessed, "hunt-mark-guessed"), (one.outside, "hunt-mark-outside")];
        vec![
            Cell::text(&one.host),
            Cell::text(&one.account),
            Cell::text(&one.address),
            Cell::Text(kind),
            Cell::Number(w.number(one.succeeded)),
            Cell::Number(w.number(one.failed)),
            Cell::Text(w.minute(one.first)),
            Cell::Text(w.minute(one.last)),
            Cell::Marks(marks.iter().filter(|(marked, _)| *marked).map(|(_, key)| w.t(key)).collect()),
        ]
    }

    /// Marks by the words that texts have for them.
    fn odd(&self, odd: &[Odd]) -> Cell {
        let word = |odd: &Odd| match odd {
            Odd::Place => "hunt-odd-place",
            Odd::Shell => "hunt-odd-shell",
            Odd::Share => "hunt-odd-share",
            Odd::Hidden => "hunt-odd-hidden",
            Odd::Name => "hunt-odd-name",
        };
        Cell::Marks(odd.iter().map(|odd| self.words.t(word(odd))).collect())
    }

    pub fn remotes(&self) -> Table {
        let w = self.words;
        let row = |(one, count): &(Remote, Count)| {
            vec![
                Cell::text(&one.host),
                Cell::text(&one.tool),
                Cell::code(&one.image),
                Cell::text(&one.account),
                Cell::Number(w.number(count.count)),
                Cell::Text(w.minute(count.first)),
                Cell::Text(w.minute(count.last)),
            ]
        };
        let rows = self.outcome.sums.remotes.iter().map(row).collect();
        self.table("remotes", "hunt-remotes", &["host", "tool", "path", "account", "count", "first", "last"], rows, ROWS)
    }

    pub fn services(&self) -> Table {
        let w = self.words;
        let row = |(one, count): &(Service, Count)| {
            vec![
                Cell::Text(w.minute(count.first)),
                Cell::text(&one.host),
                Cell::code(&one.name),
                Cell::code(&one.path),
                Cell::text(&one.account),
                Cell::Number(w.number(count.count)),
                self.odd(&one.odd),
            ]
        };
        let rows = self.outcome.sums.services.iter().map(row).collect();
        self.table("services", "hunt-services", &["time", "host", "name", "path", "account", "count", "marks"], rows, ROWS)
    }

    pub fn tasks(&self) -> Table {
        let w = self.words;
        let row = |(one, count): &(Task, Count)| {
            vec![
                Cell::Text(w.minute(count.first)),
                Cell::text(&one.host),
                Cell::code(&one.name),
                Cell::Text(w.t(match one.done {
                    Done::Made => "hunt-done-made",
                    Done::Changed => "hunt-done-changed",
                    Done::Deleted => "hunt-done-deleted",
                })),
                Cell::code(&one.command),
                Cell::text(&one.account),
                Cell::Number(w.number(count.count)),
                self.odd(&one.odd),
            ]
        };
        let rows = self.outcome.sums.tasks.iter().map(row).collect();
        let heads = ["time", "host", "name", "done", "command", "account", "count", "marks"];
        self.table("tasks", "hunt-tasks", &heads, rows, ROWS)
    }

    pub fn scripts(&self) -> Table {
        let w = self.words;
        let word = |flag: &Flag| match flag {
            Flag::Encoded => "hunt-flag-encoded",
            Flag::Download => "hunt-flag-download",
            Flag::Obfuscated => "hunt-flag-obfuscated",
            Flag::Attack => "hunt-flag-attack",
            Flag::Protection => "hunt-flag-protection",
        };
        let row = |one: &Script| {
            vec![
                Cell::Text(w.second(one.at)),
                Cell::text(&one.host),
                Cell::Number(w.number(one.bytes)),
                Cell::Number(format!("{:.1}", one.entropy)),
                Cell::code(&one.path),
                Cell::code(&one.start),
                Cell::Marks(one.flags.iter().map(|flag| w.t(word(flag))).collect()),
            ]
        };
        let rows = self.outcome.sums.scripts.iter().map(row).collect();
        let heads = ["time", "host", "bytes", "entropy", "file", "start", "marks"];
        let mut table = self.table("scripts", "hunt-scripts", &heads, rows, ROWS);
        table.says.push(w.with("hunt-scripts-says", &[("all", &w.number(self.outcome.sums.blocks))]));
        table
    }

    pub fn shells(&self) -> Table {
        let w = self.words;
        let row = |((host, command), count): &((String, String), Count)| {
            vec![
                Cell::text(host),
                Cell::code(command),
                Cell::Number(w.number(count.count)),
                Cell::Text(w.minute(count.first)),
                Cell::Text(w.minute(count.last)),
            ]
        };
        let rows = self.outcome.sums.shells.iter().map(row).collect();
        self.table("shells", "hunt-shells", &["host", "command", "count", "first", "last"], rows, ROWS)
    }

    pub fn changes(&self) -> Table {
        let w = self.words;
        let row = |(one, count): &(Change, Count)| {
            vec![
                Cell::Text(w.minute(count.first)),
                Cell::Text(w.t(&format!("hunt-changed-{}", one.what.word()))),
                Cell::text(&one.host),
                Cell::code(&one.object),
                Cell::text(&one.by),
                Cell::code(&one.detail),
                Cell::Number(w.number(count.count)),
            ]
        };
        let rows = self.outcome.sums.changes.iter().map(row).collect();
        self.table("changes", "hunt-changes", &["time", "what", "host", "object", "by", "detail", "count"], rows, ROWS)
    }
}
