//! What should grow with the size of the input, and no faster: where the items a second stay, the time is linear. And the judge of reach
//! on an estate with many paths.

use divan::Bencher;
use divan::counter::ItemsCount;
use iaclint_bench::{Language, Shape};

use crate::pipeline::{Tree, judge, lower, rules};

/// From files to findings.
fn run(tree: &Tree) -> usize {
    let project = tree.project();
    let model = lower(project, tree.evaluate(&tree.parse(project)));
    rules(judge(model)).shown.len()
}

fn grow(bencher: Bencher<'_, '_>, language: Language, shape: Shape, count: usize) {
    let tree = Tree::generated(language, shape, count);
    bencher.counter(ItemsCount::new(count)).bench(|| run(&tree));
}

#[divan::bench(args = [2_500, 5_000, 10_000, 20_000], sample_count = 5, sample_size = 1)]
fn instances(bencher: Bencher<'_, '_>, count: usize) {
    grow(bencher, Language::Terraform, Shape::Instances, count);
}

#[divan::bench(args = [500, 1_000, 2_000, 4_000], sample_count = 5, sample_size = 1)]
fn locals(bencher: Bencher<'_, '_>, count: usize) {
    grow(bencher, Language::Terraform, Shape::Locals, count);
}

#[divan::bench(args = [1_000, 2_000, 4_000], sample_count = 5, sample_size = 1)]
fn calls(bencher: Bencher<'_, '_>, count: usize) {
    grow(bencher, Language::Terraform, Shape::Calls, count);
}

#[divan::bench(args = [1_250, 2_500, 5_000], sample_count = 5, sample_size = 1)]
fn services(bencher: Bencher<'_, '_>, count: usize) {
    grow(bencher, Language::Terraform, Shape::Services, count);
}

#[divan::bench(args = [1_250, 2_500, 5_000], sample_count = 5, sample_size = 1)]
fn templates(bencher: Bencher<'_, '_>, count: usize) {
    grow(bencher, Language::Cdk, Shape::Services, count);
}

/// Every need of five hundred services, each with its way hop by hop, as the table of `iaclint path` has them: from a graph of which
/// nothing was asked before.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn reach(bencher: Bencher<'_, '_>) {
    let tree = Tree::generated(Language::Terraform, Shape::Reach, 0);
    let project = tree.project();
    let loader = tree.parse(project);
    bencher.with_inputs(|| lower(project, tree.evaluate(&loader))).bench_values(|model| {
        let analysis = judge(model);
        let hops: usize = analysis.deployed_needs().map(|need| analysis.path(need).hops.len()).sum();
        let needs = analysis.deployed_needs().count();
        assert!(needs >= 500 && hops >= needs, "{needs} needs with {hops} hops");
        hops
    });
}
