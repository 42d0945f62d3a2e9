use crate::compile::Detection;
use crate::index::Seen;
use crate::matching::{Desk, View};
use crate::read::{Logic, Rules};
use crate::slate::Slate;
use std::sync::Arc;

/// Rules put to one event after another, with no memory of those before: what each thread of a hunt has for itself.
#[derive(Debug)]
pub struct Matcher {
    rules: Arc<Rules>,
    slate: Slate,
    desk: Desk,
    seen: Seen,
    holding: Vec<u32>,
}

impl Matcher {
    pub fn new(rules: Arc<Rules>) -> Matcher {
        Matcher { rules, slate: Slate::default(), desk: Desk::default(), seen: Seen::default(), holding: Vec::new() }
    }

    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// The event at hand.
    pub fn slate(&self) -> &Slate {
        &self.slate
    }

    /// Where the next event is to be laid out.
    pub fn slate_mut(&mut self) -> &mut Slate {
        &mut self.slate
    }

    /// The detections that hold for the event on the slate, by their place in the set and in its order: those that are
    /// told and those that only feed correlations. Allocates nothing once it has seen its largest event.
    pub fn judge(&mut self) -> &[u32] {
        self.holding.clear();
        let Matcher { rules, slate, desk, seen, holding } = self;
        let plan = rules.index.ready(slate, seen);
        if !plan.any() {
            return &self.holding;
        }
        desk.lay(slate, &rules.names, plan);
        rules.index.candidates(slate.origin_now(), desk, seen);
        if seen.candidates.iter().any(|rule| rules.index.looks_everywhere(*rule)) {
            desk.lay_rest(slate);
        }
        let view = View { slate, desk };
        for place in &seen.candidates {
            if let Some(Logic::Detection(detection)) = rules.logic(*place as usize)
                && view.holds(detection)
            {
                holding.push(*place);
            }
        }
        &self.holding
    }

    /// As `judge`, by asking every rule: what the index may never differ from.
    #[cfg(test)]
    pub(crate) fn judge_by_asking_all(&mut self) -> Vec<u32> {
        let Matcher { rules, slate, desk, seen, .. } = self;
        let plan = rules.index.ready(slate, seen).clone();
        desk.lay(slate, &rules.names, &plan);
        desk.lay_rest(slate);
        let view = View { slate, desk };
        let holds = |place: &u32| match rules.logic(*place as usize) {
            Some(Logic::Detection(detection)) => plan.fits(*place) && view.holds(detection),
            Some(Logic::Correlation(_)) | None => false,
        };
        (0..rules.len() as u32).filter(holds).collect()
    }

    /// How many rules were asked for the event on the slate: what judging costs grows with it.
    pub fn candidates(&self) -> usize {
        self.seen.candidates.len()
    }

    /// What a detection that holds for the event on the slate rests on. Call `judge` before.
    pub fn explain(&self, rule: usize) -> Vec<wire::Matched> {
        match self.rules.logic(rule) {
            Some(Logic::Detection(detection)) => self.explained(detection),
            Some(Logic::Correlation(_)) | None => Vec::new(),
        }
    }

    fn explained(&self, detection: &Detection) -> Vec<wire::Matched> {
        View { slate: &self.slate, desk: &self.desk }.explain(detection, &self.rules.names)
    }
}
