//! Which rules to ask for an event, and where to look in it: settled once for each kind of event.

use crate::fold::{FieldId, Plain, hash_of};
use aho_corasick::packed;
use std::collections::HashMap;
use std::sync::Arc;

/// What the rules for one kind of event ask of a field.
pub mod ask {
    /// Some rule looks at the field at all.
    pub const LOOK: u8 = 1;
    /// Some anchor is a part of its value.
    pub const PART: u8 = 2;
    /// Some anchor is its whole value.
    pub const VALUE: u8 = 4;
    /// Some anchor is the last part of the path in it.
    pub const LEAF: u8 = 8;
    /// Some anchor is the end of its value.
    pub const END: u8 = 16;
}

/// Which rules may hold for events of one kind, and where to look.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// One bit for each rule.
    pub fits: Box<[u64]>,
    pub any: bool,
    /// For each field, what is asked of it.
    pub asks: Box<[u8]>,
    /// Some anchor may be in any value.
    pub everywhere: Option<Arc<Anywhere>>,
    /// Rules that are asked whatever the event says.
    pub always: Box<[u32]>,
}

impl Plan {
    /// Is there any rule for such events?
    pub fn any(&self) -> bool {
        self.any
    }

    /// Is the rule for such events?
    #[cfg(test)]
    pub fn fits(&self, rule: u32) -> bool {
        self.fits.get(rule as usize >> 6).is_some_and(|word| word >> (rule & 63) & 1 == 1)
    }

    /// What is asked of a field.
    pub fn asks(&self, field: FieldId) -> u8 {
        let own = self.asks.get(usize::from(field)).copied().unwrap_or(0);
        if self.everywhere.is_some() { own | ask::LOOK } else { own }
    }
}

/// Texts that may be in any value: nearly always none of them is, and that is found out at once.
#[derive(Debug)]
pub struct Anywhere(Option<packed::Searcher>);

impl Anywhere {
    pub fn new<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Anywhere {
        // It takes some dozens of texts at most, and on some processors none.
        Anywhere(packed::Builder::new().extend(texts).build())
    }

    /// May one of the texts be there?
    pub fn may(&self, letters: &[u8]) -> bool {
        self.0.as_ref().is_none_or(|texts| texts.find(letters).is_some())
    }
}

/// The plans for events of one origin.
#[derive(Debug, Clone, Default)]
pub struct Plans {
    /// For all rules of the origin.
    pub whole: Plan,
    pub split: Option<Split>,
}

/// Plans by the value of one field.
#[derive(Debug, Clone)]
pub struct Split {
    pub field: FieldId,
    /// For each value in lower case that some rule requires. By its hash; a collision takes the next free hash.
    values: HashMap<u64, (Box<[u8]>, Plan), Plain>,
    /// For any other value, and for events without the field: rules that do not ask for it.
    pub rest: Plan,
}

impl Split {
    pub fn new(field: FieldId, rest: Plan, plans: impl Iterator<Item = (Box<[u8]>, Plan)>) -> Split {
        let mut values: HashMap<u64, (Box<[u8]>, Plan), Plain> = HashMap::default();
        for (value, plan) in plans {
            let mut key = hash_of(&value);
            while values.contains_key(&key) {
                key = key.wrapping_add(1);
            }
            values.insert(key, (value, plan));
        }
        Split { field, values, rest }
    }

    /// How many plans there are.
    pub fn len(&self) -> usize {
        self.values.len() + 1
    }

    /// The plan for events whose only value of the field is this one.
    pub fn of(&self, value: &[u8]) -> &Plan {
        let mut key = hash_of(value);
        while let Some((known, plan)) = self.values.get(&key) {
            if **known == *value {
                return plan;
            }
            key = key.wrapping_add(1);
        }
        &self.rest
    }
}
