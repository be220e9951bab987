//! Prefix lists: named sets of addresses that rules and routes may name.

use iaclint_value::Value;

use crate::entity::entities;
use crate::{Many, Model, Prop, ResourceId, User};

entities! {
    /// A prefix list of one's own.
    PrefixList: ["aws_ec2_managed_prefix_list"] | ["AWS::EC2::PrefixList"] {
        /// Entries written into it.
        inline_entries: nodes = "entry" | "Entries";
    }

    /// An entry written into a list.
    InlineEntry: ["aws_ec2_managed_prefix_list/entry"] | ["AWS::EC2::PrefixList/Entries"] {
        /// Its addresses.
        cidr: raw = "cidr" | "Cidr";
    }

    /// An entry as a resource of its own.
    PrefixListEntry: ["aws_ec2_managed_prefix_list_entry"] | [] {
        /// The list.
        list: link = "prefix_list_id" | "";
        /// Its addresses.
        cidr: raw = "cidr" | "";
    }
}

/// The addresses of a prefix list of the graph. Not complete when entries may be made elsewhere; `None` for what is no such list.
pub fn addresses_of_list<'m>(model: &'m Model<'m>, id: ResourceId) -> Option<Many<&'m Value>> {
    let list = model.get::<PrefixList<'m>>(id)?;
    let entries = list.inline_entries();
    let mut out =
        Many { items: Vec::new(), complete: entries.complete && !crate::ec2::leaves_the_root(model, id) };
    let cidrs = entries.items.into_iter().map(|node| <InlineEntry<'m> as crate::Entity<'m>>::of(node).cidr());
    let own = model.uses(id).iter().filter_map(|used| match used.by {
        User::Resource(by) => model.get::<PrefixListEntry<'m>>(by),
        User::Output(..) | User::Opaque(..) => None,
    });
    for cidr in cidrs.chain(own.filter(|entry| entry.list() == Some(id)).map(|entry| entry.cidr())) {
        match cidr {
            Prop::Known { value, .. } => out.items.push(value),
            _ => out.complete = false,
        }
    }
    Some(out)
}
