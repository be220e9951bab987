//! Names by which the tasks of a service are found: in the DNS of a namespace, or by Service Connect.

use std::collections::BTreeMap;

use iaclint_model::cluster::Cluster;
use iaclint_model::discovery::{
    ConnectAlias, ConnectService, DiscoveryService, PrivateNamespace, PublicNamespace, ServiceConnect,
    ServiceRegistry, cloud_map_name,
};
use iaclint_model::workload::{Setting, Workload};
use iaclint_model::{Answer, Entity, Link, Many, Model, Prop, ResourceId};
use iaclint_value::{Data, OriginId, Piece, Value};

use super::mention::{mention, port_beside, says_who_may_call};
use super::{Evidence, Need, add};
use crate::Analysis;
use crate::ends::Client;

/// How a client looks a name up.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Whether it finds the server.
    pub found: Answer,
    /// How, or why not.
    pub words: String,
    /// What gives the name.
    pub holder: ResourceId,
    /// The place.
    pub origin: OriginId,
}

/// A name by which the tasks of a service are found.
struct Registration {
    /// The service: its place in [`Analysis::workloads`].
    server: usize,
    by: By,
    holder: ResourceId,
    origin: OriginId,
}

enum By {
    /// The DNS of these VPCs; of all when there is no list.
    Dns(Option<Many<Link>>),
    /// The proxies of Service Connect.
    Connect {
        namespace: Namespace,
        /// The port that clients call.
        asked: Prop<i64>,
        /// The port that the server's tasks listen on.
        listens: Prop<i64>,
    },
}

/// A namespace of Service Connect.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Namespace {
    Resource(ResourceId),
    Named(String),
    Unknown,
}

/// Every name by which services are found.
pub(super) struct Names {
    by_name: BTreeMap<String, Vec<Registration>>,
}

impl Names {
    pub(super) fn new(analysis: &Analysis<'_>) -> Self {
        let mut names = Self { by_name: BTreeMap::new() };
        for (server, workload) in analysis.workloads().iter().enumerate() {
            names.in_dns(analysis.model, server, workload);
            names.in_connect(analysis.model, server, workload);
        }
        names
    }

    fn add(&mut self, name: String, registration: Registration) {
        if !name.is_empty() && !name.contains(HOLE) {
            self.by_name.entry(name).or_default().push(registration);
        }
    }

    fn in_dns(&mut self, model: &Model<'_>, server: usize, workload: &Workload<'_>) {
        let Some(service) = &workload.service else { return };
        for registry in service.registries().map(ServiceRegistry::of).items {
            for holder in registry.registry().items.iter().filter_map(Link::id) {
                let Some(discovery) = model.get::<DiscoveryService<'_>>(holder) else { continue };
                let Some(namespace) = discovery.in_namespace().filter(|_| discovery.has_addresses()) else {
                    continue;
                };
                let vpc = match model.get::<PrivateNamespace<'_>>(namespace) {
                    Some(private) => Some(private.vpc()),
                    None if model.get::<PublicNamespace<'_>>(namespace).is_some() => None,
                    None => continue,
                };
                let Some(name) = cloud_map_name(model, namespace) else { continue };
                let name = format!("{}.{}", spelt(model, &discovery.name()), spelt(model, &name));
                let origin = registry.origin();
                self.add(name, Registration { server, by: By::Dns(vpc), holder, origin });
            }
        }
    }

    fn in_connect(&mut self, model: &Model<'_>, server: usize, workload: &Workload<'_>) {
        let Some(connect) = connect_of(workload) else { return };
        let namespace = namespace_of(model, workload, &connect);
        let domain = match &namespace {
            Namespace::Resource(id) => cloud_map_name(model, *id).map(|name| spelt(model, &name)),
            Namespace::Named(name) => Some(name.clone()),
            Namespace::Unknown => None,
        };
        for offered in connect.services().map(ConnectService::of).items {
            let own = match offered.discovery_name() {
                Prop::Absent { .. } => {
                    offered.port_name().known().cloned().unwrap_or_else(|| HOLE.to_string())
                }
                name => spelt(model, &name),
            };
            let listens = match offered.ingress_port() {
                Prop::Absent { .. } => port_named(workload, &offered.port_name()),
                port => port,
            };
            for alias in offered.aliases().map(ConnectAlias::of).items {
                let name = match (alias.dns_name(), &domain) {
                    (Prop::Absent { .. }, Some(domain)) => format!("{own}.{domain}"),
                    (Prop::Absent { .. }, None) => continue,
                    (name, _) => spelt(model, &name),
                };
                let by = By::Connect {
                    namespace: namespace.clone(),
                    asked: alias.port(),
                    listens: listens.clone(),
                };
                let (holder, origin) = (workload.id, alias.origin());
                self.add(name.to_ascii_lowercase(), Registration { server, by, holder, origin });
            }
        }
    }

    /// The services that the settings of a workload name.
    pub(super) fn needs(&self, analysis: &Analysis<'_>, index: usize, workload: &Workload<'_>) -> Vec<Need> {
        let mut out = Vec::new();
        for setting in workload.settings.items.iter().filter(|s| !says_who_may_call(s)) {
            let mut texts = Vec::new();
            setting.value.walk(&mut |part| {
                if matches!(part.data, Data::Text(_)) {
                    texts.push(spelt_value(analysis.model, part).to_ascii_lowercase());
                }
            });
            for (name, registrations) in &self.by_name {
                let Some(mention) = texts.iter().find_map(|text| mention(text, name, setting)) else {
                    continue;
                };
                let port = mention.port.or_else(|| port_beside(setting, &workload.settings.items));
                for need in found(analysis, (index, workload), setting, name, registrations, port) {
                    add(&mut out, need);
                }
            }
        }
        out
    }
}

