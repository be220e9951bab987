//! How much of what is written could be evaluated: the values of attributes, counted one by one.

use std::collections::BTreeMap;

use iaclint_graph::{Graph, Mode};
use iaclint_value::{Data, Piece, Reference, Target, Value, Why};

/// The values of the attributes of all managed resources.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Knowledge {
    /// Literals, and what can be worked out from such.
    pub known: usize,
    /// Attributes of what the deployment makes or finds, texts with such in them, and one of a few possible values.
    pub symbolic: usize,
    /// The others, by the reason.
    pub unknown: BTreeMap<&'static str, usize>,
}

impl Knowledge {
    /// Counts what graphs hold.
    pub fn of<'g>(graphs: impl IntoIterator<Item = &'g Graph>) -> Self {
        let mut out = Self::default();
        for (_, resource) in graphs.into_iter().flat_map(Graph::iter).filter(|(_, r)| r.mode == Mode::Managed)
        {
            out.count(&resource.body);
        }
        out
    }

    fn count(&mut self, value: &Value) {
        match &value.data {
            Data::List(list) => {
                list.items.iter().for_each(|v| self.count(v));
                if !list.complete {
                    self.miss(&Why::Count);
                }
            }
            Data::Object(object) => object.fields.iter().for_each(|(_, _, v)| self.count(v)),
            Data::Encoded(inner) => self.count(&inner.1),
            Data::Null | Data::Bool(_) | Data::Number(_) => self.known += 1,
            Data::Text(text) => {
                let holes = text.pieces().iter().filter_map(|piece| match piece {
                    Piece::Hole(hole) => Some(hole),
                    Piece::Literal(_) => None,
                });
                let mut part = Self::default();
                holes.for_each(|hole| part.count(hole));
                match part.unknown.first_key_value() {
                    Some((reason, _)) => *self.unknown.entry(reason).or_default() += 1,
                    None if part == Self::default() => self.known += 1,
                    None => self.symbolic += 1,
                }
            }
            Data::Reference(reference) => match reason_of(reference) {
                Some(why) => self.miss(&why),
                None => self.symbolic += 1,
            },
            Data::Unknown(unknown) if unknown.candidates.is_empty() => self.miss(&unknown.why),
            Data::Unknown(_) => self.symbolic += 1,
        }
    }

    fn miss(&mut self, why: &Why) {
        *self.unknown.entry(reason(why)).or_default() += 1;
    }

    /// One sentence, the most frequent reasons first; `None` when there is nothing to count.
    pub fn words(&self) -> Option<String> {
        let unknown: usize = self.unknown.values().sum();
        let all = self.known + self.symbolic + unknown;
        let share = |count: usize| {
            let tenths = (count * 1000 + all / 2).checked_div(all)?;
            Some(format!("{}.{} %", tenths / 10, tenths % 10))
        };
        let (known, symbolic, missing) = (share(self.known)?, share(self.symbolic)?, share(unknown)?);
        let mut reasons: Vec<(&str, usize)> = self.unknown.iter().map(|(r, n)| (*r, *n)).collect();
        reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
        let reasons: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        let reasons = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
        Some(format!(
            "of {all} values of attributes {known} are known, {symbolic} are made of what the deployment makes or finds, {missing} are not \
             known{reasons}"
        ))
    }
}

/// Why a reference says nothing of its value, if it does not.
fn reason_of(reference: &Reference) -> Option<Why> {
    match &reference.target {
        Target::Input { name, .. } => Some(Why::Input(name.clone())),
        Target::Module { source, .. } => Some(Why::ModuleNotHere(source.clone())),
        Target::Resource(_) | Target::Import(_) | Target::Pseudo(_) | Target::Dynamic { .. } => None,
    }
}

/// A reason without what it is about, behind a number.
fn reason(why: &Why) -> &'static str {
    match why {
        Why::Input(_) => "from inputs without a value",
        Why::Computed(_) | Why::Attribute(_) => "worked out from what the deployment makes",
        Why::ModuleNotHere(_) => "from modules that are not here",
        Why::Condition => "behind conditions that cannot be decided",
        Why::Count => "in lists of unknown length",
        Why::Impure(_) => "from functions that answer anew at every run",
        Why::File(_) => "from files that cannot be read",
        Why::Unsupported(_) => "not evaluated",
        Why::Cycle => "that depend on themselves",
        Why::Invalid => "from expressions that are not valid",
        Why::Limit => "beyond a limit",
        Why::LookUp(_) => "looked up at the deployment",
    }
}

#[cfg(test)]
mod tests {
    use iaclint_value::{OriginId, ResourceKey, RootId, Text};

    use super::*;

    #[test]
    fn values_are_counted_one_by_one() {
        let none = OriginId::NONE;
        let id = Value::reference(Reference::resource(ResourceKey::new(RootId(0), "aws_x.y"), "id"), none);
        let input = Value::unknown(Why::Input("var.a".into()), none);
        let text = |hole: &Value| Value::new(Data::Text(Text::of([Piece::Hole(hole.clone())])), none);
        let list = Value::list(
            vec![Value::text("a"), Value::int(1, none), id.clone(), text(&id), text(&input)],
            none,
        );
        let mut counted = Knowledge::default();
        counted.count(&Value::object([("list".into(), list)], none));
        assert_eq!((counted.known, counted.symbolic), (2, 2));
        assert_eq!(
            counted.words().as_deref(),
            Some(
                "of 5 values of attributes 40.0 % are known, 40.0 % are made of what the deployment makes or finds, 20.0 % are not known: 1 from inputs without a value"
            )
        );
        assert_eq!(Knowledge::default().words(), None);
    }
}
