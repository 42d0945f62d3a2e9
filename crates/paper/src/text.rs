//! Makes what people typed fit to print: bounded, visible, in the font, and breakable.

use serde_json::Value;

use crate::Unprintable;

/// The longest list a document has room for.
const MOST_ROWS: usize = 100;

/// Letters in a row after which a line may be broken anywhere, so that no word runs off the page.
const LONGEST_WORD: usize = 20;

/// The printer's mark for a character that the font does not have (下駄, geta).
const GETA: char = '〓';

/// Cleans every text of a sheet in place; `drawn` says whether the font has a character.
///
/// Refuses a list that is too long rather than dropping rows, since a missing row would mislead.
pub fn fit(sheet: &mut Value, drawn: &impl Fn(char) -> bool) -> Result<(), Unprintable> {
    fit_field("", sheet, drawn)
}

fn fit_field(field: &str, value: &mut Value, drawn: &impl Fn(char) -> bool) -> Result<(), Unprintable> {
    match value {
        Value::String(text) => *text = fit_text(text, longest(field), drawn),
        Value::Array(rows) => {
            if rows.len() > MOST_ROWS {
                return Err(Unprintable::TooManyRows { rows: rows.len(), most: MOST_ROWS });
            }
            for row in rows {
                fit_field(field, row, drawn)?;
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                fit_field(name, value, drawn)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// How many characters a field may have before it is cut.
fn longest(field: &str) -> usize {
    match field {
        "name" => 40,
        "answer" | "band" | "id" | "printed_on" | "declared_on" | "level" | "state" => 60,
        "company" | "representative" | "title" => 80,
        "footer" | "disclaimer" | "source" | "question" | "text" => 240,
        _ => 500,
    }
}

/// One text, cut to `most` characters with an ellipsis.
///
/// White space becomes single spaces, invisible and direction-changing characters go, and what the font cannot draw
/// becomes a geta mark.
fn fit_text(text: &str, most: usize, drawn: &impl Fn(char) -> bool) -> String {
    let mut fitted = String::new();
    let (mut count, mut word) = (0, 0);
    // Looks at a bounded part of the text, however many invisible characters it has.
    for c in text.trim_start().chars().take(most * 8) {
        // A kanji keeps the form chosen for it, since names depend on it. One selector a letter, so they stay bounded.
        if is_form_selector(c) && fitted.ends_with(is_wide) {
            fitted.push(c);
            continue;
        }
        if is_invisible(c) {
            continue;
        }
        let c = match c {
            c if c.is_whitespace() || c.is_control() => ' ',
            c if drawn(c) => c,
            _ => GETA,
        };
        if c == ' ' && fitted.ends_with(' ') {
            continue;
        }
        if count == most {
            fitted.push('…');
            return fitted;
        }
        word = if c == ' ' || is_wide(c) { 0 } else { word + 1 };
        if word > LONGEST_WORD {
            fitted.push('\u{200b}');
            word = 1;
        }
        fitted.push(c);
        count += 1;
    }
    fitted.truncate(fitted.trim_end().len());
    fitted
}

/// Characters that draw nothing themselves: joiners, marks and overrides of direction, variation selectors, tags.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Choose among the forms of the kanji before them (Unicode Ideographic Variation Database).
fn is_form_selector(c: char) -> bool {
    matches!(c, '\u{e0100}'..='\u{e01ef}')
}

/// Characters between which Japanese lines break anyway.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(text: &str, most: usize) -> String {
        fit_text(text, most, &|c| c.is_ascii() || ('\u{3000}'..'\u{a000}').contains(&c))
    }

    #[test]
    fn texts_are_cut_cleaned_and_breakable() {
        for (given, printed) in [
            ("  山田   商店 \n", "山田 商店"),
            ("一行目\r\n二行目", "一行目 二行目"),
            ("#read(\"/etc/passwd\")", "#read(\"/etc/passwd\")"),
            ("nul\0bell\u{7}", "nul bell"),
            ("殺虫\u{202e}gnp.exe", "殺虫gnp.exe"),
            ("花🌸屋", "花〓屋"),
            ("葛\u{e0100}\u{e0100}城 a\u{e0100}", "葛\u{e0100}城 a"),
            ("\u{200b}\u{feff}", ""),
            (
                "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほ",
                "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほ",
            ),
            ("12345678901234567890123456789", "12345678901234567890\u{200b}123456789"),
        ] {
            assert_eq!(fitted(given, 40), printed, "{given:?}");
        }
        assert_eq!(fitted("あいうえお", 5), "あいうえお");
        assert_eq!(fitted("あいうえおか", 5), "あいうえお…");
        assert_eq!(fitted(&"あ".repeat(10_000), 3), "あああ…");
    }

    #[test]
    fn too_many_rows_are_refused() {
        let mut sheet = serde_json::json!({ "answers": vec!["x"; MOST_ROWS + 1] });
        let refusal = fit(&mut sheet, &|_| true);
        assert_eq!(refusal, Err(Unprintable::TooManyRows { rows: MOST_ROWS + 1, most: MOST_ROWS }));
    }
}