/// The servers that a client finds under a name. One that it surely finds is preferred; of several that it may not, nothing is said.
fn found(
    analysis: &Analysis<'_>,
    (index, workload): (usize, &Workload<'_>),
    setting: &Setting<'_>,
    name: &str,
    registrations: &[Registration],
    port: Option<i64>,
) -> Vec<Need> {
    let model = analysis.model;
    let client = Client::of(workload);
    let near = registrations.iter().filter(|registration| {
        let server = analysis.workloads()[registration.server].id;
        let exists = |id: ResourceId| &model.resource(id).existence;
        registration.server != index
            && model.same_root(server, workload.id)
            && exists(server).compatible(exists(workload.id))
    });
    let asked = |registration: &&Registration| match &registration.by {
        By::Connect { asked, .. } => port.is_none_or(|port| asked.may(|asked| *asked == port)),
        By::Dns(_) => true,
    };
    let (on_port, elsewhere): (Vec<&Registration>, Vec<&Registration>) = near.partition(asked);
    let wrong_port = on_port.is_empty();
    let mut out: Vec<Need> = Vec::new();
    for registration in if wrong_port { elsewhere } else { on_port } {
        let Some(server) = analysis.listener(analysis.workloads()[registration.server].id) else { continue };
        let (answer, words) = if wrong_port {
            (Answer::No, wrong_port_words(name, registration))
        } else {
            look_up(analysis, workload, &client, name, registration)
        };
        let origin = setting.value.origin;
        let port = match (&registration.by, port) {
            _ if wrong_port => Prop::Unknown { origin },
            (By::Connect { listens, .. }, _) => listens.clone(),
            (By::Dns(_), Some(port)) => Prop::written(port, origin),
            (By::Dns(_), None) => Prop::Unknown { origin },
        };
        out.push(Need {
            client: client.clone(),
            workload: Some(index),
            server,
            port,
            evidence: Evidence::Name(registration.holder),
            setting: setting.name.clone(),
            origin,
            settings: setting.name.iter().cloned().collect(),
            lookup: Some(Lookup {
                found: answer,
                words,
                holder: registration.holder,
                origin: registration.origin,
            }),
        });
    }
    let surely = |need: &Need| need.lookup.as_ref().is_some_and(|lookup| lookup.found == Answer::Yes);
    if out.iter().any(surely) {
        out.retain(surely);
    } else if out.len() > 1 {
        out.clear();
    }
    out
}

fn wrong_port_words(name: &str, registration: &Registration) -> String {
    match &registration.by {
        By::Connect { asked: Prop::Known { value, .. }, .. } => {
            format!("{name} answers on port {value} alone")
        }
        _ => format!("{name} answers on another port"),
    }
}

/// Whether a client finds the server of a registration.
fn look_up(
    analysis: &Analysis<'_>,
    workload: &Workload<'_>,
    client: &Client,
    name: &str,
    registration: &Registration,
) -> (Answer, String) {
    let model = analysis.model;
    match &registration.by {
        By::Dns(None) => (Answer::Yes, format!("public DNS answers {name}")),
        By::Dns(Some(vpcs)) => {
            let vpc = vpcs.items.first().and_then(Link::id);
            let of = vpc.map_or_else(|| "its VPC".to_owned(), |vpc| model.short(vpc));
            if client.outside {
                return (
                    Answer::No,
                    format!("only the DNS of {of} answers {name}, and the client is outside of it"),
                );
            }
            match (vpc, analysis.network().vpc_of_any(&client.subnets)) {
                (Some(vpc), Some(own)) if vpc == own => {
                    (Answer::Yes, format!("the DNS of {of} answers {name}"))
                }
                _ => (
                    Answer::Maybe,
                    format!("the DNS of {of} answers {name}, and the client may be in another VPC"),
                ),
            }
        }
        By::Connect { namespace, .. } => {
            let Some(service) = &workload.service else {
                return (Answer::No, format!("{name} is known to services of ECS alone, by Service Connect"));
            };
            let missing = (
                Answer::No,
                format!(
                    "{} has no part in Service Connect, so it does not know {name}",
                    model.short(workload.id)
                ),
            );
            match connect_of(workload) {
                None if service.connect().complete => missing,
                None => (Answer::Maybe, "the client's Service Connect is not known".to_owned()),
                Some(connect) if connect.enabled().must(|enabled| !enabled) => missing,
                Some(connect) => {
                    in_namespace(model, name, namespace, &namespace_of(model, workload, &connect))
                }
            }
        }
    }
}

fn in_namespace(model: &Model<'_>, name: &str, server: &Namespace, client: &Namespace) -> (Answer, String) {
    let words = |namespace: &Namespace| match namespace {
        Namespace::Resource(id) => model.short(*id),
        Namespace::Named(name) => name.clone(),
        Namespace::Unknown => "a namespace that is not known".to_owned(),
    };
    let (of_server, of_client) = (words(server), words(client));
    match (server, client) {
        (Namespace::Unknown, _) | (_, Namespace::Unknown) => {
            (Answer::Maybe, format!("{name} is of {of_server}, and the client of {of_client}"))
        }
        _ if server == client => (Answer::Yes, format!("Service Connect knows {name} in {of_server}")),
        // One of them may be the name of the other.
        (Namespace::Named(one), _) | (_, Namespace::Named(one)) if !is_plain(one) => {
            (Answer::Maybe, format!("{name} is of {of_server}, and the client of {of_client}"))
        }
        _ => (Answer::No, format!("{name} is known in {of_server}, and the client is in {of_client}")),
    }
}

/// Whether a name is one, and not a reference or an ARN.
fn is_plain(name: &str) -> bool {
    !name.contains(['$', ':', HOLE])
}

/// The part of a service in Service Connect.
fn connect_of<'m>(workload: &Workload<'m>) -> Option<ServiceConnect<'m>> {
    Some(ServiceConnect::of(*workload.service.as_ref()?.connect().items.first()?))
}

