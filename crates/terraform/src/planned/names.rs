//! What the deployment has already called its resources: ids, ARNs, host names. Where one stands in another resource, that refers to it.

use aho_corasick::{AhoCorasick, MatchKind};
use iaclint_value::{Name, Reference, ResourceKey, RootId, Step, Target, Value};
use rustc_hash::FxHashMap;

use super::Plan;
use super::configuration::Configuration;

/// Shorter texts are not names that only one thing has.
const MIN_LENGTH: usize = 12;

/// The names of all resources of a plan.
#[derive(Debug, Default)]
pub(super) struct Names {
    references: Vec<Reference>,
    finder: Option<AhoCorasick>,
}

impl Names {
    pub(super) fn of(plan: &Plan, configuration: &Configuration, root: RootId) -> Self {
        // A name that two resources have tells nothing: `None`.
        let mut names: FxHashMap<Name, Option<Reference>> = FxHashMap::default();
        for planned in plan.resources.iter().filter(|r| !r.data) {
            let module = configuration.module(&planned.module);
            let written =
                module.and_then(|m| m.resources.get(&planned.declared)).and_then(|d| d.get("expressions"));
            let target = || Target::Resource(ResourceKey::new(root, planned.address.clone()));
            let secret = |name: &str| {
                planned.sensitive.as_ref().and_then(|s| s.get(name)).and_then(Value::as_bool) == Some(true)
            };
            let mut own: Vec<(Name, Name)> = Vec::new();
            for (attribute, _, value) in planned.values.as_object().into_iter().flat_map(|o| &o.fields) {
                let Some(text) = value.as_str().filter(|t| is_name(t)) else { continue };
                let computed = written.is_none_or(|w| w.get(attribute).is_none()) && !secret(attribute);
                // The ARN says more than the id that repeats it.
                if computed && (attribute == "arn" || !own.iter().any(|(t, _)| *t == *text)) {
                    own.retain(|(t, _)| *t != *text);
                    own.push((text.as_ref().into(), attribute.clone()));
                }
            }
            // `host:5432` may be the endpoint as well as the address with a port behind it.
            let hosts: Vec<Name> = own.iter().map(|(t, _)| t.clone()).collect();
            own.retain(|(text, _)| {
                !hosts.iter().any(|h| text.strip_prefix(h.as_str()).is_some_and(|r| r.starts_with(':')))
            });
            for (text, attribute) in own {
                let reference = Reference { target: target(), path: [Step::Attr(attribute)].into() };
                names.entry(text).and_modify(|n| *n = None).or_insert(Some(reference));
            }
        }
        let mut names: Vec<(Name, Reference)> =
            names.into_iter().filter_map(|(t, r)| Some((t, r?))).collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        let (texts, references): (Vec<Name>, Vec<Reference>) = names.into_iter().unzip();
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&texts);
        Self { references, finder: finder.ok() }
    }

    /// Where which names stand in a text, in order.
    pub(super) fn find(&self, text: &str) -> Vec<(std::ops::Range<usize>, &Reference)> {
        let Some(finder) = self.finder.as_ref().filter(|_| text.len() >= MIN_LENGTH) else {
            return Vec::new();
        };
        finder
            .find_iter(text)
            .filter(|found| stands_alone(text, &found.range()))
            .filter_map(|found| Some((found.range(), self.references.get(found.pattern().as_usize())?)))
            .collect()
    }
}

/// Whether a text is of a form that names one thing: an ARN, a host, an id with many digits.
fn is_name(text: &str) -> bool {
    text.len() >= MIN_LENGTH
        && !text.contains(char::is_whitespace)
        && (text.starts_with("arn:")
            || text.matches('.').count() > 1
            || text.rsplit_once('-').is_some_and(|(_, id)| {
                id.len() >= 8
                    && id.bytes().all(|b| b.is_ascii_hexdigit())
                    && id.bytes().any(|b| b.is_ascii_digit())
            }))
}

/// Whether what is found is not a part of a longer name.
pub(super) fn stands_alone(text: &str, range: &std::ops::Range<usize>) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    !part(text.get(..range.start).and_then(|t| t.chars().next_back()))
        && !part(text.get(range.end..).and_then(|t| t.chars().next()))
}
