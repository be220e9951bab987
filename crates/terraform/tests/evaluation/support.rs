//! What the tests of this crate share: a project in memory, loaded as one root.

use std::path::Path;

use iaclint_graph::{Graph, Resource};
use iaclint_source::{Problem, ProblemKind, Project, Sources};
use iaclint_terraform::{Inputs, Loader};
use iaclint_value::{OriginId, RootId, Value, Via};

/// A loaded root with its sources.
pub struct Loaded {
    pub project: Project,
    pub graph: Graph,
}

/// Loads `/` of a project of these files.
pub fn load<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Loaded {
    load_with(files, &Inputs::default())
}

/// The same with inputs.
pub fn load_with<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, inputs: &Inputs) -> Loaded {
    let project = Project::in_memory(files);
    let fragment = Loader::new(&project).load(Path::new("/"), RootId(0), inputs);
    Loaded { graph: Graph::new(vec![fragment]), project }
}

/// Loads one file.
pub fn main_tf(text: &str) -> Loaded {
    load([("main.tf", text)])
}

impl Loaded {
    pub fn sources(&self) -> &Sources {
        self.project.sources()
    }

    /// The addresses of all resources.
    pub fn addresses(&self) -> Vec<&str> {
        self.graph.resources().iter().map(|r| r.key.address.as_str()).collect()
    }

    pub fn resource(&self, address: &str) -> &Resource {
        let found = self.graph.resources().iter().find(|r| r.key.address == address);
        found.unwrap_or_else(|| panic!("no {address} in {:?}", self.addresses()))
    }

    /// An attribute of a resource.
    pub fn value(&self, address: &str, attribute: &str) -> &Value {
        let resource = self.resource(address);
        resource.body.get(attribute).unwrap_or_else(|| panic!("no {attribute} in {}", resource.body))
    }

    /// An output of the root.
    pub fn output(&self, name: &str) -> &Value {
        let outputs = &self.graph.roots()[0].scopes[0].outputs;
        &outputs.iter().find(|o| o.name == name).unwrap_or_else(|| panic!("no output {name}")).value
    }

    /// The output as one line.
    pub fn shown(&self, name: &str) -> String {
        self.output(name).display()
    }

    /// `step file:line:column` from the use back to the writing.
    pub fn trail(&self, origin: OriginId) -> Vec<String> {
        let steps = self.graph.origins().trail(origin);
        steps.into_iter().map(|o| format!("{} {}", step(o.via), self.sources().display(o.span))).collect()
    }

    /// `file:line:column: message` of every problem.
    pub fn problems(&self) -> Vec<String> {
        self.graph.problems().iter().map(|p| self.told(p)).collect()
    }

    /// Those that are certain, sorted.
    pub fn faults(&self) -> Vec<String> {
        let certain = self.graph.problems().iter().filter(|p| p.kind != ProblemKind::NotEvaluated);
        let mut told: Vec<String> = certain.map(|p| self.told(p)).collect();
        told.sort();
        told
    }

    fn told(&self, problem: &Problem) -> String {
        match problem.span {
            Some(span) => format!("{}: {}", self.sources().display(span), problem.message),
            None => problem.message.clone(),
        }
    }
}

fn step(via: &Via) -> String {
    match via {
        Via::Written => "written".to_owned(),
        Via::Default(name) => format!("default {name}"),
        Via::Given(name) => format!("given {name}"),
        Via::Variable(name) => format!("var {name}"),
        Via::Local(name) => format!("local {name}"),
        Via::Output(name) => format!("output {name}"),
        Via::Attribute(key) => format!("attribute {}", key.address),
        Via::Function(name) => format!("function {name}"),
        Via::Import(name) => format!("import {name}"),
        Via::Each => "each".to_owned(),
        Via::Branch => "branch".to_owned(),
        Via::Template => "template".to_owned(),
    }
}