/// The namespace that a service names, else its cluster's.
fn namespace_of<'m>(
    model: &'m Model<'m>,
    workload: &Workload<'m>,
    connect: &ServiceConnect<'m>,
) -> Namespace {
    let written = match connect.namespace() {
        Prop::Absent { .. } => {
            let clusters =
                workload.service.as_ref().map(|service| service.cluster().items).unwrap_or_default();
            let cluster = clusters.first().and_then(Link::id).and_then(|id| model.get::<Cluster<'m>>(id));
            let Some(cluster) = cluster else { return Namespace::Unknown };
            cluster.connect_namespace()
        }
        written => written,
    };
    let Prop::Known { value, .. } = written else { return Namespace::Unknown };
    match model.links_in(value).items.as_slice() {
        [Link::Resource { id, .. }] if cloud_map_name(model, *id).is_some() => {
            return Namespace::Resource(*id);
        }
        _ => {}
    }
    let name = spelt_value(model, value);
    if name.contains(HOLE) {
        return Namespace::Unknown;
    }
    let same_name = |id: &ResourceId| {
        model.same_root(*id, workload.id)
            && model.get::<DiscoveryService<'_>>(*id).is_none()
            && cloud_map_name(model, *id).is_some_and(|known| spelt(model, &known) == name)
    };
    model.ids().find(same_name).map_or(Namespace::Named(name), Namespace::Resource)
}

/// The port of a container that has this name.
fn port_named(workload: &Workload<'_>, name: &Prop<String>) -> Prop<i64> {
    let unknown = Prop::Unknown { origin: name.origin() };
    let Some(name) = name.known() else { return unknown };
    let containers = workload.task.map(|task| task.containers().items).unwrap_or_default();
    let mut ports = containers.iter().flat_map(|container| container.ports().items);
    ports.find(|port| port.name().known() == Some(name)).map_or(unknown, |port| port.container_port())
}

/// Stands for what is not known of a name.
const HOLE: char = '\u{fffc}';

/// A name as it is written, with the names of namespaces and services in their place.
fn spelt<'m>(model: &Model<'m>, name: &Prop<&'m Value>) -> String {
    match name {
        Prop::Known { value, .. } => spelt_value(model, value).to_ascii_lowercase(),
        _ => HOLE.to_string(),
    }
}

fn spelt_value<'m>(model: &Model<'m>, value: &'m Value) -> String {
    match &value.data {
        Data::Text(text) => text
            .pieces()
            .iter()
            .map(|piece| match piece {
                Piece::Literal(literal) => literal.text.to_string(),
                Piece::Hole(hole) => spelt_value(model, hole),
            })
            .collect(),
        Data::Reference(reference) => {
            let attribute = model.follow(reference).attribute();
            let name = match model.resolve(reference) {
                [id] if attribute.eq_ignore_ascii_case("name") => cloud_map_name(model, *id),
                _ => None,
            };
            name.map_or_else(|| format!("${{{}}}", model.follow(reference)), |name| spelt(model, &name))
        }
        Data::Number(_) | Data::Bool(_) => value.display(),
        _ => HOLE.to_string(),
    }
}
