//! What holds of every expression: it is answered without a panic, always in the same way, and its places lie in their files.

use std::path::Path;

use iaclint_source::{Memory, ProblemKind, Project};
use iaclint_terraform::{Loader, oracle};
use proptest::prelude::*;

use crate::grammar::{FIXTURE, expression, using};
use crate::support::{Loaded, load};

fn answer(expression: &str) -> String {
    let project =
        Project::new(std::sync::Arc::new(Memory::of(FIXTURE)), Path::new("/")).expect("it has files");
    oracle::answer(&Loader::new(&project), Path::new("/"), expression)
}

/// The blocks of a configuration. Each starts at the first column of a line.
fn blocks(text: &str) -> Vec<&str> {
    let starts = text.match_indices('\n').map(|(at, _)| at + 1);
    let opens = |at: &usize| {
        ["variable ", "locals ", "data ", "resource ", "module ", "output "]
            .iter()
            .any(|word| text[*at..].starts_with(word))
    };
    let mut cuts: Vec<usize> = starts.filter(opens).collect();
    cuts.push(text.len());
    cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

/// The module with an expression wherever one can stand, its blocks in the order that `turns` gives, spread over two files.
fn module(expression: &str, turns: &[u8]) -> Loaded {
    let uses = using(expression);
    let mut shuffled = [blocks(FIXTURE[0].1), blocks(&uses)].concat();
    for (at, turn) in turns.iter().enumerate() {
        let (one, other) = (at % shuffled.len(), usize::from(*turn) % shuffled.len());
        shuffled.swap(one, other);
    }
    let (first, second) = shuffled.split_at(shuffled.len() / 2);
    let files = [("a.tf", first.concat()), ("b.tf", second.concat())];
    let others = FIXTURE.into_iter().skip(1);
    load(files.iter().map(|(name, text)| (*name, text.as_str())).chain(others))
}

/// Everything that a module says, in an order of its own.
fn said(loaded: &Loaded) -> Vec<String> {
    let resources = loaded.graph.resources().iter();
    let mut out: Vec<String> =
        resources.map(|r| format!("{} {:?} {}", r.key.address, r.existence.is_certain(), r.body)).collect();
    out.push(loaded.shown("o"));
    out.sort();
    out
}

fn misplaced(loaded: &Loaded) -> Vec<String> {
    let mut out = Vec::new();
    for resource in loaded.graph.resources() {
        resource.body.walk(&mut |value| {
            loaded.graph.origins().walk(value.origin, &mut |origin| {
                if loaded.sources().file(origin.span.file).text.get(origin.span.range()).is_none() {
                    out.push(format!("{}: {:?} of {value}", resource.key.address, origin.span));
                }
            });
        });
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_expression_has_one_answer(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let expression = expression(&bytes);
        let first = answer(&expression);
        prop_assert_eq!(&first, &answer(&expression), "{}", &expression);
        prop_assert!(first.starts_with('{'), "{}", first);
    }

    #[test]
    fn the_order_of_declarations_changes_nothing(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        turns in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let expression = expression(&bytes);
        let (first, other) = (module(&expression, &[]), module(&expression, &turns));
        // A heredoc in a heredoc may leave a comma at the beginning of a line, which is no HCL: then there is nothing to compare.
        prop_assume!(first.graph.problems().iter().all(|p| p.kind != ProblemKind::Unreadable));
        prop_assert_eq!(said(&first), said(&other), "{}", &expression);
        prop_assert_eq!(misplaced(&other), Vec::<String>::new());
    }
}

#[test]
fn grown_expressions_are_of_all_kinds() {
    let grown: Vec<String> = (0..=255_u8)
        .flat_map(|first| {
            (0..8_u8).map(move |more| {
                expression(&[&[first, more][..], &[first.wrapping_mul(31) ^ more; 40]].concat())
            })
        })
        .collect();
    for part in
        ["${", "<<-E", "for k, v in", " ? ", "[*]", "=>", "...", "jsonencode(", "cidrsubnet(", "%{ if"]
    {
        assert!(grown.iter().any(|e| e.contains(part)), "{part}");
    }
    let known = grown.iter().step_by(16).filter(|e| answer(e).contains("\"json\"")).count();
    assert!(known > 5, "only {known} are known");
}
