//! Functions that make or take lists: `Fn::Select`, `Fn::Split`, `Fn::Cidr`, `Fn::GetAZs`, `Fn::Length`.

use std::net::IpAddr;

use iaclint_value::{
    Data, Flat, Kind, List, Name, OriginId, Piece, Reference, Step, Target, Text, Value, Via,
};

use super::Evaluator;
use crate::stack::StackId;

/// How many zones are named; every region has at least this many for most accounts, and a longer list is made on demand.
const ZONES: u32 = 3;

impl Evaluator<'_> {
    pub(super) fn select(&mut self, at: StackId, raw: &Value, argument: &Value) -> Option<Value> {
        let Some([index, list]) = self.arguments(at, raw, argument, "Fn::Select") else {
            return Some(self.invalid(at, raw.origin, "Fn::Select takes an index and a list"));
        };
        let index_value = self.value_or_null(at, index);
        let list = self.value_or_null(at, list);
        let Some(index) = index_value.as_i64().and_then(|i| u32::try_from(i).ok()) else {
            if index_value.is_known() {
                return Some(self.invalid(at, raw.origin, "the index of Fn::Select is not a whole number"));
            }
            return Some(self.unknown_of(&[&index_value, &list], raw.origin, None));
        };
        Some(match &list.data {
            Data::List(items) => {
                if let Some(item) = items.items.get(index as usize) {
                    let mut item = item.clone().marked(list.marks);
                    item.origin = self.made(raw.origin, Via::Function("Fn::Select"), [item.origin]);
                    return Some(item);
                }
                if let Some(zone) =
                    items.items.last().and_then(Value::as_reference).filter(|_| !items.complete)
                    && is_zones(&zone.target)
                {
                    let zone = Reference { target: zone.target.clone(), path: [Step::Index(index)].into() };
                    return Some(Value::reference(zone, raw.origin));
                }
                if items.complete {
                    let count = items.items.len();
                    let message = format!("Fn::Select asks for item {index} of a list of {count}");
                    return Some(self.invalid(at, raw.origin, message));
                }
                self.unknown_of(&[&list], raw.origin, None)
            }
            Data::Reference(reference) => {
                let origin = self.made(raw.origin, Via::Function("Fn::Select"), [list.origin]);
                Value::reference(reference.then(Step::Index(index)), origin).marked(list.marks)
            }
            Data::Unknown(_) => self.unknown_of(&[&list], raw.origin, None),
            _ => self.invalid(at, raw.origin, "Fn::Select takes a list"),
        })
    }

    pub(super) fn split(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let Some([delimiter, text]) = self.arguments(at, raw, argument, "Fn::Split") else {
            return self.invalid(at, raw.origin, "Fn::Split takes a delimiter and a text");
        };
        let delimiter = self.value_or_null(at, delimiter);
        let whole = self.value_or_null(at, text);
        let (Some(between), Some(text)) = (delimiter.as_str().filter(|d| !d.is_empty()), whole.to_text())
        else {
            return self.unknown_of(&[&delimiter, &whole], raw.origin, Some(Kind::List));
        };
        let (parts, complete) = split_text(&text, &between, |hole| !may_contain(hole, &between));
        if parts.is_empty() {
            return self.unknown_of(&[&whole], raw.origin, Some(Kind::List));
        }
        let items = parts.into_iter().map(|part| self.part(part, whole.origin, whole.marks)).collect();
        let origin = self.made(raw.origin, Via::Function("Fn::Split"), [whole.origin]);
        let mut list = Value::new(Data::List(List { items, complete }.into()), origin).marked(whole.marks);
        if !complete {
            // What the rest is made of must not be lost: it is used by whoever uses the list.
            let rest = self.unknown_of(&[&whole], raw.origin, Some(Kind::Text));
            if let Data::List(items) = &mut list.data {
                std::sync::Arc::make_mut(items).items.push(rest);
            }
        }
        list
    }

    /// A part of a text as a value with its own place.
    pub(super) fn part(&mut self, part: Text, whole: OriginId, marks: iaclint_value::Marks) -> Value {
        if let [Piece::Hole(value)] = part.pieces() {
            return value.clone().marked(marks);
        }
        let flat = part.flatten();
        let origin = match part.span(&flat, 0..flat.text.len()) {
            Some(span) => self.arena.add(span, Via::Template, [whole]),
            None => whole,
        };
        Value::new(Data::Text(part), origin).marked(marks)
    }

    pub(super) fn length(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let list = self.value_or_null(at, argument);
        match &list.data {
            Data::List(items) if items.complete => {
                let origin = self.made(raw.origin, Via::Function("Fn::Length"), [list.origin]);
                Value::int(i64::try_from(items.items.len()).unwrap_or(i64::MAX), origin)
            }
            Data::List(_) | Data::Reference(_) | Data::Unknown(_) => {
                self.unknown_of(&[&list], raw.origin, Some(Kind::Number))
            }
            _ => self.invalid(at, raw.origin, "Fn::Length takes a list"),
        }
    }

    pub(super) fn zones(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let region = self.value_or_null(at, argument);
        let own = self.stacks.get(at).and_then(|s| s.environment.region.clone());
        let region = match region.as_str() {
            Some(name) if !name.is_empty() => Some(Name::from(&*name)),
            Some(_) => own,
            None => None,
        };
        let name = region.map_or_else(|| Name::from("Fn::GetAZs"), |r| Name::from(format!("Fn::GetAZs {r}")));
        let zone =
            |index| Reference { target: Target::Pseudo(name.clone()), path: [Step::Index(index)].into() };
        let items = (0..ZONES).map(|index| Value::reference(zone(index), raw.origin)).collect();
        Value::new(Data::List(List { items, complete: false }.into()), raw.origin)
    }

    pub(super) fn cidr(&mut self, at: StackId, raw: &Value, argument: &Value) -> Value {
        let items = self.arguments(at, raw, argument, "Fn::Cidr");
        let Some([block, rest @ ..]) = items.filter(|i| (2..=3).contains(&i.len())) else {
            return self.invalid(at, raw.origin, "Fn::Cidr takes a block, a count and a number of bits");
        };
        let block = self.value_or_null(at, block);
        let block = self.configured_block(block);
        let mut numbers = Vec::new();
        for number in rest {
            let number = self.value_or_null(at, number);
            match number.as_i64() {
                Some(known) => numbers.push(known),
                None => return self.unknown_of(&[&block, &number], raw.origin, Some(Kind::List)),
            }
        }
        let (count, bits) = (numbers.first().copied().unwrap_or(0), numbers.get(1).copied());
        let Some(text) = block.as_str() else {
            if block.is_known() {
                return self.invalid(at, raw.origin, "the block of Fn::Cidr is not a text");
            }
            return self.unknown_of(&[&block], raw.origin, Some(Kind::List));
        };
        let Some(blocks) = subnets(&text, count, bits) else {
            let message = format!("Fn::Cidr cannot cut {count} blocks out of {text}");
            return self.invalid(at, raw.origin, message);
        };
        let origin = self.made(raw.origin, Via::Function("Fn::Cidr"), [block.origin]);
        let items = blocks.iter().map(|b| Value::new(Data::Text(Text::plain(b, origin)), origin)).collect();
        Value::list(items, origin).marked(block.marks)
    }

    /// The block that a VPC of these stacks is given, for a reference to its block.
    fn configured_block(&mut self, block: Value) -> Value {
        let Some(reference) = block.as_reference().filter(|r| r.attribute() == "CidrBlock") else {
            return block;
        };
        let Some(key) = reference.key() else { return block };
        let Some((stack, id)) = self.place_of(&key.address) else { return block };
        let stacks = self.stacks;
        let properties =
            stacks.get(stack).and_then(|s| s.template.resources.get(&id)).and_then(|r| r.get("Properties"));
        let Some(raw) = properties.and_then(|p| p.get("CidrBlock")) else { return block };
        let Some(mut value) = self.value(stack, raw).filter(Value::is_known) else { return block };
        value.origin = self.made(block.origin, Via::Attribute(key.clone()), [value.origin]);
        value
    }
}

