//! A field of a selection with its modifiers and values, made ready to be compared (Sigma specification 2.1, appendix "Modifiers").

use crate::Refusal;
use crate::fold::{FieldId, Names, folded};
use crate::glob::{Glob, Token, tokens};
use crate::yaml::{Node, Value as Written};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;
use std::net::IpAddr;

/// The lists that stand for placeholders such as `%admins%` (modifier `expand`), by name without the signs.
pub type Lists = HashMap<String, Vec<String>>;

const REGEX_LETTERS: usize = 8 << 10;
/// Room for one compiled expression: it is tried with little, then with more, and what it needed is taken from the set's.
const REGEX_BYTES: [usize; 3] = [64 << 10, 512 << 10, 4 << 20];
/// Room for all compiled expressions of a set.
pub const ALL_REGEX_BYTES: usize = 256 << 20;
/// Values that the lists may make of one value with placeholders.
const EXPANDED: usize = 100_000;
/// Characters of a pattern with `?`; longer ones could be made to cost too much for each event.
const GLOB_LETTERS: usize = 1 << 10;

/// What reading a set of rules shares: the names of fields, the lists, room for expressions, and what is to be told.
#[derive(Debug)]
pub struct Means<'l> {
    pub names: Names,
    pub lists: &'l Lists,
    /// Bytes that compiled expressions may still take.
    pub regex_bytes: usize,
    /// Line and text of each notice on the document at hand.
    pub notices: Vec<(usize, String)>,
}

