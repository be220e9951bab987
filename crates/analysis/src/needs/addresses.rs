//! The addresses of servers that a value carries, itself or in a secret or parameter that it names.

use std::collections::BTreeMap;

use iaclint_model::endpoints::Endpoint;
use iaclint_model::secrets::{SecretTargetAttachment, SecretVersion, SecretsManagerSecret, SsmParameter};
use iaclint_model::{Model, Prop, ResourceId};
use iaclint_value::{Data, Piece, Text, Value};

/// An address of a server found in a value.
#[derive(Clone, Debug)]
pub struct Address {
    /// The resource whose attribute it is.
    pub id: ResourceId,
    /// What the attribute holds.
    pub kind: Endpoint,
    /// The port that is written behind it, or that the attribute decides.
    pub port: Option<i64>,
}

/// The addresses of resources that a value carries.
pub fn addresses<'m>(model: &'m Model<'m>, value: &'m Value) -> Vec<Address> {
    let mut out: Vec<Address> = Vec::new();
    value.walk(&mut |v| match &v.data {
        Data::Text(text) => {
            for (index, piece) in text.pieces().iter().enumerate() {
                let Piece::Hole(hole) = piece else { continue };
                if let Some(found) = address(model, hole) {
                    out.push(Address { port: port_behind(text, index).or(found.port), ..found });
                }
            }
        }
        Data::Reference(_) | Data::Unknown(_) => {
            out.extend(address(model, v).filter(|found| !out.iter().any(|a| a.id == found.id)));
        }
        _ => {}
    });
    out
}

/// The resource whose address a value is, or is cut out of: `split(":", aws_db_instance.main.endpoint)[0]`.
fn address<'m>(model: &'m Model<'m>, value: &'m Value) -> Option<Address> {
    let (reference, whole) = match &value.data {
        Data::Reference(reference) => (&**reference, true),
        Data::Unknown(unknown) if unknown.candidates.is_empty() => match &*unknown.depends_on {
            [reference] => (&**reference, false),
            _ => return None,
        },
        _ => return None,
    };
    let (id, kind) = model.endpoint(reference).filter(|(_, kind)| kind.is_address())?;
    let kind = if whole { kind } else { Endpoint::Other };
    Some(Address { id, kind, port: model.port_of_endpoint(reference) })
}

/// The port written right behind the piece: `:6380` in `${host}:6380/0`.
fn port_behind(text: &Text, index: usize) -> Option<i64> {
    let Some(Piece::Literal(next)) = text.pieces().get(index + 1) else { return None };
    let digits = next.text.strip_prefix(':')?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok().filter(|p| (1..=65535).contains(p))
}

/// What secrets and parameters lead to: the servers whose addresses they carry.
pub(super) struct Carriers {
    pub(super) by_secret: BTreeMap<ResourceId, Vec<ResourceId>>,
}

impl Carriers {
    pub(super) fn new<'m>(model: &'m Model<'m>) -> Self {
        let mut by_secret: BTreeMap<ResourceId, Vec<ResourceId>> = BTreeMap::new();
        let mut add = |secret: ResourceId, servers: Vec<ResourceId>| {
            let known = by_secret.entry(secret).or_default();
            for server in servers {
                if !known.contains(&server) {
                    known.push(server);
                }
            }
        };
        // One of several possible texts leads there as well: where it holds, the client is given the address.
        let carried = |value: Prop<&'m Value>| -> Vec<ResourceId> {
            let possible = match value {
                Prop::Known { value, .. } => vec![value],
                Prop::OneOf { values, .. } => values,
                Prop::Absent { .. } | Prop::Unknown { .. } => Vec::new(),
            };
            possible.into_iter().flat_map(|value| addresses(model, value)).map(|a| a.id).collect()
        };
        for attachment in model.all::<SecretTargetAttachment<'m>>() {
            let Some(target) = attachment.target() else { continue };
            add(attachment.id(), vec![target]);
            if let Some(secret) = attachment.secret() {
                add(secret, vec![target]);
            }
        }
        for version in model.all::<SecretVersion<'m>>() {
            let servers = carried(version.secret_string());
            add(version.id(), servers.clone());
            if let Some(secret) = version.secret() {
                add(secret, servers);
            }
        }
        for secret in model.all::<SecretsManagerSecret<'m>>() {
            add(secret.id(), carried(secret.secret_string()));
            add(secret.id(), carried(secret.template()));
        }
        for parameter in model.all::<SsmParameter<'m>>() {
            add(parameter.id(), carried(parameter.value()));
        }
        by_secret.retain(|_, servers| !servers.is_empty());
        Self { by_secret }
    }
}
