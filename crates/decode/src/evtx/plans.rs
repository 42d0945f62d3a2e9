//! Plans that are kept across chunks and files.

use super::bytes::array_at;
use super::fault::Fault;
use super::instance;
use super::plan::{self, Place, Plan};
use super::token::{INDEPENDENT, Token, Tokens, name_at};
use super::tree::Tree;
use super::value;
use sigma::Slate;
use std::collections::HashMap;
use std::sync::Arc;

/// Bytes of definitions and plans that are kept; real logs of one machine need some hundred KiB.
const KEPT: usize = 8 << 20;
/// Bytes of one definition, its names written out.
const LONGEST: usize = 256 << 10;
/// Definitions of one GUID that are kept; more are those of a hostile file.
const OF_ONE_GUID: usize = 64;
/// Definitions of one chunk that are found at once.
const NEAR: usize = 512;

/// A definition found in a chunk before.
#[derive(Debug, Clone, Copy)]
struct Near {
    definition: u32,
    place: u16,
    plan: u32,
}

#[derive(Debug)]
struct Kept {
    place: u16,
    definition: Box<[u8]>,
    plan: Option<Arc<Plan>>,
}

#[derive(Debug, Default)]
pub(super) struct Plans {
    kept: Vec<Kept>,
    of_guid: HashMap<[u8; 16], Vec<u32>>,
    near: Vec<Option<Near>>,
    places: Vec<Place>,
    bytes: usize,
    /// The definition at hand, its names written out.
    whole: Vec<u8>,
    /// Bytes that were gone through, for the chunk's bound.
    pub spent: usize,
}

impl Plans {
    /// Forgets where definitions lie, for the next chunk.
    pub(super) fn next_chunk(&mut self) {
        self.near.clear();
        self.near.resize(NEAR, None);
        if self.places.is_empty() {
            self.places.push(Place::default());
        }
    }

    /// The plan of a definition for a place (0: the record itself); `None` where only the slow way knows the form.
    pub(super) fn find(
        &mut self,
        (chunk, definition): (&[u8], usize),
        place: u16,
        tree: &mut Tree,
        slate: &mut Slate,
    ) -> Result<Option<Arc<Plan>>, Fault> {
        let slot = (definition ^ definition >> 8 ^ usize::from(place) << 4) % NEAR;
        if let Some(Some(near)) = self.near.get(slot)
            && (near.definition as usize, near.place) == (definition, place)
        {
            return Ok(self.kept.get(near.plan as usize).and_then(|kept| kept.plan.clone()));
        }
        let plan = self.known(chunk, definition, place, tree, slate)?;
        let near = Near { definition: definition as u32, place, plan };
        if let Some(slot) = self.near.get_mut(slot) {
            *slot = Some(near);
        }
        Ok(self.kept.get(plan as usize).and_then(|kept| kept.plan.clone()))
    }

    fn known(&mut self, chunk: &[u8], definition: usize, place: u16, tree: &mut Tree, slate: &mut Slate) -> Result<u32, Fault> {
        let guid = Fault::short(array_at::<16>(chunk, definition.saturating_add(4)), "template")?;
        let shared = write_out(chunk, definition, &mut self.whole)?;
        self.spent += self.whole.len();
        if let Some(of_guid) = self.of_guid.get(&guid) {
            let same = |at: &&u32| {
                self.kept.get(**at as usize).is_some_and(|kept| kept.place == place && *kept.definition == *self.whole)
            };
            if let Some(known) = of_guid.iter().find(same) {
                return Ok(*known);
            }
        }
        let mut plan = None;
        if shared {
            tree.definition(chunk, definition)?;
            plan = plan::make(tree, chunk, place, &mut self.places, slate)?;
        }
        let size = self.whole.len() + plan.as_ref().map_or(0, |plan| plan.steps.len() * 32 + plan.text.len());
        self.spent += size * 8;
        if self.bytes + size > KEPT || self.of_guid.get(&guid).is_some_and(|of_guid| of_guid.len() >= OF_ONE_GUID) {
            self.kept.clear();
            self.of_guid.clear();
            self.next_chunk();
            self.bytes = 0;
        }
        self.bytes += size + 64;
        let at = self.kept.len() as u32;
        self.kept.push(Kept { place, definition: self.whole.as_slice().into(), plan: plan.map(Arc::new) });
        self.of_guid.entry(guid).or_default().push(at);
        Ok(at)
    }
}

/// Writes a definition so that it is the same in every chunk: each name's letters in the place of where they lie.
///
/// Says whether it means the same in every chunk: one that holds records in itself does not.
fn write_out(chunk: &[u8], definition: usize, whole: &mut Vec<u8>) -> Result<bool, Fault> {
    whole.clear();
    let body = instance::body(chunk, definition)?;
    let mut tokens = Tokens { chunk, at: body.start, end: body.end, template: true };
    let mut shared = true;
    while let Some(token) = tokens.next()? {
        let named = |tag: u8, name: u32, depends: u16, whole: &mut Vec<u8>| -> Result<(), Fault> {
            let letters = name_at(chunk, name)?;
            whole.push(tag);
            whole.extend_from_slice(&depends.to_le_bytes());
            whole.extend_from_slice(&(letters.len() as u32).to_le_bytes());
            whole.extend_from_slice(letters);
            Ok(())
        };
        match token {
            Token::Open { name, depends } => named(1, name, depends, whole)?,
            Token::Attribute(name) => named(6, name, INDEPENDENT, whole)?,
            Token::Entity(name) => named(9, name, INDEPENDENT, whole)?,
            Token::CloseStart => whole.push(2),
            Token::CloseEmpty => whole.push(3),
            Token::Close => whole.push(4),
            Token::Value(value) => {
                shared &= value.kind != value::BINXML;
                whole.extend_from_slice(&[5, value.kind]);
                whole.extend_from_slice(&value.len.to_le_bytes());
                whole.extend_from_slice(value.bytes(chunk));
            }
            Token::Char(letter) => {
                whole.push(8);
                whole.extend_from_slice(&letter.to_le_bytes());
            }
            Token::Slot { index, optional } => {
                whole.push(if optional { 14 } else { 13 });
                whole.extend_from_slice(&index.to_le_bytes());
            }
            Token::Instance => return Err(Fault::Order("a template where none may be")),
            Token::Other => {}
        }
        if whole.len() > LONGEST {
            return Err(Fault::Large);
        }
    }
    Ok(shared)
}
