//! Correlation rules: what several events together mean (Sigma specification 2.1, correlation rules).

use crate::Refusal;
use crate::fold::FieldId;
use crate::modifier::Means;
use crate::yaml::{Node, Value};

/// A year; longer windows are mistakes.
const LONGEST: i64 = 366 * base::Moment::DAY;
/// Events that one finding may need.
pub const MOST: u64 = 10_000;
const RULES: usize = 64;
/// Fields that may name a group, or be counted together.
const FIELDS: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// So many events.
    EventCount,
    /// So many different values of a field.
    ValueCount,
    /// The sum of a field's numbers.
    ValueSum,
    /// Their average.
    ValueAvg,
    /// With `percentile`, that percentile of a field's numbers; without, the share in percent of any one value of the field.
    ValuePercentile,
    /// Each of the rules at least once, in any order.
    Temporal,
    /// Each of the rules, in this order.
    TemporalOrdered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    pub compare: Compare,
    pub number: f64,
}

/// When a group is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// With each event: what is asked for, once reached, is reached whatever comes. The timespan slides.
    Arrival,
    /// When the timespan that began with the group's first event is over: that something was less, or on average so, is
    /// known only then.
    Close,
}

/// What a correlation asks of a group.
#[derive(Debug, Clone)]
pub struct Ask {
    pub kind: Kind,
    /// All must hold.
    pub bounds: Vec<Bound>,
    /// From 0 to 100.
    pub percentile: Option<f64>,
    pub when: When,
    /// For what is judged with each event, how much is enough: events, values or rules; for a sum, thousandths.
    pub least: i128,
}

/// A name for fields that are called differently: for each rule, its field.
pub type Alias = (String, Vec<(String, String)>);

/// A correlation as it is written, before its rules are found.
#[derive(Debug)]
pub struct Written {
    pub ask: Ask,
    pub rules: Vec<String>,
    pub group_by: Vec<String>,
    pub aliases: Vec<Alias>,
    pub millis: i64,
    /// The fields whose values are counted.
    pub fields: Vec<String>,
    pub generate: bool,
    /// Where its rules stand.
    pub line: usize,
}

/// A correlation over rules of the same set.
#[derive(Debug)]
pub struct Correlation {
    pub ask: Ask,
    pub rules: Vec<usize>,
    pub millis: i64,
    /// For each of the rules, the fields that name the group.
    pub groups: Vec<Vec<FieldId>>,
    /// For each of the rules, the fields whose values are counted.
    pub counted: Vec<Vec<FieldId>>,
    /// The names under which a correlation over this one may ask for the group, and their place in it.
    pub group_names: Vec<FieldId>,
}

/// Numbers are summed in thousandths, so that what leaves a window leaves nothing behind; larger ones are cut.
pub fn thousandths(number: f64) -> i128 {
    (number * 1_000.0).round().clamp(-1e24, 1e24) as i128
}

impl Bound {
    pub fn holds(self, value: f64) -> bool {
        match self.compare {
            Compare::Equal => value == self.number,
            Compare::NotEqual => value != self.number,
            Compare::Less => value < self.number,
            Compare::LessOrEqual => value <= self.number,
            Compare::Greater => value > self.number,
            Compare::GreaterOrEqual => value >= self.number,
        }
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = match self.compare {
            Compare::Equal => "eq",
            Compare::NotEqual => "neq",
            Compare::Less => "lt",
            Compare::LessOrEqual => "lte",
            Compare::Greater => "gt",
            Compare::GreaterOrEqual => "gte",
        };
        write!(f, "{word} {}", self.number)
    }
}

impl Ask {
    /// Refuses bounds that cannot be reached or that would need more memory than there is.
    pub fn new(kind: Kind, mut bounds: Vec<Bound>, percentile: Option<f64>, rules: usize) -> Result<Ask, String> {
        let temporal = matches!(kind, Kind::Temporal | Kind::TemporalOrdered);
        if bounds.is_empty() {
            if !temporal {
                return Err("the condition has no bound".into());
            }
            bounds.push(Bound { compare: Compare::GreaterOrEqual, number: rules as f64 });
        }
        let counts = temporal || matches!(kind, Kind::EventCount | Kind::ValueCount);
        let most = if temporal { rules as f64 } else { MOST as f64 };
        if counts && bounds.iter().any(|bound| bound.number.fract() != 0.0 || !(0.0..=most).contains(&bound.number)) {
            return Err(format!("the bound must be a whole number from 0 to {most}"));
        }
        let likely = bounds.iter().flat_map(|bound| [-1.0, 0.0, 1.0].map(|more| bound.number + more)).chain([1.0]);
        let possible = |count: f64| (1.0..=if temporal { most } else { f64::MAX }).contains(&count);
        if counts && !likely.filter(|count| possible(*count)).any(|count| bounds.iter().all(|bound| bound.holds(count))) {
            return Err("no count can be so: a group is known from its first event on".into());
        }
        let upward = match bounds.as_slice() {
            [Bound { compare: Compare::GreaterOrEqual, number }] => Some((*number, 0)),
            [Bound { compare: Compare::Greater, number }] => Some((*number, 1)),
            [Bound { compare: Compare::Equal, number }] if counts => Some((*number, 0)),
            _ => None,
        };
        let (when, least) = match (kind, upward) {
            (Kind::ValueAvg | Kind::ValuePercentile, _) | (_, None) => (When::Close, 0),
            (Kind::ValueSum, Some((number, more))) => (When::Arrival, thousandths(number) + more),
            (_, Some((number, more))) => (When::Arrival, number as i128 + more),
        };
        if kind == Kind::TemporalOrdered && (when, least) != (When::Arrival, rules as i128) {
            return Err("an ordered correlation asks for all of its rules".into());
        }
        if counts && when == When::Arrival && least < 1 {
            return Err("the bound would hold without any event".into());
        }
        Ok(Ask { kind, bounds, percentile, when, least })
    }

