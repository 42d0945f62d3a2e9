//! Correlation rules: what several events together mean (Sigma specification 2.1, correlation rules).

use crate::Refusal;
use crate::fold::{FieldId, Names};
use crate::yaml::Node;

/// A year; longer windows are mistakes.
const LONGEST: i64 = 366 * base::Moment::DAY;
/// Events that one finding may need.
const MOST: u64 = 10_000;
const RULES: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// So many events.
    EventCount,
    /// So many different values of a field.
    ValueCount,
    /// Each of the rules at least once, in any order.
    Temporal,
    /// Each of the rules, in this order.
    TemporalOrdered,
}

/// A name for fields that are called differently: for each rule, its field.
pub type Alias = (String, Vec<(String, String)>);

/// A correlation as it is written, before its rules are found.
#[derive(Debug)]
pub struct Written {
    pub kind: Kind,
    pub rules: Vec<String>,
    pub group_by: Vec<String>,
    pub aliases: Vec<Alias>,
    pub millis: i64,
    /// Enough is so many.
    pub least: u64,
    /// The fields whose values are counted.
    pub fields: Vec<String>,
    pub generate: bool,
}

/// A correlation over rules of the same set.
#[derive(Debug)]
pub struct Correlation {
    pub kind: Kind,
    pub rules: Vec<usize>,
    pub millis: i64,
    pub least: u64,
    /// For each of the rules, the fields that name the group.
    pub groups: Vec<Vec<FieldId>>,
    /// For each of the rules, the fields whose values are counted.
    pub counted: Vec<Vec<FieldId>>,
    /// The names under which a correlation over this one may ask for the group, and their place in it.
    pub group_names: Vec<FieldId>,
}

/// Reads the `correlation` part of a document.
pub fn read(document: &Node) -> Result<Written, Refusal> {
    let Some(part @ Node::Map(entries)) = document.get("correlation") else {
        return Err(Refusal::new("\"correlation\" must be a map", "correlation"));
    };
    let known = ["type", "rules", "group-by", "timespan", "aliases", "condition", "generate"];
    if let Some((key, _)) = entries.iter().find(|(key, _)| !known.contains(&key.as_str())) {
        return Err(Refusal::new(format!("a correlation has no \"{key}\""), key));
    }
    let kind = kind(&part.get("type").and_then(Node::text).unwrap_or_default())?;
    let rules = part.get("rules").map(Node::texts).unwrap_or_default();
    if rules.is_empty() || rules.len() > RULES {
        return Err(Refusal::new(format!("a correlation needs 1 to {RULES} rules"), "rules"));
    }
    let (least, fields) = condition(part.get("condition"), kind, rules.len())?;
    let generate = match part.get("generate").or_else(|| document.get("generate")) {
        None => false,
        Some(Node::Bool(yes)) => *yes,
        Some(_) => return Err(Refusal::new("\"generate\" must be true or false", "generate")),
    };
    Ok(Written {
        kind,
        group_by: part.get("group-by").map(Node::texts).unwrap_or_default(),
        aliases: aliases(part.get("aliases"))?,
        millis: timespan(&part.get("timespan").and_then(Node::text).unwrap_or_default())?,
        rules,
        least,
        fields,
        generate,
    })
}

fn kind(word: &str) -> Result<Kind, Refusal> {
    match word {
        "event_count" => Ok(Kind::EventCount),
        "value_count" => Ok(Kind::ValueCount),
        "temporal" => Ok(Kind::Temporal),
        "temporal_ordered" | "ordered_temporal" => Ok(Kind::TemporalOrdered),
        "" => Err(Refusal::new("the correlation has no type", "correlation")),
        other => Err(Refusal::new(
            format!(
                "correlations of type \"{other}\" are not supported; event_count, value_count, temporal, temporal_ordered are"
            ),
            "type",
        )),
    }
}

