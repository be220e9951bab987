//! What should grow with the size of the input, and no faster; and the judge of reach on an estate with many paths.

use divan::Bencher;
use iaclint_bench::{Language, Shape};

use crate::pipeline::{Tree, judge, lower, rules};

/// From files to findings.
fn run(tree: &Tree) -> usize {
    let project = tree.project();
    let model = lower(project, tree.evaluate(&tree.parse(project)));
    rules(judge(model)).shown.len()
}

#[divan::bench(args = [2_500, 5_000, 10_000, 20_000], sample_count = 5, sample_size = 1)]
fn instances(bencher: Bencher<'_, '_>, count: usize) {
    let tree = Tree::generated(Language::Terraform, Shape::Instances, count);
    bencher.bench(|| run(&tree));
}

#[divan::bench(args = [500, 1_000, 2_000, 4_000], sample_count = 5, sample_size = 1)]
fn locals(bencher: Bencher<'_, '_>, count: usize) {
    let tree = Tree::generated(Language::Terraform, Shape::Locals, count);
    bencher.bench(|| run(&tree));
}

#[divan::bench(args = [1_000, 2_000, 4_000], sample_count = 5, sample_size = 1)]
fn calls(bencher: Bencher<'_, '_>, count: usize) {
    let tree = Tree::generated(Language::Terraform, Shape::Calls, count);
    bencher.bench(|| run(&tree));
}

#[divan::bench(args = [1_250, 2_500, 5_000], sample_count = 5, sample_size = 1)]
fn services(bencher: Bencher<'_, '_>, count: usize) {
    let tree = Tree::generated(Language::Terraform, Shape::Services, count);
    bencher.bench(|| run(&tree));
}

#[divan::bench(args = [1_250, 2_500, 5_000], sample_count = 5, sample_size = 1)]
fn templates(bencher: Bencher<'_, '_>, count: usize) {
    let tree = Tree::generated(Language::Cdk, Shape::Services, count);
    bencher.bench(|| run(&tree));
}

/// Every need of five hundred services, and whether the network lets it through.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn reach(bencher: Bencher<'_, '_>) {
    let tree = Tree::generated(Language::Terraform, Shape::Reach, 0);
    let project = tree.project();
    let model = lower(project, tree.evaluate(&tree.parse(project)));
    bencher.bench(|| {
        let analysis = judge(model);
        let verdicts = analysis.deployed_needs().map(|need| (analysis.admits(need), analysis.emits(need)));
        verdicts.count()
    });
}
