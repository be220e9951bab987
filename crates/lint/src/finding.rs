//! What a rule reports.

use iaclint_source::Span;

use crate::{Fix, Suppressed};

/// What happens because of the fault. Ordered: advice is the lowest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Worth knowing; shown on demand.
    Advice,
    /// Very likely the deployment or the application fails.
    Warning,
    /// The deployment or the application fails.
    Error,
}

impl Severity {
    /// Its name in every output: `advice`, `warning`, `error`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Advice => "advice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// How sure we are. Ordered: low is the lowest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Confidence {
    /// A guess from a name or a habit.
    Low,
    /// Strong evidence, but something outside the configuration could make it right.
    Medium,
    /// The configuration alone decides.
    High,
}

impl Confidence {
    /// Its name in every output: `low`, `medium`, `high`.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// The resource that a finding is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Its address: `module.a["x"].aws_ecs_service.this`, `<Stack>/<LogicalId>`.
    pub address: String,
    /// Its type: `aws_ecs_service`, `AWS::ECS::Service`.
    pub type_name: String,
    /// Its header in the configuration.
    pub span: Span,
    /// The line of the user's own program that made it (CDK), where known: shown before the template.
    pub source: Option<Span>,
    /// The construct path (CDK), where known.
    pub construct: Option<String>,
    /// What it is deployed with: the directory of its root module, its stack, its template. Empty for a comment.
    pub stack: String,
}

/// A span with what it contributes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What this place contributes: lower case, no full stop.
    pub text: String,
}

/// Another resource that a finding names, with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Its address.
    pub address: String,
    /// Its header, or the attribute that matters.
    pub span: Span,
    /// Its part in the fault.
    pub text: String,
}

/// One step of the way that a value took, nearest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrailStep {
    /// The place.
    pub span: Span,
    /// What happens there, in a few words: `passed as variable db_host`, `output host`, `default of variable port`.
    pub text: String,
}

/// A fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// What happens.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// The resource.
    pub subject: Subject,
    /// The part of the resource, if it matters: `container api`.
    pub part: Option<String>,
    /// What is wrong: present tense, lower case, no full stop; stands alone.
    pub headline: String,
    /// The place that is wrong.
    pub primary: Label,
    /// Other places of the fault. May lie in other files.
    pub labels: Vec<Label>,
    /// The other resources of the fault.
    pub related: Vec<Place>,
    /// How the wrong value got there, nearest first, without the primary place itself.
    pub trail: Vec<TrailStep>,
    /// Arithmetic, evidence: whole sentences without a full stop.
    pub notes: Vec<String>,
    /// What to do, with the user's own names in it.
    pub help: String,
    /// What would mend it, where that is known.
    pub fix: Option<Fix>,
    /// Addresses of the other instances with the same fault at the same place.
    pub instances: Vec<String>,
    /// The environments in which it holds, where its root is deployed in several.
    pub environments: Vec<String>,
    /// What tells this fault from others of the rule in the same resource: a variable, a port.
    pub identity: String,
    /// Why it is not shown, if it is not.
    pub suppressed: Option<Suppressed>,
    /// A number that stays the same while lines move: of the rule, the address without instance keys and what is wrong.
    pub fingerprint: u64,
}

impl Finding {
    /// Takes in the same finding of another environment.
    pub fn join_other_environment(&mut self, other: Finding) {
        if self.fix != other.fix {
            self.fix = None;
        }
        self.join(other);
    }

    /// Takes in another finding of the same fault: the more severe one stays, the other becomes one of its instances.
    pub(crate) fn join(&mut self, mut other: Finding) {
        if other.severity > self.severity {
            std::mem::swap(self, &mut other);
        }
        self.instances.extend(other.instances);
        self.instances.push(other.subject.address);
        self.instances.retain(|address| *address != self.subject.address);
        self.instances.sort();
        self.instances.dedup();
        if self.part != other.part {
            self.part = None;
        }
    }
}
