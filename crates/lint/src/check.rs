//! What a rule gets, and how it reports.

use std::hash::Hasher;

use iaclint_analysis::Analysis;
use iaclint_analysis::needs::{self, Evidence, Need};
use iaclint_model::{DeployedOutput, Model, ResourceId, family};
use iaclint_source::Span;
use iaclint_value::{Origin, OriginId, Via};

use crate::{Confidence, Finding, Fix, Label, Ledger, Place, Rule, Severity, Subject, TrailStep};

/// A rule at work: the model, the judges, and where findings go.
#[derive(Debug)]
pub struct Check<'c, 'm> {
    /// The judges; [`Analysis::model`] is the model.
    pub analysis: &'c Analysis<'m>,
    rule: &'c Rule,
    findings: Vec<(Option<ResourceId>, Finding)>,
    ledger: Option<&'c Ledger<'m>>,
}

impl<'c, 'm> Check<'c, 'm> {
    /// A rule about to run.
    pub fn new(analysis: &'c Analysis<'m>, rule: &'c Rule) -> Self {
        Self { analysis, rule, findings: Vec::new(), ledger: None }
    }

    /// A rule about suppressions about to run.
    pub(crate) fn of_suppressions(self, ledger: &'c Ledger<'m>) -> Self {
        Self { ledger: Some(ledger), ..self }
    }

    /// What the directives cover, for the rules about them.
    pub fn ledger(&self) -> Option<&'c Ledger<'m>> {
        self.ledger
    }

    /// The rule at work.
    pub fn rule(&self) -> &'c Rule {
        self.rule
    }

    /// The model.
    pub fn model(&self) -> &'m Model<'m> {
        self.analysis.model
    }

    /// Starts a finding about a resource. Nothing is reported until [`Draft::report`].
    pub fn finding(&self, subject: ResourceId, headline: impl Into<String>) -> Draft {
        let model = self.model();
        let resource = model.resource(subject);
        let about = Subject {
            address: resource.key.address.to_string(),
            type_name: resource.type_name.to_string(),
            span: resource.span,
            source: resource.source,
            construct: model.construct(subject),
            stack: model.stack(subject),
        };
        self.draft(Some(subject), about, headline.into())
    }

    /// Starts a finding about an output.
    pub fn finding_about_output(&self, output: &DeployedOutput<'_>, headline: impl Into<String>) -> Draft {
        let about = Subject {
            address: output.address.clone(),
            type_name: "output".to_owned(),
            span: output.output.span,
            source: output.output.source,
            construct: None,
            stack: output.stack.clone(),
        };
        self.draft(None, about, headline.into())
    }

    /// Starts a finding about a place that belongs to no resource: a comment.
    pub fn remark(&self, span: Span, headline: impl Into<String>) -> Draft {
        let about = Subject {
            address: String::new(),
            type_name: String::new(),
            span,
            source: None,
            construct: None,
            stack: String::new(),
        };
        self.draft(None, about, headline.into())
    }

    fn draft(&self, subject: Option<ResourceId>, about: Subject, headline: String) -> Draft {
        Draft {
            subject,
            written: false,
            finding: Finding {
                rule: self.rule.id,
                severity: self.rule.info.severity,
                confidence: self.rule.info.confidence,
                primary: Label { span: about.span, text: String::new() },
                subject: about,
                part: None,
                headline,
                labels: Vec::new(),
                related: Vec::new(),
                trail: Vec::new(),
                notes: Vec::new(),
                help: String::new(),
                fix: None,
                instances: Vec::new(),
                environments: Vec::new(),
                identity: String::new(),
                suppressed: None,
                fingerprint: 0,
            },
        }
    }

    /// Reports a finished draft. Of a library, a module that is not deployed as it stands, only what is written is a fact: its variables
    /// have possible values, and its callers may make what is missing.
    pub fn report(&mut self, draft: Draft) {
        let mut finding = draft.finding;
        if let Some(subject) = draft.subject {
            if self.model().in_library(subject) && !draft.written {
                return;
            }
            let resource = self.model().resource(subject);
            // A rule that named the user's own line knows better.
            if finding.subject.source == resource.source {
                finding.subject.source = resource.source_of(finding.primary.span, self.model().origins());
            }
        }
        finding.fingerprint = fingerprint(&finding);
        self.findings.push((draft.subject, finding));
    }

    /// What was reported.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// The same, each with the resource that it is about.
    pub(crate) fn into_parts(self) -> Vec<(Option<ResourceId>, Finding)> {
        self.findings
    }

    /// The place of an origin, or the header of the resource where it has none.
    pub fn span(&self, id: ResourceId, origin: OriginId) -> Span {
        self.model().span(id, origin)
    }
}

/// A finding in the making.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The resource that it is about; none for an output or a comment.
    subject: Option<ResourceId>,
    /// Whether it follows from what is written alone.
    written: bool,
    finding: Finding,
}

impl Draft {
    /// The place that is wrong, and what it contributes.
    #[must_use]
    pub fn at(mut self, cx: &Check<'_, '_>, origin: OriginId, text: impl Into<String>) -> Self {
        let span = match self.subject {
            Some(id) => cx.span(id, origin),
            None => cx.model().origins().span(origin).unwrap_or(self.finding.primary.span),
        };
        self.finding.primary = Label { span, text: text.into() };
        self
    }