    pub fn holds(&self, value: f64) -> bool {
        self.bounds.iter().all(|bound| bound.holds(value))
    }
}

/// Reads the `correlation` part of a document.
pub fn read(document: &Node, means: &mut Means<'_>) -> Result<Written, Refusal> {
    let part = crate::compile::part(document, "correlation")?;
    let known = ["type", "rules", "group-by", "timespan", "aliases", "condition", "generate"];
    if let Some((key, node)) = part.map().unwrap_or_default().iter().find(|(key, _)| !known.contains(&key.as_str())) {
        return Err(Refusal::new(format!("a correlation has no \"{key}\""), node.line));
    }
    let kind = kind(part)?;
    let (rules, line) = match part.get("rules") {
        Some(node) => (texts(node, "rules")?, node.line),
        None => return Err(Refusal::new("the correlation has no rules", part.line)),
    };
    if rules.is_empty() || rules.len() > RULES {
        return Err(Refusal::new(format!("a correlation needs 1 to {RULES} rules"), line));
    }
    if let Some(twice) = rules.iter().enumerate().find(|(n, rule)| rules.iter().take(*n).any(|before| before == *rule)) {
        return Err(Refusal::new(format!("the rule \"{}\" is named twice", twice.1), line));
    }
    let group_by = match part.get("group-by") {
        Some(node) => fields(node, "group-by")?,
        None => Vec::new(),
    };
    let (ask, fields) = condition(part, kind, rules.len())?;
    if kind == Kind::ValuePercentile && ask.percentile.is_none() {
        let text = "value_percentile without \"percentile\" is read as the share of any one value of the field, in percent";
        means.notices.push((part.line, text.into()));
    }
    let generate = match part.get("generate").or_else(|| document.get("generate")) {
        None => false,
        Some(Node { value: Value::Bool(yes), .. }) => *yes,
        Some(node) => return Err(Refusal::new("\"generate\" must be true or false", node.line)),
    };
    let Some(span) = part.get("timespan") else {
        return Err(Refusal::new("the correlation has no timespan", part.line));
    };
    let millis = timespan(&span.text().unwrap_or_default(), span.line)?;
    Ok(Written { ask, rules, group_by, aliases: aliases(part.get("aliases"))?, millis, fields, generate, line })
}

/// A text or a list of texts, and nothing else.
fn texts(node: &Node, what: &str) -> Result<Vec<String>, Refusal> {
    let whole = match &node.value {
        Value::List(items) => items.iter().all(|item| item.text().is_some()),
        _ => node.text().is_some(),
    };
    if whole { Ok(node.texts()) } else { Err(Refusal::new(format!("\"{what}\" must be a list of texts"), node.line)) }
}

fn fields(node: &Node, what: &str) -> Result<Vec<String>, Refusal> {
    let found = texts(node, what)?;
    match found.len() {
        1..=FIELDS => Ok(found),
        _ => Err(Refusal::new(format!("\"{what}\" needs 1 to {FIELDS} fields"), node.line)),
    }
}

fn kind(part: &Node) -> Result<Kind, Refusal> {
    let Some(node) = part.get("type") else {
        return Err(Refusal::new("the correlation has no type", part.line));
    };
    match node.text().unwrap_or_default().as_str() {
        "event_count" => Ok(Kind::EventCount),
        "value_count" => Ok(Kind::ValueCount),
        "value_sum" => Ok(Kind::ValueSum),
        "value_avg" => Ok(Kind::ValueAvg),
        "value_percentile" => Ok(Kind::ValuePercentile),
        "temporal" => Ok(Kind::Temporal),
        "temporal_ordered" | "ordered_temporal" => Ok(Kind::TemporalOrdered),
        other => Err(Refusal::new(format!("there is no correlation of type \"{other}\""), node.line)),
    }
}