impl<'l> Means<'l> {
    pub fn new(lists: &'l Lists) -> Means<'l> {
        Means { names: Names::default(), lists, regex_bytes: ALL_REGEX_BYTES, notices: Vec::new() }
    }

    pub fn intern(&mut self, name: &str) -> Result<FieldId, String> {
        self.names.intern(name).ok_or_else(|| "the rules use too many field names".into())
    }
}

/// One way a field, or any value where there is no field, is asked about.
#[derive(Debug)]
pub struct Item {
    /// None: a keyword, looked for in every value.
    pub field: Option<FieldId>,
    /// Every pattern must match, each on any of the field's values.
    pub all: bool,
    /// The outcome is turned round (`neq`).
    pub negated: bool,
    pub patterns: Vec<Pattern>,
}

/// One value of an item: how it compares, and how it was written.
#[derive(Debug)]
pub struct Pattern {
    pub test: Test,
    pub written: Box<str>,
}

#[derive(Debug)]
pub enum Test {
    /// The value, or a part of it; `cased` says whether letters are as written or in lower case.
    Exact {
        text: Box<[u8]>,
        cased: bool,
    },
    Start {
        text: Box<[u8]>,
        cased: bool,
    },
    End {
        text: Box<[u8]>,
        cased: bool,
    },
    Part {
        text: Box<Finder<'static>>,
        cased: bool,
    },
    Glob {
        glob: Box<Glob>,
        cased: bool,
    },
    /// `*`: there is a value.
    Any,
    Regex(Box<Regex>),
    Network {
        network: IpAddr,
        bits: u8,
    },
    Number {
        compare: Compare,
        number: f64,
        part: Option<TimePart>,
    },
    /// The value of another field of the same event.
    Field {
        other: FieldId,
        place: Place,
        cased: bool,
    },
    Exists(bool),
    /// The field is not there.
    Null,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Where a text stands in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Whole,
    Start,
    End,
    Anywhere,
}

/// The part of a time that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimePart {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// A value on its way through the modifiers.
enum Value {
    Tokens(Vec<Token>),
    /// After `wide` and its like: bytes that are no text yet.
    Bytes(Vec<u8>),
}

/// What the modifiers said beyond changing values.
#[derive(Default)]
struct Asked {
    all: bool,
    cased: bool,
    negated: bool,
    kind: Option<Kind>,
    part: Option<TimePart>,
    place: Option<Place>,
    /// The place of the last modifier that changes texts.
    changes: Option<usize>,
    expand: bool,
    ignore_case: bool,
    many_lines: bool,
    dot_any: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Regex,
    Network,
    Compare(Compare),
    Field,
    Exists,
}

/// Reads `Field|modifier|…` and its value or values.
pub fn item(key: &str, node: &Node, means: &mut Means<'_>) -> Result<Item, Refusal> {
    let refuse = |reason: String| Refusal::new(reason, node.line);
    let mut parts = key.split('|');
    let field = match parts.next().unwrap_or_default() {
        "" => None,
        name => Some(means.intern(name).map_err(refuse)?),
    };
    let modifiers: Vec<&str> = parts.collect();
    let asked = asked(&modifiers).map_err(|reason| refuse(format!("\"{key}\": {reason}")))?;
    let nodes: Vec<&Node> = match &node.value {
        Written::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    if nodes.is_empty() {
        return Err(refuse(format!("\"{key}\" has no value")));
    }
    if asked.all && nodes.len() == 1 {
        means.notices.push((node.line, format!("\"{key}\": \"all\" of a single value says nothing")));
    }
    if nodes.len() > 1 && nodes.iter().any(|node| node.is_null()) {
        let text = format!("\"{key}\": null should not stand in a list of values; give it a selection of its own");
        means.notices.push((node.line, text));
    }
    let mut patterns = Vec::with_capacity(nodes.len());
    for one in nodes {
        add_patterns(&mut patterns, one, field, &modifiers, &asked, means)
            .map_err(|reason| Refusal::new(format!("\"{key}\": {reason}"), one.line))?;
    }
    Ok(Item { field, all: asked.all, negated: asked.negated, patterns })
}

/// What the modifiers ask for together. Those that say nothing beside each other are refused.
fn asked(modifiers: &[&str]) -> Result<Asked, String> {
    let mut asked = Asked::default();
    let kind = |asked: &mut Asked, kind| match asked.kind.replace(kind) {
        Some(_) => Err("these modifiers exclude each other".to_owned()),
        None => Ok(()),
    };
    let place = |asked: &mut Asked, place| match asked.place.replace(place) {
        Some(_) => Err("of contains, startswith and endswith there can be one".to_owned()),
        None => Ok(()),
    };
    let part = |asked: &mut Asked, part| match asked.part.replace(part) {
        Some(_) => Err("there can be one part of a time".to_owned()),
        None => Ok(()),
    };
    for (n, modifier) in modifiers.iter().enumerate() {
        if modifiers.iter().take(n).any(|before| before == modifier) {
            return Err(format!("the modifier \"{modifier}\" is there twice"));
        }
        match *modifier {
            "all" => asked.all = true,
            "cased" => asked.cased = true,
            "neq" => asked.negated = true,
            "contains" => place(&mut asked, Place::Anywhere)?,
            "startswith" => place(&mut asked, Place::Start)?,
            "endswith" => place(&mut asked, Place::End)?,
            "re" => kind(&mut asked, Kind::Regex)?,
            "cidr" => kind(&mut asked, Kind::Network)?,
            "fieldref" => kind(&mut asked, Kind::Field)?,
            "exists" => kind(&mut asked, Kind::Exists)?,
            "lt" => kind(&mut asked, Kind::Compare(Compare::Less))?,
            "lte" => kind(&mut asked, Kind::Compare(Compare::LessOrEqual))?,
            "gt" => kind(&mut asked, Kind::Compare(Compare::Greater))?,
            "gte" => kind(&mut asked, Kind::Compare(Compare::GreaterOrEqual))?,
            "minute" => part(&mut asked, TimePart::Minute)?,
            "hour" => part(&mut asked, TimePart::Hour)?,
            "day" => part(&mut asked, TimePart::Day)?,
            "week" => part(&mut asked, TimePart::Week)?,
            "month" => part(&mut asked, TimePart::Month)?,
            "year" => part(&mut asked, TimePart::Year)?,
            "i" | "ignorecase" if asked.kind == Some(Kind::Regex) => asked.ignore_case = true,
            "m" | "multiline" if asked.kind == Some(Kind::Regex) => asked.many_lines = true,
            "s" | "dotall" if asked.kind == Some(Kind::Regex) => asked.dot_any = true,
            "i" | "m" | "s" => return Err(format!("\"{modifier}\" must follow \"re\"")),
            "base64" | "base64offset" | "wide" | "utf16le" | "utf16be" | "utf16" | "windash" => asked.changes = Some(n),
            "expand" => asked.expand = true,
            other => return Err(format!("there is no modifier \"{other}\"")),
        }
    }
    fits(modifiers, &asked).map(|()| asked)
}

/// Refuses modifiers that cannot be asked of one another's kind of value.
fn fits(modifiers: &[&str], asked: &Asked) -> Result<(), String> {
    let texts_only = asked.place.is_some() || asked.cased || asked.changes.is_some() || asked.expand;
    let no = |what: &str, words: &[&str]| match modifiers.iter().find(|modifier| words.contains(modifier)) {
        Some(modifier) => Err(format!("\"{modifier}\" cannot be asked of {what}")),
        None => Ok(()),
    };
    let changing = ["base64", "base64offset", "wide", "utf16le", "utf16be", "utf16", "windash"];
    let placing = ["contains", "startswith", "endswith"];
    if asked.part.is_some() && !matches!(asked.kind, None | Some(Kind::Compare(_))) || asked.part.is_some() && texts_only {
        return Err("a part of a time can only be compared with a number".into());
    }
    match asked.kind {
        None => Ok(()),
        Some(Kind::Regex) => no("a regular expression", &[&changing[..], &placing[..], &["cased", "expand"]].concat()),
        Some(Kind::Network) => no("a network", &[&changing[..], &placing[..], &["cased"]].concat()),
        Some(Kind::Compare(_)) => no("a number", &[&changing[..], &placing[..], &["cased", "expand", "neq"]].concat()),
        Some(Kind::Field) => no("a field", &[&changing[..], &["expand"]].concat()),
        Some(Kind::Exists) => match modifiers {
            ["exists"] => Ok(()),
            _ => Err("\"exists\" must stand alone".into()),
        },
    }
}

fn add_patterns(
    patterns: &mut Vec<Pattern>,
    node: &Node,
    field: Option<FieldId>,
    modifiers: &[&str],
    asked: &Asked,
    means: &mut Means<'_>,
) -> Result<(), String> {
    if !node.is_single() {
        return Err("a value must be a single text, number, true, false or null".into());
    }
    let written: Box<str> = node.text().unwrap_or_else(|| "null".into()).into();
    if field.is_none() && (node.is_null() || matches!(asked.kind, Some(Kind::Exists | Kind::Field))) {
        return Err("a keyword must be a text".into());
    }
    if node.is_null() {
        return match modifiers.iter().find(|modifier| !matches!(**modifier, "neq" | "all" | "cased")) {
            None => {
                patterns.push(Pattern { test: Test::Null, written });
                Ok(())
            }
            Some(modifier) => Err(format!("\"{modifier}\" cannot be asked of null")),
        };
    }
    let mut put = |test| patterns.push(Pattern { test, written: written.clone() });
    match asked.kind {
        None if asked.part.is_some() => put(number(&written, Compare::Equal, asked.part)?),
        None => {
            for value in changed(&written, modifiers, means.lists)? {
                put(text(value, field.is_none(), asked.cased)?);
            }
        }
        Some(Kind::Regex) => put(Test::Regex(Box::new(regex(&written, asked, &mut means.regex_bytes)?))),
        Some(Kind::Network) if asked.expand => {
            for one in expanded(&written, means.lists)? {
                put(network(&one)?);
            }
        }
        Some(Kind::Network) => put(network(&written)?),
        Some(Kind::Compare(compare)) => put(number(&written, compare, asked.part)?),
        Some(Kind::Field) => {
            let other = means.intern(&written)?;
            put(Test::Field { other, place: asked.place.unwrap_or(Place::Whole), cased: asked.cased });
        }
        Some(Kind::Exists) => match &node.value {
            Written::Bool(yes) => put(Test::Exists(*yes)),
            _ => return Err("\"exists\" needs true or false".into()),
        },
    }
    Ok(())
}

/// A written value after the modifiers that change values, in the order they stand; one value may become several.
fn changed(written: &str, modifiers: &[&str], lists: &Lists) -> Result<Vec<Value>, String> {
    let mut values = vec![Value::Tokens(tokens(written))];
    for modifier in modifiers {
        values = match *modifier {
            "expand" => expanded(written, lists)?.iter().map(|value| Value::Tokens(tokens(value))).collect(),
            "contains" => around(values, true, true)?,
            "startswith" => around(values, false, true)?,
            "endswith" => around(values, true, false)?,
            "windash" => values
                .into_iter()
                .map(|value| plain(value).map(|tokens| Value::Tokens(windash(tokens))))
                .collect::<Result<_, _>>()?,
            "wide" | "utf16le" => values.iter().map(|value| wide(value, false, false)).collect::<Result<_, _>>()?,
            "utf16be" => values.iter().map(|value| wide(value, true, false)).collect::<Result<_, _>>()?,
            "utf16" => values.iter().map(|value| wide(value, false, true)).collect::<Result<_, _>>()?,
            "base64" => values.iter().map(|value| Ok(literal(STANDARD.encode(bytes(value)?)))).collect::<Result<_, String>>()?,
            "base64offset" => {
                let mut shifted = Vec::new();
                for value in &values {
                    shifted.extend(base64_offsets(&bytes(value)?).into_iter().map(literal));
                }
                shifted
            }
            _ => values,
        };
    }
    Ok(values)
}

fn literal(text: String) -> Value {
    Value::Tokens(if text.is_empty() { Vec::new() } else { vec![Token::Text(text)] })
}

/// The lists' values for the placeholders of a text such as `%admins%` or `srv-%site%`; `\%` and a lone `%` are themselves.
fn expanded(written: &str, lists: &Lists) -> Result<Vec<String>, String> {
    let mut texts = vec![String::new()];
    let mut rest = written;
    while let Some(at) = rest.find(['%', '\\']) {
        let (before, from) = rest.split_at(at);
        let end = from.get(1..).and_then(|after| after.find('%')).filter(|end| *end > 0 && from.starts_with('%'));
        let (choices, after) = match end {
            Some(end) => {
                let name = from.get(1..=end).unwrap_or_default();
                let list = lists.get(name);
                let list = list.ok_or_else(|| format!("needs a list for the placeholder %{name}%, and none was given"))?;
                (list.clone(), from.get(end + 2..).unwrap_or_default())
            }
            None if from.starts_with("\\%") => (vec!["%".to_owned()], from.get(2..).unwrap_or_default()),
            None => (vec![from.get(..1).unwrap_or_default().to_owned()], from.get(1..).unwrap_or_default()),
        };
        if texts.len().saturating_mul(choices.len()) > EXPANDED {
            return Err(format!("the lists make more than {EXPANDED} values of it"));
        }
        texts = texts.iter().flat_map(|text| choices.iter().map(move |choice| format!("{text}{before}{choice}"))).collect();
        rest = after;
    }
    texts.iter_mut().for_each(|text| text.push_str(rest));
    Ok(texts)
}

fn plain(value: Value) -> Result<Vec<Token>, String> {
    match value {
        Value::Tokens(tokens) => Ok(tokens),
        Value::Bytes(_) => Err("bytes must become text by \"base64\" or \"base64offset\" first".into()),
    }
}

fn around(values: Vec<Value>, before: bool, after: bool) -> Result<Vec<Value>, String> {
    let open = |value| {
        let mut tokens = plain(value)?;
        if before && tokens.first() != Some(&Token::Any) {
            tokens.insert(0, Token::Any);
        }
        if after && tokens.last() != Some(&Token::Any) {
            tokens.push(Token::Any);
        }
        Ok(Value::Tokens(tokens))
    };
    values.into_iter().map(open).collect()
}

/// A dash or `/` that begins a word, after no word, may be any sign that Windows programs take for an option.
fn windash(tokens: Vec<Token>) -> Vec<Token> {
    let mut found = Vec::new();
    let word = |letter: char| letter.is_alphanumeric() || letter == '_';
    for token in tokens {
        let Token::Text(text) = token else {
            found.push(token);
            continue;
        };
        let mut run = String::new();
        let mut before = None;
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            let begins = matches!(letter, '-' | '/' | '–' | '—' | '―')
                && !before.is_some_and(word)
                && letters.peek().copied().is_some_and(word);
            if begins {
                if !run.is_empty() {
                    found.push(Token::Text(std::mem::take(&mut run)));
                }
                found.push(Token::Dash);
            } else {
                run.push(letter);
            }
            before = Some(letter);
        }
        if !run.is_empty() {
            found.push(Token::Text(run));
        }
    }
    found
}

/// A value without wildcards as bytes.
fn bytes(value: &Value) -> Result<Vec<u8>, String> {
    match value {
        Value::Bytes(bytes) => Ok(bytes.clone()),
        Value::Tokens(tokens) => match tokens.as_slice() {
            [] => Ok(Vec::new()),
            [Token::Text(text)] => Ok(text.clone().into_bytes()),
            _ => Err("a value with wildcards cannot be encoded".into()),
        },
    }
}

fn wide(value: &Value, big: bool, mark: bool) -> Result<Value, String> {
    let text = String::from_utf8(bytes(value)?).map_err(|_| "only text can become UTF-16")?;
    let mark = mark.then_some(0xfeff);
    let units = mark.into_iter().chain(text.encode_utf16());
    Ok(Value::Bytes(units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()))
}

/// What the base64 of any text that holds these bytes must hold: one form for each of the three places in a group.
fn base64_offsets(bytes: &[u8]) -> Vec<String> {
    let form = |offset: usize| {
        let mut shifted = vec![0; offset];
        shifted.extend_from_slice(bytes);
        let encoded = STANDARD_NO_PAD.encode(&shifted);
        // The first letters also hold bits of what stands before, the last one of what stands behind.
        let start = [0, 2, 3].get(offset).copied().unwrap_or(0);
        let end = encoded.len() - usize::from(!shifted.len().is_multiple_of(3));
        encoded.get(start..end).unwrap_or_default().to_owned()
    };
    (0..3).map(form).filter(|form| !form.is_empty()).collect()
}

/// The cheapest test for a value.
fn text(value: Value, keyword: bool, cased: bool) -> Result<Test, String> {
    let mut tokens = match value {
        Value::Tokens(tokens) => tokens,
        Value::Bytes(bytes) => {
            let text =
                String::from_utf8(bytes).map_err(|_| "these bytes are no text; \"base64\" or \"base64offset\" must follow")?;
            vec![Token::Text(text)]
        }
    };
    if keyword {
        tokens = around(vec![Value::Tokens(tokens)], true, true)?.into_iter().map(plain).next().unwrap_or(Ok(Vec::new()))?;
    }
    let fold = |text: &str| if cased { text.as_bytes().to_vec() } else { folded(text) };
    Ok(match tokens.as_slice() {
        [] => Test::Exact { text: Box::default(), cased },
        [Token::Any] => Test::Any,
        [Token::Text(text)] => Test::Exact { text: fold(text).into(), cased },
        [Token::Text(text), Token::Any] => Test::Start { text: fold(text).into(), cased },
        [Token::Any, Token::Text(text)] => Test::End { text: fold(text).into(), cased },
        [Token::Any, Token::Text(text), Token::Any] => {
            Test::Part { text: Box::new(Finder::new(&fold(text)).into_owned()), cased }
        }
        many => {
            let letters: usize = many.iter().map(|token| if let Token::Text(text) = token { text.len() } else { 1 }).sum();
            if letters > GLOB_LETTERS {
                return Err(format!("a pattern of {letters} letters with wildcards is too long; at most {GLOB_LETTERS}"));
            }
            Test::Glob { glob: Box::new(Glob::new(many, fold)), cased }
        }
    })
}

fn regex(written: &str, asked: &Asked, left: &mut usize) -> Result<Regex, String> {
    if written.len() > REGEX_LETTERS {
        return Err(format!("a regular expression of {} letters is too long; at most {REGEX_LETTERS}", written.len()));
    }
    let mut outcome = Err(regex::Error::CompiledTooBig(0));
    for bytes in REGEX_BYTES {
        if bytes > *left {
            return Err(format!("the rules' regular expressions need more than {ALL_REGEX_BYTES} bytes together"));
        }
        outcome = RegexBuilder::new(written)
            .case_insensitive(asked.ignore_case)
            .multi_line(asked.many_lines)
            .dot_matches_new_line(asked.dot_any)
            .size_limit(bytes)
            .dfa_size_limit(bytes)
            .nest_limit(64)
            .build();
        if !matches!(outcome, Err(regex::Error::CompiledTooBig(_))) {
            *left -= bytes;
            break;
        }
    }
    outcome.map_err(|error| format!("not a regular expression that runs in linear time: {}", last_line(&error.to_string())))
}

/// The regex crate draws its errors over several lines; the last says what is wrong.
fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
}

