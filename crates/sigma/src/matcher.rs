use crate::index::{Room, Seen};
use crate::matching::{Desk, Reason, View};
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
    room: Room,
    holding: Vec<u32>,
}

impl Matcher {
    pub fn new(rules: Arc<Rules>) -> Matcher {
        Matcher {
            rules,
            slate: Slate::default(),
            desk: Desk::default(),
            seen: Seen::default(),
            room: Room::default(),
            holding: Vec::new(),
        }
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
        let Matcher { rules, slate, desk, seen, room, holding } = self;
        room.candidates.clear();
        let plans = rules.index.plans(slate, seen);
        if !plans.whole.any() {
            return &self.holding;
        }
        desk.name(slate, &rules.names);
        let plan = desk.plan(slate, plans);
        if !plan.any() {
            return &self.holding;
        }
        desk.lay(slate, plan);
        rules.index.candidates(plan, slate, desk, room);
        if room.candidates.iter().any(|rule| rules.index.looks_everywhere(*rule)) {
            desk.lay_rest(slate);
        }
        let view = View { slate, desk };
        for place in &room.candidates {
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
        let plan = rules.index.plans(slate, seen).whole.clone();
        desk.name(slate, &rules.names);
        desk.lay(slate, &plan);
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
        self.room.candidates.len()
    }

    /// What a detection that holds for the event on the slate rests on. Call `judge` before.
    pub fn explain(&self, rule: usize) -> Vec<wire::Matched> {
        let mut matched = Vec::new();
        self.reasons(rule, &mut |Reason { selection, field, value, pattern }| {
            matched.push(wire::Matched {
                selection: selection.to_owned(),
                field: field.to_owned(),
                value: value.to_owned(),
                pattern: pattern.to_owned(),
            });
        });
        matched
    }

    /// As `explain`, one after another and without a copy of them.
    pub fn reasons(&self, rule: usize, on: &mut dyn FnMut(Reason<'_>)) {
        if let Some(Logic::Detection(detection)) = self.rules.logic(rule) {
            View { slate: &self.slate, desk: &self.desk }.explain(detection, &self.rules.names, on);
        }
    }
}
