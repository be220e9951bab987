//! `iaclint graph`: who talks to whom, as a picture.

use std::collections::BTreeMap;

use iaclint_analysis::Analysis;
use iaclint_analysis::demands::Object;
use iaclint_analysis::needs::{Evidence, Need};
use iaclint_analysis::path::HopKind;
use iaclint_lint::{Finding, Selection, Severity};
use iaclint_model::called::{Called, called};
use iaclint_model::lb::LoadBalancer;
use iaclint_model::server::{ServerKind, server};
use iaclint_model::{Answer, Language, Model, ResourceId};
use iaclint_report::graph::{Dot, Drawing, Edge, Fault, Hop, Html, Mermaid, Node, NodeKind, Outcome};
use iaclint_report::mask;
use iaclint_value::OriginId;

use crate::Status;
use crate::arguments::{Graph, GraphFormat};
use crate::check::{judged, read};
use crate::config::Config;
use crate::output::{self, Failure};

/// Prints the picture, or writes it.
pub fn graph(arguments: &Graph) -> Result<Status, Failure> {
    let config = Config::load(&arguments.input, &arguments.paths)?;
    let parsed = read(&arguments.paths, &arguments.input, &config)?;
    let model = Model::new(&parsed.graph, parsed.project.sources());
    let analysis = Analysis::new(&model);
    let selection = Selection { today: Some(crate::today::today()), ..Selection::default() };
    let findings = judged(&parsed, &selection, &config).shown;
    let drawing = Artist::new(&analysis, &findings).draw();
    let text = match arguments.format {
        GraphFormat::Dot => Dot::render(&drawing),
        GraphFormat::Mermaid => Mermaid::render(&drawing),
        GraphFormat::Json => drawing.json(),
        GraphFormat::Html => Html::render(&drawing),
    };
    match &arguments.output {
        Some(path) => {
            output::write(path, &text)?;
            let path = mask::name(&path.to_string_lossy());
            let next = if arguments.format == GraphFormat::Html { "; open it in a browser" } else { "" };
            output::remark(&format!("{path} is written{next}\n"));
        }
        None => output::print(&text)?,
    }
    Ok(Status::Clean)
}

/// A picture in the making.
struct Artist<'a, 'm> {
    analysis: &'a Analysis<'m>,
    findings: &'a [Finding],
    drawing: Drawing,
    places: BTreeMap<ResourceId, usize>,
}

impl<'a, 'm> Artist<'a, 'm> {
    fn new(analysis: &'a Analysis<'m>, findings: &'a [Finding]) -> Self {
        let mut drawing = Drawing::default();
        let shown = findings.iter().filter(|f| f.severity > Severity::Advice);
        drawing.findings.extend(shown.map(|f| fault(analysis.model, f)));
        Self { analysis, findings, drawing, places: BTreeMap::new() }
    }

