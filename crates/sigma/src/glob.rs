//! Texts with wildcards, as Sigma writes them: `*` for any run, `?` for one character, `\` before either for itself.

use memchr::memmem;

/// A part of a written value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    Text(String),
    /// `*`
    Any,
    /// `?`
    One,
    /// Any of the signs that Windows programs take for an option: `-`, `/`, `–`, `—`, `―` (modifier `windash`).
    Dash,
}

/// The signs that `Token::Dash` stands for.
pub const DASHES: [&str; 5] = ["-", "/", "–", "—", "―"];

/// Reads a value: a backslash hides a wildcard or a backslash behind it, and is itself otherwise.
pub fn tokens(value: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut text = String::new();
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        let wild = match letter {
            '*' => Token::Any,
            '?' => Token::One,
            '\\' => {
                text.push(letters.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\'));
                continue;
            }
            other => {
                text.push(other);
                continue;
            }
        };
        if !text.is_empty() {
            found.push(Token::Text(std::mem::take(&mut text)));
        }
        if wild != Token::Any || found.last() != Some(&Token::Any) {
            found.push(wild);
        }
    }
    if !text.is_empty() {
        found.push(Token::Text(text));
    }
    found
}

/// A part of a segment: what stands between two `*`.
#[derive(Debug, Clone)]
enum Piece {
    Text(Box<[u8]>),
    One,
    Dash,
}

#[derive(Debug, Clone)]
struct Segment(Vec<Piece>);

/// A pattern that is more than one literal with a `*` at an end.
#[derive(Debug, Clone)]
pub struct Glob {
    segments: Vec<Segment>,
    open_start: bool,
    open_end: bool,
}

impl Glob {
    /// `fold` gives the letters to be compared: lower case, or as they are.
    pub fn new(tokens: &[Token], fold: impl Fn(&str) -> Vec<u8>) -> Glob {
        let segments = tokens
            .split(|token| *token == Token::Any)
            .filter(|part| !part.is_empty())
            .map(|part| {
                let pieces = part.iter().filter_map(|token| match token {
                    Token::Text(text) => Some(Piece::Text(fold(text).into())),
                    Token::One => Some(Piece::One),
                    Token::Dash => Some(Piece::Dash),
                    Token::Any => None,
                });
                Segment(pieces.collect())
            })
            .collect();
        Glob { segments, open_start: tokens.first() == Some(&Token::Any), open_end: tokens.last() == Some(&Token::Any) }
    }

    /// The longest literal run: whatever matches holds it.
    pub fn longest(&self) -> &[u8] {
        let texts = self.segments.iter().flat_map(|segment| &segment.0).filter_map(|piece| match piece {
            Piece::Text(text) => Some(&**text),
            Piece::One | Piece::Dash => None,
        });
        texts.max_by_key(|text| text.len()).unwrap_or_default()
    }

    /// Does the whole of a text (UTF-8) match? A segment has a fixed number of characters, so the leftmost place for each is enough.
    pub fn matches(&self, text: &[u8]) -> bool {
        let Some((last, before)) = self.segments.split_last() else {
            return self.open_start || text.is_empty();
        };
        let mut from = 0;
        for (n, segment) in before.iter().enumerate() {
            let end = if n == 0 && !self.open_start { segment.at(text, 0) } else { segment.find(text, from) };
            match end {
                Some(end) => from = end,
                None => return false,
            }
        }
        let anchored = before.is_empty() && !self.open_start;
        match (anchored, self.open_end) {
            (true, true) => last.at(text, 0).is_some(),
            (true, false) => last.at(text, 0) == Some(text.len()),
            (false, true) => last.find(text, from).is_some(),
            (false, false) => last.start_at_end(text).is_some_and(|start| start >= from),
        }
    }
}

impl Segment {
    /// Where the segment ends when it begins at `from`.
    fn at(&self, text: &[u8], from: usize) -> Option<usize> {
        self.0.iter().try_fold(from, |at, piece| {
            let rest = text.get(at..)?;
            match piece {
                Piece::Text(piece) => rest.starts_with(piece).then(|| at + piece.len()),
                Piece::One => (!rest.is_empty()).then(|| at + width(rest)),
                Piece::Dash => DASHES.iter().find(|dash| rest.starts_with(dash.as_bytes())).map(|dash| at + dash.len()),
            }
        })
    }

    /// Where the segment begins when it ends with the text.
    fn start_at_end(&self, text: &[u8]) -> Option<usize> {
        self.0.iter().rev().try_fold(text.len(), |end, piece| {
            let rest = text.get(..end)?;
            match piece {
                Piece::Text(piece) => rest.ends_with(piece).then(|| end - piece.len()),
                Piece::One => rest.iter().rposition(|byte| (*byte as i8) >= -0x40),
                Piece::Dash => DASHES.iter().find(|dash| rest.ends_with(dash.as_bytes())).map(|dash| end - dash.len()),
            }
        })
    }

    /// The end of the leftmost place of the segment at or after `from`.
    fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        if let Some(Piece::Text(first)) = self.0.first() {
            let mut at = from;
            while let Some(found) = memmem::find(text.get(at..)?, first) {
                if let Some(end) = self.at(text, at + found) {
                    return Some(end);
                }
                at += found + 1;
            }
            return None;
        }
        let mut at = from;
        loop {
            if let Some(end) = self.at(text, at) {
                return Some(end);
            }
            if at >= text.len() {
                return None;
            }
            at += width(text.get(at..)?);
        }
    }
}

/// Bytes of the character at the start of a text.
fn width(text: &[u8]) -> usize {
    1 + text.iter().skip(1).take(3).take_while(|byte| (**byte as i8) < -0x40).count()
}
