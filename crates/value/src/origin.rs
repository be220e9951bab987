//! Provenance: the chain of places that a value flowed through.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use iaclint_source::Span;
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use crate::{Name, ResourceKey};

/// One step of a value's way, in the arena of the root that evaluated it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct OriginId {
    arena: u32,
    index: u32,
}

impl OriginId {
    /// No place is known: a default of the provider, a value made by the tool.
    pub const NONE: OriginId = OriginId { arena: u32::MAX, index: u32::MAX };

    /// Whether a place is known.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }
}

/// By which step a value came to a place.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Via {
    /// It is written there.
    Written,
    /// It is the default of this variable or parameter.
    Default(Name),
    /// It was given for this variable in a variable file, on the command line or in the environment.
    Given(Name),
    /// It was passed as the input variable of this name to a module; the span is the argument in the call.
    Variable(Name),
    /// It is the local of this name.
    Local(Name),
    /// It is the output of this name; the span is the output's value.
    Output(Name),
    /// It was read from an attribute of this resource; the span is the attribute or the reference to it.
    Attribute(ResourceKey),
    /// This function made it.
    Function(&'static str),
    /// It was imported from another stack or another root's state under this name.
    Import(Name),
    /// It is one part of a `for_each`, `count` or `for`.
    Each,
    /// It is the chosen branch of a conditional.
    Branch,
    /// It is a part of a larger text.
    Template,
}

/// Where a value comes from: this span, by this step, made of those values (nearest first).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin<'a> {
    /// The place.
    pub span: Span,
    /// The step.
    pub via: &'a Via,
    /// What it was made of.
    pub from: &'a [OriginId],
}

/// A step as it is kept: a root has hundreds of thousands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Kept {
    span: Span,
    /// Its number among the arena's vias.
    via: u32,
    /// What it was made of: mostly one value, or none; of several it names the list.
    from: OriginId,
}

/// The origins of one root (a Terraform root module with its modules, or a set of stacks) while it is evaluated. Equal steps are mostly
/// one, so that the instances of a module share those that do not differ.
#[derive(Debug)]
pub struct OriginArena {
    id: u32,
    steps: Steps,
    /// Each once; the first is [`Via::Written`].
    vias: Vec<Via>,
    /// Lists of steps, one behind the other, and where each ends.
    many: Vec<OriginId>,
    ends: Vec<u32>,
    known_vias: HashTable<u32>,
    /// The step of each hash that was met last, beside more of its hash: a step whose equal was driven out of it stands twice.
    recent: Vec<(u32, u32)>,
    /// No step is added that equals an earlier one.
    alone: bool,
}

/// Steps by their numbers, in pieces: nothing moves when there are more of them.
#[derive(Debug, Default)]
struct Steps {
    pieces: Vec<Vec<Kept>>,
}

/// Steps in a piece; a power of two.
const PIECE: usize = 1 << 10;

impl Steps {
    fn len(&self) -> usize {
        self.pieces.last().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len())
    }

    fn get(&self, at: u32) -> Option<&Kept> {
        self.pieces.get(at as usize / PIECE)?.get(at as usize % PIECE)
    }

    /// Adds a step and gives its number.
    fn push(&mut self, step: Kept) -> u32 {
        let at = self.len() as u32;
        match self.pieces.last_mut() {
            Some(last) if last.len() < PIECE => last.push(step),
            // Many arenas have few steps.
            None => self.pieces.push(vec![step]),
            Some(_) => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(step);
                self.pieces.push(piece);
            }
        }
        at
    }
}

/// The arena of what is no step but a list of them.
const MANY: u32 = u32::MAX - 2;

/// The most places for steps that were met: as many as the caches of a processor hold.
const MAX_RECENT: usize = 1 << 14;

impl Default for OriginArena {
    fn default() -> Self {
        Self::new(0)
    }
}

impl OriginArena {
    /// An empty arena. `id` must be its place in the [`Origins`] that it will be put into.
    pub fn new(id: u32) -> Self {
        Self {
            id,
            steps: Steps::default(),
            vias: vec![Via::Written],
            many: Vec::new(),
            ends: Vec::new(),
            known_vias: HashTable::new(),
            recent: Vec::new(),
            alone: false,
        }
    }

    /// Says whether the steps that follow are likely none that were added before, so that their equals are not looked for; gives what
    /// was said before.
    pub fn expect_new(&mut self, new: bool) -> bool {
        std::mem::replace(&mut self.alone, new)
    }

    /// Adds a step.
    pub fn add(&mut self, span: Span, via: Via, from: impl IntoIterator<Item = OriginId>) -> OriginId {
        let via = self.via(via);
        let mut from = from.into_iter().filter(|o| o.is_some());
        let from = match (from.next(), from.next()) {
            (None, _) => OriginId::NONE,
            (Some(one), None) => one,
            (Some(one), Some(other)) => self.beside([one, other].into_iter().chain(from)),
        };
        self.keep(Kept { span, via, from })
    }

