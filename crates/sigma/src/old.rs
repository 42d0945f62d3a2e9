//! Forms of Sigma before version 2, read as what they are now: `| count() by …` and `| near …` in a condition, which are
//! correlations, and collections of documents with `action` (from SigmaHQ's wiki, "Specification" 1.0, and pySigma's collections).

use crate::correlation::{Ask, Bound, Compare, Kind, Written, timespan};
use crate::yaml::{Node, Value};
use crate::{Notice, Refusal};

/// A condition of the old form, taken apart.
#[derive(Debug, PartialEq)]
pub struct Old {
    /// For each rule that the correlation rests on, its condition.
    pub searches: Vec<String>,
    pub kind: Kind,
    pub fields: Vec<String>,
    pub group_by: Vec<String>,
    pub bounds: Vec<Bound>,
}

/// Takes a condition with `|` apart; `None` for any other.
pub fn condition(text: &str) -> Option<Result<Old, String>> {
    let (search, asked) = text.split_once('|')?;
    Some(aggregate(search.trim(), asked.trim()))
}

fn aggregate(search: &str, asked: &str) -> Result<Old, String> {
    if search.is_empty() {
        return Err("there is no selection before \"|\"".into());
    }
    if let Some(others) = asked.strip_prefix("near ") {
        return near(search, others);
    }
    let wrong = || format!("\"{asked}\" is no old form such as \"count() by Field > 5\" or \"near selection\"");
    let (function, rest) = asked.split_once('(').ok_or_else(wrong)?;
    let (field, rest) = rest.split_once(')').ok_or_else(wrong)?;
    let (function, field) = (function.trim(), field.trim());
    let kind = match (function, field) {
        ("count", "") => Kind::EventCount,
        ("count", _) => Kind::ValueCount,
        ("sum", field) if !field.is_empty() => Kind::ValueSum,
        ("avg", field) if !field.is_empty() => Kind::ValueAvg,
        ("min" | "max", _) => {
            return Err(format!("\"{function}\" has no correlation of its own; compare the field in a selection"));
        }
        _ => return Err(wrong()),
    };
    let at = rest.find(['<', '>', '=', '!']).ok_or_else(wrong)?;
    let (by, compared) = rest.split_at(at);
    let group_by = match by.trim() {
        "" => Vec::new(),
        by => match by.strip_prefix("by ") {
            Some(fields) => fields.split(',').map(|field| field.trim().to_owned()).collect(),
            None => return Err(wrong()),
        },
    };
    if group_by.iter().any(String::is_empty) {
        return Err(wrong());
    }
    let end = compared.find(|letter: char| !matches!(letter, '<' | '>' | '=' | '!')).ok_or_else(wrong)?;
    let (sign, number) = compared.split_at(end);
    let compare = match sign {
        "<" => Compare::Less,
        "<=" => Compare::LessOrEqual,
        ">" => Compare::Greater,
        ">=" => Compare::GreaterOrEqual,
        "=" | "==" => Compare::Equal,
        "!=" => Compare::NotEqual,
        _ => return Err(wrong()),
    };
    let number = number.trim().parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(wrong)?;
    let fields = if field.is_empty() { Vec::new() } else { vec![field.to_owned()] };
    Ok(Old { searches: vec![search.to_owned()], kind, fields, group_by, bounds: vec![Bound { compare, number }] })
}

/// `a | near b and c`: all of them within the time.
fn near(search: &str, others: &str) -> Result<Old, String> {
    let mut searches = vec![search.to_owned()];
    for (n, word) in others.split_whitespace().enumerate() {
        match (n % 2, word) {
            (0, "not" | "or" | "and") | (1, "or" | "not") => return Err("\"near\" is read with \"and\" only".into()),
            (0, name) => searches.push(name.to_owned()),
            (_, "and") => {}
            (_, word) => return Err(format!("\"near\" goes on with \"{word}\" where \"and\" should be")),
        }
    }
    if others.split_whitespace().count().is_multiple_of(2) {
        return Err("\"near\" ends too early".into());
    }
    Ok(Old { searches, kind: Kind::Temporal, fields: Vec::new(), group_by: Vec::new(), bounds: Vec::new() })
}

