//! References: which thing a value speaks of, when its content is known only after the deployment.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::Name;

/// A root of the graph: a Terraform root module, or one set of templates that are deployed together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct RootId(pub u32);

/// A resource by its root and its address there: `module.a["x"].aws_ecs_service.this`, or `<Stack>/<LogicalId>`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ResourceKey {
    /// The root that declares it.
    pub root: RootId,
    /// Its address within the root.
    pub address: Name,
}

impl ResourceKey {
    /// A key.
    pub fn new(root: RootId, address: impl Into<Name>) -> Self {
        Self { root, address: address.into() }
    }
}

/// What a reference points at.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// A resource or data source of the graph.
    Resource(ResourceKey),
    /// A variable or template parameter without a known value.
    Input {
        /// The root.
        root: RootId,
        /// The name, with its module path where it has one (`module.a.var.b`).
        name: Name,
    },
    /// An output of a module whose source is not here.
    Module {
        /// The call's address: `module.vpc`.
        call: ResourceKey,
        /// The module's source as written: `terraform-aws-modules/vpc/aws`.
        source: Name,
    },
    /// A value exported by a stack that is not here, or a remote state that is not here, by name.
    Import(Name),
    /// A pseudo parameter or its Terraform twin: `AWS::Region`, `AWS::AccountId`, `AWS::Partition`, `AWS::URLSuffix`, `AWS::StackName`.
    Pseudo(Name),
    /// A dynamic reference to a service: `secretsmanager`, `ssm`, `ssm-secure` with the key as written.
    Dynamic {
        /// The service.
        service: Name,
        /// What follows it.
        key: Name,
    },
}

/// One step into what a reference points at.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// An attribute or an object's key.
    Attr(Name),
    /// A list's element, from 0.
    Index(u32),
    /// Every element (a splat), or one whose key is not known.
    Any,
}

/// The way into what a reference points at. Mostly one step, which needs no room of its own.
pub type Path = SmallVec<[Step; 1]>;

/// An attribute of a thing: `aws_db_instance.main.endpoint`, `Fn::GetAtt` of `Db` and `Endpoint.Address`.
///
/// CloudFormation's `Ref` of a resource is the path `["Ref"]`, since what it yields depends on the type; a Terraform reference to a
/// whole resource has an empty path.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Reference {
    /// The thing.
    pub target: Target,
    /// The way into it.
    pub path: Path,
}

impl Reference {
    /// A reference to the whole of something.
    pub fn to(target: Target) -> Self {
        Self { target, path: Path::new() }
    }

    /// A reference to `path` (attribute names joined by dots; a number is an index, `*` is any) of a resource.
    pub fn resource(key: ResourceKey, path: &str) -> Self {
        let path = path.split('.').filter(|s| !s.is_empty()).map(Step::parse).collect();
        Self { target: Target::Resource(key), path }
    }

    /// The resource that it points at.
    pub fn key(&self) -> Option<&ResourceKey> {
        match &self.target {
            Target::Resource(key) => Some(key),
            _ => None,
        }
    }

    /// The attribute names of the path joined by dots; indices and splats are left out: `cache_nodes.address`.
    pub fn attribute(&self) -> String {
        let names: Vec<&str> = self
            .path
            .iter()
            .filter_map(|s| match s {
                Step::Attr(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        names.join(".")
    }

    /// How it is written: `aws_db_instance.main.endpoint`.
    pub fn name(&self) -> Name {
        let mut out = match &self.target {
            Target::Resource(key) | Target::Module { call: key, .. } => key.address.clone(),
            other => other.to_string().into(),
        };
        for step in &self.path {
            match step {
                Step::Attr(name) => {
                    out.push('.');
                    out.push_str(name);
                }
                Step::Index(index) => {
                    out.push_str(&ecow::eco_format!("[{index}]"));
                }
                Step::Any => out.push_str("[*]"),
            }
        }
        out
    }

    /// The same reference, one step further.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Self { target: self.target.clone(), path }
    }
}

/// References in the order in which they were met, each once. Most values depend on none or one, and what is made of a value on the
/// same ones: a copy shares them.
#[derive(Clone, Default)]
pub struct References(Shared);

#[derive(Clone, Default)]
enum Shared {
    #[default]
    None,
    One(Arc<Reference>),
    Many(Arc<Vec<Arc<Reference>>>),
}

impl Deref for References {
    type Target = [Arc<Reference>];

    fn deref(&self) -> &Self::Target {
        match &self.0 {
            Shared::None => &[],
            Shared::One(one) => std::slice::from_ref(one),
            Shared::Many(many) => many,
        }
    }
}

impl References {
    /// None.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a reference, unless it is there or there are as many as `limit`.
    pub fn add(&mut self, reference: &Arc<Reference>, limit: usize) {
        if self.len() >= limit || self.iter().any(|r| Arc::ptr_eq(r, reference) || r == reference) {
            return;
        }
        match &mut self.0 {
            Shared::None => self.0 = Shared::One(reference.clone()),
            Shared::One(one) => self.0 = Shared::Many(Arc::new(vec![one.clone(), reference.clone()])),
            Shared::Many(many) => Arc::make_mut(many).push(reference.clone()),
        }
    }

    /// Adds all of `more`, as far as there is room for.
    pub fn add_all(&mut self, more: &References, limit: usize) {
        match (&self.0, &more.0) {
            (Shared::None, _) if more.len() <= limit => self.clone_from(more),
            (Shared::Many(own), Shared::Many(other)) if Arc::ptr_eq(own, other) => {}
            _ => more.iter().for_each(|reference| self.add(reference, limit)),
        }
    }
}

impl From<Arc<Reference>> for References {
    fn from(reference: Arc<Reference>) -> Self {
        Self(Shared::One(reference))
    }
}

impl From<Reference> for References {
    fn from(reference: Reference) -> Self {
        Arc::new(reference).into()
    }
}

impl FromIterator<Arc<Reference>> for References {
    fn from_iter<I: IntoIterator<Item = Arc<Reference>>>(references: I) -> Self {
        let mut out = Self::none();
        references.into_iter().for_each(|reference| out.add(&reference, usize::MAX));
        out
    }
}

impl FromIterator<Reference> for References {
    fn from_iter<I: IntoIterator<Item = Reference>>(references: I) -> Self {
        references.into_iter().map(Arc::new).collect()
    }
}

impl PartialEq for References {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl fmt::Debug for References {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Step {
    fn parse(text: &str) -> Self {
        if text == "*" {
            return Step::Any;
        }
        text.parse().map_or_else(|_| Step::Attr(text.into()), Step::Index)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Resource(key) => write!(f, "{}", key.address),
            Target::Input { name, .. } | Target::Import(name) | Target::Pseudo(name) => write!(f, "{name}"),
            Target::Module { call, .. } => write!(f, "{}", call.address),
            Target::Dynamic { service, key } => write!(f, "{{{{resolve:{service}:{key}}}}}"),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
