//! Blocks as values, `dynamic` ones included.

use std::sync::Arc;

use iaclint_value::{Name, References, Why};

use super::access::{add_references, references_in};
use super::{Env, Evaluator, Fault};
use crate::ir::{Block, Body};
use crate::module::block_type;
use crate::val::{Fields, K, Unk, Val};

/// More blocks than this of one kind are not made.
const MAX_BLOCKS: usize = 2_000;

impl Evaluator<'_, '_> {
    /// The blocks of a kind as a tuple of objects; an unknown with what is known of them where a `dynamic` block is not decided.
    pub(super) fn blocks(&mut self, body: &Body, kind: &str, env: Env<'_>) -> Val {
        let mut items: Vec<Val> = Vec::new();
        let mut open: Option<Unk> = None;
        let mut origin = iaclint_value::OriginId::NONE;
        for block in &body.blocks {
            if block_type(block) != kind {
                continue;
            }
            if !origin.is_some() {
                origin = self.written(block.header);
            }
            if block.kind == "dynamic" {
                if let Err(fault) = self.dynamic(block, env, &mut items, &mut open) {
                    let why = self.invalid(fault);
                    open.get_or_insert_with(|| Unk::new(Why::Invalid));
                    drop(why);
                }
            } else {
                let object = self.block(&block.body, block, env);
                items.push(object);
            }
        }
        let known = Val::tuple(items, origin);
        match open {
            None => known,
            Some(mut unk) => {
                let mut references = References::none();
                references_in(&known, &mut references);
                add_references(&mut unk.depends_on, &references);
                unk.not_null = true;
                unk.partial = Some(Box::new(known));
                Val::new(K::Unknown(Arc::new(unk)), origin)
            }
        }
    }

    /// One block as an object: its arguments, and a list for each kind of block in it.
    pub(super) fn block(&mut self, body: &Body, block: &Block, env: Env<'_>) -> Val {
        let mut fields: Fields = Vec::with_capacity(body.attributes.len());
        for attribute in &body.attributes {
            let value = self.eval(&attribute.value, env);
            let value = value.unwrap_or_else(|fault| self.invalid(fault));
            let value = self.whole(value);
            let origin = self.written(attribute.name_span);
            fields.push((attribute.name.clone(), origin, value));
        }
        for (_, first) in firsts(body) {
            let kind = block_type(first);
            let value = self.blocks(body, kind, env);
            fields.push((kind.clone(), value.origin, value));
        }
        let origin = self.written(block.header);
        Val::object(fields, origin)
    }

    fn dynamic(
        &mut self,
        block: &Block,
        env: Env<'_>,
        items: &mut Vec<Val>,
        open: &mut Option<Unk>,
    ) -> Result<(), Fault> {
        let Some(label) = block.labels.first() else {
            return Err(Fault::new(block.header, "a dynamic block needs the kind of the blocks it makes"));
        };
        let Some(content) = block.body.blocks("content").next() else {
            return Err(Fault::new(block.header, "a dynamic block needs a content block"));
        };
        let Some(each) = block.body.attribute("for_each") else {
            return Err(Fault::new(block.header, "a dynamic block needs for_each"));
        };
        let (collection, rests) = self.resting(|me| me.eval(&each.value, env).map(|v| me.whole(v)));
        let collection = collection?;
        if collection.is_null() {
            return Err(Fault::new(each.value.span, "for_each is null"));
        }
        let Some(members) = self.members(&collection) else {
            return Err(Fault::new(each.value.span, "for_each takes a list, a set or a map"));
        };
        let unmade = members.open.is_some() && !self.planning;
        if let Some(unk) = members.open {
            let into = open.get_or_insert_with(|| Unk::new(Why::Count));
            add_references(&mut into.depends_on, &unk.depends_on);
        }
        let iterator: Name = block
            .body
            .attribute("iterator")
            .and_then(|a| a.value.names())
            .and_then(|names| names.into_iter().next())
            .unwrap_or_else(|| label.clone());
        for (key, value) in members.items {
            if items.len() >= MAX_BLOCKS {
                open.get_or_insert_with(|| Unk::new(Why::Limit));
                break;
            }
            let origin = value.origin;
            let value = value.marked(collection.marks);
            let member =
                Val::object(vec![("key".into(), key.origin, key), ("value".into(), origin, value)], origin);
            let outer = (self.doubtful, self.unmade);
            self.doubtful |= unmade;
            self.unmade |= unmade;
            let object = self.led_by(rests, |me| {
                me.bound(env, &[(iterator.clone(), member)], |me, env| me.block(&content.body, block, env))
            });
            (self.doubtful, self.unmade) = outer;
            items.push(object);
        }
        Ok(())
    }
}

/// The first block of each kind in a body, with its number.
pub(super) fn firsts(body: &Body) -> impl Iterator<Item = (usize, &Block)> {
    let is_first = |(at, block): &(usize, &Block)| {
        let kind = block_type(block);
        !body.blocks[..*at].iter().any(|earlier| block_type(earlier) == kind)
    };
    body.blocks.iter().enumerate().filter(is_first)
}
