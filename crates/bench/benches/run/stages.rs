//! Where the time goes: each stage of a run, over generated estates and, where `IACLINT_CHECKOUTS` names a directory of them, checkouts.

use std::path::Path;
use std::sync::OnceLock;

use divan::Bencher;
use iaclint_bench::{Language, Shape};

use crate::pipeline::{Tree, checkouts, judge, lower, report, rules};

/// The names of what is measured.
fn subjects() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for language in ["terraform", "cdk"] {
        names.extend([10, 300, 5000].map(|resources| format!("{language}-{resources}")));
    }
    names.extend(checkouts());
    names
}

fn tree(name: &str) -> Tree {
    match name.split_once('-').map(|(language, number)| (language, number.parse())) {
        Some(("terraform", Ok(resources))) => {
            Tree::generated(Language::Terraform, Shape::Services, resources)
        }
        Some(("cdk", Ok(resources))) => Tree::generated(Language::Cdk, Shape::Services, resources),
        _ => Tree::on_disk(Path::new(name)),
    }
}

/// The argument names live as long as the program, as the benchmarks ask.
fn names() -> impl Iterator<Item = &'static str> {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(subjects).iter().map(String::as_str)
}

#[divan::bench(args = names(), sample_count = 5, sample_size = 1)]
fn a_read(bencher: Bencher<'_, '_>, name: &str) {
    let tree = tree(name);
    bencher.with_inputs(|| tree.project()).bench_values(|project| tree.read(project));
}

#[divan::bench(args = names(), sample_count = 5, sample_size = 1)]
fn b_parse(bencher: Bencher<'_, '_>, name: &str) {
    let tree = tree(name);
    let read = || {
        let project = tree.project();
        tree.read(project);
        project
    };
    bencher.with_inputs(read).bench_values(|project| tree.parse(project));
}

#[divan::bench(args = names(), sample_count = 5, sample_size = 1)]
fn c_evaluate(bencher: Bencher<'_, '_>, name: &str) {
    let tree = tree(name);
    let loader = tree.parse(tree.project());
    bencher.bench(|| tree.evaluate(&loader));
}

#[divan::bench(args = names(), sample_count = 5, sample_size = 1)]
fn d_lower(bencher: Bencher<'_, '_>, name: &str) {
    let tree = tree(name);
    let project = tree.project();
    let loader = tree.parse(project);
    bencher
        .with_inputs(|| tree.evaluate(&loader))
        .bench_values(|fragments| lower(project, fragments).graph().resources().len());
}

#[divan::bench(args = names(), sample_count = 5, sample_size = 1)]
fn e_judge(bencher: Bencher<'_, '_>, name: &str) {
    let tree = tree(name);
    let project = tree.project();
    let model = lower(project, tree.evaluate(&tree.parse(project)));
    bencher.bench(|| judge(model).needs().len());
}

#[divan::bench(args = names(), sample_count = 5, sample_size = 1)]
fn f_rules(bencher: Bencher<'_, '_>, name: &str) {
    let tree = tree(name);
    let project = tree.project();
    let model = lower(project, tree.evaluate(&tree.parse(project)));
    bencher.with_inputs(|| judge(model)).bench_values(rules);
}

#[divan::bench(args = names(), sample_count = 5, sample_size = 1)]
fn g_report(bencher: Bencher<'_, '_>, name: &str) {
    let tree = tree(name);
    let project = tree.project();
    let model = lower(project, tree.evaluate(&tree.parse(project)));
    let findings = rules(judge(model));
    bencher.bench(|| report(model, &findings));
}
