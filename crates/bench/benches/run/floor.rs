//! What the parser of the language alone takes, and what it takes us from the files to the resources: both on one core, over the checkouts.

use std::path::Path;
use std::sync::OnceLock;

use divan::Bencher;
use iaclint_terraform::STACK_BYTES;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::pipeline::Tree;
use crate::stages::checkouts;

fn names() -> impl Iterator<Item = &'static str> {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(checkouts).iter().map(String::as_str)
}

fn one_core() -> ThreadPool {
    let pool = ThreadPoolBuilder::new().num_threads(1).stack_size(STACK_BYTES).build();
    pool.expect("a thread can be made")
}

/// Reads each Terraform file, parses it with `hcl_edit`, and forgets it.
#[divan::bench(args = names(), sample_count = 7, sample_size = 1)]
fn hcl_edit(bencher: Bencher<'_, '_>, name: &str) {
    let tree = Tree::on_disk(Path::new(name));
    let pool = one_core();
    bencher.bench(|| {
        pool.install(|| {
            let texts = tree.terraform_files().filter_map(|file| std::fs::read_to_string(file).ok());
            texts.filter(|text| hcl_edit::parser::parse_body(text).is_ok()).count()
        })
    });
}

/// Loads and evaluates all roots.
#[divan::bench(args = names(), sample_count = 7, sample_size = 1)]
fn load_and_evaluate(bencher: Bencher<'_, '_>, name: &str) {
    let tree = Tree::on_disk(Path::new(name));
    let pool = one_core();
    let load = |project| pool.install(|| tree.load_and_evaluate(project));
    bencher.with_inputs(|| tree.project()).bench_values(load);
}
