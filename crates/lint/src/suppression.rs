//! Suppressions: which directive covers which finding, and which covers none.

use iaclint_model::{Directive, DirectiveScope, Model, ResourceId};
use iaclint_source::{FileId, ProblemKind, Span};
use rustc_hash::FxHashMap;

use crate::{Finding, Selection};

/// The folder of the rules about suppressions: they run when all others have run.
pub(crate) const GROUP: &str = "suppression";
/// Stands for every rule.
pub(crate) const EVERY: &str = "*";

/// Why a finding is not shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suppressed {
    /// The directive; none when the baseline holds the finding.
    pub span: Option<Span>,
    /// The user's words.
    pub reason: String,
}

/// A directive after the rules have run.
#[derive(Clone, Debug)]
pub struct DirectiveUse<'g> {
    /// The directive.
    pub directive: &'g Directive,
    /// Its last day has passed.
    pub expired: bool,
    /// For each rule that it names, whether it covered a finding of it.
    pub used: Vec<bool>,
}

/// What the directives of a run cover.
#[derive(Clone, Debug)]
pub struct Ledger<'g> {
    /// Every directive, in the order of files and places.
    pub uses: Vec<DirectiveUse<'g>>,
    /// The rules that ran.
    pub ran: Vec<&'static str>,
    /// Every rule there is.
    pub rules: Vec<&'static str>,
    /// Every file was read, so that what covers nothing has nothing to cover.
    pub complete: bool,
    /// Where in `uses` the directives are that name a rule, in a file or (`None`) of a construct.
    places: FxHashMap<(&'g str, Option<FileId>), Vec<usize>>,
}

impl<'g> Ledger<'g> {
    pub(crate) fn new(model: &Model<'g>, selection: &Selection) -> Self {
        let graph = model.graph();
        let expired = |directive: &Directive| match (&directive.until, &selection.today) {
            // Dates of this form are in the order of their texts.
            (Some((until, _)), Some(today)) => until.as_str() < today.as_str(),
            _ => false,
        };
        let mut uses: Vec<DirectiveUse<'g>> = graph
            .directives()
            .iter()
            .map(|directive| DirectiveUse {
                directive,
                expired: expired(directive),
                used: vec![false; directive.rules.len()],
            })
            .collect();
        uses.sort_by_cached_key(|u| model.sources().sort_key(u.directive.span));
        let mut places: FxHashMap<_, Vec<usize>> = FxHashMap::default();
        for (at, entry) in uses.iter().enumerate() {
            let file = match &entry.directive.scope {
                DirectiveScope::File(file) => Some(*file),
                DirectiveScope::Region(region) => Some(region.file),
                DirectiveScope::Construct(..) => None,
            };
            for (name, _) in &entry.directive.rules {
                let here = places.entry((name.as_str(), file)).or_default();
                if here.last() != Some(&at) {
                    here.push(at);
                }
            }
        }
        let complete = graph.problems().iter().all(|p| p.kind == ProblemKind::NotEvaluated);
        Self { uses, ran: Vec::new(), rules: Vec::new(), complete, places }
    }

    /// The directives that may cover a finding, in their order.
    fn near(&self, model: &Model<'_>, subject: Option<ResourceId>, finding: &Finding) -> Vec<usize> {
        let calls = subject.map(|id| &model.graph().scope(model.resource(id)).calls);
        let files = calls.into_iter().flatten().map(|call| call.span.file);
        let mut files: Vec<Option<FileId>> = files
            .chain([finding.primary.span.file, finding.subject.span.file])
            .map(Some)
            .chain([None])
            .collect();
        files.sort_unstable();
        files.dedup();
        let keys = files.into_iter().flat_map(|file| [(finding.rule, file), (EVERY, file)]);
        let mut near: Vec<usize> = keys.filter_map(|key| self.places.get(&key)).flatten().copied().collect();
        near.sort_unstable();
        near.dedup();
        near
    }

    /// Notes which directives cover a finding; whether one does that has not expired.
    pub(crate) fn cover(
        &mut self,
        model: &Model<'_>,
        subject: Option<ResourceId>,
        finding: &mut Finding,
    ) -> bool {
        for place in self.near(model, subject, finding) {
            let Some(entry) = self.uses.get_mut(place) else { continue };
            let directive = entry.directive;
            let named = |(name, _): &(_, Span)| {
                let name: &iaclint_value::Name = name;
                name == finding.rule || name == EVERY
            };
            let Some(at) = directive.rules.iter().position(named) else { continue };
            if directive.fault.is_some()
                || entry.expired
                || !covers(&directive.scope, model, subject, finding)
            {
                continue;
            }
            if let Some(used) = entry.used.get_mut(at) {
                *used = true;
            }
            finding.suppressed.get_or_insert_with(|| Suppressed {
                span: Some(directive.span),
                reason: directive.reason.to_string(),
            });
        }
        finding.suppressed.is_some()
    }
}

fn covers(scope: &DirectiveScope, model: &Model<'_>, subject: Option<ResourceId>, finding: &Finding) -> bool {
    match scope {
        DirectiveScope::File(file) => {
            finding.primary.span.file == *file || finding.subject.span.file == *file
        }
        DirectiveScope::Region(region) => {
            let calls = subject.map(|id| &model.graph().scope(model.resource(id)).calls);
            meets(*region, finding.primary.span)
                || region.contains(finding.subject.span)
                || calls.into_iter().flatten().any(|call| region.contains(call.span))
        }
        DirectiveScope::Construct(root, path) => {
            let same_root = subject.is_some_and(|id| model.resource(id).key.root == *root);
            let below = |construct: &str| {
                construct.strip_prefix(path.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('/'))
            };
            let construct = finding.subject.construct.as_deref().unwrap_or(&finding.subject.address);
            same_root && (path.is_empty() || below(construct))
        }
    }
}

/// Whether two stretches of a file have something in common.
fn meets(a: Span, b: Span) -> bool {
    a.file == b.file && a.start <= b.end && b.start < a.end.max(a.start + 1)
}

#[cfg(test)]
mod tests {
    use iaclint_source::FileId;

    use super::*;

    #[test]
    fn stretches_meet_where_they_overlap() {
        let span = |from, to| Span::new(FileId(0), from..to);
        assert!(
            meets(span(5, 10), span(7, 8))
                && meets(span(5, 10), span(0, 30))
                && meets(span(5, 10), span(9, 12))
        );
        assert!(!meets(span(5, 10), span(10, 12)) && !meets(span(5, 10), span(0, 4)));
        assert!(!meets(span(5, 10), Span::new(FileId(1), 5..10)));
    }
}