fn network(written: &str) -> Result<Test, String> {
    let wrong = || format!("\"{written}\" is no network such as 192.168.0.0/16");
    let (address, bits) = written.split_once('/').ok_or_else(wrong)?;
    let network: IpAddr = address.trim().parse().map_err(|_| wrong())?;
    let bits: u8 = bits.trim().parse().map_err(|_| wrong())?;
    if bits > if network.is_ipv4() { 32 } else { 128 } {
        return Err(wrong());
    }
    Ok(Test::Network { network, bits })
}

fn number(written: &str, compare: Compare, part: Option<TimePart>) -> Result<Test, String> {
    let range = match part {
        Some(TimePart::Minute) => 0.0..=59.0,
        Some(TimePart::Hour) => 0.0..=23.0,
        Some(TimePart::Day) => 1.0..=31.0,
        Some(TimePart::Week) => 1.0..=53.0,
        Some(TimePart::Month) => 1.0..=12.0,
        Some(TimePart::Year) | None => f64::MIN..=f64::MAX,
    };
    match written.trim().parse::<f64>() {
        Ok(number) if part.is_some() && !range.contains(&number) => {
            Err(format!("this part of a time goes from {} to {}", range.start(), range.end()))
        }
        Ok(number) if number.is_finite() => Ok(Test::Number { compare, number, part }),
        _ => Err(format!("\"{written}\" is no number")),
    }
}
