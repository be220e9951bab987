//! The resources that talk to each other, as a picture: for Graphviz, for Markdown, for other programs, and as a page to look at.

mod dot;
mod html;
mod mermaid;

use serde::Serialize;

pub use dot::Dot;
pub use html::Html;
pub use mermaid::Mermaid;

/// The version of the JSON form: it changes when a field changes its meaning or goes, not when one is added.
const VERSION: u32 = 1;

/// What is drawn. All texts in it are as they may be shown: masked already.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Drawing {
    /// The resources.
    pub nodes: Vec<Node>,
    /// Who talks to whom.
    pub edges: Vec<Edge>,
    /// What is wrong; nodes and edges name their findings by place in this list.
    pub findings: Vec<Fault>,
}

/// A resource.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Node {
    /// Its address, which no other node of its root has.
    pub address: String,
    /// A short name.
    pub label: String,
    /// Its type: `aws_ecs_service`, `AWS::ECS::Service`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What it is.
    pub kind: NodeKind,
    /// The root that it stands in.
    pub root: String,
    /// `path:line`.
    pub place: String,
    /// The findings about it.
    pub findings: Vec<usize>,
}

/// What a resource is in the picture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// Spreads requests: a load balancer, an API.
    Balancer,
    /// Runs the user's program: a service, a function.
    Workload,
    /// A machine.
    Machine,
    /// A database.
    Database,
    /// A cache.
    Cache,
    /// A search index.
    Search,
    /// A queue, topic, stream or bus.
    Queue,
    /// A bucket, file system or table.
    Storage,
    /// A secret or parameter.
    Secret,
    /// Something else that is called.
    Other,
}

/// Whether something can be done.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub enum Outcome {
    /// It can.
    #[serde(rename = "open")]
    Open,
    /// It cannot.
    #[serde(rename = "closed")]
    Closed,
    /// The configuration does not say.
    #[serde(rename = "cannot tell")]
    CannotTell,
}

impl Outcome {
    /// Its name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Open => "open",
            Outcome::Closed => "closed",
            Outcome::CannotTell => "cannot tell",
        }
    }
}

/// A client that talks to a server.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Edge {
    /// The client, by its place in the nodes.
    pub from: usize,
    /// The server, by its place in the nodes.
    pub to: usize,
    /// The port, where known.
    pub port: Option<i64>,
    /// Whether it gets there.
    pub verdict: Outcome,
    /// How we know that the client talks to the server.
    pub evidence: Vec<String>,
    /// The way, hop by hop.
    pub hops: Vec<Hop>,
    /// The findings about this pair.
    pub findings: Vec<usize>,
}

/// A place on the way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Hop {
    /// What is passed.
    pub name: String,
    /// Whether it lets the client through.
    pub verdict: Outcome,
    /// What opens or closes it.
    pub words: String,
    /// `path:line`, where one decides.
    pub place: Option<String>,
}

/// A finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fault {
    /// The rule.
    pub rule: String,
    /// `error`, `warning`, `advice`.
    pub severity: String,
    /// What is wrong.
    pub headline: String,
    /// What to do.
    pub help: String,
    /// `path:line`.
    pub place: String,
}

impl Drawing {
    /// As one JSON object.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct Document<'d> {
            version: u32,
            #[serde(flatten)]
            drawing: &'d Drawing,
        }
        // Texts, numbers and lists always serialize.
        let document = Document { version: VERSION, drawing: self };
        serde_json::to_string_pretty(&document).map(|text| text + "\n").unwrap_or_default()
    }

    /// The roots with the places of their nodes, in order.
    fn roots(&self) -> Vec<(&str, Vec<usize>)> {
        let mut out: Vec<(&str, Vec<usize>)> = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            match out.iter_mut().find(|(root, _)| *root == node.root) {
                Some((_, list)) => list.push(at),
                None => out.push((&node.root, vec![at])),
            }
        }
        out
    }

    /// The worst severity of the findings with these places.
    fn worst(&self, findings: &[usize]) -> Option<&str> {
        let has = |severity: &str| {
            findings.iter().filter_map(|at| self.findings.get(*at)).any(|f| f.severity == severity)
        };
        ["error", "warning", "advice"].into_iter().find(|severity| has(severity))
    }
}