fn is_zones(target: &Target) -> bool {
    matches!(target, Target::Pseudo(name) if name.starts_with("Fn::GetAZs"))
}

/// Whether what a hole stands for may contain the delimiter.
fn may_contain(hole: &Value, delimiter: &str) -> bool {
    let Some(reference) = hole.as_reference() else { return true };
    match &reference.target {
        // Account ids, regions, partitions, zones and stack names are words of letters, digits and hyphens.
        Target::Pseudo(name) => {
            name == "AWS::StackId" || delimiter == "-" || name == "AWS::URLSuffix" && delimiter == "."
        }
        _ => true,
    }
}

/// The parts of a text between delimiters, and whether these are all: it stops where a hole may contain the delimiter.
pub(super) fn split_text(text: &Text, delimiter: &str, whole: impl Fn(&Value) -> bool) -> (Vec<Text>, bool) {
    let flat: Flat = text.flatten();
    let unsafe_hole =
        |range: std::ops::Range<usize>| text.slice(&flat, range).holes().any(|hole| !whole(hole));
    let mut parts = Vec::new();
    let mut start = 0;
    loop {
        let end = flat.text[start..].find(delimiter).map(|i| i + start);
        let range = start..end.unwrap_or(flat.text.len());
        if unsafe_hole(range.clone()) {
            return (parts, false);
        }
        parts.push(text.slice(&flat, range));
        match end {
            Some(end) if parts.len() < 10_000 => start = end + delimiter.len(),
            Some(_) => return (parts, false),
            None => return (parts, true),
        }
    }
}

