//! How much a value holds, for refusing those that would grow without end.

use std::sync::Arc;

use iaclint_value::{Data, Text, Why};
use rustc_hash::FxHashMap;

use crate::val::{K, MAX_DEPTH, Val};

/// What collections weigh that are kept as long as this: values are made of earlier ones, which need not be counted again.
#[derive(Debug, Default)]
pub(crate) struct Weights {
    /// By the address of the elements.
    known: FxHashMap<usize, Weight>,
}

/// The size of a collection.
#[derive(Clone, Copy, Debug)]
struct Weight {
    /// Values, pieces of texts and dozens of characters in it.
    parts: usize,
    /// How deep it nests.
    height: usize,
}

impl Weights {
    pub(crate) fn clear(&mut self) {
        self.known.clear();
    }

    /// Whether there is more than `limit` in a value. One that is not outweighed must be kept.
    pub(crate) fn outweighs(&mut self, value: &Val, limit: usize) -> bool {
        if let K::Null(_) | K::Bool(_) | K::Num(_) = value.k {
            return false;
        }
        let mut left = limit;
        let mut learnt = Vec::new();
        let fits = self.height(value, &mut left, 0, &mut learnt).is_some();
        if fits && !learnt.is_empty() {
            self.known.extend(learnt);
        }
        !fits
    }

    /// The same of one that is not kept.
    pub(crate) fn outweighs_once(&self, value: &Val, limit: usize) -> bool {
        self.height(value, &mut limit.clone(), 0, &mut Vec::new()).is_none()
    }

    /// How deep a value nests; nothing when it is too large. Takes no longer than to count so far.
    fn height(
        &self,
        value: &Val,
        left: &mut usize,
        depth: usize,
        learnt: &mut Vec<(usize, Weight)>,
    ) -> Option<usize> {
        let before = *left;
        if let Some(known) = address(value).and_then(|address| self.known.get(&address)) {
            *left = left.checked_sub(known.parts)?;
            return (depth + known.height < MAX_DEPTH).then_some(known.height);
        }
        let own = match &value.k {
            K::Str(str) => 1 + str.text.len() / 16 + str.placed.as_ref().map_or(0, pieces),
            K::Unknown(unk) => 1 + unk.depends_on.len() + unk.text.as_ref().map_or(0, pieces),
            _ => 1,
        };
        *left = left.checked_sub(own)?;
        if depth >= MAX_DEPTH {
            return None;
        }
        let mut height = 0;
        let mut see = |value: &Val| {
            height = height.max(1 + self.height(value, left, depth + 1, learnt)?);
            Some(())
        };
        match &value.k {
            K::List(_, items) | K::Set(_, items) | K::Tuple(items) => items.iter().try_for_each(see)?,
            K::Map(_, fields) | K::Object(fields) => fields.iter().try_for_each(|f| see(&f.2))?,
            K::Str(str) => {
                str.encoded.as_deref().map_or(Some(()), |(_, inner)| see(inner))?;
            }
            K::Unknown(unk) => {
                let encoded = unk.encoded.as_deref().map(|(_, v)| v);
                unk.partial.as_deref().into_iter().chain(&unk.candidates).chain(encoded).try_for_each(see)?;
            }
            K::Null(_) | K::Bool(_) | K::Num(_) => {}
        }
        // What is small is counted as fast as it is looked up.
        if before - *left > 8
            && let Some(address) = address(value)
        {
            learnt.push((address, Weight { parts: before - *left, height }));
        }
        Some(height)
    }
}

/// Whether a value is made of one that was too large. At first sight: deep inside, the same parts stand many times.
pub(crate) fn holds_limited(value: &Val) -> bool {
    let mut left = 1_000_usize;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        left = left.saturating_sub(1);
        if left == 0 {
            return false;
        }
        match &value.k {
            K::Unknown(unk) if unk.why == Why::Limit => return true,
            K::Unknown(unk) => open.extend(unk.partial.as_deref()),
            K::Str(str) => {
                if str.placed.as_ref().is_some_and(|t| t.holes().any(|hole| is_limited(&hole.data))) {
                    return true;
                }
            }
            _ => {
                open.extend(value.elements().into_iter().flatten());
                open.extend(value.fields().into_iter().flatten().map(|field| &field.2));
            }
        }
    }
    false
}

fn is_limited(data: &Data) -> bool {
    matches!(data, Data::Unknown(unknown) if unknown.why == Why::Limit)
}

/// The address of a collection's elements.
fn address(value: &Val) -> Option<usize> {
    match &value.k {
        K::List(_, items) | K::Set(_, items) | K::Tuple(items) => Some(Arc::as_ptr(items).addr()),
        K::Map(_, fields) | K::Object(fields) => Some(Arc::as_ptr(fields).addr()),
        _ => None,
    }
}

fn pieces(text: &Text) -> usize {
    text.pieces().len()
}

#[cfg(test)]
mod tests {
    use iaclint_value::OriginId;

    use super::*;

    const NONE: OriginId = OriginId::NONE;

    #[test]
    fn what_is_known_counts_as_often_as_it_stands() {
        let mut weights = Weights::default();
        let four = Val::tuple(vec![Val::int(1, NONE), Val::int(2, NONE), Val::int(3, NONE)], NONE);
        assert!(!weights.outweighs(&four, 4));
        let twice = Val::tuple(vec![four.clone(), four.clone()], NONE);
        assert!(weights.outweighs(&twice, 8));
        assert!(!weights.outweighs(&twice, 9));
    }

    #[test]
    fn a_value_that_nests_too_deep_is_too_large_however_it_was_made() {
        let mut weights = Weights::default();
        let mut value = Val::int(1, NONE);
        let mut kept = Vec::new();
        let mut deepest = 0;
        for depth in 0..=MAX_DEPTH {
            if weights.outweighs(&value, 100_000) {
                break;
            }
            deepest = depth;
            kept.push(value.clone());
            value = Val::tuple(vec![value], NONE);
        }
        assert_eq!(deepest, MAX_DEPTH - 1);
        assert!(Weights::default().outweighs(&value, 100_000));
    }
}
