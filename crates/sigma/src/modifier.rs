//! A field of a selection with its modifiers and values, made ready to be compared (Sigma specification 2.1, appendix "Modifiers").

use crate::Refusal;
use crate::fold::{FieldId, Names, folded};
use crate::glob::{Glob, Token, tokens};
use crate::yaml::Node;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;
use std::net::IpAddr;

/// The lists that stand for placeholders such as `%admins%` (modifier `expand`), by name without the signs.
pub type Lists = HashMap<String, Vec<String>>;

const REGEX_LETTERS: usize = 8 << 10;
const REGEX_BYTES: usize = 4 << 20;
/// Characters of a pattern with `?`; longer ones could be made to cost too much for each event.
const GLOB_LETTERS: usize = 1 << 10;

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
pub fn item(key: &str, node: &Node, names: &mut Names, lists: &Lists) -> Result<Item, Refusal> {
    let refuse = |reason: String| Refusal::new(reason, key);
    let mut parts = key.split('|');
    let field = match parts.next().unwrap_or_default() {
        "" => None,
        name => Some(names.intern(name).ok_or_else(|| refuse("the rules use too many field names".into()))?),
    };
    let modifiers: Vec<&str> = parts.collect();
    let asked = asked(&modifiers).map_err(refuse)?;
    let nodes: Vec<&Node> = match node {
        Node::List(items) => items.iter().collect(),
        one => vec![one],
    };
    if nodes.is_empty() {
        return Err(refuse(format!("\"{key}\" has no value")));
    }
    let mut patterns = Vec::with_capacity(nodes.len());
    for node in nodes {
        add_patterns(&mut patterns, node, field, &modifiers, &asked, names, lists)
            .map_err(|reason| refuse(format!("\"{key}\": {reason}")))?;
    }
    Ok(Item { field, all: asked.all, negated: asked.negated, patterns })
}

fn asked(modifiers: &[&str]) -> Result<Asked, String> {
    let mut asked = Asked::default();
    let kind = |asked: &mut Asked, kind| match asked.kind.replace(kind) {
        Some(before) if before != kind => Err("these modifiers exclude each other".to_owned()),
        _ => Ok(()),
    };
    for modifier in modifiers {
        match *modifier {
            "all" => asked.all = true,
            "cased" => asked.cased = true,
            "neq" => asked.negated = true,
            "contains" => asked.place = Some(Place::Anywhere),
            "startswith" => asked.place = Some(Place::Start),
            "endswith" => asked.place = Some(Place::End),
            "re" => kind(&mut asked, Kind::Regex)?,
            "cidr" => kind(&mut asked, Kind::Network)?,
            "fieldref" => kind(&mut asked, Kind::Field)?,
            "exists" => kind(&mut asked, Kind::Exists)?,
            "lt" => kind(&mut asked, Kind::Compare(Compare::Less))?,
            "lte" => kind(&mut asked, Kind::Compare(Compare::LessOrEqual))?,
            "gt" => kind(&mut asked, Kind::Compare(Compare::Greater))?,
            "gte" => kind(&mut asked, Kind::Compare(Compare::GreaterOrEqual))?,
            "minute" => asked.part = Some(TimePart::Minute),
            "hour" => asked.part = Some(TimePart::Hour),
            "day" => asked.part = Some(TimePart::Day),
            "week" => asked.part = Some(TimePart::Week),
            "month" => asked.part = Some(TimePart::Month),
            "year" => asked.part = Some(TimePart::Year),
            "i" | "ignorecase" if asked.kind == Some(Kind::Regex) => asked.ignore_case = true,
            "m" | "multiline" if asked.kind == Some(Kind::Regex) => asked.many_lines = true,
            "s" | "dotall" if asked.kind == Some(Kind::Regex) => asked.dot_any = true,
            "base64" | "base64offset" | "wide" | "utf16le" | "utf16be" | "utf16" | "windash" | "expand" => {}
            other => return Err(format!("there is no modifier \"{other}\"")),
        }
    }
    if asked.part.is_some() && !matches!(asked.kind, None | Some(Kind::Compare(_))) {
        return Err("a part of a time can only be compared with a number".into());
    }
    Ok(asked)
}

fn add_patterns(
    patterns: &mut Vec<Pattern>,
    node: &Node,
    field: Option<FieldId>,
    modifiers: &[&str],
    asked: &Asked,
    names: &mut Names,
    lists: &Lists,
) -> Result<(), String> {
    if matches!(node, Node::List(_) | Node::Map(_)) {
        return Err("a value must be a single text, number, true, false or null".into());
    }
    let written: Box<str> = node.text().unwrap_or_else(|| "null".into()).into();
    if field.is_none() && (*node == Node::Null || matches!(asked.kind, Some(Kind::Exists | Kind::Field))) {
        return Err("a keyword must be a text".into());
    }
    let test = match asked.kind {
        None if *node == Node::Null => match modifiers.iter().find(|modifier| !matches!(**modifier, "neq" | "all" | "cased")) {
            None => Test::Null,
            Some(modifier) => return Err(format!("\"{modifier}\" cannot be asked of null")),
        },
        None if asked.part.is_some() => number(&written, Compare::Equal, asked.part)?,
        None => {
            for value in changed(&written, modifiers, lists)? {
                patterns.push(Pattern { test: text(value, field.is_none(), asked.cased)?, written: written.clone() });
            }
            return Ok(());
        }
        Some(Kind::Regex) => Test::Regex(Box::new(regex(&written, asked)?)),
        Some(Kind::Network) => network(&written)?,
        Some(Kind::Compare(compare)) => number(&written, compare, asked.part)?,
        Some(Kind::Field) => {
            let other = names.intern(&written).ok_or("the rules use too many field names")?;
            Test::Field { other, place: asked.place.unwrap_or(Place::Whole), cased: asked.cased }
        }
        Some(Kind::Exists) => match node {
            Node::Bool(yes) => Test::Exists(*yes),
            _ => return Err("\"exists\" needs true or false".into()),
        },
    };
    patterns.push(Pattern { test, written });
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

/// The lists' values for the placeholders of a text such as `%admins%` or `srv-%site%`.
fn expanded(written: &str, lists: &Lists) -> Result<Vec<String>, String> {
    let mut texts = vec![String::new()];
    for (n, part) in written.split('%').enumerate() {
        let choices = match n % 2 {
            0 => &vec![part.to_owned()],
            _ => lists.get(part).ok_or_else(|| format!("needs a list for the placeholder %{part}%, and none was given"))?,
        };
        texts = texts.iter().flat_map(|text| choices.iter().map(move |choice| format!("{text}{choice}"))).take(100_000).collect();
    }
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

/// A `-` or `/` that begins a word, after no word, may be any dash that Windows programs accept.
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
            let begins = matches!(letter, '-' | '/') && !before.is_some_and(word) && letters.peek().copied().is_some_and(word);
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

fn regex(written: &str, asked: &Asked) -> Result<Regex, String> {
    if written.len() > REGEX_LETTERS {
        return Err(format!("a regular expression of {} letters is too long; at most {REGEX_LETTERS}", written.len()));
    }
    RegexBuilder::new(written)
        .case_insensitive(asked.ignore_case)
        .multi_line(asked.many_lines)
        .dot_matches_new_line(asked.dot_any)
        .size_limit(REGEX_BYTES)
        .dfa_size_limit(REGEX_BYTES)
        .nest_limit(64)
        .build()
        .map_err(|error| format!("not a regular expression that runs in linear time: {}", last_line(&error.to_string())))
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
    match written.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Test::Number { compare, number, part }),
        _ => Err(format!("\"{written}\" is no number")),
    }
}
