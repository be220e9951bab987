//! Which resource a person means: by its address, the end of it, a name in it or in its construct's path, or the name that AWS knows.

use iaclint_analysis::Analysis;
use iaclint_analysis::ends::Client;
use iaclint_model::server::Server;
use iaclint_model::{Model, ResourceId};

use crate::output::Failure;

/// How many candidates are listed.
const SHOWN: usize = 8;

/// The client that a text names.
pub(super) fn client(analysis: &Analysis<'_>, text: &str) -> Result<Client, Failure> {
    let model = analysis.model;
    let all: Vec<ResourceId> = analysis.clients();
    let id = named(
        model,
        text,
        &all,
        "is no client: no service, function, instance or load balancer is called so",
    )?;
    analysis.client(id).ok_or_else(|| Failure::new(format!("{text} is no client")))
}

/// The server that a text names.
pub(super) fn server(analysis: &Analysis<'_>, text: &str) -> Result<Server, Failure> {
    let model = analysis.model;
    let all: Vec<ResourceId> = analysis.listeners();
    let id = named(model, text, &all, "is no server: nothing that listens in the network is called so")?;
    analysis.listener(id).ok_or_else(|| Failure::new(format!("{text} is no server")))
}

/// The only resource that a text names, by the first reading that finds any.
fn named(model: &Model<'_>, text: &str, all: &[ResourceId], none: &str) -> Result<ResourceId, Failure> {
    let addresses: Vec<&str> = all.iter().map(|id| model.address(*id)).collect();
    let readings: [&dyn Fn(usize) -> bool; 4] = [
        &|at| addresses[at] == text,
        &|at| ends_in(addresses[at], text),
        &|at| {
            has_name(addresses[at], text)
                || model.construct(all[at]).is_some_and(|construct| has_name(&construct, text))
        },
        &|at| name_in_aws(model, all[at]).is_some_and(|name| name == text),
    ];
    for reading in readings {
        let found: Vec<usize> = (0..all.len()).filter(|at| reading(*at)).collect();
        match found[..] {
            [] => {}
            [at] => return Ok(all[at]),
            _ => {
                let list = list(found.iter().map(|at| addresses[*at]));
                return Err(Failure::new(format!("{text} may be one of several"))
                    .with_help(format!("name one: {list}")));
            }
        }
    }
    // It may well be there, but be something else.
    let other = model.ids().find(|id| model.address(*id) == text || ends_in(model.address(*id), text));
    let failure = match other {
        Some(id) => {
            Failure::new(format!("{text} is a {}: it {}", model.resource(id).type_name, &none["is ".len()..]))
        }
        None => Failure::new(format!("{text} {none}")),
    };
    Err(match iaclint_lint::closest(text, words(&addresses).into_iter()) {
        Some(near) => failure.with_help(format!("did you mean {near}?")),
        None if addresses.is_empty() => failure,
        None => failure.with_help(format!("there are {}", list(addresses.iter().copied()))),
    })
}

/// Whole addresses, and their ends without modules: what a mistyped text is compared with.
fn words<'a>(addresses: &[&'a str]) -> Vec<&'a str> {
    let mut out: Vec<&str> = addresses.to_vec();
    for address in addresses {
        let parts: Vec<usize> = address.rmatch_indices('.').map(|(at, _)| at + 1).collect();
        // `type.name` and `name`.
        out.extend(parts.iter().take(2).map(|at| &address[*at..]));
    }
    out
}

fn ends_in(address: &str, text: &str) -> bool {
    address.strip_suffix(text).is_some_and(|before| before.ends_with(['.', '/']))
}

/// Whether a module, an instance or the resource has this name.
fn has_name(address: &str, text: &str) -> bool {
    let edge = |c: char| ".[]\"/".contains(c);
    address.split(edge).any(|part| part == text)
}

/// The name that AWS knows the resource by, if it is written.
fn name_in_aws(model: &Model<'_>, id: ResourceId) -> Option<String> {
    let body = &model.resource(id).body;
    let object = body.as_object()?;
    let names = [
        "name",
        "identifier",
        "cluster_identifier",
        "replication_group_id",
        "cluster_id",
        "function_name",
        "domain_name",
        "ServiceName",
        "FunctionName",
        "DBInstanceIdentifier",
        "DBClusterIdentifier",
        "ReplicationGroupId",
        "ClusterName",
        "DomainName",
        "Name",
    ];
    names.iter().find_map(|name| Some(object.get(name)?.as_str()?.into_owned()))
}

fn list<'a>(of: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = of.collect();
    let more = all.len().saturating_sub(SHOWN);
    let shown = all.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_named_by_its_end_or_by_a_name_in_it() {
        assert!(ends_in("module.a.aws_ecs_service.api", "aws_ecs_service.api"));
        assert!(ends_in("Stack/Worker", "Worker") && !ends_in("Stack/Worker", "orker"));
        assert!(has_name("module.tenant[\"demo\"].aws_ecs_service.this", "demo"));
        assert!(has_name("module.vespa.aws_instance.this", "vespa"));
        assert!(!has_name("module.vespa.aws_instance.this", "vesp"));
    }

    #[test]
    fn a_mistyped_name_is_compared_with_the_ends_of_addresses() {
        let all = words(&["module.a.aws_ecs_service.api"]);
        assert_eq!(all, ["module.a.aws_ecs_service.api", "api", "aws_ecs_service.api"]);
    }
}
