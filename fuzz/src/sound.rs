//! What holds of everything that is read, whatever the input.

use iaclint_graph::{Fragment, Graph};
use iaclint_source::{Sources, Span};

/// Joins what was read into a graph whose places all lie in their files.
///
/// # Panics
/// When one does not.
pub fn graph(fragment: Fragment, sources: &Sources) -> Graph {
    let graph = Graph::new(vec![fragment]);
    for problem in graph.problems() {
        assert!(!problem.message.is_empty());
        problem.span.into_iter().for_each(|span| lies_in_its_file(span, sources));
    }
    for directive in graph.directives() {
        lies_in_its_file(directive.span, sources);
    }
    for resource in graph.resources() {
        lies_in_its_file(resource.span, sources);
        resource.body.walk(&mut |value| {
            graph.origins().walk(value.origin, &mut |origin| lies_in_its_file(origin.span, sources));
        });
    }
    for output in graph.roots().iter().flat_map(|root| &root.scopes).flat_map(|scope| &scope.outputs) {
        lies_in_its_file(output.span, sources);
        output.value.walk(&mut |value| {
            graph.origins().walk(value.origin, &mut |origin| lies_in_its_file(origin.span, sources));
        });
    }
    graph
}

/// # Panics
/// When a place does not lie inside its file, between characters.
pub fn lies_in_its_file(span: Span, sources: &Sources) {
    let file = sources.file(span.file);
    assert!(file.text.get(span.range()).is_some(), "{span:?} is not in {} of {} bytes", file.path, file.text.len());
}
