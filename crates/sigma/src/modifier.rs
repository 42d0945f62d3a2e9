//! A field of a selection with its modifiers and values, made ready to be compared (Sigma specification 2.1, appendix "Modifiers").

mod value;

use crate::Refusal;
use crate::fold::{FieldId, Names, folded};
use crate::glob::{Glob, Token};
use crate::yaml::{Node, Value as Written};
use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;
use std::net::IpAddr;
use value::{Value, around, changed, expanded, plain};

/// The lists that stand for placeholders such as `%admins%` (modifier `expand`), by name without the signs.
pub type Lists = HashMap<String, Vec<String>>;

const REGEX_LETTERS: usize = 8 << 10;
/// Bytes that the automaton of one expression may grow to while it runs; with less it is thrown away and built again and again.
const REGEX_ROOM: usize = 512 << 10;
/// Room for one compiled expression: it is tried with little, then with more, and what it needed is taken from the set's.
const REGEX_BYTES: [usize; 3] = [64 << 10, 512 << 10, 4 << 20];
/// Room for all compiled expressions of a set.
pub const ALL_REGEX_BYTES: usize = 256 << 20;
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
            .dfa_size_limit(bytes.max(REGEX_ROOM))
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
