//! The condition of a rule: which selections must hold, as an expression of bounded depth.

use crate::Refusal;

const LETTERS: usize = 16 << 10;
const DEPTH: usize = 64;
/// Selections that the patterns of one condition may stand for together.
const CHOSEN: usize = 10_000;

/// What must hold; numbers are places in the rule's list of selections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    Selection(usize),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    /// At least so many of these selections.
    Of(usize, Vec<usize>),
}

/// Reads one condition over the named selections; `line` is where it stands.
pub fn read(text: &str, names: &[String], line: usize) -> Result<Condition, Refusal> {
    let refuse = |reason: String| Refusal::new(reason, line);
    if text.len() > LETTERS {
        return Err(refuse(format!("a condition of {} letters is too long; at most {LETTERS}", text.len())));
    }
    if text.contains('|') {
        return Err(refuse("the old form with \"|\" is read in a condition that stands alone; write a correlation rule".into()));
    }
    let words = words(text);
    let mut reader = Reader { chosen: 0, words: &words, at: 0, names };
    let condition = reader.or(0).map_err(&refuse)?;
    match reader.peek() {
        None => Ok(condition),
        Some(word) => Err(refuse(format!("the condition goes on with \"{word}\" where it should end"))),
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in text.split_whitespace() {
        let mut rest = part;
        while let Some(at) = rest.find(['(', ')']) {
            let (before, after) = rest.split_at(at);
            words.extend((!before.is_empty()).then(|| before.to_owned()));
            let (sign, after) = after.split_at(1);
            words.push(sign.to_owned());
            rest = after;
        }
        words.extend((!rest.is_empty()).then(|| rest.to_owned()));
    }
    words
}

struct Reader<'t> {
    chosen: usize,
    words: &'t [String],
    at: usize,
    names: &'t [String],
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&'t str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn peek_second(&self) -> Option<&'t str> {
        self.words.get(self.at + 1).map(String::as_str)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn or(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.and(depth)?];
        while self.take("or") {
            parts.push(self.and(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Or(parts) })
    }

    fn and(&mut self, depth: usize) -> Result<Condition, String> {
        let mut parts = vec![self.not(depth)?];
        while self.take("and") {
            parts.push(self.not(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::And(parts) })
    }

    fn not(&mut self, depth: usize) -> Result<Condition, String> {
        if depth > DEPTH {
            return Err(format!("the condition is nested more than {DEPTH} deep"));
        }
        if self.take("not") {
            return Ok(Condition::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.or(depth + 1)?;
            return if self.take(")") { Ok(inner) } else { Err("a parenthesis is not closed".into()) };
        }
        self.selection()
    }

    fn selection(&mut self) -> Result<Condition, String> {
        let Some(word) = self.peek() else {
            return Err("the condition ends too early".into());
        };
        let quantity = match word {
            all if all.eq_ignore_ascii_case("all") => Some(None),
            any if any.eq_ignore_ascii_case("any") => Some(Some(1)),
            number => number.parse::<usize>().ok().map(Some),
        };
        let of = self.peek_second().is_some_and(|next| next.eq_ignore_ascii_case("of"));
        if let (Some(quantity), true) = (quantity, of) {
            self.at += 2;
            return self.of(quantity);
        }
        if ["and", "or", "of", ")", "them"].iter().any(|sign| word.eq_ignore_ascii_case(sign)) {
            return Err(format!("the condition has \"{word}\" where a selection should be"));
        }
        self.at += 1;
        match self.names.iter().position(|name| name == word) {
            Some(n) => Ok(Condition::Selection(n)),
            None => Err(format!("the condition names \"{word}\", and there is no such selection")),
        }
    }

    /// `them` and patterns leave out the selections whose name begins with `_`, unless the pattern says so itself.
    fn of(&mut self, quantity: Option<usize>) -> Result<Condition, String> {
        let Some(pattern) = self.peek() else {
            return Err("the condition ends after \"of\"".into());
        };
        self.at += 1;
        let fits = |name: &str| match pattern {
            them if them.eq_ignore_ascii_case("them") => !name.starts_with('_'),
            pattern => (pattern.starts_with('_') || !name.starts_with('_')) && like(pattern, name),
        };
        let chosen: Vec<usize> = self.names.iter().enumerate().filter(|(_, name)| fits(name)).map(|(n, _)| n).collect();
        self.chosen += chosen.len();
        if self.chosen > CHOSEN {
            return Err(format!("the patterns of the condition stand for more than {CHOSEN} selections"));
        }
        if chosen.is_empty() {
            return Err(format!("no selection is named as \"{pattern}\""));
        }
        let least = quantity.unwrap_or(chosen.len());
        match least {
            0 => Err("\"0 of\" would always hold".into()),
            least if least > chosen.len() => Err(format!("\"{least} of {pattern}\" asks for more selections than there are")),
            least => Ok(Condition::Of(least, chosen)),
        }
    }
}

/// A name against a pattern with `*`.
fn like(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match name.find(part) {
            Some(at) => name = name.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    name.ends_with(end)
}
