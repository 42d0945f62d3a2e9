use super::{Prefectures, Trades};
use crate::form::{Checked, Faults};
use base::Yen;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;
use web::line;

/// What is known of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    pub name: String,
    /// The 13 digits of its corporate number (法人番号); a sole trader has none.
    pub number: Option<String>,
    pub trade: String,
    pub employees: i64,
    pub capital: Option<Yen>,
    pub prefecture: String,
    pub city: String,
}

/// The same as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub company: String,
    pub number: String,
    pub trade: String,
    pub employees: String,
    pub capital: String,
    pub prefecture: String,
    pub city: String,
}

impl Details {
    /// The names of the fields in which two differ.
    pub fn differences(&self, other: &Details) -> Vec<String> {
        let pairs = [
            ("name", self.name == other.name),
            ("number", self.number == other.number),
            ("trade", self.trade == other.trade),
            ("employees", self.employees == other.employees),
            ("capital", self.capital == other.capital),
            ("prefecture", self.prefecture == other.prefecture),
            ("city", self.city == other.city),
        ];
        pairs.into_iter().filter(|(_, same)| !same).map(|(name, _)| name.to_owned()).collect()
    }
}

impl From<&Details> for Typed {
    fn from(details: &Details) -> Typed {
        Typed {
            company: details.name.clone(),
            number: details.number.clone().unwrap_or_default(),
            trade: details.trade.clone(),
            employees: details.employees.to_string(),
            capital: details.capital.map(|yen| yen.0.to_string()).unwrap_or_default(),
            prefecture: details.prefecture.clone(),
            city: details.city.clone(),
        }
    }
}

/// Checks what was typed; every fault at once.
pub fn details(typed: &Typed, trades: &Trades, prefectures: &Prefectures) -> Result<Details, Faults> {
    let mut checked = Checked::default();
    let known = |code: &str, found: bool| if found { Ok(code.to_owned()) } else { Err("choose-one") };
    let name = checked.take("company", line(&typed.company, 100));
    let number = checked.take("number", corporate_number(&typed.number));
    let trade = checked.take("trade", known(&typed.trade, trades.name(&typed.trade, base::Lang::Ja).is_some()));
    let employees = checked.take("employees", people(&typed.employees));
    let capital = checked.take("capital", yen(&typed.capital));
    let prefecture =
        checked.take("prefecture", known(&typed.prefecture, prefectures.name(&typed.prefecture, base::Lang::Ja).is_some()));
    let city = checked.take("city", line(&typed.city, 100));
    match (name, number, trade, employees, capital, prefecture, city) {
        (Some(name), Some(number), Some(trade), Some(employees), Some(capital), Some(prefecture), Some(city)) => {
            Ok(Details { name, number, trade, employees, capital, prefecture, city })
        }
        _ => Err(checked.0),
    }
}

/// The name of a place of business.
pub fn site_name(text: &str) -> Result<String, &'static str> {
    line(text, 60)
}

/// Full-width digits and signs as the plain ones; what stands between digits taken out.
fn plain(text: &str) -> Result<String, &'static str> {
    if text.chars().count() > 60 {
        return Err("too-long");
    }
    Ok(text.nfkc().filter(|c| !matches!(c, ',' | ' ' | '、')).collect())
}

/// A corporate number (法人番号): 13 digits of which the first checks the others. Nothing where nothing was typed.
///
/// The check digit is 9 − (Σ Pₙ·Qₙ mod 9), where Pₙ is the n-th digit of the other twelve counted from the lowest and Qₙ is
/// 1 for odd and 2 for even n. Source: 法人番号の指定等に関する省令 (Ministry of Finance Order 70 of 2014), article 2.
pub fn corporate_number(text: &str) -> Result<Option<String>, &'static str> {
    let is_dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー');
    let number = plain(text)?.replace(is_dash, "");
    if number.is_empty() {
        return Ok(None);
    }
    let digits: Option<Vec<u32>> = number.chars().map(|c| c.to_digit(10)).collect();
    match digits.as_deref() {
        Some([check, rest @ ..]) if rest.len() == 12 => {
            let sum: u32 = rest.iter().rev().zip([1, 2].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
            if *check == 9 - sum % 9 { Ok(Some(number)) } else { Err("company-number-check") }
        }
        _ => Err("company-number-digits"),
    }
}

/// How many people: digits, full-width or not, perhaps with 人; from 1 to a million.
pub fn people(text: &str) -> Result<i64, &'static str> {
    let text = plain(text)?;
    let digits = text.trim_end_matches('人').trim_end_matches('名');
    match number(digits)? {
        Some(count @ 1..=1_000_000) => Ok(count),
        Some(_) => Err("out-of-range"),
        None => Err("empty"),
    }
}

/// An amount of yen as people write it: `3,000,000`, `￥３００万`, `1億2000万円`. Nothing where nothing was typed.
pub fn yen(text: &str) -> Result<Option<Yen>, &'static str> {
    let text = plain(text)?;
    let text = text.trim_start_matches('¥').trim_end_matches('円');
    if text.is_empty() {
        return Ok(None);
    }
    let (mut rest, mut sum, mut some) = (text, 0_i64, false);
    for (unit, worth) in [('億', 100_000_000), ('万', 10_000)] {
        if let Some((before, after)) = rest.split_once(unit) {
            let count = number(before)?.ok_or("not-a-number")?;
            sum = count.checked_mul(worth).and_then(|part| sum.checked_add(part)).ok_or("out-of-range")?;
            (rest, some) = (after, true);
        }
    }
    match number(rest)? {
        Some(count) => sum = sum.checked_add(count).ok_or("out-of-range")?,
        None if some => {}
        None => return Err("not-a-number"),
    }
    // A quadrillion yen is more than any company's capital.
    if sum > 1_000_000_000_000_000 { Err("out-of-range") } else { Ok(Some(Yen(sum))) }
}

fn number(digits: &str) -> Result<Option<i64>, &'static str> {
    match digits {
        "" => Ok(None),
        digits if !digits.chars().all(|c| c.is_ascii_digit()) => Err("not-a-number"),
        digits => digits.parse().map(Some).map_err(|_| "out-of-range"),
    }
}