impl Old {
    /// The correlation over the rules `ids`, one for each search.
    pub fn correlation(self, ids: Vec<String>, detection: &Node, line: usize) -> Result<Written, Refusal> {
        let Some(timeframe) = detection.get("timeframe") else {
            return Err(Refusal::new("the old form says no \"timeframe\", so how long to remember cannot be known", line));
        };
        let millis = timespan(&timeframe.text().unwrap_or_default(), timeframe.line)?;
        let rules = ids.len();
        let ask = Ask::new(self.kind, self.bounds, None, rules).map_err(|reason| Refusal::new(reason, line))?;
        let (fields, group_by) = (self.fields, self.group_by);
        Ok(Written { ask, rules: ids, group_by, aliases: Vec::new(), millis, fields, generate: false, line })
    }
}

/// What the documents of a file with `action` leave for those behind them.
#[derive(Debug, Default)]
pub struct Actions {
    /// What all that follow share.
    global: Option<Node>,
    /// The last rule, for `repeat`.
    last: Option<Node>,
    /// Rules that took their id from what is shared.
    shared: usize,
}

/// Values that the documents of one file may unfold into by sharing, all together.
const UNFOLDED: usize = 1_000_000;

impl Actions {
    /// The rule that a document stands for, or `None` where it only says something to those behind it.
    pub fn unfold(
        &mut self,
        document: Node,
        file: &str,
        notices: &mut Vec<Notice>,
        spent: &mut usize,
    ) -> Result<Option<Node>, Refusal> {
        let action = match document.get("action") {
            None if self.global.is_none() => {
                self.last = Some(document.clone());
                return Ok(Some(document));
            }
            None => String::new(),
            Some(action) => action.text().unwrap_or_default(),
        };
        let line = document.get("action").map_or(document.line, |action| action.line);
        let mut tell = |text: &str| notices.push(Notice { file: file.to_owned(), line: Some(line), text: text.to_owned() });
        let own = without_action(document);
        match action.as_str() {
            "global" => {
                tell(
                    "the old \"action: global\" is read: every rule behind it has its parts, where the rule does not say otherwise",
                );
                self.global = Some(match self.global.take() {
                    Some(global) => merged(&global, &own),
                    None => own,
                });
                return Ok(None);
            }
            "reset" => {
                tell("the old \"action: reset\" is read: what was shared ends here");
                self.global = None;
                return Ok(None);
            }
            "repeat" => {
                let Some(last) = &self.last else {
                    return Err(Refusal::new("\"action: repeat\" needs a rule before it", line));
                };
                tell("the old \"action: repeat\" is read: the rule before it with what differs");
                self.last = Some(merged(last, &own));
                self.shared = self.shared.max(1);
            }
            "" => self.last = Some(own.clone()),
            other => return Err(Refusal::new(format!("there is no action \"{other}\"; global, reset, repeat"), line)),
        }
        let shares_id = own.get("id").is_none();
        let whole = match (&self.global, self.last.as_ref().unwrap_or(&own)) {
            (Some(global), last) => merged(global, last),
            (None, last) => last.clone(),
        };
        *spent += whole_size(&whole);
        if *spent > UNFOLDED {
            return Err(Refusal::new(format!("the file unfolds into more than {UNFOLDED} values"), line));
        }
        if action.is_empty() {
            tell("the rule has parts of the old \"action: global\" before it");
        }
        Ok(Some(if shares_id { self.numbered(whole) } else { whole }))
    }

    /// Of several rules with one shared id, all but the first get a number behind it.
    fn numbered(&mut self, mut whole: Node) -> Node {
        if whole.get("id").is_none() {
            return whole;
        }
        self.shared += 1;
        if self.shared > 1
            && let Value::Map(entries) = &mut whole.value
            && let Some((_, id)) = entries.iter_mut().find(|(key, _)| key == "id")
        {
            id.value = Value::Text(format!("{}-{}", id.text().unwrap_or_default(), self.shared));
        }
        whole
    }
}

fn whole_size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(whole_size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|(_, node)| whole_size(node)).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => 1,
    }
}

fn without_action(mut document: Node) -> Node {
    if let Value::Map(entries) = &mut document.value {
        entries.retain(|(key, _)| key != "action");
    }
    document
}

/// A map with what another says more, or otherwise.
fn merged(under: &Node, over: &Node) -> Node {
    let (Value::Map(base), Value::Map(more)) = (&under.value, &over.value) else {
        return over.clone();
    };
    let mut entries: Vec<(String, Node)> = base.clone();
    let places: std::collections::HashMap<String, usize> =
        entries.iter().enumerate().map(|(n, (key, _))| (key.clone(), n)).collect();
    for (key, node) in more {
        match places.get(key).and_then(|n| entries.get_mut(*n)) {
            Some((_, known)) => *known = merged(known, node),
            None => entries.push((key.clone(), node.clone())),
        }
    }
    Node { line: over.line, value: Value::Map(entries) }
}
