//! The modifiers that change what is written into what is looked for: wildcards, encodings, placeholders.

use super::Lists;
use crate::glob::{Token, tokens};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// Values that the lists may make of one value with placeholders.
const EXPANDED: usize = 100_000;
/// A value on its way through the modifiers.
pub enum Value {
    Tokens(Vec<Token>),
    /// After `wide` and its like: bytes that are no text yet.
    Bytes(Vec<u8>),
}

/// A written value after the modifiers that change values, in the order they stand; one value may become several.
pub fn changed(written: &str, modifiers: &[&str], lists: &Lists) -> Result<Vec<Value>, String> {
    // Placeholders stand in what is written, so they come first, wherever the modifier stands.
    let mut values: Vec<Value> = match modifiers.contains(&"expand") {
        true => expanded(written, lists)?.iter().map(|value| Value::Tokens(tokens(value))).collect(),
        false => vec![Value::Tokens(tokens(written))],
    };
    for modifier in modifiers {
        values = match *modifier {
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
pub fn expanded(written: &str, lists: &Lists) -> Result<Vec<String>, String> {
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

pub fn plain(value: Value) -> Result<Vec<Token>, String> {
    match value {
        Value::Tokens(tokens) => Ok(tokens),
        Value::Bytes(_) => Err("bytes must become text by \"base64\" or \"base64offset\" first".into()),
    }
}

pub fn around(values: Vec<Value>, before: bool, after: bool) -> Result<Vec<Value>, String> {
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