    /// Adds the place where a value is written.
    pub fn written(&mut self, span: Span) -> OriginId {
        self.keep(Kept { span, via: 0, from: OriginId::NONE })
    }

    /// Adds the step `id` of this arena at another place.
    pub fn moved(&mut self, id: OriginId, span: Span) -> OriginId {
        match self.steps.get(id.index) {
            Some(step) if id.arena == self.id => self.keep(Kept { span, ..*step }),
            _ => id,
        }
    }

    /// Adds the place where a value is written of which no other step speaks.
    pub(crate) fn add_new(&mut self, span: Span) -> OriginId {
        let index = self.steps.push(Kept { span, via: 0, from: OriginId::NONE });
        OriginId { arena: self.id, index }
    }

    fn via(&mut self, via: Via) -> u32 {
        if via == Via::Written {
            return 0;
        }
        let vias = &mut self.vias;
        let hash = FxBuildHasher.hash_one(&via);
        if let Some(known) = self.known_vias.find(hash, |at| vias[*at as usize] == via) {
            return *known;
        }
        let at = vias.len() as u32;
        vias.push(via);
        self.known_vias.insert_unique(hash, at, |at| FxBuildHasher.hash_one(&vias[*at as usize]));
        at
    }

    /// Lists mostly come again at once, as the parts of one value do.
    fn beside(&mut self, all: impl Iterator<Item = OriginId>) -> OriginId {
        let last = self.ends.len();
        let start = self.many.len();
        self.many.extend(all);
        if last > 0 && *self.list(last as u32 - 1) == self.many[start..] {
            self.many.truncate(start);
        } else {
            self.ends.push(self.many.len() as u32);
        }
        OriginId { arena: MANY, index: self.ends.len() as u32 - 1 }
    }

    /// A list by its number.
    fn list(&self, at: u32) -> &[OriginId] {
        let at = at as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.many[start..self.ends[at] as usize]
    }

    fn keep(&mut self, step: Kept) -> OriginId {
        if self.alone {
            return OriginId { arena: self.id, index: self.steps.push(step) };
        }
        let places = self.recent.len();
        if places < MAX_RECENT && self.steps.len() * 2 >= places {
            self.grow();
        }
        let (place, mark) = place(&step, self.recent.len());
        let (known, at) = self.recent[place];
        // A step is only looked at when it is likely the same: it may be far away in memory.
        if known == mark && self.steps.get(at) == Some(&step) {
            return OriginId { arena: self.id, index: at };
        }
        let index = self.steps.push(step);
        self.recent[place] = (mark, index);
        OriginId { arena: self.id, index }
    }

    fn grow(&mut self) {
        let places = (self.recent.len() * 4).clamp(256, MAX_RECENT);
        self.recent.clear();
        self.recent.resize(places, (0, u32::MAX));
        let steps = self.steps.pieces.iter().flatten();
        for (at, step) in (0..).zip(steps) {
            let (place, mark) = place(step, places);
            self.recent[place] = (mark, at);
        }
    }

    /// The step behind `id`, if it is of this arena.
    pub fn get(&self, id: OriginId) -> Option<Origin<'_>> {
        if id.arena != self.id {
            return None;
        }
        let step = self.steps.get(id.index)?;
        let from = match &step.from {
            &OriginId::NONE => &[],
            OriginId { arena: MANY, index } => self.list(*index),
            one => std::slice::from_ref(one),
        };
        Some(Origin { span: step.span, via: &self.vias[step.via as usize], from })
    }

    /// An empty arena in the room of one that is no longer used.
    pub fn in_room_of(id: u32, mut spare: Self) -> Self {
        spare.id = id;
        spare.steps.pieces.clear();
        spare.vias.truncate(1);
        spare.many.clear();
        spare.ends.clear();
        spare.known_vias.clear();
        spare.recent.clear();
        spare.alone = false;
        spare
    }

    /// The place of a step, if it is of this arena.
    pub fn span(&self, id: OriginId) -> Option<Span> {
        let step = if id.arena == self.id { self.steps.get(id.index) } else { None };
        step.map(|step| step.span)
    }

    /// The arena when nothing will be added any more: it takes no more room than its steps. What has room for more is left behind.
    #[must_use]
    pub fn finished(&mut self) -> Self {
        let mut steps = std::mem::take(&mut self.steps);
        steps.pieces.last_mut().into_iter().for_each(Vec::shrink_to_fit);
        Self {
            id: self.id,
            steps,
            vias: std::mem::replace(&mut self.vias, vec![Via::Written]),
            many: self.many.as_slice().to_vec(),
            ends: self.ends.as_slice().to_vec(),
            known_vias: HashTable::new(),
            recent: Vec::new(),
            alone: false,
        }
    }

    /// Number of steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Where among so many places a step is remembered, and what more of its hash is.