    fn draw(mut self) -> Drawing {
        for balancer in self.analysis.model.all::<LoadBalancer<'m>>() {
            self.node(balancer.id(), NodeKind::Balancer);
        }
        for workload in self.analysis.workloads() {
            let parts = [Some(workload.definition), workload.role, workload.execution_role];
            let parts: Vec<ResourceId> = parts.into_iter().flatten().collect();
            self.node_of(workload.id, NodeKind::Workload, &parts);
        }
        for id in self.analysis.model.ids() {
            if let Some(server) = server(self.analysis.model, id).filter(|s| s.id == id) {
                self.node(id, kind(server.kind));
            }
        }
        for need in self.analysis.needs() {
            self.need(need);
        }
        self.demands();
        self.drawing
    }

    /// An arrow for a need, along its way through the network.
    fn need(&mut self, need: &Need) {
        let path = self.analysis.path(need);
        let hops = path.hops.iter().map(|hop| Hop {
            name: name_of(hop.kind).to_owned(),
            verdict: outcome(hop.open),
            words: mask::message(&hop.words),
            place: self.place(hop.resource, hop.origin),
        });
        let hops = hops.collect();
        let evidence = match need.evidence {
            Evidence::Target(group) => {
                vec![format!("through {}", mask::name(self.analysis.model.address(group)))]
            }
            _ => need.settings.iter().map(|s| mask::name(s)).collect(),
        };
        let port = need.port.known().copied();
        self.edge(need.client.id, need.server.id, port, outcome(path.open), evidence, hops);
    }

    /// What is asked of AWS and is a resource of the graph: a queue, a bucket, a secret, a function that is invoked.
    fn demands(&mut self) {
        let model = self.analysis.model;
        for demand in self.analysis.demands() {
            let Object::Resource(object) = demand.object else { continue };
            let (Some(from), Some(to)) = (service_kind(model, demand.client), service_kind(model, object))
            else {
                continue;
            };
            let authority = match &demand.authority {
                verdict if verdict.is_denied() => Outcome::Closed,
                verdict if verdict.is_allowed() => Outcome::Open,
                _ => Outcome::CannotTell,
            };
            let network = demand.network.map_or(Outcome::Open, outcome);
            let verdict = match (authority, network) {
                (Outcome::Closed, _) | (_, Outcome::Closed) => Outcome::Closed,
                (Outcome::Open, Outcome::Open) => Outcome::Open,
                _ => Outcome::CannotTell,
            };
            self.node(demand.client, from);
            self.node(object, to);
            let mut hops = vec![Hop {
                name: "authority".to_owned(),
                verdict: authority,
                words: demand.action.to_owned(),
                place: None,
            }];
            if let Some(network) = demand.network {
                let words = "the way to the service's endpoint".to_owned();
                hops.push(Hop { name: "network".to_owned(), verdict: outcome(network), words, place: None });
            }
            let evidence = vec![mask::message(&demand.evidence)];
            self.edge(demand.client, object, None, verdict, evidence, hops);
        }
    }

    fn node(&mut self, id: ResourceId, kind: NodeKind) -> usize {
        self.node_of(id, kind, &[])
    }

    /// The node of a resource, which answers for the findings about its parts too.
    fn node_of(&mut self, id: ResourceId, kind: NodeKind, parts: &[ResourceId]) -> usize {
        if let Some(at) = self.places.get(&id) {
            return *at;
        }
        let model = self.analysis.model;
        let resource = model.resource(id);
        let names = |address: &str, span| {
            parts
                .iter()
                .chain([&id])
                .map(|id| model.resource(*id))
                .any(|r| r.span == span && *r.key.address == *address)
        };
        let about = |f: &Finding| {
            let instance = f.instances.iter().any(|address| names(address, f.subject.span));
            instance
                || names(&f.subject.address, f.subject.span)
                || f.related.iter().any(|r| names(&r.address, r.span))
        };
        let shown = self.findings.iter().filter(|f| f.severity > Severity::Advice);
        self.drawing.nodes.push(Node {
            address: mask::name(model.address(id)),
            label: mask::name(&label(model, id)),
            type_name: mask::name(&resource.type_name),
            kind,
            root: mask::name(&model.graph().root(resource.key.root).path),
            place: mask::name(&model.sources().display(resource.source.unwrap_or(resource.span))),
            findings: shown.enumerate().filter(|(_, f)| about(f)).map(|(at, _)| at).collect(),
        });
        let at = self.drawing.nodes.len() - 1;
        self.places.insert(id, at);
        at
    }

    fn edge(
        &mut self,
        from: ResourceId,
        to: ResourceId,
        port: Option<i64>,
        verdict: Outcome,
        evidence: Vec<String>,
        hops: Vec<Hop>,
    ) {
        let (from, to) = (self.node(from, NodeKind::Other), self.node(to, NodeKind::Other));
        let same = |e: &&mut Edge| (e.from, e.to, e.port, e.verdict) == (from, to, port, verdict);
        if let Some(known) = self.drawing.edges.iter_mut().find(same) {
            known.evidence.extend(evidence);
            known.evidence.dedup();
            return;
        }
        let of = |at: usize| &self.drawing.nodes[at].findings;
        let findings = of(from).iter().filter(|f| of(to).contains(f)).copied().collect();
        self.drawing.edges.push(Edge { from, to, port, verdict, evidence, hops, findings });
    }

    fn place(&self, resource: Option<ResourceId>, origin: OriginId) -> Option<String> {
        let model = self.analysis.model;
        let span = model.origins().span(origin).or_else(|| resource.map(|id| model.resource(id).span))?;
        Some(mask::name(&model.sources().display(span)))
    }
}

/// What a person calls a resource: its name, with the modules around it; without the names that say nothing.
fn label(model: &Model<'_>, id: ResourceId) -> String {
    let resource = model.resource(id);
    if model.language(id) != Language::Terraform {
        return resource.name.to_string();
    }
    let address = model.address(id);
    let own = format!("{}.{}", resource.type_name, resource.name);
    let (modules, instance) = match address.rfind(&own) {
        Some(at) => (address[..at].trim_end_matches('.'), &address[at + own.len()..]),
        None => ("", ""),
    };
    let modules = modules.trim_start_matches("module.").replace(".module.", " / ");
    match (modules.as_str(), resource.name.as_str()) {
        ("", name) => format!("{name}{instance}"),
        (modules, "this" | "main" | "default") if instance.is_empty() => modules.to_owned(),
        (modules, name) => format!("{modules} / {name}{instance}"),
    }
}

fn fault(model: &Model<'_>, finding: &Finding) -> Fault {
    let span = finding.subject.source.unwrap_or(finding.primary.span);
    Fault {
        rule: finding.rule.to_owned(),
        severity: finding.severity.name().to_owned(),
        headline: mask::message(&finding.headline),
        help: mask::message(&finding.help),
        place: mask::name(&model.sources().display(span)),
    }
}

fn kind(server: ServerKind) -> NodeKind {
    match server {
        ServerKind::Database => NodeKind::Database,
        ServerKind::Cache => NodeKind::Cache,
        ServerKind::Search => NodeKind::Search,
        ServerKind::Broker => NodeKind::Queue,
        ServerKind::Machine => NodeKind::Machine,
        ServerKind::Listener => NodeKind::Other,
    }
}

/// What a resource that is no server is in the picture; what is not called over a service's own interface is left out.
fn service_kind(model: &Model<'_>, id: ResourceId) -> Option<NodeKind> {
    Some(match called(&model.resource(id).type_name)? {
        Called::Queue => NodeKind::Queue,
        Called::Storage => NodeKind::Storage,
        Called::Secret => NodeKind::Secret,
        Called::Program => NodeKind::Workload,
    })
}

fn outcome(answer: Answer) -> Outcome {
    match answer {
        Answer::Yes => Outcome::Open,
        Answer::No => Outcome::Closed,
        Answer::Maybe => Outcome::CannotTell,
    }
}

fn name_of(hop: HopKind) -> &'static str {
    match hop {
        HopKind::Name => "by its name",
        HopKind::ClientGroups => "out of the client's security groups",
        HopKind::Acls => "through the network ACLs",
        HopKind::Route => "along the routes",
        HopKind::ServerGroups => "into the server's security groups",
    }
}
