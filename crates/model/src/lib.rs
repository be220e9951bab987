//! Entities of AWS, the same for Terraform and CloudFormation: the only place where both spellings of a property stand.
//!
//! One file per service. Each entity is a table of its fields (`Terraform path | CloudFormation path`) from which its accessors are
//! made; what cannot be said in a table (joins, nested shapes that differ) is written by hand beside it. No accessor invents a value:
//! a [`Prop`] is known, one of several, absent, or unknown.

mod answer;
pub mod arn;
mod arn_forms;
mod entity;
mod link;
mod model;
pub mod modules;
mod node;
mod path;
mod prop;

pub mod access_logs;
pub mod alarm;
pub mod brokers;
pub mod bucket_acl;
pub mod called;
pub mod certificates;
pub mod cluster;
pub mod condition;
pub mod deliveries;
pub mod discovery;
pub mod ec2;
pub mod ecs;
pub mod efs;
pub mod elasticache;
pub mod encryption;
pub mod endpoints;
pub mod iam;
pub mod images;
pub mod lambda;
pub mod lb;
pub mod logs;
pub mod machine;
pub mod nacl;
pub mod peering;
pub mod policy;
pub mod postgres;
pub mod prefix_list;
pub mod rds;
pub mod resource_policies;
pub mod scheduled;
pub mod secrets;
pub mod server;
pub mod services;
pub mod sizes;
pub mod triggers;
pub mod vpc;
pub mod workload;

pub use answer::Answer;
pub use entity::{Entity, Field, Table, tables};
pub use iaclint_graph::{
    Addition, Asset, AssetKind, Directive, DirectiveScope, Existence, Language, Mode, Opaque, ResourceId,
    Scalar, Use, User, family,
};
pub use link::{Link, Many};
pub use model::{DeployedOutput, Model};
pub use node::Node;
pub use path::{Found, look_up};
pub use prop::{Prop, Why};