/// What is asked of a group, and the fields that are counted.
fn condition(part: &Node, kind: Kind, rules: usize) -> Result<(Ask, Vec<String>), Refusal> {
    let temporal = matches!(kind, Kind::Temporal | Kind::TemporalOrdered);
    let Some(node) = part.get("condition") else {
        let line = part.line;
        return match temporal {
            true => Ok((Ask::new(kind, Vec::new(), None, rules).map_err(|reason| Refusal::new(reason, line))?, Vec::new())),
            false => Err(Refusal::new("the correlation has no condition", line)),
        };
    };
    let Some(entries) = node.map() else {
        return Err(Refusal::new("the condition of a correlation must be a map such as \"gte: 5\"", node.line));
    };
    let (mut bounds, mut counted, mut percentile) = (Vec::new(), Vec::new(), None);
    for (key, value) in entries {
        let refuse = |reason: &str| Refusal::new(reason, value.line);
        let number = || value.text().and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
        let compare = match key.as_str() {
            "gte" => Compare::GreaterOrEqual,
            "gt" => Compare::Greater,
            "eq" => Compare::Equal,
            "neq" => Compare::NotEqual,
            "lt" => Compare::Less,
            "lte" => Compare::LessOrEqual,
            "field" => {
                counted = fields(value, "field")?;
                continue;
            }
            "percentile" if kind == Kind::ValuePercentile => {
                percentile = Some(number().filter(|number| (0.0..=100.0).contains(number)));
                if percentile == Some(None) {
                    return Err(refuse("\"percentile\" must be a number from 0 to 100"));
                }
                continue;
            }
            other => return Err(refuse(&format!("the condition has no \"{other}\""))),
        };
        bounds.push(Bound { compare, number: number().ok_or_else(|| refuse("the condition needs a number"))? });
    }
    let refuse = |reason: String| Refusal::new(reason, node.line);
    let valued = matches!(kind, Kind::ValueCount | Kind::ValueSum | Kind::ValueAvg | Kind::ValuePercentile);
    match (valued, counted.len()) {
        (true, 0) => return Err(refuse("the condition needs the field whose values are looked at".into())),
        (true, 2..) if kind != Kind::ValueCount => return Err(refuse("only value_count has several fields".into())),
        (false, 1..) => return Err(refuse("only correlations of values have a field".into())),
        (true | false, _) => {}
    }
    Ok((Ask::new(kind, bounds, percentile.flatten(), rules).map_err(refuse)?, counted))
}

/// `30s`, `5m`, `1h`, `7d`, also `1w`, `1M` (30 days), `1y` (365 days).
pub fn timespan(word: &str, line: usize) -> Result<i64, Refusal> {
    let refuse = || Refusal::new(format!("\"{word}\" is no timespan such as 5m (s, m, h, d; at most a year)"), line);
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
    let Some(node) = node else {
        return Ok(Vec::new());
    };
    let refuse = |line| Refusal::new("aliases must name, for each rule, the field that stands for the alias", line);
    let mut found = Vec::new();
    for (alias, of) in node.map().ok_or_else(|| refuse(node.line))? {
        let fields = of.map().ok_or_else(|| refuse(of.line))?;
        let each = fields.iter().map(|(rule, field)| field.text().map(|field| (rule.clone(), field)));
        found.push((alias.clone(), each.collect::<Option<Vec<_>>>().ok_or_else(|| refuse(of.line))?));
    }
    Ok(found)
}

/// A rule that a correlation rests on: its place, and the words by which an alias may call it.
pub struct Part<'r> {
    pub place: usize,
    pub id: &'r str,
    pub called: &'r str,
}

impl Written {
    /// The correlation, once its rules are known.
    pub fn found(&self, parts: &[Part<'_>], means: &mut Means<'_>) -> Result<Correlation, Refusal> {
        let refuse = |reason: String| Refusal::new(reason, self.line);
        let field = |part: &Part<'_>, name: &str| {
            let alias = self.aliases.iter().find(|(alias, _)| alias == name);
            match alias.map(|(_, fields)| fields.iter().find(|(of, _)| of == part.id || of == part.called)) {
                None => Ok(name.to_owned()),
                Some(Some((_, field))) => Ok(field.clone()),
                Some(None) => {
                    let rule = if part.called.is_empty() { part.id } else { part.called };
                    Err(refuse(format!("the alias \"{name}\" says nothing of the rule \"{rule}\"")))
                }
            }
        };
        let (mut groups, mut counted) = (Vec::new(), Vec::new());
        for part in parts {
            let mut ids = |wanted: &[String]| {
                wanted.iter().map(|name| means.intern(&field(part, name)?).map_err(refuse)).collect::<Result<Vec<_>, _>>()
            };
            groups.push(ids(&self.group_by)?);
            counted.push(ids(&self.fields)?);
        }
        let group_names = self.group_by.iter().map(|name| means.intern(name).map_err(refuse)).collect::<Result<_, _>>()?;
        let rules = parts.iter().map(|part| part.place).collect();
        Ok(Correlation { ask: self.ask.clone(), rules, millis: self.millis, groups, counted, group_names })
    }
}