/// The first `count` blocks with `bits` host bits inside a block.
fn subnets(block: &str, count: i64, bits: Option<i64>) -> Option<Vec<String>> {
    let (address, prefix) = block.trim().split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let prefix: u32 = prefix.parse().ok()?;
    let (width, start) = match address {
        IpAddr::V4(v4) => (32, u128::from(u32::from(v4))),
        IpAddr::V6(v6) => (128, u128::from(v6)),
    };
    let bits = match bits {
        Some(bits) => u32::try_from(bits).ok()?,
        None if width == 32 => 8,
        None => 64,
    };
    if prefix > width || bits > width - prefix || !(1..=256).contains(&count) {
        return None;
    }
    let step = 1u128.checked_shl(bits).unwrap_or(0);
    let host_mask = 1u128.checked_shl(width - prefix).map_or(u128::MAX, |s| s - 1);
    let room = width - prefix - bits;
    if room < 9 && count > (1i64 << room) {
        return None;
    }
    let base = start & !host_mask;
    let length = width - bits;
    let mut out = Vec::new();
    for index in 0..count.unsigned_abs() {
        let at = base + u128::from(index) * step;
        out.push(if width == 32 {
            format!("{}/{length}", std::net::Ipv4Addr::from(u32::try_from(at).ok()?))
        } else {
            format!("{}/{length}", std::net::Ipv6Addr::from(at))
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_cut_as_cloudformation_does() {
        assert_eq!(subnets("192.168.0.0/24", 6, Some(5)).unwrap()[5], "192.168.0.160/27");
        assert_eq!(subnets("10.0.0.0/16", 2, None).unwrap(), ["10.0.0.0/24", "10.0.1.0/24"]);
        assert_eq!(subnets("2001:db8::/56", 2, Some(64)).unwrap()[1], "2001:db8:0:1::/64");
        assert_eq!(subnets("10.0.0.0/24", 3, Some(7)), None);
        assert_eq!(subnets("10.0.0.0/24", 1, Some(99)), None);
        assert_eq!(subnets("::/0", 256, Some(120)).map(|b| b.len()), Some(256));
        assert_eq!(subnets("::/0", 1, Some(128)).unwrap(), ["::/0"]);
    }
}
