//! Which rules' findings are told.

use crate::Options;
use base::Moment;
use sigma::{Rule, Rules};

/// A choice among the rules, and the time that matters. The default chooses everything.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Events before it are passed over; those that tell no time never are.
    pub since: Option<Moment>,
    /// Events from it on are passed over.
    pub until: Option<Moment>,
    /// Any of these tags; `attack.t1059` means `attack.t1059.001` too.
    pub tags: Vec<String>,
    /// Only these rules, by id, name or file name.
    pub rules: Vec<String>,
    /// Not these.
    pub without: Vec<String>,
    /// Only rules of any of these states: `stable`, `test`, `experimental`, …
    pub status: Vec<String>,
}

impl Choice {
    /// Says which words of the choice name no rule at all, so that a slip of the pen does not look like a clean machine.
    pub fn unknown(&self, rules: &Rules) -> Vec<String> {
        let named = self.rules.iter().chain(&self.without).filter(|word| !rules.iter().any(|rule| is(rule, word)));
        let tags = self.tags.iter().filter(|word| !rules.iter().any(|rule| tagged(rule, word)));
        let status = self.status.iter().filter(|word| !rules.iter().any(|rule| rule.status.eq_ignore_ascii_case(word)));
        named.chain(tags).chain(status).cloned().collect()
    }

    /// For each rule, by its place: are its findings told?
    pub(crate) fn told(&self, rules: &Rules, options: &Options) -> Vec<bool> {
        rules.iter().map(|rule| !rule.silent && rule.level >= options.min_level && self.takes(rule)).collect()
    }

    fn takes(&self, rule: &Rule) -> bool {
        let any = |words: &[String], takes: &dyn Fn(&str) -> bool| words.is_empty() || words.iter().any(|word| takes(word));
        any(&self.tags, &|word| tagged(rule, word))
            && any(&self.rules, &|word| is(rule, word))
            && any(&self.status, &|word| rule.status.eq_ignore_ascii_case(word))
            && !self.without.iter().any(|word| is(rule, word))
    }

    /// Is the time of an event within what was asked for? 0 is no time.
    pub(crate) fn within(&self, at: i64) -> bool {
        at == 0 || self.since.is_none_or(|since| at >= since.0) && self.until.is_none_or(|until| at < until.0)
    }
}

pub(crate) fn is(rule: &Rule, word: &str) -> bool {
    let file = rule.file.rsplit(['/', '\\']).next().unwrap_or_default();
    [&rule.id, &rule.name, &rule.called, file].iter().any(|own| own.eq_ignore_ascii_case(word))
}

fn tagged(rule: &Rule, word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    rule.tags.iter().any(|tag| {
        let tag = tag.to_ascii_lowercase();
        let tag = tag.strip_prefix("attack.").filter(|_| !word.starts_with("attack.")).unwrap_or(&tag);
        tag.strip_prefix(&*word).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}
