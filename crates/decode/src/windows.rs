//! Windows events as Sigma's rules know them: which log source a channel and number is, and the fields' second names.

use crate::mapping::Plans;
pub use crate::mapping::{Mapping, NotAMapping};
use sigma::Slate;
use std::borrow::Cow;
use std::sync::Arc;

/// What the mapping says of each channel and event, made ready for one slate: say it once, use it for every event.
#[derive(Debug)]
pub struct Mapper {
    mapping: Arc<Mapping>,
    plans: Plans,
}

impl Mapper {
    pub fn new(mapping: Arc<Mapping>) -> Mapper {
        Mapper { mapping, plans: Plans::default() }
    }

    /// Completes a Windows event whose fields lie on the slate: says what it is, and adds the second names and values.
    /// To be used with one slate only. Allocates nothing for a channel and number that it has seen before.
    pub fn finish(&mut self, slate: &mut Slate, channel: &str, number: u32) {
        self.plans.windows(&self.mapping, slate, channel, number);
    }
}

/// The name of a field of a Windows record as rules write it, from its path in the XML (`Event.EventData.Image`), or `None`
/// for what no rule asks.
pub(crate) fn name(path: &str) -> Option<Cow<'_, str>> {
    crate::names::field(path)
}