/// How many are enough. Only conditions that an event can bring about are taken: that there were few is known only when the time is over.
fn condition(node: Option<&Node>, kind: Kind, rules: usize) -> Result<(u64, Vec<String>), Refusal> {
    let refuse = |reason: &str| Refusal::new(reason, "condition");
    let counts = matches!(kind, Kind::EventCount | Kind::ValueCount);
    let entries = match node {
        None if counts => return Err(refuse("the correlation has no condition")),
        None => return Ok((rules as u64, Vec::new())),
        Some(Node::Map(entries)) => entries,
        Some(_) => return Err(refuse("the condition of a correlation must be a map such as \"gte: 5\"")),
    };
    let (mut least, mut fields) = (None, Vec::new());
    for (key, value) in entries {
        let number =
            || value.text().and_then(|text| text.parse::<u64>().ok()).ok_or_else(|| refuse("the condition needs a whole number"));
        let bound = match key.as_str() {
            "gte" | "eq" => number()?,
            "gt" => number()?.saturating_add(1),
            "field" => {
                fields = value.texts();
                continue;
            }
            "lt" | "lte" | "neq" => {
                return Err(refuse(&format!("\"{key}\" cannot be judged while events still come; use gte, gt or eq")));
            }
            other => return Err(refuse(&format!("the condition has no \"{other}\""))),
        };
        if least.replace(bound).is_some() {
            return Err(refuse("the condition may have one bound"));
        }
    }
    match (kind, fields.is_empty()) {
        (Kind::ValueCount, true) => return Err(refuse("value_count needs the field whose values are counted")),
        (Kind::ValueCount, false) | (_, true) => {}
        (_, false) => return Err(refuse("only value_count has a field")),
    }
    let least = match least {
        Some(least) if (1..=MOST).contains(&least) => least,
        Some(_) => return Err(refuse(&format!("the bound must be from 1 to {MOST}"))),
        None if counts => return Err(refuse("the condition has no bound")),
        None => rules as u64,
    };
    if !counts && least != rules as u64 {
        return Err(refuse("a temporal correlation asks for all of its rules"));
    }
    Ok((least, fields))
}

/// `30s`, `5m`, `1h`, `7d`, also `1w`, `1M` (30 days), `1y` (365 days).
fn timespan(word: &str) -> Result<i64, Refusal> {
    let refuse = || Refusal::new(format!("\"{word}\" is no timespan such as 5m (s, m, h, d; at most a year)"), "timespan");
    let at = word.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(refuse)?;
    let (number, unit) = word.split_at(at);
    let unit = match unit {
        "s" => base::Moment::SECOND,
        "m" => base::Moment::MINUTE,
        "h" => base::Moment::HOUR,
        "d" => base::Moment::DAY,
        "w" => 7 * base::Moment::DAY,
        "M" => 30 * base::Moment::DAY,
        "y" => 365 * base::Moment::DAY,
        _ => return Err(refuse()),
    };
    let millis = number.parse::<i64>().ok().and_then(|number| number.checked_mul(unit));
    millis.filter(|millis| (1..=LONGEST).contains(millis)).ok_or_else(refuse)
}

fn aliases(node: Option<&Node>) -> Result<Vec<Alias>, Refusal> {
    let refuse = || Refusal::new("aliases must name, for each rule, the field that stands for the alias", "aliases");
    let entries = match node {
        None => return Ok(Vec::new()),
        Some(Node::Map(entries)) => entries,
        Some(_) => return Err(refuse()),
    };
    let mut found = Vec::new();
    for (alias, fields) in entries {
        let Node::Map(fields) = fields else {
            return Err(refuse());
        };
        let each = fields.iter().map(|(rule, field)| field.text().map(|field| (rule.clone(), field)));
        found.push((alias.clone(), each.collect::<Option<Vec<_>>>().ok_or_else(refuse)?));
    }
    Ok(found)
}

impl Written {
    /// The correlation, once the places of its rules are known.
    pub fn found(&self, rules: Vec<usize>, names: &mut Names) -> Result<Correlation, Refusal> {
        let mut id = |name: &str| names.intern(name).ok_or_else(|| Refusal::new("the rules use too many field names", name));
        let field = |rule: &str, name: &str| {
            let alias = self.aliases.iter().find(|(alias, _)| alias == name);
            match alias.map(|(_, fields)| fields.iter().find(|(of, _)| of == rule)) {
                None => Ok(name.to_owned()),
                Some(Some((_, field))) => Ok(field.clone()),
                Some(None) => Err(Refusal::new(format!("the alias \"{name}\" says nothing of the rule \"{rule}\""), "aliases")),
            }
        };
        let (mut groups, mut counted) = (Vec::new(), Vec::new());
        for rule in &self.rules {
            let mut ids = |wanted: &[String]| wanted.iter().map(|name| id(&field(rule, name)?)).collect::<Result<Vec<_>, _>>();
            groups.push(ids(&self.group_by)?);
            counted.push(ids(&self.fields)?);
        }
        let group_names = self.group_by.iter().map(|name| id(name)).collect::<Result<_, _>>()?;
        Ok(Correlation { kind: self.kind, rules, millis: self.millis, least: self.least, groups, counted, group_names })
    }
}