    /// The same with a span that is known already.
    #[must_use]
    pub fn at_span(mut self, span: Span, text: impl Into<String>) -> Self {
        self.finding.primary = Label { span, text: text.into() };
        self
    }

    /// The user's own line for the primary place, where that stands in a copy which a tool made.
    #[must_use]
    pub fn source(mut self, span: Span) -> Self {
        self.finding.subject.source = Some(span);
        self
    }

    /// Another place of the fault; left out when the origin has no place.
    #[must_use]
    pub fn label(self, cx: &Check<'_, '_>, origin: OriginId, text: impl Into<String>) -> Self {
        match cx.model().origins().span(origin) {
            Some(span) => self.label_span(span, text),
            None => self,
        }
    }

    /// The same with a span that is known already; a place that has a label keeps it.
    #[must_use]
    pub fn label_span(mut self, span: Span, text: impl Into<String>) -> Self {
        let taken = self.finding.primary.span == span || self.finding.labels.iter().any(|l| l.span == span);
        if !taken {
            self.finding.labels.push(Label { span, text: text.into() });
        }
        self
    }

    /// Another resource of the fault, at its header.
    #[must_use]
    pub fn related(mut self, cx: &Check<'_, '_>, id: ResourceId, text: impl Into<String>) -> Self {
        let resource = cx.model().resource(id);
        self.finding.related.push(Place {
            address: resource.key.address.to_string(),
            span: resource.span,
            text: text.into(),
        });
        self
    }

    /// How a value got here: its trail, without the places that the labels show.
    #[must_use]
    pub fn trail(mut self, cx: &Check<'_, '_>, origin: OriginId) -> Self {
        let sources = cx.model().sources();
        let line = |span: Span| (span.file, sources.file(span.file).lines().line(span.start));
        let mut seen: Vec<_> = std::iter::once(&self.finding.primary)
            .chain(&self.finding.labels)
            .map(|l| line(l.span))
            .collect();
        for origin in cx.model().origins().trail(origin) {
            let at = line(origin.span);
            if seen.contains(&at) {
                continue;
            }
            seen.push(at);
            self.finding.trail.push(TrailStep { span: origin.span, text: step(origin) });
        }
        self
    }

    /// It follows from what is written alone, so that it is also true of a library.
    #[must_use]
    pub fn of_written_values(mut self) -> Self {
        self.written = true;
        self
    }

    /// The part of the resource: `container api`.
    #[must_use]
    pub fn part(mut self, part: impl Into<String>) -> Self {
        self.finding.part = Some(part.into());
        self
    }

    /// A lower or higher severity than the rule's own.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// Another confidence than the rule's own.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.finding.confidence = confidence;
        self
    }

    /// No surer than we are of the need that it is about: a script is read as text, and a password alone does not say whose it is.
    #[must_use]
    pub fn weighed_by(self, need: &Need) -> Self {
        match need.evidence.confidence() {
            needs::Confidence::Certain | needs::Confidence::Likely => self,
            needs::Confidence::Possible if need.evidence == Evidence::Script => {
                self.severity(Severity::Warning).confidence(Confidence::Medium)
            }
            needs::Confidence::Possible => self.confidence(Confidence::Medium),
        }
    }

    /// Arithmetic or evidence: a sentence without a full stop.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.finding.notes.push(note.into());
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = help.into();
        self
    }

    /// What would mend it, if there is such an edit.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.finding.fix = fix;
        self
    }

    /// What tells this fault from others of the rule in the same resource: a container, a variable, a port. Part of the fingerprint.
    #[must_use]
    pub fn identity(mut self, identity: impl Into<String>) -> Self {
        self.finding.identity = identity.into();
        self
    }

    /// Reports it.
    pub fn report(self, cx: &mut Check<'_, '_>) {
        cx.report(self);
    }
}

fn step(origin: Origin<'_>) -> String {
    match origin.via {
        Via::Written => "written here".to_owned(),
        Via::Default(name) => format!("the default of {name}"),
        Via::Given(name) => format!("given for {name}"),
        Via::Variable(name) => format!("passed as {name}"),
        Via::Local(name) => format!("local.{name}"),
        Via::Output(name) => format!("output {name}"),
        Via::Attribute(key) => format!("read from {}", key.address),
        Via::Function(name) => format!("made by {name}"),
        Via::Import(name) => format!("imported as {name}"),
        Via::Each => "one of several".to_owned(),
        Via::Branch => "this branch is taken".to_owned(),
        Via::Template => "part of this text".to_owned(),
    }
}

/// A hash that does not change between runs, versions of Rust, or when lines move.
fn fingerprint(finding: &Finding) -> u64 {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    let part = finding.part.as_deref().unwrap_or_default();
    for text in [finding.rule, &family(&finding.subject.address), part, &finding.identity] {
        hasher.write(text.as_bytes());
        hasher.write(&[0]);
    }
    hasher.finish()
}

/// FNV-1a, 64 bits.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