fn place(step: &Kept, places: usize) -> (usize, u32) {
    let pair = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
    let Kept { span, via, from } = *step;
    let sum = pair(span.start, span.end)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(pair(span.file.0, via).wrapping_mul(0xc2b2_ae3d_27d4_eb4f))
        .wrapping_add(pair(from.arena, from.index).wrapping_mul(0x1656_67b1_9e37_79f9));
    let hash = sum ^ sum >> 29;
    ((hash as usize) & (places - 1), (hash >> 32) as u32)
}

/// How many steps behind a value are looked at for resources.
const MAX_BEHIND: usize = 256;

/// The origins of a whole run.
#[derive(Debug, Default)]
pub struct Origins {
    arenas: Vec<OriginArena>,
}

impl Origins {
    /// No origins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a finished arena at the place that its id names.
    pub fn insert(&mut self, arena: OriginArena) {
        let at = arena.id as usize;
        while self.arenas.len() <= at {
            self.arenas.push(OriginArena::new(self.arenas.len() as u32));
        }
        self.arenas[at] = arena;
    }

    /// Adds a step to the arena of `beside`; none when that is of no arena.
    pub fn add_beside(
        &mut self,
        beside: OriginId,
        span: Span,
        via: Via,
        from: impl IntoIterator<Item = OriginId>,
    ) -> OriginId {
        match self.arenas.get_mut(beside.arena as usize) {
            Some(arena) => arena.add(span, via, from),
            None => OriginId::NONE,
        }
    }

    /// The step behind `id`.
    pub fn get(&self, id: OriginId) -> Option<Origin<'_>> {
        self.arenas.get(id.arena as usize)?.get(id)
    }

    /// The place of `id`.
    pub fn span(&self, id: OriginId) -> Option<Span> {
        self.get(id).map(|o| o.span)
    }

    /// The chain from `id` back to where the value was written: nearest first, following the first of several sources, each step
    /// once, at most 64 steps.
    pub fn trail(&self, id: OriginId) -> Vec<Origin<'_>> {
        let mut out = Vec::new();
        let mut seen: SmallVec<[OriginId; 16]> = SmallVec::new();
        let mut next = Some(id);
        while let Some(id) = next {
            let Some(origin) = self.get(id) else { break };
            if out.len() >= 64 || seen.contains(&id) {
                break;
            }
            seen.push(id);
            out.push(origin);
            next = origin.from.first().copied();
        }
        out
    }

    /// The place where the value was first written: the last step of its trail.
    pub fn root_span(&self, id: OriginId) -> Option<Span> {
        self.trail(id).last().map(|o| o.span)
    }

    /// The resources from whose attributes a value was read, all branches, nearest first, each once.
    pub fn resources(&self, id: OriginId) -> Vec<&ResourceKey> {
        let mut out = Vec::new();
        self.walk(id, &mut |origin| {
            if let Via::Attribute(key) = origin.via
                && !out.contains(&key)
            {
                out.push(key);
            }
        });
        out
    }

    /// Visits every step behind a value, all branches, nearest first, each once, at most 256.
    pub fn walk<'a>(&'a self, id: OriginId, visit: &mut dyn FnMut(Origin<'a>)) {
        let mut seen: SmallVec<[OriginId; 16]> = SmallVec::new();
        // Most values came one way, on which no step is met twice.
        let mut id = id;
        for _ in 0..MAX_BEHIND {
            let Some(origin) = self.get(id) else { return };
            match origin.from {
                [] => return visit(origin),
                [next] => {
                    visit(origin);
                    seen.push(id);
                    id = *next;
                }
                _ => break,
            }
        }
        let mut todo: SmallVec<[OriginId; 16]> = SmallVec::from_slice(&[id]);
        while let Some(id) = todo.pop() {
            if seen.contains(&id) || seen.len() > MAX_BEHIND {
                continue;
            }
            seen.push(id);
            let Some(origin) = self.get(id) else { continue };
            visit(origin);
            todo.extend(origin.from.iter().rev().copied());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iaclint_source::FileId;

    #[test]
    fn a_trail_leads_from_the_use_back_to_the_writing() {
        let span = |at: usize| Span::new(FileId(0), at..at + 1);
        let mut arena = OriginArena::new(1);
        let written = arena.written(span(1));
        let local = arena.add(span(2), Via::Local("x".into()), [written]);
        let output = arena.add(span(3), Via::Output("y".into()), [local, OriginId::NONE]);
        let mut origins = Origins::new();
        origins.insert(arena);
        let spans: Vec<_> = origins.trail(output).iter().map(|o| o.span.start).collect();
        assert_eq!(spans, [3, 2, 1]);
        assert_eq!(origins.root_span(output), Some(span(1)));
        assert_eq!(origins.trail(OriginId::NONE).len(), 0);
    }
}
